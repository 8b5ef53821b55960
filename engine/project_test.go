package engine_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

func str(name, v string) bundle.Attribute {
	return bundle.Attribute{Name: name, Type: bundle.BasicValue, Base: frame.String, Strings: []string{v}}
}

// steps is a model of these nodes.
func steps(t *testing.T, nodes ...*bundle.Node) *engine.Model {
	t.Helper()
	root := &bundle.Node{Name: "p", Model: &bundle.Model{Path: "root", Op: "pipeline", Children: nodes}}
	m, err := engine.LoadBundle(&bundle.Bundle{Root: root})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func statement(sql string) *bundle.Node {
	return &bundle.Node{Name: "sql", Model: &bundle.Model{Path: "root/sql.node", Op: "sql_transformer", Attributes: []bundle.Attribute{str("statement", sql)}}}
}

func tokens(in, out string) *bundle.Node {
	return &bundle.Node{Name: "tok", Inputs: []bundle.Socket{{Port: "input", Name: in}}, Outputs: []bundle.Socket{{Port: "output", Name: out}},
		Model: &bundle.Model{Path: "root/tok.node", Op: "tokenizer"}}
}

const twoRows = `{"schema":{"fields":[{"name":"a","type":{"type":"basic","base":"double","isNullable":false}},
	{"name":"n","type":"integer"},{"name":"t","type":{"type":"basic","base":"string","isNullable":false}}]},
	"rows":[[1.5,2,"x y"],[-1.0,null,"z"]]}`

// TestProjection follows columns through steps that rename, replace, drop and
// reorder them.
func TestProjection(t *testing.T) {
	for _, c := range []struct {
		nodes []*bundle.Node
		want  string // the columns, then the rows that come out
	}{
		{[]*bundle.Node{statement("SELECT t, a * 2 AS a, a AS b FROM __THIS__")},
			"t: string; a: double; b: double; | x y 3 1.5| z -2 -1"},
		{[]*bundle.Node{statement("SELECT * FROM __THIS__ WHERE n IS NOT NULL"), tokens("t", "words")},
			"a: double; n: int?; t: string; words: list<string>?; | 1.5 2 x y [x y]"},
		{[]*bundle.Node{tokens("t", "words"), statement("SELECT size(words) AS k, n FROM __THIS__"), statement("SELECT k, k + n AS s, n AS k2 FROM __THIS__")},
			"k: int?; s: int?; k2: int?; | 2 4 2| 1 null null"},
		{[]*bundle.Node{statement("SELECT n AS m, n AS l, n FROM __THIS__")},
			"m: int?; l: int?; n: int?; | 2 2 2| null null null"},
	} {
		m := steps(t, c.nodes...)
		f, err := frame.ReadJSON([]byte(twoRows))
		if err != nil {
			t.Fatal(err)
		}
		res, err := m.Transform(f)
		if err != nil {
			t.Errorf("%s: %v", c.want, err)
			continue
		}
		got := ""
		for _, f := range res.Frame.Schema() {
			got += f.Name + ": " + f.Type.String() + "; "
		}
		for i := range res.Frame.Len() {
			got += "|"
			for _, column := range res.Frame.Columns {
				var v frame.Value
				column.Get(i, &v)
				switch {
				case v.Null:
					got += " null"
				case column.Type.Kind == frame.List:
					got += " [" + strings.Join(v.Strs, " ") + "]"
				case column.Type.Base == frame.String:
					got += " " + v.Str
				default:
					got += " " + strconv.FormatFloat(v.Num, 'g', -1, 64)
				}
			}
		}
		if got != c.want {
			t.Errorf("got %s\nwant %s", got, c.want)
		}
	}
}

// TestProjectionInputs asks for columns by what is known before a frame comes.
func TestProjectionInputs(t *testing.T) {
	declared := statement("SELECT t, n + 1 AS k FROM __THIS__")
	declared.Model.Attributes = append(declared.Model.Attributes,
		bundle.Attribute{Name: "input_columns", Kind: bundle.ListAttr, Type: bundle.BasicValue, Base: frame.String, Strings: []string{"n", "t"}},
		bundle.Attribute{Name: "input_types", Kind: bundle.ListAttr, Type: bundle.BasicTypeValue, Basics: []frame.Basic{frame.Int, frame.String}})
	m := steps(t, declared, tokens("t", "words"))
	if got := strings.Join(m.Inputs().Names(), " ") + " > " + strings.Join(m.Outputs().Names(), " "); got != "t n > k words" {
		t.Error(got)
	}
	// Without types there is no plan until a frame comes; what is not there then is named.
	m = steps(t, statement("SELECT gone FROM __THIS__"))
	if _, err := m.NewRow(); err == nil || !strings.Contains(err.Error(), `root/sql.node: sql_transformer: attribute "statement" cannot be run: no column "gone"`) {
		t.Error(err)
	}
}
