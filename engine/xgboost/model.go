// Package xgboost reads the models that XGBoost saves and computes what its CPU
// predictor computes, bit for bit: float32 sums in the order of the trees,
// missing values, categorical splits, dart weights, the linear booster, and
// TreeSHAP contributions.
//
// The reference is XGBoost 2.1 (src/predictor/cpu_predictor.cc, cpu_treeshap.cc,
// src/gbm, src/objective), which is what MLeap 0.25 runs; models of every
// version from 0.7 to 3.x can be read.
package xgboost

import (
	"errors"
	"math"
	"slices"
	"strconv"
)

// Model is a booster. It is read once and never changed.
type Model struct {
	Objective string
	Features  int     // how many features it was trained on
	Used      []int32 // those that any tree splits on, ascending
	Groups    int     // margins a row: classes or targets, 1 for most objectives
	Trees     []Tree
	Depth     int // of the deepest tree

	base     []float32 // margin of each group before any tree
	link     link
	nodes    []node
	cover    []float32 // sum of hessians at each node, which contributions weigh branches by
	cats     []uint32  // categories of categorical splits
	weights  []float32 // of the linear booster: a feature's for each group, the biases last
	rounds   []int32   // trees there are after each round of boosting, from round 0
	parallel int       // trees grown at a time for each group
}

// Tree is one tree: where its nodes are, the group whose margin it adds to, and
// what its leaves are multiplied by (1, but for dart).
type Tree struct {
	First, Size int
	Group       int
	Weight      float32
	depth       int
	mean        float32 // of its leaves, weighed by cover
}

// node is a split or a leaf.
//
//	leaf         left < 0; data is the bits of its float32 value
//	split        data is the bits of its float32 threshold: left if below it
//	categorical  data is where in cats its categories are: how many, then each
//	             in ascending order; right if it is one of them
//
// Children are positions in the model's nodes. feature holds two flags besides
// the feature's position in the model's Used.
type node struct {
	feature     uint32
	left, right int32
	data        uint32
}

const (
	defaultLeft = 1 << 31 // a missing value goes left
	categorical = 1 << 30
	featureMask = categorical - 1

	maxCategory = 1 << 24 // categories are float32 whole numbers below it
)

// Linear says whether the model is of the linear booster, which has no trees.
func (m *Model) Linear() bool { return m.weights != nil }

// Nodes is the number of nodes of all trees.
func (m *Model) Nodes() int { return len(m.nodes) }

// Limit is how many trees a limit stands for: 0 for all of them, else the
// limit is divided by the number of trees grown at a time for each group, and
// is a number of rounds then (c_api_utils.h, GetIterationFromTreeLimit).
func (m *Model) Limit(limit int) (trees int, err error) {
	if limit == 0 || m.Linear() {
		return len(m.Trees), nil
	}
	round := limit / m.parallel
	if round == 0 { // as XGBoost has it: fewer than one round is no limit
		return len(m.Trees), nil
	}
	if limit < 0 || round >= len(m.rounds) {
		return 0, errors.New("the limit of " + strconv.Itoa(limit) + " trees is beyond the " + strconv.Itoa(len(m.rounds)-1) + " rounds of the model")
	}
	return int(m.rounds[round]), nil
}

// saved is what a file says, before it is checked and put together.
type saved struct {
	objective, booster string
	old                bool // written before 1.0, when base_score was saved as a margin
	base               []float32
	features           int
	classes, targets   int
	parallel           int
	vector             int // length of the leaves, where they are vectors
	trees              []savedTree
	groups             []int32 // of each tree
	rounds             []int32
	drop               []float32 // dart's weights
	weights            []float32 // the linear booster's

	nodes []node
	cover []float32
	cats  []uint32
}

// savedTree is a tree whose nodes are among those of saved already. They come
// in the order of the file, which is not that of the ids.
type savedTree struct {
	id, first, size, depth int
}

// arrays are a tree's columns as files hold them.
type arrays struct {
	left, right, feature []int32
	value, cover         []float32
	defaultLeft          []int32
	splitType            []int32 // 1 for categorical; older files have none

	// Categories of the nodes in catNodes: those from start on, so many of them.
	catNodes, catStart, catSize, cats []int32
}

