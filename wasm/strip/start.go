package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

// image is what a reactor has in its memory and its globals once _initialize has
// returned. No call is under way then, so that this is all that the start leaves.
type image struct {
	memory  []byte
	globals []global
	random  []span // of the memory: random numbers
}

type global struct {
	kind  api.ValueType
	value uint64
}

type span struct{ from, to int }

// rounds is how often the module is started, with other random numbers each
// time, to see where they go.
const rounds = 32

// idleMaps are those of package unicode that regular expressions would use, and
// the engine's do not. Go's linker keeps them.
const idleMaps = 2

// start runs a module's _initialize, with a clock that stands still.
func start(m module) (*image, error) {
	opened, names, err := exportGlobals(m)
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	rt := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter())
	defer rt.Close(ctx)
	wasi_snapshot_preview1.MustInstantiate(ctx, rt)
	compiled, err := rt.CompileModule(ctx, opened.bytes())
	if err != nil {
		return nil, err
	}
	if compiled.ExportedFunctions()["_initialize"] == nil {
		return nil, errors.New("no export _initialize: not a reactor")
	}
	var images []image
	for round := range rounds {
		var stderr bytes.Buffer
		mod, err := rt.InstantiateModule(ctx, compiled, wazero.NewModuleConfig().WithName("").WithStartFunctions("_initialize").
			WithStderr(&stderr).WithRandSource(rand.NewChaCha8([32]byte{byte(round)})).
			WithNanotime(func() int64 { return 1 }, 1).WithWalltime(func() (int64, int32) { return 0, 0 }, 1))
		if err != nil {
			return nil, fmt.Errorf("%w\n%s", err, stderr.Bytes())
		}
		memory, _ := mod.Memory().Read(0, mod.Memory().Size())
		s := image{memory: bytes.Clone(memory)}
		for _, name := range names {
			g := mod.ExportedGlobal(name)
			s.globals = append(s.globals, global{g.Type(), g.Get()})
		}
		images = append(images, s)
		mod.Close(ctx)
	}
	first := &images[0]
	first.random, err = randomWords(images)
	return first, err
}

// randomWords finds the words that are random numbers: each of their bits is 0 in
// some images and 1 in others. Others differ as well, where chance decided what
// is done. All that is right in one image, and stays so with other numbers; but
// for maps, whose entries lie where the hash says that the numbers made.
func randomWords(images []image) (random []span, err error) {
	first, maps := images[0], 0
	for _, s := range images {
		if len(s.memory) != len(first.memory) || !slices.Equal(s.globals, first.globals) {
			return nil, errors.New("its start does something else with other random numbers")
		}
	}
	for at := 0; at < len(first.memory); at += 8 {
		and, or := ^uint64(0), uint64(0)
		for _, s := range images {
			word := binary.LittleEndian.Uint64(s.memory[at:])
			and, or = and&word, or|word
		}
		switch last := len(random) - 1; {
		case and == or:
		case and != 0 || ^or != 0:
			if mapGroup(and, or) {
				maps++
			}
		case last >= 0 && random[last].to == at:
			random[last].to += 8
		default:
			random = append(random, span{at, at + 8})
		}
	}
	if maps > idleMaps {
		return nil, fmt.Errorf("%d maps have entries after the start, of which package unicode has %d; in the others nothing would be found "+
			"again: use a switch, or fill them later", maps, idleMaps)
	}
	return random, nil
}

// mapGroup says whether words are those before a group of a map's entries
// (internal/runtime/maps): for each a byte with 7 bits of its hash, or 0x80 for none.
func mapGroup(and, or uint64) bool {
	entries := 0
	for range 8 {
		switch {
		case byte(and) == 0 && byte(or) == 0x7f:
			entries++
		case byte(and) != 0x80 || byte(or) != 0x80:
			return false
		}
		and, or = and>>8, or>>8
	}
	return entries > 0
}

// exportGlobals is the module with its globals among the exports, and their
// names there.
func exportGlobals(m module) (opened module, names []string, err error) {
	defer cutOff(&err)
	globals, err := m.section(sectionGlobal)
	if err != nil {
		return nil, nil, err
	}
	exports, err := m.section(sectionExport)
	if err != nil {
		return nil, nil, err
	}
	names = make([]string, globals.uint())
	b := appendUint(nil, exports.uint()+len(names))
	b = append(b, exports.b...)
	for i := range names {
		names[i] = "global " + strconv.Itoa(i)
		b = appendUint(append(appendBytes(b, []byte(names[i])), externGlobal), i)
	}
	return m.with(sectionExport, b), names, nil
}

