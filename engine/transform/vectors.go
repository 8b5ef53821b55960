package transform

import (
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
)

// vectorOf is the type of a vector of double with size elements, or of any
// number of them where the bundle does not say how many (size is 0 or less).
func vectorOf(size int) frame.Type {
	if size <= 0 {
		return frame.TensorOf(frame.Double)
	}
	return frame.TensorOf(frame.Double, size)
}

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

// compress makes a dense vector sparse where Spark's Vector.compressed would.
func compress(v *frame.Value) {
	nonzeros := 0
	for _, x := range v.Nums {
		if x != 0 {
			nonzeros++
		}
	}
	if !sparser(nonzeros, len(v.Nums)) {
		return
	}
	k := 0
	for i, x := range v.Nums {
		if x != 0 {
			v.Indices = append(v.Indices, int32(i))
			v.Nums[k] = x
			k++
		}
	}
	v.Nums = v.Nums[:k]
	v.Sparse = true
}

// scale makes out the vector v with each element multiplied by its factor.
func scale(out, v *frame.Value, by []float64) {
	out.Copy(v)
	if v.Sparse {
		for k, i := range v.Indices {
			out.Nums[k] *= by[i]
		}
		return
	}
	for i := range out.Nums {
		out.Nums[i] *= by[i]
	}
}

// pick writes v's elements at the given positions to d, v being dense.
func pick(d []float64, v *frame.Value, at []int) {
	for k, i := range at {
		d[k] = v.Nums[i]
	}
}

// tooShort is the error for a vector with fewer elements than an op reads.
func tooShort(port int, v *frame.Value, need int) error {
	return Bad(port, ErrShape, "vector of "+strconv.Itoa(v.Size())+" elements where the model reads element "+strconv.Itoa(need-1), "")
}

// Bounds of what an op makes out of less. A row may bring as much, see
// frame.Limits.
const (
	mostElements = 1 << 24 // of a vector, as it is stored
	mostText     = 1 << 26 // bytes of a list's texts
)

// tooMuch is the error for a row of which an op would make so many of them.
func tooMuch(port int, n, most int, what string) error {
	return Bad(port, frame.ErrLimit, strconv.Itoa(n)+" "+what+", more than the "+strconv.Itoa(most)+" that an op may make", "")
}

// show writes a number for an error message.
func show(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
