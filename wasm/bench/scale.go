package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/tree"
)

// scale prints how time grows with rows, features, trees and depth, one row at a
// time over forests of random full trees, and what models take of memory.
func scale() error {
	fmt.Println("| trees | depth | features | nodes | bytes a node | µs a row | ns a step |")
	fmt.Println("|---|---|---|---|---|---|---|")
	shapes := []struct{ trees, depth, features int }{
		{100, 10, 30}, {100, 10, 3}, {100, 10, 300}, {10, 10, 30}, {1000, 10, 30}, {100, 4, 30}, {100, 7, 30}, {100, 13, 30},
	}
	var forests []*tree.Forest
	var runs []func(i int)
	for _, s := range shapes {
		f, err := randomForest(s.trees, s.depth, s.features)
		if err != nil {
			return err
		}
		r := rand.New(rand.NewPCG(3, 4))
		x := make([]float64, 256*s.features)
		for i := range x {
			x[i] = r.Float64()
		}
		floats, ints := f.Room()
		room, leaves := make([]float64, floats), make([]int32, ints)
		sum := make([]float64, 2)
		forests = append(forests, f)
		runs = append(runs, func(i int) {
			clear(sum)
			f.Sum(f.Dense(x[i%256*s.features:][:s.features], room, leaves), sum)
		})
	}
	for i, times := range measure(runs...) {
		s, f, ns := shapes[i], forests[i], median(times)
		fmt.Printf("| %d | %d | %d | %d | %.1f | %.2f | %.2f |\n", s.trees, s.depth, s.features, f.Len(),
			float64(f.Bytes())/float64(f.Len()), ns/1e3, ns/float64(s.trees*s.depth))
	}

	fmt.Println("\n| forest | rows | ms | µs a row | of 1,000 rows' |")
	fmt.Println("|---|---|---|---|---|")
	x, err := rows()
	if err != nil {
		return err
	}
	for _, size := range []string{"S", "M"} {
		m, err := load(size)
		if err != nil {
			return err
		}
		row, err := m.NewRow()
		if err != nil {
			return err
		}
		in := row.Input(0)
		in.Null, in.Dims = false, []int{numFeatures}
		counts := []int{1000, 10_000, 100_000}
		var runs []func(int)
		for _, n := range counts {
			runs = append(runs, func(int) {
				for i := range n {
					in.Nums = x[i%numRows*numFeatures:][:numFeatures]
					if err := row.Score(); err != nil {
						panic(err)
					}
				}
			})
		}
		times := measure(runs...)
		for k, n := range counts {
			ns, ratios := median(times[k]), []float64{}
			for round, t := range times[k] {
				ratios = append(ratios, t/float64(n)/(times[0][round]/1000))
			}
			fmt.Printf("| %s | %d | %.2f | %.3f | %.3f |\n", size, n, ns/1e6, ns/float64(n)/1e3, median(ratios))
		}
	}

	fmt.Println("\n| forest | packed nodes and leaves | the model's memory, Go |")
	fmt.Println("|---|---|---|")
	for _, size := range []string{"S", "M", "L"} {
		before := heap()
		m, err := load(size)
		if err != nil {
			return err
		}
		after := heap()
		packed := 0
		for _, s := range m.Stages() {
			for _, fact := range s.Holds {
				if fact.Name == "bytes" {
					packed += fact.Value
				}
			}
		}
		fmt.Printf("| %s | %.0f kB | %.0f kB |\n", size, float64(packed)/1e3, float64(after-before)/1e3)
		runtime.KeepAlive(m)
	}
	return nil
}

func load(size string) (*engine.Model, error) {
	zip, err := os.ReadFile(bundleFile(size))
	if err != nil {
		return nil, err
	}
	return engine.Load(zip)
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return int64(s.HeapAlloc)
}

// randomForest is of full trees that split at 31 thresholds a feature, as Spark
// makes them.
func randomForest(trees, depth, features int) (*tree.Forest, error) {
	r := rand.New(rand.NewPCG(1, 2))
	b := tree.NewBuilder(features, 2)
	var grow func(level int) error
	grow = func(level int) error {
		if level == depth {
			p := r.Float64()
			return b.Leaf([]float64{p, 1 - p})
		}
		if err := b.Split(&tree.Split{Feature: r.IntN(features), Threshold: float64(1+r.IntN(31)) / 32}); err != nil {
			return err
		}
		if err := grow(level + 1); err != nil {
			return err
		}
		return grow(level + 1)
	}
	for range trees {
		if err := grow(0); err != nil {
			return nil, err
		}
		if err := b.End(); err != nil {
			return nil, err
		}
	}
	return b.Forest()
}
