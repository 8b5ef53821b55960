// Package host runs scorer.wasm from Go on wazero: the very module that
// browsers, Node and Workers run.
//
//	rt, err := host.New(ctx, wasmBytes, nil)
//	defer rt.Close(ctx)
//	in, err := rt.Instantiate(ctx)
//	model, err := in.Load(ctx, zipBytes)
//	out, err := model.Transform(ctx, frameJSON, host.JSON, host.JSON, nil)
//
// A Runtime compiles the module once and is safe for any number of goroutines;
// an Instance and its models are for one goroutine at a time.
//
// A call that runs out of memory, or whose context ends, gives ErrTrapped and
// takes the instance with it. The next call of a model starts another and loads
// the bundle again; only rows have to be taken anew.
package host

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

// ABI is the version of the exports that this package speaks; see
// wasm/README.md.
const ABI = 1

// Format is a written form of frames, by its number in the ABI.
type Format uint32

const (
	JSON Format = iota
	NDJSON
	CSV
	Binary
)

// Error is an error that the module reported.
type Error struct {
	Kind string // "bundle", "unknown_op", "schema", "unseen" …; see wasm/README.md
	Msg  string
}

func (e *Error) Error() string { return e.Msg }

// Dropped is what Row.Score returns for a row that handle_invalid = skip
// leaves out.
var Dropped = errors.New("row dropped")

// ErrTrapped is what errors.Is finds where the module stopped in the middle of a
// call: it ran out of memory, or the context was done. What it held is gone.
var ErrTrapped = errors.New("scorer.wasm trapped")

// Runtime is a compiled scorer.wasm, or a module that pageleap compile made of a
// bundle.
type Runtime struct {
	rt       wazero.Runtime
	compiled wazero.CompiledModule
	bare     *bare // nil: scorer.wasm
}

// Options for New; the zero value is the default.
type Options struct {
	CacheDir string // where compiled code is kept from run to run; "" keeps none
	MaxPages uint32 // limit of an instance's memory, in pages of 64 KiB; 0 means wazero's own, 4 GiB
}

// New compiles the module. A module that imports anything but WASI functions,
// or speaks another ABI, is refused.
func New(ctx context.Context, wasm []byte, o *Options) (*Runtime, error) {
	if o == nil {
		o = &Options{}
	}
	cfg := wazero.NewRuntimeConfig().WithCloseOnContextDone(true)
	if o.CacheDir != "" {
		cache, err := wazero.NewCompilationCacheWithDir(o.CacheDir)
		if err == nil { // a cache that cannot be had is no reason not to run
			cfg = cfg.WithCompilationCache(cache)
		}
	}
	if o.MaxPages > 0 {
		cfg = cfg.WithMemoryLimitPages(o.MaxPages)
	}
	r := &Runtime{rt: wazero.NewRuntimeWithConfig(ctx, cfg)}
	if _, err := wasi_snapshot_preview1.Instantiate(ctx, r.rt); err != nil {
		r.Close(ctx)
		return nil, fmt.Errorf("wasi: %w", err)
	}
	var err error
	if r.compiled, err = compileModule(ctx, r.rt, wasm); err != nil {
		r.Close(ctx)
		return nil, fmt.Errorf("scorer.wasm: not a module that can be compiled: %w", err)
	}
	for _, f := range r.compiled.ImportedFunctions() {
		if module, name, _ := f.Import(); module != wasi_snapshot_preview1.ModuleName {
			r.Close(ctx)
			return nil, fmt.Errorf("scorer.wasm: imports %s.%s; a scorer imports %s functions only", module, name, wasi_snapshot_preview1.ModuleName)
		}
	}
	if r.bare, err = readBare(r.compiled); err != nil {
		r.Close(ctx)
		return nil, err
	}
	return r, nil
}

// compileModule is CompileModule, which panics on some damaged modules: wazero
// 1.12 takes a block's type for one that is there.
func compileModule(ctx context.Context, rt wazero.Runtime, wasm []byte) (m wazero.CompiledModule, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("it is damaged: %v", p)
		}
	}()
	return rt.CompileModule(ctx, wasm)
}

