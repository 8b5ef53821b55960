package edge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/pageleap/pageleap/edge/experiment"
	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/frame/mleappb"
	"github.com/pageleap/pageleap/engine/transform"
)

// watcher is an Observer that remembers.
type watcher struct {
	mu      sync.Mutex
	events  []Event
	shadows []Shadowing
	tripped []string
	panics  int
}

func (w *watcher) Answered(e Event) { w.mu.Lock(); defer w.mu.Unlock(); w.events = append(w.events, e) }
func (w *watcher) Shadowed(s Shadowing) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.shadows = append(w.shadows, s)
}
func (w *watcher) GuardTripped(model, experiment, variant string) {
	w.tripped = append(w.tripped, model+" "+experiment+" "+variant)
}
func (w *watcher) Panicked(string, any, []byte) { w.panics++ }
func (w *watcher) last() Event                  { return w.events[len(w.events)-1] }

// The genuine answers, frame by frame, through HTTP.
func TestTransform(t *testing.T) {
	s := newServer(t, Config{})
	s.load(t, "shoppers@1", shoppers+"bundle.proto.zip")
	in := string(readFile(t, shoppers+"frame.json"))
	want, err := frame.ReadJSON(readFile(t, shoppers+"expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	check := func(what string, f frame.Format, a answer) {
		t.Helper()
		got, err := frame.Read(f, []byte(a.body), nil, frame.ReadOptions{})
		if a.status != 200 || err != nil || a.header.Get(ModelHeader) != "shoppers@1" {
			t.Fatalf("%s: status %d, %v", what, a.status, err)
		}
		for _, d := range frame.Compare(got, want, nil) {
			if d.Fails() {
				t.Errorf("%s: %s", what, d.String())
			}
		}
	}
	f, err := frame.ReadJSON([]byte(in))
	if err != nil {
		t.Fatal(err)
	}
	binary := string(frame.AppendBinary(nil, f))
	for range 2 { // with a new plan, and with the one that is there
		check("JSON", frame.JSON, s.post(t, "/models/shoppers/transform", in))
		check("with a charset", frame.JSON, s.post(t, "/models/shoppers/transform", in, "Content-Type", "application/json; charset=UTF-8"))
		check("a form, as curl says", frame.JSON, s.post(t, "/models/shoppers@1/transform/", in, "Content-Type", curlForm))
		check("binary", frame.Binary, s.post(t, "/models/shoppers/transform", binary, "Content-Type", typeProtobuf))
		check("binary to JSON", frame.JSON, s.post(t, "/models/shoppers/transform", binary, "Content-Type", typeProtobuf, "Accept", typeJSON))
		check("JSON to binary", frame.Binary, s.post(t, "/models/shoppers/transform", in, "Accept", "text/html;q=0.9, application/*;q=0.1, application/json;q=0, */*;q=0.2"))
	}
	a := s.post(t, "/models/shoppers/transform?select=prediction,probability", in)
	if got, err := frame.ReadJSON([]byte(a.body)); err != nil || strings.Join(got.Schema().Names(), " ") != "prediction probability" {
		t.Errorf("select: %s", a.body)
	}
}

func TestScore(t *testing.T) {
	s := newServer(t, Config{})
	s.load(t, "index", genuine+"string_indexer_skip_nullable/bundle.json.zip") // labels a, b, c
	s.load(t, "numbers", genuine+"real_uci_shoppers_rf/bundle.json.zip")
	for _, c := range []struct{ name, contentType, accept, body, want, dropped string }{
		{"an object", typeJSON, "", `{"s": "b"}`, `{"out":1.0}`, ""},
		{"an object over several lines", typeJSON, "", "{\n \"s\": \"b\",\n \"more\": 1\n}", `{"out":1.0}`, ""},
		{"an object that is dropped", typeJSON, "", `{"s": "x"}`, `null`, "0"},
		{"an array", typeJSON, "", `[{"s": "b"}, {"s": "a"}]`, `[{"out":1.0},{"out":0.0}]`, ""},
		{"an array of one", typeJSON, "", `[{"s": "b"}]`, `[{"out":1.0}]`, ""},
		{"an array of none", typeJSON, "", `[]`, `[]`, ""},
		{"some dropped", typeJSON, "", `[{"s": "x"}, {"s": "a"}, {}, {"s": "y"}]`, `[null,{"out":0.0},null,null]`, "0,2,3"},
		{"lines", typeNDJSON, "", "{\"s\": \"b\"}\n\n{\"s\": \"x\"}\n{\"s\": \"c\"}", "{\"out\":1.0}\nnull\n{\"out\":2.0}", "1"},
		{"one line", typeNDJSON, "", "{\"s\": \"b\"}\n", `{"out":1.0}`, ""},
		{"lines to an array", typeNDJSON, typeJSON, "{\"s\": \"b\"}", `[{"out":1.0}]`, ""},
		{"an array to lines", typeJSON, typeNDJSON, `[{"s": "b"}, {"s": "a"}]`, "{\"out\":1.0}\n{\"out\":0.0}", ""},
		{"as curl sends an object", curlForm, "*/*", `{"s": "b"}`, `{"out":1.0}`, ""},
		{"as curl sends an array", curlForm, "*/*", `[{"s": "b"}]`, `[{"out":1.0}]`, ""},
		{"as curl sends lines", curlForm, "*/*", "{\"s\": \"b\"}\n{\"s\": \"a\"}", "{\"out\":1.0}\n{\"out\":0.0}", ""},
		{"jsonl", "application/jsonl", "", "{\"s\": \"b\"}\n{\"s\": \"a\"}", "{\"out\":1.0}\n{\"out\":0.0}", ""},
	} {
		h := []string{"Content-Type", c.contentType}
		if c.accept != "" {
			h = append(h, "Accept", c.accept)
		}
		a := s.do(t, "POST", "/models/index/score", c.body, h...)
		if a.status != 200 || a.body != c.want+"\n" && a.body != c.want || a.header.Get(DroppedHeader) != c.dropped {
			t.Errorf("%s: status %d, dropped %q: %s, want %s", c.name, a.status, a.header.Get(DroppedHeader), a.body, c.want)
		}
	}
	// The columns asked for, inputs too.
	a := s.post(t, "/models/index/score?select=s,out", `{"s": "b"}`)
	if a.body != `{"s":"b","out":1.0}`+"\n" {
		t.Errorf("select: %s", a.body)
	}
}

func TestProblems(t *testing.T) {
	s := newServer(t, Config{MaxBody: 1000})
	s.load(t, "visitor", genuine+"pipeline_visitor_rf_error/bundle.json.zip")
	s.load(t, "visitor@2", genuine+"pipeline_visitor_rf_error/bundle.json.zip")
	bad := strings.NewReplacer("\n", "", "  ", "").Replace(string(readFile(t, genuine+"pipeline_visitor_rf_error/errors.json")))
	s.config.MaxBody = 1 << 20
	for _, c := range []struct {
		method, target, body string
		status               int
		kind, detail         string
	}{
		{"POST", "/models/visitor/transform", "{", 400, "format", "the input ends inside an object"},
		{"POST", "/models/visitor/transform", bad, 400, "unseen", `unseen label "podcast" in column "channel"`},
		{"POST", "/models/visitor/transform?select=%zz", bad, 400, "format", "the query cannot be read"},
		{"POST", "/models/visitor/score", `[{}]`, 400, "", ""},
		{"POST", "/models/visitor/score", `"x"`, 400, "format", "an object, or an array of them"},
		{"POST", "/models/nobody/transform", `{}`, 404, "not_found", `no model "nobody"`},
		{"POST", "/models/nobody/score", `{}`, 404, "not_found", `no model "nobody"; there are: "visitor"`},
		{"POST", "/models/visitor@7/score", `{}`, 404, "not_found", `"visitor@2"`},
		{"POST", "/models/visitor", ``, 405, "not_allowed", "GET, DELETE"},
		{"PUT", "/models/visitor/score", ``, 405, "not_allowed", "POST"},
		{"GET", "/models/transform", ``, 405, "not_allowed", "POST"},
		{"GET", "/elsewhere", ``, 404, "not_found", "no such resource: GET /elsewhere"},
		{"GET", "/models/a/b/meta", ``, 404, "not_found", "no such resource"},
		{"GET", "/models//meta", ``, 404, "not_found", "no such resource"},
		{"POST", "/models", loadRequest("x", "file:x", false), 403, "forbidden", "no token"},
	} {
		a := s.do(t, c.method, c.target, c.body, "Content-Type", typeJSON)
		p := a.problem(t)
		if a.status != c.status || p.Status != c.status || c.kind != "" && p.Kind != c.kind || !strings.Contains(p.Detail, c.detail) {
			t.Errorf("%s %s: status %d: %s", c.method, c.target, a.status, a.body)
		}
		if (a.status == 405) != (a.header.Get("Allow") != "") {
			t.Errorf("%s %s: Allow is %q", c.method, c.target, a.header.Get("Allow"))
		}
	}
	p := s.post(t, "/models/visitor/transform", bad).problem(t)
	if p.Row == nil || *p.Row != 0 || p.Column != "channel" || !strings.HasPrefix(p.Path, "root/") {
		t.Errorf("%+v", p)
	}
	if a := s.do(t, "HEAD", "/models/visitor", ""); a.status != 200 || a.header.Get("Content-Length") == "" {
		t.Errorf("HEAD: %+v", a)
	}

}

// The errors of bare frames as MLeap's server has them, which the OpenAPI
// document leaves out.
func TestMLeapErrors(t *testing.T) {
	h := New(Config{MLeapErrors: true})
	m, err := h.Load("demo", "1", readFile(t, demo))
	if err == nil {
		err = h.Catalog.Set(m)
	}
	if err != nil {
		t.Fatal(err)
	}
	ask := func(model, contentType, body string) *Answer {
		return h.Answer(context.Background(), &Call{Method: "POST", Path: "/models/" + model + "/transform", ContentType: contentType, Body: []byte(body)})
	}
	if a := ask("demo", typeJSON, demoPartial); a.Status != 200 || !strings.HasPrefix(string(a.Body), `{"status":"STATUS_ERROR","error":"root/`) {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	a := ask("demo", typeProtobuf, "x")
	if e, err := mleappb.ReadErrorTransformResponse(a.Body); a.Status != 200 || err != nil || e.Status != mleappb.Failed || e.Error == "" || e.Backtrace == "" {
		t.Errorf("%d %+v, %v", a.Status, e, err)
	}
	if a := ask("nobody", typeJSON, demoFrame); a.Status != 404 {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}

func TestBodies(t *testing.T) {
	s := newServer(t, Config{MaxBody: 10})
	s.load(t, "index", genuine+"string_indexer_skip_nullable/bundle.json.zip")
	for name, body := range map[string]io.Reader{
		"a stated length": strings.NewReader(strings.Repeat(" ", 11)),
		"none":            io.MultiReader(strings.NewReader(strings.Repeat(" ", 11))),
	} {
		r := httptest.NewRequest("POST", "/models/index/score", body)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != 413 || !strings.Contains(w.Body.String(), "10 bytes") {
			t.Errorf("%s: status %d: %s", name, w.Code, w.Body)
		}
	}
	r := httptest.NewRequest("POST", "/models/index/score", io.MultiReader(strings.NewReader(`{"s"`), broken{}))
	w := httptest.NewRecorder()
	if s.ServeHTTP(w, r); w.Code != 400 || !strings.Contains(w.Body.String(), "could not be read") {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("gone") }

func TestTokens(t *testing.T) {
	s := newServer(t, Config{ReadToken: "read", ManageToken: "manage", Fetch: fetchFile})
	s.load(t, "demo", demo)
	for _, c := range []struct {
		auth         string
		read, manage int
	}{
		{"", 401, 401},
		{"Bearer", 401, 401},
		{"Bearer ", 401, 401},
		{"Bearer wrong", 401, 401},
		{"Basic read", 401, 401},
		{"read", 401, 401},
		{"Bearer read", 200, 401},
		{"bearer  read", 200, 401},
		{"Bearer manage", 200, 202},
	} {
		h := []string{"Authorization", c.auth}
		if a := s.do(t, "GET", "/models/demo", "", h...); a.status != c.read || (a.status == 401) != (a.header.Get("WWW-Authenticate") != "") {
			t.Errorf("%q: reading: %d", c.auth, a.status)
		}
		if a := s.post(t, "/models", loadRequest("new", "file:"+demo, true), h...); a.status != c.manage {
			t.Errorf("%q: managing: %d", c.auth, a.status)
		}
		if a := s.do(t, "GET", "/actuator/health", "", h...); a.status != 200 {
			t.Errorf("%q: health: %d", c.auth, a.status)
		}
	}
	// No token is no secret that one could know.
	s = newServer(t, Config{Fetch: fetchFile})
	for _, auth := range []string{"", "Bearer ", "Bearer x"} {
		if a := s.post(t, "/models", loadRequest("new", "file:"+demo, false), "Authorization", auth); a.status != 403 {
			t.Errorf("%q: %d", auth, a.status)
		}
	}
}

func TestCORS(t *testing.T) {
	for _, c := range []struct {
		origins      []string
		origin, want string
		vary         bool
	}{
		{nil, "https://a.example", "", false},
		{[]string{"*"}, "https://a.example", "*", false},
		{[]string{"https://a.example", "https://b.example"}, "https://b.example", "https://b.example", true},
		{[]string{"https://a.example"}, "https://evil.example", "", true},
		{[]string{"https://a.example"}, "", "", true},
	} {
		s := newServer(t, Config{Origins: c.origins, ReadToken: "secret"})
		for _, method := range []string{"GET", "OPTIONS"} {
			a := s.do(t, method, "/actuator/health", "", "Origin", c.origin, "Access-Control-Request-Method", "POST")
			if got := a.header.Get("Access-Control-Allow-Origin"); got != c.want || (a.header.Get("Vary") == "Origin") != c.vary {
				t.Errorf("%s %v from %q: %q, Vary %q", method, c.origins, c.origin, got, a.header.Get("Vary"))
			}
			if method == "OPTIONS" && (a.status != 204 || (c.want != "") != strings.Contains(a.header.Get("Access-Control-Allow-Headers"), KeyHeader)) {
				t.Errorf("preflight %v from %q: %d %v", c.origins, c.origin, a.status, a.header)
			}
		}
	}
}

func TestManage(t *testing.T) {
	s := newServer(t, Config{ManageToken: "manage", Fetch: fetchFile})
	zip := string(readFile(t, demo))
	auth := []string{"Authorization", token}
	load := func(want int, body string) answer {
		t.Helper()
		a := s.post(t, "/models", body, auth...)
		if a.status != want {
			t.Fatalf("%s: status %d: %s", body, a.status, a.body)
		}
		return a
	}
	upload := func(want int, query, body string) answer {
		t.Helper()
		a := s.do(t, "POST", "/models?"+query, body, append(auth, "Content-Type", typeZip)...)
		if a.status != want {
			t.Fatalf("%s: status %d: %s", query, a.status, a.body)
		}
		return a
	}
	list := func() string {
		var l struct{ Models []listed }
		if err := json.Unmarshal([]byte(s.do(t, "GET", "/models", "").body), &l); err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, m := range l.Models {
			n := m.Name + "@" + m.Version
			if m.Current {
				n += "*"
			}
			names = append(names, n)
		}
		return strings.Join(names, " ")
	}
	version := ContentVersion([]byte(zip))

	load(202, loadRequest("m", "file:"+demo, false))
	if got := list(); got != "m@"+version+"*" {
		t.Errorf("%s", got)
	}
	load(400, loadRequest("m", "file:"+demo, false))
	load(202, loadRequest("m", "file:"+shoppers+"bundle.json.zip", true)) // in place of the one there
	if got := list(); strings.Contains(got, version) || strings.Contains(got, " ") {
		t.Errorf("%s", got)
	}
	upload(202, "modelName=m@10", zip)
	upload(202, "modelName=m@9", zip)
	upload(400, "modelName=m@9", zip)
	upload(202, "modelName=m@9&force=true", zip)
	if got := list(); !strings.HasPrefix(got, "m@9* m@10 ") {
		t.Errorf("%s", got)
	}
	upload(400, "modelName=m@11", "no zip")
	upload(400, "modelName=m@11&force=perhaps", zip)
	upload(400, "modelName=a/b", zip)
	upload(400, "modelName=m@", zip)
	upload(400, "", zip)
	load(403, loadRequest("x", "https://evil.example/x.zip", false))
	load(400, loadRequest("x", "file:nowhere.zip", false))
	load(502, loadRequest("x", "broken:", false))
	if a := s.post(t, "/models", loadRequest("x", "file:"+demo, false), append(auth, "Timeout", "soon")...); a.status != 400 {
		t.Errorf("status %d", a.status)
	}

	if a := s.do(t, "DELETE", "/models/m@9", "", auth...); a.status != 200 {
		t.Errorf("status %d", a.status)
	}
	if got := list(); !strings.HasPrefix(got, "m@10") || strings.Contains(got, "m@9") || !strings.Contains(got, "*") {
		t.Errorf("%s", got)
	}
	if a := s.do(t, "DELETE", "/models/m", "", auth...); a.status != 200 || list() != "" {
		t.Errorf("status %d, left: %s", a.status, list())
	}

	off := newServer(t, Config{ManageToken: "manage"})
	if a := off.post(t, "/models", loadRequest("x", "file:"+demo, false), auth...); a.status != 403 || !strings.Contains(a.body, "upload") {
		t.Errorf("%+v", a)
	}
	fixed := newServer(t, Config{ManageToken: "manage", FixedModels: "they come from the store"})
	if a := fixed.do(t, "DELETE", "/models/x", "", auth...); a.status != 403 || !strings.Contains(a.body, "from the store") {
		t.Errorf("%+v", a)
	}
}

func TestFetchInTime(t *testing.T) {
	s := newServer(t, Config{ManageToken: "manage", Fetch: func(ctx context.Context, uri string) ([]byte, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}})
	a := s.post(t, "/models", loadRequest("x", "slow:", false), "Authorization", token, "Timeout", "1")
	if a.status != 502 || !strings.Contains(a.body, "deadline") {
		t.Errorf("%+v", a)
	}
}

// try has a control that takes every label, and a variant that refuses those
// that it does not know.
func try(t *testing.T, s *server, edit func(*experiment.Experiment)) {
	t.Helper()
	s.load(t, "index@1", genuine+"string_indexer_keep_nullable/bundle.json.zip") // a, b, c, and 3 for others
	s.load(t, "index@2", genuine+"string_indexer_alphabetAsc/bundle.json.zip")   // "", a, b, c …
	e := experiment.Experiment{Name: "alphabet", Model: "index", Variants: []experiment.Variant{{Name: "control", Version: "1", Weight: 1}, {Name: "alphabet", Version: "2", Weight: 1}}}
	if edit != nil {
		edit(&e)
	}
	d := &experiment.Document{Experiments: []experiment.Experiment{e}}
	if err := d.Check(); err != nil {
		t.Fatal(err)
	}
	if err := s.Catalog.Try(d); err != nil {
		t.Fatal(err)
	}
}

func TestExperiment(t *testing.T) {
	w := &watcher{}
	s := newServer(t, Config{Observer: w})
	try(t, s, nil)
	counts := map[string]int{}
	for i := range 200 {
		key := fmt.Sprint("visitor-", i)
		a := s.post(t, "/models/index/score", `{"s":"b"}`, KeyHeader, key)
		again := s.post(t, "/models/index/transform", `{"schema":{"fields":[{"name":"s","type":"string"}]},"rows":[["b"]]}`, KeyHeader, key)
		want := map[string]string{"alphabet/control": "{\"out\":1.0}\n", "alphabet/alphabet": "{\"out\":2.0}\n"}
		model := map[string]string{"alphabet/control": "index@1", "alphabet/alphabet": "index@2"}
		v := a.header.Get(VariantHeader)
		if a.body != want[v] || a.header.Get(ModelHeader) != model[v] || again.header.Get(VariantHeader) != v {
			t.Fatalf("%s: %q %s, then %q", key, v, a.body, again.header.Get(VariantHeader))
		}
		if e := w.last(); e.Variant != strings.TrimPrefix(v, "alphabet/") || e.Model+"@"+e.Version != model[v] || e.Rows != 1 {
			t.Errorf("%+v", e)
		}
		counts[v]++
	}
	if counts["alphabet/control"] < 70 || counts["alphabet/alphabet"] < 70 {
		t.Errorf("%v", counts)
	}
	if a := s.post(t, "/models/index/score", `{"s":"b"}`); a.header.Get(VariantHeader) != "alphabet/control" {
		t.Errorf("without a key: %v", a.header)
	}
	if a := s.post(t, "/models/index@2/score", `{"s":"b"}`, KeyHeader, "visitor-1"); a.header.Get(VariantHeader) != "" || a.body != "{\"out\":2.0}\n" {
		t.Errorf("a version by name: %v", a.header)
	}
	if _, err := s.Catalog.Remove("index", "2"); err == nil || !strings.Contains(err.Error(), "alphabet") {
		t.Errorf("removed what is in use: %v", err)
	}
	if err := s.Catalog.Try(&experiment.Document{Experiments: []experiment.Experiment{{Name: "x", Model: "index", Variants: []experiment.Variant{{Name: "a", Version: "9", Weight: 1}}}}}); err == nil || !strings.Contains(err.Error(), "index@9") {
		t.Errorf("%v", err)
	}
}

// A variant that fails is answered for by the control, and turned off in time.
func TestGuard(t *testing.T) {
	w := &watcher{}
	s := newServer(t, Config{Observer: w})
	try(t, s, func(e *experiment.Experiment) {
		e.Variants[0].Weight = 0
		e.Guard = &experiment.Guard{Failures: 0.5, After: 10}
	})
	ask := func(label string) answer {
		t.Helper()
		a := s.post(t, "/models/index/score", fmt.Sprintf(`{"s":%q}`, label), KeyHeader, "k")
		if a.status != 200 {
			t.Fatalf("%s: %s", label, a.body)
		}
		return a
	}
	if a := ask("b"); a.header.Get(VariantHeader) != "alphabet/alphabet" {
		t.Errorf("%v", a.header)
	}
	for range 8 {
		if a := ask("unknown"); a.header.Get(VariantHeader) != "alphabet/control" || a.body != "{\"out\":3.0}\n" {
			t.Errorf("%v %s", a.header, a.body)
		}
	}
	// What neither can read is nobody's failure.
	if a := s.post(t, "/models/index/score", `{"s":1}`, KeyHeader, "k"); a.status != 400 {
		t.Errorf("%+v", a)
	}
	if len(w.tripped) != 1 || w.tripped[0] != "index alphabet alphabet" {
		t.Errorf("%v", w.tripped)
	}
	if a := ask("b"); a.header.Get(VariantHeader) != "alphabet/control" {
		t.Errorf("after it was turned off: %v", a.header)
	}
	var info struct {
		Experiments []struct{ Off []string }
	}
	if err := json.Unmarshal([]byte(s.do(t, "GET", "/actuator/info", "").body), &info); err != nil || !slices.Equal(info.Experiments[0].Off, []string{"alphabet"}) {
		t.Errorf("%+v, %v", info, err)
	}
	// The same document again changes nothing; another one starts anew.
	try(t, s, func(e *experiment.Experiment) {
		e.Variants[0].Weight = 0
		e.Guard = &experiment.Guard{Failures: 0.5, After: 10}
	})
	if a := ask("b"); a.header.Get(VariantHeader) != "alphabet/control" {
		t.Errorf("%v", a.header)
	}
	try(t, s, func(e *experiment.Experiment) { e.Variants[0].Weight = 0 })
	if a := ask("b"); a.header.Get(VariantHeader) != "alphabet/alphabet" {
		t.Errorf("%v", a.header)
	}
}

func TestShadow(t *testing.T) {
	w := &watcher{}
	var work []func()
	s := newServer(t, Config{Observer: w, After: func(f func()) { work = append(work, f) }})
	try(t, s, func(e *experiment.Experiment) {
		e.Variants = e.Variants[:1]
		e.Shadow = &experiment.Shadow{Version: "2", Share: 1}
	})
	for _, label := range []string{"b", "unknown"} {
		if a := s.post(t, "/models/index/score", fmt.Sprintf(`{"s":%q}`, label)); a.status != 200 || a.header.Get(ModelHeader) != "index@1" {
			t.Errorf("%+v", a)
		}
	}
	if len(w.shadows) > 0 {
		t.Error("the answer waited for the shadow")
	}
	for _, f := range work {
		f()
	}
	if len(w.shadows) != 2 || w.shadows[0].Same || w.shadows[0].Difference != 1 || !w.shadows[1].Failed || w.shadows[0].Shadow != "2" {
		t.Errorf("%+v", w.shadows)
	}
	try(t, s, func(e *experiment.Experiment) {
		e.Variants = e.Variants[:1]
		e.Shadow = &experiment.Shadow{Version: "1", Share: 0.5}
	})
	work, w.shadows = nil, nil
	for range 10 {
		s.post(t, "/models/index/score", `{"s":"b"}`)
	}
	for _, f := range work {
		f()
	}
	if len(w.shadows) != 5 || !w.shadows[0].Same || w.shadows[0].Difference != 0 {
		t.Errorf("%+v", w.shadows)
	}
}

// A panic in an op is an answer of status 500 that says nothing about it, and an
// experiment's control answers for a variant that panics.
func TestPanic(t *testing.T) {
	genuineOp := transform.Find(transform.Table, "string_indexer")
	poison := transform.Op{Name: "string_indexer", Read: func(s *transform.Source) (transform.Transformer, error) {
		tr, err := genuineOp.Read(s)
		return poisoned{tr}, err
	}}
	w := &watcher{}
	s := newServer(t, Config{Observer: w, Options: []engine.Option{engine.With(poison)}})
	s.load(t, "index@1", genuine+"string_indexer_keep_nullable/bundle.json.zip")
	for range 3 {
		a := s.post(t, "/models/index/score", `{"s":"panic"}`)
		if p := a.problem(t); a.status != 500 || p.Kind != "internal" || strings.Contains(a.body, "poison") {
			t.Errorf("%+v", a)
		}
		if a := s.post(t, "/models/index/score", `{"s":"b"}`); a.status != 200 {
			t.Errorf("%+v", a)
		}
	}
	if w.panics != 3 || w.events[0].Kind != "internal" || w.events[0].Status != 500 {
		t.Errorf("%d panics, %+v", w.panics, w.events[0])
	}
	if a := s.post(t, "/models/transform", envelope("index", `{"schema":{"fields":[{"name":"s","type":"string"}]},"rows":[["panic"]]}`)); a.status != 200 || !strings.Contains(a.body, "STATUS_ERROR") {
		t.Errorf("%+v", a)
	}
}

type poisoned struct{ transform.Transformer }

func (p poisoned) Transform(in, out []*frame.Value) error {
	if in[0].Str == "panic" {
		panic("poison")
	}
	return p.Transformer.Transform(in, out)
}

// Events tell of kinds and sizes and of nothing that was in a request.
func TestEventsHoldNoData(t *testing.T) {
	w := &watcher{}
	s := newServer(t, Config{Observer: w, ManageToken: "manage", Fetch: fetchFile})
	try(t, s, nil)
	const secret = "s3cr3t"
	s.post(t, "/models/index/score", `{"s":"`+secret+`"}`, KeyHeader, secret)
	s.post(t, "/models/index@2/score", `{"s":"`+secret+`"}`)
	s.post(t, "/models/"+secret+"/score?"+secret, `{"`+secret+`":"`+secret+`"}`, "Authorization", "Bearer "+secret)
	s.post(t, "/"+secret, secret)
	s.post(t, "/models/transform", envelope(secret, secret))
	s.post(t, "/models", loadRequest(secret, secret, false), "Authorization", token)
	if len(w.events) != 6 {
		t.Fatalf("%d events", len(w.events))
	}
	if text := fmt.Sprintf("%+v", w.events); strings.Contains(text, secret) {
		t.Error(text)
	}
	if e := w.events[0]; e.Method != "POST" || e.Route != "/models/{name}/score" || e.Status != 200 || e.Rows != 1 || e.BytesIn != 14 || e.BytesOut == 0 || e.Took <= 0 {
		t.Errorf("%+v", e)
	}
	if e := w.events[1]; e.Kind != "unseen" || e.Status != 400 || e.Model != "index" || e.Version != "2" {
		t.Errorf("%+v", e)
	}
}

// Models change while others score, and nobody notices.
func TestChangeUnderLoad(t *testing.T) {
	s := New(Config{})
	zip, err := os.ReadFile(genuine + "string_indexer_keep_nullable/bundle.json.zip")
	if err != nil {
		t.Fatal(err)
	}
	set := func(version string) {
		m, err := s.Load("index", version, zip)
		if err == nil {
			err = s.Catalog.Set(m)
		}
		if err != nil {
			t.Error(err)
		}
	}
	set("0")
	var busy atomic.Bool
	busy.Store(true)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for n := 0; busy.Load(); n++ {
				r := httptest.NewRequest("POST", "/models/index/score", strings.NewReader(`[{"s":"b"},{"s":"a"}]`))
				w := httptest.NewRecorder()
				if s.ServeHTTP(w, r); w.Code != 200 || w.Body.String() != "[{\"out\":1.0},{\"out\":0.0}]\n" {
					t.Errorf("status %d: %s", w.Code, w.Body)
					return
				}
			}
		})
	}
	for i := range 100 {
		set(fmt.Sprint(i % 5))
		if i%10 == 9 {
			if _, err := s.Catalog.Remove("index", fmt.Sprint((i+1)%5)); err != nil {
				t.Error(err)
			}
		}
	}
	busy.Store(false)
	wg.Wait()
}

func TestCompareVersions(t *testing.T) {
	sorted := []string{"1", "1.2", "1.9", "1.10", "2", "10", "a", "a2", "a10", "b"}
	for i, a := range sorted {
		for j, b := range sorted {
			if got := CompareVersions(a, b); got < 0 != (i < j) || got > 0 != (i > j) {
				t.Errorf("%q and %q: %d", a, b, got)
			}
		}
	}
}

func BenchmarkTransform(b *testing.B) {
	s := New(Config{})
	m, err := s.Load("shoppers", "1", readFile(b, shoppers+"bundle.proto.zip"))
	if err == nil {
		err = s.Catalog.Set(m)
	}
	if err != nil {
		b.Fatal(err)
	}
	f, err := frame.ReadJSON(readFile(b, shoppers+"frame.json"))
	if err != nil {
		b.Fatal(err)
	}
	for _, rows := range []int{1, 100} {
		b.Run(fmt.Sprint(rows), func(b *testing.B) {
			some := make([]int, rows)
			for i := range some {
				some[i] = i
			}
			var columns []frame.Column
			for i := range f.Columns {
				columns = append(columns, f.Columns[i].Pick(some))
			}
			c := &Call{Method: http.MethodPost, Path: "/models/shoppers/transform", ContentType: typeJSON, Body: frame.AppendJSON(nil, frame.Of(columns, rows))}
			b.ReportAllocs()
			for b.Loop() {
				if a := s.Answer(context.Background(), c); a.Status != 200 {
					b.Fatal(string(a.Body))
				}
			}
		})
	}
}
