package server

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
)

// What a page downloads is packed, and asked for again only where it has changed.
func TestWeb(t *testing.T) {
	web := t.TempDir()
	script := strings.Repeat("export const x = 1;\n", 500)
	write(t, web+"/x.mjs", []byte(script))
	write(t, web+"/index.html", []byte(strings.Repeat("<p>hello", 500)))
	write(t, web+"/small.mjs", []byte("export {}"))
	write(t, web+"/m.wasm", bytes.Repeat([]byte("\x00asm"), 1000))
	write(t, web+"/m.zip", []byte("PK"))
	r := start(t, Options{Models: []Source{{"index", "7", keep}}, Web: web})
	get := func(path string, headers ...string) *http.Response {
		t.Helper()
		resp, body := r.do("GET", path, "", headers...)
		resp.Body = io.NopCloser(strings.NewReader(body))
		if resp.Header.Get("Cache-Control") != "no-cache" && resp.StatusCode < 400 {
			t.Errorf("%s: %v", path, resp.Header)
		}
		return resp
	}
	unpack := func(resp *http.Response) string {
		t.Helper()
		var from io.Reader = resp.Body
		switch resp.Header.Get("Content-Encoding") {
		case "br":
			from = brotli.NewReader(from)
		case "gzip":
			var err error
			if from, err = gzip.NewReader(from); err != nil {
				t.Fatal(err)
			}
		}
		text, err := io.ReadAll(from)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	for _, c := range []struct{ path, accept, encoding, kind string }{
		{"/x.mjs", "gzip, deflate, br, zstd", "br", "text/javascript; charset=utf-8"},
		{"/x.mjs", "gzip", "gzip", "text/javascript; charset=utf-8"},
		{"/x.mjs", "identity", "", "text/javascript; charset=utf-8"},
		{"/", "br", "br", "text/html; charset=utf-8"},
		{"/m.wasm", "br", "br", "application/wasm"},
		{"/m.wasm", "identity", "", "application/wasm"},
		{"/small.mjs", "br", "", "text/javascript; charset=utf-8"},
		{"/m.zip", "br", "", "application/zip"},
	} {
		name := c.path
		if name == "/" {
			name = "/index.html"
		}
		for range 2 {
			resp := get(c.path, "Accept-Encoding", c.accept)
			if resp.StatusCode != 200 || resp.Header.Get("Content-Encoding") != c.encoding || resp.Header.Get("Content-Type") != c.kind || unpack(resp) != string(read(t, web+name)) {
				t.Errorf("%s, %s: %d %v", c.path, c.accept, resp.StatusCode, resp.Header)
			}
		}
	}

	first := get("/x.mjs", "Accept-Encoding", "br")
	etag := first.Header.Get("ETag")
	if first.ContentLength <= 0 || first.ContentLength > 200 || etag == "" {
		t.Errorf("%v", first.Header)
	}
	if resp := get("/x.mjs", "Accept-Encoding", "br", "If-None-Match", etag); resp.StatusCode != 304 {
		t.Errorf("status %d", resp.StatusCode)
	}
	if resp := get("/x.mjs", "Accept-Encoding", "br", "Range", "bytes=5-9"); resp.StatusCode != 200 || unpack(resp) != script {
		t.Errorf("a range: status %d", resp.StatusCode)
	}

	// Another file is another answer; one that was packed beside it is taken, if it is of that file.
	now := time.Now().Add(time.Second)
	write(t, web+"/x.mjs", []byte(script+script))
	write(t, web+"/x.mjs.br", []byte("of the old one"))
	change := func(name string, at time.Time) {
		t.Helper()
		if err := os.Chtimes(web+name, at, at); err != nil {
			t.Fatal(err)
		}
	}
	change("/x.mjs", now)
	change("/x.mjs.br", now.Add(-time.Hour))
	if resp := get("/x.mjs", "Accept-Encoding", "br", "If-None-Match", etag); resp.StatusCode != 200 || unpack(resp) != script+script {
		t.Errorf("status %d", resp.StatusCode)
	}
	write(t, web+"/x.mjs.br", []byte("packed"))
	change("/x.mjs", now.Add(time.Second))
	change("/x.mjs.br", now.Add(time.Second))
	if resp, body := r.do("GET", "/x.mjs", "", "Accept-Encoding", "br"); body != "packed" {
		t.Errorf("%v", resp.Header)
	}

	for _, path := range []string{"/none.mjs", "/../web.go", "/%2e%2e/web_test.go"} {
		if resp := get(path, "Accept-Encoding", "br"); resp.StatusCode == 200 {
			t.Errorf("%s: status 200", path)
		}
	}
}
