// Package lower is what an op needs to become part of a compiled module: a
// Builder, which places constants and working memory, and notes calls of
// kernels. engine/compile/README.md says how it is used.
//
// Transformers import this package, so it is light. Nothing of it, nor their
// Lower methods, ends up in scorer.wasm, where nobody calls them.
package lower

import (
	"math"
	"strconv"
)

// Lowerer is a transformer that can be compiled. Lower is called once for each
// of its places in the plan. It gives every output a form (Number, Vector …),
// and calls kernels that do what Transform does, to the bit.
type Lowerer interface{ Lower(b *Builder) }

// The kinds of errors, as engine.ErrorKind names them.
const (
	Null   = "null"
	Unseen = "unseen"
	Range  = "range"
	Shape  = "shape"
	Value  = "value"
)

// Addr is an address in the module's memory.
type Addr = uint32

// Tags of cells: see wasm/README.md.
const (
	TagNumber = 1
	TagLong   = 2
	TagText   = 3
	TagDense  = 4
	TagSparse = 5
	TagList   = 7
)

// CellBytes is the size of a cell, and NumberRoom what failNumber wants as room.
const (
	CellBytes  = 24
	NumberRoom = 5*4*40 + 24
)

// Slot is a column of the plan: its cell, and what is known of its values.
type Slot struct {
	Cell    Addr
	NotNull bool // no row has null here
	Dense   bool // it is a vector, and never sparse
	Size    int  // of its vectors; -1 where it is not known
	placed  bool
}

// Call is a call of a kernel: its constant arguments are int64 or float64.
type Call struct {
	Kernel string
	Args   []any
}

// Builder takes a plan's steps one after the other.
type Builder struct {
	// What the calls amount to.
	Score  []Call // a row's, in order
	Init   []Call // once, before the first row
	Events []Call // an event's of a visit; they get its cells as their first argument
	Reset  []Call // when a visit begins
	Visit  []Call // a visit's row: what Score is for lists

	// Flags are the kernels' variables of the type Flag that are true.
	Flags map[string]bool

	// SIMD says whether the module may have vectors of 128 bits. Kernels that use
	// them are functions of their own, which are called only then.
	SIMD bool

	// Parts are the bytes of data of each step, by its path.
	Parts []Part

	dataBase, roomBase Addr
	data               []byte
	room               uint32
	texts              map[string]Addr // shared
	doubles            map[string]Addr

	step    Step
	refused []string
}

// Step is the transformer that is being lowered.
type Step struct {
	Path    string
	In      []*Slot // nil for an input that is not bound
	Columns []string
	Out     []*Slot
}

// Part is what a part of the module weighs.
type Part struct {
	Name  string
	Bytes int
}

// New makes a builder whose constants begin at data and whose working memory
// begins at room, both multiples of 16.
func New(data, room Addr) *Builder {
	return &Builder{Flags: map[string]bool{}, dataBase: data, roomBase: room, texts: map[string]Addr{}, doubles: map[string]Addr{}}
}

// Begin starts a step.
func (b *Builder) Begin(s Step) { b.step = s }

// Part lowers a transformer that is a part of the step, on the step's inputs, and
// gives the cells of its outputs, of which there are so many.
func (b *Builder) Part(l Lowerer, outputs int) (cells []Addr) {
	step := b.step
	b.step.Out = make([]*Slot, outputs)
	for i := range b.step.Out {
		b.step.Out[i] = &Slot{}
	}
	l.Lower(b)
	for _, s := range b.step.Out {
		cells = append(cells, s.Cell)
	}
	b.step = step
	return cells
}

// Refuse says why the step cannot be compiled.
func (b *Builder) Refuse(why string) { b.refused = append(b.refused, why) }

// Refused are the reasons since the last call.
func (b *Builder) Refused() []string {
	r := b.refused
	b.refused = nil
	return r
}

// Data are the constants, from the address that New was told.
func (b *Builder) Data() []byte { return b.data }

// End is the end of the working memory.
func (b *Builder) End() Addr { return b.roomBase + b.room }

// Bound says whether the step's input i is bound to a column.
func (b *Builder) Bound(i int) bool { return b.step.In[i] != nil }

// In is the cell of the step's input i.
func (b *Builder) In(i int) Addr { return b.step.In[i].Cell }

