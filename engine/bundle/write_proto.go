package bundle

import (
	"math"
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/internal/wire"
)

// The numbers are those of proto.go. A scalar's default is written where the
// attribute has its type, which other readers take for the default it is.

func appendNodeProto(b []byte, n *Node) []byte {
	var shape []byte
	for _, s := range n.Inputs {
		shape = wire.AppendBytes(shape, 1, socketBytes(s))
	}
	for _, s := range n.Outputs {
		shape = wire.AppendBytes(shape, 2, socketBytes(s))
	}
	return wire.AppendBytes(wire.AppendBytes(b, 1, n.Name), 2, shape)
}

func socketBytes(s Socket) []byte {
	return wire.AppendBytes(wire.AppendBytes(nil, 1, s.Port), 2, s.Name)
}

func appendModelProto(b []byte, m *Model) ([]byte, error) {
	if m.Op == "" {
		return nil, malformed("", "a model without an op")
	}
	if err := checkAll(m.Attributes); err != nil {
		return nil, err
	}
	var attrs []byte
	for i := range m.Attributes {
		a := &m.Attributes[i]
		value, err := valueBytes(a)
		if err != nil {
			return nil, &Error{Kind: ErrAttribute, Msg: "attribute " + strconv.Quote(a.Name) + ": " + err.Error()}
		}
		entry := wire.AppendBytes(wire.AppendBytes(nil, 1, a.Name), 2, value)
		attrs = wire.AppendBytes(attrs, 1, entry)
	}
	return wire.AppendBytes(wire.AppendBytes(b, 1, m.Op), 2, attrs), nil
}

func valueBytes(a *Attribute) ([]byte, error) {
	if a.Kind == TensorAttr {
		return wire.AppendBytes(nil, 3, tensorBytes(&a.Tensors[0])), nil
	}
	var v []byte
	for i := range a.Tensors {
		v = wire.AppendBytes(v, 8, tensorBytes(&a.Tensors[i]))
	}
	for _, s := range a.Shapes {
		v = wire.AppendBytes(v, 10, dataShapeBytes(s))
	}
	for _, m := range a.Models {
		model, err := appendModelProto(nil, m)
		if err != nil {
			return nil, err
		}
		v = wire.AppendBytes(v, 11, model)
	}
	for _, s := range a.Strings {
		num := 7
		if a.Base == frame.String {
			num = 2
		}
		v = wire.AppendBytes(v, num, s)
	}
	if num, t, packed := numbers(a); num > 0 {
		if a.Kind == ListAttr {
			v = wire.AppendBytes(v, num, packed)
		} else {
			v = append(wire.AppendTag(v, num, t), packed...)
		}
	}
	return wire.AppendBytes(nil, int(a.Kind)+1, v), nil
}

// numbers is an attribute's numbers one after the other, and their field; 0
// where it has none.
func numbers(a *Attribute) (num int, t wire.Type, b []byte) {
	switch {
	case a.Type == BasicTypeValue:
		num = 9
	case a.Type != BasicValue:
	case a.Base == frame.Boolean:
		num = 1
	case a.Base < frame.Long:
		num = 3
	case a.Base == frame.Long:
		num = 4
	case a.Base == frame.Float:
		num, t = 5, wire.Fixed32
	case a.Base == frame.Double:
		num, t = 6, wire.Fixed64
	}
	for _, v := range a.Bools {
		b = append(b, boolByte(v))
	}
	for _, v := range a.Ints {
		b = wire.AppendUvarint(b, uint64(v))
	}
	for _, v := range a.Floats {
		if a.Base == frame.Float {
			b = wire.AppendUint32(b, math.Float32bits(float32(v)))
		} else {
			b = wire.AppendUint64(b, math.Float64bits(v))
		}
	}
	for _, v := range a.Basics {
		b = wire.AppendUvarint(b, basicNumber(v))
	}
	return num, t, b
}

func boolByte(v bool) byte {
	if v {
		return 1
	}
	return 0
}

// basicNumber is protoBasic's reverse.
func basicNumber(b frame.Basic) uint64 {
	if b >= frame.String {
		return 100 + uint64(b-frame.String)
	}
	return uint64(b)
}

func shapeBytes(dims []int) (b []byte) {
	for _, d := range dims {
		var dim []byte
		if d != 0 {
			dim = wire.AppendVarint(nil, 1, uint64(d))
		}
		b = wire.AppendBytes(b, 1, dim)
	}
	return b
}

func dataShapeBytes(s DataShape) (b []byte) {
	if s.Kind != frame.Scalar {
		b = wire.AppendVarint(b, 1, uint64(s.Kind))
	}
	if s.Nullable {
		b = wire.AppendVarint(b, 2, 1)
	}
	if s.Dims != nil {
		b = wire.AppendBytes(b, 3, shapeBytes(s.Dims))
	}
	return b
}

func tensorBytes(t *Tensor) []byte {
	var v []byte
	for _, x := range t.Bools {
		v = append(v, boolByte(x))
	}
	for _, x := range t.Ints {
		switch intBits(t.Base) {
		case 8:
			v = append(v, byte(x))
		case 16:
			v = append(v, byte(x>>8), byte(x))
		case 32:
			v = wire.AppendBigUint32(v, uint32(x))
		default:
			v = wire.AppendBigUint64(v, uint64(x))
		}
	}
	for _, x := range t.Floats {
		if t.Base == frame.Float {
			v = wire.AppendBigUint32(v, math.Float32bits(float32(x)))
		} else {
			v = wire.AppendBigUint64(v, math.Float64bits(x))
		}
	}
	for _, x := range t.Strings {
		v = append(wire.AppendBigUint32(v, uint32(len(x))), x...)
	}
	b := wire.AppendVarint(nil, 1, basicNumber(t.Base))
	return wire.AppendBytes(wire.AppendBytes(b, 2, shapeBytes(t.Dims)), 3, v)
}
