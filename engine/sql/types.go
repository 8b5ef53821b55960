package sql

import (
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
)

// Kind is the kind of a value, in the order in which numbers widen.
type Kind uint8

const (
	Void Kind = iota // that of NULL
	Bool
	Byte
	Short
	Int
	Long
	Decimal
	Float
	Double
	String
	Binary
	Array  // of Elem
	Opaque // a column that can only be handed on
)

// Type is the type of an expression.
type Type struct {
	Kind Kind
	P, S int  // a decimal's precision and scale
	Elem Kind // an array's
	col  frame.Type
}

const (
	maxPrecision = 38
	minScale     = 6 // that division keeps where precision runs out
)

var kindNames = [...]string{"void", "boolean", "tinyint", "smallint", "int", "bigint", "decimal", "float", "double", "string", "binary", "array", "vector"}

func (t Type) String() string {
	switch t.Kind {
	case Decimal:
		return "decimal(" + strconv.Itoa(t.P) + "," + strconv.Itoa(t.S) + ")"
	case Array:
		return "array<" + kindNames[t.Elem] + ">"
	case Opaque:
		return t.col.String()
	}
	return kindNames[t.Kind]
}

// typeNames are the names of types in CAST.
var typeNames = [...]struct {
	name string
	typ  Type
}{
	{"boolean", Type{Kind: Bool}},
	{"tinyint", Type{Kind: Byte}}, {"byte", Type{Kind: Byte}},
	{"smallint", Type{Kind: Short}}, {"short", Type{Kind: Short}},
	{"int", Type{Kind: Int}}, {"integer", Type{Kind: Int}},
	{"bigint", Type{Kind: Long}}, {"long", Type{Kind: Long}},
	{"float", Type{Kind: Float}}, {"real", Type{Kind: Float}},
	{"double", Type{Kind: Double}},
	{"string", Type{Kind: String}}, {"varchar", Type{Kind: String}}, {"char", Type{Kind: String}}, {"character", Type{Kind: String}},
	{"decimal", Type{Kind: Decimal, P: 10}}, {"dec", Type{Kind: Decimal, P: 10}}, {"numeric", Type{Kind: Decimal, P: 10}},
}

func typeNamed(name string) (Type, bool) {
	for _, t := range typeNames {
		if t.name == name {
			return t.typ, true
		}
	}
	return Type{}, false
}

func (t Type) integral() bool { return t.Kind >= Byte && t.Kind <= Long }
func (t Type) floating() bool { return t.Kind == Float || t.Kind == Double }
func (t Type) numeric() bool  { return t.Kind >= Byte && t.Kind <= Double }

// atomic says whether t is neither an array nor opaque nor of NULL alone.
func (t Type) atomic() bool { return t.Kind >= Bool && t.Kind <= Binary }

func (t Type) equal(u Type) bool {
	return t.Kind == u.Kind && t.P == u.P && t.S == u.S && t.Elem == u.Elem && (t.Kind != Opaque || t.col.Equal(u.col))
}

// fromFrame is a column's type.
func fromFrame(t frame.Type) Type {
	basics := [...]Kind{Opaque, Bool, Byte, Short, Int, Long, Float, Double, String, Binary}
	base := Opaque
	if int(t.Base) < len(basics) {
		base = basics[t.Base]
	}
	switch {
	case t.Kind == frame.Scalar && base != Opaque:
		return Type{Kind: base}
	case t.Kind == frame.List && base != Opaque:
		return Type{Kind: Array, Elem: base}
	}
	t.Nullable = false
	return Type{Kind: Opaque, col: t}
}

// toFrame is the type of the column that a result of type t makes. There are no
// decimals in frames: they become doubles, which is what every op that takes
// numbers makes of them in Spark.
func toFrame(t Type) frame.Type {
	basics := [...]frame.Basic{frame.Undefined, frame.Boolean, frame.Byte, frame.Short, frame.Int, frame.Long, frame.Double, frame.Float, frame.Double, frame.String, frame.ByteString}
	switch t.Kind {
	case Opaque:
		return t.col
	case Array:
		return frame.ListOf(basics[t.Elem])
	}
	return frame.ScalarOf(basics[t.Kind])
}

