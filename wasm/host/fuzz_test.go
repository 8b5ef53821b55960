package host_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/wasm/host"
	"github.com/pageleap/pageleap/wasm/internal/wasmtest"
)

// small are the genuine bundles that are no larger than a fuzzer can use.
func small(f *testing.F) (cases []struct {
	files bundle.Files
	names []string
	frame []byte
}) {
	zips, _ := filepath.Glob("../../testdata/genuine/*/bundle.json.zip")
	for _, path := range zips {
		zip, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		in, err := os.ReadFile(filepath.Dir(path) + "/frame.json")
		if err != nil || len(zip) > 4000 || len(in) > 10000 {
			continue
		}
		files, err := bundle.OpenZip(zip)
		if err != nil {
			f.Fatal(err)
		}
		cases = append(cases, struct {
			files bundle.Files
			names []string
			frame []byte
		}{files, files.List(), in})
	}
	return cases
}

// zipWith is a bundle's zip with other data in one file.
func zipWith(t testing.TB, files bundle.Files, name string, data []byte) []byte {
	t.Helper()
	var list []bundle.File
	for _, n := range files.List() {
		d := data
		if n != name {
			var err error
			if d, err = files.ReadFile(n); err != nil {
				t.Fatal(err)
			}
		}
		list = append(list, bundle.File{Name: n, Data: d})
	}
	zip, err := bundle.Zip(list)
	if err != nil {
		t.Fatal(err)
	}
	return zip
}

// FuzzWasm changes one file of a bundle or its frame, and holds scorer.wasm
// against the engine on the same bytes.
func FuzzWasm(f *testing.F) {
	ctx := context.Background()
	rt, err := host.New(ctx, wasmtest.Bytes(f), &host.Options{CacheDir: cache})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { rt.Close(ctx) })
	in, err := rt.Instantiate(ctx)
	if err != nil {
		f.Fatal(err)
	}
	cases := small(f)
	for i, c := range cases {
		f.Add(uint8(i), uint8(len(c.names)), c.frame)
		for k, name := range c.names {
			if strings.HasSuffix(name, "model.json") && i%4 == 0 {
				data, err := c.files.ReadFile(name)
				if err != nil {
					f.Fatal(err)
				}
				f.Add(uint8(i), uint8(k), data)
			}
		}
	}
	f.Fuzz(func(t *testing.T, i, k uint8, data []byte) {
		if len(data) > 1<<15 {
			return
		}
		c := cases[int(i)%len(cases)]
		if n := int(k) % (len(c.names) + 1); n < len(c.names) {
			both(t, in, "fuzzed", zipWith(t, c.files, c.names[n], data), c.frame, frame.JSON)
		} else {
			both(t, in, "fuzzed", zipWith(t, c.files, "", nil), data, frame.Format(k/64))
		}
	})
}
