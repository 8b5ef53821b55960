package main

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/compile"
	"github.com/pageleap/pageleap/engine/frame"
)

// A module in which a few bytes are others, in its code too, is refused, or gives
// answers or errors: the host goes on, in its own memory and in time.
func TestBareDamaged(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 32))
	for _, path := range []string{
		"../../testdata/demo/shoppers_visit.zip",
		"../../testdata/genuine/string_indexer_error_nullable/bundle.json.zip",
		"../../testdata/genuine/logistic_regression_binary_threshold/bundle.json.zip",
	} {
		m := load(t, path)
		module, err := compile.Compile(m)
		if err != nil {
			t.Fatal(path, err)
		}
		refused, answered, failed := 0, 0, 0
		for range 150 {
			wasm := slices.Clone(module.Wasm)
			for range 1 + r.IntN(3) {
				wasm[8+r.IntN(len(wasm)-8)] = byte(r.IntN(256))
			}
			switch started, err := scoreDamaged(m, wasm); {
			case !started:
				refused++
			case err != nil:
				failed++
			default:
				answered++
			}
		}
		t.Logf("%s: %d refused, %d answered, %d failed", path, refused, answered, failed)
		if refused == 0 || answered+failed == 0 {
			t.Error("too few of a kind")
		}
	}
}

// scoreDamaged scores a row and an event, with time for both.
func scoreDamaged(m *engine.Model, wasm []byte) (started bool, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	rt, model, err := loadBare(ctx, wasm)
	if err != nil {
		return false, err
	}
	defer rt.Close(context.Background())
	inputs := m.Inputs()
	row, err := model.Row(ctx, len(inputs))
	if err != nil {
		return true, err
	}
	for i, f := range inputs {
		v := &frame.Value{Null: f.Type.Kind == frame.Scalar, Dims: []int{0}}
		if err := row.Set(ctx, i, f.Type, v); err != nil {
			return true, err
		}
	}
	if err := row.Score(ctx); err != nil {
		return true, err
	}
	for i, f := range m.Outputs() {
		if err := row.Get(i, f, &frame.Value{}); err != nil {
			return true, err
		}
	}
	return true, nil
}
