package xgboost

import (
	"math"
	"testing"
)

// TestFloatFunctions holds values of glibc 2.36, most of them such that the
// float64 functions, rounded, differ in the last bit.
func TestFloatFunctions(t *testing.T) {
	inf := float32(math.Inf(1))
	for _, c := range [][2]float32{
		{4.5355496, 93.27477}, {-3.300975, 0.036847223}, {2.5205903, 12.435936},
		{-5.981714, 0.0025244963}, {16.173365, 1.0568249e+07}, {-6.6234593, 0.0013288262},
		{0, 1}, {88, 1.6516363e+38}, {89, inf}, {-100, 3.8e-44}, {-104, 0}, {inf, inf}, {-inf, 0},
	} {
		if got := expf(c[0]); got != c[1] {
			t.Errorf("expf(%v) is %v, want %v", c[0], got, c[1])
		}
	}
	for _, c := range [][2]float32{
		{1.007077, 0.0070520546}, {1.0167441, 0.0166055}, {1.0147624, 0.014654499},
		{0.99498177, -0.005030868}, {0.9819602, -0.018204525}, {1.0253625, 0.025046201},
		{1, 0}, {0, -inf}, {1e-40, -92.10341}, {inf, inf},
	} {
		if got := logf(c[0]); got != c[1] {
			t.Errorf("logf(%v) is %v, want %v", c[0], got, c[1])
		}
	}
	nan := float32(math.NaN())
	if e, l, m := expf(nan), logf(nan), logf(-1); e == e || l == l || m == m {
		t.Error("NaN becomes a number")
	}
}
