package bundle

import (
	"bytes"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/pageleap/pageleap/engine/frame"
)

func mustRead(t testing.TB, zip []byte) *Bundle {
	t.Helper()
	files, err := OpenZip(zip)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Read(files, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func mustWrite(t testing.TB, b *Bundle, f Format) []byte {
	t.Helper()
	zip, err := Write(b, f)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := Write(b, f)
	if !bytes.Equal(zip, again) {
		t.Error("not the same bytes twice")
	}
	return zip
}

// same says whether two bundles of one serialisation are equal in all parts,
// NaN being equal to NaN and the text of tree files aside.
func same(a, b *Bundle) bool {
	x, y := *a, *b
	x.Root, y.Root = nil, nil
	return bitsEqual(reflect.ValueOf(x), reflect.ValueOf(y)) && bitsEqual(reflect.ValueOf(a.Root), reflect.ValueOf(b.Root))
}

func bitsEqual(a, b reflect.Value) bool {
	switch a.Kind() {
	case reflect.Float64:
		return math.Float64bits(a.Float()) == math.Float64bits(b.Float()) || math.IsNaN(a.Float()) && math.IsNaN(b.Float())
	case reflect.Pointer:
		return a.IsNil() == b.IsNil() && (a.IsNil() || bitsEqual(a.Elem(), b.Elem()))
	case reflect.Slice:
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !bitsEqual(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Struct:
		if f, ok := a.Interface().(File); ok && strings.HasPrefix(f.Name, "tree.") {
			return f.Name == b.Interface().(File).Name
		}
		for i := range a.NumField() {
			if !bitsEqual(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	}
	return a.Equal(b)
}

// From JSON to protobuf and back nothing is lost, and the other way only the
// infinities.
func TestRoundTrip(t *testing.T) {
	for _, name := range cases(t) {
		a := readZip(t, filepath.Join(genuine, name, "bundle.json.zip"))
		if b := mustRead(t, mustWrite(t, a, JSON)); !same(a, b) {
			t.Errorf("%s: json, json: %s", name, diffNode("", a.Root, b.Root))
		}
		b := mustRead(t, mustWrite(t, a, Protobuf))
		if b.Format != Protobuf || b.Root.Model.Format != Protobuf {
			t.Errorf("%s: the format is %v", name, b.Format)
		}
		c := mustRead(t, mustWrite(t, b, JSON))
		if !same(a, c) || diffNode("", a.Root, c.Root) != "" {
			t.Errorf("%s: json, protobuf, json: %s", name, diffNode("", a.Root, c.Root))
		}

		path := filepath.Join(genuine, name, "bundle.proto.zip")
		if _, err := os.Stat(path); err != nil {
			continue
		}
		p := readZip(t, path)
		if q := mustRead(t, mustWrite(t, p, Protobuf)); !same(p, q) {
			t.Errorf("%s: protobuf, protobuf: %s", name, diffNode("", p.Root, q.Root))
		}
		q := mustRead(t, mustWrite(t, p, JSON))
		if d := diffNode("", p.Root, q.Root); d != "" {
			t.Errorf("%s: protobuf, json: %s", name, d)
		}
	}
}

// What MLeap made of a tree or a node in protobuf comes out byte for byte.
func TestSameBytes(t *testing.T) {
	compared := 0
	for _, name := range cases(t) {
		data, err := os.ReadFile(filepath.Join(genuine, name, "bundle.proto.zip"))
		if err != nil || strings.HasPrefix(name, "sklearn_") {
			continue
		}
		want, err := OpenZip(data)
		if err != nil {
			t.Fatal(err)
		}
		files, err := Encode(readZip(t, filepath.Join(genuine, name, "bundle.json.zip")), Protobuf)
		if err != nil {
			t.Fatal(name, err)
		}
		for _, f := range files {
			if f.Name == bundleFile || strings.HasSuffix(f.Name, "/model.pb") {
				continue // attributes have no order
			}
			data, err := want.ReadFile(f.Name)
			if err != nil || !bytes.Equal(data, f.Data) {
				t.Errorf("%s: %s differs: %v", name, f.Name, err)
			}
			compared++
		}
	}
	if compared < 300 {
		t.Errorf("only %d files compared", compared)
	}
}

// everything has each kind of attribute once.
func everything() *Bundle {
	scalar := func(name string, base frame.Basic, a Attribute) Attribute {
		a.Name, a.Type, a.Base = name, BasicValue, base
		return a
	}
	list := func(name string, base frame.Basic, a Attribute) Attribute {
		a = scalar(name, base, a)
		a.Kind = ListAttr
		return a
	}
	tensor := func(name string, t Tensor) Attribute {
		return Attribute{Name: name, Kind: TensorAttr, Type: TensorValue, Tensors: []Tensor{t}}
	}
	floats := []float64{0, math.Copysign(0, -1), 1.5, math.NaN(), 5e-324, math.MaxFloat64, -1.0 / 3}
	narrow := []float64{0, math.Copysign(0, -1), 1.5, math.NaN(), math.SmallestNonzeroFloat32, math.MaxFloat32, float64(float32(0.1))}
	attrs := []Attribute{
		{Name: "a none"}, {Name: "a none list", Kind: ListAttr},
		scalar("b", frame.Boolean, Attribute{Bools: []bool{true}}),
		scalar("b false", frame.Boolean, Attribute{Bools: []bool{false}}),
		list("bs", frame.Boolean, Attribute{Bools: []bool{true, false, true}}),
		scalar("d", frame.Double, Attribute{Floats: []float64{-0.1}}),
		scalar("d 0", frame.Double, Attribute{Floats: []float64{0}}),
		scalar("d NaN", frame.Double, Attribute{Floats: []float64{math.NaN()}}),
		list("ds", frame.Double, Attribute{Floats: floats}),
		list("ds none", frame.Double, Attribute{}),
		scalar("f", frame.Float, Attribute{Floats: []float64{float64(float32(-0.1))}}),
		list("fs", frame.Float, Attribute{Floats: narrow}),
		scalar("i", frame.Int, Attribute{Ints: []int64{math.MinInt32}}),
		list("is", frame.Int, Attribute{Ints: []int64{0, -1, math.MaxInt32}}),
		scalar("l", frame.Long, Attribute{Ints: []int64{math.MinInt64}}),
		list("ls", frame.Long, Attribute{Ints: []int64{0, -1, math.MaxInt64}}),
		{Name: "m", Type: ModelValue, Models: []*Model{{Path: "root", Op: "inner", Attributes: []Attribute{scalar("x", frame.Int, Attribute{Ints: []int64{7}})}}}},
		{Name: "ms", Kind: ListAttr, Type: ModelValue, Models: []*Model{{Path: "root", Op: "x"}, {Path: "root", Op: "y"}}},
		scalar("s", frame.String, Attribute{Strings: []string{"héllo \u2028 \x00 \"\\ \U0001F600"}}),
		scalar("s none", frame.String, Attribute{Strings: []string{""}}),
		list("ss", frame.String, Attribute{Strings: []string{"", "a", "\n"}}),
		tensor("t bool", Tensor{Base: frame.Boolean, Dims: []int{3}, Bools: []bool{true, false, true}}),
		tensor("t byte", Tensor{Base: frame.Byte, Dims: []int{3}, Ints: []int64{-128, 0, 127}}),
		tensor("t bytes", Tensor{Base: frame.ByteString, Dims: []int{2}, Strings: []string{"\xff\x00", ""}}),
		tensor("t double", Tensor{Base: frame.Double, Dims: []int{7, 1}, Floats: floats}),
		tensor("t empty", Tensor{Base: frame.Double, Dims: []int{0}}),
		tensor("t float", Tensor{Base: frame.Float, Dims: []int{1, 7}, Floats: narrow}),
		tensor("t int", Tensor{Base: frame.Int, Dims: []int{2}, Ints: []int64{math.MinInt32, math.MaxInt32}}),
		tensor("t long", Tensor{Base: frame.Long, Dims: []int{2}, Ints: []int64{math.MinInt64, math.MaxInt64}}),
		tensor("t scalar", Tensor{Base: frame.Double, Dims: []int{}, Floats: []float64{3}}),
		tensor("t short", Tensor{Base: frame.Short, Dims: []int{2}, Ints: []int64{-32768, 32767}}),
		tensor("t string", Tensor{Base: frame.String, Dims: []int{2}, Strings: []string{"é", ""}}),
		{Name: "u", Type: TensorValue, Tensors: []Tensor{{Base: frame.Double, Dims: []int{1}, Floats: []float64{1}}}},
		{Name: "us", Kind: ListAttr, Type: TensorValue, Tensors: []Tensor{{Base: frame.Double, Dims: []int{1}, Floats: []float64{1}}, {Base: frame.Int, Dims: []int{0}}}},
		{Name: "v", Type: BasicTypeValue, Basics: []frame.Basic{frame.ByteString}},
		{Name: "v none", Type: BasicTypeValue, Basics: []frame.Basic{frame.Undefined}},
		{Name: "vs", Kind: ListAttr, Type: BasicTypeValue, Basics: []frame.Basic{frame.Undefined, frame.Boolean, frame.Double, frame.String}},
		{Name: "w", Type: DataShapeValue, Shapes: []DataShape{{Kind: frame.List, Nullable: true}}},
		{Name: "ws", Kind: ListAttr, Type: DataShapeValue, Shapes: []DataShape{{}, {Kind: frame.Tensor, Dims: []int{-1, 3}}, {Kind: frame.Tensor, Nullable: true}, {Kind: frame.Tensor, Dims: []int{}}}},
		scalar("x", frame.ByteString, Attribute{Strings: []string{"\xff\x00"}}),
		list("xs", frame.ByteString, Attribute{Strings: []string{"", "\xfe"}}),
	}
	leaf := AppendTreeNode(nil, JSON, &TreeNode{Leaf: true, Values: []float64{1, math.NaN()}})
	child := func(name string, m *Model) *Node {
		m.Path = "root/" + name + ".node"
		return &Node{Name: name, Inputs: []Socket{{"input", "a"}}, Outputs: []Socket{{"output", name}}, Model: m}
	}
	root := &Model{Path: "root", Op: "everything", Attributes: attrs, Children: []*Node{
		child("z", &Model{Op: "forest",
			Subs:  []Sub{{"tree0", &Model{Path: "root/z.node/tree0", Op: "tree", Files: []File{{Name: "tree.json", Data: leaf}}}}},
			Files: []File{{Name: "deep/er/file", Data: []byte("x")}, {Name: "raw.bin", Data: []byte{0xff, 0}}}}),
		child("y", &Model{Op: "leaf"}),
	}}
	return &Bundle{Name: "n", UID: "5e6d8f1e-8f3c-4b0e-9a52-3b5b8f1c2d3e", Version: "0.25.2", Timestamp: "2026-01-02T03:04:05",
		Meta: []Attribute{scalar("k", frame.String, Attribute{Strings: []string{"v"}})}, Root: &Node{Name: "root", Model: root}}
}

func TestEverything(t *testing.T) {
	want := everything()
	a := mustRead(t, mustWrite(t, want, JSON))
	nodes := Attribute{Name: "nodes", Kind: ListAttr, Type: BasicValue, Base: frame.String, Strings: []string{"z", "y"}}
	m := want.Root.Model
	for i := range m.Attributes {
		if m.Attributes[i].Name > nodes.Name {
			m.Attributes = append(m.Attributes[:i], append([]Attribute{nodes}, m.Attributes[i:]...)...)
			break
		}
	}
	for i := range a.Root.Model.Attributes {
		if got, want := &a.Root.Model.Attributes[i], &m.Attributes[i]; !bitsEqual(reflect.ValueOf(got), reflect.ValueOf(want)) {
			t.Errorf("json: %+v, want %+v", got, want)
		}
	}
	if !same(a, want) {
		t.Errorf("json: %s", diffNode("", a.Root, want.Root))
	}
	b := mustRead(t, mustWrite(t, want, Protobuf))
	if d := diffNode("", a.Root, b.Root); d != "" {
		t.Errorf("protobuf: %s", d)
	}
	c := mustRead(t, mustWrite(t, b, JSON))
	if !same(a, c) || diffNode("", a.Root, c.Root) != "" {
		t.Error("json, protobuf, json: not the same")
	}
}

// A directory holds what a zip holds.
func TestDir(t *testing.T) {
	for _, f := range []Format{JSON, Protobuf} {
		dir := t.TempDir()
		want := mustRead(t, mustWrite(t, everything(), f))
		if err := WriteDir(want, f, filepath.Join(dir, "made")); err != nil {
			t.Fatal(err)
		}
		os.WriteFile(filepath.Join(dir, "made", "root", ".hidden"), nil, 0o666)
		os.WriteFile(filepath.Join(dir, ".hidden"), nil, 0o666)
		// The directory itself, or the one that it is in.
		for _, sub := range []string{"made", "."} {
			fsys, err := fs.Sub(os.DirFS(dir), sub)
			if err != nil {
				t.Fatal(err)
			}
			b, err := Read(Dir(fsys), Limits{})
			if err != nil || !same(want, b) {
				t.Errorf("%v: %v", f, err)
			}
		}
	}
}

func TestWriteFaults(t *testing.T) {
	attr := func(a Attribute) *Bundle {
		a.Name = "a"
		return &Bundle{Root: &Node{Name: "n", Model: &Model{Op: "op", Attributes: []Attribute{a}}}}
	}
	file := func(names ...string) *Bundle {
		b := attr(Attribute{})
		for _, n := range names {
			b.Root.Model.Files = append(b.Root.Model.Files, File{Name: n})
		}
		return b
	}
	children := func(names ...string) *Bundle {
		b := attr(Attribute{})
		for _, n := range names {
			b.Root.Model.Children = append(b.Root.Model.Children, &Node{Name: n, Model: &Model{Op: "op"}})
		}
		return b
	}
	for name, b := range map[string]*Bundle{
		"no root":         {},
		"no model":        {Root: &Node{Name: "n"}},
		"no op":           {Root: &Node{Name: "n", Model: &Model{}}},
		"no name":         {Root: &Node{Model: &Model{Op: "op"}}},
		"no port":         {Root: &Node{Name: "n", Inputs: []Socket{{Name: "x"}}, Model: &Model{Op: "op"}}},
		"two values":      attr(Attribute{Type: BasicValue, Base: frame.Int, Ints: []int64{1, 2}}),
		"no value":        attr(Attribute{Type: BasicValue, Base: frame.Int}),
		"wrong values":    attr(Attribute{Type: BasicValue, Base: frame.Int, Bools: []bool{true}}),
		"no type":         attr(Attribute{Ints: []int64{1}}),
		"no base":         attr(Attribute{Type: BasicValue}),
		"no tensor":       attr(Attribute{Kind: TensorAttr}),
		"range":           attr(Attribute{Type: BasicValue, Base: frame.Int, Ints: []int64{1 << 31}}),
		"tensor range":    attr(Attribute{Kind: TensorAttr, Type: TensorValue, Tensors: []Tensor{{Base: frame.Byte, Dims: []int{1}, Ints: []int64{128}}}}),
		"tensor shape":    attr(Attribute{Kind: TensorAttr, Type: TensorValue, Tensors: []Tensor{{Base: frame.Byte, Dims: []int{2}, Ints: []int64{1}}}}),
		"tensor values":   attr(Attribute{Kind: TensorAttr, Type: TensorValue, Tensors: []Tensor{{Base: frame.Byte, Dims: []int{1}, Floats: []float64{1}}}}),
		"not UTF-8":       attr(Attribute{Type: BasicValue, Base: frame.String, Strings: []string{"\xff"}}),
		"map shape":       attr(Attribute{Type: DataShapeValue, Shapes: []DataShape{{Kind: frame.Map}}}),
		"model's files":   attr(Attribute{Type: ModelValue, Models: []*Model{{Op: "x", Files: []File{{Name: "x"}}}}}),
		"name outside":    file("../x"),
		"name twice":      file("x", "x"),
		"model's name":    file("model.json"),
		"model's name pb": file("model.pb"),
		"child outside":   children("a/b"),
		"child twice":     children("a", "a"),
		"bad tree":        {Root: &Node{Name: "n", Model: &Model{Op: "x", Files: []File{{Name: "tree.json", Data: []byte("{}")}}}}},
	} {
		_, err := Encode(b, JSON)
		_, err2 := Encode(b, Protobuf)
		var e *Error
		switch {
		case name == "model's name", name == "model's name pb", name == "bad tree":
			if err == nil && err2 == nil {
				t.Errorf("%s: no error", name)
			}
		case !errors.As(err, &e) || !errors.As(err2, &e):
			t.Errorf("%s: %v, %v", name, err, err2)
		}
	}
}
