package transform

import "github.com/pageleap/pageleap/engine/frame"

// sparser says whether Spark's Vector.compressed (mllib-local:
// ml/linalg/Vectors.scala) stores a vector with so many nonzeros as sparse: it
// does where that takes fewer bytes. Spark 4 counts 12·nonzeros + 28 for a sparse
// vector and 8·size + 12 for a dense one; Spark 3 took 4 less for the sparse one.
func sparser(nonzeros, size int) bool { return 12*nonzeros+28 < 8*size+12 }

// expand makes w a dense copy of the vector v and gives its elements.
func expand(v, w *frame.Value) []float64 {
	if !v.Sparse {
		d := w.Dense(len(v.Nums))
		copy(d, v.Nums)
		return d
	}
	d := w.Zeros(v.Size())
	for k, i := range v.Indices {
		d[i] = v.Nums[k]
	}
	return d
}
