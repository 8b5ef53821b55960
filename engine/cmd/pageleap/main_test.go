package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const genuine = "../../../testdata/genuine/"

var program string

// The tests run the program as a user does.
func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "pageleap")
	if err != nil {
		panic(err)
	}
	program = filepath.Join(dir, "pageleap")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		panic(string(out))
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

func pageleap(stdin string, args ...string) (stdout, stderr string, code int) {
	cmd := exec.Command(program, args...)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &errs
	if err := cmd.Run(); err != nil {
		code = -1
		if e, ok := err.(*exec.ExitError); ok {
			code = e.ExitCode()
		}
	}
	return out.String(), errs.String(), code
}

func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestErrors(t *testing.T) {
	shoppers, frame := genuine+"real_uci_shoppers_rf/bundle.json.zip", genuine+"real_uci_shoppers_rf/frame.json"
	for name, c := range map[string]struct {
		args  []string
		stdin string
		code  int
		want  []string
	}{
		"no command line":        {[]string{"transform"}, "", 2, []string{"usage: pageleap transform BUNDLE [FRAME]"}},
		"an unknown flag":        {[]string{"transform", "--fromat", "csv", shoppers}, "", 2, []string{`"--format"`}},
		"an unknown format":      {[]string{"transform", "--format", "xml", shoppers, frame}, "", 2, []string{"xml", "json, ndjson and csv"}},
		"an unknown runtime":     {[]string{"transform", "--on", "jvm", shoppers, frame}, "", 2, []string{"jvm", "native and wazero"}},
		"no such bundle":         {[]string{"transform", "no.zip", frame}, "", exitBundle, []string{"no.zip: no such file"}},
		"no such frame":          {[]string{"transform", shoppers, "no.json"}, "", exitFault, []string{"no.json: no such file"}},
		"a bundle that is none":  {[]string{"inspect", frame}, "", exitBundle, []string{frame, "not a zip"}},
		"a directory for frame":  {[]string{"transform", shoppers, genuine}, "", exitFault, []string{"directory"}},
		"a column not there":     {[]string{"transform", "--select", "probabilty", shoppers, frame}, "", exitFault, []string{`"probabilty"`, `"probability"`}},
		"a frame that is none":   {[]string{"transform", shoppers}, "{", exitFault, []string{"standard input", "line 1"}},
		"CSV without a column":   {[]string{"transform", shoppers}, "Month\nFeb\n", exitFault, []string{"line 1", `"Weekend"`}},
		"CSV with a bad number":  {[]string{"transform", shoppers}, "Administrative,Administrative_Duration,Informational,Informational_Duration,ProductRelated,ProductRelated_Duration,Month,VisitorType,Weekend\n0,0,0,0,two,0,Feb,Other,TRUE\n", exitFault, []string{"line 2", `"ProductRelated"`, "two"}},
		"an unseen label":        {[]string{"transform", genuine + "pipeline_visitor_rf_error/bundle.json.zip", genuine + "pipeline_visitor_rf_error/errors.json"}, "", exitFault, []string{"row 0: root/", `unseen label "podcast" in column "channel"`, "keep"}},
		"a misspelt command":     {[]string{"transfrom"}, "", 2, []string{`"transfrom"`, `did you mean "transform"?`}},
		"a command below one":    {[]string{"train", "makrov"}, "", 2, []string{`did you mean "markov"?`}},
		"no command below one":   {[]string{"import"}, "", 2, []string{"import spark MODEL_DIR"}},
		"serve of a bad bundle":  {[]string{"serve", "--model", "x=" + frame}, "", exitBundle, []string{frame, "not a zip"}},
		"serve with no model":    {[]string{"serve"}, "", 2, []string{"--model NAME=BUNDLE"}},
		"serve with a bad model": {[]string{"serve", "--model", "x"}, "", 2, []string{"NAME=BUNDLE"}},
		"serve on a bad address": {[]string{"serve", "--model", "x=" + shoppers, "--addr", "nowhere"}, "", exitFault, []string{"nowhere"}},
	} {
		t.Run(name, func(t *testing.T) {
			stdout, stderr, code := pageleap(c.stdin, c.args...)
			if code != c.code || stdout != "" {
				t.Errorf("exit code %d, want %d; stdout %q; stderr %q", code, c.code, stdout, stderr)
			}
			for _, w := range c.want {
				if !strings.Contains(stderr, w) {
					t.Errorf("stderr %q lacks %q", stderr, w)
				}
			}
			if strings.Contains(stderr, "goroutine") {
				t.Errorf("a panic: %s", stderr)
			}
		})
	}
}

func TestVerify(t *testing.T) {
	dir := genuine + "real_uci_shoppers_rf/"
	stdout, stderr, code := pageleap("", "verify", "--tolerance", "0", dir+"bundle.proto.zip", dir+"frame.json", dir+"expected.json")
	if code != 0 || !strings.Contains(stdout, "verified: 200 rows, 19 columns") {
		t.Errorf("exit code %d; %s%s", code, stdout, stderr)
	}
	expected, err := os.ReadFile(dir + "expected.json")
	if err != nil {
		t.Fatal(err)
	}
	wrong := file(t, "expected.json", strings.Replace(string(expected), "0.9636017985361275", "0.9636017995361275", 1))
	stdout, stderr, code = pageleap("", "verify", dir+"bundle.json.zip", dir+"frame.json", wrong)
	if code != 1 || !strings.Contains(stdout, "DIFFERS") || !strings.Contains(stdout, "0.9636017995361275") || !strings.Contains(stderr, "does not give") {
		t.Errorf("exit code %d; %s%s", code, stdout, stderr)
	}
	if _, _, code = pageleap("", "verify", "--tolerance", "1e-8", dir+"bundle.json.zip", dir+"frame.json", wrong); code != 0 {
		t.Errorf("with a tolerance: exit code %d", code)
	}
}

