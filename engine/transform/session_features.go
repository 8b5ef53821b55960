package transform

import (
	"math"
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/visit"
)

// sessionFeatures computes features of a visit from its events, which come as
// lists of equal length, one a part of the event. engine/visit/README.md
// defines the features.
//
// This op is pageleap's own. Its attributes are
//
//	features       list of string: the features, as the README names them
//	names          list of string: what their columns are called; as themselves if left out
//	output         string: "columns" (a port for each) or "vector" (one port, "features")
//	click_events, page_events, utc_offset, month_names, flag_names,
//	visitor_names  as in visit.Spec; its defaults where they are left out
//
// Events that are out of order are sorted by time, those of the same time keep
// their order.
type sessionFeatures struct {
	features *visit.Features
	names    []string
	vector   bool
	inputs   []Port
	outputs  []Port
	memory   *sessionMemory // nil until NewState
}

// sessionMemory is what one goroutine works in.
type sessionMemory struct {
	state *visit.State
	order timeOrder
}

// timeOrder is memory for sorting events by time.
type timeOrder struct{ order, merged []int32 }

// The op's input ports. Lists are the events'; the others are of the visit.
const (
	portEvent = iota
	portTS
	portPage
	portPageType
	portItem
	portCategory
	portPrice
	portQuantity
	portPair
	portReturning
)

var sessionPorts = [...]struct {
	name     string
	kind     frame.Kind
	base     frame.Basic
	nullable bool
	fields   visit.Fields // that cannot be had without it
}{
	portEvent:     {"event", frame.List, frame.String, false, 0},
	portTS:        {"ts", frame.List, frame.Long, false, 0},
	portPage:      {"page", frame.List, frame.String, true, visit.ReadsPage},
	portPageType:  {"page_type", frame.List, frame.String, true, visit.ReadsPageType},
	portItem:      {"item", frame.List, frame.String, true, visit.ReadsItem},
	portCategory:  {"category", frame.List, frame.String, true, visit.ReadsCategory},
	portPrice:     {"price", frame.List, frame.Double, true, visit.ReadsPrice},
	portQuantity:  {"quantity", frame.List, frame.Double, true, visit.ReadsQuantity},
	portPair:      {"pair", frame.Scalar, frame.String, false, visit.ReadsPair},
	portReturning: {"returning", frame.Scalar, frame.Boolean, true, visit.ReadsReturning},
}

var sessionLists = [...]string{"features", "names", "click_events", "page_events", "month_names", "flag_names", "visitor_names"}

func readSessionFeatures(s *Source) (Transformer, error) {
	var lists [len(sessionLists)][]string
	for i, name := range sessionLists {
		if i == 0 || s.Has(name) {
			lists[i] = s.Strings(name)
		}
	}
	spec := visit.Spec{Features: lists[0], ClickEvents: lists[2], PageEvents: lists[3], MonthNames: lists[4], FlagNames: lists[5], VisitorNames: lists[6]}
	spec.UTCOffset = s.IntOr("utc_offset", 0)
	t := &sessionFeatures{names: lists[1], vector: s.StringOr("output", "columns") == "vector"}
	if len(t.names) == 0 {
		t.names = spec.Features
	}
	if s.Err() != nil {
		return nil, s.Err()
	}
	if len(t.names) != len(spec.Features) {
		return nil, s.Malformed(strconv.Itoa(len(t.names)) + " names for " + strconv.Itoa(len(spec.Features)) + " features")
	}
	var err error
	if t.features, err = visit.Compile(&spec); err != nil {
		return nil, s.Malformed(err.Error())
	}
	for _, p := range sessionPorts {
		t.inputs = append(t.inputs, Port{Name: p.name, Type: frame.Type{Kind: p.kind, Base: p.base, Nullable: p.nullable},
			Optional: p.fields != 0 && (p.fields == visit.ReadsReturning || p.fields&t.features.Fields() == 0)})
	}
	if t.vector {
		t.outputs = []Port{{Name: "features", Type: frame.TensorOf(frame.Double, len(t.names))}}
	}
	seen := map[string]bool{"": true}
	for i, name := range t.names {
		typ := frame.ScalarOf(frame.Double)
		if t.features.IsText(i) {
			typ.Base = frame.String
		}
		switch {
		case seen[name]:
			return nil, s.Malformed("the name " + strconv.Quote(name) + " is empty or there twice")
		case !t.vector:
			t.outputs = append(t.outputs, Port{Name: name, Type: typ})
		case typ.Base == frame.String:
			return nil, s.Malformed("the feature " + strconv.Quote(name) + " is a text, which no vector holds; let output be \"columns\" and index it")
		}
		seen[name] = true
	}
	return t, nil
}

