package frame

import (
	"math"
	"strconv"
)

// AppendJavaDouble appends x as java.lang.Double.toString writes it since JDK
// 19 (JDK-4511638): the fewest digits that read back as x, but at least two;
// "1.0", "0.001", "1.0E7", "1.0E-4", "NaN", "-Infinity". StringIndexer over a
// column of doubles looks its labels up in this spelling.
//
// JDK 18 and older, on which models are trained too, write some numbers
// otherwise: 1e23 as 9.999999999999999E22, 6.289740000000001E16 with a digit
// more, 3.4e10 as a float 3.3999999E10. Of 200,000 doubles of all sizes 675
// came out different on JDK 17, none of them between 1e-10 and 1e16.
func AppendJavaDouble(b []byte, x float64) []byte { return appendJava(b, x, 64) }

// AppendJavaFloat is AppendJavaDouble for java.lang.Float.toString.
func AppendJavaFloat(b []byte, x float32) []byte { return appendJava(b, float64(x), 32) }

func appendJava(b []byte, x float64, bits int) []byte {
	switch {
	case math.IsNaN(x):
		return append(b, "NaN"...)
	case math.IsInf(x, 1):
		return append(b, "Infinity"...)
	case math.IsInf(x, -1):
		return append(b, "-Infinity"...)
	case x == 0:
		if math.Signbit(x) {
			b = append(b, '-')
		}
		return append(b, "0.0"...)
	}
	var buf [32]byte
	text := strconv.AppendFloat(buf[:0], x, 'e', -1, bits)
	if text[0] == '-' {
		b = append(b, '-')
		text = text[1:]
	}
	if text[1] == 'e' {
		// One digit would do. Java takes the nearest two-digit number if that
		// reads back as x too: Double.MIN_VALUE is 4.9E-324 and not 5.0E-324.
		var two [32]byte
		t := strconv.AppendFloat(two[:0], math.Abs(x), 'e', 1, bits)
		if y, _ := strconv.ParseFloat(string(t), bits); y == math.Abs(x) {
			text = append(buf[:0], t...)
		}
	}
	// text is d[.ddd]e±xx: take it apart into digits and exponent.
	digits := [24]byte{text[0]}
	n, i := 1, 1
	if text[i] == '.' {
		i++
	}
	for ; text[i] != 'e'; i++ {
		digits[n] = text[i]
		n++
	}
	exp, _ := strconv.Atoi(string(text[i+1:]))
	for n > 1 && digits[n-1] == '0' {
		n--
	}
	d := digits[:n]
	switch {
	case exp < -3 || exp >= 7:
		b = append(b, d[0], '.')
		b = appendFraction(b, d[1:])
		b = append(b, 'E')
		return strconv.AppendInt(b, int64(exp), 10)
	case exp < 0:
		b = append(b, "0.000"[:1-exp]...)
		return append(b, d...)
	}
	for i := range exp + 1 {
		if i < n {
			b = append(b, d[i])
		} else {
			b = append(b, '0')
		}
	}
	b = append(b, '.')
	return appendFraction(b, d[min(n, exp+1):])
}

// appendFraction appends the digits after the point, of which there is one at least.
func appendFraction(b, d []byte) []byte {
	if len(d) == 0 {
		return append(b, '0')
	}
	return append(b, d...)
}

// ParseJavaDouble reads what java.lang.Double.parseDouble (bits 64) or
// Float.parseFloat (bits 32) reads: white space around it, a sign, NaN,
// Infinity, decimal or hexadecimal digits, a suffix of f, F, d or D.
func ParseJavaDouble(s string, bits int) (float64, bool) {
	for s != "" && s[0] <= ' ' {
		s = s[1:]
	}
	for s != "" && s[len(s)-1] <= ' ' {
		s = s[:len(s)-1]
	}
	body := s
	if body != "" && (body[0] == '+' || body[0] == '-') {
		body = body[1:]
	}
	switch body {
	case "NaN":
		return math.NaN(), true
	case "Infinity":
		if s[0] == '-' {
			return math.Inf(-1), true
		}
		return math.Inf(1), true
	case "":
		return 0, false
	}
	if c := body[len(body)-1] | 0x20; c == 'f' || c == 'd' {
		// In 0x1p3f the f is a suffix and in 0x1f there is no exponent: both
		// work out, since a hexadecimal number without one is malformed.
		body, s = body[:len(body)-1], s[:len(s)-1]
	}
	// ParseFloat takes more words than Java ("inf", "1_000"): let only digits
	// and what belongs to them through.
	hex := len(body) > 1 && body[0] == '0' && body[1]|0x20 == 'x'
	if hex {
		body = body[2:]
	}
	for i := range len(body) {
		switch c := body[i]; {
		case '0' <= c && c <= '9', c == '.', c == '+', c == '-':
		case !hex && c|0x20 == 'e':
		case hex && (c|0x20 == 'p' || 'a' <= c|0x20 && c|0x20 <= 'f'):
		default:
			return 0, false
		}
	}
	x, err := strconv.ParseFloat(s, bits)
	if err != nil && !math.IsInf(x, 0) { // Java knows no overflow: it is Infinity
		return 0, false
	}
	return x, true
}
