package markov

import (
	"regexp"
	"strings"
	"testing"
)

// FuzzStates holds patterns of states against Go's regular expressions.
func FuzzStates(f *testing.F) {
	f.Add("/p/*", "/p/123")
	f.Add("*a*b*", "aabb")
	f.Add("**", "")
	f.Fuzz(func(t *testing.T, pattern, s string) {
		if len(pattern) > 500 {
			return
		}
		re, err := regexp.Compile("(?s)^" + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*") + "$")
		if err != nil {
			return // no UTF-8
		}
		if got := Match(pattern, s); got != re.MatchString(s) {
			t.Fatalf("%q matches %q: %v", pattern, s, got)
		}
		m, err := NewMapper([]string{"first", "rest"}, []string{pattern}, []int{0}, 1, true)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := m.State(s) == 0, re.MatchString(CutQuery(s)) || CutQuery(s) == "first"; got != want {
			t.Fatalf("%q, %q: state %v", pattern, s, got)
		}
	})
}
