// Package tree holds ensembles of decision trees as flat arrays of numbers,
// and the kernels that walk them.
//
// It defines the trees of Spark (ml/tree/Node.scala and Split.scala). A
// continuous split sends a value to the left where value <= threshold, so NaN
// goes right; 0 and -0 are the same. A categorical split sends a set of
// categories one way and all others the other way.
//
// What trees mean (votes, means, margins) is not known here: a walk gives the
// leaf that each tree comes to, and the caller adds up the leaves' values in
// the order of the trees, so that no kernel changes a sum's last bit.
package tree

import (
	"math"
	"slices"
	"strconv"
)

// Limits on what a Builder takes.
const (
	MaxNodes   = 1 << 26 // in a forest
	MaxDepth   = 4096    // of a tree
	MaxFeature = 1 << 26 // a split's feature is below it
	MaxSets    = 1 << 24 // words in Forest.Sets
	MaxValues  = 1 << 27 // in Forest.Values
)

// Forest is trees, complete and ready to be walked. Its fields are plain data
// that anyone may read; see Check for what must hold between them.
type Forest struct {
	// Features is the size of the feature vector, or -1 where it isn't known.
	Features int

	// Outputs is the number of values a leaf has: 1, or one a class.
	Outputs int

	// Slots are the features that any split tests, ascending. A row of
	// features is reduced to these before the walk (see Fill), and nodes
	// refer to features by their place in Slots.
	Slots []int32

	// Trees are the trees in the order in which their values are added up.
	Trees []Tree

	// Nodes are the trees' nodes, tree after tree, each tree level by level,
	// the two children of a node next to each other. It is nil where Narrow or
	// Small holds them.
	Nodes []Node

	// Values are the leaves' values: leaf k has
	// Values[k*Outputs : (k+1)*Outputs].
	Values []float64

	// Places say for each leaf which one of its tree it is, counted from left to
	// right from 0. They are nil unless the builder was asked for them.
	Places []int32

	// Sets are the categorical splits' sets of categories. A set that starts
	// at i has a header, Sets[i]: twice its number of categories, plus 1 where
	// a value that is none of them goes right. The bits of the words after it,
	// lowest first, say which categories go right.
	Sets []uint64

	// Narrow are the nodes in a quarter of the space, where their trees test few
	// different values of each feature, no categories, and are large enough for it
	// to pay that each row is brought down to the numbers of the bins its values
	// fall in. There are at least eight trees then.
	Narrow []NarrowNode

	// Numbers are the leaves' numbers, each in the place that the leaf has in
	// Narrow.
	Numbers []int32

	// Small are the nodes in half the space, where Narrow would hold them if they
	// tested no categories.
	Small []SmallNode

	// Steps say how the value in a slot becomes the number of a bin, nil where
	// Narrow and Small are: by so many halvings of the slot's Cuts, or, where it is
	// Categories, by taking the category itself.
	Steps []uint8

	// Cuts are the slots' thresholds, 32 a slot: those that are tested, in
	// ascending order, then +Inf. A value's bin is the number of thresholds
	// that it isn't <= to, which for NaN is all of them.
	Cuts []float64

	whole   bool    // every feature is tested: a dense vector is walked as it is
	places  []int32 // of each feature in Slots, after them where no split tests it; nil where few of many are tested
	abreast bool    // Nodes are best walked several trees at a time
	eights  []eight // the trees in eights, where they are walked so
}

// Tree is one tree's place in a forest.
type Tree struct {
	Root  int32 // in Nodes, Narrow or Small; the tree's nodes end where the next tree's begin
	Depth int32 // of its deepest leaf, 0 for a tree that is a leaf
}

