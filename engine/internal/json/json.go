// Package json reads and writes JSON by pulling: no reflection, no tree of
// interfaces, so that it costs scorer.wasm a few kilobytes where encoding/json
// costs more than a hundred.
package json

import (
	"errors"
	"math"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// ErrSyntax is what errors.Is finds in every error of a Decoder.
var ErrSyntax = errors.New("malformed JSON")

// Error is a fault at a byte of the input.
type Error struct {
	Msg     string
	Offset  int
	Line    int
	TooDeep bool // well-formed so far, but nested deeper than may be
}

func (e *Error) Error() string {
	return "line " + strconv.Itoa(e.Line) + ", byte " + strconv.Itoa(e.Offset) + ": " + e.Msg
}
func (e *Error) Unwrap() error { return ErrSyntax }

// MaxDepth is how deep arrays and objects may nest where nobody says.
const MaxDepth = 200

// Kind is what comes next in the input.
type Kind byte

const (
	Invalid Kind = iota
	Null
	Bool
	Number
	String
	Array
	Object
	End // of the input
)

func (k Kind) String() string {
	return [...]string{"something that is not JSON", "null", "a boolean", "a number", "a string", "an array", "an object", "the end of the input"}[k]
}

// Decoder pulls values from JSON text.
type Decoder struct {
	NonFinite bool // take NaN, Infinity and -Infinity for numbers, as some writers do
	MaxDepth  int  // of arrays and objects in one another

	data  []byte
	pos   int
	depth int
	buf   []byte
}

// NewDecoder reads data, which the decoder does not change.
func NewDecoder(data []byte) *Decoder {
	if len(data) >= 3 && data[0] == 0xEF && data[1] == 0xBB && data[2] == 0xBF {
		data = data[3:] // a byte order mark
	}
	return &Decoder{data: data, MaxDepth: MaxDepth}
}

// Offset is how many bytes have been read.
func (d *Decoder) Offset() int { return d.pos }

// Rest is what has not been read.
func (d *Decoder) Rest() []byte { return d.data[d.pos:] }

// Advance passes over n bytes of Rest, which hold whole values.
func (d *Decoder) Advance(n int) { d.pos += n }

// Error is an error at the present place.
func (d *Decoder) Error(msg string) error {
	line := 1
	for _, c := range d.data[:min(d.pos, len(d.data))] {
		if c == '\n' {
			line++
		}
	}
	return &Error{Msg: msg, Offset: d.pos, Line: line}
}

// Kind looks at what comes next.
func (d *Decoder) Kind() Kind {
	for d.pos < len(d.data) {
		switch c := d.data[d.pos]; c {
		case ' ', '\t', '\n', '\r':
			d.pos++
		case 'n':
			return Null
		case 't', 'f':
			return Bool
		case '"':
			return String
		case '[':
			return Array
		case '{':
			return Object
		default:
			if c == '-' || '0' <= c && c <= '9' || d.NonFinite && (c == 'N' || c == 'I') {
				return Number
			}
			return Invalid
		}
	}
	return End
}

func (d *Decoder) want(k Kind) error {
	if got := d.Kind(); got != k {
		return d.Error("found " + got.String() + " where " + k.String() + " belongs")
	}
	return nil
}

func (d *Decoder) enter() error {
	d.pos++
	if d.depth++; d.depth > d.MaxDepth {
		err := d.Error("nested deeper than " + strconv.Itoa(d.MaxDepth)).(*Error)
		err.TooDeep = true
		return err
	}
	return nil
}

// next says whether another element follows, and steps over the comma.
func (d *Decoder) next(first bool, close byte) (bool, error) {
	d.Kind()
	if d.pos >= len(d.data) {
		inside := Array
		if close == '}' {
			inside = Object
		}
		return false, d.Error("the input ends inside " + inside.String())
	}
	switch c := d.data[d.pos]; {
	case c == close:
		d.pos++
		d.depth--
		return false, nil
	case first:
		return true, nil
	case c == ',':
		d.pos++
		return true, nil
	default:
		return false, d.Error("found " + strconv.QuoteRune(rune(c)) + " where \",\" or " + strconv.QuoteRune(rune(close)) + " belongs")
	}
}

// Array reads an array, calling elem before each element; elem reads it.
func (d *Decoder) Array(elem func(i int) error) error {
	if err := d.want(Array); err != nil {
		return err
	}
	if err := d.enter(); err != nil {
		return err
	}
	for i := 0; ; i++ {
		more, err := d.next(i == 0, ']')
		if err != nil || !more {
			return err
		}
		if err := elem(i); err != nil {
			return err
		}
	}
}

// Object reads an object, calling member for each key; member reads the value.
func (d *Decoder) Object(member func(key string) error) error {
	return d.Members(func(key []byte) error { return member(string(key)) })
}

// Members is Object without a copy of the keys: one holds until the next read.
func (d *Decoder) Members(member func(key []byte) error) error {
	if err := d.want(Object); err != nil {
		return err
	}
	if err := d.enter(); err != nil {
		return err
	}
	for first := true; ; first = false {
		more, err := d.next(first, '}')
		if err != nil || !more {
			return err
		}
		key, err := d.Bytes()
		if err != nil {
			return err
		}
		d.Kind()
		if d.pos >= len(d.data) || d.data[d.pos] != ':' {
			return d.Error("no \":\" after the key " + strconv.Quote(string(key)))
		}
		d.pos++
		if err := member(key); err != nil {
			return err
		}
	}
}

// Null reads null.
func (d *Decoder) Null() error { return d.word("null", Null) }

// Bool reads true or false.
func (d *Decoder) Bool() (bool, error) {
	if err := d.want(Bool); err != nil {
		return false, err
	}
	if d.data[d.pos] == 't' {
		return true, d.word("true", Bool)
	}
	return false, d.word("false", Bool)
}

func (d *Decoder) word(w string, k Kind) error {
	if err := d.want(k); err != nil {
		return err
	}
	if len(d.data)-d.pos < len(w) || string(d.data[d.pos:d.pos+len(w)]) != w {
		return d.Error("a misspelt " + w)
	}
	d.pos += len(w)
	return nil
}

// number gives the text of the number that comes next, checked against the grammar.
func (d *Decoder) number() ([]byte, error) {
	if err := d.want(Number); err != nil {
		return nil, err
	}
	if d.NonFinite {
		for _, w := range [...]string{"NaN", "Infinity", "-Infinity"} {
			if t := d.data[d.pos:]; len(t) >= len(w) && string(t[:len(w)]) == w {
				d.pos += len(w)
				return t[:len(w)], nil
			}
		}
	}
	i, s := d.pos, d.data
	digits := func() bool {
		j := i
		for i < len(s) && '0' <= s[i] && s[i] <= '9' {
			i++
		}
		return i > j
	}
	if s[i] == '-' {
		i++
	}
	start := i
	ok := digits()
	ok = ok && (s[start] != '0' || i == start+1)
	if ok && i < len(s) && s[i] == '.' {
		i++
		ok = digits()
	}
	if ok && i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		ok = digits()
	}
	if !ok {
		return nil, d.Error("malformed number")
	}
	t := s[d.pos:i]
	d.pos = i
	return t, nil
}

