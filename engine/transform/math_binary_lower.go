package transform

import (
	"github.com/pageleap/pageleap/engine/compile/lower"
)

var binaryKernels = [...]string{"binaryAdd", "binarySub", "binaryMul", "binaryDiv", "binaryRem", "binaryLogN", "binaryPow", "binaryMin", "binaryMax"}

func (t *mathBinary) Lower(b *lower.Builder) {
	x, y := [2]lower.Addr{}, [2]float64{t.da, t.db}
	notNull := true
	for i := range x {
		if b.Bound(i) {
			x[i] = b.In(i)
			notNull = notNull && b.Input(i).NotNull
		} else {
			x[i] = b.NumberCell(y[i])
		}
	}
	out := lower.Addr(0)
	if notNull {
		out = b.Number(0)
	} else {
		out = b.NullableNumber(0)
		b.Call("nullOfEither", x[0], x[1], out)
	}
	b.Call(binaryKernels[t.op], x[0], x[1], out)
}
