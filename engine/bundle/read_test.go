package bundle

import (
	"errors"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/internal/wire"
)

// memory is files in a map.
type memory map[string]string

func (m memory) List() []string { return slices.Collect(maps.Keys(m)) }

func (m memory) ReadFile(name string) ([]byte, error) {
	data, ok := m[name]
	if !ok {
		return nil, &Error{Kind: ErrNotFound, Path: name, Msg: "no such file"}
	}
	return []byte(data), nil
}

// with is the smallest bundle, with some files replaced; nil removes one.
func with(files ...string) memory {
	m := memory{"bundle.json": `{"format":"json"}`, "root/node.json": `{"name":"n"}`, "root/model.json": `{"op":"x"}`}
	for i := 0; i < len(files); i += 2 {
		if m[files[i]] = files[i+1]; files[i+1] == "" {
			delete(m, files[i])
		}
	}
	return m
}

// attribute is the smallest bundle with one attribute.
func attribute(value string) memory {
	return with("root/model.json", "{\"op\":\"x\",\"attributes\":{\n\"a\":"+value+"}}")
}

func TestReadJSON(t *testing.T) {
	basic := func(kind AttrKind, base frame.Basic, a Attribute) Attribute {
		a.Kind, a.Type, a.Base = kind, BasicValue, base
		return a
	}
	tensor := Tensor{Base: frame.Double, Dims: []int{1, 2}, Floats: []float64{1, math.NaN()}}
	shape := `"shape":{"dimensions":[{"size":1,"name":""},{"size":2}],"more":1}`
	for value, want := range map[string]Attribute{
		`{}`:                               {},
		`{"type":"list"}`:                  {Kind: ListAttr},
		`{"double":null}`:                  basic(ScalarAttr, frame.Double, Attribute{Floats: []float64{math.NaN()}}),
		`{"double":3}`:                     basic(ScalarAttr, frame.Double, Attribute{Floats: []float64{3}}),
		`{"double":1e999}`:                 basic(ScalarAttr, frame.Double, Attribute{Floats: []float64{math.Inf(1)}}),
		`{"float":0.1}`:                    basic(ScalarAttr, frame.Float, Attribute{Floats: []float64{float64(float32(0.1))}}),
		`{"int":3.0}`:                      basic(ScalarAttr, frame.Int, Attribute{Ints: []int64{3}}),
		`{"short":3}`:                      basic(ScalarAttr, frame.Int, Attribute{Ints: []int64{3}}),
		`{"int":3,"more":[{}]}`:            basic(ScalarAttr, frame.Int, Attribute{Ints: []int64{3}}),
		`{"long":-9223372036854775808}`:    basic(ScalarAttr, frame.Long, Attribute{Ints: []int64{math.MinInt64}}),
		`{"boolean":false}`:                basic(ScalarAttr, frame.Boolean, Attribute{Bools: []bool{false}}),
		`{"byte_string":"/wA="}`:           basic(ScalarAttr, frame.ByteString, Attribute{Strings: []string{"\xff\x00"}}),
		`{"type":"list","string":[]}`:      basic(ListAttr, frame.String, Attribute{}),
		`{"string":["a"],"type":"list"}`:   basic(ListAttr, frame.String, Attribute{Strings: []string{"a"}}),
		`{"float":[1,null],"type":"list"}`: basic(ListAttr, frame.Float, Attribute{Floats: []float64{1, math.NaN()}}),
		`{"double":[1,null],` + shape + `,"type":"tensor"}`:                     {Kind: TensorAttr, Type: TensorValue, Tensors: []Tensor{tensor}},
		`{"type":"tensor",` + shape + `,"double":[1,null]}`:                     {Kind: TensorAttr, Type: TensorValue, Tensors: []Tensor{tensor}},
		`{"tensor":{"double":[1,null],` + shape + `}}`:                          {Type: TensorValue, Tensors: []Tensor{tensor}},
		`{"tensor":null,"int":1}`:                                               basic(ScalarAttr, frame.Int, Attribute{Ints: []int64{1}}),
		`{"tensor":[{` + shape + `,"double":[1,null]}],"type":"list"}`:          {Kind: ListAttr, Type: TensorValue, Tensors: []Tensor{tensor}},
		`{"basic_type":"unknown"}`:                                              {Type: BasicTypeValue, Basics: []frame.Basic{frame.Undefined}},
		`{"data_shape":{"base":"tensor","isNullable":true,"tensorShape":null}}`: {Type: DataShapeValue, Shapes: []DataShape{{Kind: frame.Tensor, Nullable: true}}},
		`{"data_shape":{"base":"list"}}`:                                        {Type: DataShapeValue, Shapes: []DataShape{{Kind: frame.List}}},
		`{"model":{"op":"y","attributes":{"b":{}}}}`:                            {Type: ModelValue, Models: []*Model{{Op: "y", Attributes: []Attribute{{Name: "b"}}}}},
	} {
		b, err := Read(attribute(value), Limits{})
		if err != nil {
			t.Errorf("%s: %v", value, err)
			continue
		}
		want.Name = "a"
		got := b.Root.Model.Attributes[0]
		if got.Kind != want.Kind || got.Type != want.Type || got.Base != want.Base || diffAttr(&got, &want) != "" {
			t.Errorf("%s: %+v, want %+v", value, got, want)
		}
	}
}

