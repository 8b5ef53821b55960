//go:build wasip1

// Command scorer is scorer.wasm: the engine as a WASI reactor. wasm/README.md
// describes the functions that it exports; ABI is their version.
//
// The module imports nothing but a few WASI functions (clock, random, writing
// to stderr): it cannot reach a network or a file.
package main

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"unsafe"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/transform"
)

// ABI counts incompatible changes of the exports and of the memory layouts.
const ABI = 1

// What calls return.
const (
	statusOK      = 0
	statusError   = 1 // the error block says why
	statusDropped = 2 // handle_invalid = skip left the row out
)

func main() {} // a reactor: the host calls _initialize, then the exports

// blocks holds where the last call left its answer and its error. Its address
// never changes.
var blocks struct {
	result, resultLen uint32
	err, errLen       uint32
}

// What blocks point to, kept from the garbage collector.
var (
	result  []byte
	lastErr string
	allocs  = map[uint32][]byte{}
	models  []*loaded // by handle - 1; nil when closed
)

type loaded struct {
	model *engine.Model
	row   *flatRow
}

//go:wasmexport abi
func abi() uint32 { return ABI }

//go:wasmexport blocks
func blocksAddress() uint32 { return address(unsafe.Pointer(&blocks)) }

//go:wasmexport alloc
func alloc(n uint32) uint32 {
	b := make([]byte, max(n, 1))
	p := address(unsafe.Pointer(&b[0]))
	allocs[p] = b
	return p
}

//go:wasmexport free
func free(p uint32) { delete(allocs, p) }

//go:wasmexport load
func load(p, n uint32) (handle uint32) {
	defer guard(func() { handle = 0 })
	m, err := engine.Load(bytesAt(p, n))
	if err != nil {
		setError(err)
		return 0
	}
	l := &loaded{model: m}
	for i := range models {
		if models[i] == nil {
			models[i] = l
			return uint32(i + 1)
		}
	}
	models = append(models, l)
	return uint32(len(models))
}

//go:wasmexport close
func closeModel(handle uint32) {
	if get(handle) != nil {
		models[handle-1] = nil
	}
}

//go:wasmexport describe
func describe(handle uint32) (status uint32) {
	defer guard(func() { status = statusError })
	l := get(handle)
	if l == nil {
		return statusError
	}
	setResult(l.model.AppendInfo(nil))
	return statusOK
}

//go:wasmexport transform
func transformFrame(handle, p, n, in, out, selP, selN uint32) (status uint32) {
	defer guard(func() { status = statusError })
	l := get(handle)
	if l == nil {
		return statusError
	}
	var columns []string
	if selN > 0 {
		columns = strings.Split(string(bytesAt(selP, selN)), "\x00")
	}
	b, _, err := l.model.TransformBytes(bytesAt(p, n), frame.Format(in), frame.Format(out), columns)
	if err != nil {
		setError(err)
		return statusError
	}
	setResult(b)
	return statusOK
}

//go:wasmexport row
func row(handle uint32) (cells uint32) {
	defer guard(func() { cells = 0 })
	l := get(handle)
	if l == nil {
		return 0
	}
	if l.row == nil {
		r, err := newFlatRow(l.model)
		if err != nil {
			setError(err)
			return 0
		}
		l.row = r
	}
	return address(unsafe.Pointer(unsafe.SliceData(l.row.cells)))
}

//go:wasmexport score
func score(handle uint32) (status uint32) {
	defer guard(func() { status = statusError })
	l := get(handle)
	if l == nil || l.row == nil {
		if l != nil {
			setError(errors.New("score before row: call row(handle) first"))
		}
		return statusError
	}
	if err := l.row.score(); err != nil {
		if err == transform.Drop {
			return statusDropped
		}
		setError(err)
		return statusError
	}
	return statusOK
}

func get(handle uint32) *loaded {
	if handle == 0 || int(handle) > len(models) || models[handle-1] == nil {
		setError(errors.New("no model has the handle " + strconv.Itoa(int(handle)) + "; it was never loaded, or is closed"))
		return nil
	}
	return models[handle-1]
}

func setResult(b []byte) {
	result = b
	blocks.result, blocks.resultLen = address(unsafe.Pointer(unsafe.SliceData(b))), uint32(len(b))
}

func setError(err error) {
	lastErr = engine.ErrorKind(err) + "\n" + err.Error()
	blocks.err, blocks.errLen = address(unsafe.Pointer(unsafe.StringData(lastErr))), uint32(len(lastErr))
}

// guard turns a fault of the engine's own into an error, so that the host's
// page goes on.
func guard(failed func()) {
	if r := recover(); r != nil {
		msg := "unknown fault"
		if e, ok := r.(error); ok {
			msg = e.Error()
		} else if s, ok := r.(string); ok {
			msg = s
		}
		setError(errors.New("internal error, please report it with the bundle: " + msg))
		failed()
	}
}

func address(p unsafe.Pointer) uint32 { return uint32(uintptr(p)) }

func bytesAt(p, n uint32) []byte {
	if n == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(pointer(p)), n)
}