// Node is a split or a leaf.
//
//	              Threshold             Slot          Right
//	continuous    the threshold         in Slots      the right child, in Nodes
//	categorical   the set, in Sets      ^ in Slots    the right child, in Nodes
//	leaf          the leaf's number     0             itself
//
// The left child is the one before the right child. A leaf is its own right
// child, and has its number in the lower half of a NaN, to whose right everything
// is: to walk past a leaf is to stay there.
type Node struct {
	Threshold float64
	Slot      int32
	Right     int32
}

const leafBits = 0x7ff8 << 48 // and the leaf's number: a NaN

func leafOf(number int32) float64 { return math.Float64frombits(leafBits | uint64(uint32(number))) }

func (n *Node) leaf() int32 { return int32(math.Float64bits(n.Threshold)) }

// NarrowNode is a split or a leaf: the lowest 8 bits are the slot, then 5 bits a
// margin, and the top 19 the left child, counted from the root of the first of the
// eight trees that are walked together.
//
// The margin of a split at the slot's cut c is 31 - c. So when the value's bin is
// added to it, the carry makes of the left child the right one where the bin is
// above c: a step is an addition, a shift and two loads, and nothing waits for a
// branch or a comparison. Where everything goes to the right, the margin is 0, which
// no bin makes carry, and the right child is in the left one's place.
//
// A leaf is its own left child, and its slot is 255, whose bin is 0.
type NarrowNode uint32

const (
	marginShift = 8
	childShift  = 13
	childBits   = 32 - childShift
)

func (n NarrowNode) slot() int   { return int(uint8(n)) }
func (n NarrowNode) margin() int { return int(n>>marginShift) & maxCuts }
func (n NarrowNode) left() int   { return int(n >> childShift) }

// SmallNode is a split or a leaf in the space of its lower bits: 36 bits say
// which bins go left, the lowest bin 0, then 8 bits are the slot and the top 20
// the right child, counted as in a NarrowNode. The left child is the one before
// it.
//
// A leaf is its own right child. Its lowest 32 bits are the leaf's number, and
// its slot is 255, which is always in bin 35: that bit is 0, so it goes right.
type SmallNode uint64

const (
	// Categories is a slot's Steps where it holds categories: each is a bin,
	// and what is no category below 35 falls into bin 35.
	Categories = 6

	binBits   = 36
	otherBin  = binBits - 1
	slotShift = binBits
	leafSlot  = 255
	rightBits = 64 - binBits - 8
	maxCuts   = 31
	cutStride = 32
)

func smallNode(left uint64, slot, right int) SmallNode {
	return SmallNode(left | uint64(slot)<<slotShift | uint64(right)<<(64-rightBits))
}

func (n SmallNode) right() int { return int(n >> (64 - rightBits)) }
func (n SmallNode) slot() int  { return int(uint8(n >> slotShift)) }

// Len is the number of nodes.
func (f *Forest) Len() int { return len(f.Nodes) + len(f.Narrow) + len(f.Small) }

// first is the root of the first of the eight trees that tree t is walked with.
func (f *Forest) first(t int) int32 { return f.Trees[t/abreast*abreast].Root }

// Width is the least size of a feature vector that has all the features the
// trees test.
func (f *Forest) Width() int {
	if len(f.Slots) == 0 {
		return 0
	}
	return int(f.Slots[len(f.Slots)-1]) + 1
}

// Depth is the depth of the deepest tree.
func (f *Forest) Depth() int {
	depth := int32(0)
	for _, t := range f.Trees {
		depth = max(depth, t.Depth)
	}
	return int(depth)
}

// Bytes is the memory that a walk reads.
func (f *Forest) Bytes() int {
	return 16*len(f.Nodes) + 8*len(f.Narrow) + 8*len(f.Small) + 8*len(f.Values) + 4*len(f.Places) + 8*len(f.Sets) + 8*len(f.Cuts) + len(f.Steps) + 4*len(f.Slots) + 4*len(f.places) + 8*len(f.Trees)
}

