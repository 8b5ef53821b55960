package transform

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/visit"
	"github.com/pageleap/pageleap/engine/visit/markov"
)

// markovAttrs is a chain of order 1 over the pages a and b, fitted to six visits
// of which those with the path "a b" end in buying:
//
//	a b $ (buy)   a b $ (buy)   a $   b $   b a $   a a $
func markovAttrs(more ...bundle.Attribute) []bundle.Attribute {
	list := []bundle.Attribute{
		attrString("state_from", "page_type"), attrStrings("states", "a", "b"), attrInt("order", 1), attrInt("next_n", 2),
		// Contexts: none, a (0), b (1), start (3). The symbol 2 is the end.
		attrInts("chain_parents", -1, 0, 0, 0), attrInts("chain_symbols", -1, 0, 1, 3), attrInts("chain_sizes", 3, 3, 2, 2),
		attrInts("chain_cells", 0, 1, 2 /**/, 0, 1, 2 /**/, 0, 2 /**/, 0, 1),
		attrInts("chain_buy", 2, 2, 2 /**/, 0, 2, 0 /**/, 0, 2 /**/, 2, 0),
		attrInts("chain_defer", 4, 2, 4 /**/, 1, 0, 3 /**/, 1, 1 /**/, 2, 2),
		attrFloat("chain_strength", 1), attrFloat("chain_discount", 0.5), attrFloat("chain_share", 2),
		attrFloat("prior", 0.25), attrVector("absorption", 0.1, 0.4, 0.3, 0.2),
	}
	for _, m := range more {
		replaced := false
		for i := range list {
			if list[i].Name == m.Name {
				list[i], replaced = m, true
			}
		}
		if !replaced {
			list = append(list, m)
		}
	}
	return list
}

const markovSockets = "page_type:page_type > probability:probability log_odds:log_odds prediction:prediction absorption:absorption next_pages:next_pages next_probabilities:next_probabilities"

// withTracks adds a track of dwells, one of revisits, one of marks and a layer.
func withTracks() []bundle.Attribute {
	return []bundle.Attribute{
		attrString("key_from", "item"), attrString("mark_from", "event"), attrStrings("marks", "view", "cart"), attrInt("longest_dwell", 60_000),
		attrInts("positions", 2), attrInts("dwell_edges", 1000, 5000),
		attrInts("dwell_parents", -1), attrInts("dwell_symbols", -1), attrInts("dwell_sizes", 3), attrInts("dwell_cells", 0, 1, 2),
		attrInts("dwell_buy", 1, 2, 6), attrInts("dwell_defer", 6, 3, 1), attrFloat("dwell_strength", 1), attrFloat("dwell_discount", 0), attrFloat("dwell_share", 1),
		attrInts("revisit_parents", -1), attrInts("revisit_symbols", -1), attrInts("revisit_sizes", 2), attrInts("revisit_cells", 0, 1),
		attrInts("revisit_buy", 2, 5), attrInts("revisit_defer", 9, 1), attrFloat("revisit_strength", 1), attrFloat("revisit_discount", 0), attrFloat("revisit_share", 1),
		attrInts("mark_parents", -1), attrInts("mark_symbols", -1), attrInts("mark_sizes", 2), attrInts("mark_cells", 0, 1),
		attrInts("mark_buy", 4, 4), attrInts("mark_defer", 9, 1), attrFloat("mark_strength", 1), attrFloat("mark_discount", 0), attrFloat("mark_share", 1),
		attrInts("layer_steps", 1, 3), attrFloats("layer_bias", -1, -2), attrTensor("layer_ratios", []float64{0, 1, 1, 1, 1, 0.5, 0.5, 1, 1, 0.5}, 2, 5),
		attrFloats("layer_counts", 0.1, 0.2), attrFloats("layer_dwell", 0.3, -0.1), attrFloats("layer_last", 0, 0.25), attrFloats("layer_whole", 0.1, 0.05, -0.2, 0.3),
	}
}

const tracksSockets = "page_type:page_type ts:ts item:item event:event > probability:p"

func newState(t *testing.T, n *bundle.Node) Transformer {
	t.Helper()
	return readNode(t, n).(Stateful).NewState()
}

