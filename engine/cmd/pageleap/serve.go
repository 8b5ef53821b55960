package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path"
	"strings"
	"syscall"
	"time"

	"github.com/pageleap/pageleap/edge"
	"github.com/spf13/cobra"
)

func serveCommand() *cobra.Command {
	var models []string
	var addr, web string
	cmd := &cobra.Command{
		Use:   "serve --model NAME=BUNDLE …",
		Short: "Serve models over HTTP, in the shape of MLeap's Spring Boot server",
		Example: `  pageleap serve --model visitor=visitor.zip
  curl -H 'Content-Type: application/json' -d @frame.json http://127.0.0.1:8080/models/visitor/transform`,
		Args: argCount(0, 0),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(models) == 0 {
				return usageError{errors.New("serve needs a model: --model NAME=BUNDLE")}
			}
			h := edge.New(edge.Config{})
			for _, m := range models {
				name, file, ok := strings.Cut(m, "=")
				if !ok || name == "" || file == "" {
					return usageError{fmt.Errorf("--model %s: write NAME=BUNDLE, such as visitor=visitor.zip", m)}
				}
				model, err := loadModel(file)
				if err != nil {
					return err
				}
				if err := h.Catalog.Set(&edge.Served{Name: name, Version: "1", Model: model, URI: file}); err != nil {
					return usageError{err}
				}
			}
			var root http.Handler = h
			if web != "" {
				root = withFiles(h, web)
			}
			return listen(cmd.Context(), addr, root)
		},
	}
	cmd.Flags().StringArrayVar(&models, "model", nil, "a model to serve, NAME=BUNDLE; may be given several times")
	cmd.Flags().StringVar(&addr, "addr", "127.0.0.1:8080", "address to listen on")
	cmd.Flags().StringVar(&web, "web", "", "directory of static files to serve beside the models")
	return cmd
}

// listen serves until ctx ends, then finishes the requests in flight.
func listen(ctx context.Context, addr string, h http.Handler) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		if errors.Is(err, syscall.EADDRINUSE) {
			return fmt.Errorf("%s is in use by another program; stop that one, or choose another address", addr)
		}
		return err
	}
	fmt.Fprintf(os.Stderr, "pageleap: serving on http://%s\n", l.Addr())
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	return srv.Shutdown(stop)
}

// withFiles serves the files of dir for paths that are not the handler's.
func withFiles(h http.Handler, dir string) http.Handler {
	files := http.FileServer(http.Dir(dir))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/models") || strings.HasPrefix(r.URL.Path, "/actuator") {
			h.ServeHTTP(w, r)
			return
		}
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
