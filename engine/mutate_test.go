package engine_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/bundle/mutant"
	"github.com/pageleap/pageleap/engine/frame"
)

var mutants = flag.Int("mutants", 12, "damaged copies to make of each bundle; make mutate makes 80")

// memory is a bundle's files with one of them changed.
type memory struct {
	bundle.Files
	name string
	data []byte
}

func (m memory) ReadFile(name string) ([]byte, error) {
	if name == m.name {
		return m.data, nil
	}
	return m.Files.ReadFile(name)
}

// committed are the zips of all bundles in testdata that have a frame, and the
// frame of each.
func committed(tb testing.TB) map[string]string {
	tb.Helper()
	frames := map[string]string{}
	for _, pattern := range []string{"genuine/*/bundle.*.zip", "cases/*/bundle.*.zip", "demo/*.zip"} {
		zips, err := filepath.Glob("../testdata/" + pattern)
		if err != nil || len(zips) == 0 {
			tb.Fatal(pattern, ": no bundles ", err)
		}
		for _, path := range zips {
			for _, frame := range []string{filepath.Dir(path) + "/frame.json", strings.TrimSuffix(path, ".zip") + "_frame.json", "../testdata/demo/visitor_frame.json"} {
				if _, err := os.Stat(frame); err == nil {
					frames[path] = frame
					break
				}
			}
		}
	}
	return frames
}

// Bundles damaged by rule either load and score, or are refused with an error of
// a kind: no fault, no hang.
func TestMutants(t *testing.T) {
	frames := committed(t)
	counts := map[string][3]int{} // by rule: refused, loaded, scored
	total := 0
	for _, path := range slices.Sorted(maps.Keys(frames)) {
		zip, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(frames[path])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := engine.Load(zip); err != nil {
			continue // a case of a damaged bundle
		}
		err = mutant.Make(zip, *mutants, 1, func(m mutant.Mutant) {
			what := path + ", " + m.File + ", " + m.Rule
			c := counts[m.Rule]
			began := time.Now()
			defer func() {
				if r := recover(); r != nil {
					saved := filepath.Join(os.TempDir(), fmt.Sprintf("mutant-%d.zip", total))
					os.WriteFile(saved, m.Zip, 0o644)
					t.Errorf("%s: %v (the bundle is in %s)\n%s", what, r, saved, debug.Stack())
				}
				if d := time.Since(began); d > 10*time.Second {
					t.Errorf("%s: took %v", what, d)
				}
				counts[m.Rule] = c
				total++
			}()
			model, err := engine.Load(m.Zip)
			if err == nil {
				c[1]++
				if _, _, err = model.TransformBytes(text, frame.JSON, frame.JSON, nil); err == nil {
					c[2]++
				}
			} else {
				c[0]++
			}
			if err != nil && len(err.Error()) < 5 {
				t.Errorf("%s: %q says nothing", what, err)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, rule := range slices.Sorted(maps.Keys(counts)) {
		c := counts[rule]
		t.Logf("%-20s %6d refused, %6d loaded, of which %6d scored the frame", rule, c[0], c[1], c[2])
	}
	t.Logf("%d mutants", total)
	if total < *mutants*250 {
		t.Error("of too few bundles")
	}
}
