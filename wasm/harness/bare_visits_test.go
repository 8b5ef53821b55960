package main

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/compile"
	"github.com/pageleap/pageleap/engine/compile/lower"
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/transform"
	"github.com/pageleap/pageleap/engine/visit"
	"github.com/pageleap/pageleap/engine/visit/events"
	"github.com/pageleap/pageleap/engine/visit/training"
	"github.com/pageleap/pageleap/wasm/host"
)

// twin is a model in the engine and in a module of its own.
type twin struct {
	model *engine.Model
	row   *engine.Row
	visit *engine.Visit
	bare  struct {
		row   *host.Row
		visit *host.Visit
		model *host.Model
		in    *host.Instance
	}
}

func newTwin(t testing.TB, m *engine.Model) *twin {
	t.Helper()
	ctx := context.Background()
	module, err := compile.Compile(m)
	if err != nil {
		t.Fatal(err)
	}
	w := &twin{model: m}
	w.row, err = m.NewRow()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(err)
	w.visit, err = m.NewVisit()
	check(err)
	rt, err := host.New(ctx, module.Wasm, nil)
	check(err)
	t.Cleanup(func() { rt.Close(ctx) })
	w.bare.in, err = rt.Instantiate(ctx)
	check(err)
	bare, err := w.bare.in.Load(ctx, nil)
	check(err)
	w.bare.model = bare
	w.bare.row, err = bare.Row(ctx, len(m.Inputs()))
	check(err)
	w.bare.visit, err = bare.NewVisit(ctx, len(m.Inputs()))
	check(err)
	return w
}

// compare holds what both made of a row or a visit against each other.
func (w *twin) compare(t testing.TB, what string, row *engine.Row, bare *host.Row) {
	t.Helper()
	errWant, errGot := row.Score(), bare.Score(context.Background())
	if !sameError(errWant, errGot) {
		t.Fatalf("%s: the module says %v, the engine %v", what, errGot, errWant)
	}
	if errWant != nil {
		return
	}
	var got frame.Value
	for i, f := range w.model.Outputs() {
		if err := bare.Get(i, f, &got); err != nil {
			t.Fatal(err)
		}
		if want := row.Output(i); !sameValue(want, &got) {
			t.Fatalf("%s: %s is %s in the module, and %s in the engine", what, f.Name, frame.AppendValue(nil, f.Type, &got), frame.AppendValue(nil, f.Type, want))
		}
	}
}

func sameError(want, got error) bool {
	if want == nil || got == nil {
		return want == got
	}
	kind := ""
	if e, ok := got.(*host.Error); ok {
		kind = e.Kind
	}
	return want.Error() == got.Error() && engine.ErrorKind(want) == kind
}

// sameValue compares to the bit, but for what kind of NaN a NaN is.
func sameValue(a, b *frame.Value) bool {
	number := func(x, y float64) bool {
		return math.Float64bits(x) == math.Float64bits(y) || x != x && y != y
	}
	same := a.Null == b.Null && a.Str == b.Str && a.Long == b.Long && number(a.Num, b.Num) && a.Sparse == b.Sparse &&
		len(a.Nums) == len(b.Nums) && len(a.Strs) == len(b.Strs) && len(a.Indices) == len(b.Indices)
	if a.Null || !same {
		return same
	}
	for i := range a.Nums {
		same = same && number(a.Nums[i], b.Nums[i])
	}
	for i := range a.Strs {
		same = same && a.Strs[i] == b.Strs[i]
	}
	for i := range a.Indices {
		same = same && a.Indices[i] == b.Indices[i]
	}
	return same
}

// lists scores a visit as lists, some of them null where they may be.
func (w *twin) lists(t testing.TB, what string, list []visit.Event, others map[string]frame.Value) {
	t.Helper()
	for i, f := range w.model.Inputs() {
		v := w.row.Input(i)
		visit.Column(v, f.Name, f.Type, list)
		if o, ok := others[f.Name]; ok {
			*v = o
		}
		if err := w.bare.row.Set(context.Background(), i, f.Type, v); err != nil {
			t.Fatal(err)
		}
	}
	w.compare(t, what, w.row, w.bare.row)
}

