package importer

import (
	"slices"
	"strconv"

	"github.com/pageleap/pageleap/engine/bundle"
)

// Trees: ml/tree/treeModels.scala (DecisionTreeModelReadWrite,
// EnsembleModelReadWrite). Nodes are rows, in any order, that refer to their
// children by id; the root is 0, and a leaf's children are -1.

// treeRow is a node as Spark stores it.
type treeRow struct {
	*record
	left, right int
}

func (s *stage) treeRows(rows []*record) map[int]treeRow {
	nodes := make(map[int]treeRow, len(rows))
	for _, r := range rows {
		id := r.int("id")
		if _, twice := nodes[id]; twice {
			s.fail(ErrMalformed, r.file, "has two nodes %d in a tree", id)
		}
		if s.err != nil {
			return nil
		}
		nodes[id] = treeRow{r, r.int("leftChild"), r.int("rightChild")}
	}
	return nodes
}

// treeModel makes the model of a tree. Where stats, a leaf has the counts of
// its classes, else its prediction; with variances its impurity too.
func (s *stage) treeModel(op string, rows []*record, stats, variances bool, attrs ...bundle.Attribute) *bundle.Model {
	m := &bundle.Model{Format: bundle.Protobuf, Op: op, Attributes: attrs}
	nodes := s.treeRows(rows)
	var data []byte
	var leaves []float64
	seen := 0
	for todo := []int{0}; len(todo) > 0 && s.err == nil; {
		id := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		r, ok := nodes[id]
		// A tree of n nodes is walked in n steps.
		if seen++; !ok || seen > len(nodes) {
			s.fail(ErrMalformed, s.path("data"), "has no node %d in a tree, or one that is its own child: a part file may be missing", id)
			return m
		}
		n := bundle.TreeNode{Leaf: r.left < 0}
		switch {
		case n.Leaf && stats:
			n.Values = r.floats("impurityStats")
		case n.Leaf:
			n.Values = []float64{r.float("prediction")}
			if variances {
				leaves = append(leaves, r.float("impurity"))
			}
		default:
			r.split(&n)
			todo = append(todo, r.right, r.left)
		}
		data = bundle.AppendTreeNode(data, bundle.Protobuf, &n)
	}
	if s.err == nil && seen != len(nodes) {
		s.fail(ErrMalformed, s.path("data"), "has %d nodes that are not below a tree's root", len(nodes)-seen)
	}
	m.Files = []bundle.File{{Name: "tree.pb", Data: data}}
	if variances {
		m.Attributes = append(m.Attributes, floatsAttr("leaf_variances", leaves))
	}
	return m
}

// split reads a split (ml/tree/Split.scala): a threshold, or the categories
// that go left, of which the smaller half is kept.
func (r treeRow) split(n *bundle.TreeNode) {
	s := r.sub("split")
	n.Feature = s.int("featureIndex")
	list := s.floats("leftCategoriesOrThreshold")
	categories := s.int("numCategories")
	if r.s.err != nil {
		return
	}
	if categories == -1 {
		if len(list) != 1 {
			r.s.fail(ErrMalformed, r.file, "has a split with %d thresholds", len(list))
			return
		}
		n.Continuous, n.Threshold = true, list[0]
		return
	}
	if categories < 0 || categories > maxElements {
		r.s.fail(ErrMalformed, r.file, "has a split of %d categories", categories)
		return
	}
	n.NumCategories = categories
	if n.IsLeft = len(list) <= categories/2; n.IsLeft {
		n.Categories = list
		return
	}
	for c := range categories {
		if !slices.Contains(list, float64(c)) {
			n.Categories = append(n.Categories, float64(c))
		}
	}
}

// leafColumn binds the output of leaf numbers, an extension of ours.
func (s *stage) leafColumn(n *bundle.Node, trees int) {
	name := s.strOr("leafCol", "")
	bindOut(n, "leaf", name)
	if trees > 0 {
		s.put(name, vector(trees))
	}
}