func TestInspect(t *testing.T) {
	stdout, stderr, code := pageleap("", "inspect", "--json", genuine+"pipeline_visitor_rf/bundle.proto.zip")
	if code != 0 {
		t.Fatal(stderr)
	}
	var info struct {
		Name, Format, Version string
		Inputs                []struct{ Name, Type string }
		Outputs               []struct{ Name, Type string }
		Ops                   []struct{ Op string }
		Totals                map[string]int
	}
	if err := json.Unmarshal([]byte(stdout), &info); err != nil {
		t.Fatal(err)
	}
	var ops []string
	for _, o := range info.Ops {
		ops = append(ops, o.Op)
	}
	if got, want := strings.Join(ops, " "), "string_indexer one_hot_encoder imputer imputer vector_assembler random_forest_classifier"; got != want {
		t.Errorf("ops %s, want %s", got, want)
	}
	if info.Format != "protobuf" || info.Version != "0.25.2" || len(info.Inputs) != 9 || len(info.Outputs) != 12 || info.Totals["trees"] != 50 || info.Totals["nodes"] == 0 || info.Totals["bytes"] == 0 {
		t.Errorf("%+v", info)
	}
	if stdout, _, _ = pageleap("", "inspect", genuine+"pipeline_visitor_rf/bundle.json.zip"); !strings.Contains(stdout, "tensor<double>[24]") || !strings.Contains(stdout, "50 trees") {
		t.Error(stdout)
	}
}

// Streams of CSV and NDJSON come out as the whole frame does, row by row, and
// what skip drops is told.
func TestStream(t *testing.T) {
	dir := genuine + "real_uci_shoppers_rf/"
	whole, _, _ := pageleap("", "transform", "--format", "ndjson", dir+"bundle.json.zip", dir+"frame.json")
	var many strings.Builder
	for range 20 {
		many.WriteString(whole)
	}
	stdout, stderr, code := pageleap(many.String(), "transform", "--format", "ndjson", "--select", "prediction", dir+"bundle.json.zip")
	if code != 0 || strings.Count(stdout, "\n") != 4000 {
		t.Fatalf("exit code %d, %d lines; %s", code, strings.Count(stdout, "\n"), stderr)
	}
	lines := strings.Split(stdout, "\n")
	for i := range 200 {
		if lines[i] != lines[i+3800] {
			t.Fatalf("row %d is %s the first time and %s the last", i, lines[i], lines[i+3800])
		}
	}
	skip := genuine + "string_indexer_skip_nullable/bundle.json.zip"
	stdout, stderr, code = pageleap("s\na\nzzz\nb\n", "transform", "--format", "csv", skip)
	if code != 0 || stdout != "s,out\na,0.0\nb,1.0\n" || !strings.Contains(stderr, "row 1") {
		t.Errorf("exit code %d, %q, %q", code, stdout, stderr)
	}
}

func TestPublish(t *testing.T) {
	dir := t.TempDir()
	keep, alphabet := genuine+"string_indexer_keep_nullable/bundle.json.zip", genuine+"string_indexer_alphabetAsc/bundle.json.zip"
	run := func(code int, want string, args ...string) {
		t.Helper()
		stdout, stderr, got := pageleap("", append([]string{"publish", dir}, args...)...)
		if got != code || !strings.Contains(stdout+stderr, want) {
			t.Errorf("publish %q: exit code %d, %s%s, want %s", args, got, stdout, stderr, want)
		}
	}
	index := func() string {
		b, err := os.ReadFile(filepath.Join(dir, "index.json"))
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(strings.Fields(string(b)), "")
	}
	run(0, "m@9 ", "m@9="+keep)
	run(0, "m@10 ", "m@10="+alphabet, "other="+keep)
	if got := index(); !strings.Contains(got, `"m":{"current":"10","versions":{"10":"`) || !strings.Contains(got, `"experiments":[]`) {
		t.Error(got)
	}
	names, err := filepath.Glob(dir + "/*")
	if err != nil || len(names) != 3 { // two bundles and the index
		t.Errorf("%q, %v", names, err)
	}
	run(0, "", "--experiments", file(t, "e.json", `{"experiments": [{"name": "e", "model": "m", "variants": [{"name": "a", "version": "9", "weight": 1}]}]}`))
	if got := index(); !strings.Contains(got, `"experiments":[{"name":"e","model":"m"`) {
		t.Error(got)
	}
	run(exitFault, "there is no model m@9", "--remove", "m@9")
	run(0, "", "--remove", "m@10")
	if got := index(); !strings.Contains(got, `"m":{"current":"9","versions":{"9":"`) {
		t.Error(got)
	}
	run(exitFault, "has no such model", "--remove", "m@10")
	run(exitBundle, "not a zip", "m="+file(t, "x.zip", "no zip, but long enough to be looked at for one"))
	run(exitFault, "no.zip: no such file", "m=no.zip")
	run(exitFault, "cannot be the name", "a/b="+keep)
	run(exitFault, "no such file", "--experiments", "no.json")
	run(2, "NAME=BUNDLE", "m")
}
