package host_test

import (
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/bundle/mutant"
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/wasm/host"
	"github.com/pageleap/pageleap/wasm/internal/wasmtest"
)

var mutants = flag.Int("mutants", 1, "damaged copies to make of each bundle; make mutate makes 80")

// Damaged bundles fare in one instance of scorer.wasm as they do natively, byte
// for byte: none traps, none takes more than 1 GiB, and what the instance gives
// after thousands of them is what it gave before.
func TestMutants(t *testing.T) {
	ctx := context.Background()
	rt, err := host.New(ctx, wasmtest.Bytes(t), &host.Options{MaxPages: 1 << 14, CacheDir: cache})
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close(ctx)
	in, err := rt.Instantiate(ctx)
	if err != nil {
		t.Fatal(err)
	}
	refused, loaded, scored := 0, 0, 0
	for _, pattern := range []string{"genuine/*/bundle.*.zip", "cases/*/bundle.*.zip", "demo/shoppers_visit.zip"} {
		zips, err := filepath.Glob("../../testdata/" + pattern)
		if err != nil || len(zips) == 0 {
			t.Fatal(pattern, ": no bundles ", err)
		}
		for _, path := range zips {
			zip := read(t, path)
			if *mutants == 1 && len(zip) > 8<<10 {
				continue // the large ones are for make mutate
			}
			if _, err := engine.Load(zip); err != nil {
				continue // a case of a damaged bundle
			}
			text, err := os.ReadFile(filepath.Dir(path) + "/frame.json")
			if err != nil {
				text, err = os.ReadFile(strings.TrimSuffix(path, ".zip") + "_frame.json")
			}
			if err != nil {
				continue // a bundle that has no frame
			}
			err = mutant.Make(zip, *mutants, 2, func(m mutant.Mutant) {
				what := path + ", " + m.File + ", " + m.Rule
				switch both(t, in, what, m.Zip, text, frame.JSON) {
				case 0:
					refused++
				case 1:
					loaded++
				case 2:
					loaded++
					scored++
				}
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Logf("%d mutants: %d refused, %d loaded, of which %d scored the frame; %d MiB", refused+loaded, refused, loaded, scored, in.MemorySize()>>20)
	both(t, in, "afterwards", read(t, shoppers+"bundle.json.zip"), read(t, shoppers+"frame.json"), frame.JSON)
	if refused+loaded < *mutants*200 {
		t.Error("of too few bundles")
	}
}

// both loads a bundle natively and in scorer.wasm, scores a frame with what is
// loaded, and fails where the two do not give the same bytes, or the same error.
// It gives 0 if the bundle was refused, 1 if the frame was, and 2 if neither.
func both(t *testing.T, in *host.Instance, what string, zip, frameIn []byte, form frame.Format) int {
	t.Helper()
	ctx := context.Background()
	native, errNative := engine.Load(zip)
	wasm, errWasm := in.Load(ctx, zip)
	if same(t, what, nil, nil, errNative, errWasm); errNative != nil || errWasm != nil {
		return 0
	}
	want, _, errNative := native.TransformBytes(frameIn, form, frame.JSON, nil)
	got, errWasm := wasm.Transform(ctx, frameIn, host.Format(form), host.JSON, nil)
	same(t, what, want, got, errNative, errWasm)
	if err := wasm.Close(ctx); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if errNative != nil {
		return 1
	}
	return 2
}

// same holds what scorer.wasm gave against what the engine gave natively.
func same(t *testing.T, what string, want, got []byte, native, wasm error) {
	t.Helper()
	var trap *host.Error
	if wasm != nil && !errors.As(wasm, &trap) {
		t.Fatalf("%s: %v", what, wasm)
	}
	switch {
	case native == nil && wasm == nil:
		if string(got) != string(want) {
			t.Errorf("%s: in wasm\n%s\nnatively\n%s", what, got, want)
		}
	case native == nil || wasm == nil:
		t.Errorf("%s: natively %v, in wasm %v", what, native, wasm)
	case trap.Msg != native.Error() || trap.Kind != engine.ErrorKind(native):
		t.Errorf("%s: natively %v, in wasm %v", what, native, wasm)
	}
}
