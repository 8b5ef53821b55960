package transform

import (
	"math"
	"testing"
)

// The answers are Java's.
func TestMathBinary(t *testing.T) {
	for _, c := range []struct {
		op   string
		a, b float64
		want string
	}{
		{"add", 0.1, 0.2, "0.30000000000000004"}, {"sub", inf, inf, "NaN"}, {"mul", inf, 0, "NaN"},
		{"div", 1, 0, "+Inf"}, {"div", -1, 0, "-Inf"}, {"div", 0, 0, "NaN"},
		{"rem", 5.5, 2, "1.5"}, {"rem", -5.5, 2, "-1.5"}, {"rem", -4, 2, "-0"}, {"rem", 5, 0, "NaN"}, {"rem", 5, inf, "5"}, {"rem", inf, 2, "NaN"},
		{"log_n", 8, 2, "3"}, {"log_n", 8, 1, "+Inf"}, {"log_n", -1, 2, "NaN"},
		{"pow", 2, 10, "1024"}, {"pow", -2, 3, "-8"}, {"pow", -2, 0.5, "NaN"}, {"pow", 0, -1, "+Inf"}, {"pow", nan, 0, "1"},
		{"pow", 1, nan, "NaN"}, {"pow", 1, inf, "NaN"}, {"pow", -1, -inf, "NaN"}, {"pow", -1, 1e300, "1"}, {"pow", -1, 101, "-1"},
		{"pow", 2, inf, "+Inf"}, {"pow", 0.5, inf, "0"}, {"pow", -inf, 65, "-Inf"}, {"pow", 0, 100, "0"},
		{"min", nan, -inf, "NaN"}, {"min", 0, negativeZero, "-0"}, {"min", 1, 2, "1"},
		{"max", nan, inf, "NaN"}, {"max", negativeZero, 0, "0"}, {"max", 1, 2, "2"},
	} {
		tr := readNode(t, nodeOf("math_binary", "", attrString("operation", c.op)))
		if got := row(tr, num(c.a), num(c.b)); got != c.want {
			t.Errorf("%s of %v and %v: got %s, want %s", c.op, c.a, c.b, got, c.want)
		}
	}
}

// Large powers, of which math.Pow loses digits.
func TestJavaPow(t *testing.T) {
	for _, c := range []struct{ x, y, want float64 }{
		{1.0000001, 1e7, 2.7182816941320816},
		{-1.0001, 10001, -2.718417741417608},
		{0.999, 1000, 0.3676954247709637},
		{3, 300, 1.3689147905858838e143},
	} {
		if got := javaPow(c.x, c.y); math.Abs(got/c.want-1) > 1e-12 {
			t.Errorf("%v to the power of %v: got %v, want %v", c.x, c.y, got, c.want)
		}
	}
}

func TestMathBinaryInputs(t *testing.T) {
	both := readNode(t, nodeOf("math_binary", "", attrString("operation", "sub")))
	for _, got := range []string{row(both, num(1), null()), row(both, null(), num(1)), row(both, null(), null())} {
		if got != "null" {
			t.Errorf("of null: got %s", got)
		}
	}
	if in := both.Inputs(); in[0].Optional || in[1].Optional {
		t.Error("an input without a default is optional")
	}
	a := readNode(t, nodeOf("math_binary", "", attrString("operation", "sub"), attrFloat("da", 10)))
	if got := row(a, nil, num(3)) + " " + row(a, num(1), num(3)); got != "7 -2" {
		t.Errorf("a left out: got %s", got)
	}
	b := readNode(t, nodeOf("math_binary", "", attrString("operation", "sub"), attrDefault("db")))
	if got := row(b, num(3), nil); got != "3" {
		t.Errorf("b left out: got %s", got)
	}
	none := readNode(t, nodeOf("math_binary", "", attrString("operation", "sub"), attrFloat("da", 5), attrFloat("db", 2)))
	if got := row(none, nil, nil); got != "3" {
		t.Errorf("both left out: got %s", got)
	}
	wantNoAllocs(t, both, num(1), num(2))
	readFault(t, nodeOf("math_binary", "", attrString("operation", "plus")))
}
