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
// whole tree in any order; or number what nodes there are with NewLeaf and
// NewSplit, and give each Tree by these numbers: trees of a forest say the same
// again and again. The first error ends it.
type Builder struct {
	f    Forest
	used []uint64 // the features tested, a bit each

	splits []Node    // by number: Threshold and Slot, which is still the feature
	values []float64 // of the leaves, by number

	// The trees that have ended, level by level.
	trees [][]numbered
	nodes int     // in all of them
	walk  float64 // the mean number of steps to all leaves, if each split sends half of its rows each way

	// MaxNodes is how many nodes the forest may have, MaxNodes at most.
	MaxNodes int

	// KeepPlaces makes the forest have Places. A leaf of each place is one of its own.
	KeepPlaces bool
	placed     []int32 // the numbers that leaves had before each was one of its own

	// The tree under way: its nodes' numbers in pre-order, and how many are to come
	// at least.
	tree []int32
	open int

	levels []level // room for Tree
	todo   []int32
}

// numbered is a node of a tree that stands level by level: in the lower half its
// number, as Tree takes it; in the upper half the right child, counted from the
// root, which is the leaf itself where it is one.
type numbered uint64

func (n numbered) number() int32 { return int32(uint32(n)) }
func (n numbered) right() int    { return int(n >> 32) }

// level is what Tree knows of the nodes at one depth: how many there are, and
// then where the next one goes, and its children.
type level struct{ nodes, splits, next, child int32 }

// NewBuilder makes a builder of trees over so many features, -1 where that
// isn't known, with so many values a leaf.
func NewBuilder(features, outputs int) *Builder {
	return &Builder{f: Forest{Features: features, Outputs: outputs}, MaxNodes: MaxNodes}
}

// Leaf adds a leaf.
func (b *Builder) Leaf(values []float64) error { return b.add(b.NewLeaf(values)) }

// Split adds an inner node.
func (b *Builder) Split(s *Split) error { return b.add(b.NewSplit(s)) }

// NewLeaf is the number of a leaf with these values. It is negative.
func (b *Builder) NewLeaf(values []float64) (int32, error) {
	if len(values) != b.f.Outputs || len(b.values)+len(values) > MaxValues {
		return 0, b.badLeaf(values)
	}
	leaf := len(b.values) / b.f.Outputs
	b.values = append(b.values, values...)
	return ^int32(leaf), nil
}

func (b *Builder) badLeaf(values []float64) error {
	if len(values) != b.f.Outputs {
		return malformed("a leaf has " + count(len(values), "value") + ", not " + strconv.Itoa(b.f.Outputs))
	}
	return tooLarge("too many leaves' values", MaxValues)
}

// NewSplit is the number of a split, from 0.
func (b *Builder) NewSplit(s *Split) (int32, error) {
	if s.Feature < 0 || b.f.Features >= 0 && s.Feature >= b.f.Features || s.Feature >= MaxFeature || len(b.splits) >= b.MaxNodes {
		return 0, b.badSplit(s)
	}
	for len(b.used) <= s.Feature>>6 {
		b.used = append(b.used, 0)
	}
	b.used[s.Feature>>6] |= 1 << (s.Feature & 63)
	n := Node{Threshold: s.Threshold, Slot: int32(s.Feature)}
	if s.Categorical {
		set, err := b.set(s)
		if err != nil {
			return 0, err
		}
		n.Threshold, n.Slot = float64(set), ^n.Slot
	}
	b.splits = append(b.splits, n)
	return int32(len(b.splits) - 1), nil
}

