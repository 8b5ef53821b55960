package main

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/wasm/host"
)

// forestShape is what a random forest is like.
type forestShape struct {
	op                     string // of the forest, or of the single tree
	trees, depth, features int
	classes                int
	thresholds             int     // different ones a feature; 0: no two alike
	categories             int     // of every third feature
	prune                  float64 // the chance of a leaf above the full depth
	counts                 bool    // leaves hold class counts
	leaves                 bool    // the leaves themselves are wanted
}

const (
	rf, rfReg   = "random_forest_classifier", "random_forest_regression"
	gbt, gbtReg = "gbt_classifier", "gbt_regression"
	dt, dtReg   = "decision_tree_classifier", "decision_tree_regression"
)

var forestShapes = []forestShape{
	{op: rf, trees: 20, depth: 6, features: 8, classes: 2, thresholds: 31, prune: 0.1, counts: true},
	{op: rf, trees: 40, depth: 7, features: 13, classes: 3, thresholds: 15, prune: 0.1, counts: true},
	{op: rf, trees: 24, depth: 6, features: 11, classes: 2, thresholds: 9, counts: true},
	{op: rf, trees: 25, depth: 6, features: 16, classes: 2, thresholds: 6, prune: 0.05, counts: true},
	{op: gbtReg, trees: 36, depth: 5, features: 7, thresholds: 26},
	{op: rf, trees: 40, depth: 6, features: 12, classes: 2, thresholds: 20, categories: 30, counts: true},
	{op: rf, trees: 9, depth: 7, features: 5, classes: 3, thresholds: 12, categories: 9, prune: 0.2, counts: true},
	{op: rf, trees: 50, depth: 5, features: 300, classes: 2, thresholds: 3, counts: true},
	{op: rf, trees: 60, depth: 5, features: 254, classes: 2, thresholds: 2, counts: true},
	{op: rf, trees: 11, depth: 8, features: 6, classes: 4, prune: 0.1, counts: true},
	{op: rf, trees: 8, depth: 6, features: 4, classes: 2, thresholds: 5, categories: 60, counts: true},
	{op: rf, trees: 3, depth: 9, features: 4, classes: 2, thresholds: 20, categories: 5, prune: 0.3, counts: true, leaves: true},
	{op: rf, trees: 30, depth: 30, features: 5, classes: 2, thresholds: 300, prune: 0.45, counts: true},
	{op: rf, trees: 10, depth: 4, features: 3, classes: 5, thresholds: 8},
	{op: rf, trees: 15, depth: 9, features: 4, classes: 2, thresholds: 31, counts: true},
	{op: rf, trees: 100, depth: 7, features: 12, classes: 2, thresholds: 31, categories: 35, prune: 0.1, counts: true},
	{op: rfReg, trees: 13, depth: 6, features: 7, thresholds: 31, prune: 0.1},
	{op: rfReg, trees: 10, depth: 0, features: 3, thresholds: 1},
	{op: rfReg, trees: 9, depth: 11, features: 6, categories: 40, leaves: true},
	{op: gbt, trees: 25, depth: 5, features: 9, thresholds: 16},
	{op: gbt, trees: 2, depth: 3, features: 9, thresholds: 16, categories: 4},
	{op: gbtReg, trees: 17, depth: 5, features: 6, thresholds: 40, prune: 0.2},
	{op: dt, trees: 1, depth: 9, features: 6, classes: 3, thresholds: 31, categories: 12, prune: 0.1, counts: true, leaves: true},
	{op: dt, trees: 1, depth: 0, features: 2, classes: 2, thresholds: 1, counts: true},
	{op: dtReg, trees: 1, depth: 9, features: 6, prune: 0.1},
}

// randomForest is a forest as a bundle has it, and values that its trees are
// likely to stumble over.
type randomForest struct {
	forestShape
	r    *rand.Rand
	cuts [][]float64
}

