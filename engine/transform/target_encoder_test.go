package transform

import (
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

func targetEncoderNode(target, invalid string, smoothing float64, more ...bundle.Attribute) *bundle.Node {
	return nodeOf("target_encoder", "", append(more, attrString("target_type", target), attrString("handle_invalid", invalid), attrFloat("smoothing", smoothing))...)
}

// The answers are Spark 4.1.2's.
func TestTargetEncoder(t *testing.T) {
	withNull := []bundle.Attribute{attrInt("num_columns", 1), attrFloats("categories_0", 0, 1, 2, 2147483647, -1),
		attrFloats("counts_0", 2, 2, 3, 9, 2), attrFloats("stats_0", 1, 2, 2, 6, 1)}
	noNull := []bundle.Attribute{attrInt("num_columns", 1), attrFloats("categories_0", 0, 2147483647, 1, 2),
		attrFloats("counts_0", 2, 7, 2, 3), attrFloats("stats_0", 1, 5, 2, 2)}
	noNullMeans := append(noNull[:3:3], attrFloats("stats_0", 0.5, 0.7142857142857143, 1, 0.6666666666666666))
	unseen := "unseen category at 0"
	for _, c := range []struct {
		attrs           []bundle.Attribute
		target, invalid string
		smoothing       float64
		in              *frame.Value
		want            string
	}{
		{withNull, "binary", "keep", 0, num(0), "0.5"},
		{withNull, "binary", "keep", 0, num(negativeZero), "0.5"},
		{withNull, "binary", "keep", 0, num(1), "1"},
		{withNull, "binary", "keep", 0, num(2), "0.6666666666666666"},
		{withNull, "binary", "keep", 0, null(), "0.5"},
		{noNull, "binary", "keep", 0, num(3), "0.7142857142857143"},
		{noNull, "binary", "keep", 0, num(-1), "0.7142857142857143"},
		{noNull, "binary", "keep", 0, num(2147483647), "0.7142857142857143"},
		{noNull, "binary", "keep", 0, num(1.5), "0.7142857142857143"},
		{noNull, "binary", "keep", 0, num(nan), "0.7142857142857143"},
		{noNull, "binary", "keep", 0, num(inf), "0.7142857142857143"},
		{noNull, "binary", "keep", 0, null(), "0.7142857142857143"},
		{withNull, "binary", "error", 0, num(3), unseen},
		{withNull, "binary", "error", 0, num(-1), unseen},
		{withNull, "binary", "error", 0, num(2147483647), unseen},
		{withNull, "binary", "error", 0, num(nan), unseen},
		{withNull, "binary", "error", 0, null(), "0.5"},
		{noNull, "binary", "error", 0, null(), unseen},
		{withNull, "binary", "keep", 2, num(0), "0.5833333333333333"},
		{withNull, "binary", "keep", 2, num(5), "0.6666666666666666"},
		{noNull, "binary", "keep", 2, num(0), "0.6071428571428572"},
		{noNullMeans, "continuous", "keep", 0, num(5), "0.7142857142857143"},
		{noNullMeans, "continuous", "keep", 2, num(0), "0.6071428571428572"},
	} {
		tr := readNode(t, targetEncoderNode(c.target, c.invalid, c.smoothing, c.attrs...))
		if got := row(tr, c.in); got != c.want {
			t.Errorf("%s, %s, smoothing %v, of %+v: got %s, want %s", c.target, c.invalid, c.smoothing, c.in, got, c.want)
		}
	}
}

// The saved model target_encoder_binary_error of Spark 4.1.2, two columns.
func TestTargetEncoderColumns(t *testing.T) {
	tr := readNode(t, targetEncoderNode("binary", "error", 2, attrInt("num_columns", 2),
		attrFloats("categories_0", 0, 1, 2, 3, 2147483647, 4), attrFloats("counts_0", 35, 30, 32, 25, 150, 28), attrFloats("stats_0", 5, 10, 9, 13, 55, 18),
		attrFloats("categories_1", 0, 1, 2, 3, 2147483647, -1), attrFloats("counts_1", 26, 38, 33, 27, 150, 26), attrFloats("stats_1", 13, 18, 10, 8, 55, 6)))
	for _, c := range []struct {
		c, d *frame.Value
		want string
	}{
		{num(0), num(0), "0.15495495495495493 0.49047619047619045"},
		{num(1), num(1), "0.33541666666666664 0.4683333333333333"},
		{num(2), num(2), "0.28627450980392155 0.30666666666666664"},
		{num(3), null(), "0.508641975308642 0.24047619047619048"},
		{num(4), num(3), "0.6244444444444446 0.30114942528735633"},
		{num(4), num(4), "unseen category at 1"},
		{null(), num(4), "unseen category at 0"},
	} {
		if got := row(tr, c.c, c.d); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
	if in, out := tr.Inputs()[1].Name, tr.Outputs()[1].Name; in != "input1" || out != "output1" {
		t.Errorf("ports are %s and %s", in, out)
	}
	wantNoAllocs(t, tr, num(3), null())
}

func TestTargetEncoderFaults(t *testing.T) {
	good := []bundle.Attribute{attrInt("num_columns", 1), attrFloats("categories_0", 2147483647), attrFloats("counts_0", 2), attrFloats("stats_0", 1)}
	readFault(t, targetEncoderNode("binary", "skip", 0, good...))
	readFault(t, targetEncoderNode("ternary", "keep", 0, good...))
	readFault(t, targetEncoderNode("binary", "keep", 0, good[:3]...))
	readFault(t, targetEncoderNode("binary", "keep", 0, good[0], attrFloats("categories_0", 1), good[2], good[3]))
	readFault(t, targetEncoderNode("binary", "keep", 0, good[0], attrFloats("categories_0", 1, 2147483647), good[2], good[3]))
	readFault(t, targetEncoderNode("binary", "keep", 0, append(good, attrInt("num_columns", 2))[1:]...))
}
