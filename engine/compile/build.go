package compile

import (
	"errors"
	"math"
	"slices"
	"strconv"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/compile/codegen"
	"github.com/pageleap/pageleap/engine/compile/lower"
	"github.com/pageleap/pageleap/engine/compile/wasmbin"
)

// The memory: nothing (16 bytes), the blocks of the ABI (16), the room for
// errors (1024) and the lists of free blocks (128: see package kernel),
// constants, working memory, the host's.
const (
	dataBase  = 16 + 16 + 1024 + 128
	firstHeap = 1 << 13 // bytes that the host has without the memory growing
)

// build is a module under construction.
type build struct {
	*lower.Builder
	model    *engine.Model
	plan     *engine.Plan
	slots    []lower.Slot
	module   *wasmbin.Module
	compiler *codegen.Compiler
	cells    lower.Addr // of the flat row
	schema   []byte
	lists    []listReader

	constants constants
}

// listReader is a step that reads lists: an op of events, or one that has to have
// them whole.
type listReader struct {
	path   string
	slots  []*lower.Slot
	events bool
}

// wantsLists finds a step that reads the lists of events and takes no events one
// by one, so that there are no visits.
func (b *build) wantsLists() (path string, ok bool) {
	for _, r := range b.lists {
		for _, other := range b.lists {
			if !r.events && other.events && slices.ContainsFunc(r.slots, func(s *lower.Slot) bool { return slices.Contains(other.slots, s) }) {
				return r.path, true
			}
		}
	}
	return "", false
}

// newBuild begins a module whose working memory is at room. vary is what the
// build before learnt of the kernels' parameters, nil for the first.
func newBuild(m *engine.Model, plan *engine.Plan, src *codegen.Source, o options, room lower.Addr, vary map[string][]bool) *build {
	b := &build{Builder: lower.New(dataBase, room), model: m, plan: plan, module: &wasmbin.Module{}}
	b.SIMD = !o.withoutSIMD
	b.constants = constants{vary: vary, known: map[string][]*uint64{}, fixed: vary != nil}
	if vary == nil {
		b.constants.vary = map[string][]bool{}
	}
	b.slots = make([]lower.Slot, len(plan.Slots()))
	b.cells = b.Room(lower.CellBytes * (len(plan.Inputs()) + len(plan.Outputs()) + 1))
	for i := range plan.Inputs() {
		b.slots[i] = lower.Slot{Cell: b.cell(i), Size: -1}
	}
	b.compiler = codegen.NewCompiler(src, b.module, func(c []byte) uint32 { return b.Bytes(c, 8) })
	b.compiler.Flags = b.Flags
	b.schema = append([]byte(`{"abi":`+strconv.Itoa(ABI)+","), m.AppendInfo(nil)[1:]...)
	return b
}

// cell is the address of cell i of the flat row.
func (b *build) cell(i int) lower.Addr { return b.cells + uint32(lower.CellBytes*i) }

// run lowers all and gives the size of the constants.
func (b *build) run() (size uint32, err error) {
	if err := b.lowerSteps(); err != nil {
		return 0, err
	}
	if err := b.exports(); err != nil {
		return 0, err
	}
	return uint32(len(b.Data())), nil
}

func (b *build) finish() *Module {
	b.module.Memory(b.End() + firstHeap)
	b.module.Data(dataBase, b.Data())
	b.module.Custom(Section, b.schema)
	code := 0
	for _, n := range b.module.Sizes() {
		code += n
	}
	parts := append([]lower.Part{{Name: "code", Bytes: code}, {Name: "schema", Bytes: len(b.schema)}}, b.Parts...)
	return &Module{Wasm: b.module.Bytes(), Parts: parts, SIMD: b.module.SIMD()}
}

// param is an argument that is a parameter of the function that calls.
type param int

