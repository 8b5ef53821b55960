package transform

import (
	"bytes"
	"math"
	"slices"
	"strconv"

	"github.com/pageleap/pageleap/engine/compile/lower"
	"github.com/pageleap/pageleap/engine/tree"
)

// lowered are trees in a module: where their leaves' numbers are once they have
// been walked, and the values that these stand for.
type lowered struct {
	leaves, leavesEnd lower.Addr
	values            lower.Addr
	distinct          []int32 // a leaf of each number
}

// lower places the trees, and calls the walk for each row, in the layout that is
// fastest for them: engine/compile/README.md says which there are.
func (t *trees) lower(b *lower.Builder, normalized bool) (l lowered, ok bool) {
	f := t.forest
	if width := f.Width(); f.Features < 0 && b.Input(0).Size < width {
		b.Call("checkWidth", b.In(0), width, b.ErrorWith(0, lower.Shape, "a vector of ", "", "the trees test feature "+strconv.Itoa(width-1)))
	}
	n := len(f.Trees)
	l.leaves = b.Room(4 * roundUp(n, 16)) // the kernels walk so many at a time
	l.leavesEnd = l.leaves + uint32(4*n)
	small, isSmall := f.Columns()
	var wide *tree.WideColumns
	fits := true
	if isSmall {
		wide = t.widened(small)
	} else {
		wide, fits = f.WideColumns()
	}
	if !fits {
		b.Refuse("it tests more than 65,534 thresholds of one feature, or sets of categories, or a tree has more than a million nodes")
		return l, false
	}
	var distinct []int32
	switch narrow, ok := t.narrowed(wide); {
	case isSmall && f.Cuts == nil && !categorical(small):
		distinct = t.lowerPlain(b, small, l)
	case ok:
		distinct = t.lowerNarrow(b, narrow, l)
	case isSmall:
		distinct = t.lowerSmall(b, small, l)
	default:
		distinct = t.lowerWide(b, wide, l)
	}
	l.values = t.lowerValues(b, distinct, normalized)
	l.distinct = distinct
	t.lowerPlaces(b, l)
	return l, true
}

// leafColumns places the numbers of the leaves in turn, in columns of bytes.
func (t *trees) leafColumns(b *lower.Builder, leaves []int32) (low, high, top lower.Addr, distinct []int32) {
	ids, distinct := t.distinctLeaves(leaves)
	columns := split(ids)
	low, high = b.Bytes(columns[0], 1), b.Bytes(columns[1], 1)
	if len(distinct) > 1<<16 {
		top = b.Bytes(columns[2], 1)
	}
	return low, high, top, distinct
}

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

// distinctLeaves numbers what leaves there are, those that are most often there
// first, and gives the number of each of them in turn, and a leaf of each.
func (t *trees) distinctLeaves(leaves []int32) (ids []uint32, distinct []int32) {
	f := t.forest
	key := func(leaf int32) string {
		var k []byte
		for _, v := range f.Values[int(leaf)*f.Outputs:][:f.Outputs] {
			k = strconv.AppendUint(append(k, ' '), math.Float64bits(v), 36)
		}
		if f.Places != nil {
			k = strconv.AppendInt(append(k, ' '), int64(f.Places[leaf]), 36)
		}
		return string(k)
	}
	type kind struct {
		leaf     int32
		n, place int
	}
	var kinds []kind
	byKey := map[string]int{}
	of := make([]int, len(leaves))
	for i, leaf := range leaves {
		k := key(leaf)
		j, ok := byKey[k]
		if !ok {
			j = len(kinds)
			byKey[k] = j
			kinds = append(kinds, kind{leaf: leaf})
		}
		kinds[j].n++
		of[i] = j
	}
	order := make([]int, len(kinds))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return kinds[b].n - kinds[a].n })
	for id, j := range order {
		kinds[j].place = id
		distinct = append(distinct, kinds[j].leaf)
	}
	for _, j := range of {
		ids = append(ids, uint32(kinds[j].place))
	}
	return ids, distinct
}

// split takes numbers below 2^24 apart into columns of bytes, the lowest first.
func split(v []uint32) (columns [3][]byte) {
	for _, x := range v {
		for k := range columns {
			columns[k] = append(columns[k], byte(x>>(8*k)))
		}
	}
	return columns
}

// lowerValues places the values of the distinct leaves. Where they are counts,
// or were before they were normalized, it is these that the module holds.
func (t *trees) lowerValues(b *lower.Builder, distinct []int32, normalized bool) lower.Addr {
	n := t.forest.Outputs
	var values []float64
	for _, leaf := range distinct {
		values = append(values, t.forest.Values[int(leaf)*n:][:n]...)
	}
	var counts []uint32
	for v := values; len(v) > 0; v = v[n:] {
		c, ok := smallCounts(v[:n], normalized)
		if !ok {
			return b.Doubles(values)
		}
		counts = append(counts, c...)
	}
	columns := split(counts)
	at := b.Room(8 * len(values))
	b.CallInit("unpackCounts", b.Bytes(columns[0], 1), b.Bytes(columns[1], 1), len(distinct), n, normalized, at)
	return at
}

