package transform

import (
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
)

// minHashLSH hashes the set of a vector's nonzero positions, once for each hash
// table.
//
// Spark: ml/feature/MinHashLSH.scala (hashFunction): the least of
// ((1 + i)·a + b) mod prime over the positions i, in 64-bit arithmetic. (MLeap
// overflows in 32 bits, and so answers otherwise.) A vector without nonzeros is
// refused. Spark's column is a list of vectors of one element; here, as in MLeap,
// it is a matrix of one column, though MLeap declares as many rows as the input
// has elements.
type minHashLSH struct {
	a, b []int
	size int
}

const minHashPrime = 2038074743

func readMinHashLSH(s *Source) (Transformer, error) {
	t := &minHashLSH{a: s.Ints("random_coefficients_a"), b: s.Ints("random_coefficients_b"), size: s.Int("input_size")}
	sameLength(s, "random_coefficients_b", len(t.b), "random_coefficients_a", len(t.a))
	for _, c := range append(t.a, t.b...) {
		if c < 0 || c >= minHashPrime {
			s.Fail("random_coefficients_a", "or random_coefficients_b has "+strconv.Itoa(c)+", not below "+strconv.Itoa(minHashPrime))
		}
	}
	return t, s.Err()
}

func (t *minHashLSH) Inputs() []Port  { return []Port{{Name: "input", Type: vectorOf(t.size)}} }
func (t *minHashLSH) Outputs() []Port { return hashesOutput(t.size) }
func (t *minHashLSH) Holds() []Fact   { return []Fact{{"hash tables", len(t.a)}} }

// hashesOutput is the output port of an LSH model.
func hashesOutput(inputSize int) []Port {
	return []Port{{Name: "output", Type: frame.TensorOf(frame.Double, inputSize, 1).OrNull()}}
}

// hashes makes v a matrix of one column with n rows, and gives its elements.
func hashes(v *frame.Value, n int) []float64 {
	d := v.Dense(n)
	v.Dims = append(v.Dims, 1)
	return d
}

func (t *minHashLSH) Transform(in, out []*frame.Value) error {
	h := hashes(out[0], len(t.a))
	for k := range h {
		least := -1
		for j, x := range in[0].Nums {
			if x == 0 {
				continue
			}
			if in[0].Sparse {
				j = int(in[0].Indices[j])
			}
			if n := ((1+j)*t.a[k] + t.b[k]) % minHashPrime; least < 0 || n < least {
				least = n
			}
		}
		if least < 0 {
			return Bad(0, ErrValue, "a vector without nonzero elements", "MinHash needs one")
		}
		h[k] = float64(least)
	}
	return nil
}
