package sql

import (
	"math"
	"math/bits"
	"strconv"
)

// dec is a decimal's digits as a whole number of up to 38 of them; its scale
// is its type's.
type dec struct {
	neg bool
	u   uint128
}

type uint128 struct{ hi, lo uint64 }

// wide is 256 bits, the least significant word first.
type wide [4]uint64

var pow10s = [...]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19}

func (u uint128) wide() wide { return wide{u.lo, u.hi} }

func (u uint128) cmp(v uint128) int {
	switch {
	case u.hi < v.hi || u.hi == v.hi && u.lo < v.lo:
		return -1
	case u == v:
		return 0
	}
	return 1
}

func (u uint128) mul(v uint128) wide {
	var w wide
	h, l := bits.Mul64(u.lo, v.lo)
	w[0], w[1] = l, h
	add := func(i int, a, b uint64) {
		h, l := bits.Mul64(a, b)
		var c uint64
		w[i], c = bits.Add64(w[i], l, 0)
		w[i+1], c = bits.Add64(w[i+1], h, c)
		if i+2 < 4 {
			w[i+2] += c
		}
	}
	add(1, u.lo, v.hi)
	add(1, u.hi, v.lo)
	add(2, u.hi, v.hi)
	return w
}

func (w wide) mulSmall(d uint64) (wide, bool) {
	var carry uint64
	for i := range w {
		h, l := bits.Mul64(w[i], d)
		var c uint64
		w[i], c = bits.Add64(l, carry, 0)
		carry = h + c
	}
	return w, carry == 0
}

func (w wide) divSmall(d uint64) (wide, uint64) {
	var r uint64
	for i := 3; i >= 0; i-- {
		w[i], r = bits.Div64(r, w[i], d)
	}
	return w, r
}

// shift multiplies by 10^n.
func (w wide) shift(n int) (wide, bool) {
	ok := true
	for ; n > 0 && ok; n -= 19 {
		w, ok = w.mulSmall(pow10s[min(n, 19)])
	}
	return w, ok
}

// rounding is what becomes of digits that are cut off.
type rounding uint8

const (
	halfUp rounding = iota
	halfEven
	down
	floor
	ceiling
)

// unshift divides by 10^n and rounds.
func (w wide) unshift(n int, how rounding, neg bool) wide {
	if n <= 0 {
		return w
	}
	var rest bool // anything but zeros before the last digit cut off
	var last, r uint64
	for n--; n > 0; n -= 19 {
		w, r = w.divSmall(pow10s[min(n, 19)])
		rest = rest || r != 0
	}
	w, last = w.divSmall(10)
	up := false
	switch how {
	case halfUp:
		up = last >= 5
	case halfEven:
		up = last > 5 || last == 5 && (rest || w[0]&1 == 1)
	case floor:
		up = neg && (last > 0 || rest)
	case ceiling:
		up = !neg && (last > 0 || rest)
	}
	if up {
		var c uint64 = 1
		for i := range w {
			w[i], c = bits.Add64(w[i], 0, c)
		}
	}
	return w
}

// small is w as a number of at most p digits.
func (w wide) small(p int) (uint128, bool) {
	u := uint128{w[1], w[0]}
	return u, w[2] == 0 && w[3] == 0 && u.cmp(power(p)) < 0
}

// power is 10^p, for p up to 38.
func power(p int) uint128 {
	w, _ := wide{1}.shift(p)
	return uint128{w[1], w[0]}
}

// rescale gives d another scale, rounded; false if it has more than p digits then.
func (d dec) rescale(from, p, s int, how rounding) (dec, bool) {
	w, ok := d.u.wide().shift(s - from)
	if !ok {
		return dec{}, false
	}
	w = w.unshift(from-s, how, d.neg)
	u, ok := w.small(p)
	return dec{d.neg && u != uint128{}, u}, ok
}

func fromInt(i int64) dec {
	if i < 0 {
		return dec{true, uint128{lo: -uint64(i)}}
	}
	return dec{u: uint128{lo: uint64(i)}}
}

// cmp compares two numbers of the same scale.
func (d dec) cmp(e dec) int {
	switch {
	case d.neg != e.neg:
		if d.neg {
			return -1
		}
		return 1
	case d.neg:
		return e.u.cmp(d.u)
	}
	return d.u.cmp(e.u)
}

func (d dec) negate() dec { return dec{!d.neg && d.u != uint128{}, d.u} }

// calculate is d op e as a number of type t.
func calculate(op op, d, e dec, a, b, t Type) (dec, bool) {
	s := max(a.S, b.S)
	var w wide
	neg, scale := d.neg, s
	switch op {
	case opMul:
		w, neg, scale = d.u.mul(e.u), d.neg != e.neg, a.S+b.S
	case opDiv:
		// One digit more than the result has, to round by.
		n, ok := d.u.wide().shift(t.S + 1 + b.S - a.S)
		if !ok {
			return dec{}, false
		}
		w, _ = n.div(e.u)
		neg, scale = d.neg != e.neg, t.S+1
	default:
		x, ok := d.u.wide().shift(s - a.S)
		y, ok2 := e.u.wide().shift(s - b.S)
		if !ok || !ok2 {
			return dec{}, false
		}
		switch {
		case op == opRem || op == opPmod:
			if y[2] != 0 || y[3] != 0 {
				return dec{}, false
			}
			_, r := x.div(uint128{y[1], y[0]})
			w = r.wide()
			if op == opPmod && neg && r != (uint128{}) { // x % y + y, % y again
				w, neg = y.sub(w), false
				if e.neg {
					w, neg = r.wide(), true
				}
			}
		case (op == opSub) != (d.neg != e.neg):
			if x.less(y) {
				w, neg = y.sub(x), !neg
			} else {
				w = x.sub(y)
			}
		default:
			w = x.add(y)
		}
	}
	w, ok := w.shift(t.S - scale)
	if !ok {
		return dec{}, false
	}
	w = w.unshift(scale-t.S, halfUp, neg)
	u, ok := w.small(t.P)
	return dec{neg && u != uint128{}, u}, ok
}

