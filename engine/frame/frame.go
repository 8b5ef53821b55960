// Package frame holds leap frames: a schema and typed columns, and the forms
// in which frames travel (MLeap's JSON and protobuf, CSV with a header, NDJSON
// objects).
//
// The formats are written by hand because this package is part of scorer.wasm,
// where encoding/json and reflection cost more bytes than the whole engine.
package frame

import (
	"strconv"

	"github.com/pageleap/pageleap/engine/internal/spelling"
)

// Frame is rows of typed columns. Every column has the same length.
type Frame struct {
	Columns []Column
	rows    int
}

// New makes a frame with no rows.
func New(s Schema) *Frame {
	f := &Frame{Columns: make([]Column, len(s))}
	for i := range s {
		f.Columns[i].Field = s[i]
	}
	return f
}

// Schema is the columns' names and types.
func (f *Frame) Schema() Schema {
	s := make(Schema, len(f.Columns))
	for i := range f.Columns {
		s[i] = f.Columns[i].Field
	}
	return s
}

// Len is the number of rows.
func (f *Frame) Len() int { return f.rows }

// Append adds a row: one value a column, in order, which the frame copies.
func (f *Frame) Append(row []*Value) {
	for i := range f.Columns {
		f.Columns[i].Append(row[i])
	}
	f.rows++
}

// Select gives a frame of the named columns, in that order, that shares their
// data. A name that is not there is an error that lists what is.
func (f *Frame) Select(names []string) (*Frame, error) {
	s := f.Schema()
	out := &Frame{rows: f.rows}
	for _, n := range names {
		i := s.Index(n)
		if i < 0 {
			return nil, MissingColumn(n, s)
		}
		out.Columns = append(out.Columns, f.Columns[i])
	}
	return out, nil
}

// Column is one column's values, packed: scalars in one slice of their type,
// lists and tensors end to end.
type Column struct {
	Field
	nulls []bool // nil while no value is null
	n     int
	nums  []float64
	longs []int64
	strs  []string
	inds  []int32
	cells []cell
	maps  []*MapValue
}

// cell says where a list's or tensor's parts are.
type cell struct {
	dims         []int
	sparse       bool
	lo, hi       int // in nums, longs or strs, as the base type says
	indLo, indHi int
}

// Len is the number of values.
func (c *Column) Len() int { return c.n }

// Append adds a copy of v.
func (c *Column) Append(v *Value) {
	if v.Null && c.nulls == nil {
		c.nulls = make([]bool, c.n, c.n+1)
	}
	if c.nulls != nil {
		c.nulls = append(c.nulls, v.Null)
	}
	c.n++
	switch c.Type.Kind {
	case Scalar:
		switch {
		case c.Type.Base.Numeric():
			c.nums = append(c.nums, v.Num)
		case c.Type.Base == Long:
			c.longs = append(c.longs, v.Long)
		default:
			c.strs = append(c.strs, v.Str)
		}
	case Map:
		var m *MapValue
		if !v.Null {
			m = new(MapValue)
			if v.Map != nil {
				m.Keys.Copy(&v.Map.Keys)
				m.Values.Copy(&v.Map.Values)
			}
		}
		c.maps = append(c.maps, m)
	default:
		c.appendCell(v)
	}
}

func (c *Column) appendCell(v *Value) {
	if v.Null {
		c.cells = append(c.cells, cell{})
		return
	}
	x := cell{sparse: v.Sparse, indLo: len(c.inds)}
	if c.Type.Kind == Tensor {
		// Most rows have the shape of the row before: share it.
		if k := len(c.cells); k > 0 && equalInts(c.cells[k-1].dims, v.Dims) {
			x.dims = c.cells[k-1].dims
		} else {
			x.dims = append([]int{}, v.Dims...)
		}
	}
	if v.Sparse {
		c.inds = append(c.inds, v.Indices...)
	}
	x.indHi = len(c.inds)
	switch {
	case c.Type.Base.Numeric():
		x.lo = len(c.nums)
		c.nums = append(c.nums, v.Nums...)
		x.hi = len(c.nums)
	case c.Type.Base == Long:
		x.lo = len(c.longs)
		c.longs = append(c.longs, v.Longs...)
		x.hi = len(c.longs)
	default:
		x.lo = len(c.strs)
		c.strs = append(c.strs, v.Strs...)
		x.hi = len(c.strs)
	}
	c.cells = append(c.cells, x)
}

// Get makes v a view of value i: it shares the column's memory and is to be
// read only.
func (c *Column) Get(i int, v *Value) {
	*v = Value{}
	if c.nulls != nil && c.nulls[i] {
		v.Null = true
		return
	}
	base := c.Type.Base
	switch c.Type.Kind {
	case Scalar:
		switch {
		case base.Numeric():
			v.Num = c.nums[i]
		case base == Long:
			v.Long = c.longs[i]
		default:
			v.Str = c.strs[i]
		}
	case Map:
		v.Map = c.maps[i]
	default:
		x := &c.cells[i]
		v.Dims, v.Sparse = x.dims, x.sparse
		v.Indices = c.inds[x.indLo:x.indHi:x.indHi]
		switch {
		case base.Numeric():
			v.Nums = c.nums[x.lo:x.hi:x.hi]
		case base == Long:
			v.Longs = c.longs[x.lo:x.hi:x.hi]
		default:
			v.Strs = c.strs[x.lo:x.hi:x.hi]
		}
	}
}

func equalInts(a, b []int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// MissingColumn is the error for a column that is not in a schema; it lists
// those that are, and guesses which was meant.
func MissingColumn(name string, s Schema) error {
	msg := "no column " + strconv.Quote(name) + spelling.Hint(name, s.Names()) + "; there "
	if len(s) == 0 {
		return &Error{Kind: ErrSchema, Msg: msg + "are none"}
	}
	msg += "are: "
	for i, f := range s {
		if i == 20 {
			msg += ", and " + strconv.Itoa(len(s)-i) + " more"
			break
		}
		if i > 0 {
			msg += ", "
		}
		msg += strconv.Quote(f.Name)
	}
	return &Error{Kind: ErrSchema, Msg: msg}
}

// Of makes a frame of columns that hold rows values each.
func Of(columns []Column, rows int) *Frame { return &Frame{Columns: columns, rows: rows} }

// Pick is a column of the values at the given rows.
func (c *Column) Pick(rows []int) Column {
	out := Column{Field: c.Field}
	var v Value
	for _, i := range rows {
		c.Get(i, &v)
		out.Append(&v)
	}
	return out
}
