package bundle

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/internal/wire"
)

// The protobuf form is bundle.proto's of combust/bundle-protobuf; the numbers
// below are its field numbers. proto3 leaves out a field that is its type's
// default, so a scalar 0 is an empty Scalar and an empty list an empty List.

// protoBasic is the type of a number in bundle.proto's enum BasicType.
func protoBasic(n int64) (frame.Basic, bool) {
	switch {
	case 0 <= n && n <= int64(frame.Double):
		return frame.Basic(n), true
	case n == 100:
		return frame.String, true
	case n == 101:
		return frame.ByteString, true
	}
	return frame.Undefined, false
}

// text is the field's string. Protobuf demands UTF-8.
func text(w *wire.Reader) string {
	b := w.Bytes()
	if !utf8.Valid(b) {
		w.Fail("is not UTF-8")
	}
	return string(b)
}

// nodeProto reads Node: name 1, shape 2.
func nodeProto(data []byte, n *Node) error {
	w := wire.NewReader(data)
	for w.Next() {
		switch w.Num {
		case 1:
			n.Name = text(&w)
		case 2: // NodeShape: inputs 1, outputs 2
			shape := w.Message()
			for shape.Next() {
				switch shape.Num {
				case 1:
					n.Inputs = append(n.Inputs, socketProto(&shape))
				case 2:
					n.Outputs = append(n.Outputs, socketProto(&shape))
				}
			}
			if err := shape.Err(); err != nil {
				return err
			}
		}
	}
	if err := w.Err(); err != nil {
		return err
	}
	if n.Name == "" {
		return malformed("", "the node has no name")
	}
	return nil
}

// socketProto reads Socket: port 1, name 2.
func socketProto(parent *wire.Reader) (s Socket) {
	w := parent.Message()
	for w.Next() {
		switch w.Num {
		case 1:
			s.Port = text(&w)
		case 2:
			s.Name = text(&w)
		}
	}
	if parent.Join(&w) && (s.Port == "" || s.Name == "") {
		parent.Fail("is a socket without a port or a name")
	}
	return s
}

func (r *reader) modelProto(data []byte, m *Model) error {
	w := wire.NewReader(data)
	return r.modelMessage(&w, m, 1)
}

// modelMessage reads Model: op 1, attributes 2.
func (r *reader) modelMessage(w *wire.Reader, m *Model, depth int) error {
	if depth > r.limits.Depth {
		return over("", "Depth", int64(r.limits.Depth), int64(depth), "models in one another")
	}
	for w.Next() {
		switch w.Num {
		case 1:
			m.Op = text(w)
		case 2: // Attributes: map<string, Value> list 1
			list := w.Message()
			for list.Next() {
				if list.Num != 1 {
					continue
				}
				if err := r.part(); err != nil {
					return err
				}
				entry := list.Message()
				a := Attribute{Kind: ScalarAttr}
				for entry.Next() {
					switch entry.Num {
					case 1:
						a.Name = text(&entry)
					case 2:
						value := entry.Message()
						if err := r.value(&value, m.Path, &a, depth); err != nil {
							return inAttribute(err, a.Name)
						}
					}
				}
				if err := entry.Err(); err != nil {
					return err
				}
				m.Attributes = append(m.Attributes, a)
			}
			if err := list.Err(); err != nil {
				return err
			}
		}
	}
	if err := w.Err(); err != nil {
		return err
	}
	if m.Op == "" {
		return malformed("", "the model has no op")
	}
	if name, ok := sorted(m.Attributes); !ok {
		return malformed("", "the attribute "+strconv.Quote(name)+" is there twice")
	}
	return nil
}

// inAttribute names the attribute in an error. Keys stand before values in
// every writer's maps, though they need not.
func inAttribute(err error, name string) error {
	if e, ok := err.(*wire.Error); ok && name != "" {
		e.Msg = "attribute " + strconv.Quote(name) + ": " + e.Msg
	}
	return err
}

// value reads Value: scalar 1, list 2 or tensor 3.
func (r *reader) value(w *wire.Reader, path string, a *Attribute, depth int) error {
	for w.Next() {
		if a.Type != NoType {
			w.Fail("is a second value")
		}
		switch w.Num {
		case 1, 2:
			a.Kind = AttrKind(w.Num - 1)
			v := w.Message()
			for v.Next() {
				if err := r.typed(&v, path, a, depth); err != nil {
					return err
				}
			}
			if err := v.Err(); err != nil {
				return err
			}
		case 3:
			t := tensorProto(w, r.limits.Elements)
			*a = Attribute{Name: a.Name, Kind: TensorAttr, Type: TensorValue, Tensors: []Tensor{t}}
		}
	}
	return w.Err()
}

