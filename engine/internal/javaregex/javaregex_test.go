package javaregex

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
)

// TestJava holds this package against what Java 17 answers; testdata/Answers.java
// says how the file is made.
func TestJava(t *testing.T) {
	data, err := os.ReadFile("testdata/answers.txt")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	for _, line := range lines {
		words := strings.SplitN(line, " ", 3)
		pattern, text := read(words[0]), read(words[1])
		if got := answer(pattern, text); got != words[2] {
			t.Errorf("/%s/ on %q\n got %s\nwant %s", pattern, text, got, words[2])
		}
	}
	if len(lines) < 1000 {
		t.Errorf("%d answers only", len(lines))
	}
}

// answer says what Answers.java says.
func answer(pattern, text string) string {
	re, err := Compile(pattern)
	if err != nil {
		return "refused"
	}
	chars := func(i int) int {
		if inside(text, i) {
			return len(utf16.Encode([]rune(text[:i-2]))) + 1
		}
		return len(utf16.Encode([]rune(text[:i])))
	}
	b := "find"
	m := machine{re: re, text: text}
	for lo, hi := m.find(0); lo >= 0; lo, hi = m.next(lo, hi) {
		b += fmt.Sprintf(" %d,%d", chars(lo), chars(hi))
	}
	b += " split"
	pieces, err := re.Split(nil, text)
	for _, p := range pieces {
		b += " <" + write(p) + ">"
	}
	if err != nil || m.err != nil {
		return "effort"
	}
	return b
}

// write and read put all but plain ASCII as \uXXXX.
func write(s string) string {
	var b strings.Builder
	for _, c := range utf16.Encode([]rune(s)) {
		if c <= 32 || c > 126 || c == '\\' {
			fmt.Fprintf(&b, `\u%04x`, c)
		} else {
			b.WriteByte(byte(c))
		}
	}
	return b.String()
}

func read(s string) string {
	var chars []uint16
	for i := 0; i < len(s); i++ {
		c := uint64(s[i])
		if c == '\\' {
			c, _ = strconv.ParseUint(s[i+2:i+6], 16, 16)
			i += 5
		}
		chars = append(chars, uint16(c))
	}
	return string(utf16.Decode(chars))
}

