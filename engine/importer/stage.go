package importer

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

// stage is a saved stage under way to become nodes of a bundle. It reads what
// it needs and is asked for its first fault once, at the end.
type stage struct {
	*importing
	dir   string
	depth int
	meta  *metadata
	nodes []*bundle.Node // what it becomes
	err   error
}

// label names the stage in errors.
func (s *stage) label() string {
	class := s.meta.class[strings.LastIndexByte(s.meta.class, '.')+1:]
	if s.dir == "." {
		return class
	}
	return s.dir + " (" + class + ")"
}

// fail keeps a fault, found in a file below the stage's directory.
func (s *stage) fail(kind error, file, format string, args ...any) {
	if s.err == nil {
		s.err = &Error{Kind: kind, Stage: s.label(), File: file, Msg: fmt.Sprintf(format, args...)}
	}
}

// unsupported keeps a fault about a setting.
func (s *stage) unsupported(format string, args ...any) {
	s.fail(ErrUnsupported, s.meta.file, format, args...)
}

// keep keeps an error, if it is one.
func (s *stage) keep(err error) {
	if err != nil && s.err == nil {
		s.err = in(s.label(), "", err)
	}
}

func (s *stage) path(name string) string { return path.Join(s.dir, name) }

// data are the rows that the stage has in one of its directories.
func (s *stage) data(dir string) []*record {
	if s.err != nil {
		return nil
	}
	var list []*record
	s.keep(s.rows(s.path(dir), func(g *group) error {
		list = append(list, &record{g, s, s.path(dir)})
		return nil
	}))
	return list
}

// one is the one row that most stages have. After a fault it is empty.
func (s *stage) one() *record {
	list := s.data("data")
	if len(list) == 0 {
		s.fail(ErrMalformed, s.path("data"), "has no row")
		return &record{&group{}, s, s.path("data")}
	}
	return list[0] // Spark too takes the first
}

// record is a row of a Parquet file, or a struct within one.
type record struct {
	g    *group
	s    *stage
	file string
}

func (r *record) value(name string) any {
	v, ok := r.g.get(name)
	if !ok {
		r.s.fail(ErrMalformed, r.file, "has no column %q; there are: %s", name, strings.Join(r.g.names, ", "))
	}
	return v
}

func (r *record) has(name string) bool {
	v, _ := r.g.get(name)
	return v != nil
}

func (r *record) wrong(name string, v any, want string) {
	r.s.fail(ErrMalformed, r.file, "column %q has %s where %s should be", name, describe(v), want)
}

func describe(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case int64:
		return "a whole number"
	case float64:
		return "a number"
	case string:
		return "a string"
	case *group:
		return "a struct"
	}
	return "a list"
}

// read gives the value of a column as a T; want says what that is.
func read[T any](r *record, name, want string) (v T) {
	any := r.value(name)
	if r.s.err != nil {
		return v
	}
	v, ok := any.(T)
	if !ok {
		r.wrong(name, any, want)
	}
	return v
}

func (r *record) int(name string) int       { return int(read[int64](r, name, "a whole number")) }
func (r *record) float(name string) float64 { return read[float64](r, name, "a number") }
func (r *record) bool(name string) bool     { return read[bool](r, name, "a boolean") }
func (r *record) str(name string) string    { return read[string](r, name, "a string") }

func (r *record) floats(name string) []float64 { return read[[]float64](r, name, "a list of numbers") }
func (r *record) ints(name string) []int64 {
	return read[[]int64](r, name, "a list of whole numbers")
}
func (r *record) strs(name string) []string { return read[[]string](r, name, "a list of strings") }
func (r *record) list(name string) []any    { return read[[]any](r, name, "a list") }

// sub is a struct.
func (r *record) sub(name string) *record {
	g := read[*group](r, name, "a struct")
	if g == nil {
		g = &group{}
	}
	return &record{g, r.s, r.file}
}

// structs are the structs of a list, or the entries of a map.
func (r *record) structs(name string) []*record {
	var out []*record
	for _, v := range r.list(name) {
		g, ok := v.(*group)
		if !ok {
			r.wrong(name, v, "a struct")
			return nil
		}
		out = append(out, &record{g, r.s, r.file})
	}
	return out
}

