// Package inflate unpacks what deflate (RFC 1951) packed.
//
// Why not compress/flate? It imports fmt, which brings in os, files, finalizers
// and debug settings: 60 KB of scorer.wasm after compression. Here the input is
// whole and in memory, and the size of the output is known.
package inflate

import (
	"errors"
	"strconv"
)

// ErrMalformed is what errors.Is finds in every error of Unpack.
var ErrMalformed = errors.New("malformed deflate data")

// Error is a fault at a byte of the packed input.
type Error struct {
	Msg    string
	Offset int
}

func (e *Error) Error() string {
	return e.Msg + " (byte " + strconv.Itoa(e.Offset) + " of the packed data)"
}
func (e *Error) Unwrap() error { return ErrMalformed }

// MaxRatio is how many bytes deflate can make of one.
const MaxRatio = 1032

// Unpack unpacks packed to exactly size bytes. It takes memory as the bytes
// come, not as size promises them.
func Unpack(packed []byte, size int) ([]byte, error) {
	u := unpacker{in: packed, size: size}
	if size < 0 || size/MaxRatio > len(packed) {
		return nil, u.fail("cannot unpack to " + strconv.Itoa(size) + " bytes")
	}
	u.out = make([]byte, 0, min(size, 16*len(packed)))
	for last := false; !last; {
		last = u.bits(1) == 1
		var err error
		switch u.bits(2) {
		case 0:
			err = u.stored()
		case 1:
			err = u.fixed()
		case 2:
			err = u.dynamic()
		default:
			err = u.fail("a block of unknown kind")
		}
		if err == nil && u.short {
			err = u.cutOff()
		}
		if err != nil {
			return nil, err
		}
	}
	if len(u.out) != size {
		return nil, u.fail("unpacks to " + strconv.Itoa(len(u.out)) + " bytes, not to " + strconv.Itoa(size))
	}
	return u.out, nil
}

type unpacker struct {
	in    []byte
	pos   int    // of the next byte that is not in hold
	hold  uint64 // bits read ahead, the first one lowest
	n     uint   // how many
	short bool   // the input ended before all bits were there
	out   []byte
	size  int

	literals, distances huffman
	lengths             [286 + 30]uint8
}

func (u *unpacker) fail(msg string) error { return &Error{Msg: msg, Offset: u.pos - int(u.n/8)} }
func (u *unpacker) cutOff() error         { return u.fail("the packed data is cut off") }
func (u *unpacker) tooLong() error {
	return u.fail("unpacks to more than " + strconv.Itoa(u.size) + " bytes")
}

func (u *unpacker) fill() {
	for u.n <= 56 && u.pos < len(u.in) {
		u.hold |= uint64(u.in[u.pos]) << u.n
		u.pos++
		u.n += 8
	}
}

// bits takes up to 32 bits off the input; zeros follow its end.
func (u *unpacker) bits(n uint) uint32 {
	if u.n < n {
		if u.fill(); u.n < n {
			u.short = true
			u.hold, u.n = 0, 0
			return 0
		}
	}
	v := uint32(u.hold & (1<<n - 1))
	u.hold >>= n
	u.n -= n
	return v
}

// stored copies a block that is not packed.
func (u *unpacker) stored() error {
	u.bits(u.n % 8)
	n, check := u.bits(16), u.bits(16)
	u.pos -= int(u.n / 8)
	u.hold, u.n = 0, 0
	switch {
	case u.short || int(n) > len(u.in)-u.pos:
		return u.cutOff()
	case n != check^0xffff:
		return u.fail("a stored block's two lengths differ")
	case len(u.out)+int(n) > u.size:
		return u.tooLong()
	}
	u.out = append(u.out, u.in[u.pos:u.pos+int(n)]...)
	u.pos += int(n)
	return nil
}

// fixed unpacks a block with the codes that the format itself gives.
func (u *unpacker) fixed() error {
	var lengths [288]uint8
	for i := range lengths {
		switch {
		case i < 144:
			lengths[i] = 8
		case i < 256:
			lengths[i] = 9
		case i < 280:
			lengths[i] = 7
		default:
			lengths[i] = 8
		}
	}
	u.literals.init(lengths[:])
	for i := range 32 {
		lengths[i] = 5
	}
	u.distances.init(lengths[:32])
	return u.block()
}