// Bare says whether the module was compiled from a bundle. Its one model is
// loaded with Load(ctx, nil).
func (r *Runtime) Bare() bool { return r.bare != nil }

// Close frees the compiled module and every instance of it.
func (r *Runtime) Close(ctx context.Context) error { return r.rt.Close(ctx) }

// Instance is one instance of the module, with a memory of its own.
type Instance struct {
	rt     *Runtime
	life   int    // how often it was started
	dead   bool   // it trapped
	visit  *Visit // the one that began last
	stderr head   // what it said before that
	mod    api.Module
	mem    api.Memory
	blocks uint32
	fn     struct{ alloc, free, load, close, describe, transform, row, score api.Function }
}

// Instantiate starts an instance. It has no file system, no network, no
// environment and no arguments.
func (r *Runtime) Instantiate(ctx context.Context) (*Instance, error) {
	in := &Instance{rt: r}
	if err := in.start(ctx); err != nil {
		return nil, err
	}
	return in, nil
}

func (in *Instance) start(ctx context.Context) error {
	cfg := wazero.NewModuleConfig().WithName("").WithStartFunctions("_initialize").WithStderr(&in.stderr).WithSysNanotime().WithSysWalltime()
	mod, err := in.rt.rt.InstantiateModule(ctx, in.rt.compiled, cfg)
	if err != nil {
		return fmt.Errorf("scorer.wasm: %w", err)
	}
	in.mod, in.mem, in.dead, in.life = mod, mod.Memory(), false, in.life+1
	for _, f := range []struct {
		name string
		fn   *api.Function
	}{
		{"alloc", &in.fn.alloc}, {"free", &in.fn.free}, {"load", &in.fn.load}, {"close", &in.fn.close},
		{"describe", &in.fn.describe}, {"transform", &in.fn.transform}, {"row", &in.fn.row}, {"score", &in.fn.score},
	} {
		if *f.fn = mod.ExportedFunction(f.name); *f.fn == nil && (f.name != "transform" || in.rt.bare == nil) {
			in.Close(ctx)
			return fmt.Errorf("scorer.wasm: no export %q; is it a pageleap module?", f.name)
		}
	}
	abi, err := in.call(ctx, mod.ExportedFunction("abi"))
	if err != nil || abi != ABI {
		in.Close(ctx)
		return fmt.Errorf("scorer.wasm: its ABI is version %d, and this host speaks %d; build both from one release", abi, ABI)
	}
	if in.blocks, err = in.call(ctx, mod.ExportedFunction("blocks")); err != nil {
		in.Close(ctx)
		return err
	}
	return nil
}

// Close frees the instance, its memory and its models.
func (in *Instance) Close(ctx context.Context) error { return in.mod.Close(ctx) }

// MemorySize is the size of the instance's memory in bytes.
func (in *Instance) MemorySize() int { return int(in.mem.Size()) }

func (in *Instance) call(ctx context.Context, f api.Function, args ...uint64) (uint32, error) {
	if f == nil {
		return 0, errors.New("no such export; is it a pageleap module?")
	}
	if in.dead {
		return 0, ErrTrapped
	}
	res, err := f.Call(ctx, args...)
	if err != nil {
		in.dead = true
		in.mod.Close(ctx)
		if said, _, _ := strings.Cut(string(in.stderr), "\n"); said != "" {
			in.stderr = nil
			return 0, fmt.Errorf("%w: %s (%w)", ErrTrapped, said, err)
		}
		return 0, fmt.Errorf("%w: %w", ErrTrapped, err)
	}
	if len(res) == 0 {
		return 0, nil
	}
	return uint32(res[0]), nil
}

// head keeps the first bytes that are written to it.
type head []byte

func (h *head) Write(b []byte) (int, error) {
	*h = append(*h, b[:min(len(b), 4096-len(*h))]...)
	return len(b), nil
}

// put copies data into the module's memory; the caller frees it.
func (in *Instance) put(ctx context.Context, data []byte) (uint32, error) {
	p, err := in.call(ctx, in.fn.alloc, uint64(len(data)))
	if err != nil {
		return 0, err
	}
	if !in.mem.Write(p, data) {
		return 0, fmt.Errorf("scorer.wasm: alloc(%d) gave an address outside its memory", len(data))
	}
	return p, nil
}

