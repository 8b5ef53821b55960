package transform

import (
	"math"
	"slices"
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
)

// interaction makes all products of one feature out of each input, with nominal
// features one-hot encoded first.
//
// Spark: ml/feature/Interaction.scala. "num_features<i>" has, for each feature of
// input i, its number of categories, or 1 for a feature that is a number. The
// first input changes slowest. A nominal value must be a whole number below its
// number of categories. What a sparse vector leaves out adds nothing, not even
// where the feature is nominal and 0 a category (MLeap mistakes a sparse entry's
// place for its index; Spark does not). The answer is sparse as MLeap's is; Spark
// compresses it.
type interaction struct {
	inputs []interactor
	size   int
}

type interactor struct {
	port    Port
	counts  []int // categories of each feature, 1 for a number
	offsets []int // where each feature begins among the encoded ones
	size    int   // of all features encoded
}

func readInteraction(s *Source) (Transformer, error) {
	t := &interaction{size: 1}
	shapes := s.Shapes("input_shapes")
	n := s.Int("num_inputs")
	if n != len(shapes) || n == 0 {
		s.Fail("num_inputs", "is "+strconv.Itoa(n)+" with "+strconv.Itoa(len(shapes))+" input_shapes")
	}
	for i, shape := range shapes {
		name := "num_features" + strconv.Itoa(i)
		in := interactor{counts: s.Ints(name)}
		in.port = Port{Name: "input" + strconv.Itoa(i), Type: frame.ScalarOf(frame.Double)}
		switch {
		case shape.Kind == frame.Tensor:
			in.port.Type = frame.TensorOf(frame.Double, len(in.counts))
		case shape.Kind != frame.Scalar:
			s.Fail("input_shapes", "has a list, which is neither a number nor a vector")
		case len(in.counts) != 1:
			s.Fail(name, "has "+strconv.Itoa(len(in.counts))+" features for a number")
		}
		for _, c := range in.counts {
			if c < 1 || c > math.MaxInt32 {
				s.Fail(name, "has "+strconv.Itoa(c)+" categories")
				break
			}
			in.offsets = append(in.offsets, in.size)
			in.size += c
		}
		if in.size <= math.MaxInt32 {
			t.size *= in.size
		}
		if in.size > math.MaxInt32 || t.size > math.MaxInt32 {
			s.Fail(name, "makes more products than a vector can have")
			break
		}
		t.inputs = append(t.inputs, in)
	}
	return t, s.Err()
}

func (t *interaction) Inputs() []Port {
	ports := make([]Port, len(t.inputs))
	for i := range t.inputs {
		ports[i] = t.inputs[i].port
	}
	return ports
}

func (t *interaction) Outputs() []Port {
	return []Port{{Name: "output", Type: frame.TensorOf(frame.Double, t.size).OrNull()}}
}

// Transform begins with the one entry 1 and goes from the last input to the
// first, multiplying the list of entries with each of the input's in turn.
func (t *interaction) Transform(in, out []*frame.Value) error {
	o := out[0]
	o.StartSparse(t.size)
	o.Put(0, 1)
	stride := 1 // how many positions the inputs done so far make
	for i := len(in) - 1; i >= 0; i-- {
		v, x := in[i], &t.inputs[i]
		have, times := len(o.Nums), 1
		if x.port.Type.Kind == frame.Tensor {
			times = len(v.Nums)
		}
		if have*times > mostElements {
			return tooMuch(i, have*times, mostElements, "products")
		}
		o.Nums = slices.Grow(o.Nums, have*times)[:have*times]
		o.Indices = slices.Grow(o.Indices, have*times)[:have*times]
		// The last block first: the first one takes the place of what is multiplied.
		for b := times - 1; b >= 0; b-- {
			feature, value := 0, v.Num
			if x.port.Type.Kind == frame.Tensor {
				feature, value = b, v.Nums[b]
				if v.Sparse {
					feature = int(v.Indices[b])
				}
			}
			at := x.offsets[feature]
			if count := x.counts[feature]; count > 1 {
				if !(value >= 0 && value < float64(count)) || value != math.Trunc(value) {
					return Bad(i, ErrRange, show(value)+" where a category's index goes", "it is a whole number from 0 to "+strconv.Itoa(count-1))
				}
				at += int(value)
				value = 1
			}
			for j := range have {
				o.Nums[b*have+j] = o.Nums[j] * value
				o.Indices[b*have+j] = o.Indices[j] + int32(at*stride)
			}
		}
		stride *= x.size
	}
	return nil
}
