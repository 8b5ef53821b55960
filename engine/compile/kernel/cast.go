package kernel

import "math"

// What numbers are cast to, as engine/frame/cast.go does: the JVM's narrowing.
const (
	toBoolean = 0
	toByte    = 1
	toShort   = 2
	toInt     = 3
	toFloat   = 4
	toDouble  = 5
)

func castTo(kind uint32, x float64) float64 {
	switch kind {
	case toBoolean:
		return float64(to01(x != 0)) // NaN is true
	case toFloat:
		return float64(float32(x))
	case toDouble:
		return x
	}
	return float64(narrowed(kind, int32(x))) // which saturates, and makes 0 of NaN
}

func narrowed(kind uint32, x int32) int32 {
	switch kind {
	case toByte:
		return int32(int8(x))
	case toShort:
		return int32(int16(x))
	}
	return x
}

func castNumber(in Cell, kind uint32, out Cell) {
	out.SetTag(in.Tag())
	out.SetNum(castTo(kind, in.Num()))
}

// castLong makes a number of a long.
func castLong(in Cell, kind uint32, out Cell) {
	x := in.Long()
	y := 0.0
	switch kind {
	case toBoolean:
		y = float64(to01(x != 0))
	case toFloat:
		y = float64(float32(x))
	case toDouble:
		y = float64(x)
	default:
		y = float64(narrowed(kind, int32(x)))
	}
	out.SetTag(to01(!in.Null()))
	out.SetNum(y)
}

// castToLong makes a long of a number.
func castToLong(in, out Cell) {
	out.SetTag(in.Tag() << 1) // 1 becomes 2
	out.SetLong(int64(in.Num()))
}

// castWholeToText and castLongToText write whole numbers; text is where.
func castWholeToText(in Cell, text Ptr, out Cell) { textOf(in, int64(in.Num()), text, out) }
func castLongToText(in Cell, text Ptr, out Cell)  { textOf(in, in.Long(), text, out) }

func textOf(in Cell, x int64, text Ptr, out Cell) {
	setText(in, text, putInt(text, x), out)
}

func setText(in Cell, text, end Ptr, out Cell) {
	out.SetTag(3 * to01(!in.Null()))
	out.SetData(text)
	out.SetLen(uint32(end - text))
}

// castDoubleToText writes a number as java.lang.Double.toString does
// (engine/frame/javafloat.go).
func castDoubleToText(in Cell, text, room Ptr, out Cell) {
	setText(in, text, putJavaDouble(text, room, in.Num()), out)
}

func putJavaDouble(at, room Ptr, x float64) Ptr {
	if x != x {
		return put3(at, 'N', 'a', 'N')
	}
	if math.Signbit(x) {
		at.SetU8('-')
		at++
		x = -x
	}
	if x > math.MaxFloat64 {
		at.SetU64(0x7974696e69666e49) // Infinity
		return at + 8
	}
	if x < 1e7 && math.Trunc(x) == x {
		at = putInt(at, int64(x))
		at.SetU16(0x302e) // .0
		return at + 2
	}
	digits := room + 5*bigBytes
	n, point := shortest(x, room, digits)
	exponent := point - 1
	if exponent < -3 || exponent >= 7 {
		at.SetU8(digits.U8())
		at = putFraction(at+1, digits+1, n-1)
		at.SetU8('E')
		return putInt(at+1, int64(exponent))
	}
	if exponent < 0 {
		at.SetU16(0x2e30) // 0.
		at += 2
		for ; point < 0; point++ {
			at.SetU8('0')
			at++
		}
		return putBytes(at, digits, n)
	}
	whole := uint32(point)
	return putFraction(putBytes(at, digits, whole), digits+Ptr(whole), n-whole)
}

// putFraction writes a point and n digits, at least one.
func putFraction(at, digits Ptr, n uint32) Ptr {
	at.SetU8('.')
	at++
	if n == 0 {
		at.SetU8('0')
		return at + 1
	}
	return putBytes(at, digits, n)
}