func TestReadFaults(t *testing.T) {
	deep := strings.Repeat(`{"op":"x","attributes":{"a":{"model":`, 40) + `{"op":"x"}` + strings.Repeat(`}}}`, 40)
	for _, tt := range []struct {
		files memory
		kind  error
		want  string // the start of the message, or after "…" a part of it
	}{
		{memory{}, ErrNotFound, "bundle.json: no such file: this is not a bundle"},
		{memory{"a/bundle.json": "", "b/bundle.json": ""}, ErrNotFound, "bundle.json: no such file"},
		{with("bundle.json", "{"), ErrMalformed, "bundle.json: line 1, byte 1: the input ends inside an object"},
		{with("bundle.json", "{}"), ErrMalformed, `bundle.json: line 1, byte 2: "format" is missing`},
		{with("bundle.json", `{"format":"mixed"}`), ErrMalformed, `bundle.json: line 1, byte 17: the format "mixed" is not known`},
		{with("bundle.json", `{"format":"json"} x`), ErrMalformed, "bundle.json: line 1, byte 18: more text"},
		{with("bundle.json", `{"format":"json","uid":1}`), ErrMalformed, "bundle.json: line 1, byte 23: found a number where a string belongs"},
		{with("bundle.json", `{"format":"protobuf"}`), ErrNotFound, "root/node.pb: the bundle has no such file"},
		{with("root/node.json", ""), ErrNotFound, "root/node.json: the bundle has no such file"},
		{with("root/model.json", ""), ErrNotFound, "root/model.json: the bundle has no such file"},
		{with("root/node.json", `{}`), ErrMalformed, `root/node.json: line 1, byte 2: "name" is missing`},
		{with("root/node.json", `{"name":"n","shape":{"inputs":[{"port":"a"}]}}`), ErrMalformed, "…a socket needs"},
		{with("root/model.json", `{}`), ErrMalformed, `root/model.json: line 1, byte 2: "op" is missing`},
		{with("root/model.json", `{"op":"x"}}`), ErrMalformed, "root/model.json: line 1, byte 10: more text"},
		{with("root/model.json", `{"op":"x","attributes":{"nodes":{"int":1}}}`), ErrAttribute, `root: x: attribute "nodes" is a whole number, not a list of string`},
		{with("root/model.json", `{"op":"x","attributes":{"nodes":{"string":["y"],"type":"list"}}}`), ErrNotFound, "root/y.node/node.json: the bundle has no such file"},
		{with("root/model.json", `{"op":"x","attributes":{"nodes":{"string":["y","y"],"type":"list"}}}`), ErrMalformed, `root/model.json: the node "y" is listed twice`},
		{with("root/model.json", `{"op":"x","attributes":{"nodes":{"string":["../y"],"type":"list"}}}`), ErrMalformed, `root/model.json: the node name "../y" cannot`},
		{with("root/t/model.json", `{`), ErrMalformed, "root/t/model.json: line 1"},
		{with("root/model.json", `{"op":"x","attributes":{"a":{},"b":{},"a":{}}}`), ErrMalformed, `…the attribute "a" is there twice`},
		{with("root/model.json", deep), ErrLimit, "root/model.json: 33 models in one another, more than the 32 that the limit bundle.Depth allows"},
		{attribute(`1`), ErrMalformed, "root/model.json: line 2, byte 29: found a number where an object belongs"},
		{attribute(`{"double":"1"}`), ErrMalformed, "root/model.json: line 2, byte 39: found a string where a number belongs"},
		{attribute(`{"boolean":null}`), ErrMalformed, "…found null where a boolean belongs"},
		{attribute(`{"int":null}`), ErrMalformed, "…found null where a number belongs"},
		{attribute(`{"int":1.5}`), ErrMalformed, "…1.5 is not a whole number"},
		{attribute(`{"int":2147483648}`), ErrMalformed, `…attribute "a": 2147483648 does not fit a int`},
		{attribute(`{"byte":128}`), ErrMalformed, "…128 does not fit a byte"},
		{attribute(`{"long":9223372036854775808}`), ErrMalformed, "…9223372036854775808 is not a whole number of 64 bits"},
		{attribute(`{"double":[1]}`), ErrMalformed, "…a scalar holds an array"},
		{attribute(`{"double":1,"type":"list"}`), ErrMalformed, "…a list holds a single value"},
		{attribute(`{"double":1,"type":"scalar"}`), ErrMalformed, `…the type "scalar" is not known`},
		{attribute(`{"type":{"type":"tensor"},"value":[1]}`), ErrMalformed, "…the type is an object"},
		{attribute(`{"doubel":1}`), ErrMalformed, "…no member is a type that is known"},
		{attribute(`{"double":1,"int":1}`), ErrMalformed, "…values of two types"},
		{attribute(`{"double":[1],"type":"tensor"}`), ErrMalformed, `…a tensor needs a "shape"`},
		{attribute(`{"shape":{"dimensions":[]},"type":"tensor"}`), ErrMalformed, "…a tensor needs an array of its values"},
		{attribute(`{"double":[1],"shape":{"dimensions":[{"size":2}]},"type":"tensor"}`), ErrMalformed, "…the tensor has 1 elements where its shape wants 2"},
		{attribute(`{"double":[],"shape":{"dimensions":[{"size":-1}]},"type":"tensor"}`), ErrMalformed, "…a dimension of -1"},
		{attribute(`{"double":[],"shape":{"dimensions":[{"size":2147483647},{"size":2147483647},{"size":2147483647}]},"type":"tensor"}`), ErrMalformed, "…shape is too large"},
		{attribute(`{"double":[],"shape":{"dimensions":[{}]},"type":"tensor"}`), ErrMalformed, `…a dimension without "size"`},
		{attribute(`{"basic_type":"int32"}`), ErrMalformed, `…the basic type "int32" is not known`},
		{attribute(`{"data_shape":{"base":"map"}}`), ErrMalformed, `…the data shape "map" is not known`},
		{attribute(`{"data_shape":{}}`), ErrMalformed, `…without "base"`},
		{attribute(`{"byte_string":"!"}`), ErrMalformed, `…attribute "a": `},
		{attribute(`{"model":{}}`), ErrMalformed, `…"op" is missing`},
	} {
		_, err := Read(tt.files, Limits{})
		var e *Error
		part, inside := strings.CutPrefix(tt.want, "…")
		if !errors.As(err, &e) || !errors.Is(err, tt.kind) ||
			!strings.HasPrefix(err.Error(), tt.want) && !(inside && strings.HasPrefix(err.Error(), "root/") && strings.Contains(err.Error(), part)) {
			t.Errorf("%v, want %v: %q", err, tt.kind, tt.want)
		}
	}
}

