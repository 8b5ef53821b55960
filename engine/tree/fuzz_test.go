package tree

import (
	"encoding/binary"
	"math"
	"testing"
)

// FuzzForest makes a forest and rows of what comes, and holds every layout's
// leaves and sums against trees of pointers.
func FuzzForest(f *testing.F) {
	f.Add(uint64(1), uint8(3), uint8(4), uint8(3), uint8(2), []byte("\x00\x00\x00\x00\x00\x00\xf0\x3f\x00\x00\x00\x00\x00\x00\xf8\x7f"))
	f.Add(uint64(2), uint8(40), uint8(6), uint8(9), uint8(0), []byte{})
	f.Add(uint64(3), uint8(20), uint8(2), uint8(1), uint8(31), []byte("12345678"))
	f.Fuzz(func(t *testing.T, seed uint64, trees, depth, features, cuts uint8, data []byte) {
		w := newWorld(seed, shape{trees: 1 + int(trees)%40, depth: int(depth) % 7, features: 1 + int(features)%12, outputs: 1 + int(seed%3),
			thresholds: int(cuts) % 40, categories: int(cuts) % 3 * 5, prune: float64(seed%4) / 8})
		forests := w.layouts(t)
		rows := [][]float64{w.row()}
		for len(data) >= 8*w.features && len(rows) < 4 {
			x := make([]float64, w.features)
			for i := range x {
				x[i] = math.Float64frombits(binary.LittleEndian.Uint64(data[8*i:]))
			}
			data = data[8*w.features:]
			rows = append(rows, x)
		}
		for _, x := range rows {
			want := make([]float64, w.outputs)
			for _, tree := range w.trees {
				for o, v := range tree.walk(x).values {
					want[o] += v
				}
			}
			for name, forest := range forests {
				floats, ints := room(forest)
				got := make([]float64, w.outputs)
				forest.Sum(forest.Dense(x, floats, ints), got)
				if !sameBits(got, want) {
					t.Fatalf("%s, %v: %v, naively %v", name, x, got, want)
				}
				indices, values := sparseOf(x)
				clear(got)
				forest.Sum(forest.Sparse(indices, values, floats, ints), got)
				if !sameBits(got, want) {
					t.Fatalf("%s, %v sparse: %v, naively %v", name, x, got, want)
				}
			}
		}
	})
}
