package transform

import (
	"math"
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/internal/fmath"
)

// mathBinary is a function of two numbers, either of which may be fixed: "da" or
// "db" stands in for an input that the node does not bind.
//
// MLeap: core/feature/MathBinaryModel.scala; in Spark the same model runs as a
// UDF (mleap-spark-extension: ml/mleap/feature/MathBinary.scala), which answers
// null where either number is null, so this does (MLeap's own runtime refuses
// null). The arithmetic is Java's: x/0 is infinite, "rem" has the sign of a,
// "min" and "max" of anything and NaN are NaN and hold -0.0 to be below 0.0,
// "log_n" is log(a)/log(b).
type mathBinary struct {
	op         binary
	da, db     float64
	hasA, hasB bool // da and db stand in for an input
}

type binary uint8

const (
	binaryAdd binary = iota
	binarySub
	binaryMul
	binaryDiv
	binaryRem
	binaryLogN
	binaryPow
	binaryMin
	binaryMax
)

var binaryNames = [...]string{"add", "sub", "mul", "div", "rem", "log_n", "pow", "min", "max"}

func readMathBinary(s *Source) (Transformer, error) {
	t := &mathBinary{da: s.FloatOr("da", 0), db: s.FloatOr("db", 0), hasA: s.Has("da"), hasB: s.Has("db")}
	t.op = binary(len(binaryNames))
	name := s.String("operation")
	for i, n := range binaryNames {
		if n == name {
			t.op = binary(i)
		}
	}
	if int(t.op) == len(binaryNames) {
		s.Fail("operation", "is "+strconv.Quote(name)+", which is no operation on two numbers")
	}
	return t, s.Err()
}

func (t *mathBinary) Inputs() []Port {
	number := frame.ScalarOf(frame.Double).OrNull()
	return []Port{
		{Name: "input_a", Type: number, Optional: t.hasA},
		{Name: "input_b", Type: number, Optional: t.hasB},
	}
}

func (t *mathBinary) Outputs() []Port {
	return []Port{{Name: "output", Type: frame.ScalarOf(frame.Double)}}
}

func (t *mathBinary) Transform(in, out []*frame.Value) error {
	a, b := t.da, t.db
	if v := in[0]; v != nil {
		if v.Null {
			setMissing(out[0])
			return nil
		}
		a = v.Num
	}
	if v := in[1]; v != nil {
		if v.Null {
			setMissing(out[0])
			return nil
		}
		b = v.Num
	}
	out[0].SetNum(t.op.apply(a, b))
	return nil
}

func (op binary) apply(a, b float64) float64 {
	switch op {
	case binaryAdd:
		return a + b
	case binarySub:
		return a - b
	case binaryMul:
		return a * b
	case binaryDiv:
		return a / b
	case binaryRem:
		return math.Mod(a, b)
	case binaryLogN:
		return fmath.Log(a) / fmath.Log(b)
	case binaryPow:
		return javaPow(a, b)
	case binaryMin:
		return min(a, b)
	}
	return max(a, b)
}

// javaPow is Math.pow. Go's differs in that it holds 1 to the power of NaN or
// of infinity to be 1 where Java says NaN.
func javaPow(x, y float64) float64 {
	if math.IsNaN(y) || math.IsInf(y, 0) && math.Abs(x) == 1 {
		return math.NaN()
	}
	return fmath.Pow(x, y)
}