// typed reads one field of Scalar or List, which have the same numbers.
func (r *reader) typed(w *wire.Reader, path string, a *Attribute, depth int) error {
	t, base := BasicValue, frame.Undefined
	switch w.Num {
	case 1:
		base = frame.Boolean
	case 2:
		base = frame.String
	case 3:
		base = frame.Int
	case 4:
		base = frame.Long
	case 5:
		base = frame.Float
	case 6:
		base = frame.Double
	case 7:
		base = frame.ByteString
	case 8:
		t = TensorValue
	case 9:
		t = BasicTypeValue
	case 10:
		t = DataShapeValue
	case 11:
		t = ModelValue
	default:
		return nil
	}
	first := a.Type == NoType
	if !first && (a.Type != t || a.Base != base) {
		return w.Error("is a value of a second type")
	}
	if !first && a.Kind == ScalarAttr {
		return w.Error("is a second value")
	}
	a.Type, a.Base = t, base

	// Numbers stand alone in a scalar; in a list they are packed, or may be.
	layout := wire.Varint
	switch {
	case base == frame.Double:
		layout = wire.Fixed64
	case base == frame.Float:
		layout = wire.Fixed32
	case t != BasicTypeValue && (t != BasicValue || base >= frame.String):
		layout = wire.Bytes
	}
	if layout != wire.Bytes && a.Kind == ListAttr {
		items, n := w.Packed(layout)
		if n > r.limits.Elements && layout == wire.Varint {
			n = 0 // an upper bound only: grow as the values come
		}
		a.grow(n)
		for items.Item() {
			a.number(&items)
			if err := r.elements(a); err != nil {
				return err
			}
		}
		return items.Err()
	}
	if a.Kind == ListAttr && t != BasicValue && t != BasicTypeValue {
		if err := r.part(); err != nil {
			return err
		}
	}
	switch {
	case layout != wire.Bytes:
		a.number(w)
	case t == TensorValue:
		a.Tensors = append(a.Tensors, tensorProto(w, r.limits.Elements))
	case t == DataShapeValue:
		a.Shapes = append(a.Shapes, dataShapeProto(w))
	case t == ModelValue:
		m := &Model{Path: path, Format: Protobuf}
		v := w.Message()
		if err := r.modelMessage(&v, m, depth+1); err != nil {
			return err
		}
		a.Models = append(a.Models, m)
	case base == frame.String:
		a.Strings = append(a.Strings, text(w))
	default:
		a.Strings = append(a.Strings, string(w.Bytes()))
	}
	if err := w.Err(); err != nil {
		return err
	}
	return r.elements(a)
}

// elements holds a list's length against the limit.
func (r *reader) elements(a *Attribute) error {
	n := len(a.Bools) + len(a.Ints) + len(a.Floats) + len(a.Strings) + len(a.Tensors) + len(a.Basics) + len(a.Shapes) + len(a.Models)
	if n > r.limits.Elements {
		return over("", "Elements", int64(r.limits.Elements), int64(n), "elements in the attribute "+strconv.Quote(a.Name))
	}
	return nil
}

func (a *Attribute) grow(n int) {
	switch {
	case a.Base == frame.Boolean:
		a.Bools = slices.Grow(a.Bools, n)
	case a.Base == frame.Int || a.Base == frame.Long:
		a.Ints = slices.Grow(a.Ints, n)
	case a.Base == frame.Float || a.Base == frame.Double:
		a.Floats = slices.Grow(a.Floats, n)
	}
}

// number appends the present value of w.
func (a *Attribute) number(w *wire.Reader) {
	switch a.Base {
	case frame.Boolean:
		a.Bools = append(a.Bools, w.Bool())
	case frame.Int:
		a.Ints = append(a.Ints, int64(w.Int32()))
	case frame.Long:
		a.Ints = append(a.Ints, w.Int64())
	case frame.Float:
		a.Floats = append(a.Floats, w.Float())
	case frame.Double:
		a.Floats = append(a.Floats, w.Double())
	default:
		b, ok := protoBasic(w.Int64())
		if !ok {
			w.Fail("is the basic type " + strconv.FormatInt(int64(w.Value), 10) + ", which is not known")
		}
		a.Basics = append(a.Basics, b)
	}
}