// Input is what is known of the step's input i.
func (b *Builder) Input(i int) *Slot { return b.step.In[i] }

// Column is the name of the column that the step's input i is bound to.
func (b *Builder) Column(i int) string { return b.step.Columns[i] }

// Outputs is the number of the step's outputs.
func (b *Builder) Outputs() int { return len(b.step.Out) }

// ---- outputs

// Number makes output i a number (byte, short, int, float, double, boolean) that
// is never null, and gives its cell. A kernel writes its value alone.
func (b *Builder) Number(i int) Addr { return b.scalar(i, TagNumber, true) }

// NullableNumber is Number of one that may be null: a kernel writes the tag too.
func (b *Builder) NullableNumber(i int) Addr { return b.scalar(i, TagNumber, false) }

// Long makes output i a long that is never null.
func (b *Builder) Long(i int) Addr { return b.scalar(i, TagLong, true) }

// NullableLong is Long of one that may be null: a kernel writes the tag too.
func (b *Builder) NullableLong(i int) Addr { return b.scalar(i, TagLong, false) }

// Text makes output i a text that is never null. A kernel writes its address
// and length.
func (b *Builder) Text(i int) Addr { return b.scalar(i, TagText, true) }

// NullableText is Text of one that may be null: a kernel writes the tag too.
func (b *Builder) NullableText(i int) Addr { return b.scalar(i, TagText, false) }

// List makes output i a list that is never null, of at most so many elements of
// 8 bytes. A kernel writes its length.
func (b *Builder) List(i, most int) (cell, data Addr) {
	cell = b.scalar(i, TagList, true)
	data = b.Room(8 * most)
	b.put32(cell+8, data)
	return cell, data
}

func (b *Builder) scalar(i int, tag uint32, notNull bool) Addr {
	s := b.place(i)
	s.NotNull = notNull
	b.put32(s.Cell, tag)
	return s.Cell
}

// Dense makes output i a dense vector of n elements that is never null, and
// gives its cell and where its elements are, the only thing that a kernel
// writes, and after them what makes them a multiple of four.
func (b *Builder) Dense(i, n int) (cell, data Addr) {
	s := b.place(i)
	s.NotNull, s.Dense, s.Size = true, true, n
	data = b.Room(8 * Fours(n))
	b.put32(s.Cell, TagDense)
	b.put32(s.Cell+4, uint32(n))
	b.put32(s.Cell+8, data)
	return s.Cell, data
}

// Vector makes output i a vector of size n, dense or sparse with at most so many
// entries, that is never null. A kernel writes the tag, the number of elements
// or entries, and these.
func (b *Builder) Vector(i, n, entries int) (cell Addr) {
	s := b.place(i)
	s.NotNull, s.Size = true, n
	b.put32(s.Cell, TagSparse)
	b.put32(s.Cell+8, b.Room(8*max(n, entries)))
	b.put32(s.Cell+12, b.Room(4*entries))
	b.put32(s.Cell+16, uint32(n))
	return s.Cell
}

// Sparse makes output i a sparse vector of size n with at most so many entries,
// that is never null. A kernel writes the number of entries, and these.
func (b *Builder) Sparse(i, n, entries int) (cell Addr) {
	s := b.place(i)
	s.NotNull, s.Size = true, n
	b.put32(s.Cell, TagSparse)
	b.put32(s.Cell+8, b.Room(8*entries))
	b.put32(s.Cell+12, b.Room(4*entries))
	b.put32(s.Cell+16, uint32(n))
	return s.Cell
}

// Like makes output i a vector of the form and size of input k, never null. A
// kernel writes the tag, the number of elements or entries, and these. Where the
// size is not known the step is refused.
func (b *Builder) Like(i, k int) (cell Addr) {
	in := b.step.In[k]
	switch {
	case in.Size < 0:
		b.Refuse("the size of its vectors is not known")
		return b.Vector(i, 0, 0)
	case in.Dense:
		cell, _ = b.Dense(i, in.Size)
		return cell
	}
	return b.Vector(i, in.Size, in.Size)
}

// MayBeNull says of output i, after its form, that a kernel makes it null in
// some rows, and then writes the tag in the others.
func (b *Builder) MayBeNull(i int) { b.step.Out[i].NotNull = false }

