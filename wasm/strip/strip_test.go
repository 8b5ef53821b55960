package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

// A stripped module does all that it did before, from its first call on.
func TestStrippedProgramRuns(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program")
	}
	path := filepath.Join(t.TempDir(), "program.wasm")
	cmd := exec.Command("go", "build", "-buildmode=c-shared", "-ldflags=-s -w", "-o", path, "testdata/main.go")
	cmd.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := run(path); err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	again, err := strip(before)
	if err != nil || !bytes.Equal(again, after) {
		t.Errorf("stripped twice it is not the same: %v", err)
	}
	for _, word := range []string{"main.deep", "runtime/proc.go"} {
		if !bytes.Contains(before, []byte(word)) || bytes.Contains(after, []byte(word)) {
			t.Errorf("%s: a name that should be there before, and not after", word)
		}
	}

	ctx := context.Background()
	rt := wazero.NewRuntime(ctx)
	defer rt.Close(ctx)
	wasi_snapshot_preview1.MustInstantiate(ctx, rt)
	compiled, err := rt.CompileModule(ctx, after)
	if err != nil {
		t.Fatal(err)
	}
	// What an instance says, and a random number of its own.
	instance := func(source io.Reader) (said []string, number uint64) {
		var stderr bytes.Buffer
		mod, err := rt.InstantiateModule(ctx, compiled, wazero.NewModuleConfig().WithName("").WithStartFunctions("_initialize").
			WithStderr(&stderr).WithRandSource(source).WithSysNanotime())
		if err != nil {
			t.Fatal(err)
		}
		defer mod.Close(ctx)
		got, err := mod.ExportedFunction("random").Call(ctx)
		if err != nil {
			t.Fatalf("%v: %s", err, stderr.String())
		}
		if _, err := mod.ExportedFunction("run").Call(ctx); err != nil {
			t.Fatalf("%v: %s", err, stderr.String())
		}
		said = strings.Split(strings.TrimSuffix(stderr.String(), "\n"), "\n")
		slices.Sort(said)
		return said, got[0]
	}
	want := []string{
		"2 runtime error: index out of range [10000] with length 8",
		"2 runtime error: index out of range [100] with length 8",
		"2 runtime error: index out of range [10] with length 8",
	}
	var numbers []uint64
	for _, source := range []io.Reader{rand.NewChaCha8([32]byte{1}), rand.NewChaCha8([32]byte{1}), rand.NewChaCha8([32]byte{2}), noRandom{}} {
		said, number := instance(source)
		if !slices.Equal(said, want) {
			t.Errorf("it said %q", said)
		}
		numbers = append(numbers, number)
	}
	if numbers[0] != numbers[1] || numbers[0] == numbers[2] || numbers[0] == numbers[3] || numbers[2] == numbers[3] {
		t.Errorf("random numbers are to be those of the host: %x", numbers)
	}
}

type noRandom struct{}

func (noRandom) Read([]byte) (int, error) { return 0, errors.New("none") }

// What is no Go reactor, or one of another layout, is left alone.
func TestRefuses(t *testing.T) {
	// A reactor without code, and what is in its memory.
	reactor := func(data string) string {
		m := module{
			{1, []byte("\x01\x60\x00\x00")}, {3, []byte("\x01\x00")}, {sectionMemory, []byte("\x01\x00\x01")}, {sectionGlobal, []byte("\x00")},
			{sectionExport, []byte("\x02\x06memory\x02\x00\x0b_initialize\x00\x00")}, {sectionCode, []byte("\x01\x02\x00\x0b")},
			{sectionData, segments([]byte(data))},
		}
		return string(m.bytes())
	}
	whole := reactor("abc")
	for _, c := range []struct{ name, module, want string }{
		{"text", "not a module", "not a wasm module"},
		{"an empty module", preamble, "no section"},
		{"one that is cut", whole[:len(whole)-2], "cut off"},
		{"a program", strings.Replace(whole, "_initialize", "_initiative", 1), "not a reactor"},
		{"no pclntab", whole, "no pclntab"},
		{"another pclntab", reactor(magic), "its pclntab"},
	} {
		if _, err := strip([]byte(c.module)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// Words that are random in all their bits are found; a map's entries are not to
// depend on them.
func TestRandomWords(t *testing.T) {
	r := rand.New(rand.NewChaCha8([32]byte{}))
	words := func(groups int) (images []image) {
		for range rounds {
			var b []byte
			for _, w := range []uint64{7, r.Uint64(), r.Uint64(), r.Uint64N(0x80), r.Uint64()} {
				b = binary.LittleEndian.AppendUint64(b, w)
			}
			for range groups {
				b = append(b, byte(r.Uint64N(0x80)), byte(r.Uint64N(0x80)), 0x80, 0x80, 0x80, 0x80, 0x80, 0x80)
			}
			images = append(images, image{memory: b})
		}
		return images
	}
	random, err := randomWords(words(idleMaps))
	if err != nil || !slices.Equal(random, []span{{8, 24}, {32, 40}}) {
		t.Errorf("%v %v", random, err)
	}
	if _, err := randomWords(words(idleMaps + 1)); err == nil {
		t.Error("a map with entries should be refused")
	}
	other := words(0)
	other[3].memory = append(other[3].memory, make([]byte, 8)...)
	if _, err := randomWords(other); err == nil {
		t.Error("memories of several sizes should be refused")
	}
}

// Only packages' own initialisation is taken away, not methods called init.
func TestOnlyStarts(t *testing.T) {
	for name, want := range map[string]bool{
		"unicode.init": true, "github.com/a/b.init.3": true, "github.com/a/b%2ec.map.init.0": true, "runtime.schedinit": true,
		"github.com/a/b.(*huffman).init": false, "github.com/a/b.huffman.init": false, "a.huffman.init": false,
		"github.com/a/b.init.3.func1": false, "github.com/a/b.initial": false, "": false,
	} {
		if onlyStarts(name) != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
}
