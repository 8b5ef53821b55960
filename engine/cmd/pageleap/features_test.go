package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
)

const (
	visits = "../../../testdata/visits/"
	demo   = "../../../testdata/demo/"
)

// TestFeaturesForms writes one table in all forms, and again from the bundle
// that the first left.
func TestFeaturesForms(t *testing.T) {
	dir := t.TempDir()
	stage := filepath.Join(dir, "stage.zip")
	args := []string{"features", visits + "synthetic.ndjson", "--label", "purchase", "--prefix", "3,all"}
	write := func(name string, more ...string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if _, stderr, code := pageleap("", append(append(args[:len(args):len(args)], "-o", path), more...)...); code != 0 {
			t.Fatal(stderr)
		}
		return path
	}
	text, err := os.ReadFile(write("t.csv", "--spec", visits+"all.json", "--bundle", stage))
	if err != nil {
		t.Fatal(err)
	}
	again, _ := os.ReadFile(write("again.csv", "--spec", stage, "--workers", "1"))
	if !bytes.Equal(text, again) {
		t.Error("the bundle of the spec gives another table")
	}
	want, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil || len(want) < 300 {
		t.Fatalf("%d rows, %v", len(want), err)
	}

	f, err := os.Open(write("t.parquet", "--spec", stage))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	st, _ := f.Stat()
	p, err := parquet.OpenFile(f, st.Size())
	if err != nil {
		t.Fatal(err)
	}
	rows := parquet.NewReader(p)
	buf := make([]parquet.Row, 1)
	for i := range want {
		if i == 0 {
			for k, c := range p.Schema().Columns() {
				if c[0] != want[0][k] {
					t.Fatalf("column %d is %s, want %s", k, c[0], want[0][k])
				}
			}
			continue
		}
		if n, err := rows.ReadRows(buf); n != 1 {
			t.Fatal(err)
		}
		for k, v := range buf[0] {
			if v.String() != want[i][k] {
				t.Fatalf("Parquet, row %d, %s: %s, want %s", i, want[0][k], v, want[i][k])
			}
		}
	}

	ndjson, err := os.ReadFile(write("t.ndjson", "--spec", stage))
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range bytes.Split(bytes.TrimSpace(ndjson), []byte("\n")) {
		var row map[string]any
		d := json.NewDecoder(bytes.NewReader(line))
		d.UseNumber()
		if err := d.Decode(&row); err != nil {
			t.Fatal(err)
		}
		for k, name := range want[0] {
			got, _ := row[name].(string)
			if n, ok := row[name].(json.Number); ok {
				got = n.String()
			}
			if got != want[i+1][k] {
				t.Fatalf("NDJSON, row %d, %s: %s, want %s", i, name, got, want[i+1][k])
			}
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
		t.Errorf("temporary files stay: %v", left)
	}
}

func TestFeaturesLabels(t *testing.T) {
	in := file(t, "e.csv", "visit,event,ts\na,page_view,1\na,purchase,2\nb,page_view,3\nc,purchase,4\nx,y\n")
	labels := file(t, "labels.csv", "label,visit\n1,b\n0,a\n")
	out := filepath.Join(t.TempDir(), "t.csv")
	spec := file(t, "s.json", `{"features": ["events", {"name": "n", "feature": "event_count:purchase"}]}`)
	_, stderr, code := pageleap("", "features", in, "--spec", spec, "--label", "purchase", "-o", out)
	got, _ := os.ReadFile(out)
	if code != 0 || string(got) != "visit,events,n,label\na,1,0,1\nb,1,0,0\n" {
		t.Errorf("%s%s", got, stderr)
	}
	for _, want := range []string{"4 events of 3 visits in 5 rows", "1 rows could not be read:\n", ":6: 2 columns, where the header has 3", "1 visits begin with purchase"} {
		if !strings.Contains(stderr, want) {
			t.Errorf("%q is not in\n%s", want, stderr)
		}
	}
	_, stderr, code = pageleap("", "features", in, "--spec", spec, "--labels", labels, "-o", out)
	if got, _ = os.ReadFile(out); code != 0 || string(got) != "visit,events,n,label\na,2,1,0\nb,1,0,1\n" || !strings.Contains(stderr, "1 visits have no label") {
		t.Errorf("%s%s", got, stderr)
	}
	// Visits whose labels come beside them are what their ids say; --gap splits them.
	paused := file(t, "paused.csv", "visit,event,ts\na,page_view,1\na,page_view,2000000\nb,page_view,3\n")
	for want, more := range map[string][]string{"a,2,0,0\nb,1,0,1\n": nil, "a,1,0,0\nb,1,0,1\n": {"--gap", "30m"}} {
		_, stderr, code = pageleap("", append([]string{"features", paused, "--spec", spec, "--labels", labels, "-o", out}, more...)...)
		if got, _ = os.ReadFile(out); code != 0 || string(got) != "visit,events,n,label\n"+want {
			t.Errorf("%q: %s%s", more, got, stderr)
		}
	}
	text, _ := os.ReadFile(in)
	if _, stderr, code = pageleap(string(text), "features", "-", "--spec", spec, "-o", out); code != 0 {
		t.Error(stderr)
	}
}

func TestFeaturesFaults(t *testing.T) {
	in := file(t, "e.csv", "visit,event,ts\na,page_view,1\nb\n")
	out := filepath.Join(t.TempDir(), "t.csv")
	for want, args := range map[string][]string{
		"-o FILE is wanted": {in},
		`the format "txt"`:  {in, "-o", "t.txt"},
		"--prefix 0":        {in, "-o", out, "--prefix", "0"},
		"cannot be had":     {in, "-o", out, "--label", "a", "--labels", "b"},
		`no preset "x"`:     {in, "-o", out, "--preset", "x"},
		`no field "x"`:      {in, "-o", out, "--map", "x=y"},
		"features of which": {},
		"wanted":            {"--bundle", out},
	} {
		if _, stderr, code := pageleap("", append([]string{"features"}, args...)...); code != exitUsage || !strings.Contains(stderr, want) {
			t.Errorf("%q: %d %s", args, code, stderr)
		}
	}
	for want, args := range map[string][]string{
		":3: 1 columns, where the header has 3":   {in, "-o", out, "--strict"},
		"no column \"z\" for ts":                  {in, "-o", out, "--map", "visit=visit,event=event,ts=z"},
		"there is no such feature":                {in, "-o", out, "--spec", file(t, "a.json", `{"features": ["x"]}`)},
		"wants a number: popular_items:10":        {in, "-o", out, "--spec", file(t, "b.json", `{"features": ["popular_items"]}`)},
		"rows must be pairs":                      {in, "-o", out, "--spec", file(t, "c.json", `{"features": ["pair_clicks"]}`)},
		`two columns called "visit"`:              {in, "-o", out, "--spec", file(t, "d.json", `{"features": [{"name": "visit", "feature": "events"}]}`)},
		`unknown field "feature"`:                 {in, "-o", out, "--spec", file(t, "e.json", `{"feature": []}`)},
		"0 session_features stages, not one":      {in, "-o", out, "--spec", genuine + "pca/bundle.json.zip"},
		"/nowhere: no such file":                  {"/nowhere", "-o", out},
		"cannot be read twice":                    {"-", "-o", out},
		"the columns visit and label are wanted;": {in, "-o", out, "--labels", in},
	} {
		if _, stderr, code := pageleap("", append([]string{"features"}, args...)...); code != exitFault || !strings.Contains(stderr, want) {
			t.Errorf("%q: %d %s", args, code, stderr)
		}
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("a table was left behind by a fault")
	}
}

func TestCompose(t *testing.T) {
	dir := t.TempDir()
	stage, out := filepath.Join(dir, "stage.zip"), filepath.Join(dir, "out.zip")
	if _, stderr, code := pageleap("", "features", "--spec", demo+"shoppers_visit_spec.json", "--bundle", stage); code != 0 {
		t.Fatal(stderr)
	}
	for _, format := range []string{"json", "protobuf"} {
		_, stderr, code := pageleap("", "bundle", "compose", stage, demo+"visitor_model.zip", "-o", out, "--format", format,
			"--frame", demo+"shoppers_visit_frame.json", "--expected", demo+"shoppers_visit_expected.json")
		if code != 0 {
			t.Fatal(stderr)
		}
		if _, stderr, code = pageleap("", "verify", "--tolerance", "0", out); code != 0 {
			t.Error(stderr)
		}
	}
	if stdout, stderr, code := pageleap("", "verify", "--tolerance", "0", demo+"shoppers_visit.zip"); code != 0 || !strings.Contains(stdout, "verified: 60 rows") {
		t.Error(stdout, stderr)
	}
	os.Remove(out)
	for want, c := range map[string]struct {
		code int
		args []string
	}{
		"needs -o C.zip":       {exitUsage, []string{stage, stage}},
		"belong together":      {exitUsage, []string{stage, stage, "-o", out, "--frame", "x"}},
		"accepts between 2":    {exitUsage, []string{stage, "-o", out}},
		"which is there alr":   {exitFault, []string{stage, stage, "-o", out}},
		"none of which the":    {exitFault, []string{stage, genuine + "pca/bundle.json.zip", "-o", out}},
		"no such file":         {exitBundle, []string{stage, "/nowhere.zip", "-o", out}},
		"the bundle does not ": {exitDiffers, []string{stage, demo + "visitor_model.zip", "-o", out, "--frame", demo + "shoppers_visit_frame.json", "--expected", demo + "visitor_expected.json"}},
	} {
		if _, stderr, code := pageleap("", append([]string{"bundle", "compose"}, c.args...)...); code != c.code || !strings.Contains(stderr, want) {
			t.Errorf("%q: %d %s", want, code, stderr)
		}
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("a bundle was left behind by a fault")
	}
}
