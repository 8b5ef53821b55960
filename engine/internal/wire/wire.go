// Package wire reads and writes protobuf's wire format, field by field.
//
// Why not google.golang.org/protobuf/encoding/protowire? Its errors bring in fmt
// and os, which cost scorer.wasm 65 KB after compression for what fits on this page.
package wire

import (
	"errors"
	"math"
	"strconv"
)

// ErrMalformed is what errors.Is finds in every error of a Reader.
var ErrMalformed = errors.New("malformed protobuf")

// Error is a fault at a byte of the input.
type Error struct {
	Msg    string
	Offset int
}

func (e *Error) Error() string { return "byte " + strconv.Itoa(e.Offset) + ": " + e.Msg }
func (e *Error) Unwrap() error { return ErrMalformed }

// Type is how a field's value is laid out.
type Type uint8

const (
	Varint  Type = 0
	Fixed64 Type = 1
	Bytes   Type = 2
	Fixed32 Type = 5
)

// Reader goes through the fields of one message. After Next, Num and Type say
// which field it is, and Value (a number) or Data (bytes, a string, a message,
// a packed list; part of the input) is what it holds.
//
//	r := wire.NewReader(data)
//	for r.Next() {
//		switch r.Num { … }
//	}
//	return r.Err()
type Reader struct {
	Num   int
	Type  Type
	Value uint64
	Data  []byte

	data []byte
	pos  int
	base int // where data starts in the whole input, for errors
	at   int // where this field starts
	err  error
}

// NewReader reads the message in data.
func NewReader(data []byte) Reader { return Reader{data: data} }

// Message reads the message that the present field holds.
func (r *Reader) Message() Reader {
	if r.err == nil && r.Type != Bytes {
		return Reader{err: r.Error("is not a message")}
	}
	return Reader{data: r.Data, base: r.base + r.pos - len(r.Data)}
}

// At says that the message is part of a longer input and starts at offset.
func (r Reader) At(offset int) Reader {
	r.base = offset
	return r
}

// Err is the fault that ended the fields, if any.
func (r *Reader) Err() error { return r.err }

// Error is an error about the present field.
func (r *Reader) Error(msg string) error {
	return &Error{Msg: "field " + strconv.Itoa(r.Num) + " " + msg, Offset: r.base + r.at}
}

// Fail ends the reading with an error about the present field.
func (r *Reader) Fail(msg string) {
	if r.err == nil {
		r.err = r.Error(msg)
	}
}

// FailWith ends the reading with an error of another kind.
func (r *Reader) FailWith(err error) {
	if r.err == nil {
		r.err = err
	}
}

// Join takes over the fault of a message inside; it says whether all is well.
func (r *Reader) Join(inner *Reader) bool {
	if r.err == nil {
		r.err = inner.err
	}
	return r.err == nil
}

// Next steps to the next field; false at the end and after a fault.
func (r *Reader) Next() bool {
	if r.err != nil || r.pos >= len(r.data) {
		return false
	}
	r.at, r.Value, r.Data = r.pos, 0, nil
	tag, ok := r.varint()
	r.Num, r.Type = int(tag>>3), Type(tag&7)
	if !ok || tag>>3 == 0 || tag>>3 > 1<<29-1 {
		r.err = &Error{Msg: "malformed field number", Offset: r.base + r.at}
		return false
	}
	left := len(r.data) - r.pos
	switch r.Type {
	case Varint:
		if r.Value, ok = r.varint(); !ok {
			r.Fail("holds a malformed number")
		}
	case Fixed64:
		if left < 8 {
			r.Fail("is cut off")
			break
		}
		r.Value = Uint64(r.data[r.pos:])
		r.pos += 8
	case Fixed32:
		if left < 4 {
			r.Fail("is cut off")
			break
		}
		r.Value = uint64(Uint32(r.data[r.pos:]))
		r.pos += 4
	case Bytes:
		n, ok := r.varint()
		if left = len(r.data) - r.pos; !ok || n > uint64(left) {
			r.Fail("is cut off: " + strconv.FormatUint(n, 10) + " bytes wanted, " + strconv.Itoa(left) + " left")
			break
		}
		r.Data = r.data[r.pos : r.pos+int(n)]
		r.pos += int(n)
	default:
		r.Fail("has the unknown wire type " + strconv.Itoa(int(r.Type)))
	}
	return r.err == nil
}

func (r *Reader) varint() (v uint64, ok bool) {
	v, n := Uvarint(r.data[r.pos:])
	r.pos += n
	return v, n > 0
}

// Double, Float, Int64, Int32, Bool and String are the present field's value,
// and fail where the field is laid out otherwise.
func (r *Reader) Double() float64 {
	r.want(Fixed64)
	return math.Float64frombits(r.Value)
}

func (r *Reader) Float() float64 {
	r.want(Fixed32)
	return float64(math.Float32frombits(uint32(r.Value)))
}

func (r *Reader) Int64() int64 {
	r.want(Varint)
	return int64(r.Value)
}

