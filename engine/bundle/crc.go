package bundle

import "github.com/pageleap/pageleap/engine/internal/word"

// crcTable is for the checksum of a zip's entries: what four bits add. hash/crc32
// brings in sync, larger tables and the time to make them.
var crcTable = [16]uint32{
	0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
	0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
}

// checksum takes long data without the table, in a third of the time. A checksum is the
// remainder of a division of polynomials by one of degree 32, which divides
// x^300 + x^155 + x^117 + x^89 + 1 as well. So a bit may be done away with where
// it is added 145, 183, 211 and 300 bits further on: in the second to fifth word
// from there (Sam Russell, Chorba: a novel CRC32 implementation, 2024).
func checksum(data []byte) uint32 {
	c := ^uint32(0)
	var n0, n1, n2, n3, n4 uint64 // what is to be added to the next words
	i := 0
	if len(data) >= 72 {
		n0, c = uint64(c), 0
		for ; i <= len(data)-72; i += 32 {
			x := word.Load(data, i) ^ n0
			n2, n3, n4, n0 = n2^x<<17^x<<55, n3^x>>47^x>>9^x<<19, n4^x>>45^x<<44, x>>20
			x = word.Load(data, i+8) ^ n1
			n3, n4, n0, n1 = n3^x<<17^x<<55, n4^x>>47^x>>9^x<<19, n0^x>>45^x<<44, x>>20
			x = word.Load(data, i+16) ^ n2
			n4, n0, n1, n2 = n4^x<<17^x<<55, n0^x>>47^x>>9^x<<19, n1^x>>45^x<<44, x>>20
			x = word.Load(data, i+24) ^ n3
			n0, n1, n2, n3 = n0^x<<17^x<<55, n1^x>>47^x>>9^x<<19, n2^x>>45^x<<44, x>>20
			n0, n1, n2, n3, n4 = n4, n0, n1, n2, n3
		}
	}
	n := [5]uint64{n0, n1, n2, n3, n4}
	for k, b := range data[i:] {
		if k < 8*len(n) {
			b ^= byte(n[k>>3] >> (k & 7 << 3))
		}
		c ^= uint32(b)
		c = crcTable[c&15] ^ c>>4
		c = crcTable[c&15] ^ c>>4
	}
	return ^c
}
