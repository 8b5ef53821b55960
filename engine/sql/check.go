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

type checker struct {
	q       *Query
	columns frame.Schema
	ansi    bool
	b       *Bound
	aliases []alias
}

// alias is a column of the result that later ones may refer to.
type alias struct {
	name string
	node *node
}

// Bind settles the types of a statement over these columns.
func (q *Query) Bind(columns frame.Schema, ansi bool) (*Bound, error) {
	c := &checker{q: q, columns: columns, ansi: ansi, b: &Bound{text: q.text}}
	if q.where != nil {
		n, err := c.check(q.where)
		if err != nil {
			return nil, err
		}
		if n.typ.Kind != Bool {
			return nil, c.bad(q.where, "a "+n.typ.String()+" where a condition belongs")
		}
		c.b.where = n
	}
	for _, it := range q.items {
		if err := c.item(it); err != nil {
			return nil, err
		}
	}
	for i, o := range c.b.Outputs {
		for _, p := range c.b.Outputs[:i] {
			if p.Name == o.Name {
				return nil, &Error{q.items[0].e.pos, "two columns named " + strconv.Quote(o.Name)}
			}
		}
	}
	return c.b, nil
}

func (c *checker) item(it item) error {
	e := it.e
	if e.op == opStar {
		return c.star(e)
	}
	n, err := c.check(e)
	if err != nil {
		return err
	}
	name := it.alias
	if name == "" {
		name = e.name()
	}
	c.aliases = append(c.aliases, alias{name, n})
	if n.typ.Kind == Void {
		return c.bad(e, "a column that is always NULL has no type; CAST gives it one")
	}
	o := Output{Name: name, Column: -1, Type: toFrame(n.typ), node: n}
	o.Type.Nullable = n.null
	if n.op == opCol {
		o.Column = c.b.Inputs[n.col]
		o.Type = c.columns[o.Column].Type
	}
	c.b.Outputs = append(c.b.Outputs, o)
	return nil
}

func (c *checker) star(e *expr) error {
	if q := e.parts[0]; q != "" && !strings.EqualFold(q, c.q.alias) {
		return c.bad(e, "there is no table "+strconv.Quote(q)+", only "+strconv.Quote(c.q.alias))
	}
	left := make([]bool, len(e.parts))
next:
	for i, f := range c.columns {
		for k, x := range e.parts[1:] {
			if strings.EqualFold(x, f.Name) {
				left[k+1] = true
				continue next
			}
		}
		c.b.Outputs = append(c.b.Outputs, Output{Name: f.Name, Column: i, Type: f.Type})
	}
	for k, x := range e.parts[1:] {
		if !left[k+1] {
			return c.missing(e, x)
		}
	}
	return nil
}

// bad is an error at an expression.
func (c *checker) bad(e *expr, msg string) error {
	return &Error{e.pos, msg + ", in " + strconv.Quote(c.q.text[e.pos:e.end])}
}

func (c *checker) missing(e *expr, name string) error {
	return &Error{e.pos, frame.MissingColumn(name, c.columns).Error()}
}

// column finds a column by its name, without regard to case.
func (c *checker) column(e *expr) (*node, error) {
	name := e.parts[len(e.parts)-1]
	if len(e.parts) > 2 || len(e.parts) == 2 && !strings.EqualFold(e.parts[0], c.q.alias) {
		return nil, c.missing(e, strings.Join(e.parts, "."))
	}
	found := -1
	for i, f := range c.columns {
		if !strings.EqualFold(f.Name, name) {
			continue
		}
		if found >= 0 {
			return nil, c.bad(e, strconv.Quote(name)+" is ambiguous: there are "+strconv.Quote(c.columns[found].Name)+" and "+strconv.Quote(f.Name))
		}
		found = i
	}
	if found < 0 {
		if len(e.parts) == 1 {
			for _, a := range c.aliases {
				if strings.EqualFold(a.name, name) {
					return a.node, nil
				}
			}
		}
		return nil, c.missing(e, name)
	}
	at := -1
	for k, i := range c.b.Inputs {
		if i == found {
			at = k
		}
	}
	if at < 0 {
		at = len(c.b.Inputs)
		c.b.Inputs = append(c.b.Inputs, found)
	}
	t := c.columns[found].Type
	return &node{op: opCol, col: at, typ: fromFrame(t), null: t.Nullable, pos: e.pos, end: e.end}, nil
}

