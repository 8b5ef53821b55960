package engine

import (
	"slices"
	"strconv"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/transform"
)

// Plan is a model bound to the types of its input columns. It is data: slots,
// and steps that read and write them.
type Plan struct {
	inputs  frame.Schema // one slot each, from slot 0
	outputs frame.Schema // the columns that the pipeline adds or replaces
	columns []column     // the frame that comes out
	outSlot []int        // the slot of each output
	slots   []frame.Type // every slot's type; scratch included
	steps   []Step
	most    int // bytes of the outputs of a frame
}

// column is one column of the frame that comes out.
type column struct {
	name string
	slot int
}

// Step is a transformer bound to slots.
type Step struct {
	Path        string // of the node in the bundle
	Transformer transform.Transformer
	In, Out     []int // slots; -1 for an input that is not bound
	names       []string
	ports       []transform.Port
}

// Columns are the names of the columns that In were at this step.
func (s *Step) Columns() []string { return s.names }

// Inputs are the types that the plan was bound to, one slot each from slot 0.
func (p *Plan) Inputs() frame.Schema { return p.inputs }

// Outputs are the columns that the pipeline adds or replaces.
func (p *Plan) Outputs() frame.Schema { return p.outputs }

// Steps are the plan's transformers, casts among them, in running order.
func (p *Plan) Steps() []Step { return p.steps }

// Slots are the types of all slots.
func (p *Plan) Slots() []frame.Type { return p.slots }

// OutputSlot is the slot of output i.
func (p *Plan) OutputSlot(i int) int { return p.outSlot[i] }

// Schema is the whole frame that comes out: the inputs, then the outputs, less
// what the pipeline itself drops.
func (p *Plan) Schema() frame.Schema {
	s := make(frame.Schema, len(p.columns))
	for i, c := range p.columns {
		s[i] = frame.Field{Name: c.name, Type: p.slots[c.slot]}
	}
	return s
}

// Bind makes a plan for frames with this schema. Columns that no transformer
// reads are carried along. A column that is missing, or whose type cannot be
// cast to what its reader wants, is an error that names both.
func (m *Model) Bind(s frame.Schema) (*Plan, error) {
	p := &Plan{inputs: s, most: m.frames.Filled().Output}
	for i, f := range s {
		if s.Index(f.Name) != i {
			return nil, &frame.Error{Kind: frame.ErrSchema, Msg: "column " + strconv.Quote(f.Name) + " is there twice"}
		}
		p.columns = append(p.columns, column{f.Name, p.slot(f.Type)})
	}
	for i := range m.stages {
		if err := p.bind(&m.stages[i]); err != nil {
			return nil, stageError(m.stages[i].path, err)
		}
	}
	for _, c := range p.columns {
		if !p.carries(c) {
			p.outputs = append(p.outputs, frame.Field{Name: c.name, Type: p.slots[c.slot]})
			p.outSlot = append(p.outSlot, c.slot)
		}
	}
	return p, nil
}

// carries says whether a column is one of the input's, as it was.
func (p *Plan) carries(c column) bool {
	return c.slot < len(p.inputs) && p.inputs[c.slot].Name == c.name
}

func (p *Plan) slot(t frame.Type) int {
	p.slots = append(p.slots, t)
	return len(p.slots) - 1
}

func (p *Plan) column(name string) int {
	for i, c := range p.columns {
		if c.name == name {
			return i
		}
	}
	return -1
}

