// Package sql runs the part of Spark's SQL that feature pipelines are made of:
// SELECT expressions FROM __THIS__ WHERE condition, row by row, with Spark's
// types, its three-valued logic, and its two ways with overflow, division by
// zero and text that is no number: errors (ANSI mode) or null.
//
//	lex.go, parse.go  text → tree of expr
//	check.go          tree → typed nodes, for the types of a frame's columns
//	eval.go …         one row's values
//
// Whatever is not supported is an error with its place when the statement is
// read, not when a row comes.
package sql

import (
	"slices"
	"strconv"
	"strings"
)

// expr is a parsed expression. Operators, keywords such as CASE and functions
// are all calls: op names them, in lower case.
type expr struct {
	op       string
	args     []*expr
	parts    []string // opColumn: a.b; opStar: the qualifier, then columns left out
	text     string   // a function's name as written; a literal as Spark prints it
	lit      *node    // opLiteral
	typ      Type     // of a cast
	pos, end int
	size     int // how many steps it takes; what stands for several counts as often
}

const (
	opColumn  = "column"
	opLiteral = "literal"
	opStar    = "star"
)

// item is one of the list after SELECT.
type item struct {
	e     *expr
	alias string
}

// Query is a parsed statement. It is never changed.
type Query struct {
	text  string
	items []item
	where *expr // nil: all rows
	alias string
}

// Names are what the statement names: the columns that it reads, but for those
// that * stands for (an alias that later expressions use is among them), and
// those that it makes.
func (q *Query) Names() (reads, makes []string) {
	var walk func(e *expr)
	walk = func(e *expr) {
		if e.op == opColumn {
			if name := e.parts[len(e.parts)-1]; !slices.Contains(reads, name) {
				reads = append(reads, name)
			}
		}
		for _, a := range e.args {
			walk(a)
		}
	}
	for _, it := range q.items {
		walk(it.e)
		switch {
		case it.e.op == opStar:
		case it.alias != "":
			makes = append(makes, it.alias)
		default:
			makes = append(makes, it.e.name())
		}
	}
	if q.where != nil {
		walk(q.where)
	}
	return reads, makes
}

// this is what SQLTransformer calls its input.
const this = "__THIS__"

type parser struct {
	text  string
	toks  []token
	at    int
	depth int
	size  int // of the largest expression so far
}

// How deep expressions may nest, and how many steps one may take: the subject
// of a CASE is worked out anew for each WHEN.
const (
	maxDepth = 200
	maxSteps = 10_000
)

// Parse reads a statement.
func Parse(text string) (q *Query, err error) {
	if i := strings.Index(text, "${"); i >= 0 {
		return nil, &Error{i, "variables, such as ${name}, are not supported"}
	}
	toks, err := lex(text)
	if err != nil {
		return nil, err
	}
	p := &parser{text: text, toks: toks}
	if q, err = p.query(); err == nil && p.size > maxSteps {
		return nil, &Error{0, "an expression of more than " + strconv.Itoa(maxSteps) + " steps"}
	}
	return q, err
}

func (p *parser) peek() *token { return p.ahead(0) }

func (p *parser) ahead(n int) *token { return &p.toks[min(p.at+n, len(p.toks)-1)] }

func (p *parser) next() *token {
	t := &p.toks[p.at]
	if t.kind != tEnd {
		p.at++
	}
	return t
}

// take steps over a keyword or operator if it comes next.
func (p *parser) take(words ...string) bool {
	for i, w := range words {
		if p.at+i >= len(p.toks) || !p.toks[p.at+i].is(w) {
			return false
		}
	}
	p.at += len(words)
	return true
}

func (p *parser) expect(w string) error {
	if !p.take(w) {
		return p.unexpected("where " + w + " belongs")
	}
	return nil
}

func (p *parser) unexpected(where string) error {
	t := p.peek()
	if t.kind == tEnd {
		return &Error{t.pos, "the statement ends " + where}
	}
	return &Error{t.pos, strconv.Quote(p.text[t.pos:t.end]) + " " + where}
}