// Fill reduces a dense feature vector, which is at least Width long, to what the
// trees test, in the order of Slots, and gives that part of row.
func (f *Forest) Fill(row, features []float64) []float64 {
	row = row[:len(f.Slots)]
	for i, s := range f.Slots {
		row[i] = features[s]
	}
	return row
}

// FillSparse is Fill for a sparse feature vector with values at indices, which
// ascend. row has room for one more than there are Slots, for what no split tests.
func (f *Forest) FillSparse(row []float64, indices []int32, values []float64) []float64 {
	if f.places != nil {
		row = row[:len(f.Slots)+1]
		clear(row)
		for k, i := range indices {
			if int(i) >= len(f.places) {
				break
			}
			row[f.places[i]] = values[k]
		}
		return row
	}
	row = row[:len(f.Slots)]
	clear(row)
	slots := f.Slots
	if len(slots) > 8*len(indices) {
		for k, i := range indices {
			if j, ok := slices.BinarySearch(slots, i); ok {
				row[j] = values[k]
			}
		}
		return row
	}
	j := 0
	for k, i := range indices {
		for j < len(slots) && slots[j] < i {
			j++
		}
		if j == len(slots) {
			break
		}
		if slots[j] == i {
			row[j] = values[k]
		}
	}
	return row
}

// Error is a tree that isn't one, or is too large.
type Error struct {
	Limit bool // too large
	Msg   string
}

func (e *Error) Error() string { return e.Msg }

func malformed(msg string) error { return &Error{Msg: msg} }

func tooLarge(what string, limit int) error {
	return &Error{Limit: true, Msg: what + ": the limit is " + strconv.Itoa(limit)}
}

// Check says whether a forest's parts fit each other, so that no walk can
// leave its arrays or fail to end. A forest that a Builder made does; one that
// came in parts from elsewhere is to be checked before it is used.
func (f *Forest) Check() error {
	if f.Outputs < 1 {
		return malformed("a leaf has " + strconv.Itoa(f.Outputs) + " values")
	}
	for i, s := range f.Slots {
		if s < 0 || f.Features >= 0 && int(s) >= f.Features || i > 0 && s <= f.Slots[i-1] {
			return malformed("slot " + strconv.Itoa(i) + " is feature " + strconv.Itoa(int(s)) + ", of " + strconv.Itoa(f.Features) + " in ascending order")
		}
	}
	if len(f.Values)%f.Outputs != 0 {
		return malformed("there are " + strconv.Itoa(len(f.Values)) + " values for leaves of " + strconv.Itoa(f.Outputs))
	}
	if f.Places != nil && len(f.Places) != len(f.Values)/f.Outputs {
		return malformed("there are " + strconv.Itoa(len(f.Places)) + " places for " + strconv.Itoa(len(f.Values)/f.Outputs) + " leaves")
	}
	if f.Narrow != nil || f.Small != nil {
		if err := f.checkCuts(); err != nil {
			return err
		}
	}
	if len(f.Nodes) != f.Len() && len(f.Narrow) != f.Len() && len(f.Small) != f.Len() ||
		len(f.Numbers) != len(f.Narrow) || len(f.Trees) == 0 || f.Trees[0].Root != 0 {
		return malformed("the nodes are not those of the trees")
	}
	for t, tree := range f.Trees {
		end := f.Len()
		if t+1 < len(f.Trees) {
			end = int(f.Trees[t+1].Root)
		}
		if int(tree.Root) >= end || end > f.Len() {
			return malformed("tree " + strconv.Itoa(t) + " has no nodes")
		}
		if err := f.checkTree(int(f.first(t)), int(tree.Root), end, int(tree.Depth)); err != nil {
			return malformed("tree " + strconv.Itoa(t) + ": " + err.Error())
		}
	}
	return nil
}

