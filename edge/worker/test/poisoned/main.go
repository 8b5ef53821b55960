//go:build js

// Command poisoned is a Worker for the tests, with a string indexer that comes to
// grief over certain words.
package main

import (
	"net/http"
	"os"
	"sync"
	"syscall/js"

	"github.com/pageleap/pageleap/edge/worker/instance"
	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/transform"
)

type poisoned struct{ transform.Transformer }

func (p poisoned) Transform(in, out []*frame.Value) error {
	switch in[0].Str {
	case "panic":
		panic("poison")
	case "overflow":
		overflow(1)
	case "fatal": // no recover catches this
		new(sync.Mutex).Unlock()
	case "exit":
		os.Exit(3)
	case "once": // breaks this instance, but not the one after it
		if js.Global().Get("poisoned").IsUndefined() {
			js.Global().Set("poisoned", true)
			new(sync.Mutex).Unlock()
		}
	}
	return p.Transformer.Transform(in, out)
}

func overflow(n int) int { return overflow(n+1) + n }

func main() {
	genuine := transform.Find(transform.Table, "string_indexer")
	instance.Run(instance.Options{
		Engine: []engine.Option{engine.With(transform.Op{Name: "string_indexer", Read: func(s *transform.Source) (transform.Transformer, error) {
			t, err := genuine.Read(s)
			return poisoned{t}, err
		}})},
		Wrap: func(h http.Handler) http.Handler {
			mux := http.NewServeMux()
			mux.Handle("/", h)
			mux.HandleFunc("/panic", func(http.ResponseWriter, *http.Request) { panic("poison") })
			mux.HandleFunc("/hello", func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("hello")) })
			return mux
		},
	})
}
