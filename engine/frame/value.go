package frame

// Value is one cell: one column's value in one row. Its column's Type says
// which parts mean something. Buffers are reused from row to row, so that
// scoring allocates nothing: writers refill them from [:0], and whoever wants
// to keep a value copies it.
type Value struct {
	Null bool
	Num  float64 // scalar boolean (0 or 1), byte, short, int, float, double
	Long int64   // scalar long
	Str  string  // scalar string; byte_string as raw bytes

	// A list or tensor holds its elements in the slice of its base type, a
	// tensor row-major. A sparse tensor holds only the elements at Indices
	// (row-major positions, ascending, each below the product of Dims).
	Dims    []int
	Sparse  bool
	Indices []int32
	Nums    []float64
	Longs   []int64
	Strs    []string

	Map *MapValue
}

// MapValue is a map's entries as two lists of equal length, in the order in
// which they came.
type MapValue struct {
	Keys, Values Value
}

// Reset makes v hold nothing, keeping its buffers.
func (v *Value) Reset() {
	*v = Value{Dims: v.Dims[:0], Indices: v.Indices[:0], Nums: v.Nums[:0], Longs: v.Longs[:0], Strs: v.Strs[:0]}
}

// Size is a tensor's number of elements, counting those a sparse one leaves out.
func (v *Value) Size() int {
	n := 1
	for _, d := range v.Dims {
		n *= d
	}
	return n
}

// Bytes is about what a column keeps of the value.
func (v *Value) Bytes() int {
	n := 8 + len(v.Str) + 4*len(v.Indices) + 8*(len(v.Nums)+len(v.Longs))
	for _, s := range v.Strs {
		n += 16 + len(s)
	}
	if v.Map != nil {
		n += v.Map.Keys.Bytes() + v.Map.Values.Bytes()
	}
	return n
}

// SetNum makes v a scalar number.
func (v *Value) SetNum(x float64) {
	v.Null = false
	v.Num = x
}

// SetStr makes v a scalar string.
func (v *Value) SetStr(s string) {
	v.Null = false
	v.Str = s
}

// SetNull makes v null.
func (v *Value) SetNull() { v.Null = true }

// Dense makes v a dense vector of n elements and gives their buffer, whose
// contents are whatever the row before left there: the caller writes each one.
func (v *Value) Dense(n int) []float64 {
	v.Null = false
	if len(v.Nums) == n && !v.Sparse && len(v.Dims) == 1 && v.Dims[0] == n {
		return v.Nums // as in the row before
	}
	v.Sparse = false
	v.Dims = append(v.Dims[:0], n)
	v.Indices = v.Indices[:0]
	if cap(v.Nums) < n {
		v.Nums = make([]float64, n)
	}
	v.Nums = v.Nums[:n]
	return v.Nums
}

// Zeros makes v a dense vector of n zeros.
func (v *Value) Zeros(n int) []float64 {
	d := v.Dense(n)
	clear(d)
	return d
}

// StartSparse makes v a sparse vector of size n with no entries; Put adds them.
func (v *Value) StartSparse(n int) {
	v.Null, v.Sparse = false, true
	v.Dims = append(v.Dims[:0], n)
	v.Indices = v.Indices[:0]
	v.Nums = v.Nums[:0]
}

// Put adds an entry to a sparse vector. Indices come in ascending order.
func (v *Value) Put(i int, x float64) {
	v.Indices = append(v.Indices, int32(i))
	v.Nums = append(v.Nums, x)
}

// SparseOf makes v a sparse vector of size n with so many entries, and gives their
// buffers, whose contents are whatever the row before left there.
func (v *Value) SparseOf(n, entries int) (indices []int32, nums []float64) {
	v.StartSparse(n)
	if cap(v.Indices) < entries || cap(v.Nums) < entries {
		v.Indices, v.Nums = make([]int32, entries), make([]float64, entries)
	}
	v.Indices, v.Nums = v.Indices[:entries], v.Nums[:entries]
	return v.Indices, v.Nums
}

// At is element i of a numeric vector, dense or sparse.
func (v *Value) At(i int) float64 {
	if !v.Sparse {
		return v.Nums[i]
	}
	lo, hi := 0, len(v.Indices)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if int(v.Indices[mid]) < i {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(v.Indices) && int(v.Indices[lo]) == i {
		return v.Nums[lo]
	}
	return 0
}

// Copy makes v equal to w without sharing memory with it.
func (v *Value) Copy(w *Value) {
	v.Null, v.Num, v.Long, v.Str, v.Sparse = w.Null, w.Num, w.Long, w.Str, w.Sparse
	v.Dims = append(v.Dims[:0], w.Dims...)
	v.Indices = append(v.Indices[:0], w.Indices...)
	v.Nums = append(v.Nums[:0], w.Nums...)
	v.Longs = append(v.Longs[:0], w.Longs...)
	v.Strs = append(v.Strs[:0], w.Strs...)
	v.Map = nil
	if w.Map != nil {
		v.Map = new(MapValue)
		v.Map.Keys.Copy(&w.Map.Keys)
		v.Map.Values.Copy(&w.Map.Values)
	}
}
