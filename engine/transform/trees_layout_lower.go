package transform

import (
	"bytes"
	"math"
	"slices"

	"github.com/pageleap/pageleap/engine/compile/lower"
	"github.com/pageleap/pageleap/engine/tree"
)

// The layouts of trees in a module, each with kernels of its own.

// columns are what the kernels take of a forest of small nodes: the columns, and
// what gather wants.
type columns struct {
	shapes, shapesEnd, slots, cuts lower.Addr
	low, high, top                 lower.Addr
	features                       []any
}

func (t *trees) smallColumns(b *lower.Builder, c *tree.Columns) (at columns, distinct []int32) {
	f := t.forest
	var counts []byte
	var cuts []float64
	var slots, features []uint32
	for s, tests := range c.Tests {
		sets := uint32(0)
		if c.Sets[s] != nil {
			sets = b.Longs(c.Sets[s])
		}
		slots = append(slots, b.Bytes(tests, 1), sets)
		counts = append(counts, byte(len(c.Cuts[s])))
		cuts = append(cuts, c.Cuts[s]...)
		features = append(features, uint32(f.Slots[s]))
	}
	countsAt := b.Bytes(counts, 1)
	at.cuts = b.Room(256 * len(f.Slots))
	b.CallInit("unpackCuts", countsAt, countsAt+uint32(len(counts)), b.Doubles(cuts), at.cuts)
	at.shapes = b.Bytes(c.Shapes, 1)
	at.shapesEnd, at.slots = at.shapes+uint32(len(c.Shapes)), b.Words(slots)
	at.features = t.gathered(b, features, f.Width() == len(features))
	at.low, at.high, at.top, distinct = t.leafColumns(b, c.Leaves)
	return at, distinct
}

// gathered are the arguments of the kernel gather. all: the features are the first
// of the vector.
func (t *trees) gathered(b *lower.Builder, features []uint32, all bool) []any {
	at := b.Words(features)
	return []any{b.In(0), at, at + uint32(4*len(features)), b.Room(8 * roundUp(len(features), 2)), all}
}

func categorical(c *tree.Columns) bool {
	return slices.ContainsFunc(c.Sets, func(s []uint64) bool { return s != nil })
}

func (t *trees) lowerPlain(b *lower.Builder, c *tree.Columns, l lowered) (distinct []int32) {
	at, distinct := t.smallColumns(b, c)
	n := len(t.forest.Trees)
	roots, nodes := b.Room(8*roundUp(n, 4)), b.Room(16*len(c.Shapes))
	rootsEnd := roots + uint32(8*roundUp(n, 4))
	b.CallInit("unpackPlain", at.shapes, at.shapesEnd, at.slots, at.low, at.high, at.top, roots, rootsEnd, at.cuts, nodes)
	if t.forest.Abreast() {
		b.Call("walkPlain", append(at.features, roots, rootsEnd, l.leaves)...)
	} else {
		b.Call("walkPlainToLeaf", append(at.features, roots, roots+uint32(8*n), l.leaves)...)
	}
	return distinct
}

func (t *trees) lowerSmall(b *lower.Builder, c *tree.Columns, l lowered) (distinct []int32) {
	at, distinct := t.smallColumns(b, c)
	n := len(t.forest.Trees)
	var categories []byte
	for _, sets := range c.Sets {
		categories = append(categories, byte(min(len(sets), 1)))
	}
	roots, bins, nodes := b.Room(8*n), b.Room(256), b.Room(8*len(c.Shapes))
	b.CallInit("unpackTrees", at.shapes, at.shapesEnd, at.slots, at.low, at.high, at.top, roots, nodes)
	b.CallInit("setOtherBin", bins)
	b.Call("fillBins", append(at.features, b.Bytes(categories, 1), at.cuts, bins)...)
	walk := "walkToLeaf"
	if t.forest.Abreast() {
		walk = "walkAbreast"
	}
	b.Call(walk, roots, roots+uint32(8*n), bins, l.leaves)
	return distinct
}

// widened makes of each set of categories a slot of its own.
func (t *trees) widened(c *tree.Columns) *tree.WideColumns {
	const others = 35 // the bin of what is no category below it
	w := &tree.WideColumns{Leaves: c.Leaves}
	first, next := make([]int, len(c.Tests)), make([]int, len(c.Tests))
	for s, tests := range c.Tests {
		first[s] = len(w.Slots)
		for _, left := range c.Sets[s] {
			set := []uint64{others<<1 | ^left>>others&1, ^left & (1<<others - 1)}
			w.Slots = append(w.Slots, tree.WideSlot{Feature: t.forest.Slots[s], Set: set})
		}
		if c.Sets[s] != nil {
			continue
		}
		slot := tree.WideSlot{Feature: t.forest.Slots[s], Cuts: slices.Clone(c.Cuts[s])}
		for _, test := range tests {
			slot.Tests = append(slot.Tests, uint32(test+1)) // 255 goes right always, and becomes 0
			if test != 255 && int(test) == len(slot.Cuts) {
				slot.Cuts = append(slot.Cuts, math.Inf(1))
			}
		}
		w.Slots = append(w.Slots, slot)
	}
	for _, shape := range c.Shapes {
		if shape == 0 {
			w.Shapes = append(w.Shapes, 0)
			continue
		}
		s := shape - 1
		slot := first[s]
		if c.Sets[s] != nil {
			slot += int(c.Tests[s][next[s]])
		}
		next[s]++
		w.Shapes = append(w.Shapes, uint32(slot+1))
	}
	return w
}