func (f *randomForest) grow(b []byte, depth int) []byte {
	if depth == 0 || f.r.Float64() < f.prune {
		n := bundle.TreeNode{Leaf: true}
		for range max(f.classes, 1) {
			x := f.r.NormFloat64()
			if f.classes > 0 {
				x = math.Abs(x)
			}
			if f.counts {
				x = float64(f.r.IntN(200))
			}
			n.Values = append(n.Values, x)
		}
		return bundle.AppendTreeNode(b, bundle.Protobuf, &n)
	}
	n := bundle.TreeNode{Feature: f.r.IntN(f.features), Continuous: true}
	switch {
	case f.categorical(n.Feature):
		n.Continuous, n.IsLeft, n.NumCategories = false, f.r.IntN(2) == 0, f.categories
		for c := range f.categories {
			if f.r.IntN(2) == 0 {
				n.Categories = append(n.Categories, float64(c))
			}
		}
	case f.thresholds > 0:
		n.Threshold = f.cuts[n.Feature][f.r.IntN(f.thresholds)]
	default:
		n.Threshold = f.r.NormFloat64()
	}
	b = bundle.AppendTreeNode(b, bundle.Protobuf, &n)
	return f.grow(f.grow(b, depth-1), depth-1)
}

func (f *randomForest) categorical(feature int) bool { return f.categories > 0 && feature%3 == 0 }

func (f *randomForest) value(feature int) float64 {
	switch k := f.r.IntN(20); {
	case k < 5:
		return []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.Copysign(0, -1), 0}[k]
	case f.categorical(feature) && k < 17:
		return float64(f.r.IntN(f.categories+3) - 1)
	case f.categorical(feature):
		return []float64{0.5, 1e18, -1e300}[k-17]
	case k < 9 && f.thresholds > 0:
		return f.cuts[feature][f.r.IntN(f.thresholds)]
	case k < 12 && f.thresholds > 0:
		return math.Nextafter(f.cuts[feature][f.r.IntN(f.thresholds)], math.Inf(1-2*f.r.IntN(2)))
	}
	return f.r.NormFloat64()
}

func (f *randomForest) bundle() *bundle.Bundle {
	for range f.features {
		cuts := []float64{0, math.Copysign(0, -1), math.NaN(), math.Inf(1), math.Inf(-1)}
		cuts = cuts[:min(len(cuts), f.thresholds/2)]
		for len(cuts) < f.thresholds {
			cuts = append(cuts, f.r.NormFloat64())
		}
		f.cuts = append(f.cuts, cuts)
	}
	whole := func(name string, x int) bundle.Attribute {
		return bundle.Attribute{Name: name, Type: bundle.BasicValue, Base: frame.Long, Ints: []int64{int64(x)}}
	}
	attrs := []bundle.Attribute{whole("num_features", f.features)}
	if f.classes > 0 {
		attrs = append(attrs, whole("num_classes", f.classes))
	}
	tree := func(path, op string) *bundle.Model {
		return &bundle.Model{Path: path, Format: bundle.Protobuf, Op: op, Attributes: attrs,
			Files: []bundle.File{{Name: "tree.pb", Data: f.grow(nil, f.depth)}}}
	}
	m := tree("root", f.op)
	if f.op != dt && f.op != dtReg {
		op := dtReg
		if f.classes > 0 {
			op = dt
		}
		var names []string
		var weights []float64
		m.Files = nil
		for i := range f.trees {
			names, weights = append(names, "tree"+strconv.Itoa(i)), append(weights, f.r.NormFloat64())
			m.Subs = append(m.Subs, bundle.Sub{Dir: names[i], Model: tree("root/"+names[i], op)})
		}
		m.Attributes = append(append([]bundle.Attribute{}, attrs...),
			bundle.Attribute{Name: "trees", Kind: bundle.ListAttr, Type: bundle.BasicValue, Base: frame.String, Strings: names},
			bundle.Attribute{Name: "tree_weights", Kind: bundle.ListAttr, Type: bundle.BasicValue, Base: frame.Double, Floats: weights})
	}
	out := []bundle.Socket{{Port: "prediction", Name: "prediction"}}
	if f.classes > 0 || f.op == gbt {
		out = append(out, bundle.Socket{Port: "raw_prediction", Name: "raw"}, bundle.Socket{Port: "probability", Name: "probability"})
	}
	if f.leaves {
		out = append(out, bundle.Socket{Port: "leaf", Name: "leaf"})
	}
	return &bundle.Bundle{Name: "forest", Root: &bundle.Node{Name: "forest", Model: m,
		Inputs: []bundle.Socket{{Port: "features", Name: "features"}}, Outputs: out}}
}