// dynamic unpacks a block that brings its codes.
func (u *unpacker) dynamic() error {
	literals, distances, codes := int(u.bits(5))+257, int(u.bits(5))+1, int(u.bits(4))+4
	if literals > 286 || distances > 30 {
		return u.fail("a block with too many codes")
	}
	var order [19]uint8
	for i := range codes {
		order["\x10\x11\x12\x00\x08\x07\x09\x06\x0a\x05\x0b\x04\x0c\x03\x0d\x02\x0e\x01\x0f"[i]] = uint8(u.bits(3))
	}
	if !u.literals.init(order[:]) {
		return u.fail("a block's code of codes is malformed")
	}
	lengths := u.lengths[:literals+distances]
	for i := 0; i < len(lengths); {
		symbol, err := u.symbol(&u.literals)
		if err != nil {
			return err
		}
		if symbol < 16 {
			lengths[i] = uint8(symbol)
			i++
			continue
		}
		var value uint8
		var times int
		switch symbol {
		case 16:
			if i == 0 {
				return u.fail("a block's codes begin with a repetition")
			}
			value, times = lengths[i-1], 3+int(u.bits(2))
		case 17:
			times = 3 + int(u.bits(3))
		case 18:
			times = 11 + int(u.bits(7))
		}
		if times > len(lengths)-i {
			return u.fail("a block's codes are too many")
		}
		for ; times > 0; times-- {
			lengths[i] = value
			i++
		}
	}
	if !u.literals.init(lengths[:literals]) || !u.distances.init(lengths[literals:]) {
		return u.fail("a block's codes are malformed")
	}
	return u.block()
}

// block unpacks literals and copies up to the end-of-block code.
func (u *unpacker) block() error {
	for {
		symbol, err := u.symbol(&u.literals)
		switch {
		case err != nil:
			return err
		case symbol < 256:
			if len(u.out) == u.size {
				return u.tooLong()
			}
			u.out = append(u.out, byte(symbol))
			continue
		case symbol == 256:
			return nil
		case symbol > 285:
			return u.fail("an unknown length code")
		}
		// Lengths 3 to 10 have codes of their own; then each four codes span
		// twice as much as the four before. The last one is 258 alone.
		length := symbol - 254
		if symbol == 285 {
			length = 258
		} else if symbol >= 265 {
			extra := uint(symbol-261) / 4
			length = 3 + (4+(symbol-261)%4)<<extra + int(u.bits(extra))
		}
		code, err := u.symbol(&u.distances)
		if err != nil {
			return err
		}
		distance := code + 1
		if code > 29 {
			return u.fail("an unknown distance code")
		} else if code >= 4 {
			extra := uint(code-2) / 2
			distance = 1 + (2+code%2)<<extra + int(u.bits(extra))
		}
		start := len(u.out) - distance
		switch {
		case u.short:
			return u.cutOff()
		case start < 0:
			return u.fail("a copy from before the start")
		case len(u.out)+length > u.size:
			return u.tooLong()
		}
		// A copy may run into what it writes: then it repeats.
		for length > 0 {
			n := min(length, len(u.out)-start)
			u.out = append(u.out, u.out[start:start+n]...)
			length -= n
		}
	}
}

// fastBits is how long a code may be to be found in one step.
const fastBits = 9

// huffman decodes a canonical Huffman code.
type huffman struct {
	fast    [1 << fastBits]uint16 // by the next bits: symbol<<4 | length, 0 where it is longer
	count   [16]uint16            // codes of each length
	symbols [288]uint16           // in the order of their codes
}

// init makes the decoder for codes of the given lengths. The code must be
// complete, or be empty or one code of one bit: some writers make those for a
// block with no or one distance.
func (h *huffman) init(lengths []uint8) (ok bool) {
	clear(h.fast[:])
	clear(h.count[:])
	for _, n := range lengths {
		h.count[n]++
	}
	used := len(lengths) - int(h.count[0])
	h.count[0] = 0
	left := 1
	var next, code [16]int
	for n := 1; n < 16; n++ {
		left = left<<1 - int(h.count[n])
		if left < 0 {
			return false
		}
		next[n] = next[n-1] + int(h.count[n-1])
		code[n] = (code[n-1] + int(h.count[n-1])) << 1
	}
	if left > 0 && used != 0 && (used != 1 || h.count[1] != 1) {
		return false
	}
	for symbol, n := range lengths {
		if n == 0 {
			continue
		}
		h.symbols[next[n]] = uint16(symbol)
		next[n]++
		if n <= fastBits {
			step := 1 << n
			for i := reverse(code[n], int(n)); i < len(h.fast); i += step {
				h.fast[i] = uint16(symbol)<<4 | uint16(n)
			}
		}
		code[n]++
	}
	return true
}

// reverse turns the first n bits round: codes come highest bit first.
func reverse(v, n int) (r int) {
	for range n {
		r = r<<1 | v&1
		v >>= 1
	}
	return r
}

// symbol takes the next code off the input.
func (u *unpacker) symbol(h *huffman) (int, error) {
	if u.n < 15 {
		u.fill()
	}
	if f := h.fast[u.hold%(1<<fastBits)]; f != 0 && uint(f&15) <= u.n {
		u.hold >>= f & 15
		u.n -= uint(f & 15)
		return int(f >> 4), nil
	}
	code, first, index := 0, 0, 0
	for n := uint(1); n < 16; n++ {
		if n > u.n {
			return 0, u.cutOff()
		}
		code |= int(u.hold>>(n-1)) & 1
		count := int(h.count[n])
		if code-count < first {
			u.hold >>= n
			u.n -= n
			return int(h.symbols[index+code-first]), nil
		}
		index += count
		first = (first + count) << 1
		code <<= 1
	}
	return 0, u.fail("an unknown code")
}
