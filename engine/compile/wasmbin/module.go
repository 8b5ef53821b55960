// Package wasmbin writes WebAssembly modules: types, functions, globals, one
// memory, exports, data and custom sections, in the binary format of the
// specification (WebAssembly 2.0). Nothing is imported: there is no import
// section.
package wasmbin

import (
	"encoding/binary"
	"math"
	"slices"
	"strings"
)

// Type is the type of a value.
type Type byte

const (
	I32  Type = 0x7f
	I64  Type = 0x7e
	F32  Type = 0x7d
	F64  Type = 0x7c
	V128 Type = 0x7b
)

const pageSize = 65536

// Module is a module under construction. Its parts are numbered in the order in
// which they are added.
type Module struct {
	types   []string // encoded, each once
	funcs   []*Func
	globals []global
	exports []byte
	export  int
	data    []byte
	segment int
	custom  []byte
	pages   uint32
}

// Func adds a function, whose body may be written later.
func (m *Module) Func(name string, params, results []Type) *Func {
	sig := append([]byte{0x60}, vector(params)...)
	sig = append(sig, vector(results)...)
	typ := 0
	for typ < len(m.types) && m.types[typ] != string(sig) {
		typ++
	}
	if typ == len(m.types) {
		m.types = append(m.types, string(sig))
	}
	f := &Func{Name: name, Index: uint32(len(m.funcs)), Params: params, Results: results, typ: typ}
	m.funcs = append(m.funcs, f)
	return f
}

func vector(types []Type) []byte {
	b := uleb(nil, uint64(len(types)))
	for _, t := range types {
		b = append(b, byte(t))
	}
	return b
}

type global struct {
	typ   Type
	start uint64
}

// Global adds a mutable global of a number type that starts at 0.
func (m *Module) Global(t Type) uint32 {
	m.globals = append(m.globals, global{typ: t})
	return uint32(len(m.globals) - 1)
}

// Start makes a global start at x, as Instr's A has it.
func (m *Module) Start(global uint32, x uint64) { m.globals[global].start = x }

// Memory makes the module have a memory of so many bytes, exported as "memory".
func (m *Module) Memory(size uint32) {
	m.pages = (size + pageSize - 1) / pageSize
	m.exportAs("memory", 2, 0)
}

// Export exports a function.
func (m *Module) Export(name string, f *Func) { m.exportAs(name, 0, f.Index) }

func (m *Module) exportAs(name string, kind byte, index uint32) {
	m.exports = appendName(m.exports, name)
	m.exports = append(m.exports, kind)
	m.exports = uleb(m.exports, uint64(index))
	m.export++
}

// Data adds bytes that the memory holds at this address from the start. Runs of
// zeros, which it holds anyway, are left out.
func (m *Module) Data(address uint32, b []byte) {
	const worthwhile = 32 // zeros; another segment costs a few bytes
	for len(b) > 0 {
		skip := 0
		for skip < len(b) && b[skip] == 0 {
			skip++
		}
		b, address = b[skip:], address+uint32(skip)
		end := strings.Index(string(b), strings.Repeat("\x00", worthwhile))
		if end < 0 {
			end = len(strings.TrimRight(string(b), "\x00"))
		}
		if end > 0 {
			m.data = append(m.data, 0)
			offset := Instr{Op: I32Const, A: uint64(address)}
			m.data = append(offset.append(m.data), byte(End))
			m.data = uleb(m.data, uint64(end))
			m.data = append(m.data, b[:end]...)
			m.segment++
		}
		b, address = b[end:], address+uint32(end)
	}
}

// Custom adds a custom section, which says something to tools and hosts.
func (m *Module) Custom(name string, b []byte) {
	m.custom = append(m.custom, section(0, append(appendName(nil, name), b...))...)
}

// Bytes is the module in the binary format.
func (m *Module) Bytes() []byte {
	b := []byte("\x00asm\x01\x00\x00\x00")
	// Custom sections come first, so that a host may read them from the first
	// bytes of a file.
	b = append(b, m.custom...)
	types := uleb(nil, uint64(len(m.types)))
	for _, t := range m.types {
		types = append(types, t...)
	}
	funcs := uleb(nil, uint64(len(m.funcs)))
	code := uleb(nil, uint64(len(m.funcs)))
	for _, f := range m.funcs {
		funcs = uleb(funcs, uint64(f.typ))
		body := f.encode()
		code = append(uleb(code, uint64(len(body))), body...)
	}
	b = append(b, section(1, types)...)
	b = append(b, section(3, funcs)...)
	if m.pages > 0 {
		b = append(b, section(5, uleb([]byte{1, 0}, uint64(m.pages)))...)
	}
	var globals []byte
	for _, g := range m.globals {
		start := Instr{Op: constOf(g.typ), A: g.start}
		globals = append(start.append(append(globals, byte(g.typ), 1)), byte(End))
	}
	b = append(b, counted(6, len(m.globals), globals)...)
	b = append(b, counted(7, m.export, m.exports)...)
	b = append(b, section(10, code)...)
	return append(b, counted(11, m.segment, m.data)...)
}

// Sizes are the bytes of the code of each function, by index.
func (m *Module) Sizes() []int {
	n := make([]int, len(m.funcs))
	for i, f := range m.funcs {
		n[i] = len(f.encode())
	}
	return n
}

// SIMD says whether the module has instructions on vectors.
func (m *Module) SIMD() bool {
	return slices.ContainsFunc(m.funcs, func(f *Func) bool {
		return slices.ContainsFunc(f.code, func(in Instr) bool { return in.Op >= V128Load })
	})
}

// Functions are the module's functions by index.
func (m *Module) Functions() []*Func { return m.funcs }

func counted(id byte, n int, b []byte) []byte {
	if n == 0 {
		return nil
	}
	return section(id, append(uleb(nil, uint64(n)), b...))
}

func section(id byte, b []byte) []byte { return append(uleb([]byte{id}, uint64(len(b))), b...) }

func appendName(b []byte, s string) []byte { return append(uleb(b, uint64(len(s))), s...) }

func uleb(b []byte, x uint64) []byte { return binary.AppendUvarint(b, x) }

func sleb(b []byte, x int64) []byte {
	for {
		c := byte(x & 0x7f)
		x >>= 7
		if x == 0 && c&0x40 == 0 || x == -1 && c&0x40 != 0 {
			return append(b, c)
		}
		b = append(b, c|0x80)
	}
}

func constOf(t Type) Op {
	switch t {
	case I64:
		return I64Const
	case F32:
		return F32Const
	case F64:
		return F64Const
	}
	return I32Const
}

func appendF64(b []byte, bits uint64) []byte { return binary.LittleEndian.AppendUint64(b, bits) }
func appendF32(b []byte, bits uint64) []byte {
	return binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(math.Float64frombits(bits))))
}
