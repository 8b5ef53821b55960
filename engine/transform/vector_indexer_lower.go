package transform

import (
	"strconv"

	"github.com/pageleap/pageleap/engine/compile/lower"
)

func (t *vectorIndexer) Lower(b *lower.Builder) {
	var features []uint32
	for i := range t.features {
		f := &t.features[i]
		var values, indices []float64
		for _, c := range f.values {
			values, indices = append(values, c.value), append(indices, c.index)
		}
		err := lower.Addr(0)
		if t.onUnknown == invalidError {
			err = b.ErrorWith(0, lower.Unseen, "unseen category ", " of feature "+strconv.Itoa(f.feature), `handle_invalid is "error"; "keep" would index it`)
		}
		features = append(features, uint32(f.feature), b.Doubles(values), b.Doubles(indices), uint32(len(values)), uint32(f.count), err)
	}
	at := b.Words(features)
	b.Call("indexCategories", b.In(0), b.Like(0, 0), at, at+uint32(4*len(features)), int(t.onUnknown), b.Room(lower.NumberRoom))
}
