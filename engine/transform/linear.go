package transform

import "github.com/pageleap/pageleap/engine/frame"

// linear is what models of one weighted sum have in common.
type linear struct {
	coefficients []float64
	intercept    float64
}

func readLinear(s *Source) linear {
	return linear{s.Vector("coefficients"), s.Float("intercept")}
}

func (l *linear) Inputs() []Port {
	return []Port{{Name: "features", Type: frame.TensorOf(frame.Double, len(l.coefficients))}}
}

func (l *linear) Holds() []Fact { return []Fact{{"coefficients", len(l.coefficients)}} }

// margin is the weighted sum of a vector's elements, and the intercept.
func (l *linear) margin(features *frame.Value) float64 {
	return dotVector(features, l.coefficients) + l.intercept
}

// wantBinary leaves a fault in s unless its model is of two classes.
func wantBinary(s *Source) {
	if s.Int("num_classes") != 2 && s.Err() == nil {
		s.Fail("num_classes", "is not 2, and "+s.Model.Op+" knows only two classes")
	}
}
