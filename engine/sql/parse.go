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
	text     string   // what Spark calls the function; a literal as Spark prints it
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

	// Steps is what the searches of a text for a regular expression may take, and 16
	// more for each of its bytes. 0: 16,777,216.
	Steps int
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
		if it.e.op != opStar {
			makes = append(makes, it.name())
		}
	}
	if q.where != nil {
		walk(q.where)
	}
	return reads, makes
}

func (it *item) name() string {
	if it.alias != "" {
		return it.alias
	}
	return it.e.name()
}

// this is what SQLTransformer calls its input.
const this = "__THIS__"

// parser keeps the first fault; after it there are no more tokens, so that
// whoever is reading comes to an end.
type parser struct {
	text  string
	toks  []token
	at    int
	depth int
	size  int // of the largest expression so far
	err   error
}

// How deep expressions may nest, and how many steps one may take: the subject
// of a CASE is worked out anew for each WHEN.
const (
	maxDepth = 200
	maxSteps = 10_000
)

// Parse reads a statement.
func Parse(text string) (*Query, error) {
	if i := strings.Index(text, "${"); i >= 0 {
		return nil, &Error{i, "variables, such as ${name}, are not supported"}
	}
	toks, err := lex(text)
	if err != nil {
		return nil, err
	}
	p := &parser{text: text, toks: toks}
	q := p.query()
	if p.size > maxSteps {
		p.fail(0, "an expression of too many steps")
	}
	return q, p.err
}

func (p *parser) peek() *token { return p.ahead(0) }

func (p *parser) ahead(n int) *token { return &p.toks[min(p.at+n, len(p.toks)-1)] }

func (p *parser) next() *token {
	t := p.peek()
	if t.kind != tEnd {
		p.at++
	}
	return t
}

// take steps over a keyword or operator if it comes next.
func (p *parser) take(w string) bool {
	if !p.peek().is(w) {
		return false
	}
	p.at++
	return true
}

// any steps over one of these words, which stand between blanks, and gives it
// in capitals; "" if none of them comes next.
func (p *parser) any(words string) string {
	t := p.peek()
	if !t.isAny(words) {
		return ""
	}
	p.at++
	return strings.ToUpper(t.text)
}

func (p *parser) expect(w string) {
	if !p.take(w) {
		p.unexpected("where " + w + " belongs")
	}
}

// fail keeps a fault, and stands for the expression that could not be read.
func (p *parser) fail(pos int, msg string) *expr {
	if p.err == nil {
		p.err = &Error{pos, msg}
	}
	p.at = len(p.toks) - 1
	return &expr{op: opLiteral, lit: &node{}}
}

func (p *parser) unexpected(where string) *expr {
	t := p.peek()
	what := "the statement ends"
	if t.kind != tEnd {
		what = strconv.Quote(p.text[t.pos:t.end])
	}
	return p.fail(t.pos, what+" "+where)
}

// unsupported refuses what begins at a token.
func (p *parser) unsupported(t *token, what string) *expr {
	return p.fail(t.pos, what+" is not supported")
}

// alone is why what takes more than one row is refused.
const alone = " is not supported: each row is answered by itself"

func (p *parser) query() *Query {
	q := &Query{text: p.text, alias: this}
	p.expect("SELECT")
	if t := p.peek(); t.is("DISTINCT") {
		p.fail(t.pos, "DISTINCT"+alone)
	}
	p.take("ALL")
	for more := true; more; more = p.take(",") {
		q.items = append(q.items, p.item())
	}
	p.expect("FROM")
	if t := p.next(); t.text != this || t.kind != tWord && t.kind != tQuoted {
		p.unsupported(t, "FROM "+p.text[t.pos:t.end]+", anything but FROM "+this+",")
	}
	if alias := p.alias(); alias != "" {
		q.alias = alias
	}
	if p.take("WHERE") {
		q.where = p.expr()
	}
	p.take(";")
	if t := p.peek(); clause(t) {
		p.fail(t.pos, strings.ToUpper(t.text)+alone)
	} else if t.kind != tEnd {
		p.unexpected("after the end of the statement")
	}
	return q
}

