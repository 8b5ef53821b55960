package bundle

import (
	"math"
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/internal/base64"
	"github.com/pageleap/pageleap/engine/internal/json"
)

// The JSON form is what MLeap's JsonSupport.scala writes and reads: a scalar is
// {"double": 1.5}, a list {"double": [1.5], "type": "list"}, a tensor has a
// "shape" and the type "tensor". A value that is its type's default is left out
// with its type. null stands for NaN, and for the infinities, which read as NaN.

func (r *reader) bundleJSON(data []byte, b *Bundle) error {
	d := json.NewDecoder(data)
	format := false
	err := d.Object(func(key string) (err error) {
		switch key {
		case "name":
			b.Name, err = d.String()
		case "uid":
			b.UID, err = d.String()
		case "version":
			b.Version, err = d.String()
		case "timestamp":
			b.Timestamp, err = d.String()
		case "format":
			format = true
			var s string
			if s, err = d.String(); err != nil {
				return err
			}
			switch s {
			case "json":
				b.Format = JSON
			case "protobuf":
				b.Format = Protobuf
			default:
				return d.Error("the format " + strconv.Quote(s) + " is not known; it is \"json\" or \"protobuf\"")
			}
		case "meta":
			if d.Kind() == json.Null {
				return d.Null()
			}
			b.Meta, err = r.attributesJSON(d, bundleFile, 1)
		default:
			err = d.Skip()
		}
		return err
	})
	if err == nil {
		err = d.End()
	}
	if err == nil && !format {
		err = d.Error("\"format\" is missing")
	}
	return err
}

func nodeJSON(data []byte, n *Node) error {
	d := json.NewDecoder(data)
	named := false
	err := d.Object(func(key string) (err error) {
		switch key {
		case "name":
			named = true
			n.Name, err = d.String()
		case "shape":
			err = d.Object(func(key string) (err error) {
				switch key {
				case "inputs":
					n.Inputs, err = socketsJSON(d)
				case "outputs":
					n.Outputs, err = socketsJSON(d)
				default:
					err = d.Skip()
				}
				return err
			})
		default:
			err = d.Skip()
		}
		return err
	})
	if err == nil {
		err = d.End()
	}
	if err == nil && !named {
		err = d.Error("\"name\" is missing")
	}
	return err
}

func socketsJSON(d *json.Decoder) ([]Socket, error) {
	var list []Socket
	err := d.Array(func(int) error {
		var s Socket
		err := d.Object(func(key string) (err error) {
			switch key {
			case "port":
				s.Port, err = d.String()
			case "name":
				s.Name, err = d.String()
			default:
				err = d.Skip()
			}
			return err
		})
		if err == nil && (s.Port == "" || s.Name == "") {
			err = d.Error("a socket needs a \"port\" and a \"name\"")
		}
		list = append(list, s)
		return err
	})
	return list, err
}

func (r *reader) modelJSON(data []byte, m *Model) error {
	d := json.NewDecoder(data)
	if err := r.modelObject(d, m, 1); err != nil {
		return err
	}
	return d.End()
}

// modelObject reads {"op": …, "attributes": {…}}. No attributes may be left out.
func (r *reader) modelObject(d *json.Decoder, m *Model, depth int) error {
	if depth > r.limits.Depth {
		return over("", "Depth", int64(r.limits.Depth), int64(depth), "models in one another")
	}
	err := d.Object(func(key string) (err error) {
		switch {
		case key == "op":
			m.Op, err = d.String()
		case key == "attributes" && d.Kind() != json.Null:
			m.Attributes, err = r.attributesJSON(d, m.Path, depth)
		default:
			err = d.Skip()
		}
		return err
	})
	if err == nil && m.Op == "" {
		err = d.Error("\"op\" is missing")
	}
	return err
}

