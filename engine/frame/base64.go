package frame

import "strconv"

// Base64 by hand: encoding/base64 brings reflect into scorer.wasm.

const base64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

func appendBase64(b []byte, s string) []byte {
	for ; len(s) >= 3; s = s[3:] {
		n := uint32(s[0])<<16 | uint32(s[1])<<8 | uint32(s[2])
		b = append(b, base64Digits[n>>18], base64Digits[n>>12&63], base64Digits[n>>6&63], base64Digits[n&63])
	}
	switch len(s) {
	case 1:
		n := uint32(s[0]) << 4
		b = append(b, base64Digits[n>>6], base64Digits[n&63], '=', '=')
	case 2:
		n := uint32(s[0])<<10 | uint32(s[1])<<2
		b = append(b, base64Digits[n>>12], base64Digits[n>>6&63], base64Digits[n&63], '=')
	}
	return b
}

// decodeBase64 takes what Java's basic decoder takes: the standard alphabet, no
// white space, padding present in full or left out.
func decodeBase64(s []byte) (string, error) {
	n := len(s)
	for n > 0 && n > len(s)-2 && len(s)%4 == 0 && s[n-1] == '=' {
		n--
	}
	if n%4 == 1 {
		return "", &Error{Kind: ErrValue, Msg: "base64 text that is cut short"}
	}
	out := make([]byte, 0, n*3/4)
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
			return "", &Error{Kind: ErrValue, Msg: "byte " + strconv.Itoa(i) + " of a base64 text is " + strconv.QuoteRune(rune(c))}
		}
		acc = acc<<6 | uint32(d)
		if bits += 6; bits >= 8 {
			bits -= 8
			out = append(out, byte(acc>>bits))
		}
	}
	return string(out), nil
}
