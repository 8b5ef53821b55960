package transform

import (
	"github.com/pageleap/pageleap/engine/compile/lower"
)

func (t *coalesce) Lower(b *lower.Builder) {
	var cells []uint32
	for i := range t.nullable {
		cells = append(cells, b.In(i))
	}
	at := b.Words(cells)
	b.Call("firstNotNull", at, at+uint32(4*len(cells)), b.NullableNumber(0))
}