func (p *Plan) bind(st *stage) error {
	t := st.t
	if r, ok := t.(transform.Resolver); ok {
		var err error
		if t, err = r.Resolve(p.Schema()); err != nil {
			return err
		}
	}
	if partial, ok := t.(transform.Partial); ok {
		var missing []string
		for _, port := range t.Inputs() {
			if name, bound := socket(st.node.Inputs, port.Name); bound && p.column(name) < 0 {
				missing = append(missing, port.Name)
			}
		}
		if missing != nil {
			t = partial.Without(missing)
		}
	}
	step := Step{Path: st.path, Transformer: t, ports: t.Inputs()}
	projector, projects := t.(transform.Projector)
	for _, port := range step.ports {
		name, ok := socket(st.node.Inputs, port.Name)
		if projects {
			name, ok = port.Name, true
		}
		if !ok {
			if !port.Optional {
				return &bundle.Error{Kind: bundle.ErrMalformed, Msg: st.node.Model.Op + ": no column is bound to its input port " + strconv.Quote(port.Name)}
			}
			step.In = append(step.In, -1)
			step.names = append(step.names, "")
			continue
		}
		k := p.column(name)
		if k < 0 {
			return frame.MissingColumn(name, p.Schema())
		}
		slot := p.columns[k].slot
		if from := p.slots[slot]; needsCast(from, port.Type) {
			if err := frame.CanCast(from, port.Type); err != nil {
				return &frame.Error{Kind: frame.ErrSchema, Msg: "column " + strconv.Quote(name) + " is " + from.String() + ", and " + st.node.Model.Op + " wants " + port.Type.String()}
			}
			to := port.Type
			to.Nullable = true
			out := p.slot(to)
			c := &cast{from: from, to: to}
			p.steps = append(p.steps, Step{Path: st.path, Transformer: c, In: []int{slot}, Out: []int{out}, names: []string{name}, ports: c.Inputs()})
			slot = out
		}
		step.In = append(step.In, slot)
		step.names = append(step.names, name)
	}
	outputs := t.Outputs()
	for _, port := range outputs {
		step.Out = append(step.Out, p.slot(port.Type))
	}
	for _, i := range columnOrder(st.node, outputs) {
		slot := step.Out[i]
		name, ok := socket(st.node.Outputs, outputs[i].Name)
		if !ok || outputs[i].Name == "" || projects {
			continue // nobody reads it, or see below
		}
		k := p.column(name)
		switch {
		case k < 0:
			p.columns = append(p.columns, column{name, slot})
		case readsColumn(st.node.Inputs, name):
			p.columns[k].slot = slot // in place
		default:
			return &frame.Error{Kind: frame.ErrSchema, Msg: "writes column " + strconv.Quote(name) + ", which is there already; rename or drop the one in the frame"}
		}
	}
	p.steps = append(p.steps, step)
	if projects {
		return p.project(projector, step.Out)
	}
	return nil
}

// project leaves the frame the columns that t says, in that order.
func (p *Plan) project(t transform.Projector, out []int) error {
	var columns []column
	for _, c := range t.Columns() {
		slot := -1
		if c.From != "" {
			if k := p.column(c.From); k >= 0 {
				slot = p.columns[k].slot
			}
		} else {
			for i, port := range t.Outputs() {
				if port.Name == c.Name {
					slot = out[i]
				}
			}
		}
		if slot < 0 {
			return frame.MissingColumn(c.From, p.Schema())
		}
		columns = append(columns, column{c.Name, slot})
	}
	p.columns = columns
	return nil
}

// columnOrder is the order in which outputs become columns: that in which MLeap
// declares them, or in a model that Spark itself saved that of the node's sockets.
func columnOrder(n *bundle.Node, outputs []transform.Port) []int {
	order := make([]int, len(outputs))
	for i := range order {
		order[i] = i
	}
	if n.Model.Attrs().Has("spark") {
		slices.SortStableFunc(order, func(a, b int) int {
			return socketIndex(n.Outputs, outputs[a].Name) - socketIndex(n.Outputs, outputs[b].Name)
		})
	}
	return order
}

func socketIndex(sockets []bundle.Socket, port string) int {
	for i, s := range sockets {
		if s.Port == port {
			return i
		}
	}
	return len(sockets)
}

func readsColumn(inputs []bundle.Socket, name string) bool {
	for _, s := range inputs {
		if s.Name == name {
			return true
		}
	}
	return false
}

// needsCast says whether a column must be converted for its reader. Dims are
// not a matter of type: the row's value is checked against them.
func needsCast(from, to frame.Type) bool {
	return from.Kind != to.Kind || from.Base != to.Base || from.Kind == frame.Map && from.Key != to.Key
}

// cast converts a column as MLeap's Casting.scala does.
type cast struct{ from, to frame.Type }

func (c *cast) Inputs() []transform.Port {
	return []transform.Port{{Name: "input", Type: frame.Type{Kind: c.from.Kind, Base: c.from.Base, Key: c.from.Key, Nullable: true}}}
}
func (c *cast) Outputs() []transform.Port {
	return []transform.Port{{Name: "output", Type: c.to}}
}

func (c *cast) Transform(in, out []*frame.Value) error {
	if in[0].Null {
		out[0].SetNull()
		return nil
	}
	if err := frame.Cast(c.from, c.to, in[0], out[0]); err != nil {
		return transform.Bad(0, transform.ErrValue, err.Error(), "")
	}
	return nil
}