// node makes a node of the bundle. Its name is the stage's uid.
func (s *stage) node(op string, attrs ...bundle.Attribute) *bundle.Node {
	return &bundle.Node{
		Name:  s.nodeName(),
		Model: &bundle.Model{Format: bundle.Protobuf, Op: op, Attributes: attrs},
	}
}

// nodeName is a name for a directory that no other node of the bundle has.
func (s *stage) nodeName() string {
	name := []byte(s.meta.uid)
	for i, c := range name {
		if !(c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '_' || c == '-') {
			name[i] = '_'
		}
	}
	if len(name) == 0 {
		name = []byte("stage")
	}
	unique := string(name)
	for i := 1; slices.Contains(s.names, unique); i++ {
		unique = string(name) + "_" + strconv.Itoa(i)
	}
	s.names = append(s.names, unique)
	return unique
}

// in and out bind a port to a column.
func bindIn(n *bundle.Node, port, column string) {
	n.Inputs = append(n.Inputs, bundle.Socket{Port: port, Name: column})
}

// bindOut leaves the port unbound where the column's name is empty.
func bindOut(n *bundle.Node, port, column string) {
	if column != "" {
		n.Outputs = append(n.Outputs, bundle.Socket{Port: port, Name: column})
	}
}

func set(n *bundle.Node, attrs ...bundle.Attribute) {
	n.Model.Attributes = append(n.Model.Attributes, attrs...)
}

// Attributes.

func boolAttr(name string, v bool) bundle.Attribute {
	return bundle.Attribute{Name: name, Type: bundle.BasicValue, Base: frame.Boolean, Bools: []bool{v}}
}

func intAttr(name string, v int) bundle.Attribute {
	return bundle.Attribute{Name: name, Type: bundle.BasicValue, Base: frame.Int, Ints: []int64{int64(v)}}
}

func longAttr(name string, v int) bundle.Attribute {
	return bundle.Attribute{Name: name, Type: bundle.BasicValue, Base: frame.Long, Ints: []int64{int64(v)}}
}

func floatAttr(name string, v float64) bundle.Attribute {
	return bundle.Attribute{Name: name, Type: bundle.BasicValue, Base: frame.Double, Floats: []float64{v}}
}

func strAttr(name, v string) bundle.Attribute {
	return bundle.Attribute{Name: name, Type: bundle.BasicValue, Base: frame.String, Strings: []string{v}}
}

func floatsAttr(name string, v []float64) bundle.Attribute {
	return bundle.Attribute{Name: name, Kind: bundle.ListAttr, Type: bundle.BasicValue, Base: frame.Double, Floats: v}
}

func intsAttr(name string, base frame.Basic, v []int64) bundle.Attribute {
	return bundle.Attribute{Name: name, Kind: bundle.ListAttr, Type: bundle.BasicValue, Base: base, Ints: v}
}

func strsAttr(name string, v []string) bundle.Attribute {
	return bundle.Attribute{Name: name, Kind: bundle.ListAttr, Type: bundle.BasicValue, Base: frame.String, Strings: v}
}

func tensorAttr(name string, v []float64, dims ...int) bundle.Attribute {
	return bundle.Attribute{Name: name, Kind: bundle.TensorAttr, Type: bundle.TensorValue,
		Tensors: []bundle.Tensor{{Base: frame.Double, Dims: dims, Floats: v}}}
}

func vectorAttr(name string, v []float64) bundle.Attribute { return tensorAttr(name, v, len(v)) }

func shapeAttr(name string, t frame.Type) bundle.Attribute {
	return bundle.Attribute{Name: name, Type: bundle.DataShapeValue, Shapes: []bundle.DataShape{shapeOf(t)}}
}

func shapesAttr(name string, types []frame.Type) bundle.Attribute {
	a := bundle.Attribute{Name: name, Kind: bundle.ListAttr, Type: bundle.DataShapeValue}
	for _, t := range types {
		a.Shapes = append(a.Shapes, shapeOf(t))
	}
	return a
}

func shapeOf(t frame.Type) bundle.DataShape {
	return bundle.DataShape{Kind: t.Kind, Nullable: t.Nullable, Dims: t.Dims}
}
