package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pageleap/pageleap/wasm/internal/wasmtest"
)

func allRuntimes(t *testing.T) []Runtime {
	t.Helper()
	all, err := runtimes(wasmtest.Build(t), "../../web/test/harness.mjs")
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// The suite itself: every case, in every runtime.
func TestSuite(t *testing.T) {
	in := allRuntimes(t)
	if testing.Short() { // wazero takes four times as long as Node
		in = slices.DeleteFunc(in, func(r Runtime) bool { return r.Name == "wazero" })
	}
	var out bytes.Buffer
	if err := run(&out, in, "", []string{"../../testdata/genuine", "../../testdata/cases"}); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	t.Log(lines[len(lines)-1])
}

// The demo's model, which a notebook trained and saved with Spark alone, and the
// same behind the stage that takes events.
func TestDemo(t *testing.T) {
	root := t.TempDir()
	for name, zip := range map[string]string{"visitor": "visitor_model.zip", "shoppers_visit": "shoppers_visit.zip"} {
		if err := os.Mkdir(filepath.Join(root, name), 0o755); err != nil {
			t.Fatal(err)
		}
		for from, to := range map[string]string{zip: "bundle.proto.zip", name + "_frame.json": "frame.json", name + "_expected.json": "expected.json"} {
			data, err := os.ReadFile("../../testdata/demo/" + from)
			if err == nil {
				err = os.WriteFile(filepath.Join(root, name, to), data, 0o644)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	var out bytes.Buffer
	if err := run(&out, allRuntimes(t), "", []string{root}); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
}

// A harness that cannot fail proves nothing.
func TestHarnessSeesFaults(t *testing.T) {
	c := Case{Name: "x", Dir: "../../testdata/genuine/string_indexer_alphabetAsc", Ops: []string{"string_indexer"}}
	right := Native()
	jobs, err := c.jobs("json")
	if err != nil {
		t.Fatal(err)
	}
	answers, err := right.Run(jobs)
	if err != nil {
		t.Fatal(err)
	}
	good := string(answers[0].Frame)
	if _, problems := c.judge(answers); problems != nil {
		t.Fatal(problems)
	}
	for name, a := range map[string]Answer{
		"another value":         {Frame: []byte(strings.Replace(good, "1.0]", "2.0]", 1))},
		"a last-bit difference": {Frame: []byte(strings.Replace(good, "1.0]", "1.0000000000000002]", 1))},
		"another type":          {Frame: []byte(strings.Replace(good, `"isNullable":false`, `"isNullable":true`, 1))},
		"another name":          {Frame: []byte(strings.Replace(good, `"name":"out`, `"name":"outs`, 1))},
		"no frame":              {Frame: []byte("[]")},
		"an error":              {Kind: "unseen", Msg: "unseen label"},
	} {
		if string(a.Frame) == good {
			t.Fatalf("%s: the replacement found nothing in %s", name, good)
		}
		if _, problems := c.judge([]Answer{a}); len(problems) == 0 {
			t.Errorf("%s passed", name)
		}
	}
	rt := func(name string, a Answer) Runtime {
		return Runtime{name, func(jobs []Job) ([]Answer, error) {
			out := make([]Answer, len(jobs))
			for i := range out {
				out[i] = a
			}
			return out, nil
		}}
	}
	verdicts, err := Judge([]Case{c}, []Runtime{rt("one", answers[0]), rt("two", Answer{Frame: []byte(good + " ")})})
	if err != nil {
		t.Fatal(err)
	}
	failed := 0
	for _, v := range verdicts {
		if len(v.Problems) > 0 {
			failed++
		}
	}
	if failed != 2 { // both forms in the second runtime: other bytes, equal values
		t.Errorf("%d verdicts see that the bytes differ, want 2", failed)
	}
}
