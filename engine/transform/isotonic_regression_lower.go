package transform

import (
	"strconv"

	"github.com/pageleap/pageleap/engine/compile/lower"
)

func (t *isotonicRegression) Lower(b *lower.Builder) {
	boundaries, predictions, n := b.Doubles(t.boundaries), b.Doubles(t.predictions), len(t.boundaries)
	if t.index >= 0 {
		err := b.ErrorWith(0, lower.Shape, "vector of ", " elements", "feature_index is "+strconv.Itoa(t.index))
		b.Call("isotonicElement", b.In(0), t.index, err, boundaries, predictions, n, b.Number(0))
		return
	}
	out := lower.Addr(0)
	if b.Input(0).NotNull || !t.keepNull {
		out = b.Number(0)
	} else {
		out = b.NullableNumber(0)
		b.Call("nullOf", b.In(0), out)
	}
	b.Call("isotonicNumber", b.In(0), boundaries, predictions, n, out)
}
