// Package javaregex matches as java.util.regex does, because that is what the
// patterns in Spark pipelines were written for and fitted with.
//
// Go's regexp finds the same leftmost-first match for the patterns that both
// accept, yet reads many of them otherwise (\s, \v, \b, $, ., \p{Punct},
// [a-z&&[^aeiou]], empty matches next to others), has no look-around, and costs
// scorer.wasm over 500 KB. This matcher backtracks, as Java's does.
//
// What a pattern means is Java 17's meaning. Refused at Compile, with the
// construct's name: back-references, \G, \X, \N{…}, \b{g}, CANON_EQ, and those
// Unicode blocks, scripts and properties for which there is no table here.
//
// Texts are UTF-8, but positions are Java's, where a character beyond U+FFFF
// counts as two: an empty match may fall in the middle of one. A piece of text
// that is cut there gets "?" for the half, as Java writes it to UTF-8.
package javaregex

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"
)

// What errors.Is finds in this package's errors.
var (
	// ErrPattern: Java refuses the pattern too, or it cannot be matched here.
	ErrPattern = errors.New("unusable regular expression")
	// ErrEffort: a text on which the pattern backtracks without end in sight.
	ErrEffort = errors.New("too much backtracking")
)

// effort is an ErrEffort that says what the searches of the text took.
type effort struct{ steps int }

func (e *effort) Error() string {
	return "too much backtracking: more than " + strconv.Itoa(e.steps) + " steps (the limit bundle.Steps) and " + strconv.Itoa(byteSteps) + " for each byte of the text"
}
func (e *effort) Unwrap() error { return ErrEffort }

// Error is a fault in a pattern.
type Error struct {
	Pattern string
	Msg     string
}

func (e *Error) Error() string {
	return "regular expression " + strconv.Quote(Short(e.Pattern)) + ": " + e.Msg
}
func (e *Error) Unwrap() error { return ErrPattern }

// Short is a text for an error's message: its beginning, where it is long.
func Short(s string) string {
	const most = 200
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// Regexp is a compiled pattern. It does not change: any number of goroutines
// may match with it.
type Regexp struct {
	pattern string
	prog    []inst
	sets    []set
	loops   []loop
	whole   bool     // search steps over whole characters, never into the middle of one
	starts  *ascii   // the characters below 128 that a match may start with, if known
	groups  []string // the names of its groups, "" for those without; see CompileGroups
	steps   int      // see Limit
}

// Limit sets what all searches of a text may take before they are given up with
// ErrEffort: so many steps, and 16 more for each byte of the text. Without it
// they are 16,777,216.
func (re *Regexp) Limit(steps int) { re.steps = min(steps, exhausted/2) }

// String is the pattern.
func (re *Regexp) String() string { return re.pattern }

// Contains says whether the pattern matches anywhere: Matcher.find.
func (re *Regexp) Contains(text string) (bool, error) {
	m := machine{re: re, text: text}
	lo, _ := m.find(0)
	return lo >= 0, m.err
}

// FindAll appends every match to dst: what Matcher.find gives, call after call.
func (re *Regexp) FindAll(dst []string, text string) ([]string, error) {
	m := machine{re: re, text: text}
	for lo, hi := m.find(0); lo >= 0; lo, hi = m.next(lo, hi) {
		dst = append(dst, cut(text, lo, hi))
	}
	return dst, m.err
}

// Split appends to dst the pieces between the matches, as Pattern.split does:
// an empty match at the very beginning does not cut, empty pieces at the end
// are left out, and a text without a match is one piece, even if it is empty.
func (re *Regexp) Split(dst []string, text string) ([]string, error) {
	m := machine{re: re, text: text}
	base, from := len(dst), 0
	for lo, hi := m.find(0); lo >= 0; lo, hi = m.next(lo, hi) {
		if hi == 0 {
			continue
		}
		dst = append(dst, cut(text, from, lo))
		from = hi
	}
	if m.err != nil {
		return dst[:base], m.err
	}
	if from == 0 {
		return append(dst, text), nil
	}
	dst = append(dst, cut(text, from, len(text)))
	for len(dst) > base && dst[len(dst)-1] == "" {
		dst = dst[:len(dst)-1]
	}
	return dst, nil
}

// cut is text[lo:hi]. Where an end is in the middle of a character, "?" stands
// for the half.
func cut(text string, lo, hi int) string {
	if lo == hi {
		return ""
	}
	before, after := "", ""
	if inside(text, lo) {
		before, lo = "?", lo+2
	}
	if inside(text, hi) {
		after, hi = "?", hi-2
	}
	if before == "" && after == "" {
		return text[lo:hi]
	}
	return before + text[lo:hi] + after
}

// inside says whether i is between the halves of a character that Java needs
// two for. Those have four bytes in UTF-8.
func inside(text string, i int) bool {
	if i < 2 || i+2 > len(text) || text[i]&0xC0 != 0x80 || text[i-2] < 0xF0 {
		return false
	}
	_, n := utf8.DecodeRuneInString(text[i-2:])
	return n == 4
}
