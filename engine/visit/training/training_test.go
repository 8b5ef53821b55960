package training

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/pageleap/pageleap/engine/visit"
	"github.com/pageleap/pageleap/engine/visit/events"
)

const testdata = "../../../testdata/"

// TestPandas compares tables, value for value, with what
// testdata/scripts/session_features.py computed with pandas.
func TestPandas(t *testing.T) {
	for _, c := range []struct {
		name, events, spec string
		o                  Options
	}{
		{"eshop2008", "data/e-shop_clothing_2008_first500.csv", "recsys15", Options{}},
		{"eshop2008_pairs", "data/e-shop_clothing_2008_first500.csv", "recsys15_pair", Options{Pairs: true}},
		{"otto", "data/otto_first10_last10.jsonl", "recsys15", Options{}},
		{"synthetic", "visits/synthetic.ndjson", "all", Options{}},
		{"synthetic_pairs", "visits/synthetic.ndjson", "recsys15_pair", Options{Pairs: true}},
		{"synthetic_prefix", "visits/synthetic.ndjson", "all", Options{Label: "purchase", Prefixes: []int{3, 6, 10, 0}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			spec, err := os.ReadFile(testdata + "visits/" + c.spec + ".json")
			if err != nil {
				t.Fatal(err)
			}
			o := c.o
			if o.Spec, err = ReadSpec(spec); err != nil {
				t.Fatal(err)
			}
			o.Paths = []string{testdata + c.events}
			var b bytes.Buffer
			res := write(t, &o, &b)
			if res.Report.Bad > 0 {
				t.Fatalf("%+v", res.Report)
			}
			got, err := csv.NewReader(&b).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			f, err := os.Open(testdata + "visits/" + c.name + ".csv.gz")
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			z, err := gzip.NewReader(f)
			if err != nil {
				t.Fatal(err)
			}
			want, err := csv.NewReader(z).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			compare(t, got, want)
		})
	}
}