func TestReadLimits(t *testing.T) {
	nested := with("root/model.json", `{"op":"x","attributes":{"nodes":{"string":["a"],"type":"list"}}}`,
		"root/a.node/node.json", `{"name":"a"}`, "root/a.node/model.json", `{"op":"y"}`, "root/a.node/t/model.json", `{"op":"z"}`)
	list := `{"int":[1,2,3],"type":"list"}`
	for _, tt := range []struct {
		files  memory
		limits Limits
		want   string
	}{
		{nested, Limits{Depth: 3}, ""},
		{nested, Limits{Depth: 2}, "root/a.node/t: 3 nodes in one another, more than the 2 that the limit bundle.Depth allows"},
		{attribute(list), Limits{Elements: 3}, ""},
		{attribute(list), Limits{Elements: 2}, `root/model.json: 3 elements in the attribute "a", more than the 2 that the limit bundle.Elements allows`},
		{attribute(list), Limits{Parts: 1}, ""},
		{attribute(`{"data_shape":[{"base":"list"}],"type":"list"}`), Limits{Parts: 1}, "root/model.json: 2 attributes, tensors, data shapes and models, more than the 1 that the limit bundle.Parts allows"},
		{with("root/x", "12345"), Limits{Bytes: 20}, "29 bytes with this file"},
	} {
		for _, f := range []Format{JSON, Protobuf} {
			files := Files(tt.files)
			if f == Protobuf {
				b, err := Read(tt.files, Limits{})
				if err != nil {
					t.Fatal(err)
				}
				z := mustWrite(t, b, f)
				if files, err = OpenZip(z); err != nil {
					t.Fatal(err)
				}
			}
			_, err := Read(files, tt.limits)
			if tt.want == "" {
				if err != nil {
					t.Error(err)
				}
				continue
			}
			want := tt.want
			if f == Protobuf {
				want = strings.Replace(want, ".json", ".pb", 1)
			}
			if f == Protobuf && tt.limits.Bytes > 0 {
				want = "that the limit bundle.Bytes allows"
			}
			if !errors.Is(err, ErrLimit) || !strings.Contains(err.Error(), want) {
				t.Errorf("%v, want %q", err, want)
			}
		}
	}
}

