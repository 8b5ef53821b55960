package server

import (
	"net/http"
	"path"
)

// webFiles serves the files of a directory.
func webFiles(dir string) http.Handler {
	files := http.FileServer(http.Dir(dir))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Types that browsers insist on and that some systems' tables lack.
		switch path.Ext(r.URL.Path) {
		case ".mjs":
			w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		case ".wasm":
			w.Header().Set("Content-Type", "application/wasm")
		}
		files.ServeHTTP(w, r)
	})
}
