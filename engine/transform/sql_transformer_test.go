package transform

import (
	"errors"
	"strings"
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

func sqlNode(statement string, attrs ...bundle.Attribute) *bundle.Node {
	return nodeOf("sql_transformer", "", append(attrs, attrString("statement", statement))...)
}

var sqlColumns = frame.Schema{
	{Name: "a", Type: frame.ScalarOf(frame.Double)},
	{Name: "n", Type: frame.ScalarOf(frame.Int).OrNull()},
	{Name: "v", Type: frame.TensorOf(frame.Double, 2)},
	{Name: "s", Type: frame.ScalarOf(frame.String)},
}

func resolve(t testing.TB, n *bundle.Node, columns frame.Schema) Projector {
	t.Helper()
	tr, err := readNode(t, n).(Resolver).Resolve(columns)
	if err != nil {
		t.Fatal(err)
	}
	return tr.(Projector)
}

// columnsOf are the columns after a projector: "a", "k=a" (renamed), "r:double?" (computed).
func columnsOf(p Projector) string {
	var list []string
	for _, c := range p.Columns() {
		s := c.Name
		switch {
		case c.From == "":
			for _, o := range p.Outputs() {
				if o.Name == c.Name {
					s += ":" + o.Type.String()
				}
			}
		case c.From != c.Name:
			s += "=" + c.From
		}
		list = append(list, s)
	}
	return strings.Join(list, " ")
}

func TestSQLTransformer(t *testing.T) {
	for _, c := range []struct{ statement, columns, row string }{
		{"SELECT *, a + n AS r FROM __THIS__", "a n v s r:double?", "4.5"},
		{"SELECT v, A AS k, upper(s) AS s FROM __THIS__ WHERE n IS NOT NULL", "v k=a s:string", `"AB"`},
		{"SELECT n FROM __THIS__ WHERE a > 100", "n", "dropped"},
		{"SELECT x.*, 0.5 * n AS half, n / 0 AS q FROM __THIS__ x", "a n v s half:double? q:double?", "value out of range at 1"},
		{"SELECT CAST(s AS INT) AS i FROM __THIS__", "i:int?", "unacceptable value at 1"},
		{"SELECT 0.5 * n AS half, CASE WHEN a > 1 THEN 'hi' END AS h FROM __THIS__", "half:double? h:string?", `1 "hi"`},
	} {
		p := resolve(t, sqlNode(c.statement), sqlColumns)
		if got := columnsOf(p); got != c.columns {
			t.Errorf("%s: columns %s, want %s", c.statement, got, c.columns)
		}
		values := map[string]*frame.Value{"a": num(2.5), "n": num(2), "v": dense(1, 2), "s": str("ab")}
		var in []*frame.Value
		for _, port := range p.Inputs() {
			in = append(in, values[port.Name])
		}
		if got := row(p, in...); got != c.row {
			t.Errorf("%s: %s, want %s", c.statement, got, c.row)
		}
	}
}

func TestSQLTransformerModes(t *testing.T) {
	at := func(attrs ...bundle.Attribute) string {
		return row(resolve(t, sqlNode("SELECT n / 0 AS q FROM __THIS__", attrs...), sqlColumns), num(1))
	}
	if got := at(); got != "value out of range at 1" {
		t.Error("without an attribute: " + got)
	}
	if got := at(attrDefault("ansi")); got != "null" {
		t.Error("without ANSI mode: " + got)
	}
	p := resolve(t, sqlNode("SELECT *, k + 1 AS r FROM __THIS__", attrStrings("input_columns", "k", "s"),
		bundle.Attribute{Name: "input_types", Kind: bundle.ListAttr, Type: bundle.BasicTypeValue, Basics: []frame.Basic{frame.Long, frame.String}}), sqlColumns[:1])
	if got := columnsOf(p); got != "a r:long?" {
		t.Error("declared columns: " + got)
	}
}

func TestSQLTransformerRefused(t *testing.T) {
	for _, c := range []struct{ statement, want string }{
		{"SELECT sum(a) FROM __THIS__", "the function sum is not supported at character 8"},
		{"SELECT a FROM __THIS__ ORDER BY a", "ORDER is not supported: each row is answered by itself at character 24"},
		{"SELECT a FROM t", `FROM t, anything but FROM __THIS__, is not supported at character 15`},
		{"SELECT rand() AS r FROM __THIS__", "the function rand is not supported"},
		{"", "the statement ends where SELECT belongs"},
		{"SELECT a +", "the statement ends where an expression belongs"},
		{"SELECT s RLIKE '(' AS r FROM __THIS__", ""}, // at Resolve, below
	} {
		if c.want == "" {
			continue
		}
		if err := readFault(t, sqlNode(c.statement)); !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %q does not say %q", c.statement, err, c.want)
		}
	}
	for _, c := range []struct{ statement, want string }{
		{"SELECT s RLIKE '(' AS r FROM __THIS__", "a group is not closed"},
		{"SELECT nope FROM __THIS__", `no column "nope"; there are: "a", "n", "v", "s"`},
		{"SELECT v + 1 AS r FROM __THIS__", `no such operation on tensor<double>[2] and int, in "v + 1" at character 8`},
		{"SELECT a, n AS a FROM __THIS__", `two columns are named "a"`},
		{"SELECT null AS x FROM __THIS__", "a column that is always NULL has no type"},
	} {
		_, err := readNode(t, sqlNode(c.statement)).(Resolver).Resolve(sqlColumns)
		if !errors.Is(err, bundle.ErrAttribute) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v does not say %q", c.statement, err, c.want)
		}
	}
}