// add checks a tree and takes it over. Every node that can be reached from the
// root must be reached once: no cycles, nothing outside.
func (s *saved) add(id int, a *arrays) error {
	bad := func(msg string) error { return errors.New("tree " + strconv.Itoa(id) + " " + msg) }
	n := len(a.left)
	for _, size := range [...]int{len(a.right), len(a.feature), len(a.value), len(a.defaultLeft), len(a.cover), max(len(a.splitType), n)} {
		if size != n || n == 0 {
			return bad("has " + strconv.Itoa(n) + " left children, and " + strconv.Itoa(size) + " of something else")
		}
	}
	if s.vector > 1 {
		return bad("has leaves that are vectors (multi_strategy = multi_output_tree), which are not supported")
	}
	first := len(s.nodes)
	if int64(first)+int64(n) > math.MaxInt32 {
		return bad("has more nodes than can be numbered")
	}
	t := savedTree{id: id, first: first, size: n}
	s.cover = append(s.cover, a.cover...)
	s.nodes = append(s.nodes, make([]node, n)...)
	nodes := s.nodes[first:]
	for i := range nodes {
		nodes[i].left = -1 // what pruning left unused stays so
	}
	seen := make([]bool, n)
	stack := []int{0, 0} // nodes and their depths
	for len(stack) > 0 {
		i, depth := stack[len(stack)-2], stack[len(stack)-1]
		stack = stack[:len(stack)-2]
		l, r, f := int(a.left[i]), int(a.right[i]), a.feature[i]
		x := &nodes[i]
		x.data = math.Float32bits(a.value[i])
		t.depth = max(t.depth, depth)
		switch {
		case seen[i]:
			return bad("has a node that is the child of two, " + strconv.Itoa(i))
		case l == -1:
			seen[i] = true
			continue
		case l < 0 || l >= n || r < 0 || r >= n:
			return bad("has no nodes " + strconv.Itoa(l) + " and " + strconv.Itoa(r) + ", the children of " + strconv.Itoa(i))
		case f < 0 || f >= featureMask:
			return bad("splits on feature " + strconv.Itoa(int(f)))
		}
		seen[i] = true
		x.feature = uint32(f)
		if a.defaultLeft[i] != 0 {
			x.feature |= defaultLeft
		}
		if len(a.splitType) != 0 && a.splitType[i] == 1 {
			x.feature |= categorical
			x.data = noCategories
		}
		x.left, x.right = int32(first+l), int32(first+r)
		stack = append(stack, r, depth+1, l, depth+1)
	}
	if !s.categories(nodes, a) {
		return bad("has categorical splits without categories, or with unusable ones")
	}
	s.trees = append(s.trees, t)
	return nil
}

// categories gives categorical splits their categories, which are ascending
// numbers, as are the places at which those of each node begin.
func (s *saved) categories(nodes []node, a *arrays) bool {
	if len(a.catStart) != len(a.catNodes) || len(a.catSize) != len(a.catNodes) {
		return false
	}
	end := 0
	for k, i := range a.catNodes {
		start, size := int(a.catStart[k]), int(a.catSize[k])
		if i < 0 || int(i) >= len(nodes) || start < end || size < 0 || start+size > len(a.cats) {
			return false
		}
		end = start + size
		x := &nodes[i]
		if x.feature&categorical == 0 || x.data != noCategories {
			continue
		}
		x.data = uint32(len(s.cats))
		s.cats = append(s.cats, uint32(size))
		last := int32(-1)
		for _, c := range a.cats[start:end] {
			if c <= last || c >= maxCategory {
				return false
			}
			last = c
			s.cats = append(s.cats, uint32(c))
		}
	}
	for i := range nodes {
		if nodes[i].feature&categorical != 0 && nodes[i].data == noCategories {
			return false
		}
	}
	return true
}

// noCategories marks a categorical split whose categories are still to come.
const noCategories = 1<<32 - 1

// model checks the whole and puts it together.
func (s *saved) model() (*Model, error) {
	m := &Model{Objective: s.objective, Features: s.features, nodes: s.nodes, cover: s.cover, cats: s.cats}
	if s.classes < 0 || s.targets < 0 || s.features < 0 || s.features >= featureMask {
		return nil, errors.New("an impossible num_class, num_target or num_feature")
	}
	m.Groups = max(1, s.classes, s.targets)
	m.parallel = max(1, s.parallel)
	var err error
	if m.link, err = linkOf(s.objective); err != nil {
		return nil, err
	}
	if m.link == softmax && s.classes < 1 {
		return nil, errors.New("objective " + s.objective + " without num_class")
	}
	if s.booster == "gblinear" {
		if len(s.weights)/m.Groups != s.features+1 || len(s.weights)%m.Groups != 0 {
			return nil, errors.New(strconv.Itoa(len(s.weights)) + " weights for " + strconv.Itoa(s.features) + " features, a bias and " + strconv.Itoa(m.Groups) + " groups")
		}
		m.weights = s.weights
		m.Used = make([]int32, s.features)
		for i := range m.Used {
			m.Used[i] = int32(i)
		}
	} else if err := s.forest(m); err != nil {
		return nil, err
	}
	return m, s.intercept(m)
}

