package xgboost

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// reader fills a saved from a document, whose objects' keys come in any order.
type reader struct {
	*saved
	in source
	a  arrays // of the tree that is being read
	id int    // its number
}

// object reads the members of the object that is called parent.
func (r *reader) object(parent string) error {
	return r.in.Object(func(key string) error { return r.member(parent, key) })
}

// member reads one member. Only where a name means different things in
// different objects does the object matter.
func (r *reader) member(parent, key string) (err error) {
	if p := r.ints(key); p != nil {
		*p, err = ints(r.in, *p)
		return err
	}
	if p := r.floats(key); p != nil {
		*p, err = floats(r.in, *p)
		return err
	}
	if p := r.param(parent, key); p != nil {
		text, err := r.in.String()
		if err != nil {
			return err
		}
		if *p, err = strconv.Atoi(text); err != nil || *p > math.MaxInt32 {
			err = errors.New(key + " cannot be " + strconv.Quote(text))
		}
		return err
	}
	switch key {
	case "gbtree":
		r.booster = "dart" // which has a gbtree inside
		return r.object(key)
	case "Model", // of what XGBoosterSerializeToBuffer gives, beside "Config"
		"learner", "gradient_booster", "model", "objective", "learner_model_param", "gbtree_model_param", "tree_param":
		return r.object(key)
	case "name":
		name, err := r.in.String()
		if parent == "objective" {
			r.objective = name
		} else if r.booster != "dart" {
			r.booster = name
		}
		return err
	case "base_score":
		return r.baseScore()
	case "trees":
		return r.in.Array(r.tree)
	case "id":
		f, err := r.in.Float()
		r.id = int(f)
		return err
	}
	return r.in.Skip()
}

// ints, floats and param are where a member of that name belongs; nil if it is
// no list of whole numbers, none of numbers, and no whole number in a string.
func (r *reader) ints(key string) *[]int32 {
	a := &r.a
	switch key {
	case "tree_info":
		return &r.groups
	case "iteration_indptr":
		return &r.rounds
	case "left_children":
		return &a.left
	case "right_children":
		return &a.right
	case "split_indices":
		return &a.feature
	case "default_left":
		return &a.defaultLeft
	case "split_type":
		return &a.splitType
	case "categories_nodes":
		return &a.catNodes
	case "categories_segments":
		return &a.catStart
	case "categories_sizes":
		return &a.catSize
	case "categories":
		return &a.cats
	}
	return nil
}

func (r *reader) floats(key string) *[]float32 {
	switch key {
	case "weight_drop":
		return &r.drop
	case "weights":
		return &r.weights
	case "split_conditions":
		return &r.a.value
	case "sum_hessian":
		return &r.a.cover
	}
	return nil
}

func (r *reader) param(parent, key string) *int {
	switch key {
	case "num_feature":
		if parent != "tree_param" { // trees have their own
			return &r.features
		}
	case "num_class":
		return &r.classes
	case "num_target":
		return &r.targets
	case "num_parallel_tree":
		return &r.parallel
	case "size_leaf_vector":
		return &r.vector
	}
	return nil
}

// baseScore reads a number in a string, or a list of them.
func (r *reader) baseScore() error {
	text, err := r.in.String()
	for err == nil {
		word, rest, more := strings.Cut(strings.Trim(text, "[]"), ",")
		f, bad := strconv.ParseFloat(word, 32)
		if bad != nil {
			return errors.New("base_score " + strconv.Quote(text) + " is not a number")
		}
		r.base = append(r.base, float32(f))
		if text = rest; !more {
			break
		}
	}
	return err
}

// tree reads a tree through buffers that all trees share.
func (r *reader) tree(i int) error {
	a := &r.a
	for _, c := range [...]*[]int32{&a.left, &a.right, &a.feature, &a.defaultLeft, &a.splitType, &a.catNodes, &a.catStart, &a.catSize, &a.cats} {
		*c = (*c)[:0]
	}
	a.value, a.cover = a.value[:0], a.cover[:0]
	r.id = i
	err := r.object("tree")
	if err == nil {
		err = r.add(r.id, a)
	}
	return err
}

func floats(in source, out []float32) ([]float32, error) {
	out = out[:0]
	err := in.Array(func(int) error {
		f, err := in.Float()
		out = append(out, float32(f))
		return err
	})
	return out, err
}

func ints(in source, out []int32) ([]int32, error) {
	out = out[:0]
	err := in.Array(func(int) error {
		f, err := in.Float()
		if err == nil && (f != math.Trunc(f) || f < math.MinInt32 || f > math.MaxInt32) {
			err = errors.New(strconv.FormatFloat(f, 'g', -1, 64) + " is not a whole number of 32 bits")
		}
		out = append(out, int32(f))
		return err
	})
	return out, err
}
