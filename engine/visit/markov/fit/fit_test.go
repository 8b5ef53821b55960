package fit

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/visit"
	"github.com/pageleap/pageleap/engine/visit/markov"
	"github.com/pageleap/pageleap/engine/visit/metrics"
	"github.com/pageleap/pageleap/engine/visit/synth"
)

// auc fits a model to visits that one makes, and judges it by others after n
// events.
func auc(t *testing.T, o Options, n int, one func(r *rand.Rand, buy bool) []visit.Event) float64 {
	t.Helper()
	o.Labels = map[string]bool{}
	d := NewData(&o)
	r := rand.New(rand.NewPCG(11, 12))
	visits := func(count int, each func(v *visit.Visit, buy bool)) {
		for i := range count {
			buy := r.Float64() < 0.25
			v := &visit.Visit{ID: fmt.Sprint(i), Events: one(r, buy)}
			each(v, buy)
		}
	}
	visits(3000, func(v *visit.Visit, buy bool) {
		o.Labels[v.ID] = buy
		d.Add(v)
	})
	f, err := Fit(d)
	if err != nil {
		t.Fatal(err)
	}
	var scored []metrics.Scored
	visits(2000, func(v *visit.Visit, buy bool) {
		var mv markov.Visit
		f.Model.Start(&mv)
		for i := range v.Events[:min(n, len(v.Events))] {
			mv.Add(&v.Events[i])
		}
		scored = append(scored, metrics.Scored{Score: mv.Probability(), True: buy})
	})
	return metrics.AUC(scored)
}

// Each track finds what only it can find: of visits that differ in nothing
// else, the model with it tells the kinds apart and the model without it hardly
// does.
func TestTracks(t *testing.T) {
	if testing.Short() {
		t.Skip("trains many chains")
	}
	page := func(r *rand.Rand) string { return []string{"a", "b", "c"}[r.IntN(3)] }
	for name, c := range map[string]struct {
		without []string
		one     func(r *rand.Rand, buy bool) []visit.Event
	}{
		"dwell on one page": {[]string{Dwell}, func(r *rand.Rand, buy bool) (events []visit.Event) {
			ts := int64(1e12)
			for range 8 {
				p := page(r)
				events = append(events, visit.Event{PageType: p, TS: ts, Item: fmt.Sprint(r.Int())})
				// The same time in all, but on other pages.
				if long := (p == "a") == buy; long {
					ts += int64(20_000 + r.IntN(40_000))
				} else {
					ts += int64(2000 + r.IntN(40_000))
				}
			}
			return events
		}},
		"items seen again": {[]string{Revisit}, func(r *rand.Rand, buy bool) (events []visit.Event) {
			items := 8
			if buy {
				items = 4
			}
			for i := range 8 {
				events = append(events, visit.Event{PageType: page(r), TS: int64(i), Item: fmt.Sprint(r.IntN(items))})
			}
			return events
		}},
		"names of events": {[]string{Mark}, func(r *rand.Rand, buy bool) (events []visit.Event) {
			for range 8 {
				name := "view"
				if x := r.Float64(); x < 0.2 || x < 0.4 && buy {
					name = "zoom"
				}
				events = append(events, visit.Event{PageType: page(r), Event: name})
			}
			return events
		}},
		"what comes early and what late": {[]string{Position}, func(r *rand.Rand, buy bool) (events []visit.Event) {
			for i := range 8 {
				p := "a"
				if early := i < 4; (early == buy) == (r.Float64() < 0.75) {
					p = "b"
				}
				events = append(events, visit.Event{PageType: p})
			}
			return events
		}},
	} {
		t.Run(name, func(t *testing.T) {
			o := DefaultOptions()
			o.StateFrom, o.Order = markov.PageType, 1
			with := auc(t, o, 8, c.one)
			o.Without = c.without
			without := auc(t, o, 8, c.one)
			if with < 0.7 || without > with-0.05 {
				t.Errorf("ROC AUC %.3f with the track %s, %.3f without", with, c.without, without)
			}
		})
	}
}

