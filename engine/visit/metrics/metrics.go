// Package metrics says how good probabilities are, given what came of them.
package metrics

import (
	"cmp"
	"math"
	"slices"
)

// Scored is a score and whether what it is about came true.
type Scored struct {
	Score float64 // a probability, or for AUC and AveragePrecision anything that ascends with it
	True  bool
}

// AUC is the area under the ROC curve: how often a true case has a higher score
// than one that is not, pairs with equal scores counting half. It is NaN where
// there are not both kinds.
func AUC(scored []Scored) float64 {
	s := ascending(scored)
	var pairs, trues, falses float64
	for i := 0; i < len(s); {
		var t, f float64
		score := s[i].Score
		for ; i < len(s) && s[i].Score == score; i++ {
			if s[i].True {
				t++
			} else {
				f++
			}
		}
		pairs += t * (falses + f/2)
		trues += t
		falses += f
	}
	return pairs / (trues * falses)
}

// AveragePrecision is the mean, over the true cases, of the precision among
// those scored as high or higher. Those with equal scores come together. It is
// NaN where there are no true cases.
func AveragePrecision(scored []Scored) float64 {
	s := ascending(scored)
	var sum, trues, all float64
	for i := len(s) - 1; i >= 0; {
		t := 0.0
		score := s[i].Score
		for ; i >= 0 && s[i].Score == score; i-- {
			if s[i].True {
				t++
			}
			all++
		}
		trues += t
		sum += t * (trues / all)
	}
	return sum / trues
}

func ascending(scored []Scored) []Scored {
	s := slices.Clone(scored)
	slices.SortFunc(s, func(a, b Scored) int { return cmp.Compare(a.Score, b.Score) })
	return s
}

// LogLoss is the mean of -ln of the probability given to what came true. A
// probability of 0 or 1 counts as 1e-15 away from it.
func LogLoss(scored []Scored) float64 {
	const least = 1e-15
	sum := 0.0
	for _, s := range scored {
		p := s.Score
		if !s.True {
			p = 1 - p
		}
		sum -= math.Log(min(max(p, least), 1-least))
	}
	return sum / float64(len(scored))
}

// Bin is the cases whose probability is in a range.
type Bin struct {
	Low      float64 `json:"low"`
	High     float64 `json:"high"`
	Count    int     `json:"count"`
	Mean     float64 `json:"mean_probability"`
	Observed float64 `json:"observed"` // share of true cases
}

// Calibration puts cases in n bins of equally many, by probability, so that no
// bin is empty and few are decided by chance. Equal probabilities are never
// parted, so there may be fewer bins.
func Calibration(scored []Scored, n int) []Bin {
	s := ascending(scored)
	var bins []Bin
	for lo := 0; lo < len(s); {
		hi := max((len(bins)+1)*len(s)/n, lo+1)
		for hi < len(s) && s[hi].Score == s[hi-1].Score {
			hi++
		}
		b := Bin{Low: s[lo].Score, High: s[hi-1].Score, Count: hi - lo}
		for _, x := range s[lo:hi] {
			b.Mean += x.Score
			if x.True {
				b.Observed++
			}
		}
		b.Mean /= float64(b.Count)
		b.Observed /= float64(b.Count)
		bins = append(bins, b)
		lo = hi
	}
	return bins
}

// CalibrationError is the mean distance between probability and share over the
// bins, weighed by how many cases they have (ECE).
func CalibrationError(bins []Bin) float64 {
	var sum, all float64
	for _, b := range bins {
		sum += float64(b.Count) * math.Abs(b.Mean-b.Observed)
		all += float64(b.Count)
	}
	return sum / all
}
