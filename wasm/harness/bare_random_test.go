package main

import (
	"context"
	"errors"
	"flag"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/compile"
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/importer"
	"github.com/pageleap/pageleap/engine/transform"
	"github.com/pageleap/pageleap/wasm/host"
)

var bareRows = flag.Int("rows", 120, "random rows for each compiled bundle; make fuzz-compile takes 10000")

// fitted is a model with rows that fit it.
type fitted struct {
	name  string
	model *engine.Model
	rows  *frame.Frame
}

// allModels are those of testdata, exported by MLeap or saved by Spark itself.
func allModels(t *testing.T) []fitted {
	t.Helper()
	var all []fitted
	for _, pattern := range []string{"genuine/*/frame.json", "cases/*/frame.json", "spark-saved/*/frame.json"} {
		paths, err := filepath.Glob("../../testdata/" + pattern)
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: nothing there (%v)", pattern, err)
		}
		for _, path := range paths {
			dir := filepath.Dir(path)
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			rows, err := frame.Read(frame.Auto, text, nil, frame.ReadOptions{})
			if err != nil || rows.Len() == 0 {
				continue // a case of a bad frame
			}
			var m *engine.Model
			if zip, err := os.ReadFile(dir + "/bundle.json.zip"); err == nil {
				m, err = engine.Load(zip)
				if err != nil {
					continue // a case of a bad bundle
				}
			} else {
				b, err := importer.Spark(os.DirFS(dir+"/model"), nil)
				if err != nil {
					continue // fp_growth
				}
				if m, err = engine.LoadBundle(b); err != nil {
					t.Fatal(dir, err)
				}
			}
			all = append(all, fitted{filepath.Base(filepath.Dir(dir)) + "/" + filepath.Base(dir), m, rows})
		}
	}
	return all
}

// Rows at random, odd ones among them, get from a compiled module what the engine
// gives: the same bits, the same errors.
func TestBareRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	compiled, scored, failed := 0, 0, 0
	for _, m := range allModels(t) {
		modules, err := bareForms(m.model)
		here, unbound := m.model.NewRow()
		if errors.Is(err, compile.ErrUnsupported) || unbound != nil {
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", m.name, err)
			continue
		}
		compiled++
		for _, module := range modules {
			s, f := randomRows(t, r, m, here, module)
			scored += s
			failed += f
		}
	}
	t.Logf("%d models: %d rows scored, %d refused", compiled, scored, failed)
	if compiled < 100 || scored < 2*failed {
		t.Error("too few")
	}
}

// randomRows scores rows at random in the engine and in a module.
func randomRows(t *testing.T, r *rand.Rand, m fitted, here *engine.Row, module *compile.Module) (scored, failed int) {
	ctx := context.Background()
	rt, loaded, err := loadBare(ctx, module.Wasm)
	if err != nil {
		t.Fatal(m.name, err)
	}
	defer rt.Close(ctx)
	inputs, outputs := m.model.Inputs(), m.model.Outputs()
	there, err := loaded.Row(ctx, len(inputs))
	if err != nil {
		t.Fatal(m.name, err)
	}
	values := make([]frame.Value, len(inputs))
rows:
	for k := range *bareRows {
		for i, f := range inputs {
			if k > 0 && r.IntN(5) == 0 {
				continue // inputs keep their values
			}
			v := &values[i]
			randomValue(r, v, f.Type, m.rows, f.Name)
			*here.Input(i) = *v
			if err := there.Set(ctx, i, f.Type, v); err != nil {
				t.Fatal(m.name, err)
			}
		}
		want, got := here.Score(), there.Score(ctx)
		switch {
		case want == nil && got == nil:
			scored++
			for i, f := range outputs {
				var v frame.Value
				if err := there.Get(i, f, &v); err != nil {
					t.Fatal(m.name, err)
				}
				a, b := string(frame.AppendValue(nil, f.Type, here.Output(i))), string(frame.AppendValue(nil, f.Type, &v))
				if a != b {
					t.Errorf("%s: %s: %s is %s, and in the module %s", m.name, show(inputs, values), f.Name, a, b)
					break rows
				}
			}
		case want == transform.Drop && got == host.Dropped:
			failed++
		default:
			failed++
			var e *host.Error
			if want == nil || !errors.As(got, &e) || e.Kind != engine.ErrorKind(want) || e.Msg != want.Error() {
				t.Errorf("%s: %s: %v, and in the module %v", m.name, show(inputs, values), want, got)
				break rows
			}
		}
	}
	return scored, failed
}