// What stands where: files, models in directories, nodes, and what belongs to nobody.
func TestReadTree(t *testing.T) {
	b, err := Read(with("root/model.json", `{"op":"x","attributes":{"nodes":{"string":["b","a"],"type":"list"}}}`,
		"root/a.node/node.json", `{"name":"a","shape":{"inputs":[{"port":"p","name":"q"}],"outputs":[]}}`, "root/a.node/model.json", `{"op":"y","attributes":null}`,
		"root/a.node/deep/er/file", "1", "root/b.node/node.json", `{"name":"b"}`, "root/b.node/model.json", `{"op":"z"}`,
		"root/b.node/tree10/model.json", `{"op":"t10"}`, "root/b.node/tree2/model.json", `{"op":"t2"}`, "root/b.node/tree2/tree.json", "2",
		"root/b.node/tree2.txt", "3", "root/gone.node/model.json", "{", "notes/x", "4", "rootx/y", "5"), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	var walk func(m *Model)
	walk = func(m *Model) {
		list = append(list, m.Path+"="+m.Op)
		for _, f := range m.Files {
			list = append(list, f.Name+"="+string(f.Data))
		}
		for _, s := range m.Subs {
			list = append(list, s.Dir)
			walk(s.Model)
		}
		for _, n := range m.Children {
			list = append(list, n.Name)
			walk(n.Model)
		}
	}
	walk(b.Root.Model)
	got := strings.Join(list, " ")
	want := "root=x b root/b.node=z tree2.txt=3 tree10 root/b.node/tree10=t10 tree2 root/b.node/tree2=t2 tree.json=2 a root/a.node=y deep/er/file=1"
	if got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if b.Root.Model.Children[1].Inputs[0] != (Socket{"p", "q"}) {
		t.Error("the sockets")
	}
}

func TestReadProtoFaults(t *testing.T) {
	field := func(num int, data ...[]byte) []byte { return wire.AppendBytes(nil, num, slices.Concat(data...)) }
	number := func(num int, v uint64) []byte { return wire.AppendVarint(nil, num, v) }
	op := field(1, []byte("x"))
	attr := func(value ...[]byte) []byte {
		return slices.Concat(op, field(2, field(1, field(1, []byte("a")), field(2, value...))))
	}
	dims := func(sizes ...int) (b []byte) { return field(2, shapeBytes(sizes)) }
	for _, tt := range []struct {
		model []byte
		want  string
	}{
		{nil, "root/model.pb: the model has no op"},
		{op, ""},
		{[]byte{0xff}, "byte 0: malformed field number"},
		{[]byte{0x0a, 5, 'x'}, "byte 0: field 1 is cut off: 5 bytes wanted, 1 left"},
		{[]byte{0x0b}, "field 1 has the unknown wire type 3"},
		{field(1, []byte{0xff}), "field 1 is not UTF-8"},
		{number(1, 1), "field 1 has the wrong wire type 0"},
		{slices.Concat(op, number(2, 1)), "field 2 is not a message"},
		{slices.Concat(op, number(9, 1), field(10)), ""}, // unknown fields
		{attr(field(1)), ""}, {attr(field(2)), ""}, {attr(), ""},
		{attr(field(1, number(3, 1))), ""},
		{attr(field(1, number(3, 1), number(4, 1))), `byte 16: attribute "a": field 4 is a value of a second type`},
		{attr(field(1, number(3, 1), number(3, 1))), "field 3 is a second value"},
		{attr(field(1, number(3, 1)), field(2)), "field 2 is a second value"},
		{attr(field(1, number(3, 1<<40))), "field 3 holds 1099511627776, which is not a number of 32 bits"},
		{attr(field(1, number(6, 1))), "field 6 has the wrong wire type 0"},
		{attr(field(1, field(3, []byte{1}))), "field 3 has the wrong wire type 2"},
		{attr(field(2, field(6, make([]byte, 9)))), "field 6 is cut off"},
		{attr(field(2, field(4, []byte{0x80}))), "field 4 holds a malformed number"},
		{attr(field(1, number(9, 50))), "field 9 is the basic type 50, which is not known"},
		{attr(field(2, field(9, []byte{1, 50}))), "field 9 is the basic type 50, which is not known"},
		{attr(field(1, field(10, number(1, 7)))), "is the data shape 7, which is not known"},
		{attr(field(1, field(11))), "the model has no op"},
		{attr(field(3)), "field 3 is a tensor without a type or a shape"},
		{attr(field(3, number(1, 7))), "field 3 is a tensor without a type or a shape"},
		{attr(field(3, number(1, 7), dims(1), field(3, make([]byte, 8)))), ""},
		{attr(field(3, number(1, 7), dims(0))), ""},
		{attr(field(3, number(1, 7), dims(2), field(3, make([]byte, 8)))), "the tensor has 1 elements where its shape wants 2"},
		{attr(field(3, number(1, 7), dims(1), field(3, make([]byte, 7)))), "is a tensor of double whose 7 bytes are not whole values"},
		{attr(field(3, number(1, 100), dims(1), field(3, []byte{0, 0, 0, 2, 'a'}))), "is a tensor of string whose 5 bytes"},
		{attr(field(3, number(1, 100), dims(1), field(3, []byte{0, 0, 0, 1, 0xe9}))), ""},
		{attr(field(3, number(1, 99), dims(1))), "is the basic type 99"},
		{slices.Concat(attr(field(1)), attr(field(1))), `the attribute "a" is there twice`},
	} {
		files := memory{"bundle.json": `{"format":"protobuf"}`, "root/node.pb": string(field(1, []byte("n"))), "root/model.pb": string(tt.model)}
		_, err := Read(files, Limits{})
		if tt.want == "" {
			if err != nil {
				t.Errorf("%q: %v", tt.model, err)
			}
		} else if !errors.Is(err, ErrMalformed) || !strings.HasPrefix(err.Error(), "root/model.pb: ") || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: %v, want %q", tt.model, err, tt.want)
		}
	}
	for _, node := range [][]byte{nil, field(2), {0xff}, slices.Concat(field(1, []byte("n")), field(2, field(1, field(1, []byte("p")))))} {
		_, err := Read(memory{"bundle.json": `{"format":"protobuf"}`, "root/node.pb": string(node), "root/model.pb": string(op)}, Limits{})
		if !errors.Is(err, ErrMalformed) || !strings.HasPrefix(err.Error(), "root/node.pb: ") {
			t.Errorf("%q: %v", node, err)
		}
	}
}

