package transform

import (
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
)

func recommender(rank int64, users, items []int64, userFactors, itemFactors bundle.Attribute) *bundle.Node {
	return nodeOf("als", "user:u item:i > prediction:p", attrInt("rank", rank), attrInts("users", users...), attrInts("items", items...), userFactors, itemFactors)
}

func TestALS(t *testing.T) {
	tr := readNode(t, recommender(2, []int64{7, -1, 3}, []int64{10, 4},
		centers("user_factors", []float64{0.1, 0.2}, []float64{1, 0}, []float64{16777216, 1}),
		centers("item_factors", []float64{0.3, 0.7}, []float64{1, 1})))
	for _, c := range []struct{ user, item, want float64 }{
		{-1, 10, float64(float32(0.3))},
		{3, 4, 16777216}, // 2^24 + 1 is no single
		{7, 10, float64(float32(float32(0.1)*float32(0.3)) + float32(float32(0.2)*float32(0.7)))},
		{8, 10, nan}, {7, 5, nan}, {8, 5, nan},
	} {
		out, err := apply(tr, num(c.user), num(c.item))
		if err != nil {
			t.Fatal(err)
		}
		if got := out[0].Num; got != c.want && !(got != got && c.want != c.want) {
			t.Errorf("%v and %v: %v, not %v", c.user, c.item, got, c.want)
		}
	}
	wantNoAllocs(t, tr, num(7), num(10))
	wantNoAllocs(t, tr, num(8), num(10))
}

func TestALSFaults(t *testing.T) {
	one := []float64{1}
	for name, n := range map[string]*bundle.Node{
		"counts":  recommender(1, []int64{1, 2}, []int64{1}, centers("user_factors", one), centers("item_factors", one)),
		"rank":    recommender(2, []int64{1}, []int64{1}, centers("user_factors", one), centers("item_factors", one)),
		"minus":   recommender(-1, []int64{1}, []int64{1}, centers("user_factors", one), centers("item_factors", one)),
		"twice":   recommender(1, []int64{1, 1}, []int64{1}, centers("user_factors", one, one), centers("item_factors", one)),
		"missing": nodeOf("als", ">", attrInt("rank", 1)),
	} {
		t.Run(name, func(t *testing.T) { t.Log(readFault(t, n)) })
	}
}
