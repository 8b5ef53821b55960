package transform

import (
	"strconv"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

// binarizer answers 1 where a number is above its threshold, else 0.
//
// Spark: ml/feature/Binarizer.scala. The comparison is strict. A scalar that is
// NaN or null gives 0 (MLeap refuses null). Vectors are compared element by
// element, the zeros that a sparse one leaves out too: below a negative
// threshold they are ones (MLeap leaves them 0), and so is NaN then, while NaN
// is 0 above any other threshold. The answer is compressed
// (Vector.compressed). A null vector is refused.
//
// Spark exports several columns, on ports input0, input1 …, with "thresholds" and
// "input_shapes_list"; MLeap cannot load those. "sklearn_binarizer" is the same
// op with a list of one shape (MLeap: bundle/ops/sklearn/BinarizerOp.scala).
//
// A model that Spark itself saved takes its column for what it is, a number or a
// vector; Spark 3 leaves null null.
type binarizer struct {
	thresholds []float64
	inputs     []Port
	outputs    []Port
	keepNull   bool
}

func readBinarizer(s *Source) (Transformer, error) {
	if !s.Has("thresholds") {
		t, err := newBinarizer(s, false, []float64{s.Float("threshold")}, []bundle.DataShape{s.Shape("input_shapes")})
		if v := s.Spark(); v > 0 && s.Node != nil && err == nil {
			t.keepNull = v < 400
			return &sparkBinarizer{t, s.Node}, s.Err()
		}
		return t, err
	}
	if s.Has("threshold") {
		s.Fail("thresholds", `stands beside "threshold": only one of them may be set`)
	}
	return newBinarizer(s, true, s.Floats("thresholds"), s.Shapes("input_shapes_list"))
}

func readSklearnBinarizer(s *Source) (Transformer, error) {
	shapes := s.Shapes("input_shapes")
	if len(shapes) != 1 && s.Err() == nil {
		s.Fail("input_shapes", "has "+strconv.Itoa(len(shapes))+" shapes, not 1")
	}
	return newBinarizer(s, false, []float64{s.Float("threshold")}, shapes)
}

// sparkBinarizer is a binarizer whose input is yet to be known.
type sparkBinarizer struct {
	*binarizer
	node *bundle.Node
}

// Resolve takes the column for what it is.
func (t *sparkBinarizer) Resolve(columns frame.Schema) (Transformer, error) {
	in, ok := columnType(t.node, "input", columns)
	if !ok {
		return t.binarizer, nil
	}
	b := &binarizer{thresholds: t.thresholds, keepNull: t.keepNull}
	b.add("input", "output", frame.Type{Kind: in.Kind, Base: frame.Double, Dims: in.Dims})
	return b, nil
}

func newBinarizer(s *Source, several bool, thresholds []float64, shapes []bundle.DataShape) (*binarizer, error) {
	if len(thresholds) != len(shapes) {
		s.Fail("thresholds", "has "+strconv.Itoa(len(thresholds))+" values for "+strconv.Itoa(len(shapes))+" columns")
	}
	if err := s.Err(); err != nil {
		return nil, err
	}
	t := &binarizer{thresholds: thresholds}
	for i, shape := range shapes {
		in, out := "input", "output"
		if several {
			in, out = in+strconv.Itoa(i), out+strconv.Itoa(i)
		}
		typ := frame.Type{Kind: shape.Kind, Base: frame.Double, Dims: shape.Dims}
		if shape.Kind != frame.Scalar && shape.Kind != frame.Tensor {
			return nil, s.Malformed("column " + strconv.Itoa(i) + " is a " + typ.String() + ", neither a number nor a vector")
		}
		t.add(in, out, typ)
	}
	return t, nil
}

// add adds a column, a number or a vector.
func (t *binarizer) add(in, out string, typ frame.Type) {
	from, to := typ, typ
	if typ.Kind == frame.Tensor {
		to.Nullable = true
	} else {
		from.Nullable, to.Nullable = true, t.keepNull
	}
	t.inputs = append(t.inputs, Port{Name: in, Type: from})
	t.outputs = append(t.outputs, Port{Name: out, Type: to})
}

func (t *binarizer) Inputs() []Port  { return t.inputs }
func (t *binarizer) Outputs() []Port { return t.outputs }

func (t *binarizer) Transform(in, out []*frame.Value) error {
	for i, v := range in {
		threshold := t.thresholds[i]
		switch {
		case t.inputs[i].Type.Kind == frame.Tensor:
			if !binarize(out[i], v, threshold) {
				return tooMuch(i, v.Size(), mostElements, "elements")
			}
		case v.Null && t.keepNull:
			out[i].SetNull()
		case !v.Null && v.Num > threshold:
			out[i].SetNum(1)
		default:
			out[i].SetNum(0)
		}
	}
	return nil
}

// binarize says whether the answer is not too large.
func binarize(out, v *frame.Value, threshold float64) bool {
	if v.Sparse && threshold >= 0 {
		ones := 0
		for _, x := range v.Nums {
			if x > threshold {
				ones++
			}
		}
		if size := v.Size(); sparser(ones, size) {
			out.StartSparse(size)
			for k, x := range v.Nums {
				if x > threshold {
					out.Put(int(v.Indices[k]), 1)
				}
			}
			return true
		}
	}
	if v.Sparse && v.Size() > mostElements {
		return false
	}
	d := expand(v, out)
	for i, x := range d {
		d[i] = 0
		if x > threshold || threshold < 0 && x != x {
			d[i] = 1
		}
	}
	compress(out)
	return true
}
