package importer

// Vectors and matrices as Spark's user-defined types store them
// (mllib-local ml/linalg: VectorUDT.scala, MatrixUDT.scala).

// vector is a dense copy of a column's vector.
func (r *record) vector(name string) []float64 {
	v := r.sub(name)
	if r.s.err != nil {
		return nil
	}
	return v.denseVector()
}

func (v *record) denseVector() []float64 {
	values := v.floats("values")
	switch v.int("type") {
	case 1:
		return values
	case 0:
		indices, size := v.ints("indices"), v.int("size")
		if v.s.err != nil {
			return nil
		}
		if size < 0 || size > maxElements || len(indices) != len(values) {
			v.s.fail(ErrMalformed, v.file, "a sparse vector of size %d with %d indices and %d values", size, len(indices), len(values))
			return nil
		}
		dense := make([]float64, size)
		for k, i := range indices {
			if i < 0 || i >= int64(size) {
				v.s.fail(ErrMalformed, v.file, "a sparse vector of size %d with an index of %d", size, i)
				return nil
			}
			dense[i] = values[k]
		}
		return dense
	}
	v.s.fail(ErrMalformed, v.file, "a vector of type %d, neither 0 (sparse) nor 1 (dense)", v.int("type"))
	return nil
}

// maxElements is the most that a vector or matrix may have.
const maxElements = 1 << 26

// matrix is a column's matrix, row by row.
func (r *record) matrix(name string) (values []float64, rows, cols int) {
	m := r.sub(name)
	if r.s.err != nil {
		return nil, 0, 0
	}
	return m.denseMatrix()
}

// denseMatrix unpacks a matrix that is stored column by column, or transposed
// row by row.
func (m *record) denseMatrix() (values []float64, rows, cols int) {
	rows, cols = m.int("numRows"), m.int("numCols")
	stored, transposed, kind := m.floats("values"), m.bool("isTransposed"), m.int("type")
	if m.s.err != nil {
		return nil, 0, 0
	}
	if rows < 0 || cols < 0 || rows > maxElements || cols > maxElements || rows*cols > maxElements {
		m.s.fail(ErrLimit, m.file, "a matrix of %d by %d", rows, cols)
		return nil, 0, 0
	}
	// major is the dimension that changes slowest.
	major, minor := cols, rows
	if transposed {
		major, minor = rows, cols
	}
	at := func(j, i int) int { // where element i of line j is
		if transposed {
			return j*cols + i
		}
		return i*cols + j
	}
	out := make([]float64, rows*cols)
	switch kind {
	case 1:
		if len(stored) != len(out) {
			m.s.fail(ErrMalformed, m.file, "a matrix of %d by %d with %d values", rows, cols, len(stored))
			return nil, 0, 0
		}
		if transposed {
			return stored, rows, cols
		}
		for k, x := range stored {
			out[at(k/minor, k%minor)] = x
		}
	case 0:
		starts, lines := m.ints("colPtrs"), m.ints("rowIndices")
		if m.s.err != nil {
			return nil, 0, 0
		}
		bad := len(starts) != major+1 || len(lines) != len(stored) || starts[0] != 0 || starts[major] != int64(len(stored))
		for j := 0; j < major && !bad; j++ {
			if bad = starts[j] > starts[j+1]; bad {
				break
			}
			for k := starts[j]; k < starts[j+1] && !bad; k++ {
				if bad = lines[k] < 0 || lines[k] >= int64(minor); !bad {
					out[at(j, int(lines[k]))] = stored[k]
				}
			}
		}
		if bad {
			m.s.fail(ErrMalformed, m.file, "a sparse matrix of %d by %d whose indices do not fit it", rows, cols)
			return nil, 0, 0
		}
	default:
		m.s.fail(ErrMalformed, m.file, "a matrix of type %d, neither 0 (sparse) nor 1 (dense)", kind)
		return nil, 0, 0
	}
	return out, rows, cols
}
