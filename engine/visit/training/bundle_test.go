package training

import (
	"context"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/visit"
	"github.com/pageleap/pageleap/engine/visit/events"
)

// setLists sets the inputs of a row to a visit's events; what is not of the
// events is null.
func setLists(row *engine.Row, inputs frame.Schema, list []visit.Event) {
	for i, f := range inputs {
		visit.Column(row.Input(i), f.Name, f.Type, list)
	}
}

// TestBundle scores visits with a spec's bundle, as lists, as lists in another
// order and event by event, and wants what the table has.
func TestBundle(t *testing.T) {
	text, err := os.ReadFile(testdata + "visits/all.json")
	if err != nil {
		t.Fatal(err)
	}
	o := &Options{Paths: []string{testdata + "visits/synthetic.ndjson"}}
	if o.Spec, err = ReadSpec(text); err != nil {
		t.Fatal(err)
	}
	if o.Spec, err = Fit(context.Background(), o); err != nil {
		t.Fatal(err)
	}
	b, err := o.Spec.Bundle("features")
	if err != nil {
		t.Fatal(err)
	}
	zip, err := bundle.Write(b, bundle.Protobuf)
	if err != nil {
		t.Fatal(err)
	}
	m, err := engine.Load(zip)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := SpecOf(m.Bundle()); err != nil || !slices.Equal(again.Features, o.Spec.Features) || !slices.Equal(again.Columns(), o.Spec.Columns()) || again.UTCOffset != o.Spec.UTCOffset {
		t.Errorf("%+v, %v", again, err)
	}
	f, err := visit.Compile(&o.Spec.Spec)
	if err != nil {
		t.Fatal(err)
	}
	state := f.NewState()
	row, err := m.NewRow()
	if err != nil {
		t.Fatal(err)
	}
	live, err := m.NewVisit()
	if err != nil {
		t.Fatal(err)
	}
	live.Input(m.Inputs().Index("returning")).SetNull()
	same := func(id, how string, out func(int) *frame.Value) {
		t.Helper()
		for i := range f.Len() {
			if f.IsText(i) {
				if got, want := out(i).Str, state.Text(i); got != want {
					t.Fatalf("visit %s %s: %s is %q, want %q", id, how, o.Spec.Features[i], got, want)
				}
			} else if got, want := out(i).Num, state.Number(i); math.Float64bits(got) != math.Float64bits(want) {
				t.Fatalf("visit %s %s: %s is %v, want %v", id, how, o.Spec.Features[i], got, want)
			}
		}
	}
	visits := 0
	_, err = events.Each(context.Background(), o.Paths, events.Options{}, func(v *visit.Visit) error {
		visits++
		state.Reset()
		live.Reset()
		for _, e := range v.Events {
			if err := state.Add(&e); err != nil {
				return err
			}
			if err := live.Add(e); err != nil {
				return err
			}
			if err := live.Score(); err != nil {
				return err
			}
			same(v.ID, "event by event", live.Output)
		}
		setLists(row, m.Inputs(), v.Events)
		if err := row.Score(); err != nil {
			return err
		}
		same(v.ID, "as lists", row.Output)
		// Those of the same time must stay in their order.
		shuffled := slices.Clone(v.Events)
		slices.SortStableFunc(shuffled, func(a, b visit.Event) int { return int(a.TS%7 - b.TS%7) })
		setLists(row, m.Inputs(), shuffled)
		if err := row.Score(); err != nil {
			return err
		}
		same(v.ID, "as lists out of order", row.Output)
		return nil
	})
	if err != nil || visits < 200 {
		t.Fatalf("%d visits, %v", visits, err)
	}
	state.Reset()
	setLists(row, m.Inputs(), nil)
	if err := row.Score(); err != nil {
		t.Fatal(err)
	}
	same("without events", "as lists", row.Output)
	live.Reset()
	if err := live.Score(); err != nil {
		t.Fatal(err)
	}
	same("without events", "event by event", live.Output)
}
