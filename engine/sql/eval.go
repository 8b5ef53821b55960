package sql

import (
	"errors"
	"math"
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/internal/fmath"
)

// value is a node's value in one row. The node's type says which part holds it.
type value struct {
	null bool
	i    int64        // boolean, whole numbers
	f    float64      // float, double
	s    string       // string, binary
	d    dec          // decimal
	v    *frame.Value // array, opaque
}

var null = value{null: true}

func truth(b bool) value {
	if b {
		return value{i: 1}
	}
	return value{}
}

// env is what a row is evaluated with. The first fault is kept; what comes
// after it is null.
type env struct {
	in    []*frame.Value
	text  string // of the statement
	fault *Fault
}

// err is the fault as an error, nil if there is none.
func (v *env) err() error {
	if v.fault == nil {
		return nil
	}
	return v.fault
}

// What errors.Is finds in the error of a row.
var (
	ErrRange = errors.New("out of range")     // overflow, division by zero, an index outside an array
	ErrCast  = errors.New("cannot be cast")   // text that is no number
	ErrValue = errors.New("cannot be worked") // any other value
)

// Fault is the error of a row: a value that ANSI mode does not let pass.
type Fault struct {
	Kind error
	Msg  string
	Hint string
}

func (f *Fault) Error() string {
	if f.Hint != "" {
		return f.Msg + " (" + f.Hint + ")"
	}
	return f.Msg
}
func (f *Fault) Unwrap() error { return f.Kind }

func (v *env) fail(n *node, kind error, msg, hint string) value {
	if v.fault == nil {
		if n.end <= len(v.text) && n.pos < n.end {
			msg += " in " + strconv.Quote(v.text[n.pos:n.end])
		}
		v.fault = &Fault{kind, msg, hint}
	}
	return null
}

// Where says whether the statement keeps a row. in are the Inputs' values; the
// error is a *Fault.
func (b *Bound) Where(in []*frame.Value) (bool, error) {
	if b.where == nil {
		return true, nil
	}
	v := env{in: in, text: b.text}
	x := v.eval(b.where)
	return !x.null && x.i != 0, v.err()
}

// Eval computes one output column into out. The error is a *Fault.
func (b *Bound) Eval(o *Output, in []*frame.Value, out *frame.Value) error {
	v := env{in: in, text: b.text}
	x := v.eval(o.node)
	if v.fault != nil {
		return v.fault
	}
	out.Null = x.null
	if x.null {
		return nil
	}
	switch t := o.node.typ; t.Kind {
	case Bool, Byte, Short, Int:
		out.Num = float64(x.i)
	case Long:
		out.Long = x.i
	case Float, Double:
		out.Num = x.f
	case Decimal:
		out.Num = x.d.float(t.S)
	case String, Binary:
		out.Str = x.s
	default:
		out.Copy(x.v)
	}
	return nil
}

// load is an input's value.
func load(t Type, c *frame.Value) value {
	if c.Null {
		return null
	}
	switch t.Kind {
	case Bool, Byte, Short, Int:
		return value{i: int64(c.Num)}
	case Long:
		return value{i: c.Long}
	case Float, Double:
		return value{f: c.Num}
	case String, Binary:
		return value{s: c.Str}
	}
	return value{v: c}
}

