// Package inflate unpacks what deflate (RFC 1951) packed.
//
// Why not compress/flate? It imports fmt, which brings in os, files, finalizers
// and debug settings: 60 KB of scorer.wasm after compression. Here the input is
// whole and in memory, and the size of the output is known.
package inflate

import (
	"errors"
	"math/bits"
	"strconv"

	"github.com/pageleap/pageleap/engine/internal/word"
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
func Unpack(packed []byte, size int) ([]byte, error) { return new(Unpacker).Unpack(nil, packed, size) }

// Unpack is Unpack into buf, whose contents are lost, if it has room.
func (u *Unpacker) Unpack(buf, packed []byte, size int) ([]byte, error) {
	u.in, u.pos, u.hold, u.n, u.short, u.size = packed, 0, 0, 0, false, size
	if size < 0 || size/MaxRatio > len(packed) {
		return nil, u.fail("cannot unpack to " + strconv.Itoa(size) + " bytes")
	}
	u.out = buf[:0]
	if room := min(size, 16*len(packed)) + slack; cap(buf) < room {
		u.out = make([]byte, 0, room)
	}
	err := u.blocks()
	out := u.out
	u.in, u.out = nil, nil
	return out, err
}

func (u *Unpacker) blocks() error {
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
			return err
		}
	}
	if len(u.out) != u.size {
		return u.fail("unpacks to " + strconv.Itoa(len(u.out)) + " bytes, not to " + strconv.Itoa(u.size))
	}
	return nil
}

// Unpacker unpacks one after the other. It keeps room for its tables.
type Unpacker struct {
	in    []byte
	pos   int    // of the next byte that is not in hold
	hold  uint64 // bits read ahead, the first one lowest
	n     uint   // how many
	short bool   // the input ended before all bits were there
	out   []byte
	size  int

	literals, distances huffman
	isFixed             bool // they are of the codes that the format itself gives
	lengths             [286 + 30]uint8
}

//go:noinline
func (u *Unpacker) fail(msg string) error { return &Error{Msg: msg, Offset: u.pos - int(u.n/8)} }

func (u *Unpacker) cutOff() error { return u.fail("the packed data is cut off") }

//go:noinline
func (u *Unpacker) tooLong() error {
	return u.fail("unpacks to more than " + strconv.Itoa(u.size) + " bytes")
}

func (u *Unpacker) fill() {
	for u.n <= 56 && u.pos < len(u.in) {
		u.hold |= uint64(u.in[u.pos]) << u.n
		u.pos++
		u.n += 8
	}
}

