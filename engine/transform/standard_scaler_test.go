package transform

import (
	"math"
	"strings"
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

// What Spark 4.1.2 answered, in all four settings.
func TestStandardScaler(t *testing.T) {
	mean := attrVector("mean", 2.5, 3, 1)
	std := attrVector("std", 2, 0, 4)
	nan, inf, negZero := math.NaN(), math.Inf(1), math.Copysign(0, -1)
	rows := []*frame.Value{dense(nan, 2, inf), sparse(3, 2, 0), sparse(3, 1, nan), dense(negZero, 4, 1e300), dense(9, inf, 0.5)}
	for _, c := range []struct {
		attrs []bundle.Attribute
		want  string
	}{
		{[]bundle.Attribute{mean, std}, "[NaN -0 +Inf] [-1.25 -0 -0.25] [-1.25 NaN -0.25] [-1.25 0 2.5e+299] [3.25 NaN -0.125]"},
		{[]bundle.Attribute{mean}, "[NaN -1 +Inf] [-2.5 -3 -1] [-2.5 NaN -1] [-2.5 1 1e+300] [6.5 +Inf -0.5]"},
		{[]bundle.Attribute{std}, "[NaN 0 +Inf] 3:[2=0] 3:[1=NaN] [-0 0 2.5e+299] [4.5 NaN 0.125]"},
		{nil, "[NaN 2 +Inf] 3:[2=0] 3:[1=NaN] [-0 4 1e+300] [9 +Inf 0.5]"},
	} {
		tr := readNode(t, nodeOf("standard_scaler", "", c.attrs...))
		var got []string
		for _, v := range rows {
			got = append(got, row(tr, v))
			wantNoAllocs(t, tr, v)
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("got  %s\nwant %s", s, c.want)
		}
		typ := "tensor<double>[3]?"
		if c.attrs == nil {
			typ = "tensor<double>?"
		}
		if got := tr.Outputs()[0].Type.String(); got != typ {
			t.Errorf("declares %s, want %s", got, typ)
		}
	}
	readFault(t, nodeOf("standard_scaler", "", mean, attrVector("std", 1, 2)))
	readFault(t, nodeOf("standard_scaler", "", attrTensor("std", []float64{1, 2}, 1, 2)))
}