// narrowForest is a forest in the layout of the kernel walkNarrow16. Slots of
// numbers come first, each up to 31 of a feature's cuts, then those of sets; both
// in the order of the features.
type narrowForest struct {
	shapes  []byte
	tests   [][]byte // of each slot
	leaves  []int32
	numbers []tree.WideSlot
	sets    []tree.WideSlot
}

const (
	cutsOfSlot = 31
	mostSlots  = 254
)

// narrowed takes a forest apart for the layout. ok is false where it doesn't fit,
// for too many slots, or nodes in sixteen trees; or where there is a faster one.
func (t *trees) narrowed(w *tree.WideColumns) (n *narrowForest, ok bool) {
	f := t.forest
	for k := 0; k < len(f.Trees); k += 16 {
		end := f.Len()
		if k+16 < len(f.Trees) {
			end = int(f.Trees[k+16].Root)
		}
		if end-int(f.Trees[k].Root) > 1<<19 {
			return nil, false
		}
	}
	n = &narrowForest{leaves: w.Leaves}
	order := make([]int, len(w.Slots))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return int(w.Slots[a].Feature - w.Slots[b].Feature) })
	first, next := make([]int, len(w.Slots)), make([]int, len(w.Slots)) // of each wide slot: its first slot, and test
	for _, i := range order {
		if s := w.Slots[i]; s.Set == nil && len(s.Tests) > 0 {
			first[i] = len(n.numbers)
			n.numbers = append(n.numbers, tree.WideSlot{Feature: s.Feature, Cuts: s.Cuts[:min(len(s.Cuts), cutsOfSlot)]})
			for k := cutsOfSlot; k < len(s.Cuts); k += cutsOfSlot {
				n.numbers = append(n.numbers, tree.WideSlot{Feature: s.Feature, Cuts: s.Cuts[k:min(len(s.Cuts), k+cutsOfSlot)]})
			}
		}
	}
	for _, i := range order {
		if s := w.Slots[i]; s.Set != nil {
			first[i] = len(n.numbers) + len(n.sets)
			n.sets = append(n.sets, s)
		}
	}
	if len(n.numbers)+len(n.sets) > mostSlots {
		return nil, false
	}
	n.tests = make([][]byte, len(n.numbers)+len(n.sets))
	for _, shape := range w.Shapes {
		if shape == 0 {
			n.shapes = append(n.shapes, 0)
			continue
		}
		i := shape - 1
		slot, test := first[i], byte(0)
		if s := &w.Slots[i]; s.Set == nil {
			k := int(s.Tests[next[i]])
			next[i]++
			test = 255
			if k > 0 {
				slot, test = slot+(k-1)/cutsOfSlot, byte((k-1)%cutsOfSlot)
			}
		}
		n.shapes = append(n.shapes, byte(slot+1))
		n.tests[slot] = append(n.tests[slot], test)
	}
	return n, len(f.Trees) >= 8 && evenly(n.shapes)
}

// evenly says whether trees are walked faster sixteen at a time, where all take as
// many steps as the deepest, than each to its leaf, in steps that take four times
// as long.
func evenly(shapes []byte) bool {
	var depths []int
	walk := 0.0 // steps to the leaves, where each child is as likely as the other
	for len(shapes) > 0 {
		depth, level := 0, 1
		for share := 1.0; ; share /= 2 {
			splits := level - bytes.Count(shapes[:level], []byte{0})
			walk += share * float64(splits)
			shapes = shapes[level:]
			if splits == 0 {
				break
			}
			level = 2 * splits
			depth++
		}
		depths = append(depths, depth)
	}
	steps := 0
	for abreast := range slices.Chunk(depths, 16) {
		steps += roundUp(len(abreast), 8) * slices.Max(abreast)
	}
	return float64(steps) <= 4*walk
}

func (t *trees) lowerNarrow(b *lower.Builder, f *narrowForest, l lowered) (distinct []int32) {
	n := len(t.forest.Trees)
	var slots []uint32
	for _, tests := range f.tests {
		slots = append(slots, b.Bytes(tests, 1), 0)
	}
	shapes := b.Bytes(f.shapes, 1)
	low, high, top, distinct := t.leafColumns(b, f.leaves)
	by16 := (n + 7) / 16 * 16 // walked sixteen at a time; the rest are eight at most
	walked := by16
	if n > by16 {
		walked += 8
	}
	roots, bins := b.Room(8*walked), b.Room(8*256)
	rootsEnd, rest := roots+uint32(8*walked), roots+uint32(8*by16)
	nodes, numbers := b.Room(4*len(f.shapes)), b.Room(4*len(f.shapes))
	b.CallInit("unpackNarrow", shapes, shapes+uint32(len(f.shapes)), b.Words(slots), low, high, top, roots, rootsEnd, nodes, numbers)
	b.CallInit("setAlwaysRight", bins)
	t.lowerMargins(b, f, bins)
	if by16 > 0 {
		b.Call("walkNarrow16", roots, rest, bins, numbers-nodes, l.leaves)
	}
	if n > by16 {
		b.Call("walkNarrow8", rest, rootsEnd, bins, numbers-nodes, l.leaves+uint32(4*by16))
	}
	return distinct
}

