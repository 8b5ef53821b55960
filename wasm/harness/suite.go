package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/pageleap/pageleap/engine/frame"
)

// Case is one folder of the suite: a pipeline as bundle.json.zip and
// bundle.proto.zip (or one of them), a frame, the answer that is expected, and
// a note on how the case ends.
//
//	frame.json     the input
//	expected.json  the output, as MLeap answered
//	spark.json     the output in the columns where Spark answers otherwise
//	errors.json    rows that cannot be scored, each on its own
//	expect         lines of "key: value":
//	  expect: frame               the output is expected.json (this is the default)
//	  expect: error KIND: text    the case ends in this kind of error, whose message holds the text
//	  scores: 0 2                 these rows of errors.json do score: Spark accepts them and MLeap does not
//	  note: …                     for people
type Case struct {
	Name   string
	Dir    string
	Ops    []string // in the bundle, from meta.json
	Expect Expect
}

// Expect is how a case ends.
type Expect struct {
	Kind   string // "" for a frame, else the kind of error
	Text   string // in the error's message
	Scores []int  // rows of errors.json that do score
}

// Forms are the serialisations that a case's bundle may come in.
var Forms = []string{"json", "proto"}

// Load reads the suite's folders.
func Load(roots ...string) ([]Case, error) {
	var cases []Case
	for _, root := range roots {
		frames, err := filepath.Glob(filepath.Join(root, "*", "frame.*"))
		if err != nil {
			return nil, err
		}
		if len(frames) == 0 {
			return nil, fmt.Errorf("%s: no cases here", root)
		}
		for _, f := range frames {
			c, err := loadCase(filepath.Dir(f))
			if err != nil {
				return nil, err
			}
			cases = append(cases, c)
		}
	}
	return cases, nil
}

func loadCase(dir string) (Case, error) {
	c := Case{Name: filepath.Base(dir), Dir: dir}
	if data, err := os.ReadFile(filepath.Join(dir, "meta.json")); err == nil {
		var meta struct {
			Ops []string `json:"ops_in_bundle"`
		}
		if err := json.Unmarshal(data, &meta); err != nil {
			return c, fmt.Errorf("%s/meta.json: %w", dir, err)
		}
		c.Ops = meta.Ops
	}
	data, err := os.ReadFile(filepath.Join(dir, "expect"))
	if errors.Is(err, os.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return c, err
	}
	for i, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		key, value, ok := strings.Cut(line, ": ")
		switch {
		case ok && key == "expect" && value == "frame", ok && key == "note":
		case ok && key == "expect" && strings.HasPrefix(value, "error "):
			c.Expect.Kind, c.Expect.Text, ok = strings.Cut(strings.TrimPrefix(value, "error "), ": ")
		case ok && key == "scores":
			for _, f := range strings.Fields(value) {
				n, err := strconv.Atoi(f)
				if err != nil {
					return c, fmt.Errorf("%s/expect, line %d: %w", dir, i+1, err)
				}
				c.Expect.Scores = append(c.Expect.Scores, n)
			}
		default:
			ok = false
		}
		if !ok {
			return c, fmt.Errorf("%s/expect, line %d: cannot read %q", dir, i+1, line)
		}
	}
	return c, nil
}

// Job is one bundle and one frame for a runtime to put together.
type Job struct {
	Bundle string          `json:"bundle"` // path
	Frame  string          `json:"frame"`  // path; or
	Rows   json.RawMessage `json:"rows,omitempty"`
}

// Answer is what a runtime made of a job: a leap frame, or an error.
type Answer struct {
	Frame []byte
	Kind  string
	Msg   string
}

