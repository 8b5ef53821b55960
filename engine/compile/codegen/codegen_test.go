package codegen

import (
	"context"
	"math"
	"testing"
	"testing/fstest"

	"github.com/pageleap/pageleap/engine/compile/wasmbin"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// constants are what some of the functions' parameters are.
var constants = func() map[string][]*uint64 {
	two, five := uint64(2), uint64(5)
	return map[string][]*uint64{"bound": {&five, nil, &two}}
}()

// program compiles the functions of a text and gives them ready to be called.
func program(t *testing.T, text string, names ...string) map[string]api.Function {
	t.Helper()
	src := NewSource()
	files := fstest.MapFS{"a.go": {Data: []byte("package a\n" + text)}}
	if err := src.Add("a", files); err != nil {
		t.Fatal(err)
	}
	m := &wasmbin.Module{}
	next := uint32(64)
	c := NewCompiler(src, m, func(b []byte) uint32 {
		at := next
		m.Data(at, b)
		next += uint32(len(b)+7) &^ 7
		return at
	})
	c.Flags = map[string]bool{"on": true}
	for _, name := range names {
		f, err := c.Bind(name, constants[name])
		if err != nil {
			t.Fatal(err)
		}
		m.Export(name, f)
	}
	for _, f := range m.Functions() {
		if f.Name == "absent" {
			t.Error("what no flag wants is compiled")
		}
	}
	m.Memory(1 << 16)
	ctx := context.Background()
	rt := wazero.NewRuntime(ctx)
	t.Cleanup(func() { rt.Close(ctx) })
	mod, err := rt.Instantiate(ctx, m.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	fs := map[string]api.Function{}
	for _, name := range names {
		fs[name] = mod.ExportedFunction(name)
	}
	return fs
}

func TestFunctions(t *testing.T) {
	fs := program(t, `
import "math"
import "math/bits"

var table = [3][2]float64{{1, 2}, {3, 4}, {5, 6}}
var bytes = [...]uint8{9, 8, 7}
var counter int32

func fib(n int32) int32 { if n < 2 { return n }; return fib(n-1) + fib(n-2) }
func sum(n uint32) uint32 { s := uint32(0); for i := range n { if i%3 == 0 { continue }; if i > 20 { break }; s += i }; return s }
func wrap(x uint8) uint8 { x += 250; return x*3 }
func neg8(x int32) int32 { return int32(int8(x)) }
func look(i int32) float64 { t := &table[i]; return t[0]*10 + t[1] + table[2][i&1] + float64(bytes[i]) }
func two(x int32) (int32, int32) { return x + 1, x * 2 }
func swapped(x int32) int32 { a, b := two(x); a, b = b, a; return a*1000 + b }
func shl(x uint32, n uint32) uint32 { return x << n }
func sar(x int32, n uint32) int32 { return x >> n }
func sw(x int32) int32 { switch { case x < 0: return -1; case x == 0, x == 7: return 0 }; switch x { case 1, 2: return 12; default: x++; case 5: return 55 }; return x }
func mathy(x float64) float64 { return math.Floor(x) + math.Sqrt(math.Abs(x)) + max(x, 0) }
func trunc(x float64) int32 { return int32(x) }
func lens(x uint32) int { return bits.Len32(x) }
func logic(a, b int32) bool { return a > 0 && b > 0 || a == b && !(a == 3) }
func count() int32 { counter++; counter += 2; return counter }
func small(x int32) int32 { return x * 2 }
func inl(x int32) int32 { return small(small(x)) + small(3) }
//kernel:inline
func pick(x int32) int32 { for { if x > 10 { return x }; x += 3 } }
func picks(x int32) int32 { return pick(x) + pick(x+1)*100 }
func nested(n int32) int32 { s := int32(0)
outer: for i := int32(0); i < n; i++ { for j := int32(0); ; j++ { if j == i { continue outer }; if i == 5 { break outer }; s += j } }
return s }
func mm(a, b int32) int32 { return min(a, b, 3) }
func named(x int32) (y int32) { y = x; if x > 3 { y++; return }; return }
func andnot(x, y uint64) uint64 { return x &^ y }
func f32(x float64) float64 { return float64(float32(x)) }
func u2f(x uint64) float64 { return float64(x) }
type Flag bool
var on, off Flag
func flags(x int32) int32 { if on && x > 2 { if off || !on { return 1 } else if !off { return 2 } }; if off { absent() }; if off && x > 0 { return 3 }; return 4 }
func absent() { panic("") }
func bound(x, y int32, kind uint32) int32 { if kind != 2 { absent() }; for range x { x++ }; if kind == 2 { return x*10 + y }; absent(); return 0 }
`, "fib", "sum", "wrap", "neg8", "look", "swapped", "shl", "sar", "sw", "mathy", "trunc", "lens", "logic", "count", "inl", "picks", "nested", "mm", "named", "andnot", "f32", "u2f", "flags", "bound")
	f := math.Float64bits
	i := func(x int32) uint64 { return uint64(uint32(x)) }
	for _, c := range []struct {
		name string
		args []uint64
		want uint64
	}{
		{"fib", []uint64{15}, 610},
		{"sum", []uint64{100}, 147},
		{"wrap", []uint64{10}, 12},
		{"neg8", []uint64{200}, i(-56)},
		{"look", []uint64{1}, f(34 + 6 + 8)},
		{"swapped", []uint64{5}, 10006},
		{"shl", []uint64{1, 33}, 0},
		{"shl", []uint64{1, 31}, 1 << 31},
		{"sar", []uint64{i(-8), 70}, i(-1)},
		{"sar", []uint64{i(-8), 1}, i(-4)},
		{"sw", []uint64{i(-4)}, i(-1)},
		{"sw", []uint64{7}, 0},
		{"sw", []uint64{2}, 12},
		{"sw", []uint64{5}, 55},
		{"sw", []uint64{9}, 10},
		{"mathy", []uint64{f(2.25)}, f(2 + 1.5 + 2.25)},
		{"trunc", []uint64{f(-3.9)}, i(-3)},
		{"lens", []uint64{255}, 8},
		{"logic", []uint64{1, 1}, 1},
		{"logic", []uint64{i(-3), i(-3)}, 1},
		{"logic", []uint64{0, 1}, 0},
		{"count", nil, 3},
		{"count", nil, 6},
		{"inl", []uint64{5}, 26},
		{"picks", []uint64{3}, 12 + 1300},
		{"nested", []uint64{9}, 10},
		{"mm", []uint64{7, i(-2)}, i(-2)},
		{"mm", []uint64{7, 8}, 3},
		{"named", []uint64{4}, 5},
		{"andnot", []uint64{0xff, 0x0f}, 0xf0},
		{"f32", []uint64{f(0.1)}, f(float64(float32(0.1)))},
		{"u2f", []uint64{1 << 63}, f(1 << 63)},
		{"flags", []uint64{3}, 2},
		{"flags", []uint64{1}, 4},
		{"bound", []uint64{7}, 107},
	} {
		got, err := fs[c.name].Call(context.Background(), c.args...)
		if err == nil && fs[c.name].Definition().ResultTypes()[0] == api.ValueTypeI32 {
			got[0] = uint64(uint32(got[0]))
		}
		if err != nil || got[0] != c.want {
			t.Errorf("%s%v = %v, want %v (%v)", c.name, c.args, got, c.want, err)
		}
	}
}