// Random forests of every shape give the engine's bits, with SIMD and without,
// over dense and sparse rows that their trees stumble over. -rows says how many rows a forest.
func TestBareForests(t *testing.T) {
	ctx := context.Background()
	total, forms := 0, [3]int{}
	for k, shape := range forestShapes {
		for seed := range max(1, min(6, *bareRows/1000)) {
			f := &randomForest{forestShape: shape, r: rand.New(rand.NewPCG(uint64(k), uint64(seed)))}
			m, err := engine.LoadBundle(f.bundle())
			if err != nil {
				t.Fatal(shape, err)
			}
			modules, err := bareForms(m)
			if err != nil {
				t.Fatal(shape, err)
			}
			for _, module := range modules {
				rt, loaded, err := loadBare(ctx, module.Wasm)
				if err != nil {
					t.Fatal(shape, err)
				}
				f.rows(t, m, loaded)
				total += *bareRows
				rt.Close(ctx)
			}
			forms[len(modules)]++
		}
	}
	t.Logf("%d rows, no difference; %d forests with SIMD, %d without", total, forms[2], forms[1])
	if forms[2] < 4 {
		t.Error("too few have SIMD")
	}
}

// row makes a vector, dense or sparse.
func (f *randomForest) row(v *frame.Value) {
	if f.r.IntN(2) == 0 {
		for i, d := 0, v.Dense(f.features); i < f.features; i++ {
			d[i] = f.value(i)
		}
		return
	}
	v.StartSparse(f.features)
	for i := range f.features {
		if f.r.IntN(2) == 0 {
			v.Put(i, f.value(i))
		}
	}
}

// frame is so many rows.
func (f *randomForest) frame(t frame.Type, n int) *frame.Frame {
	c := frame.Column{Field: frame.Field{Name: "features", Type: t}}
	var v frame.Value
	for range n {
		f.row(&v)
		c.Append(&v)
	}
	return frame.Of([]frame.Column{c}, n)
}

func (f *randomForest) rows(t *testing.T, m *engine.Model, loaded *host.Model) {
	ctx := context.Background()
	here, err := m.NewRow()
	if err != nil {
		t.Fatal(err)
	}
	there, err := loaded.Row(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	outputs := m.Outputs()
	var got frame.Value
	var a, b []byte
	for range *bareRows {
		in := here.Input(0)
		f.row(in)
		if err := there.Set(ctx, 0, m.Inputs()[0].Type, in); err != nil {
			t.Fatal(err)
		}
		want, err := here.Score(), there.Score(ctx)
		if want != nil || err != nil {
			var e *host.Error
			if want == nil || !errors.As(err, &e) || e.Msg != want.Error() {
				t.Fatalf("%+v: %v, and in the module %v", f.forestShape, want, err)
			}
			continue
		}
		for i, field := range outputs {
			if err := there.Get(i, field, &got); err != nil {
				t.Fatal(err)
			}
			a, b = frame.AppendValue(a[:0], field.Type, here.Output(i)), frame.AppendValue(b[:0], field.Type, &got)
			if string(a) != string(b) {
				t.Fatalf("%+v: %s: %s is %s, and in the module %s", f.forestShape, frame.AppendValue(nil, m.Inputs()[0].Type, in), field.Name, a, b)
			}
		}
	}
}
