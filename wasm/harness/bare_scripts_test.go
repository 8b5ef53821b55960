package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"testing"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/compile"
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/transform"
	"github.com/pageleap/pageleap/engine/visit"
	"github.com/pageleap/pageleap/engine/visit/events"
)

// scriptJob is what web/test/compiled.mjs does with one module. A value is
// written as asJSON writes it.
type scriptJob struct {
	Module string          `json:"module"`
	Rows   [][]any         `json:"rows,omitempty"`
	Visits [][]scriptEvent `json:"visits,omitempty"`

	name string
	want []any // of each row, and of each event of each visit
}

type scriptEvent struct {
	Event    string `json:"event"`
	TS       int64  `json:"ts"`
	Page     string `json:"page,omitempty"`
	PageType string `json:"page_type,omitempty"`
	Item     string `json:"item,omitempty"`
	Category string `json:"category,omitempty"`
	Price    any    `json:"price"`
	Quantity any    `json:"quantity"`
}

// Every model that can be compiled, genuine or saved by Spark, gives the engine's
// bits through the npm package in Node and in Chromium: on its own rows, on odd
// ones, and on the visits of testdata.
func TestBareScripts(t *testing.T) {
	dir := t.TempDir()
	var jobs []*scriptJob
	add := func(name string, m *engine.Model) (added []*scriptJob) {
		modules, err := bareForms(m)
		if errors.Is(err, compile.ErrUnsupported) {
			return nil
		}
		if err != nil {
			t.Fatal(name, err)
		}
		for _, module := range modules {
			j := &scriptJob{Module: strconv.Itoa(len(jobs)) + ".wasm", name: name}
			if err := os.WriteFile(filepath.Join(dir, j.Module), module.Wasm, 0o644); err != nil {
				t.Fatal(err)
			}
			jobs = append(jobs, j)
			added = append(added, j)
		}
		return added
	}
	r := rand.New(rand.NewPCG(21, 22))
	for _, m := range allModels(t) {
		if _, err := m.model.NewRow(); err != nil {
			continue
		}
		for _, j := range add(m.name, m.model) {
			j.addRows(t, m, r)
		}
	}
	for k, shape := range forestShapes[1:3] { // which have SIMD
		f := &randomForest{forestShape: shape, r: r}
		m, err := engine.LoadBundle(f.bundle())
		if err != nil {
			t.Fatal(err)
		}
		modules := add("a forest", m)
		if len(modules) != 2 {
			t.Errorf("forest %d: %d forms", k, len(modules))
		}
		for _, j := range modules {
			j.addRows(t, fitted{"a forest", m, f.frame(m.Inputs()[0].Type, 200)}, r)
		}
	}
	visits := testVisits(t)
	for name, m := range map[string]*engine.Model{
		"the demo":      load(t, "../../testdata/demo/shoppers_visit.zip"),
		"its chain":     load(t, "../../testdata/demo/next_category.zip"),
		"every feature": sessionModel(t, every),
	} {
		add(name, m)[0].addVisits(t, m, visits)
	}
	data, err := json.Marshal(jobs)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "jobs.json"), data, 0o644); err != nil {
		t.Fatal(err)
	}
	needs := exec.Command("make", "-s", "web/node_modules", "browser")
	needs.Dir = "../.."
	if out, err := needs.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, where := range []string{"node", "chromium"} {
		t.Run(where, func(t *testing.T) {
			if where == "chromium" && testing.Short() {
				t.Skip("-short needs no browser")
			}
			cmd := exec.Command("node", "../../web/test/compiled.mjs", dir, where)
			cmd.Stderr = os.Stderr
			out, err := cmd.Output()
			if err != nil {
				t.Fatal(err)
			}
			var got [][]any
			if err := json.Unmarshal(out, &got); err != nil || len(got) != len(jobs) {
				t.Fatalf("%d answers to %d jobs: %v", len(got), len(jobs), err)
			}
			answers := 0
			for i, j := range jobs {
				if len(got[i]) != len(j.want) {
					t.Fatalf("%s: %d answers, want %d", j.name, len(got[i]), len(j.want))
				}
				for k, want := range j.want {
					answers++
					if !reflect.DeepEqual(got[i][k], want) {
						t.Errorf("%s: answer %d: %v, and in the engine %v", j.name, k, got[i][k], want)
						break
					}
				}
			}
			t.Logf("%d modules, %d answers", len(jobs), answers)
			if len(jobs) < 150 || answers < 5_000 {
				t.Error("too few")
			}
		})
	}
}

func load(t *testing.T, path string) *engine.Model {
	t.Helper()
	zip, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	m, err := engine.Load(zip)
	if err != nil {
		t.Fatal(path, err)
	}
	return m
}