func (p *parser) query() (*Query, error) {
	q := &Query{text: p.text, alias: this}
	if err := p.expect("SELECT"); err != nil {
		return nil, err
	}
	if t := p.peek(); t.is("DISTINCT") {
		return nil, &Error{t.pos, "DISTINCT is not supported: each row is answered by itself"}
	}
	p.take("ALL")
	for {
		it, err := p.item()
		if err != nil {
			return nil, err
		}
		q.items = append(q.items, it)
		if !p.take(",") {
			break
		}
	}
	if err := p.expect("FROM"); err != nil {
		return nil, err
	}
	if t := p.next(); t.text != this || t.kind != tWord && t.kind != tQuoted {
		return nil, &Error{t.pos, "only FROM " + this + " is supported, not FROM " + strconv.Quote(p.text[t.pos:t.end])}
	}
	as := p.take("AS")
	if t := p.peek(); t.kind == tQuoted || t.kind == tWord && !clause(t) {
		q.alias = p.next().text
	} else if as {
		return nil, p.unexpected("where a name belongs")
	}
	if p.take("WHERE") {
		var err error
		if q.where, err = p.expr(); err != nil {
			return nil, err
		}
	}
	p.take(";")
	if t := p.peek(); t.kind != tEnd {
		if clause(t) {
			return nil, &Error{t.pos, strings.ToUpper(t.text) + " is not supported: each row is answered by itself"}
		}
		return nil, p.unexpected("after the end of the statement")
	}
	return q, nil
}

// clause says whether a word begins what may follow an expression or a table.
func clause(t *token) bool {
	for _, w := range [...]string{"FROM", "WHERE", "GROUP", "ORDER", "HAVING", "LIMIT", "OFFSET", "UNION", "EXCEPT", "MINUS", "INTERSECT", "SORT", "CLUSTER",
		"DISTRIBUTE", "WINDOW", "LATERAL", "PIVOT", "UNPIVOT", "TABLESAMPLE", "QUALIFY", "JOIN", "INNER", "CROSS", "LEFT", "RIGHT", "FULL", "SEMI", "ANTI", "NATURAL"} {
		if t.is(w) {
			return true
		}
	}
	return false
}

func (p *parser) item() (it item, err error) {
	if it.e, err = p.star(); it.e != nil || err != nil {
		return it, err
	}
	if it.e, err = p.expr(); err != nil {
		return it, err
	}
	as := p.take("AS")
	if t := p.peek(); t.kind == tQuoted || t.kind == tWord && !(clause(t) && !as) {
		it.alias = p.next().text
	} else if as {
		return it, p.unexpected("where a name belongs")
	}
	return it, nil
}

// star reads *, name.* and either followed by EXCEPT (names).
func (p *parser) star() (*expr, error) {
	t := p.peek()
	e := &expr{op: opStar, pos: t.pos, parts: []string{""}}
	switch {
	case p.take("*"):
	case (t.kind == tWord || t.kind == tQuoted) && p.ahead(1).is(".") && p.ahead(2).is("*"):
		e.parts[0] = t.text
		p.at += 3
	default:
		return nil, nil
	}
	if p.take("EXCEPT", "(") {
		for {
			t := p.next()
			if t.kind != tWord && t.kind != tQuoted {
				p.at--
				return nil, p.unexpected("where a column belongs")
			}
			e.parts = append(e.parts, t.text)
			if !p.take(",") {
				break
			}
		}
		if err := p.expect(")"); err != nil {
			return nil, err
		}
	}
	e.end = p.toks[p.at-1].end
	return e, nil
}

// call makes an expression that ends at the last token read.
func (p *parser) call(pos int, op string, args ...*expr) *expr {
	e := &expr{op: op, text: op, args: args, pos: pos, end: p.toks[p.at-1].end}
	if p.size > maxSteps {
		return e // and is refused in the end
	}
	for _, a := range args {
		e.size += a.size + 1
	}
	p.size = max(p.size, e.size)
	return e
}