// alias reads a name with or without AS before it; "" if there is none.
func (p *parser) alias() string {
	as := p.take("AS")
	if t := p.peek(); t.kind == tQuoted || t.kind == tWord && (as || !clause(t)) {
		return p.next().text
	}
	if as {
		p.unexpected("where a name belongs")
	}
	return ""
}

// clauses are the words that may follow an expression or a table.
const clauses = " FROM WHERE GROUP ORDER HAVING LIMIT OFFSET UNION EXCEPT MINUS INTERSECT SORT CLUSTER DISTRIBUTE WINDOW LATERAL PIVOT UNPIVOT " +
	"TABLESAMPLE QUALIFY JOIN INNER CROSS LEFT RIGHT FULL SEMI ANTI NATURAL "

func clause(t *token) bool { return t.isAny(clauses) }

func (p *parser) item() (it item) {
	if it.e = p.star(); it.e == nil {
		it.e = p.expr()
		it.alias = p.alias()
	}
	return it
}

// star reads *, name.* and either followed by EXCEPT (names).
func (p *parser) star() *expr {
	t := p.peek()
	e := &expr{op: opStar, pos: t.pos, parts: []string{""}}
	switch {
	case p.take("*"):
	case (t.kind == tWord || t.kind == tQuoted) && p.ahead(1).is(".") && p.ahead(2).is("*"):
		e.parts[0] = t.text
		p.at += 3
	default:
		return nil
	}
	if p.ahead(1).is("(") && p.take("EXCEPT") {
		p.at++
		for more := true; more; more = p.take(",") {
			e.parts = append(e.parts, p.name())
		}
		p.expect(")")
	}
	e.end = p.toks[p.at-1].end
	return e
}

func (p *parser) name() string {
	if t := p.peek(); t.kind != tWord && t.kind != tQuoted {
		p.unexpected("where a name belongs")
	}
	return p.next().text
}

// call makes an expression that ends at the last token read.
func (p *parser) call(pos int, op string, args ...*expr) *expr {
	e := &expr{op: op, text: op, args: args, pos: pos, end: p.toks[max(p.at-1, 0)].end}
	if p.size <= maxSteps {
		for _, a := range args {
			e.size += a.size + 1
		}
		p.size = max(p.size, e.size)
	}
	return e
}

// deeper counts how deep expressions nest.
func (p *parser) deeper(read func() *expr) *expr {
	if p.depth++; p.depth > maxDepth {
		p.fail(p.peek().pos, "an expression nested too deep")
	}
	e := read()
	p.depth--
	return e
}

// expr reads an expression: from the weakest operator, OR, to the strongest.
func (p *parser) expr() *expr { return p.deeper(p.or) }

func (p *parser) or() *expr {
	e := p.and()
	for p.take("OR") {
		e = p.call(e.pos, "or", e, p.and())
	}
	return e
}

func (p *parser) and() *expr {
	e := p.not()
	for p.take("AND") {
		e = p.call(e.pos, "and", e, p.not())
	}
	return e
}

func (p *parser) not() *expr {
	pos := p.peek().pos
	if p.take("NOT") || p.take("!") {
		return p.call(pos, "not", p.deeper(p.not))
	}
	return p.predicate()
}

