package sql

import "math"

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
	opShiftRightUnsigned
	opRound // val.i: to how many digits; how: opHalfEven
	opHalfEven
	opCeil
	opFloor
	opMath // a function of one double; how says which
	opPow  // and of two
	opAtan2
	opHypot
	opLogBase
	opFactorial
	opWidthBucket

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
	opAsinh
	opAcosh
	opAtanh
	opDegrees
	opRadians
	opRint
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
	opOctets
	opBitLength
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
	opSpace
	opConcat
	opConcatWs
	opSubstringIndex
	opSplitPart
	opStartsWith
	opEndsWith
	opContains
	opASCII
	opChr
	opOverlay

	opSize
	opItem    // a[i], from 0
	opGet     // get(a, i), null outside
	opElement // element_at(a, i), from 1, negative from the end
	opArrayContains
	opArrayJoin
	opArrayMax
	opArrayMin
	opArrayPosition
)

// function is a line of the table of functions. args has a letter for each
// argument, the last one for all that follow:
//
//	s text, i int, l bigint, d double, b boolean, a array: what an argument is made
//	n a number, text being made a double; x a whole number; * anything
//	w all such arguments are made one type
//	c a double, a decimal or a bigint, as ceil and floor take
//
// result is one of these letters (S is an array of text, 1 the type of the
// first argument, e that of an array's elements).
type function struct {
	name     string
	op, how  op
	args     string
	result   byte
	min, max int  // arguments; max < 0: any number
	null     bool // may be null though no argument is
}

