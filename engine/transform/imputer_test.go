package transform

import (
	"math"
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

func TestImputer(t *testing.T) {
	missing := func(x float64) []bundle.Attribute { return []bundle.Attribute{attrFloat("missing_value", x)} }
	for _, c := range []struct {
		attrs []bundle.Attribute
		in    *frame.Value
		want  string
	}{
		{nil, num(1.5), "1.5"},
		{nil, num(math.NaN()), "3.2"},
		{nil, null(), "3.2"},
		{missing(math.NaN()), num(math.NaN()), "3.2"},
		{missing(-1), num(-1), "3.2"},
		{missing(-1), null(), "3.2"},
		{missing(-1), num(math.NaN()), "NaN"}, // as in Spark
		{missing(0), num(math.Copysign(0, -1)), "3.2"},
		{[]bundle.Attribute{attrDefault("missing_value")}, num(0), "3.2"},
		{missing(math.Inf(1)), num(math.Inf(1)), "3.2"},
	} {
		tr := readNode(t, nodeOf("imputer", "input:x > output:y", append(c.attrs, attrFloat("surrogate_value", 3.2))...))
		if got := row(tr, c.in); got != c.want {
			t.Errorf("%v with %+v: got %s, want %s", c.in, c.attrs, got, c.want)
		}
		wantNoAllocs(t, tr, c.in)
	}
}

func TestImputerAttributes(t *testing.T) {
	for want, attrs := range map[string][]bundle.Attribute{
		"double?": {attrFloat("surrogate_value", 1)}, // scikit-learn leaves nullable_input out
		"double":  {attrFloat("surrogate_value", 1), attrDefault("nullable_input")},
	} {
		if got := readNode(t, nodeOf("imputer", "", attrs...)).Inputs()[0].Type.String(); got != want {
			t.Errorf("takes %s, want %s", got, want)
		}
	}
	readFault(t, nodeOf("imputer", ""))
}
