package transform

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/visit"
)

func longList(x ...int64) *frame.Value { return &frame.Value{Longs: x} }

const sessionSockets = "event:event ts:ts page:page page_type:page_type item:item category:category price:price quantity:quantity pair:pair returning:returning > f:f"

// TestSessionFeatures is of what a visit's numbers mean; engine/visit/training
// compares all of them with a second computation.
func TestSessionFeatures(t *testing.T) {
	tr := readNode(t, nodeOf("session_features", sessionSockets,
		attrStrings("features", "events", "length", "page_type_dwell:product", "top_item:1", "first_item:2", "visitor_type", "start_weekday", "end_month_name", "pair_clicks", "cart_value"),
		attrStrings("names", "n", "l", "d", "top", "first", "v", "w", "m", "pair", "cart")))
	tr = tr.(Stateful).NewState()
	nan := math.NaN()
	for _, c := range []struct {
		name string
		in   []*frame.Value
		want string
	}{
		{"a visit", []*frame.Value{
			strList("view_item", "scroll", "view_item", "view_item", "add_to_cart"), longList(0, 500, 2000, 3500, 9000),
			strList("/a", "/a", "/b", "/c", "/c"), strList("product", "", "sale", "product", ""), strList("a", "", "b", "b", "b"), strList("x", "", "", "", ""),
			numList(1, nan, 2, 2, 2.5), numList(nan, nan, nan, nan, 2), str("b"), null()},
			`5 9 7.5 "b" "b" "Returning_Visitor" 4 "Jan" 2 5`},
		{"out of order", []*frame.Value{
			strList("view_item", "view_item", "view_item"), longList(2000, 1000, 2000),
			strList("/b", "/a", "/c"), strList("p", "product", "q"), strList("b", "a", "c"), strList("", "", ""),
			numList(nan, nan, nan), numList(nan, nan, nan), str("z"), num(0)},
			`3 1 1 "a" "" "New_Visitor" 4 "Jan" 0 0`},
		{"no events", []*frame.Value{strList(), longList(), strList(), strList(), strList(), strList(), numList(), numList(), str(""), num(1)},
			`0 0 0 "" "" "Returning_Visitor" -1 "" 0 0`},
		{"nothing but names and times", []*frame.Value{strList("view_item", "first_visit"), longList(86400000*5, 86400000*5+1), null(), null(), null(), null(), null(), null(), str(""), null()},
			`2 0.001 0 "" "" "New_Visitor" 2 "Jan" 0 0`},
	} {
		out, err := apply(tr, c.in...)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var got []string
		for i, p := range tr.Outputs() {
			got = append(got, text(p.Type, out[i]))
		}
		if g := strings.Join(got, " "); g != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, g, c.want)
		}
	}
}

