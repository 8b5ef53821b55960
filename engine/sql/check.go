package sql

import (
	"strconv"
	"strings"

	"github.com/pageleap/pageleap/engine/frame"
)

// node is an expression with its types settled: what is evaluated.
type node struct {
	op       op
	how      op // within op: which comparison, which function of one double
	typ      Type
	null     bool // may be null
	mode     mode
	args     []*node
	col      int // of opCol: which input
	val      value
	pat      *pattern // of LIKE and regular expressions whose pattern is a literal
	pos, end int
}

// mode is what becomes of overflow, division by zero and what can't be cast.
type mode uint8

const (
	legacy mode = iota // wraps around, or is null
	fail               // is an error, as in ANSI mode
	try                // is null
)

// Bound is a statement for a frame's columns.
type Bound struct {
	Inputs  []int // the columns that it computes with, by their place in the schema
	Outputs []Output
	where   *node
	text    string
}

// Output is a column of the result: an input column as it is, or a computed one.
type Output struct {
	Name   string
	Column int // in the schema; -1 where it is computed
	Type   frame.Type
	node   *node
}

// checker keeps the first fault; what is settled after it does not matter.
type checker struct {
	q       *Query
	columns frame.Schema
	there   int // how many of them * stands for
	ansi    bool
	mode    mode
	b       *Bound
	aliases []alias
	err     error
}

// alias is a column of the result that later ones may refer to.
type alias struct {
	name string
	node *node
}

// Bind settles the types of a statement over these columns, of which * stands
// for the first so many.
func (q *Query) Bind(columns frame.Schema, there int, ansi bool) (*Bound, error) {
	c := &checker{q: q, columns: columns, there: there, ansi: ansi, b: &Bound{text: q.text}}
	if ansi {
		c.mode = fail
	}
	if q.where != nil {
		if c.b.where = c.check(q.where); c.b.where.typ.Kind != Bool {
			c.belongs(q.where, c.b.where.typ, "condition")
		}
	}
	for _, it := range q.items {
		c.item(it)
	}
	for i, o := range c.b.Outputs {
		for _, p := range c.b.Outputs[:i] {
			if p.Name == o.Name {
				c.bad(q.items[0].e, "two columns are named "+strconv.Quote(o.Name))
			}
		}
	}
	return c.b, c.err
}

func (c *checker) item(it item) {
	e := it.e
	if e.op == opStar {
		c.star(e)
		return
	}
	n := c.check(e)
	c.aliases = append(c.aliases, alias{it.name(), n})
	if n.typ.Kind == Void {
		c.bad(e, "a column that is always NULL has no type; CAST gives it one")
	}
	o := Output{Name: it.name(), Column: -1, node: n}
	if n.op == opCol {
		o.Column = c.b.Inputs[n.col]
		o.Type = c.columns[o.Column].Type
	} else {
		o.Type = toFrame(n.typ)
		o.Type.Nullable = n.null
	}
	c.b.Outputs = append(c.b.Outputs, o)
}

func (c *checker) star(e *expr) {
	if q := e.parts[0]; q != "" && !strings.EqualFold(q, c.q.alias) {
		c.bad(e, "there is no table "+strconv.Quote(q))
	}
	left := make([]bool, len(e.parts))
	for i, f := range c.columns[:c.there] {
		out := false
		for k, x := range e.parts[1:] {
			if strings.EqualFold(x, f.Name) {
				left[k+1], out = true, true
			}
		}
		if !out {
			c.b.Outputs = append(c.b.Outputs, Output{Name: f.Name, Column: i, Type: f.Type})
		}
	}
	for k, x := range e.parts[1:] {
		if !left[k+1] {
			c.missing(e, x)
		}
	}
}

// bad keeps a fault in an expression, and stands for what it would have been.
func (c *checker) bad(e *expr, msg string) *node {
	if c.err == nil {
		if e.pos < e.end {
			msg += ", in " + strconv.Quote(c.q.text[e.pos:e.end])
		}
		c.err = &Error{e.pos, msg}
	}
	return &node{null: true, val: null}
}

// belongs is the fault that something else should be in a place.
func (c *checker) belongs(e *expr, t Type, what string) *node {
	return c.bad(e, "a "+t.String()+" where a "+what+" belongs")
}

