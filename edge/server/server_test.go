package server

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/pageleap/pageleap/edge"
	"github.com/pageleap/pageleap/edge/store"
	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/transform"
)

const (
	genuine  = "../../testdata/genuine/"
	keep     = genuine + "string_indexer_keep_nullable/bundle.json.zip" // "b" is 1
	alphabet = genuine + "string_indexer_alphabetAsc/bundle.json.zip"   // "b" is 2
)

func read(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func write(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// buffer is a log that is read while it is written.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) { b.mu.Lock(); defer b.mu.Unlock(); return b.b.Write(p) }
func (b *buffer) String() string              { b.mu.Lock(); defer b.mu.Unlock(); return b.b.String() }
func (b *buffer) forget()                     { b.mu.Lock(); defer b.mu.Unlock(); b.b = bytes.Buffer{} }

type running struct {
	*server
	t    testing.TB
	url  string
	log  *buffer
	stop context.CancelFunc
	done chan error
}

func start(t testing.TB, o Options) *running {
	t.Helper()
	r := &running{t: t, log: new(buffer), done: make(chan error, 1)}
	if o.Scan == 0 {
		o.Scan = 5 * time.Millisecond
	}
	o.Log = slog.New(slog.NewJSONHandler(r.log, nil))
	o.fill()
	s, err := newServer(o)
	if err != nil {
		t.Fatal(err)
	}
	r.server = s
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r.url = "http://" + l.Addr().String()
	var ctx context.Context
	ctx, r.stop = context.WithCancel(context.Background())
	go func() { r.done <- s.run(ctx, l) }()
	t.Cleanup(func() {
		r.stop()
		<-r.done
	})
	return r
}

func (r *running) do(method, path, body string, headers ...string) (*http.Response, string) {
	r.t.Helper()
	q, err := http.NewRequest(method, r.url+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	q.Header.Set("Accept-Encoding", "identity")
	for i := 0; i < len(headers); i += 2 {
		q.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(q)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return resp, string(b)
}

// index scores "b" and says who did.
func (r *running) index() (model, body string) {
	r.t.Helper()
	resp, body := r.do("POST", "/models/index/score", `{"s":"b"}`)
	if resp.StatusCode != 200 {
		r.t.Errorf("status %d: %s", resp.StatusCode, body)
	}
	return resp.Header.Get(edge.ModelHeader), strings.TrimSpace(body)
}

// becomes waits until a condition holds.
func becomes(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for range 1000 {
		if ok() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("%s: never", what)
}

func TestServe(t *testing.T) {
	web := t.TempDir()
	write(t, web+"/index.html", []byte("<p>hello"))
	write(t, web+"/x.mjs", []byte("export {}"))
	r := start(t, Options{Models: []Source{{"index", "7", keep}}, Web: web, LogRequests: true})
	if model, body := r.index(); model != "index@7" || body != `{"out":1.0}` {
		t.Errorf("%s %s", model, body)
	}
	for path, want := range map[string]string{"/": "hello", "/actuator/health": `"UP"`, "/models": `"index"`, "/openapi.json": `"openapi"`} {
		if resp, body := r.do("GET", path, ""); resp.StatusCode != 200 || !strings.Contains(body, want) {
			t.Errorf("%s: status %d: %.80s", path, resp.StatusCode, body)
		}
	}
	if resp, _ := r.do("GET", "/x.mjs", ""); resp.Header.Get("Content-Type") != "text/javascript; charset=utf-8" {
		t.Errorf("%v", resp.Header)
	}
	resp, body := r.do("GET", "/metrics", "")
	if resp.StatusCode != 200 || !strings.Contains(body, `pageleap_rows_total{model="index",version="7"} 1`) {
		t.Errorf("status %d: %s", resp.StatusCode, body)
	}
	if log := r.log.String(); !strings.Contains(log, `"msg":"request","method":"POST","route":"/models/{name}/score","status":200,"kind":"","model":"index","version":"7"`) {
		t.Error(log)
	}
}

// The log and the metrics hold nothing that requests hold.
func TestPrivacy(t *testing.T) {
	const secret = "s3cr3t"
	r := start(t, Options{Models: []Source{{"index", "1", alphabet}}, LogRequests: true, Engine: []engine.Option{engine.With(poisoned(nil))}})
	h := []string{edge.KeyHeader, secret, "Authorization", "Bearer " + secret, "Cookie", secret, "User-Agent", secret, "X-Forwarded-For", secret}
	for _, body := range []string{`{"s":"` + secret + `"}`, `{"` + secret + `":1}`, secret, `{"s":"panic ` + secret + `"}`} {
		r.do("POST", "/models/index/score?"+secret, body, h...)
		r.do("POST", "/models/"+secret+"/score", body, h...)
		r.do("POST", "/"+secret, body, h...)
	}
	if resp, _ := r.do("POST", "/models/index/score", `{"s":"panic"}`); resp.StatusCode != 500 {
		t.Errorf("status %d", resp.StatusCode)
	}
	_, metrics := r.do("GET", "/metrics", "")
	log := r.log.String()
	if strings.Contains(log, secret) || strings.Contains(metrics, secret) {
		t.Errorf("%s\n%s", log, metrics)
	}
	if !strings.Contains(log, `"kind":"unseen"`) || !strings.Contains(log, `"msg":"panic"`) || strings.Contains(log, "127.0.0.1:") && !strings.Contains(log, "listening") {
		t.Error(log)
	}
}

// poisoned is a string indexer that panics over "panic …", and waits over "wait".
func poisoned(wait chan struct{}) transform.Op {
	real := transform.Find(transform.Table, "string_indexer")
	return transform.Op{Name: "string_indexer", Read: func(s *transform.Source) (transform.Transformer, error) {
		tr, err := real.Read(s)
		return poison{tr, wait}, err
	}}
}

type poison struct {
	transform.Transformer
	wait chan struct{}
}

func (p poison) Transform(in, out []*frame.Value) error {
	if strings.HasPrefix(in[0].Str, "panic") {
		panic("poison: " + in[0].Str)
	}
	if in[0].Str == "wait" {
		<-p.wait
	}
	return p.Transformer.Transform(in, out)
}

// A bundle that changes is served, and no request fails over it.
func TestReload(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "bundle.zip")
	write(t, path, read(t, keep))
	r := start(t, Options{Models: []Source{{"index", "", path}}})
	first, body := r.index()
	if body != `{"out":1.0}` || first != "index@"+edge.ContentVersion(read(t, keep)) {
		t.Errorf("%s %s", first, body)
	}
	busy := under(r)
	for i := range 6 {
		file, want := alphabet, `{"out":2.0}`
		if i%2 == 1 {
			file, want = keep, `{"out":1.0}`
		}
		if i < 2 {
			write(t, path, read(t, file)) // in place, where half of it can be read
		} else {
			write(t, path+".new", read(t, file))
			if err := os.Rename(path+".new", path); err != nil {
				t.Fatal(err)
			}
		}
		becomes(t, want, func() bool { _, body := r.index(); return body == want })
	}
	// What is no bundle changes nothing, and is told once.
	before := strings.Count(r.log.String(), "not a zip") // halves of those above
	write(t, path+".new", []byte("no zip at all, though long enough to be looked at"))
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
	becomes(t, "the error", func() bool { return strings.Count(r.log.String(), "not a zip") > before })
	time.Sleep(30 * time.Millisecond)
	if n := strings.Count(r.log.String(), "not a zip"); n != before+1 {
		t.Errorf("told %d times", n-before)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	time.Sleep(30 * time.Millisecond)
	if _, body := r.index(); body != `{"out":1.0}` {
		t.Errorf("%s", body)
	}
	write(t, path, read(t, alphabet))
	becomes(t, "the last", func() bool { _, body := r.index(); return body == `{"out":2.0}` })
	busy()
	becomes(t, "metrics of the last alone", func() bool {
		_, metrics := r.do("GET", "/metrics", "")
		return !strings.Contains(metrics, first[len("index@"):]) && strings.Count(metrics, "pageleap_model_info{") == 1 && strings.Contains(metrics, `pageleap_model_loads_total{result="refused"}`)
	})
}

// under keeps some clients busy, none of which may see an error.
func under(r *running) (end func()) {
	var busy atomic.Bool
	busy.Store(true)
	var wg sync.WaitGroup
	var asked atomic.Int64
	for range 3 {
		wg.Go(func() {
			for busy.Load() {
				r.index()
				asked.Add(1)
			}
		})
	}
	return func() {
		busy.Store(false)
		wg.Wait()
		if asked.Load() < 10 {
			r.t.Errorf("only %d requests were made", asked.Load())
		}
	}
}

// One file under several names and versions is several models, and each follows it.
func TestSamePath(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.zip")
	write(t, path, read(t, keep))
	r := start(t, Options{Models: []Source{{Name: "index", Version: "1", Path: path}, {Name: "index", Version: "2", Path: path}, {Name: "other", Path: path}}})
	all := func(want string) bool {
		ok := true
		for _, ref := range []string{"index@1", "index@2", "other"} {
			_, body := r.do("POST", "/models/"+ref+"/score", `{"s":"b"}`)
			ok = ok && strings.TrimSpace(body) == want
		}
		return ok
	}
	if !all(`{"out":1.0}`) {
		t.Error("not all are served")
	}
	write(t, path, read(t, alphabet))
	becomes(t, "all of the new file", func() bool { return all(`{"out":2.0}`) })
}

func TestDirectory(t *testing.T) {
	dir := t.TempDir()
	write(t, dir+"/index@9.zip", read(t, keep))
	write(t, dir+"/README.txt", []byte("not a bundle"))
	r := start(t, Options{Dir: dir})
	busy := under(r)
	is := func(want string) {
		t.Helper()
		becomes(t, want, func() bool { model, _ := r.index(); return model == want })
	}
	is("index@9")
	write(t, dir+"/index@10.zip", read(t, alphabet))
	is("index@10")
	write(t, dir+"/other.zip", read(t, alphabet))
	write(t, dir+"/we ird.zip", read(t, alphabet))
	becomes(t, "the error", func() bool { return strings.Contains(r.log.String(), "cannot be the name") })
	becomes(t, "another model", func() bool { resp, _ := r.do("GET", "/models/other", ""); return resp.StatusCode == 200 })
	if err := os.Remove(dir + "/index@10.zip"); err != nil {
		t.Fatal(err)
	}
	is("index@9")
	write(t, dir+"/index.zip", read(t, alphabet))
	is("index@" + edge.ContentVersion(read(t, alphabet)))
	busy()
	if resp, _ := r.do("GET", "/models/index@10", ""); resp.StatusCode != 404 {
		t.Errorf("status %d", resp.StatusCode)
	}
}

func TestStore(t *testing.T) {
	dir := t.TempDir()
	publish := func(current string, experiments string, versions ...string) {
		t.Helper()
		var list []string
		for i := 0; i < len(versions); i += 2 {
			zip := read(t, versions[i+1])
			write(t, filepath.Join(dir, store.FileName(store.Hash(zip))), zip)
			list = append(list, fmt.Sprintf("%q: %q", versions[i], store.Hash(zip)))
		}
		write(t, dir+"/new", fmt.Appendf(nil, `{"models": {"index": {"current": %q, "versions": {%s}}}, "experiments": [%s]}`, current, strings.Join(list, ","), experiments))
		if err := os.Rename(dir+"/new", dir+"/index.json"); err != nil {
			t.Fatal(err)
		}
	}
	publish("1", "", "1", keep)
	r := start(t, Options{Dir: dir})
	busy := under(r)
	is := func(want string) {
		t.Helper()
		becomes(t, want, func() bool { model, _ := r.index(); return model == want })
	}
	is("index@1")
	publish("2", "", "1", keep, "2", alphabet)
	is("index@2")
	publish("1", "", "1", keep, "2", alphabet)
	is("index@1")
	publish("3", "", "3", alphabet)
	is("index@3")
	write(t, dir+"/index.json", []byte("{"))
	becomes(t, "the error", func() bool { return strings.Contains(r.log.String(), "unexpected EOF") })
	publish("4", `{"name": "e", "model": "index", "variants": [{"name": "a", "version": "3", "weight": 1}]}`, "3", alphabet, "4", keep)
	becomes(t, "an experiment", func() bool {
		resp, _ := r.do("POST", "/models/index/score", `{"s":"b"}`)
		return resp.Header.Get(edge.VariantHeader) == "e/a"
	})
	busy()
}

func TestExperiments(t *testing.T) {
	dir := t.TempDir()
	write(t, dir+"/index@1.zip", read(t, keep))
	write(t, dir+"/e.json", []byte(`{"experiments": []}`))
	r := start(t, Options{Dir: dir, Experiments: dir + "/e.json"})
	variant := func() string {
		resp, _ := r.do("POST", "/models/index/score", `{"s":"b"}`)
		return resp.Header.Get(edge.VariantHeader)
	}
	if v := variant(); v != "" {
		t.Errorf("%s", v)
	}
	// It speaks of a version that comes later.
	write(t, dir+"/e.json", []byte(`{"experiments": [{"name": "e", "model": "index", "variants": [{"name": "b", "version": "2", "weight": 1}]}]}`))
	becomes(t, "the error", func() bool { return strings.Contains(r.log.String(), "there is no model index@2") })
	write(t, dir+"/index@2.zip", read(t, alphabet))
	becomes(t, "the experiment", func() bool { return variant() == "e/b" })
	// What it uses stays until it ends.
	if err := os.Remove(dir + "/index@2.zip"); err != nil {
		t.Fatal(err)
	}
	becomes(t, "the error", func() bool { return strings.Count(r.log.String(), "there is no model index@2") == 2 })
	if v := variant(); v != "e/b" {
		t.Errorf("%s", v)
	}
	write(t, dir+"/e.json", []byte(`{"experiments": []}`))
	becomes(t, "the end", func() bool { model, _ := r.index(); return model == "index@1" })
	becomes(t, "the version's end", func() bool { resp, _ := r.do("GET", "/models/index@2", ""); return resp.StatusCode == 404 })
}

func TestStart(t *testing.T) {
	dir := t.TempDir()
	write(t, dir+"/bad.zip", []byte("no zip at all, though long enough to be looked at"))
	for name, c := range map[string]struct {
		o    Options
		want string
	}{
		"no such bundle":      {Options{Models: []Source{{"m", "", "no.zip"}}}, "no.zip: "},
		"a bad bundle":        {Options{Models: []Source{{"m", "", dir + "/bad.zip"}}}, "not a zip"},
		"a bad name":          {Options{Models: []Source{{"a/b", "", keep}}}, "cannot be the name"},
		"no such directory":   {Options{Dir: dir + "/no"}, "no such file"},
		"a directory of bad":  {Options{Dir: dir}, "not a zip"},
		"no such experiments": {Options{Experiments: dir + "/no"}, "no such file"},
		"a bad place":         {Options{From: []string{"ftp://x/"}}, "ftp://x/: write a place"},
		"an address in use":   {Options{}, "in use by another program"},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "an address in use" {
				l, err := net.Listen("tcp", "127.0.0.1:0")
				if err != nil {
					t.Fatal(err)
				}
				defer l.Close()
				c.o.Addr = l.Addr().String()
			}
			if err := Run(context.Background(), c.o); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
}

// An unpacked bundle is served like a zip.
func TestUnpacked(t *testing.T) {
	dir := t.TempDir() + "/bundle"
	r := start(t, Options{Models: []Source{{"index", "1", keep}}})
	if err := bundleDir(dir, read(t, keep)); err != nil {
		t.Fatal(err)
	}
	r2 := start(t, Options{Models: []Source{{"index", "", dir}}})
	_, a := r.index()
	model, b := r2.index()
	if a != b || len(model) != len("index@")+12 {
		t.Errorf("%s, %s %s", a, model, b)
	}
	if err := bundleDir(dir, read(t, alphabet)); err != nil {
		t.Fatal(err)
	}
	becomes(t, "the change", func() bool { _, body := r2.index(); return body == `{"out":2.0}` })
}

// On SIGTERM health says so, requests in flight finish, and later ones are not
// taken.
func TestShutdown(t *testing.T) {
	wait := make(chan struct{})
	r := start(t, Options{Models: []Source{{"index", "1", keep}}, ShutdownDelay: 300 * time.Millisecond, Engine: []engine.Option{engine.With(poisoned(wait))}})
	slow := make(chan string)
	go func() {
		_, body := r.do("POST", "/models/index/score", `{"s":"wait"}`)
		slow <- body
	}()
	becomes(t, "a request in flight", func() bool { return len(r.slots) == 1 })
	r.stop()
	becomes(t, "health", func() bool {
		resp, body := r.do("GET", "/actuator/health", "")
		return resp.StatusCode == 503 && strings.Contains(body, "OUT_OF_SERVICE")
	})
	r.index() // still answered
	becomes(t, "the end of listening", func() bool {
		c, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://"))
		if err == nil {
			c.Close()
		}
		return err != nil
	})
	close(wait)
	if body := <-slow; body != "{\"out\":3.0}\n" {
		t.Errorf("%s", body)
	}
	if err := <-r.done; err != nil {
		t.Error(err)
	}
	r.done <- nil

	// Those that take too long are cut off.
	wait = make(chan struct{})
	defer close(wait)
	r = start(t, Options{Models: []Source{{"index", "1", keep}}, ShutdownTime: 50 * time.Millisecond, Engine: []engine.Option{engine.With(poisoned(wait))}})
	go http.Post(r.url+"/models/index/score", "application/json", strings.NewReader(`{"s":"wait"}`))
	becomes(t, "a request in flight", func() bool { return len(r.slots) == 1 })
	r.stop()
	if err := <-r.done; err == nil || !strings.Contains(err.Error(), "did not finish in 50ms") {
		t.Error(err)
	}
	r.done <- nil
}

func TestLimits(t *testing.T) {
	wait := make(chan struct{})
	r := start(t, Options{Models: []Source{{"index", "1", keep}}, MaxInFlight: 1, MaxBody: 100, Timeout: 200 * time.Millisecond, Engine: []engine.Option{engine.With(poisoned(wait))}})
	slow := make(chan int)
	go func() {
		resp, _ := r.do("POST", "/models/index/score", `{"s":"wait"}`)
		slow <- resp.StatusCode
	}()
	becomes(t, "a request in flight", func() bool { return len(r.slots) == 1 })
	resp, body := r.do("POST", "/models/index/score", `{"s":"b"}`)
	if resp.StatusCode != 503 || resp.Header.Get("Retry-After") != "1" || !strings.Contains(body, `"kind":"overload"`) {
		t.Errorf("status %d: %s", resp.StatusCode, body)
	}
	if resp, _ := r.do("GET", "/actuator/health", ""); resp.StatusCode != 200 {
		t.Errorf("health when busy: %d", resp.StatusCode)
	}
	close(wait)
	if status := <-slow; status != 200 {
		t.Errorf("status %d", status)
	}
	if resp, _ := r.do("POST", "/models/index/score", strings.Repeat(" ", 101)); resp.StatusCode != 413 {
		t.Errorf("status %d", resp.StatusCode)
	}
	// Who does not get on with it is cut off.
	for _, text := range []string{"POST /mod", "POST /models/index/score HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"} {
		c, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		fmt.Fprint(c, text)
		io.Copy(io.Discard, c)
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%q held the server for %s", text, took)
		}
		c.Close()
	}
}

func TestCompression(t *testing.T) {
	r := start(t, Options{Models: []Source{{"index", "1", keep}}})
	_, plain := r.do("GET", "/openapi.json", "")
	for accept, want := range map[string]string{
		"gzip": "gzip", "br": "br", "gzip, deflate, br": "br", "gzip;q=1, br;q=0.5": "gzip", "br;q=0, gzip": "gzip",
		"*": "br", "*;q=0": "", "identity": "", "deflate": "", "br;q=0,*": "gzip",
	} {
		resp, body := r.do("GET", "/openapi.json", "", "Accept-Encoding", accept)
		got := resp.Header.Get("Content-Encoding")
		if got != want || resp.Header.Get("Vary") != "Accept-Encoding" || resp.ContentLength != int64(len(body)) {
			t.Errorf("%s: %q, %v", accept, got, resp.Header)
		}
		var d io.Reader = strings.NewReader(body)
		switch got {
		case "gzip":
			g, err := gzip.NewReader(d)
			if err != nil {
				t.Fatal(err)
			}
			d = g
		case "br":
			d = brotli.NewReader(d)
		}
		if b, err := io.ReadAll(d); err != nil || string(b) != plain || got != "" && len(body) > len(plain)/3 {
			t.Errorf("%s: %d bytes, %v", accept, len(body), err)
		}
	}
	if resp, _ := r.do("POST", "/models/index/score", `{"s":"b"}`, "Accept-Encoding", "br"); resp.Header.Get("Content-Encoding") != "" {
		t.Error("compressed a few bytes")
	}
}

func TestMetricsToken(t *testing.T) {
	r := start(t, Options{ReadToken: "secret"})
	if resp, _ := r.do("GET", "/metrics", ""); resp.StatusCode != 401 {
		t.Errorf("status %d", resp.StatusCode)
	}
	if resp, _ := r.do("GET", "/metrics", "", "Authorization", "Bearer secret"); resp.StatusCode != 200 {
		t.Errorf("status %d", resp.StatusCode)
	}
}

func TestPlaces(t *testing.T) {
	dir := t.TempDir()
	outside := t.TempDir()
	write(t, dir+"/m.zip", []byte("bundle"))
	write(t, dir+"/long.zip", bytes.Repeat([]byte("x"), 101))
	write(t, outside+"/secret.zip", []byte("secret"))
	if err := os.Symlink(outside+"/secret.zip", dir+"/link.zip"); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/models/m.zip", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "web") })
	mux.HandleFunc("/models/out.zip", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/secret.zip", 302) })
	mux.HandleFunc("/models/in.zip", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/models/m.zip", 302) })
	mux.HandleFunc("/models/loop.zip", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/models/loop.zip", 302) })
	mux.HandleFunc("/secret.zip", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "secret") })
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: mux}
	go srv.Serve(l)
	defer srv.Close()
	base := "http://" + l.Addr().String()

	p, err := NewPlaces([]string{"file:" + dir, base + "/models"}, 100)
	if err != nil {
		t.Fatal(err)
	}
	for uri, want := range map[string]string{
		"file:" + dir + "/m.zip":   "bundle",
		"file://" + dir + "/m.zip": "bundle",
		base + "/models/m.zip":     "web",
		base + "/models/in.zip":    "web",
	} {
		if b, err := p.Fetch(context.Background(), uri); err != nil || string(b) != want {
			t.Errorf("%s: %s, %v", uri, b, err)
		}
	}
	forbidden := []string{
		"", "m.zip", "file:m.zip", "file:" + dir, "file:" + dir + "/", "file:" + outside + "/secret.zip", "file:" + dir + "/../" + filepath.Base(outside) + "/secret.zip",
		"file:" + dir + "/%2e%2e/x.zip", "file://host" + dir + "/m.zip", "FILE2:" + dir, base + "/secret.zip", base + "/models/../secret.zip", base + "/models/%2e%2e/secret.zip",
		base + "/modelsx/m.zip", strings.Replace(base, "//", "//user@", 1) + "/models/m.zip", strings.Replace(base, "127.0.0.1", "localhost", 1) + "/models/m.zip",
		base + "/models/out.zip", "https://models.example/models/m.zip", "\x00",
	}
	for _, uri := range forbidden {
		if b, err := p.Fetch(context.Background(), uri); !errors.Is(err, edge.ErrForbidden) {
			t.Errorf("%s: %q, %v", uri, b, err)
		}
	}
	for uri, want := range map[string]string{
		"file:" + dir + "/no.zip":   "no such file",
		"file:" + dir + "/link.zip": "escapes",
		"file:" + dir + "/long.zip": "limit of 100 bytes",
		base + "/models/no.zip":     "404",
		base + "/models/loop.zip":   "too many redirects",
	} {
		if b, err := p.Fetch(context.Background(), uri); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %q, %v", uri, b, err)
		}
	}
	for _, s := range []string{"", "/models/", "file:models", "https://", "ftp://x/", "https://u@h/", "https://h/?q", "file://h/x"} {
		if _, err := NewPlaces([]string{s}, 0); err == nil {
			t.Errorf("%q is a place", s)
		}
	}
}

// Loading by URI goes through the places.
func TestLoadByURI(t *testing.T) {
	dir, err := filepath.Abs(filepath.Dir(keep))
	if err != nil {
		t.Fatal(err)
	}
	r := start(t, Options{ManageToken: "manage", From: []string{"file:" + dir}})
	load := func(uri string) int {
		resp, _ := r.do("POST", "/models", fmt.Sprintf(`{"modelName":"index","uri":%q,"force":true}`, uri), "Authorization", "Bearer manage")
		return resp.StatusCode
	}
	if got := load("file:" + dir + "/bundle.json.zip"); got != 202 {
		t.Errorf("status %d", got)
	}
	if _, body := r.index(); body != `{"out":1.0}` {
		t.Errorf("%s", body)
	}
	if got := load("file:/etc/passwd"); got != 403 {
		t.Errorf("status %d", got)
	}
	if got := load("file:" + dir + "/no.zip"); got != 400 {
		t.Errorf("status %d", got)
	}
}

// bundleDir unpacks a bundle.
func bundleDir(dir string, zip []byte) error {
	files, err := bundle.OpenZip(zip)
	if err != nil {
		return err
	}
	for _, name := range files.List() {
		data, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			return err
		}
	}
	return nil
}
