package tree

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// room is scratch space for a walk, with rubbish in it.
func room(f *Forest) ([]float64, []int32) {
	nf, ni := f.Room()
	floats, ints := make([]float64, nf), make([]int32, ni)
	for i := range floats {
		floats[i] = 1e9
	}
	for i := range ints {
		ints[i] = 1 << 30
	}
	return floats, ints
}

// sparseOf is x without its zeros.
func sparseOf(x []float64) (indices []int32, values []float64) {
	for i, v := range x {
		if v != 0 {
			indices, values = append(indices, int32(i)), append(values, v)
		}
	}
	return indices, values
}

func sameBits(a, b []float64) bool {
	for i := range a {
		if math.Float64bits(a[i]) != math.Float64bits(b[i]) {
			return false
		}
	}
	return len(a) == len(b)
}

var shapes = map[string]struct {
	shape
	layouts string // all that can be made, the chosen one first
}{
	"spark":               {shape{trees: 23, depth: 8, features: 12, outputs: 2, thresholds: 31, prune: 0.1}, "narrow small abreast"},
	"spark, categorical":  {shape{trees: 17, depth: 7, features: 9, outputs: 3, thresholds: 15, categories: 6, prune: 0.1}, "small"},
	"35 categories":       {shape{trees: 16, depth: 7, features: 9, outputs: 2, thresholds: 31, categories: 35, prune: 0.1}, "small"},
	"36 categories":       {shape{trees: 9, depth: 7, features: 9, outputs: 2, thresholds: 31, categories: 36, prune: 0.1}, "to the leaf"},
	"200 categories":      {shape{trees: 9, depth: 7, features: 9, outputs: 2, thresholds: 31, categories: 200, prune: 0.1}, "to the leaf"},
	"categories in one":   {shape{trees: 1, depth: 7, features: 9, outputs: 2, thresholds: 31, categories: 20, prune: 0.1}, "to the leaf"},
	"no two alike":        {shape{trees: 11, depth: 9, features: 7, outputs: 1, prune: 0.1}, "abreast"},
	"one tree":            {shape{trees: 1, depth: 6, features: 5, outputs: 1, thresholds: 8, prune: 0.1}, "to the leaf"},
	"eight trees":         {shape{trees: 8, depth: 6, features: 50, outputs: 4, thresholds: 8, prune: 0.1}, "abreast narrow small"},
	"stumps and leaves":   {shape{trees: 50, depth: 1, features: 3, outputs: 2, thresholds: 3, prune: 0.5}, "narrow small abreast"},
	"leaves only":         {shape{trees: 9, depth: 0, features: 4, outputs: 2}, "narrow small abreast"},
	"one class":           {shape{trees: 6, depth: 5, features: 4, outputs: 1, thresholds: 5, prune: 0.3}, "to the leaf"},
	"ragged":              {shape{trees: 31, depth: 40, features: 6, outputs: 2, thresholds: 20, prune: 0.47}, "to the leaf abreast narrow small"},
	"32 thresholds":       {shape{trees: 9, depth: 9, features: 5, outputs: 1, thresholds: 33}, "abreast"},
	"two trees":           {shape{trees: 2, depth: 6, features: 5, outputs: 2, thresholds: 8, prune: 0.1}, "to the leaf"},
	"five trees":          {shape{trees: 5, depth: 1, features: 5, outputs: 2, thresholds: 31}, "to the leaf"},
	"fifteen trees":       {shape{trees: 15, depth: 9, features: 4, outputs: 2, thresholds: 31}, "narrow small abreast"},
	"depth 30":            {shape{trees: 12, depth: 30, features: 6, outputs: 3, thresholds: 31, prune: 0.45}, "to the leaf abreast narrow small"},
	"255 thresholds":      {shape{trees: 10, depth: 8, features: 3, outputs: 2, thresholds: 255}, "abreast"},
	"255 features tested": {shape{trees: 20, depth: 9, features: 255, outputs: 1, thresholds: 31}, "abreast narrow small"},
	"256 features tested": {shape{trees: 9, depth: 10, features: 300, outputs: 1, thresholds: 2}, "abreast"},
}

