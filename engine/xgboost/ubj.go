package xgboost

import (
	"errors"
	"math"
	"strconv"

	"github.com/pageleap/pageleap/engine/internal/json"
)

// source is a document of nested objects and arrays, in JSON or UBJSON: what
// is common to json.Decoder and ubj. Float takes true and false for 1 and 0.
type source interface {
	Object(member func(key string) error) error
	Array(elem func(i int) error) error
	Float() (float64, error)
	String() (string, error)
	Skip() error
}

type jsonSource struct{ *json.Decoder }

func (s jsonSource) Float() (float64, error) {
	if s.Kind() == json.Bool {
		b, err := s.Bool()
		if b {
			return 1, err
		}
		return 0, err
	}
	return s.Decoder.Float()
}

// ubj pulls values from UBJSON (ubjson.org), as far as XGBoost writes it
// (src/common/json.cc): lengths are of 64 bits, objects have none.
type ubj struct {
	data  []byte
	pos   int
	depth int
	typ   byte // of the elements of a typed array, which have no markers of their own
}

func (d *ubj) fail(msg string) error {
	return errors.New("byte " + strconv.Itoa(d.pos) + ": " + msg)
}

var errEnd = errors.New("the file ends too soon")

// take gives the next n bytes.
func (d *ubj) take(n int) ([]byte, error) {
	if n < 0 || n > len(d.data)-d.pos {
		return nil, errEnd
	}
	b := d.data[d.pos : d.pos+n]
	d.pos += n
	return b, nil
}

func (d *ubj) marker() (byte, error) {
	if d.typ != 0 {
		return d.typ, nil
	}
	b, err := d.take(1)
	if err != nil {
		return 0, err
	}
	return b[0], nil
}

func (d *ubj) peek() byte {
	if d.pos < len(d.data) {
		return d.data[d.pos]
	}
	return 0
}

// length reads an int64 that can't be more than what is left.
func (d *ubj) length() (int, error) {
	m, err := d.marker()
	if err != nil {
		return 0, err
	}
	if m != 'L' {
		return 0, d.fail("a length of type " + strconv.QuoteRune(rune(m)))
	}
	b, err := d.take(8)
	if err != nil {
		return 0, err
	}
	n := bigEndian(b)
	if n > uint64(len(d.data)-d.pos) {
		return 0, errEnd
	}
	return int(n), nil
}

func (d *ubj) open(want byte) error {
	if m, err := d.marker(); err != nil {
		return err
	} else if m != want {
		return d.fail("found " + strconv.QuoteRune(rune(m)) + " where " + strconv.QuoteRune(rune(want)) + " belongs")
	}
	if d.depth++; d.depth > json.MaxDepth {
		return d.fail("nested too deep")
	}
	return nil
}

// Object reads an object, calling member for each key; member reads the value.
func (d *ubj) Object(member func(key string) error) error {
	if err := d.open('{'); err != nil {
		return err
	}
	for d.peek() != '}' {
		n, err := d.length()
		if err != nil {
			return err
		}
		key, err := d.take(n)
		if err != nil {
			return err
		}
		if err := member(string(key)); err != nil {
			return err
		}
	}
	d.pos++
	d.depth--
	return nil
}

// Array reads an array, calling elem before each element; elem reads it.
func (d *ubj) Array(elem func(i int) error) error {
	if err := d.open('['); err != nil {
		return err
	}
	var typ byte
	if d.peek() == '$' {
		b, err := d.take(2)
		if err != nil {
			return err
		}
		if typ = b[1]; size(typ) == 0 {
			return d.fail("an array of type " + strconv.QuoteRune(rune(typ)))
		}
		if d.peek() != '#' {
			return d.fail("a typed array without a length")
		}
	}
	if d.peek() == '#' {
		d.pos++
		n, err := d.length()
		if err != nil {
			return err
		}
		d.typ = typ
		for i := range n {
			if err := elem(i); err != nil {
				return err
			}
		}
		d.typ = 0
	} else {
		for i := 0; d.peek() != ']'; i++ {
			if d.pos >= len(d.data) {
				return errEnd
			}
			if err := elem(i); err != nil {
				return err
			}
		}
		d.pos++
	}
	d.depth--
	return nil
}

// size is how many bytes a number of a type has.
func size(typ byte) int {
	switch typ {
	case 'i', 'U', 'C':
		return 1
	case 'I':
		return 2
	case 'l', 'd':
		return 4
	case 'L', 'D':
		return 8
	}
	return 0
}

// Float reads a number of any type.
func (d *ubj) Float() (float64, error) {
	m, err := d.marker()
	if err != nil {
		return 0, err
	}
	b, err := d.take(size(m))
	if err != nil {
		return 0, err
	}
	u := bigEndian(b)
	switch m {
	case 'i':
		return float64(int8(u)), nil
	case 'I':
		return float64(int16(u)), nil
	case 'l':
		return float64(int32(u)), nil
	case 'L':
		return float64(int64(u)), nil
	case 'd':
		return float64(math.Float32frombits(uint32(u))), nil
	case 'D':
		return math.Float64frombits(u), nil
	case 'U', 'C', 'F':
		return float64(u), nil
	case 'T':
		return 1, nil
	}
	return 0, d.fail("found " + strconv.QuoteRune(rune(m)) + " where a number belongs")
}

func bigEndian(b []byte) (u uint64) {
	for _, c := range b {
		u = u<<8 | uint64(c)
	}
	return u
}

func (d *ubj) String() (string, error) {
	m, err := d.marker()
	if err != nil {
		return "", err
	}
	if m != 'S' {
		return "", d.fail("found " + strconv.QuoteRune(rune(m)) + " where a string belongs")
	}
	n, err := d.length()
	if err != nil {
		return "", err
	}
	b, err := d.take(n)
	return string(b), err
}

// Skip reads a value of any kind and drops it.
func (d *ubj) Skip() error {
	if d.typ != 0 {
		_, err := d.take(size(d.typ))
		return err
	}
	var err error
	switch d.peek() {
	case '{':
		return d.Object(func(string) error { return d.Skip() })
	case '[':
		return d.Array(func(int) error { return d.Skip() })
	case 'S':
		_, err = d.String()
	case 'Z':
		d.pos++
	default:
		_, err = d.Float()
	}
	return err
}
