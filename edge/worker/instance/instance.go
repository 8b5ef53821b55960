//go:build js

// Package instance is the Go program inside a Cloudflare Worker: one instance
// of it lives as long as its isolate and answers all of its requests.
//
// worker.mjs calls it in two ways. Scoring goes through the functions that are
// exported below: the request's bytes are put into the program's memory and the
// answer's are taken out of it, with no JavaScript object made on the way. All
// else goes through the http.Handler, by github.com/syumai/workers.
//
// Each call runs to its end before it returns, so that requests cannot mix and
// nothing of one request's (a stream, a timer, a promise) is touched on behalf
// of another, which the platform forbids. What has to be waited for, worker.mjs
// waits for: bodies, bundles.
//
// A Worker with ops of one's own is a main of a few lines:
//
//	func main() { instance.Run(instance.Options{Engine: []engine.Option{engine.With(myOp)}}) }
package instance

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall/js"
	"unsafe"

	"github.com/pageleap/pageleap/edge"
	"github.com/pageleap/pageleap/edge/store"
	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/limit"
	"github.com/syumai/workers"
)

// Options are what a program adds to the handler.
type Options struct {
	Engine []engine.Option
	// Wrap puts a handler of one's own around pageleap's. Scoring does not pass
	// it, unless the Worker's variable SCORING is "handler".
	Wrap func(http.Handler) http.Handler
}

// settings are the Worker's variables, as worker.mjs hands them over.
type settings struct {
	ReadToken string   `json:"readToken"`
	Origins   []string `json:"origins"`
	MaxBody   int64    `json:"maxBody"`
	Limits    string   `json:"limits"` // NAME=N, with spaces or commas between them
	Events    bool     `json:"events"`
}

var (
	handler *edge.Handler
	loader  store.Loader
	todo    []func() // work for after the answer
	journal events
)

// Run serves until the isolate ends.
func Run(o Options) {
	// Of the isolate's 128 MB some are JavaScript's. Below the limit collecting
	// garbage seldom is worth more than the memory.
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(80 << 20)

	var s settings
	if err := json.Unmarshal([]byte(js.Global().Get("context").Get("settings").String()), &s); err != nil {
		panic(err)
	}
	var l limit.Limits
	for text := range strings.FieldsFuncSeq(s.Limits, func(r rune) bool { return r == ' ' || r == ',' || r == '\n' }) {
		if err := l.Set(text); err != nil {
			println("pageleap: LIMITS:", err.Error())
			os.Exit(1)
		}
	}
	journal.on = s.Events
	handler = edge.New(edge.Config{
		ReadToken: s.ReadToken, Origins: s.Origins, MaxBody: s.MaxBody,
		FixedModels: "the models of this deployment come from its store; publish them there",
		Frames:      l.Frame,
		Options:     append(l.Options(), o.Engine...),
		Observer:    &journal,
		After:       func(work func()) { todo = append(todo, work) },
	})
	loader.Handler = handler
	var h http.Handler = handler
	if o.Wrap != nil {
		h = o.Wrap(h)
	}
	workers.ServeNonBlock(whole{h})
	workers.Ready()
	select {}
}

// whole gives a handler the whole body at once, and hands over the whole answer.
// The glue's own ways, streams of promises, would leave a little behind with
// each request, and closing the answer's would end the program.
type whole struct{ http.Handler }

// answered counts the requests that came through the glue.
var answered int

func (h whole) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// The glue makes dozens of JavaScript values for a request, each of which
	// lives until Go's collector has found that nobody in Go refers to it. That
	// knows nothing of what they weigh, so it is called before they grow old:
	// JavaScript's collector is quick with what is young.
	if answered++; answered%200 == 0 {
		runtime.GC()
	}
	// worker.mjs puts the body here right before it calls, and the call runs to
	// its end before the next one.
	from := js.Global().Get("context").Get("body")
	body := make([]byte, from.Length())
	js.CopyBytesToGo(body, from)
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	out := answerWriter{header: w.Header()}
	defer func() {
		if fault := recover(); fault != nil { // in a handler of the user's own
			journal.Panicked("", fault, debug.Stack())
			clear(out.header)
			out.status, out.body = http.StatusInternalServerError, nil
		}
		if out.status == 0 {
			out.status = http.StatusOK
		}
		w.WriteHeader(out.status)
		to := js.Global().Get("Uint8Array").New(len(out.body))
		js.CopyBytesToJS(to, out.body)
		w.(interface{ WriteRawJSBody(js.Value) }).WriteRawJSBody(to)
	}()
	h.Handler.ServeHTTP(&out, r)
}

type answerWriter struct {
	header http.Header
	status int
	body   []byte
}

func (w *answerWriter) Header() http.Header { return w.header }

func (w *answerWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

func (w *answerWriter) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	w.body = append(w.body, b...)
	return len(b), nil
}

// input is where worker.mjs writes what it passes.
var input []byte

// output says where the answer to the last call is.
var output struct {
	status        uint32
	head, headLen uint32 // the names and values of its headers, a line each
	body, bodyLen uint32
	events, evLen uint32 // a line of JSON each, if they are wanted
	todo          uint32 // pieces of work for after the answer
}

// What output points to, kept from the garbage collector.
var (
	outHead   string
	outBody   []byte
	outEvents []byte
)

// buffer makes room for n bytes of input and says where.
//
//go:wasmexport buffer
func buffer(n uint32) uint32 {
	const keep = 1 << 20 // more than that is not held on to
	if int(n) > cap(input) || cap(input) > keep && n <= keep {
		input = make([]byte, max(n, 16<<10))
	}
	input = input[:cap(input)]
	return uint32(uintptr(unsafe.Pointer(unsafe.SliceData(input))))
}

