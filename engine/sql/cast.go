package sql

import (
	"math"
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
)

// cast makes a value of n's argument one of n's type (Cast.scala). ANSI mode
// refuses what it can't keep; without it numbers wrap around as in Java, and
// text that is no number is null.
func (v *env) cast(n *node, a value) value {
	from, to := n.args[0].typ, n.typ
	switch {
	case from.Kind == Bool && to.numeric():
		from.Kind = Int
	case to.Kind == Bool:
		return v.toBool(n, a)
	}
	switch {
	case to.Kind == String:
		return value{s: show(from, a)}
	case to.Kind == Decimal:
		return v.toDecimal(n, from, a)
	case from.Kind == String && to.integral():
		i, ok := parseInt(a.s, to.Kind, n.mode == legacy)
		if !ok {
			return v.uncast(n, a)
		}
		return value{i: i}
	case from.Kind == String: // to float or double
		f, ok := parseFloat(a.s, to.Kind)
		if !ok {
			return v.uncast(n, a)
		}
		return value{f: f}
	case to.floating():
		f := a.f
		switch {
		case from.integral():
			f = float64(a.i)
		case from.Kind == Decimal:
			f = a.d.float(from.S)
		}
		if to.Kind == Float {
			if from.Kind == Long {
				return value{f: float64(float32(a.i))}
			}
			f = float64(float32(f))
		}
		return value{f: f}
	case from.floating():
		return v.truncate(n, a)
	case from.Kind == Decimal:
		i, ok := a.d.int(from.S)
		if n.mode != legacy && (!ok || !inRange(i, to.Kind)) {
			return v.uncast(n, a)
		}
		return value{i: wrap(i, to.Kind)}
	}
	if n.mode != legacy && !inRange(a.i, to.Kind) {
		return v.uncast(n, a)
	}
	return value{i: wrap(a.i, to.Kind)}
}

// uncast is what becomes of a value that the type can't hold.
func (v *env) uncast(n *node, a value) value {
	if n.mode != fail {
		return null
	}
	return v.fail(n, ErrCast, strconv.Quote(show(n.args[0].typ, a))+" cannot be cast to "+n.typ.String(), "Spark in ANSI mode; try_cast gives null")
}

// truncate makes a double a whole number. Without ANSI mode it goes by way of
// int or bigint, to whose ends it is cut, and then wraps around.
func (v *env) truncate(n *node, a value) value {
	low, high := -0x1p63, 0x1p63
	switch n.typ.Kind {
	case Byte:
		low, high = -0x1p7, 0x1p7
	case Short:
		low, high = -0x1p15, 0x1p15
	case Int:
		low, high = -0x1p31, 0x1p31
	}
	if n.mode != legacy {
		if !(math.Floor(a.f) < high && math.Ceil(a.f) >= low) {
			return v.uncast(n, a)
		}
		return value{i: toLong(a.f)}
	}
	i := toLong(a.f)
	if n.typ.Kind != Long {
		i = max(min(i, math.MaxInt32), math.MinInt32)
	}
	return value{i: wrap(i, n.typ.Kind)}
}

func (v *env) toBool(n *node, a value) value {
	switch from := n.args[0].typ; {
	case from.Kind == String:
		switch lower(trimAll(a.s)) {
		case "t", "true", "y", "yes", "1":
			return value{i: 1}
		case "f", "false", "n", "no", "0":
			return value{}
		}
		return v.uncast(n, a)
	case from.Kind == Decimal:
		return truth(a.d.u != uint128{})
	case from.floating():
		return truth(a.f != 0)
	}
	return truth(a.i != 0)
}

func (v *env) toDecimal(n *node, from Type, a value) value {
	t := n.typ
	var d dec
	scale, ok := 0, true
	switch {
	case from.Kind == Decimal:
		d, scale = a.d, from.S
	case from.integral():
		d = fromInt(a.i)
	case from.Kind == String:
		if d, _, scale, ok = parseDecimal(trimAll(a.s)); !ok {
			return v.uncast(n, a)
		}
	default:
		if a.f != a.f || math.IsInf(a.f, 0) {
			return null
		}
		var buf [32]byte // BigDecimal.valueOf takes the digits of toString
		if d, _, scale, ok = parseDecimal(string(strconv.AppendFloat(buf[:0], a.f, 'e', -1, 64))); !ok {
			return v.overflow(n, a)
		}
	}
	if d, ok = d.rescale(scale, t.P, t.S, halfUp); !ok {
		return v.overflow(n, a)
	}
	return value{d: d}
}

func (v *env) overflow(n *node, a value) value {
	if n.mode != fail {
		return null
	}
	return v.fail(n, ErrRange, show(n.args[0].typ, a)+" is beyond "+n.typ.String(), "Spark in ANSI mode; try_cast gives null")
}

