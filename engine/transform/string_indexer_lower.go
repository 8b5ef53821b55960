package transform

import (
	"slices"

	"github.com/pageleap/pageleap/engine/compile/lower"
)

func (t *stringIndexer) Lower(b *lower.Builder) {
	const hint = `handle_invalid is "error"; "keep" would index it`
	for i := range t.columns {
		c := &t.columns[i]
		labels := make([]string, 0, len(c.position))
		for label := range c.position {
			labels = append(labels, label)
		}
		slices.Sort(labels)
		var positions []uint32
		for _, label := range labels {
			positions = append(positions, uint32(c.position[label]))
		}
		texts, offsets := b.TextList(labels)
		nullErr, unseenErr := lower.Addr(0), lower.Addr(0)
		if t.invalid == invalidError {
			nullErr = b.Error(i, lower.Null, "null instead of a label", hint)
			unseenErr = b.ErrorWith(i, lower.Unseen, "unseen label ", "", hint)
		}
		b.Call("indexLabel", b.In(i), texts, offsets, len(labels), b.Words(positions), int(t.invalid), c.size, nullErr, unseenErr, b.Number(i))
	}
}
