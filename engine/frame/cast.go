package frame

import (
	"math"
	"strconv"
	"unicode"
)

// Casting as in MLeap (mleap-core …/core/types/Casting.scala), which casts a
// pipeline's input columns, and columns between ops, to what the reader asks
// for. Three things differ, all of them where MLeap has no usable answer:
//
//   - a string that stands for null ("" or "null") inside a list, tensor or map
//     that becomes numbers is an error; MLeap gives 0 or a null that fails later;
//   - a sparse tensor of one element that leaves it out is 0 as a scalar; MLeap
//     throws NoSuchElementException;
//   - whole numbers are read from ASCII digits only.

// CanCast says whether values of one type can be cast to another. Nullability
// plays no part.
func CanCast(from, to Type) error {
	ok := false
	switch {
	case from.Kind == Map && to.Kind == Map:
		ok = basicCast(from.Key, to.Key) && basicCast(from.Base, to.Base)
	case from.Kind == Map || to.Kind == Map || from.Kind == Scalar && to.Kind == List || from.Kind == List && to.Kind == Scalar:
	case from.Kind == Scalar && to.Kind == Tensor:
		ok = to.Dims != nil && len(to.Dims) == 0 && basicCast(from.Base, to.Base)
	case from.Kind == Tensor && to.Kind == Scalar:
		ok = from.Size() == 1 && basicCast(from.Base, to.Base)
	default: // scalar to scalar, and between lists and tensors every way
		ok = basicCast(from.Base, to.Base)
	}
	if !ok {
		return &Error{Kind: ErrSchema, Msg: "no cast from " + from.String() + " to " + to.String()}
	}
	return nil
}

func basicCast(from, to Basic) bool {
	return from == to || from >= Boolean && from <= String && to >= Boolean && to <= String
}

// Cast makes out the value in, which is not null, in another type. CanCast has
// said that there is such a cast. out is null where a string stands for no
// number: "" or "null". The two values share no memory.
func Cast(from, to Type, in, out *Value) error {
	out.Reset()
	switch {
	case from.Kind == Map:
		return castMap(from, to, in, out)
	case from.Kind == Scalar && to.Kind == Scalar:
		return castBasic(from.Base, to.Base, in, out)
	case from.Kind == Scalar: // a tensor without dimensions holds one element
		var x Value
		if err := castElement(from.Base, to.Base, in, &x); err != nil {
			return err
		}
		out.add(to.Base, &x)
		return nil
	case to.Kind == Scalar:
		var x Value
		switch {
		case in.Sparse && (len(in.Indices) == 0 || in.Indices[0] != 0):
		case in.count(from.Base) == 0:
			return bad("an empty tensor where a number belongs")
		default:
			x.element(from.Base, in, 0)
		}
		return castBasic(from.Base, to.Base, &x, out)
	case from.Kind == Tensor && to.Kind == List && in.Sparse:
		return bad("a sparse tensor cannot become a list")
	}
	switch {
	case to.Kind == List:
	case from.Kind == List:
		out.Dims = append(out.Dims, in.count(from.Base))
	default:
		out.Dims = append(out.Dims, in.Dims...)
		out.Sparse = in.Sparse
		out.Indices = append(out.Indices, in.Indices...)
	}
	return castElements(from.Base, to.Base, in, out)
}

func castMap(from, to Type, in, out *Value) error {
	m := &MapValue{}
	seen := map[string]int{}
	var x, k, v Value
	for i := range in.Map.Keys.count(from.Key) {
		x.element(from.Key, &in.Map.Keys, i)
		if err := castElement(from.Key, to.Key, &x, &k); err != nil {
			return err
		}
		x.element(from.Base, &in.Map.Values, i)
		if err := castElement(from.Base, to.Base, &x, &v); err != nil {
			return err
		}
		// Keys may become equal; the last one's value stays.
		text := string(appendKey(nil, to.Key, &k))
		if j, dup := seen[text]; dup {
			m.Values.set(to.Base, j, &v)
			continue
		}
		seen[text] = len(seen)
		m.Keys.add(to.Key, &k)
		m.Values.add(to.Base, &v)
	}
	out.Map = m
	return nil
}