// answer says where output is. It never moves.
//
//go:wasmexport answer
func answer() uint32 { return uint32(uintptr(unsafe.Pointer(&output))) }

func put(status int, head string, body []byte) {
	outHead, outBody, outEvents = head, body, journal.take()
	output.status = uint32(status)
	output.head, output.headLen = uint32(uintptr(unsafe.Pointer(unsafe.StringData(head)))), uint32(len(head))
	output.body, output.bodyLen = uint32(uintptr(unsafe.Pointer(unsafe.SliceData(body)))), uint32(len(body))
	output.events, output.evLen = uint32(uintptr(unsafe.Pointer(unsafe.SliceData(outEvents)))), uint32(len(outEvents))
	output.todo = uint32(len(todo))
}

// score answers a POST request. Its input is seven lines, without a line feed
// after the last: the path, the query and the headers content-type, accept,
// authorization, origin and x-pageleap-key; then the body.
//
//go:wasmexport score
func score(headLen, bodyLen uint32) {
	c := edge.Call{Method: http.MethodPost, Body: input[headLen : headLen+bodyLen]}
	rest := string(input[:headLen])
	for _, field := range [...]*string{&c.Path, &c.Query, &c.ContentType, &c.Accept, &c.Authorization, &c.Origin, &c.Key} {
		*field, rest, _ = strings.Cut(rest, "\n")
	}
	a := handler.Answer(context.Background(), &c)
	put(a.Status, strings.Join(a.Header, "\n"), a.Body)
}

// tooLarge answers a request whose body worker.mjs did not take. Its input is
// that of score without the body.
//
//go:wasmexport too_large
func tooLarge(headLen uint32) {
	c := edge.Call{Method: http.MethodPost}
	rest := string(input[:headLen])
	for _, field := range [...]*string{&c.Path, &c.Query, &c.ContentType, &c.Accept, &c.Authorization, &c.Origin, &c.Key} {
		*field, rest, _ = strings.Cut(rest, "\n")
	}
	a := handler.TooLarge(&c)
	put(a.Status, strings.Join(a.Header, "\n"), a.Body)
}

// Models are changed in three steps that nothing comes between: index, bundle
// for each hash that index asks for, and commit. Status 200 is good; else the
// body says what is wrong, and all is as before.

var next struct {
	index   *store.Index
	bundles map[string][]byte
}

// index takes the text of an index. The answer is the hashes of the bundles that
// it speaks of, a line each: behind "=" those that are loaded already, behind
// "+" those that bundle is to bring.
//
//go:wasmexport index
func index(n uint32) {
	x, err := store.Parse(input[:n])
	if err != nil {
		put(http.StatusBadRequest, "", []byte(err.Error()))
		return
	}
	next.index, next.bundles = x, map[string][]byte{}
	var lines []byte
	for hash, loaded := range loader.Hashes(x) {
		mark := byte('+')
		if loaded {
			mark = '='
		}
		lines = append(append(append(lines, mark), hash...), '\n')
	}
	put(http.StatusOK, "", lines)
}

// bundle takes a hash, 64 bytes, and the bundle with that hash.
//
//go:wasmexport bundle
func bundle(n uint32) {
	const hash = 64
	next.bundles[string(input[:hash])] = bytes.Clone(input[hash:n])
}

// commit serves what the index says.
//
//go:wasmexport commit
func commit() {
	x, bundles := next.index, next.bundles
	next.index, next.bundles = nil, nil
	err := loader.Apply(x, func(hash string) ([]byte, error) {
		if zip, ok := bundles[hash]; ok {
			return zip, nil
		}
		return nil, io.ErrUnexpectedEOF
	})
	if err != nil {
		put(http.StatusBadRequest, "", []byte(err.Error()))
		return
	}
	put(http.StatusOK, "", nil)
}

// after does the work that was put off until after the answer.
//
//go:wasmexport after
func after() {
	work := todo
	todo = nil
	for _, f := range work {
		f()
	}
	put(http.StatusOK, "", nil)
}

// events observes the handler. It logs what must not go unseen, and keeps the
// rest for worker.mjs, if that wants it.
type events struct {
	on    bool
	lines []byte
}

func (e *events) take() []byte {
	lines := e.lines
	e.lines = nil
	return lines
}

func (e *events) add(v any) {
	if e.on {
		b, _ := json.Marshal(v) // of numbers and strings
		e.lines = append(append(e.lines, b...), '\n')
	}
}

func (e *events) Answered(a edge.Event) {
	if e.on {
		e.add(map[string]any{"event": "answered", "route": a.Route, "status": a.Status, "kind": a.Kind,
			"model": a.Model, "version": a.Version, "variant": a.Variant, "rows": a.Rows, "dropped": a.Dropped})
	}
}

func (e *events) Shadowed(s edge.Shadowing) {
	e.add(map[string]any{"event": "shadowed", "model": s.Model, "version": s.Version, "shadow": s.Shadow,
		"failed": s.Failed, "same": s.Same, "difference": strconv.FormatFloat(s.Difference, 'g', -1, 64)})
}

func (e *events) GuardTripped(model, experiment, variant string) {
	println("pageleap: the guard of experiment", experiment, "turned variant", variant, "of model", model, "off")
}

// Panicked does not print the fault itself, which may quote data.
func (e *events) Panicked(route string, fault any, stack []byte) {
	println("pageleap: panic in", route)
	println(string(stack))
}
