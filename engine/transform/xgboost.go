package transform

import (
	"math"
	"strconv"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/xgboost"
)

// booster is what xgboost.classifier and xgboost.regression have in common: the
// model in the file xgboost.model, the features that it is given, and the
// columns about how a prediction came to be.
//
// What is missing is xgboost4j-spark's rule (PreXGBoost.transformDataset,
// DataUtils.processMissingValues): NaN, and whatever equals the attribute
// "missing" as a float32, and in a sparse vector all that it leaves out. Because
// zeros would then be missing in one vector and not in the other, sparse vectors
// are refused unless missing is 0 or allow_non_zero_for_missing is set. (MLeap
// knows none of these attributes: there NaN is missing, and what sparse vectors
// leave out.) An infinite feature is refused, as XGBoost's data.cc does, unless
// it is what stands for missing.
type booster struct {
	m        *xgboost.Model
	size     int // of the vector of features
	trees    int // how many are used
	missing  float32
	noSparse bool // refuse sparse vectors
	leaves   bool // the node has an output for them
	contribs bool
	features int // scratch space of contributions
	numbers  int
}

// readBooster reads what both ops have; faults are left in s or returned.
func readBooster(s *Source) (b booster, err error) {
	b.size = s.Int("num_features")
	limit := s.IntOr("tree_limit", 0)
	b.missing = float32(s.FloatOr("missing", math.NaN()))
	b.noSparse = s.Has("missing") && b.missing != 0 && !s.BoolOr("allow_non_zero_for_missing", false)
	if s.Err() != nil {
		return b, s.Err()
	}
	const file = "xgboost.model"
	bad := func(kind error, msg string) error {
		return &bundle.Error{Kind: kind, Path: s.Model.Path + "/" + file, Msg: s.Model.Op + ": " + msg}
	}
	data, ok := s.Model.File(file)
	if !ok {
		return b, bad(bundle.ErrNotFound, "the model has no such file")
	}
	if b.m, err = xgboost.Parse(data); err != nil {
		return b, bad(bundle.ErrMalformed, err.Error())
	}
	if b.size < 0 || b.size > b.m.Features {
		return b, bad(bundle.ErrMalformed, "trained on "+strconv.Itoa(b.m.Features)+" features, not on num_features = "+strconv.Itoa(b.size))
	}
	if b.trees, err = b.m.Limit(limit); err != nil {
		return b, bad(bundle.ErrMalformed, "tree_limit: "+err.Error())
	}
	if s.Node != nil {
		for _, o := range s.Node.Outputs {
			b.leaves = b.leaves || o.Port == "leaf_prediction"
			b.contribs = b.contribs || o.Port == "contrib_prediction"
		}
	}
	if b.leaves && b.m.Linear() {
		return b, bad(bundle.ErrMalformed, "the linear booster has no leaves for leaf_prediction")
	}
	if b.contribs {
		if b.features, b.numbers, err = b.m.Explain(); err != nil {
			return b, bad(bundle.ErrMalformed, "contrib_prediction: "+err.Error())
		}
	}
	return b, nil
}

func (b *booster) Inputs() []Port {
	return []Port{{Name: "features", Type: frame.TensorOf(frame.Double, b.size)}}
}

// explained are the outputs after the predictions, and the scratch space: the
// row, the margins, and what contributions need.
func (b *booster) explained() []Port {
	list := frame.ListOf(frame.Double).OrNull()
	scratch := Port{Type: frame.ListOf(frame.Double)}
	return []Port{
		{Name: "leaf_prediction", Type: list},
		{Name: "contrib_prediction", Type: list},
		scratch, scratch, scratch,
	}
}

// Holds tells how large the model is.
func (b *booster) Holds() []Fact {
	return []Fact{{"trees", len(b.m.Trees)}, {"nodes", b.m.Nodes()}}
}

// run computes the margins into the scratch space, which starts out[2] after
// the two explaining columns, and these columns.
func (b *booster) run(v *frame.Value, out []*frame.Value) (margins []float64, err error) {
	row := out[2].Dense(len(b.m.Used))
	if err := b.fill(v, row); err != nil {
		return nil, err
	}
	margins = out[3].Dense(b.m.Groups)
	b.m.Margins(row, b.trees, margins)
	out[0].SetNull()
	if b.leaves {
		b.m.Leaves(row, b.trees, out[0].Dense(b.trees))
	}
	out[1].SetNull()
	if b.contribs {
		numbers := out[4].Dense(b.numbers)
		if cap(out[4].Indices) < b.features {
			out[4].Indices = make([]int32, b.features)
		}
		features := out[4].Indices[:b.features]
		b.m.Contributions(row, b.trees, out[1].Dense(b.m.Groups*(b.m.Features+1)), features, numbers)
	}
	return margins, nil
}

// fill takes from v the features that the model uses.
func (b *booster) fill(v *frame.Value, row []float64) error {
	if v.Sparse && b.noSparse {
		missing := strconv.FormatFloat(float64(b.missing), 'g', -1, 32)
		return Bad(0, ErrValue, "a sparse vector, whose zeros would be taken for missing values",
			"Spark takes sparse vectors only with missing = 0 or allow_non_zero_for_missing = true; here missing is "+missing)
	}
	infinite := math.IsInf(float64(b.missing), 0)
	for i, x := range v.Nums {
		if f := float32(x); !infinite && math.IsInf(float64(f), 0) {
			if v.Sparse {
				i = int(v.Indices[i])
			}
			return Bad(0, ErrRange, "feature "+strconv.Itoa(i)+" is "+strconv.FormatFloat(x, 'g', -1, 64)+", infinite as a 32-bit float", "")
		}
	}
	k := 0
	for j, i := range b.m.Used {
		x := math.NaN()
		if !v.Sparse {
			if int(i) < len(v.Nums) {
				x = v.Nums[i]
			}
		} else {
			for k < len(v.Indices) && v.Indices[k] < i {
				k++
			}
			if k < len(v.Indices) && v.Indices[k] == i {
				x = v.Nums[k]
			}
		}
		f := float32(x)
		row[j] = float64(f)
		if f == b.missing {
			row[j] = math.NaN()
		}
	}
	return nil
}
