package bundle

import (
	"math"
	"strconv"

	"github.com/pageleap/pageleap/engine/internal/word"
)

// scanner reads the nodes of trees as MLeap writes them, letter by letter, at a
// tenth of what JSON costs in general: with no white space in them, and the
// members sorted by name, or in the order in which MLeap puts them together, as
// it wrote them before its JSON library sorted. It knows nothing of categories.
type scanner struct {
	known [1024]decimal // numbers that were met: a forest has few thresholds
}

// What stands around the numbers of a leaf and of both forms of a split.
var (
	leafStart = []byte(`{"type":"leaf","values":[`)

	sortedStart = []byte(`{"split":{"featureIndex":`)
	sortedEnd   = []byte(`,"type":"continuous"},"type":"internal"}`)

	plainStart = []byte(`{"type":"internal","split":{"type":"continuous","featureIndex":`)

	threshold = []byte(`,"threshold":`)
)

// node reads the node that text begins with and says how long it is: 0 where it
// is written otherwise, or malformed, and then n is worth nothing.
func (s *scanner) node(text []byte, n *TreeNode) int {
	*n = TreeNode{Values: n.Values[:0], Categories: n.Categories[:0]}
	if begins(text, 0, leafStart) {
		return s.leaf(text, n)
	}
	return s.split(text, n)
}

func (s *scanner) leaf(text []byte, n *TreeNode) int {
	n.Leaf = true
	for i := len(leafStart); ; i++ {
		var f float64
		if f, i = s.number(text, i); i == 0 {
			return 0
		}
		n.Values = append(n.Values, f)
		if text[i] != ',' {
			if text[i] == ']' && text[i+1] == '}' {
				return i + 2
			}
			return 0
		}
	}
}

func (s *scanner) split(text []byte, n *TreeNode) int {
	n.Continuous = true
	sorted := begins(text, 0, sortedStart)
	i := len(sortedStart)
	if !sorted {
		if i = len(plainStart); !begins(text, 0, plainStart) {
			return 0
		}
	}
	digits := i
	for ; i < len(text) && text[i]-'0' <= 9; i++ {
		n.Feature = 10*n.Feature + int(text[i]-'0')
	}
	if i == digits || i > digits+9 || text[digits] == '0' && i > digits+1 || !begins(text, i, threshold) {
		return 0
	}
	n.Threshold, i = s.number(text, i+len(threshold))
	switch {
	case i == 0:
	case sorted && begins(text, i, sortedEnd):
		return i + len(sortedEnd)
	case !sorted && text[i] == '}' && text[i+1] == '}':
		return i + 2
	}
	return 0
}

// begins says whether text goes on at i with want, of eight bytes at least.
func begins(text []byte, i int, want []byte) bool {
	last := len(want) - 8
	if i+len(want) > len(text) {
		return false
	}
	for k := 0; k < last; k += 8 {
		if word.Load(text, i+k) != word.Load(want, k) {
			return false
		}
	}
	return word.Load(text, i+last) == word.Load(want, last)
}

// decimal is a number, digits / 10^places, and the double that is nearest.
type decimal struct {
	digits uint64
	places int
	double float64
}

// number reads a number with no exponent and at most 19 digits (zeros at the start
// aside), after which there are at least two more bytes. next is 0 where that is not what is there.
func (s *scanner) number(text []byte, start int) (f float64, next int) {
	i, end := start, len(text)-2
	negative := i < end && text[i] == '-'
	if negative {
		i++
	}
	d := decimal{}
	first := i
	for ; i < end && text[i]-'0' <= 9; i++ {
		d.digits = 10*d.digits + uint64(text[i]-'0')
	}
	whole := i - first
	if whole == 0 || text[first] == '0' && whole > 1 {
		return 0, 0
	}
	if text[i] == '.' {
		i++
		first = i
		for i+8 <= end && whole+i-first <= 11 {
			v, ok := eightDigits(word.Load(text, i))
			if !ok {
				break
			}
			d.digits = 1e8*d.digits + v
			i += 8
		}
		for ; i < end && text[i]-'0' <= 9; i++ {
			d.digits = 10*d.digits + uint64(text[i]-'0')
		}
		if d.places = i - first; d.places == 0 {
			return 0, 0
		}
	}
	if text[i]|0x20 == 'e' || whole+d.places > 19 && !small(text[first:i], whole == 1 && text[first-2] == '0') {
		return 0, 0
	}
	// Both are exact, so that their quotient is rounded once.
	if d.digits <= 1<<53 {
		f = float64(d.digits) / powers[d.places]
	} else {
		known := &s.known[(d.digits*0x9e3779b97f4a7c15)>>54]
		if known.digits != d.digits || known.places != d.places {
			d.parse(text[start:i])
			*known = d
		}
		f = known.double
	}
	if negative {
		f = -f
	}
	return f, i
}

// small says whether a fraction after no more than a zero has at most 19 digits
// behind its zeros, and as many places as powers has.
//
//go:noinline
func small(fraction []byte, zero bool) bool {
	zeros := 0
	for zeros < len(fraction) && fraction[zeros] == '0' {
		zeros++
	}
	return zero && len(fraction) < len(powers) && len(fraction)-zeros <= 19
}

// parse finds the double, without the sign.
//
//go:noinline
func (d *decimal) parse(text []byte) {
	f, _ := strconv.ParseFloat(string(text), 64)
	d.double = math.Abs(f)
}

// powers are those of ten that a double holds exactly.
var powers = [23]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
	1e20, 1e21, 1e22}

// eightDigits is the number that eight digits are, the first one in the lowest
// byte: pairs are put together, then fours, then all.
func eightDigits(v uint64) (n uint64, ok bool) {
	v ^= 0x3030303030303030
	if (v|(v+0x0606060606060606))&0xf0f0f0f0f0f0f0f0 != 0 {
		return 0, false
	}
	v = v*10 + v>>8
	return ((v&0x000000ff000000ff)*0x000f424000000064 + (v>>16&0x000000ff000000ff)*0x0000271000000001) >> 32, true
}