var functions = [...]function{
	// Operators, by the names that the parser gives them.
	{"equal_null", opCompare, opSame, "**", 'b', 2, 2, false},
	{"between", opAnd, 0, "***", 'b', 3, 3, false},
	{"like", opLike, 0, "s", 'b', 2, 3, false}, {"ilike", opLike, 0, "s", 'b', 2, 3, false},
	{"rlike", opRLike, 0, "s", 'b', 2, 2, false},
	{"pmod", opPmod, 0, "n", 'w', 2, 2, true}, {"mod", opRem, 0, "n", 'w', 2, 2, true}, {"div", opIntDiv, 0, "n", 'l', 2, 2, true},
	{"try_add", opAdd, 0, "n", 'w', 2, 2, true}, {"try_subtract", opSub, 0, "n", 'w', 2, 2, true},
	{"try_multiply", opMul, 0, "n", 'w', 2, 2, true}, {"try_divide", opDiv, 0, "n", 'w', 2, 2, true}, {"try_mod", opRem, 0, "n", 'w', 2, 2, true},
	{"negative", opNegative, 0, "n", '1', 1, 1, false}, {"positive", opPositive, 0, "n", '1', 1, 1, false},
	{"~", opBitNot, 0, "x", '1', 1, 1, false},
	{"shiftleft", opShiftLeft, 0, "xi", '1', 2, 2, false}, {"shiftright", opShiftRight, 0, "xi", '1', 2, 2, false},
	{"shiftrightunsigned", opShiftRightUnsigned, 0, "xi", '1', 2, 2, false},
	{"[]", opItem, 0, "ai", 'e', 2, 2, true},

	{"isnull", opIsNull, 0, "*", 'b', 1, 1, false}, {"isnotnull", opIsNotNull, 0, "*", 'b', 1, 1, false},
	{"coalesce", opCoalesce, 0, "w", 'w', 1, -1, false}, {"nvl", opCoalesce, 0, "w", 'w', 2, 2, false}, {"ifnull", opCoalesce, 0, "w", 'w', 2, 2, false},
	{"if", opCase, 0, "bww", 'w', 3, 3, false}, {"nvl2", opCase, opIsNotNull, "*ww", 'w', 3, 3, false},
	{"nullif", opCase, opEq, "*", '1', 2, 2, true}, {"nullifzero", opCase, opEq, "n", '1', 1, 1, true}, {"zeroifnull", opCoalesce, 0, "n", '1', 1, 1, false},
	{"isnan", opIsNaN, 0, "d", 'b', 1, 1, false}, {"nanvl", opNaNvl, 0, "ff", 'w', 2, 2, false},
	{"greatest", opGreatest, 0, "w", 'w', 2, -1, false}, {"least", opLeast, 0, "w", 'w', 2, -1, false},

	{"abs", opAbs, 0, "n", '1', 1, 1, false},
	{"round", opRound, 0, "ni", 'r', 1, 2, true}, {"bround", opRound, opHalfEven, "ni", 'r', 1, 2, true},
	{"ceil", opCeil, 0, "c", 'c', 1, 1, true}, {"ceiling", opCeil, 0, "c", 'c', 1, 1, true}, {"floor", opFloor, 0, "c", 'c', 1, 1, true},
	{"sqrt", opMath, opSqrt, "d", 'd', 1, 1, true}, {"cbrt", opMath, opCbrt, "d", 'd', 1, 1, true},
	{"exp", opMath, opExp, "d", 'd', 1, 1, true}, {"expm1", opMath, opExpm1, "d", 'd', 1, 1, true},
	{"ln", opMath, opLog, "d", 'd', 1, 1, true}, {"log", opLogBase, 0, "d", 'd', 1, 2, true},
	{"log10", opMath, opLog10, "d", 'd', 1, 1, true}, {"log2", opMath, opLog2, "d", 'd', 1, 1, true}, {"log1p", opMath, opLog1p, "d", 'd', 1, 1, true},
	{"sin", opMath, opSin, "d", 'd', 1, 1, true}, {"cos", opMath, opCos, "d", 'd', 1, 1, true}, {"tan", opMath, opTan, "d", 'd', 1, 1, true},
	{"cot", opMath, opCot, "d", 'd', 1, 1, true}, {"sec", opMath, opSec, "d", 'd', 1, 1, true}, {"csc", opMath, opCsc, "d", 'd', 1, 1, true},
	{"asin", opMath, opAsin, "d", 'd', 1, 1, true}, {"acos", opMath, opAcos, "d", 'd', 1, 1, true}, {"atan", opMath, opAtan, "d", 'd', 1, 1, true},
	{"sinh", opMath, opSinh, "d", 'd', 1, 1, true}, {"cosh", opMath, opCosh, "d", 'd', 1, 1, true}, {"tanh", opMath, opTanh, "d", 'd', 1, 1, true},
	{"asinh", opMath, opAsinh, "d", 'd', 1, 1, true}, {"acosh", opMath, opAcosh, "d", 'd', 1, 1, true}, {"atanh", opMath, opAtanh, "d", 'd', 1, 1, true},
	{"degrees", opMath, opDegrees, "d", 'd', 1, 1, true}, {"radians", opMath, opRadians, "d", 'd', 1, 1, true}, {"rint", opMath, opRint, "d", 'd', 1, 1, true},
	{"sign", opMath, opSign, "d", 'd', 1, 1, true}, {"signum", opMath, opSign, "d", 'd', 1, 1, true},
	{"pow", opPow, 0, "d", 'd', 2, 2, false}, {"power", opPow, 0, "d", 'd', 2, 2, false}, {"atan2", opAtan2, 0, "d", 'd', 2, 2, false}, {"hypot", opHypot, 0, "d", 'd', 2, 2, false},
	{"pi", opLit, opPi, "", 'd', 0, 0, false}, {"e", opLit, opE, "", 'd', 0, 0, false},
	{"factorial", opFactorial, 0, "i", 'l', 1, 1, true}, {"width_bucket", opWidthBucket, 0, "dddl", 'l', 4, 4, true},

	{"upper", opUpper, 0, "s", 's', 1, 1, false}, {"ucase", opUpper, 0, "s", 's', 1, 1, false},
	{"lower", opLower, 0, "s", 's', 1, 1, false}, {"lcase", opLower, 0, "s", 's', 1, 1, false}, {"initcap", opInitcap, 0, "s", 's', 1, 1, false},
	{"trim", opTrim, 0, "s", 's', 1, 2, false}, {"btrim", opTrim, 0, "s", 's', 1, 2, false},
	{"ltrim", opTrim, opLeft, "s", 's', 1, 2, false}, {"rtrim", opTrim, opRight, "s", 's', 1, 2, false},
	{"length", opLength, 0, "s", 'i', 1, 1, false}, {"len", opLength, 0, "s", 'i', 1, 1, false},
	{"char_length", opLength, 0, "s", 'i', 1, 1, false}, {"character_length", opLength, 0, "s", 'i', 1, 1, false},
	{"octet_length", opOctets, 0, "s", 'i', 1, 1, false}, {"bit_length", opBitLength, 0, "s", 'i', 1, 1, false},
	{"substring", opSubstring, 0, "sii", 's', 2, 3, false}, {"substr", opSubstring, 0, "sii", 's', 2, 3, false},
	{"left", opLeft, 0, "si", 's', 2, 2, false}, {"right", opRight, 0, "si", 's', 2, 2, false},
	{"replace", opReplace, 0, "s", 's', 2, 3, false}, {"translate", opTranslate, 0, "s", 's', 3, 3, false},
	{"instr", opLocate, opRight, "ss", 'i', 2, 2, false}, {"locate", opLocate, 0, "ssi", 'i', 2, 3, false}, {"position", opLocate, 0, "ssi", 'i', 2, 3, false},
	{"lpad", opLpad, 0, "sis", 's', 2, 3, false}, {"rpad", opRpad, 0, "sis", 's', 2, 3, false},
	{"reverse", opReverse, 0, "s", 's', 1, 1, false}, {"repeat", opRepeat, 0, "si", 's', 2, 2, false}, {"space", opSpace, 0, "i", 's', 1, 1, false},
	{"concat", opConcat, 0, "s", 's', 0, -1, false}, {"concat_ws", opConcatWs, 0, "st", 's', 1, -1, false},
	{"substring_index", opSubstringIndex, 0, "ssi", 's', 3, 3, false}, {"split_part", opSplitPart, 0, "ssi", 's', 3, 3, false},
	{"startswith", opStartsWith, 0, "s", 'b', 2, 2, false}, {"endswith", opEndsWith, 0, "s", 'b', 2, 2, false}, {"contains", opContains, 0, "s", 'b', 2, 2, false},
	{"ascii", opASCII, 0, "s", 'i', 1, 1, false}, {"chr", opChr, 0, "l", 's', 1, 1, false}, {"char", opChr, 0, "l", 's', 1, 1, false},
	{"overlay", opOverlay, 0, "ssii", 's', 3, 4, false},
	{"regexp", opRLike, 0, "s", 'b', 2, 2, false}, {"regexp_like", opRLike, 0, "s", 'b', 2, 2, false},
	{"regexp_extract", opExtract, 0, "ssi", 's', 2, 3, false}, {"regexp_replace", opReplaceAll, 0, "sssi", 's', 3, 4, false},
	{"split", opSplit, 0, "ssi", 'S', 2, 3, false},

	{"size", opSize, 0, "a", 'i', 1, 1, false}, {"cardinality", opSize, 0, "a", 'i', 1, 1, false}, {"array_size", opSize, opSame, "a", 'i', 1, 1, false},
	{"get", opGet, 0, "ai", 'e', 2, 2, true}, {"element_at", opElement, 0, "ai", 'e', 2, 2, true}, {"try_element_at", opElement, opSame, "ai", 'e', 2, 2, true},
	{"array_contains", opArrayContains, 0, "aE", 'b', 2, 2, false}, {"array_position", opArrayPosition, 0, "aE", 'l', 2, 2, false},
	{"array_join", opArrayJoin, 0, "as", 's', 2, 2, false},
	{"array_max", opArrayMax, 0, "a", 'e', 1, 1, true}, {"array_min", opArrayMin, 0, "a", 'e', 1, 1, true},
}

