package spelling

import "testing"

func TestHint(t *testing.T) {
	columns := []string{"channel", "pages", "probability", "x"}
	for name, want := range map[string]string{
		"chanel":      ` (did you mean "channel"?)`,
		"probabilty":  ` (did you mean "probability"?)`,
		"apges":       ` (did you mean "pages"?)`, // two letters that changed places
		"page":        ` (did you mean "pages"?)`,
		"y":           "", // nothing is the same
		"device":      "",
		"probability": ` (did you mean "probability"?)`,
		"":            "",
	} {
		if got := Hint(name, columns); got != want {
			t.Errorf("Hint(%q) = %q, want %q", name, got, want)
		}
	}
	if got := Hint("channel", nil); got != "" {
		t.Errorf("of no names: %q", got)
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"ab", "", 2}, {"ab", "ba", 1}, {"transfrom", "transform", 1}, {"kitten", "sitting", 3}, {"abc", "abc", 0}} {
		if got := distance(c.a, c.b, 9); got != c.want {
			t.Errorf("distance(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