// TestFields computes each feature from what it says it reads, and from all.
func TestFields(t *testing.T) {
	o := &Options{Paths: []string{testdata + "visits/synthetic.ndjson"}}
	text, err := os.ReadFile(testdata + "visits/all.json")
	if err != nil {
		t.Fatal(err)
	}
	if o.Spec, err = ReadSpec(text); err != nil {
		t.Fatal(err)
	}
	o.Spec.Features = append(o.Spec.Features, "recsys15_pair")
	o.Spec.Names = append(o.Spec.Names, "")
	if o.Spec, err = Fit(context.Background(), o); err != nil {
		t.Fatal(err)
	}
	type pair struct{ of, all *visit.State }
	var pairs []pair
	for _, name := range o.Spec.Features {
		spec := o.Spec.Spec
		spec.Features = []string{name}
		f, err := visit.Compile(&spec)
		if err != nil {
			t.Fatal(err)
		}
		pairs = append(pairs, pair{f.NewState(), f.NewState()})
	}
	_, err = events.Each(context.Background(), o.Paths, events.Options{}, func(v *visit.Visit) error {
		for i, p := range pairs {
			spec := o.Spec.Spec
			spec.Features = o.Spec.Features[i : i+1]
			f, _ := visit.Compile(&spec)
			p.of.Reset()
			p.all.Reset()
			for _, e := range v.Events {
				if err := p.all.Add(&e); err != nil {
					return err
				}
				less := visit.Event{Event: e.Event, TS: e.TS, Price: math.NaN(), Quantity: math.NaN()}
				for _, part := range []struct {
					reads visit.Fields
					copy  func()
				}{
					{visit.ReadsPage, func() { less.Page = e.Page }},
					{visit.ReadsPageType, func() { less.PageType = e.PageType }},
					{visit.ReadsItem, func() { less.Item = e.Item }},
					{visit.ReadsCategory, func() { less.Category = e.Category }},
					{visit.ReadsPrice, func() { less.Price = e.Price }},
					{visit.ReadsQuantity, func() { less.Quantity = e.Quantity }},
				} {
					if f.Fields()&part.reads != 0 {
						part.copy()
					}
				}
				if err := p.of.Add(&less); err != nil {
					return err
				}
			}
			p.of.SetPair("p1")
			p.all.SetPair("p1")
			if f.IsText(0) && p.of.Text(0) != p.all.Text(0) || !f.IsText(0) && p.of.Number(0) != p.all.Number(0) {
				t.Errorf("visit %s: %s depends on more than it says", v.ID, spec.Features[0])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Spark cannot name a column with a dot, which categories and pages have.
func TestColumnsWithoutDots(t *testing.T) {
	s, err := ReadSpec([]byte(`{"features": ["category_clicks:a.b", "popular_categories:9", {"name": "my.own", "feature": "events"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	p := NewPopular(s)
	v := &visit.Visit{ID: "v"}
	for _, c := range []string{"a.b", "c_d", "c.d", "e.f.`g`"} {
		for range len(v.Events) + 1 {
			v.Events = append(v.Events, visit.Event{Visit: "v", Event: visit.ViewItem, Category: c})
		}
	}
	if err := p.Add(v); err != nil {
		t.Fatal(err)
	}
	if err := s.Expand(p); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"category_clicks:a.b": "category_clicks:a.b", // asked for by its name
		"category_dwell:a.b":  "category_dwell:a_b", "events": "my.own",
		"category_clicks:c.d": "category_clicks:c_d", "category_dwell:c.d": "category_dwell:c_d",
		"category_clicks:c_d": "category_clicks:c_d_", "category_dwell:c_d": "category_dwell:c_d_",
		"category_clicks:e.f.`g`": "category_clicks:e_f__g_", "category_dwell:e.f.`g`": "category_dwell:e_f__g_",
	}
	for i, c := range s.Columns() {
		if want[s.Features[i]] != c {
			t.Errorf("%s is called %s, want %s", s.Features[i], c, want[s.Features[i]])
		}
	}
	if len(s.Features) != len(want) {
		t.Errorf("%d features, want %d", len(s.Features), len(want))
	}
}

func write(t testing.TB, o *Options, w io.Writer) *Result {
	t.Helper()
	var err error
	if o.Spec, err = Fit(context.Background(), o); err != nil {
		t.Fatal(err)
	}
	res, err := Write(context.Background(), w, o)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func compare(t *testing.T, got, want [][]string) {
	t.Helper()
	if len(got) != len(want) || len(got[0]) != len(want[0]) {
		t.Fatalf("%d rows of %d, want %d of %d", len(got), len(got[0]), len(want), len(want[0]))
	}
	faults, cells := 0, 0
	for i := range want {
		for k := range want[i] {
			g, w := got[i][k], want[i][k]
			cells++
			if g == w {
				continue
			}
			x, err1 := strconv.ParseFloat(g, 64)
			y, err2 := strconv.ParseFloat(w, 64)
			if err1 == nil && err2 == nil && x == y {
				continue
			}
			if faults++; faults < 20 {
				t.Errorf("row %d (%v), %s: %q, want %q", i, want[i][:2], want[0][k], g, w)
			}
		}
	}
	t.Logf("%d rows, %d values, %d differ", len(want)-1, cells, faults)
}

// Two columns of one name are refused when the spec is read, not when the
// bundle made of it loads.
func TestColumnTwice(t *testing.T) {
	for _, spec := range []string{
		`{"features": [{"name": "d", "feature": "visitor_type"}, {"name": "d", "feature": "clicks"}]}`,
		`{"features": ["clicks", {"name": "clicks", "feature": "events"}]}`,
		`{"features": ["early", {"name": "clicks", "feature": "events"}]}`,
	} {
		if _, err := ReadSpec([]byte(spec)); err == nil || !strings.Contains(err.Error(), "give it another name") {
			t.Errorf("%s: %v", spec, err)
		}
	}
}
