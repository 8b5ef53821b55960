package transform

import (
	"slices"

	"github.com/pageleap/pageleap/engine/compile/lower"
	"github.com/pageleap/pageleap/engine/frame"
)

func (t *vectorAssembler) Lower(b *lower.Builder) {
	var cells, sizes []uint32
	for i, p := range t.inputs {
		if !b.Input(i).NotNull {
			b.Call("checkNotNull", b.In(i), b.Error(i, lower.Null, "null where a number or vector goes", "an imputer before the assembler would fill it in"))
		}
		size := 0
		if p.Type.Kind == frame.Tensor {
			size = 1 + p.Type.Dims[0]
		}
		cells = append(cells, b.In(i))
		sizes = append(sizes, uint32(size))
	}
	lowerAssembly(b, cells, sizes, t.size)
}

// lowerAssembly puts inputs together to a vector that is as Vector.compressed has
// it. sizes has 1 + the size of those that are vectors, 0 of others.
func lowerAssembly(b *lower.Builder, cells []lower.Addr, sizes []uint32, size int) {
	at := b.Words(cells)
	end := at + uint32(4*len(cells))
	if slices.ContainsFunc(sizes, func(n uint32) bool { return n > 0 }) {
		b.Need("assembleVectors")
	}
	sizesAt := b.Words(sizes)     // which another assembler may need of this one
	maxSparse := (2*size-2)/3 - 1 // the greatest k with sparser(k, size), or -1
	if maxSparse < 0 {
		_, data := b.Dense(0, size)
		b.Call("assembleDense", at, end, sizesAt, data)
		return
	}
	b.Call("assembleVector", at, end, sizesAt, b.Vector(0, size, maxSparse), size, maxSparse)
}

func (t *sparkAssembler) Lower(b *lower.Builder) {
	var cells, sizes, checks []uint32
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
		cells = append(cells, b.In(i))
		if vector {
			sizes = append(sizes, uint32(1+n))
		} else {
			sizes = append(sizes, 0)
		}
		if b.Input(i).NotNull && vector {
			continue
		}
		null, nan := lower.Addr(0), lower.Addr(0)
		if t.invalid == invalidError {
			null = b.Error(i, lower.Null, "null where a number or vector goes", `handle_invalid is "error"; "keep" would make it NaN, an imputer before the assembler would fill it in`)
			nan = b.Error(i, lower.Range, "NaN", `handle_invalid is "error"; "keep" would let it pass`)
		}
		checks = append(checks, b.In(i), min(sizes[i], 1), null, nan)
	}
	switch {
	case t.invalid == invalidKeep:
		b.Need("assembleNulls")
	case checks != nil:
		at := b.Words(checks)
		b.Call("checkParts", at, at+uint32(4*len(checks)))
	}
	lowerAssembly(b, cells, sizes, size)
}
