package sql

import (
	"errors"
	"math"
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/internal/fmath"
	"github.com/pageleap/pageleap/engine/internal/javaregex"
)

// value is a node's value in one row. The node's type says which part holds it.
type value struct {
	null bool
	i    int64        // boolean, whole numbers; a decimal's sign and high digits
	u    uint64       // the bits of a float or double; a decimal's low digits
	s    string       // string, binary
	v    *frame.Value // array, opaque
}

func (x *value) f() float64     { return math.Float64frombits(x.u) }
func (x *value) setF(f float64) { x.u = math.Float64bits(f) }

func (x *value) dec() dec {
	return dec{x.i < 0, uint128{uint64(x.i) &^ (1 << 63), x.u}}
}

// setDec packs d: 38 digits leave room for the sign.
func (x *value) setDec(d dec) {
	x.i, x.u = int64(d.u.hi), d.u.lo
	if d.neg {
		x.i |= math.MinInt64
	}
}

func (x *value) setBool(b bool) {
	x.i = 0
	if b {
		x.i = 1
	}
}

var null = value{null: true}

// env is what a row is evaluated with. The first fault is kept; what comes
// after it is null.
//
// Nodes leave their value in the caller's x, where their first argument's may
// have been: parts of x that are not of the node's type may hold anything.
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

// fail keeps a fault, and leaves null in x.
func (v *env) fail(n *node, x *value, kind error, msg, hint string) {
	x.null = true
	if v.fault == nil {
		if n.end <= len(v.text) && n.pos < n.end {
			msg += " in " + strconv.Quote(javaregex.Short(v.text[n.pos:n.end]))
		}
		v.fault = &Fault{kind, msg, hint}
	}
}

// refuse is for what ANSI mode refuses: a fault there, null elsewhere.
func (v *env) refuse(n *node, x *value, kind error, msg, instead string) {
	x.null = true
	if n.mode == fail {
		v.fail(n, x, kind, msg, "Spark in ANSI mode; "+instead+" null")
	}
}

// Where says whether the statement keeps a row. in are the Inputs' values; the
// error is a *Fault.
func (b *Bound) Where(in []*frame.Value) (bool, error) {
	if b.where == nil {
		return true, nil
	}
	v := env{in: in, text: b.text}
	var x value
	v.eval(b.where, &x)
	return !x.null && x.i != 0, v.err()
}

// Eval computes one output column into out. The error is a *Fault.
func (b *Bound) Eval(o *Output, in []*frame.Value, out *frame.Value) error {
	v := env{in: in, text: b.text}
	var x value
	v.eval(o.node, &x)
	out.Null = x.null
	if x.null {
		return v.err()
	}
	switch t := o.node.typ; t.Kind {
	case Bool, Byte, Short, Int:
		out.Num = float64(x.i)
	case Long:
		out.Long = x.i
	case Float, Double:
		out.Num = x.f()
	case Decimal:
		out.Num = x.dec().float(t.S)
	case String, Binary:
		out.Str = x.s
	default:
		out.Copy(x.v)
	}
	return v.err()
}

// load takes an input's value, or an array's element, into x.
func (x *value) load(k Kind, num float64, long int64, str string) {
	switch k {
	case Long:
		x.i = long
	case Float, Double:
		x.setF(num)
	case String, Binary:
		x.s = str
	default:
		x.i = int64(num)
	}
}

