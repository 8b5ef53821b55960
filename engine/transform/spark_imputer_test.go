package transform

import (
	"math"
	"testing"

	"github.com/pageleap/pageleap/engine/frame"
)

func TestSparkImputer(t *testing.T) {
	long := func(x int64) *frame.Value { return &frame.Value{Long: x} }
	for name, c := range map[string]struct {
		base    frame.Basic
		missing float64
		in      *frame.Value
		want    string
	}{
		"a number":          {frame.Double, math.NaN(), num(1.5), "1.5"},
		"null":              {frame.Double, math.NaN(), null(), "2.7"},
		"NaN":               {frame.Double, math.NaN(), num(math.NaN()), "2.7"},
		"NaN not missing":   {frame.Double, -1, num(math.NaN()), "NaN"},
		"a missing number":  {frame.Double, -1, num(-1), "2.7"},
		"a float":           {frame.Float, math.NaN(), null(), "2.700000047683716"},
		"an int":            {frame.Int, math.NaN(), null(), "2"},
		"an int, missing":   {frame.Int, 3, num(3), "2"},
		"an int, there":     {frame.Int, 3, num(4), "4"},
		"a long":            {frame.Long, math.NaN(), null(), "2"},
		"a long as double":  {frame.Long, math.NaN(), long(1<<60 + 1), "1152921504606846976"},
		"the greatest long": {frame.Long, math.NaN(), long(math.MaxInt64), "9223372036854775807"},
		"the least long":    {frame.Long, math.NaN(), long(math.MinInt64), "-9223372036854775808"},
	} {
		t.Run(name, func(t *testing.T) {
			tr := readNode(t, nodeOf("imputer", "input:x > output:y", attrFloat("surrogate_value", 2.7), attrFloat("missing_value", c.missing), spark("4.1")))
			tr = settle(t, tr, col("x", frame.ScalarOf(c.base).OrNull()))
			if got := row(tr, c.in); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			wantNoAllocs(t, tr, c.in)
		})
	}
}

func TestSparkImputerColumns(t *testing.T) {
	tr := readNode(t, nodeOf("imputer", "input0:a input1:b > output0:b output1:a", attrFloat("surrogate_value", 1), attrFloats("surrogates", 1, 2), spark("4.1")))
	if got := row(tr, null(), null()); got != "1 2" {
		t.Errorf("got %s", got)
	}
}

func TestToLong(t *testing.T) {
	for x, want := range map[float64]int64{1.9: 1, -1.9: -1, 1e300: math.MaxInt64, -1e300: math.MinInt64, -1 << 63: math.MinInt64} {
		if got := toLong(x); got != want {
			t.Errorf("%v: %d, not %d", x, got, want)
		}
	}
	if got := toLong(math.NaN()); got != 0 {
		t.Errorf("NaN: %d", got)
	}
}