func (in *Instance) free(ctx context.Context, p uint32) { in.call(ctx, in.fn.free, uint64(p)) }

// block copies the bytes that one of the two blocks points to: 0 the result,
// 8 the error.
func (in *Instance) block(offset uint32) []byte {
	p, _ := in.mem.ReadUint32Le(in.blocks + offset)
	n, _ := in.mem.ReadUint32Le(in.blocks + offset + 4)
	b, _ := in.mem.Read(p, n)
	return append([]byte(nil), b...)
}

func (in *Instance) lastError() error {
	kind, msg, _ := strings.Cut(string(in.block(8)), "\n")
	return &Error{Kind: kind, Msg: msg}
}

// Load reads a bundle from the bytes of its zip file; nil for the model of a
// module that is compiled from one.
func (in *Instance) Load(ctx context.Context, zip []byte) (*Model, error) {
	m := &Model{in: in, zip: slices.Clone(zip)}
	if err := m.live(ctx); err != nil {
		return nil, err
	}
	return m, nil
}

// load gives the handle of a bundle.
func (in *Instance) load(ctx context.Context, zip []byte) (uint32, error) {
	p, err := in.put(ctx, zip)
	if err != nil {
		return 0, err
	}
	handle, err := in.call(ctx, in.fn.load, uint64(p), uint64(len(zip)))
	if err != nil {
		return 0, err
	}
	in.free(ctx, p)
	if handle == 0 {
		return 0, in.lastError()
	}
	return handle, nil
}

// Model is a bundle loaded in an instance.
type Model struct {
	in     *Instance
	zip    []byte
	life   int // of the instance that the handle is of
	handle uint32
	closed bool
}

// live makes sure that there is an instance and that it has the model.
func (m *Model) live(ctx context.Context) error {
	if m.closed {
		return errors.New("the model is closed")
	}
	if m.in.dead {
		if err := m.in.start(ctx); err != nil {
			return err
		}
	}
	if m.life == m.in.life {
		return nil
	}
	handle, err := m.in.load(ctx, m.zip)
	if err == nil {
		m.handle, m.life = handle, m.in.life
	}
	return err
}

// Close frees the model's memory for others in the instance.
func (m *Model) Close(ctx context.Context) error {
	if m.closed || m.in.dead || m.life != m.in.life {
		m.closed = true
		return nil
	}
	m.closed = true
	_, err := m.in.call(ctx, m.in.fn.close, uint64(m.handle))
	return err
}

// Info is the model's name, versions, inputs and outputs, as JSON.
func (m *Model) Info(ctx context.Context) ([]byte, error) {
	if err := m.live(ctx); err != nil {
		return nil, err
	}
	status, err := m.in.call(ctx, m.in.fn.describe, uint64(m.handle))
	return m.answer(status, err)
}

// Transform runs the pipeline over a written frame; columns picks some of the
// frame that comes out (nil: all).
func (m *Model) Transform(ctx context.Context, data []byte, in, out Format, columns []string) ([]byte, error) {
	if m.in.rt.bare != nil {
		return m.transformRows(ctx, data, in, out, columns)
	}
	if err := m.live(ctx); err != nil {
		return nil, err
	}
	p, err := m.in.put(ctx, data)
	if err != nil {
		return nil, err
	}
	sel := []byte(strings.Join(columns, "\x00"))
	q, err := m.in.put(ctx, sel)
	if err != nil {
		return nil, err
	}
	status, err := m.in.call(ctx, m.in.fn.transform, uint64(m.handle), uint64(p), uint64(len(data)), uint64(in), uint64(out), uint64(q), uint64(len(sel)))
	if err != nil {
		return nil, err
	}
	m.in.free(ctx, p)
	m.in.free(ctx, q)
	return m.answer(status, nil)
}

func (m *Model) answer(status uint32, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	if status != 0 {
		return nil, m.in.lastError()
	}
	return m.in.block(0), nil
}

