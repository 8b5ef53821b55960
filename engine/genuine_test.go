package engine_test

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/transform"
)

func TestGenuine(t *testing.T) {
	dirs, _ := filepath.Glob("../testdata/genuine/*/expected.json")
	for _, d := range dirs {
		dir := filepath.Dir(d)
		for _, form := range []string{"json", "proto"} {
			t.Run(filepath.Base(dir)+"/"+form, func(t *testing.T) {
				zip, err := os.ReadFile(dir + "/bundle." + form + ".zip")
				if err != nil {
					t.Fatal(err)
				}
				m, err := engine.Load(zip)
				if errors.Is(err, transform.ErrUnknownOp) {
					t.Skip(err) // until every op is in the table
				}
				if err != nil {
					t.Fatal(err)
				}
				in := readFrame(t, dir+"/frame.json")
				want := sparkFirst(t, dir, readFrame(t, dir+"/expected.json"))
				res, err := m.Transform(in)
				if err != nil {
					t.Fatal(err)
				}
				tolerance := 1e-12
				if strings.HasPrefix(filepath.Base(dir), "als") {
					tolerance = 1e-6 // MLeap sums single precision in BLAS's order
				}
				compare(t, res.Frame, want, tolerance)
				if _, err := os.Stat(dir + "/errors.json"); err == nil {
					bad := readFrame(t, dir+"/errors.json")
					for i := range bad.Len() {
						var cols []frame.Column
						for k := range bad.Columns {
							cols = append(cols, bad.Columns[k].Pick([]int{i}))
						}
						res, err := m.Transform(frame.Of(cols, 1))
						if err == nil && len(res.Dropped) == 0 && !slices.Contains(sparkTakes(t, dir), i) {
							t.Errorf("errors.json row %d: no error", i)
						} else {
							t.Logf("errors.json row %d: %v", i, err)
						}
					}
				}
			})
		}
	}
}

// sparkTakes are the rows of errors.json that only MLeap refuses, and that
// pageleap may take: Spark's answer is the right one where the bundle tells it.
func sparkTakes(t *testing.T, dir string) []int {
	data, err := os.ReadFile(dir + "/meta.json")
	if err != nil {
		t.Fatal(err)
	}
	var meta struct {
		Rows []int `json:"mleap_fails_but_spark_succeeds_errors_json_rows"`
	}
	if err := json.Unmarshal(data, &meta); err != nil {
		t.Fatal(err)
	}
	return meta.Rows
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

// sparkFirst puts the columns of spark.json, where there is one, in the place
// of MLeap's: those are the columns in which MLeap does not answer what Spark
// does.
func sparkFirst(t *testing.T, dir string, want *frame.Frame) *frame.Frame {
	if _, err := os.Stat(dir + "/spark.json"); err != nil {
		return want
	}
	spark := readFrame(t, dir+"/spark.json")
	columns := slices.Clone(want.Columns)
	for _, c := range spark.Columns {
		columns[want.Schema().Index(c.Name)] = c
	}
	return frame.Of(columns, want.Len())
}

func compare(t *testing.T, got, want *frame.Frame, tolerance float64) {
	if g, w := schemaString(got.Schema()), schemaString(want.Schema()); g != w {
		t.Errorf("schema\n got %s\nwant %s", g, w)
		return
	}
	if got.Len() != want.Len() {
		t.Errorf("%d rows, want %d", got.Len(), want.Len())
		return
	}
	for c := range want.Columns {
		for i := range want.Len() {
			var g, w frame.Value
			got.Columns[c].Get(i, &g)
			want.Columns[c].Get(i, &w)
			gj, wj := frame.AppendJSON(nil, frame.Of([]frame.Column{got.Columns[c].Pick([]int{i})}, 1)), frame.AppendJSON(nil, frame.Of([]frame.Column{want.Columns[c].Pick([]int{i})}, 1))
			if string(gj) == string(wj) {
				continue
			}
			rel := -1.0
			if len(g.Nums) == len(w.Nums) {
				rel = math.Abs(g.Num-w.Num) / math.Max(math.Abs(w.Num), 1e-300)
				for k := range w.Nums {
					rel = math.Max(rel, math.Abs(g.Nums[k]-w.Nums[k])/math.Max(math.Abs(w.Nums[k]), 1e-300))
				}
			}
			if rel >= 0 && rel <= tolerance {
				continue
			}
			t.Errorf("column %s row %d (relative %g)\n got %s\nwant %s", want.Columns[c].Name, i, rel, gj, wj)
			break
		}
	}
}

func schemaString(s frame.Schema) string {
	var b strings.Builder
	for _, f := range s {
		b.WriteString(f.Name + ": " + f.Type.String() + "; ")
	}
	return b.String()
}