func (v *env) eval(n *node, x *value) {
	var y value
	switch n.op {
	case opLit:
		*x = n.val
		return
	case opCol:
		c := v.in[n.col]
		x.null, x.v = c.Null, c
		if n.typ.Kind < Array {
			x.load(n.typ.Kind, c.Num, c.Long, c.Str)
		}
		return
	case opAnd, opOr: // the right side counts only where the left leaves it open
		stop := int64(0)
		if n.op == opOr {
			stop = 1
		}
		v.eval(n.args[0], x)
		if x.null || x.i != stop {
			if v.eval(n.args[1], &y); y.null || y.i == stop {
				*x = y
			}
		}
		return
	case opIsNull, opIsNotNull:
		v.eval(n.args[0], x)
		x.setBool(x.null == (n.op == opIsNull))
		x.null = false
		return
	case opCoalesce:
		for _, a := range n.args {
			if v.eval(a, x); !x.null {
				break
			}
		}
		return
	case opCase:
		i := 0
		for ; i+1 < len(n.args); i += 2 {
			if v.eval(n.args[i], x); !x.null && x.i != 0 {
				v.eval(n.args[i+1], x)
				return
			}
		}
		if x.null = true; i < len(n.args) {
			v.eval(n.args[i], x)
		}
		return
	case opIn:
		v.among(n, x)
		return
	case opGreatest, opLeast:
		x.null = true
		for _, a := range n.args {
			if v.eval(a, &y); !y.null {
				x.best(n.typ, &y, n.op == opGreatest)
			}
		}
		return
	case opConcat:
		v.concat(n, x)
		return
	case opConcatWs:
		v.concatWs(n, x)
		return
	}
	v.eval(n.args[0], x)
	switch n.op { // what minds null
	case opSize:
		if x.null && n.how != opSame {
			x.null, x.i = false, -1 // spark.sql.legacy.sizeOfNull
			return
		}
	case opIsNaN:
		x.setBool(!x.null && x.f() != x.f())
		x.null = false
		return
	case opNaNvl:
		if !x.null && x.f() != x.f() {
			v.eval(n.args[1], x)
		}
		return
	case opCompare:
		if n.how == opSame {
			v.eval(n.args[1], &y)
			if x.null || y.null {
				x.setBool(x.null && y.null)
			} else {
				x.setBool(compare(n.args[0].typ, x, &y) == 0)
			}
			x.null = false
			return
		}
	case opLocate: // a null place is 0, which finds nothing
		if v.eval(n.args[2], &y); y.null {
			x.null, x.i = false, 0
			return
		}
	}
	// All others are null where an argument is.
	if x.null {
		return
	}
	if len(n.args) == 1 {
		v.unary(n, x)
		return
	}
	if v.eval(n.args[1], &y); y.null {
		x.null = true
		return
	}
	if len(n.args) == 2 {
		v.binary(n, x, &y)
		return
	}
	var more [2]value
	for i, a := range n.args[2:] {
		if v.eval(a, &more[i]); more[i].null {
			x.null = true
			return
		}
	}
	v.textMany(n, x, &y, &more[0], &more[1])
}

func (v *env) among(n *node, x *value) {
	v.eval(n.args[0], x)
	first := *x
	var y value // not in the loop, where it would not stay on the stack
	x.setBool(false)
	for _, a := range n.args[1:] {
		v.eval(a, &y)
		switch {
		case first.null:
		case y.null:
			x.null = true
		case compare(a.typ, &first, &y) == 0:
			x.setBool(true)
			x.null = false
			return
		}
	}
}

// best keeps the greater or lesser of x and y.
func (x *value) best(t Type, y *value, greater bool) {
	if c := 0; x.null {
		*x = *y
	} else if c = compare(t, y, x); c != 0 && c > 0 == greater {
		*x = *y
	}
}

// compare orders values: NaN is equal to NaN and above all other numbers.
func compare(t Type, a, b *value) int {
	less, more := a.i < b.i, a.i > b.i
	switch t.Kind {
	case Float, Double:
		x, y := a.f(), b.f()
		less, more = x < y || x == x && y != y, x > y || x != x && y == y
	case String, Binary:
		less, more = a.s < b.s, a.s > b.s
	case Decimal:
		c := a.dec().cmp(b.dec())
		less, more = c < 0, c > 0
	}
	switch {
	case less:
		return -1
	case more:
		return 1
	}
	return 0
}

