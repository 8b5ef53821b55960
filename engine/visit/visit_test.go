package visit

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestDate(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 100_000 {
		days := r.Int64N(4_000_000) - 2_000_000
		want := time.Unix(days*86400, 0).UTC()
		y, m, d := Date(days)
		if y != want.Year() || m != int(want.Month()) || d != want.Day() {
			t.Fatalf("%d: %d-%d-%d, want %v", days, y, m, d, want)
		}
		if got := Days(y, m, d); got != days {
			t.Fatalf("%d-%d-%d: %d, want %d", y, m, d, got, days)
		}
	}
}

func TestSortAndSplit(t *testing.T) {
	events := []Event{{TS: 5, Item: "a"}, {TS: 1}, {TS: 5, Item: "b"}, {TS: 20}, {TS: 3}}
	Sort(events)
	if events[2].Item != "a" || events[3].Item != "b" || events[4].TS != 20 {
		t.Error(events)
	}
	for _, c := range []struct {
		gap  int64
		want []int
	}{{15, []int{5}}, {14, []int{4, 1}}, {1, []int{1, 1, 2, 1}}, {0, []int{5}}} {
		if got := Split(events, c.gap); !slices.Equal(got, c.want) {
			t.Errorf("%d: %v, want %v", c.gap, got, c.want)
		}
	}
	if Split(nil, 1) != nil {
		t.Error("visits of no events")
	}
}

func TestBound(t *testing.T) {
	e := Event{Page: strings.Repeat("é", MaxPage), Item: strings.Repeat("x", MaxText), Category: strings.Repeat("€", MaxText)}
	if !e.Bound() || len(e.Page) != MaxPage || len(e.Item) != MaxText || len(e.Category) != MaxText/3*3 || !utf8.ValidString(e.Category) {
		t.Error(len(e.Page), len(e.Item), len(e.Category))
	}
	if e.Bound() {
		t.Error("bounded twice")
	}
}
