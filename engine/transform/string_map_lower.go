package transform

import (
	"maps"
	"slices"

	"github.com/pageleap/pageleap/engine/compile/lower"
)

func (t *stringMap) Lower(b *lower.Builder) {
	labels := slices.Sorted(maps.Keys(t.values))
	values := make([]float64, len(labels))
	for i, label := range labels {
		values[i] = t.values[label]
	}
	texts, offsets := b.TextList(labels)
	nullErr, unseenErr := lower.Addr(0), lower.Addr(0)
	if !t.keep {
		const hint = `handle_invalid is "error"; "keep" would give it the default value`
		nullErr = b.Error(0, lower.Null, "null instead of a label", hint)
		unseenErr = b.ErrorWith(0, lower.Unseen, "unseen label ", "", hint)
	}
	b.Call("mapLabel", b.In(0), texts, offsets, len(labels), b.Doubles(values), t.keep, t.otherwise, nullErr, unseenErr, b.Number(0))
}
