package transform

import (
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
)

// dropMissing drops a row in which one of its numbers is null or NaN.
//
// Spark: sql/DataFrameNaFunctions.scala (drop), which a Bucketizer of several
// columns begins with under handleInvalid = skip: a row goes for what is missing
// in one column before the next one is found to be outside its buckets. MLeap has
// no such op. Ports are input0, input1 and so on; it writes nothing.
type dropMissing struct{ columns int }

func readDropMissing(s *Source) (Transformer, error) {
	t := &dropMissing{}
	if s.Node != nil {
		t.columns = Sockets(s.Node.Inputs, "input")
	}
	return t, s.Err()
}

func (t *dropMissing) Inputs() []Port {
	ports := make([]Port, t.columns)
	for i := range ports {
		ports[i] = Port{Name: "input" + strconv.Itoa(i), Type: frame.ScalarOf(frame.Double).OrNull()}
	}
	return ports
}

func (t *dropMissing) Outputs() []Port { return nil }

func (t *dropMissing) Transform(in, out []*frame.Value) error {
	for _, v := range in {
		if v.Null || v.Num != v.Num {
			return Drop
		}
	}
	return nil
}