func (t *sessionFeatures) Inputs() []Port  { return t.inputs }
func (t *sessionFeatures) Outputs() []Port { return t.outputs }
func (t *sessionFeatures) Holds() []Fact   { return []Fact{{"features", t.features.Len()}} }

// NewState is t with memory of its own.
func (t *sessionFeatures) NewState() Transformer {
	with := *t
	with.memory = &sessionMemory{state: t.features.NewState()}
	return &with
}

var _ Incremental = (*sessionFeatures)(nil)

func (t *sessionFeatures) Transform(in, out []*frame.Value) error {
	if t.memory == nil {
		return t.NewState().Transform(in, out)
	}
	ts := in[portTS].Longs
	for i, v := range in[:portPair] {
		if v == nil || v.Null || i == portTS {
			continue
		}
		if n := len(v.Strs) + len(v.Nums); n != len(ts) {
			return Bad(i, ErrShape, "a list of "+strconv.Itoa(n)+" for "+strconv.Itoa(len(ts))+" events", "each list has one element an event, as ts has")
		}
	}
	t.Reset()
	order := t.memory.order.sorted(ts)
	for i := range ts {
		k := i
		if order != nil {
			k = int(order[i])
		}
		e := visit.Event{
			Event: in[portEvent].Strs[k], TS: ts[k],
			Page: eventText(in[portPage], k), PageType: eventText(in[portPageType], k), Item: eventText(in[portItem], k), Category: eventText(in[portCategory], k),
			Price: eventNumber(in[portPrice], k), Quantity: eventNumber(in[portQuantity], k),
		}
		if err := t.Add(&e); err != nil {
			return Bad(portTS, ErrRange, err.Error(), "")
		}
	}
	return t.Result(in, out)
}

// sorted is the order of the times, those that are equal in theirs; nil if they
// are in order already.
func (m *timeOrder) sorted(ts []int64) []int32 {
	i := 1
	for i < len(ts) && ts[i-1] <= ts[i] {
		i++
	}
	if i >= len(ts) {
		return nil
	}
	m.order, m.merged = m.order[:0], m.merged[:0]
	for i := range ts {
		m.order = append(m.order, int32(i))
		m.merged = append(m.merged, 0)
	}
	// Runs of width events, each in order, are merged two by two.
	for width := 1; width < len(ts); width *= 2 {
		for lo := 0; lo < len(ts); lo += 2 * width {
			mid, hi := min(lo+width, len(ts)), min(lo+2*width, len(ts))
			a, b := m.order[lo:mid], m.order[mid:hi]
			for k := lo; k < hi; k++ {
				if len(b) == 0 || len(a) > 0 && ts[a[0]] <= ts[b[0]] {
					m.merged[k], a = a[0], a[1:]
				} else {
					m.merged[k], b = b[0], b[1:]
				}
			}
		}
		m.order, m.merged = m.merged, m.order
	}
	return m.order
}

func eventText(v *frame.Value, i int) string {
	if v == nil || v.Null {
		return ""
	}
	return v.Strs[i]
}

func eventNumber(v *frame.Value, i int) float64 {
	if v == nil || v.Null {
		return math.NaN()
	}
	return v.Nums[i]
}

// Reset forgets the visit.
func (t *sessionFeatures) Reset() { t.memory.state.Reset() }

// Add adds an event.
func (t *sessionFeatures) Add(e *visit.Event) error { return t.memory.state.Add(e) }

// Result writes the features of the events so far.
func (t *sessionFeatures) Result(in, out []*frame.Value) error {
	s := t.memory.state
	if v := in[portPair]; v != nil {
		s.SetPair(v.Str)
	}
	if v := in[portReturning]; v != nil {
		s.SetReturning(!v.Null, v.Num != 0)
	}
	if t.vector {
		d := out[0].Dense(len(t.names))
		for i := range d {
			d[i] = s.Number(i)
		}
		return nil
	}
	for i := range t.names {
		if t.features.IsText(i) {
			out[i].SetStr(s.Text(i))
		} else {
			out[i].SetNum(s.Number(i))
		}
	}
	return nil
}
