package transform

import (
	"math"
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

// Models that Spark itself saved carry its version, and ops follow it.

func spark(version string) bundle.Attribute { return attrString("spark", version) }

// settle makes a transformer take the types of a frame, if it has to.
func settle(t testing.TB, tr Transformer, columns ...frame.Field) Transformer {
	t.Helper()
	r, ok := tr.(Resolver)
	if !ok {
		return tr
	}
	tr, err := r.Resolve(columns)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func col(name string, t frame.Type) frame.Field { return frame.Field{Name: name, Type: t} }

// sparkRow is row behind the plan's check for null.
func sparkRow(tr Transformer, in ...*frame.Value) string {
	for i, p := range tr.Inputs() {
		if in[i] != nil && in[i].Null && !p.Type.Nullable {
			return "null value at " + p.Name
		}
	}
	return row(tr, in...)
}

func TestSparkVersion(t *testing.T) {
	for v, want := range map[string]int{"4.1": 401, "3.5": 305, "2.4": 204, "4.10": 410} {
		s := NewSource(nodeOf("x", "", spark(v)), nil)
		if got := s.Spark(); got != want || s.Err() != nil {
			t.Errorf("%s: %d, %v", v, got, s.Err())
		}
	}
	if got := NewSource(nodeOf("x", ""), nil).Spark(); got != 0 {
		t.Errorf("none: %d", got)
	}
	for _, v := range []string{"", "4", "four", "4.x", "0.9", "4.100"} {
		s := NewSource(nodeOf("x", "", spark(v)), nil)
		if s.Spark(); s.Err() == nil {
			t.Errorf("%q: no error", v)
		}
	}
}

func TestSparkNull(t *testing.T) {
	double, vector := frame.ScalarOf(frame.Double).OrNull(), frame.TensorOf(frame.Double).OrNull()
	nan := math.NaN()
	splits := attrFloats("splits", 0, 1, 2)
	labels := []bundle.Attribute{attrStrings("labels", "a", "b"), shapeOfInput(frame.Scalar)}
	threshold := []bundle.Attribute{attrFloat("threshold", 1), shapeOfShapes(frame.Scalar)}
	bounds := []bundle.Attribute{attrFloats("boundaries", 0, 1), attrFloats("predictions", 2, 4), attrInt("spark_feature_index", 1)}
	glm := []bundle.Attribute{attrVector("coefficients", 2), attrFloat("intercept", 1), attrString("family", "gaussian"), attrString("link", "identity")}
	for name, c := range map[string]struct {
		op, sockets, version string
		attrs                []bundle.Attribute
		column               frame.Type
		in                   []*frame.Value
		want                 string
	}{
		"a bucket for null":              {"bucketizer", "input:x > output:y", "4.1", []bundle.Attribute{splits}, double, []*frame.Value{null()}, "null"},
		"a bucket for null under keep":   {"bucketizer", "input:x > output:y", "4.1", []bundle.Attribute{splits, attrString("handle_invalid", "keep")}, double, []*frame.Value{null()}, "null"},
		"a bucket for null under skip":   {"bucketizer", "input:x > output:y", "4.1", []bundle.Attribute{splits, attrString("handle_invalid", "skip")}, double, []*frame.Value{null()}, "dropped"},
		"a vector for null":              {"one_hot_encoder", "input:x > output:y", "3.5", []bundle.Attribute{attrInts("category_sizes", 3), attrBool("drop_last", true), attrString("handle_invalid", "error")}, double, []*frame.Value{null()}, "null"},
		"a label for null, Spark 4":      {"reverse_string_indexer", "input:x > output:y", "4.1", labels, double, []*frame.Value{null()}, "null value at input"},
		"a label for null, Spark 3":      {"reverse_string_indexer", "input:x > output:y", "3.5", labels, double, []*frame.Value{null()}, "null"},
		"a label for NaN, Spark 4":       {"reverse_string_indexer", "input:x > output:y", "4.1", labels, double, []*frame.Value{num(nan)}, "value out of range at 0"},
		"a label for NaN, Spark 3":       {"reverse_string_indexer", "input:x > output:y", "3.3", labels, double, []*frame.Value{num(nan)}, `"a"`},
		"null above a threshold":         {"binarizer", "input:x > output:y", "4.1", threshold, double, []*frame.Value{null()}, "0"},
		"null above one, Spark 3":        {"binarizer", "input:x > output:y", "3.5", threshold, double, []*frame.Value{null()}, "null"},
		"a vector above a threshold":     {"binarizer", "input:x > output:y", "4.1", threshold, vector, []*frame.Value{dense(0.5, 1, 3)}, "[0 0 1]"},
		"no vector":                      {"binarizer", "input:x > output:y", "4.1", threshold, vector, []*frame.Value{null()}, "null value at input"},
		"isotonic null":                  {"isotonic_regression", "features:x > prediction:y", "4.1", bounds, double, []*frame.Value{null()}, "null"},
		"isotonic number":                {"isotonic_regression", "features:x > prediction:y", "4.1", bounds, double, []*frame.Value{num(0.5)}, "3"},
		"isotonic vector":                {"isotonic_regression", "features:x > prediction:y", "4.1", bounds, vector, []*frame.Value{dense(9, 0.25)}, "2.5"},
		"an offset":                      {"generalized_linear_regression", "features:x offset:o > prediction:y", "4.1", glm, vector, []*frame.Value{dense(3), num(0.5)}, "7.5 7.5"},
		"no offset":                      {"generalized_linear_regression", "features:x offset:o > prediction:y", "4.1", glm, vector, []*frame.Value{dense(3), null()}, "null null"},
		"a scaler that does nothing":     {"standard_scaler", "input:x > output:y", "4.1", nil, vector, []*frame.Value{null()}, "null"},
		"a hash for a column of strings": {"feature_hasher", "input0:x > output:y", "4.1", hasher(frame.Double), frame.ScalarOf(frame.String).OrNull(), []*frame.Value{str("a")}, "8:[6=1]"},
		"a hash for null":                {"feature_hasher", "input0:x > output:y", "4.1", hasher(frame.Double), frame.ScalarOf(frame.Long).OrNull(), []*frame.Value{null()}, "8:[]"},
	} {
		t.Run(name, func(t *testing.T) {
			tr := readNode(t, nodeOf(c.op, c.sockets, append(c.attrs, spark(c.version))...))
			tr = settle(t, tr, col("x", c.column), col("o", double))
			if got := sparkRow(tr, c.in...); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func shapeOfInput(k frame.Kind) bundle.Attribute {
	return bundle.Attribute{Name: "input_shape", Type: bundle.DataShapeValue, Shapes: []bundle.DataShape{{Kind: k}}}
}

func shapeOfShapes(k frame.Kind) bundle.Attribute {
	return bundle.Attribute{Name: "input_shapes", Type: bundle.DataShapeValue, Shapes: []bundle.DataShape{{Kind: k}}}
}

func hasher(b frame.Basic) []bundle.Attribute {
	return []bundle.Attribute{attrInt("num_features", 8), attrStrings("categorical_cols"), attrStrings("input_names", "x"),
		{Name: "basic_types", Kind: bundle.ListAttr, Type: bundle.BasicTypeValue, Basics: []frame.Basic{b}}, attrShapes("input_shapes", bundle.DataShape{})}
}

// The leaf's place is its number from left to right, however the trees are laid out.
func TestSparkLeaves(t *testing.T) {
	var data []byte
	for _, n := range []bundle.TreeNode{
		{Feature: 0, Continuous: true, Threshold: 0},
		{Feature: 1, Continuous: true, Threshold: 0},
		{Leaf: true, Values: []float64{10}},
		{Feature: 1, Continuous: true, Threshold: 5},
		{Leaf: true, Values: []float64{20}},
		{Leaf: true, Values: []float64{30}},
		{Leaf: true, Values: []float64{40}},
	} {
		data = bundle.AppendTreeNode(data, bundle.Protobuf, &n)
	}
	tree := func(sockets string, attrs ...bundle.Attribute) *bundle.Node {
		n := nodeOf("decision_tree_regression", sockets, append(attrs, attrInt("num_features", 2), spark("4.1"))...)
		n.Model.Format = bundle.Protobuf
		n.Model.Files = []bundle.File{{Name: "tree.pb", Data: data}}
		return n
	}
	one := readNode(t, tree("features:f > prediction:p variance:v leaf:l", attrFloats("leaf_variances", 0.1, 0.2, 0.3, 0.4)))
	forest := nodeOf("random_forest_regression", "features:f > prediction:p leaf:l", attrInt("num_features", 2), attrStrings("trees", "tree0", "tree1"),
		attrFloats("tree_weights", 1, 1), spark("4.1"))
	forest.Model.Subs = []bundle.Sub{{Dir: "tree0", Model: tree("").Model}, {Dir: "tree1", Model: tree("").Model}}
	two := readNode(t, forest)
	for _, c := range []struct {
		in        *frame.Value
		one, many string
	}{
		{dense(-1, -1), "10 0.1 0", "10 [0 0]"},
		{dense(0, 1), "20 0.2 1", "20 [1 1]"},
		{dense(0, 6), "30 0.3 2", "30 [2 2]"},
		{sparse(2, 0, 1), "40 0.4 3", "40 [3 3]"},
	} {
		if got := row(one, c.in); got != c.one {
			t.Errorf("%v: got %s, want %s", c.in.Nums, got, c.one)
		}
		if got := row(two, c.in); got != c.many {
			t.Errorf("%v: got %s from the forest, want %s", c.in.Nums, got, c.many)
		}
		wantNoAllocs(t, one, c.in)
		wantNoAllocs(t, two, c.in)
	}
	readFault(t, tree("features:f > variance:v", attrFloats("leaf_variances", 1, 2)))
}

// A multinomial model of two classes has a margin for each.
func TestSparkTwoMargins(t *testing.T) {
	n := nodeOf("logistic_regression", "features:f > raw_prediction:r probability:q prediction:p", attrInt("num_classes", 2),
		attrTensor("coefficient_matrix", []float64{1, 2}, 2, 1), attrVector("intercept_vector", 0.5, -0.5),
		attrVector("coefficients", 1), attrFloat("intercept", -1), spark("4.1"))
	if got, want := row(readNode(t, n), dense(1)), "[1.5 1.5] [0.5 0.5] 0"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	n.Model.Attributes = n.Model.Attributes[:len(n.Model.Attributes)-1]
	if got, want := row(readNode(t, n), dense(1)), "[-0 0] [0.5 0.5] 0"; got != want {
		t.Errorf("without Spark's version: got %s, want %s", got, want)
	}
}

func TestSparkClusters(t *testing.T) {
	centers := bundle.Attribute{Name: "cluster_centers", Kind: bundle.ListAttr, Type: bundle.TensorValue, Tensors: []bundle.Tensor{
		{Base: frame.Double, Dims: []int{2}, Floats: []float64{10, 0}}, {Base: frame.Double, Dims: []int{2}, Floats: []float64{1, 1}}}}
	for measure, want := range map[string][]string{"euclidean": {"1", "1"}, "cosine": {"0", "value out of range at 0"}} {
		tr := readNode(t, nodeOf("k_means", "features:f > prediction:p", centers, attrInt("num_features", 2), attrString("distance_measure", measure), spark("4.1")))
		for i, in := range []*frame.Value{dense(2, 0.1), dense(0, 0)} {
			if got := row(tr, in); got != want[i] {
				t.Errorf("%s, %v: got %s, want %s", measure, in.Nums, got, want[i])
			}
		}
	}
	readFault(t, nodeOf("k_means", "", centers, attrString("distance_measure", "manhattan")))
}

func TestSparkALS(t *testing.T) {
	factor := func(name string, v ...float64) bundle.Attribute {
		return bundle.Attribute{Name: name, Kind: bundle.ListAttr, Type: bundle.TensorValue, Tensors: []bundle.Tensor{{Base: frame.Float, Dims: []int{len(v)}, Floats: v}}}
	}
	model := func(strategy string) Transformer {
		return readNode(t, nodeOf("als", "user:u item:i > prediction:p", attrInt("rank", 2), attrInts("users", 1), factor("user_factors", 1, 2),
			attrInts("items", 5), factor("item_factors", 3, 4), attrString("cold_start_strategy", strategy), spark("4.1")))
	}
	for _, c := range []struct {
		strategy   string
		user, item *frame.Value
		want       string
	}{
		{"nan", num(1), num(5), "11"},
		{"nan", num(2), num(5), "NaN"},
		{"drop", num(1), num(6), "dropped"},
		{"nan", num(1.5), num(5), "value out of range at 0"},
		{"nan", num(1), num(1 << 40), "value out of range at 1"},
		{"drop", null(), num(5), "null value at user"},
	} {
		if got := sparkRow(model(c.strategy), c.user, c.item); got != c.want {
			t.Errorf("%s, %v, %v: got %s, want %s", c.strategy, c.user, c.item, got, c.want)
		}
	}
	readFault(t, nodeOf("als", "", attrInt("rank", 2), attrString("cold_start_strategy", "guess")))
}