// castElements casts the elements of a list or tensor to the end of out's slice.
func castElements(from, to Basic, in, out *Value) error {
	switch {
	case from == to:
		out.Nums = append(out.Nums, in.Nums...)
		out.Longs = append(out.Longs, in.Longs...)
		out.Strs = append(out.Strs, in.Strs...)
		return nil
	case from.Numeric() && to.Numeric():
		for _, x := range in.Nums {
			out.Nums = append(out.Nums, castNum(to, x))
		}
		return nil
	}
	var x, y Value
	for i := range in.count(from) {
		x.element(from, in, i)
		if err := castElement(from, to, &x, &y); err != nil {
			return at("element "+strconv.Itoa(i), err)
		}
		out.add(to, &y)
	}
	return nil
}

// castElement casts a scalar that is to stand where null cannot.
func castElement(from, to Basic, in, out *Value) error {
	out.Null = false
	if err := castBasic(from, to, in, out); err != nil {
		return err
	}
	if out.Null {
		return bad(quote(in.Str) + " is no " + to.String())
	}
	return nil
}

// castBasic casts a scalar.
func castBasic(from, to Basic, in, out *Value) error {
	switch {
	case from == to:
		out.Num, out.Long, out.Str = in.Num, in.Long, in.Str
	case from == String:
		return castString(to, in.Str, out)
	case to == String:
		out.Str = castToString(from, in)
	case from == Long:
		out.Num = castLong(to, in.Long)
	case to == Long:
		out.Long = truncate(in.Num)
	default:
		out.Num = castNum(to, in.Num)
	}
	return nil
}

// castNum narrows and widens as the JVM does: to byte and short by way of int.
func castNum(to Basic, x float64) float64 {
	switch to {
	case Boolean:
		if x != 0 { // NaN is true
			return 1
		}
		return 0
	case Byte:
		return float64(int8(truncate32(x)))
	case Short:
		return float64(int16(truncate32(x)))
	case Int:
		return float64(truncate32(x))
	case Float:
		return float64(float32(x))
	}
	return x
}

func castLong(to Basic, n int64) float64 {
	switch to {
	case Boolean:
		if n != 0 {
			return 1
		}
		return 0
	case Byte:
		return float64(int8(n))
	case Short:
		return float64(int16(n))
	case Int:
		return float64(int32(n))
	case Float:
		return float64(float32(n))
	}
	return float64(n)
}

// truncate is the JVM's double to long: towards zero, NaN to 0, what is out of
// range to the nearer end.
func truncate(x float64) int64 {
	switch {
	case x != x:
		return 0
	case x >= 1<<63:
		return math.MaxInt64
	case x <= -1<<63:
		return math.MinInt64
	}
	return int64(x)
}

// truncate32 is the JVM's double to int.
func truncate32(x float64) int32 {
	return int32(max(math.MinInt32, min(math.MaxInt32, truncate(x))))
}

func castToString(from Basic, in *Value) string {
	switch from {
	case Boolean, Byte, Short, Int: // a boolean is "1" or "0", not "true"
		return strconv.Itoa(int(in.Num))
	case Long:
		return strconv.FormatInt(in.Long, 10)
	case Float:
		return string(AppendJavaFloat(nil, float32(in.Num)))
	}
	return string(AppendJavaDouble(nil, in.Num))
}

func castString(to Basic, s string, out *Value) error {
	if to == Boolean {
		b, err := stringToBoolean(s)
		out.Num = b
		return err
	}
	if s == "" || s == "null" {
		out.Null = true
		return nil
	}
	if to == Float || to == Double {
		x, ok := ParseJavaDouble(s, floatBits(to))
		if !ok {
			return bad(quote(s) + " is not a number")
		}
		out.Num = x
		return nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if lo, hi := wholeRange(to); err != nil || n < lo || n > hi {
		return bad(quote(s) + " is not a " + to.String())
	}
	out.Num, out.Long = float64(n), n
	return nil
}

// stringToBoolean: "false", "no", "" and zeros are false, all else is true.
func stringToBoolean(s string) (float64, error) {
	switch s {
	case "true", "yes":
		return 1, nil
	case "false", "no", "":
		return 0, nil
	}
	zero, ascii := true, true
	for _, r := range s {
		if r > 0xFFFF || !unicode.IsDigit(r) {
			return 1, nil
		}
		zero = zero && r == '0'
		ascii = ascii && r < 0x80
	}
	switch {
	case !ascii: // digits to Character.isDigit but not to Double.parseDouble
		return 0, bad(quote(s) + " is not a number")
	case zero:
		return 0, nil
	}
	return 1, nil
}
