package xgboost

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const models = "../../testdata/xgboost/"

// answers is a model's rows with what XGBoost itself answered (make.py).
type answers struct {
	Rows    [][]*float64
	Answers []struct {
		Limit                              int
		Margins, Outputs, Leaves, Contribs [][]float64
	}
}

// TestAnswers compares with XGBoost's answers bit for bit.
func TestAnswers(t *testing.T) {
	files, _ := filepath.Glob(models + "*.model")
	if len(files) < 20 {
		t.Fatalf("only %d models in %s", len(files), models)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".model"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			m, err := Parse(data)
			if err != nil {
				t.Fatal(err)
			}
			features, numbers, err := m.Explain()
			if err != nil {
				t.Fatal(err)
			}
			var want answers
			data, err = os.ReadFile(strings.TrimSuffix(file, "model") + "json")
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(data, &want); err != nil {
				t.Fatal(err)
			}
			for _, a := range want.Answers {
				trees, err := m.Limit(a.Limit * m.parallel)
				if err != nil {
					t.Fatal(err)
				}
				for i := range want.Rows {
					row := use(m, want.Rows[i])
					margins := make([]float64, m.Groups)
					m.Margins(row, trees, margins)
					same(t, "margins", i, margins, a.Margins[i])
					same(t, "outputs", i, m.Outputs(margins), a.Outputs[i])
					if a.Leaves != nil {
						leaves := make([]float64, trees)
						m.Leaves(row, trees, leaves)
						same(t, "leaves", i, leaves, a.Leaves[i])
					}
					if a.Contribs != nil {
						contribs := make([]float64, m.Groups*(m.Features+1))
						m.Contributions(row, trees, contribs, make([]int32, features), make([]float64, numbers))
						same(t, "contribs", i, contribs, a.Contribs[i])
					}
				}
			}
		})
	}
}

func use(m *Model, all []*float64) []float64 {
	row := make([]float64, len(m.Used))
	for k, f := range m.Used {
		row[k] = math.NaN()
		if all[f] != nil {
			row[k] = *all[f]
		}
	}
	return row
}

func document(trees string) string {
	return `{"learner":{"objective":{"name":"reg:linear"},"learner_model_param":{"base_score":"5E-1","num_feature":"3"},` +
		`"gradient_booster":{"name":"gbtree","model":{"tree_info":[0],"trees":[` + trees + `]}}}}`
}

func tree(left, right, more string) string {
	return `{"left_children":` + left + `,"right_children":` + right + `,"split_indices":[0,2,0],"split_conditions":[NaN,1,-Infinity],` +
		`"default_left":[true,false,0],"sum_hessian":[2,1,1]` + more + `}`
}

// TestRefused are files that can't be models, each with what its error says.
func TestRefused(t *testing.T) {
	for _, c := range []struct{ name, data, err string }{
		{"nothing", "", "ends too soon"},
		{"text", "hello", "neither UBJSON, JSON nor the old binary form"},
		{"no learner", "{}", `unknown booster ""`},
		{"cut JSON", `{"learner":{`, "ends"},
		{"cycle", document(tree("[1,0,-1]", "[2,2,-1]", "")), "has a node that is the child of two, 0"},
		{"root is its own child", document(tree("[0,-1,-1]", "[1,-1,-1]", "")), "has a node that is the child of two, 0"},
		{"shared child", document(tree("[1,-1,-1]", "[1,-1,-1]", "")), "has a node that is the child of two, 1"},
		{"child out of range", document(tree("[1,-1,-1]", "[3,-1,-1]", "")), "has no nodes 1 and 3, the children of 0"},
		{"negative child", document(tree("[1,-1,-1]", "[-2,-1,-1]", "")), "has no nodes 1 and -2"},
		{"short column", document(tree("[1,-1]", "[2,-1,-1]", "")), "has 2 left children, and 3 of something else"},
		{"no nodes", document(`{}`), "tree 0 has 0 left children"},
		{"feature out of range", strings.Replace(document(tree("[1,-1,-1]", "[2,-1,-1]", "")), "[0,2,0]", "[3,0,0]", 1), "splits on feature 3 of 3"},
		{"negative feature", strings.Replace(document(tree("[1,-1,-1]", "[2,-1,-1]", "")), "[0,2,0]", "[-3,0,0]", 1), "splits on feature -3"},
		{"categories nowhere", document(tree("[1,-1,-1]", "[2,-1,-1]", `,"split_type":[1,0,0]`)), "has categorical splits without categories"},
		{"categories out of place", document(tree("[1,-1,-1]", "[2,-1,-1]", `,"split_type":[1,0,0],"categories_nodes":[0],"categories_segments":[0],"categories_sizes":[2],"categories":[1]`)), "or with unusable ones"},
		{"vector leaves", document(tree("[1,-1,-1]", "[2,-1,-1]", `,"tree_param":{"size_leaf_vector":"2"}`)), "has leaves that are vectors (multi_strategy"},
		{"two trees of one id", strings.Replace(document(tree("[-1,-1,-1]", "[-1,-1,-1]", `,"id":0`)+","+tree("[-1,-1,-1]", "[-1,-1,-1]", `,"id":0`)), `"tree_info":[0]`, `"tree_info":[0,0]`, 1), "the trees' ids are not 0 to 1"},
		{"group out of range", strings.Replace(document(tree("[1,-1,-1]", "[2,-1,-1]", "")), `"tree_info":[0]`, `"tree_info":[1]`, 1), "tree 0 is for group 1 of 1"},
		{"too few tree_info", strings.Replace(document(tree("[1,-1,-1]", "[2,-1,-1]", "")), `"tree_info":[0]`, `"tree_info":[]`, 1), "0 tree_info for 1 trees"},
		{"unknown objective", strings.Replace(document(tree("[1,-1,-1]", "[2,-1,-1]", "")), `reg:linear`, `reg:mine`, 1), `unknown objective "reg:mine"`},
		{"unknown booster", strings.Replace(document(tree("[1,-1,-1]", "[2,-1,-1]", "")), `gbtree`, `gbbush`, 1), `unknown booster "gbbush"`},
		{"many groups", strings.Replace(document(tree("[1,-1,-1]", "[2,-1,-1]", "")), `"num_feature"`, `"num_class":"2000000000","num_feature"`, 1), "1 trees for 2000000000 groups"},
		{"base score", strings.Replace(document(tree("[1,-1,-1]", "[2,-1,-1]", "")), `5E-1`, `half`, 1), `base_score "half" is not a number`},
		{"impossible base score", strings.Replace(strings.Replace(document(tree("[1,-1,-1]", "[2,-1,-1]", "")), `5E-1`, `1.5`, 1), "reg:linear", "binary:logistic", 1), "base_score 1.5 is outside"},
		{"long UBJSON array", "{L\x00\x00\x00\x00\x00\x00\x00\x01a[$d#L\x7f\xff\xff\xff\xff\xff\xff\xff", "ends too soon"},
		{"deep UBJSON", "{L\x00\x00\x00\x00\x00\x00\x00\x01a" + strings.Repeat("[", 1000), "nested too deep"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := Parse([]byte(c.data))
			if err == nil {
				t.Fatalf("read as %+v", m)
			}
			if !strings.Contains(err.Error(), c.err) {
				t.Errorf("%q does not say %q", err, c.err)
			}
		})
	}
	// The document is sound where nothing is wrong with it.
	if _, err := Parse([]byte(document(tree("[1,-1,-1]", "[2,-1,-1]", "")))); err != nil {
		t.Error(err)
	}
}

