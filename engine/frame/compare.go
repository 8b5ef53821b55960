package frame

import (
	"math"
	"strconv"
)

// Difference is how a column of one frame differs from the same of another.
type Difference struct {
	Column string // "" speaks of the frames as such
	// Problem is a difference that no tolerance covers: the column is missing,
	// or is of another type; "" if there is none.
	Problem string

	Rows      int     // rows in which a value differs by more than the tolerance
	First     int     // the first of them, or -1
	Got, Want string  // the values there, as JSON, shortened
	MaxAbs    float64 // the largest |got-want|, within the tolerance or not
	MaxRel    float64 // the largest |got-want| / max(|got|, |want|)

	// Representation is the number of rows with equal elements of which one
	// frame has a sparse and the other a dense tensor, or a sparse tensor that
	// writes its zeros out. That is no difference in value.
	Representation int
}

// Fails says whether the column is not the same within the tolerance.
func (d *Difference) Fails() bool { return d.Problem != "" || d.Rows > 0 }

func (d *Difference) String() string {
	s := d.Problem
	if d.Column != "" {
		s = "column " + strconv.Quote(d.Column)
		if d.Problem != "" {
			s += ": " + d.Problem
		}
	}
	if d.Rows > 0 {
		s += ": " + strconv.Itoa(d.Rows) + " rows differ, first row " + strconv.Itoa(d.First) + ": got " + d.Got + ", want " + d.Want
	}
	if d.MaxAbs > 0 {
		s += "; largest difference " + strconv.FormatFloat(d.MaxAbs, 'g', 3, 64) + " (relative " + strconv.FormatFloat(d.MaxRel, 'g', 3, 64) + ")"
	}
	if d.Representation > 0 {
		s += "; sparse in one and not in the other in " + strconv.Itoa(d.Representation) + " rows"
	}
	return s
}

// Compare lists the columns in which got is not exactly want, those that are
// within the tolerance too: see Fails. tol gives a column's relative tolerance,
// which holds for each number by itself; nil is 0 for all. NaN equals NaN, and
// -0.0 equals 0.0, since MLeap's JSON loses the sign. The order of columns and
// of a map's entries does not matter.
func Compare(got, want *Frame, tol func(column string) float64) []Difference {
	var out []Difference
	if got.rows != want.rows {
		out = append(out, Difference{Problem: strconv.Itoa(got.rows) + " rows, want " + strconv.Itoa(want.rows), First: -1})
	}
	have := got.Schema()
	for j := range want.Columns {
		w := &want.Columns[j]
		d := Difference{Column: w.Name, First: -1}
		i := have.Index(w.Name)
		if i < 0 {
			d.Problem = "missing"
			out = append(out, d)
			continue
		}
		g := &got.Columns[i]
		if !g.Type.Equal(w.Type) {
			d.Problem = "type " + g.Type.String() + ", want " + w.Type.String()
		}
		if g.Type.Kind == w.Type.Kind && g.Type.Base == w.Type.Base && g.Type.Key == w.Type.Key {
			c := comparison{Difference: &d}
			if tol != nil {
				c.tol = tol(w.Name)
			}
			c.column(g, w)
		}
		if d.Fails() || d.MaxAbs > 0 || d.Representation > 0 {
			out = append(out, d)
		}
	}
	for _, f := range have {
		if want.Schema().Index(f.Name) < 0 {
			out = append(out, Difference{Column: f.Name, Problem: "not wanted", First: -1})
		}
	}
	return out
}

type comparison struct {
	*Difference
	tol float64
}

func (c *comparison) column(got, want *Column) {
	t := want.Type
	var g, w Value
	for i := range min(got.n, want.n) {
		got.Get(i, &g)
		want.Get(i, &w)
		if c.value(t, &g, &w) {
			continue
		}
		c.Rows++
		if c.First < 0 {
			c.First = i
			c.Got = shorten(string(plain.cell(nil, t, &g)))
			c.Want = shorten(string(plain.cell(nil, t, &w)))
		}
	}
}

func (c *comparison) value(t Type, g, w *Value) bool {
	if g.Null || w.Null {
		return g.Null == w.Null
	}
	switch t.Kind {
	case Scalar:
		return c.scalar(t.Base, g, w)
	case Map:
		return c.entries(t, g.Map, w.Map)
	case List:
		if g.count(t.Base) != w.count(t.Base) {
			return false
		}
	case Tensor:
		if !equalInts(g.Dims, w.Dims) {
			return false
		}
	}
	// Walk over the positions that either writes down: the others are zero in
	// both.
	same, written := true, true
	for i, k := 0, 0; ; {
		gp, wp := position(t.Base, g, i), position(t.Base, w, k)
		p := min(gp, wp)
		if p == math.MaxInt {
			break
		}
		var x, y Value
		if gp == p {
			x.element(t.Base, g, i)
			i++
		}
		if wp == p {
			y.element(t.Base, w, k)
			k++
		}
		written = written && gp == wp
		same = c.scalar(t.Base, &x, &y) && same
	}
	if same && (!written || g.Sparse != w.Sparse) {
		c.Representation++
	}
	return same
}

// position is where in the list or tensor the i-th number of v's slice stands.
func position(base Basic, v *Value, i int) int {
	switch {
	case i >= v.count(base):
		return math.MaxInt
	case v.Sparse:
		return int(v.Indices[i])
	}
	return i
}

func (c *comparison) entries(t Type, g, w *MapValue) bool {
	n := w.Keys.count(t.Key)
	if g.Keys.count(t.Key) != n {
		return false
	}
	at := make(map[string]int, n)
	var k, x, y Value
	for i := range n {
		k.element(t.Key, &g.Keys, i)
		at[string(appendKey(nil, t.Key, &k))] = i
	}
	same := true
	for i := range n {
		k.element(t.Key, &w.Keys, i)
		j, ok := at[string(appendKey(nil, t.Key, &k))]
		if !ok {
			return false
		}
		x.element(t.Base, &g.Values, j)
		y.element(t.Base, &w.Values, i)
		same = c.scalar(t.Base, &x, &y) && same
	}
	return same
}

func (c *comparison) scalar(base Basic, g, w *Value) bool {
	x, y := g.Num, w.Num
	switch {
	case base == Long:
		if g.Long == w.Long {
			return true
		}
		x, y = float64(g.Long), float64(w.Long)
		if x == y { // two that a double cannot tell apart
			y = math.Nextafter(x, math.Inf(1))
		}
	case !base.Numeric():
		return g.Str == w.Str
	}
	if x == y || x != x && y != y {
		return true
	}
	abs := math.Abs(x - y)
	rel := abs / max(math.Abs(x), math.Abs(y))
	if rel != rel { // one of them is NaN or infinite
		abs, rel = math.Inf(1), math.Inf(1)
	}
	c.MaxAbs, c.MaxRel = max(c.MaxAbs, abs), max(c.MaxRel, rel)
	return rel <= c.tol
}
