package transform

import (
	"github.com/pageleap/pageleap/engine/compile/lower"
)

var unaryKernels = [...]string{"unaryLog", "unaryExp", "unarySqrt", "unarySin", "unaryCos", "unaryTan", "unaryAbs", "unaryLogit", "unaryFloor", "unaryCeil", "unaryRound"}

func (t *mathUnary) Lower(b *lower.Builder) {
	out := lower.Addr(0)
	if b.Input(0).NotNull {
		out = b.Number(0)
	} else {
		out = b.NullableNumber(0)
		b.Call("nullOf", b.In(0), out)
	}
	if t.op == unaryLogit {
		b.Call("unaryLogit", b.In(0), out, b.ErrorWith(0, lower.Range, "logit of ", "", "it is of numbers from 0 to 1"), b.Room(lower.NumberRoom))
		return
	}
	b.Call(unaryKernels[t.op], b.In(0), out)
}
