package transform

import (
	"math"
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

var scalarShape = bundle.DataShape{Kind: frame.Scalar}

func vectorShape(n int) bundle.DataShape { return bundle.DataShape{Kind: frame.Tensor, Dims: []int{n}} }

func TestVectorAssembler(t *testing.T) {
	tr := readNode(t, nodeOf("vector_assembler", "", attrShapes("input_shapes", scalarShape, vectorShape(3), scalarShape, vectorShape(2))))
	negZero := math.Copysign(0, -1)
	for _, c := range []struct {
		in   []*frame.Value
		want string
	}{
		{[]*frame.Value{num(1), dense(2, 0, 3), num(0), sparse(2, 1, 4)}, "[1 2 0 3 0 0 4]"},
		// 3·3 + 4 < 2·7: three nonzeros are sparse, four dense.
		{[]*frame.Value{num(1), dense(2, 0, 3), num(0), sparse(2)}, "7:[0=1 1=2 3=3]"},
		{[]*frame.Value{num(0), sparse(3, 0, 5, 2, 0), num(6), dense(0, 7)}, "7:[1=5 4=6 6=7]"},
		{[]*frame.Value{num(0), sparse(3), num(0), sparse(2)}, "7:[]"},
		// -0.0 is a zero, NaN and Infinity are not.
		{[]*frame.Value{num(negZero), dense(1, negZero, 2), num(3), sparse(2, 0, negZero, 1, 4)}, "[0 1 0 2 3 0 4]"},
		{[]*frame.Value{num(math.NaN()), sparse(3, 1, math.Inf(-1)), num(negZero), dense(0, 0)}, "7:[0=NaN 2=-Inf]"},
		{[]*frame.Value{num(1), dense(2, 2, 2), num(0), null()}, "null value at 3"},
		{[]*frame.Value{null(), dense(2, 2, 2), num(0), null()}, "null value at 0"},
	} {
		if got := row(tr, c.in...); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
	wantNoAllocs(t, tr, num(1), dense(2, 0, 3), num(0), sparse(2, 1, 4))
	wantNoAllocs(t, tr, num(1), dense(2, 0, 0), num(0), sparse(2, 1, 4))
}

// The bound between sparse and dense is sparser's at every size.
func TestVectorAssemblerBound(t *testing.T) {
	for size := range 50 {
		tr := readNode(t, nodeOf("vector_assembler", "", attrShapes("input_shapes", vectorShape(size))))
		x := make([]float64, size)
		for nonzeros := 0; ; nonzeros++ {
			out, err := apply(tr, dense(x...))
			if err != nil {
				t.Fatal(err)
			}
			if want := sparser(nonzeros, size); out[0].Sparse != want {
				t.Errorf("%d of %d: sparse is %v, want %v", nonzeros, size, out[0].Sparse, want)
			}
			if nonzeros == size {
				break
			}
			x[nonzeros] = 1
		}
	}
}

func TestVectorAssemblerPorts(t *testing.T) {
	maybe := scalarShape
	maybe.Nullable = true
	tr := readNode(t, nodeOf("vector_assembler", "", attrShapes("input_shapes", maybe, vectorShape(3))))
	got := ""
	for _, p := range append(tr.Inputs(), tr.Outputs()...) {
		got += p.Name + " " + p.Type.String() + ", "
	}
	if want := "input0 double?, input1 tensor<double>[3], output tensor<double>[4]?, "; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	readFault(t, nodeOf("vector_assembler", ""))
	for _, bad := range []bundle.DataShape{{Kind: frame.List}, {Kind: frame.Tensor}, vectorShape(-1), vectorShape(math.MaxInt32), vectorShape(math.MaxInt), {Kind: frame.Tensor, Dims: []int{2, 2}}} {
		readFault(t, nodeOf("vector_assembler", "", attrShapes("input_shapes", scalarShape, bad)))
	}
}
