package transform

import (
	"slices"
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
)

// Ports of ops on text.

func stringInput() []Port { return []Port{{Name: "input", Type: frame.ScalarOf(frame.String)}} }
func termsInput() []Port  { return []Port{{Name: "input", Type: frame.ListOf(frame.String)}} }
func termsOutput() []Port { return []Port{{Name: "output", Type: frame.ListOf(frame.String).OrNull()}} }

func vectorOutput(size int) []Port {
	return []Port{{Name: "output", Type: frame.TensorOf(frame.Double, size).OrNull()}}
}

// sameLength checks that two lists of the model belong together.
func sameLength(s *Source, a string, n int, b string, m int) {
	if n != m {
		s.Fail(a, "has "+strconv.Itoa(n)+" elements, and "+strconv.Quote(b)+" has "+strconv.Itoa(m))
	}
}

// setTerms makes v a list of strings.
func setTerms(v *frame.Value, terms []string) {
	v.Null = false
	v.Strs = terms
}

// countIndices makes v, a sparse vector whose indices stand in any order and as
// often as they occurred, the vector of how often that was.
func countIndices(v *frame.Value) {
	slices.Sort(v.Indices)
	k := -1
	for _, i := range v.Indices {
		if k < 0 || v.Indices[k] != i {
			k++
			v.Indices[k] = i
			v.Nums = append(v.Nums, 0)
		}
		v.Nums[k]++
	}
	v.Indices = v.Indices[:k+1]
}
