package transform

import (
	"math"
	"testing"

	"github.com/pageleap/pageleap/engine/frame"
)

func TestBucketizer(t *testing.T) {
	const out = "value out of range at 0"
	nan, inf, negZero := math.NaN(), math.Inf(1), math.Copysign(0, -1)
	for _, c := range []struct {
		in                *frame.Value
		error, skip, keep string
	}{
		{num(-1), "0", "0", "0"},
		{num(-0.75), "0", "0", "0"},
		{num(negZero), "1", "1", "1"}, // Spark puts it below the split at 0.0
		{num(0), "2", "2", "2"},
		{num(0.5), "3", "3", "3"},
		{num(1), "3", "3", "3"}, // the last bucket's upper end
		{num(math.Nextafter(1, 2)), out, out, out},
		{num(-inf), out, out, out},
		{num(inf), out, out, out},
		{num(nan), out, "dropped", "4"},
		{null(), "", "dropped", ""},
	} {
		for invalid, want := range map[string]string{"error": c.error, "skip": c.skip, "keep": c.keep} {
			tr := readNode(t, nodeOf("bucketizer", "", attrFloats("splits", -1, -0.5, 0, 0.5, 1), attrString("handle_invalid", invalid)))
			if c.in.Null && !tr.Inputs()[0].Type.Nullable {
				continue // the plan refuses it
			}
			if got := row(tr, c.in); got != want {
				t.Errorf("%s: %+v is %s, want %s", invalid, c.in.Num, got, want)
			}
		}
	}
}

func TestBucketizerSplits(t *testing.T) {
	nan := math.NaN()
	// The ends that JSON could not hold are infinite again.
	open := readNode(t, nodeOf("bucketizer", "", attrFloats("splits", nan, 0, nan)))
	for x, want := range map[float64]string{math.Inf(-1): "0", -1e300: "0", 0: "1", math.Inf(1): "1"} {
		if got := row(open, num(x)); got != want {
			t.Errorf("%v is in %s, want %s", x, got, want)
		}
	}
	wantNoAllocs(t, open, num(7))
	// -0.0 is below a first split of 0.0.
	if got := row(readNode(t, nodeOf("bucketizer", "", attrFloats("splits", 0, 1, 2))), num(math.Copysign(0, -1))); got != "value out of range at 0" {
		t.Error(got)
	}
	for _, splits := range [][]float64{nil, {1}, {1, 1, 2}, {0, nan, 2}, {2, 1}} {
		readFault(t, nodeOf("bucketizer", "", attrFloats("splits", splits...)))
	}
}
