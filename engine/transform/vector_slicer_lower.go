package transform

import (
	"strconv"

	"github.com/pageleap/pageleap/engine/compile/lower"
)

func (t *vectorSlicer) Lower(b *lower.Builder) { lowerSlice(b, t.indices, t.need, false) }

func (t *selector) Lower(b *lower.Builder) { lowerSlice(b, t.indices, t.need, true) }

// lowerSlice takes the elements of the vector at indices.
func lowerSlice(b *lower.Builder, at []int, need int, keepZeros bool) {
	lowerReach(b, need)
	n := len(at)
	indices := make([]uint32, n)
	for k, i := range at {
		indices[k] = uint32(i)
	}
	out := lower.Addr(0)
	if b.Input(0).Dense {
		out, _ = b.Dense(0, n)
	} else {
		out = b.Vector(0, n, n)
	}
	b.Call("sliceVector", b.In(0), out, b.Words(indices), n, keepZeros)
}

// lowerReach refuses vectors that have fewer elements than are read: tooShort.
func lowerReach(b *lower.Builder, need int) {
	if b.Input(0).Size < need {
		b.Call("checkReach", b.In(0), need, b.ErrorWith(0, lower.Shape, "vector of ", " elements where the model reads element "+strconv.Itoa(need-1), ""))
	}
}