// Same makes output i the very cell of input k.
func (b *Builder) Same(i, k int) {
	*b.step.Out[i] = *b.step.In[k]
	b.step.Out[i].placed = true
}

func (b *Builder) place(i int) *Slot {
	s := b.step.Out[i]
	s.Cell, s.Size, s.placed = b.Bytes(make([]byte, CellBytes), 8), -1, true
	return s
}

// Placed says whether the slot has a form.
func (s *Slot) Placed() bool { return s.placed }

// ---- memory

// Room is n bytes of working memory, zero at first, at a multiple of 8.
func (b *Builder) Room(n int) Addr {
	at := b.roomBase + b.room
	b.room += uint32(n+7) &^ 7
	return at
}

// Fours is n made a multiple of four: kernels with SIMD take so many numbers.
func Fours(n int) int { return (n + 3) &^ 3 }

// DoublesInFours is Doubles with zeros after the numbers that make them a multiple
// of four.
func (b *Builder) DoublesInFours(v []float64) Addr { return b.Doubles(inFours(v)) }

func inFours(v []float64) []float64 {
	return append(v[:len(v):len(v)], make([]float64, Fours(len(v))-len(v))...)
}

// Columns places the weights of rows end to end, width each, as the kernel
// products wants them: those of the first element, then those of the second, with
// zeros for the rows that make them a multiple of four.
func (b *Builder) Columns(rows []float64, width int) Addr {
	var columns []float64
	for j := range width {
		var column []float64
		for i := j; i < len(rows); i += width {
			column = append(column, rows[i])
		}
		columns = append(columns, inFours(column)...)
	}
	return b.Doubles(columns)
}

// Bytes places constants at a multiple of align. They may be changed while the
// module runs.
func (b *Builder) Bytes(c []byte, align int) Addr {
	for len(b.data)%align != 0 {
		b.data = append(b.data, 0)
	}
	at := b.dataBase + uint32(len(b.data))
	b.data = append(b.data, c...)
	return at
}

// Doubles places numbers, which may not be changed: who asks for the same ones
// gets the same address.
func (b *Builder) Doubles(v []float64) Addr {
	c := make([]byte, 0, 8*len(v))
	for _, x := range v {
		c = append64(c, math.Float64bits(x))
	}
	return b.shared(b.doubles, c, 8)
}

// Words places numbers of 32 bits, such as addresses.
func (b *Builder) Words(v []uint32) Addr {
	c := make([]byte, 0, 4*len(v))
	for _, x := range v {
		c = append32(c, x)
	}
	return b.Bytes(c, 4)
}

// Longs places numbers of 64 bits.
func (b *Builder) Longs(v []uint64) Addr {
	c := make([]byte, 0, 8*len(v))
	for _, x := range v {
		c = append64(c, x)
	}
	return b.Bytes(c, 8)
}

// NumberCell places a cell that is always x.
func (b *Builder) NumberCell(x float64) Addr {
	c := append32(append32(nil, TagNumber), 0)
	return b.Bytes(append64(append64(c, math.Float64bits(x)), 0), 8)
}

// DenseCell places a cell that is a dense vector of the n elements at data.
func (b *Builder) DenseCell(data Addr, n int) Addr {
	c := append32(append32(nil, TagDense), uint32(n))
	return b.Bytes(append64(append32(append32(c, data), 0), 0), 8)
}

// TextList places texts one after the other, and where each begins and the last
// ends, as the kernel find wants them.
func (b *Builder) TextList(list []string) (texts, offsets Addr) {
	var all []byte
	at := []uint32{0}
	for _, s := range list {
		all = append(all, s...)
		at = append(at, uint32(len(all)))
	}
	return b.Texts(string(all)), b.Words(at)
}

// Texts places a text, which may not be changed.
func (b *Builder) Texts(s string) Addr { return b.shared(b.texts, []byte(s), 1) }

func (b *Builder) shared(known map[string]Addr, c []byte, align int) Addr {
	at, ok := known[string(c)]
	if !ok {
		at = b.Bytes(c, align)
		known[string(c)] = at
	}
	return at
}

func append32(b []byte, x uint32) []byte {
	return append(b, byte(x), byte(x>>8), byte(x>>16), byte(x>>24))
}

