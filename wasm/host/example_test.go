package host_test

import (
	"context"
	"fmt"
	"os"

	"github.com/pageleap/pageleap/wasm/host"
)

// Score in the module that pages run.
func Example() {
	ctx := context.Background()
	wasm, err := os.ReadFile("../../dist/scorer.wasm")
	if err != nil {
		panic(err)
	}
	rt, err := host.New(ctx, wasm, nil)
	if err != nil {
		panic(err)
	}
	defer rt.Close(ctx)
	instance, err := rt.Instantiate(ctx)
	if err != nil {
		panic(err)
	}
	zip, err := os.ReadFile("../../testdata/genuine/string_indexer_keep_nullable/bundle.json.zip")
	if err != nil {
		panic(err)
	}
	model, err := instance.Load(ctx, zip)
	if err != nil {
		panic(err)
	}
	out, err := model.Transform(ctx, []byte("s\na\nb\n"), host.CSV, host.CSV, nil)
	fmt.Print(string(out), err)
	// Output:
	// s,out
	// a,0.0
	// b,1.0
	// <nil>
}
