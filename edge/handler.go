// Package edge is pageleap behind HTTP, in the shape of MLeap's Spring Boot
// server so that its clients work unchanged. The same handler runs as a plain
// server (pageleap serve) and in a Cloudflare Worker.
//
//	POST   /models                    load a model, by URI or as an upload
//	GET    /models                    the models and versions that there are
//	GET    /models/{name}             one of them
//	DELETE /models/{name}             unload it
//	GET    /models/{name}/meta        what its bundle says, its inputs and outputs
//	POST   /models/{name}/transform   a leap frame in, the transformed frame out
//	POST   /models/{name}/score       plain JSON rows in, their scores out
//	POST   /models/transform          MLeap's TransformFrameRequest
//	GET    /actuator/health, /actuator/info
//	GET    /openapi.json              all of this as an OpenAPI 3.1 document
//
// A {name} is a model's name, which stands for its current version or for the
// experiment that runs on it, or name@version.
//
// # Errors
//
// Errors are RFC 9457 problem details, in which kind is engine.ErrorKind's word
// and row and column say where. Two answers are MLeap's own instead: a
// TransformFrameRequest that fails is answered 200 with status STATUS_ERROR,
// and a protobuf frame that fails with an ErrorTransformResponse.
//
// # Privacy
//
// Nothing that a request holds is kept, and an Observer is told of sizes, times
// and kinds of errors only. Error details do quote values, to whoever sent them.
package edge

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

// Config is how a handler is to work. The zero value serves everybody, and lets
// nobody change the models.
type Config struct {
	// ReadToken is the bearer token that reading and scoring need; "": none.
	ReadToken string
	// ManageToken is the bearer token that loading and unloading models need;
	// "": nobody may.
	ManageToken string
	// Origins are the web origins whose pages may call (CORS): "https://shop.example",
	// or "*" for all. None: the browser lets no other origin in.
	Origins []string
	// MaxBody and MaxUpload bound the bodies of requests and of bundles, in
	// bytes; 0: 64 MiB.
	MaxBody, MaxUpload int64
	// Fetch gets the zip of a bundle by its URI; nil: models are only uploaded.
	// An error that is ErrForbidden is answered 403.
	Fetch func(ctx context.Context, uri string) ([]byte, error)
	// FixedModels says that models come from a store that the API does not
	// change; it tells callers so.
	FixedModels string
	// MLeapErrors answers frames that cannot be transformed as MLeap's server
	// does: 200, and an ErrorTransformResponse in place of the frame.
	MLeapErrors bool
	// Frames is what a request's frame may ask for; see frame.Limits for the defaults.
	Frames frame.Limits
	// Options go to engine.Load: ops of one's own, limits.
	Options []engine.Option
	// Observer is told what happens; nil: nobody.
	Observer Observer
	// After runs work that must not hold up the answer; nil: on a goroutine.
	After func(work func())
	// Admit lets ServeHTTP go on with a POST request whose body has come in, and
	// gives what is to be called when it is answered; nil: the server is busy
	// enough, and the request is answered 503.
	Admit func() (done func())
	// Ready says whether new requests are welcome, for /actuator/health; nil:
	// they are.
	Ready func() bool
	// Encode compresses an answer for ServeHTTP as an Accept-Encoding header
	// allows; "": not at all. nil: the platform does it.
	Encode func(acceptEncoding string, body []byte) (encoding string, encoded []byte)
}

// ErrForbidden is what errors.Is finds where a URI is not one of those that
// models may be loaded from.
var ErrForbidden = errors.New("not allowed")

// Observer is told what a handler does, never with what data.
type Observer interface {
	Answered(Event)
	Shadowed(Shadowing)
	// GuardTripped says that an experiment's guard turned a variant off.
	GuardTripped(model, experiment, variant string)
	// Panicked says that a request met a fault of the program's own.
	Panicked(route string, fault any, stack []byte)
}

// Event is a request and its answer.
type Event struct {
	Method, Route           string // Route is the pattern: "/models/{name}/transform"
	Status                  int
	Kind                    string // of the error, in a word; "" if there is none
	Model, Version, Variant string // who scored; "" where nobody did
	Rows, Dropped           int
	BytesIn, BytesOut       int
	Took                    time.Duration
}

// Shadowing is how a shadow's scores compare with those that were answered.
type Shadowing struct {
	Model, Version, Shadow string // Shadow is its version
	Failed                 bool   // it could not score what the other could
	Same                   bool   // within the tolerance
	Difference             float64
	Took                   time.Duration
}