// pointer goes through memory so that vet's rule for uintptr conversions,
// which is about a moving stack, does not see one: these addresses are of
// blocks that alloc keeps.
func pointer(p uint32) unsafe.Pointer {
	u := uintptr(p)
	return *(*unsafe.Pointer)(unsafe.Pointer(&u))
}

// cell is one input or output of the flat row, 24 bytes; wasm/README.md gives
// its layout.
type cell struct {
	tag  uint32
	n    uint32 // bytes of a string, elements of a vector, entries of a sparse one
	bits uint64 // a number; or the address of the data, and of the indices in the high half
	size uint32 // of a sparse vector
	_    uint32
}

const (
	tagNull = iota
	tagNumber
	tagLong
	tagString
	tagDense
	tagSparse
	tagJSON // the value as leap frame JSON: lists, maps and other tensors
)

// flatRow is a row whose cells the host reads and writes in place.
type flatRow struct {
	row     *engine.Row
	cells   []cell // the inputs, then the outputs
	inputs  frame.Schema
	outputs frame.Schema
	json    [][]byte // the text behind outputs of tagJSON
}

func newFlatRow(m *engine.Model) (*flatRow, error) {
	r, err := m.NewRow()
	if err != nil {
		return nil, err
	}
	f := &flatRow{row: r, inputs: m.Inputs(), outputs: m.Outputs()}
	f.cells = make([]cell, len(f.inputs)+len(f.outputs)+1) // never empty, so that it has an address
	f.json = make([][]byte, len(f.outputs))
	return f, nil
}

func (f *flatRow) score() error {
	for i := range f.inputs {
		if err := f.read(i); err != nil {
			return err
		}
	}
	if err := f.row.Score(); err != nil {
		return err
	}
	for i := range f.outputs {
		f.write(i)
	}
	return nil
}

// read sets input i from its cell. Strings and vectors are views of the host's
// bytes, which hold still during the call.
func (f *flatRow) read(i int) error {
	c, t, v := &f.cells[i], &f.inputs[i].Type, f.row.Input(i)
	v.Null = false
	ok := false
	switch c.tag {
	case tagNull:
		v.Null = true
		return nil
	case tagNumber:
		v.Num, ok = math.Float64frombits(c.bits), t.Kind == frame.Scalar && t.Base.Numeric()
	case tagLong:
		v.Long, ok = int64(c.bits), t.Kind == frame.Scalar && t.Base == frame.Long
	case tagString:
		v.Str, ok = unsafe.String((*byte)(pointer(uint32(c.bits))), c.n), t.Kind == frame.Scalar && t.Base >= frame.String
	case tagDense, tagSparse:
		if ok = t.Kind == frame.Tensor && t.Base.Numeric(); !ok {
			break
		}
		v.Sparse = c.tag == tagSparse
		v.Nums = unsafe.Slice((*float64)(pointer(uint32(c.bits))), c.n)
		size := c.n
		if v.Sparse {
			size = c.size
			v.Indices = unsafe.Slice((*int32)(pointer(uint32(c.bits>>32))), c.n)
			for k, x := range v.Indices {
				if x < 0 || uint32(x) >= size || k > 0 && x <= v.Indices[k-1] {
					return inputError(f.inputs[i], "sparse indices must ascend and be below the size of the vector")
				}
			}
		}
		v.Dims = append(v.Dims[:0], int(size))
	case tagJSON:
		return frame.ParseValue(bytesAt(uint32(c.bits), c.n), f.inputs[i], v)
	}
	if !ok {
		return inputError(f.inputs[i], "a cell with tag "+strconv.Itoa(int(c.tag)))
	}
	return nil
}

func inputError(f frame.Field, what string) error {
	return &frame.Error{Kind: frame.ErrSchema, Msg: "column " + strconv.Quote(f.Name) + " is " + f.Type.String() + ": " + what}
}

// write sets output i's cell from its value.
func (f *flatRow) write(i int) {
	c, t, v := &f.cells[len(f.inputs)+i], &f.outputs[i].Type, f.row.Output(i)
	switch {
	case v.Null:
		c.tag = tagNull
	case t.Kind == frame.Scalar && t.Base.Numeric():
		c.tag, c.bits = tagNumber, math.Float64bits(v.Num)
	case t.Kind == frame.Scalar && t.Base == frame.Long:
		c.tag, c.bits = tagLong, uint64(v.Long)
	case t.Kind == frame.Scalar:
		c.tag, c.n, c.bits = tagString, uint32(len(v.Str)), uint64(address(unsafe.Pointer(unsafe.StringData(v.Str))))
	case t.Kind == frame.Tensor && t.Base.Numeric() && len(v.Dims) == 1:
		c.tag, c.n, c.bits = tagDense, uint32(len(v.Nums)), uint64(address(unsafe.Pointer(unsafe.SliceData(v.Nums))))
		if v.Sparse {
			c.tag, c.size = tagSparse, uint32(v.Dims[0])
			c.bits |= uint64(address(unsafe.Pointer(unsafe.SliceData(v.Indices)))) << 32
		}
	default:
		f.json[i] = frame.AppendValue(f.json[i][:0], *t, v)
		c.tag, c.n, c.bits = tagJSON, uint32(len(f.json[i])), uint64(address(unsafe.Pointer(unsafe.SliceData(f.json[i]))))
	}
}