func readTreeClassifier(s *stage) {
	features, classes := s.fieldInt("numFeatures"), s.fieldInt("numClasses")
	n := s.classifier("decision_tree_classifier", features, classes, true)
	attrs := append([]bundle.Attribute{longAttr("num_features", features), longAttr("num_classes", classes)}, n.Model.Attributes...)
	n.Model = s.treeModel("decision_tree_classifier", s.data("data"), true, false, attrs...)
	s.thresholds(n)
	s.leafColumn(n, 0)
}

func readTreeRegressor(s *stage) {
	features := s.fieldInt("numFeatures")
	n := s.predictor("decision_tree_regression", features)
	attrs := append([]bundle.Attribute{longAttr("num_features", features)}, n.Model.Attributes...)
	variance := s.strOr("varianceCol", "")
	n.Model = s.treeModel("decision_tree_regression", s.data("data"), false, variance != "", attrs...)
	bindOut(n, "variance", variance)
	s.leafColumn(n, 0)
}

// forest makes the trees of an ensemble the sub-models of a node. Weights are in
// treesMetadata, whose columns Spark 4.1 names otherwise than Spark 3: a tree's
// id, its metadata, its weight.
func (s *stage) forest(n *bundle.Node, op string, stats bool, attrs ...bundle.Attribute) {
	count := s.fieldInt("numTrees")
	if s.err == nil && (count < 1 || count > maxTrees) {
		s.fail(ErrMalformed, s.meta.file, "the field \"numTrees\" is %d", count)
	}
	if s.err != nil {
		return
	}
	weights := make([]float64, count)
	found := make([]bool, count)
	for _, r := range s.data("treesMetadata") {
		if len(r.g.values) < 3 {
			s.fail(ErrMalformed, r.file, "has %d columns, not 3", len(r.g.values))
			return
		}
		id, _ := r.g.values[0].(int64)
		weight, ok := r.g.values[2].(float64)
		if !ok || id < 0 || id >= int64(count) || found[id] {
			s.fail(ErrMalformed, r.file, "has tree %d, twice or among %d, or one without a weight", id, count)
			return
		}
		weights[id], found[id] = weight, true
	}
	rows := make([][]*record, count)
	for _, r := range s.data("data") {
		id := r.int("treeID")
		if s.err == nil && (id < 0 || id >= count) {
			s.fail(ErrMalformed, r.file, "has tree %d among %d", id, count)
		}
		if s.err != nil {
			return
		}
		rows[id] = append(rows[id], r.sub("nodeData"))
	}
	if i := slices.Index(found, false); i >= 0 && s.err == nil {
		s.fail(ErrMalformed, s.path("treesMetadata"), "has no tree %d: a part file may be missing", i)
	}
	var names []string
	for i := range rows {
		name := "tree" + strconv.Itoa(i)
		names = append(names, name)
		n.Model.Subs = append(n.Model.Subs, bundle.Sub{Dir: name, Model: s.treeModel(op, rows[i], stats, false, attrs...)})
	}
	set(n, strsAttr("trees", names), floatsAttr("tree_weights", weights))
	s.leafColumn(n, count)
}

const maxTrees = 1 << 20

func readForestClassifier(s *stage) {
	features, classes := s.fieldInt("numFeatures"), s.fieldInt("numClasses")
	attrs := []bundle.Attribute{longAttr("num_features", features), longAttr("num_classes", classes)}
	n := s.classifier("random_forest_classifier", features, classes, true, attrs...)
	s.forest(n, "decision_tree_classifier", true, attrs...)
	s.thresholds(n)
}

func readForestRegressor(s *stage) {
	features := s.fieldInt("numFeatures")
	n := s.predictor("random_forest_regression", features, longAttr("num_features", features))
	s.forest(n, "decision_tree_regression", false, longAttr("num_features", features))
}

func readGBTClassifier(s *stage) {
	features := s.fieldInt("numFeatures")
	n := s.classifier("gbt_classifier", features, 2, true, longAttr("num_features", features), longAttr("num_classes", 2))
	s.forest(n, "decision_tree_regression", false, longAttr("num_features", features))
	s.thresholds(n)
}

func readGBTRegressor(s *stage) {
	features := s.fieldInt("numFeatures")
	n := s.predictor("gbt_regression", features, longAttr("num_features", features))
	s.forest(n, "decision_tree_regression", false, longAttr("num_features", features))
}
