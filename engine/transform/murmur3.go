package transform

import (
	"math"
	"math/bits"
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
)

// MurmurHash3 for x86, 32 bits, with the seed 42, as Spark hashes terms.
//
// Spark: common/unsafe …/unsafe/hash/Murmur3_x86_32.java and the murmur3Hash of
// ml/feature/HashingTF.scala and FeatureHasher.scala.

const murmurSeed = 42

// murmurBytes hashes the bytes of a term in UTF-8: hashUnsafeBytes2, and the
// standard MurmurHash3.
func murmurBytes[T string | []byte](s T) int32 {
	h, tail := murmurBlocks(s)
	k := uint32(0)
	for i := len(s) - 1; i >= tail; i-- {
		k = k<<8 | uint32(s[i])
	}
	return murmurEnd(h^murmurWord(k), len(s))
}

// murmurOldBytes is hashUnsafeBytes, which Spark used before 3.0: it takes each
// of the last one to three bytes, signed, for a block of its own.
func murmurOldBytes(s string) int32 {
	h, tail := murmurBlocks(s)
	for i := tail; i < len(s); i++ {
		h = murmurMix(h, uint32(int8(s[i])))
	}
	return murmurEnd(h, len(s))
}

// murmurInt hashes an int, a short, a byte, a boolean as 0 or 1, and a float's bits.
func murmurInt(x int32) int32 { return murmurEnd(murmurMix(murmurSeed, uint32(x)), 4) }

// murmurLong hashes a long and a double's bits.
func murmurLong(x int64) int32 {
	return murmurEnd(murmurMix(murmurMix(murmurSeed, uint32(x)), uint32(x>>32)), 8)
}

// murmurNum hashes a number that is kept as a float64 and is of type base. Java
// has one NaN only when it asks for a number's bits.
func murmurNum(base frame.Basic, x float64) int32 {
	switch base {
	case frame.Double:
		if x != x {
			return murmurLong(0x7ff8 << 48)
		}
		return murmurLong(int64(math.Float64bits(x)))
	case frame.Float:
		if x != x {
			return murmurInt(0x7fc0 << 16)
		}
		return murmurInt(int32(math.Float32bits(float32(x))))
	}
	return murmurInt(int32(x))
}

// murmurBlocks hashes whole blocks of four bytes, and says where they end.
func murmurBlocks[T string | []byte](s T) (h uint32, tail int) {
	h = murmurSeed
	for tail = 0; tail+4 <= len(s); tail += 4 {
		h = murmurMix(h, uint32(s[tail])|uint32(s[tail+1])<<8|uint32(s[tail+2])<<16|uint32(s[tail+3])<<24)
	}
	return h, tail
}

func murmurWord(k uint32) uint32 { return bits.RotateLeft32(k*0xcc9e2d51, 15) * 0x1b873593 }

func murmurMix(h, k uint32) uint32 { return bits.RotateLeft32(h^murmurWord(k), 13)*5 + 0xe6546b64 }

func murmurEnd(h uint32, length int) int32 {
	h ^= uint32(length)
	h = (h ^ h>>16) * 0x85ebca6b
	h = (h ^ h>>13) * 0xc2b2ae35
	return int32(h ^ h>>16)
}

// bucket is where a hash goes among size features: Java's remainder, raised to
// be 0 or more.
func bucket(hash int32, size int) int {
	i := int(hash) % size
	if i < 0 {
		i += size
	}
	return i
}

// readFeatures reads num_features, how many there are to hash into.
func readFeatures(s *Source) int {
	n := s.Int("num_features")
	if n < 1 || n > math.MaxInt32 {
		s.Fail("num_features", "is "+strconv.Itoa(n)+", not 1 or more")
		return 1
	}
	return n
}
