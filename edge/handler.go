// Package edge is pageleap behind HTTP, in the shape of MLeap's Spring Boot
// server so that its clients work unchanged. The same handler runs as a plain
// server (pageleap serve) and at the edge.
//
//	POST /models/{name}/transform   a leap frame in, the transformed frame out
//	GET  /models/{name}/meta        the bundle's name and versions, inputs and outputs
//	GET  /actuator/health           {"status":"UP"}
//
// Errors are RFC 9457 problem details.
package edge

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"sort"
	"strconv"
	"strings"
	"sync"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/frame"
)

// MaxBody is the largest request body that is read, in bytes.
const MaxBody = 64 << 20

// Handler serves models by name. Its methods are safe for any number of
// goroutines.
type Handler struct {
	mux    http.ServeMux
	mu     sync.RWMutex
	models map[string]*engine.Model
}

// NewHandler makes a handler with no models.
func NewHandler() *Handler {
	h := &Handler{models: map[string]*engine.Model{}}
	h.mux.HandleFunc("POST /models/{name}/transform", h.transform)
	h.mux.HandleFunc("GET /models/{name}/meta", h.meta)
	h.mux.HandleFunc("GET /actuator/health", h.health)
	h.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		problem(w, http.StatusNotFound, "not_found", "no such resource: "+r.Method+" "+r.URL.Path)
	})
	return h
}

// Set serves a model under a name, in place of the one that has it.
func (h *Handler) Set(name string, m *engine.Model) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.models[name] = m
}

func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer func() {
		// A fault of the engine's own must not end the server.
		if e := recover(); e != nil {
			if e == http.ErrAbortHandler {
				panic(e)
			}
			problem(w, http.StatusInternalServerError, "internal", "internal error, please report it with the bundle: "+fmt.Sprint(e))
		}
	}()
	h.mux.ServeHTTP(w, r)
}

// model finds the request's model, or answers 404 with the names that there are.
func (h *Handler) model(w http.ResponseWriter, r *http.Request) (*engine.Model, bool) {
	name := r.PathValue("name")
	h.mu.RLock()
	defer h.mu.RUnlock()
	if m, ok := h.models[name]; ok {
		return m, true
	}
	names := make([]string, 0, len(h.models))
	for n := range h.models {
		names = append(names, strconv.Quote(n))
	}
	sort.Strings(names)
	problem(w, http.StatusNotFound, "not_found", "no model "+strconv.Quote(name)+"; there are: "+strings.Join(names, ", "))
	return nil, false
}

const (
	typeJSON     = "application/json"
	typeProtobuf = "application/x-protobuf"
)

func (h *Handler) transform(w http.ResponseWriter, r *http.Request) {
	m, ok := h.model(w, r)
	if !ok {
		return
	}
	in, ok := contentFormat(w, r)
	if !ok {
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			problem(w, http.StatusRequestEntityTooLarge, "limit", "the body is larger than the limit of "+strconv.Itoa(MaxBody)+" bytes; send the rows in parts")
			return
		}
		problem(w, http.StatusBadRequest, "format", "the body could not be read: "+err.Error())
		return
	}
	out, _, err := m.TransformBytes(body, in, in, nil)
	if err != nil {
		problem(w, http.StatusBadRequest, engine.ErrorKind(err), err.Error())
		return
	}
	contentType := typeJSON
	if in == frame.Binary {
		contentType = typeProtobuf
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(out)))
	w.Write(out)
}

// contentFormat is the frame format that the Content-Type names. None, and
// curl's default for forms, count as JSON.
func contentFormat(w http.ResponseWriter, r *http.Request) (frame.Format, bool) {
	ct := r.Header.Get("Content-Type")
	media, _, err := mime.ParseMediaType(ct)
	switch {
	case ct == "" || err == nil && (media == typeJSON || media == "application/x-www-form-urlencoded"):
		return frame.JSON, true
	case err == nil && media == typeProtobuf:
		return frame.Binary, true
	}
	problem(w, http.StatusUnsupportedMediaType, "format", "Content-Type is "+strconv.Quote(ct)+"; send "+typeJSON+" or "+typeProtobuf)
	return 0, false
}

// The shapes below are those of mleap.proto's BundleMeta in JSON.
type bundleMeta struct {
	Bundle       bundleInfo `json:"bundle"`
	InputSchema  schema     `json:"inputSchema"`
	OutputSchema schema     `json:"outputSchema"`
}

type bundleInfo struct {
	UID       string `json:"uid"`
	Name      string `json:"name"`
	Format    string `json:"format"`
	Version   string `json:"version"`
	Timestamp string `json:"timestamp"`
}

type schema struct {
	Fields []field `json:"fields"`
}

type field struct {
	Name     string   `json:"name"`
	DataType dataType `json:"dataType"`
}

type dataType struct {
	Base  string    `json:"base"`
	Shape dataShape `json:"shape"`
}

type dataShape struct {
	Base        string       `json:"base"`
	IsNullable  bool         `json:"isNullable"`
	TensorShape *tensorShape `json:"tensorShape,omitempty"`
}

type tensorShape struct {
	Dimensions []dimension `json:"dimensions"`
}

type dimension struct {
	Size int    `json:"size"`
	Name string `json:"name"`
}

func (h *Handler) meta(w http.ResponseWriter, r *http.Request) {
	m, ok := h.model(w, r)
	if !ok {
		return
	}
	b := m.Bundle()
	writeJSON(w, http.StatusOK, typeJSON, bundleMeta{
		Bundle:       bundleInfo{b.UID, b.Name, strings.ToUpper(b.Format.String()), b.Version, b.Timestamp},
		InputSchema:  metaSchema(m.Inputs()),
		OutputSchema: metaSchema(m.Outputs()),
	})
}

func metaSchema(s frame.Schema) schema {
	out := schema{Fields: []field{}}
	for _, f := range s {
		d := dataType{Base: strings.ToUpper(f.Type.Base.String()), Shape: dataShape{Base: "SCALAR", IsNullable: f.Type.Nullable}}
		switch f.Type.Kind {
		case frame.List:
			d.Shape.Base = "LIST"
		case frame.Map:
			d.Shape.Base = "MAP" // no such word in mleap.proto, which cannot say it
		case frame.Tensor:
			d.Shape.Base = "TENSOR"
			if f.Type.Dims != nil {
				d.Shape.TensorShape = &tensorShape{Dimensions: []dimension{}}
				for _, n := range f.Type.Dims {
					d.Shape.TensorShape.Dimensions = append(d.Shape.TensorShape.Dimensions, dimension{Size: n})
				}
			}
		}
		out.Fields = append(out.Fields, field{f.Name, d})
	}
	return out
}

func (h *Handler) health(w http.ResponseWriter, r *http.Request) {
	writeJSON(w, http.StatusOK, typeJSON, map[string]string{"status": "UP"})
}

// problem answers with RFC 9457 problem details. kind is engine.ErrorKind's word.
func problem(w http.ResponseWriter, status int, kind, detail string) {
	writeJSON(w, status, "application/problem+json", struct {
		Type   string `json:"type"`
		Title  string `json:"title"`
		Status int    `json:"status"`
		Kind   string `json:"kind"`
		Detail string `json:"detail"`
	}{"about:blank", http.StatusText(status), status, kind, detail})
}

func writeJSON(w http.ResponseWriter, status int, contentType string, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(b)+1))
	w.WriteHeader(status)
	w.Write(append(b, '\n'))
}
