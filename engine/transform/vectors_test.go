package transform

import (
	"testing"

	"github.com/pageleap/pageleap/engine/frame"
)

// What Spark 4.1.2's Vectors.compressed chose.
func TestSparser(t *testing.T) {
	for _, c := range []struct {
		nonzeros, size int
		want           bool
	}{
		{0, 0, false}, {0, 1, false}, {0, 2, false}, {0, 3, true},
		{1, 3, false}, {1, 4, true}, {2, 5, false}, {2, 6, true},
		{4, 8, false}, {4, 9, true}, {64, 98, false}, {64, 99, true},
	} {
		if got := sparser(c.nonzeros, c.size); got != c.want {
			t.Errorf("sparser(%d, %d) = %v", c.nonzeros, c.size, got)
		}
	}
}

func TestExpand(t *testing.T) {
	for want, v := range map[string]func() []float64{
		"[1 2]":   func() []float64 { return expand(dense(1, 2), sparse(3, 1, 9)) },
		"[0 5 0]": func() []float64 { return expand(sparse(3, 1, 5), dense(7, 8, 9)) },
	} {
		if got := text(frame.TensorOf(frame.Double), dense(v()...)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