func (v *env) eval(n *node) value {
	switch n.op {
	case opLit:
		return n.val
	case opCol:
		return load(n.typ, v.in[n.col])
	case opAnd, opOr: // the right side counts only where the left leaves it open
		stop := int64(0)
		if n.op == opOr {
			stop = 1
		}
		a := v.eval(n.args[0])
		if !a.null && a.i == stop {
			return a
		}
		b := v.eval(n.args[1])
		if b.null || b.i == stop {
			return b
		}
		return a
	case opIsNull:
		return truth(v.eval(n.args[0]).null)
	case opIsNotNull:
		return truth(!v.eval(n.args[0]).null)
	case opCoalesce:
		for _, a := range n.args {
			if x := v.eval(a); !x.null {
				return x
			}
		}
		return null
	case opCase:
		i := 0
		for ; i+1 < len(n.args); i += 2 {
			if x := v.eval(n.args[i]); !x.null && x.i != 0 {
				return v.eval(n.args[i+1])
			}
		}
		if i < len(n.args) {
			return v.eval(n.args[i])
		}
		return null
	case opIn:
		return v.in_(n)
	case opGreatest, opLeast:
		best := null
		for _, a := range n.args {
			x := v.eval(a)
			if x.null {
				continue
			}
			if best.null {
				best = x
			} else if c := compare(n.typ, x, best); c > 0 == (n.op == opGreatest) && c != 0 {
				best = x
			}
		}
		return best
	case opConcatWs:
		return v.concatWs(n)
	case opLocate: // a null place is 0, which finds nothing
		part, text, from := v.eval(n.args[0]), v.eval(n.args[1]), v.eval(n.args[2])
		if from.null {
			return value{}
		}
		if part.null || text.null {
			return null
		}
		return value{i: locate(part.s, text.s, from.i)}
	case opSize:
		x := v.eval(n.args[0])
		if x.null {
			if n.how == opSame {
				return null
			}
			return value{i: -1} // spark.sql.legacy.sizeOfNull
		}
		return value{i: int64(length(n.args[0].typ, x.v))}
	case opCompare:
		if n.how == opSame {
			a, b := v.eval(n.args[0]), v.eval(n.args[1])
			if a.null || b.null {
				return truth(a.null && b.null)
			}
			return truth(compare(n.args[0].typ, a, b) == 0)
		}
	case opIsNaN:
		x := v.eval(n.args[0])
		return truth(!x.null && x.f != x.f)
	case opNaNvl:
		x := v.eval(n.args[0])
		if !x.null && x.f != x.f {
			return v.eval(n.args[1])
		}
		return x
	}
	// All others are null where an argument is.
	a := v.eval(n.args[0])
	if a.null {
		return null
	}
	if len(n.args) == 1 {
		return v.unary(n, a)
	}
	b := v.eval(n.args[1])
	if b.null {
		return null
	}
	if len(n.args) == 2 {
		return v.binary(n, a, b)
	}
	var more [3]value
	rest := more[:0]
	for _, x := range n.args[2:] {
		y := v.eval(x)
		if y.null {
			return null
		}
		rest = append(rest, y)
	}
	return v.many(n, a, b, rest)
}

func (v *env) in_(n *node) value {
	x := v.eval(n.args[0])
	if x.null {
		return null
	}
	found := value{}
	for _, a := range n.args[1:] {
		y := v.eval(a)
		if y.null {
			found.null = true
		} else if compare(n.args[0].typ, x, y) == 0 {
			return value{i: 1}
		}
	}
	return found
}

// compare orders values: NaN is equal to NaN and above all other numbers.
func compare(t Type, a, b value) int {
	switch t.Kind {
	case Float, Double:
		switch {
		case a.f == b.f || a.f != a.f && b.f != b.f:
			return 0
		case a.f != a.f || a.f > b.f:
			return 1
		}
		return -1
	case String, Binary:
		switch {
		case a.s < b.s:
			return -1
		case a.s > b.s:
			return 1
		}
		return 0
	case Decimal:
		return a.d.cmp(b.d)
	}
	switch {
	case a.i < b.i:
		return -1
	case a.i > b.i:
		return 1
	}
	return 0
}

