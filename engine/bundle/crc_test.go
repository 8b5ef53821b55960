package bundle

import (
	"hash/crc32"
	"testing"
)

func TestCRC(t *testing.T) {
	var table crcTable
	table.init()
	data := make([]byte, 200)
	for i := range data {
		data[i] = byte(i * i * 7)
	}
	for n := range data {
		if got, want := table.sum(data[:n]), crc32.ChecksumIEEE(data[:n]); got != want {
			t.Errorf("%d bytes: %x, not %x", n, got, want)
		}
	}
}