// call emits a call with params and constants; where the kernel gives a status,
// and end is set, what is not 0 ends the function.
func (b *build) call(f *wasmbin.Func, end bool, kernel string, args ...any) error {
	params, err := b.compiler.Params(kernel)
	if err != nil {
		return err
	}
	if len(args) != len(params) {
		return &argumentError{kernel, len(args), len(params)}
	}
	bits := make([]*uint64, len(args)) // nil for params
	for i, a := range args {
		if _, ok := a.(param); !ok {
			c := constantBits(params[i], a)
			bits[i] = &c
		}
	}
	consts, err := b.constants.of(kernel, bits)
	if err != nil {
		return err
	}
	k, err := b.compiler.Bind(kernel, consts)
	if err != nil {
		return err
	}
	for i, a := range args {
		if consts[i] != nil {
			continue
		}
		if p, ok := a.(param); ok {
			f.Emit(wasmbin.LocalGet, uint64(p))
		} else {
			f.Emit(constOps[params[i]], *bits[i])
		}
	}
	f.Emit(wasmbin.Call, uint64(k.Index))
	if end && len(k.Results) > 0 {
		f.EndUnlessZero()
	}
	return nil
}

type argumentError struct {
	kernel    string
	got, want int
}

func (e *argumentError) Error() string {
	return "kernel " + e.kernel + " has " + strconv.Itoa(e.want) + " parameters and got " + strconv.Itoa(e.got) + " arguments"
}

// calls emits lowered calls, those of events with the first argument before.
func (b *build) calls(f *wasmbin.Func, list []lower.Call, first ...any) error {
	for _, c := range list {
		if err := b.call(f, true, c.Kernel, append(first[:len(first):len(first)], c.Args...)...); err != nil {
			return err
		}
	}
	return nil
}

// constants are the parameters of kernels that have the same constant in all
// calls of a module, and so are no parameters of its functions.
type constants struct {
	vary  map[string][]bool    // of each kernel, as far as is known: the parameters that are none
	known map[string][]*uint64 // what the others are
	fixed bool                 // vary is complete
}

func (c *constants) of(kernel string, args []*uint64) ([]*uint64, error) {
	known := c.known[kernel]
	if known == nil {
		known = slices.Clone(args)
		c.known[kernel] = known
		if c.vary[kernel] == nil {
			c.vary[kernel] = make([]bool, len(args))
		}
	}
	vary, consts := c.vary[kernel], make([]*uint64, len(args))
	for i, a := range args {
		if a == nil || known[i] == nil || *known[i] != *a {
			if c.fixed && !vary[i] {
				return nil, errors.New("kernel " + kernel + " got another constant than the first time it was compiled")
			}
			vary[i] = true
		}
		if c.fixed && !vary[i] {
			consts[i] = a
		}
	}
	return consts, nil
}

// constantBits are a constant's bits as a wasm value of the type.
func constantBits(t wasmbin.Type, a any) uint64 {
	bits := uint64(0)
	switch a := a.(type) {
	case int:
		bits = uint64(a)
	case uint32:
		bits = uint64(a)
	case int64:
		bits = uint64(a)
		if t == wasmbin.F64 {
			bits = math.Float64bits(float64(a))
		}
	case float64:
		bits = math.Float64bits(a)
	}
	if t == wasmbin.I32 {
		bits = uint64(uint32(bits))
	}
	return bits
}

var constOps = map[wasmbin.Type]wasmbin.Op{wasmbin.I32: wasmbin.I32Const, wasmbin.I64: wasmbin.I64Const, wasmbin.F64: wasmbin.F64Const}

var i32 = []wasmbin.Type{wasmbin.I32}

// function makes an exported function of i32 parameters.
func (b *build) function(name string, params int, result bool) *wasmbin.Func {
	types := make([]wasmbin.Type, params)
	for i := range types {
		types[i] = wasmbin.I32
	}
	var results []wasmbin.Type
	if result {
		results = i32
	}
	f := b.module.Func(name, types, results)
	b.module.Export(name, f)
	return f
}

// wrap exports a function that is a call of a kernel, or the kernel itself where
// it takes what the function does.
func (b *build) wrap(name string, params int, result bool, kernel string, args ...any) error {
	own := len(args) == params
	for i, a := range args {
		own = own && a == any(param(i))
	}
	if own {
		k, err := b.compiler.Func(kernel)
		if err == nil {
			b.module.Export(name, k)
		}
		return err
	}
	return b.call(b.function(name, params, result), false, kernel, args...)
}

