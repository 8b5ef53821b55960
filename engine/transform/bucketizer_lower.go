package transform

import "github.com/pageleap/pageleap/engine/compile/lower"

func (t *bucketizer) Lower(b *lower.Builder) {
	last := len(t.splits) - 1
	nulls := t.nulls && t.invalid != invalidSkip && !b.Input(0).NotNull
	out := b.Number(0)
	if nulls {
		b.MayBeNull(0)
	}
	nan := lower.Addr(0)
	if t.invalid == invalidError {
		nan = b.Error(0, lower.Range, "NaN is in no bucket", `handle_invalid is "error"; "keep" would give it one`)
	}
	outside := b.ErrorWith(0, lower.Range, "", " is in no bucket", "they reach from "+show(t.splits[0])+" to "+show(t.splits[last]))
	b.Call("bucket", b.In(0), b.Doubles(t.splits), last, int(t.invalid), nulls, nan, outside, b.Room(lower.NumberRoom), out)
}