// Every kernel comes to the naive walk's leaves, dense and sparse.
func TestWalk(t *testing.T) {
	rows := 100_000 / len(shapes)
	if testing.Short() {
		rows /= 20
	}
	for name, s := range shapes {
		t.Run(name, func(t *testing.T) {
			w := newWorld(uint64(len(name)), s.shape)
			layouts := w.layouts(t)
			if chosen := layout(layouts["chosen"]); !strings.HasPrefix(s.layouts, chosen) {
				t.Errorf("walked %s, want %s", chosen, s.layouts)
			}
			for _, l := range []string{"abreast", "narrow", "small"} {
				if (layouts[l] != nil) != strings.Contains(s.layouts, l) {
					t.Errorf("%s: %v", l, layouts[l] != nil)
				}
			}
			for layout, f := range layouts {
				floats, ints := room(f)
				want, got := make([]float64, s.outputs), make([]float64, s.outputs)
				for range rows / len(layouts) {
					x := w.row()
					dense := append([]int32{}, f.Dense(x, floats, ints)...)
					indices, values := sparseOf(x)
					sparse := f.Sparse(indices, values, floats, ints)
					clear(want)
					clear(got)
					for k, tree := range w.trees {
						leaf := tree.walk(x)
						if !sameBits(f.Values[int(dense[k])*s.outputs:][:s.outputs], leaf.values) {
							t.Fatalf("%s: tree %d, row %v: leaf %d, want %v", layout, k, x, dense[k], leaf.values)
						}
						if sparse[k] != dense[k] {
							t.Fatalf("%s: tree %d, row %v: sparse leaf %d, dense %d", layout, k, x, sparse[k], dense[k])
						}
						for j, v := range leaf.values {
							want[j] += v
						}
					}
					if f.Sum(dense, got); !sameBits(got, want) {
						t.Fatalf("%s: sum %v, want %v", layout, got, want)
					}
				}
				x := w.row()
				indices, values := sparseOf(x)
				if n := testing.AllocsPerRun(10, func() {
					f.Sum(f.Dense(x, floats, ints), got)
					f.Sum(f.Sparse(indices, values, floats, ints), got)
				}); n != 0 {
					t.Errorf("%s: %v allocations", layout, n)
				}
			}
		})
	}
}

// Rows that are walked together come to the leaves that they come to alone, dense
// and sparse.
func TestWalkBlock(t *testing.T) {
	narrow := 0
	for name, s := range shapes {
		w := newWorld(uint64(len(name)), s.shape)
		f := w.layouts(t)["narrow"]
		if f == nil {
			continue
		}
		narrow++
		var want, rooms [][]int32
		for i := range 50 {
			x := w.row()
			floats, ints := room(f)
			want = append(want, append([]int32{}, f.Dense(x, floats, ints)...))
			floats, ints = room(f)
			if indices, values := sparseOf(x); i%2 == 0 {
				f.BinSparse(indices, values, floats, ints)
			} else {
				f.Bin(x, floats, ints)
			}
			rooms = append(rooms, ints)
		}
		f.WalkBlock(rooms)
		for i, ints := range rooms {
			if got := ints[:len(f.Trees)]; !slices.Equal(got, want[i]) {
				t.Errorf("%s: row %d: %v, want %v", name, i, got, want[i])
			}
		}
	}
	if narrow < 5 {
		t.Errorf("%d narrow forests", narrow)
	}
}

// Whatever the layout, the forest comes apart into the same nodes.
func TestApart(t *testing.T) {
	for name, s := range shapes {
		layouts := newWorld(uint64(len(name)), s.shape).layouts(t)
		want, _ := layouts["to the leaf"].apart()
		for layout, f := range layouts {
			got, _ := f.apart()
			for k := range want {
				for i, w := range want[k] {
					g := got[k][i]
					same := g.Slot < 0 || g.Threshold == w.Threshold || w.Threshold != w.Threshold && g.leaf() == w.leaf()
					if g.Slot != w.Slot || g.Right != w.Right || !same {
						t.Fatalf("%s, %s: node %d of tree %d is %v, want %v", name, layout, i, k, g, w)
					}
				}
			}
		}
	}
}

