package edge

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pageleap/pageleap/edge/experiment"
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/frame/mleappb"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

const genuine = "../testdata/genuine/"

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// server is a handler whose every answer is held against the OpenAPI document.
type server struct {
	*Handler
	doc      map[string]any
	compiler *jsonschema.Compiler
	seen     map[string]bool // "POST /models 202"
}

func newServer(t testing.TB, c Config) *server {
	t.Helper()
	s := &server{Handler: New(c), compiler: jsonschema.NewCompiler(), seen: map[string]bool{}}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(openAPI))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.compiler.AddResource("openapi.json", doc); err != nil {
		t.Fatal(err)
	}
	s.doc = doc.(map[string]any)
	return s
}

func (s *server) load(t testing.TB, ref, file string) {
	t.Helper()
	name, version, _ := strings.Cut(ref, "@")
	m, err := s.Load(name, version, readFile(t, file))
	if err == nil {
		err = s.Catalog.Set(m)
	}
	if err != nil {
		t.Fatal(err)
	}
}

type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) contentType() string { return a.header.Get("Content-Type") }

func (a answer) problem(t testing.TB) (p problem) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.body), &p); err != nil || a.contentType() != typeProblem {
		t.Fatalf("%s %s: %v", a.contentType(), a.body, err)
	}
	return p
}

// do makes a request. headers are names and values in turn.
func (s *server) do(t testing.TB, method, target, body string, headers ...string) answer {
	t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	a := answer{w.Code, w.Header(), w.Body.String()}
	s.check(t, method, r.URL.EscapedPath(), a)
	return a
}

func (s *server) post(t testing.TB, target, body string, headers ...string) answer {
	t.Helper()
	return s.do(t, "POST", target, body, append([]string{"Content-Type", typeJSON}, headers...)...)
}

// check holds an answer against the document.
func (s *server) check(t testing.TB, method, path string, a answer) {
	t.Helper()
	if a.status >= 400 && a.contentType() == typeProblem {
		s.validate(t, "openapi.json#/components/schemas/Problem", a.body)
	}
	r, _, _ := find(method, path)
	if r == nil || method == "HEAD" {
		return
	}
	what := fmt.Sprintf("%s %s %d", method, r.pattern, a.status)
	s.seen[what] = true
	pointer := []string{"paths", r.pattern, strings.ToLower(method), "responses", strconv.Itoa(a.status)}
	response, ok := dig(s.doc, pointer)
	if !ok {
		t.Errorf("%s is not documented; %s", what, a.body)
		return
	}
	if to, ok := response["$ref"].(string); ok {
		pointer = strings.Split(strings.TrimPrefix(to, "#/"), "/")
		response, _ = dig(s.doc, pointer)
	}
	media, ok := dig(response, []string{"content", a.contentType()})
	if !ok {
		t.Errorf("%s: type %q is not documented", what, a.contentType())
		return
	}
	if _, ok := media["schema"]; ok {
		escape := strings.NewReplacer("~", "~0", "/", "~1")
		for i := range pointer {
			pointer[i] = escape.Replace(pointer[i])
		}
		s.validate(t, "openapi.json#/"+strings.Join(pointer, "/")+"/content/"+escape.Replace(a.contentType())+"/schema", a.body)
	}
	for name := range a.header {
		if name := strings.ToLower(name); strings.HasPrefix(name, "x-pageleap-") {
			if _, ok := dig(response, []string{"headers", name}); !ok {
				t.Errorf("%s: header %s is not documented", what, name)
			}
		}
	}
}

func (s *server) validate(t testing.TB, schema, text string) {
	t.Helper()
	c, err := s.compiler.Compile(strings.ReplaceAll(strings.ReplaceAll(schema, "{", "%7B"), "}", "%7D"))
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err == nil {
		err = c.Validate(v)
	}
	if err != nil {
		t.Errorf("%s: %v\n%s", schema, err, text)
	}
}

func dig(m map[string]any, path []string) (map[string]any, bool) {
	for _, key := range path {
		next, ok := m[key].(map[string]any)
		if !ok {
			return nil, false
		}
		m = next
	}
	return m, true
}

const (
	shoppers     = genuine + "real_uci_shoppers_rf/"
	demo         = "../testdata/mleap/demo.zip" // from MLeap's own tests
	token        = "Bearer manage"
	demoFrame    = `{"schema":{"fields":[{"name":"demo:a","type":"double"},{"name":"demo:c","type":"double"},{"name":"demo:d","type":"double"}]},"rows":[[44.5,22.1,98.2]]}`
	demoPartial  = `{"schema":{"fields":[{"name":"demo:a","type":"double"},{"name":"demo:d","type":"double"}]},"rows":[[44.5,98.2]]}`
	demoExpected = -67.78953193834998 // as MLeap's own tests have it
)

