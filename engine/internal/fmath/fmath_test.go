package fmath

import (
	"math"
	"math/big"
	"math/rand"
	"testing"
)

const prec = 300

func float(x float64) *big.Float { return new(big.Float).SetPrec(prec).SetFloat64(x) }
func zero() *big.Float           { return new(big.Float).SetPrec(prec) }

// trueExp is e^x, by its series at x/1024.
func trueExp(x *big.Float) *big.Float {
	r := zero().SetMantExp(x, -10)
	sum, term := float(1), float(1)
	for n := 1; n < 60; n++ {
		term = zero().Quo(zero().Mul(term, r), float(float64(n)))
		sum = zero().Add(sum, term)
	}
	for range 10 {
		sum = zero().Mul(sum, sum)
	}
	return sum
}

// trueLog is log(x), improved from a double by Halley's step, twice.
func trueLog(x *big.Float) *big.Float {
	f, _ := x.Float64()
	y := float(math.Log(f))
	for range 2 {
		e := trueExp(y)
		step := zero().Quo(zero().Sub(x, e), zero().Add(x, e))
		y = zero().Add(y, zero().Mul(step, float(2)))
	}
	return y
}

// ulps is how many units in the last place got is off.
func ulps(got float64, want *big.Float) float64 {
	d := zero().Sub(float(got), want)
	u := math.Nextafter(math.Abs(got), math.Inf(1)) - math.Abs(got)
	e, _ := zero().Quo(d, float(u)).Float64()
	return math.Abs(e)
}

func TestExp(t *testing.T) {
	rnd := rand.New(rand.NewSource(1))
	worst := 0.0
	for i := range 2000 {
		x := rnd.NormFloat64() * []float64{1e-9, 0.01, 1, 30, 250}[i%5]
		if x > 709 || x < -708 {
			continue
		}
		worst = max(worst, ulps(Exp(x), trueExp(float(x))))
	}
	t.Logf("off by %.4f units at most", worst)
	if worst > 0.51 {
		t.Errorf("off by %v units", worst)
	}
	for _, c := range [][2]float64{
		{0, 1}, {math.Copysign(0, -1), 1}, {math.Inf(1), math.Inf(1)}, {math.Inf(-1), 0},
		{1, math.E}, {709.782712893384, 1.7976931348622732e308}, {709.7827128933841, math.Inf(1)},
		{-745.1332191019411, 5e-324}, {-745.1332191019412, 0}, {-740, 4.2e-322}, {1e300, math.Inf(1)}, {-1e300, 0},
	} {
		if got := Exp(c[0]); got != c[1] {
			t.Errorf("Exp(%v) = %v, want %v", c[0], got, c[1])
		}
	}
	if !math.IsNaN(Exp(math.NaN())) {
		t.Error("Exp(NaN)")
	}
}

func TestLog(t *testing.T) {
	rnd := rand.New(rand.NewSource(1))
	worst := 0.0
	for i := range 2000 {
		x := rnd.Float64()
		switch i % 5 {
		case 0:
			x = 1 + (x-0.5)/16
		case 1:
			x = 1 + (x-0.5)*1e-7
		case 2:
			x = math.Exp((x - 0.5) * 1400)
		case 3:
			x *= 10
		}
		if x == 1 || x == 0 {
			continue
		}
		worst = max(worst, ulps(Log(x), trueLog(float(x))))
	}
	t.Logf("off by %.4f units at most", worst)
	if worst > 0.51 {
		t.Errorf("off by %v units", worst)
	}
	for _, c := range [][2]float64{
		{1, 0}, {0, math.Inf(-1)}, {math.Copysign(0, -1), math.Inf(-1)}, {math.Inf(1), math.Inf(1)},
		{2, math.Ln2}, {5e-324, -744.4400719213812}, {math.MaxFloat64, 709.782712893384},
		{1 - 0x1p-53, -0x1p-53},
	} {
		if got := Log(c[0]); got != c[1] {
			t.Errorf("Log(%v) = %v, want %v", c[0], got, c[1])
		}
	}
	for _, x := range []float64{-1, math.Inf(-1), math.NaN()} {
		if got := Log(x); got == got {
			t.Errorf("Log(%v) = %v", x, got)
		}
	}
}

func TestPow(t *testing.T) {
	rnd := rand.New(rand.NewSource(1))
	worst := 0.0
	for range 2000 {
		x := math.Exp(rnd.NormFloat64() * 3)
		y := rnd.NormFloat64() * 20
		l := zero().Mul(trueLog(float(x)), float(y))
		if v, _ := l.Float64(); v > 700 || v < -700 {
			continue
		}
		worst = max(worst, ulps(Pow(x, y), trueExp(l)))
	}
	t.Logf("off by %.4f units at most", worst)
	if worst > 0.75 {
		t.Errorf("off by %v units", worst)
	}
	for _, c := range [][3]float64{
		{3, 2, 9}, {-3, 3, -27}, {-3, 2, 9}, {2, 0.5, math.Sqrt2}, {10, -3, 1e-3}, {9, 0.5, 3}, {1e10, 10, 1e100},
		{2, 1023, 0x1p1023}, {2, -1074, 5e-324}, {2, 1e300, math.Inf(1)}, {0.5, 1e300, 0}, {-2, 1025, math.Inf(-1)},
		{0, 2, 0}, {0, -1, math.Inf(1)}, {math.Inf(1), -1, 0}, {7, 0, 1}, {1, 1e300, 1}, {-1, 1e300, 1}, {-1, 3, -1},
		{math.NaN(), 0, 1}, {5e-324, 1, 5e-324}, {math.MaxFloat64, 1, math.MaxFloat64},
	} {
		if got := Pow(c[0], c[1]); got != c[2] {
			t.Errorf("Pow(%v, %v) = %v, want %v", c[0], c[1], got, c[2])
		}
	}
	if got := Pow(-8, 1.0/3); got == got {
		t.Errorf("Pow(-8, 1/3) = %v", got)
	}
}

// Every row of the tables, checked against its definition.
func TestTables(t *testing.T) {
	ln2 := trueLog(float(2))
	for i, per := range []float64{8, 64} {
		for j, e := range exps[i] {
			want := trueExp(zero().Mul(ln2, float(float64(j)/per)))
			if nearest, _ := want.Float32(); e != nearest {
				t.Errorf("exps[%d][%d] is %v, want %v", i, j, e, nearest)
			}
			if rest, _ := zero().Sub(want, float(float64(e))).Float64(); rest != expRests[i][j] {
				t.Errorf("exps[%d][%d] leaves %v, want %v", i, j, expRests[i][j], rest)
			}
		}
	}
	for j, row := range logs {
		if c := float64(float32(64 / float64(64+j))); row[0] != c {
			t.Errorf("logs[%d] is for %v, want %v", j, row[0], c)
		}
		want := trueLog(float(row[0]))
		want.Neg(want)
		if n := row[1] * 0x1p42; n != math.Floor(n) {
			t.Errorf("logs[%d] has more bits than it may", j)
		}
		if rest, _ := zero().Sub(want, float(row[1])).Float64(); rest != row[2] || math.Abs(rest) > 0x1p-43 {
			t.Errorf("logs[%d] leaves %v, want %v", j, row[2], rest)
		}
	}
}

func BenchmarkExp(b *testing.B) {
	s := 0.0
	for i := range b.N {
		s += Exp(float64(i&63) - 32)
	}
	_ = s
}

func BenchmarkLog(b *testing.B) {
	s := 0.0
	for i := range b.N {
		s += Log(float64(i&63) + 0.5)
	}
	_ = s
}
