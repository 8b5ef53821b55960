package main

import (
	"bytes"
	"encoding/binary"
	"errors"
)

// Offsets in pcHeader and in _func, with 8-byte pointers.
const (
	magic = "\xf1\xff\xff\xff\x00\x00\x01\x08" // of Go 1.20 and later; wasm's instruction and pointer sizes

	headerFuncs     = 8
	headerNames     = 32
	headerUnits     = 40
	headerFiles     = 48
	headerPCTables  = 56
	headerFuncTable = 64

	firstFunc = 0x1000 // the first function's number: 0 is the nil function (cmd/link/internal/wasm)

	funcName      = 4
	funcPCSP      = 16
	funcPCFile    = 20
	funcPCLine    = 24
	funcPCDatas   = 28
	funcUnit      = 32
	funcStartLine = 36
	funcSize      = 44
)

// tables are a module's pclntab: where its parts are in the memory.
type tables struct {
	memory                            []byte
	count                             int // of functions
	nameTab, units, files, pcs, funcs int
}

func findTables(memory []byte) (*tables, error) {
	header := bytes.Index(memory, []byte(magic))
	if header < 0 {
		return nil, errors.New("no pclntab of the layout that is known (Go 1.20 to 1.26)")
	}
	t := &tables{memory: memory}
	at := func(field int) int { return header + int(binary.LittleEndian.Uint64(memory[header+field:])) }
	t.count = at(headerFuncs) - header
	t.nameTab, t.units, t.files, t.pcs, t.funcs = at(headerNames), at(headerUnits), at(headerFiles), at(headerPCTables), at(headerFuncTable)
	if t.count <= 0 || t.count > 1<<20 || !(header < t.nameTab && t.nameTab < t.units && t.units < t.files && t.files < t.pcs &&
		t.pcs < t.funcs && t.funcs+8*t.count < len(memory)) {
		return nil, errors.New("its pclntab is not of the layout that is known (Go 1.20 to 1.26)")
	}
	return t, nil
}

func (t *tables) u32(at int) int { return int(binary.LittleEndian.Uint32(t.memory[at:])) }

// each calls f with the place of each function's _func.
func (t *tables) each(f func(i, at int)) {
	for i := range t.count {
		f(i, t.funcs+t.u32(t.funcs+8*i+4))
	}
}

// names are those of the functions, in their order in the module.
func (t *tables) names() (names []string) {
	t.each(func(i, at int) {
		name := t.memory[t.nameTab+t.u32(at+funcName):]
		n := t.u32(t.funcs+8*i) - firstFunc
		names = append(names, make([]string, max(0, n+1-len(names)))...)
		names[n] = string(name[:bytes.IndexByte(name, 0)])
	})
	return names
}

// clear overwrites what only tracebacks read.
func (t *tables) clear() (err error) {
	keep := make([]bool, t.funcs-t.pcs)
	mark := func(offset int) {
		if e := t.mark(keep, offset); e != nil {
			err = e
		}
	}
	t.each(func(_, at int) {
		for _, field := range []int{funcPCFile, funcPCLine, funcUnit, funcStartLine, funcName} {
			clear(t.memory[at+field:][:4])
		}
		mark(t.u32(at + funcPCSP))
		for k := range t.u32(at + funcPCDatas) {
			mark(t.u32(at + funcSize + 4*k))
		}
	})
	for i, k := range keep {
		if !k {
			t.memory[t.pcs+i] = 0
		}
	}
	clear(t.memory[t.nameTab:t.pcs]) // and units, and files
	return err
}

// mark keeps the pc-value table at an offset: pairs of varints, the value's
// change and the pc's, up to a change of 0 that is not the first.
func (t *tables) mark(keep []bool, offset int) error {
	if offset == 0 {
		return nil // no table
	}
	varint := func() (v int) {
		for shift := 0; ; shift += 7 {
			if offset >= len(keep) {
				return 0
			}
			b := t.memory[t.pcs+offset]
			keep[offset] = true
			offset++
			v |= int(b&0x7f) << shift
			if b < 0x80 {
				return v
			}
		}
	}
	for first := true; ; first = false {
		if varint() == 0 && !first {
			return nil
		}
		varint()
		if offset >= len(keep) {
			return errors.New("a pc-value table goes beyond their end")
		}
	}
}