// check settles the types of an expression.
func (c *checker) check(e *expr) (*node, error) {
	switch e.op {
	case opColumn:
		return c.column(e)
	case opLiteral:
		n := *e.lit
		n.pos, n.end = e.pos, e.end
		return &n, nil
	case opStar:
		return nil, c.bad(e, "* is not a value")
	}
	args := make([]*node, len(e.args))
	for i, a := range e.args {
		var err error
		if args[i], err = c.check(a); err != nil {
			return nil, err
		}
	}
	n, err := c.typed(e, args)
	if err != nil {
		return nil, err
	}
	return fold(n), nil
}

func (c *checker) mode() mode {
	if c.ansi {
		return fail
	}
	return legacy
}

// node makes a node that is null where an argument may be.
func (c *checker) node(e *expr, op op, t Type, args ...*node) *node {
	n := &node{op: op, typ: t, args: args, mode: c.mode(), pos: e.pos, end: e.end}
	for _, a := range args {
		n.null = n.null || a.null
	}
	return n
}

func (c *checker) typed(e *expr, args []*node) (*node, error) {
	boolean := Type{Kind: Bool}
	switch e.op {
	case "and", "or", "not":
		for i := range args {
			var err error
			if args[i], err = c.want(args[i], boolean, e.args[i]); err != nil {
				return nil, err
			}
		}
		return c.node(e, logical(e.op), boolean, args...), nil
	case "=", "<", "<=", ">", ">=", "<=>", "equal_null":
		return c.comparison(e, e.op, args[0], args[1])
	case "between":
		low, err := c.comparison(e, ">=", args[0], args[1])
		if err != nil {
			return nil, err
		}
		high, err := c.comparison(e, "<=", args[0], args[2])
		if err != nil {
			return nil, err
		}
		return c.node(e, opAnd, boolean, low, high), nil
	case "in":
		if err := c.common(e, args); err != nil {
			return nil, err
		}
		return c.node(e, opIn, boolean, args...), nil
	case "case":
		return c.caseWhen(e, args)
	case "cast", "try_cast":
		m := c.mode()
		if e.op == "try_cast" {
			m = try
		}
		return c.cast(args[0], e.typ, m, e)
	case "+", "-", "*", "/", "%", "div", "pmod", "mod", "try_add", "try_subtract", "try_multiply", "try_divide", "try_mod":
		return c.arithmetic(e, args[0], args[1])
	case "&", "|", "^":
		return c.bitwise(e, args[0], args[1])
	case "like", "ilike", "rlike":
		return c.like(e, args)
	}
	f := lookup(e.op)
	if f == nil {
		return nil, c.bad(e, "not supported")
	}
	return c.function(e, f, args)
}

func logical(word string) op {
	switch word {
	case "and":
		return opAnd
	case "or":
		return opOr
	}
	return opNot
}

// want makes an argument a value of type t, as Spark does without being asked
// (implicitCast); only in ANSI mode does text become a boolean.
func (c *checker) want(n *node, t Type, e *expr) (*node, error) {
	if n.typ.Kind == t.Kind && t.Kind != Decimal {
		return n, nil
	}
	from := n.typ
	ok := from.Kind == Void
	switch {
	case ok:
	case !from.atomic():
	case t.Kind == String:
		ok = from.Kind != Binary
	case t.numeric():
		ok = from.numeric() || from.Kind == String
	case t.Kind == Bool:
		ok = from.Kind == String && c.ansi
	}
	if !ok {
		return nil, c.bad(e, "a "+from.String()+" where a "+kindNames[t.Kind]+" belongs")
	}
	return c.cast(n, t, c.mode(), e)
}

// cast makes a node of another type.
func (c *checker) cast(n *node, t Type, m mode, e *expr) (*node, error) {
	if n.typ.equal(t) {
		return n, nil
	}
	from := n.typ
	ok := from.Kind == Void || from.atomic() && t.atomic() && from.Kind != Binary && t.Kind != Binary
	if !ok {
		return nil, c.bad(e, "no cast from "+from.String()+" to "+t.String())
	}
	x := &node{op: opCast, typ: t, args: []*node{n}, mode: m, null: n.null || castMayBeNull(from, t, m), pos: e.pos, end: e.end}
	return fold(x), nil
}

// castMayBeNull says whether a value may become null (Cast.scala, forceNullable).
func castMayBeNull(from, t Type, m mode) bool {
	switch {
	case from.Kind == Void:
		return true
	case from.Kind == String && t.Kind != String:
		return true
	case t.Kind == Decimal:
		return from.floating() || forType(from).P-forType(from).S > t.P-t.S || from.Kind == Decimal && from.P-from.S > t.P-t.S
	}
	return m == try || m == fail && t.integral() && (from.floating() || from.Kind == Decimal || from.Kind > t.Kind)
}

