// Package wasmtest gives tests the scorer.wasm that make builds, so that they
// never run an old one, or one that was built otherwise.
package wasmtest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// Build builds dist/scorer.wasm where it is out of date and gives its path.
func Build(t testing.TB) string {
	t.Helper()
	path, err := Make()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// Make is Build for who has no test at hand, as TestMain for examples.
func Make() (string, error) {
	_, file, _, _ := runtime.Caller(0)
	root := filepath.Join(filepath.Dir(file), "..", "..", "..")
	cmd := exec.Command("make", "-s", "dist/scorer.wasm")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("make dist/scorer.wasm: %w: %s", err, out)
	}
	return filepath.Join(root, "dist", "scorer.wasm"), nil
}

// Bytes is the module that Build builds.
func Bytes(t testing.TB) []byte {
	t.Helper()
	wasm, err := os.ReadFile(Build(t))
	if err != nil {
		t.Fatal(err)
	}
	return wasm
}
