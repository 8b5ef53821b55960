// Package engine runs the pipeline of a Bundle.ML bundle over leap frames and
// single rows, and gives the answers that Spark gives.
//
// A bundle is read once into a plan: each column gets a slot, each transformer
// is bound to its slots, and casts stand where a column's type is not the one
// that a transformer wants. Scoring a row runs the plan over reused buffers
// and allocates nothing for numeric pipelines.
//
//	model, err := engine.Load(zipBytes)
//	row, err := model.NewRow()
//	row.Input(model.Inputs().Index("channel")).SetStr("email")
//	err = row.Score()
//	p := row.Output(model.Outputs().Index("probability")).Nums
//
// A Model is safe for any number of goroutines; a Row is for one at a time.
//
// The package does no I/O of its own and is part of scorer.wasm, so it uses
// neither fmt nor reflection.
package engine

import (
	"strconv"
	"strings"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/transform"
)

// Model is a bundle that is ready to score.
type Model struct {
	bundle *bundle.Bundle
	stages []stage
	plan   *Plan // for frames of exactly the model's inputs
	noPlan error // why there is no such plan
	frames frame.Limits
}

// stage is one transformer of the pipeline, which may be nested in others.
type stage struct {
	path string
	node *bundle.Node
	t    transform.Transformer
}

// Option changes how a bundle is loaded.
type Option func(*options)

type options struct {
	ops    []transform.Op
	limits bundle.Limits
	frames frame.Limits
}

// With adds ops to those that bundles may use. An op with the name of a
// built-in one takes its place.
func With(ops ...transform.Op) Option {
	return func(o *options) { o.ops = append(o.ops[:len(o.ops):len(o.ops)], ops...) }
}

// Limit sets what a bundle may ask for; the default is bundle.DefaultLimits().
func Limit(l bundle.Limits) Option { return func(o *options) { o.limits = l } }

// LimitFrames sets what a written frame may ask for when TransformBytes reads it,
// and what may be added to any frame; see frame.Limits for the defaults.
func LimitFrames(l frame.Limits) Option { return func(o *options) { o.frames = l } }

// Load reads a bundle from the bytes of its zip file.
//
// # Errors
//
// A bundle that is damaged, or that holds an op that is not known (all of them
// are listed) or attributes that the op cannot use, is refused here: scoring
// never meets them. errors.Is finds bundle.ErrMalformed, bundle.ErrNotFound,
// bundle.ErrAttribute, bundle.ErrLimit and transform.ErrUnknownOp.
func Load(zip []byte, opts ...Option) (*Model, error) {
	files, err := bundle.OpenZip(zip)
	if err != nil {
		return nil, err
	}
	return LoadFiles(files, opts...)
}

// LoadFiles reads a bundle from its files, such as those of bundle.Dir.
func LoadFiles(files bundle.Files, opts ...Option) (*Model, error) {
	o := resolve(opts)
	b, err := bundle.Open(files, o.limits)
	if err != nil {
		return nil, err
	}
	m, err := build(b, o)
	if err != nil {
		return nil, err
	}
	release(b.Root.Model)
	return m, nil
}

// release lets go of a bundle's files (trees, boosters), which the transformers
// have made their own layouts of: they would double what a model weighs.
func release(m *bundle.Model) {
	m.Files = nil
	for _, c := range m.Children {
		release(c.Model)
	}
	for _, s := range m.Subs {
		release(s.Model)
	}
}

// LoadBundle makes a model of a bundle that is in memory.
func LoadBundle(b *bundle.Bundle, opts ...Option) (*Model, error) { return build(b, resolve(opts)) }

func resolve(opts []Option) options {
	o := options{ops: transform.Table, limits: bundle.DefaultLimits()}
	for _, f := range opts {
		f(&o)
	}
	o.limits = o.limits.Filled()
	return o
}

