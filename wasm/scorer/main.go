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
	events "github.com/pageleap/pageleap/engine/visit"
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

// The module is built started: its stack, too, need not grow at the first load.
// Loading makes much garbage once, and to collect it takes a fifth of the time to
// the first score. What comes later makes little again and again: see get.
func init() {
	growStack(0)
	setGCPercent(800)
}

func growStack(i int) byte {
	var room [32 << 10]byte
	return room[i]
}

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
	allocs  [][]byte  // by alloc: a host has few at a time
	models  []*loaded // by handle - 1; nil when closed
	calls   int       // of models
)

// firstCalls are over when the first score is long there.
const firstCalls = 20

// loaded is what a handle stands for: a model, or a visit that a model scores.
type loaded struct {
	model *engine.Model
	row   *flatRow
	visit *engine.Visit
	event [len(eventTags)]cell // the visit's next event
}

//go:wasmexport abi
func abi() uint32 { return ABI }

//go:wasmexport blocks
func blocksAddress() uint32 { return address(unsafe.Pointer(&blocks)) }

//go:wasmexport alloc
func alloc(n uint32) uint32 {
	b := make([]byte, int(n)|7+1) // whole words, which Go aligns
	allocs = append(allocs, b)
	return address(unsafe.Pointer(&b[0]))
}

//go:wasmexport free
func free(p uint32) {
	last := len(allocs) - 1
	for i := last; i >= 0; i-- {
		if address(unsafe.Pointer(&allocs[i][0])) == p {
			allocs[i], allocs[last] = allocs[last], nil
			allocs = allocs[:last]
			return
		}
	}
}

//go:wasmexport load
func load(p, n uint32) (handle uint32) {
	defer guard(func() { handle = 0 })
	if len(models) > 0 {
		setGCPercent(100)
	}
	m, err := engine.Load(bytesAt(p, n))
	if err != nil {
		setError(err)
		return 0
	}
	return handleOf(&loaded{model: m})
}

// setGCPercent is runtime/debug's SetGCPercent, which would bring in package os.
//
//go:linkname setGCPercent runtime/debug.setGCPercent
func setGCPercent(percent int32) (before int32)

