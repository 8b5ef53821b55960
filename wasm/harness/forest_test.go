package main

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/wasm/internal/wasmtest"
)

// Random forests of every shape give the same bits in scorer.wasm, whose walks are
// in assembly, as natively.
func TestForests(t *testing.T) {
	ctx := context.Background()
	rt, in, err := instance(ctx, wasmtest.Bytes(t))
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close(ctx)
	for k, shape := range forestShapes {
		f := &randomForest{forestShape: shape, r: rand.New(rand.NewPCG(uint64(k), 9))}
		b := f.bundle()
		m, err := engine.LoadBundle(b)
		if err != nil {
			t.Fatal(shape, err)
		}
		zip, err := bundle.Write(b, bundle.Protobuf)
		if err != nil {
			t.Fatal(shape, err)
		}
		loaded, err := in.Load(ctx, zip)
		if err != nil {
			t.Fatal(shape, err)
		}
		f.rows(t, m, loaded)
		if err := loaded.Close(ctx); err != nil {
			t.Fatal(shape, err)
		}
	}
}