// exports makes the functions of the ABI.
func (b *build) exports() error {
	b.Begin(lower.Step{})
	text := b.Bytes(b.schema, 1)
	unknown := b.RawError("error\nno model has the handle ", "; it was never loaded, or is closed")
	noBundle := b.RawError("bundle\nthis module is compiled from a bundle and takes no other", "")
	noVisit := "no op of the model takes events"
	path, wantsLists := b.wantsLists()
	if wantsLists {
		noVisit = path + " reads the list of events, which is not there while a visit goes on"
	}
	events := len(b.Events) > 0 && !wantsLists
	visitCells := b.cells
	if events {
		visitCells = b.Room(lower.CellBytes * (len(b.plan.Inputs()) + len(b.plan.Outputs())))
	}
	b.function("_initialize", 0, false)
	for _, err := range []error{
		b.wrap("abi", 0, true, "abi"),
		b.wrap("blocks", 0, true, "blocksAddress"),
		b.load(noBundle),
		b.wrap("close", 1, false, "closeHandle", param(0)),
		b.wrap("describe", 1, true, "describe", param(0), unknown, text, len(b.schema)),
		b.wrap("row", 1, true, "row", param(0), unknown, b.cells, visitCells),
		b.score(unknown, visitCells, events),
		b.visits(unknown, events, noVisit),
		b.wrap("alloc", 1, true, "alloc", param(0)),
		b.wrap("free", 1, false, "free", param(0)),
	} {
		if err != nil {
			return err
		}
	}
	// The heap comes after all other memory.
	for _, name := range []string{"heap", "heapStart"} {
		g, err := b.compiler.Global(name)
		if err != nil {
			return err
		}
		b.module.Start(g, uint64(b.End()))
	}
	return nil
}

func (b *build) load(noBundle lower.Addr) error {
	f := b.function("load", 2, true)
	if len(b.Init) > 0 {
		// Once, before the first row.
		begun, err := b.compiler.Global("begun")
		if err != nil {
			return err
		}
		f.Emit(wasmbin.GlobalGet, uint64(begun))
		f.Emit(wasmbin.I32Eqz, 0)
		f.Emit(wasmbin.If, wasmbin.Empty)
		f.Emit(wasmbin.I32Const, 1)
		f.Emit(wasmbin.GlobalSet, uint64(begun))
		for _, c := range b.Init {
			if err := b.call(f, false, c.Kernel, c.Args...); err != nil {
				return err
			}
		}
		f.Emit(wasmbin.End, 0)
	}
	return b.call(f, false, "load", param(0), param(1), noBundle)
}