// An order is as high as it needs to be: visits in which the page before the
// last decides want contexts of two pages, those without memory none.
func TestOrder(t *testing.T) {
	for want, next := range []func(r *rand.Rand, path []int) int{
		func(r *rand.Rand, _ []int) int { return r.IntN(3) },
		func(r *rand.Rand, path []int) int { return (path[len(path)-1] + r.IntN(2)) % 3 },
		func(r *rand.Rand, path []int) int { return (path[len(path)-2] + r.IntN(2)) % 3 },
	} {
		o := DefaultOptions()
		o.StateFrom = markov.PageType
		d := NewData(&o)
		r := rand.New(rand.NewPCG(1, 2))
		for range 2000 {
			path := []int{r.IntN(3), r.IntN(3)}
			for r.IntN(10) > 0 {
				path = append(path, next(r, path))
			}
			v := &visit.Visit{ID: "x"}
			for _, p := range path {
				v.Events = append(v.Events, visit.Event{PageType: string(rune('a' + p))})
			}
			d.Add(v)
		}
		f, err := Fit(d)
		if err != nil {
			t.Fatal(err)
		}
		// Visits have two pages at least, so that even those without memory remember
		// their start.
		if got := f.Model.Order; got != max(want, 2) && got != want {
			t.Errorf("order %d, want %d: %v", got, want, f.Report.Orders)
		}
	}
}

// A track that adds nothing is left out, and what it would have known is not
// asked for; the model scores as it was judged.
func TestDrop(t *testing.T) {
	o := DefaultOptions()
	o.StateFrom, o.Order, o.Labels = markov.PageType, 1, map[string]bool{}
	d := NewData(&o)
	r := rand.New(rand.NewPCG(5, 6))
	visits := make([]*visit.Visit, 4000)
	for i := range visits {
		v := &visit.Visit{ID: fmt.Sprint(i)}
		visits[i] = v
		z, ts := -1.5, int64(1e12)
		for range 3 + r.IntN(5) {
			p := r.IntN(3)
			dwell := r.IntN(60_000)
			v.Events = append(v.Events, visit.Event{PageType: string(rune('a' + p)), TS: ts, Item: fmt.Sprint(r.IntN(5))})
			ts += int64(dwell)
			if p == 0 {
				z += math.Log(1+float64(dwell)/1000) - 3
			}
		}
		o.Labels[v.ID] = r.Float64() < markov.Sigmoid(z)
		d.Add(v)
	}
	f, err := Fit(d)
	if err != nil {
		t.Fatal(err)
	}
	m := f.Model
	if m.Revisit != nil || m.KeyFrom != markov.NoColumn || m.Dwell == nil || m.Layer.Whole[2] != 0 || m.Layer.Whole[3] != 0 {
		t.Errorf("tracks that add nothing are kept, or one that does is not: %+v", m)
	}
	loss := 0.0
	n := 0
	for _, v := range visits {
		var mv markov.Visit
		m.Start(&mv)
		for i := range v.Events {
			mv.Add(&v.Events[i])
			p := mv.Probability()
			if !o.Labels[v.ID] {
				p = 1 - p
			}
			loss -= math.Log(p)
			n++
		}
	}
	if loss /= float64(n); math.Abs(loss-f.Report.LayerLoss) > 0.02 {
		t.Errorf("log loss %.4f, and %.4f on visits left out", loss, f.Report.LayerLoss)
	}
}

// Two visits and even one state make a model.
func TestLittleData(t *testing.T) {
	o := DefaultOptions()
	o.Label = "purchase"
	d := NewData(&o)
	d.Add(&visit.Visit{ID: "1", Events: []visit.Event{{Event: "view"}, {Event: "purchase"}}})
	d.Add(&visit.Visit{ID: "2", Events: []visit.Event{{Event: "view"}}})
	f, err := Fit(d)
	if err != nil {
		t.Fatal(err)
	}
	if f.Model.Layer != nil {
		t.Error("a layer fitted to two visits")
	}
	var v markov.Visit
	f.Model.Start(&v)
	for i := range 4 {
		if p := v.Probability(); !(p > 0.2 && p < 0.8) {
			t.Errorf("after %d events %v", i, p)
		}
		v.Add(&visit.Event{Event: "view"})
	}
}

