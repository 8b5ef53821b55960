package importer_test

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/importer"
)

// refused are the cases that cannot be run.
var refused = map[string]bool{"fp_growth": true}

const saved = "../../testdata/spark-saved"

// answer is an expected.json: what Spark's transform added, and in case rows
// were dropped which ones stayed.
type answer struct {
	Columns []string
	Rows    [][]any
	Kept    []int
}

func TestSparkSaved(t *testing.T) {
	// SPARK_SAVED names a directory of other cases.
	root := cmp.Or(os.Getenv("SPARK_SAVED"), saved)
	dirs, _ := filepath.Glob(root + "/*/meta.json")
	if len(dirs) == 0 {
		t.Fatal("no cases in " + root)
	}
	for _, d := range dirs {
		dir := filepath.Dir(d)
		name := filepath.Base(dir)
		t.Run(name, func(t *testing.T) {
			b, err := importer.Spark(os.DirFS(dir+"/model"), nil)
			if refused[name] {
				if !errors.Is(err, importer.ErrUnsupported) {
					t.Errorf("got %v, want that it is unsupported", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			m, err := engine.LoadBundle(b)
			if err != nil {
				t.Fatal(err)
			}
			in := readFrame(t, dir+"/frame.json")
			var want answer
			readJSON(t, dir+"/expected.json", &want)
			res, err := m.Transform(in)
			if err != nil {
				t.Fatal(err)
			}
			compareAnswer(t, res.Frame, &want, tolerance(t, dir))
			if want.Kept != nil {
				dropped := map[int]bool{}
				for _, i := range res.Dropped {
					dropped[i] = true
				}
				var kept []int
				for i := range in.Len() {
					if !dropped[i] {
						kept = append(kept, i)
					}
				}
				if fmt.Sprint(kept) != fmt.Sprint(want.Kept) {
					t.Errorf("kept rows %v, want %v", kept, want.Kept)
				}
			} else if len(res.Dropped) > 0 {
				t.Errorf("dropped %v", res.Dropped)
			}
			if _, err := os.Stat(dir + "/errors.json"); err == nil {
				bad := readFrame(t, dir+"/errors.json")
				for i := range bad.Len() {
					var cols []frame.Column
					for k := range bad.Columns {
						cols = append(cols, bad.Columns[k].Pick([]int{i}))
					}
					_, err := m.Transform(frame.Of(cols, 1))
					if err == nil {
						t.Errorf("errors.json row %d: no error", i)
					} else {
						t.Logf("errors.json row %d: %v", i, err)
					}
				}
			}
		})
	}
}

func readJSON(t *testing.T, path string, v any) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(data, v)
	}
	if err != nil {
		t.Fatal(path, err)
	}
}

func readFrame(t *testing.T, path string) *frame.Frame {
	t.Helper()
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

func compareAnswer(t *testing.T, got *frame.Frame, want *answer, tolerance float64) {
	t.Helper()
	s := got.Schema()
	if got.Len() != len(want.Rows) {
		t.Errorf("%d rows, want %d", got.Len(), len(want.Rows))
		return
	}
	at := -1
	for k, name := range want.Columns {
		c := s.Index(name)
		if c < 0 {
			t.Errorf("no column %q in %v", name, s.Names())
			continue
		}
		if c < at {
			t.Errorf("column %q comes before %q", name, want.Columns[k-1])
		}
		at = c
		for i, row := range want.Rows {
			var v frame.Value
			got.Columns[c].Get(i, &v)
			w := row[k]
			d := difference(plain(s[c].Type, &v), w)
			if d > tolerance {
				t.Errorf("row %d, column %q: %v, want %v (%g)", i, name, plain(s[c].Type, &v), w, d)
				break
			}
		}
	}
}

// rounded are the classes whose answers hang on exp, on log or on the order in
// which a BLAS adds up, which the machine decides where the JVM has vector
// instructions to use. Their numbers are within a relative 1e-12; those of all
// other classes are Spark's to the last bit.
var rounded = []string{
	"AFTSurvivalRegressionModel", "FMClassificationModel", "FMRegressionModel", "GBTClassificationModel", "GBTRegressionModel",
	"GaussianMixtureModel", "GeneralizedLinearRegressionModel", "LinearRegressionModel", "LinearSVCModel", "LocalLDAModel",
	"LogisticRegressionModel", "MultilayerPerceptronClassificationModel", "NaiveBayesModel", "OneVsRestModel", "PCAModel", "DCT",
}

func tolerance(t *testing.T, dir string) float64 {
	t.Helper()
	var meta struct{ Stages []struct{ Class string } }
	readJSON(t, dir+"/meta.json", &meta)
	for _, s := range meta.Stages {
		if slices.Contains(rounded, s.Class[strings.LastIndexByte(s.Class, '.')+1:]) {
			return 1e-12
		}
	}
	return 0
}

// plain is a value as expected.json writes it.
func plain(t frame.Type, v *frame.Value) any {
	if v.Null {
		return nil
	}
	switch {
	case t.Kind == frame.Scalar:
		switch {
		case t.Base == frame.Boolean:
			return v.Num != 0
		case t.Base == frame.Long:
			return json.Number(strconv.FormatInt(v.Long, 10))
		case t.Base.Numeric():
			return v.Num
		}
		return v.Str
	case t.Base == frame.String:
		out := []any{}
		for _, x := range v.Strs {
			out = append(out, x)
		}
		return out
	}
	var flat []any
	if t.Kind == frame.Tensor {
		for i := range v.Size() {
			flat = append(flat, v.At(i))
		}
		if len(v.Dims) == 2 {
			var rows []any
			for i := range v.Dims[0] {
				rows = append(rows, flat[i*v.Dims[1]:(i+1)*v.Dims[1]])
			}
			return rows
		}
	} else {
		for _, x := range v.Nums {
			flat = append(flat, x)
		}
	}
	if flat == nil {
		flat = []any{}
	}
	return flat
}

// difference is 0 where two values are the same, else the largest relative one
// between their numbers; 2 where they cannot be compared.
func difference(got, want any) float64 {
	switch w := want.(type) {
	case float64:
		switch g := got.(type) {
		case float64:
			if g == w {
				return 0
			}
			return math.Abs(g-w) / math.Max(math.Abs(w), 1e-300)
		case json.Number:
			f, _ := g.Float64()
			return difference(f, want)
		}
	case string:
		if f, ok := got.(float64); ok {
			special := map[string]float64{"NaN": math.NaN(), "Infinity": math.Inf(1), "-Infinity": math.Inf(-1)}
			x, ok := special[w]
			if ok && (f == x || f != f && x != x) {
				return 0
			}
			return 2
		}
		if got == want {
			return 0
		}
	case nil, bool:
		if got == want {
			return 0
		}
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return 2
		}
		worst := 0.0
		for i := range w {
			worst = math.Max(worst, difference(g[i], w[i]))
		}
		return worst
	}
	return 2
}
