package bundle

import (
	"hash/crc32"
	"math/rand/v2"
	"testing"
)

func TestCRC(t *testing.T) {
	data := make([]byte, 200)
	for i := range data {
		data[i] = byte(i * i * 7)
	}
	r := rand.New(rand.NewPCG(3, 4))
	long := make([]byte, 10_000)
	for i := range long {
		long[i] = byte(r.Uint32())
	}
	for range 100 {
		from, to := r.IntN(300), 300+r.IntN(len(long)-300)
		if got, want := checksum(long[from:to]), crc32.ChecksumIEEE(long[from:to]); got != want {
			t.Errorf("bytes %d to %d: %x, not %x", from, to, got, want)
		}
	}
	for n := range data {
		if got, want := checksum(data[:n]), crc32.ChecksumIEEE(data[:n]); got != want {
			t.Errorf("%d bytes: %x, not %x", n, got, want)
		}
	}
}