// common makes all arguments values of one type.
func (c *checker) common(e *expr, args []*node) error {
	t := Type{}
	// Text first, so that it meets each of the others.
	for pass := range 2 {
		for i, a := range args {
			if (a.typ.Kind == String) != (pass == 0) {
				continue
			}
			var ok bool
			was := t
			if t, ok = wider(t, a.typ, c.ansi); !ok {
				return c.bad(e.args[i], "a "+a.typ.String()+" beside a "+was.String())
			}
		}
	}
	for i := range args {
		if t.Kind == Void || args[i].typ.equal(t) {
			continue
		}
		var err error
		if args[i], err = c.cast(args[i], t, c.mode(), e.args[i]); err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) comparison(e *expr, op string, a, b *node) (*node, error) {
	t, ok := compared(a.typ, b.typ, c.ansi)
	if !ok && !c.ansi && (op == "=" || op == "<=>") { // BooleanEquality
		switch {
		case a.typ.Kind == Bool && b.typ.numeric():
			t, ok = b.typ, true
		case b.typ.Kind == Bool && a.typ.numeric():
			t, ok = a.typ, true
		}
	}
	if !ok || t.Kind == Opaque || t.Kind == Array {
		return nil, c.bad(e, "no comparison of "+a.typ.String()+" and "+b.typ.String())
	}
	var err error
	if t.Kind != Void {
		if a, err = c.cast(a, t, c.mode(), e); err != nil {
			return nil, err
		}
		if b, err = c.cast(b, t, c.mode(), e); err != nil {
			return nil, err
		}
	}
	n := c.node(e, opCompare, Type{Kind: Bool}, a, b)
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
	return n, nil
}

// caseWhen takes conditions and values by turns, and what else there is.
func (c *checker) caseWhen(e *expr, args []*node) (*node, error) {
	var values []*node
	var from []*expr
	for i := range args {
		if i%2 == 1 || i == len(args)-1 {
			values, from = append(values, args[i]), append(from, e.args[i])
			continue
		}
		var err error
		if args[i], err = c.want(args[i], Type{Kind: Bool}, e.args[i]); err != nil {
			return nil, err
		}
	}
	if err := c.common(&expr{args: from}, values); err != nil {
		return nil, err
	}
	n := c.node(e, opCase, values[0].typ, args...)
	n.null = len(args)%2 == 0
	for k, v := range values {
		n.null = n.null || v.null
		if i := 2*k + 1; i < len(args) {
			args[i] = v
		} else {
			args[len(args)-1] = v
		}
		if v.typ.Kind != Void {
			n.typ = v.typ
		}
	}
	return n, nil
}

// arithmetic types + - * / % and their like (TypeCoercion.scala,
// DecimalPrecision.scala, arithmetic.scala).
func (c *checker) arithmetic(e *expr, a, b *node) (*node, error) {
	name := e.op
	m := c.mode()
	switch name {
	case "try_add":
		name, m = "+", try
	case "try_subtract":
		name, m = "-", try
	case "try_multiply":
		name, m = "*", try
	case "try_divide":
		name, m = "/", try
	case "try_mod":
		name, m = "%", try
	case "mod":
		name = "%"
	}
	bad := func() error { return c.bad(e, a.typ.String()+" "+name+" "+b.typ.String()) }
	// Text becomes a number.
	if c.ansi && a.typ.Kind == String && b.typ.Kind == String {
		return nil, bad()
	}
	if a.typ.Kind == String || b.typ.Kind == String {
		t := Type{Kind: Double}
		if c.ansi && a.typ.Kind != b.typ.Kind {
			other := a.typ
			if a.typ.Kind == String {
				other = b.typ
			}
			if other.integral() {
				t.Kind = Long
			}
		}
		var err error
		for _, x := range [...]**node{&a, &b} {
			if (*x).typ.Kind == String {
				if *x, err = c.cast(*x, t, c.mode(), e); err != nil {
					return nil, err
				}
			}
		}
	}
	if a.typ.Kind == Void && b.typ.Kind == Void {
		a, _ = c.cast(a, Type{Kind: Double}, m, e)
	}
	for _, x := range [...]struct{ n, other **node }{{&a, &b}, {&b, &a}} {
		if (*x.n).typ.Kind == Void {
			*x.n, _ = c.cast(*x.n, (*x.other).typ, m, e)
		}
	}
	if !a.typ.numeric() || !b.typ.numeric() {
		return nil, bad()
	}
	n := &node{mode: m, pos: e.pos, end: e.end}
	switch name {
	case "+":
		n.op = opAdd
	case "-":
		n.op = opSub
	case "*":
		n.op = opMul
	case "/":
		n.op = opDiv
	case "%":
		n.op = opRem
	case "pmod":
		n.op = opPmod
	case "div":
		n.op = opIntDiv
	}
	decimals := (a.typ.Kind == Decimal || b.typ.Kind == Decimal) && !a.typ.floating() && !b.typ.floating()
	t := Type{Kind: Double}
	switch {
	case decimals:
		a, b = c.decimal(a, b.typ.Kind == Decimal), c.decimal(b, a.typ.Kind == Decimal)
		t = arithmetic(name, a.typ, b.typ)
		if n.op == opIntDiv {
			t = Type{Kind: Long}
		}
	case n.op == opIntDiv:
		if !a.typ.integral() || !b.typ.integral() {
			return nil, bad()
		}
		t.Kind = Long
	case n.op == opDiv: // always double
	default:
		if a.typ.Kind != Decimal && b.typ.Kind != Decimal {
			t, _ = tightest(a.typ, b.typ, c.ansi)
		}
	}
	if !decimals {
		var err error
		if a, err = c.cast(a, t, m, e); err != nil {
			return nil, err
		}
		if b, err = c.cast(b, t, m, e); err != nil {
			return nil, err
		}
	}
	n.typ, n.args = t, []*node{a, b}
	n.null = a.null || b.null || m != fail && decimals || m == try ||
		n.op == opDiv || n.op == opRem || n.op == opPmod || n.op == opIntDiv
	return n, nil
}

// decimal makes a whole number a decimal: a literal beside a decimal one of as
// many digits as it has.
func (c *checker) decimal(n *node, beside bool) *node {
	if n.typ.Kind == Decimal {
		return n
	}
	t := forType(n.typ)
	if n.op == opLit && !n.val.null && beside {
		t.P = max(1, len(strconv.FormatInt(n.val.i, 10)))
		if n.val.i < 0 {
			t.P--
		}
	}
	x := &node{op: opCast, typ: t, args: []*node{n}, mode: c.mode(), null: n.null, pos: n.pos, end: n.end}
	return fold(x)
}

func (c *checker) bitwise(e *expr, a, b *node) (*node, error) {
	t, ok := tightest(a.typ, b.typ, c.ansi)
	if !ok || !t.integral() && t.Kind != Void {
		return nil, c.bad(e, a.typ.String()+" "+e.op+" "+b.typ.String())
	}
	a, err := c.cast(a, t, c.mode(), e)
	if err != nil {
		return nil, err
	}
	if b, err = c.cast(b, t, c.mode(), e); err != nil {
		return nil, err
	}
	n := c.node(e, opBits, t, a, b)
	switch e.op {
	case "&":
		n.how = opBitAnd
	case "|":
		n.how = opBitOr
	default:
		n.how = opBitXor
	}
	return n, nil
}

// like types LIKE, ILIKE and RLIKE; a pattern that is a literal is made ready.
func (c *checker) like(e *expr, args []*node) (*node, error) {
	for i := range args {
		var err error
		if args[i], err = c.want(args[i], Type{Kind: String}, e.args[i]); err != nil {
			return nil, err
		}
	}
	n := c.node(e, opLike, Type{Kind: Bool}, args[:2]...)
	esc := byte('\\')
	if len(args) == 3 {
		if s := args[2].val.s; args[2].op != opLit || len(s) != 1 {
			return nil, c.bad(e.args[2], "ESCAPE takes one character")
		} else {
			esc = s[0]
		}
	}
	switch e.op {
	case "ilike":
		n.how = opLower
	case "rlike":
		n.op = opRLike
	}
	if args[1].op != opLit {
		if e.op == "rlike" {
			return nil, c.bad(e.args[1], "a regular expression must be a literal")
		}
		n.val.i = int64(esc)
		return n, nil
	}
	if args[1].val.null {
		return n, nil
	}
	var err error
	if e.op == "rlike" {
		n.pat, err = regex(args[1].val.s)
	} else {
		text := args[1].val.s
		if e.op == "ilike" {
			text = lower(text)
		}
		n.pat, err = likePattern(text, esc)
	}
	if err != nil {
		return nil, c.bad(e.args[1], err.Error())
	}
	return n, nil
}

// fold computes a node of literals once, unless that is an error.
func fold(n *node) *node {
	for _, a := range n.args {
		if a.op != opLit {
			return n
		}
	}
	if len(n.args) == 0 || n.typ.Kind == Array {
		return n
	}
	v := env{}
	val := v.eval(n)
	if v.fault != nil {
		return n
	}
	return &node{op: opLit, typ: n.typ, val: val, null: val.null, pos: n.pos, end: n.end}
}

// inRange says whether i is a value of a type of whole numbers.
func inRange(i int64, k Kind) bool {
	switch k {
	case Byte:
		return i == int64(int8(i))
	case Short:
		return i == int64(int16(i))
	case Int:
		return i == int64(int32(i))
	}
	return true
}
