// Package base64 is how JSON carries bytes. encoding/base64 would bring
// encoding/binary and reflect into scorer.wasm.
package base64

import "strconv"

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

// Append appends s in base64 with padding.
func Append(b []byte, s string) []byte {
	for ; len(s) >= 3; s = s[3:] {
		n := uint32(s[0])<<16 | uint32(s[1])<<8 | uint32(s[2])
		b = append(b, digits[n>>18], digits[n>>12&63], digits[n>>6&63], digits[n&63])
	}
	switch len(s) {
	case 1:
		n := uint32(s[0]) << 4
		b = append(b, digits[n>>6], digits[n&63], '=', '=')
	case 2:
		n := uint32(s[0])<<10 | uint32(s[1])<<2
		b = append(b, digits[n>>12], digits[n>>6&63], digits[n&63], '=')
	}
	return b
}

// Decode takes what Java's basic decoder takes: the standard alphabet, no
// white space, padding present in full or left out. fault says what is wrong.
func Decode(s []byte) (out string, fault string) {
	n := len(s)
	for n > 0 && n > len(s)-2 && len(s)%4 == 0 && s[n-1] == '=' {
		n--
	}
	if n%4 == 1 {
		return "", "base64 text that is cut short"
	}
	b := make([]byte, 0, n*3/4)
	var acc uint32
	var bits uint
	for i, c := range s[:n] {
		var d byte
		switch {
		case 'A' <= c && c <= 'Z':
			d = c - 'A'
		case 'a' <= c && c <= 'z':
			d = c - 'a' + 26
		case '0' <= c && c <= '9':
			d = c - '0' + 52
		case c == '+':
			d = 62
		case c == '/':
			d = 63
		default:
			return "", "byte " + strconv.Itoa(i) + " of a base64 text is " + strconv.QuoteRune(rune(c))
		}
		acc = acc<<6 | uint32(d)
		if bits += 6; bits >= 8 {
			bits -= 8
			b = append(b, byte(acc>>bits))
		}
	}
	return string(b), ""
}
