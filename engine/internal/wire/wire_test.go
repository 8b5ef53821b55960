package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
)

// What is appended reads back.
func TestFields(t *testing.T) {
	inner := AppendBytes(nil, 1, "inner")
	var b []byte
	b = AppendVarint(b, 1, 300)
	b = AppendVarint(b, 2, math.MaxUint64) // -1
	b = AppendFixed64(b, 3, math.Float64bits(-0.1))
	b = AppendFixed32(b, 4, math.Float32bits(1.5))
	b = AppendBytes(b, 5, inner)
	b = AppendBytes(b, 1<<29-1, []byte{})
	b = AppendVarint(b, 6, 1<<32-1) // -1 in five bytes
	r := NewReader(b)
	next := func(num int, ty Type) {
		t.Helper()
		if !r.Next() || r.Num != num || r.Type != ty {
			t.Fatal(r.Num, r.Type, r.Err())
		}
	}
	next(1, Varint)
	if r.Int64() != 300 || r.Int32() != 300 || !r.Bool() {
		t.Error(r.Value)
	}
	next(2, Varint)
	if r.Int64() != -1 || r.Int32() != -1 {
		t.Error(r.Value)
	}
	next(3, Fixed64)
	if r.Double() != -0.1 {
		t.Error(r.Value)
	}
	next(4, Fixed32)
	if r.Float() != 1.5 {
		t.Error(r.Value)
	}
	next(5, Bytes)
	m := r.Message()
	if !m.Next() || string(m.Bytes()) != "inner" || m.Next() || m.Err() != nil {
		t.Error(m)
	}
	next(1<<29-1, Bytes)
	if len(r.Bytes()) != 0 {
		t.Error(r.Data)
	}
	next(6, Varint)
	if r.Int32() != -1 {
		t.Error(r.Value)
	}
	if r.Next() || r.Err() != nil {
		t.Error(r.Num, r.Err())
	}
}

func TestFaults(t *testing.T) {
	long := bytes.Repeat([]byte{0xff}, 10)
	for _, tt := range []struct {
		data []byte
		want string
	}{
		{[]byte{0x80}, "byte 0: malformed field number"},
		{[]byte{0x00, 0x00}, "byte 0: malformed field number"},
		{AppendVarint(nil, 1<<29, 0), "byte 0: malformed field number"},
		{append([]byte{0x08}, long...), "byte 0: field 1 holds a malformed number"},
		{[]byte{0x08}, "byte 0: field 1 holds a malformed number"},
		{[]byte{0x08, 1, 0x08}, "byte 2: field 1 holds a malformed number"},
		{[]byte{0x09, 1, 2, 3}, "byte 0: field 1 is cut off"},
		{[]byte{0x0d, 1, 2, 3}, "byte 0: field 1 is cut off"},
		{[]byte{0x0a, 3, 1, 2}, "byte 0: field 1 is cut off: 3 bytes wanted, 2 left"},
		{append([]byte{0x0a}, append(bytes.Repeat([]byte{0xff}, 9), 1)...), "byte 0: field 1 is cut off: 18446744073709551615 bytes wanted, 0 left"},
		{[]byte{0x0c}, "byte 0: field 1 has the unknown wire type 4"},
	} {
		r := NewReader(tt.data)
		for r.Next() {
		}
		var e *Error
		if err := r.Err(); !errors.As(err, &e) || !errors.Is(err, ErrMalformed) || err.Error() != tt.want || r.Next() {
			t.Errorf("%x: %v, want %s", tt.data, err, tt.want)
		}
	}
}

// The place of a fault counts from the start of the whole input.
func TestOffset(t *testing.T) {
	inner := AppendBytes(AppendVarint(nil, 1, 1), 2, []byte{0x08})
	r := NewReader(AppendBytes(AppendVarint(nil, 1, 1), 2, inner)).At(100)
	r.Next()
	r.Next()
	m := r.Message()
	m.Next()
	m.Next()
	n := m.Message()
	n.Next()
	if err := n.Err(); err == nil || err.Error() != "byte 108: field 1 holds a malformed number" {
		t.Error(err)
	}
	if r.Join(&m); r.Err() != nil {
		t.Error(r.Err())
	}
	m.Join(&n)
	if r.Join(&m) || r.Err() != n.Err() || r.Next() {
		t.Error(r.Err())
	}
}