func (c *checker) missing(e *expr, name string) *node {
	return c.bad(e, frame.MissingColumn(name, c.columns).Error())
}

// column finds a column by its name, without regard to case.
func (c *checker) column(e *expr) *node {
	name := e.parts[len(e.parts)-1]
	found := -1
	if len(e.parts) == 1 || len(e.parts) == 2 && strings.EqualFold(e.parts[0], c.q.alias) {
		for i, f := range c.columns {
			if strings.EqualFold(f.Name, name) {
				if found >= 0 {
					return c.bad(e, strconv.Quote(name)+" is ambiguous: there is "+strconv.Quote(f.Name)+" too")
				}
				found = i
			}
		}
	}
	if found < 0 {
		for _, a := range c.aliases {
			if len(e.parts) == 1 && strings.EqualFold(a.name, name) {
				return a.node
			}
		}
		return c.missing(e, strings.Join(e.parts, "."))
	}
	at := 0
	for at < len(c.b.Inputs) && c.b.Inputs[at] != found {
		at++
	}
	if at == len(c.b.Inputs) {
		c.b.Inputs = append(c.b.Inputs, found)
	}
	t := c.columns[found].Type
	return &node{op: opCol, col: at, typ: fromFrame(t), null: t.Nullable, pos: e.pos, end: e.end}
}

// check settles the types of an expression.
func (c *checker) check(e *expr) *node {
	switch e.op {
	case opColumn:
		return c.column(e)
	case opLiteral:
		n := *e.lit
		n.pos, n.end = e.pos, e.end
		return &n
	case opStar:
		return c.bad(e, "* is not a value")
	}
	args := make([]*node, len(e.args))
	for i, a := range e.args {
		args[i] = c.check(a)
	}
	if c.err != nil {
		return &node{}
	}
	return c.fold(c.typed(e, args))
}

// node makes a node that is null where an argument may be.
func (c *checker) node(e *expr, op op, k Kind, args ...*node) *node {
	n := &node{op: op, typ: Type{Kind: k}, args: args, mode: c.mode, pos: e.pos, end: e.end}
	for _, a := range args {
		n.null = n.null || a.null
	}
	return n
}

// literal is a value that nobody wrote.
func literal(k Kind, v value) *node { return &node{typ: Type{Kind: k}, val: v, null: v.null} }

func (c *checker) typed(e *expr, args []*node) *node {
	f := lookup(e.op)
	switch e.op {
	case "=", "<", "<=", ">", ">=", "<=>":
		return c.comparison(e, e.op, args[0], args[1])
	case "between":
		return c.node(e, opAnd, Bool, c.comparison(e, ">=", args[0], args[1]), c.comparison(e, "<=", args[0], args[2]))
	case "in":
		c.common(e.args, args)
		return c.node(e, opIn, Bool, args...)
	case "case":
		return c.caseWhen(e, e.args, args)
	case "decode":
		return c.decode(e, args)
	case "cast":
		return c.cast(args[0], e.typ, c.mode, e)
	case "try_cast":
		return c.cast(args[0], e.typ, try, e)
	}
	switch f.op {
	case opAdd, opSub, opMul, opDiv, opIntDiv, opRem, opPmod:
		return c.arithmetic(e, f, args[0], args[1])
	case opLike, opRLike:
		return c.like(e, f, args)
	}
	return c.function(e, f, args)
}

// want makes an argument a value of a kind, as Spark does without being asked
// (implicitCast); only in ANSI mode does text become a boolean.
func (c *checker) want(n *node, k Kind, e *expr) *node {
	from := n.typ
	to := Type{Kind: k}
	ok := from.Kind == Void
	switch {
	case from.Kind == k:
		return n
	case ok || !from.atomic():
	case k == String:
		ok = from.Kind != Binary
	case to.numeric():
		ok = from.numeric() || from.Kind == String
	case k == Bool:
		ok = from.Kind == String && c.ansi
	}
	if !ok {
		return c.belongs(e, from, kindNames[k])
	}
	return c.cast(n, to, c.mode, e)
}