// Handler serves models by name. Its methods are safe for any number of
// goroutines.
type Handler struct {
	Catalog *Catalog
	config  Config
	read    [sha256.Size]byte // of the tokens, so that comparing takes one time
	manage  [sha256.Size]byte
}

// New makes a handler with no models.
func New(c Config) *Handler {
	if c.MaxBody == 0 {
		c.MaxBody = 64 << 20
	}
	if c.MaxUpload == 0 {
		c.MaxUpload = 64 << 20
	}
	c.Frames = c.Frames.Filled()
	if c.After == nil {
		c.After = func(work func()) { go work() }
	}
	return &Handler{Catalog: newCatalog(), config: c, read: sha256.Sum256([]byte(c.ReadToken)), manage: sha256.Sum256([]byte(c.ManageToken))}
}

// Load makes a model of a bundle's zip, with the handler's options. Without a
// version it gets the beginning of the zip's SHA-256 for one.
func (h *Handler) Load(name, version string, zip []byte) (*Served, error) {
	if version == "" {
		version = ContentVersion(zip)
	}
	files, err := bundle.OpenZip(zip)
	if err != nil {
		return nil, err
	}
	return h.LoadFiles(name, version, files)
}

// LoadFiles makes a model of a bundle's files.
func (h *Handler) LoadFiles(name, version string, files bundle.Files) (*Served, error) {
	s := &Served{Name: name, Version: version}
	if err := s.check(); err != nil {
		return nil, err
	}
	var err error
	s.Model, err = engine.LoadFiles(files, h.config.Options...)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Call is a request, free of net/http: whoever has the bytes can ask.
type Call struct {
	Method string
	Path   string // as it was sent, escapes and all
	Query  string // likewise
	// The headers that matter. Key is x-pageleap-key, by which experiments
	// assign variants, and Timeout is MLeap's, in milliseconds.
	ContentType, Accept, Authorization, Origin, Key, Timeout string
	Body                                                     []byte
}

// Answer is what comes back.
type Answer struct {
	Status int
	Header []string // names and values in turn
	Body   []byte
}

// The headers of this package's own.
const (
	KeyHeader     = "x-pageleap-key"     // in: the key that experiments assign variants by
	ModelHeader   = "x-pageleap-model"   // out: name@version that answered
	VariantHeader = "x-pageleap-variant" // out: experiment/variant, where one runs
	DroppedHeader = "x-pageleap-dropped" // out: the rows that handle_invalid = skip left out
)

// access is who may use a route.
type access int

const (
	open access = iota
	reading
	managing
)

type route struct {
	method, pattern string
	access          access
	answer          func(x *exchange) (*Answer, error)
}

var routes = [...]route{
	{"POST", "/models/{name}/transform", reading, (*exchange).transform},
	{"POST", "/models/{name}/score", reading, (*exchange).score},
	{"POST", "/models/transform", reading, (*exchange).envelope},
	{"GET", "/models/{name}/meta", reading, (*exchange).meta},
	{"GET", "/models/{name}", reading, (*exchange).get},
	{"DELETE", "/models/{name}", managing, (*exchange).unload},
	{"GET", "/models", reading, (*exchange).list},
	{"POST", "/models", managing, (*exchange).load},
	{"GET", "/actuator", open, (*exchange).actuator},
	{"GET", "/actuator/health", open, (*exchange).health},
	{"GET", "/actuator/info", reading, (*exchange).info},
	{"GET", "/openapi.json", open, (*exchange).openAPI},
}

// find is the route of a request and the {name} in its path. If only the method
// is wrong, allow lists those that would be right.
func find(method, path string) (r *route, name string, allow []string) {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	for i := range routes {
		c := &routes[i]
		n, ok := match(c.pattern, path)
		switch {
		case !ok:
		case c.method == method:
			return c, n, nil
		default:
			allow = append(allow, c.method)
		}
	}
	return nil, "", allow
}

// match says whether a path is of a pattern, and what stands for its {name}.
func match(pattern, path string) (name string, ok bool) {
	const hole = "{name}"
	before, after, named := strings.Cut(pattern, hole)
	if path = strings.TrimSuffix(path, "/"); !named {
		return "", path == pattern
	}
	if !strings.HasPrefix(path, before) || !strings.HasSuffix(path, after) || len(path) <= len(before)+len(after) {
		return "", false
	}
	name = path[len(before) : len(path)-len(after)]
	// "transform" is no name: /models/transform is a route.
	return name, name != "transform" && strings.IndexByte(name, '/') < 0
}

// exchange is a call that is being answered.
type exchange struct {
	*Handler
	*Call
	ctx   context.Context
	name  string // the {name} of the path
	event Event
}

// Answer answers a call. It does not keep the call's body, nor change it.
func (h *Handler) Answer(ctx context.Context, c *Call) *Answer {
	start := time.Now()
	x := &exchange{Handler: h, Call: c, ctx: ctx}
	x.event.Method, x.event.BytesIn = c.Method, len(c.Body)
	a := x.answer()
	return x.finish(a, start)
}

func (x *exchange) answer() (a *Answer) {
	defer func() {
		if fault := recover(); fault != nil {
			a = x.panicked(fault, debug.Stack())
		}
	}()
	if x.Method == http.MethodOptions {
		return x.preflight()
	}
	r, name, allow := find(x.Method, x.Path)
	if r == nil {
		x.event.Route = "other"
		if allow != nil {
			a := x.problem(http.StatusMethodNotAllowed, "not_allowed", x.Method+" is not for this resource; "+strings.Join(allow, ", ")+" is")
			a.Header = append(a.Header, "Allow", strings.Join(allow, ", "))
			return a
		}
		return x.problem(http.StatusNotFound, "not_found", "no such resource: "+x.Method+" "+x.Path+"; /openapi.json lists those that there are")
	}
	x.event.Route = r.pattern
	if a := x.permit(r.access); a != nil {
		return a
	}
	var err error
	if x.name, err = url.PathUnescape(name); err != nil {
		return x.problem(http.StatusBadRequest, "format", err.Error())
	}
	if a, err = r.answer(x); err != nil {
		return x.fault(err)
	}
	return a
}

// panicked answers for a fault of the program's own, which must not end it.
func (x *exchange) panicked(fault any, stack []byte) *Answer {
	if o := x.config.Observer; o != nil {
		o.Panicked(x.event.Route, fault, stack)
	}
	return x.problem(http.StatusInternalServerError, "internal", "an internal error, which is not the request's fault; please report it with the bundle")
}

// permit answers a call that may not go on; nil: it may.
func (x *exchange) permit(a access) *Answer {
	token, want := x.config.ReadToken, &x.read
	switch {
	case a == open || a == reading && token == "":
		return nil
	case a == managing:
		token, want = x.config.ManageToken, &x.manage
		if x.config.FixedModels != "" {
			return x.problem(http.StatusForbidden, "forbidden", x.config.FixedModels)
		}
		if token == "" {
			return x.problem(http.StatusForbidden, "forbidden", "changing models is turned off here: no token for it is set")
		}
	}
	scheme, sent, _ := strings.Cut(x.Authorization, " ")
	sum := sha256.Sum256([]byte(strings.TrimSpace(sent)))
	ok := subtle.ConstantTimeCompare(sum[:], want[:]) == 1
	if a == reading && x.config.ManageToken != "" && subtle.ConstantTimeCompare(sum[:], x.manage[:]) == 1 {
		ok = true // whoever may change models may use them
	}
	if ok && strings.EqualFold(scheme, "Bearer") {
		return nil
	}
	p := x.problem(http.StatusUnauthorized, "unauthorized", "this needs a valid token: Authorization: Bearer …")
	p.Header = append(p.Header, "WWW-Authenticate", `Bearer realm="pageleap"`)
	return p
}

// Permit is the answer to a reader without the token that reading takes; nil: it
// may read. Other handlers beside this one can ask it.
func (h *Handler) Permit(authorization string) *Answer {
	x := &exchange{Handler: h, Call: &Call{Authorization: authorization}}
	return x.permit(reading)
}

// finish adds what all answers have, and tells the observer.
func (x *exchange) finish(a *Answer, start time.Time) *Answer {
	if len(x.config.Origins) > 0 {
		if allowed := x.origin(); allowed != "" {
			a.Header = append(a.Header, "Access-Control-Allow-Origin", allowed,
				"Access-Control-Expose-Headers", ModelHeader+", "+VariantHeader+", "+DroppedHeader)
		}
		if !slices.Contains(x.config.Origins, "*") {
			a.Header = append(a.Header, "Vary", "Origin")
		}
	}
	if o := x.config.Observer; o != nil {
		x.event.Status, x.event.BytesOut, x.event.Took = a.Status, len(a.Body), time.Since(start)
		o.Answered(x.event)
	}
	return a
}

// origin is the value of Access-Control-Allow-Origin; "": none.
func (x *exchange) origin() string {
	for _, o := range x.config.Origins {
		if o == "*" || o == x.Origin {
			return o
		}
	}
	return ""
}

// preflight answers a browser that asks whether a page may call.
func (x *exchange) preflight() *Answer {
	x.event.Route = "preflight"
	a := &Answer{Status: http.StatusNoContent}
	if len(x.config.Origins) > 0 && x.origin() != "" {
		a.Header = append(a.Header,
			"Access-Control-Allow-Methods", "GET, POST, DELETE",
			"Access-Control-Allow-Headers", "Authorization, Content-Type, Timeout, "+KeyHeader,
			"Access-Control-Max-Age", "86400")
	}
	return a
}

// ServeHTTP answers over net/http.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := Call{
		Method: r.Method, Path: r.URL.EscapedPath(), Query: r.URL.RawQuery,
		ContentType: header(r, "Content-Type"), Accept: header(r, "Accept"), Authorization: header(r, "Authorization"),
		Origin: header(r, "Origin"), Key: header(r, KeyHeader), Timeout: header(r, "Timeout"),
	}
	limit := h.Limit(c.Method, c.Path)
	var a *Answer
	var err error
	if r.ContentLength > limit {
		a = h.TooLarge(&c)
	} else if c.Body, err = readAll(http.MaxBytesReader(w, r.Body, limit), r.ContentLength); err == nil {
		a = h.admitted(r.Context(), &c)
	} else if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		a = h.TooLarge(&c)
	} else {
		a = h.refuse(&c, http.StatusBadRequest, "format", "the body could not be read: "+err.Error())
	}
	if h.config.Encode != nil && a.Status != http.StatusNoContent {
		a.Header = append(a.Header, "Vary", "Accept-Encoding")
		if encoding, body := h.config.Encode(header(r, "Accept-Encoding"), a.Body); encoding != "" {
			a.Header = append(a.Header, "Content-Encoding", encoding)
			a.Body = body
		}
	}
	a.Write(w)
}

