package transform

import (
	"math"
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/internal/fmath"
)

// mathUnary is a function of one number.
//
// MLeap: core/feature/MathUnaryModel.scala; in Spark the same model runs as a
// UDF (mleap-spark-extension: ml/mleap/feature/MathUnary.scala), which answers
// null for null, so this does (MLeap's own runtime refuses null). "round" is
// Java's: halves go up, the answer is a long, so NaN is 0 and the largest are
// ±2⁶³. "logit" refuses what is below 0 or above 1, and is infinite at both.
type mathUnary struct {
	op unary
}

type unary uint8

const (
	unaryLog unary = iota
	unaryExp
	unarySqrt
	unarySin
	unaryCos
	unaryTan
	unaryAbs
	unaryLogit
	unaryFloor
	unaryCeil
	unaryRound
)

var unaryNames = [...]string{"log", "exp", "sqrt", "sin", "cos", "tan", "abs", "logit", "floor", "ceil", "round"}

func readMathUnary(s *Source) (Transformer, error) {
	name := s.String("operation")
	for i, n := range unaryNames {
		if n == name {
			return &mathUnary{op: unary(i)}, s.Err()
		}
	}
	s.Fail("operation", "is "+strconv.Quote(name)+", which is no operation on one number")
	return nil, s.Err()
}

func (t *mathUnary) Inputs() []Port {
	return []Port{{Name: "input", Type: frame.ScalarOf(frame.Double).OrNull()}}
}

func (t *mathUnary) Outputs() []Port {
	return []Port{{Name: "output", Type: frame.ScalarOf(frame.Double)}}
}

func (t *mathUnary) Transform(in, out []*frame.Value) error {
	if in[0].Null {
		setMissing(out[0])
		return nil
	}
	x := in[0].Num
	if t.op == unaryLogit && (x < 0 || x > 1) {
		return Bad(0, ErrRange, "logit of "+show(x), "it is of numbers from 0 to 1")
	}
	out[0].SetNum(t.op.apply(x))
	return nil
}

func (op unary) apply(x float64) float64 {
	switch op {
	case unaryLog:
		return fmath.Log(x)
	case unaryExp:
		return fmath.Exp(x)
	case unarySqrt:
		return math.Sqrt(x)
	case unarySin:
		return fmath.Sin(x)
	case unaryCos:
		return fmath.Cos(x)
	case unaryTan:
		return fmath.Tan(x)
	case unaryAbs:
		return math.Abs(x)
	case unaryLogit:
		return fmath.Log(x / (1 - x))
	case unaryFloor:
		return math.Floor(x)
	case unaryCeil:
		return math.Ceil(x)
	}
	return javaRound(x)
}

// javaRound is Math.round as a double: never -0.0.
func javaRound(x float64) float64 {
	switch {
	case x != x:
		return 0
	case x >= 1<<63:
		return 1 << 63
	case x <= -1<<63:
		return -1 << 63
	}
	f := math.Floor(x)
	if x-f >= 0.5 {
		f++
	}
	return f + 0
}