// predicate reads a value and what may be said of it: IS, IN, BETWEEN, LIKE.
func (p *parser) predicate() *expr {
	e := p.value()
	for {
		pos := e.pos
		is := p.take("IS")
		not := p.take("NOT")
		words := " BETWEEN IN LIKE ILIKE RLIKE REGEXP "
		if is {
			words = " NULL UNKNOWN TRUE FALSE DISTINCT "
		}
		op, args := "", []*expr{e}
		switch word := p.any(words); word {
		case "NULL", "UNKNOWN":
			if op = "isnull"; not {
				op, not = "isnotnull", false
			}
		case "TRUE", "FALSE":
			op, args = "<=>", append(args, boolean(&p.toks[p.at-1]))
		case "DISTINCT":
			p.expect("FROM")
			op, args, not = "<=>", append(args, p.value()), !not
		case "BETWEEN":
			args = append(args, p.value())
			p.expect("AND")
			op, args = "between", append(args, p.value())
		case "IN":
			p.expect("(")
			p.noSubquery()
			op, args = "in", append(args, p.list("")...)
			if len(args) == 1 {
				p.unexpected("in place of a list")
			}
		case "LIKE", "ILIKE", "RLIKE", "REGEXP":
			if op = strings.ToLower(word); op == "regexp" {
				op = "rlike"
			}
			if t := p.peek(); t.isAny(" ANY SOME ALL ") {
				p.unsupported(t, word+" "+t.text)
			}
			args = append(args, p.value())
			if p.take("ESCAPE") {
				args = append(args, p.primary())
			}
		default:
			if is || not {
				p.unexpected("after IS or NOT")
			}
			return e
		}
		if e = p.call(pos, op, args...); op == "rlike" {
			e.text = "RLIKE"
		}
		if not {
			e = p.call(pos, "not", e)
		}
	}
}

func boolean(t *token) *expr {
	e := &expr{op: opLiteral, text: strings.ToLower(t.text), lit: &node{typ: Type{Kind: Bool}}, pos: t.pos, end: t.end}
	if t.is("TRUE") {
		e.lit.val.i = 1
	}
	return e
}

func (p *parser) noSubquery() {
	if t := p.peek(); t.isAny(" SELECT WITH ") {
		p.unsupported(t, "a subquery")
	}
}

// levels are the binary operators of values, the weakest first. What is behind
// a colon is the name that one goes by.
var levels = [...]string{
	"= ==:= <> !=:<> <=> < <= > >= !<:>= !>:<=",
	"|", "^", "&", "<<:shiftleft >>:shiftright",
	"+ - ||:concat",
	"* / % div",
}

func (p *parser) value() *expr { return p.binary(0) }

func (p *parser) binary(level int) *expr {
	if level == len(levels) {
		return p.unary()
	}
	e := p.binary(level + 1)
	for {
		t := p.peek()
		op, rest := "", levels[level]
		for rest != "" && op == "" {
			var entry string
			entry, rest, _ = strings.Cut(rest, " ")
			sign, name, other := strings.Cut(entry, ":")
			if t.is(sign) && (t.kind == tOp || sign == "div") {
				if op = sign; other {
					op = name
				}
			}
		}
		if op == "" {
			return e
		}
		p.at++
		right := p.binary(level + 1)
		if op == "<>" {
			e = p.call(e.pos, "not", p.call(e.pos, "=", e, right))
			continue
		}
		e = p.call(e.pos, op, e, right)
		if strings.HasPrefix(op, "shift") {
			e.text = t.text
		}
	}
}

func (p *parser) unary() *expr {
	t := p.peek()
	op := ""
	switch p.any(" - + ~ ") {
	case "-":
		if p.peek().kind == tNumber {
			return p.suffix(p.number("-", t.pos))
		}
		op = "negative"
	case "+":
		op = "positive"
	case "~":
		op = "~"
	default:
		return p.suffix(p.primary())
	}
	e := p.call(t.pos, op, p.deeper(p.unary))
	e.text = t.text
	return e
}

// suffix reads what may follow a primary expression: [index] and ::type.
func (p *parser) suffix(e *expr) *expr {
	for {
		switch {
		case p.take("["):
			i := p.expr()
			p.expect("]")
			e = p.call(e.pos, "[]", e, i)
		case p.take("::"):
			typ := p.typ()
			e = p.call(e.pos, "cast", e)
			e.typ = typ
		case p.peek().is("."):
			return p.unsupported(p.peek(), "a field of a structure")
		default:
			return e
		}
	}
}

// list reads expressions to a closing parenthesis, with commas or these words
// between them.
func (p *parser) list(words string) []*expr {
	if p.take(")") {
		return nil
	}
	var list []*expr
	for more := true; more; more = p.any(" , "+words) != "" {
		list = append(list, p.expr())
	}
	if p.peek().is("=>") {
		p.unsupported(p.peek(), "a named argument")
	}
	p.expect(")")
	return list
}