const (
	opPi = opSin
	opE  = opExp
)

func lookup(name string) *function {
	for i := range functions {
		if functions[i].name == name {
			return &functions[i]
		}
	}
	return nil
}

// function types a call of a function of the table.
func (c *checker) function(e *expr, f *function, args []*node) (*node, error) {
	switch f.op {
	case opLit:
		n := &node{typ: Type{Kind: Double}, val: value{f: math.Pi}, pos: e.pos, end: e.end}
		if f.how == opE {
			n.val.f = math.E
		}
		return n, nil
	case opRLike:
		return c.like(&expr{op: "rlike", args: e.args, pos: e.pos, end: e.end}, args)
	case opCompare:
		return c.comparison(e, "<=>", args[0], args[1])
	}
	n := c.node(e, f.op, Type{}, args...)
	n.how = f.how
	if err := c.arguments(e, f, n); err != nil {
		return nil, err
	}
	n.null = f.null
	for _, a := range n.args {
		n.null = n.null || a.null
	}
	first := Type{}
	if len(n.args) > 0 {
		first = n.args[0].typ
	}
	switch f.result {
	case 's':
		n.typ.Kind = String
	case 'i':
		n.typ.Kind = Int
	case 'l':
		n.typ.Kind = Long
	case 'd':
		n.typ.Kind = Double
	case 'b':
		n.typ.Kind = Bool
	case 'S':
		n.typ = Type{Kind: Array, Elem: String}
	case 'e':
		n.typ.Kind = first.Elem
	case '1', 'r', 'c':
		n.typ = first
	case 'w':
		n.typ = n.args[len(n.args)-1].typ
	}
	return c.finish(e, f, n)
}