func TestMarkovChain(t *testing.T) {
	tr := newState(t, nodeOf("markov_chain", markovSockets, markovAttrs()...))
	get := func(states ...string) (p, z, prediction, absorption float64, next []string, chances []float64) {
		t.Helper()
		out, err := apply(tr, strList(states...))
		if err != nil {
			t.Fatal(err)
		}
		return out[0].Nums[1], out[1].Num, out[2].Num, out[3].Num, out[4].Strs, out[5].Nums
	}
	p, z, prediction, absorption, next, chances := get()
	if p != 0.25 || math.Abs(z-math.Log(1.0/3)) > 1e-15 || prediction != 0 || absorption != 0.3 || len(next) != 2 || next[0] != "a" || chances[0] <= chances[1] {
		t.Error("no events:", p, z, prediction, absorption, next, chances)
	}
	if _, z1, _, a, _, _ := get("never seen"); z1 != z || a != 0.2 {
		t.Error("an unknown page:", z1, z, a)
	}
	if _, z1, _, a, _, _ := get("never seen", ""); z1 != z || a != 0.2 {
		t.Error("unknown pages:", z1, z, a)
	}
	p1, _, _, a, _, _ := get("a", "b")
	p2, _, _, _, _, _ := get("a", "a")
	if p1 <= 0.25 || p2 >= 0.25 || a != 0.4 {
		t.Error("a b and a a:", p1, p2, a)
	}
	// The ratio of a first page "a", by hand: the chain's context is the start,
	// whose parent is empty. All numbers are those of Table's comment.
	share := func(buy, all, parent float64) float64 { return (buy + 2*parent) / (all + 2) }
	s0 := (6 + 0.5) / (16 + 1)
	type cell struct{ buy, all float64 }
	fit := func(cells []cell, s float64, up func(k int) (b, d float64), delta float64) (ratio []float64, pb, pd []float64) {
		var wb, wd []float64
		var sb, sd float64
		for k, c := range cells {
			b, d := up(k)
			odds := s / (1 - s) * b / d
			x := share(c.buy, c.all, odds/(1+odds))
			wb, wd = append(wb, (c.all-0.5)*x), append(wd, (c.all-0.5)*(1-x))
			sb, sd = sb+wb[k], sd+wd[k]
		}
		for k := range cells {
			b, d := up(k)
			pb, pd = append(pb, (1-delta)*wb[k]/sb+delta*b), append(pd, (1-delta)*wd[k]/sd+delta*d)
			ratio = append(ratio, math.Log(pb[k]/pd[k]))
		}
		return ratio, pb, pd
	}
	_, pb, pd := fit([]cell{{2, 6}, {2, 4}, {2, 6}}, s0, func(int) (float64, float64) { return 1.0 / 3, 1.0 / 3 }, (1+0.5*3)/(16+1))
	start := share(2, 6, s0)
	want, _, _ := fit([]cell{{2, 4}, {0, 2}}, start, func(k int) (float64, float64) { return pb[k], pd[k] }, (1+0.5*2)/(6+1))
	if _, got, _, _, _, _ := get("a"); math.Abs(got-(z+want[0])) > 1e-12 {
		t.Errorf("the first page gives %v, want %v", got-z, want[0])
	}
}

// Events one by one give what the whole lists give, bit by bit, whatever the
// order of lists in which no time is out of order.
func TestMarkovChainIncremental(t *testing.T) {
	n := nodeOf("markov_chain", tracksSockets, markovAttrs(withTracks()...)...)
	whole, live := newState(t, n), newState(t, n).(Incremental)
	events := []visit.Event{{PageType: "a", TS: 1000, Item: "x", Event: "view"}, {PageType: "b", TS: 1000, Item: "", Event: "cart"},
		{PageType: "b", TS: 7000, Item: "x", Event: "other"}, {PageType: "c", TS: 9500, Item: "x", Event: "view"}, {PageType: "a", TS: 200_000, Item: "y", Event: ""}}
	var states, items, names []string
	var ts []int64
	live.Reset()
	for i := range events {
		e := events[i]
		states, items, names, ts = append(states, e.PageType), append(items, e.Item), append(names, e.Event), append(ts, e.TS)
		if err := live.Add(&e); err != nil {
			t.Fatal(err)
		}
		a, err := apply(whole, strList(states...), longList(ts...), strList(items...), strList(names...))
		if err != nil {
			t.Fatal(err)
		}
		b := outputs(live)
		if err := live.Result(nil, b); err != nil {
			t.Fatal(err)
		}
		for k, p := range live.Outputs() {
			if text(p.Type, a[k]) != text(p.Type, b[k]) {
				t.Errorf("after %d events %s is %s one by one and %s whole", i+1, p.Name, text(p.Type, b[k]), text(p.Type, a[k]))
			}
		}
	}
	before := row(whole, strList("a", "b", "b"), longList(1, 5000, 9000), strList("x", "y", "x"), strList("view", "cart", "view"))
	after := row(whole, strList("b", "b", "a"), longList(9000, 5000, 1), strList("x", "y", "x"), strList("view", "cart", "view"))
	if before != after {
		t.Errorf("out of order %s, in order %s", after, before)
	}
	// Without items and names their tracks say nothing.
	if got := row(whole, strList("a", "b"), longList(1, 2), null(), null()); strings.Contains(got, " at ") {
		t.Error(got)
	}
	// One that was not asked keeps nothing of the visit before.
	if again := row(whole, strList("a", "b", "b"), longList(1, 5000, 9000), strList("x", "y", "x"), strList("view", "cart", "view")); again != before {
		t.Errorf("the second time %s, the first %s", again, before)
	}
	wantNoAllocs(t, whole, strList(states...), longList(ts...), strList(items...), strList(names...))
}

