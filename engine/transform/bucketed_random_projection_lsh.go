package transform

import (
	"math"
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
)

// randomProjectionLSH hashes a vector to where its projections on random
// directions lie, in buckets.
//
// Spark: ml/feature/BucketedRandomProjectionLSH.scala (hashFunction): the greatest
// whole number at or below the product with the direction, times 1/bucket_length.
// (MLeap divides by bucket_length, as Spark did up to 3.0; that can differ where a
// bucket begins.) The output's form is that of minHashLSH.
type randomProjectionLSH struct {
	directions [][]float64
	times      float64
	size       int
}

func readRandomProjectionLSH(s *Source) (Transformer, error) {
	length := s.Float("bucket_length")
	t := &randomProjectionLSH{times: 1 / length, size: s.Int("input_size")}
	if s.Err() == nil && !(length > 0) {
		s.Fail("bucket_length", "is "+show(length)+", not above 0")
	}
	for i, v := range s.Tensors("random_unit_vectors") {
		if len(v.Floats) != t.size {
			s.Fail("random_unit_vectors", "has "+strconv.Itoa(len(v.Floats))+" numbers in vector "+strconv.Itoa(i)+"; input_size is "+strconv.Itoa(t.size))
		}
		t.directions = append(t.directions, v.Floats)
	}
	return t, s.Err()
}

func (t *randomProjectionLSH) Inputs() []Port {
	return []Port{{Name: "input", Type: frame.TensorOf(frame.Double, t.size)}}
}
func (t *randomProjectionLSH) Outputs() []Port { return hashesOutput(t.size) }
func (t *randomProjectionLSH) Holds() []Fact   { return []Fact{{"hash tables", len(t.directions)}} }

func (t *randomProjectionLSH) Transform(in, out []*frame.Value) error {
	h := hashes(out[0], len(t.directions))
	for k, d := range t.directions {
		h[k] = math.Floor(dotRow(in[0], d) * t.times)
	}
	return nil
}
