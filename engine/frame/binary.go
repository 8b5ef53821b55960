package frame

import (
	"math"
	"strconv"
	"strings"
)

// ReadBinary reads MLeap's binary leap frame (ml.combust.mleap.binary), which is
// also the body of MLeap's application/x-protobuf scoring requests. It is what
// Java's DataOutputStream writes, big-endian:
//
//	int32 length of the schema, the schema as JSON, int32 number of rows, the rows
//	a value that may be null: a byte 1 and the value, or a byte 0
//	boolean, byte 1 byte; short 2; int, float 4; long, double 8
//	string, byte_string: int32 length, bytes
//	list: int32 length, elements
//	tensor: int16 0 (dense) or 1 (sparse), int16 rank, int32 a dimension,
//	        int32 number of values, values, and if it is sparse
//	        int32 number of indices, for each an int16 rank and int32 a dimension
//
// MLeap writes no maps in this format. Here they are an int32 length and for
// each entry its key and its value.
func ReadBinary(data []byte) (*Frame, error) { return readBinary(data, ReadOptions{}) }

func readBinary(data []byte, opts ReadOptions) (*Frame, error) {
	lim := opts.Limits.Filled()
	if len(data) > lim.Bytes {
		return nil, inBytes(overLimit("Bytes", lim.Bytes))
	}
	r := binaryReader{data: data, cell: cellReader{lim: lim}}
	schema := r.bytes()
	if r.err != nil {
		return nil, at("schema", r.err)
	}
	s, err := ReadSchema(schema)
	if err != nil {
		return nil, err
	}
	rows := r.count()
	if rows > lim.Rows {
		return nil, inRows(overLimit("Rows", lim.Rows))
	}
	f := New(s)
	for i := range rows {
		for j := range s {
			if r.value(s[j].Type); r.err != nil {
				return nil, at("row "+strconv.Itoa(i)+", "+columnName(s[j]), r.err)
			}
			f.Columns[j].Append(&r.cell.v)
		}
		f.rows++
	}
	if r.err == nil && r.pos < len(data) {
		r.fail(strconv.Itoa(len(data)-r.pos) + " bytes after the last row")
	}
	if r.err != nil {
		return nil, r.err
	}
	return f, nil
}

// binaryReader reads big-endian numbers; after an error it reads zeros.
type binaryReader struct {
	data []byte
	pos  int
	err  error
	cell cellReader
}

func (r *binaryReader) fail(msg string) {
	if r.err == nil {
		r.err = &Error{Kind: ErrFormat, Msg: "byte " + strconv.Itoa(r.pos) + ": " + msg}
	}
}

// uint reads n bytes.
func (r *binaryReader) uint(n int) (x uint64) {
	if r.err == nil && len(r.data)-r.pos < n {
		r.fail("the frame is cut off")
	}
	if r.err != nil {
		return 0
	}
	for _, c := range r.data[r.pos : r.pos+n] {
		x = x<<8 | uint64(c)
	}
	r.pos += n
	return x
}

// count reads the number of things that follow.
func (r *binaryReader) count() int {
	n := int(int32(r.uint(4)))
	if n < 0 {
		r.pos -= 4
		r.fail("a count of " + strconv.Itoa(n))
		return 0
	}
	return n
}

func (r *binaryReader) bytes() []byte {
	n := r.count()
	if len(r.data)-r.pos < n {
		r.fail(strconv.Itoa(n) + " bytes announced, " + strconv.Itoa(len(r.data)-r.pos) + " left")
		return nil
	}
	b := r.data[r.pos : r.pos+n]
	r.pos += n
	return b
}

// elementCount reads the number of elements that follow, of at least one byte each.
func (r *binaryReader) elementCount() int {
	n := r.count()
	switch {
	case r.err != nil:
		return 0
	case n > r.cell.lim.Elements:
		r.err = at("elements", overLimit("Elements", r.cell.lim.Elements))
		return 0
	case n > len(r.data)-r.pos:
		r.fail(strconv.Itoa(n) + " elements announced, " + strconv.Itoa(len(r.data)-r.pos) + " bytes left")
		return 0
	}
	return n
}

// value reads into r.cell.v.
func (r *binaryReader) value(t Type) {
	v := &r.cell.v
	v.Reset()
	if t.Nullable && r.uint(1) == 0 {
		v.Null = true
		return
	}
	switch t.Kind {
	case Scalar:
		r.scalar(t.Base, v)
	case List:
		r.elements(t.Base, v)
	case Map:
		m := &r.cell.m
		m.Keys.Reset()
		m.Values.Reset()
		v.Map = m
		var x Value
		seen := map[string]struct{}{}
		for range r.elementCount() {
			r.scalar(t.Key, &x)
			m.Keys.add(t.Key, &x)
			key := string(appendKey(nil, t.Key, &x))
			if _, dup := seen[key]; dup {
				r.fail("the key " + shorten(key) + " twice in a map")
			}
			seen[key] = struct{}{}
			r.scalar(t.Base, &x)
			m.Values.add(t.Base, &x)
			if r.err != nil {
				return
			}
		}
	default:
		r.tensor(t.Base)
	}
}