// A short statement makes no long texts.
func TestSQLTransformerBounds(t *testing.T) {
	long := str(strings.Repeat("a", 1<<20))
	for _, expression := range []string{"repeat(s, 100)", "lpad(s, 2147483647, s)", "replace(s, 'a', s)", "concat(s" + strings.Repeat(", s", 20) + ")",
		"concat_ws(s" + strings.Repeat(", s", 20) + ")", "regexp_replace(s, 'a', repeat('b', 100))"} {
		p := resolve(t, sqlNode("SELECT "+expression+" AS t FROM __THIS__"), sqlColumns)
		_, err := apply(p, long)
		if err == nil || !strings.Contains(err.Error(), "a text longer than the 16777216 bytes that a function may make") {
			t.Errorf("%s: %v", expression, err)
		}
	}
}

func TestSQLTransformerAllocs(t *testing.T) {
	p := resolve(t, sqlNode("SELECT *, round(a * 2 + n, 1) AS r, CASE WHEN a > 0.5 AND n IN (1, 2) THEN log(a) ELSE pmod(n, 7) END AS c, 0.5 * n AS d FROM __THIS__ WHERE a <> 0"), sqlColumns)
	wantNoAllocs(t, p, num(2.5), num(2))
}

func TestColumnPruner(t *testing.T) {
	p := resolve(t, nodeOf("column_pruner", "", attrStrings("columns_to_prune", "v", "gone", "a")), sqlColumns)
	if got := columnsOf(p); got != "n s" {
		t.Error(got)
	}
}

func TestRFormulaLabel(t *testing.T) {
	label := func(column string, attrs ...bundle.Attribute) Projector {
		return resolve(t, nodeOf("rformula_label", "", append(attrs, attrString("label", column), attrString("output", "label"))...), sqlColumns)
	}
	for _, c := range []struct {
		p       Projector
		columns string
	}{
		{label("n"), "a n v s label:double?"},
		{label("a"), "a n v s label:double"},
		{label("gone"), "a n v s"},
		{label("s", attrStrings("labels", "x", "ab")), "a n v s label:double"},
		{label("gone", attrStrings("labels", "x", "ab")), "a n v s"},
	} {
		if got := columnsOf(c.p); got != c.columns {
			t.Errorf("%s, want %s", got, c.columns)
		}
	}
	for _, c := range []struct{ got, want string }{
		{row(label("n"), num(3)), "3"},
		{row(label("n"), null()), "null"},
		{row(label("gone")), ""},
		{row(label("s", attrStrings("labels", "x", "ab")), str("ab")), "1"},
		{row(label("s", attrStrings("labels", "x", "ab")), str("y")), "unseen category at 0"},
		{row(label("s", attrStrings("labels", "x"), attrString("handle_invalid", "skip")), str("y")), "dropped"},
	} {
		if c.got != c.want {
			t.Errorf("%s, want %s", c.got, c.want)
		}
	}
	if _, err := readNode(t, nodeOf("rformula_label", "", attrString("label", "s"), attrString("output", "label"))).(Resolver).Resolve(sqlColumns); !errors.Is(err, bundle.ErrMalformed) {
		t.Error(err)
	}
	there := append(frame.Schema{{Name: "label", Type: frame.ScalarOf(frame.Float)}}, sqlColumns...)
	p := resolve(t, nodeOf("rformula_label", "", attrString("label", "n"), attrString("output", "label")), there)
	if got := columnsOf(p); got != "label a n v s" {
		t.Error(got)
	}
}