// started is the module that begins with an image. names are those of its
// functions.
func started(m module, s *image, names []string) (out module, err error) {
	defer cutOff(&err)
	imports, err := m.section(sectionImport)
	if err != nil {
		return nil, err
	}
	exports, err := m.section(sectionExport)
	if err != nil {
		return nil, err
	}
	code, err := m.section(sectionCode)
	if err != nil {
		return nil, err
	}
	imported, randomGet := imports.uint(), -1
	for i := range imported {
		imports.bytes()
		if string(imports.bytes()) == "random_get" {
			randomGet = i
		}
		if imports.byte() != externFunction {
			return nil, errors.New("it imports what is no function")
		}
		imports.uint()
	}
	initialize := -1
	for range exports.uint() {
		name, kind, i := string(exports.bytes()), exports.byte(), exports.uint()
		if name == "_initialize" && kind == externFunction {
			initialize = i - imported
		}
	}
	if randomGet < 0 || initialize < 0 {
		return nil, errors.New("it has no import random_get, or no export _initialize")
	}
	count := code.uint()
	bodies := appendUint(nil, count)
	for i := range count {
		body := code.bytes()
		switch {
		case i == initialize:
			body = refill(s.random, randomGet)
		case i < len(names) && onlyStarts(names[i]):
			body = []byte{0, opUnreachable, opEnd}
		}
		bodies = appendBytes(bodies, body)
	}
	globals := appendUint(nil, len(s.globals))
	for _, g := range s.globals {
		globals = append(globals, g.kind, 1) // variable
		if g.kind == api.ValueTypeI32 {
			globals = appendInt(append(globals, opI32Const), int64(int32(g.value)))
		} else {
			globals = appendInt(append(globals, opI64Const), int64(g.value))
		}
		globals = append(globals, opEnd)
	}
	m = m.with(sectionCode, bodies).with(sectionGlobal, globals)
	m = m.with(sectionMemory, appendUint([]byte{1, 0}, len(s.memory)>>16))
	return m.with(sectionData, segments(s.memory)), nil
}

// refill is the body of a function that fills memory with random numbers, as far
// as the host has some.
func refill(random []span, randomGet int) []byte {
	b := []byte{0}
	for _, r := range random {
		b = appendInt(append(b, opI32Const), int64(r.from))
		b = appendInt(append(b, opI32Const), int64(r.to-r.from))
		b = append(appendUint(append(b, opCall), randomGet), opDrop)
	}
	return append(b, opEnd)
}

// Functions that are called by the start alone: what initialises packages, and
// the beginning of the runtime (rt0_go, schedinit, main).
var (
	packageInit  = regexp.MustCompile(`^([^/]*/)*[^/.]+\.(init|init\.\d+|map\.init\.\d+)$`)
	runtimeStart = []string{"_rt0_wasm_wasip1", "runtime.rt0_go", "runtime.check", "runtime.testAtomic64", "runtime.schedinit",
		"runtime.moduledataverify1", "runtime.randinit", "runtime.mallocinit", "runtime.typelinksinit",
		"runtime.itabsinit", "runtime.goenvs", "runtime.parseRuntimeDebugVars", "runtime.gcinit", "runtime.main", "runtime.doInit1"}
)

func onlyStarts(name string) bool {
	return packageInit.MatchString(name) || slices.Contains(runtimeStart, name)
}

// gap is the number of zeros that are cheaper left out: a segment has a header,
// and many of them take time.
const gap = 64

// segments is the data section of a memory.
func segments(memory []byte) []byte {
	var b []byte
	n := 0
	for i := 0; i < len(memory); i++ {
		if memory[i] == 0 {
			continue
		}
		start, end := i, i+1
		for i++; i < len(memory) && i-end < gap; i++ {
			if memory[i] != 0 {
				end = i + 1
			}
		}
		b = append(appendInt(append(b, 0, opI32Const), int64(start)), opEnd)
		b = appendBytes(b, memory[start:end])
		n++
	}
	return append(appendUint(nil, n), b...)
}