// A layer's log-odds are the sum that markov.Layer says.
func TestMarkovChainLayer(t *testing.T) {
	node := nodeOf("markov_chain", tracksSockets, markovAttrs(withTracks()...)...)
	tr := readNode(t, node)
	m := tr.(*markovChain).Markov()
	var v markov.Visit
	m.Start(&v)
	for i, e := range []visit.Event{{PageType: "a", TS: 0, Item: "x", Event: "view"}, {PageType: "b", TS: 2000, Item: "x", Event: "cart"}, {PageType: "b", TS: 12_000, Item: "y", Event: "view"}} {
		v.Add(&e)
		step := []int{0, 0, 1}[i]
		l := m.Layer
		z := l.Bias[step]
		for k, r := range v.Ratios() {
			z += l.Ratios[step*5+k] * r
		}
		counts := [][2]float64{{1, 0}, {1, 1}, {1, 2}}[i]
		times := [][2]float64{{0, 0}, {2, 0}, {2, 10}}[i]
		z += 0.1*math.Log1p(counts[0]) + 0.2*math.Log1p(counts[1]) + 0.3*math.Log1p(times[0]) - 0.1*math.Log1p(times[1])
		if i > 0 {
			z += 0.25
		}
		whole := [][4]float64{{0, 0, 1, 0}, {2, 2, 1, 1}, {12, 10, 2, 1}}[i]
		for k, w := range l.Whole {
			z += w * math.Log1p(whole[k])
		}
		if got := v.LogOdds(); math.Abs(got-z) > 1e-12 {
			t.Errorf("after %d events the log-odds are %v, want %v", i+1, got, z)
		}
	}
}

func TestMarkovChainBadInput(t *testing.T) {
	tr := newState(t, nodeOf("markov_chain", tracksSockets, markovAttrs(withTracks()...)...))
	for want, in := range map[string][]*frame.Value{
		"shape at 1": {strList("a"), longList(), strList("x"), strList("view")},
		"shape at 2": {strList("a"), longList(1), strList("x", "y"), strList("view")},
		"shape at 3": {strList("a"), longList(1), strList("x"), strList()},
	} {
		if got := row(tr, in...); !strings.Contains(got, want[len("shape "):]) {
			t.Errorf("%v: %s, want %s", in, got, want)
		}
	}
	huge := strings.Repeat("/x", 1<<19)
	if got := row(tr, strList(huge), longList(math.MaxInt64), strList(huge), strList(huge)); strings.Contains(got, " at ") {
		t.Error(got)
	}
	if got := row(tr, strList("a", "b"), longList(math.MinInt64, math.MaxInt64), null(), null()); strings.Contains(got, "NaN") {
		t.Error(got)
	}
}

// 100,000 events are scored within bounded memory and in linear time.
func TestMarkovChainLongVisit(t *testing.T) {
	tr := newState(t, nodeOf("markov_chain", tracksSockets, markovAttrs(withTracks()...)...)).(Incremental)
	for i := range 100_000 {
		tr.Add(&visit.Event{PageType: []string{"a", "b", "c"}[i%3], TS: int64(i) * 1000, Item: strconv.Itoa(i), Event: "view"})
	}
	out := outputs(tr)
	if err := tr.Result(nil, out); err != nil {
		t.Fatal(err)
	}
	if p := out[0].Nums[1]; !(p >= 0 && p <= 1) {
		t.Errorf("the probability is %v", p)
	}
}

