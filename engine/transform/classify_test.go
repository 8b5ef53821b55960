package transform

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

func TestArgmax(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		v    []float64
		want int
	}{
		{[]float64{7}, 0},
		{[]float64{1, 2, 2}, 1},
		{[]float64{0, math.Copysign(0, -1)}, 0},
		{[]float64{math.Copysign(0, -1), 0}, 0},
		{[]float64{nan, 5}, 0},
		{[]float64{1, nan, 5}, 2},
		{[]float64{math.Inf(-1), math.Inf(1)}, 1},
	} {
		if got := argmax(c.v); got != c.want {
			t.Errorf("argmax(%v) = %d, want %d", c.v, got, c.want)
		}
	}
}

func TestNormalize(t *testing.T) {
	v := []float64{1, 2, 5}
	if !normalize(v) || !slices.Equal(v, []float64{0.125, 0.25, 0.625}) {
		t.Errorf("got %v", v)
	}
	if v := []float64{0, 0}; normalize(v) || !slices.Equal(v, []float64{0, 0}) {
		t.Errorf("zeros were normalised to %v", v)
	}
}

func TestClassifierPredict(t *testing.T) {
	for _, c := range []struct {
		name       string
		thresholds []float64
		prob       []float64
		want       float64
	}{
		{"scaled", []float64{0.9, 0.1}, []float64{0.8, 0.2}, 1},
		{"tie goes to the first", []float64{0.5, 0.5}, []float64{0.5, 0.5}, 0},
		{"a threshold of 0 wins", []float64{0, 0.1}, []float64{1e-300, 1}, 0},
		{"but not with a probability of 0", []float64{0, 0.1}, []float64{0, 1}, 1},
		{"infinite", []float64{math.Inf(1), 0.1}, []float64{1, 0}, 0},
	} {
		k := classifier{classes: 2, thresholds: c.thresholds}
		if got := k.predict(nil, c.prob); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
	k := classifier{classes: 2}
	raw, prob := []float64{-1e-20, 1e-20}, []float64{0.5, 0.5}
	if got := k.predict(raw, prob); got != 1 {
		t.Errorf("by raw scores: got %v", got)
	}
	k.byProbability = true
	if got := k.predict(raw, prob); got != 0 {
		t.Errorf("by probability: got %v", got)
	}
}

func TestReadClassifier(t *testing.T) {
	read := func(thresholds []float64, outputs ...string) (classifier, error) {
		m := &bundle.Model{Path: "root", Op: "x"}
		if thresholds != nil {
			m.Attributes = []bundle.Attribute{{Name: "thresholds", Kind: bundle.ListAttr, Type: bundle.BasicValue, Base: frame.Double, Floats: thresholds}}
		}
		n := &bundle.Node{Model: m}
		for _, o := range outputs {
			n.Outputs = append(n.Outputs, bundle.Socket{Port: o, Name: o})
		}
		s := NewSource(n, nil)
		c := readClassifier(s, 2)
		return c, s.Err()
	}
	if c, err := read(nil, "raw_prediction", "probability", "prediction"); err != nil || c.thresholds != nil || c.byProbability {
		t.Errorf("got %+v, %v", c, err)
	}
	if c, _ := read(nil, "probability"); !c.byProbability {
		t.Error("a node without raw scores goes by the probability")
	}
	if c, err := read([]float64{0.5, math.NaN()}); err != nil || !slices.Equal(c.thresholds, []float64{0.5, math.Inf(1)}) {
		t.Errorf("got %+v, %v", c, err)
	}
	for _, bad := range [][]float64{{0.5}, {0.5, -1}} {
		if _, err := read(bad); !errors.Is(err, bundle.ErrAttribute) {
			t.Errorf("thresholds %v: %v", bad, err)
		}
	}
}
