package engine

import (
	"github.com/pageleap/pageleap/engine/compile/lower"
	"github.com/pageleap/pageleap/engine/frame"
)

// Lower compiles the cast. Texts are not read as numbers, and floats are not
// written as text.
func (c *cast) Lower(b *lower.Builder) {
	from, to := c.from.Base, c.to.Base
	kind := map[frame.Basic]int{frame.Boolean: 0, frame.Byte: 1, frame.Short: 2, frame.Int: 3, frame.Float: 4, frame.Double: 5}
	scalar := c.from.Kind == frame.Scalar && c.to.Kind == frame.Scalar
	const textBytes = 40
	switch {
	case c.from.Kind == c.to.Kind && c.from.Kind != frame.Map && (from == to || from.Numeric() && to == frame.Double):
		b.Same(0, 0) // the numbers are the same
	case scalar && from.Numeric() && to.Numeric():
		b.Call("castNumber", b.In(0), kind[to], b.NullableNumber(0))
	case scalar && from == frame.Long && to.Numeric():
		b.Call("castLong", b.In(0), kind[to], b.NullableNumber(0))
	case scalar && from.Numeric() && to == frame.Long:
		b.Call("castToLong", b.In(0), b.NullableLong(0))
	case scalar && from == frame.Long && to == frame.String:
		b.Call("castLongToText", b.In(0), b.Room(textBytes), b.NullableText(0))
	case scalar && from >= frame.Boolean && from <= frame.Int && to == frame.String:
		b.Call("castWholeToText", b.In(0), b.Room(textBytes), b.NullableText(0))
	case scalar && from == frame.Double && to == frame.String:
		b.Call("castDoubleToText", b.In(0), b.Room(textBytes), b.Room(lower.NumberRoom), b.NullableText(0))
	default:
		b.Refuse("a column is " + c.from.String() + " where " + c.to.String() + " is wanted")
	}
	if !b.Input(0).NotNull && scalar {
		b.MayBeNull(0)
	}
}
