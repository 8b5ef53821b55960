package transform

import (
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
)

// minMaxScaler maps each feature's range in the training data onto one range,
// [minValue, maxValue].
//
// Spark: ml/feature/MinMaxScaler.scala (MinMaxScalerModel.transform). A feature
// that was constant becomes the middle of the range, NaN stays NaN, and values
// outside the training data's range land outside the new one. The result is
// dense. It rounds as MLeap does, (x - min) / range * scale + minValue; in models
// that Spark itself saved as Spark does, which multiplies by scale / range.
type minMaxScaler struct {
	min, span []float64 // of the training data
	low, high float64   // the new range
	scale     float64   // from the one to the other
	times     []float64 // scale / range, or 0; nil: round as MLeap does
}

func readMinMaxScaler(s *Source) (Transformer, error) {
	t := &minMaxScaler{min: s.Vector("min"), low: s.FloatOr("minValue", 0)}
	t.high = s.FloatOr("maxValue", 1)
	t.scale = t.high - t.low
	high := s.Vector("max")
	if s.Err() == nil && len(high) != len(t.min) {
		s.Fail("max", "has "+strconv.Itoa(len(high))+" elements, and min "+strconv.Itoa(len(t.min)))
	}
	if s.Err() != nil {
		return nil, s.Err()
	}
	t.span = make([]float64, len(high))
	for i := range high {
		t.span[i] = high[i] - t.min[i]
	}
	if s.Spark() > 0 {
		t.times = make([]float64, len(high))
		for i, span := range t.span {
			if span != 0 {
				t.times[i] = t.scale / span
			}
		}
	}
	return t, s.Err()
}

func (t *minMaxScaler) Inputs() []Port {
	return []Port{{Name: "input", Type: frame.TensorOf(frame.Double, len(t.min))}}
}

func (t *minMaxScaler) Outputs() []Port {
	return []Port{{Name: "output", Type: frame.TensorOf(frame.Double, len(t.min)).OrNull()}}
}

func (t *minMaxScaler) Transform(in, out []*frame.Value) error {
	d := expand(in[0], out[0])
	for i, x := range d {
		if x != x {
			continue
		}
		if t.times != nil {
			if d[i] = (t.low + t.high) / 2; t.times[i] != 0 {
				d[i] = float64((x-t.min[i])*t.times[i]) + t.low
			}
			continue
		}
		raw := 0.5
		if t.span[i] != 0 {
			raw = (x - t.min[i]) / t.span[i]
		}
		d[i] = float64(raw*t.scale) + t.low
	}
	return nil
}
