package sql

import (
	"math"
	"strings"
)

// op is what a node computes.
type op uint8

const (
	opLit op = iota
	opCol
	opCast
	opAnd
	opOr
	opNot
	opCompare // how: one of the six below
	opEq
	opLt
	opLe
	opGt
	opGe
	opSame // <=>
	opIn
	opCase // conditions and values by turns, and what else there is
	opCoalesce
	opIsNull
	opIsNotNull
	opIsNaN
	opNaNvl
	opGreatest
	opLeast

	opAdd
	opSub
	opMul
	opDiv
	opIntDiv
	opRem
	opPmod
	opNegative
	opPositive
	opAbs
	opBits // how: one of the three below
	opBitAnd
	opBitOr
	opBitXor
	opBitNot
	opShiftLeft
	opShiftRight
	opRound // val.i: to how many digits; how: opHalfEven
	opHalfEven
	opCeil
	opFloor
	opMath // a function of one double; how says which
	opPow  // and of two
	opAtan2
	opLogBase

	opSqrt
	opCbrt
	opExp
	opExpm1
	opLog
	opLog10
	opLog2
	opLog1p
	opSin
	opCos
	opTan
	opCot
	opSec
	opCsc
	opAsin
	opAcos
	opAtan
	opSinh
	opCosh
	opTanh
	opDegrees
	opRadians
	opSign

	opLike // how: opLower for ILIKE
	opRLike
	opExtract
	opReplaceAll
	opSplit
	opUpper
	opLower
	opInitcap
	opTrim // how: opLeft, opRight or both
	opLength
	opSubstring
	opLeft
	opRight
	opReplace
	opTranslate
	opLocate
	opLpad
	opRpad
	opReverse
	opRepeat
	opConcat
	opConcatWs
	opSubstringIndex
	opSplitPart
	opStartsWith
	opEndsWith
	opContains

	opSize
	opItem    // a[i], from 0
	opGet     // get(a, i), null outside
	opElement // element_at(a, i), from 1, negative from the end
	opArrayContains
)

// function is a line of the table of functions, by the name that Spark prints.
// args has a letter for each argument, the last one for all that follow:
//
//	s text, i int, l bigint, d double, b boolean, a array: what an argument is made
//	n a number, text being made a double; x a whole number; * anything
//	w all such arguments are made one type; v the same, but for text
//	c a double, a decimal or a bigint, as ceil and floor take; f a float or double
//	t text or an array of it; E what is in the array before it
//
// result is one of these letters (S is an array of text, 1 the type of the
// first argument, 2 that of the last, e that of an array's elements); a capital
// one of them, or N, says that it may be null though no argument is.
type function struct {
	name     string
	op, how  op
	args     string
	result   byte
	min, max int    // arguments; max < 0: any number
	last     string // what the last argument is if it is left out: a number, or s and text
}

const many = -1

