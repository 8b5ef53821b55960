package bundle

import (
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
)

// Attrs reads a model's attributes by name and type. The first fault is kept
// and all later reads give zero values, so that an op reads everything it needs
// and asks Err once.
//
// Bundles leave out default values, so a scalar with no type in the file reads
// as the zero of whatever type is asked for.
type Attrs struct {
	model  *Model
	sorted bool // by name, as Read leaves attributes
	err    error
}

// Attrs starts reading m's attributes.
func (m *Model) Attrs() *Attrs {
	a := &Attrs{model: m, sorted: true}
	for i := 1; i < len(m.Attributes); i++ {
		a.sorted = a.sorted && m.Attributes[i-1].Name <= m.Attributes[i].Name
	}
	return a
}

// Err is the first fault met.
func (a *Attrs) Err() error { return a.err }

// Fail records a fault that the op itself found in an attribute.
func (a *Attrs) Fail(name, msg string) {
	if a.err == nil {
		a.err = &Error{Kind: ErrAttribute, Path: a.model.Path, Msg: a.model.Op + ": attribute " + strconv.Quote(name) + " " + msg}
	}
}

// Has says whether the attribute is there.
func (a *Attrs) Has(name string) bool { return a.find(name) != nil }

func (a *Attrs) find(name string) *Attribute {
	list := a.model.Attributes
	if a.sorted { // a vector_indexer may have two attributes for each of many features
		list = list[search(len(list), func(i int) bool { return list[i].Name >= name }):]
		list = list[:min(1, len(list))]
	}
	for i := range list {
		if list[i].Name == name {
			return &list[i]
		}
	}
	return nil
}

func describe(t *Attribute) string {
	s := [...]string{"a value left out", t.Base.String(), "tensor", "basic type", "data shape", "model"}[t.Type]
	if t.Type == BasicValue && t.Base >= frame.Byte && t.Base <= frame.Long {
		s = "whole number"
	}
	if t.Kind == ListAttr {
		s = "list of " + s
	}
	if t.Kind == TensorAttr {
		s = "tensor of " + t.Base.String()
		if len(t.Tensors) == 1 {
			s = "tensor of " + t.Tensors[0].Base.String()
		}
	}
	return s
}

// get finds an attribute of one kind; nil after a fault.
func (a *Attrs) get(name string, kind AttrKind, what string) *Attribute {
	if a.err != nil {
		return nil
	}
	t := a.find(name)
	if t == nil {
		a.Fail(name, "is missing")
		return nil
	}
	if t.Kind != kind && t.Type != NoType {
		a.Fail(name, "is a "+describe(t)+", not a "+what)
		return nil
	}
	return t
}

func (a *Attrs) wrong(name string, t *Attribute, what string) {
	a.Fail(name, "is a "+describe(t)+", not a "+what)
}

// Bool, Int, Float and String read a scalar; their Or forms give a default
// where the attribute is not there at all.
func (a *Attrs) Bool(name string) bool {
	t := a.get(name, ScalarAttr, "boolean")
	if t == nil || t.Type == NoType {
		return false
	}
	if len(t.Bools) != 1 {
		a.wrong(name, t, "boolean")
		return false
	}
	return t.Bools[0]
}

func (a *Attrs) BoolOr(name string, def bool) bool {
	if !a.Has(name) {
		return def
	}
	return a.Bool(name)
}

// Int reads a whole number of any width.
func (a *Attrs) Int(name string) int {
	t := a.get(name, ScalarAttr, "whole number")
	if t == nil || t.Type == NoType {
		return 0
	}
	if len(t.Ints) != 1 {
		a.wrong(name, t, "whole number")
		return 0
	}
	return int(t.Ints[0])
}

func (a *Attrs) IntOr(name string, def int) int {
	if !a.Has(name) {
		return def
	}
	return a.Int(name)
}

// Float reads a double or float, or a whole number where one stands instead.
func (a *Attrs) Float(name string) float64 {
	t := a.get(name, ScalarAttr, "double")
	switch {
	case t == nil || t.Type == NoType:
		return 0
	case len(t.Floats) == 1:
		return t.Floats[0]
	case len(t.Ints) == 1:
		return float64(t.Ints[0])
	}
	a.wrong(name, t, "double")
	return 0
}

func (a *Attrs) FloatOr(name string, def float64) float64 {
	if !a.Has(name) {
		return def
	}
	return a.Float(name)
}

func (a *Attrs) String(name string) string {
	t := a.get(name, ScalarAttr, "string")
	if t == nil || t.Type == NoType {
		return ""
	}
	if len(t.Strings) != 1 {
		a.wrong(name, t, "string")
		return ""
	}
	return t.Strings[0]
}

func (a *Attrs) StringOr(name, def string) string {
	if !a.Has(name) {
		return def
	}
	return a.String(name)
}

