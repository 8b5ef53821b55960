package transform

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

// Each op of trees in a genuine bundle, on its own, answers what MLeap answered
// from the same features, to the bit; only a boosted classifier's probability,
// which goes through exp, may differ in its last digits.
func TestGenuineTrees(t *testing.T) {
	ops := []string{"decision_tree_classifier", "decision_tree_regression", "random_forest_classifier", "random_forest_regression", "gbt_classifier", "gbt_regression"}
	const genuine = "../../testdata/genuine/"
	cases, err := os.ReadDir(genuine)
	if err != nil {
		t.Fatal(err)
	}
	tested := map[string]int{}
	for _, c := range cases {
		dir := filepath.Join(genuine, c.Name())
		expected, err := os.ReadFile(filepath.Join(dir, "expected.json"))
		if err != nil || strings.HasPrefix(c.Name(), "one_vs_rest") {
			continue
		}
		for _, form := range []string{"bundle.json.zip", "bundle.proto.zip"} {
			data, err := os.ReadFile(filepath.Join(dir, form))
			if err != nil {
				continue
			}
			files, err := bundle.OpenZip(data)
			if err != nil {
				t.Fatal(c.Name(), err)
			}
			b, err := bundle.Read(files, bundle.Limits{})
			if err != nil {
				t.Fatal(c.Name(), err)
			}
			nodes := []*bundle.Node{b.Root}
			for len(nodes) > 0 {
				n := nodes[0]
				nodes = append(nodes[1:], n.Model.Children...)
				if !slices.Contains(ops, n.Model.Op) {
					continue
				}
				tested[n.Model.Op]++
				t.Run(c.Name()+"/"+form, func(t *testing.T) {
					want, err := frame.ReadJSON(expected)
					if err != nil {
						t.Fatal(err)
					}
					genuineNode(t, n, want)
				})
			}
		}
	}
	for _, op := range ops {
		if tested[op] == 0 {
			t.Errorf("no genuine %s", op)
		}
	}
}

// genuineNode runs a node on the frame that holds its features and what MLeap
// made of them.
func genuineNode(t *testing.T, n *bundle.Node, want *frame.Frame) {
	tr := readNode(t, n)
	schema := want.Schema()
	features := &want.Columns[schema.Index(n.Inputs[0].Name)]
	out := outputs(tr)
	for i := range want.Len() {
		var in, cell frame.Value
		features.Get(i, &in)
		if err := tr.Transform([]*frame.Value{&in}, out); err != nil {
			t.Fatal(err)
		}
		for k, p := range tr.Outputs() {
			j := slices.IndexFunc(n.Outputs, func(s bundle.Socket) bool { return s.Port == p.Name })
			if j < 0 {
				continue
			}
			c := schema.Index(n.Outputs[j].Name)
			if typ := schema[c].Type; i == 0 && !typ.Equal(p.Type) {
				t.Errorf("%s is a %v, want %v", p.Name, p.Type, typ)
			}
			want.Columns[c].Get(i, &cell)
			got, exp := out[k].Nums, cell.Nums
			if p.Type.Kind == frame.Scalar {
				got, exp = []float64{out[k].Num}, []float64{cell.Num}
			}
			tolerance := 0.0
			if n.Model.Op == "gbt_classifier" && p.Name == "probability" {
				tolerance = 1e-12
			}
			for e := range exp {
				if math.Abs(got[e]-exp[e]) > tolerance*exp[e] || len(got) != len(exp) {
					t.Fatalf("row %d, %s: got %v, want %v", i, p.Name, got, exp)
				}
			}
		}
	}
	var in frame.Value
	features.Get(0, &in)
	wantNoAllocs(t, tr, &in)
}

