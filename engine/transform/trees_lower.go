package transform

import (
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
