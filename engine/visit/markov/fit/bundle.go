package fit

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

// Version is what bundles say wrote them.
const Version = "pageleap"

// Bundle is the model as a bundle of one op. It is the same for the same data
// and options: its time is that of the last event.
func (r *Result) Bundle(o *Options, lastTS int64) (*bundle.Bundle, error) {
	m := r.Model
	model := &bundle.Model{Op: "markov_chain"}
	a := &attributes{}
	a.strings("states", m.Mapper.States())
	patterns, targets := m.Mapper.Patterns()
	a.strings("patterns", patterns)
	a.ints("pattern_states", targets)
	a.int("other", m.Mapper.Other())
	a.bool("cut_query", o.cuts())
	a.string("state_from", m.StateFrom.String())
	a.string("key_from", m.KeyFrom.String())
	a.string("mark_from", m.MarkFrom.String())
	a.int("order", m.Order)
	a.int("next_n", o.NextN)
	a.int("longest_dwell", int(m.Longest))
	a.ints("positions", m.Positions)
	var edges []int
	for _, e := range m.DwellEdges {
		edges = append(edges, int(e))
	}
	a.longs("dwell_edges", edges)
	a.strings("marks", m.Marks)
	for _, track := range []string{Chain, Position, Dwell, Revisit, Mark} {
		c, ok := r.Config.Counts[track]
		if !ok {
			continue
		}
		a.ints(track+"_parents", c.Parent)
		a.ints(track+"_symbols", c.Oldest)
		a.ints(track+"_sizes", c.Size)
		a.ints(track+"_cells", c.Symbol)
		if len(c.Buy) > 0 {
			a.longs(track+"_buy", c.Buy)
		}
		a.longs(track+"_defer", c.Defer)
		s := r.Config.Smoothing[track]
		a.double(track+"_strength", s.Strength)
		a.double(track+"_discount", s.Discount)
		a.double(track+"_share", s.Share)
	}
	if m.Labelled() {
		a.double("prior", m.Prior)
		a.double("threshold", o.Threshold)
		a.tensor("absorption", m.Absorption, len(m.Absorption))
	}
	if l := m.Layer; l != nil {
		a.ints("layer_steps", l.Steps)
		a.doubles("layer_bias", l.Bias)
		a.tensor("layer_ratios", l.Ratios, len(l.Steps), m.Ratios())
		a.doubles("layer_counts", l.Counts)
		a.doubles("layer_dwell", l.Dwell)
		a.doubles("layer_last", l.Last)
		a.doubles("layer_whole", l.Whole)
	}
	model.Attributes = a.list
	node := &bundle.Node{Name: "markov_chain", Model: model}
	for _, c := range m.Columns() {
		node.Inputs = append(node.Inputs, bundle.Socket{Port: c.String(), Name: c.String()})
	}
	ports := []string{"next_pages", "next_probabilities"}
	if m.Labelled() {
		ports = append([]string{"probability", "log_odds", "prediction", "absorption"}, ports...)
	}
	for _, p := range ports {
		node.Outputs = append(node.Outputs, bundle.Socket{Port: p, Name: p})
	}
	b := &bundle.Bundle{Name: "markov_chain", Version: Version, Root: node, Timestamp: time.UnixMilli(lastTS).UTC().Format("2006-01-02T15:04:05.000")}
	files, err := bundle.Encode(b, bundle.JSON)
	if err != nil {
		return nil, err
	}
	h := sha256.New()
	for _, f := range files {
		h.Write([]byte(f.Name))
		h.Write(f.Data)
	}
	id := hex.EncodeToString(h.Sum(nil)[:16])
	b.UID = id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:]
	return b, nil
}

// attributes collects a model's attributes.
type attributes struct{ list []bundle.Attribute }

func (a *attributes) put(name string, kind bundle.AttrKind, base frame.Basic, b bundle.Attribute) {
	b.Name, b.Kind, b.Type, b.Base = name, kind, bundle.BasicValue, base
	a.list = append(a.list, b)
}

func (a *attributes) int(name string, x int) {
	a.put(name, bundle.ScalarAttr, frame.Long, bundle.Attribute{Ints: []int64{int64(x)}})
}

func (a *attributes) bool(name string, x bool) {
	a.put(name, bundle.ScalarAttr, frame.Boolean, bundle.Attribute{Bools: []bool{x}})
}

func (a *attributes) string(name, x string) {
	a.put(name, bundle.ScalarAttr, frame.String, bundle.Attribute{Strings: []string{x}})
}

func (a *attributes) double(name string, x float64) {
	a.put(name, bundle.ScalarAttr, frame.Double, bundle.Attribute{Floats: []float64{x}})
}

func (a *attributes) doubles(name string, x []float64) {
	a.put(name, bundle.ListAttr, frame.Double, bundle.Attribute{Floats: x})
}

func (a *attributes) strings(name string, x []string) {
	a.put(name, bundle.ListAttr, frame.String, bundle.Attribute{Strings: x})
}

func (a *attributes) ints(name string, x []int)  { a.whole(name, frame.Int, x) }
func (a *attributes) longs(name string, x []int) { a.whole(name, frame.Long, x) }

func (a *attributes) whole(name string, base frame.Basic, x []int) {
	ints := make([]int64, len(x))
	for i, v := range x {
		ints[i] = int64(v)
	}
	a.put(name, bundle.ListAttr, base, bundle.Attribute{Ints: ints})
}

func (a *attributes) tensor(name string, x []float64, dims ...int) {
	a.list = append(a.list, bundle.Attribute{Name: name, Kind: bundle.TensorAttr, Type: bundle.TensorValue,
		Tensors: []bundle.Tensor{{Base: frame.Double, Dims: dims, Floats: x}}})
}