var functions = [...]function{
	{"and", opAnd, 0, "b", 'b', 2, 2, ""}, {"or", opOr, 0, "b", 'b', 2, 2, ""}, {"not", opNot, 0, "b", 'b', 1, 1, ""},
	{"+", opAdd, 0, "", 0, 2, 2, ""}, {"-", opSub, 0, "", 0, 2, 2, ""}, {"*", opMul, 0, "", 0, 2, 2, ""},
	{"/", opDiv, 0, "", 0, 2, 2, ""}, {"%", opRem, 0, "", 0, 2, 2, ""}, {"div", opIntDiv, 0, "", 0, 2, 2, ""},
	{"pmod", opPmod, 0, "", 0, 2, 2, ""}, {"mod", opRem, 0, "", 0, 2, 2, ""},
	{"try_add", opAdd, 0, "", 0, 2, 2, ""}, {"try_subtract", opSub, 0, "", 0, 2, 2, ""}, {"try_multiply", opMul, 0, "", 0, 2, 2, ""},
	{"try_divide", opDiv, 0, "", 0, 2, 2, ""}, {"try_mod", opRem, 0, "", 0, 2, 2, ""},
	{"&", opBits, opBitAnd, "y", '2', 2, 2, ""}, {"|", opBits, opBitOr, "y", '2', 2, 2, ""}, {"^", opBits, opBitXor, "y", '2', 2, 2, ""},
	{"~", opBitNot, 0, "y", '1', 1, 1, ""}, {"negative", opNegative, 0, "n", '1', 1, 1, ""}, {"positive", opPositive, 0, "n", '1', 1, 1, ""},
	{"shiftleft", opShiftLeft, 0, "xi", '1', 2, 2, ""}, {"shiftright", opShiftRight, 0, "xi", '1', 2, 2, ""},
	{"like", opLike, 0, "", 0, 2, 3, ""}, {"ilike", opLike, opLower, "", 0, 2, 3, ""},
	{"RLIKE", opRLike, 0, "", 0, 2, 2, ""}, {"REGEXP", opRLike, 0, "", 0, 2, 2, ""}, {"REGEXP_LIKE", opRLike, 0, "", 0, 2, 2, ""},
	{"[]", opItem, 0, "ai", 'E', 2, 2, ""},

	{"isnull", opIsNull, 0, "*", 'b', 1, 1, ""}, {"isnotnull", opIsNotNull, 0, "*", 'b', 1, 1, ""},
	{"coalesce", opCoalesce, 0, "w", '2', 1, many, ""}, {"nvl", opCoalesce, 0, "w", '2', 2, 2, ""}, {"ifnull", opCoalesce, 0, "w", '2', 2, 2, ""},
	{"zeroifnull", opCoalesce, 0, "n", '1', 1, 1, ""},
	{"if", opCase, 0, "bww", '2', 3, 3, ""}, {"nvl2", opCase, opIsNotNull, "*ww", '2', 3, 3, ""}, {"decode", opCase, 0, "", 0, 3, many, ""},
	{"nullif", opCase, opEq, "*", '1', 2, 2, ""}, {"nullifzero", opCase, opEq, "n", '1', 1, 1, ""},
	{"equal_null", opCompare, 0, "*", 'b', 2, 2, ""},
	{"isnan", opIsNaN, 0, "d", 'b', 1, 1, ""}, {"nanvl", opNaNvl, 0, "ff", '2', 2, 2, ""},
	{"greatest", opGreatest, 0, "v", '2', 2, many, ""}, {"least", opLeast, 0, "v", '2', 2, many, ""},

	{"abs", opAbs, 0, "n", '1', 1, 1, ""},
	{"round", opRound, 0, "ni", 'N', 2, 2, "0"}, {"bround", opRound, opHalfEven, "ni", 'N', 2, 2, "0"},
	{"CEIL", opCeil, 0, "c", 'N', 1, 1, ""}, {"ceiling", opCeil, 0, "c", 'N', 1, 1, ""}, {"FLOOR", opFloor, 0, "c", 'N', 1, 1, ""},
	{"SQRT", opMath, opSqrt, "d", 'D', 1, 1, ""}, {"CBRT", opMath, opCbrt, "d", 'D', 1, 1, ""},
	{"EXP", opMath, opExp, "d", 'D', 1, 1, ""}, {"EXPM1", opMath, opExpm1, "d", 'D', 1, 1, ""},
	{"ln", opMath, opLog, "d", 'D', 1, 1, ""}, {"LOG", opLogBase, 0, "d", 'D', 1, 2, ""},
	{"LOG10", opMath, opLog10, "d", 'D', 1, 1, ""}, {"LOG2", opMath, opLog2, "d", 'D', 1, 1, ""}, {"LOG1P", opMath, opLog1p, "d", 'D', 1, 1, ""},
	{"SIN", opMath, opSin, "d", 'D', 1, 1, ""}, {"COS", opMath, opCos, "d", 'D', 1, 1, ""}, {"TAN", opMath, opTan, "d", 'D', 1, 1, ""},
	{"COT", opMath, opCot, "d", 'D', 1, 1, ""}, {"SEC", opMath, opSec, "d", 'D', 1, 1, ""}, {"CSC", opMath, opCsc, "d", 'D', 1, 1, ""},
	{"ASIN", opMath, opAsin, "d", 'D', 1, 1, ""}, {"ACOS", opMath, opAcos, "d", 'D', 1, 1, ""}, {"ATAN", opMath, opAtan, "d", 'D', 1, 1, ""},
	{"SINH", opMath, opSinh, "d", 'D', 1, 1, ""}, {"COSH", opMath, opCosh, "d", 'D', 1, 1, ""}, {"TANH", opMath, opTanh, "d", 'D', 1, 1, ""},
	{"DEGREES", opMath, opDegrees, "d", 'D', 1, 1, ""}, {"RADIANS", opMath, opRadians, "d", 'D', 1, 1, ""},
	{"sign", opMath, opSign, "d", 'D', 1, 1, ""}, {"SIGNUM", opMath, opSign, "d", 'D', 1, 1, ""},
	{"pow", opPow, 0, "d", 'd', 2, 2, ""}, {"POWER", opPow, 0, "d", 'd', 2, 2, ""},
	{"ATAN2", opAtan2, 0, "d", 'd', 2, 2, ""},
	{"PI", opLit, opSin, "", 'd', 0, 0, ""}, {"E", opLit, opExp, "", 'd', 0, 0, ""},

	{"upper", opUpper, 0, "s", 's', 1, 1, ""}, {"ucase", opUpper, 0, "s", 's', 1, 1, ""},
	{"lower", opLower, 0, "s", 's', 1, 1, ""}, {"lcase", opLower, 0, "s", 's', 1, 1, ""}, {"initcap", opInitcap, 0, "s", 's', 1, 1, ""},
	{"trim", opTrim, 0, "s", 's', 1, 2, ""}, {"btrim", opTrim, 0, "s", 's', 1, 2, ""},
	{"ltrim", opTrim, opLeft, "s", 's', 1, 2, ""}, {"rtrim", opTrim, opRight, "s", 's', 1, 2, ""},
	{"length", opLength, 0, "s", 'i', 1, 1, ""}, {"len", opLength, 0, "s", 'i', 1, 1, ""},
	{"char_length", opLength, 0, "s", 'i', 1, 1, ""}, {"character_length", opLength, 0, "s", 'i', 1, 1, ""},
	{"substring", opSubstring, 0, "sii", 's', 3, 3, "2147483647"}, {"substr", opSubstring, 0, "sii", 's', 3, 3, "2147483647"},
	{"left", opLeft, 0, "si", 's', 2, 2, ""}, {"right", opRight, 0, "si", 's', 2, 2, ""},
	{"replace", opReplace, 0, "s", 's', 3, 3, "s"}, {"translate", opTranslate, 0, "s", 's', 3, 3, ""},
	{"instr", opLocate, opRight, "ss", 'i', 2, 2, ""}, {"locate", opLocate, 0, "ssi", 'i', 3, 3, "1"}, {"position", opLocate, 0, "ssi", 'i', 3, 3, "1"},
	{"lpad", opLpad, 0, "sis", 's', 3, 3, "s "}, {"rpad", opRpad, 0, "sis", 's', 3, 3, "s "},
	{"reverse", opReverse, 0, "s", 's', 1, 1, ""}, {"repeat", opRepeat, 0, "si", 's', 2, 2, ""},
	{"concat", opConcat, 0, "s", 's', 0, many, ""}, {"concat_ws", opConcatWs, 0, "st", 's', 1, many, ""},
	{"substring_index", opSubstringIndex, 0, "ssi", 's', 3, 3, ""}, {"split_part", opSplitPart, 0, "ssi", 's', 3, 3, ""},
	{"startswith", opStartsWith, 0, "s", 'b', 2, 2, ""}, {"endswith", opEndsWith, 0, "s", 'b', 2, 2, ""}, {"contains", opContains, 0, "s", 'b', 2, 2, ""},

	{"regexp_extract", opExtract, 0, "ssi", 's', 3, 3, "1"}, {"regexp_replace", opReplaceAll, 0, "sssi", 's', 4, 4, "1"},
	{"split", opSplit, 0, "ssi", 'S', 3, 3, "-1"},

	{"size", opSize, 0, "a", 'i', 1, 1, ""}, {"cardinality", opSize, 0, "a", 'i', 1, 1, ""},
	{"get", opGet, 0, "ai", 'E', 2, 2, ""}, {"element_at", opElement, 0, "ai", 'E', 2, 2, ""}, {"try_element_at", opElement, opSame, "ai", 'E', 2, 2, ""},
	{"array_contains", opArrayContains, 0, "aE", 'b', 2, 2, ""},
}