func (b *Builder) badSplit(s *Split) error {
	switch {
	case s.Feature < 0 || b.f.Features >= 0 && s.Feature >= b.f.Features:
		return malformed("a split tests feature " + strconv.Itoa(s.Feature) + " of " + strconv.Itoa(b.f.Features))
	case s.Feature >= MaxFeature:
		return tooLarge("a split tests feature "+strconv.Itoa(s.Feature), MaxFeature)
	}
	return b.tooMany()
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

// add puts a node in the tree under way.
func (b *Builder) add(number int32, err error) error {
	if err != nil {
		return err
	}
	if len(b.tree) == 0 {
		b.open = 1
	}
	if b.open == 0 {
		return malformed("the tree goes on after its last leaf")
	}
	if len(b.tree) >= b.MaxNodes {
		return b.tooMany()
	}
	b.tree = append(b.tree, number)
	b.open--
	if number >= 0 {
		b.open += 2
	}
	return nil
}

func (b *Builder) tooMany() error {
	return &Error{Limit: true, Msg: "more than " + strconv.Itoa(b.MaxNodes) + " nodes (the limit bundle.Nodes)"}
}

// End ends a tree.
func (b *Builder) End() error {
	err := b.Tree(b.tree)
	b.tree = b.tree[:0]
	return err
}

// Tree adds a tree: its nodes in pre-order, the left child first, each by the
// number that NewLeaf or NewSplit gave it.
func (b *Builder) Tree(nodes []int32) error {
	if len(nodes) == 0 {
		return malformed("the tree has no nodes")
	}
	if b.nodes+len(nodes) > b.MaxNodes {
		return b.tooMany()
	}
	if err := b.measure(nodes); err != nil {
		return err
	}
	// A level's nodes come in order, and so do its splits' children on the next.
	levels, end := b.levels, int32(0)
	share := 1.0 // of rows that come to a node of this level
	for i := range levels {
		l := &levels[i]
		l.next, l.child = end, end+l.nodes
		end = l.child
		b.walk += share * float64(l.splits)
		share /= 2
	}
	b.f.Trees = append(b.f.Trees, Tree{Root: int32(b.nodes), Depth: int32(len(levels) - 1)})
	b.trees = append(b.trees, b.byLevel(nodes))
	b.nodes += len(nodes)
	return nil
}

// measure counts the nodes of each level, and makes sure that they are a tree.
func (b *Builder) measure(nodes []int32) error {
	levels, todo, depth := b.levels[:0], b.todo[:0], 0 // todo: the depths of the right children to come
	for i, number := range nodes {
		if depth == len(levels) {
			if depth > MaxDepth {
				return tooLarge("the tree is too deep", MaxDepth)
			}
			levels = append(levels, level{})
		}
		l := &levels[depth]
		l.nodes++
		if number >= 0 {
			l.splits++
			depth++
			todo = append(todo, int32(depth))
			continue
		}
		if last := len(todo) - 1; last >= 0 {
			depth = int(todo[last])
			todo = todo[:last]
		} else if i < len(nodes)-1 {
			return malformed("the tree goes on after its last leaf")
		} else {
			b.levels, b.todo = levels, todo
			return nil
		}
	}
	return malformed("the tree ends where " + count(len(todo)+1, "split") + " still want a child")
}

// byLevel puts a tree's nodes in order.
func (b *Builder) byLevel(nodes []int32) []numbered {
	out := make([]numbered, len(nodes))
	levels, todo := b.levels, b.todo[:0]
	l, depth, place := &levels[0], 0, 0
	for _, number := range nodes {
		at, right := l.next, l.next
		l.next++
		if number >= 0 {
			right = l.child + 1
			l.child += 2
			depth++
			todo = append(todo, int32(depth))
		} else {
			if b.KeepPlaces {
				b.placed = append(b.placed, ^number)
				b.f.Places = append(b.f.Places, int32(place))
				place++
				number = ^int32(len(b.placed) - 1)
			}
			if last := len(todo) - 1; last >= 0 {
				depth = int(todo[last])
				todo = todo[:last]
			}
		}
		out[at] = numbered(uint32(number)) | numbered(right)<<32
		l = &levels[depth]
	}
	return out
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
	case len(b.tree) > 0:
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
	f.whole = len(f.Slots) == f.Width()
	if f.Width() <= 4*len(f.Slots) {
		f.places = make([]int32, f.Width())
		for i := range f.places {
			f.places[i] = int32(len(f.Slots))
		}
		for k, feature := range f.Slots {
			f.places[feature] = int32(k)
		}
	}
	slot := func(feature int32) int32 {
		w := feature >> 6
		return before[w] + int32(bits.OnesCount64(b.used[w]&(1<<(feature&63)-1)))
	}
	for i := range b.splits {
		if n := &b.splits[i]; n.Slot < 0 {
			n.Slot = ^slot(^n.Slot)
		} else {
			n.Slot = slot(n.Slot)
		}
	}
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