func (s *saved) forest(m *Model) error {
	n := len(s.trees)
	if m.Groups > max(n, 100) { // so that the length of a file bounds the size of what is made of it
		return errors.New(strconv.Itoa(n) + " trees for " + strconv.Itoa(m.Groups) + " groups")
	}
	if len(s.groups) != n {
		return errors.New(strconv.Itoa(len(s.groups)) + " tree_info for " + strconv.Itoa(n) + " trees")
	}
	if s.booster == "dart" && len(s.drop) != n {
		return errors.New(strconv.Itoa(len(s.drop)) + " weight_drop for " + strconv.Itoa(n) + " trees")
	}
	m.Trees = make([]Tree, n)
	for _, t := range s.trees {
		if t.id < 0 || t.id >= n || m.Trees[t.id].Size != 0 {
			return errors.New("the trees' ids are not 0 to " + strconv.Itoa(n-1))
		}
		group := int(s.groups[t.id])
		if group < 0 || group >= m.Groups {
			return errors.New("tree " + strconv.Itoa(t.id) + " is for group " + strconv.Itoa(group) + " of " + strconv.Itoa(m.Groups))
		}
		m.Trees[t.id] = Tree{First: t.first, Size: t.size, Group: group, Weight: 1, depth: t.depth}
		if s.booster == "dart" {
			m.Trees[t.id].Weight = s.drop[t.id]
		}
		m.Depth = max(m.Depth, t.depth)
	}
	if err := m.compact(); err != nil {
		return err
	}
	m.rounds = s.rounds
	if m.rounds == nil && n > 0 { // gbtree_model.cc, MakeIndptr
		groups := int32(1)
		for _, g := range s.groups {
			groups = max(groups, g+1)
		}
		each := int(groups) * m.parallel
		for k := 0; k <= n; k += each {
			m.rounds = append(m.rounds, int32(k))
		}
	}
	if m.rounds == nil {
		m.rounds = []int32{0}
	}
	for i, r := range m.rounds {
		if i == 0 && r != 0 || i > 0 && r < m.rounds[i-1] || i == len(m.rounds)-1 && int(r) != n {
			return errors.New("the rounds of boosting do not add up to the " + strconv.Itoa(n) + " trees")
		}
	}
	return nil
}

// compact finds the features that are used and numbers them anew, so that a
// row costs as much as the trees need of it, however long the vector is.
func (m *Model) compact() error {
	for _, n := range m.nodes {
		if n.left >= 0 {
			m.Used = append(m.Used, int32(n.feature&featureMask))
		}
	}
	slices.Sort(m.Used)
	m.Used = slices.Clip(slices.Compact(m.Used))
	if k := len(m.Used); k > 0 && int(m.Used[k-1]) >= m.Features {
		return errors.New("a tree splits on feature " + strconv.Itoa(int(m.Used[k-1])) + " of " + strconv.Itoa(m.Features))
	}
	for i := range m.nodes {
		if n := &m.nodes[i]; n.left >= 0 {
			at, _ := slices.BinarySearch(m.Used, int32(n.feature&featureMask))
			n.feature = n.feature&^featureMask | uint32(at)
		}
	}
	return nil
}

// intercept turns base_score into margins (learner.cc). It was one number for
// all groups before 3.1; before 1.0 it was saved as a margin, which later
// versions take to an output and back, as the last bits show.
func (s *saved) intercept(m *Model) error {
	if len(s.base) != 1 && len(s.base) != m.Groups {
		return errors.New(strconv.Itoa(len(s.base)) + " values of base_score for " + strconv.Itoa(m.Groups) + " groups")
	}
	m.base = make([]float32, m.Groups)
	for g := range m.base {
		b := s.base[0]
		if len(s.base) > 1 {
			b = s.base[g]
		}
		if s.old {
			b = m.link.output(b)
		}
		var ok bool
		if m.base[g], ok = m.link.margin(b); !ok {
			return errors.New("base_score " + strconv.FormatFloat(float64(b), 'g', -1, 32) + " is outside what " + m.Objective + " allows")
		}
	}
	return nil
}
