//go:build !wasm && !amd64 && !arm64

package word

// Equal says whether the n bytes of a from i on are those of b from j on. n is 16 or more.
func Equal(a []byte, i int, b []byte, j, n int) bool {
	return string(a[i:][:n]) == string(b[j:][:n])
}

// Copy copies 32 bytes of b from an earlier place, which may overlap the later one.
func Copy(b []byte, to, from int) { copy(b[to:][:32], b[from:]) }