// admitted answers a call if the server is not too busy.
func (h *Handler) admitted(ctx context.Context, c *Call) *Answer {
	if h.config.Admit == nil || c.Method != http.MethodPost {
		return h.Answer(ctx, c)
	}
	done := h.config.Admit()
	if done == nil {
		a := h.refuse(c, http.StatusServiceUnavailable, "overload", "too many requests are being answered at this time; try again in a second")
		a.Header = append(a.Header, "Retry-After", "1")
		return a
	}
	defer done()
	return h.Answer(ctx, c)
}

// Write sends an answer.
func (a *Answer) Write(w http.ResponseWriter) {
	head := w.Header()
	for i := 0; i < len(a.Header); i += 2 {
		head.Add(a.Header[i], a.Header[i+1])
	}
	if a.Status != http.StatusNoContent {
		head.Set("Content-Length", strconv.Itoa(len(a.Body)))
	}
	w.WriteHeader(a.Status)
	w.Write(a.Body)
}

// header is a header's value. The Worker's glue splits values at commas.
func header(r *http.Request, name string) string {
	v := r.Header[http.CanonicalHeaderKey(name)]
	if len(v) == 1 {
		return v[0]
	}
	return strings.Join(v, ",")
}

// readAll makes room for what is announced, but no more than a little before it
// has come.
func readAll(r io.Reader, size int64) ([]byte, error) {
	b := bytes.NewBuffer(make([]byte, 0, min(max(size, 0), 1<<20)+bytes.MinRead))
	_, err := b.ReadFrom(r)
	return b.Bytes(), err
}

// Limit is how long the body of a request may be.
func (h *Handler) Limit(method, path string) int64 {
	if method == http.MethodPost && strings.TrimSuffix(path, "/") == "/models" {
		return h.config.MaxUpload
	}
	return h.config.MaxBody
}

// TooLarge is the answer to a request whose body is longer than Limit.
func (h *Handler) TooLarge(c *Call) *Answer {
	return h.refuse(c, http.StatusRequestEntityTooLarge, "limit", fmt.Sprintf("the body is longer than the limit of %d bytes; send the rows in parts", h.Limit(c.Method, c.Path)))
}

// refuse answers a request that did not get as far as Answer.
func (h *Handler) refuse(c *Call, status int, kind, detail string) *Answer {
	x := &exchange{Handler: h, Call: c, ctx: context.Background()}
	x.event.Method, x.event.Route = c.Method, "other"
	if r, _, _ := find(c.Method, c.Path); r != nil {
		x.event.Route = r.pattern
	}
	return x.finish(x.problem(status, kind, detail), time.Now())
}
