package transform

import "github.com/pageleap/pageleap/engine/compile/lower"

func (t *vectorElement) Lower(b *lower.Builder) {
	lowerReach(b, t.index+1)
	b.Call("elementOf", b.In(0), t.index, b.Number(0))
}