func lookup(name string) *function {
	for i := range functions {
		if strings.EqualFold(functions[i].name, name) {
			return &functions[i]
		}
	}
	return nil
}

// letters are kinds by the letters of the table.
func letter(c byte) Kind {
	switch c {
	case 's':
		return String
	case 'i':
		return Int
	case 'l', 'L':
		return Long
	case 'd', 'D', 'f', 'n', 'c':
		return Double
	case 'b':
		return Bool
	}
	return Void
}

// function types a call of a function of the table.
func (c *checker) function(e *expr, f *function, args []*node) *node {
	n := c.node(e, f.op, letter(f.result), args...)
	n.how = f.how
	if f.op == opLit {
		n.val.setF(math.Pi)
		if f.how == opExp {
			n.val.setF(math.E)
		}
		return n
	}
	if f.op == opCompare {
		return c.comparison(e, "<=>", args[0], args[1])
	}
	c.arguments(e, f, n)
	if c.err != nil {
		return n
	}
	n.null = 'A' <= f.result && f.result <= 'Z' && f.result != 'S'
	for _, a := range n.args {
		n.null = n.null || a.null
	}
	switch f.result {
	case 'S':
		n.typ = Type{Kind: Array, Elem: String}
	case 'E':
		n.typ.Kind = n.args[0].typ.Elem
	case '1', 'N':
		n.typ = n.args[0].typ
	case '2':
		n.typ = n.args[len(n.args)-1].typ
	}
	return c.finish(e, f, n)
}

