package transform

import (
	"github.com/pageleap/pageleap/engine/compile/lower"
)

func (t *minMaxScaler) Lower(b *lower.Builder) {
	n := len(t.min)
	_, to := b.Dense(0, n)
	b.Call("expand", b.In(0), to, n)
	if t.times != nil {
		b.Call("minMaxTimes", to, b.Doubles(t.min), b.Doubles(t.times), n, t.low, (t.low+t.high)/2)
		return
	}
	b.Call("minMaxScale", to, b.Doubles(t.min), b.Doubles(t.span), n, t.scale, t.low)
}
