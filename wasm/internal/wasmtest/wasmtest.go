// Package wasmtest builds scorer.wasm for tests, so that they never run an old
// one.
package wasmtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Build builds scorer.wasm as make build does and gives its path.
func Build(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "scorer.wasm")
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid=", "-buildmode=c-shared", "-o", path,
		"github.com/pageleap/pageleap/wasm/scorer")
	cmd.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return path
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
