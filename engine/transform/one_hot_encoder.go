package transform

import (
	"math"
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
)

// oneHotEncoder turns each column's category index into a sparse vector with a
// single one, or none.
//
// Spark: ml/feature/OneHotEncoder.scala (OneHotEncoderModel.encoder and
// OneHotEncoderCommon). An index in [0, size) stands for itself, its fraction
// cut off (MLeap refuses 1.5; Spark encodes it as 1). Any other, NaN included,
// is refused, or under "keep" becomes the extra category number size. The last
// category, which is the extra one under "keep", has no element of its own
// where drop_last is set. null stays null in models that Spark itself saved; it
// is refused in those that MLeap exported.
type oneHotEncoder struct {
	inputs, outputs []Port
	columns         []oneHot
	keep            bool
}

type oneHot struct {
	categories int // that the model was fitted on
	size       int // of the vector
}

func readOneHotEncoder(s *Source) (Transformer, error) {
	t := &oneHotEncoder{}
	spark := s.Spark() > 0
	drop := s.Bool("drop_last")
	attr, sizes := "category_sizes", []int(nil)
	if s.Has("size") {
		// Bundles for one column. The oldest have no handle_invalid, and with
		// drop_last their size has lost the last category already: to keep it
		// as the extra one that is dropped comes to the same.
		attr, sizes = "size", []int{s.Int("size")}
		t.keep = drop
	} else {
		sizes = s.Ints(attr)
	}
	if s.Has("handle_invalid") {
		switch readInvalid(s, invalidError) {
		case invalidSkip:
			s.Fail("handle_invalid", `is "skip", which a one-hot encoder cannot do`)
		case invalidKeep:
			t.keep = true
		default:
			t.keep = false
		}
	}
	for i, n := range sizes {
		c := oneHot{categories: n, size: n}
		if t.keep {
			c.size++
		}
		if drop {
			c.size--
		}
		if n < 0 || c.size < 0 || c.size > math.MaxInt32 {
			s.Fail(attr, "has a size of "+strconv.Itoa(n)+", which leaves no vector")
			break
		}
		in, out := columnPorts(s, len(sizes), i)
		t.inputs = append(t.inputs, Port{Name: in, Type: frame.Type{Base: frame.Double, Nullable: spark}})
		if spark {
			n = c.size
		}
		// MLeap declares the number of categories, whatever the vector's size.
		t.outputs = append(t.outputs, Port{Name: out, Type: frame.TensorOf(frame.Double, n).OrNull()})
		t.columns = append(t.columns, c)
	}
	return t, s.Err()
}

func (t *oneHotEncoder) Inputs() []Port  { return t.inputs }
func (t *oneHotEncoder) Outputs() []Port { return t.outputs }

func (t *oneHotEncoder) Transform(in, out []*frame.Value) error {
	for i := range t.columns {
		if in[i].Null {
			out[i].SetNull()
			continue
		}
		c := &t.columns[i]
		x := in[i].Num
		k := c.categories
		if x >= 0 && x < float64(k) {
			k = int(x)
		} else if !t.keep {
			return Bad(i, ErrRange, "category index "+strconv.FormatFloat(x, 'g', -1, 64)+" is not one of 0 to "+strconv.Itoa(k-1),
				`handle_invalid is "error"; "keep" would encode it`)
		}
		out[i].StartSparse(c.size)
		if k < c.size {
			out[i].Put(k, 1)
		}
	}
	return nil
}