func (v *env) unary(n *node, x *value) {
	from := n.args[0].typ
	switch n.op {
	case opCast:
		v.cast(n, x)
	case opNot:
		x.setBool(x.i == 0)
	case opPositive:
	case opAbs:
		negative := x.i < 0
		if from.floating() {
			negative = math.Signbit(x.f())
		}
		if negative {
			v.negate(n, x)
		}
	case opNegative:
		v.negate(n, x)
	case opBitNot:
		x.i = ^x.i
	case opRound:
		v.round(n, x)
	case opCeil, opFloor:
		switch {
		case from.Kind == Decimal:
			how := floor
			if n.op == opCeil {
				how = ceiling
			}
			d, _ := x.dec().rescale(from.S, n.typ.P, 0, how)
			x.setDec(d)
		case from.Kind == Long:
		case n.op == opCeil:
			x.i = toLong(math.Ceil(x.f()))
		default:
			x.i = toLong(math.Floor(x.f()))
		}
	case opMath:
		x.math(n.how)
	case opSize:
		x.i = int64(length(from, x.v))
	default:
		v.text1(n, x)
	}
}

func (v *env) negate(n *node, x *value) {
	switch {
	case n.typ.Kind == Decimal:
		x.setDec(x.dec().negate())
	case n.typ.floating():
		x.setF(-x.f())
	default:
		v.whole(n, x, -x.i, x.i == math.MinInt64)
	}
}

// whole makes x a value of n's type of whole numbers; over says that it did not
// even fit 64 bits.
func (v *env) whole(n *node, x *value, i int64, over bool) {
	x.i = wrap(i, n.typ.Kind)
	if n.mode != legacy && (over || x.i != i) {
		v.overflow(n, x)
	}
}

func (v *env) overflow(n *node, x *value) {
	v.refuse(n, x, ErrRange, n.typ.String()+" overflow", "try_add and its like give")
}

// wrap keeps the low bits.
func wrap(i int64, k Kind) int64 {
	switch k {
	case Byte:
		return int64(int8(i))
	case Short:
		return int64(int16(i))
	case Int:
		return int64(int32(i))
	}
	return i
}

func (v *env) binary(n *node, x, y *value) {
	switch n.op {
	case opCompare:
		c := compare(n.args[0].typ, x, y)
		switch n.how {
		case opEq:
			x.setBool(c == 0)
		case opLt:
			x.setBool(c < 0)
		case opLe:
			x.setBool(c <= 0)
		case opGt:
			x.setBool(c > 0)
		default:
			x.setBool(c >= 0)
		}
	case opAdd, opSub, opMul, opDiv, opIntDiv, opRem, opPmod:
		v.arithmetic(n, x, y)
	case opBits:
		switch n.how {
		case opBitAnd:
			x.i &= y.i
		case opBitOr:
			x.i |= y.i
		default:
			x.i ^= y.i
		}
	case opShiftLeft, opShiftRight:
		by := uint64(y.i) & 63
		if n.typ.Kind == Int {
			by &= 31
		}
		if n.op == opShiftLeft {
			x.i = wrap(x.i<<by, n.typ.Kind)
		} else {
			x.i >>= by
		}
	case opPow:
		x.setF(pow(x.f(), y.f()))
	case opAtan2:
		x.setF(math.Atan2(x.f()+0, y.f()+0))
	case opLogBase:
		if x.null = x.f() <= 0 || y.f() <= 0; !x.null {
			x.setF(fmath.Log(y.f()) / fmath.Log(x.f()))
		}
	case opItem, opGet, opElement:
		v.item(n, x, y)
	case opArrayContains:
		t := n.args[0].typ
		list := x.v
		x.setBool(false)
		for i := range length(t, list) {
			var e value
			if e.element(t, list, i); compare(Type{Kind: t.Elem}, &e, y) == 0 {
				x.setBool(true)
			}
		}
	default:
		v.text2(n, x, y)
	}
}

