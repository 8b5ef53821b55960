package sql

import "strings"

// name is the name that Spark gives a column without an alias (toPrettySQL).
func (e *expr) name() string {
	if (e.op == "cast" || e.op == "try_cast") && (e.args[0].op == opColumn || e.text == "") {
		return e.args[0].name()
	}
	return e.pretty()
}

// printed are the forms that are not name(arguments): $ followed by a digit is
// an argument, $* all of them, $+ all but the first, $n the operator.
var printed = [...]struct{ ops, form string }{
	{" and or ", "($0 $N $1)"},
	{" + - * / % div = < <= > >= <=> & | ^ ", "($0 $n $1)"},
	{" not ", "(NOT $0)"},
	{" isnull ", "($0 IS NULL)"},
	{" isnotnull ", "($0 IS NOT NULL)"},
	{" in ", "($0 IN ($+))"},
	{" like ", "$0 $N $1"},
	{" ~ ", "~$0"},
	{" [] ", "$0[$1]"},
	{" if ", "(IF($*))"},
	{" cast try_cast ", "$N($0 AS $t)"},
}

func (e *expr) pretty() string {
	switch e.op {
	case opColumn:
		return e.parts[len(e.parts)-1]
	case opLiteral:
		return e.text
	case "case":
		return e.prettyCase()
	}
	form := e.text + "($*)"
	for _, p := range printed {
		if strings.Contains(p.ops, " "+e.op+" ") {
			form = p.form
		}
	}
	switch {
	case strings.HasPrefix(e.op, "shift") && e.text != e.op:
		form = "($0 $T $1)"
	case e.op == "negative" && e.text == "-" || e.op == "positive":
		form = "($T $0)"
		if e.op == "positive" {
			form = "(+ $0)"
		}
	case e.op == "like" && len(e.args) == 3:
		form += " ESCAPE '$2'"
	case e.op == "log" && len(e.args) == 1:
		form = "LOG(E(), $0)"
	case len(e.args) != 2:
	case e.op == "trim":
		form = "TRIM(BOTH $0 FROM $1)"
	case e.op == "ltrim":
		form = "TRIM(LEADING $0 FROM $1)"
	case e.op == "rtrim":
		form = "TRIM(TRAILING $0 FROM $1)"
	}
	var b []byte
	for i := 0; i < len(form); i++ {
		if form[i] != '$' {
			b = append(b, form[i])
			continue
		}
		i++
		switch c := form[i]; c {
		case 'n':
			b = append(b, e.op...)
		case 'N':
			b = append(b, strings.ToUpper(e.op)...)
		case 'T':
			b = append(b, e.text...)
		case 't':
			b = append(b, strings.ToUpper(e.typ.String())...)
		case '*':
			b = prettyList(b, e.args)
		case '+':
			b = prettyList(b, e.args[1:])
		default:
			b = append(b, e.args[c-'0'].pretty()...)
		}
	}
	return string(b)
}

func prettyList(b []byte, args []*expr) []byte {
	for i, a := range args {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = append(b, a.pretty()...)
	}
	return b
}

func (e *expr) prettyCase() string {
	s := "CASE"
	for i, a := range e.args {
		word := " WHEN "
		switch {
		case i%2 == 1:
			word = " THEN "
		case i == len(e.args)-1:
			word = " ELSE "
		}
		s += word + a.pretty()
	}
	return s + " END"
}
