// Package server is the handler of package edge as a plain HTTP server: with
// limits, a graceful end, models that follow their files, metrics and logs.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/pageleap/pageleap/edge"
	"github.com/pageleap/pageleap/edge/metrics"
	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/frame"
)

// Options are how to serve. Zero values are the defaults.
type Options struct {
	Addr string // 127.0.0.1:8080

	Models      []Source
	Dir         string        // a directory of bundles NAME.zip and NAME@VERSION.zip, or a store
	Experiments string        // a file of experiments
	Scan        time.Duration // between looks at the files; 1 s; below 0: one look at the start
	Web         string        // a directory of files to serve beside the models

	ReadToken, ManageToken string
	Origins                []string
	From                   []string // places that models may be loaded from by URI
	MaxBody, MaxUpload     int64
	MLeapErrors            bool
	Engine                 []engine.Option
	Frames                 frame.Limits

	MaxInFlight   int           // requests at a time; more are refused; 256
	Timeout       time.Duration // for a request to come in, and for its answer to go out; 1 min
	ShutdownDelay time.Duration // from the signal to the end of listening, while health says OUT_OF_SERVICE
	ShutdownTime  time.Duration // for requests in flight to finish; 30 s

	Log         *slog.Logger
	LogRequests bool
}

func (o *Options) fill() {
	def := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	def(&o.Scan, time.Second)
	def(&o.Timeout, time.Minute)
	def(&o.ShutdownTime, 30*time.Second)
	if o.Addr == "" {
		o.Addr = "127.0.0.1:8080"
	}
	if o.MaxInFlight == 0 {
		o.MaxInFlight = 256
	}
	if o.MaxUpload == 0 {
		o.MaxUpload = 64 << 20
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
}

// Run serves until ctx ends; then it lets the requests in flight finish.
func Run(ctx context.Context, o Options) error {
	o.fill()
	s, err := newServer(o)
	if err != nil {
		return err
	}
	// Go collects garbage when as much has come up as is in use: with small
	// models after each few hundred requests. Memory that is never touched, and
	// so is never there, counts as in use.
	ballast := make([]byte, 64<<20)
	defer runtime.KeepAlive(ballast)
	l, err := net.Listen("tcp", o.Addr)
	if err != nil {
		if errors.Is(err, syscall.EADDRINUSE) {
			return fmt.Errorf("%s is in use by another program; stop that one, or choose another address", o.Addr)
		}
		return err
	}
	return s.run(ctx, l)
}

type server struct {
	Options
	library  library
	handler  *edge.Handler
	metrics  *metrics.Metrics
	root     http.Handler
	stopping atomic.Bool
	slots    chan struct{} // a place for each request in flight
}

func newServer(o Options) (*server, error) {
	s := &server{Options: o, slots: make(chan struct{}, o.MaxInFlight)}
	watch := &watch{log: o.Log, requests: o.LogRequests}
	shadows := make(chan struct{}, 2)
	config := edge.Config{
		ReadToken: o.ReadToken, ManageToken: o.ManageToken, Origins: o.Origins,
		MaxBody: o.MaxBody, MaxUpload: o.MaxUpload, MLeapErrors: o.MLeapErrors, Options: o.Engine, Frames: o.Frames,
		Observer: watch,
		Admit:    s.admit,
		Ready:    func() bool { return !s.stopping.Load() },
		Encode:   encode,
		// Shadows take what is left over: a machine that is busy answering
		// skips them.
		After: func(work func()) {
			select {
			case shadows <- struct{}{}:
				go func() { defer func() { <-shadows }(); work() }()
			default:
			}
		},
	}
	if len(o.From) > 0 {
		places, err := NewPlaces(o.From, o.MaxUpload)
		if err != nil {
			return nil, err
		}
		config.Fetch = places.Fetch
	}
	s.handler = edge.New(config)
	s.metrics = metrics.New(s.handler.Catalog)
	watch.Metrics = s.metrics
	s.library = library{handler: s.handler, sources: o.Models, dir: o.Dir, experiments: o.Experiments, log: o.Log, metrics: s.metrics}
	if err := s.library.scan(true); err != nil {
		return nil, err
	}

	mux := http.NewServeMux()
	mux.Handle("GET /metrics", s.protected(s.metrics.Handler()))
	if o.Web == "" {
		mux.Handle("/", s.handler)
	} else {
		for _, own := range []string{"/models", "/models/", "/actuator", "/actuator/", "/openapi.json"} {
			mux.Handle(own, s.handler)
		}
		mux.Handle("/", webFiles(o.Web))
	}
	s.root = mux
	return s, nil
}

// admit lets so many requests in at a time. Queueing the others would make all
// of them late.
func (s *server) admit() (done func()) {
	select {
	case s.slots <- struct{}{}:
		return func() { <-s.slots }
	default:
		s.metrics.Overloaded()
		return nil
	}
}

// protected asks for the token that reading takes.
func (s *server) protected(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a := s.handler.Permit(r.Header.Get("Authorization")); a != nil {
			a.Write(w)
			return
		}
		h.ServeHTTP(w, r)
	})
}

