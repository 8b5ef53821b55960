// Command strip takes from a Go wasm module what only tracebacks read: the
// tables of files and lines, and the names of functions. A page has no use for
// them, and they are a tenth of the download.
//
//	go run ./wasm/strip module.wasm
//
// Go keeps these tables (pclntab, runtime/symtab.go) in the module's data. They
// are overwritten with zeros, which compress to nothing; the tables that the
// garbage collector and the unwinder need stay as they are. The layout is that
// of Go 1.20 and later: another one is an error, and the module stays as it is.
package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: strip MODULE.wasm")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "strip: "+os.Args[1]+": "+err.Error())
		os.Exit(1)
	}
}

func run(path string) error {
	module, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := strip(module); err != nil {
		return err
	}
	return os.WriteFile(path, module, 0o644)
}

// segment is a run of the memory's initial contents: part of the module.
type segment struct {
	address uint64
	data    []byte
}

// memory is what the module's memory holds at first; what no segment gives is
// zero.
type memory []segment

// segments finds the data section's.
func segments(module []byte) (m memory, err error) {
	defer func() {
		if recover() != nil { // an index beyond the end
			err = errors.New("not a wasm module, or cut off")
		}
	}()
	if !bytes.HasPrefix(module, []byte("\x00asm\x01\x00\x00\x00")) {
		return nil, errors.New("not a wasm module")
	}
	for p := 8; p < len(module); {
		id := module[p]
		size, n := binary.Uvarint(module[p+1:])
		p += 1 + n
		end := p + int(size)
		if id == 11 {
			count, n := binary.Uvarint(module[p:])
			p += n
			for range count {
				if module[p] != 0 || module[p+1] != 0x41 { // active, i32.const
					return nil, errors.New("a data segment of a kind that Go does not write")
				}
				p += 2
				address, n := sleb(module[p:])
				p += n + 1 // and the end of the expression
				size, n := binary.Uvarint(module[p:])
				p += n
				m = append(m, segment{uint64(uint32(address)), module[p : p+int(size)]})
				p += int(size)
			}
			return m, nil
		}
		p = end
	}
	return nil, errors.New("no data section")
}

func sleb(b []byte) (v int64, n int) {
	var shift uint
	for {
		c := b[n]
		n++
		v |= int64(c&0x7f) << shift
		shift += 7
		if c < 0x80 {
			if c&0x40 != 0 {
				v |= -1 << shift
			}
			return v, n
		}
	}
}

func (m memory) byte(address uint64) *byte {
	for _, s := range m {
		if address >= s.address && address-s.address < uint64(len(s.data)) {
			return &s.data[address-s.address]
		}
	}
	return nil
}

func (m memory) read(address uint64, n int) uint64 {
	var v uint64
	for i := range n {
		if b := m.byte(address + uint64(i)); b != nil {
			v |= uint64(*b) << (8 * i)
		}
	}
	return v
}

func (m memory) zero(from, to uint64) {
	for _, s := range m {
		lo, hi := max(from, s.address), min(to, s.address+uint64(len(s.data)))
		if lo < hi {
			clear(s.data[lo-s.address : hi-s.address])
		}
	}
}

// Offsets in pcHeader and in _func, with 8-byte pointers.
const (
	magic = "\xf1\xff\xff\xff\x00\x00\x01\x08" // of Go 1.20 and later; wasm's instruction and pointer sizes

	headerFuncs     = 8
	headerNames     = 32
	headerUnits     = 40
	headerFiles     = 48
	headerPCTables  = 56
	headerFuncTable = 64

	funcName      = 4
	funcPCSP      = 16
	funcPCFile    = 20
	funcPCLine    = 24
	funcPCDatas   = 28
	funcUnit      = 32
	funcStartLine = 36
	funcSize      = 44
)

func strip(module []byte) error {
	m, err := segments(module)
	if err != nil {
		return err
	}
	var header uint64
	for _, s := range m {
		if i := bytes.Index(s.data, []byte(magic)); i >= 0 {
			header = s.address + uint64(i)
			break
		}
	}
	if header == 0 {
		return errors.New("no pclntab of the layout that is known (Go 1.20 to 1.26)")
	}
	funcs := m.read(header+headerFuncs, 8)
	at := func(field uint64) uint64 { return header + m.read(header+field, 8) }
	names, units, files, tables, table := at(headerNames), at(headerUnits), at(headerFiles), at(headerPCTables), at(headerFuncTable)
	if funcs == 0 || funcs > 1<<20 || !(header < names && names < units && units < files && files < tables && tables < table) {
		return errors.New("its pclntab is not of the layout that is known (Go 1.20 to 1.26)")
	}
	keep := make([]bool, table-tables)
	for i := range funcs {
		f := table + m.read(table+8*i+4, 4)
		for _, field := range []uint64{funcPCFile, funcPCLine, funcUnit, funcStartLine, funcName} {
			m.zero(f+field, f+field+4)
		}
		if err := m.mark(keep, tables, m.read(f+funcPCSP, 4)); err != nil {
			return err
		}
		for k := range m.read(f+funcPCDatas, 4) {
			if err := m.mark(keep, tables, m.read(f+funcSize+4*k, 4)); err != nil {
				return err
			}
		}
	}
	for i, k := range keep {
		if !k {
			m.zero(tables+uint64(i), tables+uint64(i)+1)
		}
	}
	m.zero(names, tables) // names, units, files
	return nil
}

// mark keeps the pc-value table at an offset: pairs of varints, the value's
// change and the pc's, up to a change of 0 that is not the first.
func (m memory) mark(keep []bool, tables, offset uint64) error {
	if offset == 0 {
		return nil // no table
	}
	varint := func() (v uint64) {
		for shift := 0; ; shift += 7 {
			if offset >= uint64(len(keep)) {
				return 0
			}
			b := m.read(tables+offset, 1)
			keep[offset] = true
			offset++
			v |= (b & 0x7f) << shift
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
		if offset >= uint64(len(keep)) {
			return errors.New("a pc-value table goes beyond their end")
		}
	}
}