// bits takes up to 32 bits off the input; zeros follow its end. It is called from
// many places, where it is never what takes the time.
//
//go:noinline
func (u *Unpacker) bits(n uint) uint32 {
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
func (u *Unpacker) stored() error {
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
func (u *Unpacker) fixed() error {
	if u.isFixed {
		return u.block()
	}
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
	u.isFixed = true
	return u.block()
}

// dynamic unpacks a block that brings its codes.
func (u *Unpacker) dynamic() error {
	literals, distances, codes := int(u.bits(5))+257, int(u.bits(5))+1, int(u.bits(4))+4
	if literals > 286 || distances > 30 {
		return u.fail("a block with too many codes")
	}
	u.isFixed = false
	var order [19]uint8
	for i := range codes {
		order["\x10\x11\x12\x00\x08\x07\x09\x06\x0a\x05\x0b\x04\x0c\x03\x0d\x02\x0e\x01\x0f"[i]] = uint8(u.bits(3))
	}
	if !u.literals.init(order[:]) {
		return u.fail("a block's code of codes is malformed")
	}
	lengths := u.lengths[:literals+distances]
	if err := u.codeLengths(lengths); err != nil {
		return err
	}
	if !u.literals.init(lengths[:literals]) || !u.distances.init(lengths[literals:]) {
		return u.fail("a block's codes are malformed")
	}
	return u.block()
}

// codeLengths reads the lengths of a block's codes, in the code that literals has.
func (u *Unpacker) codeLengths(lengths []uint8) error {
	for i := 0; i < len(lengths); {
		symbol, err := u.symbol(&u.literals)
		if err != nil {
			return err
		}
		value, times := uint8(symbol), 1
		switch symbol {
		case 16:
			if i == 0 {
				return u.fail("a block's codes begin with a repetition")
			}
			value, times = lengths[i-1], 3+int(u.bits(2))
		case 17:
			value, times = 0, 3+int(u.bits(3))
		case 18:
			value, times = 0, 11+int(u.bits(7))
		}
		if times > len(lengths)-i {
			return u.fail("a block's codes are too many")
		}
		for ; times > 0; times-- {
			lengths[i] = value
			i++
		}
	}
	return nil
}

// block unpacks literals and copies up to the end-of-block code.
func (u *Unpacker) block() error {
	for {
		u.fast()
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
		c := lengths[symbol-257]
		length := int(c>>4) + int(u.bits(uint(c&15)))
		code, err := u.symbol(&u.distances)
		if err != nil {
			return err
		}
		if code > 29 {
			return u.fail("an unknown distance code")
		}
		c = distances[code]
		distance := int(c>>4) + int(u.bits(uint(c&15)))
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

// What the codes of lengths (from 257) and of distances stand for: the least
// one, 16 times, plus the number of bits that follow and count on from it.
var (
	lengths = [29]uint32{3 << 4, 4 << 4, 5 << 4, 6 << 4, 7 << 4, 8 << 4, 9 << 4, 10 << 4,
		11<<4 | 1, 13<<4 | 1, 15<<4 | 1, 17<<4 | 1, 19<<4 | 2, 23<<4 | 2, 27<<4 | 2, 31<<4 | 2,
		35<<4 | 3, 43<<4 | 3, 51<<4 | 3, 59<<4 | 3, 67<<4 | 4, 83<<4 | 4, 99<<4 | 4, 115<<4 | 4,
		131<<4 | 5, 163<<4 | 5, 195<<4 | 5, 227<<4 | 5, 258 << 4}
	distances = [30]uint32{1 << 4, 2 << 4, 3 << 4, 4 << 4, 5<<4 | 1, 7<<4 | 1, 9<<4 | 2, 13<<4 | 2,
		17<<4 | 3, 25<<4 | 3, 33<<4 | 4, 49<<4 | 4, 65<<4 | 5, 97<<4 | 5, 129<<4 | 6, 193<<4 | 6,
		257<<4 | 7, 385<<4 | 7, 513<<4 | 8, 769<<4 | 8, 1025<<4 | 9, 1537<<4 | 9, 2049<<4 | 10, 3073<<4 | 10,
		4097<<4 | 11, 6145<<4 | 11, 8193<<4 | 12, 12289<<4 | 12, 16385<<4 | 13, 24577<<4 | 13}
)

const (
	maxLength = 258
	slack     = maxLength + 32 // room behind the output for copies in words
)

// fast unpacks as long as there is plenty of input and of room, and nothing
// special comes: what it leaves, be it the end of a block or a fault, block
// takes up. All it works with is in local variables.
func (u *Unpacker) fast() {
	in, out := u.in, u.out[:cap(u.out)]
	pos, hold, n := u.pos, u.hold, u.n
	o := len(u.out)
	for pos <= len(in)-8 && o <= len(out)-slack && o < u.size {
		hold |= word.Load(in, pos) << (n & 63)
		pos += int(63-n) >> 3
		n |= 56
		f := u.literals.fast[hold%(1<<fastBits)]
		for f-1 < 256<<4-1 { // literals, of which there is at least one
			hold >>= f & 15
			n -= uint(f & 15)
			out[o] = byte(f >> 4)
			o++
			if n < 2*fastBits+5+13 || o > len(out)-slack || o >= u.size {
				f = 0
				break
			}
			f = u.literals.fast[hold%(1<<fastBits)]
		}
		if f == 0 {
			if u.literals.fast[hold%(1<<fastBits)] == 0 {
				break
			}
			continue
		}
		if f < 257<<4 || f >= 286<<4 {
			break
		}
		c := lengths[f>>4-257]
		h, used := hold>>(f&15), uint(f&15)
		length := int(c>>4) + int(h&(1<<(c&15)-1))
		h >>= c & 15
		used += uint(c & 15)
		d := u.distances.fast[h%(1<<fastBits)]
		if d == 0 || d >= 30<<4 {
			break
		}
		c = distances[d>>4]
		h >>= d & 15
		used += uint(d&15) + uint(c&15)
		distance := int(c>>4) + int(h&(1<<(c&15)-1))
		if distance > o || o+length > u.size {
			break
		}
		hold = h >> (c & 15)
		n -= used
		if distance >= 32 {
			word.Copy(out, o, o-distance)
			for k := 32; k < length; k += 32 {
				word.Copy(out, o+k, o+k-distance)
			}
		} else if distance >= 8 {
			for k := 0; k < length; k += 8 {
				word.Store(out, o+k, word.Load(out, o+k-distance))
			}
		} else {
			for k := o; k < o+length; k++ {
				out[k] = out[k-distance]
			}
		}
		o += length
	}
	u.out = out[:o]
	u.pos, u.hold, u.n = pos, hold&(1<<n-1), n
}

// fastBits is how long a code may be to be found in one step.
const fastBits = 10

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
	clear(h.count[:])
	for _, n := range lengths {
		h.count[n&15]++
	}
	used := len(lengths) - int(h.count[0])
	h.count[0] = 0
	left := 1
	var next [16]uint16
	for n := 1; n < 16; n++ {
		left = left<<1 - int(h.count[n])
		if left < 0 {
			return false
		}
		next[n] = next[n-1] + h.count[n-1]
	}
	if left > 0 && used != 0 && (used != 1 || h.count[1] != 1) {
		return false
	}
	for symbol, n := range lengths {
		if n != 0 {
			h.symbols[next[n&15]] = uint16(symbol)
			next[n&15]++
		}
	}
	// Codes come highest bit first. The table for codes of n bits is that of n-1
	// twice over, and the codes that are as long as that.
	code, i := 0, 0
	h.fast[0] = 0
	for n := 1; n <= fastBits; n++ {
		size := 1 << n
		copy(h.fast[size/2:size], h.fast[:size/2])
		for range h.count[n] {
			h.fast[code] = h.symbols[i]<<4 | uint16(n)
			i++
			if zeros := code ^ (size - 1); zeros != 0 { // add 1 to the bits in reverse
				high := 1 << (bits.Len(uint(zeros)) - 1)
				code = code&(high-1) | high
			}
		}
	}
	return true
}

// symbol takes the next code off the input.
func (u *Unpacker) symbol(h *huffman) (int, error) {
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
