package transform

import (
	"github.com/pageleap/pageleap/engine/compile/lower"
	"github.com/pageleap/pageleap/engine/frame"
)

func (t *binarizer) Lower(b *lower.Builder) {
	for i, threshold := range t.thresholds {
		in := b.Input(i)
		switch {
		case t.inputs[i].Type.Kind == frame.Tensor:
			if in.Size < 0 {
				b.Refuse("the size of its vectors is not known")
				return
			}
			b.Call("binarizeVector", b.In(i), threshold, b.Vector(i, in.Size, in.Size), in.Size)
		case t.keepNull:
			out := b.NullableNumber(i)
			b.Call("nullOf", b.In(i), out)
			b.Call("binarizeNumber", b.In(i), threshold, out)
		default:
			b.Call("binarizeNumber", b.In(i), threshold, b.Number(i))
		}
	}
}
