package transform

import (
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
)

// vectorElement gives one element of a vector as a number: of a probability's
// vector the one that a page wants.
//
// Spark: vector_to_array(v)[index], ml/functions.scala. A sparse vector has its
// zeros, NaN stays NaN, null is refused, and so is a vector that has no such
// element (in Spark 4, which counts from 0 here as well, an error too).
type vectorElement struct{ size, index int }

func readVectorElement(s *Source) (Transformer, error) {
	t := &vectorElement{size: s.IntOr("input_size", 0), index: s.Int("index")}
	if t.index < 0 || t.size > 0 && t.index >= t.size {
		s.Fail("index", "is "+strconv.Itoa(t.index)+", which is no position among "+strconv.Itoa(t.size)+" elements")
	}
	return t, s.Err()
}

func (t *vectorElement) Inputs() []Port { return []Port{{Name: "input", Type: vectorOf(t.size)}} }

func (t *vectorElement) Outputs() []Port {
	return []Port{{Name: "output", Type: frame.ScalarOf(frame.Double)}}
}

func (t *vectorElement) Transform(in, out []*frame.Value) error {
	if in[0].Size() <= t.index {
		return tooShort(0, in[0], t.index+1)
	}
	out[0].SetNum(in[0].At(t.index))
	return nil
}