// arguments makes a function's arguments what it takes.
func (c *checker) arguments(e *expr, f *function, n *node) error {
	var same []*node
	var from []*expr
	for i, a := range n.args {
		var err error
		letter := f.args[min(i, len(f.args)-1)]
		t := Type{}
		switch letter {
		case 's':
			t.Kind = String
		case 'i':
			t.Kind = Int
		case 'l':
			t.Kind = Long
		case 'd', 'f':
			t.Kind = Double
			if letter == 'f' && a.typ.Kind == Float {
				t.Kind = Float
			}
		case 'b':
			t.Kind = Bool
		case 'n', 'c':
			switch {
			case a.typ.Kind == String || a.typ.Kind == Void:
				t.Kind = Double
			case !a.typ.numeric():
				return c.bad(e.args[i], "a "+a.typ.String()+" where a number belongs")
			case letter == 'c' && a.typ.integral():
				t.Kind = Long
			case letter == 'c' && a.typ.Kind == Float:
				t.Kind = Double
			}
		case 'x':
			if f.op == opBitNot && !a.typ.integral() {
				return c.bad(e.args[i], "a "+a.typ.String()+" where a whole number belongs")
			}
			if !a.typ.integral() {
				t.Kind = Int
			}
			if (a.typ.Kind == Byte || a.typ.Kind == Short) && f.op != opBitNot {
				t.Kind = Int
			}
		case 'a':
			if a.typ.Kind != Array {
				return c.bad(e.args[i], "a "+a.typ.String()+" where an array belongs")
			}
		case 't': // text or an array of it
			if a.typ.Kind != Array || a.typ.Elem != String {
				t.Kind = String
			}
		case 'E':
			t.Kind = n.args[0].typ.Elem
			if w, ok := wider(t, a.typ, c.ansi); !ok || w.Kind != t.Kind || a.typ.Kind == Void {
				return c.bad(e.args[i], "a "+a.typ.String()+" in an "+n.args[0].typ.String())
			}
		case 'w':
			same, from = append(same, a), append(from, e.args[i])
		}
		if t.Kind != Void {
			if n.args[i], err = c.want(a, t, e.args[i]); err != nil {
				return err
			}
		}
	}
	if same == nil {
		if f.args == "ff" && n.args[0].typ.Kind != n.args[1].typ.Kind {
			for i := range n.args {
				n.args[i], _ = c.cast(n.args[i], Type{Kind: Double}, n.mode, e)
			}
		}
		return nil
	}
	if err := c.common(&expr{args: from}, same); err != nil {
		return err
	}
	copy(n.args[len(n.args)-len(same):], same)
	return nil
}

func literal(t Type, v value) *node { return &node{typ: t, val: v} }