// A list of numbers may also come unpacked, as older writers have it.
func TestUnpacked(t *testing.T) {
	var list []byte
	for i := range 3 {
		list = wire.AppendFixed64(list, 6, math.Float64bits(float64(i)))
	}
	model := wire.AppendBytes(wire.AppendBytes(nil, 1, "x"), 2, wire.AppendBytes(nil, 1, wire.AppendBytes(wire.AppendBytes(nil, 1, "a"), 2, wire.AppendBytes(nil, 2, list))))
	b, err := Read(memory{"bundle.json": `{"format":"protobuf"}`, "root/node.pb": "\x0a\x01n", "root/model.pb": string(model)}, Limits{})
	if err != nil || !equal(b.Root.Model.Attributes[0].Floats, []float64{0, 1, 2}) {
		t.Error(b, err)
	}
}

// The smallest nodes that fault, in both serialisations.
func TestTreeFaults(t *testing.T) {
	leaf := `{"type":"leaf","values":[1.0]}`
	split := `{"type":"internal","split":{"type":"continuous","featureIndex":5,"threshold":3.1}}`
	for data, want := range map[string]string{
		"":                            "ends with 1 of its branches open",
		leaf + "\n":                   "",
		leaf + "\n\n ":                "",
		leaf + leaf:                   "goes on after its last leaf",
		split + leaf + leaf:           "",
		split + leaf:                  "ends with 1 of its branches open",
		split:                         "ends with 2 of its branches open",
		"[":                           "line 1, byte 0: found an array",
		"{}":                          "neither a leaf",
		`{"type":"leaf"}`:             "neither a leaf",
		`{"values":[]}`:               "neither a leaf",
		`{"type":"leaf","values":[]}`: "",
		`{"type":"tree"}`:             `the node "tree" is not known`,
		`{"type":"internal"}`:         "neither a leaf",
		`{"type":"internal","split":{"type":"continuous","featureIndex":5}}`:                 "neither a leaf",
		`{"type":"internal","split":{"featureIndex":5,"threshold":1}}`:                       "neither a leaf",
		`{"type":"internal","split":{"type":"other"}}`:                                       `the split "other" is not known`,
		`{"type":"internal","split":{"type":"continuous","featureIndex":-5,"threshold":1}}`:  "-5 is no index",
		`{"type":"internal","split":{"type":"categorical","featureIndex":5,"threshold":1}}`:  "neither a leaf",
		`{"type":"internal","split":{"type":"continuous","featureIndex":5,"threshold":"1"}}`: "found a string where a number belongs",
		split + "\n" + leaf + "\n" + `{"type":"leaf","values":[true]}`:                       "line 3, byte ",
	} {
		m := &Model{Path: "root/tree0", Files: []File{{Name: "tree.json", Data: []byte(data)}}}
		err := EachTreeNode(m, func(*TreeNode) error { return nil })
		if want == "" && err != nil || want != "" && (!errors.Is(err, ErrMalformed) || !strings.HasPrefix(err.Error(), "root/tree0/tree.json: ") || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", data, err, want)
		}
	}
	for data, want := range map[string]string{
		"\x00\x00":                                 "byte 0: the tree's node is cut off",
		"\x00\x00\x00\x05\x12\x00":                 "byte 0: the tree's node is cut off",
		"\x00\x00\x00\x00":                         "neither a leaf nor a split",
		"\x00\x00\x00\x02\x12\x00":                 "",
		"\x00\x00\x00\x02\x0a\x00":                 "neither a leaf nor a split",
		"\x00\x00\x00\x04\x0a\x00\x12\x00":         "neither a leaf nor a split",
		"\x00\x00\x00\x02\x12\x05":                 "byte 4: field 2 is cut off",
		"\x00\x00\x00\x02\x12\x00\xff":             "goes on after its last leaf",
		"\x00\x00\x00\x06\x0a\x04\x0a\x02\x12\x00": "ends with 2 of its branches open",
	} {
		m := &Model{Path: "root", Format: Protobuf, Files: []File{{Name: "tree.pb", Data: []byte(data)}}}
		err := EachTreeNode(m, func(*TreeNode) error { return nil })
		if want == "" && err != nil || want != "" && (!errors.Is(err, ErrMalformed) || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v, want %q", data, err, want)
		}
	}
	if err := EachTreeNode(&Model{Path: "root"}, nil); !errors.Is(err, ErrNotFound) || err.Error() != "root/tree.json: the bundle has no such file" {
		t.Error(err)
	}
	own := errors.New("mine")
	m := &Model{Files: []File{{Name: "tree.json", Data: []byte(leaf)}}}
	if err := EachTreeNode(m, func(*TreeNode) error { return own }); err != own {
		t.Error(err)
	}
}