func (p *parser) primary() *expr {
	t, follows := p.peek(), p.ahead(1)
	switch {
	case t.kind == tNumber:
		return p.number("", t.pos)
	case t.kind == tString:
		p.next()
		return &expr{op: opLiteral, text: t.text, lit: literal(String, value{s: t.text}), pos: t.pos, end: t.end}
	case p.take("("):
		p.noSubquery()
		e := p.expr()
		if p.peek().is(",") {
			return p.unsupported(t, "a structure")
		}
		p.expect(")")
		return e
	case t.kind == tQuoted:
		return p.column()
	case t.kind != tWord:
		return p.unexpected("where an expression belongs")
	case t.is("CASE"):
		return p.caseWhen()
	case follows.is("("):
		return p.function()
	case t.is("NULL"):
		p.next()
		return &expr{op: opLiteral, text: "NULL", lit: literal(Void, null), pos: t.pos, end: t.end}
	case t.isAny(" TRUE FALSE "):
		return boolean(p.next())
	case follows.kind == tString || follows.kind == tNumber:
		return p.unsupported(t, "a literal of "+t.text) // DATE '…', INTERVAL 1 …
	case clause(t) || t.isAny(" THEN WHEN ELSE END AND OR "):
		return p.unexpected("where an expression belongs")
	}
	return p.column()
}

func (p *parser) column() *expr {
	e := &expr{op: opColumn, pos: p.peek().pos, parts: []string{p.next().text}}
	for p.take(".") {
		e.parts = append(e.parts, p.name())
	}
	if p.peek().is("->") {
		p.unsupported(p.peek(), "a lambda function")
	}
	e.end = p.toks[p.at-1].end
	return e
}

func (p *parser) caseWhen() *expr {
	pos := p.next().pos
	var subject *expr
	if !p.peek().is("WHEN") {
		subject = p.expr()
	}
	var args []*expr
	for p.take("WHEN") {
		when := p.expr()
		if subject != nil {
			when = p.call(when.pos, "=", subject, when)
		}
		p.expect("THEN")
		args = append(args, when, p.expr())
	}
	if len(args) == 0 {
		return p.unexpected("where WHEN belongs")
	}
	if p.take("ELSE") {
		args = append(args, p.expr())
	}
	p.expect("END")
	return p.call(pos, "case", args...)
}

// function reads a call, among them those with words between their arguments.
func (p *parser) function() *expr {
	name := p.next()
	p.next() // the parenthesis
	fn := strings.ToLower(name.text)
	if t := p.peek(); t.isAny(" DISTINCT * ") || t.is("ALL") && !p.ahead(1).is(")") {
		return p.unsupported(t, t.text+" in a function")
	}
	var args []*expr
	words := ""
	switch fn {
	case "cast", "try_cast":
		e := p.expr()
		p.expect("AS")
		typ := p.typ()
		p.expect(")")
		e = p.call(name.pos, fn, e)
		e.typ = typ
		return e
	case "substring", "substr":
		words = "FROM FOR "
	case "position": // its first argument ends before IN
		args = append(args, p.value())
		if p.any(" IN , ") == "IN" {
			fn = "locate"
		}
	case "trim": // trim(BOTH x), trim(LEADING y FROM x): ltrim(y, x) and so on
		if !p.ahead(1).isAny(" ) , ") {
			switch p.any(" BOTH LEADING TRAILING ") {
			case "LEADING":
				fn = "ltrim"
			case "TRAILING":
				fn = "rtrim"
			}
		}
		p.take("FROM")
		words = "FROM "
	}
	args = append(args, p.list(words)...)
	if t := p.peek(); t.is("OVER") || t.isAny(" FILTER WITHIN IGNORE RESPECT ") && p.ahead(1).isAny(" ( GROUP NULLS ") {
		return p.fail(t.pos, t.text+alone)
	}
	e := p.call(name.pos, fn, args...)
	f := lookup(fn)
	typ, cast := typeNamed(fn)
	switch {
	case f != nil:
	case cast && len(args) == 1: // int(x)
		e.op, e.text, e.typ = "cast", "", typ
		return e
	default:
		return p.unsupported(name, "the function "+name.text)
	}
	e.text = f.name
	if len(e.args) == f.max-1 && f.last != "" { // the last argument was left out
		e.args = append(e.args, f.omitted())
	}
	if n := len(e.args); n < f.min || f.max >= 0 && n > f.max {
		return p.fail(name.pos, name.text+" cannot take "+strconv.Itoa(n)+" arguments")
	}
	return e
}

