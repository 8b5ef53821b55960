package kernel

import "math"

// sameShape makes out a vector of in's form, with in's indices, and gives the
// number of its elements or entries. Its numbers are yet to be written.
func sameShape(in, out Cell) uint32 {
	n := in.Len()
	out.SetTag(in.Tag())
	out.SetLen(n)
	if in.Sparse() {
		copyBytes(out.Indices(), in.Indices(), n<<2)
	}
	return n
}

// expand writes the elements of a vector of so many, what a sparse one leaves
// out as 0.
func expand(in Cell, to Ptr, size uint32) {
	from := in.Data()
	if !in.Sparse() {
		copyBytes(to, from, size<<3)
		return
	}
	fillBytes(to, 0, size<<3)
	index := in.Indices()
	for range in.Len() {
		(to + index.Ptr()<<3).SetF64(from.F64())
		from += 8
		index += 4
	}
}

// scaleVector multiplies each element by its factor: sparse stays sparse. It
// writes the tag too.
func scaleVector(in, out Cell, factors Ptr) {
	n := sameShape(in, out)
	from, to := in.Data(), out.Data()
	index := in.Indices()
	sparse := in.Sparse()
	for i := range n {
		k := Ptr(i)
		if sparse {
			k = index.Ptr()
			index += 4
		}
		to.SetF64(from.F64() * (factors + k<<3).F64())
		from += 8
		to += 8
	}
}

// scaleAbreast is scaleVector of two elements of a dense vector at a time.
func scaleAbreast(in, out Cell, factors Ptr) {
	if in.Sparse() {
		scaleVector(in, out, factors)
		return
	}
	n := sameShape(in, out)
	from, to := in.Data(), out.Data()
	for ; n > 1; n -= 2 {
		to.SetV128(from.V128().MulF64(factors.V128()))
		from += 16
		to += 16
		factors += 16
	}
	if n != 0 {
		to.SetF64(from.F64() * factors.F64())
	}
}

// standardAbreast is subtract and multiply of n numbers, a multiple of two.
func standardAbreast(v, mean, by Ptr, n uint32) {
	for ; n != 0; n -= 2 {
		v.SetV128(v.V128().SubF64(mean.V128()).MulF64(by.V128()))
		v += 16
		mean += 16
		by += 16
	}
}

// subtract takes n numbers from as many others, in place.
func subtract(from, what Ptr, n uint32) {
	for range n {
		from.SetF64(from.F64() - what.F64())
		from += 8
		what += 8
	}
}

// multiply multiplies n numbers by as many others, in place.
func multiply(v, by Ptr, n uint32) {
	for range n {
		v.SetF64(v.F64() * by.F64())
		v += 8
		by += 8
	}
}

// minMaxScale maps n numbers in place from a range that begins at least and is
// span wide to one that begins at low. What has no span becomes the middle.
func minMaxScale(v, least, span Ptr, n uint32, scale, low float64) {
	for range n {
		if x := v.F64(); x == x {
			raw := 0.5
			if s := span.F64(); s != 0 {
				raw = (x - least.F64()) / s
			}
			v.SetF64(float64(raw*scale) + low)
		}
		v += 8
		least += 8
		span += 8
	}
}

// minMaxTimes is minMaxScale with Spark's rounding: times is scale / span, or 0.
func minMaxTimes(v, least, times Ptr, n uint32, low, middle float64) {
	for range n {
		if x := v.F64(); x == x {
			y := middle
			if t := times.F64(); t != 0 {
				y = float64((x-least.F64())*t) + low
			}
			v.SetF64(y)
		}
		v += 8
		least += 8
		times += 8
	}
}

// divideByNorm divides a vector by its norm, which a kernel of normOf… has left
// in a place of its own. 0 divides nothing. It writes the tag too.
func divideByNorm(in, out Cell, norm Ptr) {
	n := sameShape(in, out)
	from, to := in.Data(), out.Data()
	by := norm.F64()
	for range n {
		x := from.F64()
		if by != 0 {
			x /= by
		}
		to.SetF64(x)
		from += 8
		to += 8
	}
}

// norm1, norm2, normMax and normPower leave the p-norm of a vector at to.
func norm1(in Cell, to Ptr) {
	sum := 0.0
	v := in.Data()
	for range in.Len() {
		sum += math.Abs(v.F64())
		v += 8
	}
	to.SetF64(sum)
}

func norm2(in Cell, to Ptr) { to.SetF64(euclidean(in.Data(), in.Len())) }

func normMax(in Cell, to Ptr) {
	highest := 0.0
	v := in.Data()
	for range in.Len() {
		if x := math.Abs(v.F64()); x > highest {
			highest = x
		}
		v += 8
	}
	to.SetF64(highest)
}

