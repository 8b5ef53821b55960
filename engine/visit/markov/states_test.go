package markov

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestMatch(t *testing.T) {
	// Against regular expressions, over all short texts of three letters.
	r := rand.New(rand.NewPCG(1, 2))
	word := func(letters string, n int) string {
		var b strings.Builder
		for range r.IntN(n) {
			b.WriteByte(letters[r.IntN(len(letters))])
		}
		return b.String()
	}
	for range 20_000 {
		pattern, s := word("ab**", 7), word("ab", 9)
		want := regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*") + "$").MatchString(s)
		if got := Match(pattern, s); got != want {
			t.Fatalf("%q matches %q: %v", pattern, s, got)
		}
	}
}

// Patterns of many stars and pages of a megabyte take no time to speak of.
func TestMatchIsQuick(t *testing.T) {
	pattern, page := strings.Repeat("*a", 50)+"b*", strings.Repeat("a", 1<<20)
	at := time.Now()
	if Match(pattern, page) {
		t.Error("there is no b")
	}
	if d := time.Since(at); d > 2*time.Second {
		t.Errorf("took %v", d)
	}
}

func TestSeen(t *testing.T) {
	var s Seen
	counts := map[string]int{}
	r := rand.New(rand.NewPCG(1, 2))
	for range 50_000 {
		text := string(rune('0' + r.IntN(1000)))
		if r.IntN(10) == 0 {
			text += strings.Repeat("x", r.IntN(1000))
		}
		if got := s.Add(text); got != counts[text] {
			t.Fatalf("%q was seen %d times, not %d", text, counts[text], got)
		}
		counts[text]++
	}
	s.Reset()
	if got := s.Add("0"); got != 0 {
		t.Errorf("after a reset %d", got)
	}
}

// Of very many texts memory is bounded: those beyond count as new.
func TestSeenIsBounded(t *testing.T) {
	var s Seen
	buf := make([]byte, 8)
	for i := range 3 * maxSeen {
		for k := range buf {
			buf[k] = byte(i >> (4 * k) & 15)
		}
		if s.Add(string(buf)) != 0 {
			t.Fatalf("text %d is not new", i)
		}
	}
	if len(s.slots) > 4*maxSeen {
		t.Errorf("%d numbers are kept", len(s.slots))
	}
	clear(buf)
	if got := s.Add(string(buf)); got != 1 {
		t.Errorf("the first text was seen %d times", got)
	}
	s.Reset()
	if s.slots != nil {
		t.Error("memory that few visits need is kept")
	}
}

func TestCutQuery(t *testing.T) {
	for in, want := range map[string]string{"/a?b": "/a", "/a#b?c": "/a", "/a": "/a", "?": "", "": ""} {
		if got := CutQuery(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}
