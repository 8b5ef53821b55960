package edge

import (
	"bytes"
	"context"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/frame"
)

// generally answers with a model that is not bound yet, for which there is no
// quick way.
func generally(h *Handler, s *Served, c *Call) (*Answer, Event) {
	s.plan.Store(nil)
	x := &exchange{Handler: h, Call: c, ctx: context.Background()}
	return x.answer(), x.event
}

// Both ways give one answer: for each row of every genuine case, for all of its
// rows at once, and for what is wrong with them.
func TestQuick(t *testing.T) {
	paths, err := filepath.Glob(genuine + "*/frame.json")
	if err != nil || len(paths) == 0 {
		t.Fatal("no cases", err)
	}
	quickly, calls := 0, 0
	for _, path := range paths {
		name := filepath.Base(filepath.Dir(path))
		h := New(Config{})
		zips, _ := filepath.Glob(filepath.Dir(path) + "/bundle*.zip")
		if len(zips) == 0 {
			t.Fatal(name, "has no bundle")
		}
		m, err := h.Load(name, "1", readFile(t, zips[0]))
		if err != nil {
			continue // one that is refused
		}
		slow := New(Config{})
		unbound, err := slow.Load(name, "1", readFile(t, zips[0]))
		if err == nil {
			err = slow.Catalog.Set(unbound)
		}
		if err == nil {
			err = h.Catalog.Set(m)
		}
		if err != nil {
			t.Fatal(err)
		}
		text := readFile(t, path)
		f, err := frame.ReadJSON(text)
		if err != nil {
			t.Fatal(name, err)
		}
		bodies := [][]byte{text, frame.AppendJSON(nil, f)}
		for i := range min(f.Len(), 100) {
			var columns []frame.Column
			for k := range f.Columns {
				columns = append(columns, f.Columns[k].Pick([]int{i}))
			}
			bodies = append(bodies, frame.AppendJSON(nil, frame.Of(columns, 1)))
		}
		last := bodies[len(bodies)-1]
		rows := bytes.LastIndex(last, []byte(`,"rows":[[`)) // a string could hold it; then one more odd body
		schema := last[len(`{"schema":`):rows]
		nulls := strings.TrimSuffix(strings.Repeat("null,", len(f.Columns)), ",")
		for _, odd := range []string{
			`[]`, `[[]]`, `[null]`, `[[` + nulls + `]]`, `[[` + nulls + `],[` + nulls + `]]`, `[[` + nulls + `,1]]`, `{}`,
			`[[` + strings.Replace(nulls, "null", `{"a":1}`, 1) + `]]`, `[[` + strings.Replace(nulls, "null", `"x\u00e9"`, 1) + `]]`,
			`[[` + nulls + `]`, `[[` + nulls + `]]} x`, `[[` + nulls + `]],"rows":[]`, `[[` + nulls + `]],"more":[]`, `[[` + strings.ReplaceAll(nulls, "null", "1e999") + `]]`,
		} {
			bodies = append(bodies, slices.Concat([]byte(`{"schema":`), schema, []byte(`,"rows":`+odd+"}")))
		}
		bodies = append(bodies, slices.Concat([]byte(`{"rows":[],"schema":`), schema, []byte("}")), last[:len(last)-1], last, append(last, "\n "...))
		for _, body := range bodies {
			c := &Call{Method: http.MethodPost, Path: "/models/" + name + "/transform", ContentType: typeJSON, Body: body}
			want, wantEvent := generally(slow, unbound, c)
			for range 3 { // bound or not, and in memory that was used before
				x := &exchange{Handler: h, Call: c, ctx: context.Background()}
				got := x.answer()
				if got.Status != want.Status || !bytes.Equal(got.Body, want.Body) || !slices.Equal(got.Header, want.Header) || x.event != wantEvent {
					t.Errorf("%s: %.300s\ngot  %d %v %v %.2000s\nwant %d %v %v %.2000s", name, body, got.Status, got.Header, x.event, got.Body, want.Status, want.Header, wantEvent, want.Body)
				}
			}
			calls++
			if y := (&exchange{Handler: h, Call: c, name: name}); y.quick() != nil {
				quickly++
			}
		}
	}
	t.Logf("%d of %d calls went the quick way", quickly, calls)
	if quickly < calls/2 {
		t.Errorf("only %d of %d calls went the quick way", quickly, calls)
	}
}

// An answer beyond frame.Output is refused, and is not written first.
func TestQuickOutput(t *testing.T) {
	const name = "random_forest_classifier_3class"
	limits := frame.Limits{Output: 1000}
	h := New(Config{Frames: limits, Options: []engine.Option{engine.LimitFrames(limits)}})
	m, err := h.Load(name, "1", readFile(t, genuine+name+"/bundle.json.zip"))
	if err == nil {
		err = h.Catalog.Set(m)
	}
	if err != nil {
		t.Fatal(err)
	}
	c := &Call{Method: http.MethodPost, Path: "/models/" + name + "/transform", ContentType: typeJSON, Body: readFile(t, genuine+name+"/frame.json")}
	a := h.Answer(context.Background(), c)
	if a.Status != http.StatusBadRequest || !strings.Contains(string(a.Body), "more than 1000 (the limit frame.Output)") {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}
