package transform

import (
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
)

// reverseStringIndexer gives back the label of an index, or of each index of a
// list or tensor.
//
// Spark: ml/feature/StringIndexer.scala (IndexToString), for numbers; MLeap's
// core/feature/ReverseStringIndexerModel.scala for lists and tensors. An index
// loses its fraction, towards zero, so that 1.7 is label 1 and -0.5 label 0. Any
// other is refused, NaN among them, as in Spark 4 (MLeap has NaN be label 0).
// Models that Spark 3 itself saved have NaN be label 0 too, and leave null null.
type reverseStringIndexer struct {
	labels []string
	shape  frame.Type // of the input
	spark3 bool
}

func readReverseStringIndexer(s *Source) (Transformer, error) {
	t := &reverseStringIndexer{labels: s.Strings("labels"), shape: frame.ScalarOf(frame.Double)}
	if s.Has("input_shape") {
		shape := s.Shape("input_shape")
		t.shape = frame.Type{Kind: shape.Kind, Base: frame.Double, Nullable: shape.Nullable, Dims: shape.Dims}
		if shape.Nullable || shape.Kind == frame.Map {
			s.Fail("input_shape", "is "+t.shape.String()+"; it takes numbers, lists and tensors, and none that may be null")
		}
	}
	if v := s.Spark(); v > 0 && v < 400 && t.shape.Kind == frame.Scalar {
		t.spark3 = true
		t.shape.Nullable = true
	}
	return t, s.Err()
}

func (t *reverseStringIndexer) Inputs() []Port { return []Port{{Name: "input", Type: t.shape}} }

func (t *reverseStringIndexer) Outputs() []Port {
	out := t.shape
	out.Base, out.Nullable = frame.String, true
	return []Port{{Name: "output", Type: out}}
}

func (t *reverseStringIndexer) Holds() []Fact { return []Fact{{"labels", len(t.labels)}} }

func (t *reverseStringIndexer) Transform(in, out []*frame.Value) error {
	if in[0].Null {
		out[0].SetNull()
		return nil
	}
	if t.shape.Kind == frame.Scalar {
		label, err := t.label(in[0].Num)
		out[0].SetStr(label)
		return err
	}
	out[0].Reset()
	out[0].Sparse = in[0].Sparse
	out[0].Dims = append(out[0].Dims, in[0].Dims...)
	out[0].Indices = append(out[0].Indices, in[0].Indices...)
	for _, x := range in[0].Nums {
		label, err := t.label(x)
		if err != nil {
			return err
		}
		out[0].Strs = append(out[0].Strs, label)
	}
	return nil
}

func (t *reverseStringIndexer) label(x float64) (string, error) {
	if t.spark3 && x != x {
		x = 0
	}
	if x > -1 && x < float64(len(t.labels)) {
		return t.labels[int(x)], nil
	}
	return "", Bad(0, ErrRange, "index "+strconv.FormatFloat(x, 'g', -1, 64)+" has no label", "there are "+strconv.Itoa(len(t.labels))+" labels, counted from 0")
}
