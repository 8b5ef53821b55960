package transform

import (
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
)

// stringMap looks a label up in a table of numbers.
//
// MLeap: core/feature/StringMapModel.scala, in Spark its extension
// ml/mleap/feature/StringMap.scala. A label that is not there, null among them,
// has the default value where handle_invalid is "keep", else it is refused. A
// label that is there twice has its last value.
type stringMap struct {
	values    map[string]float64
	keep      bool
	otherwise float64
}

func readStringMap(s *Source) (Transformer, error) {
	labels, values := s.Strings("labels"), s.Floats("values")
	t := &stringMap{values: make(map[string]float64, len(labels)), otherwise: s.FloatOr("default_value", 0)}
	sameLength(s, "values", len(values), "labels", len(labels))
	for i, label := range labels[:min(len(labels), len(values))] {
		t.values[label] = values[i]
	}
	switch readInvalid(s, invalidError) {
	case invalidKeep:
		t.keep = true
	case invalidSkip:
		s.Fail("handle_invalid", `is "skip", not "error" or "keep"`)
	}
	return t, s.Err()
}

func (t *stringMap) Inputs() []Port {
	return []Port{{Name: "input", Type: frame.ScalarOf(frame.String).OrNull()}}
}
func (t *stringMap) Outputs() []Port {
	return []Port{{Name: "output", Type: frame.ScalarOf(frame.Double)}}
}
func (t *stringMap) Holds() []Fact { return []Fact{{"labels", len(t.values)}} }

func (t *stringMap) Transform(in, out []*frame.Value) error {
	hint := `handle_invalid is "error"; "keep" would give it the default value`
	if !in[0].Null {
		if x, ok := t.values[in[0].Str]; ok {
			out[0].SetNum(x)
			return nil
		}
	}
	switch {
	case t.keep:
		out[0].SetNum(t.otherwise)
		return nil
	case in[0].Null:
		return Bad(0, ErrNull, "null instead of a label", hint)
	}
	return Bad(0, ErrUnseen, "unseen label "+strconv.Quote(in[0].Str), hint)
}