// Float reads a number. One beyond a float64's range is ±Inf, as Java reads it.
func (d *Decoder) Float() (float64, error) { return d.float(64) }

// Float32 reads a number as the nearest float32.
func (d *Decoder) Float32() (float64, error) { return d.float(32) }

func (d *Decoder) float(bits int) (float64, error) {
	if n, ok := d.whole(); ok {
		if bits == 32 {
			n = float64(float32(n))
		}
		return n, nil
	}
	t, err := d.number()
	if err != nil {
		return 0, err
	}
	f, err := strconv.ParseFloat(string(t), bits)
	if err != nil && !math.IsInf(f, 0) {
		return 0, d.Error("malformed number")
	}
	return f, nil
}

// whole reads a number that is as most are: some digits, few enough to be exact,
// with ".0" behind them or not. false: it is another, and still to be read.
func (d *Decoder) whole() (float64, bool) {
	const most = 15
	d.Kind()
	s := d.data[d.pos:]
	n, i := uint64(0), 0
	for i < len(s) && i <= most && '0' <= s[i] && s[i] <= '9' {
		n = n*10 + uint64(s[i]-'0')
		i++
	}
	if i == 0 || i > most || s[0] == '0' && i > 1 {
		return 0, false
	}
	if len(s)-i >= 2 && s[i] == '.' && s[i+1] == '0' {
		i += 2
	}
	if i < len(s) {
		switch c := s[i]; {
		case c == '.' || c == 'e' || c == 'E' || '0' <= c && c <= '9':
			return 0, false
		}
	}
	d.pos += i
	return float64(n), true
}

