package transform

import (
	"slices"
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
)

// targetEncoder replaces category indices with the mean of the target in their
// category, drawn to the mean of all as "smoothing" says.
//
// Spark: ml/feature/TargetEncoder.scala, which MLeap does not have. Numbers are
// compared as doubles, so -0.0 is 0. A category that was not seen, NaN and
// fractions among them, is refused, or with handle_invalid "keep" gets the
// encoding of all; so is null where no null was seen, else it has its own.
//
// The attributes are what Spark saves; ports are input0, output0 and so on.
//
//	handle_invalid  "error" or "keep"
//	target_type     "binary" or "continuous"
//	smoothing       double
//	num_columns     int
//	categories_<i>  list of double: -1 is null, 2147483647 all rows
//	counts_<i>      list of double, one a category: its rows
//	stats_<i>       list of double, one a category: the sum of the target if it is
//	                binary, else its mean
type targetEncoder struct {
	onUnseen invalid
	columns  []encodings
}

type encodings struct {
	in, out   string
	byValue   []encoding // ascending
	all, null float64
	hasNull   bool
}

type encoding struct{ category, value float64 }

const (
	nullCategory = -1
	allRows      = 1<<31 - 1
)

func readTargetEncoder(s *Source) (Transformer, error) {
	t := &targetEncoder{onUnseen: readInvalid(s, invalidError)}
	if t.onUnseen == invalidSkip {
		s.Fail("handle_invalid", `is "skip", not "error" or "keep"`)
	}
	target := s.String("target_type")
	if target != "binary" && target != "continuous" {
		s.Fail("target_type", "is "+strconv.Quote(target)+`, not "binary" or "continuous"`)
	}
	smoothing := s.Float("smoothing")
	n := s.Int("num_columns")
	for i := 0; i < n && s.Err() == nil; i++ {
		suffix := "_" + strconv.Itoa(i)
		categories, counts, stats := s.Floats("categories"+suffix), s.Floats("counts"+suffix), s.Floats("stats"+suffix)
		all := slices.Index(categories, allRows)
		if len(counts) != len(categories) || len(stats) != len(categories) || all < 0 {
			s.Fail("categories"+suffix, "has "+strconv.Itoa(len(categories))+" categories with "+strconv.Itoa(len(counts))+
				" counts and "+strconv.Itoa(len(stats))+" stats; 2147483647 must be among them")
			break
		}
		if target == "binary" { // sums to means
			stats = slices.Clone(stats)
			for k := range stats {
				stats[k] /= counts[k]
			}
		}
		var e encodings
		e.in, e.out = columnPorts(s, n, i)
		for k, c := range categories {
			weight := counts[k] / (counts[k] + smoothing)
			value := float64(weight*stats[k]) + float64((1-weight)*stats[all])
			switch c {
			case allRows:
				e.all = value
			case nullCategory:
				e.null, e.hasNull = value, true
			default:
				e.byValue = append(e.byValue, encoding{c, value})
			}
		}
		slices.SortFunc(e.byValue, compareEncodings)
		t.columns = append(t.columns, e)
	}
	return t, s.Err()
}

func compareEncodings(a, b encoding) int {
	switch {
	case a.category < b.category:
		return -1
	case a.category > b.category:
		return 1
	}
	return 0
}

func (t *targetEncoder) Inputs() []Port {
	ports := make([]Port, len(t.columns))
	for i := range t.columns {
		ports[i] = Port{Name: t.columns[i].in, Type: frame.ScalarOf(frame.Double).OrNull()}
	}
	return ports
}

func (t *targetEncoder) Outputs() []Port {
	ports := make([]Port, len(t.columns))
	for i := range t.columns {
		ports[i] = Port{Name: t.columns[i].out, Type: frame.ScalarOf(frame.Double)}
	}
	return ports
}

func (t *targetEncoder) Transform(in, out []*frame.Value) error {
	for i, v := range in {
		e := &t.columns[i]
		if v.Null && e.hasNull {
			out[i].SetNum(e.null)
			continue
		}
		if !v.Null && v.Num == v.Num {
			if k, seen := slices.BinarySearchFunc(e.byValue, encoding{category: v.Num}, compareEncodings); seen {
				out[i].SetNum(e.byValue[k].value)
				continue
			}
		}
		if t.onUnseen != invalidKeep {
			what := "null"
			if !v.Null {
				what = show(v.Num)
			}
			return Bad(i, ErrUnseen, "unseen category "+what, `handle_invalid is "error"; "keep" would give it the mean of all`)
		}
		out[i].SetNum(e.all)
	}
	return nil
}