func TestMarkovChainMalformed(t *testing.T) {
	for name, more := range map[string][]bundle.Attribute{
		"no states":               {attrStrings("states")},
		"a state twice":           {attrStrings("states", "a", "a")},
		"an unknown column":       {attrString("state_from", "pages")},
		"no column for keys":      append(withTracks(), attrString("key_from", "")),
		"an order below 0":        {attrInt("order", -1)},
		"an order too high":       {attrInt("order", 9)},
		"a prior of 1":            {attrFloat("prior", 1)},
		"a threshold above 1":     {attrFloat("threshold", 1.5)},
		"a context out of order":  {attrInts("chain_symbols", -1, 1, 0, 3)},
		"a parent that is none":   {attrInts("chain_parents", -1, 0, 7, 0)},
		"no empty context":        {attrInts("chain_parents", 0, 0, 0, 0)},
		"too few sizes":           {attrInts("chain_sizes", 3, 3, 2)},
		"a size beyond the cells": {attrInts("chain_sizes", 3, 3, 2, 5)},
		"a size below 0":          {attrInts("chain_sizes", 3, 3, 2, -2)},
		"cells left over":         {attrInts("chain_sizes", 3, 3, 2, 1)},
		"an unknown symbol":       {attrInts("chain_cells", 0, 1, 2, 0, 1, 3, 0, 2, 0, 1)},
		"symbols out of order":    {attrInts("chain_cells", 0, 2, 1, 0, 1, 2, 0, 2, 0, 1)},
		"a count below 0":         {attrInts("chain_buy", 2, 2, 2, 0, 2, -1, 0, 2, 2, 0)},
		"a count of 0":            {attrInts("chain_defer", 4, 2, 4, 0, 0, 3, 1, 1, 2, 2)},
		"too few counts":          {attrInts("chain_buy", 2, 2)},
		"no smoothing":            {attrFloat("chain_strength", 0), attrFloat("chain_discount", 0)},
		"a discount of 1":         {attrFloat("chain_discount", 1)},
		"a share of 0":            {attrFloat("chain_share", 0)},
		"NaN for strength":        {attrFloat("chain_strength", math.NaN())},
		"absurd smoothing":        {attrFloat("chain_share", 1e-320), attrFloat("chain_strength", 1e-320), attrFloat("chain_discount", 0)},
		"NaN for a weight":        append(withTracks(), attrFloats("layer_bias", -1, math.NaN())),
		"NaN for absorption":      {attrVector("absorption", 0.1, math.NaN(), 0.3, 0.2)},
		"absorption too short":    {attrVector("absorption", 0.1)},
		"next pages without end":  {attrInt("next_n", 1<<40)},
		"a pattern of no state":   {attrStrings("patterns", "*"), attrInts("pattern_states", 2)},
		"a pattern too many":      {attrStrings("patterns", "*", "x"), attrInts("pattern_states", 1)},
		"other is no state":       {attrInt("other", 5)},
		"edges out of order":      append(withTracks(), attrInts("dwell_edges", 5, 1)),
		"steps that start late":   append(withTracks(), attrInts("layer_steps", 2, 3)),
		"too few biases":          append(withTracks(), attrFloats("layer_bias", 1)),
		"weights of three states": append(withTracks(), attrFloats("layer_last", 1, 2, 3)),
		"weights of no ratio":     append(withTracks(), attrTensor("layer_ratios", []float64{1, 2}, 2, 1)),
	} {
		t.Run(name, func(t *testing.T) {
			readFault(t, nodeOf("markov_chain", tracksSockets, markovAttrs(more...)...))
		})
	}
}

// Without labels there is one chain, and only the next page to tell.
func TestMarkovChainWithoutLabels(t *testing.T) {
	var list []bundle.Attribute
	for _, a := range markovAttrs(attrInts("chain_defer", 4, 2, 4 /**/, 1, 1, 3 /**/, 1, 1 /**/, 2, 2)) {
		if a.Name != "chain_buy" && a.Name != "prior" && a.Name != "absorption" {
			list = append(list, a)
		}
	}
	tr := newState(t, nodeOf("markov_chain", "page_type:p > next_pages:n", list...))
	if got := len(tr.Outputs()); got != 2 {
		t.Fatalf("%d outputs", got)
	}
	out, err := apply(tr, strList("b"))
	if err != nil {
		t.Fatal(err)
	}
	// After b came a once and the end once; in all there were 4 a, 2 b and 4 ends.
	d0 := (1 + 0.5*3) / (10 + 1)
	p0 := func(n float64) float64 { return (1-d0)*(n-0.5)/8.5 + d0/3 }
	d1 := (1 + 0.5*2) / (2 + 1)
	a, b := (1-d1)*0.5/1+d1*p0(4), d1*p0(2)
	if got := out[1].Nums[0]; out[0].Strs[0] != "a" || math.Abs(got-a/(a+b)) > 1e-12 {
		t.Errorf("%v %v, want a %v", out[0].Strs, got, a/(a+b))
	}
}