// Bools, Ints, Floats and Strings read a list, nil where it is empty. The
// slice is the bundle's own: it is to be read only.
func (a *Attrs) Bools(name string) []bool {
	t := a.get(name, ListAttr, "list of boolean")
	if t == nil || t.Type == NoType {
		return nil
	}
	if t.Base != frame.Boolean {
		a.wrong(name, t, "list of boolean")
	}
	return t.Bools
}

func (a *Attrs) Ints(name string) []int {
	t := a.get(name, ListAttr, "list of whole numbers")
	if t == nil || t.Type == NoType {
		return nil
	}
	if t.Base < frame.Byte || t.Base > frame.Long {
		a.wrong(name, t, "list of whole numbers")
		return nil
	}
	out := make([]int, len(t.Ints))
	for i, v := range t.Ints {
		out[i] = int(v)
	}
	return out
}

func (a *Attrs) Floats(name string) []float64 {
	t := a.get(name, ListAttr, "list of double")
	if t == nil || t.Type == NoType {
		return nil
	}
	if t.Base != frame.Double && t.Base != frame.Float {
		a.wrong(name, t, "list of double")
	}
	return t.Floats
}

func (a *Attrs) Strings(name string) []string {
	t := a.get(name, ListAttr, "list of string")
	if t == nil || t.Type == NoType {
		return nil
	}
	if t.Base != frame.String {
		a.wrong(name, t, "list of string")
	}
	return t.Strings
}

// Tensor reads a tensor of double: its elements, row-major, and its shape.
func (a *Attrs) Tensor(name string) (values []float64, dims []int) {
	t := a.get(name, TensorAttr, "tensor of double")
	if t == nil {
		return nil, nil
	}
	if len(t.Tensors) != 1 || t.Tensors[0].Base != frame.Double && t.Tensors[0].Base != frame.Float {
		a.wrong(name, t, "tensor of double")
		return nil, nil
	}
	return t.Tensors[0].Floats, t.Tensors[0].Dims
}

// Vector reads a tensor of double with one dimension.
func (a *Attrs) Vector(name string) []float64 {
	values, dims := a.Tensor(name)
	if a.err == nil && len(dims) != 1 {
		a.Fail(name, "has "+strconv.Itoa(len(dims))+" dimensions, not 1")
		return nil
	}
	return values
}

// Matrix reads a tensor of double with two dimensions, and as many values as
// they say. The values are as they lie in the bundle: row by row, but for those
// ops whose writers put columns end to end.
func (a *Attrs) Matrix(name string) (values []float64, rows, cols int) {
	values, dims := a.Tensor(name)
	if a.err != nil {
		return nil, 0, 0
	}
	if len(dims) != 2 {
		a.Fail(name, "has "+strconv.Itoa(len(dims))+" dimensions, not 2")
		return nil, 0, 0
	}
	rows, cols = dims[0], dims[1]
	whole := rows == 0 && cols == 0 && len(values) == 0
	if rows > 0 && cols > 0 {
		whole = len(values)/rows == cols && len(values)%rows == 0
	}
	if !whole {
		a.Fail(name, "has "+strconv.Itoa(len(values))+" values in the shape "+strconv.Itoa(rows)+"×"+strconv.Itoa(cols))
		return nil, 0, 0
	}
	return values, rows, cols
}

// Tensors reads a list of tensors.
func (a *Attrs) Tensors(name string) []Tensor {
	t := a.get(name, ListAttr, "list of tensor")
	if t == nil || t.Type == NoType {
		return nil
	}
	if t.Type != TensorValue {
		a.wrong(name, t, "list of tensor")
	}
	return t.Tensors
}

// Shapes reads a list of data shapes.
func (a *Attrs) Shapes(name string) []DataShape {
	t := a.get(name, ListAttr, "list of data shape")
	if t == nil || t.Type == NoType {
		return nil
	}
	if t.Type != DataShapeValue {
		a.wrong(name, t, "list of data shape")
	}
	return t.Shapes
}

// Shape reads a scalar data shape.
func (a *Attrs) Shape(name string) DataShape {
	t := a.get(name, ScalarAttr, "data shape")
	if t == nil || t.Type == NoType {
		return DataShape{}
	}
	if t.Type != DataShapeValue || len(t.Shapes) != 1 {
		a.wrong(name, t, "data shape")
		return DataShape{}
	}
	return t.Shapes[0]
}

// Basic reads a scalar basic type.
func (a *Attrs) Basic(name string) frame.Basic {
	t := a.get(name, ScalarAttr, "basic type")
	if t == nil || t.Type == NoType {
		return frame.Undefined
	}
	if t.Type != BasicTypeValue || len(t.Basics) != 1 {
		a.wrong(name, t, "basic type")
		return frame.Undefined
	}
	return t.Basics[0]
}

// Basics reads a list of basic types.
func (a *Attrs) Basics(name string) []frame.Basic {
	t := a.get(name, ListAttr, "list of basic type")
	if t == nil || t.Type == NoType {
		return nil
	}
	if t.Type != BasicTypeValue {
		a.wrong(name, t, "list of basic type")
	}
	return t.Basics
}
