package xgboost

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// read fills s from a document. Objects' keys come in any order.
func (s *saved) read(in source) error {
	return in.Object(func(key string) error {
		switch key {
		case "Model": // of what XGBoosterSerializeToBuffer gives, beside "Config"
			return s.read(in)
		case "learner":
			return in.Object(func(key string) error {
				switch key {
				case "learner_model_param":
					return s.readParam(in)
				case "objective":
					return in.Object(func(key string) (err error) {
						if key == "name" {
							s.objective, err = in.String()
							return err
						}
						return in.Skip()
					})
				case "gradient_booster":
					return s.readBooster(in)
				}
				return in.Skip()
			})
		}
		return in.Skip()
	})
}

// readParam reads learner_model_param, whose values are all strings.
func (s *saved) readParam(in source) error {
	return in.Object(func(key string) error {
		text, err := in.String()
		if err != nil {
			return err
		}
		if key == "base_score" {
			for _, word := range strings.Split(strings.Trim(text, "[]"), ",") {
				f, err := strconv.ParseFloat(strings.TrimSpace(word), 32)
				if err != nil {
					return errors.New("base_score " + strconv.Quote(text) + " is not a number")
				}
				s.base = append(s.base, float32(f))
			}
			return nil
		}
		var to *int
		switch key {
		case "num_feature":
			to = &s.features
		case "num_class":
			to = &s.classes
		case "num_target":
			to = &s.targets
		default:
			return nil
		}
		*to, err = whole(key, text)
		return err
	})
}

func whole(key, text string) (int, error) {
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		return 0, errors.New(key + " " + strconv.Quote(text) + " is not a whole number")
	}
	return int(n), nil
}

func (s *saved) readBooster(in source) error {
	return in.Object(func(key string) (err error) {
		switch key {
		case "name":
			name, err := in.String()
			if s.booster != "dart" { // which has a gbtree inside
				s.booster = name
			}
			return err
		case "gbtree":
			s.booster = "dart"
			return s.readBooster(in)
		case "weight_drop":
			s.drop, err = floats(in, s.drop)
			return err
		case "model":
			return in.Object(func(key string) (err error) {
				switch key {
				case "weights":
					s.weights, err = floats(in, s.weights)
				case "tree_info":
					s.groups, err = ints(in, s.groups)
				case "iteration_indptr":
					s.rounds, err = ints(in, s.rounds)
				case "trees":
					var a arrays
					err = in.Array(func(i int) error { return s.readTree(in, i, &a) })
				case "gbtree_model_param":
					err = in.Object(func(key string) error {
						if key != "num_parallel_tree" {
							return in.Skip()
						}
						text, err := in.String()
						if err == nil {
							s.parallel, err = whole(key, text)
						}
						return err
					})
				default:
					err = in.Skip()
				}
				return err
			})
		}
		return in.Skip()
	})
}

// readTree reads a tree through the buffers of a.
func (s *saved) readTree(in source, id int, a *arrays) error {
	a.left, a.right, a.feature = a.left[:0], a.right[:0], a.feature[:0]
	a.value, a.cover, a.defaultLeft, a.splitType = a.value[:0], a.cover[:0], a.defaultLeft[:0], a.splitType[:0]
	a.catNodes, a.catStart, a.catSize, a.cats = a.catNodes[:0], a.catStart[:0], a.catSize[:0], a.cats[:0]
	err := in.Object(func(key string) (err error) {
		switch key {
		case "id":
			var f float64
			f, err = in.Float()
			id = int(f)
		case "left_children":
			a.left, err = ints(in, a.left)
		case "right_children":
			a.right, err = ints(in, a.right)
		case "split_indices":
			a.feature, err = ints(in, a.feature)
		case "split_conditions":
			a.value, err = floats(in, a.value)
		case "sum_hessian":
			a.cover, err = floats(in, a.cover)
		case "default_left":
			a.defaultLeft, err = ints(in, a.defaultLeft)
		case "split_type":
			a.splitType, err = ints(in, a.splitType)
		case "categories_nodes":
			a.catNodes, err = ints(in, a.catNodes)
		case "categories_segments":
			a.catStart, err = ints(in, a.catStart)
		case "categories_sizes":
			a.catSize, err = ints(in, a.catSize)
		case "categories":
			a.cats, err = ints(in, a.cats)
		case "tree_param":
			err = in.Object(func(key string) error {
				text, err := in.String()
				if err == nil && key == "size_leaf_vector" && text != "0" && text != "1" {
					err = errors.New("multi-output trees are not supported (multi_strategy = multi_output_tree)")
				}
				return err
			})
		default:
			err = in.Skip()
		}
		return err
	})
	if err != nil {
		return err
	}
	return s.add(id, a)
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