// forType is the decimal that holds every value of a type of whole numbers.
func forType(t Type) Type {
	switch t.Kind {
	case Byte:
		return Type{Kind: Decimal, P: 3}
	case Short:
		return Type{Kind: Decimal, P: 5}
	case Int:
		return Type{Kind: Decimal, P: 10}
	case Long:
		return Type{Kind: Decimal, P: 20}
	}
	return t
}

// tightest is the smaller type that holds both, without decimals becoming
// wider or text becoming numbers (TypeCoercion.scala, findTightestCommonType).
// In ANSI mode whole numbers and float meet in double.
func tightest(a, b Type, ansi bool) (Type, bool) {
	switch {
	case a.equal(b):
		return a, true
	case a.Kind == Void:
		return b, true
	case b.Kind == Void:
		return a, true
	case a.numeric() && b.numeric() && a.Kind != Decimal && b.Kind != Decimal:
		w := a
		if b.Kind > a.Kind {
			w = b
		}
		if ansi && w.Kind == Float && a.Kind != b.Kind {
			w.Kind = Double
		}
		return w, true
	}
	return Type{}, false
}

// wider is the type of an expression that is one or the other, as CASE and
// COALESCE are (findWiderTypeForTwo).
func wider(a, b Type, ansi bool) (Type, bool) {
	if t, ok := tightest(a, b, ansi); ok {
		return t, true
	}
	switch {
	case a.numeric() && b.numeric():
		if a.floating() || b.floating() {
			return Type{Kind: Double}, true
		}
		return widerDecimal(forType(a), forType(b)), true
	case a.Kind == String && b.atomic():
		return withText(b, ansi)
	case b.Kind == String && a.atomic():
		return withText(a, ansi)
	}
	return Type{}, false
}

// withText is the type in which text and t meet: in ANSI mode t's, numbers at
// their widest; else text, but for booleans.
func withText(t Type, ansi bool) (Type, bool) {
	switch {
	case !ansi:
		return Type{Kind: String}, t.Kind != Bool && t.Kind != Binary
	case t.integral():
		return Type{Kind: Long}, true
	case t.numeric():
		return Type{Kind: Double}, true
	}
	return t, true
}

// compared is the type in which two values are compared
// (findCommonTypeForBinaryComparison, DecimalPrecision.scala).
func compared(a, b Type, ansi bool) (Type, bool) {
	if !ansi && a.Kind != b.Kind && (a.Kind == String || b.Kind == String) {
		if a.Kind == String {
			a = b
		}
		switch {
		case a.Kind == Void:
			return Type{Kind: String}, true
		case a.Kind == Decimal && a.S > 0:
			return Type{Kind: Double}, true
		}
		return a, a.atomic()
	}
	return wider(a, b, ansi)
}

// widerDecimal holds the whole digits and the fractions of both.
func widerDecimal(a, b Type) Type {
	s := max(a.S, b.S)
	p := max(a.P-a.S, b.P-b.S) + s
	return Type{Kind: Decimal, P: min(p, maxPrecision), S: min(s, maxPrecision)}
}

// fit cuts a decimal type to what there can be, at the cost of its fractions
// (DecimalType.adjustPrecisionScale).
func fit(p, s int) Type {
	if p > maxPrecision {
		s = max(maxPrecision-(p-s), min(s, minScale))
		p = maxPrecision
	}
	return Type{Kind: Decimal, P: p, S: s}
}

// arithmetic is the type of a op b for two decimals.
func arithmetic(op op, a, b Type) Type {
	s := max(a.S, b.S)
	switch op {
	case opMul:
		return fit(a.P+b.P+1, a.S+b.S)
	case opDiv:
		s = max(minScale, a.S+b.P+1)
		return fit(a.P-a.S+b.S+s, s)
	case opRem, opPmod:
		return fit(min(a.P-a.S, b.P-b.S)+s, s)
	}
	return fit(max(a.P-a.S, b.P-b.S)+s+1, s)
}
