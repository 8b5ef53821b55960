package transform

import (
	"math"
	"strconv"
	"strings"
	"testing"
)

func TestOneHotEncoder(t *testing.T) {
	for _, c := range []struct {
		invalid string
		drop    bool
		x       float64
		want    string
	}{
		{"error", true, 0, "2:[0=1]"},
		{"error", true, math.Copysign(0, -1), "2:[0=1]"},
		{"error", true, 1.9, "2:[1=1]"}, // Spark cuts the fraction off
		{"error", true, 2, "2:[]"},
		{"error", true, 2.5, "2:[]"},
		{"error", true, 3, "value out of range at 0"},
		{"error", true, -0.5, "value out of range at 0"},
		{"error", true, math.NaN(), "value out of range at 0"},
		{"error", false, 2, "3:[2=1]"},
		{"keep", true, 2, "3:[2=1]"},
		{"keep", true, 3, "3:[]"},
		{"keep", true, math.NaN(), "3:[]"},
		{"keep", false, 2, "4:[2=1]"},
		{"keep", false, 7, "4:[3=1]"},
		{"keep", false, -1, "4:[3=1]"},
		{"keep", false, math.Inf(1), "4:[3=1]"},
	} {
		tr := readNode(t, nodeOf("one_hot_encoder", "input:i > output:v",
			attrInts("category_sizes", 3), attrBool("drop_last", c.drop), attrString("handle_invalid", c.invalid)))
		if got := row(tr, num(c.x)); got != c.want {
			t.Errorf("%s, drop_last %v: %v gives %s, want %s", c.invalid, c.drop, c.x, got, c.want)
		}
		if got := tr.Outputs()[0].Type.String(); got != "tensor<double>[3]?" {
			t.Errorf("declares %s", got)
		}
	}
}

func TestOneHotEncoderColumns(t *testing.T) {
	tr := readNode(t, nodeOf("one_hot_encoder", "input0:a input1:b > output0:x output1:y",
		attrInts("category_sizes", 3, 2), attrDefault("drop_last"), attrString("handle_invalid", "error")))
	if got := row(tr, num(1), num(0)); got != "3:[1=1] 2:[0=1]" {
		t.Error(got)
	}
	if got := row(tr, num(1), num(2)); got != "value out of range at 1" {
		t.Error(got)
	}
	wantNoAllocs(t, tr, num(1), num(0))
}

// Bundles before MLeap 0.14 have one column and a size.
func TestOneHotEncoderOld(t *testing.T) {
	for drop, want := range map[bool]string{
		true:  "2:[1=1] 2:[] 2:[]",
		false: "2:[1=1] value out of range at 0 value out of range at 0",
	} {
		tr := readNode(t, nodeOf("one_hot_encoder", "input:i > output:v", attrInt("size", 2), attrBool("drop_last", drop)))
		if got := row(tr, num(1)) + " " + row(tr, num(2)) + " " + row(tr, num(-1)); got != want {
			t.Errorf("drop_last %v: got %s, want %s", drop, got, want)
		}
	}
	strict := readNode(t, nodeOf("one_hot_encoder", "input:i > output:v",
		attrInt("size", 3), attrBool("drop_last", true), attrString("handle_invalid", "error")))
	if got := row(strict, num(1)) + " " + row(strict, num(3)); got != "2:[1=1] value out of range at 0" {
		t.Error(got)
	}
}

func TestOneHotEncoderFaults(t *testing.T) {
	readFault(t, nodeOf("one_hot_encoder", "", attrBool("drop_last", true)))
	readFault(t, nodeOf("one_hot_encoder", "", attrInts("category_sizes", 3)))
	for _, size := range []int64{0, -1, math.MinInt64, math.MaxInt64} {
		err := readFault(t, nodeOf("one_hot_encoder", "", attrBool("drop_last", true), attrInts("category_sizes", size)))
		if !strings.Contains(err.Error(), strconv.FormatInt(size, 10)) {
			t.Errorf("%v: does not say %d", err, size)
		}
	}
	readFault(t, nodeOf("one_hot_encoder", "", attrBool("drop_last", true), attrInts("category_sizes", 3), attrString("handle_invalid", "skip")))
}