func (v *env) unary(n *node, a value) value {
	switch n.op {
	case opCast:
		return v.cast(n, a)
	case opNot:
		return truth(a.i == 0)
	case opPositive:
		return a
	case opNegative, opAbs:
		if n.op == opAbs && (a.i >= 0 && a.d == dec{} && !math.Signbit(a.f) || a.d != dec{} && !a.d.neg) {
			return a
		}
		return v.negate(n, a)
	case opBitNot:
		return value{i: ^a.i}
	case opRound:
		return v.round(n, a)
	case opCeil, opFloor:
		from := n.args[0].typ
		switch {
		case from.Kind == Decimal:
			how := floor
			if n.op == opCeil {
				how = ceiling
			}
			d, _ := a.d.rescale(from.S, n.typ.P, 0, how)
			return value{d: d}
		case from.Kind == Long:
			return a
		case n.op == opCeil:
			return value{i: toLong(math.Ceil(a.f))}
		}
		return value{i: toLong(math.Floor(a.f))}
	case opMath:
		return double(n.how, a.f)
	case opFactorial:
		if a.i < 0 || a.i > 20 {
			return null
		}
		x := int64(1)
		for i := int64(2); i <= a.i; i++ {
			x *= i
		}
		return value{i: x}
	case opArrayMax, opArrayMin:
		best := null
		for i := range length(n.args[0].typ, a.v) {
			x := element(n.args[0].typ, a.v, i)
			if c := 0; best.null {
				best = x
			} else if c = compare(n.typ, x, best); c != 0 && c > 0 == (n.op == opArrayMax) {
				best = x
			}
		}
		return best
	case opConcat:
		return a
	}
	return v.text1(n, a)
}

func (v *env) negate(n *node, a value) value {
	switch {
	case n.typ.Kind == Decimal:
		return value{d: a.d.negate()}
	case n.typ.floating():
		return value{f: -a.f}
	}
	return v.whole(n, -a.i, a.i == math.MinInt64)
}

// whole makes x a value of n's type of whole numbers; over says that it did not
// even fit 64 bits.
func (v *env) whole(n *node, x int64, over bool) value {
	if !over && inRange(x, n.typ.Kind) {
		return value{i: x}
	}
	switch n.mode {
	case try:
		return null
	case fail:
		return v.fail(n, ErrRange, n.typ.String()+" overflow", "Spark in ANSI mode; try_add and its like give null")
	}
	return value{i: wrap(x, n.typ.Kind)}
}

// wrap keeps the low bits.
func wrap(x int64, k Kind) int64 {
	switch k {
	case Byte:
		return int64(int8(x))
	case Short:
		return int64(int16(x))
	case Int:
		return int64(int32(x))
	}
	return x
}

func (v *env) binary(n *node, a, b value) value {
	switch n.op {
	case opCompare:
		c := compare(n.args[0].typ, a, b)
		switch n.how {
		case opEq:
			return truth(c == 0)
		case opLt:
			return truth(c < 0)
		case opLe:
			return truth(c <= 0)
		case opGt:
			return truth(c > 0)
		}
		return truth(c >= 0)
	case opAdd, opSub, opMul, opDiv, opIntDiv, opRem, opPmod:
		return v.arithmetic(n, a, b)
	case opBits:
		switch n.how {
		case opBitAnd:
			return value{i: a.i & b.i}
		case opBitOr:
			return value{i: a.i | b.i}
		}
		return value{i: a.i ^ b.i}
	case opShiftLeft, opShiftRight, opShiftRightUnsigned:
		width := uint64(63)
		if n.typ.Kind == Int {
			width = 31
		}
		by := uint64(b.i) & width
		switch n.op {
		case opShiftLeft:
			return value{i: wrap(a.i<<by, n.typ.Kind)}
		case opShiftRight:
			return value{i: a.i >> by}
		}
		if n.typ.Kind == Int {
			return value{i: int64(int32(uint32(a.i) >> by))}
		}
		return value{i: int64(uint64(a.i) >> by)}
	case opPow:
		return value{f: pow(a.f, b.f)}
	case opAtan2:
		return value{f: math.Atan2(a.f+0, b.f+0)}
	case opHypot:
		return value{f: math.Hypot(a.f, b.f)}
	case opLogBase:
		if a.f <= 0 || b.f <= 0 {
			return null
		}
		return value{f: fmath.Log(b.f) / fmath.Log(a.f)}
	case opItem, opGet, opElement:
		return v.item(n, a, b)
	case opArrayContains, opArrayPosition:
		t := n.args[0].typ
		for i := range length(t, a.v) {
			if compare(Type{Kind: t.Elem}, element(t, a.v, i), b) == 0 {
				if n.op == opArrayPosition {
					return value{i: int64(i + 1)}
				}
				return value{i: 1}
			}
		}
		return value{}
	}
	return v.text2(n, a, b)
}

