package transform

import (
	"math"
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

func TestSparkAssembler(t *testing.T) {
	number, vector := frame.ScalarOf(frame.Double).OrNull(), frame.TensorOf(frame.Double).OrNull()
	sized := frame.TensorOf(frame.Double, 2).OrNull()
	nan := math.NaN()
	for name, c := range map[string]struct {
		invalid string
		x, v    frame.Type // of the columns
		in      []*frame.Value
		want    string
	}{
		"end to end":               {"error", number, vector, []*frame.Value{num(1), dense(2, 3)}, "[1 2 3]"},
		"of another size":          {"error", number, sized, []*frame.Value{num(1), dense(2, 3, 4)}, "[1 2 3 4]"},
		"mostly zeros":             {"error", number, vector, []*frame.Value{num(0), sparse(20, 19, 5)}, "21:[20=5]"},
		"an entry of zero":         {"error", number, vector, []*frame.Value{num(math.Copysign(0, -1)), sparse(20, 3, 0, 19, 5)}, "21:[20=5]"},
		"sparse into dense":        {"error", number, vector, []*frame.Value{num(1), sparse(2, 1, 5)}, "[1 0 5]"},
		"a vector first":           {"error", vector, number, []*frame.Value{dense(1, 2), num(3)}, "[1 2 3]"},
		"null":                     {"error", number, vector, []*frame.Value{null(), dense(2)}, "null value at 0"},
		"no vector":                {"error", number, vector, []*frame.Value{num(1), null()}, "null value at 1"},
		"NaN":                      {"error", number, vector, []*frame.Value{num(nan), dense(2)}, "value out of range at 0"},
		"NaN in a vector":          {"error", number, vector, []*frame.Value{num(1), dense(nan)}, "[1 NaN]"},
		"skip null":                {"skip", number, vector, []*frame.Value{null(), dense(2)}, "dropped"},
		"skip no vector":           {"skip", number, vector, []*frame.Value{num(1), null()}, "dropped"},
		"skip NaN":                 {"skip", number, vector, []*frame.Value{num(nan), dense(2)}, "dropped"},
		"skip not NaN in a vector": {"skip", number, vector, []*frame.Value{num(1), dense(nan)}, "[1 NaN]"},
		"keep null":                {"keep", number, vector, []*frame.Value{null(), dense(2)}, "[NaN 2]"},
		"keep NaN":                 {"keep", number, vector, []*frame.Value{num(nan), dense(2)}, "[NaN 2]"},
		"keep no vector":           {"keep", number, sized, []*frame.Value{num(1), null()}, "[1 NaN NaN]"},
		"keep no vector in sparse": {"keep", sized, vector, []*frame.Value{null(), sparse(30, 1, 1)}, "32:[0=NaN 1=NaN 3=1]"},
		"keep no vector of a size": {"keep", number, vector, []*frame.Value{num(1), null()}, "null value at 1"},
	} {
		t.Run(name, func(t *testing.T) {
			tr := readNode(t, nodeOf("vector_assembler", "input0:x input1:v > output:f", attrShapes("input_shapes", bundle.DataShape{}, bundle.DataShape{}),
				attrString("handle_invalid", c.invalid), spark("4.1")))
			tr = settle(t, tr, col("x", c.x), col("v", c.v))
			if got := sparkRow(tr, c.in...); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// What the bundle knows of a vector's size holds where the frame does not say.
func TestSparkAssemblerSizes(t *testing.T) {
	n := nodeOf("vector_assembler", "input0:x input1:v > output:f",
		attrShapes("input_shapes", bundle.DataShape{}, bundle.DataShape{Kind: frame.Tensor, Dims: []int{3}}), spark("3.3"))
	tr := readNode(t, n)
	for want, got := range map[string]Transformer{
		"tensor<double>[4]?": tr,
		"tensor<double>[6]?": settle(t, tr, col("v", frame.TensorOf(frame.Double, 5))),
		"tensor<double>?":    settle(t, tr, col("x", frame.TensorOf(frame.Double)), col("v", frame.TensorOf(frame.Double))),
	} {
		if s := got.Outputs()[0].Type.String(); s != want {
			t.Errorf("answers %s, want %s", s, want)
		}
	}
	wantNoAllocs(t, tr, num(1), dense(1, 2, 3))
	readFault(t, nodeOf("vector_assembler", "input0:x > output:f", attrShapes("input_shapes", bundle.DataShape{}), attrString("handle_invalid", "guess"), spark("4.1")))
}
