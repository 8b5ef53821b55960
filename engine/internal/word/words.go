//go:build wasm || amd64 || arm64

package word

import "unsafe"

// Equal says whether the n bytes of a from i on are those of b from j on. n is 16 or more.
func Equal(a []byte, i int, b []byte, j, n int) bool {
	a, b = a[i:][:n], b[j:][:n]
	p, q := unsafe.Pointer(unsafe.SliceData(a)), unsafe.Pointer(unsafe.SliceData(b))
	k := 0
	for ; k <= n-32; k += 32 { // each turn of a loop costs about as much as this
		x, y := (*[4]uint64)(unsafe.Add(p, k)), (*[4]uint64)(unsafe.Add(q, k))
		if (x[0]^y[0])|(x[1]^y[1])|(x[2]^y[2])|(x[3]^y[3]) != 0 {
			return false
		}
	}
	if k < n-16 {
		x, y := (*[2]uint64)(unsafe.Add(p, k)), (*[2]uint64)(unsafe.Add(q, k))
		if (x[0]^y[0])|(x[1]^y[1]) != 0 {
			return false
		}
	}
	x, y := (*[2]uint64)(unsafe.Add(p, n-16)), (*[2]uint64)(unsafe.Add(q, n-16))
	return (x[0]^y[0])|(x[1]^y[1]) == 0
}

// Copy copies 32 bytes of b from an earlier place, which may overlap the later one.
func Copy(b []byte, to, from int) {
	_, _ = b[to+31], b[from]
	p := unsafe.Pointer(unsafe.SliceData(b))
	x, y := (*[4]uint64)(unsafe.Add(p, from)), (*[4]uint64)(unsafe.Add(p, to))
	x0, x1, x2, x3 := x[0], x[1], x[2], x[3]
	y[0], y[1], y[2], y[3] = x0, x1, x2, x3
}
