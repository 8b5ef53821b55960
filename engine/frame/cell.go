package frame

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pageleap/pageleap/engine/internal/base64"
	"github.com/pageleap/pageleap/engine/internal/json"
)

// cellReader reads one cell after another from JSON text into one Value.
type cellReader struct {
	d   *json.Decoder
	lim Limits
	// nullIsNaN makes null in a double or float column that is not nullable NaN,
	// as in leap frames.
	nullIsNaN bool

	v   Value
	m   MapValue
	idx []int   // a sparse tensor's indices as written, end to end
	ord []int32 // the order that sorts them
}

// read fills r.v with the value that comes next.
func (r *cellReader) read(t Type) error { return r.readTo(&r.v, t) }

// readTo fills v, whose memory it uses again. v must not take r.m with it.
func (r *cellReader) readTo(v *Value, t Type) error {
	v.Reset()
	if r.d.Kind() == json.Null {
		if err := r.d.Null(); err != nil {
			return err
		}
		switch {
		case t.Nullable:
			v.Null = true
		case r.nullIsNaN && t.Kind == Scalar && (t.Base == Double || t.Base == Float):
			v.Num = math.NaN()
		default:
			return bad("null where none may be")
		}
		return nil
	}
	switch t.Kind {
	case Scalar:
		return r.scalar(t.Base, v)
	case List:
		if r.d.Kind() != json.Array {
			return r.unfit("an array")
		}
		return r.elements(t.Base, v)
	case Map:
		if r.d.Kind() != json.Object {
			return r.unfit("an object")
		}
		return r.entries(v, t)
	}
	return r.tensor(v, t)
}

func (r *cellReader) scalar(base Basic, v *Value) (err error) {
	switch {
	case base.Numeric():
		v.Num, err = r.number(base)
	case base == Long:
		v.Long, err = r.whole(Long)
	default:
		v.Str, err = r.str(base)
	}
	return err
}

// elements reads an array of scalars to the end of v's slice.
func (r *cellReader) elements(base Basic, v *Value) error {
	return r.d.Array(func(i int) error {
		if i >= r.lim.Elements {
			return at("elements", overLimit("Elements", r.lim.Elements))
		}
		if err := r.element(base, v); err != nil {
			return at("element "+strconv.Itoa(i), err)
		}
		return nil
	})
}

func (r *cellReader) element(base Basic, v *Value) error {
	var x Value
	if err := r.scalar(base, &x); err != nil {
		return err
	}
	v.add(base, &x)
	return nil
}

// add puts a scalar at the end of a list.
func (v *Value) add(base Basic, x *Value) {
	switch {
	case base.Numeric():
		v.Nums = append(v.Nums, x.Num)
	case base == Long:
		v.Longs = append(v.Longs, x.Long)
	default:
		v.Strs = append(v.Strs, x.Str)
	}
}

// count is how many elements of this base type are in v's slice.
func (v *Value) count(base Basic) int {
	switch {
	case base.Numeric():
		return len(v.Nums)
	case base == Long:
		return len(v.Longs)
	}
	return len(v.Strs)
}

// element makes v element i of w's slice, as a scalar.
func (v *Value) element(base Basic, w *Value, i int) {
	switch {
	case base.Numeric():
		v.Num = w.Nums[i]
	case base == Long:
		v.Long = w.Longs[i]
	default:
		v.Str = w.Strs[i]
	}
}

// set replaces element i of v's slice.
func (v *Value) set(base Basic, i int, x *Value) {
	switch {
	case base.Numeric():
		v.Nums[i] = x.Num
	case base == Long:
		v.Longs[i] = x.Long
	default:
		v.Strs[i] = x.Str
	}
}

// number reads a value of a type that is kept as a float64.
func (r *cellReader) number(base Basic) (float64, error) {
	switch base {
	case Boolean:
		if r.d.Kind() != json.Bool {
			return 0, r.unfit("a boolean")
		}
		if b, err := r.d.Bool(); err != nil || !b {
			return 0, err
		}
		return 1, nil
	case Float, Double:
		return r.real(base)
	}
	n, err := r.whole(base)
	return float64(n), err
}

func (r *cellReader) real(base Basic) (float64, error) {
	switch r.d.Kind() {
	case json.Number:
		if base == Float {
			return r.d.Float32()
		}
		return r.d.Float()
	case json.Null: // in a list or tensor: how MLeap writes NaN
		return math.NaN(), r.d.Null()
	case json.String:
		s, err := r.d.Bytes()
		if err != nil {
			return 0, err
		}
		if x, ok := parseNonFinite(string(s)); ok {
			return x, nil
		}
		return 0, bad("found " + quote(string(s)) + " where a number belongs (of strings only \"NaN\", \"Infinity\" and \"-Infinity\" are numbers)")
	}
	return 0, r.unfit("a number")
}

