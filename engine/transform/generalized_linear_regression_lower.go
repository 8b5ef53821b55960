package transform

import (
	"math"

	"github.com/pageleap/pageleap/engine/compile/lower"
)

var linkKernels = [...]string{"linkIdentity", "linkLog", "linkInverse", "linkLogit", "linkProbit", "linkCloglog", "linkSqrt", "linkPower"}

func (t *generalizedLinearRegression) Lower(b *lower.Builder) {
	number := b.Number
	if t.offset {
		number = b.NullableNumber
	}
	out, eta := number(0), number(1)
	t.lower(b, eta)
	if t.offset {
		b.Call("addOffset", b.In(1), eta)
		b.Call("nullOf", eta, out)
	}
	if t.link == powerLink {
		b.Call("linkPower", eta, t.power, out)
	} else {
		b.Call(linkKernels[t.link], eta, out)
	}
	const tiny = 1e-16
	low, limit, high := -math.MaxFloat64, math.MaxFloat64, math.MaxFloat64
	switch t.family {
	case binomialFamily:
		low, limit, high = tiny, 1-tiny, 1-tiny
	case positiveFamily:
		low = tiny
	}
	b.Call("keepWithin", out, low, limit, high)
}
