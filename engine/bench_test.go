package engine_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/transform"
)

// BenchmarkGenuine scores the rows of each genuine case, one after the other.
func BenchmarkGenuine(b *testing.B) {
	frames, err := filepath.Glob("../testdata/genuine/*/frame.json")
	if err != nil || len(frames) == 0 {
		b.Fatal("no cases", err)
	}
	for _, path := range frames {
		name := filepath.Base(filepath.Dir(path))
		if note, _ := os.ReadFile(filepath.Dir(path) + "/expect"); strings.HasPrefix(string(note), "expect: error") {
			continue
		}
		b.Run(name, func(b *testing.B) {
			m := load(b, name)
			data, err := os.ReadFile(path)
			if err != nil {
				b.Fatal(err)
			}
			f, err := frame.ReadJSON(data)
			if err != nil {
				b.Fatal(err)
			}
			p, err := m.Bind(f.Schema())
			if err != nil {
				b.Fatal(err)
			}
			row := p.NewRow()
			score := func() {
				for i := range f.Len() {
					for k := range f.Columns {
						f.Columns[k].Get(i, row.Input(k))
					}
					if err := row.Score(); err != nil && err != transform.Drop {
						b.Fatal(err)
					}
				}
			}
			score()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			for b.Loop() {
				score()
			}
			runtime.ReadMemStats(&after)
			rows := float64(b.N * f.Len())
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/rows, "ns/row")
			b.ReportMetric(float64(after.Mallocs-before.Mallocs)/rows, "allocs/row")
		})
	}
}

// BenchmarkLoad loads the benchmark's forests.
func BenchmarkLoad(b *testing.B) {
	for _, size := range []string{"S", "M", "L"} {
		b.Run(size, func(b *testing.B) {
			zip, err := os.ReadFile("../testdata/bench/forest_" + size + ".zip")
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := engine.Load(zip); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
