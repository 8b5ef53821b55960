// Command bench is the half of make bench that is written in Go: it makes the
// forms of the benchmark's forests that the other contenders read, and it is
// some of the contenders itself.
//
//	bench forms SIZE DIR        onnx, m2cgen-like JavaScript, flat nodes, JSON
//	bench go|loop SIZE          one contender; prints a line of JSON
//	bench wazero SIZE WASM
//	bench scale                 how time and memory grow, as markdown
//
// It is run from the top of the repository. bench.mjs runs it.
package main

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/wasm/host"
)

const data = "testdata/bench/"

// The rows, and how many features each has.
const (
	numRows     = 1000
	numFeatures = 30
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 3 && args[0] == "forms":
		return forms(args[1], args[2])
	case len(args) == 2 && args[0] == "go":
		return inGo(args[1])
	case len(args) == 2 && args[0] == "loop":
		return loop(args[1])
	case len(args) == 3 && args[0] == "wazero":
		return inWazero(args[1], args[2])
	case len(args) == 1 && args[0] == "scale":
		return scale()
	}
	return fmt.Errorf("unknown arguments %q", args)
}

func rows() ([]float64, error) {
	b, err := os.ReadFile(data + "rows.f32")
	if err != nil {
		return nil, err
	}
	x := make([]float64, len(b)/4)
	for i := range x {
		x[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:])))
	}
	return x, nil
}

func expected(size string) ([]float64, error) {
	b, err := os.ReadFile(data + "expected_" + size + ".f64")
	if err != nil {
		return nil, err
	}
	x := make([]float64, len(b)/8)
	for i := range x {
		x[i] = math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:]))
	}
	return x, nil
}

func bundleFile(size string) string { return data + "forest_" + size + ".zip" }

// timing is nanoseconds a row.
type timing struct {
	Med float64 `json:"med"`
	Min float64 `json:"min"`
}

func timingOf(calls []float64, rows float64) timing {
	return timing{median(calls) / rows, slices.Min(calls) / rows}
}

// measure takes fifteen times about 20 ms of each f in turn, after a warm-up, and
// gives the nanoseconds of a call each time. In turn, as the machine's speed may
// change: what is measured in the same round can be compared.
func measure(fs ...func(i int)) [][]float64 {
	calls := make([]int, len(fs))
	run := func(k int) float64 {
		start := time.Now()
		for i := range calls[k] {
			fs[k](i)
		}
		return float64(time.Since(start).Nanoseconds())
	}
	for k := range fs {
		calls[k] = 1
		for run(k) < 40e6 {
			calls[k] *= 2
		}
		for start := time.Now(); time.Since(start) < 200*time.Millisecond; {
			run(k)
		}
		calls[k] = max(1, int(float64(calls[k])*20e6/run(k)))
	}
	all := make([][]float64, len(fs))
	for range 15 {
		for k := range fs {
			all[k] = append(all[k], run(k)/float64(calls[k]))
		}
	}
	return all
}

func median(list []float64) float64 {
	list = slices.Sorted(slices.Values(list))
	return list[len(list)/2]
}

// report checks a contender that gives the probability of row i, or those of all
// rows, measures it, and prints what comes out.
func report(peer, size string, start time.Time, one func(i int) float64, all func() []float64) error {
	one(0)
	cold := float64(time.Since(start).Nanoseconds()) / 1e6
	want, err := expected(size)
	if err != nil {
		return err
	}
	diff := 0.0
	for i, w := range want {
		diff = max(diff, math.Abs(one(i)-w))
	}
	for i, p := range all() {
		diff = max(diff, math.Abs(p-want[i]))
	}
	times := measure(func(i int) { one(i % numRows) }, func(int) { all() })
	return json.NewEncoder(os.Stdout).Encode(map[string]any{
		"peer": peer, "size": size, "maxdiff": diff, "ok": diff < 1e-12, "cold": cold,
		"single": timingOf(times[0], 1),
		"batch":  timingOf(times[1], numRows),
	})
}

func inGo(size string) error {
	zip, err := os.ReadFile(bundleFile(size))
	if err != nil {
		return err
	}
	x, err := rows()
	if err != nil {
		return err
	}
	start := time.Now()
	model, err := engine.Load(zip)
	if err != nil {
		return err
	}
	row, err := model.NewRow()
	if err != nil {
		return err
	}
	in, out := row.Input(0), row.Output(model.Outputs().Index("probability"))
	in.Null = false
	in.Dims = []int{numFeatures}
	one := func(i int) float64 {
		in.Nums = x[i*numFeatures:][:numFeatures]
		if err = row.Score(); err != nil {
			panic(err)
		}
		return out.Nums[1]
	}
	probabilities := make([]float64, numRows)
	return report("pageleap, Go", size, start, one, func() []float64 {
		for i := range probabilities {
			probabilities[i] = one(i)
		}
		return probabilities
	})
}

func inWazero(size, wasm string) error {
	zip, err := os.ReadFile(bundleFile(size))
	if err != nil {
		return err
	}
	module, err := os.ReadFile(wasm)
	if err != nil {
		return err
	}
	x, err := rows()
	if err != nil {
		return err
	}
	ctx := context.Background()
	start := time.Now()
	rt, err := host.New(ctx, module, nil)
	if err != nil {
		return err
	}
	defer rt.Close(ctx)
	instance, err := rt.Instantiate(ctx)
	if err != nil {
		return err
	}
	model, err := instance.Load(ctx, zip)
	if err != nil {
		return err
	}
	row, err := model.Row(ctx, 1)
	if err != nil {
		return err
	}
	one := func(i int) float64 {
		if err := row.SetVector(ctx, 0, x[i*numFeatures:][:numFeatures]); err != nil {
			panic(err)
		}
		if err := row.Score(ctx); err != nil {
			panic(err)
		}
		p, _ := row.Vector(1) // after rawPrediction
		return p[1]
	}
	probabilities := make([]float64, numRows)
	return report("pageleap, wazero", size, start, one, func() []float64 {
		for i := range probabilities {
			probabilities[i] = one(i)
		}
		return probabilities
	})
}

// loop is what one writes in Go at first.
func loop(size string) error {
	x, err := rows()
	if err != nil {
		return err
	}
	f, err := readForest(size)
	if err != nil {
		return err
	}
	nodes, roots := f.nodes, f.roots
	one := func(k int) float64 {
		row, sum := x[k*numFeatures:][:numFeatures], 0.0
		for _, i := range roots {
			n := &nodes[i]
			for n.Feature >= 0 {
				if row[n.Feature] <= n.Value {
					n = &nodes[n.Left]
				} else {
					n = &nodes[n.Right]
				}
			}
			sum += n.Value
		}
		return sum / float64(len(roots))
	}
	probabilities := make([]float64, numRows)
	return report("plain loop, Go", size, time.Now(), one, func() []float64 {
		for i := range probabilities {
			probabilities[i] = one(i)
		}
		return probabilities
	})
}

func forms(size, dir string) error {
	f, err := readForest(size)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	for name, data := range map[string][]byte{
		"flat_" + size + ".bin":  f.flat(),
		"walk_" + size + ".json": f.json(),
		"rf_" + size + ".onnx":   f.onnx(),
		"m2cgen_" + size + ".js": f.script(),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o666); err != nil {
			return err
		}
	}
	return nil
}
