package transform

import (
	"math"
	"slices"
	"strconv"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

// als predicts the rating that a user gives an item: the product of the two's
// factors, or NaN where one of them is unknown.
//
// Spark: ml/recommendation/ALS.scala (ALSModel.predict), which adds up floats
// one after the other; MLeap's BLAS rounds otherwise, and answers differ in the
// last digit of a float. MLeap's bundles lose coldStartStrategy: rows that
// Spark's "drop" would leave out stay, as NaN. Models that Spark itself saved have
// it in cold_start_strategy; in them any number is taken, and refused unless it is
// a whole one of 32 bits.
type als struct {
	rank         int
	users, items factors
	drop, spark  bool
}

// factors are the vectors of users or of items, those of the smallest id first.
type factors struct {
	ids    []int
	values []float32 // rank of them for each id
}

func readALS(s *Source) (Transformer, error) {
	t := &als{rank: s.Int("rank")}
	if s.Err() == nil && t.rank < 0 {
		s.Fail("rank", "is negative")
	}
	switch strategy := s.StringOr("cold_start_strategy", "nan"); strategy {
	case "nan":
	case "drop":
		t.drop = true
	default:
		s.Fail("cold_start_strategy", "is "+strconv.Quote(strategy)+`, not "nan" or "drop"`)
	}
	t.spark = s.Spark() > 0
	t.users = readFactors(s, t.rank, "users", "user_factors")
	t.items = readFactors(s, t.rank, "items", "item_factors")
	return t, s.Err()
}

func readFactors(s *Source, rank int, ids, vectors string) factors {
	f := factors{ids: slices.Clone(s.Ints(ids))}
	tensors := s.Tensors(vectors)
	if s.Err() != nil {
		return f
	}
	if len(tensors) != len(f.ids) {
		s.Fail(vectors, "has "+strconv.Itoa(len(tensors))+" vectors for "+strconv.Itoa(len(f.ids))+" "+ids)
		return f
	}
	rows := make([]factorRow, len(f.ids))
	for i := range rows {
		rows[i] = factorRow{f.ids[i], &tensors[i]}
	}
	slices.SortFunc(rows, compareFactorRows)
	f.values = make([]float32, 0, rank*len(rows))
	for i, r := range rows {
		if len(r.tensor.Floats) != rank {
			s.Fail(vectors, "has a vector of "+strconv.Itoa(len(r.tensor.Floats))+" elements, but rank is "+strconv.Itoa(rank))
			return f
		}
		if i > 0 && r.id == rows[i-1].id {
			s.Fail(ids, "has "+strconv.Itoa(r.id)+" twice")
		}
		f.ids[i] = r.id
		for _, x := range r.tensor.Floats {
			f.values = append(f.values, float32(x))
		}
	}
	return f
}

type factorRow struct {
	id     int
	tensor *bundle.Tensor
}

func compareFactorRows(a, b factorRow) int { return a.id - b.id }

// of gives the factors of an id, nil where it is unknown.
func (f *factors) of(id float64, rank int) []float32 {
	i, found := slices.BinarySearch(f.ids, int(id))
	if !found {
		return nil
	}
	return f.values[i*rank : (i+1)*rank]
}

func (t *als) Inputs() []Port {
	if t.spark {
		// Any number, for those that are no ids are to be refused.
		id := frame.ScalarOf(frame.Double)
		return []Port{{Name: "user", Type: id}, {Name: "item", Type: id}}
	}
	return []Port{
		{Name: "user", Type: frame.ScalarOf(frame.Int)},
		{Name: "item", Type: frame.ScalarOf(frame.Int)},
	}
}

func (t *als) Outputs() []Port {
	return []Port{{Name: "prediction", Type: frame.ScalarOf(frame.Float)}}
}

func (t *als) Holds() []Fact {
	return []Fact{{"rank", t.rank}, {"users", len(t.users.ids)}, {"items", len(t.items.ids)}}
}

func (t *als) Transform(in, out []*frame.Value) error {
	for i, v := range in {
		if t.spark && !(v.Num == math.Trunc(v.Num) && v.Num >= math.MinInt32 && v.Num <= math.MaxInt32) {
			return Bad(i, ErrRange, show(v.Num)+" is no id", "ids are whole numbers of 32 bits")
		}
	}
	user, item := t.users.of(in[0].Num, t.rank), t.items.of(in[1].Num, t.rank)
	if (user == nil || item == nil) && t.drop {
		return Drop
	}
	if user == nil || item == nil {
		out[0].SetNum(math.NaN())
		return nil
	}
	var sum float32
	for i := range user {
		sum += float32(user[i] * item[i])
	}
	out[0].SetNum(float64(sum))
	return nil
}
