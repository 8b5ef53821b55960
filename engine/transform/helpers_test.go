package transform

// What the ops' tests share: bundle models and cells by hand, and cells as text.

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

func attrBool(name string, v bool) bundle.Attribute {
	return bundle.Attribute{Name: name, Type: bundle.BasicValue, Base: frame.Boolean, Bools: []bool{v}}
}

func attrInt(name string, v int64) bundle.Attribute {
	return bundle.Attribute{Name: name, Type: bundle.BasicValue, Base: frame.Long, Ints: []int64{v}}
}

func attrFloat(name string, v float64) bundle.Attribute {
	return bundle.Attribute{Name: name, Type: bundle.BasicValue, Base: frame.Double, Floats: []float64{v}}
}

func attrString(name, v string) bundle.Attribute {
	return bundle.Attribute{Name: name, Type: bundle.BasicValue, Base: frame.String, Strings: []string{v}}
}

// attrDefault is a scalar whose value was left out: false, 0 or "".
func attrDefault(name string) bundle.Attribute { return bundle.Attribute{Name: name} }

func attrInts(name string, v ...int64) bundle.Attribute {
	return bundle.Attribute{Name: name, Kind: bundle.ListAttr, Type: bundle.BasicValue, Base: frame.Int, Ints: v}
}

func attrFloats(name string, v ...float64) bundle.Attribute {
	return bundle.Attribute{Name: name, Kind: bundle.ListAttr, Type: bundle.BasicValue, Base: frame.Double, Floats: v}
}

func attrStrings(name string, v ...string) bundle.Attribute {
	return bundle.Attribute{Name: name, Kind: bundle.ListAttr, Type: bundle.BasicValue, Base: frame.String, Strings: v}
}

func attrVector(name string, v ...float64) bundle.Attribute { return attrTensor(name, v, len(v)) }

func attrTensor(name string, v []float64, dims ...int) bundle.Attribute {
	return bundle.Attribute{Name: name, Kind: bundle.TensorAttr, Type: bundle.TensorValue,
		Tensors: []bundle.Tensor{{Base: frame.Double, Dims: dims, Floats: v}}}
}

func attrShapes(name string, v ...bundle.DataShape) bundle.Attribute {
	return bundle.Attribute{Name: name, Kind: bundle.ListAttr, Type: bundle.DataShapeValue, Shapes: v}
}

// nodeOf is a node whose model has these attributes. Sockets are written as
// "input:column" and come before ">", the outputs after it; "" binds nothing.
func nodeOf(op, sockets string, attrs ...bundle.Attribute) *bundle.Node {
	n := &bundle.Node{Name: op, Model: &bundle.Model{Path: "root/" + op + ".node", Op: op, Attributes: attrs}}
	in, out, _ := strings.Cut(sockets, ">")
	for i, list := range []string{in, out} {
		for _, s := range strings.Fields(list) {
			port, name, _ := strings.Cut(s, ":")
			if i == 0 {
				n.Inputs = append(n.Inputs, bundle.Socket{Port: port, Name: name})
			} else {
				n.Outputs = append(n.Outputs, bundle.Socket{Port: port, Name: name})
			}
		}
	}
	return n
}

// readNode reads a node that must be readable.
func readNode(t testing.TB, n *bundle.Node) Transformer {
	t.Helper()
	tr, err := NewSource(n, Table).Read()
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// readFault is the error of a node that must be refused.
func readFault(t testing.TB, n *bundle.Node) error {
	t.Helper()
	_, err := NewSource(n, Table).Read()
	if err == nil {
		t.Fatalf("%s with %v was read", n.Model.Op, n.Model.Attributes)
	}
	if !errors.Is(err, bundle.ErrAttribute) && !errors.Is(err, bundle.ErrMalformed) {
		t.Errorf("error of another kind: %v", err)
	}
	return err
}

func num(x float64) *frame.Value        { return &frame.Value{Num: x} }
func str(s string) *frame.Value         { return &frame.Value{Str: s} }
func null() *frame.Value                { return &frame.Value{Null: true} }
func dense(x ...float64) *frame.Value   { return &frame.Value{Dims: []int{len(x)}, Nums: x} }
func strList(s ...string) *frame.Value  { return &frame.Value{Strs: s} }
func numList(x ...float64) *frame.Value { return &frame.Value{Nums: x} }

// sparse takes index, value, index, value …
func sparse(size int, pairs ...float64) *frame.Value {
	v := &frame.Value{Dims: []int{size}, Sparse: true}
	for i := 0; i < len(pairs); i += 2 {
		v.Put(int(pairs[i]), pairs[i+1])
	}
	return v
}

// outputs are cells for a transformer's outputs.
func outputs(tr Transformer) []*frame.Value {
	out := make([]*frame.Value, len(tr.Outputs()))
	for i := range out {
		out[i] = new(frame.Value)
	}
	return out
}

// apply transforms one row, twice over the same output cells: what a row
// leaves behind must not show in the next.
func apply(tr Transformer, in ...*frame.Value) ([]*frame.Value, error) {
	out := outputs(tr)
	if err := tr.Transform(in, out); err != nil {
		return nil, err
	}
	return out, tr.Transform(in, out)
}

// text is a cell in words: "1.5", "null", "[1 2]", "9:[5=1]" (sparse); a
// scalar string in quotes. Numbers have all their digits.
func text(typ frame.Type, v *frame.Value) string {
	if v.Null {
		return "null"
	}
	float := func(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
	switch {
	case typ.Kind == frame.Scalar && typ.Base.Numeric():
		return float(v.Num)
	case typ.Kind == frame.Scalar && typ.Base == frame.Long:
		return strconv.FormatInt(v.Long, 10)
	case typ.Kind == frame.Scalar:
		return strconv.Quote(v.Str)
	}
	var parts []string
	for i, x := range v.Nums {
		s := float(x)
		if v.Sparse {
			s = strconv.Itoa(int(v.Indices[i])) + "=" + s
		}
		parts = append(parts, s)
	}
	for _, s := range v.Strs {
		parts = append(parts, strconv.Quote(s))
	}
	s := "[" + strings.Join(parts, " ") + "]"
	if v.Sparse {
		s = strconv.Itoa(v.Size()) + ":" + s
	}
	return s
}

// row is what a transformer answers, its outputs' texts side by side, or
// "dropped", or the kind of its error and the port: "unseen category at 0".
func row(tr Transformer, in ...*frame.Value) string {
	out, err := apply(tr, in...)
	var bad *InputError
	switch {
	case err == Drop:
		return "dropped"
	case errors.As(err, &bad):
		return bad.Kind.Error() + " at " + strconv.Itoa(bad.Port)
	case err != nil:
		return "error: " + err.Error()
	}
	var parts []string
	for i, p := range tr.Outputs() {
		if p.Name != "" {
			parts = append(parts, text(p.Type, out[i]))
		}
	}
	return strings.Join(parts, " ")
}

// wantNoAllocs checks that transforming this row allocates nothing.
func wantNoAllocs(t *testing.T, tr Transformer, in ...*frame.Value) {
	t.Helper()
	out := outputs(tr)
	if n := testing.AllocsPerRun(100, func() {
		if err := tr.Transform(in, out); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations a row", n)
	}
}