// cast makes a node of another type.
func (c *checker) cast(n *node, t Type, m mode, e *expr) *node {
	from := n.typ
	if from.equal(t) {
		return n
	}
	if from.Kind != Void && (!from.atomic() || !t.atomic() || from.Kind == Binary || t.Kind == Binary) {
		return c.bad(e, "no cast from "+from.String()+" to "+t.String())
	}
	return c.fold(&node{op: opCast, typ: t, args: []*node{n}, mode: m, null: n.null || castMayBeNull(from, t, m), pos: e.pos, end: e.end})
}

// castMayBeNull says whether a value may become null (Cast.scala, forceNullable).
func castMayBeNull(from, t Type, m mode) bool {
	switch {
	case from.Kind == Void, from.Kind == String && t.Kind != String, m == try:
		return true
	case t.Kind == Decimal:
		d := forType(from)
		return from.floating() || d.P-d.S > t.P-t.S
	}
	return m == fail && t.integral() && (from.Kind > Long || from.Kind > t.Kind)
}

// common makes all arguments values of one type; with text alone, text does not
// become anything else.
func (c *checker) common(from []*expr, args []*node) {
	t := Type{}
	for pass := range 2 { // text first, so that it meets each of the others
		for i, a := range args {
			if (a.typ.Kind == String) == (pass == 0) {
				w, ok := wider(t, a.typ, c.ansi)
				if !ok {
					c.bad(from[i], "a "+a.typ.String()+" beside a "+t.String())
				}
				t = w
			}
		}
	}
	for i, a := range args {
		if t.Kind != Void && c.err == nil {
			args[i] = c.cast(a, t, c.mode, from[i])
		}
	}
}

func (c *checker) comparison(e *expr, op string, a, b *node) *node {
	t, ok := compared(a.typ, b.typ, c.ansi)
	if !ok && !c.ansi && (op == "=" || op == "<=>") { // BooleanEquality
		for _, x := range [...][2]Type{{a.typ, b.typ}, {b.typ, a.typ}} {
			if x[0].Kind == Bool && x[1].numeric() {
				t, ok = x[1], true
			}
		}
	}
	if !ok || t.Kind == Opaque || t.Kind == Array {
		return c.bad(e, "no comparison of "+a.typ.String()+" and "+b.typ.String())
	}
	if t.Kind != Void {
		a, b = c.cast(a, t, c.mode, e), c.cast(b, t, c.mode, e)
	}
	n := c.node(e, opCompare, Bool, a, b)
	switch op {
	case "=":
		n.how = opEq
	case "<":
		n.how = opLt
	case "<=":
		n.how = opLe
	case ">":
		n.how = opGt
	case ">=":
		n.how = opGe
	default:
		n.how, n.null = opSame, false
	}
	return n
}

// caseWhen takes conditions and values by turns, and what else there is.
func (c *checker) caseWhen(e *expr, from []*expr, args []*node) *node {
	var values []*node
	var at []*expr
	last := len(args) - 1
	for i := range args {
		if i%2 == 1 || i == last {
			values, at = append(values, args[i]), append(at, from[i])
		} else {
			args[i] = c.want(args[i], Bool, from[i])
		}
	}
	c.common(at, values)
	n := &node{op: opCase, args: args, null: last%2 == 1, pos: e.pos, end: e.end}
	for k, v := range values {
		n.null = n.null || v.null
		args[min(2*k+1, last)] = v
		n.typ = v.typ
	}
	return n
}

// decode(x, a, b, c, d, e) is b where x is a, d where it is c, and e else.
func (c *checker) decode(e *expr, args []*node) *node {
	for i := 1; i+1 < len(args); i += 2 {
		args[i] = c.comparison(e, "<=>", args[0], args[i])
	}
	return c.caseWhen(e, e.args[1:], args[1:])
}

