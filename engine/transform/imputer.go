package transform

import (
	"math"

	"github.com/pageleap/pageleap/engine/frame"
)

// imputer puts a surrogate in the place of missing numbers.
//
// Spark: MLeap's Spark extension ml/mleap/feature/Imputer.scala (ImputerModel),
// which is Spark's own Imputer for one column: null is missing, and so is what
// SQL calls equal to missing_value, where NaN equals NaN. (MLeap's runtime takes
// NaN for missing even where missing_value is a number; Spark leaves it.)
type imputer struct {
	nullable           bool
	missing, surrogate float64
}

func readImputer(s *Source) (Transformer, error) {
	t := &imputer{
		nullable:  s.BoolOr("nullable_input", true),
		missing:   s.FloatOr("missing_value", math.NaN()),
		surrogate: s.Float("surrogate_value"),
	}
	if s.Spark() > 0 && s.Node != nil {
		return readSparkImputer(s, t)
	}
	return t, s.Err()
}

func (t *imputer) Inputs() []Port {
	in := frame.ScalarOf(frame.Double)
	in.Nullable = t.nullable
	return []Port{{Name: "input", Type: in}}
}

func (t *imputer) Outputs() []Port {
	return []Port{{Name: "output", Type: frame.ScalarOf(frame.Double)}}
}

func (t *imputer) Transform(in, out []*frame.Value) error {
	x := in[0].Num
	if in[0].Null || x == t.missing || x != x && t.missing != t.missing {
		x = t.surrogate
	}
	out[0].SetNum(x)
	return nil
}
