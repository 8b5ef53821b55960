// Package compile makes of a bundle a WebAssembly module of its own: constants in
// data segments, code for just the ops that the pipeline uses, no runtime and no
// imports. It speaks the ABI of scorer.wasm (wasm/README.md).
//
// README.md in this directory says how it works, and how an op is compiled.
package compile

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/compile/codegen"
	"github.com/pageleap/pageleap/engine/compile/kernel"
	"github.com/pageleap/pageleap/engine/compile/lower"
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/internal/fmath"
)

// ABI is the version of the exports, and Section the custom section that has the
// model's schema as JSON: {"abi": …, and what describe gives}.
const (
	ABI     = 1
	Section = "pageleap"
)

// ErrUnsupported is what errors.Is finds where a pipeline cannot be compiled.
var ErrUnsupported = errors.New("cannot be compiled")

// Module is a compiled pipeline.
type Module struct {
	Wasm  []byte
	Parts []lower.Part // what its bytes are: the code, the schema, each step's data
	SIMD  bool         // it has vectors of 128 bits
}

// Option changes what Compile does.
type Option func(*options)

type options struct{ withoutSIMD bool }

// WithoutSIMD keeps the module to what browsers had before vectors of 128 bits:
// without it, those that have none (Chrome before 91, Firefox before 89, Safari
// before 16.4) may refuse it. The answers are the same.
func WithoutSIMD() Option { return func(o *options) { o.withoutSIMD = true } }

// Compile compiles the model. The same model and options give the same bytes.
//
// # Errors
//
// What cannot be compiled is listed, all of it, in one error that is
// ErrUnsupported.
func Compile(m *engine.Model, opts ...Option) (*Module, error) {
	var o options
	for _, set := range opts {
		set(&o)
	}
	plan, err := m.Bind(m.Inputs())
	if err != nil {
		return nil, err
	}
	if m.Inputs() == nil && m.Outputs() == nil && len(m.Stages()) > 0 {
		return nil, fmt.Errorf("the model's columns hang on the frame that it is given: it %w; use scorer.wasm", ErrUnsupported)
	}
	src, err := source()
	if err != nil {
		return nil, err
	}
	// The first build learns which arguments of kernels are always the same, the
	// second how large the constants are, which come before working memory, and
	// the third stays. Until then that is where no constant comes to be.
	first := newBuild(m, plan, src, o, 1<<28, nil)
	if _, err := first.run(); err != nil {
		return nil, err
	}
	size, err := newBuild(m, plan, src, o, 1<<28, first.constants.vary).run()
	if err != nil {
		return nil, err
	}
	b := newBuild(m, plan, src, o, (dataBase+size+15)&^15, first.constants.vary)
	if again, err := b.run(); err != nil || again != size {
		return nil, fmt.Errorf("compiling twice gave %d and %d bytes (%v)", size, again, err)
	}
	return b.finish(), nil
}

// source is the kernels, checked once.
var source = sync.OnceValues(func() (*codegen.Source, error) {
	s := codegen.NewSource()
	if err := s.Add("github.com/pageleap/pageleap/engine/internal/fmath", fmath.Source, "fma_other.go", "source.go"); err != nil {
		return nil, err
	}
	return s, s.Add("kernel", kernel.Source, "embed.go")
})

// lowerSteps lowers the plan's steps, and lists what cannot be.
func (b *build) lowerSteps() error {
	ops := map[string]string{}
	for _, s := range b.model.Stages() {
		ops[s.Path] = s.Op
	}
	var refused []string
	for i := range b.plan.Steps() {
		s := &b.plan.Steps()[i]
		l, ok := s.Transformer.(lower.Lowerer)
		if !ok {
			refused = append(refused, strconv.Quote(ops[s.Path])+" ("+s.Path+")")
			for _, slot := range s.Out {
				b.slots[slot].NotNull = true // so that what reads it is lowered
			}
			continue
		}
		before, events := len(b.Data()), len(b.Events)
		b.begin(s)
		l.Lower(b.Builder)
		b.noteLists(s, len(b.Events) > events)
		for _, why := range b.Refused() {
			refused = append(refused, strconv.Quote(ops[s.Path])+" ("+s.Path+"): "+why)
		}
		b.Parts = append(b.Parts, lower.Part{Name: s.Path, Bytes: len(b.Data()) - before})
	}
	for i, f := range b.plan.Outputs() {
		if tagOf(&f.Type) == 0 && !b.slots[b.plan.OutputSlot(i)].Placed() {
			refused = append(refused, "the output "+strconv.Quote(f.Name)+" of type "+f.Type.String())
		}
	}
	for _, f := range b.plan.Inputs() {
		if tagOf(&f.Type) == 0 {
			refused = append(refused, "the input "+strconv.Quote(f.Name)+" of type "+f.Type.String())
		}
	}
	if refused != nil {
		slices.Sort(refused)
		return fmt.Errorf("%s %w; use scorer.wasm, which runs all ops", strings.Join(slices.Compact(refused), ", "), ErrUnsupported)
	}
	return nil
}