func handleOf(l *loaded) uint32 {
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
		r, err := l.model.NewRow()
		if err != nil {
			setError(err)
			return 0
		}
		l.row = newFlatRow(l.model, r)
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

// scores scores rows of numbers, column by column: columns has an address for
// each input, then for each output.
//
//go:wasmexport scores
func scores(handle, rows, columns uint32) (status uint32) {
	defer guard(func() { status = statusError })
	if row(handle) == 0 {
		return statusError
	}
	if err := get(handle).row.scores(int(rows), columns); err != nil {
		setError(err)
		return statusError
	}
	return statusOK
}

// visit begins a visit that the model scores event by event. What it gives is a
// handle, whose row holds the inputs that are not of the events.
//
//go:wasmexport visit
func newVisit(handle uint32) (visit uint32) {
	defer guard(func() { visit = 0 })
	l := get(handle)
	if l == nil {
		return 0
	}
	v, err := l.model.NewVisit()
	if err != nil {
		setError(err)
		return 0
	}
	return handleOf(&loaded{model: l.model, row: newFlatRow(l.model, v.Row), visit: v})
}

// The cells of an event, by their tags.
var eventTags = [...]uint32{eventName: tagString, eventTS: tagLong, eventPage: tagString, eventPageType: tagString,
	eventItem: tagString, eventCategory: tagString, eventPrice: tagNumber, eventQuantity: tagNumber}

const (
	eventName = iota
	eventTS
	eventPage
	eventPageType
	eventItem
	eventCategory
	eventPrice
	eventQuantity
)

//go:wasmexport event
func event(visit uint32) (cells uint32) {
	l := getVisit(visit)
	if l == nil {
		return 0
	}
	return address(unsafe.Pointer(&l.event))
}

//go:wasmexport add
func add(visit uint32) (status uint32) {
	defer guard(func() { status = statusError })
	l := getVisit(visit)
	if l == nil {
		return statusError
	}
	for i := range l.event {
		if tag := l.event[i].tag; tag != tagNull && tag != eventTags[i] {
			setError(errors.New("cell " + strconv.Itoa(i) + " of an event has the tag " + strconv.Itoa(int(tag))))
			return statusError
		}
	}
	e := &l.event
	if e[eventName].tag == tagNull || e[eventTS].tag == tagNull {
		setError(errors.New("an event must have a name and a ts"))
		return statusError
	}
	if err := l.visit.Add(events.Event{
		Event: e[eventName].text(), TS: int64(e[eventTS].bits), Page: e[eventPage].text(), PageType: e[eventPageType].text(),
		Item: e[eventItem].text(), Category: e[eventCategory].text(), Price: e[eventPrice].number(), Quantity: e[eventQuantity].number(),
	}); err != nil {
		setError(err)
		return statusError
	}
	return statusOK
}

// text is a copy: ops keep the texts of events.
func (c *cell) text() string {
	if c.tag == tagNull {
		return ""
	}
	return string(bytesAt(uint32(c.bits), c.n))
}

func (c *cell) number() float64 {
	if c.tag == tagNull {
		return math.NaN()
	}
	return math.Float64frombits(c.bits)
}

//go:wasmexport reset
func reset(visit uint32) (status uint32) {
	l := getVisit(visit)
	if l == nil {
		return statusError
	}
	l.visit.Reset()
	return statusOK
}

func getVisit(handle uint32) *loaded {
	l := get(handle)
	if l != nil && l.visit == nil {
		setError(errors.New("handle " + strconv.Itoa(int(handle)) + " is not of a visit"))
		return nil
	}
	return l
}

func get(handle uint32) *loaded {
	if calls++; calls == firstCalls {
		setGCPercent(100)
	}
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

	tagUnwanted = 255 // an output that the host does not want
)

// flatRow is a row whose cells the host reads and writes in place.
type flatRow struct {
	row     *engine.Row
	cells   []cell // the inputs, then the outputs
	inputs  []slot
	outputs []slot
}

// slot is what a cell stands for.
type slot struct {
	value *frame.Value
	tag   uint32 // of the cells that its values make, if they are dense
	field *frame.Field
	json  []byte // the text behind an output of tagJSON
}

func newFlatRow(m *engine.Model, r *engine.Row) *flatRow {
	f := &flatRow{row: r}
	inputs, outputs := m.Inputs(), m.Outputs()
	for i := range inputs {
		f.inputs = append(f.inputs, slot{value: r.Input(i), tag: tagOf(&inputs[i].Type), field: &inputs[i]})
	}
	for i := range outputs {
		f.outputs = append(f.outputs, slot{value: r.Output(i), tag: tagOf(&outputs[i].Type), field: &outputs[i]})
	}
	f.cells = make([]cell, len(inputs)+len(outputs)+1) // never empty, so that it has an address
	return f
}

func tagOf(t *frame.Type) uint32 {
	switch {
	case t.Kind == frame.Scalar && t.Base == frame.Long:
		return tagLong
	case t.Kind == frame.Scalar && t.Base.Numeric():
		return tagNumber
	case t.Kind == frame.Scalar:
		return tagString
	case t.Kind == frame.Tensor && t.Base.Numeric():
		return tagDense
	}
	return tagJSON
}

// score takes less than a microsecond where the pipeline does, so that what is
// most frequent stands here: this package is compiled without inlining.
func (f *flatRow) score() error {
	cells := f.cells[:len(f.inputs)]
	for i := range cells {
		c, in := &cells[i], &f.inputs[i]
		v := in.value
		v.Null = c.tag == tagNull
		switch {
		case c.tag == tagNull:
		case c.tag == tagNumber && in.tag == tagNumber:
			v.Num = math.Float64frombits(c.bits)
		case c.tag == tagDense && in.tag == tagDense && !v.Sparse && len(v.Dims) == 1 && v.Dims[0] == int(c.n) &&
			len(v.Nums) == int(c.n) && uint32(uintptr(unsafe.Pointer(unsafe.SliceData(v.Nums)))) == uint32(c.bits):
			// a view of what is there, as in the row before
		default:
			if err := in.read(c); err != nil {
				return err
			}
		}
	}
	if err := f.row.Score(); err != nil {
		return err
	}
	cells = f.cells[len(f.inputs):][:len(f.outputs)]
	for i := range cells {
		c, out := &cells[i], &f.outputs[i]
		switch v := out.value; {
		case c.tag == tagUnwanted:
		case v.Null:
			c.tag = tagNull
		case out.tag == tagNumber:
			c.tag, c.bits = tagNumber, math.Float64bits(v.Num)
		case out.tag == tagDense && !v.Sparse && len(v.Dims) == 1:
			c.tag, c.n, c.bits = tagDense, uint32(len(v.Nums)), uint64(uintptr(unsafe.Pointer(unsafe.SliceData(v.Nums))))
		default:
			out.write(c)
		}
	}
	return nil
}

// scores takes and gives doubles: one a row of a number, as many as the vector
// has of a vector. An input whose address is 0 is null; NaN comes out for null, and
// for all of a row that is dropped.
func (f *flatRow) scores(rows int, columns uint32) error {
	at := unsafe.Slice((*uint32)(pointer(columns)), len(f.inputs)+len(f.outputs))
	column := func(s *slot, address uint32) ([]float64, int, error) {
		if address == 0 {
			return nil, 0, nil
		}
		width := s.width()
		if width <= 0 {
			return nil, 0, &frame.Error{Kind: frame.ErrSchema, Msg: "column " + strconv.Quote(s.field.Name) + " is " + s.field.Type.String() +
				": batches are of numbers, and of vectors whose size the model knows"}
		}
		return unsafe.Slice((*float64)(pointer(address)), rows*width), width, nil
	}
	block := f.row.Block(rows)
	type part struct {
		cells []*frame.Value // of the block's rows
		tag   uint32
		data  []float64
		width int
	}
	var in, out []part
	for i := range at {
		k := i - len(f.inputs)
		var s *slot
		if k < 0 {
			s = &f.inputs[i]
		} else {
			s = &f.outputs[k]
		}
		data, width, err := column(s, at[i])
		if err != nil {
			return err
		}
		p := part{make([]*frame.Value, len(block.Rows)), s.tag, data, width}
		for j, row := range block.Rows {
			if k >= 0 {
				p.cells[j] = row.Output(k)
				continue
			}
			v := row.Input(i)
			p.cells[j], v.Null = v, data == nil
			if s.tag == tagDense && data != nil {
				v.Sparse, v.Dims = false, append(v.Dims[:0], width)
			}
		}
		switch {
		case data == nil:
		case k < 0:
			in = append(in, p)
		default:
			out = append(out, p)
		}
	}
	for from := 0; from < rows; from += len(block.Rows) {
		n := min(len(block.Rows), rows-from)
		for i := range in {
			p := &in[i]
			for k, v := range p.cells[:n] {
				switch r := from + k; p.tag {
				case tagNumber:
					v.Num = p.data[r]
				case tagLong:
					v.Long = int64(p.data[r])
				default:
					v.Nums = p.data[r*p.width:][:p.width]
				}
			}
		}
		for k, err := range block.Score(from, n) {
			if err != nil && err != transform.Drop {
				return err
			}
			for i := range out {
				p := &out[i]
				v, to := p.cells[k], p.data[(from+k)*p.width:][:p.width]
				switch {
				case err != nil || v.Null:
					for k := range to {
						to[k] = math.NaN()
					}
				case p.tag == tagNumber:
					to[0] = v.Num
				case p.tag == tagLong:
					to[0] = float64(v.Long)
				case v.Sparse:
					clear(to)
					for k, at := range v.Indices {
						to[at] = v.Nums[k]
					}
				default:
					copy(to, v.Nums)
				}
			}
		}
	}
	return nil
}

// width is how many doubles a batch has for each value: 0 where it cannot have it.
func (s *slot) width() int {
	switch s.tag {
	case tagNumber, tagLong:
		return 1
	case tagDense:
		return max(0, s.field.Type.Size())
	}
	return 0
}

// read sets the input from its cell. Strings and vectors are views of the
// host's bytes, which hold still during the call.
func (s *slot) read(c *cell) error {
	v := s.value
	switch c.tag {
	case tagLong:
		v.Long = int64(c.bits)
	case tagString:
		v.Str = unsafe.String((*byte)(pointer(uint32(c.bits))), c.n)
	case tagDense:
		v.Sparse = false
		v.Nums = unsafe.Slice((*float64)(pointer(uint32(c.bits))), c.n)
		v.Dims = append(v.Dims[:0], int(c.n))
	case tagSparse:
		v.Sparse = true
		v.Nums = unsafe.Slice((*float64)(pointer(uint32(c.bits))), c.n)
		v.Indices = unsafe.Slice((*int32)(pointer(uint32(c.bits>>32))), c.n)
		v.Dims = append(v.Dims[:0], int(c.size))
		for k, x := range v.Indices {
			if x < 0 || uint32(x) >= c.size || k > 0 && x <= v.Indices[k-1] {
				return s.error("sparse indices must ascend and be below the size of the vector")
			}
		}
		if s.tag == tagDense {
			return nil
		}
	case tagJSON:
		return frame.ParseValue(bytesAt(uint32(c.bits), c.n), *s.field, v)
	}
	if c.tag != s.tag {
		return s.error("a cell with tag " + strconv.Itoa(int(c.tag)))
	}
	return nil
}

func (s *slot) error(what string) error {
	return &frame.Error{Kind: frame.ErrSchema, Msg: "column " + strconv.Quote(s.field.Name) + " is " + s.field.Type.String() + ": " + what}
}

// write sets the output's cell.
func (s *slot) write(c *cell) {
	v := s.value
	c.tag = s.tag
	switch {
	case s.tag == tagLong:
		c.bits = uint64(v.Long)
	case s.tag == tagString:
		c.n, c.bits = uint32(len(v.Str)), uint64(address(unsafe.Pointer(unsafe.StringData(v.Str))))
	case s.tag == tagDense && len(v.Dims) == 1: // and sparse
		c.tag, c.n, c.size = tagSparse, uint32(len(v.Nums)), uint32(v.Dims[0])
		c.bits = uint64(address(unsafe.Pointer(unsafe.SliceData(v.Nums)))) | uint64(address(unsafe.Pointer(unsafe.SliceData(v.Indices))))<<32
	default:
		c.tag = tagJSON
		s.json = frame.AppendValue(s.json[:0], s.field.Type, v)
		c.n, c.bits = uint32(len(s.json)), uint64(address(unsafe.Pointer(unsafe.SliceData(s.json))))
	}
}
