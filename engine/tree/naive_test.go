package tree

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// naive is a tree of pointers, walked by the letter of Spark's definition: what
// every kernel must agree with.
type naive struct {
	values      []float64
	split       Split
	left, right *naive
}

func (n *naive) walk(x []float64) *naive {
	for n.left != nil {
		if n.goesLeft(x[n.split.Feature]) {
			n = n.left
		} else {
			n = n.right
		}
	}
	return n
}

func (n *naive) goesLeft(x float64) bool {
	s := &n.split
	if !s.Categorical {
		return x <= s.Threshold
	}
	var left []float64
	for c := range s.NumCategories {
		if slices.Contains(s.Categories, float64(c)) == s.IsLeft {
			left = append(left, float64(c))
		}
	}
	// CategoricalSplit keeps the smaller side, the left one of two equals.
	if len(left) <= s.NumCategories/2 {
		return slices.Contains(left, x)
	}
	right := x >= 0 && x < float64(s.NumCategories) && x == math.Trunc(x) && !slices.Contains(left, x)
	return !right
}

// add gives the tree to a builder, in pre-order.
func (n *naive) add(tb testing.TB, b *Builder) {
	tb.Helper()
	for todo := []*naive{n}; len(todo) > 0; {
		n := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		var err error
		if n.left == nil {
			err = b.Leaf(n.values)
		} else {
			err = b.Split(&n.split)
			todo = append(todo, n.right, n.left)
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
	if err := b.End(); err != nil {
		tb.Fatal(err)
	}
}

// shape says what random forests to make.
type shape struct {
	trees, depth, features, outputs int
	thresholds                      int     // different ones a feature; 0: no two alike
	categories                      int     // of every third feature; 0: all are continuous
	prune                           float64 // chance of a leaf above the full depth
}

type world struct {
	shape
	rng   *rand.Rand
	cuts  [][]float64
	trees []*naive
}

func newWorld(seed uint64, s shape) *world {
	w := &world{shape: s, rng: rand.New(rand.NewPCG(seed, 1))}
	for range s.features {
		cuts := []float64{0, math.Copysign(0, -1)}[:min(2, s.thresholds)]
		for len(cuts) < s.thresholds {
			cuts = append(cuts, w.rng.NormFloat64())
		}
		w.cuts = append(w.cuts, cuts)
	}
	for range s.trees {
		w.trees = append(w.trees, w.grow(s.depth))
	}
	return w
}

func (w *world) categorical(feature int) bool { return w.categories > 0 && feature%3 == 0 }

func (w *world) grow(depth int) *naive {
	if depth == 0 || w.rng.Float64() < w.prune {
		n := &naive{}
		for range w.outputs {
			n.values = append(n.values, w.rng.NormFloat64())
		}
		return n
	}
	n := &naive{split: Split{Feature: w.rng.IntN(w.features)}}
	switch s := &n.split; {
	case w.categorical(s.Feature):
		s.Categorical, s.IsLeft, s.NumCategories = true, w.rng.IntN(2) == 0, w.categories
		for c := range s.NumCategories {
			if w.rng.IntN(2) == 0 {
				s.Categories = append(s.Categories, float64(c))
			}
		}
	case w.thresholds > 0:
		s.Threshold = w.cuts[s.Feature][w.rng.IntN(w.thresholds)]
	case w.rng.IntN(50) == 0:
		s.Threshold = []float64{math.NaN(), math.Inf(1), math.Inf(-1)}[w.rng.IntN(3)]
	default:
		s.Threshold = w.rng.NormFloat64()
	}
	n.left, n.right = w.grow(depth-1), w.grow(depth-1)
	return n
}

// row is values that trees are likely to stumble over.
func (w *world) row() []float64 {
	x := make([]float64, w.features)
	for i := range x {
		switch k := w.rng.IntN(20); {
		case k == 0:
			x[i] = math.NaN()
		case k == 1:
			x[i] = math.Inf(1 - 2*w.rng.IntN(2))
		case k == 2:
			x[i] = math.Copysign(0, -1)
		case k == 3:
			x[i] = 0
		case w.categorical(i) && k < 17:
			x[i] = float64(w.rng.IntN(w.categories+3) - 1)
		case w.categorical(i):
			x[i] = []float64{0.5, 1e18, -1e300, 1.0000001}[w.rng.IntN(4)]
		case k < 8 && w.thresholds > 0:
			x[i] = w.cuts[i][w.rng.IntN(w.thresholds)]
		case k < 10 && w.thresholds > 0:
			x[i] = math.Nextafter(w.cuts[i][w.rng.IntN(w.thresholds)], math.Inf(1-2*w.rng.IntN(2)))
		default:
			x[i] = w.rng.NormFloat64()
		}
	}
	return x
}

func (w *world) forest(tb testing.TB) *Forest {
	tb.Helper()
	b := NewBuilder(w.features, w.outputs)
	for _, t := range w.trees {
		t.add(tb, b)
	}
	f, err := b.Forest()
	if err != nil {
		tb.Fatal(err)
	}
	if err := f.Check(); err != nil {
		tb.Fatal(err)
	}
	return f
}

// layouts are all that can be made of the forest.
func (w *world) layouts(tb testing.TB) map[string]*Forest {
	tb.Helper()
	make := func() *Builder {
		b := NewBuilder(w.features, w.outputs)
		for _, t := range w.trees {
			t.add(tb, b)
		}
		b.slots()
		b.gather()
		return b
	}
	large := func() *Forest {
		b := make()
		b.spread()
		return &b.f
	}
	all := map[string]*Forest{"chosen": w.forest(tb), "to the leaf": large()}
	if len(w.trees) >= abreast {
		if f := large(); len(f.Sets) == 0 {
			f.abreast = true
			f.inEights()
			all["abreast"] = f
		}
		if b := make(); b.f.makeNarrow(b.splits, b.trees) {
			all["narrow"] = &b.f
		}
		if b := make(); b.f.makeSmall(b.splits, b.trees) {
			all["small"] = &b.f
		}
	}
	for name, f := range all {
		if err := f.Check(); err != nil {
			tb.Fatal(name, err)
		}
	}
	return all
}

// layout is what was chosen.
func layout(f *Forest) string {
	switch {
	case f.Narrow != nil:
		return "narrow"
	case f.Small != nil:
		return "small"
	case f.abreast:
		return "abreast"
	}
	return "to the leaf"
}
