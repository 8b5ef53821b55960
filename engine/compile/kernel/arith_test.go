package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

var oddNumbers = []float64{0, 1, 2, 3, 0.1, 0.5, 1e-300, 5e-324, 1e300, 0x1p-1022, 0x1p-1021, 0x1p899, 0x1p-450, 0x1p-540, math.MaxFloat64, math.Inf(1), math.NaN(), 1 + 0x1p-52, 1 - 0x1p-53, 3 * 0x1p-1074, 7, 1<<53 - 1, 1 << 53, 1e17}

func same(a, b float64) bool {
	return math.Float64bits(a) == math.Float64bits(b) || a != a && b != b
}

// numbers calls f with many pairs, the odd ones among them.
func pairs(f func(x, y float64, r *rand.Rand)) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, x := range oddNumbers {
		for _, y := range oddNumbers {
			f(x, y, r)
			f(-x, y, r)
			f(x, -y, r)
			f(-x, -y, r)
		}
	}
	for range 20_000 {
		f(math.Float64frombits(r.Uint64()), math.Float64frombits(r.Uint64()), r)
		f(r.NormFloat64(), r.NormFloat64(), r)
	}
}

func TestFMA(t *testing.T) {
	check := func(x, y, z float64) {
		t.Helper()
		if got, want := fma(x, y, z), math.FMA(x, y, z); !same(got, want) {
			t.Fatalf("%x·%x + %x = %x, want %x", x, y, z, got, want)
		}
	}
	pairs(func(x, y float64, r *rand.Rand) {
		for _, z := range oddNumbers {
			check(x, y, z)
			check(x, y, -z)
		}
		z := -x * y
		check(x, y, z)
		check(x, y, math.Float64frombits(math.Float64bits(z)+r.Uint64N(64)-32))
		check(x, y, math.Float64frombits(math.Float64bits(z)+(r.Uint64N(256)-128)<<52))
	})
	// Sums with few places, and those in the middle between two of them.
	r := rand.New(rand.NewPCG(7, 8))
	number := func(e int) float64 {
		m := r.Uint64() & (1<<52 - 1)
		switch r.IntN(4) {
		case 0:
			m &= r.Uint64() & r.Uint64() & r.Uint64()
		case 1:
			m &^= 1<<r.IntN(53) - 1
		case 2:
			m |= 1<<r.IntN(53) - 1
		}
		return math.Ldexp(math.Float64frombits(r.Uint64()<<63|1023<<52|m), e)
	}
	for range 100_000 {
		a, b := r.IntN(200)-600, r.IntN(200)-1060
		x, y := number(a), number(b-a)
		check(x, y, number(b+r.IntN(130)-65))
		check(x, y, math.Float64frombits(math.Float64bits(-x*y)+r.Uint64N(64)-32))
		check(x, y, number(-1022-r.IntN(54)))
		check(number(a), number(-1074-a-r.IntN(3)), number(-1022-r.IntN(53)))
	}
}

func TestModAndPow(t *testing.T) {
	pairs(func(x, y float64, r *rand.Rand) {
		if got, want := mod(x, y), math.Mod(x, y); !same(got, want) {
			t.Fatalf("mod(%x, %x) = %x, want %x", x, y, got, want)
		}
		ax := math.Abs(x)
		if !(ax > 0 && ax <= math.MaxFloat64) || x == 1 || y == 0 || !(math.Abs(y) <= math.MaxFloat64) || x < 0 && y != math.Floor(y) {
			if got, want := pow(x, y), math.Pow(x, y); !same(got, want) {
				t.Fatalf("pow(%x, %x) = %x, want %x", x, y, got, want)
			}
		}
	})
}

func TestLdexp(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 20_000 {
		x, e := 1+r.Float64(), r.IntN(2200)-1100
		if got, want := ldexp(x, e), math.Ldexp(x, e); !same(got, want) {
			t.Fatalf("ldexp(%x, %d) = %x, want %x", x, e, got, want)
		}
	}
}