func (r *reader) attributesJSON(d *json.Decoder, path string, depth int) ([]Attribute, error) {
	var attrs []Attribute
	err := d.Object(func(key string) error {
		v := valueReader{r: r, d: d, path: path, depth: depth}
		v.a.Name = key
		if err := r.part(); err != nil {
			return err
		}
		if err := v.read(); err != nil {
			return err
		}
		attrs = append(attrs, v.a)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if name, ok := sorted(attrs); !ok {
		return nil, d.Error("the attribute " + strconv.Quote(name) + " is there twice")
	}
	return attrs, nil
}

// valueReader reads one attribute's object, whose members come in any order:
// the values before or after the type that says what they are.
type valueReader struct {
	r     *reader
	d     *json.Decoder
	path  string
	depth int

	a     Attribute
	kind  string // "type": "", "list" or "tensor"
	array bool   // the values stand in an array
	shape []int
	other int // members that are not
}

//go:noinline
func (v *valueReader) fail(msg string) error {
	if v.a.Name == "" {
		return v.d.Error(msg)
	}
	return v.d.Error("attribute " + strconv.Quote(v.a.Name) + ": " + msg)
}

func (v *valueReader) read() error {
	if err := v.d.Object(v.member); err != nil {
		return err
	}
	typed := v.a.Type != NoType
	switch v.kind {
	case "":
		v.a.Kind = ScalarAttr
		if v.array {
			return v.fail("a scalar holds an array (its \"type\" may be missing)")
		}
	case "list":
		v.a.Kind = ListAttr
		if typed && !v.array {
			return v.fail("a list holds a single value")
		}
	case "tensor":
		return v.tensor()
	default:
		return v.fail("the type " + strconv.Quote(v.kind) + " is not known; it is \"list\", \"tensor\" or left out")
	}
	if !typed && v.other > 0 {
		return v.fail("no member is a type that is known")
	}
	// Outside of tensors byte and short are written as int.
	if v.a.Base == frame.Byte || v.a.Base == frame.Short {
		v.a.Base = frame.Int
	}
	return nil
}

// tensor makes the attribute, whose values have been read as a list, a tensor.
func (v *valueReader) tensor() error {
	t := Tensor{Base: v.a.Base, Dims: v.shape, Bools: v.a.Bools, Ints: v.a.Ints, Floats: v.a.Floats, Strings: v.a.Strings}
	switch {
	case v.a.Type != BasicValue || !v.array:
		return v.fail("a tensor needs an array of its values")
	case v.shape == nil:
		return v.fail("a tensor needs a \"shape\"")
	}
	if msg, ok := t.check(); !ok {
		return v.fail(msg)
	}
	v.a = Attribute{Name: v.a.Name, Kind: TensorAttr, Type: TensorValue, Tensors: []Tensor{t}}
	return nil
}

func (v *valueReader) member(key string) (err error) {
	d := v.d
	switch key {
	case "type":
		if d.Kind() != json.String {
			return v.fail("the type is " + d.Kind().String() + ", not \"list\" or \"tensor\"; this is not how MLeap 0.8 or later writes it")
		}
		v.kind, err = d.String()
		return err
	case "shape":
		v.shape, err = shapeJSON(d)
		return err
	case "tensor":
		return v.values(TensorValue, frame.Undefined)
	case "basic_type":
		return v.values(BasicTypeValue, frame.Undefined)
	case "data_shape":
		return v.values(DataShapeValue, frame.Undefined)
	case "model":
		return v.values(ModelValue, frame.Undefined)
	case "integer":
		v.other++
		return d.Skip()
	}
	base, ok := frame.ParseBasic(key)
	if !ok {
		v.other++
		return d.Skip()
	}
	return v.values(BasicValue, base)
}

// values reads one value or an array of them.
func (v *valueReader) values(t ValueType, base frame.Basic) error {
	d := v.d
	if d.Kind() == json.Null && t != BasicValue { // what Scala writes for None
		return d.Null()
	}
	if v.a.Type != NoType {
		return v.fail("values of two types")
	}
	v.a.Type, v.a.Base = t, base
	if d.Kind() != json.Array {
		return v.value()
	}
	v.array = true
	return d.Array(func(i int) error {
		if i >= v.r.limits.Elements {
			return over("", "Elements", int64(v.r.limits.Elements), int64(i)+1, "elements in the attribute "+strconv.Quote(v.a.Name))
		}
		return v.value()
	})
}

func (v *valueReader) value() error {
	switch v.a.Type {
	case BasicValue:
		return v.basic()
	case BasicTypeValue:
		return v.basicType()
	}
	if v.array {
		if err := v.r.part(); err != nil {
			return err
		}
	}
	return v.structure()
}

// structure reads a value that is an object.
func (v *valueReader) structure() error {
	d, a := v.d, &v.a
	switch a.Type {
	case TensorValue:
		t := valueReader{r: v.r, d: d, path: v.path, depth: v.depth}
		err := d.Object(t.member)
		if err == nil {
			err = t.tensor()
		}
		if err == nil {
			a.Tensors = append(a.Tensors, t.a.Tensors[0])
		}
		return err
	case DataShapeValue:
		s, err := dataShapeJSON(d)
		a.Shapes = append(a.Shapes, s)
		return err
	}
	m := &Model{Path: v.path, Format: JSON}
	err := v.r.modelObject(d, m, v.depth+1)
	a.Models = append(a.Models, m)
	return err
}

func (v *valueReader) basicType() error {
	s, err := v.d.String()
	if err != nil {
		return err
	}
	b, ok := frame.ParseBasic(s)
	if !ok && s != "unknown" {
		return v.fail("the basic type " + strconv.Quote(s) + " is not known")
	}
	v.a.Basics = append(v.a.Basics, b)
	return nil
}

func (v *valueReader) basic() error {
	switch v.a.Base {
	case frame.Float, frame.Double:
		return v.float()
	case frame.Byte, frame.Short, frame.Int, frame.Long:
		return v.int()
	case frame.String:
		return v.text()
	case frame.Boolean:
		return v.bool()
	case frame.ByteString:
		return v.raw()
	}
	return nil
}

func (v *valueReader) bool() error {
	b, err := v.d.Bool()
	v.a.Bools = append(v.a.Bools, b)
	return err
}

func (v *valueReader) int() error {
	n, err := v.d.Int()
	if err != nil {
		return err
	}
	if !fits(n, v.a.Base) {
		return v.fail(strconv.FormatInt(n, 10) + " does not fit a " + v.a.Base.String())
	}
	v.a.Ints = append(v.a.Ints, n)
	return nil
}

func (v *valueReader) float() error {
	f, err := math.NaN(), error(nil)
	switch {
	case v.d.Kind() == json.Null:
		err = v.d.Null()
	case v.a.Base == frame.Float:
		f, err = v.d.Float32()
	default:
		f, err = v.d.Float()
	}
	v.a.Floats = append(v.a.Floats, f)
	return err
}

func (v *valueReader) text() error {
	s, err := v.d.String()
	v.a.Strings = append(v.a.Strings, s)
	return err
}

// raw reads the bytes of a byte string.
func (v *valueReader) raw() error {
	s, err := v.d.Bytes()
	if err != nil {
		return err
	}
	raw, fault := base64.Decode(s)
	if fault != "" {
		return v.fail(fault)
	}
	v.a.Strings = append(v.a.Strings, raw)
	return nil
}

func intBits(b frame.Basic) int {
	switch b {
	case frame.Byte:
		return 8
	case frame.Short:
		return 16
	case frame.Int:
		return 32
	}
	return 64
}

// shapeJSON reads {"dimensions": [{"size": 3, "name": ""}, …]}.
func shapeJSON(d *json.Decoder) ([]int, error) {
	dims := []int{}
	err := d.Object(func(key string) error {
		if key != "dimensions" {
			return d.Skip()
		}
		return d.Array(func(int) error {
			sized := false
			err := d.Object(func(key string) error {
				if key != "size" {
					return d.Skip()
				}
				sized = true
				n, err := d.Int()
				if err == nil && (n < -1 || n > math.MaxInt32) {
					err = d.Error("a dimension of " + strconv.FormatInt(n, 10))
				}
				dims = append(dims, int(n))
				return err
			})
			if err == nil && !sized {
				err = d.Error("a dimension without \"size\"")
			}
			return err
		})
	})
	return dims, err
}

func dataShapeJSON(d *json.Decoder) (s DataShape, err error) {
	based := false
	err = d.Object(func(key string) (err error) {
		switch key {
		case "base":
			based = true
			var base string
			if base, err = d.String(); err != nil {
				return err
			}
			switch base {
			case "scalar":
				s.Kind = frame.Scalar
			case "list":
				s.Kind = frame.List
			case "tensor":
				s.Kind = frame.Tensor
			default:
				return d.Error("the data shape " + strconv.Quote(base) + " is not known; it is \"scalar\", \"list\" or \"tensor\"")
			}
		case "isNullable":
			s.Nullable, err = d.Bool()
		case "tensorShape":
			if d.Kind() == json.Null {
				return d.Null()
			}
			s.Dims, err = shapeJSON(d)
		default:
			err = d.Skip()
		}
		return err
	})
	if err == nil && !based {
		err = d.Error("a data shape without \"base\"")
	}
	return s, err
}