// TestCut reads every beginning of a model of each format.
func TestCut(t *testing.T) {
	for _, name := range []string{"logistic-0.82", "linear-2.1.4", "dart-1.7.6"} {
		data := readModel(t, name)
		for n := 0; n < len(data)-1; n += 7 {
			if _, err := Parse(data[:n]); err == nil && name != "logistic-0.82" {
				t.Fatalf("%s: read from %d of %d bytes", name, n, len(data))
			}
		}
	}
}

func TestLimit(t *testing.T) {
	m, err := Parse(readModel(t, "parallel-1.7.6")) // 2 rounds of 2 trees for each of 3 classes
	if err != nil {
		t.Fatal(err)
	}
	for limit, want := range []int{12, 12, 6, 6, 12, 12} {
		if got, err := m.Limit(limit); got != want || err != nil {
			t.Errorf("a limit of %d: %d trees, %v, want %d", limit, got, err, want)
		}
	}
	for _, limit := range []int{6, 1 << 40, -2} {
		if _, err := m.Limit(limit); err == nil {
			t.Errorf("a limit of %d is taken", limit)
		}
	}
}

func readModel(t testing.TB, name string) []byte {
	data, err := os.ReadFile(models + name + ".model")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// FuzzXGBoost reads whatever comes and, where it is a model, runs it.
func FuzzXGBoost(f *testing.F) {
	files, _ := filepath.Glob(models + "*.model")
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(document(tree("[1,-1,-1]", "[2,-1,-1]", ""))))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Parse(data)
		if err != nil {
			return
		}
		row := make([]float64, len(m.Used))
		for i := range row {
			row[i] = [...]float64{0, math.NaN(), -3, 1e9}[i%4]
		}
		margins := make([]float64, m.Groups)
		m.Margins(row, len(m.Trees), margins)
		m.Outputs(margins)
		m.Leaves(row, len(m.Trees), make([]float64, len(m.Trees)))
		if m.Depth > 12 {
			return
		}
		if features, numbers, err := m.Explain(); err == nil {
			m.Contributions(row, len(m.Trees), make([]float64, m.Groups*(m.Features+1)), make([]int32, features), make([]float64, numbers))
		}
	})
}

func BenchmarkMargins(b *testing.B) {
	m, err := Parse(readModel(b, "deep-2.1.4"))
	if err != nil {
		b.Fatal(err)
	}
	row, out := make([]float64, len(m.Used)), make([]float64, m.Groups)
	for b.Loop() {
		m.Margins(row, len(m.Trees), out)
	}
}

func same(t *testing.T, what string, row int, got, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("row %d: %d %s, want %d", row, len(got), what, len(want))
	}
	for i := range got {
		if got[i] != want[i] {
			t.Fatalf("row %d: %s %v, want %v (place %d)", row, what, got, want, i)
		}
	}
}
