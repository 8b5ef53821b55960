package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/visit"
	"github.com/pageleap/pageleap/engine/visit/synth"
)

// madeUp writes made-up visits as NDJSON, and their labels as a CSV.
func madeUp(t *testing.T, visits int, seed uint64, purchases bool) (events, labels string) {
	t.Helper()
	dir := t.TempDir()
	var e, l bytes.Buffer
	l.WriteString("visit,label\n")
	err := synth.Each(synth.Options{Visits: visits, Seed: seed}, func(v *visit.Visit, buy bool) error {
		fmt.Fprintf(&l, "%s,%t\n", v.ID, buy)
		for i := range v.Events {
			x := &v.Events[i]
			if x.Event == visit.Purchase && !purchases {
				continue
			}
			fmt.Fprintf(&e, `{"visit":%q,"event":%q,"ts":%d,"page":%q,"page_type":%q,"item":%q,"category":%q}`+"\n", x.Visit, x.Event, x.TS, x.Page, x.PageType, x.Item, x.Category)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	events, labels = filepath.Join(dir, "events.ndjson"), filepath.Join(dir, "labels.csv")
	for path, b := range map[string]*bytes.Buffer{events: &e, labels: &l} {
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return events, labels
}

func succeed(t *testing.T, args ...string) string {
	t.Helper()
	stdout, stderr, code := pageleap("", args...)
	if code != 0 {
		t.Fatalf("%v: exit code %d: %s", args, code, stderr)
	}
	return stdout
}

func evaluate(t *testing.T, args ...string) (e evaluation) {
	t.Helper()
	if err := json.Unmarshal([]byte(succeed(t, append([]string{"eval", "--json"}, args...)...)), &e); err != nil {
		t.Fatal(err)
	}
	return e
}

// A chain is trained, verifies itself, and tells visits apart that it has not
// seen; labels beside the events say the same as an event does.
func TestTrainMarkov(t *testing.T) {
	events, _ := madeUp(t, 2000, 1, true)
	bare, labels := madeUp(t, 2000, 1, false)
	test, _ := madeUp(t, 2000, 2, true)
	zip := filepath.Join(t.TempDir(), "buy.zip")
	beside := filepath.Join(t.TempDir(), "beside.zip")
	if out := succeed(t, "train", "markov", events, "--label", "purchase", "--gap", "0", "-o", zip); !strings.Contains(out, "ending in buying") {
		t.Error(out)
	}
	succeed(t, "train", "markov", bare, "--labels", labels, "-o", beside)
	if out := succeed(t, "verify", "--tolerance", "0", zip); !strings.Contains(out, "verified: 41 rows, 9 columns") {
		t.Error(out)
	}
	e := evaluate(t, zip, test, "--label", "purchase", "--prefix", "3,10,all", "--gap", "0")
	if e.Visits != 2000 || len(e.Prefixes) != 3 || e.Buys == 0 {
		t.Fatalf("%+v", e)
	}
	for i, least := range []float64{0.58, 0.7, 0.7} {
		p := e.Prefixes[i]
		if p.Long.AUC == nil || *p.Long.AUC < least || p.All.Visits != 2000 || p.Long.Visits > 2000 || *p.Long.LogLoss > 0.6 {
			t.Errorf("%+v", p)
		}
		n := 0
		for _, b := range p.Long.Calibration {
			n += b.Count
		}
		if n != p.Long.Visits {
			t.Errorf("%d of %d visits are in the calibration", n, p.Long.Visits)
		}
	}
	if p := e.Prefixes[2]; p.Long.Visits != 2000 || *p.Long.AUC != *p.All.AUC {
		t.Errorf("whole visits: %+v", p)
	}
	// The same visits, cut at the purchase or without it: the same model, but for
	// the time of the last event.
	other := evaluate(t, beside, test, "--label", "purchase", "--prefix", "3,10,all", "--gap", "0")
	other.Bundle = e.Bundle
	a, _ := json.Marshal(e)
	b, _ := json.Marshal(other)
	if !bytes.Equal(a, b) {
		t.Errorf("labels beside the events make another model:\n%s\n%s", a, b)
	}
	if out := succeed(t, "eval", zip, test, "--label", "purchase"); !strings.Contains(out, "calibration after 3 events") {
		t.Error(out)
	}
	// Options that are given are taken.
	plain := filepath.Join(t.TempDir(), "plain.zip")
	out := succeed(t, "train", "markov", events, "--label", "purchase", "-o", plain, "--plain", "--order", "2", "--prior", "0.03", "--state-from", "event", "--next", "5", "--threshold", "0.2")
	if !strings.Contains(out, "order             2\n") || !strings.Contains(out, "from event") {
		t.Error(out)
	}
	frame := succeed(t, "transform", plain, file(t, "frame.json", `{"schema":{"fields":[{"name":"event","type":{"type":"list","base":"string"}}]},"rows":[[[]]]}`), "--format", "ndjson")
	if !strings.Contains(frame, `"probability":[0.97,0.03]`) {
		t.Error(frame)
	}
}

func TestTrainNextPage(t *testing.T) {
	events, labels := madeUp(t, 1000, 1, true)
	zip := filepath.Join(t.TempDir(), "next.zip")
	succeed(t, "train", "markov", events, "--label", "none", "--hold-out", "0.3", "-o", zip)
	e := evaluate(t, zip, events, "--held-out", "0.3")
	if f := e.Next; f == nil || e.Visits < 200 || e.Visits > 400 || f.Chain.Top1 <= f.Frequent.Top1-0.01 || f.Chain.Top3 < f.Chain.Top1 || f.Chain.Perplexity >= f.Frequent.Perplexity {
		t.Errorf("%+v %+v", e, e.Next)
	}
	if _, stderr, code := pageleap("", "eval", zip, events, "--labels", labels); code != exitFault || !strings.Contains(stderr, `"probability"`) {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}

func TestTrainErrors(t *testing.T) {
	events, labels := madeUp(t, 20, 1, true)
	shoppers := genuine + "real_uci_shoppers_rf/bundle.json.zip"
	out := filepath.Join(t.TempDir(), "x.zip")
	for name, c := range map[string]struct {
		args []string
		code int
		want string
	}{
		"no model":               {[]string{"train"}, 2, "markov"},
		"another model":          {[]string{"train", "forest", events}, 2, `"forest"`},
		"no output":              {[]string{"train", "markov", events, "--label", "purchase"}, 2, "-o BUNDLE"},
		"no label":               {[]string{"train", "markov", events, "-o", out}, 2, "--label EVENT or --labels FILE"},
		"both labels":            {[]string{"train", "markov", events, "-o", out, "--label", "x", "--labels", labels}, 2, "together"},
		"no such event":          {[]string{"train", "markov", events, "-o", out, "--label", "buy"}, exitFault, "0 of 20 visits"},
		"no such column":         {[]string{"train", "markov", events, "-o", out, "--label", "purchase", "--state-from", "url"}, 2, `"url"`},
		"an order too high":      {[]string{"train", "markov", events, "-o", out, "--label", "purchase", "--order", "9"}, 2, "0 to 8"},
		"a prior of 1":           {[]string{"train", "markov", events, "-o", out, "--label", "purchase", "--prior", "1"}, 2, "--prior 1"},
		"bad rules":              {[]string{"train", "markov", events, "-o", out, "--label", "purchase", "--states", file(t, "states.txt", "/p/*\n")}, exitFault, "states.txt: line 1"},
		"no such rules":          {[]string{"train", "markov", events, "-o", out, "--label", "purchase", "--states", "none.txt"}, exitFault, "none.txt"},
		"no such labels":         {[]string{"train", "markov", events, "-o", out, "--labels", "none.csv"}, exitFault, "none.csv"},
		"no such events":         {[]string{"train", "markov", "none.ndjson", "-o", out, "--label", "purchase"}, exitFault, "none.ndjson"},
		"a folder not there":     {[]string{"train", "markov", events, "-o", "none/x.zip", "--label", "purchase"}, exitFault, "none"},
		"no chain to eval":       {[]string{"eval", shoppers, events}, 2, "no markov_chain"},
		"no events to eval":      {[]string{"eval", shoppers, events, "--label", "purchase"}, exitFault, "events"},
		"a bad prefix":           {[]string{"eval", shoppers, events, "--label", "purchase", "--prefix", "0"}, 2, "--prefix 0"},
		"nothing to verify by":   {[]string{"verify", shoppers}, 2, "verify/frame.json"},
		"a frame without answer": {[]string{"verify", shoppers, "frame.json"}, 2, "EXPECTED"},
	} {
		t.Run(name, func(t *testing.T) {
			stdout, stderr, code := pageleap("", c.args...)
			if code != c.code || stdout != "" || !strings.Contains(stderr, c.want) || strings.Contains(stderr, "goroutine") {
				t.Errorf("exit code %d, want %d with %q; stdout %q; stderr %q", code, c.code, c.want, stdout, stderr)
			}
		})
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("a model that could not be fitted was written")
	}
}

var update = flag.Bool("update", false, "write the bundles of testdata/demo and testdata/cases anew")

const eshop = "../../../testdata/data/e-shop_clothing_2008.csv.gz"

// The demo's chain of real pages is what its command makes, and foretells the
// next category of sessions that were held out better than what comes most
// often.
func TestDemoChain(t *testing.T) {
	const demo = "../../../testdata/demo/next_category.zip"
	made := filepath.Join(t.TempDir(), "next_category.zip")
	succeed(t, "train", "markov", eshop, "--preset", "eshop2008", "--state-from", "category", "--label", "none", "--hold-out", "0.2", "-o", made)
	if *update {
		copyFile(t, made, demo)
		writeCase(t, made, "../../../testdata/cases/markov_next_category")
		events, _ := madeUp(t, 3000, 1, true)
		buy := filepath.Join(t.TempDir(), "buy.zip")
		succeed(t, "train", "markov", events, "--label", "purchase", "-o", buy)
		writeCase(t, buy, "../../../testdata/cases/markov_buy_synthetic")
	}
	got, want := contents(t, made), contents(t, demo)
	for name, data := range want {
		if !bytes.Equal(got[name], data) {
			t.Errorf("%s in %s is not what training makes; go test -run TestDemoChain -update writes it anew", name, demo)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d files, want %d", len(got), len(want))
	}
	succeed(t, "verify", "--tolerance", "0", demo)
	f := evaluate(t, demo, eshop, "--preset", "eshop2008", "--held-out", "0.2").Next
	if f == nil || f.Pages < 25_000 || f.Chain.Top1 < 0.81 || f.Frequent.Top1 > 0.3 || f.Chain.Perplexity > 2 || f.Frequent.Perplexity < 3.9 {
		t.Errorf("%+v", f)
	}
}

// contents are the files of a zip.
func contents(t *testing.T, path string) map[string][]byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	files, err := bundle.OpenZip(data)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for _, name := range files.List() {
		if out[name], err = files.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, data, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// writeCase makes a case for the suite of a bundle that verifies itself.
func writeCase(t *testing.T, zip, dir string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	files := contents(t, zip)
	data, err := os.ReadFile(zip)
	if err != nil {
		t.Fatal(err)
	}
	open, err := bundle.OpenZip(data)
	if err != nil {
		t.Fatal(err)
	}
	b, err := bundle.Read(open, bundle.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	proto, err := bundle.Write(b, bundle.Protobuf)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"bundle.json.zip": data, "bundle.proto.zip": proto, "frame.json": files[verifyFrame], "expected.json": files[verifyExpected]} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