// Trees in words: "f<=t" and "f in 1,2/5" (of 5 categories, to the left; "not
// in" to the right) are splits, in pre-order, and [1 2] is a leaf.
func treeFile(t testing.TB, words string) bundle.File {
	t.Helper()
	quote := func(list string) string {
		return "[" + strings.Join(strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' }), ",") + "]"
	}
	var lines []string
	for _, w := range strings.Split(words, ";") {
		w = strings.TrimSpace(w)
		if list, ok := strings.CutPrefix(w, "["); ok {
			lines = append(lines, `{"type":"leaf","values":`+quote(strings.TrimSuffix(list, "]"))+`}`)
		} else if f, threshold, ok := strings.Cut(w, "<="); ok {
			lines = append(lines, `{"split":{"featureIndex":`+f+`,"threshold":`+threshold+`,"type":"continuous"},"type":"internal"}`)
		} else if f, set, ok := strings.Cut(w, " in "); ok {
			f, not := strings.CutSuffix(f, " not")
			list, n, _ := strings.Cut(set, "/")
			lines = append(lines, `{"split":{"categories":`+quote(list)+`,"featureIndex":`+f+`,"isLeft":`+strconv.FormatBool(!not)+`,"numCategories":`+n+`,"type":"categorical"},"type":"internal"}`)
		} else {
			t.Fatalf("no tree: %q", w)
		}
	}
	return bundle.File{Name: "tree.json", Data: []byte(strings.Join(lines, "\n") + "\n")}
}

// treeNode is a node of one decision tree.
func treeNode(t testing.TB, op, sockets, words string, attrs ...bundle.Attribute) *bundle.Node {
	n := nodeOf(op, sockets, attrs...)
	n.Model.Files = []bundle.File{treeFile(t, words)}
	return n
}

// forestNode is a node made of trees of an op.
func forestNode(t testing.TB, op, sockets, of string, trees []string, attrs ...bundle.Attribute) *bundle.Node {
	var names []string
	n := nodeOf(op, sockets)
	for i, words := range trees {
		name := "tree" + strconv.Itoa(i)
		names = append(names, name)
		m := treeNode(t, of, "", words).Model
		m.Path = n.Model.Path + "/" + name
		n.Model.Subs = append(n.Model.Subs, bundle.Sub{Dir: name, Model: m})
	}
	n.Model.Attributes = append(attrs, attrStrings("trees", names...))
	return n
}

const classifierSockets = "features:x > raw_prediction:r probability:p prediction:y"

func TestSplits(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct {
		tree  string
		x     float64
		right bool
	}{
		{"0<=1.5; [0]; [1]", 1.5, false},
		{"0<=1.5; [0]; [1]", math.Nextafter(1.5, 2), true},
		{"0<=1.5; [0]; [1]", nan, true},
		{"0<=1.5; [0]; [1]", inf, true},
		{"0<=1.5; [0]; [1]", -inf, false},
		{"0<=0; [0]; [1]", math.Copysign(0, -1), false},
		{"0<=-0.0; [0]; [1]", 0, false},
		{"0<=null; [0]; [1]", -inf, true}, // an infinite threshold that JSON lost, as in MLeap
		{"0 in 1,2/5; [0]; [1]", 2, false},
		{"0 in 1,2/5; [0]; [1]", 0, true},
		{"0 not in 1,2/5; [0]; [1]", 2, true},
		{"0 not in 1,2/5; [0]; [1]", 0, false},
		{"0 in 0/5; [0]; [1]", math.Copysign(0, -1), false},
		// What is no category goes right where the left half is the smaller one …
		{"0 in 1,2/5; [0]; [1]", 5, true},
		{"0 in 1,2/5; [0]; [1]", 1.5, true},
		{"0 in 1,2/5; [0]; [1]", -1, true},
		{"0 in 1,2/5; [0]; [1]", nan, true},
		{"0 in 1,2/5; [0]; [1]", 1e300, true},
		// … and left where it is the larger …
		{"0 not in 1,2/5; [0]; [1]", 5, false},
		{"0 not in 1,2/5; [0]; [1]", nan, false},
		// … and right where both are equal, although MLeap sends it left.
		{"0 not in 1,2/4; [0]; [1]", 4, true},
		{"0 in 1,2/4; [0]; [1]", 4, true},
		// MLeap's writer lists the smaller half; another might not.
		{"0 in 1,2,3/4; [0]; [1]", 4, false},
		{"0 not in 1,2,3/4; [0]; [1]", 4, true},
	} {
		tr := readNode(t, treeNode(t, "decision_tree_regression", "features:x > prediction:y", c.tree, attrInt("num_features", 1)))
		want := "0"
		if c.right {
			want = "1"
		}
		if got := row(tr, dense(c.x)); got != want {
			t.Errorf("%s with %v: %s, want %s", c.tree, c.x, got, want)
		}
	}
}

func TestTreesRefused(t *testing.T) {
	const dtr, dtc, rfc, gbt = "decision_tree_regression", "decision_tree_classifier", "random_forest_classifier", "gbt_classifier"
	const stump = "0<=1; [0 1]; [1 0]"
	two, features := attrInt("num_classes", 2), attrInt("num_features", 1)
	without := func(n *bundle.Node, what string) *bundle.Node {
		n.Model.Files, n.Model.Subs = nil, nil
		return n
	}
	for _, c := range []struct {
		want string
		node *bundle.Node
	}{
		{"root/decision_tree_regression.node: decision_tree_regression: a split tests feature 7 of 1", treeNode(t, dtr, "", "7<=1; [0]; [1]", features)},
		{"tests feature 0 of 0", treeNode(t, dtr, "", "0<=1; [0]; [1]", attrDefault("num_features"))},
		{"the tree ends", treeNode(t, dtr, "", "0<=1; [0]", features)},
		{"the tree goes on after its last leaf", treeNode(t, dtr, "", "0<=1; [0]; [1]; [2]", features)},
		{"a leaf has 0 values, not 1", treeNode(t, dtr, "", "[]", features)},
		{"a split lists category 5 of 5", treeNode(t, dtr, "", "0 in 5/5; [0]; [1]", features)},
		{`attribute "num_features" is missing`, treeNode(t, dtr, "", "[0]")},
		{"no such file", without(treeNode(t, dtr, "", "[0]", features), "tree")},
		{"a leaf has 3 values, not 2", treeNode(t, dtc, "", "[1 2 3]", two, features)},
		{"leaf 1 has a class count of -1", treeNode(t, dtc, "", "0<=1; [1 2]; [-1 2]", two, features)},
		{"leaf 0 has a class count of NaN", treeNode(t, dtc, "", "[1 null]", two, features)},
		{`"num_classes" is below 1`, treeNode(t, dtc, "", "[]", attrDefault("num_classes"), features)},
		{`attribute "num_classes" is missing`, treeNode(t, dtc, "", "[1 2]", features)},
		{`"thresholds" has 3 values for 2 classes`, treeNode(t, dtc, "", "[1 2]", two, features, attrFloats("thresholds", 1, 1, 1))},
		{`"trees" is empty`, forestNode(t, rfc, "", dtc, nil, two, features)},
		{"root/random_forest_classifier.node/tree1: decision_tree_classifier: a leaf has 1 value, not 2", forestNode(t, rfc, "", dtc, []string{stump, "[1]"}, two, features)},
		{"no model here", without(forestNode(t, rfc, "", dtc, []string{stump}, two, features), "trees")},
		{"a random_forest_classifier is made of decision_tree_classifier", forestNode(t, rfc, "", dtr, []string{stump}, two, features)},
		{"a gbt_classifier is made of decision_tree_regression", forestNode(t, gbt, "", dtc, []string{stump}, features, attrFloats("tree_weights", 1))},
		{`"tree_weights" has 2 values for 1 trees`, forestNode(t, gbt, "", dtr, []string{"[1]"}, features, attrFloats("tree_weights", 1, 1))},
		{`"tree_weights" is missing`, forestNode(t, gbt, "", dtr, []string{"[1]"}, features)},
		{`"num_classes" is 3`, forestNode(t, gbt, "", dtr, []string{"[1]"}, features, attrFloats("tree_weights", 1), attrInt("num_classes", 3))},
		{`"lossType" is "hinge"`, forestNode(t, gbt, "", dtr, []string{"[1]"}, features, attrFloats("tree_weights", 1), attrString("lossType", "hinge"))},
	} {
		_, err := NewSource(c.node, Table).Read()
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %q", err, c.want)
		}
		var e *bundle.Error
		if err != nil && !errors.As(err, &e) {
			t.Errorf("%v is a %T", err, err)
		}
	}
}

func TestTreesShortVector(t *testing.T) {
	// -1: Spark doesn't know the number of features of a model of its old API.
	tr := readNode(t, treeNode(t, "decision_tree_regression", "features:x > prediction:y", "3<=1; [0]; [1]", attrInt("num_features", -1)))
	if typ := tr.Inputs()[0].Type; typ.Size() != -1 {
		t.Errorf("input is a %v", typ)
	}
	if got := row(tr, dense(0, 0, 0, 2)); got != "1" {
		t.Error(got)
	}
	if got := row(tr, dense(0, 0, 0)); got != "wrong vector size at 0" {
		t.Error(got)
	}
	if got := row(tr, sparse(3)); got != "wrong vector size at 0" {
		t.Error(got)
	}
	if got := row(tr, sparse(9, 2, 5, 3, 1.5)); got != "1" {
		t.Error(got)
	}
}