// events adds a visit's events one by one, and scores after some of them.
func (w *twin) events(t testing.TB, what string, list []visit.Event, others map[string]frame.Value, scores func(i int) bool) {
	t.Helper()
	ctx := context.Background()
	w.visit.Reset()
	if err := w.bare.visit.Reset(ctx); err != nil {
		t.Fatal(err)
	}
	for i, f := range w.model.Inputs() {
		if f.Type.Kind == frame.List {
			continue
		}
		v := w.visit.Input(i)
		v.Reset()
		if o, ok := others[f.Name]; ok {
			*v = o
		} else {
			v.Null = true
		}
		if err := w.bare.visit.Set(ctx, i, f.Type, v); err != nil {
			t.Fatal(err)
		}
	}
	w.compare(t, what+" before any event", w.visit.Row, w.bare.visit.Row)
	for i := range list {
		e := list[i]
		errGot := w.bare.visit.Add(ctx, &e)
		errWant := w.visit.Add(e)
		if !sameError(errWant, errGot) {
			t.Fatalf("%s: event %d: the module says %v, the engine %v", what, i, errGot, errWant)
		}
		if scores(i) {
			w.compare(t, what+" after an event", w.visit.Row, w.bare.visit.Row)
		}
	}
}

// allFeatures is a spec of every feature of a session that there is.
var allFeatures = sync.OnceValues(func() (*training.Spec, error) {
	text, err := os.ReadFile("../../testdata/visits/all.json")
	if err != nil {
		return nil, err
	}
	o := &training.Options{Paths: []string{"../../testdata/visits/synthetic.ndjson"}}
	if o.Spec, err = training.ReadSpec(text); err != nil {
		return nil, err
	}
	return training.Fit(context.Background(), o)
})

// sessionModel is a model of the features that pick takes, of sessionBundle.
func sessionModel(t testing.TB, pick func(i int, feature string) bool) *engine.Model {
	t.Helper()
	return loadBundle(t, sessionBundle(t, pick))
}