func normPower(in Cell, p float64, to Ptr) {
	sum := 0.0
	v := in.Data()
	for range in.Len() {
		sum += javaPow(math.Abs(v.F64()), p)
		v += 8
	}
	to.SetF64(javaPow(sum, 1/p))
}

// sliceVector takes the elements at indices (u32), of a sparse vector those that
// it has as entries, and of these only what is not 0 unless keepZeros. It writes
// the tag too.
func sliceVector(in, out Cell, indices Ptr, n uint32, keepZeros bool) {
	out.SetTag(in.Tag())
	to := out.Data()
	if !in.Sparse() {
		out.SetLen(n)
		v := in.Data()
		for range n {
			to.SetF64((v + indices.Ptr()<<3).F64())
			to += 8
			indices += 4
		}
		return
	}
	out.SetLen(0)
	for k := range n {
		if at := placeOf(in, indices.U32()); at != nowhere {
			if x := (in.Data() + Ptr(at)<<3).F64(); x != 0 || keepZeros {
				putEntry(out, k, x)
			}
		}
		indices += 4
	}
}

// placeOf is the place of the entry of a sparse vector at i, or nowhere.
func placeOf(in Cell, i uint32) uint32 {
	lo, hi := uint32(0), in.Len()
	for lo < hi {
		mid := (lo + hi) >> 1
		if (in.Indices() + Ptr(mid)<<2).U32() < i {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < in.Len() && (in.Indices()+Ptr(lo)<<2).U32() == i {
		return lo
	}
	return nowhere
}

const nowhere = 0xffffffff

// element is a vector's element at i.
func element(in Cell, i uint32) float64 {
	if in.Sparse() {
		if i = placeOf(in, i); i == nowhere {
			return 0
		}
	}
	return (in.Data() + Ptr(i)<<3).F64()
}

func elementOf(in Cell, i uint32, out Cell) { out.SetNum(element(in, i)) }

// indexCategories replaces the values of categorical features by their indices.
// features has 24 bytes a feature: which one it is, its known values, ascending,
// the index of each, how many these are, the index of others, and the error for
// others. It writes the tag too.
func indexCategories(in, out Cell, features, end Ptr, invalid uint32, room Ptr) Status {
	copyBytes(out.Data(), in.Data(), sameShape(in, out)<<3)
	status := done
	for ; features != end; features += 24 {
		k := features.U32()
		if in.Sparse() {
			if k = placeOf(in, k); k == nowhere {
				continue
			}
		}
		at := out.Data() + Ptr(k)<<3
		x := at.F64()
		c := placeOfNumber(x, (features + 4).Ptr(), (features + 12).U32())
		switch {
		case c != nowhere:
			at.SetF64(((features + 8).Ptr() + Ptr(c)<<3).F64())
		case invalid == invalidKeep:
			at.SetF64(float64((features + 16).U32()))
		case invalid == invalidSkip:
			status = dropped
		default:
			return failNumber((features + 20).U32(), room, x)
		}
	}
	return status
}

// placeOfNumber is where a number is among n ascending ones, or nowhere.
func placeOfNumber(x float64, sorted Ptr, n uint32) uint32 {
	lo, hi := uint32(0), n
	for lo < hi {
		mid := (lo + hi) >> 1
		if (sorted + Ptr(mid)<<3).F64() < x {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < n && (sorted+Ptr(lo)<<3).F64() == x {
		return lo
	}
	return nowhere
}

// checkReach refuses vectors with fewer than so many elements.
func checkReach(in Cell, need, err uint32) Status {
	if n := in.Size(); n < need {
		return failInt(err, int64(n))
	}
	return done
}

// binarizeNumber is 1 for what is above the threshold, else 0, for null too.
func binarizeNumber(in Cell, threshold float64, out Cell) {
	out.SetNum(float64(to01(!in.Null() && in.Num() > threshold)))
}

// binarizeVector does so with each element, and NaN is above a negative
// threshold. The answer has the form that takes less space. It writes the tag.
func binarizeVector(in Cell, threshold float64, out Cell, size uint32) {
	to := out.Data()
	expand(in, to, size)
	ones := uint32(0)
	for range size {
		x := to.F64()
		one := x > threshold || threshold < 0 && x != x
		to.SetF64(float64(to01(one)))
		ones += to01(one)
		to += 8
	}
	compress(out, ones, size)
}

// compress makes a dense vector with so many elements that are not 0 sparse
// where that takes less space (Spark's Vector.compressed), and writes the tag
// and the length.
func compress(out Cell, nonzeros, size uint32) {
	out.SetTag(tagDense)
	out.SetLen(size)
	if 12*uint64(nonzeros)+28 < 8*uint64(size)+12 {
		sparsen(out, nonzeros, size)
	}
}

// sparsen makes a dense vector sparse.
//
//kernel:inline
func sparsen(out Cell, nonzeros, size uint32) {
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
	out.SetLen(nonzeros)
}
