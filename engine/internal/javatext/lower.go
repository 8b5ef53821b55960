// Package javatext does to text what Java's library does, where Go's own answers
// otherwise.
package javatext

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// ToLower is String.toLowerCase in a locale without rules of its own, such as
// English: character by character, but İ becomes i with a combining dot, and Σ
// at the end of a word becomes ς. A text that is lower-case already is given
// back as it is. (Go knows 40 pairs of letters that Java 17 does not, and Java 21
// does.)
func ToLower(s string) string {
	i := 0
	for i < len(s) {
		c := s[i]
		if c < utf8.RuneSelf {
			if 'A' <= c && c <= 'Z' {
				break
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError || unicode.ToLower(r) != r {
			break
		}
		i += n
	}
	if i == len(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 4)
	b.WriteString(s[:i])
	for i < len(s) {
		if c := s[i]; c < utf8.RuneSelf {
			if 'A' <= c && c <= 'Z' {
				c |= 0x20
			}
			b.WriteByte(c)
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == 'İ':
			b.WriteString("i\u0307")
		case r == 'Σ' && finalSigma(s, i):
			b.WriteString("ς")
		default:
			b.WriteRune(unicode.ToLower(r))
		}
		i += n
	}
	return b.String()
}

// ToLowerTurkic is String.toLowerCase in the locales tr and az: I becomes ı, and
// İ and I with a dot above become i. (A dot that comes after other marks on the I
// is not looked for.)
func ToLowerTurkic(s string) string {
	s = strings.ReplaceAll(s, "I\u0307", "i")
	s = strings.ReplaceAll(s, "İ", "i")
	return ToLower(strings.ReplaceAll(s, "I", "ı"))
}

// finalSigma says whether the Σ at s[at:] ends a word: a letter with case is
// before it and none after it. Java takes its words from BreakIterator, for
// which a dash, an underscore, an apostrophe, a quotation mark or a full stop
// between two letters is within a word. Not followed here is what it makes of
// letters beyond U+FFFF next to Σ.
func finalSigma(s string, at int) bool {
	before := false
	for i := at; ; {
		j := wordStep(s, i, -1)
		if j < 0 {
			break
		}
		i = j
		if r, _ := utf8.DecodeRuneInString(s[i:]); cased(r) {
			before = true
			break
		}
	}
	if !before {
		return false
	}
	for i := at; ; {
		if i = wordStep(s, i, 1); i < 0 {
			return true
		}
		if r, _ := utf8.DecodeRuneInString(s[i:]); cased(r) {
			return false
		}
	}
}

// step is the character next to the one at i, in either direction, with its
// place: -1 at the end of s.
func step(s string, i, direction int) (rune, int) {
	if direction < 0 {
		if i == 0 {
			return 0, -1
		}
		r, n := utf8.DecodeLastRuneInString(s[:i])
		return r, i - n
	}
	_, n := utf8.DecodeRuneInString(s[i:])
	if i += n; i == len(s) {
		return 0, -1
	}
	r, _ := utf8.DecodeRuneInString(s[i:])
	return r, i
}

// wordStep is the place of the next character of the word that the one at i is
// in: -1 where the word ends.
func wordStep(s string, i, direction int) int {
	r, at := step(s, i, direction)
	switch {
	case at < 0 || inWord(r):
		return at
	case midWord(r):
		// Within a word only if letters are on both sides.
		right, _ := step(s, at, 1)
		if left := baseBefore(s, at); inWord(left) && inWord(right) && !unicode.IsNumber(left) && !unicode.IsNumber(right) {
			return at
		}
	case mark(r) && inWord(baseBefore(s, at)):
		return at
	}
	return -1
}

// baseBefore is what the marks before i are on: 0 if that is nothing.
func baseBefore(s string, i int) rune {
	r, i := step(s, i, -1)
	for i >= 0 && mark(r) {
		r, i = step(s, i, -1)
	}
	return r
}

// inWord says whether r makes words with its neighbours, as Chinese and
// Japanese characters do not.
func inWord(r rune) bool {
	return unicode.In(r, unicode.L, unicode.N, unicode.Mc) &&
		!(r == 0x3005 || 0x3041 <= r && r <= 0x30FE || 0x4E00 <= r && r <= 0x9FFF || 0xF900 <= r && r <= 0xFA2D)
}

func mark(r rune) bool { return unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) }

func midWord(r rune) bool {
	return r == '"' || r == '\'' || r == '.' || r == 0xAD || r == 0x2027 || unicode.In(r, unicode.Pd, unicode.Pc)
}

// cased says whether Java counts r among the letters that have case.
func cased(r rune) bool {
	switch {
	case unicode.In(r, unicode.Lu, unicode.Ll, unicode.Lt):
		return true
	case 0x2B0 <= r && r <= 0x2B8, 0x2C0 <= r && r <= 0x2C1, 0x2E0 <= r && r <= 0x2E4, r == 0x345, r == 0x37A,
		0x1D2C <= r && r <= 0x1D61, 0x2160 <= r && r <= 0x217F, 0x24B6 <= r && r <= 0x24E9:
		return true
	}
	return false
}
