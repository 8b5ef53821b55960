package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

// A stripped module does all that it did before.
func TestStrippedProgramRuns(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program")
	}
	path := filepath.Join(t.TempDir(), "program.wasm")
	cmd := exec.Command("go", "build", "-ldflags=-s -w", "-o", path, "testdata/main.go")
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
	if len(after) != len(before) || bytes.Count(after, []byte{0}) < bytes.Count(before, []byte{0})+len(before)/20 {
		t.Error("little was stripped")
	}
	for _, word := range []string{"main.deep", "runtime/proc.go"} {
		if !bytes.Contains(before, []byte(word)) || bytes.Contains(after, []byte(word)) {
			t.Errorf("%s: a name that should be there before, and not after", word)
		}
	}
	want := strings.Join([]string{
		"runtime error: index out of range [10] with length 8",
		"runtime error: index out of range [100] with length 8",
		"runtime error: index out of range [10000] with length 8", "",
	}, "\n")
	ctx := context.Background()
	rt := wazero.NewRuntime(ctx)
	defer rt.Close(ctx)
	wasi_snapshot_preview1.MustInstantiate(ctx, rt)
	var stderr bytes.Buffer
	if _, err := rt.InstantiateWithConfig(ctx, after, wazero.NewModuleConfig().WithStderr(&stderr).WithArgs("program")); err != nil {
		t.Fatalf("%v: %s", err, stderr.String())
	}
	if stderr.String() != want {
		t.Errorf("printed %s", stderr.String())
	}
}

// What is no Go module, or one of another layout, is left alone.
func TestRefuses(t *testing.T) {
	for name, module := range map[string]string{
		"text":                           "not a module",
		"an empty module":                "\x00asm\x01\x00\x00\x00",
		"no pclntab":                     "\x00asm\x01\x00\x00\x00\x0b\x09\x01\x00\x41\x00\x0b\x03abc",
		"one that is cut":                "\x00asm\x01\x00\x00\x00\x0b\x09\x01\x00\x41",
		"another pclntab":                "\x00asm\x01\x00\x00\x00\x0b\x0e\x01\x00\x41\x08\x0b\x08" + magic,
		"a data section of another kind": "\x00asm\x01\x00\x00\x00\x0b\x04\x01\x01\x01a",
	} {
		if err := strip([]byte(module)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
