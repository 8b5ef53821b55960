package transform

import (
	"math"
	"strconv"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

// sparkAssembler is the vector assembler of a model that Spark itself saved. It
// takes each column for what it is, a number, a boolean or a vector of any size.
//
// Spark: ml/feature/VectorAssembler.scala. handle_invalid says what becomes of
// null and, but for numbers in vectors, of NaN: "error" refuses it, "skip" drops
// the row, "keep" makes it NaN, as many times as the vector is known to be long.
type sparkAssembler struct {
	invalid invalid
	node    *bundle.Node
	inputs  []Port
	size    int // -1 where it is not known
}

func readSparkAssembler(s *Source) (Transformer, error) {
	t := &sparkAssembler{invalid: readInvalid(s, invalidError), node: s.Node}
	for i, shape := range s.Shapes("input_shapes") {
		t.add(i, frame.Type{Kind: shape.Kind, Dims: shape.Dims})
	}
	return t, s.Err()
}

// add adds an input.
func (t *sparkAssembler) add(i int, typ frame.Type) {
	if n := vectorSize(typ); n < 0 || t.size < 0 {
		t.size = -1
	} else {
		t.size += n
	}
	typ.Base = frame.Double
	t.inputs = append(t.inputs, Port{Name: "input" + strconv.Itoa(i), Type: typ.OrNull()})
}

// vectorSize is the number of elements of a vector, 1 of a number, -1 where it
// is not known.
func vectorSize(t frame.Type) int {
	switch {
	case t.Kind != frame.Tensor:
		return 1
	case len(t.Dims) != 1:
		return -1
	}
	return t.Dims[0]
}

// Resolve takes the columns for what they are. A size that the bundle knows of a
// vector and the column does not stays.
func (t *sparkAssembler) Resolve(columns frame.Schema) (Transformer, error) {
	u := &sparkAssembler{invalid: t.invalid, node: t.node}
	for i, p := range t.inputs {
		typ := p.Type
		if c, ok := columnType(t.node, p.Name, columns); ok && (c.Kind == frame.Tensor || c.Kind == frame.Scalar) {
			typ = frame.Type{Kind: c.Kind, Dims: c.Dims}
			if vectorSize(c) < 0 && p.Type.Kind == frame.Tensor {
				typ.Dims = p.Type.Dims
			}
		}
		u.add(i, typ)
	}
	return u, nil
}

// Inputs leave out the vectors' sizes: rows may have others.
func (t *sparkAssembler) Inputs() []Port {
	ports := make([]Port, len(t.inputs))
	for i, p := range t.inputs {
		p.Type.Dims = nil
		ports[i] = p
	}
	return ports
}

func (t *sparkAssembler) Outputs() []Port {
	out := frame.TensorOf(frame.Double).OrNull()
	if t.size >= 0 {
		out.Dims = []int{t.size}
	}
	return []Port{{Name: "output", Type: out}}
}

func (t *sparkAssembler) Transform(in, out []*frame.Value) error {
	size, nonzeros := 0, 0
	for i, v := range in {
		vector := t.inputs[i].Type.Kind == frame.Tensor
		n := 1
		switch {
		case v.Null || !vector && v.Num != v.Num:
			if t.invalid != invalidKeep {
				return t.refuse(i, v)
			}
			if vector {
				if n = vectorSize(t.inputs[i].Type); n < 0 {
					return Bad(i, ErrNull, "null instead of a vector", "a VectorSizeHint before the assembler would say how many NaN to put in its place")
				}
			}
			nonzeros += n
		case vector:
			n = v.Size()
			for _, x := range v.Nums {
				if x != 0 {
					nonzeros++
				}
			}
		case v.Num != 0:
			nonzeros++
		}
		size += n
	}
	switch sparse := sparser(nonzeros, size); {
	case nonzeros > mostElements || size > mostElements && !sparse:
		return tooMuch(0, size, mostElements, "elements")
	case sparse:
		t.sparse(in, out[0], size, nonzeros)
	default:
		t.dense(in, out[0].Zeros(size))
	}
	return nil
}

func (t *sparkAssembler) refuse(i int, v *frame.Value) error {
	if t.invalid == invalidSkip {
		return Drop
	}
	if v.Null {
		return Bad(i, ErrNull, "null where a number or vector goes", `handle_invalid is "error"; "keep" would make it NaN, an imputer before the assembler would fill it in`)
	}
	return Bad(i, ErrRange, "NaN", `handle_invalid is "error"; "keep" would let it pass`)
}

// dense fills d, which is all zeros.
func (t *sparkAssembler) dense(in []*frame.Value, d []float64) {
	at := 0
	for i, v := range in {
		n := 1
		switch {
		case v.Null:
			n = max(vectorSize(t.inputs[i].Type), 0)
			for j := range n {
				d[at+j] = math.NaN()
			}
		case t.inputs[i].Type.Kind == frame.Scalar:
			if v.Num != 0 { // -0.0 becomes 0.0
				d[at] = v.Num
			}
		default:
			n = v.Size()
			for k, x := range v.Nums {
				if v.Sparse {
					k = int(v.Indices[k])
				}
				if x != 0 {
					d[at+k] = x
				}
			}
		}
		at += n
	}
}

func (t *sparkAssembler) sparse(in []*frame.Value, out *frame.Value, size, nonzeros int) {
	indices, nums := out.SparseOf(size, nonzeros)
	at, e := 0, 0
	for i, v := range in {
		n := 1
		switch {
		case v.Null:
			n = max(vectorSize(t.inputs[i].Type), 0)
			for j := range n {
				indices[e], nums[e] = int32(at+j), math.NaN()
				e++
			}
		case t.inputs[i].Type.Kind == frame.Scalar:
			if v.Num != 0 {
				indices[e], nums[e] = int32(at), v.Num
				e++
			}
		default:
			n = v.Size()
			for k, x := range v.Nums {
				if v.Sparse {
					k = int(v.Indices[k])
				}
				if x != 0 {
					indices[e], nums[e] = int32(at+k), x
					e++
				}
			}
		}
		at += n
	}
}
