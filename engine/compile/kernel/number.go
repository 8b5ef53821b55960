package kernel

import "math"

// failNumber is an error with a number, written as strconv.FormatFloat(x, 'g',
// -1, 64) writes it. room is where to reckon: numberRoom bytes.
func failNumber(err uint32, room Ptr, x float64) Status {
	return endError(err, putNumber(beginError(err), room, x))
}

// A whole number of up to 1280 bits, its lowest word first.
const (
	bigWords = 40
	bigBytes = 4 * bigWords

	numberRoom = 5*bigBytes + 24
)

func putNumber(at, room Ptr, x float64) Ptr {
	if x != x {
		return put3(at, 'N', 'a', 'N')
	}
	if math.Signbit(x) {
		at.SetU8('-')
		at++
		x = -x
	} else if x > math.MaxFloat64 {
		at.SetU8('+')
		at++
	}
	switch {
	case x > math.MaxFloat64:
		return put3(at, 'I', 'n', 'f')
	case x == 0:
		at.SetU8('0')
		return at + 1
	}
	digits := room + 5*bigBytes
	n, point := shortest(x, room, digits)
	exponent := point - 1
	if exponent < -4 || exponent >= 6 {
		at.SetU8(digits.U8())
		at++
		if n > 1 {
			at.SetU8('.')
			at = putBytes(at+1, digits+1, n-1)
		}
		at.SetU8('e')
		at++
		sign := uint8('+')
		if exponent < 0 {
			sign = '-'
			exponent = -exponent
		}
		at.SetU8(sign)
		at++
		if exponent < 10 {
			at.SetU8('0')
			at++
		}
		return putInt(at, int64(exponent))
	}
	if point <= 0 {
		at.SetU8('0')
		(at + 1).SetU8('.')
		at += 2
		for ; point < 0; point++ {
			at.SetU8('0')
			at++
		}
		return putBytes(at, digits, n)
	}
	whole := min(uint32(point), n)
	at = putBytes(at, digits, whole)
	for ; whole < uint32(point); whole++ {
		at.SetU8('0')
		at++
	}
	if n > whole {
		at.SetU8('.')
		at = putBytes(at+1, digits+Ptr(whole), n-whole)
	}
	return at
}

func put3(at Ptr, a, b, c uint8) Ptr {
	at.SetU8(a)
	(at + 1).SetU8(b)
	(at + 2).SetU8(c)
	return at + 3
}

func putBytes(at, from Ptr, n uint32) Ptr {
	copyBytes(at, from, n)
	return at + Ptr(n)
}

// shortest writes the fewest digits that tell x from all other doubles, and of
// those the nearest to x (Steele and White, Dragon4). The value is 0.digits times
// 10 to the power of point.
func shortest(x float64, room, digits Ptr) (n uint32, point int32) {
	r, s, up, down, t := room, room+bigBytes, room+2*bigBytes, room+3*bigBytes, room+4*bigBytes
	m, e := parts(x)
	even := m&1 == 0
	e -= 1075
	// x = r/s, and up/s and down/s are half of what the next doubles are away.
	fillBytes(room, 0, 5*bigBytes)
	r.SetU64(m)
	s.SetU32(1)
	up.SetU32(1)
	down.SetU32(1)
	bigShift(r, uint32(max(e, 0)+1))
	bigShift(s, uint32(max(-e, 0)+1))
	bigShift(up, uint32(max(e, 0)))
	bigShift(down, uint32(max(e, 0)))
	if m == topBit && e > -1074 { // the one below is but half as far
		bigShift(r, 1)
		bigShift(s, 1)
		bigShift(up, 1)
	}
	// The power of ten, so that 0.1 <= (r + up)/s < 1 in the end.
	for point = 0; ; point++ {
		c := bigSum(r, up, t, s)
		if c < 0 || c == 0 && !even {
			break
		}
		bigTimes(s, 10)
	}
	for {
		bigCopy(t, r)
		bigTimes(t, 10)
		bigTimes(up, 10)
		c := bigSum(t, up, t, s)
		if c > 0 || c == 0 && even {
			break
		}
		bigTimes(r, 10)
		bigTimes(down, 10)
		point--
	}
	bigTimes(r, 10)
	bigTimes(down, 10)
	for {
		d := uint8('0')
		for bigCompare(r, s) >= 0 {
			bigMinus(r, s)
			d++
		}
		c := bigCompare(r, down)
		low := c < 0 || c == 0 && even
		c = bigSum(r, up, t, s)
		high := c > 0 || c == 0 && even
		if low || high {
			// Up where that is nearer, or as near and the digit odd.
			bigTimes(r, 2)
			c = bigCompare(r, s)
			if high && (!low || c > 0 || c == 0 && d&1 != 0) {
				d++
			}
		}
		(digits + Ptr(n)).SetU8(d)
		n++
		if low || high {
			return n, point
		}
		bigTimes(r, 10)
		bigTimes(up, 10)
		bigTimes(down, 10)
	}
}

func bigTimes(a Ptr, by uint32) {
	carry := uint64(0)
	for range bigWords {
		carry += uint64(a.U32()) * uint64(by)
		a.SetU32(uint32(carry))
		carry >>= 32
		a += 4
	}
}

func bigShift(a Ptr, n uint32) {
	for ; n >= 31; n -= 31 {
		bigTimes(a, 1<<31)
	}
	bigTimes(a, 1<<n)
}

func bigCopy(to, from Ptr) { copyBytes(to, from, bigBytes) }

// bigCompare is -1, 0 or 1 as a is less than, the same as or more than b.
func bigCompare(a, b Ptr) int32 {
	for i := Ptr(bigBytes); i > 0; i -= 4 {
		x, y := (a + i - 4).U32(), (b + i - 4).U32()
		if x < y {
			return -1
		}
		if x > y {
			return 1
		}
	}
	return 0
}

// bigSum compares a + b, which goes to sum, with c.
func bigSum(a, b, sum, c Ptr) int32 {
	carry := uint64(0)
	for i := Ptr(0); i < bigBytes; i += 4 {
		carry += uint64((a + i).U32()) + uint64((b + i).U32())
		(sum + i).SetU32(uint32(carry))
		carry >>= 32
	}
	return bigCompare(sum, c)
}

// bigMinus takes b from a, which is not less.
func bigMinus(a, b Ptr) {
	borrow := uint64(0)
	for range bigWords {
		d := uint64(a.U32()) - uint64(b.U32()) - borrow
		a.SetU32(uint32(d))
		borrow = d >> 63
		a += 4
		b += 4
	}
}