// Every answer that the document promises is given, and each as it says; the
// handler has no route that the document lacks.
func TestOpenAPI(t *testing.T) {
	s := newServer(t, Config{ManageToken: "manage", MaxBody: 1 << 20, Fetch: fetchFile})
	s.load(t, "demo", demo)
	s.load(t, "demo2@1", demo)
	if err := s.Catalog.Try(&experiment.Document{Experiments: []experiment.Experiment{{Name: "e", Model: "demo2", Variants: []experiment.Variant{{Name: "a", Version: "1", Weight: 1}}}}}); err != nil {
		t.Fatal(err)
	}
	locked := newServer(t, Config{ReadToken: "read"})
	panics := newServer(t, Config{})
	panics.load(t, "demo", demo)
	panics.Catalog.view.Load().families["demo"].current.Model = nil // a fault of the program's own

	auth := []string{"Authorization", token}
	for _, c := range []struct {
		s                    *server
		method, target, body string
		headers              []string
		status               int
	}{
		{s, "POST", "/models/demo/score", `{"demo:a":44.5,"demo:c":22.1,"demo:d":98.2}`, nil, 200},
		{s, "POST", "/models/demo/score", `[{"demo:a":44.5,"demo:c":22.1,"demo:d":98.2}]`, nil, 200},
		{s, "POST", "/models/demo2/score", `[]`, nil, 200},
		{s, "POST", "/models/demo/score", `{"demo:a":1,"demo:c":1,"demo:d":1}` + "\n" + `{"demo:a":1,"demo:c":1,"demo:d":1}`, []string{"Content-Type", typeNDJSON}, 200},
		{s, "POST", "/models/demo/score", `{}`, nil, 400},
		{locked, "POST", "/models/demo/score", `{}`, nil, 401},
		{s, "POST", "/models/nobody/score", `{}`, nil, 404},
		{s, "POST", "/models/demo/score", `{}`, []string{"Accept", "text/html"}, 406},
		{s, "POST", "/models/demo/score", strings.Repeat(" ", 1<<20+1), nil, 413},
		{s, "POST", "/models/demo/score", `{}`, []string{"Content-Type", "text/html"}, 415},
		{panics, "POST", "/models/demo/score", `{}`, nil, 500},

		{s, "POST", "/models/demo/transform", demoFrame, nil, 200},
		{s, "POST", "/models/demo2@1/transform", demoFrame, []string{"Accept", typeProtobuf}, 200},
		{s, "POST", "/models/demo/transform", demoPartial, nil, 400},
		{s, "POST", "/models/demo/transform", "x", []string{"Content-Type", typeProtobuf}, 400},
		{locked, "POST", "/models/demo/transform", demoFrame, nil, 401},
		{s, "POST", "/models/demo@9/transform", demoFrame, nil, 404},
		{s, "POST", "/models/demo/transform", demoFrame, []string{"Accept", "text/html"}, 406},
		{s, "POST", "/models/demo/transform", strings.Repeat(" ", 1<<20+1), nil, 413},
		{s, "POST", "/models/demo/transform", demoFrame, []string{"Content-Type", "text/html"}, 415},
		{panics, "POST", "/models/demo/transform", demoFrame, nil, 500},

		{s, "POST", "/models/transform", envelope("demo", demoFrame), nil, 200},
		{s, "POST", "/models/transform", envelope("nobody", demoFrame), nil, 200},
		{s, "POST", "/models/transform", envelope("demo", demoFrame), []string{"Accept", typeProtobuf}, 200},
		{s, "POST", "/models/transform", "{invalid json}", nil, 400},
		{locked, "POST", "/models/transform", "", nil, 401},
		{s, "POST", "/models/transform", envelope("demo", demoFrame), []string{"Accept", "text/html"}, 406},
		{s, "POST", "/models/transform", strings.Repeat(" ", 1<<20+1), nil, 413},
		{s, "POST", "/models/transform", "", []string{"Content-Type", "text/html"}, 415},
		{panics, "POST", "/models/transform", "", []string{"Content-Type", typeProtobuf}, 200},

		{s, "GET", "/models", "", nil, 200},
		{locked, "GET", "/models", "", nil, 401},
		{s, "POST", "/models", loadRequest("new", "file:"+demo, false), auth, 202},
		{s, "POST", "/models", loadRequest("new", "file:"+demo, true), append(auth, "Accept", typeProtobuf), 202},
		{s, "POST", "/models", loadRequest("new", "file:"+demo, false), auth, 400},
		{s, "POST", "/models", loadRequest("new2", "file:"+demo, false), nil, 401},
		{locked, "POST", "/models", loadRequest("new", "file:"+demo, false), auth, 403},
		{s, "POST", "/models", loadRequest("new3", "file:"+demo, false), append(auth, "Accept", "text/html"), 406},
		{newServer(t, Config{ManageToken: "manage", MaxUpload: 10}), "POST", "/models", strings.Repeat(" ", 11), auth, 413},
		{s, "POST", "/models", "", append(auth, "Content-Type", "text/html"), 415},
		{s, "POST", "/models", loadRequest("new4", "broken:", false), auth, 502},

		{s, "GET", "/models/demo", "", nil, 200},
		{s, "GET", "/models/demo", "", []string{"Accept", typeProtobuf}, 200},
		{locked, "GET", "/models/demo", "", nil, 401},
		{s, "GET", "/models/nobody", "", nil, 404},
		{s, "GET", "/models/demo", "", []string{"Accept", "text/html"}, 406},
		{s, "DELETE", "/models/demo", "", []string{"Accept", "text/html"}, 401},
		{locked, "DELETE", "/models/demo", "", auth, 403},
		{s, "DELETE", "/models/nobody", "", auth, 404},
		{s, "DELETE", "/models/new", "", append(auth, "Accept", "text/html"), 406},
		{s, "DELETE", "/models/demo2", "", auth, 409},
		{s, "DELETE", "/models/new", "", auth, 200},

		{s, "GET", "/models/demo/meta", "", nil, 200},
		{s, "GET", "/models/demo/meta", "", []string{"Accept", typeProtobuf}, 200},
		{locked, "GET", "/models/demo/meta", "", nil, 401},
		{s, "GET", "/models/nobody/meta", "", nil, 404},
		{s, "GET", "/models/demo/meta", "", []string{"Accept", "text/html"}, 406},

		{s, "GET", "/actuator", "", nil, 200},
		{s, "GET", "/actuator/health", "", nil, 200},
		{newServer(t, Config{Ready: func() bool { return false }}), "GET", "/actuator/health", "", nil, 503},
		{s, "GET", "/actuator/info", "", nil, 200},
		{locked, "GET", "/actuator/info", "", nil, 401},
		{s, "GET", "/openapi.json", "", nil, 200},
	} {
		var a answer
		if c.method == "POST" {
			a = c.s.post(t, c.target, c.body, c.headers...)
		} else {
			a = c.s.do(t, c.method, c.target, c.body, c.headers...)
		}
		if a.status != c.status {
			t.Errorf("%s %s %.60s %q: status %d, want %d: %s", c.method, c.target, c.body, c.headers, a.status, c.status, a.body)
		}
		for what := range c.s.seen {
			s.seen[what] = true
		}
	}

	s.seen["POST /models/transform 500"] = true // told inside the response
	paths, _ := dig(s.doc, []string{"paths"})
	for path, item := range paths {
		for method, op := range item.(map[string]any) {
			method = strings.ToUpper(method)
			if !slices.ContainsFunc(routes[:], func(r route) bool { return r.method == method && r.pattern == path }) {
				t.Errorf("%s %s is documented but not there", method, path)
			}
			responses, _ := dig(op.(map[string]any), []string{"responses"})
			for status := range responses {
				if what := method + " " + path + " " + status; !s.seen[what] {
					t.Errorf("%s is documented but was not seen", what)
				}
			}
		}
	}
	for _, r := range routes {
		if _, ok := dig(s.doc, []string{"paths", r.pattern, strings.ToLower(r.method)}); !ok {
			t.Errorf("%s %s is not documented", r.method, r.pattern)
		}
	}
}

