package transform

import (
	"strconv"

	"github.com/pageleap/pageleap/engine/compile/lower"
)

func (t *vectorSlicer) Lower(b *lower.Builder) {
	in := b.Input(0)
	if in.Size < t.need {
		b.Call("checkReach", b.In(0), t.need, b.ErrorWith(0, lower.Shape, "vector of ", " elements where the model reads element "+strconv.Itoa(t.need-1), ""))
	}
	indices := make([]uint32, len(t.indices))
	for k, i := range t.indices {
		indices[k] = uint32(i)
	}
	n := len(indices)
	out := lower.Addr(0)
	if in.Dense {
		out, _ = b.Dense(0, n)
	} else {
		out = b.Vector(0, n, n)
	}
	b.Call("sliceVector", b.In(0), out, b.Words(indices), n)
}