// score checks the inputs, runs the steps and copies the outputs. A visit's
// cells change places with the row's meanwhile.
func (b *build) score(unknown, visitCells lower.Addr, events bool) error {
	inputs, outputs := b.plan.Inputs(), b.plan.Outputs()
	var specs []uint32
	var columns []string
	for i := range inputs {
		f := &inputs[i]
		columns = append(columns, f.Name)
		is := " is " + f.Type.String() + ": "
		tag, sparse := tagOf(&f.Type), uint32(0)
		if tag == lower.TagDense {
			b.Need("takesVectors")
			sparse = b.RawError("schema\ncolumn ", is+"sparse indices must ascend and be below the size of the vector")
		}
		specs = append(specs, tag, b.RawError("schema\ncolumn ", is+"a cell with tag "), sparse)
	}
	names := b.Names(columns)
	specsAt := b.Words(specs)
	specsEnd := specsAt + uint32(4*len(specs))
	var cells []uint32
	for i := range outputs {
		cells = append(cells, b.slots[b.plan.OutputSlot(i)].Cell)
	}
	cellsAt := b.Words(cells)
	leave := []any{b.cell(len(inputs)), cellsAt, cellsAt + uint32(4*len(cells))}

	run := b.module.Func("run", nil, i32)
	if err := b.calls(run, b.Builder.Score); err != nil {
		return err
	}
	if err := b.call(run, false, "leave", leave...); err != nil {
		return err
	}
	run.Emit(wasmbin.I32Const, 0)

	f := b.function("score", 1, true)
	if !events {
		if err := b.call(f, true, "enter", param(0), unknown, b.cells, specsAt, specsEnd, names); err != nil {
			return err
		}
		f.Emit(wasmbin.Call, uint64(run.Index))
		return nil
	}
	visit := b.module.Func("runVisit", nil, i32)
	if err := b.calls(visit, b.Visit); err != nil {
		return err
	}
	if err := b.call(visit, false, "leave", leave...); err != nil {
		return err
	}
	visit.Emit(wasmbin.I32Const, 0)
	swap := []any{b.cells, visitCells, lower.CellBytes * (len(inputs) + len(outputs))}
	f.Emit(wasmbin.LocalGet, 0)
	f.Emit(wasmbin.I32Const, 2) // kernel.visitHandle
	f.Emit(wasmbin.I32Eq, 0)
	f.Emit(wasmbin.If, wasmbin.Empty)
	if err := b.call(f, true, "enter", param(0), unknown, visitCells, specsAt, specsEnd, names); err != nil {
		return err
	}
	status := f.Local(wasmbin.I32)
	if err := b.call(f, false, "swap", swap...); err != nil {
		return err
	}
	f.Emit(wasmbin.Call, uint64(visit.Index))
	f.Emit(wasmbin.LocalSet, uint64(status))
	if err := b.call(f, false, "swap", swap...); err != nil {
		return err
	}
	f.Emit(wasmbin.LocalGet, uint64(status))
	f.Emit(wasmbin.Return, 0)
	f.Emit(wasmbin.End, 0)
	if err := b.call(f, true, "enter", param(0), unknown, b.cells, specsAt, specsEnd, names); err != nil {
		return err
	}
	f.Emit(wasmbin.Call, uint64(run.Index))
	return nil
}

// eventTags are the tags of an event's cells.
var eventTags = []byte{lower.TagText, lower.TagLong, lower.TagText, lower.TagText, lower.TagText, lower.TagText, lower.TagNumber, lower.TagNumber}

func (b *build) visits(unknown lower.Addr, events bool, noVisit string) error {
	if !events {
		return b.wrap("visit", 1, true, "noVisit", param(0), b.RawError("error\n"+noVisit, ""))
	}
	notVisit := b.RawError("error\nhandle ", " is not of a visit")
	cells := b.Room(lower.CellBytes * len(eventTags))

	f := b.function("visit", 1, true)
	if err := b.call(f, false, "beginVisit", param(0), unknown); err != nil {
		return err
	}
	f.Emit(wasmbin.If, wasmbin.Empty)
	f.Emit(wasmbin.I32Const, 0)
	f.Emit(wasmbin.Return, 0)
	f.Emit(wasmbin.End, 0)
	if err := b.calls(f, b.Reset); err != nil {
		return err
	}
	f.Emit(wasmbin.I32Const, 2)

	f = b.function("event", 1, true)
	f.Emit(wasmbin.I32Const, 0)
	f.Emit(wasmbin.I32Const, uint64(cells))
	if err := b.call(f, false, "checkVisit", param(0), notVisit); err != nil {
		return err
	}
	f.Emit(wasmbin.Select, 0)

	f = b.function("add", 1, true)
	event := b.Room(lower.CellBytes * len(eventTags))
	err := b.call(f, true, "takeEvent", param(0), notVisit, cells, event, b.Bytes(eventTags, 1),
		b.RawError("error\ncell ", " of an event has the tag "), b.RawError("error\nan event must have a name and a ts", ""))
	if err != nil {
		return err
	}
	if err := b.calls(f, b.Events, event); err != nil {
		return err
	}
	f.Emit(wasmbin.I32Const, 0)

	f = b.function("reset", 1, true)
	if err := b.call(f, true, "checkVisit", param(0), notVisit); err != nil {
		return err
	}
	if err := b.calls(f, b.Reset); err != nil {
		return err
	}
	f.Emit(wasmbin.I32Const, 0)
	return nil
}