func (r *binaryReader) scalar(base Basic, v *Value) {
	switch base {
	case Boolean:
		v.Num = 0
		if r.uint(1) != 0 {
			v.Num = 1
		}
	case Byte:
		v.Num = float64(int8(r.uint(1)))
	case Short:
		v.Num = float64(int16(r.uint(2)))
	case Int:
		v.Num = float64(int32(r.uint(4)))
	case Long:
		v.Long = int64(r.uint(8))
	case Float:
		v.Num = float64(math.Float32frombits(uint32(r.uint(4))))
	case Double:
		v.Num = math.Float64frombits(r.uint(8))
	default:
		b := r.bytes()
		if len(b) > r.cell.lim.StringLength {
			r.err = at("string length", overLimit("StringLength", r.cell.lim.StringLength))
		}
		if r.err != nil {
			return
		}
		v.Str = string(b)
		if base == String {
			v.Str = strings.ToValidUTF8(v.Str, "\uFFFD")
		}
	}
}

func (r *binaryReader) elements(base Basic, v *Value) {
	var x Value
	for range r.elementCount() {
		if r.scalar(base, &x); r.err != nil {
			return
		}
		v.add(base, &x)
	}
}

func (r *binaryReader) tensor(base Basic) {
	v := &r.cell.v
	kind := r.uint(2)
	if kind > 1 {
		r.pos -= 2
		r.fail("a tensor of the unknown kind " + strconv.FormatUint(kind, 10))
		return
	}
	v.Sparse = kind == 1
	for range r.uint(2) {
		v.Dims = append(v.Dims, int(int32(r.uint(4))))
	}
	r.elements(base, v)
	r.cell.idx = r.cell.idx[:0]
	n, rank := 0, -1
	if v.Sparse {
		n = r.elementCount()
		for range n {
			k := int(r.uint(2))
			if rank < 0 {
				rank = k
			}
			if k != rank {
				r.fail("indices of different lengths")
			}
			for range k {
				if r.err != nil {
					return
				}
				r.cell.idx = append(r.cell.idx, int(int32(r.uint(4))))
			}
		}
	}
	if r.err == nil {
		r.err = r.cell.shape(v, base, n, rank)
	}
}

// AppendBinary appends f as MLeap's binary leap frame.
func AppendBinary(b []byte, f *Frame) []byte {
	schema := AppendSchema(nil, f.Schema())
	b = appendBig(b, uint64(len(schema)), 4)
	b = append(b, schema...)
	b = appendBig(b, uint64(f.rows), 4)
	var v Value
	for i := range f.rows {
		for j := range f.Columns {
			c := &f.Columns[j]
			c.Get(i, &v)
			b = appendBinaryValue(b, c.Type, &v)
		}
	}
	return b
}

// appendBig appends the last n bytes of x, the highest first.
func appendBig(b []byte, x uint64, n int) []byte {
	for n--; n >= 0; n-- {
		b = append(b, byte(x>>(8*n)))
	}
	return b
}

func appendBinaryValue(b []byte, t Type, v *Value) []byte {
	if t.Nullable {
		if v.Null {
			return append(b, 0)
		}
		b = append(b, 1)
	}
	switch t.Kind {
	case Scalar:
		return appendBinaryScalar(b, t.Base, v)
	case List:
		return appendBinaryElements(b, t.Base, v)
	case Map:
		n := v.Map.Keys.count(t.Key)
		b = appendBig(b, uint64(n), 4)
		var x Value
		for i := range n {
			x.element(t.Key, &v.Map.Keys, i)
			b = appendBinaryScalar(b, t.Key, &x)
			x.element(t.Base, &v.Map.Values, i)
			b = appendBinaryScalar(b, t.Base, &x)
		}
		return b
	}
	kind := byte(0)
	if v.Sparse {
		kind = 1
	}
	b = append(b, 0, kind)
	b = appendBig(b, uint64(len(v.Dims)), 2)
	for _, n := range v.Dims {
		b = appendBig(b, uint64(n), 4)
	}
	b = appendBinaryElements(b, t.Base, v)
	if v.Sparse {
		b = appendBig(b, uint64(len(v.Indices)), 4)
		for _, k := range v.Indices {
			b = appendBig(b, uint64(len(v.Dims)), 2)
			stride := v.Size()
			for _, n := range v.Dims {
				stride /= n
				b = appendBig(b, uint64(int(k)/stride%n), 4)
			}
		}
	}
	return b
}

func appendBinaryElements(b []byte, base Basic, v *Value) []byte {
	n := v.count(base)
	b = appendBig(b, uint64(n), 4)
	var x Value
	for i := range n {
		x.element(base, v, i)
		b = appendBinaryScalar(b, base, &x)
	}
	return b
}

func appendBinaryScalar(b []byte, base Basic, v *Value) []byte {
	switch base {
	case Boolean, Byte:
		return append(b, byte(int8(v.Num)))
	case Short:
		return appendBig(b, uint64(int64(v.Num)), 2)
	case Int:
		return appendBig(b, uint64(int64(v.Num)), 4)
	case Long:
		return appendBig(b, uint64(v.Long), 8)
	case Float:
		bits := math.Float32bits(float32(v.Num))
		if v.Num != v.Num {
			bits = 0x7fc00000 // Java writes every NaN as this one
		}
		return appendBig(b, uint64(bits), 4)
	case Double:
		bits := math.Float64bits(v.Num)
		if v.Num != v.Num {
			bits = 0x7ff8000000000000
		}
		return appendBig(b, bits, 8)
	}
	b = appendBig(b, uint64(len(v.Str)), 4)
	return append(b, v.Str...)
}
