package kernel

import "math"

// assembleNulls: there may be null, which becomes NaN.
var assembleNulls Flag

// assemble puts numbers and vectors end to end, -0 as 0, and gives how many of
// them are not zero. table has 8 bytes an input: its cell, and 1 + its size
// where it is a vector.
func assemble(table, end, to Ptr) uint32 {
	nonzeros := uint32(0)
	for ; table != end; table += 8 {
		in := Cell(table.U32())
		size := (table + 4).U32()
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
		if size == 0 {
			x := in.Num()
			nonzeros += to01(x != 0)
			to.SetF64(x + 0)
			to += 8
			continue
		}
		size--
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
		} else {
			for i := range n {
				x := (from + Ptr(i)<<3).F64()
				nonzeros += to01(x != 0)
				(to + Ptr(i)<<3).SetF64(x + 0)
			}
		}
		to += Ptr(size) << 3
	}
	return nonzeros
}

func assembleDense(table, end, to Ptr) { assemble(table, end, to) }

// assembleVector makes the vector sparse where no more than so many of its
// elements are not zero.
func assembleVector(table, end Ptr, out Cell, size, maxSparse uint32) {
	n := assemble(table, end, out.Data())
	out.SetTag(tagDense)
	out.SetLen(size)
	if n > maxSparse {
		return
	}
	from, to := out.Data(), out.Data()
	index := out.Indices()
	for i := range size {
		if x := from.F64(); x != 0 {
			to.SetF64(x)
			index.SetU32(i)
			to += 8
			index += 4
		}
		from += 8
	}
	out.SetTag(tagSparse)
	out.SetLen(n)
}
