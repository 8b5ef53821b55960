package fmath

import (
	"math"
	"math/big"
	"math/rand"
	"testing"
)

// truePi comes of Machin's formula.
func truePi() *big.Float {
	const prec = 1400
	one := new(big.Float).SetPrec(prec).SetInt64(1)
	arctan := func(n int64) *big.Float {
		x := new(big.Float).SetPrec(prec).Quo(one, new(big.Float).SetInt64(n))
		square := new(big.Float).SetPrec(prec).SetInt64(-n * n)
		sum, term := new(big.Float).SetPrec(prec).Set(x), new(big.Float).SetPrec(prec).Set(x)
		for k := int64(3); term.MantExp(nil) > -prec; k += 2 {
			term.Quo(term, square)
			sum.Add(sum, new(big.Float).SetPrec(prec).Quo(term, new(big.Float).SetInt64(k)))
		}
		return sum
	}
	pi := new(big.Float).SetPrec(prec).Mul(new(big.Float).SetInt64(4), arctan(5))
	pi.Sub(pi, arctan(239))
	return pi.Mul(pi, new(big.Float).SetInt64(4))
}

// trueSin is the sine of x + turn·π/2, by its series.
func trueSin(x float64, turn int64, pi *big.Float) *big.Float {
	const prec = 1400
	half := new(big.Float).SetPrec(prec).Quo(pi, new(big.Float).SetInt64(2))
	a := new(big.Float).SetPrec(prec).SetFloat64(x)
	a.Add(a, new(big.Float).SetPrec(prec).Mul(half, new(big.Float).SetInt64(turn)))
	tau := new(big.Float).SetPrec(prec).Mul(pi, new(big.Float).SetInt64(2))
	n, _ := new(big.Float).SetPrec(prec).Quo(a, tau).Int(nil)
	a.Sub(a, new(big.Float).SetPrec(prec).Mul(tau, new(big.Float).SetPrec(prec).SetInt(n)))
	square := new(big.Float).SetPrec(prec).Mul(a, a)
	sum, term := new(big.Float).SetPrec(prec).Set(a), new(big.Float).SetPrec(prec).Set(a)
	for k := int64(2); k < 200; k += 2 {
		term.Mul(term, square)
		term.Quo(term, new(big.Float).SetInt64(-k*(k+1)))
		sum.Add(sum, term)
	}
	return sum
}

func TestTrig(t *testing.T) {
	pi := truePi()
	rnd := rand.New(rand.NewSource(1))
	worst := [3]float64{}
	for i := range 600 {
		x := rnd.NormFloat64() * []float64{1e-4, 1, 10, 1e5, 1e9, 1e17}[i%6]
		if i%7 == 0 { // near a multiple of a quarter of a turn
			x = float64(rnd.Int63n(1<<40)>>(rnd.Intn(39))) * (math.Pi / 2)
		}
		if i%50 == 0 {
			x = math.Float64frombits(rnd.Uint64()&^(1<<62) | uint64(rnd.Intn(900))<<52)
		}
		s, c := trueSin(x, 0, pi), trueSin(x, 1, pi)
		tan := zero().Quo(s, c)
		worst[0] = max(worst[0], ulps(Sin(x), zero().Set(s)))
		worst[1] = max(worst[1], ulps(Cos(x), zero().Set(c)))
		worst[2] = max(worst[2], ulps(Tan(x), tan))
		if worst[0] > 0.9 || worst[1] > 0.9 || worst[2] > 2 {
			t.Fatalf("at %v: sin %v (math %v), cos %v (math %v), tan %v: off by %v units", x, Sin(x), math.Sin(x), Cos(x), math.Cos(x), Tan(x), worst)
		}
	}
	t.Logf("off by %v units at most", worst)
	for _, x := range []float64{math.Inf(1), math.Inf(-1), math.NaN()} {
		if Sin(x) == Sin(x) || Cos(x) == Cos(x) || Tan(x) == Tan(x) {
			t.Errorf("of %v there is none", x)
		}
	}
	if x := math.Copysign(0, -1); math.Float64bits(Sin(x)) != 1<<63 || Cos(x) != 1 || math.Float64bits(Tan(x)) != 1<<63 {
		t.Errorf("of -0: %v %v %v", Sin(x), Cos(x), Tan(x))
	}
}

func TestErf(t *testing.T) {
	for x := -7.0; x <= 7; x += 0.01 {
		if got, want := Erf(x), math.Erf(x); math.Abs(got-want) > 0x1p-49*math.Abs(want) {
			t.Fatalf("Erf(%v) = %v, want %v", x, got, want)
		}
	}
	for _, x := range []float64{0, math.Copysign(0, -1), 5e-324, 1e-300, math.Inf(1), math.Inf(-1)} {
		if got, want := Erf(x), math.Erf(x); math.Abs(got-want) > math.Abs(want)*0x1p-51 || math.Signbit(got) != math.Signbit(want) {
			t.Errorf("Erf(%v) = %v, want %v", x, got, want)
		}
	}
	if got := Erf(math.NaN()); got == got {
		t.Error("Erf(NaN)")
	}
}
