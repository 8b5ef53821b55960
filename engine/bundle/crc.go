package bundle

import "github.com/pageleap/pageleap/engine/internal/word"

// crcTable is for the checksum of a zip's entries, sixteen bytes at a time: [k]
// is what a byte that k others follow adds. hash/crc32 brings in sync and a table
// for each way to be fast.
type crcTable [16][256]uint32

func (t *crcTable) init() {
	for i := range t[0] {
		c := uint32(i)
		for range 8 {
			c = c>>1 ^ 0xedb88320&-(c&1)
		}
		t[0][i] = c
	}
	for k := 1; k < len(t); k++ {
		for i, c := range t[k-1] {
			t[k][i] = t[0][uint8(c)] ^ c>>8
		}
	}
}

func (t *crcTable) sum(data []byte) uint32 {
	c := ^uint32(0)
	i := 0
	for ; i <= len(data)-16; i += 16 {
		a, b := word.Load(data, i)^uint64(c), word.Load(data, i+8)
		c = t[15][uint8(a)] ^ t[14][uint8(a>>8)] ^ t[13][uint8(a>>16)] ^ t[12][uint8(a>>24)] ^
			t[11][uint8(a>>32)] ^ t[10][uint8(a>>40)] ^ t[9][uint8(a>>48)] ^ t[8][a>>56] ^
			t[7][uint8(b)] ^ t[6][uint8(b>>8)] ^ t[5][uint8(b>>16)] ^ t[4][uint8(b>>24)] ^
			t[3][uint8(b>>32)] ^ t[2][uint8(b>>40)] ^ t[1][uint8(b>>48)] ^ t[0][b>>56]
	}
	for _, b := range data[i:] {
		c = t[0][uint8(c)^b] ^ c>>8
	}
	return ^c
}