// A chain: each split has one leaf, and the next split is the other child.
func TestDeepChain(t *testing.T) {
	for _, depth := range []int{200, MaxDepth} {
		for _, side := range []string{"left", "right", "either"} {
			rng := rand.New(rand.NewPCG(1, 2))
			n := &naive{values: []float64{-1}}
			for d := range depth {
				leaf := &naive{values: []float64{float64(d)}}
				p := &naive{split: Split{Feature: rng.IntN(3), Threshold: rng.NormFloat64()}, left: leaf, right: n}
				if side == "left" || side == "either" && rng.IntN(2) == 0 {
					p.left, p.right = n, leaf
				}
				n = p
			}
			w := &world{shape: shape{features: 3, outputs: 1}, rng: rng, trees: []*naive{n}}
			f := w.forest(t)
			if f.Depth() != depth {
				t.Errorf("depth %d, want %d", f.Depth(), depth)
			}
			floats, ints := room(f)
			for range 1000 {
				x := []float64{rng.NormFloat64() * 3, rng.NormFloat64() * 3, rng.NormFloat64() * 3}
				if got, want := f.Values[f.Dense(x, floats, ints)[0]], n.walk(x).values[0]; got != want {
					t.Fatalf("got %v, want %v", got, want)
				}
			}
		}
	}
}

// A feature that is only ever compared with NaN has no bins but one; a feature
// that is a number in one split and a category in another can't have any.
func TestOddSlots(t *testing.T) {
	for name, c := range map[string]struct {
		splits []Split
		layout string
	}{
		"NaN only":      {[]Split{{Feature: 0, Threshold: math.NaN()}, {Feature: 1, Threshold: 0}}, "narrow"},
		"infinite":      {[]Split{{Feature: 0, Threshold: math.Inf(1)}, {Feature: 1, Threshold: math.Inf(-1)}, {Feature: 1, Threshold: math.NaN()}}, "narrow"},
		"mixed":         {[]Split{{Feature: 0, Threshold: 2}, {Feature: 0, Categorical: true, NumCategories: 5, Categories: []float64{1, 3}}}, "to the leaf"},
		"no categories": {[]Split{{Feature: 0, Categorical: true}, {Feature: 1, Categorical: true, IsLeft: true}}, "small"},
		"two numbers of categories": {[]Split{{Feature: 0, Categorical: true, NumCategories: 4, Categories: []float64{1, 3}},
			{Feature: 0, Categorical: true, NumCategories: 7, Categories: []float64{1}}}, "small"},
	} {
		w := &world{shape: shape{features: 2, outputs: 1}}
		leaf := 0.0
		for i := range 40 {
			n := &naive{values: []float64{leaf}}
			for k := range c.splits {
				leaf++
				n = &naive{split: c.splits[(k+i)%len(c.splits)], left: n, right: &naive{values: []float64{leaf}}}
			}
			w.trees = append(w.trees, n)
		}
		f := w.forest(t)
		if got := layout(f); got != c.layout {
			t.Errorf("%s: walked %s, want %s", name, got, c.layout)
		}
		floats, ints := room(f)
		for _, a := range []float64{math.Inf(-1), -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 2.5, math.Inf(1), math.NaN()} {
			for _, b := range []float64{math.Inf(-1), 0, 1, math.Inf(1), math.NaN()} {
				x := []float64{a, b}
				for k, l := range f.Dense(x, floats, ints) {
					if got, want := f.Values[l], w.trees[k].walk(x).values[0]; got != want {
						t.Errorf("%s: tree %d, row %v: got %v, want %v", name, k, x, got, want)
					}
				}
			}
		}
	}
}