func TestSessionFeaturesVector(t *testing.T) {
	tr := readNode(t, nodeOf("session_features", "event:e ts:t > features:f", attrStrings("features", "events", "start_hour"), attrString("output", "vector"), attrInt("utc_offset", -90)))
	in := []*frame.Value{strList("x"), longList(0), nil, nil, nil, nil, nil, nil, nil, nil}
	out, err := apply(tr, in...)
	if err != nil || text(tr.Outputs()[0].Type, out[0]) != "[1 22]" {
		t.Errorf("%v %v", out, err)
	}
	tr = tr.(Stateful).NewState()
	if n := testing.AllocsPerRun(100, func() { tr.Transform(in, out) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestSessionFeaturesFaults(t *testing.T) {
	tr := readNode(t, nodeOf("session_features", "event:e ts:t item:i > events:f", attrStrings("features", "events", "unique_items")))
	for _, c := range []struct {
		in   []*frame.Value
		kind error
		want string
	}{
		{[]*frame.Value{strList("a"), longList(1, 2), nil, nil, strList("a", "b"), nil, nil, nil, nil, nil}, ErrShape, "a list of 1 for 2 events (each list has one element an event, as ts has)"},
		{[]*frame.Value{strList("a"), longList(1), nil, nil, strList(), nil, nil, nil, nil, nil}, ErrShape, "a list of 0 for 1 events (each list has one element an event, as ts has)"},
		{[]*frame.Value{strList("a", "b"), longList(1, -1), nil, nil, strList("", ""), nil, nil, nil, nil, nil}, ErrRange, "the time -1 is not between 1970 and 2100 in milliseconds"},
		{[]*frame.Value{strList("a"), longList(math.MaxInt64), nil, nil, strList(""), nil, nil, nil, nil, nil}, ErrRange, "the time 9223372036854775807 is not between 1970 and 2100 in milliseconds"},
	} {
		_, err := apply(tr, c.in...)
		if !errors.Is(err, c.kind) || err.Error() != c.want {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
	for _, c := range []struct {
		want string
		node *bundle.Node
	}{
		{`attribute "features" is missing`, nodeOf("session_features", "event:e ts:t")},
		{"no features are wanted", nodeOf("session_features", "event:e ts:t", attrStrings("features"))},
		{`feature "clicksies": there is no such feature`, nodeOf("session_features", "event:e ts:t", attrStrings("features", "clicksies"))},
		{`feature "start_moon": there is no such feature`, nodeOf("session_features", "event:e ts:t", attrStrings("features", "start_moon"))},
		{`feature "top_item": lacks what it is of, after a colon: top_item:1`, nodeOf("session_features", "event:e ts:t item:i", attrStrings("features", "top_item"))},
		{`feature "events:1": takes nothing after a colon`, nodeOf("session_features", "event:e ts:t", attrStrings("features", "events:1"))},
		{`feature "recent_gap:65": "65" is not a number from 1 to 64`, nodeOf("session_features", "event:e ts:t", attrStrings("features", "recent_gap:65"))},
		{`feature "event_count:a||b": a name is empty`, nodeOf("session_features", "event:e ts:t", attrStrings("features", "event_count:a||b"))},
		{`feature "transition:a": "a" has no > between the page types`, nodeOf("session_features", "event:e ts:t page_type:p", attrStrings("features", "transition:a"))},
		{"1 names for 2 features", nodeOf("session_features", "event:e ts:t", attrStrings("features", "events", "length"), attrStrings("names", "x"))},
		{`the name "x" is empty or there twice`, nodeOf("session_features", "event:e ts:t", attrStrings("features", "events", "length"), attrStrings("names", "x", "x"))},
		{`the feature "recent_event:1" is a text`, nodeOf("session_features", "event:e ts:t", attrStrings("features", "recent_event:1"), attrString("output", "vector"))},
		{"names of months, flags and visitors are 12, 2 and 2, not 11, 2 and 2", nodeOf("session_features", "event:e ts:t", attrStrings("features", "events"), attrStrings("month_names", strings.Split("abcdefghijk", "")...))},
		{"an offset of 99999 minutes", nodeOf("session_features", "event:e ts:t", attrStrings("features", "events"), attrInt("utc_offset", 99999))},
	} {
		if err := readFault(t, c.node); !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}

func TestSessionFeaturesEventByEvent(t *testing.T) {
	tr := readNode(t, nodeOf("session_features", "event:e ts:t > events:n", attrStrings("features", "events", "length")))
	op := tr.(Stateful).NewState().(Incremental)
	op.Reset()
	out := outputs(op)
	for i, ts := range []int64{1000, 3000, 2000, 4000} { // a clock that was put back
		if err := op.Add(&visit.Event{Event: "x", TS: ts}); err != nil {
			t.Fatal(err)
		}
		if err := op.Result(make([]*frame.Value, len(op.Inputs())), out); err != nil || out[0].Num != float64(i+1) {
			t.Fatalf("%v %v", out[0], err)
		}
	}
	if out[1].Num != 3 {
		t.Error(out[1].Num)
	}
	if op.Add(&visit.Event{Event: "x", TS: -1}) == nil {
		t.Error("a time before 1970")
	}
}
