package transform

import (
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/internal/fmath"
)

// Products of vectors add up in the order, and with the roundings, of the BLAS
// that Spark and MLeap run on (dev.ludovic.netlib 3, its plain Java form on
// Java 11 and later), so that linear models answer bit for bit what they do.
// That BLAS multiplies and adds with one rounding; so FMA is spelled out here,
// which gives the same on every machine.
//
// On a JVM with the incubating vector module switched on, or with a native
// BLAS, the order hangs on the machine: those answers differ in the last bits.

// dot is ddot: four sums side by side over the elements, added up, then the
// remaining elements. y is at least as long as x.
func dot(x, y []float64) float64 {
	var s0, s1, s2, s3 float64
	n := len(x) &^ 3
	y = y[:len(x)]
	for i := 0; i < n; i += 4 {
		s0 = fmath.FMA(x[i], y[i], s0)
		s1 = fmath.FMA(x[i+1], y[i+1], s1)
		s2 = fmath.FMA(x[i+2], y[i+2], s2)
		s3 = fmath.FMA(x[i+3], y[i+3], s3)
	}
	return dotFrom(s0+s1+s2+s3, x[n:], y[n:])
}

// dotFrom is sum plus the products, one element after the other: what dgemv
// does for a row of a transposed matrix, and dgemm for an element, both from 0.
func dotFrom(sum float64, x, y []float64) float64 {
	y = y[:len(x)]
	for i := range x {
		sum = fmath.FMA(x[i], y[i], sum)
	}
	return sum
}

// dotSparse is v·y of a sparse v, which Spark's own loop computes, with two
// roundings an element (mllib-local: ml/linalg/BLAS.scala).
func dotSparse(v *frame.Value, y []float64) float64 {
	sum := 0.0
	for k, i := range v.Indices {
		sum += float64(v.Nums[k] * y[i])
	}
	return sum
}

// dotVector is BLAS.dot(v, y) of a cell that is dense or sparse.
func dotVector(v *frame.Value, y []float64) float64 {
	if v.Sparse {
		return dotSparse(v, y)
	}
	return dot(v.Nums, y)
}

// dotRow is one element of BLAS.gemv's product of a transposed matrix (one
// whose rows lie end to end) and a cell that is dense or sparse.
func dotRow(v *frame.Value, row []float64) float64 {
	if v.Sparse {
		return dotSparse(v, row)
	}
	return dotFrom(0, v.Nums, row)
}

// addRow is one element of BLAS.gemv's y + A·v, A stored column by column and
// row one of its rows: dgemv takes four columns at a time, of them the last
// first. Of a sparse v Spark's own loop makes the product before y comes in.
func addRow(y float64, v *frame.Value, row []float64) float64 {
	if v.Sparse {
		return dotSparse(v, row) + y
	}
	x := v.Nums
	row = row[:len(x)]
	n := len(x) &^ 3
	for i := 0; i < n; i += 4 {
		y = fmath.FMA(x[i+3], row[i+3], y)
		y = fmath.FMA(x[i+2], row[i+2], y)
		y = fmath.FMA(x[i+1], row[i+1], y)
		y = fmath.FMA(x[i], row[i], y)
	}
	for i := n; i < len(x); i++ {
		y = fmath.FMA(x[i], row[i], y)
	}
	return y
}

// dotDensified is an element of dgemm's product with a cell: what dotRow gives
// for a dense cell, for a sparse one too.
func dotDensified(v *frame.Value, row []float64) float64 {
	if !v.Sparse {
		return dotFrom(0, v.Nums, row)
	}
	sum := 0.0
	for k, i := range v.Indices {
		sum = fmath.FMA(v.Nums[k], row[i], sum)
	}
	return sum
}