func TestPacked(t *testing.T) {
	want := []uint64{0, 1, 300, math.MaxUint64}
	var varints, fixed []byte
	for _, v := range want {
		varints = AppendUvarint(varints, v)
		fixed = AppendUint64(fixed, v)
	}
	read := func(b []byte, ty Type) (list []uint64, err error) {
		r := NewReader(b)
		for r.Next() {
			items, atMost := r.Packed(ty)
			before := len(list)
			for items.Item() {
				list = append(list, items.Value)
			}
			if len(list)-before > atMost {
				t.Error(len(list)-before, "items, at most", atMost)
			}
			r.Join(&items)
		}
		return list, r.Err()
	}
	for _, tt := range []struct {
		data []byte
		ty   Type
	}{
		{AppendBytes(nil, 1, varints), Varint},
		{AppendBytes(nil, 1, fixed), Fixed64},
		{AppendFixed64(AppendBytes(nil, 1, fixed[:24]), 1, math.MaxUint64), Fixed64},
		{AppendVarint(AppendVarint(AppendVarint(AppendVarint(nil, 1, 0), 1, 1), 1, 300), 1, math.MaxUint64), Varint},
	} {
		if got, err := read(tt.data, tt.ty); err != nil || !slices.Equal(got, want) {
			t.Errorf("%x: %v, %v", tt.data, got, err)
		}
	}
	for _, tt := range []struct {
		data []byte
		ty   Type
		want string
	}{
		{AppendBytes(nil, 1, fixed[:9]), Fixed64, "byte 10: field 1 is cut off"},
		{AppendBytes(nil, 1, fixed[:3]), Fixed32, "byte 2: field 1 is cut off"},
		{AppendBytes(nil, 1, []byte{1, 0x80}), Varint, "byte 3: field 1 holds a malformed number"},
		{AppendVarint(nil, 1, 1), Fixed64, "byte 0: field 1 has the wrong wire type 0"},
	} {
		if _, err := read(tt.data, tt.ty); err == nil || err.Error() != tt.want {
			t.Errorf("%x: %v, want %s", tt.data, err, tt.want)
		}
	}
}

// The values of the wrong type fail instead of being taken for something.
func TestWrongType(t *testing.T) {
	for name, read := range map[string]func(r *Reader){
		"double": func(r *Reader) { r.Double() }, "float": func(r *Reader) { r.Float() }, "bytes": func(r *Reader) { r.Bytes() }, "message": func(r *Reader) { m := r.Message(); r.Join(&m) },
	} {
		r := NewReader(AppendVarint(nil, 7, 1))
		r.Next()
		if read(&r); r.Err() == nil || !strings.HasPrefix(r.Err().Error(), "byte 0: field 7 ") {
			t.Errorf("%s: %v", name, r.Err())
		}
	}
	for name, read := range map[string]func(r *Reader){
		"int64": func(r *Reader) { r.Int64() }, "int32": func(r *Reader) { r.Int32() }, "bool": func(r *Reader) { r.Bool() },
	} {
		r := NewReader(AppendBytes(nil, 7, "x"))
		r.Next()
		if read(&r); r.Err() == nil {
			t.Errorf("%s: no error", name)
		}
	}
	r := NewReader(AppendVarint(nil, 7, 1<<32))
	r.Next()
	if r.Int32(); r.Err() == nil {
		t.Error("a number of 33 bits: no error")
	}
}

// encoding/binary is the oracle of varints.
func FuzzUvarint(f *testing.F) {
	f.Add([]byte{0x80, 1}, uint64(300))
	f.Fuzz(func(t *testing.T, data []byte, v uint64) {
		want, n := binary.Uvarint(data)
		if n <= 0 {
			want, n = 0, 0
		}
		if got, m := Uvarint(data); got != want || m != n {
			t.Errorf("%x: %d, %d; want %d, %d", data, got, m, want, n)
		}
		if got, want := AppendUvarint(nil, v), binary.AppendUvarint(nil, v); !bytes.Equal(got, want) {
			t.Errorf("%d: %x, want %x", v, got, want)
		}
		r := NewReader(data)
		for r.Next() {
			items, _ := r.Packed(Varint)
			for items.Item() {
			}
		}
	})
}
