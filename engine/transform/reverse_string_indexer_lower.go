package transform

import (
	"strconv"

	"github.com/pageleap/pageleap/engine/compile/lower"
	"github.com/pageleap/pageleap/engine/frame"
)

func (t *reverseStringIndexer) Lower(b *lower.Builder) {
	if t.shape.Kind != frame.Scalar {
		b.Refuse("it takes a list or a tensor")
		return
	}
	texts, offsets := b.TextList(t.labels)
	err := b.ErrorWith(0, lower.Range, "index ", " has no label", "there are "+strconv.Itoa(len(t.labels))+" labels, counted from 0")
	out := b.NullableText(0)
	b.Call("labelAt", b.In(0), texts, offsets, len(t.labels), t.spark3, err, b.Room(lower.NumberRoom), out)
}
