package transform

import (
	"math"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

// sparkImputer is the imputer of a model that Spark itself saved.
//
// Spark: ml/feature/Imputer.scala (ImputerModel.transform). The output has the
// input's type: everything is worked out as double, a long among them, and cast
// back, which cuts off a surrogate's fraction for whole numbers.
//
// Several columns, on ports input0 and so on, have their surrogates in the list
// "surrogates", and may be written to one another's places. MLeap has one column.
type sparkImputer struct {
	missing float64
	columns []imputed
	node    *bundle.Node
}

type imputed struct {
	in, out   string
	base      frame.Basic
	surrogate float64
}

func readSparkImputer(s *Source, one *imputer) (Transformer, error) {
	t := &sparkImputer{missing: one.missing, node: s.Node}
	surrogates := []float64{one.surrogate}
	if s.Has("surrogates") {
		surrogates = s.Floats("surrogates")
	}
	for i, x := range surrogates {
		in, out := columnPorts(s, len(surrogates), i)
		t.columns = append(t.columns, imputed{in, out, frame.Double, x})
	}
	return t, s.Err()
}

// Resolve takes the columns for what they are.
func (t *sparkImputer) Resolve(columns frame.Schema) (Transformer, error) {
	u := &sparkImputer{missing: t.missing, node: t.node}
	for _, c := range t.columns {
		if in, ok := columnType(t.node, c.in, columns); ok && in.Kind == frame.Scalar && in.Base > frame.Boolean && in.Base <= frame.Double {
			c.base = in.Base
		}
		u.columns = append(u.columns, c)
	}
	return u, nil
}

func (t *sparkImputer) Inputs() []Port {
	ports := make([]Port, len(t.columns))
	for i, c := range t.columns {
		ports[i] = Port{Name: c.in, Type: frame.ScalarOf(c.base).OrNull()}
	}
	return ports
}

func (t *sparkImputer) Outputs() []Port {
	ports := make([]Port, len(t.columns))
	for i, c := range t.columns {
		ports[i] = Port{Name: c.out, Type: frame.ScalarOf(c.base)}
	}
	return ports
}

func (t *sparkImputer) Transform(in, out []*frame.Value) error {
	for i := range t.columns {
		c := &t.columns[i]
		x := in[i].Num
		if c.base == frame.Long {
			x = float64(in[i].Long)
		}
		if in[i].Null || x == t.missing || x != x && t.missing != t.missing {
			x = c.surrogate
		}
		out[i].Null = false
		switch c.base {
		case frame.Double:
			out[i].Num = x
		case frame.Float:
			out[i].Num = float64(float32(x))
		case frame.Long:
			out[i].Long = toLong(x)
		default:
			out[i].Num = math.Trunc(x)
		}
	}
	return nil
}

// toLong is Java's cast of a double to a long.
func toLong(x float64) int64 {
	switch {
	case x != x:
		return 0
	case x >= 1<<63:
		return math.MaxInt64
	case x < -1<<63:
		return math.MinInt64
	}
	return int64(x)
}