// shapeProto reads TensorShape: dimensions 1, each with a size 1.
func shapeProto(parent *wire.Reader) []int {
	dims := []int{}
	w := parent.Message()
	for w.Next() {
		if w.Num != 1 {
			continue
		}
		size := 0
		dim := w.Message()
		for dim.Next() {
			if dim.Num == 1 {
				size = int(dim.Int32())
			}
		}
		if w.Join(&dim) && size < -1 {
			w.Fail("is a dimension of " + strconv.Itoa(size))
		}
		dims = append(dims, size)
	}
	parent.Join(&w)
	return dims
}

// dataShapeProto reads DataShape: base 1, is_nullable 2, tensor_shape 3.
func dataShapeProto(parent *wire.Reader) (s DataShape) {
	w := parent.Message()
	for w.Next() {
		switch w.Num {
		case 1:
			base := w.Int64()
			if base < int64(frame.Scalar) || base > int64(frame.Tensor) {
				w.Fail("is the data shape " + strconv.FormatInt(base, 10) + ", which is not known")
			}
			s.Kind = frame.Kind(base)
		case 2:
			s.Nullable = w.Bool()
		case 3:
			s.Dims = shapeProto(&w)
		}
	}
	parent.Join(&w)
	return s
}

// tensorProto reads Tensor: base 1, shape 2, value 3. The value is what MLeap's
// ArraySerializer.scala makes of an array: big-endian numbers, a byte for a
// boolean, a length of four bytes before each string.
func tensorProto(parent *wire.Reader, limit int) (t Tensor) {
	var value []byte
	w := parent.Message()
	for w.Next() {
		switch w.Num {
		case 1:
			var ok bool
			if t.Base, ok = protoBasic(w.Int64()); !ok {
				w.Fail("is the basic type " + strconv.FormatInt(int64(w.Value), 10) + ", which is not known")
			}
		case 2:
			t.Dims = shapeProto(&w)
		case 3:
			value = w.Bytes()
		}
	}
	if !parent.Join(&w) {
		return t
	}
	if t.Base == frame.Undefined || t.Dims == nil {
		parent.Fail("is a tensor without a type or a shape")
		return t
	}
	if !t.decode(value) {
		parent.Fail("is a tensor of " + t.Base.String() + " whose " + strconv.Itoa(len(value)) + " bytes are not whole values")
	} else if msg, ok := t.check(); !ok {
		parent.Fail("is wrong: " + msg)
	} else if n := t.len(); n > limit {
		parent.FailWith(over("", "Elements", int64(limit), int64(n), "elements in a tensor"))
	}
	return t
}

func (t *Tensor) decode(b []byte) (ok bool) {
	switch t.Base {
	case frame.Boolean:
		t.Bools = make([]bool, len(b))
		for i := range b {
			t.Bools[i] = b[i] == 1
		}
	case frame.Byte, frame.Short, frame.Int, frame.Long:
		width := intBits(t.Base) / 8
		if len(b)%width != 0 {
			return false
		}
		t.Ints = make([]int64, len(b)/width)
		for i := range t.Ints {
			switch v := b[i*width:]; width {
			case 1:
				t.Ints[i] = int64(int8(v[0]))
			case 2:
				t.Ints[i] = int64(int16(v[0])<<8 | int16(v[1]))
			case 4:
				t.Ints[i] = int64(int32(wire.BigUint32(v)))
			case 8:
				t.Ints[i] = int64(wire.BigUint64(v))
			}
		}
	case frame.Float:
		if len(b)%4 != 0 {
			return false
		}
		t.Floats = make([]float64, len(b)/4)
		for i := range t.Floats {
			t.Floats[i] = float64(math.Float32frombits(wire.BigUint32(b[4*i:])))
		}
	case frame.Double:
		if len(b)%8 != 0 {
			return false
		}
		t.Floats = make([]float64, len(b)/8)
		for i := range t.Floats {
			t.Floats[i] = math.Float64frombits(wire.BigUint64(b[8*i:]))
		}
	default:
		for len(b) > 0 {
			if len(b) < 4 || uint64(wire.BigUint32(b)) > uint64(len(b)-4) {
				return false
			}
			s := b[4 : 4+wire.BigUint32(b)]
			b = b[4+len(s):]
			if t.Base == frame.String && !utf8.Valid(s) {
				t.Strings = append(t.Strings, latin1(s))
			} else {
				t.Strings = append(t.Strings, string(s))
			}
		}
	}
	return true
}

// latin1 reads a string of a tensor that is not UTF-8: MLeap writes the low
// byte of each character only.
func latin1(b []byte) string {
	var s strings.Builder
	for _, c := range b {
		s.WriteRune(rune(c))
	}
	return s.String()
}
