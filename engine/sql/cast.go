package sql

import (
	"math"
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
)

// cast makes a value of n's argument one of n's type (Cast.scala). ANSI mode
// refuses what it can't keep; without it numbers wrap around as in Java, and
// text that is no number is null.
func (v *env) cast(n *node, x *value) {
	from, to := n.args[0].typ, n.typ
	if from.Kind == Bool && to.numeric() {
		from.Kind = Int
	}
	ok, given := true, *x
	switch {
	case to.Kind == Bool:
		ok = x.truth(from)
	case to.Kind == String:
		x.s = show(from, *x)
	case to.Kind == Decimal:
		v.toDecimal(n, from, x)
	case from.Kind == String && to.floating():
		var f float64
		f, ok = parseFloat(x.s, to.Kind)
		x.setF(f)
	case to.floating():
		f := x.f()
		switch {
		case from.integral() && to.Kind == Float:
			f = float64(float32(x.i))
		case from.integral():
			f = float64(x.i)
		case from.Kind == Decimal:
			f = x.dec().float(from.S)
		}
		if to.Kind == Float {
			f = float64(float32(f))
		}
		x.setF(f)
	default: // to a whole number
		i := x.i
		switch {
		case from.Kind == String:
			i, ok = parseInt(x.s, to.Kind, n.mode == legacy)
		case from.floating():
			i, ok = truncate(x.f(), to.Kind, n.mode == legacy)
		case from.Kind == Decimal:
			i, ok = x.dec().int(from.S)
		}
		x.i = wrap(i, to.Kind)
		if from.Kind != String {
			ok = n.mode == legacy || ok && x.i == i
		}
	}
	if !ok {
		x.null = true
		v.refuse(n, x, ErrCast, strconv.Quote(show(n.args[0].typ, given))+" cannot be cast to "+to.String(), "try_cast gives")
	}
}

// truncate makes a double a whole number. Without ANSI mode it goes by way of
// int or bigint, to whose ends it is cut, and then wraps around.
func truncate(f float64, k Kind, cut bool) (i int64, ok bool) {
	i = toLong(f)
	if cut {
		if k != Long {
			i = max(min(i, math.MaxInt32), math.MinInt32)
		}
		return i, true
	}
	return i, f == f && math.Abs(f) <= 1<<63 && (f < 1<<63)
}

// truth makes a value a boolean; false where text is none.
func (x *value) truth(from Type) bool {
	switch {
	case from.Kind == String:
		word := lower(trimAll(x.s))
		x.setBool(word == "t" || word == "true" || word == "y" || word == "yes" || word == "1")
		return x.i == 1 || word == "f" || word == "false" || word == "n" || word == "no" || word == "0"
	case from.Kind == Decimal:
		x.setBool(x.i != 0 || x.u != 0)
	case from.floating():
		x.setBool(x.f() != 0)
	default:
		x.setBool(x.i != 0)
	}
	return true
}

func (v *env) toDecimal(n *node, from Type, x *value) {
	t := n.typ
	var d dec
	scale, ok := 0, true
	given := *x
	switch {
	case from.Kind == Decimal:
		d, scale = x.dec(), from.S
	case from.integral():
		d = fromInt(x.i)
	case from.Kind == String:
		if d, _, scale, ok = parseDecimal(trimAll(x.s)); !ok {
			v.refuse(n, x, ErrCast, strconv.Quote(x.s)+" cannot be cast to "+t.String(), "try_cast gives")
			return
		}
	default:
		f := x.f()
		if x.null = f != f || math.IsInf(f, 0); x.null {
			return
		}
		var buf [32]byte // BigDecimal.valueOf takes the digits of toString
		d, _, scale, ok = parseDecimal(string(strconv.AppendFloat(buf[:0], f, 'e', -1, 64)))
	}
	if ok {
		d, ok = d.rescale(scale, t.P, t.S, halfUp)
	}
	if x.setDec(d); !ok {
		v.refuse(n, x, ErrRange, show(from, given)+" is beyond "+t.String(), "try_cast gives")
	}
}

// show is a value as text.
func show(t Type, x value) string {
	var buf [48]byte
	switch t.Kind {
	case Bool:
		if x.i != 0 {
			return "true"
		}
		return "false"
	case Float:
		return string(frame.AppendJavaFloat(buf[:0], float32(x.f())))
	case Double:
		return string(frame.AppendJavaDouble(buf[:0], x.f()))
	case Decimal:
		return string(appendDec(buf[:0], x.dec(), t.S))
	case String, Binary:
		return x.s
	}
	return strconv.FormatInt(x.i, 10)
}

// trimAll cuts white space and control characters from both ends
// (UTF8String.trimAll).
func trimAll(s string) string {
	for s != "" && (s[0] <= ' ' || s[0] == 0x7f) {
		s = s[1:]
	}
	for s != "" && (s[len(s)-1] <= ' ' || s[len(s)-1] == 0x7f) {
		s = s[:len(s)-1]
	}
	return s
}

// parseInt reads a whole number. Without ANSI mode digits after a point are
// let pass and left out.
func parseInt(s string, k Kind, fraction bool) (int64, bool) {
	s = trimAll(s)
	sign := 0
	if s != "" && (s[0] == '-' || s[0] == '+') {
		sign = 1
	}
	n := sign
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	if n < len(s) {
		if !fraction || s[n] != '.' {
			return 0, false
		}
		for _, c := range s[n+1:] {
			if c < '0' || c > '9' {
				return 0, false
			}
		}
		if n == sign {
			return 0, true
		}
	}
	i, err := strconv.ParseInt(s[:n], 10, 64)
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
	}
	return math.NaN(), lower(s) == "nan"
}

// round is RoundBase: a double is rounded by its decimal digits, as toString
// gives them.
func (v *env) round(n *node, x *value) {
	digits := int(n.val.i)
	how := halfUp
	if n.how == opHalfEven {
		how = halfEven
	}
	switch from := n.typ; {
	case n.args[0].typ.Kind == Decimal:
		from = n.args[0].typ
		d, ok := x.dec().rescale(from.S, maxPrecision, min(from.S, digits), how)
		if digits < 0 && ok {
			d, ok = d.rescale(digits, n.typ.P, 0, how)
		}
		if x.setDec(d); !ok || d.u.cmp(power(n.typ.P)) >= 0 {
			v.overflow(n, x)
		}
	case from.integral():
		if digits >= 0 {
			return
		}
		if digits < -19 {
			x.i = 0
			return
		}
		w := fromInt(x.i).u.wide().unshift(-digits, how, x.i < 0)
		w, _ = w.shift(-digits)
		i, all := dec{x.i < 0, uint128{w[1], w[0]}}.int(0)
		v.whole(n, x, i, !all)
	default:
		x.setF(roundFloat(x.f(), digits, how, n.typ.Kind))
	}
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
	cut := -exp - digits
	switch {
	case cut <= 0:
		return f
	case cut > 20:
		return 0
	}
	u := uint128{lo: wide{m}.unshift(cut, how, false)[0]}
	var r float64
	if digits >= 0 {
		r = dec{u: u}.float(digits)
	} else {
		r, _ = strconv.ParseFloat(strconv.FormatInt(int64(u.lo), 10)+"e"+strconv.Itoa(-digits), 64)
	}
	if k == Float {
		r = float64(float32(r))
	}
	if f < 0 && r != 0 { // a decimal has no negative zero
		r = -r
	}
	return r
}
