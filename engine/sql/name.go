package sql

import "strings"

// print is a literal as Spark writes it in the name of a column.
func (n *node) print() string { return show(n.typ, n.val) }

// name is the name that Spark gives a column without an alias (toPrettySQL).
func (e *expr) name() string {
	if (e.op == "cast" || e.op == "try_cast") && e.args[0].op == opColumn {
		return e.args[0].name()
	}
	return e.pretty()
}

func (e *expr) pretty() string {
	var args []string
	for _, a := range e.args {
		args = append(args, a.pretty())
	}
	switch e.op {
	case opColumn:
		return e.parts[len(e.parts)-1]
	case opLiteral:
		return e.text
	case "and", "or":
		return "(" + args[0] + " " + strings.ToUpper(e.op) + " " + args[1] + ")"
	case "+", "-", "*", "/", "%", "div", "=", "<", "<=", ">", ">=", "<=>", "&", "|", "^":
		return "(" + args[0] + " " + e.op + " " + args[1] + ")"
	case "shiftleft", "shiftright":
		if e.text == "<<" || e.text == ">>" {
			return "(" + args[0] + " " + e.text + " " + args[1] + ")"
		}
	case "not":
		return "(NOT " + args[0] + ")"
	case "negative", "positive":
		if e.text == "-" || e.text == "+" || e.op == "positive" {
			return "(" + map[string]string{"negative": "-", "positive": "+"}[e.op] + " " + args[0] + ")"
		}
	case "log":
		if len(args) == 1 {
			args = append([]string{"E()"}, args...)
		}
	case "~":
		return "~" + args[0]
	case "isnull":
		return "(" + args[0] + " IS NULL)"
	case "isnotnull":
		return "(" + args[0] + " IS NOT NULL)"
	case "in":
		return "(" + args[0] + " IN (" + strings.Join(args[1:], ", ") + "))"
	case "like":
		s := args[0] + " LIKE " + args[1]
		if len(args) == 3 {
			s += " ESCAPE '" + args[2] + "'"
		}
		return s
	case "[]":
		return args[0] + "[" + args[1] + "]"
	case "if":
		return "(IF(" + strings.Join(args, ", ") + "))"
	case "cast", "try_cast":
		return strings.ToUpper(e.op) + "(" + args[0] + " AS " + strings.ToUpper(e.typ.String()) + ")"
	case "case":
		s := "CASE"
		for i := 0; i+1 < len(args); i += 2 {
			s += " WHEN " + args[i] + " THEN " + args[i+1]
		}
		if len(args)%2 == 1 {
			s += " ELSE " + args[len(args)-1]
		}
		return s + " END"
	case "trim", "ltrim", "rtrim":
		if len(args) == 2 {
			side := map[string]string{"trim": "BOTH", "ltrim": "LEADING", "rtrim": "TRAILING"}[e.op]
			return "TRIM(" + side + " " + args[0] + " FROM " + args[1] + ")"
		}
	case "position":
		if e.args[len(args)-1].pos == 0 && len(args) == 3 {
			return "locate(" + strings.Join(args, ", ") + ")"
		}
	}
	// Arguments that were left out are printed.
	if f := lookup(e.op); f != nil && len(args) == f.max-1 {
		switch e.op {
		case "substr", "substring":
			args = append(args, "2147483647")
		case "round", "bround":
			args = append(args, "0")
		case "replace":
			args = append(args, "")
		case "locate", "regexp_extract", "regexp_replace":
			args = append(args, "1")
		case "lpad", "rpad":
			args = append(args, " ")
		case "overlay", "split":
			args = append(args, "-1")
		}
	}
	return printed(e) + "(" + strings.Join(args, ", ") + ")"
}

// printed is a function's name in a column's: some are in capitals.
func printed(e *expr) string {
	switch e.op {
	case "power", "pi", "e", "sqrt", "exp", "ceil", "floor", "log", "rlike", "cbrt", "expm1", "log10", "log2", "log1p", "sin", "cos", "tan", "cot", "sec", "csc", "asin", "acos", "atan",
		"sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "degrees", "radians", "atan2", "hypot":
		return strings.ToUpper(e.op)
	}
	return e.op
}
