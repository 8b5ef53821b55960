package tree

import (
	"math"
	"math/bits"
	"strconv"
)

// Split is the test of an inner node, as sources of trees give it.
type Split struct {
	Feature int

	// A continuous split sends value <= Threshold to the left.
	Threshold float64

	// A categorical split sends the Categories to the left, where IsLeft, or
	// to the right, and those below NumCategories that aren't listed the other
	// way.
	Categorical   bool
	Categories    []float64
	IsLeft        bool
	NumCategories int
}

// Row is a node with explicit children, as Spark's own files and XGBoost's
// hold them. Where Leaf, it has Values and no Left, Right and Split.
type Row struct {
	ID, Left, Right int
	Leaf            bool
	Values          []float64
	Split           Split
}

// Builder makes a forest of trees that come node by node. Call Leaf and Split
// in pre-order, the left child first, and End after each tree; or Rows for a
// whole tree in any order. The first error ends it.
type Builder struct {
	f    Forest
	used []uint64 // the features tested, a bit each

	// The trees that have ended, before they are put together: their
	// nodes level by level, with Right counted from the root and Slot still the
	// feature; and their leaves.
	trees  [][]Node
	leaves []leaves
	count  struct{ nodes, values int }
	walk   float64 // the mean number of steps to all leaves, if each split sends half of its rows each way

	// KeepPlaces makes the forest have Places.
	KeepPlaces bool

	// The tree under way: its nodes in pre-order, with Right the index of the
	// right child here, or 0 in a leaf. The left child is the next node.
	nodes  []Node
	values []float64 // of the leaves
	open   []open
	depth  int32
	queue  []int32 // room for pack
}

// leaves are a tree's, level by level.
type leaves struct {
	values []float64
	places []int32
}

// open is a split whose children haven't all come.
type open struct {
	node, depth int32
	left        bool // it has its left child
}

// NewBuilder makes a builder of trees over so many features, -1 where that
// isn't known, with so many values a leaf.
func NewBuilder(features, outputs int) *Builder {
	return &Builder{f: Forest{Features: features, Outputs: outputs}}
}

// Leaf adds a leaf.
func (b *Builder) Leaf(values []float64) error {
	if len(values) != b.f.Outputs {
		return malformed("a leaf has " + count(len(values), "value") + ", not " + strconv.Itoa(b.f.Outputs))
	}
	if b.count.values+len(b.values)+len(values) > MaxValues {
		return tooLarge("too many leaves' values", MaxValues)
	}
	leaf := len(b.values) / b.f.Outputs
	b.values = append(b.values, values...)
	return b.add(Node{Threshold: float64(leaf)}, true)
}

// Split adds an inner node.
func (b *Builder) Split(s *Split) error {
	if s.Feature < 0 || b.f.Features >= 0 && s.Feature >= b.f.Features {
		return malformed("a split tests feature " + strconv.Itoa(s.Feature) + " of " + strconv.Itoa(b.f.Features))
	}
	if s.Feature >= MaxFeature {
		return tooLarge("a split tests feature "+strconv.Itoa(s.Feature), MaxFeature)
	}
	for len(b.used) <= s.Feature>>6 {
		b.used = append(b.used, 0)
	}
	b.used[s.Feature>>6] |= 1 << (s.Feature & 63)
	n := Node{Threshold: s.Threshold, Slot: int32(s.Feature)}
	if s.Categorical {
		set, err := b.set(s)
		if err != nil {
			return err
		}
		n.Threshold, n.Slot = float64(set), ^n.Slot
	}
	return b.add(n, false)
}

// set keeps a split's categories and gives their place in Sets.
//
// A value that is no category (MLeap's test is whether the list has it) goes
// right in Spark where the left categories are at most half of all, whatever
// the list holds: CategoricalSplit makes its own list of the smaller half.
// Bundles list the right half where both are the same size, so that MLeap sends
// such values to the left there.
func (b *Builder) set(s *Split) (at int, err error) {
	n := s.NumCategories
	if n < 0 || n > 64*MaxSets || len(b.f.Sets)+1+(n+63)/64 > MaxSets {
		return 0, tooLarge("too many categories in splits", 64*MaxSets)
	}
	at = len(b.f.Sets)
	b.f.Sets = append(b.f.Sets, uint64(n)<<1)
	b.f.Sets = append(b.f.Sets, make([]uint64, (n+63)/64)...)
	words := b.f.Sets[at+1:]
	for _, c := range s.Categories {
		if !(c >= 0 && c < float64(n)) || c != math.Trunc(c) {
			return 0, malformed("a split lists category " + strconv.FormatFloat(c, 'g', -1, 64) + " of " + strconv.Itoa(n))
		}
		words[int(c)>>6] |= 1 << (int(c) & 63)
	}
	listed := 0
	for _, w := range words {
		listed += bits.OnesCount64(w)
	}
	left := listed
	if !s.IsLeft {
		left = n - listed
	}
	if left <= n/2 {
		b.f.Sets[at] |= 1
	}
	if s.IsLeft {
		for i := range words {
			words[i] = ^words[i]
		}
		if n&63 != 0 {
			words[len(words)-1] &= 1<<(n&63) - 1
		}
	}
	return at, nil
}