func show(s frame.Schema, values []frame.Value) string {
	var b []byte
	for i, f := range s {
		b = append(append(b, f.Name...), '=')
		if values[i].Null {
			b = append(b, "null "...)
			continue
		}
		b = append(frame.AppendValue(b, f.Type, &values[i]), ' ')
	}
	return string(b)
}

var (
	oddNumbers = []float64{0, math.Copysign(0, -1), 1, -1, 0.5, 1e-300, 1e300, 5e-324, math.MaxFloat64, math.Inf(1), math.Inf(-1), math.NaN(), 2, 3, 7, 1e9, 123456.75}
	oddTexts   = []string{"", " ", "\x00", "\"quoted\"", "ünïcode ☃", "no such label", "a\tb\nc"}
)

// randomValue is mostly one of the column's in the frame, or near it.
func randomValue(r *rand.Rand, v *frame.Value, t frame.Type, f *frame.Frame, name string) {
	*v = frame.Value{}
	if k := f.Schema().Index(name); k >= 0 {
		c := &f.Columns[k]
		var from frame.Value
		c.Get(r.IntN(f.Len()), &from)
		if have := c.Type; from.Null || have.Kind == t.Kind && have.Base == t.Base {
			v.Null, v.Num, v.Long, v.Str = from.Null, from.Num, from.Long, from.Str
			v.Nums, v.Longs, v.Strs = slices.Clone(from.Nums), slices.Clone(from.Longs), slices.Clone(from.Strs)
			v.Sparse, v.Indices, v.Dims = from.Sparse, slices.Clone(from.Indices), slices.Clone(from.Dims)
		}
	}
	switch r.IntN(12) {
	case 0:
		if t.Nullable || r.IntN(4) == 0 {
			*v = frame.Value{Null: true}
		}
		return
	case 1, 2, 3:
	default:
		return
	}
	if v.Null && t.Kind != frame.Scalar {
		return
	}
	switch {
	case t.Kind == frame.Scalar && t.Base == frame.Long:
		*v = frame.Value{Long: int64(r.IntN(2000) - 1000)}
	case t.Kind == frame.Scalar && t.Base.Numeric():
		*v = frame.Value{Num: randomNumber(r, v.Num, t.Base)}
	case t.Kind == frame.Scalar:
		*v = frame.Value{Str: oddTexts[r.IntN(len(oddTexts))]}
	case t.Kind == frame.Tensor && t.Base == frame.Double && len(v.Dims) == 1:
		for i := range v.Nums {
			if r.IntN(3) == 0 {
				v.Nums[i] = randomNumber(r, v.Nums[i], t.Base)
			}
		}
		if !v.Sparse && r.IntN(2) == 0 {
			v.Sparse = true
			nums := v.Nums
			v.Nums, v.Indices = nil, nil
			for i, x := range nums {
				if x != 0 || r.IntN(4) == 0 {
					v.Nums, v.Indices = append(v.Nums, x), append(v.Indices, int32(i))
				}
			}
		} else if r.IntN(20) == 0 && !v.Sparse {
			v.Nums = append(v.Nums, 1)
			v.Dims = []int{len(v.Nums)}
		}
	}
}

func randomNumber(r *rand.Rand, x float64, base frame.Basic) float64 {
	if base != frame.Double {
		return float64(r.IntN(3))
	}
	switch r.IntN(3) {
	case 0:
		return oddNumbers[r.IntN(len(oddNumbers))]
	case 1:
		return x * r.NormFloat64()
	}
	return math.Floor(r.NormFloat64() * 4)
}
