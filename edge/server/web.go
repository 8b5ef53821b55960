package server

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/andybalholm/brotli"
)

// webFiles serves the files of a directory: packed where that pays, and to be
// asked for again each time, which costs a line where nothing has changed. A
// file.br or file.gz beside a file is taken, if it is not the older one: whoever
// builds has the time to pack well, which for a scorer.wasm is half a minute.
func webFiles(dir string) http.Handler {
	return &web{dir: http.Dir(dir), plain: http.FileServer(http.Dir(dir)), ready: map[string]packed{}}
}

type web struct {
	dir   http.Dir
	plain http.Handler

	mu    sync.Mutex
	ready map[string]packed // by encoding and path
	size  int               // of them all
}

// packed is a file as it goes out.
type packed struct {
	of   time.Time // when the file was changed
	etag string
	data []byte
}

// most is how many bytes a file may have that is packed, and all that are kept.
const most = 32 << 20

// types are those of what is worth packing, by extension. Browsers insist on
// some that some systems' tables lack.
var types = map[string]string{
	".css": "text/css; charset=utf-8", ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8",
	".mjs": "text/javascript; charset=utf-8", ".json": "application/json", ".map": "application/json", ".svg": "image/svg+xml",
	".txt": "text/plain; charset=utf-8", ".wasm": "application/wasm",
	".zip": "application/zip", // bundles pack their files one by one: a third less
}

func (s *web) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-cache")
	name := path.Clean("/" + r.URL.Path)
	if strings.HasSuffix(r.URL.Path, "/") {
		name = path.Join(name, "index.html")
	}
	kind, known := types[path.Ext(name)]
	if !known {
		s.plain.ServeHTTP(w, r)
		return
	}
	h.Add("Vary", "Accept-Encoding")
	encoding := accepted(r.Header.Get("Accept-Encoding"))
	if p, ok := s.pack(name, encoding); ok && !strings.HasSuffix(r.URL.Path, "/index.html") { // which is sent to the folder
		h.Set("Content-Type", kind)
		h.Set("Content-Encoding", encoding)
		h.Set("Content-Length", strconv.Itoa(len(p.data)))
		h.Set("ETag", p.etag)
		r.Header.Del("Range") // which would be of the packed bytes
		http.ServeContent(w, r, name, p.of, bytes.NewReader(p.data))
		return
	}
	if !strings.HasSuffix(r.URL.Path, "/") {
		h.Set("Content-Type", kind)
	}
	s.plain.ServeHTTP(w, r)
}

// pack gives a file in an encoding; false: as it is.
func (s *web) pack(name, encoding string) (p packed, ok bool) {
	if encoding == "" {
		return p, false
	}
	f, err := s.dir.Open(name)
	if err != nil {
		return p, false
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() < worth || info.Size() > most {
		return p, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	key := encoding + name
	if p, ok = s.ready[key]; ok && p.of.Equal(info.ModTime()) {
		return p, true
	}
	s.size -= len(p.data)
	delete(s.ready, key)
	p = packed{of: info.ModTime(), data: s.beside(name, encoding, info.ModTime())}
	if p.data == nil {
		if p.data = squeeze(f, info.Size(), encoding); p.data == nil {
			return p, false
		}
	}
	sum := sha256.Sum256(p.data)
	p.etag = `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
	if s.size += len(p.data); s.size > most {
		clear(s.ready)
		s.size = len(p.data)
	}
	s.ready[key] = p
	return p, true
}

// beside is what somebody packed before; nil: nobody did, or not this file.
func (s *web) beside(name, encoding string, of time.Time) []byte {
	f, err := s.dir.Open(name + map[string]string{"br": ".br", "gzip": ".gz"}[encoding])
	if err != nil {
		return nil
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() || info.ModTime().Before(of) || info.Size() > most {
		return nil
	}
	data, err := io.ReadAll(f)
	if err != nil {
		return nil
	}
	return data
}

// squeeze packs as well as it can in the time that a visitor may wait, once: half
// a second for a scorer.wasm.
func squeeze(f io.Reader, size int64, encoding string) []byte {
	var out bytes.Buffer
	var to io.WriteCloser
	switch {
	case encoding == "gzip":
		to = gzip.NewWriter(&out)
	case size <= 64<<10:
		to = brotli.NewWriterLevel(&out, brotli.BestCompression)
	default:
		to = brotli.NewWriterLevel(&out, 5)
	}
	if _, err := io.Copy(to, f); err != nil || to.Close() != nil {
		return nil
	}
	return out.Bytes()
}