func parseNonFinite(s string) (float64, bool) {
	switch s {
	case "NaN":
		return math.NaN(), true
	case "Infinity":
		return math.Inf(1), true
	case "-Infinity":
		return math.Inf(-1), true
	}
	return 0, false
}

func floatBits(base Basic) int {
	if base == Float {
		return 32
	}
	return 64
}

// whole reads a whole number in the range of its type. 3.0 and 3e2 are whole.
func (r *cellReader) whole(base Basic) (int64, error) {
	if r.d.Kind() != json.Number {
		return 0, r.unfit("a number")
	}
	text, err := r.d.Raw()
	if err != nil {
		return 0, err
	}
	return parseWhole(string(text), base)
}

func parseWhole(s string, base Basic) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		x, ok := ParseJavaDouble(s, 64)
		if !ok || strings.Trim(s, "+-.0123456789eE") != "" {
			return 0, bad("found " + quote(s) + " where a whole number belongs")
		}
		if x != math.Trunc(x) {
			return 0, bad(shorten(s) + " has a fraction")
		}
		if math.Abs(x) >= 1<<53 {
			return 0, bad(shorten(s) + " is out of range")
		}
		n = int64(x)
	}
	if lo, hi := wholeRange(base); n < lo || n > hi {
		return 0, bad(shorten(s) + " is out of range (" + strconv.FormatInt(lo, 10) + " to " + strconv.FormatInt(hi, 10) + ")")
	}
	return n, nil
}

func wholeRange(base Basic) (lo, hi int64) {
	switch base {
	case Byte:
		return math.MinInt8, math.MaxInt8
	case Short:
		return math.MinInt16, math.MaxInt16
	case Int:
		return math.MinInt32, math.MaxInt32
	}
	return math.MinInt64, math.MaxInt64
}

func (r *cellReader) str(base Basic) (string, error) {
	if r.d.Kind() != json.String {
		return "", r.unfit("a string")
	}
	s, err := r.d.Bytes()
	if err != nil {
		return "", err
	}
	if len(s) > r.lim.StringLength {
		return "", at("string length", overLimit("StringLength", r.lim.StringLength))
	}
	if base == ByteString {
		return decodeBase64(s)
	}
	return string(s), nil
}

// entries reads a map. JSON has string keys only; keys of other types are read
// from their text.
func (r *cellReader) entries(v *Value, t Type) error {
	r.m.Keys.Reset()
	r.m.Values.Reset()
	v.Map = &r.m
	seen := map[string]struct{}{}
	return r.d.Object(func(key string) error {
		if len(seen) >= r.lim.Elements {
			return at("entries", overLimit("Elements", r.lim.Elements))
		}
		var k Value
		if err := parseKey(key, t.Key, &k); err != nil {
			return err
		}
		text := key
		if t.Key != String { // "1" and "1.0" are one number
			text = string(appendKey(nil, t.Key, &k))
		}
		if _, dup := seen[text]; dup {
			return bad("the key " + quote(key) + " twice in a map")
		}
		seen[text] = struct{}{}
		r.m.Keys.add(t.Key, &k)
		if err := r.element(t.Base, &r.m.Values); err != nil {
			return at("entry "+quote(key), err)
		}
		return nil
	})
}

func parseKey(s string, base Basic, k *Value) (err error) {
	switch base {
	case String:
		k.Str = s
	case ByteString:
		k.Str, err = decodeBase64([]byte(s))
	case Boolean:
		switch s {
		case "true":
			k.Num = 1
		case "false":
		default:
			err = bad("the key " + quote(s) + " of a map is not a boolean")
		}
	case Float, Double:
		x, ok := ParseJavaDouble(s, floatBits(base))
		if !ok {
			return bad("the key " + quote(s) + " of a map is not a number")
		}
		k.Num = x
	default:
		k.Long, err = parseWhole(s, base)
		k.Num = float64(k.Long)
	}
	return err
}

