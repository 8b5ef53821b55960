package kernel

import "github.com/pageleap/pageleap/engine/internal/fmath"

// Products of a vector with several rows, four rows at a time with SIMD. Each sum
// adds up in its own order, as in blas.go, but waits for none of the others.

// products adds to each of n numbers, n a multiple of four, the product of a
// vector with a row, whose weights are in columns: those of the first element,
// then of the second. fours: the last of four elements of a dense vector comes
// first. rounded: the products of a sparse vector are rounded before they are
// added.
func products(in Cell, columns Ptr, n uint32, fours, rounded bool, to Ptr) {
	from, index, size := in.Data(), in.Indices(), in.Len()
	sparse, swapped := in.Sparse(), uint32(0)
	if fours && !sparse {
		swapped = size &^ 3
	}
	half, rest, one, sign := splatU64(1<<26), splatU64(1<<27-1), splatU64(1), splatU64(1<<63)
	least, most := splatF64(0x1p-900), splatF64(0x1p900)
	for k := uint32(0); k < n; k += 4 {
		a, b := to.V128(), (to + 16).V128()
		for i := range size {
			j := i
			if i < swapped {
				j ^= 3
			}
			x := (from + Ptr(j)<<3).SplatF64()
			if sparse {
				j = (index + Ptr(i)<<2).U32()
			}
			weights := columns + Ptr(j*n+k)<<3
			y, z := weights.V128(), (weights + 16).V128()
			if rounded && sparse {
				a = a.AddF64(x.MulF64(y))
				b = b.AddF64(x.MulF64(z))
				continue
			}
			high := x.AddI64(half).AndNot(rest)
			low := x.SubF64(high)
			a1, good := fmaAbreast(x, high, low, y, a, half, rest, one, sign, least, most)
			b1, good1 := fmaAbreast(x, high, low, z, b, half, rest, one, sign, least, most)
			if good.And(good1).All() {
				a, b = a1, b1
			} else {
				a = fmaEach(x, y, a)
				b = fmaEach(x, z, b)
			}
		}
		to.SetV128(a)
		(to + 16).SetV128(b)
		to += 32
	}
}

// fmaAbreast is fmath.FMA of each half, in the steps of its software form, with
// the two parts of x. good is all ones where that is right: not near underflow,
// nor overflow; what is 0 because a factor is adds nothing.
//
//kernel:inline
func fmaAbreast(x, xHigh, xLow, y, z, half, rest, one, sign, least, most V128) (sum, good V128) {
	p := x.MulF64(y)
	yHigh := y.AddI64(half).AndNot(rest)
	yLow := y.SubF64(yHigh)
	e := xLow.MulF64(yLow).SubF64(p.SubF64(xHigh.MulF64(yHigh)).SubF64(xLow.MulF64(yHigh)).SubF64(xHigh.MulF64(yLow)))
	s := p.AddF64(z)
	v := s.SubF64(p)
	t := p.SubF64(s.SubF64(v)).AddF64(z.SubF64(v))
	u := t.AddF64(e)
	v = u.SubF64(t)
	w := t.SubF64(u.SubF64(v)).AddF64(e.SubF64(v))
	var zero V128
	up := one.SubI64(u.Xor(w).ShrI64(63).ShlI64(1))
	odd := u.AddI64(up.And(u.And(one).SubI64(one)).AndNot(w.EqF64(zero)))
	nothing := x.EqF64(zero).Or(y.EqF64(zero))
	sum = s.AddF64(odd.Or(nothing.And(sign)))
	size := p.AndNot(sign)
	good = least.LeF64(size).And(size.LeF64(most)).Or(nothing).And(sum.EqF64(sum))
	return sum, good
}

// fmaEach is fmath.FMA of each half.
func fmaEach(x, y, z V128) V128 {
	low := fmath.FMA(x.LowF64(), y.LowF64(), z.LowF64())
	high := fmath.FMA(x.HighF64(), y.HighF64(), z.HighF64())
	return splatF64(low).WithHighF64(high)
}

// projectAbreast, marginsAbreast and layerAbreast are project, margins and layer
// of n rows, a multiple of four: what is not there is 0.

func projectAbreast(in Cell, columns Ptr, n uint32, to Ptr) {
	fillBytes(to, 0, n<<3)
	products(in, columns, n, false, true, to)
}

func marginsAbreast(in Cell, columns Ptr, n uint32, intercepts, to Ptr) {
	if in.Sparse() {
		fillBytes(to, 0, n<<3)
		products(in, columns, n, true, true, to)
		addEach(to, intercepts, n)
		return
	}
	copyBytes(to, intercepts, n<<3)
	products(in, columns, n, true, true, to)
}

func layerAbreast(in Cell, columns Ptr, n uint32, biases, to Ptr) {
	fillBytes(to, 0, n<<3)
	products(in, columns, n, false, false, to)
	addEach(to, biases, n)
}