func TestNothingToFit(t *testing.T) {
	view := []visit.Event{{Event: "view"}}
	bought := []visit.Event{{Event: "view"}, {Event: "purchase"}}
	for want, visits := range map[string][][]visit.Event{
		"no events":              {},
		"0 of 2 visits":          {view, view},
		"2 of 2 visits":          {bought, bought},
		"no events to learn":     {{{Event: "purchase"}}},
		"1 of 1 visits end in b": {bought},
	} {
		o := DefaultOptions()
		o.Label = "purchase"
		d := NewData(&o)
		for _, v := range visits {
			d.Add(&visit.Visit{Events: v})
		}
		if _, err := Fit(d); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", visits, err, want)
		}
	}
}

// The bundle of a model answers as the model does, in both serialisations, and
// the same data gives the same bytes.
func TestBundle(t *testing.T) {
	o := DefaultOptions()
	o.Label = visit.Purchase
	var before []byte
	for range 2 {
		d, _, _ := sample(t, &o, 1500, 3)
		f, err := Fit(d)
		if err != nil {
			t.Fatal(err)
		}
		if f.Model.Layer == nil {
			t.Fatal("no layer")
		}
		b, err := f.Bundle(&o, d.LastTS)
		if err != nil {
			t.Fatal(err)
		}
		zip, err := bundle.Write(b, bundle.JSON)
		if err != nil {
			t.Fatal(err)
		}
		if before != nil {
			if !bytes.Equal(zip, before) {
				t.Error("the same data gives another bundle")
			}
			break
		}
		before = zip
		proto, err := bundle.Write(b, bundle.Protobuf)
		if err != nil {
			t.Fatal(err)
		}
		for _, zip := range [][]byte{zip, proto} {
			m, err := engine.Load(zip)
			if err != nil {
				t.Fatal(err)
			}
			sameScores(t, f.Model, m)
		}
	}
}