func sessionBundle(t testing.TB, pick func(i int, feature string) bool) *bundle.Bundle {
	t.Helper()
	all, err := allFeatures()
	if err != nil {
		t.Fatal(err)
	}
	s := *all
	s.Features, s.Names = nil, nil
	for i, f := range all.Features {
		if pick(i, f) {
			s.Features, s.Names = append(s.Features, f), append(s.Names, all.Names[i])
		}
	}
	b, err := s.Bundle("features")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func every(int, string) bool { return true }

func loadBundle(t testing.TB, b *bundle.Bundle) *engine.Model {
	t.Helper()
	zip, err := bundle.Write(b, bundle.JSON)
	if err != nil {
		t.Fatal(err)
	}
	m, err := engine.Load(zip)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// wild are visits that no shop has: whatever breaks what is not careful.
type wild struct {
	*rand.Rand
	names, pages, types, items, categories []string
}

func newWild(seed uint64) *wild {
	w := &wild{Rand: rand.New(rand.NewPCG(seed, 1))}
	w.names = []string{"page_view", "view_item", "view_item", "view_item", "add_to_cart", "remove_from_cart", "purchase", "search", "view_cart", "first_visit", "scroll", "", "view_item_list", "begin_checkout"}
	w.pages = []string{"", "/", "/cart", "/p/1", "/p/2", "/p/3?x=1#y", "/?", strings.Repeat("/long", 500), strings.Repeat("ü", 1025), "\x80\x80"}
	w.types = []string{"", "home", "list", "product", "search", "cart", "account", "login", "info", "listing", "reviews", strings.Repeat("t", 300), "a>b", "product>cart"}
	w.items = []string{"", "1", "2", "3", "4", "x", strings.Repeat("i", 255) + "ü", strings.Repeat("i", 256), "\x00"}
	w.categories = []string{"", "shoes", "hats", "1", "2", "3", "4"}
	for range 40 {
		w.categories = append(w.categories, w.text())
		w.items = append(w.items, w.text())
	}
	return w
}

func (w *wild) text() string {
	b := make([]byte, w.IntN(6))
	for i := range b {
		b[i] = byte(w.IntN(256))
		if w.IntN(3) > 0 {
			b[i] = 'a' + b[i]%4
		}
	}
	return string(b)
}

func (w *wild) pick(list []string) string {
	if w.IntN(30) == 0 {
		return w.text()
	}
	return list[w.IntN(len(list))]
}

func (w *wild) number() float64 {
	if w.IntN(2) == 0 {
		return float64(w.IntN(2000)) / 100
	}
	return [...]float64{math.NaN(), 0, math.Copysign(0, -1), -1, 1, 2, math.Inf(1), math.Inf(-1), math.MaxFloat64, 5e-324}[w.IntN(10)]
}

func (w *wild) visit() []visit.Event {
	list := make([]visit.Event, w.IntN(1+w.IntN(60)))
	ts := w.Int64N(4e12)
	step := int64(1 + w.IntN(1<<w.IntN(24)))
	for i := range list {
		switch w.IntN(12) {
		case 0:
			ts -= w.Int64N(step)
		case 1:
		default:
			ts += w.Int64N(step)
		}
		list[i] = visit.Event{Event: w.pick(w.names), TS: ts, Page: w.pick(w.pages), PageType: w.pick(w.types), Item: w.pick(w.items), Category: w.pick(w.categories), Price: w.number(), Quantity: w.number()}
		if w.IntN(800) == 0 {
			list[i].TS = [...]int64{-1, 0, math.MinInt64, math.MaxInt64, visit.MaxTS, visit.MaxTS + 1}[w.IntN(6)]
		}
	}
	return list
}

// others are the inputs that are not of the events, and lists that are null.
func (w *wild) others(inputs frame.Schema, null bool) map[string]frame.Value {
	others := map[string]frame.Value{}
	for _, f := range inputs {
		switch {
		case f.Type.Kind == frame.List:
			if null && f.Type.Nullable && w.IntN(6) == 0 {
				others[f.Name] = frame.Value{Null: true}
			} else if null && w.IntN(100) == 0 {
				others[f.Name] = frame.Value{} // of another length
			}
		case f.Type.Base == frame.String:
			others[f.Name] = frame.Value{Str: w.pick(w.items)}
		case w.IntN(3) > 0:
			others[f.Name] = frame.Value{Num: float64(w.IntN(2))}
		}
	}
	return others
}

func (w *twin) fuzz(t testing.TB, seed uint64, visits int) {
	r := newWild(seed)
	for range visits {
		list := r.visit()
		w.events(t, "wild", list, r.others(w.model.Inputs(), false), func(int) bool { return r.IntN(4) == 0 })
		w.lists(t, "wild lists", list, r.others(w.model.Inputs(), true))
	}
}

// Every feature of a session that there is, of visits that no shop has.
func TestBareSessions(t *testing.T) {
	newTwin(t, sessionModel(t, every)).fuzz(t, 1, 400)
}

// A module has code for its features alone: each of them by itself, and a few at
// random.
func TestBareSessionsOfFewFeatures(t *testing.T) {
	seen := map[string]bool{}
	sessionModel(t, func(i int, feature string) bool {
		name, _, _ := strings.Cut(feature, ":")
		if !seen[name] {
			seen[name] = true
			newTwin(t, sessionModel(t, func(k int, _ string) bool { return k == i })).fuzz(t, uint64(i), 10)
		}
		return true
	})
	r := rand.New(rand.NewPCG(2, 2))
	for i := range 30 {
		first := r.IntN(len(seen))
		newTwin(t, sessionModel(t, func(k int, _ string) bool { return k == first || r.IntN(40) == 0 })).fuzz(t, uint64(i), 10)
	}
}

// The features as one vector.
func TestBareSessionVector(t *testing.T) {
	newTwin(t, loadBundle(t, vectorBundle(t))).fuzz(t, 4, 100)
}

func vectorBundle(t *testing.T) *bundle.Bundle {
	t.Helper()
	all, err := allFeatures()
	if err != nil {
		t.Fatal(err)
	}
	s := *all
	s.Features, s.Names, s.Vector = nil, nil, true
	for i, f := range sessionModel(t, every).Outputs() {
		if f.Type.Base != frame.String {
			s.Features, s.Names = append(s.Features, all.Features[i]), append(s.Names, all.Names[i])
		}
	}
	b, err := s.Bundle("vector")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Several ops that take events in one bundle: each visit's event goes to all of
// them.
func TestBareEventOps(t *testing.T) {
	first := func(b *bundle.Bundle) *bundle.Node {
		if len(b.Root.Model.Children) > 0 {
			return b.Root.Model.Children[0]
		}
		return b.Root
	}
	few := func(i int, _ string) bool { return i%7 == 0 }
	for seed, nodes := range [][]*bundle.Node{
		{first(vectorBundle(t)), first(randomChain(rand.New(rand.NewPCG(1, 1))))},
		{first(randomChain(rand.New(rand.NewPCG(2, 2)))), first(sessionBundle(t, few))},
		{first(sessionBundle(t, few)), first(vectorBundle(t))},
	} {
		root := &bundle.Node{Name: "both", Model: &bundle.Model{Op: "pipeline", Children: nodes}}
		nodes[0].Name, nodes[1].Name = "one", "other"
		newTwin(t, loadBundle(t, &bundle.Bundle{Name: "both", UID: bundle.UIDOf("both"), Version: "pageleap", Root: root})).fuzz(t, uint64(seed), 100)
	}
}

// A compiled module has one visit at a time, and says so to the one before.
func TestBareOneVisit(t *testing.T) {
	ctx := context.Background()
	m := sessionModel(t, func(i int, _ string) bool { return i < 3 })
	w := newTwin(t, m)
	other, err := w.bare.model.NewVisit(ctx, len(m.Inputs()))
	if err != nil {
		t.Fatal(err)
	}
	e := &visit.Event{Event: "page_view", TS: 1e12}
	for name, err := range map[string]error{"add": w.bare.visit.Add(ctx, e), "score": w.bare.visit.Score(ctx), "reset": w.bare.visit.Reset(ctx)} {
		if !errors.Is(err, host.ErrVisitOver) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := errors.Join(other.Add(ctx, e), other.Score(ctx), other.Reset(ctx)); err != nil {
		t.Error(err)
	}
}

// The visits of testdata, which real shops had, among them.
func TestBareReplaysVisits(t *testing.T) {
	var replayed int
	for _, of := range []struct {
		path string
		o    events.Options
	}{
		{"../../testdata/visits/synthetic.ndjson", events.Options{}},
		{"../../testdata/data/otto_first10_last10.jsonl", events.Options{Format: events.OTTO}},
		{"../../testdata/data/e-shop_clothing_2008_first500.csv", events.Options{Mapping: preset(t, "eshop2008")}},
	} {
		w := newTwin(t, sessionModel(t, every))
		_, err := events.Each(context.Background(), []string{of.path}, of.o, func(v *visit.Visit) error {
			replayed++
			w.events(t, of.path, v.Events, nil, func(int) bool { return true })
			w.lists(t, of.path, v.Events, nil)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if replayed < 200 {
		t.Errorf("%d visits only", replayed)
	}
}

func preset(t *testing.T, name string) *events.Mapping {
	m, err := events.Preset(name)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// listed is an op that reads a list and takes no events.
type listed struct{}

func (listed) Inputs() []transform.Port {
	return []transform.Port{{Name: "input", Type: frame.Type{Kind: frame.List, Base: frame.String}}}
}

func (listed) Outputs() []transform.Port {
	return []transform.Port{{Name: "output", Type: frame.ScalarOf(frame.Double)}}
}

func (listed) Transform(_, out []*frame.Value) error {
	out[0].SetNum(0)
	return nil
}

func (listed) Lower(b *lower.Builder) { b.Number(0) }

// Where an op has to have the list of events, there are no visits.
func TestBareNeedsLists(t *testing.T) {
	ctx := context.Background()
	b := sessionBundle(t, func(i int, _ string) bool { return i < 3 })
	b.Root.Model.Children = append(b.Root.Model.Children, &bundle.Node{
		Name: "listed", Model: &bundle.Model{Op: "listed", Path: "root/listed.node"},
		Inputs: []bundle.Socket{{Port: "input", Name: "event"}}, Outputs: []bundle.Socket{{Port: "output", Name: "out"}},
	})
	m, err := engine.LoadBundle(b, engine.With(transform.Op{Name: "listed", Read: func(*transform.Source) (transform.Transformer, error) { return listed{}, nil }}))
	if err != nil {
		t.Fatal(err)
	}
	module, err := compile.Compile(m)
	if err != nil {
		t.Fatal(err)
	}
	rt, loaded, err := loadBare(ctx, module.Wasm)
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close(ctx)
	_, want := m.NewVisit()
	if _, got := loaded.NewVisit(ctx, len(m.Inputs())); want == nil || got == nil || got.Error() != want.Error() {
		t.Errorf("the module says %v, the engine %v", got, want)
	}
}

// More items, categories and pages than are known apart.
func TestBareSessionsForget(t *testing.T) {
	w := newTwin(t, sessionModel(t, every))
	r := newWild(3)
	var list []visit.Event
	for i := range 6_000 {
		name := func(n int) string {
			return strings.Repeat("n", r.IntN(1+r.IntN(80))) + string(rune('a'+r.IntN(n))) + string(rune(0x100+r.IntN(n)))
		}
		list = append(list, visit.Event{Event: "view_item", TS: int64(i) * 1000, Page: name(100), PageType: "product", Item: name(100), Category: name(90), Price: 1})
	}
	others := map[string]frame.Value{"pair": {Str: list[len(list)-50].Item}}
	w.lists(t, "many", list, others)
	for range 2 {
		w.events(t, "many", list, others, func(i int) bool { return i%1000 == 999 })
		w.events(t, "few", list[:3], others, func(int) bool { return true })
	}
	size := w.bare.in.MemorySize()
	w.events(t, "many", list, others, func(int) bool { return false })
	if again := w.bare.in.MemorySize(); again != size {
		t.Errorf("the same visit once more takes %d bytes, %d before", again, size)
	}
}

// Chains of pages.
func TestBareChains(t *testing.T) {
	for _, path := range []string{"../../testdata/cases/markov_buy_synthetic/bundle.proto.zip", "../../testdata/cases/markov_next_category/bundle.proto.zip", "../../testdata/demo/next_category.zip"} {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		m, err := engine.Load(data)
		if err != nil {
			t.Fatal(err)
		}
		newTwin(t, m).fuzz(t, 5, 300)
	}
}

// Chains of all that there is to them, with counts at random: patterns, queries
// that are cut, marks, layers, or no labels.
func TestBareChainsAtRandom(t *testing.T) {
	for seed := range uint64(25) {
		newTwin(t, loadBundle(t, randomChain(rand.New(rand.NewPCG(seed, 9))))).fuzz(t, seed, 30)
	}
}

func randomChain(r *rand.Rand) *bundle.Bundle {
	var attributes []bundle.Attribute
	add := func(a bundle.Attribute, name string) {
		a.Name, a.Type = name, bundle.BasicValue
		attributes = append(attributes, a)
	}
	text := func(name, s string) {
		add(bundle.Attribute{Kind: bundle.ScalarAttr, Base: frame.String, Strings: []string{s}}, name)
	}
	texts := func(name string, s ...string) {
		add(bundle.Attribute{Kind: bundle.ListAttr, Base: frame.String, Strings: s}, name)
	}
	ints := func(name string, v ...int64) {
		add(bundle.Attribute{Kind: bundle.ListAttr, Base: frame.Long, Ints: v}, name)
	}
	whole := func(name string, v int64) {
		add(bundle.Attribute{Kind: bundle.ScalarAttr, Base: frame.Long, Ints: []int64{v}}, name)
	}
	number := func(name string, v float64) {
		add(bundle.Attribute{Kind: bundle.ScalarAttr, Base: frame.Double, Floats: []float64{v}}, name)
	}
	numbers := func(name string, n int) {
		v := make([]float64, n)
		for i := range v {
			v[i] = r.NormFloat64()
		}
		add(bundle.Attribute{Kind: bundle.ListAttr, Base: frame.Double, Floats: v}, name)
	}
	tensor := func(name string, v []float64, dims ...int) {
		attributes = append(attributes, bundle.Attribute{Name: name, Kind: bundle.TensorAttr, Type: bundle.TensorValue, Base: frame.Double,
			Tensors: []bundle.Tensor{{Base: frame.Double, Dims: dims, Floats: v}}})
	}
	columns := []string{"page_type", "page", "category", "event", "item"}
	column := func() string { return columns[r.IntN(len(columns))] }
	labelled := r.IntN(4) > 0
	states := []string{"product", "list", "/", "/p", "page_view", "", "1", "2", "x"}[:2+r.IntN(8)]
	n, order := int64(len(states)), r.IntN(9)
	from := column()
	text("state_from", from)
	key, mark := column(), column()
	text("key_from", key)
	text("mark_from", mark)
	texts("states", states...)
	texts("patterns", []string{"*/p/*", "/c*t", "view*item", "*", "a>b"}[:r.IntN(4)]...)
	targets := []int64{0, 1, 0, 1, 0}
	for i := range attributes {
		if attributes[i].Name == "patterns" {
			targets = targets[:len(attributes[i].Strings)]
		}
	}
	ints("pattern_states", targets...)
	whole("other", int64(r.IntN(3)-1))
	add(bundle.Attribute{Kind: bundle.ScalarAttr, Base: frame.Boolean, Bools: []bool{r.IntN(2) == 0}}, "cut_query")
	whole("order", int64(order))
	whole("next_n", int64(r.IntN(12)))
	whole("longest_dwell", int64(r.IntN(2)*60_000))
	ints("positions", 2, 4, 9)
	ints("dwell_edges", 1000, 5000, 20_000)
	texts("marks", "view_item", "add_to_cart", "product", "")
	tracks, inputs := 0, []string{from}
	read := func(c string) {
		if !slices.Contains(inputs, c) {
			inputs = append(inputs, c)
		}
	}
	table := func(track string, symbols, context int64, depth int) {
		parents, oldest, level := []int64{-1}, []int64{-1}, []int{0}
		for p := 0; p < len(parents) && len(parents) < 60; p++ {
			for x := int64(0); x < context && level[p] < depth; x++ {
				if r.IntN(3) == 0 {
					parents, oldest, level = append(parents, int64(p)), append(oldest, x), append(level, level[p]+1)
				}
			}
		}
		var sizes, cells, buy, deferred []int64
		for range parents {
			size := int64(0)
			for x := range symbols {
				if r.IntN(2) == 0 {
					size++
					cells, buy, deferred = append(cells, x), append(buy, r.Int64N(1<<r.IntN(12))), append(deferred, 1+r.Int64N(1<<r.IntN(20)))
				}
			}
			sizes = append(sizes, size)
		}
		if !labelled {
			buy = nil
		}
		for name, v := range map[string][]int64{"parents": parents, "symbols": oldest, "sizes": sizes, "cells": cells, "buy": buy, "defer": deferred} {
			ints(track+"_"+name, v...)
		}
		number(track+"_strength", r.Float64()*10)
		number(track+"_discount", r.Float64()*0.9)
		number(track+"_share", 0.1+r.Float64()*100)
	}
	table("chain", n+1, n+2, order)
	for _, track := range []struct {
		name             string
		symbols, context int64
	}{{"position", n + 1, 8}, {"dwell", 4, n}, {"revisit", 4, n}, {"mark", 4, n}} {
		if r.IntN(2) == 0 {
			tracks++
			table(track.name, track.symbols, track.context, 2)
			if c := map[string]string{"dwell": "ts", "revisit": key, "mark": mark}[track.name]; c != "" {
				read(c)
			}
		}
	}
	if labelled {
		number("prior", 0.01+0.9*r.Float64())
		absorption := make([]float64, n+2)
		for i := range absorption {
			absorption[i] = r.Float64()
		}
		tensor("absorption", absorption, len(absorption))
		if r.IntN(3) > 0 {
			ints("layer_steps", 1, 3, 7)
			numbers("layer_bias", 3)
			sums := order + 1 + tracks
			ratios := make([]float64, 3*sums)
			for i := range ratios {
				ratios[i] = r.NormFloat64()
			}
			tensor("layer_ratios", ratios, 3, sums)
			for _, w := range []string{"layer_counts", "layer_dwell", "layer_last"} {
				numbers(w, len(states))
			}
			numbers("layer_whole", 4)
			read("ts")
		}
	}
	outputs := []string{"next_pages", "next_probabilities"}
	if labelled {
		outputs = append(outputs, "probability", "log_odds", "prediction", "absorption")
	}
	node := &bundle.Node{Name: "chain", Model: &bundle.Model{Op: "markov_chain", Attributes: attributes}}
	for _, c := range inputs {
		node.Inputs = append(node.Inputs, bundle.Socket{Port: c, Name: c})
	}
	for _, c := range outputs {
		node.Outputs = append(node.Outputs, bundle.Socket{Port: c, Name: c})
	}
	return &bundle.Bundle{Name: "chain", UID: bundle.UIDOf("chain"), Version: "pageleap", Root: node}
}