// No node costs memory.
func TestTreeGarbage(t *testing.T) {
	for _, f := range []Format{JSON, Protobuf} {
		count := func(depth int) float64 {
			m := &Model{Format: f, Files: []File{{Name: "tree" + f.ext(), Data: testTree(f, depth)}}}
			return testing.AllocsPerRun(5, func() {
				if err := EachTreeNode(m, func(*TreeNode) error { return nil }); err != nil {
					t.Fatal(err)
				}
			})
		}
		if few, many := count(3), count(10); many > few {
			t.Errorf("%v: %v allocations for 15 nodes, %v for 2047", f, few, many)
		}
	}
}

// testTree is a full tree.
func testTree(f Format, depth int) []byte {
	var b []byte
	var add func(level, i int)
	add = func(level, i int) {
		if level == depth {
			b = AppendTreeNode(b, f, &TreeNode{Leaf: true, Values: []float64{float64(i), 0.12345678901234567 * float64(i)}})
			return
		}
		n := &TreeNode{Feature: i % 13, Continuous: true, Threshold: math.Sqrt(float64(i))}
		if i%5 == 0 {
			n = &TreeNode{Feature: i % 13, Categories: []float64{0, 3, 4}, IsLeft: i%2 == 0, NumCategories: 6}
		}
		b = AppendTreeNode(b, f, n)
		add(level+1, 2*i+1)
		add(level+1, 2*i+2)
	}
	add(0, 0)
	return b
}

func BenchmarkTree(b *testing.B) {
	for _, f := range []Format{JSON, Protobuf} {
		b.Run(f.String(), func(b *testing.B) {
			m := &Model{Format: f, Files: []File{{Name: "tree" + f.ext(), Data: testTree(f, 15)}}}
			b.ReportAllocs()
			for b.Loop() {
				if err := EachTreeNode(m, func(*TreeNode) error { return nil }); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/65535, "ns/node")
		})
	}
}

// A model with very many attributes answers as fast as one with few.
func TestManyAttributes(t *testing.T) {
	m := &Model{Op: "x"}
	for i := range 200_000 {
		m.Attributes = append(m.Attributes, Attribute{Name: "key_" + strconv.Itoa(1_000_000+i), Type: BasicValue, Base: frame.Int, Ints: []int64{int64(i)}})
	}
	a := m.Attrs()
	for i := range 200_000 {
		if a.Int("key_"+strconv.Itoa(1_000_000+i)) != i {
			t.Fatal(i)
		}
	}
	if a.Has("key_") || a.Has("z") || a.Err() != nil {
		t.Error(a.Err())
	}
}