func (v *env) arithmetic(n *node, a, b value) value {
	at, bt := n.args[0].typ, n.args[1].typ
	if n.op >= opDiv {
		zero := b.i == 0
		switch {
		case bt.Kind == Decimal:
			zero = b.d.u == uint128{}
		case bt.floating():
			zero = b.f == 0
		}
		if zero {
			if n.mode == fail {
				return v.fail(n, ErrRange, "division by zero", "Spark in ANSI mode; try_divide and try_mod give null")
			}
			return null
		}
	}
	if at.Kind == Decimal {
		name := [...]string{"+", "-", "*", "/", "/", "%", "pmod"}[n.op-opAdd]
		t := n.typ
		if n.op == opIntDiv {
			t = fit(at.P-at.S+bt.S+1, 1) // cut below
		}
		d, ok := calculate(name, a.d, b.d, at, bt, t)
		if n.op == opIntDiv && ok {
			return v.quotient(n, a.d, b.d, at, bt)
		}
		if !ok {
			if n.mode == fail {
				return v.fail(n, ErrRange, n.typ.String()+" overflow", "Spark in ANSI mode; try_add and its like give null")
			}
			return null
		}
		return value{d: d}
	}
	if n.typ.floating() {
		var f float64
		switch n.op {
		case opAdd:
			f = a.f + b.f
		case opSub:
			f = a.f - b.f
		case opMul:
			f = a.f * b.f
		case opDiv:
			f = a.f / b.f
		case opRem:
			f = math.Mod(a.f, b.f)
		case opPmod:
			if f = math.Mod(a.f, b.f); f < 0 {
				f = math.Mod(f+b.f, b.f)
			}
		}
		if n.typ.Kind == Float {
			f = float64(float32(f))
		}
		return value{f: f}
	}
	x, y := a.i, b.i
	switch n.op {
	case opAdd:
		r := x + y
		return v.whole(n, r, (x^r)&(y^r) < 0)
	case opSub:
		r := x - y
		return v.whole(n, r, (x^y)&(x^r) < 0)
	case opMul:
		r := x * y
		over := x != 0 && (r/x != y || x == -1 && y == math.MinInt64)
		return v.whole(n, r, over)
	case opIntDiv:
		return v.whole(n, x/y, x == math.MinInt64 && y == -1)
	case opRem:
		return value{i: x % y}
	}
	r := x % y
	if r < 0 {
		r = wrap(r+y, n.typ.Kind) % y
	}
	return value{i: r}
}

// quotient is a div b for decimals.
func (v *env) quotient(n *node, a, b dec, at, bt Type) value {
	s := max(at.S, bt.S)
	x, ok := a.u.wide().shift(s - at.S)
	y, ok2 := b.u.wide().shift(s - bt.S)
	if !ok || !ok2 || y[2] != 0 || y[3] != 0 {
		return null
	}
	q, _ := x.div(uint128{y[1], y[0]})
	u, ok := q.small(maxPrecision)
	i, ok2 := dec{a.neg != b.neg, u}.int(0)
	return v.whole(n, i, !ok || !ok2)
}

// toLong is Java's (long) of a double.
func toLong(f float64) int64 {
	switch {
	case f != f:
		return 0
	case f >= 1<<63:
		return math.MaxInt64
	case f < -1<<63:
		return math.MinInt64
	}
	return int64(f)
}

