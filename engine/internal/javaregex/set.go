package javaregex

import "unicode"

// set is a class of characters: those below 128 as bits, the rest by asking.
type set struct {
	ascii
	pred *pred
}

// ascii is a set of the characters below 128.
type ascii [2]uint64

func (a *ascii) has(c byte) bool { return a[c>>6]>>(c&63)&1 != 0 }

func newSet(p *pred) set {
	s := set{pred: p}
	for r := rune(0); r < 128; r++ {
		if p.has(r) {
			s.ascii[r>>6] |= 1 << (r & 63)
		}
	}
	return s
}

func (s *set) contains(r rune) bool {
	if r < 128 {
		return s.ascii.has(byte(r))
	}
	return s.pred.has(r)
}

// pred is a test of one character, as an expression.
type pred struct {
	op     predOp
	lo, hi rune
	table  *unicode.RangeTable
	a, b   *pred
}

type predOp uint8

const (
	isRune      predOp = iota // lo
	isRuneFold                // same as lo when both are upper- and then lower-cased
	isRange                   // lo to hi
	isRangeI                  // lo to hi in either ASCII case
	isRangeFold               // lo to hi in either case
	isTable
	isEither // a or b
	isBoth   // a and b
	isNot    // not a
)

func (p *pred) has(r rune) bool {
	switch p.op {
	case isRune:
		return r == p.lo
	case isRuneFold:
		return r == p.lo || fold(r) == p.lo
	case isRange:
		return p.lo <= r && r <= p.hi
	case isRangeI:
		if p.lo <= r && r <= p.hi {
			return true
		}
		if c := r | 0x20; 'a' <= c && c <= 'z' {
			return p.lo <= r^0x20 && r^0x20 <= p.hi
		}
		return false
	case isRangeFold:
		if p.lo <= r && r <= p.hi {
			return true
		}
		up := unicode.ToUpper(r)
		low := unicode.ToLower(up)
		return p.lo <= up && up <= p.hi || p.lo <= low && low <= p.hi
	case isTable:
		return unicode.Is(p.table, r)
	case isEither:
		return p.a.has(r) || p.b.has(r)
	case isBoth:
		return p.a.has(r) && p.b.has(r)
	}
	return !p.a.has(r)
}

// narrow says whether Java tests p against halves of characters rather than
// whole ones: it does where the class cannot hold any beyond U+FFFF, unless a
// negation, a Unicode property or case folding is in it.
func (p *pred) narrow() bool {
	switch p.op {
	case isRune:
		return p.lo <= 0xFFFF
	case isRange:
		return p.hi < 0xD800 || p.lo > 0xDFFF && p.hi <= 0xFFFF
	case isEither, isBoth:
		return p.a.narrow() && p.b.narrow()
	}
	return false
}

func fold(r rune) rune { return unicode.ToLower(unicode.ToUpper(r)) }

func oneOf(s string) *pred {
	var p *pred
	for _, r := range s {
		p = either(p, &pred{op: isRune, lo: r})
	}
	return p
}

func span(lo, hi rune) *pred { return &pred{op: isRange, lo: lo, hi: hi} }
func not(p *pred) *pred      { return &pred{op: isNot, a: p} }

func either(a, b *pred) *pred {
	if a == nil {
		return b
	}
	return &pred{op: isEither, a: a, b: b}
}