// finish sees to what is particular about some functions.
func (c *checker) finish(e *expr, f *function, n *node) (*node, error) {
	boolean := Type{Kind: Bool}
	switch f.op {
	case opIsNull, opIsNotNull, opIsNaN:
		n.null = false
	case opCoalesce, opGreatest, opLeast:
		if f.name == "zeroifnull" {
			zero, err := c.cast(literal(Type{Kind: Int}, value{}), n.typ, n.mode, e)
			if err != nil {
				return nil, err
			}
			n.args = append(n.args, zero)
		}
		n.null = true
		for _, a := range n.args {
			n.null = n.null && a.null
		}
	case opCase:
		switch f.how {
		case opIsNotNull:
			n.args[0] = &node{op: opIsNotNull, typ: boolean, args: []*node{n.args[0]}, pos: n.pos, end: n.end}
		case opEq:
			other := literal(Type{Kind: Int}, value{})
			if len(n.args) > 1 {
				other = n.args[1]
			}
			same, err := c.comparison(e, "=", n.args[0], other)
			if err != nil {
				return nil, err
			}
			n.args = []*node{same, {typ: n.typ, null: true, val: value{null: true}}, n.args[0]}
		}
		n.how = 0
		n.null = n.args[1].null || n.args[2].null
	case opShiftLeft, opShiftRight, opShiftRightUnsigned:
	case opRound:
		return c.round(e, n)
	case opCeil, opFloor:
		if n.typ.Kind == Decimal {
			n.typ = Type{Kind: Decimal, P: min(n.typ.P-n.typ.S+1, maxPrecision)}
			if n.args[0].typ.S == 0 {
				n.typ = n.args[0].typ
			}
		} else {
			n.typ.Kind = Long
		}
	case opLogBase:
		if len(n.args) == 1 {
			n.op, n.how = opMath, opLog
		}
	case opSubstring, opOverlay, opSplit, opExtract, opReplaceAll, opLocate:
		if f.name == "instr" { // (text, part)
			n.args[0], n.args[1] = n.args[1], n.args[0]
			n.how = 0
		}
		if len(n.args) < len(f.args) || f.name == "instr" { // the last one was left out
			last := int64(1)
			switch f.op {
			case opSubstring:
				last = math.MaxInt32
			case opOverlay, opSplit:
				last = -1
			}
			n.args = append(n.args, literal(Type{Kind: Int}, value{i: last}))
		}
	case opLpad, opRpad:
		if len(n.args) < 3 {
			n.args = append(n.args, literal(Type{Kind: String}, value{s: " "}))
		}
	case opReplace:
		if len(n.args) < 3 {
			n.args = append(n.args, literal(Type{Kind: String}, value{}))
		}
	case opConcat:
		if len(n.args) == 0 {
			return literal(n.typ, value{}), nil
		}
	case opConcatWs:
		n.null = n.args[0].null
	case opTrim:
		if len(n.args) == 2 && f.name != "btrim" { // (characters, text)
			n.args[0], n.args[1] = n.args[1], n.args[0]
		}
	case opSize:
		if c.ansi || f.how == opSame {
			n.how = opSame
		} else {
			n.null = false
		}
	case opElement:
		if f.how == opSame {
			n.mode = try
		}
	}
	switch f.op {
	case opExtract, opReplaceAll, opSplit:
		if n.args[1].op != opLit {
			return nil, c.bad(e.args[1], "a regular expression must be a literal")
		}
		if n.args[1].null {
			break
		}
		var err error
		if n.pat, err = regex(n.args[1].val.s); err != nil {
			return nil, c.bad(e.args[1], err.Error())
		}
	}
	return n, nil
}

// round settles the type of round(x, digits) (mathExpressions.scala, RoundBase).
func (c *checker) round(e *expr, n *node) (*node, error) {
	digits := 0
	if len(n.args) == 2 {
		d := n.args[1]
		if d.op != opLit {
			return nil, c.bad(e.args[1], "the number of digits must be a literal")
		}
		if d.null {
			return literal(n.typ, value{null: true}), nil
		}
		digits = int(d.val.i)
		n.args = n.args[:1]
	}
	n.val.i = int64(digits)
	if t := n.typ; t.Kind == Decimal {
		whole := t.P - t.S + 1
		if digits < 0 {
			n.typ = Type{Kind: Decimal, P: min(max(whole, 1-digits), maxPrecision)}
		} else {
			s := min(t.S, digits)
			n.typ = Type{Kind: Decimal, P: min(whole+s, maxPrecision), S: s}
		}
	}
	return n, nil
}