// Int32 takes a negative number in ten bytes, as the format has it, or in five.
func (r *Reader) Int32() int32 {
	r.want(Varint)
	if v := int64(r.Value); v < math.MinInt32 || v > math.MaxUint32 {
		r.Fail("holds " + strconv.FormatInt(v, 10) + ", which is not a number of 32 bits")
	}
	return int32(r.Value)
}

func (r *Reader) Bool() bool {
	r.want(Varint)
	return r.Value != 0
}

func (r *Reader) Bytes() []byte {
	r.want(Bytes)
	return r.Data
}

func (r *Reader) want(t Type) {
	if r.Type != t {
		r.Fail("has the wrong wire type " + strconv.Itoa(int(r.Type)))
	}
}

// Packed goes through a repeated number field, which stands either alone or
// packed with others: it gives how many values of type t are here at most, and
// a Reader whose Item steps through them.
func (r *Reader) Packed(t Type) (items Reader, atMost int) {
	if r.Type == t {
		return Reader{Num: r.Num, Type: t, Value: r.Value, base: r.base, at: r.at, pos: -1}, 1
	}
	r.want(Bytes)
	items = Reader{Num: r.Num, Type: t, data: r.Data, base: r.base + r.pos - len(r.Data), err: r.err}
	switch t {
	case Fixed64:
		return items, len(r.Data) / 8
	case Fixed32:
		return items, len(r.Data) / 4
	}
	return items, len(r.Data)
}

// Item steps to the next value of a packed field.
func (r *Reader) Item() bool {
	if r.pos < 0 { // one that stands alone
		r.pos = 0
		return true
	}
	left := len(r.data) - r.pos
	if r.err != nil || left == 0 {
		return false
	}
	r.at = r.pos
	switch r.Type {
	case Fixed64:
		if left < 8 {
			r.Fail("is cut off")
			return false
		}
		r.Value = Uint64(r.data[r.pos:])
		r.pos += 8
	case Fixed32:
		if left < 4 {
			r.Fail("is cut off")
			return false
		}
		r.Value = uint64(Uint32(r.data[r.pos:]))
		r.pos += 4
	default:
		var ok bool
		if r.Value, ok = r.varint(); !ok {
			r.Fail("holds a malformed number")
			return false
		}
	}
	return true
}

// Uvarint is the number at the start of b and its length, 0 if it is malformed.
func Uvarint(b []byte) (v uint64, n int) {
	for i, c := range b {
		if i == 9 && c > 1 {
			return 0, 0
		}
		v |= uint64(c&0x7f) << (7 * i)
		if c < 0x80 {
			return v, i + 1
		}
	}
	return 0, 0
}

// Uint32 and Uint64 read a little-endian number.
func Uint32(b []byte) uint32 {
	_ = b[3]
	return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
}

func Uint64(b []byte) uint64 { return uint64(Uint32(b)) | uint64(Uint32(b[4:]))<<32 }

// BigUint32 and BigUint64 read a big-endian number.
func BigUint32(b []byte) uint32 {
	_ = b[3]
	return uint32(b[3]) | uint32(b[2])<<8 | uint32(b[1])<<16 | uint32(b[0])<<24
}

func BigUint64(b []byte) uint64 { return uint64(BigUint32(b[4:])) | uint64(BigUint32(b))<<32 }

// AppendUvarint, AppendTag, AppendVarint, AppendFixed32, AppendFixed64 and
// AppendBytes append a number, a field's number and type, or a whole field.
func AppendUvarint(b []byte, v uint64) []byte {
	for ; v >= 0x80; v >>= 7 {
		b = append(b, byte(v)|0x80)
	}
	return append(b, byte(v))
}

func AppendTag(b []byte, num int, t Type) []byte { return AppendUvarint(b, uint64(num)<<3|uint64(t)) }

func AppendVarint(b []byte, num int, v uint64) []byte {
	return AppendUvarint(AppendTag(b, num, Varint), v)
}

func AppendFixed32(b []byte, num int, v uint32) []byte {
	return AppendUint32(AppendTag(b, num, Fixed32), v)
}

func AppendFixed64(b []byte, num int, v uint64) []byte {
	return AppendUint64(AppendTag(b, num, Fixed64), v)
}

func AppendBytes[T string | []byte](b []byte, num int, v T) []byte {
	return append(AppendUvarint(AppendTag(b, num, Bytes), uint64(len(v))), v...)
}

// AppendUint32 and AppendUint64 append a little-endian number.
func AppendUint32(b []byte, v uint32) []byte {
	return append(b, byte(v), byte(v>>8), byte(v>>16), byte(v>>24))
}

func AppendUint64(b []byte, v uint64) []byte {
	return AppendUint32(AppendUint32(b, uint32(v)), uint32(v>>32))
}

// AppendBigUint32 and AppendBigUint64 append a big-endian number.
func AppendBigUint32(b []byte, v uint32) []byte {
	return append(b, byte(v>>24), byte(v>>16), byte(v>>8), byte(v))
}

func AppendBigUint64(b []byte, v uint64) []byte {
	return AppendBigUint32(AppendBigUint32(b, uint32(v>>32)), uint32(v))
}
