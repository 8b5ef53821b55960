package transform

import "testing"

// The answers are Java's.
func TestMathUnary(t *testing.T) {
	for _, c := range []struct {
		op   string
		in   float64
		want string
	}{
		{"log", 0, "-Inf"}, {"log", -1, "NaN"}, {"log", 1, "0"},
		{"exp", inf, "+Inf"}, {"exp", -inf, "0"}, {"exp", 0, "1"},
		{"sqrt", 2, "1.4142135623730951"}, {"sqrt", negativeZero, "-0"}, {"sqrt", -1, "NaN"},
		{"sin", 0, "0"}, {"cos", 0, "1"}, {"tan", inf, "NaN"},
		{"abs", negativeZero, "0"}, {"abs", nan, "NaN"},
		{"logit", 0, "-Inf"}, {"logit", 1, "+Inf"}, {"logit", 0.5, "0"}, {"logit", nan, "NaN"},
		{"logit", 2, "value out of range at 0"}, {"logit", -1, "value out of range at 0"},
		{"floor", -0.5, "-1"}, {"ceil", -0.5, "-0"}, {"ceil", inf, "+Inf"},
		{"round", 0.5, "1"}, {"round", -0.5, "0"}, {"round", -1.5, "-1"}, {"round", 2.5, "3"}, {"round", -0.3, "0"},
		{"round", 0.49999999999999994, "0"}, {"round", -0.50000000000000011, "-1"},
		{"round", 4503599627370497.5, "4.503599627370498e+15"}, {"round", 9007199254740993, "9.007199254740992e+15"},
		{"round", nan, "0"}, {"round", inf, "9.223372036854776e+18"}, {"round", -1e300, "-9.223372036854776e+18"},
	} {
		tr := readNode(t, nodeOf("math_unary", "", attrString("operation", c.op)))
		if got := row(tr, num(c.in)); got != c.want {
			t.Errorf("%s of %v: got %s, want %s", c.op, c.in, got, c.want)
		}
	}
	tr := readNode(t, nodeOf("math_unary", "", attrString("operation", "sin")))
	if got := row(tr, null()); got != "null" {
		t.Errorf("of null: got %s", got)
	}
	wantNoAllocs(t, tr, num(1))
	readFault(t, nodeOf("math_unary", "", attrString("operation", "sinh")))
	readFault(t, nodeOf("math_unary", ""))
}
