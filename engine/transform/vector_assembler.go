package transform

import (
	"math"
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
)

// vectorAssembler puts numbers and vectors end to end into one vector.
//
// Spark: ml/feature/VectorAssembler.scala (assemble). Zeros are left out, -0.0
// among them, and the rest is stored as Vector.compressed has it (see sparser).
// null is refused. NaN passes, as in MLeap: Spark refuses it too unless
// handleInvalid is "keep", but MLeap's bundles do not carry handleInvalid. See
// sparkAssembler for models that Spark itself saved.
type vectorAssembler struct {
	inputs    []Port
	size      int
	maxSparse int // the most nonzeros that are stored sparse; -1: not even none
}

func readVectorAssembler(s *Source) (Transformer, error) {
	if s.Spark() > 0 && s.Node != nil {
		return readSparkAssembler(s)
	}
	t := &vectorAssembler{}
	for i, shape := range s.Shapes("input_shapes") {
		p := Port{Name: "input" + strconv.Itoa(i), Type: frame.Type{
			Kind: shape.Kind, Base: frame.Double, Nullable: shape.Nullable, Dims: shape.Dims}}
		n := 1
		switch {
		case shape.Kind == frame.Tensor && len(shape.Dims) == 1 && shape.Dims[0] >= 0 && shape.Dims[0] <= math.MaxInt32:
			n = shape.Dims[0]
		case shape.Kind != frame.Scalar:
			s.Fail("input_shapes", "has a "+p.Type.String()+" for input "+strconv.Itoa(i)+", which is neither a number nor a vector of known size")
		}
		t.inputs = append(t.inputs, p)
		t.size += n
	}
	if t.size > math.MaxInt32 {
		s.Fail("input_shapes", "adds up to a vector of "+strconv.Itoa(t.size))
	}
	// The greatest k with sparser(k, size), or -1.
	t.maxSparse = (2*t.size-2)/3 - 1
	return t, s.Err()
}

func (t *vectorAssembler) Inputs() []Port { return t.inputs }

func (t *vectorAssembler) Outputs() []Port {
	return []Port{{Name: "output", Type: frame.TensorOf(frame.Double, t.size).OrNull()}}
}

func (t *vectorAssembler) Transform(in, out []*frame.Value) error {
	nonzeros := 0
	for i, v := range in {
		if v.Null {
			return Bad(i, ErrNull, "null where a number or vector goes", "an imputer before the assembler would fill it in")
		}
		if nonzeros > t.maxSparse {
			continue // dense, however many there are
		}
		if t.inputs[i].Type.Kind == frame.Scalar {
			if v.Num != 0 {
				nonzeros++
			}
			continue
		}
		for _, x := range v.Nums {
			if x != 0 {
				nonzeros++
			}
		}
	}
	switch sparse := nonzeros <= t.maxSparse; {
	case nonzeros > mostElements || t.size > mostElements && !sparse:
		return tooMuch(0, t.size, mostElements, "elements")
	case sparse:
		t.sparse(in, out[0], nonzeros)
	default:
		t.dense(in, out[0].Zeros(t.size))
	}
	return nil
}

// dense fills d, which is all zeros.
func (t *vectorAssembler) dense(in []*frame.Value, d []float64) {
	at := 0
	for i, v := range in {
		switch {
		case t.inputs[i].Type.Kind == frame.Scalar:
			if v.Num != 0 { // -0.0 becomes 0.0
				d[at] = v.Num
			}
			at++
		case v.Sparse:
			for k, j := range v.Indices {
				if x := v.Nums[k]; x != 0 {
					d[at+int(j)] = x
				}
			}
			at += t.inputs[i].Type.Dims[0]
		default:
			for j, x := range v.Nums {
				if x != 0 {
					d[at+j] = x
				}
			}
			at += len(v.Nums)
		}
	}
}

func (t *vectorAssembler) sparse(in []*frame.Value, out *frame.Value, nonzeros int) {
	indices, nums := out.SparseOf(t.size, nonzeros)
	at, n := 0, 0
	for i, v := range in {
		if t.inputs[i].Type.Kind == frame.Scalar {
			if v.Num != 0 {
				indices[n], nums[n] = int32(at), v.Num
				n++
			}
			at++
			continue
		}
		for k, x := range v.Nums {
			if x == 0 {
				continue
			}
			if v.Sparse {
				k = int(v.Indices[k])
			}
			indices[n], nums[n] = int32(at+k), x
			n++
		}
		at += t.inputs[i].Type.Dims[0]
	}
}