func (w wide) add(v wide) wide {
	var c uint64
	for i := range w {
		w[i], c = bits.Add64(w[i], v[i], c)
	}
	return w
}

func (w wide) sub(v wide) wide {
	var c uint64
	for i := range w {
		w[i], c = bits.Sub64(w[i], v[i], c)
	}
	return w
}

func (w wide) less(v wide) bool {
	for i := 3; i >= 0; i-- {
		if w[i] != v[i] {
			return w[i] < v[i]
		}
	}
	return false
}

// div divides bit by bit: decimals are rare, and most fit one word.
func (w wide) div(d uint128) (wide, uint128) {
	if d.hi == 0 {
		q, r := w.divSmall(d.lo)
		return q, uint128{lo: r}
	}
	var q wide
	var r uint128
	for i := 255; i >= 0; i-- {
		over := r.hi >> 63
		r = uint128{r.hi<<1 | r.lo>>63, r.lo<<1 | w[i/64]>>(i%64)&1}
		if over == 1 || r.cmp(d) >= 0 {
			var c uint64
			r.lo, c = bits.Sub64(r.lo, d.lo, 0)
			r.hi, _ = bits.Sub64(r.hi, d.hi, c)
			q[i/64] |= 1 << (i % 64)
		}
	}
	return q, r
}

// appendDec writes d as BigDecimal.toPlainString does.
func appendDec(b []byte, d dec, scale int) []byte {
	if d.neg {
		b = append(b, '-')
	}
	var buf [40]byte
	i := len(buf)
	w := d.u.wide()
	for n := 0; n <= scale || w != (wide{}); n++ {
		var r uint64
		w, r = w.divSmall(10)
		i--
		buf[i] = '0' + byte(r)
	}
	whole := buf[i : len(buf)-scale]
	b = append(b, whole...)
	if scale > 0 {
		b = append(b, '.')
		b = append(b, buf[len(buf)-scale:]...)
	}
	return b
}

// float is the double next to d.
func (d dec) float(scale int) float64 {
	var f float64
	if d.u.hi == 0 && d.u.lo < 1<<53 && scale <= 22 {
		f = float64(d.u.lo) / math.Pow10(scale) // both exact, so rounded once
	} else {
		var buf [48]byte
		f, _ = strconv.ParseFloat(string(appendDec(buf[:0], dec{u: d.u}, scale)), 64)
	}
	if d.neg {
		return -f
	}
	return f
}

// int is d cut to a whole number: its low bits, and whether that is all.
func (d dec) int(scale int) (i int64, all bool) {
	w := d.u.wide().unshift(scale, down, d.neg)
	all = w[1] == 0 && w[2] == 0 && w[3] == 0 && (w[0] < 1<<63 || w[0] == 1<<63 && d.neg)
	if i = int64(w[0]); d.neg {
		i = -i
	}
	return i, all
}

// parseDecimal reads digits with an optional sign, point and exponent, as
// BigDecimal does, and gives the precision and scale that they have.
func parseDecimal(s string) (d dec, p, scale int, ok bool) {
	i := 0
	if i < len(s) && (s[i] == '-' || s[i] == '+') {
		d.neg = s[i] == '-'
		i++
	}
	w, digits, point := wide{}, 0, -1
	seen := false
	for ; i < len(s); i++ {
		c := s[i]
		if c == '.' && point < 0 {
			point = 0
			continue
		}
		if c < '0' || c > '9' {
			break
		}
		seen = true
		if point >= 0 {
			point++
		}
		if w != (wide{}) || c != '0' {
			digits++
		}
		if digits > 2*maxPrecision-2 { // further digits cannot matter to 38
			if point > 0 {
				point--
			} else {
				return d, 0, 0, false
			}
			continue
		}
		w, _ = w.mulSmall(10)
		w = w.add(wide{uint64(c - '0')})
	}
	if !seen {
		return d, 0, 0, false
	}
	scale = max(point, 0)
	if i < len(s) && s[i]|0x20 == 'e' {
		e, err := strconv.Atoi(s[i+1:])
		if err != nil || e > 1000 || e < -1000 {
			return d, 0, 0, false
		}
		scale -= e
		i = len(s)
	}
	if i != len(s) {
		return d, 0, 0, false
	}
	if scale < 0 {
		if w, ok = w.shift(min(-scale, 2*maxPrecision)); !ok {
			return d, 0, 0, false
		}
		digits -= scale
		scale = 0
	}
	// There can be 38 digits, and as many after the point.
	if cut := max(scale-maxPrecision, min(digits-maxPrecision, scale)); cut > 0 {
		w = w.unshift(cut, halfUp, d.neg)
		scale -= cut
		digits = max(digits-cut, 0)
	}
	u, ok := w.small(maxPrecision)
	if !ok {
		return d, 0, 0, false
	}
	d.u = u
	d.neg = d.neg && u != uint128{}
	return d, max(digits, scale, 1), scale, true
}
