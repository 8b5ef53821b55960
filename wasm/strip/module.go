package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// The sections that are read or written, by their numbers in the binary format.
const (
	sectionImport = 2
	sectionMemory = 5
	sectionGlobal = 6
	sectionExport = 7
	sectionCode   = 10
	sectionData   = 11
)

// What is imported and exported.
const (
	externFunction = 0
	externGlobal   = 3
)

// Instructions.
const (
	opUnreachable = 0x00
	opEnd         = 0x0b
	opCall        = 0x10
	opDrop        = 0x1a
	opI32Const    = 0x41
	opI64Const    = 0x42
)

const preamble = "\x00asm\x01\x00\x00\x00"

// module is a wasm module: its sections in their order.
type module []section

type section struct {
	id   byte
	body []byte
}

func parseModule(b []byte) (m module, err error) {
	defer cutOff(&err)
	if !bytes.HasPrefix(b, []byte(preamble)) {
		return nil, errors.New("not a wasm module")
	}
	for r := (reader{b[len(preamble):]}); len(r.b) > 0; {
		m = append(m, section{r.byte(), r.bytes()})
	}
	return m, nil
}

func (m module) bytes() []byte {
	b := []byte(preamble)
	for _, s := range m {
		b = appendBytes(append(b, s.id), s.body)
	}
	return b
}

func (m module) section(id byte) (*reader, error) {
	for _, s := range m {
		if s.id == id {
			return &reader{s.body}, nil
		}
	}
	return nil, fmt.Errorf("no section %d", id)
}

// with is the module with another body of a section that it has.
func (m module) with(id byte, body []byte) module {
	m = slices.Clone(m)
	m[slices.IndexFunc(m, func(s section) bool { return s.id == id })].body = body
	return m
}

// reader reads the parts of a section. It panics at its end: see cutOff.
type reader struct{ b []byte }

func (r *reader) byte() byte {
	c := r.b[0]
	r.b = r.b[1:]
	return c
}

func (r *reader) uint() int {
	v, n := binary.Uvarint(r.b)
	r.b = r.b[n:]
	return int(v)
}

// bytes come after their number.
func (r *reader) bytes() []byte {
	n := r.uint()
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}

// cutOff makes an error of an index beyond the end.
func cutOff(err *error) {
	if recover() != nil {
		*err = errors.New("not a wasm module, or cut off")
	}
}

func appendUint(b []byte, v int) []byte { return binary.AppendUvarint(b, uint64(v)) }

func appendInt(b []byte, v int64) []byte {
	for ; v < -64 || v > 63; v >>= 7 {
		b = append(b, byte(v)|0x80)
	}
	return append(b, byte(v&0x7f))
}

func appendBytes(b, data []byte) []byte { return append(appendUint(b, len(data)), data...) }