// arguments makes a function's arguments what it takes.
func (c *checker) arguments(e *expr, f *function, n *node) {
	first := -1 // of those that are made one type
	for i, a := range n.args {
		l := f.args[min(i, len(f.args)-1)]
		k := letter(l)
		switch t := a.typ; l {
		case 'f':
			if t.Kind == Float {
				k = Float
			}
		case 'n', 'c':
			switch {
			case t.integral() && l == 'c':
				k = Long
			case t.numeric() && (l == 'n' || t.Kind == Decimal):
				k = t.Kind
			case !t.numeric() && t.Kind != String && t.Kind != Void:
				c.belongs(e.args[i], t, "number")
			}
		case 'x':
			if k = Int; t.Kind == Long {
				k = Long
			}
		case 'y':
			if k = t.Kind; !t.integral() && t.Kind != Void {
				c.belongs(e.args[i], t, "whole number")
			}
			first = 0
		case 'a':
			if k = t.Kind; k != Array {
				c.belongs(e.args[i], t, "array")
			}
		case 't':
			if k = String; t.Kind == Array && t.Elem == String {
				k = Array
			}
		case 'E':
			k = n.args[0].typ.Elem
			if w, ok := wider(Type{Kind: k}, t, c.ansi); !ok || w.Kind != k || t.Kind == Void {
				c.belongs(e.args[i], t, kindNames[k])
			}
		case 'v':
			first = 0
			for _, b := range n.args {
				if t.Kind == String && b.typ.Kind != String && b.typ.Kind != Void {
					c.belongs(e.args[i], t, b.typ.String())
				}
			}
		case 'w':
			if first < 0 {
				first = i
			}
		}
		if k != Void {
			n.args[i] = c.want(a, k, e.args[i])
		}
	}
	if f.args == "ff" && n.args[0].typ.Kind != n.args[1].typ.Kind {
		first = 0
	}
	if first >= 0 && c.err == nil {
		c.common(e.args[first:], n.args[first:])
	}
}

// finish sees to what is particular about some functions.
func (c *checker) finish(e *expr, f *function, n *node) *node {
	switch f.op {
	case opIsNull, opIsNotNull, opIsNaN:
		n.null = false
	case opCoalesce, opGreatest, opLeast:
		if f.name == "zeroifnull" {
			n.args = append(n.args, c.cast(literal(Int, value{}), n.typ, n.mode, e))
		}
		n.null = true
		for _, a := range n.args {
			n.null = n.null && a.null
		}
	case opCase:
		n.how = 0
		switch f.how {
		case opIsNotNull:
			n.args[0] = &node{op: opIsNotNull, typ: Type{Kind: Bool}, args: []*node{n.args[0]}}
		case opEq:
			other := literal(Int, value{})
			if len(n.args) > 1 {
				other = n.args[1]
			}
			nothing := literal(Void, null)
			nothing.typ = n.typ
			n.args = []*node{c.comparison(e, "=", n.args[0], other), nothing, n.args[0]}
		}
		n.null = n.args[1].null || n.args[2].null
	case opRound:
		c.round(e, n)
	case opCeil, opFloor:
		if n.typ.Kind != Decimal {
			n.typ.Kind = Long
		} else if n.typ.S > 0 {
			n.typ = Type{Kind: Decimal, P: min(n.typ.P-n.typ.S+1, maxPrecision)}
		}
	case opLogBase:
		if len(n.args) == 1 {
			n.op, n.how = opMath, opLog
		}
	case opLocate:
		if f.how == opRight { // instr(text, part)
			n.args = []*node{n.args[1], n.args[0], literal(Int, value{i: 1})}
		}
	case opConcat:
		if len(n.args) == 0 {
			n.op = opLit
		}
	case opConcatWs:
		n.null = n.args[0].null
	case opTrim:
		if len(n.args) == 2 && f.name != "btrim" { // (characters, text)
			n.args[0], n.args[1] = n.args[1], n.args[0]
		}
	case opSize:
		if c.ansi {
			n.how = opSame
		}
		n.null = n.null && n.how == opSame
	case opElement:
		if f.how == opSame {
			n.mode = try
		}
	case opExtract, opReplaceAll, opSplit:
		c.regex(n, e.args[1])
	}
	return n
}

// round settles the type of round(x, digits) (mathExpressions.scala, RoundBase).
func (c *checker) round(e *expr, n *node) {
	d := n.args[1]
	if d.op != opLit {
		c.bad(e.args[1], "the number of digits must be a literal")
	}
	n.args = n.args[:1]
	if d.null {
		n.op, n.args, n.val = opLit, nil, null
	}
	n.val.i = d.val.i
	if t := n.typ; t.Kind == Decimal {
		digits := int(d.val.i)
		whole := t.P - t.S + 1
		if digits < 0 {
			n.typ = Type{Kind: Decimal, P: min(max(whole, 1-digits), maxPrecision)}
		} else {
			s := min(t.S, digits)
			n.typ = Type{Kind: Decimal, P: min(whole+s, maxPrecision), S: s}
		}
	}
}
