package kernel

// ---- polynomial expansion

// expandPolynomial makes all products of up to degree of a vector's elements. It
// writes the tag too.
func expandPolynomial(in, out Cell, degree, size uint32) {
	if in.Sparse() {
		out.SetTag(tagSparse)
		out.SetLen(0)
		productsSparse(out, in.Indices(), in.Data(), in.Len(), in.SparseLen(), degree, 1, -1)
		return
	}
	out.SetTag(tagDense)
	out.SetLen(size)
	fillBytes(out.Data(), 0, size<<3)
	productsDense(out.Data(), in.Data(), in.Len(), degree, 1, -1)
}

// productsDense writes the products of by and n elements of v from position at
// on (the first, by itself, has position -1 at the start and is left out), and
// gives the position after them.
func productsDense(to, v Ptr, n, degree uint32, by float64, at int32) int32 {
	end := at + monomials(n, degree)
	switch {
	case by == 0:
	case degree == 0 || n == 0:
		if at >= 0 {
			(to + Ptr(at)<<3).SetF64(by)
		}
	default:
		for i := uint32(0); i <= degree && by != 0; i++ {
			at = productsDense(to, v, n-1, degree-i, by, at)
			by *= (v + Ptr(n-1)<<3).F64()
		}
	}
	return end
}

// productsSparse does so for the entries of the first size elements.
func productsSparse(out Cell, indices, v Ptr, n, size, degree uint32, by float64, at int32) int32 {
	end := at + monomials(size, degree)
	switch {
	case by == 0:
	case degree == 0 || n == 0:
		if at >= 0 {
			putEntry(out, uint32(at), by)
		}
	default:
		for i := uint32(0); i <= degree && by != 0; i++ {
			at = productsSparse(out, indices, v, n-1, (indices + Ptr(n-1)<<2).U32(), degree-i, by, at)
			by *= (v + Ptr(n-1)<<3).F64()
		}
	}
	return end
}

// putEntry adds an entry to a sparse vector.
func putEntry(out Cell, i uint32, x float64) {
	k := out.Len()
	(out.Data() + Ptr(k)<<3).SetF64(x)
	(out.Indices() + Ptr(k)<<2).SetU32(i)
	out.SetLen(k + 1)
}

// monomials is how many products of up to degree of n elements there are, 1
// among them.
func monomials(n, degree uint32) int32 {
	small := min(n, degree)
	count := uint64(1)
	for i := uint32(1); i <= small; i++ {
		count = count * uint64(n+degree-small+i) / uint64(i)
	}
	return int32(uint32(count))
}

// ---- interaction

// beginInteraction makes a sparse vector that has the one entry 1.
func beginInteraction(out Cell) {
	out.SetLen(0)
	putEntry(out, 0, 1)
}

// interact multiplies the entries so far with each of the input's features.
// features has 12 bytes a feature: its number of categories, 1 for a number,
// where it begins among the encoded ones, and the error for what is no category.
func interact(in Cell, vector bool, features Ptr, stride uint32, room Ptr, out Cell) Status {
	have := out.Len()
	times := uint32(1)
	if vector {
		times = in.Len()
	}
	nums, indices := out.Data(), out.Indices()
	// The last block first: the first one takes the place of what is multiplied.
	for b := times; b > 0; {
		b--
		feature := b
		value := in.Num()
		if vector {
			value = (in.Data() + Ptr(b)<<3).F64()
			if in.Sparse() {
				feature = (in.Indices() + Ptr(b)<<2).U32()
			}
		}
		f := features + 12*Ptr(feature)
		at := (f + 4).U32()
		if count := f.U32(); count > 1 {
			if !(value >= 0 && value < float64(count)) || value != float64(uint32(value)) {
				return failNumber((f + 8).U32(), room, value)
			}
			at += uint32(value)
			value = 1
		}
		for j := range have {
			k := b*have + j
			(nums + Ptr(k)<<3).SetF64((nums + Ptr(j)<<3).F64() * value)
			(indices + Ptr(k)<<2).SetU32((indices + Ptr(j)<<2).U32() + at*stride)
		}
	}
	out.SetLen(have * times)
	return done
}
