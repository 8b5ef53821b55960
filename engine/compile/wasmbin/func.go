package wasmbin

// Func is a function: its signature and the instructions of its body.
type Func struct {
	Name    string // for people; it is not in the module
	Index   uint32
	Params  []Type
	Results []Type

	typ     int
	locals  []Type
	scratch uint32 // 1 + a local for EndUnlessZero
	code    []Instr
}

// Instr is an instruction. What A and B mean hangs on Op: a constant's bits, an
// index, a label's depth, a block's type; the offset and alignment of an access
// to memory.
type Instr struct {
	Op   Op
	A    uint64
	B    uint32
	List []uint32 // the labels of BrTable, of which the last is the default
}

// Local adds a local variable.
func (f *Func) Local(t Type) uint32 {
	f.locals = append(f.locals, t)
	return uint32(len(f.Params) + len(f.locals) - 1)
}

// Emit appends an instruction, and makes of some pairs one.
func (f *Func) Emit(op Op, a uint64) {
	if n := len(f.code); n > 0 {
		last := &f.code[n-1]
		switch {
		case op == LocalGet && last.Op == LocalSet && last.A == a:
			last.Op = LocalTee
			return
		case op == I32Eqz && last.Op == I32Eqz && n > 1 && f.code[n-2].Op.compares():
			f.code = f.code[:n-1]
			return
		case op == I32Eqz && inverse[last.Op] != 0:
			last.Op = inverse[last.Op]
			return
		case op == I32Add && last.Op == I32Const && last.A == 0:
			f.code = f.code[:n-1]
			return
		case op == Drop && last.Op == LocalTee:
			last.Op = LocalSet
			return
		}
	}
	f.code = append(f.code, Instr{Op: op, A: a})
}

// Access appends a load or store at the address on the stack plus offset, as
// aligned as its size.
func (f *Func) Access(op Op, offset uint32) {
	f.code = append(f.code, Instr{Op: op, A: uint64(offset), B: op.alignment()})
}

// Table appends a BrTable.
func (f *Func) Table(labels []uint32) { f.code = append(f.code, Instr{Op: BrTable, List: labels}) }

// EndUnlessZero returns the i32 on the stack if it is not 0.
func (f *Func) EndUnlessZero() {
	l := f.scratch
	if l == 0 {
		l = f.Local(I32) + 1
		f.scratch = l
	}
	f.Emit(LocalTee, uint64(l-1))
	f.Emit(If, Empty)
	f.Emit(LocalGet, uint64(l-1))
	f.Emit(Return, 0)
	f.Emit(End, 0)
}

// Terminal says whether what comes next cannot be reached.
func (f *Func) Terminal() bool {
	if len(f.code) == 0 {
		return false
	}
	switch f.code[len(f.code)-1].Op {
	case Return, Br, BrTable, Unreachable:
		return true
	}
	return false
}

// encode is the function as the code section has it. Locals are put in order of
// their type, which makes their declaration short.
func (f *Func) encode() []byte {
	order := [...]Type{I32, I64, F64, F32, V128}
	index := make([]uint64, len(f.Params)+len(f.locals))
	for i := range f.Params {
		index[i] = uint64(i)
	}
	next := uint64(len(f.Params))
	var groups []byte
	n := 0
	for _, t := range order {
		count := uint64(0)
		for i, l := range f.locals {
			if l == t {
				index[len(f.Params)+i] = next
				next++
				count++
			}
		}
		if count > 0 {
			groups = append(uleb(groups, count), byte(t))
			n++
		}
	}
	b := append(uleb(nil, uint64(n)), groups...)
	for _, in := range f.code {
		switch in.Op {
		case LocalGet, LocalSet, LocalTee:
			in.A = index[in.A]
		}
		b = in.append(b)
	}
	return append(b, byte(End))
}

func (in *Instr) append(b []byte) []byte {
	switch {
	case in.Op >= 0xfd00: // vectors
		b = uleb(append(b, 0xfd), uint64(in.Op&0xff))
	case in.Op >= 0xfc00:
		b = uleb(append(b, 0xfc), uint64(in.Op&0xff))
	default:
		b = append(b, byte(in.Op))
	}
	switch {
	case in.Op == I32Const:
		return sleb(b, int64(int32(in.A)))
	case in.Op == I64Const:
		return sleb(b, int64(in.A))
	case in.Op == F64Const:
		return appendF64(b, in.A)
	case in.Op == F32Const:
		return appendF32(b, in.A)
	case in.Op == V128Const:
		return appendF64(appendF64(b, in.A), in.A)
	case in.Op == F64x2Lane, in.Op == F64x2ReplaceLane:
		return append(b, byte(in.A))
	case in.Op.accesses():
		return uleb(uleb(b, uint64(in.B)), in.A)
	case in.Op == Block, in.Op == Loop, in.Op == If:
		return append(b, byte(in.A))
	case in.Op == BrTable:
		b = uleb(b, uint64(len(in.List)-1))
		for _, l := range in.List {
			b = uleb(b, uint64(l))
		}
		return b
	case in.Op == MemorySize, in.Op == MemoryGrow, in.Op == MemoryFill:
		return append(b, 0)
	case in.Op == MemoryCopy:
		return append(b, 0, 0)
	case in.Op >= Br && in.Op <= BrIf, in.Op == Call, in.Op >= LocalGet && in.Op <= GlobalSet:
		return uleb(b, in.A)
	}
	return b
}