// Int reads a whole number that fits an int64. "3.0" and "3e2" are whole.
func (d *Decoder) Int() (int64, error) {
	t, err := d.number()
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(string(t), 10, 64)
	if err == nil {
		return n, nil
	}
	f, _ := strconv.ParseFloat(string(t), 64)
	if f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		return int64(f), nil
	}
	d.pos -= len(t)
	return 0, d.Error(string(t) + " is not a whole number of 64 bits")
}

// String reads a string. Broken UTF-8 and lone surrogates become U+FFFD.
func (d *Decoder) String() (string, error) {
	b, err := d.Bytes()
	return string(b), err
}

// Bytes is String without a copy: the bytes hold until the next read.
func (d *Decoder) Bytes() ([]byte, error) {
	if err := d.want(String); err != nil {
		return nil, err
	}
	s := d.data
	for i := d.pos + 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			b := s[d.pos+1 : i]
			d.pos = i + 1
			return b, nil
		case c == '\\' || c >= 0x80:
			return d.slowString(i)
		case c < 0x20:
			d.pos = i
			return nil, d.Error("a control character in a string")
		}
	}
	d.pos = len(s)
	return nil, d.Error("the input ends inside a string")
}

// slowString goes on where the string stops being plain ASCII.
func (d *Decoder) slowString(i int) ([]byte, error) {
	s := d.data
	out := append(d.buf[:0], s[d.pos+1:i]...)
	for i < len(s) {
		switch c := s[i]; {
		case c == '"':
			d.pos = i + 1
			d.buf = out
			return out, nil
		case c == '\\':
			d.pos = i
			if i+1 >= len(s) {
				return nil, d.Error("the input ends inside a string")
			}
			i += 2
			switch e := s[i-1]; e {
			case '"', '\\', '/':
				out = append(out, e)
			case 'b':
				out = append(out, '\b')
			case 'f':
				out = append(out, '\f')
			case 'n':
				out = append(out, '\n')
			case 'r':
				out = append(out, '\r')
			case 't':
				out = append(out, '\t')
			case 'u':
				r, ok := hex4(s[i:])
				if !ok {
					return nil, d.Error("malformed \\u escape")
				}
				i += 4
				if utf16.IsSurrogate(r) {
					if i+1 < len(s) && s[i] == '\\' && s[i+1] == 'u' {
						if r2, ok := hex4(s[i+2:]); ok && utf16.DecodeRune(r, r2) != utf8.RuneError {
							r = utf16.DecodeRune(r, r2)
							i += 6
						}
					}
				}
				out = utf8.AppendRune(out, r)
			default:
				return nil, d.Error("unknown escape \\" + string(rune(e)))
			}
		case c < 0x20:
			d.pos = i
			return nil, d.Error("a control character in a string")
		case c < 0x80:
			out = append(out, c)
			i++
		default:
			r, n := utf8.DecodeRune(s[i:])
			out = utf8.AppendRune(out, r)
			i += n
		}
	}
	d.pos = len(s)
	return nil, d.Error("the input ends inside a string")
}

