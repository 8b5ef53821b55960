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
