package kernel

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
)

func TestPutNumber(t *testing.T) {
	memory = make([]byte, 4096)
	r := rand.New(rand.NewPCG(7, 8))
	check := func(x float64) {
		t.Helper()
		want := strconv.FormatFloat(x, 'g', -1, 64)
		end := putNumber(64, 1024, x)
		if got := string(memory[64:end]); got != want {
			t.Fatalf("%x is written %s, want %s", x, got, want)
		}
	}
	for _, x := range append(oddNumbers, 100000, 1000000, 123456.75, 1e21, 1e22, 1e23, 9007199254740993, 0.0001, 0.00001, 1.5e-5, 2.2250738585072014e-308, math.Pi, 5e-324, 1e15) {
		check(x)
		check(-x)
	}
	for range 100 {
		check(math.Float64frombits(r.Uint64()))
		check(r.NormFloat64())
		check(float64(r.IntN(1000)) / 8)
		check(math.Ldexp(1, r.IntN(2100)-1074))
	}
}