func append64(b []byte, x uint64) []byte { return append32(append32(b, uint32(x)), uint32(x>>32)) }

// put32 sets a constant that has been placed.
func (b *Builder) put32(at Addr, x uint32) {
	append32(b.data[at-b.dataBase:at-b.dataBase], x)
}

// ---- calls

// Call makes the kernel of this name be called for each row, and for each score
// of a visit. Arguments are int, uint32 (addresses), int64, bool or float64. A
// kernel that has a result gives a status: the row ends there if it is not 0.
func (b *Builder) Call(kernel string, args ...any) {
	c := call(kernel, args)
	b.Score = append(b.Score, c)
	b.Visit = append(b.Visit, c)
}

// CallRow is Call for rows alone, and CallVisit for visits.
func (b *Builder) CallRow(kernel string, args ...any) { b.Score = append(b.Score, call(kernel, args)) }

func (b *Builder) CallVisit(kernel string, args ...any) {
	b.Visit = append(b.Visit, call(kernel, args))
}

// CallInit makes a kernel be called once, before all others.
func (b *Builder) CallInit(kernel string, args ...any) { b.Init = append(b.Init, call(kernel, args)) }

// CallEvent makes a kernel be called for each event of a visit, with the address
// of the event's cells before these arguments.
func (b *Builder) CallEvent(kernel string, args ...any) {
	b.Events = append(b.Events, call(kernel, args))
}

// CallReset makes a kernel be called when a visit begins.
func (b *Builder) CallReset(kernel string, args ...any) {
	b.Reset = append(b.Reset, call(kernel, args))
}

func call(kernel string, args []any) Call {
	c := Call{Kernel: kernel}
	for _, a := range args {
		switch a := a.(type) {
		case int:
			c.Args = append(c.Args, int64(a))
		case uint32:
			c.Args = append(c.Args, int64(a))
		case int64:
			c.Args = append(c.Args, a)
		case bool:
			n := int64(0)
			if a {
				n = 1
			}
			c.Args = append(c.Args, n)
		case float64:
			c.Args = append(c.Args, a)
		default:
			panic("lower: an argument of " + kernel + " is of no type that kernels have")
		}
	}
	return c
}

// Need makes code behind the kernels' flags of these names be compiled.
func (b *Builder) Need(flags ...string) {
	for _, f := range flags {
		b.Flags[f] = true
	}
}

// ---- errors

// mostError is how long an error may be without its value.
const mostError = 700

// mostName is how long a name may be, in quotes, that stands in an error.
const mostName = 300

// Error places an error about the value at the step's input port, -1 for none,
// and gives what a kernel passes to fail: the message that transform.Bad and the
// engine's row make of msg and hint, without a value.
func (b *Builder) Error(port int, kind, msg, hint string) Addr {
	return b.ErrorWith(port, kind, msg, "", hint)
}

// ErrorWith is Error with a value between before and after, for failText,
// failInt and failNumber.
func (b *Builder) ErrorWith(port int, kind, before, after, hint string) Addr {
	before = kind + "\n" + b.step.Path + ": " + before
	if port >= 0 && b.step.Columns[port] != "" {
		after += " in column " + strconv.Quote(b.step.Columns[port])
	}
	if hint != "" {
		after += " (" + hint + ")"
	}
	return b.RawError(before, after)
}

// Names places names of columns, in quotes and each after its length (u16), for
// failName.
func (b *Builder) Names(columns []string) Addr {
	var c []byte
	for _, s := range columns {
		s = strconv.Quote(s)
		s = s[:min(len(s), mostName)]
		c = append(append(c, byte(len(s)), byte(len(s)>>8)), s...)
	}
	return b.shared(b.texts, c, 2)
}

// RawError is an error with all its text: kind, newline and message.
func (b *Builder) RawError(before, after string) Addr {
	if n := len(before) + len(after); n > mostError {
		before = before[:min(len(before), mostError/2)]
		after = after[:min(len(after), mostError/2)]
	}
	c := []byte{byte(len(before)), byte(len(before) >> 8), byte(len(after)), byte(len(after) >> 8)}
	c = append(c, before...)
	return b.shared(b.texts, append(c, after...), 2)
}