// checkCuts checks what makes bins of values.
func (f *Forest) checkCuts() error {
	if len(f.Trees) < abreast {
		return malformed("there are " + strconv.Itoa(len(f.Trees)) + " trees of small nodes, fewer than " + strconv.Itoa(abreast))
	}
	if len(f.Slots) > leafSlot || len(f.Steps) != len(f.Slots) || len(f.Cuts) != cutStride*len(f.Slots) {
		return malformed("there are " + strconv.Itoa(len(f.Cuts)) + " cuts and " + strconv.Itoa(len(f.Steps)) + " steps for " + strconv.Itoa(len(f.Slots)) + " slots")
	}
	for s, steps := range f.Steps {
		if steps > Categories {
			return malformed("slot " + strconv.Itoa(s) + " has " + strconv.Itoa(int(steps)) + " steps")
		}
	}
	return nil
}

// checkTree checks the nodes from root to end, of a tree whose eight begin at
// first. They are in order of level, so that the children of each split are the next two that no split before it has.
// That leaves no room for a cycle, or for a node with two parents or none.
func (f *Forest) checkTree(first, root, end, depth int) error {
	next, level, levelEnd := root+1, 0, root+1
	for i := root; i < end; i++ {
		fault := func(msg string) error { return malformed("node " + strconv.Itoa(i-root) + " " + msg) }
		if i == next {
			return fault("is no node's child")
		}
		if i == levelEnd {
			level++
			levelEnd = next
		}
		right, slot, leaf, err := f.checkNode(i, first)
		if err != nil {
			return fault(err.Error())
		}
		if right == i {
			if !(leaf >= 0 && leaf < float64(len(f.Values)/f.Outputs)) || leaf != math.Trunc(leaf) {
				return fault("is a leaf with no values")
			}
			continue
		}
		if right != next+1 || right >= end {
			return fault("has node " + strconv.Itoa(right-root) + " as its right child where " + strconv.Itoa(next+1-root) + " is next, of " + strconv.Itoa(end-root))
		}
		if slot >= len(f.Slots) {
			return fault("tests slot " + strconv.Itoa(slot) + " of " + strconv.Itoa(len(f.Slots)))
		}
		next += 2
	}
	if next != end {
		return malformed("has " + strconv.Itoa(end-next) + " nodes too many")
	}
	if level != depth {
		return malformed("has depth " + strconv.Itoa(level) + ", not " + strconv.Itoa(depth))
	}
	return nil
}

// checkNode takes node i apart, and checks what is its own.
func (f *Forest) checkNode(i, first int) (right, slot int, leaf float64, err error) {
	if f.Narrow != nil {
		n := f.Narrow[i]
		right, slot = n.left()+first, n.slot()
		if slot != leafSlot && n.margin() > 0 {
			right++
		}
		if right == i && slot != leafSlot {
			err = malformed("is its own child")
		}
		return right, slot, float64(f.Numbers[i]), err
	}
	if f.Small != nil {
		n := f.Small[i]
		right, slot, leaf = n.right()+first, n.slot(), float64(n&(1<<otherBin-1))
		if right == i && (slot != leafSlot || n>>otherBin&1 != 0) {
			err = malformed("is its own child")
		}
		return right, slot, leaf, err
	}
	n := &f.Nodes[i]
	right, slot, leaf = int(n.Right), int(n.Slot), float64(n.leaf())
	if right == i && (slot != 0 || math.Float64bits(n.Threshold)>>32<<32 != leafBits) {
		err = malformed("is its own child")
	} else if slot < 0 {
		slot, err = ^slot, f.checkSet(n.Threshold)
	}
	return right, slot, leaf, err
}

func (f *Forest) checkSet(at float64) error {
	if !(at >= 0 && at < float64(len(f.Sets))) || at != math.Trunc(at) {
		return malformed("has no set of categories")
	}
	i := int(at)
	if n := f.Sets[i] >> 1; n > MaxSets*64 || i+1+int((n+63)/64) > len(f.Sets) {
		return malformed("has a set of categories that isn't whole")
	}
	return nil
}