// expr reads an expression: from the weakest operator, OR, to the strongest.
func (p *parser) expr() (*expr, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, &Error{p.peek().pos, "an expression nested too deep"}
	}
	defer func() { p.depth-- }()
	left, err := p.and()
	for err == nil && p.take("OR") {
		var right *expr
		if right, err = p.and(); err == nil {
			left = p.call(left.pos, "or", left, right)
		}
	}
	return left, err
}

func (p *parser) and() (*expr, error) {
	left, err := p.not()
	for err == nil && p.take("AND") {
		var right *expr
		if right, err = p.not(); err == nil {
			left = p.call(left.pos, "and", left, right)
		}
	}
	return left, err
}

func (p *parser) not() (*expr, error) {
	pos := p.peek().pos
	if !p.take("NOT") && !p.take("!") {
		return p.predicate()
	}
	if p.depth++; p.depth > maxDepth {
		return nil, &Error{pos, "an expression nested too deep"}
	}
	defer func() { p.depth-- }()
	e, err := p.not()
	if err != nil {
		return nil, err
	}
	return p.call(pos, "not", e), nil
}

// predicate reads a value and what may be said of it: IS, IN, BETWEEN, LIKE.
func (p *parser) predicate() (*expr, error) {
	e, err := p.binary(0)
	if err != nil {
		return nil, err
	}
	for {
		pos := e.pos
		at := p.at
		negate := func(e *expr, err error) (*expr, error) { return e, err }
		if p.take("IS") {
			no := p.take("NOT")
			switch {
			case p.take("TRUE"), p.take("FALSE"):
				e = p.call(pos, "<=>", e, boolean(p.toks[p.at-1].is("TRUE"), pos))
			case p.take("NULL"), p.take("UNKNOWN"):
				if no {
					e = p.call(pos, "isnotnull", e)
				} else {
					e = p.call(pos, "isnull", e)
				}
				continue
			case p.take("DISTINCT", "FROM"):
				right, err := p.binary(0)
				if err != nil {
					return nil, err
				}
				e, no = p.call(pos, "<=>", e, right), !no
			default:
				return nil, p.unexpected("after IS")
			}
			if no {
				e = p.call(pos, "not", e)
			}
			continue
		}
		if p.take("NOT") {
			negate = func(e *expr, err error) (*expr, error) {
				if err == nil {
					e = p.call(pos, "not", e)
				}
				return e, err
			}
		}
		switch {
		case p.take("BETWEEN"):
			e, err = negate(p.between(e))
		case p.take("IN"):
			e, err = negate(p.in(e))
		case p.take("LIKE"), p.take("ILIKE"):
			e, err = negate(p.like(e, strings.ToLower(p.toks[p.at-1].text)))
		case p.take("RLIKE"), p.take("REGEXP"):
			var right *expr
			if right, err = p.binary(0); err == nil {
				e, err = negate(p.call(pos, "rlike", e, right), nil)
			}
		default:
			if p.at != at {
				return nil, p.unexpected("after NOT")
			}
			return e, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

func whole(i int64) *expr {
	return &expr{op: opLiteral, text: strconv.FormatInt(i, 10), lit: &node{typ: Type{Kind: Int}, val: value{i: i}}}
}

func boolean(b bool, pos int) *expr {
	e := &expr{op: opLiteral, text: "false", lit: &node{typ: Type{Kind: Bool}}, pos: pos}
	if b {
		e.text, e.lit.val.i = "true", 1
	}
	return e
}

func (p *parser) between(e *expr) (*expr, error) {
	low, err := p.binary(0)
	if err != nil {
		return nil, err
	}
	if err := p.expect("AND"); err != nil {
		return nil, err
	}
	high, err := p.binary(0)
	if err != nil {
		return nil, err
	}
	return p.call(e.pos, "between", e, low, high), nil
}

func (p *parser) in(e *expr) (*expr, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	if t := p.peek(); t.is("SELECT") || t.is("WITH") {
		return nil, &Error{t.pos, "a subquery is not supported"}
	}
	list, err := p.list(")")
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, p.unexpected("in place of a list")
	}
	return p.call(e.pos, "in", append([]*expr{e}, list...)...), nil
}

func (p *parser) like(e *expr, op string) (*expr, error) {
	if t := p.peek(); t.is("ANY") || t.is("SOME") || t.is("ALL") {
		return nil, &Error{t.pos, op + " " + t.text + " is not supported"}
	}
	right, err := p.binary(0)
	if err != nil {
		return nil, err
	}
	args := []*expr{e, right}
	if p.take("ESCAPE") {
		esc, err := p.primary()
		if err != nil {
			return nil, err
		}
		args = append(args, esc)
	}
	return p.call(e.pos, op, args...), nil
}

// levels are the binary operators of values, the weakest first.
var levels = [...][]string{
	{"=", "==", "<>", "!=", "<=>", "<", "<=", ">", ">=", "!<", "!>"},
	{"|"}, {"^"}, {"&"}, {"<<", ">>"},
	{"+", "-", "||"},
	{"*", "/", "%", "div"},
}

// synonym is the name that an operator goes by.
func synonym(op string) string {
	switch op {
	case "==":
		return "="
	case "!=":
		return "<>"
	case "!<":
		return ">="
	case "!>":
		return "<="
	case "||":
		return "concat"
	case "<<":
		return "shiftleft"
	case ">>":
		return "shiftright"
	}
	return op
}

func (p *parser) binary(level int) (*expr, error) {
	if level == len(levels) {
		return p.unary()
	}
	left, err := p.binary(level + 1)
	if err != nil {
		return nil, err
	}
again:
	for _, op := range levels[level] {
		if t := p.peek(); !t.is(op) || t.kind == tWord && op != "div" {
			continue
		}
		p.next()
		right, err := p.binary(level + 1)
		if err != nil {
			return nil, err
		}
		if name := synonym(op); name == "<>" {
			left = p.call(left.pos, "not", p.call(left.pos, "=", left, right))
		} else {
			left = p.call(left.pos, name, left, right)
			left.text = op
		}
		goto again
	}
	return left, nil
}

func (p *parser) unary() (*expr, error) {
	t := p.peek()
	op := ""
	switch {
	case p.take("-"):
		if n := p.peek(); n.kind == tNumber {
			e, err := p.number("-")
			if err != nil {
				return nil, err
			}
			return p.suffix(e)
		}
		op = "negative"
	case p.take("+"):
		op = "positive"
	case p.take("~"):
		op = "~"
	default:
		e, err := p.primary()
		if err != nil {
			return nil, err
		}
		return p.suffix(e)
	}
	if p.depth++; p.depth > maxDepth {
		return nil, &Error{t.pos, "an expression nested too deep"}
	}
	defer func() { p.depth-- }()
	e, err := p.unary()
	if err != nil {
		return nil, err
	}
	e = p.call(t.pos, op, e)
	e.text = t.text
	return e, nil
}

// suffix reads what may follow a primary expression: [index] and ::type.
func (p *parser) suffix(e *expr) (*expr, error) {
	for {
		switch {
		case p.take("["):
			i, err := p.expr()
			if err != nil {
				return nil, err
			}
			if err := p.expect("]"); err != nil {
				return nil, err
			}
			e = p.call(e.pos, "[]", e, i)
		case p.take("::"):
			typ, err := p.typ()
			if err != nil {
				return nil, err
			}
			e = p.call(e.pos, "cast", e)
			e.typ = typ
		case p.peek().is("."):
			return nil, &Error{p.peek().pos, "a field of a structure is not supported"}
		default:
			return e, nil
		}
	}
}

// list reads expressions with commas between them, and what closes them.
func (p *parser) list(closing string) ([]*expr, error) {
	var list []*expr
	if p.take(closing) {
		return nil, nil
	}
	for {
		e, err := p.expr()
		if err != nil {
			return nil, err
		}
		list = append(list, e)
		if !p.take(",") {
			return list, p.expect(closing)
		}
	}
}

func (p *parser) primary() (*expr, error) {
	t := p.peek()
	switch {
	case t.kind == tNumber:
		return p.number("")
	case t.kind == tString:
		p.next()
		return &expr{op: opLiteral, text: t.text, lit: &node{typ: Type{Kind: String}, val: value{s: t.text}}, pos: t.pos, end: t.end}, nil
	case p.take("("):
		if t := p.peek(); t.is("SELECT") || t.is("WITH") {
			return nil, &Error{t.pos, "a subquery is not supported"}
		}
		e, err := p.expr()
		if err != nil {
			return nil, err
		}
		if p.peek().is(",") {
			return nil, &Error{t.pos, "a structure is not supported"}
		}
		return e, p.expect(")")
	case t.kind == tQuoted:
		return p.column()
	case t.kind != tWord:
		return nil, p.unexpected("where an expression belongs")
	}
	follows := p.ahead(1)
	switch word := strings.ToUpper(t.text); {
	case word == "CASE":
		return p.caseWhen()
	case word == "NULL" && !follows.is("("):
		p.next()
		return &expr{op: opLiteral, text: "NULL", lit: &node{null: true, val: value{null: true}}, pos: t.pos, end: t.end}, nil
	case word == "TRUE" || word == "FALSE":
		p.next()
		e := boolean(word == "TRUE", t.pos)
		e.end = t.end
		return e, nil
	case follows.kind == tString && (word == "DATE" || word == "TIMESTAMP" || word == "TIMESTAMP_NTZ" || word == "TIMESTAMP_LTZ" || word == "INTERVAL" || word == "X"):
		return nil, &Error{t.pos, word + " literals are not supported"}
	case word == "INTERVAL" && follows.kind == tNumber:
		return nil, &Error{t.pos, "INTERVAL literals are not supported"}
	case follows.is("("):
		return p.function()
	case clause(t) || word == "THEN" || word == "WHEN" || word == "ELSE" || word == "END" || word == "AND" || word == "OR":
		return nil, p.unexpected("where an expression belongs")
	}
	return p.column()
}

func (p *parser) column() (*expr, error) {
	t := p.next()
	e := &expr{op: opColumn, parts: []string{t.text}, pos: t.pos}
	for p.peek().is(".") {
		p.next()
		t := p.next()
		if t.kind != tWord && t.kind != tQuoted {
			return nil, &Error{t.pos, "a name belongs after the dot"}
		}
		e.parts = append(e.parts, t.text)
	}
	if p.peek().is("->") {
		return nil, &Error{p.peek().pos, "a lambda function is not supported"}
	}
	e.end = p.toks[p.at-1].end
	return e, nil
}

func (p *parser) caseWhen() (*expr, error) {
	pos := p.next().pos
	var subject *expr
	var err error
	if !p.peek().is("WHEN") {
		if subject, err = p.expr(); err != nil {
			return nil, err
		}
	}
	var args []*expr
	for p.take("WHEN") {
		when, err := p.expr()
		if err != nil {
			return nil, err
		}
		if subject != nil {
			when = p.call(when.pos, "=", subject, when)
		}
		if err := p.expect("THEN"); err != nil {
			return nil, err
		}
		then, err := p.expr()
		if err != nil {
			return nil, err
		}
		args = append(args, when, then)
	}
	if len(args) == 0 {
		return nil, p.unexpected("where WHEN belongs")
	}
	if p.take("ELSE") {
		e, err := p.expr()
		if err != nil {
			return nil, err
		}
		args = append(args, e)
	}
	if err := p.expect("END"); err != nil {
		return nil, err
	}
	return p.call(pos, "case", args...), nil
}

// function reads a call, among them those with words between their arguments.
func (p *parser) function() (*expr, error) {
	name := p.next()
	p.next() // the parenthesis
	fn := strings.ToLower(name.text)
	var args []*expr
	var err error
	switch {
	case fn == "cast" || fn == "try_cast":
		e, err := p.expr()
		if err != nil {
			return nil, err
		}
		if err := p.expect("AS"); err != nil {
			return nil, err
		}
		typ, err := p.typ()
		if err != nil {
			return nil, err
		}
		if err := p.expect(")"); err != nil {
			return nil, err
		}
		c := p.call(name.pos, fn, e)
		c.typ = typ
		return c, nil
	case fn == "trim":
		return p.trim(name)
	case p.peek().is("DISTINCT") || p.peek().is("ALL") && !p.ahead(1).is(")"):
		return nil, &Error{p.peek().pos, strings.ToUpper(p.peek().text) + " in a function is not supported"}
	case p.peek().is("*"):
		return nil, &Error{name.pos, "the function " + name.text + "(*) is not supported"}
	default:
		if args, err = p.arguments(fn); err != nil {
			return nil, err
		}
	}
	for _, w := range [...]string{"OVER", "FILTER", "WITHIN", "IGNORE", "RESPECT"} {
		if t := p.peek(); t.is(w) && (w == "OVER" || p.ahead(1).is("(") || p.ahead(1).is("NULLS") || p.ahead(1).is("GROUP")) {
			return nil, &Error{t.pos, w + " is not supported: each row is answered by itself"}
		}
	}
	e := p.call(name.pos, fn, args...)
	e.text = name.text
	f := lookup(fn)
	if typ, ok := typeNamed(fn); ok && f == nil && len(args) == 1 { // int(x) is a cast
		e.op, e.typ = "cast", typ
		return e, nil
	}
	if f == nil {
		return nil, &Error{name.pos, "the function " + name.text + " is not supported"}
	}
	if len(args) < f.min || f.max >= 0 && len(args) > f.max {
		return nil, &Error{name.pos, name.text + " cannot take " + strconv.Itoa(len(args)) + " arguments"}
	}
	return e, nil
}

// arguments reads those of a call: substring(x FROM 1 FOR 2) and
// position(x IN y) have words in place of commas.
func (p *parser) arguments(fn string) ([]*expr, error) {
	var words []string
	switch fn {
	case "substring", "substr":
		words = []string{"FROM", "FOR"}
	case "overlay":
		words = []string{"PLACING", "FROM", "FOR"}
	case "position":
		// Its first argument ends before IN.
		e, err := p.binary(0)
		if err != nil {
			return nil, err
		}
		if p.take("IN") {
			in, err := p.binary(0)
			if err != nil {
				return nil, err
			}
			return []*expr{e, in, whole(1)}, p.expect(")")
		}
		args := []*expr{e}
		if p.take(",") {
			more, err := p.list(")")
			return append(args, more...), err
		}
		return args, p.expect(")")
	}
	var args []*expr
	if p.take(")") {
		return nil, nil
	}
	for {
		e, err := p.expr()
		if err != nil {
			return nil, err
		}
		args = append(args, e)
		if p.peek().is("=>") {
			return nil, &Error{p.peek().pos, "named arguments are not supported"}
		}
		more := p.take(",")
		for _, w := range words {
			more = more || p.take(w)
		}
		if !more {
			return args, p.expect(")")
		}
	}
}

// trim reads trim(x), trim(BOTH x), trim(LEADING y FROM x), trim(y FROM x),
// which are ltrim, rtrim and btrim with their arguments the other way round.
func (p *parser) trim(name *token) (*expr, error) {
	fn := "trim"
	switch {
	case p.ahead(1).is(")"): // trim(both): a column
	case p.take("BOTH"):
	case p.take("LEADING"):
		fn = "ltrim"
	case p.take("TRAILING"):
		fn = "rtrim"
	}
	var args []*expr
	if !p.take("FROM") {
		e, err := p.expr()
		if err != nil {
			return nil, err
		}
		args = append(args, e)
	}
	if len(args) == 0 || p.take("FROM") {
		e, err := p.expr()
		if err != nil {
			return nil, err
		}
		args = append(args, e)
	}
	if p.peek().is(",") {
		p.next()
		e, err := p.expr()
		if err != nil {
			return nil, err
		}
		args = append(args, e)
	}
	if err := p.expect(")"); err != nil {
		return nil, err
	}
	return p.call(name.pos, fn, args...), nil
}

// typ reads the name of a type.
func (p *parser) typ() (Type, error) {
	t := p.next()
	name := strings.ToLower(t.text)
	typ, ok := typeNamed(name)
	if t.kind != tWord || !ok {
		return Type{}, &Error{t.pos, "the type " + strconv.Quote(p.text[t.pos:t.end]) + " is not supported"}
	}
	if typ.Kind == Decimal && p.take("(") {
		n, err := p.precision()
		if err != nil {
			return Type{}, err
		}
		typ.P, typ.S = n, 0
		if p.take(",") {
			if typ.S, err = p.precision(); err != nil {
				return Type{}, err
			}
		}
		if typ.P < 1 || typ.P > maxPrecision || typ.S > typ.P {
			return Type{}, &Error{t.pos, typ.String() + " is not a type"}
		}
		return typ, p.expect(")")
	}
	if (name == "varchar" || name == "char") && p.take("(") { // Spark casts to string
		if _, err := p.precision(); err != nil {
			return Type{}, err
		}
		return typ, p.expect(")")
	}
	if p.peek().is("<") {
		return Type{}, &Error{t.pos, "the type " + name + "<…> is not supported"}
	}
	return typ, nil
}

func (p *parser) precision() (int, error) {
	t := p.next()
	n, err := strconv.Atoi(t.text)
	if t.kind != tNumber || err != nil {
		return 0, &Error{t.pos, "a whole number belongs here"}
	}
	return n, nil
}

// number reads a number: whole ones are int, bigint or decimal as they fit,
// those with an exponent double, others decimal; a suffix says otherwise.
func (p *parser) number(sign string) (*expr, error) {
	t := p.next()
	text := strings.ToUpper(t.text)
	pos := t.pos
	if sign != "" {
		pos = p.toks[p.at-2].pos
	}
	e := &expr{op: opLiteral, pos: pos, end: t.end, lit: &node{}}
	n := e.lit
	suffix := ""
	for _, s := range [...]string{"BD", "L", "S", "Y", "D", "F"} {
		if strings.HasSuffix(text, s) {
			suffix = s
			break
		}
	}
	text = sign + strings.TrimSuffix(text, suffix)
	whole := !strings.ContainsAny(text, ".E")
	bad := &Error{pos, strconv.Quote(p.text[pos:t.end]) + " is out of range"}
	switch {
	case suffix == "D" || suffix == "" && strings.Contains(text, "E"):
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, bad
		}
		n.typ.Kind, n.val.f = Double, f
	case suffix == "F":
		f, err := strconv.ParseFloat(text, 32)
		if err != nil {
			return nil, bad
		}
		n.typ.Kind, n.val.f = Float, f
	case suffix == "L" || suffix == "S" || suffix == "Y":
		i, err := strconv.ParseInt(text, 10, 64)
		n.typ.Kind, n.val.i = Long, i
		switch suffix {
		case "S":
			n.typ.Kind = Short
		case "Y":
			n.typ.Kind = Byte
		}
		if err != nil || !inRange(i, n.typ.Kind) {
			return nil, bad
		}
	default:
		if i, err := strconv.ParseInt(text, 10, 64); err == nil && whole && suffix == "" {
			n.typ.Kind, n.val.i = Long, i
			if int64(int32(i)) == i {
				n.typ.Kind = Int
			}
			break
		}
		d, p, s, ok := parseDecimal(text)
		if !ok {
			return nil, bad
		}
		n.typ, n.val.d = Type{Kind: Decimal, P: p, S: s}, d
	}
	e.text = n.print()
	return e, nil
}
