package transform

import (
	"math"
	"strconv"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

// isotonicRegression interpolates between the points of a monotonic function.
//
// Spark: ml/regression/IsotonicRegression.scala, mllib/regression/
// IsotonicRegression.scala (IsotonicRegressionModel.predict). Below the first
// boundary and above the last it is constant; on a boundary it is that
// boundary's prediction, whichever of equal ones java.util.Arrays.binarySearch
// comes upon first. That search has NaN above every number and -0.0 below 0.0.
//
// A model that Spark itself saved takes its column for what it is, a number or a
// vector, of which the element spark_feature_index counts; null stays null.
type isotonicRegression struct {
	boundaries, predictions []float64
	index                   int // of the vector's element, or -1 where the input is a number
	keepNull                bool
}

// sparkIsotonic is an isotonic regression whose input is yet to be known.
type sparkIsotonic struct {
	*isotonicRegression
	element int
	node    *bundle.Node
}

// Resolve takes the column for what it is.
func (t *sparkIsotonic) Resolve(columns frame.Schema) (Transformer, error) {
	in, ok := columnType(t.node, "features", columns)
	if !ok {
		return t.isotonicRegression, nil
	}
	u := *t.isotonicRegression
	u.index = -1
	if in.Kind == frame.Tensor {
		u.index = t.element
	}
	return &u, nil
}

func readIsotonicRegression(s *Source) (Transformer, error) {
	t := &isotonicRegression{
		boundaries:  s.Floats("boundaries"),
		predictions: s.Floats("predictions"),
		index:       s.IntOr("feature_index", -1),
	}
	if err := s.Err(); err != nil {
		return nil, err
	}
	switch n := len(t.boundaries); {
	case n == 0:
		s.Fail("boundaries", "is empty")
	case n != len(t.predictions):
		s.Fail("predictions", "has "+strconv.Itoa(len(t.predictions))+" values for "+strconv.Itoa(n)+" boundaries")
	case t.index < 0 && s.Has("feature_index"):
		s.Fail("feature_index", "is negative")
	}
	for i := 1; i < len(t.boundaries); i++ {
		if t.boundaries[i] < t.boundaries[i-1] {
			s.Fail("boundaries", "is not in ascending order")
		}
	}
	if s.Spark() > 0 && s.Node != nil {
		t.keepNull = true
		u := &sparkIsotonic{t, s.Int("spark_feature_index"), s.Node}
		if u.element < 0 {
			s.Fail("spark_feature_index", "is negative")
		}
		return u, s.Err()
	}
	return t, s.Err()
}

func (t *isotonicRegression) Inputs() []Port {
	if t.index < 0 {
		return []Port{{Name: "features", Type: frame.Type{Base: frame.Double, Nullable: t.keepNull}}}
	}
	return []Port{{Name: "features", Type: frame.TensorOf(frame.Double)}}
}

func (t *isotonicRegression) Outputs() []Port {
	return []Port{{Name: "prediction", Type: frame.Type{Base: frame.Double, Nullable: t.keepNull}}}
}

func (t *isotonicRegression) Holds() []Fact { return []Fact{{"boundaries", len(t.boundaries)}} }

func (t *isotonicRegression) Transform(in, out []*frame.Value) error {
	if in[0].Null {
		out[0].SetNull()
		return nil
	}
	x := in[0].Num
	if t.index >= 0 {
		if n := in[0].Size(); t.index >= n {
			return Bad(0, ErrShape, "vector of "+strconv.Itoa(n)+" elements", "feature_index is "+strconv.Itoa(t.index))
		}
		x = in[0].At(t.index)
	}
	out[0].SetNum(t.predict(x))
	return nil
}

func (t *isotonicRegression) predict(x float64) float64 {
	i, found := searchDoubles(t.boundaries, x)
	switch {
	case found:
		return t.predictions[i]
	case i == 0:
		return t.predictions[0]
	case i == len(t.boundaries):
		return t.predictions[i-1]
	}
	x1, y1 := t.boundaries[i-1], t.predictions[i-1]
	x2, y2 := t.boundaries[i], t.predictions[i]
	return y1 + float64((y2-y1)*(x-x1))/(x2-x1)
}

// searchDoubles is java.util.Arrays.binarySearch: the index of x, or where it
// would be inserted.
func searchDoubles(sorted []float64, x float64) (i int, found bool) {
	lo, hi := 0, len(sorted)-1
	for lo <= hi {
		mid := int(uint(lo+hi) >> 1)
		switch c := compareDoubles(sorted[mid], x); {
		case c < 0:
			lo = mid + 1
		case c > 0:
			hi = mid - 1
		default:
			return mid, true
		}
	}
	return lo, false
}

// compareDoubles is Double.compare: a total order in which -0.0 comes before
// 0.0 and NaN last.
func compareDoubles(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return orderBits(a) - orderBits(b)
}

// orderBits tells apart what < and > do not.
func orderBits(x float64) int {
	switch {
	case x != x:
		return 2
	case x == 0 && math.Signbit(x):
		return -1
	}
	return 0
}