func (s *server) run(ctx context.Context, l net.Listener) error {
	s.Log.Info("listening", "url", "http://"+l.Addr().String())
	srv := &http.Server{
		Handler:           s.root,
		ReadHeaderTimeout: min(10*time.Second, s.Timeout),
		ReadTimeout:       s.Timeout,
		WriteTimeout:      2 * s.Timeout, // from the end of the header, so the body's time is in it
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
	}
	watching, stop := context.WithCancel(ctx)
	defer stop()
	if s.Scan > 0 {
		go s.follow(watching)
	}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	s.stopping.Store(true)
	s.Log.Info("stopping", "delay", s.ShutdownDelay.String())
	time.Sleep(s.ShutdownDelay)
	end, cancel := context.WithTimeout(context.Background(), s.ShutdownTime)
	defer cancel()
	if err := srv.Shutdown(end); err != nil {
		srv.Close()
		return fmt.Errorf("some requests did not finish in %s", s.ShutdownTime)
	}
	s.Log.Info("stopped")
	return nil
}

// follow looks at the files from time to time.
func (s *server) follow(ctx context.Context) {
	t := time.NewTicker(s.Scan)
	defer t.Stop()
	last := ""
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		text := ""
		if err := s.library.scan(false); err != nil {
			text = err.Error()
		}
		if text != "" && text != last { // once, not every second
			for line := range strings.SplitSeq(text, "\n") {
				s.Log.Error("not changed", "error", line)
			}
		}
		last = text
	}
}

// watch tells the log and the metrics what the handler does. It logs nothing
// that a request held: no body, no query, no key, no detail of an error, which
// may quote values.
type watch struct {
	*metrics.Metrics
	log      *slog.Logger
	requests bool
}

func (w *watch) Answered(e edge.Event) {
	w.Metrics.Answered(e)
	level := slog.LevelInfo
	if e.Status >= 500 {
		level = slog.LevelError
	} else if !w.requests {
		return
	}
	w.log.LogAttrs(context.Background(), level, "request",
		slog.String("method", e.Method), slog.String("route", e.Route), slog.Int("status", e.Status), slog.String("kind", e.Kind),
		slog.String("model", e.Model), slog.String("version", e.Version), slog.String("variant", e.Variant),
		slog.Int("rows", e.Rows), slog.Int("dropped", e.Dropped), slog.Int("bytes_in", e.BytesIn), slog.Int("bytes_out", e.BytesOut),
		slog.Duration("took", e.Took))
}

func (w *watch) GuardTripped(model, experiment, variant string) {
	w.Metrics.GuardTripped(model, experiment, variant)
	w.log.Error("the guard turned a variant off", "model", model, "experiment", experiment, "variant", variant)
}

func (w *watch) Panicked(route string, fault any, stack []byte) {
	w.Metrics.Panicked(route, fault, stack)
	w.log.Error("panic", "route", route, "type", fmt.Sprintf("%T", fault), "stack", string(stack))
}
