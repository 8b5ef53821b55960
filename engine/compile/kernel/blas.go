package kernel

import (
	"math"

	"github.com/pageleap/pageleap/engine/internal/fmath"
)

// Products of vectors add up as in engine/transform/blas.go, which says why.

// dot is the product of a vector with as many numbers.
func dot(in Cell, y Ptr) float64 {
	if in.Sparse() {
		return dotSparse(in, y)
	}
	return dotDense(in.Data(), y, in.Len())
}

// dotDense has four sums side by side, then the rest.
func dotDense(x, y Ptr, size uint32) float64 {
	s0, s1, s2, s3 := 0.0, 0.0, 0.0, 0.0
	for range size >> 2 {
		s0 = fmath.FMA(x.F64(), y.F64(), s0)
		s1 = fmath.FMA((x + 8).F64(), (y + 8).F64(), s1)
		s2 = fmath.FMA((x + 16).F64(), (y + 16).F64(), s2)
		s3 = fmath.FMA((x + 24).F64(), (y + 24).F64(), s3)
		x += 32
		y += 32
	}
	return dotFrom(s0+s1+s2+s3, x, y, size&3)
}

func dotFrom(sum float64, x, y Ptr, n uint32) float64 {
	for range n {
		sum = fmath.FMA(x.F64(), y.F64(), sum)
		x += 8
		y += 8
	}
	return sum
}

func dotSparse(in Cell, y Ptr) float64 {
	sum := 0.0
	x, index := in.Data(), in.Indices()
	for range in.Len() {
		sum += float64(x.F64() * (y + index.Ptr()<<3).F64())
		x += 8
		index += 4
	}
	return sum
}

// dotRow is an element of a matrix's product with a vector.
func dotRow(in Cell, row Ptr) float64 {
	if in.Sparse() {
		return dotSparse(in, row)
	}
	return dotFrom(0, in.Data(), row, in.Len())
}

// addRow is an element of y + A·v, of the last column of four first.
func addRow(y float64, in Cell, row Ptr) float64 {
	if in.Sparse() {
		return dotSparse(in, row) + y
	}
	x := in.Data()
	size := in.Len()
	for range size >> 2 {
		y = fmath.FMA((x + 24).F64(), (row + 24).F64(), y)
		y = fmath.FMA((x + 16).F64(), (row + 16).F64(), y)
		y = fmath.FMA((x + 8).F64(), (row + 8).F64(), y)
		y = fmath.FMA(x.F64(), row.F64(), y)
		x += 32
		row += 32
	}
	return dotFrom(y, x, row, size&3)
}

// dotDensified is dotRow for a dense vector, and for a sparse one in the same
// way.
func dotDensified(in Cell, row Ptr) float64 {
	x := in.Data()
	if !in.Sparse() {
		return dotFrom(0, x, row, in.Len())
	}
	sum := 0.0
	index := in.Indices()
	for range in.Len() {
		sum = fmath.FMA(x.F64(), (row + index.Ptr()<<3).F64(), sum)
		x += 8
		index += 4
	}
	return sum
}

// project makes the products of a vector with so many rows, end to end.
func project(in Cell, rows Ptr, width, n uint32, to Ptr) {
	for range n {
		to.SetF64(dotRow(in, rows))
		to += 8
		rows += Ptr(width) << 3
	}
}

// euclidean is the length of n numbers.
func euclidean(v Ptr, n uint32) float64 {
	sum := 0.0
	for range n {
		x := v.F64()
		sum += float64(x * x)
		v += 8
	}
	return math.Sqrt(sum)
}
