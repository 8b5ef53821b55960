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
	lowerAssembly(b, table, t.size)
}

// lowerAssembly puts inputs together to a vector that is as Vector.compressed has
// it. table has of each input the cell, and 1 + its size where it is a vector.
func lowerAssembly(b *lower.Builder, table []uint32, size int) {
	at := b.Words(table)
	end := at + uint32(4*len(table))
	maxSparse := (2*size-2)/3 - 1 // the greatest k with sparser(k, size), or -1
	if maxSparse < 0 {
		_, data := b.Dense(0, size)
		b.Call("assembleDense", at, end, data)
		return
	}
	b.Call("assembleVector", at, end, b.Vector(0, size, maxSparse), size, maxSparse)
}

func (t *sparkAssembler) Lower(b *lower.Builder) {
	var table, checks []uint32
	size := 0
	for i, p := range t.inputs {
		vector, n := p.Type.Kind == frame.Tensor, 1
		if vector {
			if n = b.Input(i).Size; n < 0 || !b.Input(i).NotNull && vectorSize(p.Type) != n {
				b.Refuse("the size of the vector " + p.Name + " is not known")
				return
			}
		}
		size += n
		table = append(table, b.In(i), uint32(n))
		if vector {
			table[len(table)-1]++
		} else {
			table[len(table)-1] = 0
		}
		if b.Input(i).NotNull && vector {
			continue
		}
		null, nan := lower.Addr(0), lower.Addr(0)
		if t.invalid == invalidError {
			null = b.Error(i, lower.Null, "null where a number or vector goes", `handle_invalid is "error"; "keep" would make it NaN, an imputer before the assembler would fill it in`)
			nan = b.Error(i, lower.Range, "NaN", `handle_invalid is "error"; "keep" would let it pass`)
		}
		checks = append(checks, b.In(i), min(table[len(table)-1], 1), null, nan)
	}
	switch {
	case t.invalid == invalidKeep:
		b.Need("assembleNulls")
	case checks != nil:
		at := b.Words(checks)
		b.Call("checkParts", at, at+uint32(4*len(checks)))
	}
	lowerAssembly(b, table, size)
}