func TestSparseFeatures(t *testing.T) {
	b := NewBuilder(1<<18, 1)
	for _, feature := range []int{5, 200_000, 1<<18 - 1} {
		for _, err := range []error{b.Split(&Split{Feature: feature, Threshold: 1}), b.Leaf([]float64{0}), b.Leaf([]float64{float64(feature)}), b.End()} {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	f, err := b.Forest()
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Slots) != 3 || f.Width() != 1<<18 {
		t.Errorf("slots %v, width %d", f.Slots, f.Width())
	}
	floats, ints := room(f)
	sum := make([]float64, 1)
	f.Sum(f.Sparse([]int32{4, 5, 6, 199_999, 200_001, 1<<18 - 1}, []float64{9, 2, 9, 9, 9, 3}, floats, ints), sum)
	if want := 5 + 1<<18 - 1.0; sum[0] != want {
		t.Errorf("got %v, want %v", sum[0], want)
	}
	// Many more slots than entries: the entries are looked up.
	b = NewBuilder(-1, 1)
	for i := range 100 {
		b.Split(&Split{Feature: 3 * i, Threshold: 1})
		b.Leaf([]float64{0})
		b.Leaf([]float64{float64(i)})
		b.End()
	}
	if f, err = b.Forest(); err != nil {
		t.Fatal(err)
	}
	floats, ints = room(f)
	sum[0] = 0
	f.Sum(f.Sparse([]int32{29, 30, 297}, []float64{2, 2, 2}, floats, ints), sum)
	if sum[0] != 109 {
		t.Errorf("got %v", sum[0])
	}
}

func TestBuilderRefuses(t *testing.T) {
	split := func(feature int) func(*Builder) error {
		return func(b *Builder) error { return b.Split(&Split{Feature: feature}) }
	}
	categories := func(n int, list ...float64) func(*Builder) error {
		return func(b *Builder) error {
			return b.Split(&Split{Categorical: true, Categories: list, NumCategories: n})
		}
	}
	leaf := func(v ...float64) func(*Builder) error {
		return func(b *Builder) error { return b.Leaf(v) }
	}
	end := (*Builder).End
	rows := func(r ...Row) func(*Builder) error {
		return func(b *Builder) error { return b.Rows(r) }
	}
	node := func(id, left, right int) Row { return Row{ID: id, Left: left, Right: right} }
	tip := func(id int) Row { return Row{ID: id, Leaf: true, Values: []float64{1, 2}} }
	chain := make([]func(*Builder) error, MaxDepth+2)
	for i := range chain {
		chain[i] = split(0)
	}
	chain = append(chain, end)
	for _, c := range []struct {
		name, want string
		steps      []func(*Builder) error
	}{
		{"no nodes", "the tree has no nodes", []func(*Builder) error{end}},
		{"too few", "the tree ends where 2 splits still want a child", []func(*Builder) error{split(0), split(1), leaf(1, 2), end}},
		{"too many", "the tree goes on after its last leaf", []func(*Builder) error{leaf(1, 2), leaf(1, 2)}},
		{"two trees in one", "the tree goes on after its last leaf", []func(*Builder) error{leaf(1, 2), split(0)}},
		{"leaf size", "a leaf has 1 value, not 2", []func(*Builder) error{leaf(1)}},
		{"no values", "a leaf has 0 values, not 2", []func(*Builder) error{leaf()}},
		{"feature", "a split tests feature 3 of 3", []func(*Builder) error{split(3)}},
		{"negative feature", "a split tests feature -1 of 3", []func(*Builder) error{split(-1)}},
		{"category too high", "a split lists category 4 of 4", []func(*Builder) error{categories(4, 1, 4)}},
		{"negative category", "a split lists category -1 of 4", []func(*Builder) error{categories(4, -1)}},
		{"half a category", "a split lists category 0.5 of 4", []func(*Builder) error{categories(4, 0.5)}},
		{"NaN", "a split lists category NaN of 4", []func(*Builder) error{categories(4, math.NaN())}},
		{"categories", "too many categories in splits: the limit is", []func(*Builder) error{categories(math.MaxInt)}},
		{"depth", "the tree is too deep: the limit is", chain},
		{"rows: none", "the tree has no nodes", []func(*Builder) error{rows()}},
		{"rows: no root", "there is no root, a node with the id 0", []func(*Builder) error{rows(tip(1))}},
		{"rows: twice", "two nodes have the id 1", []func(*Builder) error{rows(node(0, 1, 1), tip(1), tip(1))}},
		{"rows: missing", "node 2 is a child and isn't there", []func(*Builder) error{rows(node(0, 1, 2), tip(1))}},
		{"rows: two parents", "node 1 is a child twice, or its own ancestor", []func(*Builder) error{rows(node(0, 1, 1), tip(1))}},
		{"rows: itself", "node 0 is a child twice, or its own ancestor", []func(*Builder) error{rows(node(0, 0, 1), tip(1))}},
		{"rows: cycle", "node 0 is a child twice, or its own ancestor", []func(*Builder) error{rows(node(0, 1, 2), node(1, 2, 0), tip(2))}},
		{"rows: surplus", "2 nodes not below the root", []func(*Builder) error{rows(tip(0), tip(1), tip(5))}},
		{"rows: a cycle apart", "2 nodes not below the root", []func(*Builder) error{rows(tip(0), node(1, 2, 2), node(2, 1, 1))}},
	} {
		b := NewBuilder(3, 2)
		var err error
		for i, step := range c.steps {
			if err = step(b); err != nil && i < len(c.steps)-1 && c.name != "depth" {
				t.Errorf("%s: step %d: %v", c.name, i, err)
			}
			if err != nil {
				break
			}
		}
		var e *Error
		if !errors.As(err, &e) || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		} else if e.Limit != strings.Contains(c.want, "the limit is") {
			t.Errorf("%s: Limit is %v", c.name, e.Limit)
		}
	}
	b := NewBuilder(3, 2)
	if err := b.Split(&Split{}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Forest(); err == nil {
		t.Error("a forest with half a tree was made")
	}
}

// Rows in any order make the same tree as nodes in pre-order.
func TestRows(t *testing.T) {
	w := newWorld(7, shape{trees: 5, depth: 6, features: 5, outputs: 2, thresholds: 9, categories: 4, prune: 0.2})
	want := w.layouts(t)["to the leaf"]
	b := NewBuilder(w.features, w.outputs)
	for _, root := range w.trees {
		var rows []Row
		var add func(n *naive) int
		add = func(n *naive) int {
			id := len(rows)
			rows = append(rows, Row{ID: id * id, Leaf: n.left == nil, Values: n.values, Split: n.split})
			if n.left != nil {
				l, r := add(n.left), add(n.right)
				rows[id].Left, rows[id].Right = l*l, r*r
			}
			return id
		}
		add(root)
		w.rng.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		if err := b.Rows(rows); err != nil {
			t.Fatal(err)
		}
	}
	got, err := b.Forest()
	if err != nil {
		t.Fatal(err)
	}
	if err := got.Check(); err != nil {
		t.Fatal(err)
	}
	if !sameBits(got.Values, want.Values) || len(got.Nodes) != len(want.Nodes) {
		t.Fatal("not the same trees")
	}
	for i, n := range got.Nodes {
		// The sets of categories come in the same order, so even those agree.
		if w := want.Nodes[i]; n.Slot != w.Slot || n.Right != w.Right || math.Float64bits(n.Threshold) != math.Float64bits(w.Threshold) {
			t.Fatalf("node %d is %v, want %v", i, n, want.Nodes[i])
		}
	}
}

// Trees of nodes that were numbered once are the trees of these nodes.
func TestNumbers(t *testing.T) {
	for _, places := range []bool{false, true} {
		w := newWorld(8, shape{trees: 12, depth: 5, features: 5, outputs: 2, thresholds: 3, categories: 4, prune: 0.2})
		leaves := [][]float64{{1, 2}, {0, 5}, {math.NaN(), 0}}
		b := NewBuilder(w.features, w.outputs)
		b.KeepPlaces = places
		var splits []Split
		for i, values := range leaves {
			if n, err := b.NewLeaf(values); err != nil || n != ^int32(i) {
				t.Fatal(n, err)
			}
		}
		for _, root := range w.trees {
			var nodes []int32
			var add func(n *naive)
			add = func(n *naive) {
				if n.left == nil {
					i := w.rng.IntN(len(leaves))
					n.values = leaves[i]
					nodes = append(nodes, ^int32(i))
					return
				}
				if i := w.rng.IntN(len(splits) + 1); i < len(splits) {
					n.split = splits[i]
					nodes = append(nodes, int32(i))
				} else {
					splits = append(splits, n.split)
					number, err := b.NewSplit(&n.split)
					if err != nil {
						t.Fatal(err)
					}
					nodes = append(nodes, number)
				}
				add(n.left)
				add(n.right)
			}
			add(root)
			if err := b.Tree(nodes); err != nil {
				t.Fatal(err)
			}
		}
		f, err := b.Forest()
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Check(); err != nil {
			t.Fatal(err)
		}
		if got := len(f.Values); (got == 2*len(leaves)) == places || (len(f.Places) == got/2) != places {
			t.Errorf("%d values, %d places", got, len(f.Places))
		}
		floats, ints := room(f)
		for range 1000 {
			x := w.row()
			for k, leaf := range f.Dense(x, floats, ints) {
				n := w.trees[k].walk(x)
				if !sameBits(f.Values[2*leaf:][:2], n.values) {
					t.Fatalf("tree %d, row %v: leaf %d, want %v", k, x, leaf, n.values)
				}
				if places && w.trees[k].leaves(n) != int(f.Places[leaf]) {
					t.Fatalf("tree %d, row %v: the leaf in place %d, want %d", k, x, f.Places[leaf], w.trees[k].leaves(n))
				}
			}
		}
	}
}

// leaves are those of the tree that stand left of one of them.
func (n *naive) leaves(of *naive) int {
	count := 0
	for todo := []*naive{n}; ; {
		n := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		switch {
		case n == of:
			return count
		case n.left == nil:
			count++
		default:
			todo = append(todo, n.right, n.left)
		}
	}
}

// Check refuses what a kernel could not walk.
func TestCheck(t *testing.T) {
	w := newWorld(3, shape{trees: 8, depth: 4, features: 6, outputs: 2, thresholds: 9, categories: 4})
	last := func(f *Forest) *Node { return &f.Nodes[len(f.Nodes)-1] }
	// split is the first of either kind, in the second tree.
	split := func(f *Forest, categorical bool) *Node {
		for i := int(f.Trees[1].Root); ; i++ {
			if n := &f.Nodes[i]; int(n.Right) != i && (n.Slot < 0) == categorical {
				return n
			}
		}
	}
	set := func(f *Forest) *uint64 { return &f.Sets[int(split(f, true).Threshold)] }
	both := map[string]func(f *Forest){
		"values":              func(f *Forest) { f.Values = f.Values[1:] },
		"too few values":      func(f *Forest) { f.Values = f.Values[2:] },
		"no outputs":          func(f *Forest) { f.Outputs = 0 },
		"no trees":            func(f *Forest) { f.Trees = nil },
		"root":                func(f *Forest) { f.Trees[2].Root = f.Trees[1].Root },
		"root out of range":   func(f *Forest) { f.Trees[7].Root = int32(f.Len()) },
		"negative root":       func(f *Forest) { f.Trees[7].Root = -1 },
		"first root":          func(f *Forest) { f.Trees[0].Root = 1 },
		"depth":               func(f *Forest) { f.Trees[2].Depth++ },
		"slots not ascending": func(f *Forest) { f.Slots[0], f.Slots[1] = f.Slots[1], f.Slots[0] },
		"slot past features":  func(f *Forest) { f.Features = 3 },
		"negative slot":       func(f *Forest) { f.Slots[0] = -1 },
		"too few slots":       func(f *Forest) { f.Slots = f.Slots[:2] },
		"two layouts": func(f *Forest) {
			f.Nodes, f.Narrow, f.Small = make([]Node, 1), make([]NarrowNode, 1), make([]SmallNode, 1)
		},
		"no nodes": func(f *Forest) { f.Nodes, f.Narrow, f.Small = nil, nil, nil },
	}
	nodes := map[string]func(f *Forest){
		"child out of range":  func(f *Forest) { split(f, false).Right = int32(len(f.Nodes)) },
		"child far away":      func(f *Forest) { split(f, false).Right = math.MaxInt32 },
		"negative child":      func(f *Forest) { split(f, false).Right = -1 },
		"child in other tree": func(f *Forest) { f.Nodes[0].Right = f.Trees[1].Root + 2 },
		"cycle":               func(f *Forest) { f.Nodes[3].Right = 2 },
		"own ancestor":        func(f *Forest) { f.Nodes[5].Right = 1 },
		"shared child":        func(f *Forest) { f.Nodes[2].Right = f.Nodes[1].Right },
		"slot":                func(f *Forest) { split(f, false).Slot = int32(len(f.Slots)) },
		"categorical slot":    func(f *Forest) { split(f, true).Slot = ^int32(len(f.Slots)) },
		"set":                 func(f *Forest) { split(f, true).Threshold = float64(len(f.Sets)) },
		"set NaN":             func(f *Forest) { split(f, true).Threshold = math.NaN() },
		"set size":            func(f *Forest) { *set(f) = math.MaxUint64 },
		"set past the end":    func(f *Forest) { *set(f) = 64 * 2 * uint64(len(f.Sets)) },
		"leaf's slot":         func(f *Forest) { last(f).Slot = 1 },
		"leaf without values": func(f *Forest) { last(f).Threshold = leafOf(int32(len(f.Values) / 2)) },
		"leaf below 0":        func(f *Forest) { last(f).Threshold = leafOf(-1) },
		"leaf a number":       func(f *Forest) { last(f).Threshold = 0.5 },
		"split as a leaf":     func(f *Forest) { f.Nodes[1].Right = 1 },
		"nodes cut off":       func(f *Forest) { f.Nodes = f.Nodes[:len(f.Nodes)-1] },
		"a node too many":     func(f *Forest) { f.Nodes = append(f.Nodes, *last(f)) },
	}
	right := func(n SmallNode, to int) SmallNode {
		return n&(1<<(64-rightBits)-1) | SmallNode(to)<<(64-rightBits)
	}
	small := map[string]func(f *Forest){
		"child out of range":  func(f *Forest) { f.Small[0] = right(f.Small[0], 1<<rightBits-1) },
		"child in other tree": func(f *Forest) { f.Small[0] = right(f.Small[0], int(f.Trees[1].Root)+2) },
		"cycle":               func(f *Forest) { f.Small[3] = right(f.Small[3], 2) },
		"split as a leaf":     func(f *Forest) { f.Small[1] = right(f.Small[1], 1) },
		"leaf going left":     func(f *Forest) { f.Small[len(f.Small)-1] |= 1 << otherBin },
		"leaf without values": func(f *Forest) { f.Small[len(f.Small)-1] |= 1 << 34 },
		"slot":                func(f *Forest) { f.Small[0] |= 254 << slotShift },
		"steps":               func(f *Forest) { f.Steps = f.Steps[1:] },
		"unknown steps":       func(f *Forest) { f.Steps[0] = 7 },
		"cuts":                func(f *Forest) { f.Cuts = f.Cuts[1:] },
		"nodes cut off":       func(f *Forest) { f.Small = f.Small[:len(f.Small)-1] },
		"seven trees":         func(f *Forest) { f.Small, f.Trees = f.Small[:f.Trees[7].Root], f.Trees[:7] },
	}
	left := func(n NarrowNode, to int) NarrowNode { return n&(1<<childShift-1) | NarrowNode(to)<<childShift }
	narrow := map[string]func(f *Forest){
		"child out of range":  func(f *Forest) { f.Narrow[0] = left(f.Narrow[0], 1<<childBits-1) },
		"child in other tree": func(f *Forest) { f.Narrow[0] = left(f.Narrow[0], int(f.Trees[1].Root)+1) },
		"cycle":               func(f *Forest) { f.Narrow[3] = left(f.Narrow[3], 1) },
		"split as a leaf":     func(f *Forest) { f.Narrow[1] |= leafSlot },
		"leaf as a split":     func(f *Forest) { f.Narrow[len(f.Narrow)-1] &^= leafSlot },
		"leaf elsewhere":      func(f *Forest) { f.Narrow[len(f.Narrow)-1] -= 1 << childShift },
		"leaf without values": func(f *Forest) { f.Numbers[len(f.Narrow)-1] = int32(len(f.Values) / 2) },
		"leaf below 0":        func(f *Forest) { f.Numbers[len(f.Narrow)-1] = -1 },
		"slot":                func(f *Forest) { f.Narrow[0] |= 254 },
		"numbers":             func(f *Forest) { f.Numbers = f.Numbers[1:] },
		"steps":               func(f *Forest) { f.Steps = f.Steps[1:] },
		"cuts":                func(f *Forest) { f.Cuts = f.Cuts[1:] },
		"nodes cut off":       func(f *Forest) { f.Narrow = f.Narrow[:len(f.Narrow)-1] },
	}
	plain := newWorld(3, shape{trees: 8, depth: 4, features: 6, outputs: 2, thresholds: 9})
	worlds := map[string]*world{"to the leaf": w, "narrow": plain, "small": w}
	for layout, spoilers := range map[string][]map[string]func(f *Forest){"to the leaf": {both, nodes}, "narrow": {both, narrow}, "small": {both, small}} {
		for _, m := range spoilers {
			for name, spoil := range m {
				f := worlds[layout].layouts(t)[layout]
				spoil(f)
				var e *Error
				if err := f.Check(); !errors.As(err, &e) {
					t.Errorf("%s, %s: %v", layout, name, err)
				}
			}
		}
	}
}
