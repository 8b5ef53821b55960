package transform

import (
	"slices"
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
)

// categoricalDrilldown has one model for each label, and answers with the model
// of the row's label.
//
// MLeap: runtime/transformer/ensemble/CategoricalDrilldown.scala, read as its
// bundle/ops/ensemble/CategoricalDrilldownOp.scala says: "labels", and in the
// directories model0, model1 … the models, whose ports go by their names after
// "drilldown.". All must have the same ports. (MLeap itself can neither write nor
// read it: it takes transformers for models.) A label without a model is refused.
type categoricalDrilldown struct {
	labels []string
	models []Transformer
}

const drilldownPrefix = "drilldown."

func readCategoricalDrilldown(s *Source) (Transformer, error) {
	t := &categoricalDrilldown{labels: s.Strings("labels")}
	if err := s.Err(); err != nil {
		return nil, err
	}
	if len(t.labels) == 0 {
		return nil, s.Malformed("there are no labels")
	}
	for i, label := range t.labels {
		if slices.Index(t.labels, label) != i {
			return nil, s.Malformed("label " + strconv.Quote(label) + " is there twice")
		}
		sub, err := s.Sub("model" + strconv.Itoa(i))
		if err != nil {
			return nil, err
		}
		model, err := sub.Read()
		if err != nil {
			return nil, err
		}
		if _, ok := model.(Resolver); ok {
			return nil, s.Malformed("model" + strconv.Itoa(i) + " is a " + sub.Model.Op + ", which needs columns of its own")
		}
		t.models = append(t.models, model)
		if !samePorts(model.Inputs(), t.models[0].Inputs()) || !samePorts(named(model.Outputs()), named(t.models[0].Outputs())) {
			return nil, s.Malformed("model" + strconv.Itoa(i) + " has other ports than model0")
		}
	}
	return t, nil
}

func samePorts(a, b []Port) bool {
	return slices.EqualFunc(a, b, func(a, b Port) bool { return a.Name == b.Name && a.Type.Equal(b.Type) })
}

func (t *categoricalDrilldown) Inputs() []Port {
	ports := []Port{{Name: "label", Type: frame.ScalarOf(frame.String)}}
	for _, p := range t.models[0].Inputs() {
		p.Name = drilldownPrefix + p.Name
		ports = append(ports, p)
	}
	return ports
}

// Outputs are the models' own, and as much scratch space as the greediest needs.
func (t *categoricalDrilldown) Outputs() []Port {
	var ports []Port
	for _, p := range named(t.models[0].Outputs()) {
		p.Name = drilldownPrefix + p.Name
		ports = append(ports, p)
	}
	var most []Port
	for _, m := range t.models {
		all := m.Outputs()
		if scratch := all[len(named(all)):]; len(scratch) > len(most) {
			most = scratch
		}
	}
	return append(ports, most...)
}

func (t *categoricalDrilldown) Transform(in, out []*frame.Value) error {
	for i, label := range t.labels {
		if label == in[0].Str {
			return fromInner(t.models[i].Transform(in[1:], out), 1)
		}
	}
	return Bad(0, ErrUnseen, "no model for label "+strconv.Quote(in[0].Str), "")
}

func (t *categoricalDrilldown) Holds() []Fact { return []Fact{{"models", len(t.models)}} }
