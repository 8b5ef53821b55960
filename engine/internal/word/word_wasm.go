package word

import "unsafe"

// Load is the eight bytes of b from i on, the first one lowest.
func Load(b []byte, i int) uint64 {
	_ = b[i+7]
	return *(*uint64)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(b)), i))
}

// Store puts v where Load finds it.
func Store(b []byte, i int, v uint64) {
	_ = b[i+7]
	*(*uint64)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(b)), i)) = v
}

// Equal says whether the n bytes of a from i on are those of b from j on. n is 16 or more.
func Equal(a []byte, i int, b []byte, j, n int) bool {
	a, b = a[i:][:n], b[j:][:n]
	p, q := unsafe.Pointer(unsafe.SliceData(a)), unsafe.Pointer(unsafe.SliceData(b))
	last := n - 16
	for k := 0; ; k = min(k+16, last) { // the last sixteen may have been looked at in part
		x, y := (*[2]uint64)(unsafe.Add(p, k)), (*[2]uint64)(unsafe.Add(q, k))
		if x[0] != y[0] || x[1] != y[1] {
			return false
		}
		if k == last {
			return true
		}
	}
}