// jobs are the case's jobs for one form of its bundle: the frame, then each
// row of errors.json.
func (c *Case) jobs(form string) ([]Job, error) {
	zip := filepath.Join(c.Dir, "bundle."+form+".zip")
	if _, err := os.Stat(zip); err != nil {
		return nil, nil
	}
	path, err := filepath.Glob(filepath.Join(c.Dir, "frame.*"))
	if err != nil || len(path) == 0 {
		return nil, fmt.Errorf("%s: no frame", c.Dir)
	}
	jobs := []Job{{Bundle: zip, Frame: path[0]}}
	data, err := os.ReadFile(filepath.Join(c.Dir, "errors.json"))
	if errors.Is(err, os.ErrNotExist) {
		return jobs, nil
	}
	if err != nil {
		return nil, err
	}
	var f struct {
		Rows   []json.RawMessage `json:"rows"`
		Schema json.RawMessage   `json:"schema"`
	}
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, fmt.Errorf("%s/errors.json: %w", c.Dir, err)
	}
	for _, r := range f.Rows {
		one, err := json.Marshal(map[string]any{"schema": f.Schema, "rows": []json.RawMessage{r}})
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, Job{Bundle: zip, Rows: one})
	}
	return jobs, nil
}

// Verdict is how one form of a case went in one runtime.
type Verdict struct {
	Case, Form, Runtime string
	Ops                 []string
	MaxRel              float64  // the largest relative difference met
	Problems            []string // none: it passed
}

// judge compares a runtime's answers with what the case expects.
func (c *Case) judge(answers []Answer) (maxRel float64, problems []string) {
	main := answers[0]
	switch {
	case c.Expect.Kind != "":
		if main.Kind != c.Expect.Kind || !strings.Contains(main.Msg, c.Expect.Text) {
			problems = append(problems, fmt.Sprintf("expected error %s: …%s…, got %s", c.Expect.Kind, c.Expect.Text, main))
		}
	case main.Kind != "":
		problems = append(problems, main.String())
	default:
		var err error
		if maxRel, problems, err = c.compare(main.Frame); err != nil {
			problems = append(problems, err.Error())
		}
	}
	for i, a := range answers[1:] {
		switch scores := slices.Contains(c.Expect.Scores, i); {
		case scores && a.Kind != "":
			problems = append(problems, fmt.Sprintf("errors.json row %d: Spark accepts it, got %s", i, a))
		case !scores && a.Kind == "" && !a.dropped():
			problems = append(problems, fmt.Sprintf("errors.json row %d: no error", i))
		case !scores && (a.Kind == "error" || a.Kind == "trap"):
			problems = append(problems, fmt.Sprintf("errors.json row %d: an error of no kind: %s", i, a.Msg))
		}
	}
	return maxRel, problems
}

func (a Answer) String() string {
	if a.Kind == "" {
		return "a frame"
	}
	return "error " + a.Kind + ": " + a.Msg
}

// dropped says whether the answer is a frame with no rows: Spark drops the row
// where MLeap fails.
func (a Answer) dropped() bool {
	f, err := frame.ReadJSON(a.Frame)
	return err == nil && f.Len() == 0
}

// compare holds a frame against expected.json and, in its columns, spark.json.
func (c *Case) compare(got []byte) (maxRel float64, problems []string, err error) {
	g, err := frame.ReadJSON(got)
	if err != nil {
		return 0, nil, fmt.Errorf("the answer is no leap frame: %w", err)
	}
	tol := c.tolerance()
	wants := map[string]*frame.Frame{}
	for _, name := range []string{"expected.json", "spark.json"} {
		data, err := os.ReadFile(filepath.Join(c.Dir, name))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return 0, nil, err
		}
		if wants[name], err = frame.ReadJSON(data); err != nil {
			return 0, nil, fmt.Errorf("%s/%s: %w", c.Dir, name, err)
		}
	}
	spark, mleap := wants["spark.json"], wants["expected.json"]
	if spark == nil && mleap == nil {
		return 0, nil, fmt.Errorf("%s: neither expected.json nor spark.json", c.Dir)
	}
	for _, want := range []*frame.Frame{mleap, spark} {
		if want == nil {
			continue
		}
		for _, d := range frame.Compare(g, want, func(string) float64 { return tol }) {
			overruled := want == mleap && spark != nil && spark.Schema().Index(d.Column) >= 0
			extra := d.Problem == "not wanted" && want == spark
			if overruled || extra {
				continue
			}
			maxRel = max(maxRel, d.MaxRel)
			if d.Fails() {
				problems = append(problems, d.String())
			} else if d.Representation > 0 && tol == 0 {
				problems = append(problems, d.String())
			}
		}
	}
	return maxRel, problems, nil
}
