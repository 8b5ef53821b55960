package compile_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/compile"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// A host without SIMD takes each module that is compiled without, and refuses
// the others that have it: the benchmark's forests among them.
func TestWithoutSIMD(t *testing.T) {
	ctx := context.Background()
	host := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter().WithCoreFeatures(api.CoreFeaturesV2&^api.CoreFeatureSIMD))
	defer host.Close(ctx)
	paths, err := filepath.Glob(genuine + "*/bundle.json.zip")
	if err != nil {
		t.Fatal(err)
	}
	const forest = "../../testdata/bench/forest_M.zip"
	refused := map[string]bool{}
	for _, path := range append(paths, forest) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		m, err := engine.Load(data)
		if err != nil {
			continue // a case of a bad bundle
		}
		scalar, err := compile.Compile(m, compile.WithoutSIMD())
		if errors.Is(err, compile.ErrUnsupported) {
			continue
		}
		if err != nil {
			t.Fatal(path, err)
		}
		if err := take(ctx, host, scalar); err != nil {
			t.Errorf("%s: without SIMD: %v", path, err)
		}
		module, err := compile.Compile(m)
		if err != nil {
			t.Fatal(path, err)
		}
		refused[path] = take(ctx, host, module) != nil
		if refused[path] == bytes.Equal(module.Wasm, scalar.Wasm) || refused[path] != module.SIMD || scalar.SIMD {
			t.Errorf("%s: refused: %v; has SIMD: %v, and the other: %v", path, refused[path], module.SIMD, scalar.SIMD)
		}
	}
	if !refused[forest] || len(refused) < 50 {
		t.Errorf("of %d modules, the forest's is refused: %v", len(refused), refused[forest])
	}
}

func take(ctx context.Context, host wazero.Runtime, m *compile.Module) error {
	c, err := host.CompileModule(ctx, m.Wasm)
	if err != nil {
		return err
	}
	return c.Close(ctx)
}
