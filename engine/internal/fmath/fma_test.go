package fmath

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestSoftFMA(t *testing.T) {
	check := func(x, y, z float64) {
		t.Helper()
		got, want := softFMA(x, y, z), math.FMA(x, y, z)
		if math.Float64bits(got) != math.Float64bits(want) && !(got != got && want != want) {
			t.Fatalf("%x·%x + %x = %x, want %x", x, y, z, got, want)
		}
	}
	odd := []float64{0, 1, 3, 0.1, 1e-300, 5e-324, 1e300, 0x1p-1022, 0x1p899, 0x1p-450, math.MaxFloat64, math.Inf(1), math.NaN(), 1 + 0x1p-52, 1 - 0x1p-53, 0x1.fffffffffffffp5}
	for _, v := range odd {
		odd = append(odd, -v)
	}
	for _, x := range odd {
		for _, y := range odd {
			for _, z := range odd {
				check(x, y, z)
			}
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	// Mantissas with few bits make ties, and z near -x·y leaves little over.
	number := func(spread int) float64 {
		m := r.Uint64() & (1<<52 - 1)
		switch r.IntN(4) {
		case 0:
			m &= r.Uint64() & r.Uint64() & r.Uint64()
		case 1:
			m &^= 1<<r.IntN(53) - 1
		case 2:
			m |= 1<<r.IntN(53) - 1
		}
		return math.Float64frombits(r.Uint64()<<63 | uint64(1023+r.IntN(2*spread+1)-spread)<<52 | m)
	}
	n := 400_000
	if testing.Short() {
		n /= 20
	}
	for range n {
		x, y := number(60), number(60)
		check(x, y, number(120))
		z := -x * y
		check(x, y, z)
		check(x, y, math.Nextafter(z, math.Inf(1)))
		check(x, y, math.Float64frombits(math.Float64bits(z)+r.Uint64N(64)-32))
		check(x, y, math.Ldexp(number(0), math.Ilogb(z)+r.IntN(120)-60))
		check(number(500), number(500), number(1000))
	}
}
