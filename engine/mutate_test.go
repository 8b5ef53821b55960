package engine_test

import (
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"testing"
	"time"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

var mutants = flag.Int("mutants", 40, "damaged copies to make of each genuine bundle")

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

// Bundles damaged by rule either load and score, or are refused: no fault, and
// no hang.
func TestMutants(t *testing.T) {
	zips, err := filepath.Glob("../testdata/genuine/*/bundle.*.zip")
	if err != nil || len(zips) == 0 {
		t.Fatal("no bundles", err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	loaded, scored, refused := 0, 0, 0
	for _, path := range zips {
		zip, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files, err := bundle.OpenZip(zip)
		if err != nil {
			t.Fatal(err)
		}
		frameJSON, err := os.ReadFile(filepath.Dir(path) + "/frame.json")
		if err != nil {
			continue // a bundle that has no frame
		}
		in, err := frame.ReadJSON(frameJSON)
		if err != nil {
			t.Fatal(err)
		}
		names := files.List()
		for range *mutants {
			name := names[rng.IntN(len(names))]
			data, err := files.ReadFile(name)
			if err != nil || len(data) == 0 {
				continue
			}
			bad := mutate(rng, data)
			began := time.Now()
			func() {
				defer func() {
					if r := recover(); r != nil {
						saved := filepath.Join(os.TempDir(), "mutant-"+filepath.Base(filepath.Dir(path)))
						os.WriteFile(saved, bad, 0o644)
						t.Errorf("%s, %s: %v (the file is in %s)\n%s", path, name, r, saved, debug.Stack())
					}
				}()
				m, err := engine.LoadFiles(memory{files, name, bad})
				if err != nil {
					refused++
					return
				}
				loaded++
				if _, err := m.Transform(in); err == nil {
					scored++
				}
			}()
			if d := time.Since(began); d > 5*time.Second {
				t.Errorf("%s, %s: took %v", path, name, d)
			}
		}
	}
	t.Logf("%d refused, %d loaded, of which %d scored", refused, loaded, scored)
}

func mutate(rng *rand.Rand, data []byte) []byte {
	b := slices.Clone(data)
	for range 1 + rng.IntN(3) {
		if len(b) == 0 {
			break
		}
		i := rng.IntN(len(b))
		j := min(len(b), i+1+rng.IntN(16))
		switch rng.IntN(7) {
		case 0:
			b[i] ^= 1 << rng.IntN(8)
		case 1:
			b = b[:i]
		case 2:
			b = slices.Delete(b, i, j)
		case 3:
			b = slices.Insert(b, i, b[i:j]...)
		case 4:
			if c := b[i]; c >= '0' && c <= '9' { // a digit is most often what matters
				b[i] = byte('0' + rng.IntN(10))
			}
		case 5: // another number in place of one
			if k := slices.IndexFunc(b[i:], func(c byte) bool { return c >= '0' && c <= '9' }); k >= 0 {
				e := i + k
				for e < len(b) && (b[e] >= '0' && b[e] <= '9' || b[e] == '.') {
					e++
				}
				n := []string{"-1", "0", "1", "2147483647", "-2147483648", "9223372036854775807", "1e308", "null", "4294967296", "3.5", "1000000"}[rng.IntN(11)]
				b = slices.Concat(b[:i+k], []byte(n), b[e:])
			}
		case 6: // swap two runs
			k := rng.IntN(len(b))
			for n := 0; n < 8 && i+n < len(b) && k+n < len(b); n++ {
				b[i+n], b[k+n] = b[k+n], b[i+n]
			}
		}
	}
	return b
}