// sameScores scores made-up visits with the model, and with its bundle event by
// event and as lists.
func sameScores(t *testing.T, model *markov.Model, m *engine.Model) {
	t.Helper()
	live, err := m.NewVisit()
	if err != nil {
		t.Fatal(err)
	}
	row, err := m.NewRow()
	if err != nil {
		t.Fatal(err)
	}
	out := m.Outputs()
	p, next := out.Index("probability"), out.Index("next_pages")
	err = synth.Each(synth.Options{Visits: 50, Seed: 77}, func(v *visit.Visit, _ bool) error {
		var want markov.Visit
		model.Start(&want)
		live.Reset()
		for i := range row.Output(p).Nums {
			row.Output(p).Nums[i] = math.NaN()
		}
		for i := range v.Events {
			e := v.Events[i]
			want.Add(&e)
			if err := live.Add(v.Events[i]); err != nil {
				return err
			}
			fill(m.Inputs(), row, v.Events[:i+1])
			if err := live.Score(); err != nil {
				return err
			}
			if err := row.Score(); err != nil {
				return err
			}
			for _, got := range []*frame.Value{live.Output(p), row.Output(p)} {
				if got.Nums[1] != want.Probability() {
					t.Fatalf("%s after %d events: %v, the model says %v", v.ID, i+1, got.Nums[1], want.Probability())
				}
			}
			if !slices.Equal(live.Output(next).Strs, row.Output(next).Strs) {
				t.Errorf("next pages %v and %v", live.Output(next).Strs, row.Output(next).Strs)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func fill(inputs frame.Schema, row *engine.Row, events []visit.Event) {
	for k, f := range inputs {
		v := row.Input(k)
		v.Reset()
		for i := range events {
			if f.Name == "ts" {
				v.Longs = append(v.Longs, events[i].TS)
			} else {
				v.Strs = append(v.Strs, markov.ParseColumn(f.Name).Of(&events[i]))
			}
		}
	}
}

// A prior that is given moves all log-odds by the same.
func TestPrior(t *testing.T) {
	for _, plain := range []bool{false, true} {
		var z [2]float64
		for i, prior := range []float64{0, 0.02} {
			o := DefaultOptions()
			o.Label, o.Prior, o.Plain = visit.Purchase, prior, plain
			d, _, _ := sample(t, &o, 1500, 5)
			f, err := Fit(d)
			if err != nil {
				t.Fatal(err)
			}
			var v markov.Visit
			f.Model.Start(&v)
			if p := v.Probability(); prior > 0 && p != prior {
				t.Errorf("no events give %v", p)
			}
			v.Add(&visit.Event{PageType: "product", Item: "1"})
			z[i] = v.LogOdds() - math.Log(f.Model.Prior/(1-f.Model.Prior))
		}
		if math.Abs(z[0]-z[1]) > 1e-9 {
			t.Errorf("plain %v: beyond the prior %v and %v", plain, z[0], z[1])
		}
	}
}

// What states pages are: rules first, then the most frequent, then other; the
// bundle says the same of a page as the data did.
func TestStates(t *testing.T) {
	rules, top, err := ReadRules(strings.NewReader("# shop\n/p/*  product\n\n*/checkout*\tcheckout\n@top 2\n@other rest\n"))
	if err != nil || top != 2 {
		t.Fatal(err, top)
	}
	o := DefaultOptions()
	o.StateFrom, o.Rules, o.Top, o.Order = markov.Page, rules, top, 1
	d := NewData(&o)
	var v visit.Visit
	for _, p := range []string{"/", "/?utm=1", "/p/1", "/p/2?x", "/sale#top", "/sale", "/about", "/en/checkout/1", "/help"} {
		v.Events = append(v.Events, visit.Event{Page: p})
	}
	d.Add(&v)
	f, err := Fit(d)
	if err != nil {
		t.Fatal(err)
	}
	m := f.Model.Mapper
	if got, want := strings.Join(m.States(), " "), "product checkout / /sale rest"; got != want {
		t.Errorf("states %s, want %s", got, want)
	}
	for page, want := range map[string]string{"/": "/", "/?a#b": "/", "/p/77": "product", "/x/checkout": "checkout", "/sale": "/sale", "/help": "rest", "": "rest", "never": "rest"} {
		if got := f.Model.StateName(m.State(page)); got != want {
			t.Errorf("%q is %s, want %s", page, got, want)
		}
	}
	for text, want := range map[string]string{
		"/p/*":               "line 1",
		"\n/p/* a b":         "line 2",
		"@top many":          "@top wants a number",
		"@top -1":            "@top wants a number",
		"@query maybe":       "keep or drop",
		"@elsewhere x":       "there are @top",
		"@other my own rest": "line 1",
	} {
		if _, _, err := ReadRules(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// What states are made of is the first column that tells events apart.
func TestAuto(t *testing.T) {
	for want, events := range map[markov.Column][]visit.Event{
		markov.PageType: {{PageType: "a", Event: "x", Page: "1"}, {PageType: "b", Event: "y", Page: "2"}},
		markov.Name:     {{Event: "x", Page: "1"}, {Event: "y", Page: "2"}, {Event: "purchase", PageType: "thanks"}},
		markov.Category: {{Event: "x", Category: "c"}, {Event: "x", Category: "d"}, {Event: "purchase"}},
		markov.Page:     {{Event: "x", Page: "1"}, {Event: "x", Page: "2"}, {Event: "purchase"}},
	} {
		o := DefaultOptions()
		o.Label = "purchase"
		d := NewData(&o)
		d.Add(&visit.Visit{ID: "1", Events: events})
		d.decide()
		if o.StateFrom != want {
			t.Errorf("states are made of %s, want %s", o.StateFrom, want)
		}
	}
}

// The layer's weights are where the sum of losses and penalties is least: its
// slope there is 0.
func TestLogistic(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var rows []row
	for range 400 {
		x := row{at: []int32{0, 1, 3}, x: []float64{1, r.NormFloat64(), r.NormFloat64()}}
		x.buy = r.Float64() < markov.Sigmoid(-1+2*x.x[1]-x.x[2])
		rows = append(rows, x)
	}
	prior, penalty := []float64{0, 1, 0.5, 0}, []float64{0.01, 3, 2, 3}
	w := logistic(rows, -1, make([]float64, 4), prior, penalty)
	for i := range w {
		g := penalty[i] * (w[i] - prior[i])
		for k := range rows {
			x := &rows[k]
			e := markov.Sigmoid(dot(x, w))
			if x.buy {
				e--
			}
			for a, at := range x.at {
				if int(at) == i {
					g += e * x.x[a]
				}
			}
		}
		if math.Abs(g) > 1e-3 {
			t.Errorf("weight %d: %v, where the slope is %v", i, w[i], g)
		}
	}
}