// omitted is the last argument of a function where it is left out.
func (f *function) omitted() *expr {
	n, err := strconv.ParseInt(f.last, 10, 64)
	e := &expr{op: opLiteral, text: f.last, lit: literal(Int, value{i: n})}
	if err != nil {
		e.text = f.last[1:]
		e.lit = literal(String, value{s: e.text})
	}
	return e
}

// typ reads the name of a type.
func (p *parser) typ() Type {
	t := p.next()
	typ, ok := typeNamed(strings.ToLower(t.text))
	switch {
	case t.kind != tWord || !ok || p.peek().is("<"):
		p.unsupported(t, "the type "+p.text[t.pos:t.end])
	case typ.Kind == Decimal && p.take("("):
		typ.P, typ.S = p.precision(), 0
		if p.take(",") {
			typ.S = p.precision()
		}
		if typ.P < 1 || typ.P > maxPrecision || typ.S > typ.P {
			p.fail(t.pos, typ.String()+" is not a type")
		}
		p.expect(")")
	case typ.Kind == String && p.take("("): // varchar(3), to which Spark casts as to string
		p.precision()
		p.expect(")")
	}
	return typ
}

func (p *parser) precision() int {
	t := p.next()
	n, err := strconv.Atoi(t.text)
	if t.kind != tNumber || err != nil {
		p.fail(t.pos, "a whole number belongs here")
	}
	return n
}

// number reads a number: whole ones are int, bigint or decimal as they fit,
// those with an exponent double, others decimal; a suffix says otherwise.
func (p *parser) number(sign string, pos int) *expr {
	t := p.next()
	digits := strings.ToUpper(t.text)
	k := len(digits)
	for k > 0 && digits[k-1] >= 'A' {
		k--
	}
	suffix := digits[k:]
	digits = sign + digits[:k]
	e := &expr{op: opLiteral, pos: pos, end: t.end, lit: &node{}}
	n := e.lit
	ok := true
	bits := 64
	switch whole := !strings.ContainsAny(digits, ".E"); {
	case suffix == "F":
		n.typ.Kind, bits = Float, 32
	case suffix == "D" || suffix == "" && strings.Contains(digits, "E"):
		n.typ.Kind = Double
	case suffix == "L":
		n.typ.Kind = Long
	case suffix == "S":
		n.typ.Kind = Short
	case suffix == "Y":
		n.typ.Kind = Byte
	case whole && suffix == "":
		n.typ.Kind = Int
	}
	switch {
	case n.typ.floating():
		f, err := strconv.ParseFloat(digits, bits)
		n.val.setF(f)
		ok = err == nil
	case n.typ.Kind != Void:
		i, err := strconv.ParseInt(digits, 10, 64)
		n.val.i, ok = i, err == nil
		if n.typ.Kind == Int && !inRange(i, Int) {
			n.typ.Kind = Long
		}
		if n.typ.Kind == Long && suffix == "" && !ok {
			n.typ.Kind = Void
		}
		ok = ok && inRange(i, n.typ.Kind)
	}
	if n.typ.Kind == Void {
		var d dec
		d, n.typ.P, n.typ.S, ok = parseDecimal(digits)
		n.typ.Kind = Decimal
		n.val.setDec(d)
	}
	if !ok {
		return p.fail(pos, strconv.Quote(p.text[pos:t.end])+" is out of range")
	}
	e.text = show(n.typ, n.val)
	return e
}