// noteLists notes which lists a step reads.
func (b *build) noteLists(s *engine.Step, events bool) {
	r := listReader{path: s.Path, events: events}
	for k, port := range s.Transformer.Inputs() {
		if port.Type.Kind == frame.List && s.In[k] >= 0 {
			r.slots = append(r.slots, &b.slots[s.In[k]])
		}
	}
	b.lists = append(b.lists, r)
}

// begin starts a step: its slots, and the checks of its inputs.
func (b *build) begin(s *engine.Step) {
	step := lower.Step{Path: s.Path, Columns: s.Columns()}
	for _, slot := range s.In {
		if slot < 0 {
			step.In = append(step.In, nil)
		} else {
			step.In = append(step.In, &b.slots[slot])
		}
	}
	for _, slot := range s.Out {
		step.Out = append(step.Out, &b.slots[slot])
	}
	b.Begin(step)
	var numbers []int // ports that null is yet to be looked for in
	for k, port := range s.Transformer.Inputs() {
		in := step.In[k]
		if in == nil {
			continue
		}
		check := b.Call
		if port.Type.Kind == frame.List {
			check = b.CallRow // a visit's lists are not there
		}
		refusesNull := !port.Type.Nullable && !in.NotNull
		in.NotNull = in.NotNull || refusesNull && port.Type.Kind != frame.List // nobody after this sees null
		if port.Type.Kind == frame.Scalar {
			if refusesNull {
				numbers = append(numbers, k)
			}
			continue
		}
		b.checkNoneNull(numbers)
		numbers = nil
		if refusesNull {
			check("checkNotNull", in.Cell, b.Error(k, lower.Null, "null", missing))
		}
		if port.Type.Kind == frame.Tensor {
			if size := port.Type.Size(); size >= 0 && size != in.Size {
				check("checkSize", in.Cell, size, b.ErrorWith(k, lower.Shape, "a vector of ", "", "the model was fitted on "+strconv.Itoa(size)))
				in.Size = size // in the rows that go on
			}
		}
	}
	b.checkNoneNull(numbers)
}

const missing = "this column must have a value in every row"

// checkNoneNull makes a row end where a port of the step is null.
func (b *build) checkNoneNull(ports []int) {
	switch len(ports) {
	case 0:
		return
	case 1:
		b.Call("checkNotNull", b.In(ports[0]), b.Error(ports[0], lower.Null, "null", missing))
		return
	}
	var cells []lower.Addr
	var columns []string
	for _, k := range ports {
		cells = append(cells, b.In(k))
		columns = append(columns, b.Column(k))
	}
	at := b.Words(cells)
	err := b.ErrorWith(-1, lower.Null, "null in column ", "", missing)
	b.Call("checkNoneNull", at, at+uint32(4*len(cells)), b.Names(columns), err)
}

// tagOf is the tag of a column's cells, 0 where there is none.
func tagOf(t *frame.Type) uint32 {
	switch {
	case t.Kind == frame.Scalar && t.Base == frame.Long:
		return lower.TagLong
	case t.Kind == frame.Scalar && t.Base.Numeric():
		return lower.TagNumber
	case t.Kind == frame.Scalar:
		return lower.TagText
	case t.Kind == frame.Tensor && t.Base.Numeric() && len(t.Dims) <= 1:
		return lower.TagDense
	case t.Kind == frame.List && t.Base != frame.ByteString:
		return lower.TagList
	}
	return 0
}