func build(b *bundle.Bundle, o options) (*Model, error) {
	m := &Model{bundle: b, frames: o.frames}
	if unknown := unknownOps(b.Root.Model, o.ops, nil); len(unknown) > 0 {
		return nil, &bundle.Error{Kind: transform.ErrUnknownOp, Path: b.Root.Model.Path, Msg: "unknown " + plural(len(unknown), "op") + " " + strings.Join(unknown, ", ")}
	}
	if err := m.unfold(b.Root, &o); err != nil {
		return nil, err
	}
	inputs, err := m.infer()
	if err == nil {
		err = m.declare(inputs)
	}
	if err == nil {
		m.plan, err = m.Bind(inputs)
	}
	if err != nil {
		if _, resolves := firstResolver(m.stages); !resolves {
			return nil, err
		}
		// Some ops know their types only from a frame; such a model still
		// transforms frames.
		m.noPlan = err
	}
	return m, nil
}

const pipelineOp = "pipeline"

// unknownOps lists every op that the table lacks, with its place, so that the
// user learns of all of them at once.
func unknownOps(m *bundle.Model, ops []transform.Op, list []string) []string {
	if m.Op != pipelineOp && transform.Find(ops, m.Op) == nil {
		list = append(list, strconv.Quote(m.Op)+" ("+m.Path+")")
	}
	for _, c := range m.Children {
		list = unknownOps(c.Model, ops, list)
	}
	for _, s := range m.Subs {
		list = unknownOps(s.Model, ops, list)
	}
	return list
}

// unfold makes the stages of a node: a pipeline's are its children's.
func (m *Model) unfold(n *bundle.Node, o *options) error {
	if n.Model.Op == pipelineOp {
		for _, c := range n.Model.Children {
			if err := m.unfold(c, o); err != nil {
				return err
			}
		}
		return nil
	}
	s := transform.NewSource(n, o.ops)
	s.Limits = o.limits
	t, err := s.Read()
	if err != nil {
		return err
	}
	m.stages = append(m.stages, stage{path: n.Model.Path, node: n, t: t})
	return nil
}

func firstResolver(stages []stage) (transform.Resolver, bool) {
	for i := range stages {
		if r, ok := stages[i].t.(transform.Resolver); ok {
			return r, true
		}
	}
	return nil, false
}

// infer finds the model's inputs: the columns that a stage reads and that no
// stage before it writes, with the type that the first reader wants, in the
// order of first use. An input may be null only where all its readers take
// null.
func (m *Model) infer() (frame.Schema, error) {
	var inputs frame.Schema
	var there known
	for i := range m.stages {
		st := &m.stages[i]
		t := st.t
		if r, ok := t.(transform.Resolver); ok {
			var err error
			if t, err = r.Resolve(there.schema(inputs)); err != nil {
				return nil, stageError(st.path, err)
			}
		}
		if partial, ok := t.(transform.Partial); ok {
			var missing []string
			for _, port := range partial.Dispensable() {
				if name, bound := socket(st.node.Inputs, port); bound && there.index(name) < 0 {
					missing = append(missing, port)
				}
			}
			if missing != nil {
				t = partial.Without(missing)
			}
		}
		projector, projects := t.(transform.Projector)
		for _, p := range t.Inputs() {
			name, ok := socket(st.node.Inputs, p.Name)
			if projects {
				name, ok = p.Name, true
			}
			if !ok {
				continue
			}
			switch k := there.index(name); {
			case k >= 0 && there[k].input >= 0:
				in := &inputs[there[k].input].Type
				in.Nullable = in.Nullable && p.Type.Nullable
			case k < 0 && inputs.Index(name) < 0:
				there = append(there, knownColumn{frame.Field{Name: name}, len(inputs)})
				inputs = append(inputs, frame.Field{Name: name, Type: p.Type})
			}
		}
		before := there
		if projects {
			there = nil
			for _, c := range projector.Columns() {
				if k := before.index(c.From); k >= 0 && c.From != "" {
					there = append(there, knownColumn{before[k].Field, before[k].input})
					there[len(there)-1].Name = c.Name
				}
			}
		}
		for _, p := range t.Outputs() {
			name, ok := socket(st.node.Outputs, p.Name)
			if projects {
				name, ok = p.Name, true
			}
			if !ok || p.Name == "" {
				continue
			}
			f := knownColumn{frame.Field{Name: name, Type: p.Type}, -1}
			if k := there.index(name); k >= 0 {
				there[k] = f
			} else {
				there = append(there, f)
			}
		}
	}
	return inputs, nil
}

