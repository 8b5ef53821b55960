//go:build js

// Command stock is pageleap's http.Handler in a Worker as the README and the
// templates of syumai/workers make one: the bundle embedded in the program, the
// handler given to Serve, and around it the worker.mjs that workers-assets-gen
// writes. That starts this program anew for each request.
package main

import (
	"embed"
	"log"

	"github.com/pageleap/pageleap/edge"
	"github.com/syumai/workers"
)

// files has bundle.zip, which make bench-edge lays beside this file for the
// compiler alone. The pattern takes all so that go vet is content without it.
//
//go:embed *
var files embed.FS

func main() {
	zip, err := files.ReadFile("bundle.zip")
	if err != nil {
		log.Fatal(err)
	}
	h := edge.New(edge.Config{})
	model, err := h.Load("shoppers", "", zip)
	if err != nil {
		log.Fatal(err)
	}
	if err := h.Catalog.Set(model); err != nil {
		log.Fatal(err)
	}
	workers.Serve(h)
}