// testVisits are those of testdata/visits.
func testVisits(t *testing.T) [][]visit.Event {
	t.Helper()
	var visits [][]visit.Event
	paths := []string{"../../testdata/visits/synthetic.ndjson"}
	_, err := events.Each(context.Background(), paths, events.Options{}, func(v *visit.Visit) error {
		visits = append(visits, v.Events)
		return nil
	})
	if err != nil || len(visits) < 100 {
		t.Fatalf("%d visits: %v", len(visits), err)
	}
	return visits
}

// addRows adds the rows of the model's frame, and a few at random.
func (j *scriptJob) addRows(t *testing.T, m fitted, r *rand.Rand) {
	t.Helper()
	row, err := m.model.NewRow()
	if err != nil {
		t.Fatal(m.name, err)
	}
	var v, w frame.Value
	inputs := m.model.Inputs()
	own := m.rows.Len()
	for i := range own + 8 {
		values := make([]any, len(inputs))
		for k, f := range inputs {
			x := &v
			if i < own {
				column := m.rows.Schema().Index(f.Name)
				if column < 0 {
					return // a case of a frame that lacks a column
				}
				c := &m.rows.Columns[column]
				c.Get(i, &v)
				if have := c.Type; !v.Null && (have.Kind != f.Type.Kind || have.Base != f.Type.Base) {
					if err := frame.Cast(have, f.Type, &v, &w); err != nil {
						return // a case of a frame of other types
					}
					x = &w
				}
			} else {
				randomValue(r, &v, f.Type, m.rows, f.Name)
			}
			*row.Input(k) = *x
			values[k] = asJSON(f.Type, x)
		}
		j.Rows = append(j.Rows, values)
		j.want = append(j.want, outcome(row.Score(), m.model, row))
	}
}

// addVisits adds visits that are scored after each event.
func (j *scriptJob) addVisits(t *testing.T, m *engine.Model, visits [][]visit.Event) {
	t.Helper()
	v, err := m.NewVisit()
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range m.Inputs() {
		if f.Type.Kind != frame.List {
			*v.Input(i) = frame.Value{Null: true}
		}
	}
	for _, events := range visits {
		v.Reset()
		var list []scriptEvent
		for _, e := range events {
			list = append(list, scriptEvent{e.Event, e.TS, e.Page, e.PageType, e.Item, e.Category, known(e.Price), known(e.Quantity)})
			err := v.Add(e)
			if err == nil {
				err = v.Score()
			}
			j.want = append(j.want, outcome(err, m, v.Row))
		}
		j.Visits = append(j.Visits, list)
	}
}

// known is nil for NaN.
func known(x float64) any {
	if x != x {
		return nil
	}
	return x
}

// outcome is what compiled.mjs makes of a row.
func outcome(err error, m *engine.Model, row *engine.Row) any {
	switch {
	case err == transform.Drop:
		return "dropped"
	case err != nil:
		return map[string]any{"kind": engine.ErrorKind(err), "message": err.Error()}
	}
	values := make([]any, len(m.Outputs()))
	for i, f := range m.Outputs() {
		if values[i] = asJSON(f.Type, row.Output(i)); f.Type.Kind == frame.Tensor {
			values[i] = dense(row.Output(i))
		}
	}
	return values
}

// asJSON writes a value with numbers as the hex digits of their bits: JSON has no
// NaN, no infinity and no negative zero.
func asJSON(t frame.Type, v *frame.Value) any {
	switch {
	case v.Null:
		return nil
	case t.Kind == frame.Tensor:
		tensor := map[string]any{"size": v.Size(), "values": hex(v.Nums)}
		if v.Sparse {
			tensor["indices"] = append([]int32{}, v.Indices...)
		}
		return tensor
	case t.Kind == frame.List:
		list := []any{}
		for _, s := range v.Strs {
			list = append(list, s)
		}
		for _, n := range v.Longs {
			list = append(list, strconv.FormatInt(n, 10))
		}
		return append(list, hex(v.Nums)...)
	case t.Base == frame.Long:
		return strconv.FormatInt(v.Long, 10)
	case t.Base == frame.Boolean:
		return v.Num != 0
	case t.Base.Numeric():
		return hex([]float64{v.Num})[0]
	}
	return v.Str
}

// dense is a vector as scripts get it.
func dense(v *frame.Value) any {
	if v.Null {
		return nil
	}
	if !v.Sparse {
		return hex(v.Nums)
	}
	all := make([]float64, v.Size())
	for k, i := range v.Indices {
		all[i] = v.Nums[k]
	}
	return hex(all)
}

func hex(nums []float64) []any {
	list := make([]any, len(nums))
	for i, x := range nums {
		if list[i] = "NaN"; x == x {
			list[i] = fmt.Sprintf("%016x", math.Float64bits(x))
		}
	}
	return list
}
