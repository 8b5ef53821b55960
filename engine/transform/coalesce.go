package transform

import (
	"math"
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
)

// coalesce is the first of its inputs that is not null, or null. NaN is a value.
//
// MLeap: core/feature/CoalesceModel.scala. "nullable_inputs" says for each input
// whether it may be null. The inputs are taken in the order of their ports'
// numbers.
type coalesce struct {
	nullable []bool
}

func readCoalesce(s *Source) (Transformer, error) {
	return &coalesce{nullable: s.Bools("nullable_inputs")}, s.Err()
}

func (t *coalesce) Inputs() []Port {
	ports := make([]Port, len(t.nullable))
	for i, nullable := range t.nullable {
		ports[i] = Port{Name: "input" + strconv.Itoa(i), Type: frame.Type{Kind: frame.Scalar, Base: frame.Double, Nullable: nullable}}
	}
	return ports
}

func (t *coalesce) Outputs() []Port {
	return []Port{{Name: "output", Type: frame.ScalarOf(frame.Double).OrNull()}}
}

func (t *coalesce) Transform(in, out []*frame.Value) error {
	for _, v := range in {
		if !v.Null {
			out[0].SetNum(v.Num)
			return nil
		}
	}
	setMissing(out[0])
	return nil
}

// setMissing makes v null. Whoever reads the number without asking finds NaN.
func setMissing(v *frame.Value) {
	v.Num = math.NaN()
	v.SetNull()
}
