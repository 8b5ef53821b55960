package bundle

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/pageleap/pageleap/engine/frame"
)

// Each way to read an attribute, on each kind of attribute: either it is of
// that type, or was left out, or the error names both types.
func TestAttrs(t *testing.T) {
	m := everything().Root.Model
	reads := map[string]func(a *Attrs, name string) any{
		"boolean":               func(a *Attrs, n string) any { return a.Bool(n) },
		"whole number":          func(a *Attrs, n string) any { return a.Int(n) },
		"double":                func(a *Attrs, n string) any { return a.Float(n) },
		"string":                func(a *Attrs, n string) any { return a.String(n) },
		"list of boolean":       func(a *Attrs, n string) any { return len(a.Bools(n)) },
		"list of whole numbers": func(a *Attrs, n string) any { return len(a.Ints(n)) },
		"list of double":        func(a *Attrs, n string) any { return len(a.Floats(n)) },
		"list of string":        func(a *Attrs, n string) any { return len(a.Strings(n)) },
		"tensor of double":      func(a *Attrs, n string) any { v, _ := a.Tensor(n); return len(v) },
		"list of tensor":        func(a *Attrs, n string) any { return len(a.Tensors(n)) },
		"list of data shape":    func(a *Attrs, n string) any { return len(a.Shapes(n)) },
		"data shape":            func(a *Attrs, n string) any { return a.Shape(n).Nullable },
		"basic type":            func(a *Attrs, n string) any { return a.Basic(n).String() },
		"list of basic type":    func(a *Attrs, n string) any { return len(a.Basics(n)) },
	}
	good := map[string][]string{ // beside those that were left out
		"boolean":               {"b", "b false"},
		"whole number":          {"i", "l"},
		"double":                {"d", "d 0", "d NaN", "f", "i", "l"},
		"string":                {"s", "s none", "x"},
		"list of boolean":       {"bs"},
		"list of whole numbers": {"is", "ls"},
		"list of double":        {"ds", "ds none", "fs"},
		"list of string":        {"ss"},
		"tensor of double":      {"t double", "t empty", "t float", "t scalar"},
		"list of tensor":        {"us"},
		"list of data shape":    {"ws"},
		"data shape":            {"w"},
		"basic type":            {"v", "v none"},
		"list of basic type":    {"vs"},
	}
	for what, read := range reads {
		for i := range m.Attributes {
			attr := &m.Attributes[i]
			a := m.Attrs()
			read(a, attr.Name)
			err := a.Err()
			if attr.Type == NoType && what != "tensor of double" || slices.Contains(good[what], attr.Name) {
				if err != nil {
					t.Errorf("%s as %s: %v", attr.Name, what, err)
				}
				continue
			}
			var e *Error
			if !errors.As(err, &e) || e.Kind != ErrAttribute || !strings.HasPrefix(err.Error(), `root: everything: attribute "`+attr.Name+`" is a `) || !strings.HasSuffix(err.Error(), "not a "+what) {
				t.Errorf("%s as %s: %v", attr.Name, what, err)
			}
		}
		a := m.Attrs()
		if read(a, "gone"); a.Err() == nil || a.Err().Error() != `root: everything: attribute "gone" is missing` {
			t.Errorf("%s: %v", what, a.Err())
		}
	}
}

func TestMatrix(t *testing.T) {
	for _, c := range []struct {
		dims []int
		n    int
		ok   bool
	}{
		{[]int{2, 3}, 6, true}, {[]int{0, 0}, 0, true},
		{[]int{2, 3}, 5, false}, {[]int{3, 2}, 7, false}, {[]int{-2, -3}, 6, false}, {[]int{0, 1 << 62}, 0, false},
		{[]int{1 << 62, 0}, 0, false}, {[]int{1 << 32, 1 << 32}, 0, false}, {[]int{6}, 6, false}, {[]int{1, 2, 3}, 6, false},
	} {
		m := &Model{Op: "pca", Attributes: []Attribute{{Name: "m", Kind: TensorAttr, Type: TensorValue,
			Tensors: []Tensor{{Base: frame.Double, Dims: c.dims, Floats: make([]float64, c.n)}}}}}
		a := m.Attrs()
		_, rows, cols := a.Matrix("m")
		if ok := a.Err() == nil; ok != c.ok || ok && (rows != c.dims[0] || cols != c.dims[1]) {
			t.Errorf("%d values in shape %v: %d×%d, %v", c.n, c.dims, rows, cols, a.Err())
		}
	}
}