func (v *env) arithmetic(n *node, x, y *value) {
	at, bt := n.args[0].typ, n.args[1].typ
	if n.op >= opDiv {
		zero := y.i == 0
		switch {
		case bt.Kind == Decimal:
			zero = y.dec().u == uint128{}
		case bt.floating():
			zero = y.f() == 0
		}
		if zero {
			v.refuse(n, x, ErrRange, "division by zero", "try_divide and try_mod give")
			return
		}
	}
	switch {
	case at.Kind == Decimal && n.op == opIntDiv:
		v.quotient(n, x, y)
	case at.Kind == Decimal:
		d, ok := calculate(n.op, x.dec(), y.dec(), at, bt, n.typ)
		if x.setDec(d); !ok {
			v.overflow(n, x)
		}
	case n.typ.floating():
		f := floating(n.op, x.f(), y.f())
		if n.typ.Kind == Float {
			f = float64(float32(f))
		}
		x.setF(f)
	default:
		v.integral(n, x, y.i)
	}
}

func floating(op op, a, b float64) float64 {
	switch op {
	case opAdd:
		return a + b
	case opSub:
		return a - b
	case opMul:
		return a * b
	case opDiv:
		return a / b
	}
	a = math.Mod(a, b)
	if op == opPmod && a < 0 {
		a = math.Mod(a+b, b)
	}
	return a
}

func (v *env) integral(n *node, x *value, b int64) {
	a, r, over := x.i, int64(0), false
	switch n.op {
	case opAdd:
		r = a + b
		over = (a^r)&(b^r) < 0
	case opSub:
		r = a - b
		over = (a^b)&(a^r) < 0
	case opMul:
		r = a * b
		over = a != 0 && (r/a != b || a == -1 && b == math.MinInt64)
	case opIntDiv:
		r = a / b
		over = a == math.MinInt64 && b == -1
	default:
		r = a % b
		if n.op == opPmod && r < 0 {
			r = wrap(r+b, n.typ.Kind) % b
		}
	}
	v.whole(n, x, r, over)
}

// quotient is a div b for decimals.
func (v *env) quotient(n *node, x, y *value) {
	at, bt := n.args[0].typ, n.args[1].typ
	a, b := x.dec(), y.dec()
	s := max(at.S, bt.S)
	p, ok := a.u.wide().shift(s - at.S)
	q, ok2 := b.u.wide().shift(s - bt.S)
	if !ok || !ok2 || q[2] != 0 || q[3] != 0 {
		v.overflow(n, x)
		return
	}
	r, _ := p.div(uint128{q[1], q[0]})
	u, ok := r.small(maxPrecision)
	i, ok2 := dec{a.neg != b.neg, u}.int(0)
	v.whole(n, x, i, !ok || !ok2)
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

// math computes a function of one double. Logarithms of what has none are null.
func (v *value) math(how op) {
	x := v.f()
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
		if v.null = x <= 0; v.null {
			return
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
		v.null = x <= -1
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
	case opDegrees:
		x *= 180 / math.Pi
	case opRadians:
		x *= math.Pi / 180
	case opSign:
		switch {
		case x > 0:
			x = 1
		case x < 0:
			x = -1
		}
	}
	v.setF(x)
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

func length(t Type, c *frame.Value) int {
	switch t.Elem {
	case Long:
		return len(c.Longs)
	case String, Binary:
		return len(c.Strs)
	}
	return len(c.Nums)
}

func (x *value) element(t Type, c *frame.Value, i int) {
	switch t.Elem {
	case Long:
		x.i = c.Longs[i]
	case String, Binary:
		x.s = c.Strs[i]
	default:
		x.load(t.Elem, c.Nums[i], 0, "")
	}
}

// item is an element of an array, by a[i], get or element_at.
func (v *env) item(n *node, x, y *value) {
	t := n.args[0].typ
	size := int64(length(t, x.v))
	i := y.i
	if n.op == opElement {
		switch {
		case i == 0:
			v.fail(n, x, ErrRange, "index 0", "element_at counts from 1")
			return
		case i > 0:
			i--
		default:
			i += size
		}
	}
	switch {
	case i >= 0 && i < size:
		x.element(t, x.v, int(i))
	case n.op == opGet:
		x.null = true
	default:
		v.refuse(n, x, ErrRange, "index "+strconv.FormatInt(y.i, 10)+" of an array of "+strconv.FormatInt(size, 10), "get and try_element_at give")
	}
}
