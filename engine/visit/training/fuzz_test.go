package training

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/pageleap/pageleap/engine"
)

// FuzzSpec: a spec that is read makes a bundle that loads, and its columns are
// that bundle's.
func FuzzSpec(f *testing.F) {
	specs, _ := filepath.Glob(testdata + "visits/*.json")
	for _, path := range append(specs, testdata+"demo/shoppers_visit_spec.json") {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(`{"features": ["early", {"name": "x", "feature": "clicks"}, "dwell:shoes"], "output": "vector", "utc_offset": 60}`))
	f.Add([]byte(`{"features": [{"name": "d", "feature": "visitor_type"}, {"name": "d", "feature": "start_weekend"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := ReadSpec(data)
		if err != nil || s.NeedsPopular() {
			return
		}
		if err := s.Expand(nil); err != nil {
			return
		}
		b, err := s.Bundle("fuzzed")
		if err != nil {
			return
		}
		m, err := engine.LoadBundle(b)
		if err != nil {
			t.Fatalf("the bundle of a spec that was read: %v", err)
		}
		if n := len(m.Outputs()); !s.Vector && n != len(s.Columns()) {
			t.Fatalf("%d columns, and %d outputs", len(s.Columns()), n)
		}
	})
}