// show is a value as text.
func show(t Type, a value) string {
	var buf [48]byte
	switch t.Kind {
	case Bool:
		if a.i != 0 {
			return "true"
		}
		return "false"
	case Float:
		return string(frame.AppendJavaFloat(buf[:0], float32(a.f)))
	case Double:
		return string(frame.AppendJavaDouble(buf[:0], a.f))
	case Decimal:
		return string(appendDec(buf[:0], a.d, t.S))
	case String, Binary:
		return a.s
	}
	return strconv.FormatInt(a.i, 10)
}

// trimAll cuts white space and control characters from both ends
// (UTF8String.trimAll).
func trimAll(s string) string {
	blank := func(c byte) bool { return c <= ' ' || c == 0x7f }
	for s != "" && blank(s[0]) {
		s = s[1:]
	}
	for s != "" && blank(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}

// parseInt reads a whole number. Without ANSI mode digits after a point are
// let pass and left out.
func parseInt(s string, k Kind, fraction bool) (int64, bool) {
	s = trimAll(s)
	digits := s
	if s != "" && (s[0] == '-' || s[0] == '+') {
		digits = s[1:]
	}
	n := 0
	for n < len(digits) && '0' <= digits[n] && digits[n] <= '9' {
		n++
	}
	if rest := digits[n:]; rest != "" {
		if !fraction || rest[0] != '.' {
			return 0, false
		}
		for i := 1; i < len(rest); i++ {
			if rest[i] < '0' || rest[i] > '9' {
				return 0, false
			}
		}
		if n == 0 {
			return 0, len(rest) > 0
		}
	} else if n == 0 {
		return 0, false
	}
	i, err := strconv.ParseInt(s[:len(s)-len(digits)+n], 10, 64)
	return i, err == nil && inRange(i, k)
}

// parseFloat reads what Double.parseDouble does, and inf, infinity and nan in
// letters of any case (Cast.processFloatingPointSpecialLiterals).
func parseFloat(s string, k Kind) (float64, bool) {
	bits := 64
	if k == Float {
		bits = 32
	}
	s = trimAll(s)
	if f, ok := frame.ParseJavaDouble(s, bits); ok {
		return f, true
	}
	switch lower(s) {
	case "inf", "+inf", "infinity", "+infinity":
		return math.Inf(1), true
	case "-inf", "-infinity":
		return math.Inf(-1), true
	case "nan":
		return math.NaN(), true
	}
	return 0, false
}

// round is RoundBase: a double is rounded by its decimal digits, as toString
// gives them.
func (v *env) round(n *node, a value) value {
	digits := int(n.val.i)
	how := halfUp
	if n.how == opHalfEven {
		how = halfEven
	}
	switch from := n.args[0].typ; {
	case from.Kind == Decimal:
		to := min(from.S, digits)
		d, ok := a.d.rescale(from.S, maxPrecision, to, how)
		if digits < 0 && ok {
			d, ok = d.rescale(digits, maxPrecision, 0, how)
		}
		if !ok {
			return v.overflow(n, a)
		}
		if d.u.cmp(power(n.typ.P)) >= 0 {
			return v.overflow(n, a)
		}
		return value{d: d}
	case from.integral():
		if digits >= 0 {
			return a
		}
		if digits < -19 {
			return value{}
		}
		w := fromInt(a.i).u.wide().unshift(-digits, how, a.i < 0)
		w, _ = w.shift(-digits)
		x, ok := dec{a.i < 0, uint128{w[1], w[0]}}.int(0)
		if !ok && n.mode != fail {
			return value{i: wrap(x, n.typ.Kind)}
		}
		return v.whole(n, x, !ok)
	}
	return value{f: roundFloat(a.f, digits, how, n.typ.Kind)}
}

func roundFloat(f float64, digits int, how rounding, k Kind) float64 {
	if f != f || math.IsInf(f, 0) || f == 0 {
		return f
	}
	var buf [32]byte
	text := strconv.AppendFloat(buf[:0], math.Abs(f), 'e', -1, 64) // d.ddde±xx
	var m uint64
	exp, i := 0, 0
	for ; text[i] != 'e'; i++ {
		if text[i] != '.' {
			m = m*10 + uint64(text[i]-'0')
			exp--
		}
	}
	e, _ := strconv.Atoi(string(text[i+1:]))
	exp += e + 1 // f = m·10^exp
	if -exp <= digits {
		return f
	}
	cut := -exp - digits
	if cut > 20 {
		return math.Copysign(0, 1)
	}
	w := wide{m}.unshift(cut, how, false)
	x := dec{u: uint128{lo: w[0]}}
	var r float64
	if digits >= 0 {
		r = x.float(digits)
	} else {
		r, _ = strconv.ParseFloat(strconv.FormatUint(w[0], 10)+"e"+strconv.Itoa(-digits), 64)
	}
	if f < 0 {
		r = -r
	}
	if k == Float {
		r = float64(float32(r))
	}
	if r == 0 {
		return 0 // a decimal has no negative zero
	}
	return r
}