// tensor reads {"dimensions", "values"}, with "indices" where it is sparse. A
// bare array is a vector too, or has the declared shape where that has as many
// elements. The declared shape is not held against the value's own: MLeap's can
// be wrong.
func (r *cellReader) tensor(v *Value, t Type) error {
	d := r.d
	if d.Kind() == json.Array {
		if err := r.elements(t.Base, v); err != nil {
			return err
		}
		n := v.count(t.Base)
		if t.Size() == n {
			v.Dims = append(v.Dims[:0], t.Dims...)
		} else {
			v.Dims = append(v.Dims[:0], n)
		}
		return nil
	}
	if d.Kind() != json.Object {
		return r.unfit("a tensor, {\"dimensions\", \"values\"},")
	}
	r.idx = r.idx[:0]
	var dims, values bool
	rank, indices := -1, 0
	err := d.Object(func(key string) error {
		switch key {
		case "dimensions":
			dims = true
			v.Dims = v.Dims[:0]
			return d.Array(func(int) error {
				n, err := r.whole(Int)
				if err != nil {
					return at("dimensions", err)
				}
				v.Dims = append(v.Dims, int(n))
				return nil
			})
		case "values":
			if values {
				return bad("\"values\" twice in a tensor")
			}
			values = true
			if d.Kind() != json.Array {
				return at("values", r.unfit("an array"))
			}
			return r.elements(t.Base, v)
		case "indices":
			if v.Sparse {
				return bad("\"indices\" twice in a tensor")
			}
			if d.Kind() == json.Null {
				return d.Null()
			}
			v.Sparse = true
			return d.Array(func(i int) error {
				if i >= r.lim.Elements {
					return at("indices", overLimit("Elements", r.lim.Elements))
				}
				indices++
				n := len(r.idx)
				if d.Kind() == json.Array {
					err := d.Array(func(int) error { return r.index() })
					if err != nil {
						return err
					}
				} else if err := r.index(); err != nil { // a vector's, not wrapped in an array each
					return err
				}
				n = len(r.idx) - n
				if rank < 0 {
					rank = n
				}
				if n != rank {
					return bad("indices of different lengths")
				}
				return nil
			})
		}
		return d.Skip()
	})
	switch {
	case err != nil:
		return err
	case !dims:
		return bad("a tensor without \"dimensions\"")
	case !values:
		return bad("a tensor without \"values\"")
	}
	return r.shape(v, t.Base, indices, rank)
}

func (r *cellReader) index() error {
	n, err := r.whole(Int)
	if err != nil {
		return at("indices", err)
	}
	r.idx = append(r.idx, int(n))
	return nil
}

// shape checks a tensor whose parts are in v and r.idx, and brings a sparse one's
// elements into order. It has so many indices of so many numbers.
func (r *cellReader) shape(v *Value, base Basic, indices, rank int) error {
	size := 1
	for _, n := range v.Dims {
		if n < 0 {
			return bad("a dimension of " + strconv.Itoa(n))
		}
		if n > 0 && size > r.lim.Elements/n {
			return at("elements of dimensions "+string(appendInts(nil, v.Dims)), overLimit("Elements", r.lim.Elements))
		}
		size *= n
	}
	n := v.count(base)
	if !v.Sparse {
		if n != size {
			return bad(strconv.Itoa(n) + " values in a tensor of dimensions " + string(appendInts(nil, v.Dims)))
		}
		return nil
	}
	if n != indices {
		return bad(strconv.Itoa(n) + " values at " + strconv.Itoa(indices) + " indices in a sparse tensor")
	}
	if indices > 0 && rank != len(v.Dims) {
		return bad("an index of " + strconv.Itoa(rank) + " numbers in a tensor of dimensions " + string(appendInts(nil, v.Dims)))
	}
	sorted := true
	for i := range indices {
		k := 0
		for j, x := range r.idx[i*rank : (i+1)*rank] {
			if x < 0 || x >= v.Dims[j] {
				return bad("the index " + string(appendInts(nil, r.idx[i*rank:(i+1)*rank])) + " outside dimensions " + string(appendInts(nil, v.Dims)))
			}
			k = k*v.Dims[j] + x
		}
		sorted = sorted && (i == 0 || int(v.Indices[i-1]) < k)
		v.Indices = append(v.Indices, int32(k))
	}
	if sorted {
		return nil
	}
	r.ord = r.ord[:0]
	for i := range indices {
		r.ord = append(r.ord, int32(i))
	}
	slices.SortFunc(r.ord, func(a, b int32) int { return int(v.Indices[a]) - int(v.Indices[b]) })
	for i := 1; i < indices; i++ {
		if v.Indices[r.ord[i]] == v.Indices[r.ord[i-1]] {
			o := int(r.ord[i]) * rank
			return bad("the index " + string(appendInts(nil, r.idx[o:o+rank])) + " twice")
		}
	}
	v.Indices = permuted(v.Indices, r.ord)
	v.Nums = permuted(v.Nums, r.ord)
	v.Longs = permuted(v.Longs, r.ord)
	v.Strs = permuted(v.Strs, r.ord)
	return nil
}

