package kernel

import "math"

var (
	assembleNulls   Flag // there may be null, which becomes NaN
	assembleVectors Flag // not all are numbers
)

// assemble puts numbers and vectors end to end, -0 as 0, and gives how many of
// them are not zero. sizes has 1 + the size of those that are vectors, 0 of
// others.
func assemble(cells, end, sizes, to Ptr) uint32 {
	nonzeros := uint32(0)
	for ; cells != end; cells += 4 {
		in := Cell(cells.U32())
		size := uint32(0)
		if assembleVectors {
			size = sizes.U32()
			sizes += 4
		}
		if assembleNulls {
			if in.Null() {
				for range max(size, 2) - 1 {
					to.SetF64(math.NaN())
					to += 8
					nonzeros++
				}
				continue
			}
		}
		if assembleVectors {
			if size > 0 {
				size--
				nonzeros += assembleElements(in, to, size)
				to += Ptr(size) << 3
				continue
			}
		}
		x := in.Num()
		nonzeros += to01(x != 0)
		to.SetF64(x + 0)
		to += 8
	}
	return nonzeros
}

// assembleElements is assemble for one vector.
func assembleElements(in Cell, to Ptr, size uint32) uint32 {
	nonzeros := uint32(0)
	from := in.Data()
	n := in.Len()
	if in.Sparse() {
		fillBytes(to, 0, size<<3)
		index := in.Indices()
		for range n {
			x := from.F64()
			nonzeros += to01(x != 0)
			(to + index.Ptr()<<3).SetF64(x + 0)
			from += 8
			index += 4
		}
		return nonzeros
	}
	for i := range n {
		x := (from + Ptr(i)<<3).F64()
		nonzeros += to01(x != 0)
		(to + Ptr(i)<<3).SetF64(x + 0)
	}
	return nonzeros
}

func assembleDense(cells, end, sizes, to Ptr) { assemble(cells, end, sizes, to) }

// assembleVector makes the vector sparse where no more than so many of its
// elements are not zero.
func assembleVector(cells, end, sizes Ptr, out Cell, size, maxSparse uint32) {
	n := assemble(cells, end, sizes, out.Data())
	out.SetTag(tagDense)
	out.SetLen(size)
	if n <= maxSparse {
		sparsen(out, n, size)
	}
}