func hex4(s []byte) (r rune, ok bool) {
	if len(s) < 4 {
		return 0, false
	}
	for _, c := range s[:4] {
		switch {
		case '0' <= c && c <= '9':
			r = r<<4 | rune(c-'0')
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}

// Skip reads a value of any kind and drops it.
func (d *Decoder) Skip() error {
	var err error
	switch d.Kind() {
	case Null:
		err = d.Null()
	case Bool:
		_, err = d.Bool()
	case Number:
		_, err = d.number()
	case String:
		_, err = d.Bytes()
	case Array:
		err = d.Array(func(int) error { return d.Skip() })
	case Object:
		err = d.Members(func([]byte) error { return d.Skip() })
	case End:
		err = d.Error("the input ends where a value belongs")
	default:
		err = d.Error("found " + strconv.QuoteRune(rune(d.data[d.pos])) + " where a value belongs")
	}
	return err
}

// Raw reads a value of any kind and gives its text.
func (d *Decoder) Raw() ([]byte, error) {
	d.Kind()
	start := d.pos
	if err := d.Skip(); err != nil {
		return nil, err
	}
	return d.data[start:d.pos], nil
}

// Step steps over the value that comes next if its text is this one, which is of
// an object, an array or a string, and has been read before.
func (d *Decoder) Step(text []byte) bool {
	d.Kind()
	if rest := d.data[d.pos:]; len(rest) < len(text) || string(rest[:len(text)]) != string(text) {
		return false
	}
	d.pos += len(text)
	return true
}

// End makes sure that nothing but white space is left.
func (d *Decoder) End() error {
	if d.Kind() != End {
		return d.Error("more text after the end of the JSON value")
	}
	return nil
}

const hexDigits = "0123456789abcdef"

// AppendString appends s as a JSON string. Broken UTF-8 becomes U+FFFD.
func AppendString(b []byte, s string) []byte {
	i := 0
	for i < len(s) && 0x20 <= s[i] && s[i] < 0x7f && s[i] != '"' && s[i] != '\\' {
		i++
	}
	b = append(append(b, '"'), s[:i]...)
	for i < len(s) {
		c := s[i]
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, '\\', 'n')
		case c == '\r':
			b = append(b, '\\', 'r')
		case c == '\t':
			b = append(b, '\\', 't')
		case c < 0x20 || c == 0x7f:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		case c < 0x80:
			b = append(b, c)
		default:
			r, n := utf8.DecodeRuneInString(s[i:])
			// U+2028 and U+2029 end a line in old JavaScript.
			if r == 0x2028 || r == 0x2029 {
				b = append(b, '\\', 'u', '2', '0', '2', hexDigits[r&15])
			} else {
				b = utf8.AppendRune(b, r)
			}
			i += n
			continue
		}
		i++
	}
	return append(b, '"')
}

// AppendFloat appends the shortest number that reads back as f, with ".0"
// where it is whole, as Java writes doubles. NaN and the infinities, which JSON
// has no word for, are null, as MLeap writes them. bits is 32 for a float.
func AppendFloat(b []byte, f float64, bits int) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(b, "null"...)
	}
	// Most are whole, and so small that all of their digits matter.
	if n := int64(f); float64(n) == f && -1<<24 <= f && f <= 1<<24 && (n != 0 || !math.Signbit(f)) {
		return append(strconv.AppendInt(b, n, 10), '.', '0')
	}
	format := byte('f')
	if abs := math.Abs(f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	n := len(b)
	b = strconv.AppendFloat(b, f, format, -1, bits)
	for _, c := range b[n:] {
		if c == '.' || c == 'e' {
			return b
		}
	}
	return append(b, '.', '0')
}
