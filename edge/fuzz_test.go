package edge

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/pageleap/pageleap/edge/experiment"
)

// FuzzRequest sends whatever comes. There is an answer to all of it, an error
// says so in JSON, and the program itself is never at fault.
func FuzzRequest(f *testing.F) {
	seen := &watcher{}
	s := newServer(f, Config{Observer: seen, ManageToken: "m", Fetch: func(context.Context, string) ([]byte, error) { return nil, ErrForbidden }})
	s.load(f, "shoppers@1", shoppers+"bundle.proto.zip")
	s.load(f, "index@1", genuine+"string_indexer_skip_nullable/bundle.json.zip")
	s.load(f, "index@2", genuine+"string_indexer_skip_nullable/bundle.json.zip")
	d := &experiment.Document{Experiments: []experiment.Experiment{{Name: "e", Model: "index",
		Variants: []experiment.Variant{{Name: "a", Version: "1", Weight: 1}, {Name: "b", Version: "2", Weight: 1}}}}}
	if err := s.Catalog.Try(d); err != nil {
		f.Fatal(err)
	}
	frame := readFile(f, shoppers+"frame.json")
	for _, c := range []struct{ method, path, contentType, accept string }{
		{"POST", "/models/shoppers/transform", typeJSON, ""},
		{"POST", "/models/shoppers@1/transform?select=prediction", typeProtobuf, typeJSON},
		{"POST", "/models/index/score", typeNDJSON, "application/*;q=0.1"},
		{"POST", "/models/index/transform?key=a", "text/csv", "text/csv"},
		{"POST", "/models/transform", typeProtobuf, ""},
		{"POST", "/models/transform", typeJSON, ""},
		{"POST", "/models", typeJSON, ""},
		{"PUT", "/models/new@1", "application/zip", ""},
		{"PUT", "/experiments", typeJSON, ""},
		{"DELETE", "/models/index@1", "", ""},
		{"GET", "/models/shoppers/meta", "", ""},
		{"GET", "/actuator/health", "", ""},
		{"OPTIONS", "/models/%2e%2e/score", "", ""},
	} {
		f.Add(c.method, c.path, c.contentType, c.accept, []byte(`{"s": "b"}`))
		f.Add(c.method, c.path, c.contentType, c.accept, frame[:min(len(frame), 2000)])
	}
	f.Fuzz(func(t *testing.T, method, path, contentType, accept string, body []byte) {
		r, err := http.NewRequest(method, "http://edge/", strings.NewReader(string(body)))
		if err != nil || !strings.HasPrefix(path, "/") {
			return
		}
		if u, err := r.URL.Parse(path); err == nil {
			r.URL = u
		}
		r.Header.Set("Content-Type", contentType)
		r.Header.Set("Accept", accept)
		r.RemoteAddr = "192.0.2.1:1234"
		if len(body)%2 == 0 {
			r.Header.Set("Authorization", "Bearer m")
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if seen.panics > 0 {
			t.Fatal("the handler panicked")
		}
		if w.Code < 200 || w.Code > 599 || w.Code == 500 {
			t.Fatalf("status %d: %s", w.Code, w.Body)
		}
		if w.Code >= 400 && method != "HEAD" && !json.Valid(w.Body.Bytes()) && strings.HasPrefix(w.Header().Get("Content-Type"), "application/json") {
			t.Fatalf("status %d: %q", w.Code, w.Body)
		}
	})
}
