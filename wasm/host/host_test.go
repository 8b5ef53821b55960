package host_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/wasm/host"
	"github.com/pageleap/pageleap/wasm/internal/wasmtest"
)

const shoppers = "../../testdata/genuine/real_uci_shoppers_rf/"

// cache keeps the compiled module from test to test.
var cache string

func TestMain(m *testing.M) {
	flag.Parse()
	if _, err := wasmtest.Make(); err != nil { // the example has no test to build it
		panic(err)
	}
	var err error
	if cache, err = os.MkdirTemp("", "wazero"); err != nil {
		panic(err)
	}
	code := m.Run()
	os.RemoveAll(cache)
	os.Exit(code)
}

func instance(t *testing.T) *host.Instance {
	t.Helper()
	ctx := context.Background()
	rt, err := host.New(ctx, wasmtest.Bytes(t), &host.Options{CacheDir: cache})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rt.Close(ctx) })
	in, err := rt.Instantiate(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The flat row gives what the native row gives, bit for bit, and neither errors
// nor many rows disturb it or grow the memory.
func TestRow(t *testing.T) {
	ctx := context.Background()
	in := instance(t)
	zip := read(t, shoppers+"bundle.proto.zip")
	m, err := in.Load(ctx, zip)
	if err != nil {
		t.Fatal(err)
	}
	model, err := engine.Load(zip)
	if err != nil {
		t.Fatal(err)
	}
	native, err := model.NewRow()
	if err != nil {
		t.Fatal(err)
	}
	var f struct {
		Rows   [][]any
		Schema struct{ Fields []struct{ Name string } }
	}
	if err := json.Unmarshal(read(t, shoppers+"frame.json"), &f); err != nil {
		t.Fatal(err)
	}
	inputs := model.Inputs()
	row, err := m.Row(ctx, len(inputs))
	if err != nil {
		t.Fatal(err)
	}
	probability, prediction := model.Outputs().Index("probability"), model.Outputs().Index("prediction")
	size, rounds := 0, 20
	if *long {
		rounds = 1 + 1_000_000/len(f.Rows)
	}
	for round := range rounds {
		for k, values := range f.Rows {
			for c, v := range values {
				i := inputs.Index(f.Schema.Fields[c].Name)
				switch v := v.(type) {
				case float64:
					row.SetNumber(i, v)
					native.Input(i).SetNum(v)
				case string:
					if err := row.SetString(ctx, i, v); err != nil {
						t.Fatal(err)
					}
					native.Input(i).SetStr(v)
				}
			}
			if err := row.Score(ctx); err != nil {
				t.Fatal(err)
			}
			if err := native.Score(); err != nil {
				t.Fatal(err)
			}
			p, ok := row.Vector(probability)
			want := native.Output(probability).Nums
			if !ok || len(p) != 2 || p[0] != want[0] || p[1] != want[1] {
				t.Fatalf("row %d: probability %v, natively %v", k, p, want)
			}
			if x, ok := row.Number(prediction); !ok || x != native.Output(prediction).Num {
				t.Fatalf("row %d: prediction %v", k, x)
			}
		}
		if round == 0 {
			size = in.MemorySize()
		}
	}
	if in.MemorySize() != size {
		t.Errorf("memory grew from %d to %d", size, in.MemorySize())
	}
	t.Logf("%d bytes of memory after %d rows and after %d", size, len(f.Rows), rounds*len(f.Rows))
	row.SetNull(inputs.Index("ProductRelated"))
	var he *host.Error
	if err := row.Score(ctx); !errors.As(err, &he) || he.Kind != "null" || !strings.Contains(he.Msg, `"ProductRelated"`) {
		t.Errorf("a null: %v", err)
	}
	row.SetNumber(inputs.Index("ProductRelated"), 3)
	if err := row.Score(ctx); err != nil {
		t.Errorf("after an error: %v", err)
	}
}

// A frame that is too large for the memory there is, and a context that ends, are
// errors of their own, and the model goes on in another instance.
func TestTrap(t *testing.T) {
	ctx := context.Background()
	rt, err := host.New(ctx, wasmtest.Bytes(t), &host.Options{MaxPages: 400, CacheDir: cache})
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close(ctx)
	in, err := rt.Instantiate(ctx)
	if err != nil {
		t.Fatal(err)
	}
	m, err := in.Load(ctx, read(t, shoppers+"bundle.proto.zip"))
	if err != nil {
		t.Fatal(err)
	}
	frame := read(t, shoppers+"frame.json")
	want, err := m.Transform(ctx, frame, host.JSON, host.JSON, nil)
	if err != nil {
		t.Fatal(err)
	}
	row, err := m.Row(ctx, 9)
	if err != nil {
		t.Fatal(err)
	}
	huge := []byte("{\"rows\":[" + strings.Repeat("[1,2,3,4,5,6,7,8,9],", 1<<20) + "[]]}")
	done, cancel := context.WithCancel(ctx)
	cancel()
	for what, trap := range map[string]func() error{
		"out of memory":          func() error { _, err := m.Transform(ctx, huge, host.JSON, host.JSON, nil); return err },
		"a context that is done": func() error { _, err := m.Transform(done, frame, host.JSON, host.JSON, nil); return err },
	} {
		var he *host.Error
		err := trap()
		if !errors.Is(err, host.ErrTrapped) || errors.As(err, &he) {
			t.Fatalf("%s: %v", what, err)
		}
		if what == "out of memory" && !strings.Contains(err.Error(), what) {
			t.Errorf("does not say why: %v", err)
		}
		row.SetNumber(0, 1)
		if err := row.SetString(ctx, 1, "Nov"); !errors.Is(err, host.ErrTrapped) {
			t.Errorf("%s: the row takes a string: %v", what, err)
		}
		if err := row.Score(ctx); !errors.Is(err, host.ErrTrapped) {
			t.Errorf("%s: the row scores: %v", what, err)
		}
		if got, err := m.Transform(ctx, frame, host.JSON, host.JSON, nil); err != nil || string(got) != string(want) {
			t.Fatalf("after %s: %v", what, err)
		}
		if err := row.Score(ctx); !errors.Is(err, host.ErrTrapped) {
			t.Errorf("after %s: the old row scores: %v", what, err)
		}
		if row, err = m.Row(ctx, 9); err != nil {
			t.Fatal(err)
		}
	}
}

// long makes what make soak runs of tests that are short otherwise.
var long = flag.Bool("long", false, "load and close 1,000 times, score 1,000,000 rows")

func TestLoadAndClose(t *testing.T) {
	rounds := 40
	if *long {
		rounds = 1000
	} else if testing.Short() {
		rounds = 20
	}

	ctx := context.Background()
	in := instance(t)
	zip := read(t, shoppers+"bundle.json.zip")
	size := 0
	for i := range rounds {
		m, err := in.Load(ctx, zip)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Info(ctx); err != nil {
			t.Fatal(err)
		}
		if err := m.Close(ctx); err != nil {
			t.Fatal(err)
		}
		if _, err := m.Info(ctx); err == nil || !strings.Contains(err.Error(), "closed") {
			t.Fatalf("a closed model: %v", err)
		}
		if i == rounds/4 { // the collector has its pace then
			size = in.MemorySize()
		}
	}
	if in.MemorySize() > size+size/2 {
		t.Errorf("memory grew from %d to %d", size, in.MemorySize())
	}
	t.Logf("%d bytes of memory after %d bundles, %d after %d", size, rounds/4, in.MemorySize(), rounds)
	for _, bad := range [][]byte{nil, []byte("PK"), zip[:len(zip)/2]} {
		var he *host.Error
		if _, err := in.Load(ctx, bad); !errors.As(err, &he) || he.Kind != "bundle" {
			t.Errorf("%d bytes: %v", len(bad), err)
		}
	}
}

// A module of someone else's is refused with a reason.
func TestNewRefuses(t *testing.T) {
	ctx := context.Background()
	empty := []byte("\x00asm\x01\x00\x00\x00")
	// The same with an import of env.fetch, of type () -> ().
	imports := append(append([]byte{}, empty...),
		0x01, 0x04, 0x01, 0x60, 0x00, 0x00, // types
		0x02, 0x0d, 0x01, 0x03, 'e', 'n', 'v', 0x05, 'f', 'e', 't', 'c', 'h', 0x00, 0x00)
	if _, err := host.New(ctx, []byte("no"), nil); err == nil || !strings.Contains(err.Error(), "compiled") {
		t.Errorf("no module: %v", err)
	}
	if _, err := host.New(ctx, imports, nil); err == nil || !strings.Contains(err.Error(), "env.fetch") {
		t.Errorf("an import: %v", err)
	}
	rt, err := host.New(ctx, empty, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close(ctx)
	if _, err := rt.Instantiate(ctx); err == nil || !strings.Contains(err.Error(), "pageleap") {
		t.Errorf("an empty module: %v", err)
	}
}
