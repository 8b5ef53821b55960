package transform

import (
	"strconv"
	"strings"

	"github.com/pageleap/pageleap/engine/frame"
)

// sklearnPolynomials makes the products that scikit-learn's PolynomialFeatures
// names, such as "[1,x0,x0^2,x0 x1]".
//
// MLeap: core/sklearn/PolynomialFeaturesModel.scala. Names are split at commas,
// each is the product of its terms x<index>^<power>; one without a term, such as
// scikit-learn's bias "1", is 1. The powers are Math.pow's, so NaN to the power
// of 0 is 1. The answer is dense.
type sklearnPolynomials struct {
	size     int
	products [][]term
}

type term struct {
	index int
	power float64
}

func readSklearnPolynomials(s *Source) (Transformer, error) {
	combinations := s.String("combinations")
	if err := s.Err(); err != nil {
		return nil, err
	}
	t := &sklearnPolynomials{}
	for _, name := range strings.Split(strings.TrimRight(combinations, ","), ",") {
		product, ok := parseProduct(name)
		if !ok {
			s.Fail("combinations", "has "+strconv.Quote(name)+", whose numbers are too large")
			return nil, s.Err()
		}
		for _, f := range product {
			t.size = max(t.size, f.index+1)
		}
		t.products = append(t.products, product)
	}
	return t, nil
}

// parseProduct finds the terms x12 and x12^3 in a name, whatever stands between.
func parseProduct(name string) (product []term, ok bool) {
	for i := 0; i < len(name); {
		if name[i] != 'x' {
			i++
			continue
		}
		index, j, ok := parseDigits(name, i+1)
		if !ok {
			return nil, false
		}
		if j == i+1 { // an x without a number
			i++
			continue
		}
		power := 1
		if i = j; i < len(name) && name[i] == '^' {
			p, j, ok := parseDigits(name, i+1)
			if !ok {
				return nil, false
			}
			if j > i+1 {
				power, i = p, j
			}
		}
		product = append(product, term{index: index, power: float64(power)})
	}
	return product, true
}

// parseDigits reads a number from position i on and gives the position after it.
func parseDigits(s string, i int) (n, end int, ok bool) {
	for end = i; end < len(s) && '0' <= s[end] && s[end] <= '9'; end++ {
		if n = n*10 + int(s[end]-'0'); n > 1<<30 {
			return 0, end, false
		}
	}
	return n, end, true
}

func (t *sklearnPolynomials) Inputs() []Port {
	return []Port{{Name: "input", Type: frame.TensorOf(frame.Double, t.size)}}
}

func (t *sklearnPolynomials) Outputs() []Port {
	return []Port{{Name: "output", Type: frame.TensorOf(frame.Double, len(t.products)).OrNull()}}
}

func (t *sklearnPolynomials) Transform(in, out []*frame.Value) error {
	d := out[0].Dense(len(t.products))
	for i, product := range t.products {
		d[i] = 1
		for _, f := range product {
			d[i] *= javaPow(in[0].At(f.index), f.power)
		}
	}
	return nil
}