// permuted is xs in another order; a slice that holds nothing stays so.
func permuted[T any](xs []T, ord []int32) []T {
	if len(xs) == 0 {
		return xs
	}
	out := make([]T, len(xs))
	for i, o := range ord {
		out[i] = xs[o]
	}
	return out
}

// unfit reads whatever comes next and says that it is not what it should be.
func (r *cellReader) unfit(want string) error {
	raw, err := r.d.Raw()
	if err != nil {
		return err
	}
	return bad("found " + shorten(string(raw)) + " where " + want + " belongs")
}

func bad(msg string) error { return &Error{Kind: ErrValue, Msg: msg} }

// shorten cuts a value that is to stand in an error.
func shorten(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	n := most
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}

func quote(s string) string { return strconv.Quote(shorten(s)) }

// form is one of the two ways to write values as JSON.
type form uint8

const (
	leap  form = iota // MLeap's: NaN and ±Infinity are null, tensors objects
	plain             // NDJSON's: "NaN", "Infinity", "-Infinity", a dense vector is an array
)

// cell appends v.
func (w form) cell(b []byte, t Type, v *Value) []byte {
	if v.Null {
		return append(b, "null"...)
	}
	switch t.Kind {
	case Scalar:
		return w.scalar(b, t.Base, v)
	case List:
		return w.elements(b, t.Base, v)
	case Map:
		return w.entries(b, t, v.Map)
	}
	// An array takes the declared shape when it is read back, where that fits.
	if w == plain && !v.Sparse && len(v.Dims) == 1 && (len(t.Dims) == 1 || t.Size() != v.Dims[0]) {
		return w.elements(b, t.Base, v)
	}
	b = append(b, `{"dimensions":`...)
	b = appendInts(b, v.Dims)
	if v.Sparse {
		b = append(b, `,"indices":[`...)
		for i, k := range v.Indices {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendIndex(b, int(k), v.Dims)
		}
		b = append(b, ']')
	}
	b = append(b, `,"values":`...)
	b = w.elements(b, t.Base, v)
	return append(b, '}')
}

// appendIndex appends a row-major position as one number a dimension.
func appendIndex(b []byte, k int, dims []int) []byte {
	b = append(b, '[')
	stride := 1
	for _, n := range dims {
		stride *= n
	}
	for i, n := range dims {
		if i > 0 {
			b = append(b, ',')
		}
		stride /= n
		b = strconv.AppendInt(b, int64(k/stride), 10)
		k %= stride
	}
	return append(b, ']')
}

func (w form) scalar(b []byte, base Basic, v *Value) []byte {
	switch base {
	case Boolean:
		return strconv.AppendBool(b, v.Num != 0)
	case Byte, Short, Int:
		return strconv.AppendInt(b, int64(v.Num), 10)
	case Long:
		return strconv.AppendInt(b, v.Long, 10)
	case Float, Double:
		if w == plain && (math.IsNaN(v.Num) || math.IsInf(v.Num, 0)) {
			b = append(b, '"')
			b = appendJava(b, v.Num, 64)
			return append(b, '"')
		}
		return json.AppendFloat(b, v.Num, floatBits(base))
	case ByteString:
		b = append(b, '"')
		b = base64.Append(b, v.Str)
		return append(b, '"')
	}
	return json.AppendString(b, v.Str)
}

func (w form) elements(b []byte, base Basic, v *Value) []byte {
	b = append(b, '[')
	var x Value
	for i := range v.count(base) {
		if i > 0 {
			b = append(b, ',')
		}
		x.element(base, v, i)
		b = w.scalar(b, base, &x)
	}
	return append(b, ']')
}

func (w form) entries(b []byte, t Type, m *MapValue) []byte {
	b = append(b, '{')
	var k, x Value
	for i := range m.Keys.count(t.Key) {
		if i > 0 {
			b = append(b, ',')
		}
		k.element(t.Key, &m.Keys, i)
		b = appendKey(b, t.Key, &k)
		b = append(b, ':')
		x.element(t.Base, &m.Values, i)
		b = w.scalar(b, t.Base, &x)
	}
	return append(b, '}')
}

// appendKey appends a map's key, which in JSON is a string.
func appendKey(b []byte, base Basic, k *Value) []byte {
	n := len(b)
	b = plain.scalar(b, base, k)
	if b[n] == '"' {
		return b
	}
	b = append(b, 0, '"')
	copy(b[n+1:], b[n:len(b)-2])
	b[n] = '"'
	return b
}