// double computes a function of one double. Logarithms of what has none are null.
func double(how op, x float64) value {
	switch how {
	case opSqrt:
		x = math.Sqrt(x)
	case opCbrt:
		x = math.Cbrt(x)
	case opExp:
		x = fmath.Exp(x)
	case opExpm1:
		x = math.Expm1(x)
	case opLog, opLog10, opLog2:
		if x <= 0 {
			return null
		}
		switch how {
		case opLog:
			x = fmath.Log(x)
		case opLog10:
			x = log10(x)
		default:
			x = fmath.Log(x) / math.Ln2
		}
	case opLog1p:
		if x <= -1 {
			return null
		}
		x = math.Log1p(x)
	case opSin:
		x = math.Sin(x)
	case opCos:
		x = math.Cos(x)
	case opTan:
		x = math.Tan(x)
	case opCot:
		x = 1 / math.Tan(x)
	case opSec:
		x = 1 / math.Cos(x)
	case opCsc:
		x = 1 / math.Sin(x)
	case opAsin:
		x = math.Asin(x)
	case opAcos:
		x = math.Acos(x)
	case opAtan:
		x = math.Atan(x)
	case opSinh:
		x = math.Sinh(x)
	case opCosh:
		x = math.Cosh(x)
	case opTanh:
		x = math.Tanh(x)
	case opAsinh: // these three by Spark's formulas, imprecise as they are
		switch {
		case math.Abs(x) > 1e150:
			x = math.Copysign(fmath.Log(math.Abs(x))+math.Ln2, x)
		default:
			x = fmath.Log(x + math.Sqrt(float64(x*x)+1))
		}
	case opAcosh:
		switch {
		case x < 1:
			x = math.NaN()
		case x > 1e150:
			x = fmath.Log(x) + math.Ln2
		default:
			x = fmath.Log(x + math.Sqrt(float64(x*x)-1))
		}
	case opAtanh:
		x = 0.5 * (math.Log1p(x) - math.Log1p(-x))
	case opDegrees:
		x *= 180 / math.Pi
	case opRadians:
		x *= math.Pi / 180
	case opRint:
		x = math.RoundToEven(x)
	case opSign:
		switch {
		case x > 0:
			x = 1
		case x < 0:
			x = -1
		}
	}
	return value{f: x}
}

// log10 is exact for powers of ten.
func log10(x float64) float64 {
	y := fmath.Log(x) / math.Ln10
	if k := math.Round(y); math.Abs(k) <= 22 && math.Pow10(int(k)) == x {
		return k
	}
	return y
}

// pow is Java's: a power of NaN, and ±1 to an infinite one, is NaN.
func pow(x, y float64) float64 {
	if y != y || math.IsInf(y, 0) && math.Abs(x) == 1 {
		return math.NaN()
	}
	return fmath.Pow(x, y)
}

func (v *env) many(n *node, a, b value, rest []value) value {
	if n.op == opWidthBucket {
		return bucket(a.f, b.f, rest[0].f, rest[1].i)
	}
	return v.textMany(n, a, b, rest)
}

// bucket is width_bucket: into which of count equal parts from low to high x falls.
func bucket(x, low, high float64, count int64) value {
	switch {
	case count <= 0 || count == math.MaxInt64 || x != x || low == high || low != low || high != high || math.IsInf(low, 0) || math.IsInf(high, 0):
		return null
	case low < high && x < low, low > high && x > low:
		return value{}
	case low < high && x >= high, low > high && x <= high:
		return value{i: count + 1}
	}
	return value{i: toLong(float64(float64(count)*(x-low))/(high-low)) + 1}
}

func length(t Type, c *frame.Value) int {
	switch t.Elem {
	case Long:
		return len(c.Longs)
	case String, Binary:
		return len(c.Strs)
	}
	return len(c.Nums)
}

func element(t Type, c *frame.Value, i int) value {
	switch t.Elem {
	case Long:
		return value{i: c.Longs[i]}
	case String, Binary:
		return value{s: c.Strs[i]}
	case Float, Double:
		return value{f: c.Nums[i]}
	}
	return value{i: int64(c.Nums[i])}
}

// item is an element of an array, by a[i], get or element_at.
func (v *env) item(n *node, a, b value) value {
	t := n.args[0].typ
	size := int64(length(t, a.v))
	i := b.i
	if n.op == opElement {
		if i == 0 {
			return v.fail(n, ErrRange, "index 0", "element_at counts from 1")
		}
		if i > 0 {
			i--
		} else {
			i += size
		}
	}
	if i >= 0 && i < size {
		return element(t, a.v, int(i))
	}
	if n.mode == fail && n.op != opGet {
		return v.fail(n, ErrRange, "index "+strconv.FormatInt(b.i, 10)+" of an array of "+strconv.FormatInt(size, 10), "Spark in ANSI mode; get and try_element_at give null")
	}
	return null
}
