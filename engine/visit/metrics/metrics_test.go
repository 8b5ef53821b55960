package metrics

import (
	"math"
	"math/rand/v2"
	"testing"
)

func random(r *rand.Rand, n, levels int) []Scored {
	s := make([]Scored, n)
	for i := range s {
		// Few levels make many ties.
		s[i].Score = float64(r.IntN(levels)+1) / float64(levels+1)
		s[i].True = r.Float64() < s[i].Score*0.7
	}
	return s
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-12 }

// AUC is what counting every pair gives.
func TestAUC(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, levels := range []int{1, 2, 5, 1000} {
		s := random(r, 200, levels)
		var won, pairs float64
		for _, a := range s {
			for _, b := range s {
				if a.True && !b.True {
					pairs++
					switch {
					case a.Score > b.Score:
						won++
					case a.Score == b.Score:
						won += 0.5
					}
				}
			}
		}
		if got := AUC(s); !near(got, won/pairs) {
			t.Errorf("%d levels: %v, pairs give %v", levels, got, won/pairs)
		}
	}
	for _, s := range [][]Scored{nil, {{0.5, true}}, {{0.5, false}, {0.1, false}}} {
		if got := AUC(s); got == got {
			t.Errorf("%v: %v, not NaN", s, got)
		}
	}
}

// Average precision is the sum over thresholds of precision times what recall
// gains, as scikit-learn defines it.
func TestAveragePrecision(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, levels := range []int{1, 2, 5, 1000} {
		s := random(r, 200, levels)
		trues := 0.0
		for _, x := range s {
			if x.True {
				trues++
			}
		}
		want, before := 0.0, 0.0
		for level := levels; level > 0; level-- {
			var hit, all float64
			for _, x := range s {
				if x.Score >= float64(level)/float64(levels+1) {
					all++
					if x.True {
						hit++
					}
				}
			}
			if all > 0 {
				want += (hit/trues - before) * hit / all
				before = hit / trues
			}
		}
		if got := AveragePrecision(s); !near(got, want) {
			t.Errorf("%d levels: %v, want %v", levels, got, want)
		}
	}
	if got := AveragePrecision([]Scored{{0.9, true}, {0.8, false}, {0.7, true}}); !near(got, (1+2.0/3)/2) {
		t.Error(got)
	}
}

func TestLogLoss(t *testing.T) {
	got := LogLoss([]Scored{{0.8, true}, {0.4, false}, {1, true}})
	if want := -(math.Log(0.8) + math.Log(0.6) + math.Log(1-1e-15)) / 3; !near(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got := LogLoss([]Scored{{0, true}}); !near(got, -math.Log(1e-15)) {
		t.Errorf("a sure error costs %v", got)
	}
}

func TestCalibration(t *testing.T) {
	s := []Scored{{0.1, false}, {0.1, true}, {0.1, false}, {0.3, true}, {0.6, true}, {0.9, true}}
	bins := Calibration(s, 3)
	want := []Bin{{0.1, 0.1, 3, 0.1, 1.0 / 3}, {0.3, 0.3, 1, 0.3, 1}, {0.6, 0.9, 2, 0.75, 1}}
	if len(bins) != len(want) {
		t.Fatal(bins)
	}
	for i := range bins {
		b, w := bins[i], want[i]
		if b.Low != w.Low || b.High != w.High || b.Count != w.Count || !near(b.Mean, w.Mean) || !near(b.Observed, w.Observed) {
			t.Errorf("bin %d is %+v, want %+v", i, b, w)
		}
	}
	if got := CalibrationError(bins); !near(got, (3*(1.0/3-0.1)+0.7+2*0.25)/6) {
		t.Error(got)
	}
	n := 0
	for _, b := range Calibration(random(rand.New(rand.NewPCG(5, 6)), 1000, 40), 10) {
		n += b.Count
	}
	if n != 1000 {
		t.Errorf("%d of 1000 cases are in bins", n)
	}
}