// smallCounts are whole numbers below 2^16 that v are, or that come to v when
// they are divided by their sum.
func smallCounts(v []float64, normalized bool) (counts []uint32, ok bool) {
	whole := uint64(1)
	if normalized {
		for _, x := range v {
			d := denominator(x)
			if d == 0 || whole > 1<<16 {
				return nil, false
			}
			whole *= d / gcd(whole, d)
		}
	}
	sum := 0.0
	for _, x := range v {
		c := math.Round(x * float64(whole))
		if !(c >= 0 && c < 1<<16) {
			return nil, false
		}
		counts = append(counts, uint32(c))
		sum += c
	}
	if !normalized {
		sum = 1
	}
	for i, x := range v {
		if math.Float64bits(float64(counts[i])/sum) != math.Float64bits(x) {
			return nil, false
		}
	}
	return counts, true
}

// denominator is that of the simplest fraction which rounds to x, 0 where it is
// above 2^16: by continued fractions.
func denominator(x float64) uint64 {
	if !(x >= 0 && x <= 1) {
		return 0
	}
	p0, q0, p1, q1 := 0.0, 1.0, 1.0, 0.0
	for r := x; q1 < 1<<16; {
		a := math.Floor(r)
		p0, q0, p1, q1 = p1, q1, a*p1+p0, a*q1+q0
		if p1/q1 == x {
			return uint64(q1)
		}
		r = 1 / (r - a)
	}
	return 0
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// lowerPlaces writes the leaves' places where somebody wants them.
func (t *trees) lowerPlaces(b *lower.Builder, l lowered) {
	f, out := t.forest, b.Outputs()-2
	if f.Places == nil {
		return
	}
	var places []float64
	for _, leaf := range l.distinct {
		places = append(places, float64(f.Places[leaf]))
	}
	to := lower.Addr(0)
	if t.single {
		to = b.Number(out) + 8
	} else {
		_, to = b.Dense(out, len(f.Trees))
	}
	b.Call("placeLeaves", l.leaves, l.leavesEnd, b.Doubles(places), to)
}

func (t *randomForestClassifier) Lower(b *lower.Builder) {
	l, ok := t.trees.lower(b, true)
	if !ok {
		return
	}
	_, raw := b.Dense(0, t.classes)
	_, probability := b.Dense(1, t.classes)
	b.Call("sumLeaves", l.leaves, l.leavesEnd, l.values, t.classes, raw)
	t.lowerProbability(b, raw, probability)
	t.classifier.lowerPrediction(b, raw, probability, b.Number(2))
}

// lowerProbability makes probabilities of counts.
func (t *trees) lowerProbability(b *lower.Builder, raw, probability lower.Addr) {
	e := noCounts().(*InputError)
	b.Call("normalized", raw, probability, t.forest.Outputs, b.Error(0, lower.Range, e.Msg, e.Hint))
}

// lowerPrediction is predict.
func (c *classifier) lowerPrediction(b *lower.Builder, raw, probability, prediction lower.Addr) {
	switch {
	case c.thresholds != nil:
		b.Call("predictByThreshold", probability, b.Doubles(c.thresholds), c.classes, prediction)
	case c.byProbability:
		b.Call("predictMax", probability, c.classes, prediction)
	default:
		b.Call("predictMax", raw, c.classes, prediction)
	}
}

func (t *randomForestRegression) Lower(b *lower.Builder) {
	l, ok := t.trees.lower(b, false)
	if !ok {
		return
	}
	// The sum begins with the first tree's value, not with 0: the two differ where
	// all are -0.
	b.Call("meanOfLeaves", l.leaves, l.leavesEnd, l.values, b.Number(0))
}

func (t *decisionTreeClassifier) Lower(b *lower.Builder) {
	l, ok := t.trees.lower(b, false)
	if !ok {
		return
	}
	_, raw := b.Dense(0, t.classes)
	_, probability := b.Dense(1, t.classes)
	b.Call("copyLeaf", l.leaves, l.values, t.classes, raw)
	t.lowerProbability(b, raw, probability)
	t.classifier.lowerPrediction(b, raw, probability, b.Number(2))
}

func (t *decisionTreeRegression) Lower(b *lower.Builder) {
	l, ok := t.trees.lower(b, false)
	if !ok {
		return
	}
	b.Call("copyLeaf", l.leaves, l.values, 1, b.Number(0)+8)
	if t.variances != nil {
		var variances []float64
		for _, leaf := range l.distinct {
			variances = append(variances, t.variances[t.forest.Places[leaf]])
		}
		b.Call("copyLeaf", l.leaves, b.Doubles(variances), 1, b.Number(1)+8)
	}
}

// lowerMargin gives the weighted sum of the trees' values.
func (b *boosted) lowerMargin(l *lower.Builder, to lower.Addr) bool {
	t, ok := b.trees.lower(l, false)
	if ok {
		l.Call("boost", t.leaves, t.leavesEnd, t.values, l.Doubles(b.weights), l.Room(8*len(b.weights)), to)
	}
	return ok
}

func (t *gbtRegression) Lower(b *lower.Builder) { t.lowerMargin(b, b.Number(0)+8) }

func (t *gbtClassifier) Lower(b *lower.Builder) {
	_, raw := b.Dense(0, 2)
	_, probability := b.Dense(1, 2)
	if t.lowerMargin(b, raw+8) {
		b.Call("boostedProbability", raw, probability)
		t.lowerPrediction(b, raw, probability, b.Number(2))
	}
}
