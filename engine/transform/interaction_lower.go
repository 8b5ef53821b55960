package transform

import (
	"strconv"

	"github.com/pageleap/pageleap/engine/compile/lower"
	"github.com/pageleap/pageleap/engine/frame"
)

func (t *interaction) Lower(b *lower.Builder) {
	entries := 1
	for i := range t.inputs {
		if entries *= max(len(t.inputs[i].counts), 1); entries > mostProducts {
			b.Refuse("it makes too many products")
			return
		}
	}
	out, room, stride := b.Sparse(0, t.size, entries), b.Room(lower.NumberRoom), 1
	b.Call("beginInteraction", out)
	for i := len(t.inputs) - 1; i >= 0; i-- {
		x := &t.inputs[i]
		var features []uint32
		for k, count := range x.counts {
			err := lower.Addr(0)
			if count > 1 {
				err = b.ErrorWith(i, lower.Range, "", " where a category's index goes", "it is a whole number from 0 to "+strconv.Itoa(count-1))
			}
			features = append(features, uint32(count), uint32(x.offsets[k]), err)
		}
		b.Call("interact", b.In(i), x.port.Type.Kind == frame.Tensor, b.Words(features), stride, room, out)
		stride *= x.size
	}
}