// add puts a node in its place in the tree under way.
func (b *Builder) add(n Node, leaf bool) error {
	i, depth := int32(len(b.nodes)), int32(0)
	if b.count.nodes+len(b.nodes) >= MaxNodes {
		return tooLarge("too many nodes", MaxNodes)
	}
	if i > 0 {
		if len(b.open) == 0 {
			return malformed("the tree goes on after its last leaf")
		}
		p := &b.open[len(b.open)-1]
		depth = p.depth + 1
		if depth > MaxDepth {
			return tooLarge("the tree is too deep", MaxDepth)
		}
		if !p.left {
			p.left = true
		} else {
			b.nodes[p.node].Right = i
			b.open = b.open[:len(b.open)-1]
		}
	}
	b.nodes = append(b.nodes, n)
	b.depth = max(b.depth, depth)
	if !leaf {
		b.open = append(b.open, open{node: i, depth: depth})
	}
	return nil
}

// End ends a tree.
func (b *Builder) End() error {
	if len(b.nodes) == 0 {
		return malformed("the tree has no nodes")
	}
	if n := len(b.open); n > 0 {
		return malformed("the tree ends where " + count(n, "split") + " still want a child")
	}
	b.pack()
	return nil
}

// pack puts away the tree under way, which has ended.
func (b *Builder) pack() {
	outputs, leaf := b.f.Outputs, b.count.values/b.f.Outputs
	nodes := make([]Node, len(b.nodes))
	l := leaves{values: make([]float64, 0, len(b.values))}
	if b.KeepPlaces {
		l.places = make([]int32, 0, len(b.values)/outputs)
	}
	share, levelEnd := 1.0, 1 // of rows that come to a node of this level
	queue := append(b.queue[:0], 0)
	for k := 0; k < len(queue); k++ {
		if k == levelEnd {
			share /= 2
			levelEnd = len(queue)
		}
		i := queue[k]
		n := b.nodes[i]
		if n.Right == 0 {
			at := int(n.Threshold) * outputs
			n.Threshold = float64(leaf)
			n.Right = int32(k)
			leaf++
			l.values = append(l.values, b.values[at:at+outputs]...)
			if b.KeepPlaces {
				l.places = append(l.places, int32(at/outputs))
			}
		} else {
			queue = append(queue, i+1, n.Right)
			n.Right = int32(len(queue)) - 1
			b.walk += share
		}
		nodes[k] = n
	}
	b.f.Trees = append(b.f.Trees, Tree{Root: int32(b.count.nodes), Depth: b.depth})
	b.trees, b.leaves = append(b.trees, nodes), append(b.leaves, l)
	b.count.nodes += len(nodes)
	b.count.values += len(l.values)
	b.nodes, b.values, b.depth, b.queue = b.nodes[:0], b.values[:0], 0, queue
}

// Rows adds a tree whose nodes are in any order. The root is the one with the
// ID 0. Each other must be the child of exactly one node below the root.
func (b *Builder) Rows(rows []Row) error {
	if len(rows) == 0 {
		return malformed("the tree has no nodes")
	}
	byID := make(map[int]int, len(rows))
	for i := range rows {
		if _, twice := byID[rows[i].ID]; twice {
			return malformed("two nodes have the id " + strconv.Itoa(rows[i].ID))
		}
		byID[rows[i].ID] = i
	}
	if _, ok := byID[0]; !ok {
		return malformed("there is no root, a node with the id 0")
	}
	// Pre-order, with the nodes that are still to be visited on a stack. A
	// node that is met twice has two parents, or is its own ancestor.
	seen := make([]bool, len(rows))
	todo := []int{0}
	visited := 0
	for len(todo) > 0 {
		id := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		i, ok := byID[id]
		if !ok {
			return malformed("node " + strconv.Itoa(id) + " is a child and isn't there")
		}
		if seen[i] {
			return malformed("node " + strconv.Itoa(id) + " is a child twice, or its own ancestor")
		}
		seen[i] = true
		visited++
		r := &rows[i]
		var err error
		if r.Leaf {
			err = b.Leaf(r.Values)
		} else {
			err = b.Split(&r.Split)
			todo = append(todo, r.Right, r.Left)
		}
		if err != nil {
			return err
		}
	}
	if visited != len(rows) {
		return malformed(count(len(rows)-visited, "node") + " not below the root")
	}
	return b.End()
}

// Forest is the finished forest, laid out for the fastest walk. The builder is
// of no use afterwards.
func (b *Builder) Forest() (*Forest, error) {
	f := &b.f
	switch {
	case len(b.nodes) > 0:
		return nil, malformed("the last tree hasn't ended")
	case len(f.Trees) == 0:
		return nil, malformed("there are no trees")
	}
	b.slots()
	b.layOut()
	made := *f // alone: the builder's room is not to stay with it
	return &made, nil
}

// slots gives each feature that is tested its slot.
func (b *Builder) slots() {
	f := &b.f
	// A feature's slot is the number of features below it that are tested.
	before := make([]int32, len(b.used))
	for w, word := range b.used {
		before[w] = int32(len(f.Slots))
		for ; word != 0; word &= word - 1 {
			f.Slots = append(f.Slots, int32(w<<6+bits.TrailingZeros64(word)))
		}
	}
	slot := func(feature int32) int32 {
		w := feature >> 6
		return before[w] + int32(bits.OnesCount64(b.used[w]&(1<<(feature&63)-1)))
	}
	for _, nodes := range b.trees {
		for i := range nodes {
			n := &nodes[i]
			switch {
			case int(n.Right) == i:
				n.Slot = int32(len(f.Slots))
			case n.Slot < 0:
				n.Slot = ^slot(^n.Slot)
			default:
				n.Slot = slot(n.Slot)
			}
		}
	}
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