func fetchFile(_ context.Context, uri string) ([]byte, error) {
	if path, ok := strings.CutPrefix(uri, "file:"); ok {
		return os.ReadFile(path)
	}
	if uri == "broken:" {
		return nil, errors.New("the line is broken")
	}
	return nil, fmt.Errorf("%q is %w", uri, ErrForbidden)
}

// The bodies as MLeap's documentation and tests have them.

func loadRequest(name, uri string, force bool) string {
	return fmt.Sprintf(`{"modelName":%q,"uri":%q,"config":{"memoryTimeout":900000,"diskTimeout":900000},"force":%v}`, name, uri, force)
}

func envelope(name, f string) string {
	q := mleappb.TransformFrameRequest{ModelName: name, Format: "ml.combust.mleap.json", Frame: []byte(f)}
	return string(q.AppendJSON(nil))
}

// What MLeap's own tests of its server ask for, in JSON and in protobuf.
func TestMLeapContract(t *testing.T) {
	jsonFrame, err := frame.ReadJSON([]byte(demoFrame))
	if err != nil {
		t.Fatal(err)
	}
	partial, err := frame.ReadJSON([]byte(demoPartial))
	if err != nil {
		t.Fatal(err)
	}
	for _, media := range []string{typeJSON, typeProtobuf} {
		t.Run(media, func(t *testing.T) {
			s := newServer(t, Config{ManageToken: "manage", Fetch: fetchFile})
			proto := media == typeProtobuf
			format, mleap := frame.JSON, "ml.combust.mleap.json"
			if proto {
				format, mleap = frame.Binary, "ml.combust.mleap.binary"
			}
			do := func(method, target, body string) answer {
				return s.do(t, method, target, body, "Content-Type", media, "timeout", "2000", "Authorization", token)
			}
			loadBody := func(name, uri string) string {
				if !proto {
					return loadRequest(name, uri, false)
				}
				ms := uint64(9000)
				q := mleappb.LoadModelRequest{ModelName: name, URI: uri, Config: &mleappb.ModelConfig{MemoryTimeout: &ms, DiskTimeout: &ms}}
				return string(q.Append(nil))
			}
			model := func(a answer, status int) (m mleappb.Model) {
				t.Helper()
				if a.status != status || a.contentType() != media {
					t.Fatalf("status %d, %s: %s", a.status, a.contentType(), a.body)
				}
				if !proto {
					var v struct {
						Name, URI string
						Config    map[string]uint64
					}
					if err := json.Unmarshal([]byte(a.body), &v); err != nil {
						t.Fatal(err)
					}
					if v.Config["memoryTimeout"] != 900000 || v.Config["diskTimeout"] != 900000 {
						t.Errorf("%s", a.body)
					}
					return mleappb.Model{Name: v.Name, URI: v.URI}
				}
				got, err := mleappb.ReadModel([]byte(a.body))
				if err != nil || got.Config == nil || *got.Config.MemoryTimeout != 9000 {
					t.Fatal(err)
				}
				return *got
			}
			transform := func(name string, f *frame.Frame, mode mleappb.SelectMode, columns ...string) (*mleappb.TransformFrameResponse, *frame.Frame) {
				t.Helper()
				q := mleappb.TransformFrameRequest{ModelName: name, Format: mleap, Tag: 7, Select: columns, SelectMode: mode}
				if f == nil {
					q.Frame = []byte("Eye->ver=eb") // as good as any
				} else {
					q.Frame = frame.Append(nil, format, f)
				}
				var a answer
				if proto {
					a = do("POST", "/models/transform", string(q.Append(nil)))
				} else {
					a = do("POST", "/models/transform", string(q.AppendJSON(nil)))
				}
				if a.status != 200 || a.contentType() != media {
					t.Fatalf("status %d, %s: %s", a.status, a.contentType(), a.body)
				}
				r := new(mleappb.TransformFrameResponse)
				if proto {
					if r, err = mleappb.ReadTransformFrameResponse([]byte(a.body)); err != nil {
						t.Fatal(err)
					}
				} else {
					var v struct {
						Tag                              uint64
						Frame                            []byte
						Status, Error, Backtrace, Format string
					}
					if err := json.Unmarshal([]byte(a.body), &v); err != nil {
						t.Fatal(err)
					}
					r.Tag, r.Frame, r.Error, r.Backtrace = v.Tag, v.Frame, v.Error, v.Backtrace
					if v.Status == "STATUS_ERROR" {
						r.Status = mleappb.Failed
					}
				}
				if r.Tag != 7 {
					t.Errorf("tag %d", r.Tag)
				}
				if r.Status == mleappb.Failed {
					if r.Error == "" || r.Backtrace == "" || len(r.Frame) > 0 {
						t.Errorf("%+v", r)
					}
					return r, nil
				}
				out, err := frame.Read(format, r.Frame, nil, frame.ReadOptions{})
				if err != nil {
					t.Fatal(err)
				}
				return r, out
			}
			number := func(f *frame.Frame, column int) float64 {
				var v frame.Value
				f.Columns[column].Get(0, &v)
				return v.Num
			}

			if m := model(do("POST", "/models", loadBody("demo", "file:"+demo)), 202); m.Name != "demo" || !strings.Contains(m.URI, "demo") {
				t.Errorf("%+v", m)
			}
			if a := do("POST", "/models", loadBody("", "file:"+demo)); a.status != 400 {
				t.Errorf("no name: status %d", a.status)
			}
			if a := do("POST", "/models", loadBody("demo", "file:"+demo)); a.status != 400 {
				t.Errorf("the same again: status %d", a.status)
			}
			if m := model(do("GET", "/models/demo", ""), 200); m.Name != "demo" {
				t.Errorf("%+v", m)
			}
			if a := do("GET", "/models/missing", ""); a.status != 404 {
				t.Errorf("status %d", a.status)
			}
			if a := do("GET", "/models/demo/meta", ""); a.status != 200 || !strings.Contains(a.body, "pipeline_7a70bdf8-bd53-11e7-bcd7-6c40089417e6") {
				t.Errorf("status %d: %s", a.status, a.body)
			}
			if a := do("GET", "/models/missing/meta", ""); a.status != 404 {
				t.Errorf("status %d", a.status)
			}
			if _, f := transform("demo", jsonFrame, 0); f == nil || number(f, 5) != demoExpected {
				t.Errorf("%+v", f)
			}
			if _, f := transform("demo", jsonFrame, mleappb.SelectStrict, "demo:prediction"); f == nil || number(f, 0) != demoExpected {
				t.Errorf("%+v", f)
			}
			if _, f := transform("demo", jsonFrame, mleappb.SelectRelaxed, "demo:prediction", "dummy"); f == nil || number(f, 0) != demoExpected || len(f.Columns) != 1 {
				t.Errorf("%+v", f)
			}
			for what, f := range map[string]*frame.Frame{"no frame": nil, "a column that is missing": partial} {
				if r, _ := transform("demo", f, 0); r.Status != mleappb.Failed {
					t.Errorf("%s: %+v", what, r)
				}
			}
			if r, _ := transform("demo", jsonFrame, mleappb.SelectStrict, "demo:prediction", "dummy"); r.Status != mleappb.Failed {
				t.Errorf("%+v", r)
			}
			if r, _ := transform("missing", jsonFrame, 0); r.Status != mleappb.Failed {
				t.Errorf("%+v", r)
			}
			a := do("POST", "/models/demo/transform", string(frame.Append(nil, format, jsonFrame)))
			f, err := frame.Read(format, []byte(a.body), nil, frame.ReadOptions{})
			if a.status != 200 || a.contentType() != media || err != nil || number(f, 5) != demoExpected {
				t.Errorf("status %d, %s: %v", a.status, a.contentType(), err)
			}
			model(do("DELETE", "/models/demo", ""), 200)
			for range 3 {
				if a := do("DELETE", "/models/demo", ""); a.status != 404 {
					t.Errorf("status %d", a.status)
				}
			}
		})
	}
	// As protobuf's JSON, and with it MLeap's documentation, writes numbers of 64 bits.
	t.Run("numbers in strings", func(t *testing.T) {
		s := newServer(t, Config{ManageToken: "manage", Fetch: fetchFile})
		load := `{"modelName":"demo","uri":` + strconv.Quote("file:"+demo) + `,"config":{"memoryTimeout":"900000","diskTimeout":"900000"},"force":false}`
		if a := s.post(t, "/models", load, "Authorization", token); a.status != 202 || !strings.Contains(a.body, "900000") {
			t.Fatalf("status %d: %s", a.status, a.body)
		}
		body := `{"modelName":"demo","format":"ml.combust.mleap.json","initTimeout":"35000","tag":"9","frame":"` + base64.StdEncoding.EncodeToString([]byte(demoFrame)) + `"}`
		a := s.post(t, "/models/transform", body)
		var v struct {
			Tag    json.Number
			Frame  []byte
			Status string
		}
		if err := json.Unmarshal([]byte(a.body), &v); err != nil || a.status != 200 || v.Tag != "9" || v.Status == "STATUS_ERROR" {
			t.Fatalf("status %d: %s, %v", a.status, a.body, err)
		}
		f, err := frame.ReadJSON(v.Frame)
		if err != nil {
			t.Fatal(err)
		}
		var prediction frame.Value
		if f.Columns[5].Get(0, &prediction); prediction.Num != demoExpected {
			t.Errorf("%v", prediction.Num)
		}
	})
	t.Run("bad JSON", func(t *testing.T) {
		s := newServer(t, Config{ManageToken: "manage"})
		for _, path := range []string{"/models", "/models/transform"} {
			for _, body := range []string{"", "{invalid json}"} {
				if a := s.post(t, path, body, "Authorization", token); a.status != 400 {
					t.Errorf("%s %q: status %d", path, body, a.status)
				}
			}
		}
	})
}