// arithmetic types + - * / % and their like (TypeCoercion.scala,
// DecimalPrecision.scala, arithmetic.scala).
func (c *checker) arithmetic(e *expr, f *function, a, b *node) *node {
	bad := c.ansi && a.typ.Kind == String && b.typ.Kind == String
	n := &node{op: f.op, mode: c.mode, pos: e.pos, end: e.end}
	if strings.HasPrefix(e.op, "try_") {
		n.mode = try
	}
	// Text becomes a number, and NULL what is beside it.
	for _, x := range [...]struct{ n, other **node }{{&a, &b}, {&b, &a}} {
		t := Type{Kind: Double}
		switch other := (*x.other).typ; (*x.n).typ.Kind {
		case String:
			if c.ansi && other.integral() {
				t.Kind = Long
			}
			*x.n = c.cast(*x.n, t, c.mode, e)
		case Void:
			if other.Kind != Void && other.Kind != String {
				t = other
			}
			*x.n = c.cast(*x.n, t, c.mode, e)
		}
	}
	at, bt := a.typ, b.typ
	decimals := (at.Kind == Decimal || bt.Kind == Decimal) && !at.floating() && !bt.floating()
	if bad || !at.numeric() || !bt.numeric() || f.op == opIntDiv && (at.floating() || bt.floating()) {
		return c.bad(e, "no such operation on "+at.String()+" and "+bt.String())
	}
	if decimals {
		a, b = c.decimal(a, bt.Kind == Decimal), c.decimal(b, at.Kind == Decimal)
		n.typ = arithmetic(f.op, a.typ, b.typ)
	} else {
		n.typ = Type{Kind: Double}
		if t, ok := tightest(at, bt, c.ansi); ok && f.op != opDiv {
			n.typ = t
		}
	}
	if f.op == opIntDiv {
		n.typ = Type{Kind: Long}
	}
	if !decimals {
		a, b = c.cast(a, n.typ, n.mode, e), c.cast(b, n.typ, n.mode, e)
	}
	n.args = []*node{a, b}
	n.null = a.null || b.null || n.mode != fail && decimals || n.mode == try || n.op >= opDiv
	return n
}

// decimal makes a whole number a decimal: a literal beside a decimal one of as
// many digits as it has.
func (c *checker) decimal(n *node, beside bool) *node {
	t := forType(n.typ)
	if n.typ.Kind != Decimal && n.op == opLit && !n.null && beside {
		t.P = len(strings.TrimPrefix(strconv.FormatInt(n.val.i, 10), "-"))
	}
	return c.cast(n, t, c.mode, &expr{pos: n.pos, end: n.end})
}

// like types LIKE, ILIKE and RLIKE; a pattern that is a literal is made ready.
func (c *checker) like(e *expr, f *function, args []*node) *node {
	for i := range args {
		args[i] = c.want(args[i], String, e.args[i])
	}
	n := c.node(e, f.op, Bool, args[:2]...)
	n.how = f.how
	n.val.i = '\\'
	if len(args) == 3 {
		s := args[2].val.s
		if args[2].op != opLit || len(s) != 1 {
			return c.bad(e.args[2], "ESCAPE takes one character")
		}
		n.val.i = int64(s[0])
	}
	if f.op == opRLike {
		c.regex(n, e.args[1])
	} else if args[1].op == opLit && !args[1].null {
		var err error
		if n.pat, err = n.like(args[1].val.s); err != nil {
			c.bad(e.args[1], err.Error())
		}
	}
	return n
}

// regex makes ready the regular expression that is n's second argument.
func (c *checker) regex(n *node, from *expr) {
	p := n.args[1]
	if p.op != opLit {
		c.bad(from, "a regular expression must be a literal")
	} else if !p.null {
		var err error
		if n.pat, err = c.q.regex(p.val.s); err != nil {
			c.bad(from, err.Error())
		}
	}
}

// fold computes a node of literals once, unless that is an error. What is of a
// wrong type must not be computed at all.
func (c *checker) fold(n *node) *node {
	if c.err != nil {
		return n
	}
	for _, a := range n.args {
		if a.op != opLit {
			return n
		}
	}
	if len(n.args) == 0 || n.typ.Kind == Array {
		return n
	}
	v := env{}
	var val value
	v.eval(n, &val)
	if v.fault != nil {
		return n
	}
	return &node{op: opLit, typ: n.typ, val: val, null: val.null, pos: n.pos, end: n.end}
}

// inRange says whether i is a value of a type of whole numbers.
func inRange(i int64, k Kind) bool { return wrap(i, k) == i }
