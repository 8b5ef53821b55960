package transform

import (
	"github.com/pageleap/pageleap/engine/compile/lower"
	"github.com/pageleap/pageleap/engine/frame"
)

func (t *vectorAssembler) Lower(b *lower.Builder) {
	var table []uint32 // of each input the cell, and 1 + its size where it is a vector
	for i, p := range t.inputs {
		if !b.Input(i).NotNull {
			b.Call("checkNotNull", b.In(i), b.Error(i, lower.Null, "null where a number or vector goes", "an imputer before the assembler would fill it in"))
		}
		size := 0
		if p.Type.Kind == frame.Tensor {
			size = 1 + p.Type.Dims[0]
		}
		table = append(table, b.In(i), uint32(size))
	}
	at := b.Words(table)
	end := at + uint32(4*len(table))
	if t.maxSparse < 0 {
		_, data := b.Dense(0, t.size)
		b.Call("assembleDense", at, end, data)
		return
	}
	b.Call("assembleVector", at, end, b.Vector(0, t.size, t.maxSparse), t.size, t.maxSparse)
}