// known are the columns that there are at a stage, as far as the stages before
// it tell.
type known []knownColumn

type knownColumn struct {
	frame.Field     // an input's type is among the inputs
	input       int // which input it is; -1 if a stage wrote it
}

func (k known) index(name string) int {
	for i := range k {
		if k[i].Name == name {
			return i
		}
	}
	return -1
}

func (k known) schema(inputs frame.Schema) frame.Schema {
	s := make(frame.Schema, len(k))
	for i, c := range k {
		s[i] = c.Field
		if c.input >= 0 {
			s[i].Type = inputs[c.input].Type
		}
	}
	return s
}

// MetaInputs is the attribute of a bundle's meta that says of which types its
// input columns are, where that is known better than by what reads them: a leap
// frame in JSON without rows. Other readers of bundles pass over it.
const MetaInputs = "input_schema"

// declare gives inputs the types that the bundle's meta says.
func (m *Model) declare(inputs frame.Schema) error {
	for _, a := range m.bundle.Meta {
		if a.Name != MetaInputs || len(a.Strings) != 1 {
			continue
		}
		f, err := frame.ReadJSON([]byte(a.Strings[0]))
		if err != nil {
			return &bundle.Error{Kind: bundle.ErrAttribute, Path: "bundle.json", Msg: "meta attribute " + strconv.Quote(MetaInputs) + ": " + err.Error()}
		}
		declared := f.Schema()
		for i := range inputs {
			if k := declared.Index(inputs[i].Name); k >= 0 {
				inputs[i].Type = declared[k].Type
			}
		}
	}
	return nil
}

// socket is the column that a port is bound to.
func socket(sockets []bundle.Socket, port string) (column string, ok bool) {
	for _, s := range sockets {
		if s.Port == port {
			return s.Name, true
		}
	}
	return "", false
}

// Bundle is what the model was made from, less the files of trees and boosters
// where Load read it. It is to be read only.
func (m *Model) Bundle() *bundle.Bundle { return m.bundle }

// Inputs are the columns that a frame must have: each one that the pipeline
// reads before it writes it.
func (m *Model) Inputs() frame.Schema {
	if m.plan == nil {
		return nil
	}
	return m.plan.inputs
}

// Outputs are the columns that the pipeline adds, in order.
func (m *Model) Outputs() frame.Schema {
	if m.plan == nil {
		return nil
	}
	return m.plan.outputs
}

// Stages describes the pipeline's transformers in order.
func (m *Model) Stages() []StageInfo {
	infos := make([]StageInfo, len(m.stages))
	for i := range m.stages {
		st := &m.stages[i]
		infos[i] = StageInfo{Path: st.path, Name: st.node.Name, Op: st.node.Model.Op, Transformer: st.t}
		for _, s := range st.node.Inputs {
			infos[i].Inputs = append(infos[i].Inputs, s.Name)
		}
		for _, s := range st.node.Outputs {
			infos[i].Outputs = append(infos[i].Outputs, s.Name)
		}
		if h, ok := st.t.(transform.Holder); ok {
			infos[i].Holds = h.Holds()
		}
	}
	return infos
}

// StageInfo is one transformer as inspect shows it: what it reads, what it
// writes and what it holds.
type StageInfo struct {
	Path        string // in the bundle
	Name        string
	Op          string
	Inputs      []string // columns
	Outputs     []string
	Holds       []transform.Fact
	Transformer transform.Transformer
}

func plural(n int, s string) string {
	if n == 1 {
		return s
	}
	return s + "s"
}