// lowerMargins finds the bins of a row.
func (t *trees) lowerMargins(b *lower.Builder, f *narrowForest, bins lower.Addr) {
	features := func(slots []tree.WideSlot) (list []uint32) {
		for _, s := range slots {
			list = append(list, uint32(s.Feature))
		}
		return list
	}
	if n := len(f.numbers); n > 0 {
		var cuts []float64
		var counts []byte
		for _, s := range f.numbers {
			cuts = append(cuts, s.Cuts...)
			counts = append(counts, byte(len(s.Cuts)))
		}
		countsAt, cutsAt := b.Bytes(counts, 1), b.Room(256*roundUp(n, 2))
		b.CallInit("unpackCuts", countsAt, countsAt+uint32(n), b.Doubles(cuts), cutsAt)
		list := features(f.numbers)
		all := t.forest.Width() == n && len(slices.Compact(slices.Clone(list))) == n
		if pairs, sum := cutsOfPairs(f.numbers); b.SIMD && sum <= mostCompared*len(pairs) {
			pairsAt, to := b.Bytes(pairs, 1), b.Room(16*sum)
			end := pairsAt + uint32(len(pairs))
			b.CallInit("unpackPairs", pairsAt, end, cutsAt, to)
			all = all && n%2 == 0 // else the last slot's partner is not in the vector
			b.Call("fillMarginsAbreast", append(t.gathered(b, list, all), pairsAt, end, to, bins)...)
		} else {
			b.Call("fillMargins", append(t.gathered(b, list, all), cutsAt, bins)...)
		}
	}
	if len(f.sets) > 0 {
		var sets []uint32
		for _, s := range f.sets {
			sets = append(sets, b.Longs(s.Set))
		}
		b.Call("fillSets", append(t.gathered(b, features(f.sets), false)[:4], b.Words(sets), bins+uint32(8*len(f.numbers)))...)
	}
}

// mostCompared is how many cuts two slots may have, on the average, for it to be
// faster to compare both with all of them at once than each with five.
const mostCompared = 26

// cutsOfPairs are how many cuts each two slots have at most, made even, and the
// sum of these.
func cutsOfPairs(slots []tree.WideSlot) (counts []byte, sum int) {
	for pair := range slices.Chunk(slots, 2) {
		most := 0
		for _, s := range pair {
			most = max(most, roundUp(len(s.Cuts), 2))
		}
		counts = append(counts, byte(most))
		sum += most
	}
	return counts, sum
}

// roundUp makes n a multiple of k.
func roundUp(n, k int) int { return (n + k - 1) / k * k }

func (t *trees) lowerWide(b *lower.Builder, c *tree.WideColumns, l lowered) (distinct []int32) {
	n := len(t.forest.Trees)
	// The kernels want the ranks before the nodes.
	roots, ranks, nodes := b.Room(8*n), b.Room(4*len(c.Slots)), b.Room(8*len(c.Shapes))
	var cursors, table []uint32
	for _, s := range c.Slots {
		if s.Set != nil {
			cursors = append(cursors, 0, 0)
			table = append(table, uint32(s.Feature), b.Longs(s.Set), 0, 1)
			continue
		}
		columns, high := split(s.Tests), uint32(0)
		if len(s.Cuts) > 254 {
			high = b.Bytes(columns[1], 1)
		}
		cursors = append(cursors, b.Bytes(columns[0], 1), high)
		table = append(table, uint32(s.Feature), b.Doubles(s.Cuts), uint32(len(s.Cuts)), 0)
	}
	columns, shapesHigh := split(c.Shapes), uint32(0)
	if len(c.Slots) > 254 {
		shapesHigh = b.Bytes(columns[1], 1)
	}
	shapes := b.Bytes(columns[0], 1)
	low, high, top, distinct := t.leafColumns(b, c.Leaves)
	b.CallInit("unpackWideTrees", shapes, shapes+uint32(len(c.Shapes)), shapesHigh, b.Words(cursors), low, high, top, roots, nodes)

	slots := b.Words(table)
	b.Call("fillRanks", b.In(0), slots, slots+uint32(4*len(table)), ranks)
	walk := "walkWideToLeaf"
	if t.forest.Abreast() {
		walk = "walkWideAbreast"
	}
	b.Call(walk, roots, roots+uint32(8*n), ranks, l.leaves)
	return distinct
}
