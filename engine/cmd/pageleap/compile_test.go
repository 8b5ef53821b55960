package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// With SIMD and without, the module gives the engine's bits, and is the same each
// time.
func TestCompile(t *testing.T) {
	dir := genuine + "multi_layer_perceptron/"
	module := func(flags ...string) []byte {
		t.Helper()
		out := filepath.Join(t.TempDir(), "model.wasm")
		args := append([]string{"compile", dir + "bundle.json.zip", "-o", out, "--verify", dir + "frame.json"}, flags...)
		stdout, stderr, code := pageleap("", args...)
		if code != 0 || !strings.Contains(stdout, "the engine's bits") || strings.Contains(stdout, "with SIMD") == (len(flags) > 0) {
			t.Fatalf("%v: %d: %s%s", flags, code, stdout, stderr)
		}
		wasm, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		return wasm
	}
	simd, scalar := module(), module("--no-simd")
	if bytes.Equal(simd, scalar) || !bytes.Equal(simd, module()) || !bytes.Equal(scalar, module("--no-simd")) {
		t.Errorf("%d bytes with SIMD, and %d without", len(simd), len(scalar))
	}
}
