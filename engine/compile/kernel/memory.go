// Package kernel is what compiled pipelines are made of: functions over a flat
// memory, in a subset of Go that codegen turns into WebAssembly. The same source
// compiles natively, for tests. engine/compile/README.md says what the subset
// is, and how an op gets a kernel.
package kernel

import "math"

// Ptr is an address in the module's memory. Its methods are a load or a store
// each, little endian. codegen knows the functions of this file by name; the
// bodies are for native tests.
type Ptr uint32

var memory []byte

// Flag is the type of variables that say what a module needs. Lower sets them
// (Builder.Need) for all of it; what hangs on one that is not set is left out.
type Flag bool

func (p Ptr) get(n int) uint64 {
	x := uint64(0)
	for i := n - 1; i >= 0; i-- {
		x = x<<8 | uint64(memory[int(p)+i])
	}
	return x
}

func (p Ptr) set(n int, x uint64) {
	for i := range n {
		memory[int(p)+i] = byte(x >> (8 * i))
	}
}

func (p Ptr) U8() uint8    { return uint8(p.get(1)) }
func (p Ptr) U16() uint16  { return uint16(p.get(2)) }
func (p Ptr) U32() uint32  { return uint32(p.get(4)) }
func (p Ptr) I32() int32   { return int32(p.get(4)) }
func (p Ptr) U64() uint64  { return p.get(8) }
func (p Ptr) I64() int64   { return int64(p.get(8)) }
func (p Ptr) F32() float32 { return math.Float32frombits(p.U32()) }
func (p Ptr) F64() float64 { return math.Float64frombits(p.U64()) }
func (p Ptr) Ptr() Ptr     { return Ptr(p.U32()) }

func (p Ptr) SetU8(x uint8)    { p.set(1, uint64(x)) }
func (p Ptr) SetU16(x uint16)  { p.set(2, uint64(x)) }
func (p Ptr) SetU32(x uint32)  { p.set(4, uint64(x)) }
func (p Ptr) SetI32(x int32)   { p.set(4, uint64(x)) }
func (p Ptr) SetU64(x uint64)  { p.set(8, x) }
func (p Ptr) SetI64(x int64)   { p.set(8, uint64(x)) }
func (p Ptr) SetF32(x float32) { p.SetU32(math.Float32bits(x)) }
func (p Ptr) SetF64(x float64) { p.SetU64(math.Float64bits(x)) }
func (p Ptr) SetPtr(x Ptr)     { p.SetU32(uint32(x)) }

// copyBytes copies n bytes, which may overlap.
func copyBytes(to, from Ptr, n uint32) { copy(memory[to:][:n], memory[from:][:n]) }

// fillBytes sets n bytes to x.
func fillBytes(p Ptr, x, n uint32) {
	for i := range n {
		memory[uint32(p)+i] = byte(x)
	}
}

// memoryPages is the size of the memory in pages of 64 KiB, and growMemory adds
// some: it gives the size before, or all ones where there are no more.
func memoryPages() uint32 { return uint32(len(memory) >> 16) }

func growMemory(pages uint32) uint32 {
	before := memoryPages()
	memory = append(memory, make([]byte, int(pages)<<16)...)
	return before
}

// not01 is 0 for true and 1 for false.
func not01(x bool) uint32 {
	if x {
		return 0
	}
	return 1
}

// to01 is 1 for true and 0 for false.
func to01(x bool) uint32 {
	if x {
		return 1
	}
	return 0
}
