package engine_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/transform"
)

func load(t testing.TB, name string) *engine.Model {
	t.Helper()
	zip, err := os.ReadFile("../testdata/genuine/" + name + "/bundle.proto.zip")
	if err != nil {
		t.Fatal(err)
	}
	m, err := engine.Load(zip)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func readFrame(t *testing.T, path string) *frame.Frame {
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := frame.ReadJSON(data)
	if err != nil {
		t.Fatal(path, err)
	}
	return f
}

// allocating are the cases that make new strings, and may allocate so often a
// row. Every other genuine pipeline, strings and nulls among its inputs,
// allocates nothing.
var allocating = map[string]float64{
	"pipeline_text_cv_nb":         2, // lower case, n-grams
	"stop_words_remover":          2, // lower case
	"string_indexer_double_input": 3, // a number as Java writes it
}

func TestRowAllocatesNothing(t *testing.T) {
	frames, err := filepath.Glob("../testdata/genuine/*/frame.json")
	if err != nil || len(frames) == 0 {
		t.Fatal("no cases", err)
	}
	for _, path := range frames {
		name := filepath.Base(filepath.Dir(path))
		if note, _ := os.ReadFile(filepath.Dir(path) + "/expect"); strings.HasPrefix(string(note), "expect: error") {
			continue // a bundle that the harness sees refused
		}
		t.Run(name, func(t *testing.T) {
			m := load(t, name)
			f := readFrame(t, path)
			p, err := m.Bind(f.Schema())
			if err != nil {
				t.Fatal(err)
			}
			row, i := p.NewRow(), 0
			score := func() {
				for k := range f.Columns {
					f.Columns[k].Get(i%f.Len(), row.Input(k))
				}
				i++
				if err := row.Score(); err != nil && err != transform.Drop {
					t.Fatal(err)
				}
			}
			for range 2 * f.Len() {
				score() // buffers grow to their size
			}
			if n := testing.AllocsPerRun(100, score); n > allocating[name] {
				t.Errorf("%v allocations a row", n)
			}
		})
	}
}

// Rows of one model are independent of each other.
func TestRowsOfOneModel(t *testing.T) {
	m := load(t, "real_uci_shoppers_rf")
	f := readFrame(t, "../testdata/genuine/real_uci_shoppers_rf/frame.json")
	want := readFrame(t, "../testdata/genuine/real_uci_shoppers_rf/expected.json")
	probability := want.Schema().Index("probability")
	p, err := m.Bind(f.Schema())
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	for g := range 4 {
		go func() {
			row := p.NewRow()
			for n := range 400 {
				i := (n*7 + g*31) % f.Len()
				for k := range f.Columns {
					f.Columns[k].Get(i, row.Input(k))
				}
				if err := row.Score(); err != nil {
					done <- err
					return
				}
				var w frame.Value
				want.Columns[probability].Get(i, &w)
				if got := row.Output(p.Outputs().Index("probability")).Nums; got[0] != w.Nums[0] || got[1] != w.Nums[1] {
					done <- errors.New("another row's answer")
					return
				}
			}
			done <- nil
		}()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func scalarNode(name, op, in, out string) *bundle.Node {
	return &bundle.Node{Name: name, Inputs: []bundle.Socket{{Port: "input", Name: in}}, Outputs: []bundle.Socket{{Port: "output", Name: out}},
		Model: &bundle.Model{Path: "root/" + name + ".node", Op: op}}
}

func pipeline(nodes ...*bundle.Node) *bundle.Bundle {
	return &bundle.Bundle{Name: "p", Root: &bundle.Node{Name: "p", Model: &bundle.Model{Path: "root", Op: "pipeline", Children: nodes}}}
}

// double is an op of a user's own: twice a number.
type double struct{}

func (double) Inputs() []transform.Port {
	return []transform.Port{{Name: "input", Type: frame.ScalarOf(frame.Double)}}
}
func (double) Outputs() []transform.Port {
	return []transform.Port{{Name: "output", Type: frame.ScalarOf(frame.Double)}}
}
func (double) Transform(in, out []*frame.Value) error {
	out[0].SetNum(2 * in[0].Num)
	return nil
}

var doubleOp = transform.Op{Name: "double", Read: func(*transform.Source) (transform.Transformer, error) { return double{}, nil }}

func TestBind(t *testing.T) {
	m, err := engine.LoadBundle(pipeline(scalarNode("a", "double", "x", "y"), scalarNode("b", "double", "y", "z")), engine.With(doubleOp))
	if err != nil {
		t.Fatal(err)
	}
	if got := m.Inputs(); len(got) != 1 || got[0].Name != "x" {
		t.Errorf("inputs %v: only x comes from outside", got)
	}
	f, err := frame.ReadJSON([]byte(`{"schema":{"fields":[{"name":"id","type":"string"},{"name":"x","type":"string"}]},"rows":[["one","1.5"],["two","-3"]]}`))
	if err != nil {
		t.Fatal(err)
	}
	res, err := m.Transform(f)
	if err != nil {
		t.Fatal(err)
	}
	want := `"rows":[["one","1.5",3.0,6.0],["two","-3",-6.0,-12.0]]`
	if got := string(frame.AppendJSON(nil, res.Frame)); !strings.Contains(got, want) {
		t.Errorf("a string column is cast as MLeap casts it, others are carried along:\ngot  %s\nwant %s", got, want)
	}

	for _, c := range []struct{ fields, row, want string }{
		{`{"name":"id","type":"string"}`, `"a"`, `root/a.node: no column "x"; there are: "id"`},
		{`{"name":"x","type":{"type":"list","base":"double"}}`, `[1]`, `root/a.node: column "x" is list<double>?, and double wants double`},
		{`{"name":"x","type":"double"},{"name":"z","type":"double"}`, `1,2`, `root/b.node: writes column "z", which is there already`},
		{`{"name":"x","type":"double"}`, `null`, `row 0: root/a.node: null in column "x"`},
		{`{"name":"x","type":"string"}`, `"many"`, `in column "x"`},
	} {
		f, err := frame.ReadJSON([]byte(`{"schema":{"fields":[` + c.fields + `]},"rows":[[` + c.row + `]]}`))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Transform(f); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.fields, err, c.want)
		}
	}
}

// An output that has the name of the op's own input replaces it in place.
func TestInPlace(t *testing.T) {
	m, err := engine.LoadBundle(pipeline(scalarNode("a", "double", "x", "x"), scalarNode("b", "double", "x", "y")), engine.With(doubleOp))
	if err != nil {
		t.Fatal(err)
	}
	f, err := frame.ReadJSON([]byte(`{"schema":{"fields":[{"name":"x","type":"double"},{"name":"k","type":"string"}]},"rows":[[1,"a"],[2,"b"]]}`))
	if err != nil {
		t.Fatal(err)
	}
	res, err := m.Transform(f)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(frame.AppendJSON(nil, res.Frame)), `"rows":[[2.0,"a",4.0],[4.0,"b",8.0]]`; !strings.Contains(got, want) {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Every op that is not known is named, in sub-models too.
func TestUnknownOps(t *testing.T) {
	b := pipeline(scalarNode("a", "warp", "x", "y"), scalarNode("b", "weft", "y", "z"))
	b.Root.Model.Children[1].Model.Subs = []bundle.Sub{{Dir: "model0", Model: &bundle.Model{Op: "woof", Path: "root/b.node/model0"}}}
	_, err := engine.LoadBundle(b)
	if !errors.Is(err, transform.ErrUnknownOp) {
		t.Fatal(err)
	}
	for _, want := range []string{`"warp" (root/a.node)`, `"weft" (root/b.node)`, `"woof" (root/b.node/model0)`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v lacks %s", err, want)
		}
	}
}

// A row that transforms frame after frame gives what fresh ones give, and keeps
// nothing of them.
func TestRowTransform(t *testing.T) {
	m := load(t, "pipeline_visitor_rf")
	f := readFrame(t, "../testdata/genuine/pipeline_visitor_rf/frame.json")
	p, err := m.Bind(f.Schema())
	if err != nil {
		t.Fatal(err)
	}
	row := p.NewRow()
	for range 3 {
		want, err := p.Transform(f)
		if err != nil {
			t.Fatal(err)
		}
		got, err := row.Transform(f)
		if err != nil {
			t.Fatal(err)
		}
		if g, w := string(frame.AppendJSON(nil, got.Frame)), string(frame.AppendJSON(nil, want.Frame)); g != w {
			t.Fatalf("got %s, want %s", g, w)
		}
		for i := range p.Inputs() {
			if v := row.Input(i); !v.Null || v.Str != "" || v.Nums != nil {
				t.Errorf("input %d is still there: %+v", i, v)
			}
		}
	}
}
