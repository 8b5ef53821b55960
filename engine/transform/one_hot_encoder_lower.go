package transform

import (
	"strconv"

	"github.com/pageleap/pageleap/engine/compile/lower"
)

func (t *oneHotEncoder) Lower(b *lower.Builder) {
	for i, c := range t.columns {
		err, room := lower.Addr(0), lower.Addr(0)
		if !t.keep {
			err = b.ErrorWith(i, lower.Range, "category index ", " is not one of 0 to "+strconv.Itoa(c.categories-1),
				`handle_invalid is "error"; "keep" would encode it`)
			room = b.Room(lower.NumberRoom)
		}
		kernel, out := "encodeOneHot", b.Sparse(i, c.size, 1)
		if !b.Input(i).NotNull && t.inputs[i].Type.Nullable {
			kernel = "encodeOneHotOrNull"
			b.MayBeNull(i)
		}
		b.Call(kernel, b.In(i), c.categories, c.size, err, room, out)
	}
}
