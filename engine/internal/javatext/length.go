package javatext

import (
	"unicode"
	"unicode/utf8"
)

// Len is String.length: the number of UTF-16 units, so two for a character
// beyond U+FFFF.
func Len(s string) int {
	n := 0
	for _, r := range s {
		if n++; r > 0xFFFF {
			n++
		}
	}
	return n
}

// AllLetters says whether Character.isLetter(char) holds for each char of s:
// not for the halves of characters beyond U+FFFF, letters or not.
func AllLetters(s string) bool {
	for _, r := range s {
		if c := r | 0x20; r < utf8.RuneSelf && 'a' <= c && c <= 'z' {
			continue
		}
		if r < utf8.RuneSelf || r > 0xFFFF || !unicode.IsLetter(r) {
			return false
		}
	}
	return true
}