func TestRefused(t *testing.T) {
	for pattern, want := range map[string]string{
		`(a)\1`:                           `a back-reference (\1) cannot be matched as Java does`,
		`(?<n>a)\k<n>`:                    `a back-reference (\k) cannot be matched as Java does`,
		`\Ga`:                             `\G cannot be matched as Java does`,
		`\X`:                              `\X cannot be matched as Java does`,
		`\b{g}`:                           `\b{g} cannot be matched as Java does`,
		`(?c)a`:                           `the flag c (canonical equivalence) cannot be matched as Java does`,
		`\p{IsTibetan}`:                   `no table for the class \p{IsTibetan}`,
		`\p{`:                             `it ends in the middle of something`,
		`[\ud83d]`:                        `half a character (a lone surrogate) cannot be matched as Java does`,
		`[a-z&&[b]&c]`:                    `a class with more after an intersection (&&) cannot be matched as Java does`,
		`(?<=(?:a|bc)*)d`:                 `a look-behind has no obvious maximum length`,
		`[a`:                              `a class is not closed`,
		`[`:                               `a class is not closed`,
		`[]`:                              `a class is not closed`,
		`[b-a]`:                           `a range in a class runs backwards`,
		`(a`:                              `a group is not closed`,
		`a)`:                              `a closing parenthesis too many`,
		`*a`:                              `nothing before '*' to repeat`,
		`a**`:                             `nothing before '*' to repeat`,
		`a{2`:                             `a repetition {…} is not well formed`,
		`a{3,2}`:                          `a repetition {…} is not well formed`,
		`a{99999999999}`:                  `a repetition count is too large`,
		`\`:                               `it ends in the middle of something`,
		`\y`:                              `\y has no meaning here`,
		`\xg`:                             `a hexadecimal escape is not well formed`,
		`\x{110000}`:                      `a hexadecimal escape is not well formed`,
		`\08`:                             `no octal digits after \0`,
		`(?z)a`:                           `an unknown flag or group after (?`,
		`(?<1>a)`:                         `a group's name may hold letters and digits only, and starts with a letter`,
		strings.Repeat("(", 1000):         `it is nested deeper than 250`,
		strings.Repeat("[", 1000):         `it is nested deeper than 250`,
		strings.Repeat("a", maxProgram+1): `it is too large`,
	} {
		_, err := Compile(pattern)
		if !errors.Is(err, ErrPattern) || !strings.HasSuffix(err.Error(), ": "+want) {
			t.Errorf("/%.50s/: %v\nwant %s", pattern, err, want)
		}
	}
}

func TestEffort(t *testing.T) {
	re, err := Compile(`(?:a|a)*b`)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := re.Contains(strings.Repeat("a", 100)); !errors.Is(err, ErrEffort) {
		t.Errorf("exponential: %v", err)
	}
	if _, err := re.Split(nil, strings.Repeat("a", 100)); !errors.Is(err, ErrEffort) {
		t.Errorf("exponential: %v", err)
	}
	// A round of many characters is as many steps, and so are searches one after the
	// other.
	for _, pattern := range []string{`(?:(?:a{1000}){1000}){1000}`, `a(?=.*)`} {
		re, _ = Compile(pattern)
		if _, err := re.FindAll(nil, strings.Repeat("a", 100000)); !errors.Is(err, ErrEffort) {
			t.Errorf("/%s/: %v", pattern, err)
		}
	}
	// What Java's stack overflows on.
	re, _ = Compile(`(?:a|b)*`)
	if got, err := re.FindAll(nil, strings.Repeat("ab", 100000)); len(got) != 2 || err != nil {
		t.Errorf("%d matches: %v", len(got), err)
	}
}

func TestBrokenUTF8(t *testing.T) {
	for _, pattern := range []string{``, `.`, `\W`, `(?<=.)`, `\b`, `(?m)$`, `[^a]*?`, `x*`} {
		re, err := Compile(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{"\x80", "a\xf0\x9f\x98", "\xf0\x9f\x98\x80\x80\x80", "\xff\xfe", "\xf0\x80\x80\x80"} {
			re.Split(nil, text)
			re.FindAll(nil, text)
		}
	}
}

func TestAllocs(t *testing.T) {
	for pattern, most := range map[string]float64{
		`[\s,.!]+`:        0,
		`(?:\s|[,.!])+`:   2, // its stack and its registers
		`\s|,\s*|[.!]\b*`: 1,
	} {
		re, err := Compile(pattern)
		if err != nil {
			t.Fatal(err)
		}
		buf := make([]string, 0, 16)
		if n := testing.AllocsPerRun(100, func() {
			buf, _ = re.Split(buf[:0], "red shoes, size 42!")
		}); n > most || strings.Join(buf, "|") != "red|shoes|size|42" {
			t.Errorf("/%s/: %v allocations for %q", pattern, n, buf)
		}
	}
}

func FuzzMatch(f *testing.F) {
	f.Add(`(?<!a)[b-d&&[^c]]++|\R{2,}?(?=$)`, "a\r\n😀b")
	f.Add(`(?U)\b\w+\b|\p{L}*?`, "Σίσυφος\xff")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		re, err := Compile(pattern)
		if err != nil || len(text) > 50 {
			return
		}
		re.Split(nil, text)
		re.FindAll(nil, text)
		re.Contains(text)
	})
}

func BenchmarkSplit(b *testing.B) {
	text := strings.Repeat("Red shoes, size 42, don't run away from naïve customers. ", 20)
	for _, pattern := range []string{`\s+`, `\W+`, `[^\p{L}\p{N}]+`} {
		re, _ := Compile(pattern)
		b.Run(pattern, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			var buf []string
			for range b.N {
				buf, _ = re.Split(buf[:0], text)
			}
		})
	}
}