// Row is the model's flat row: cells that are written and read in place, with
// one call a row.
type Row struct {
	m     *Model
	life  int
	mem   api.Memory
	cells uint32
	held  []uint32 // the module's memory behind each input's string or vector
	caps  []uint32
}

const cellSize = 24

const (
	tagNull = iota
	tagNumber
	tagLong
	tagString
	tagDense
)

// Row gives the model's flat row; there is one a model. When the instance traps,
// the row is gone with it, and Score gives ErrTrapped until it is taken anew.
func (m *Model) Row(ctx context.Context, inputs int) (*Row, error) {
	if err := m.live(ctx); err != nil {
		return nil, err
	}
	p, err := m.in.call(ctx, m.in.fn.row, uint64(m.handle))
	if err != nil {
		return nil, err
	}
	if p == 0 {
		return nil, m.in.lastError()
	}
	return &Row{m: m, life: m.life, mem: m.in.mem, cells: p, held: make([]uint32, inputs), caps: make([]uint32, inputs)}, nil
}

// SetNull, SetNumber, SetString and SetVector write input i.
func (r *Row) SetNull(i int) { r.mem.WriteUint32Le(r.at(i), tagNull) }

func (r *Row) SetNumber(i int, x float64) {
	r.mem.WriteUint32Le(r.at(i), tagNumber)
	r.mem.WriteFloat64Le(r.at(i)+8, x)
}

func (r *Row) SetString(ctx context.Context, i int, s string) error {
	return r.setBytes(ctx, i, []byte(s), tagString, len(s))
}

func (r *Row) SetVector(ctx context.Context, i int, v []float64) error {
	return r.setBytes(ctx, i, appendFloats(nil, v), tagDense, len(v))
}

func (r *Row) setBytes(ctx context.Context, i int, b []byte, tag, n int) error {
	if r.gone() {
		return ErrTrapped
	}
	in := r.m.in
	if uint32(len(b)) > r.caps[i] || r.held[i] == 0 {
		if r.held[i] != 0 {
			in.free(ctx, r.held[i])
		}
		p, err := in.call(ctx, in.fn.alloc, uint64(len(b)))
		if err != nil {
			return err
		}
		r.held[i], r.caps[i] = p, uint32(len(b))
	}
	r.mem.Write(r.held[i], b)
	r.mem.WriteUint32Le(r.at(i), uint32(tag))
	r.mem.WriteUint32Le(r.at(i)+4, uint32(n))
	r.mem.WriteUint32Le(r.at(i)+8, r.held[i])
	return nil
}

// gone says whether the instance that the cells are in trapped.
func (r *Row) gone() bool { return r.m.in.dead || r.life != r.m.in.life }

func (r *Row) at(i int) uint32 { return r.cells + uint32(i)*cellSize }

// Score runs the pipeline on what the inputs hold. It gives Dropped or an
// *Error where the row cannot be scored.
func (r *Row) Score(ctx context.Context) error {
	if r.gone() {
		return fmt.Errorf("%w, and the row is gone; take another from the model", ErrTrapped)
	}
	status, err := r.m.in.call(ctx, r.m.in.fn.score, uint64(r.m.handle))
	switch {
	case err != nil:
		return err
	case status == 1:
		return r.m.in.lastError()
	case status == 2:
		return Dropped
	}
	return nil
}

// Number is output i as a number; ok is false where it is something else.
func (r *Row) Number(i int) (x float64, ok bool) {
	at := r.at(len(r.held) + i)
	tag, _ := r.mem.ReadUint32Le(at)
	x, _ = r.mem.ReadFloat64Le(at + 8)
	return x, tag == tagNumber
}

// Vector is output i as a dense vector; ok is false where it is something else.
func (r *Row) Vector(i int) (v []float64, ok bool) {
	at := r.at(len(r.held) + i)
	mem := r.mem
	if tag, _ := mem.ReadUint32Le(at); tag != tagDense {
		return nil, false
	}
	n, _ := mem.ReadUint32Le(at + 4)
	p, _ := mem.ReadUint32Le(at + 8)
	v = make([]float64, n)
	for k := range v {
		v[k], _ = mem.ReadFloat64Le(p + 8*uint32(k))
	}
	return v, true
}
