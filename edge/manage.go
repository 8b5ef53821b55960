package edge

import (
	"context"
	_ "embed"
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame/mleappb"
)

// modelType is the type of an answer about a model. It is found before anything
// is changed.
func (x *exchange) modelType() (string, error) {
	if media(x.ContentType) == typeProtobuf {
		return negotiate(x.Accept, typeProtobuf, typeJSON)
	}
	return negotiate(x.Accept, typeJSON, typeProtobuf)
}

// message is one of MLeap's, in either form.
type message interface {
	Append(b []byte) []byte
	AppendJSON(b []byte) []byte
}

func (x *exchange) about(s *Served, status int, contentType string, m message) *Answer {
	a := reply(status, contentType, nil)
	if contentType == typeProtobuf {
		a.Body = m.Append(nil)
	} else {
		a.Body = append(m.AppendJSON(nil), '\n')
	}
	a.Header = append(a.Header, ModelHeader, s.ref())
	x.event.Model, x.event.Version = s.Name, s.Version
	return a
}

func describe(s *Served) *mleappb.Model {
	m := &mleappb.Model{Name: s.Name, URI: s.URI, Config: s.Config}
	if m.Config == nil {
		m.Config = new(mleappb.ModelConfig)
	}
	return m
}

// served is the model that the path names.
func (x *exchange) served() (*Served, error) {
	v := x.Catalog.view.Load()
	s, _ := v.find(x.name)
	if s == nil {
		return nil, x.noModel(v, x.name)
	}
	return s, nil
}

func (x *exchange) get() (*Answer, error) {
	contentType, err := x.modelType()
	if err != nil {
		return nil, err
	}
	s, err := x.served()
	if err != nil {
		return nil, err
	}
	return x.about(s, http.StatusOK, contentType, describe(s)), nil
}

func (x *exchange) meta() (*Answer, error) {
	contentType, err := x.modelType()
	if err != nil {
		return nil, err
	}
	s, err := x.served()
	if err != nil {
		return nil, err
	}
	b := s.Model.Bundle()
	m := &mleappb.BundleMeta{UID: b.UID, Name: b.Name, Version: b.Version, Timestamp: b.Timestamp, Protobuf: b.Format == bundle.Protobuf,
		Inputs: s.Model.Inputs(), Outputs: s.Model.Outputs()}
	return x.about(s, http.StatusOK, contentType, m), nil
}

// listed is a model in the list of all.
type listed struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Current bool   `json:"current"`
	URI     string `json:"uri"`
}

func (x *exchange) models() []listed {
	list := []listed{}
	for s, current := range x.Catalog.All {
		list = append(list, listed{s.Name, s.Version, current, s.URI})
	}
	return list
}

func (x *exchange) list() (*Answer, error) {
	return replyJSON(http.StatusOK, map[string]any{"models": x.models()})
}

// load takes a LoadModelRequest, or a bundle itself with the name in the query.
func (x *exchange) load() (*Answer, error) {
	contentType, err := x.modelType()
	if err != nil {
		return nil, err
	}
	var q *mleappb.LoadModelRequest
	var zip []byte
	switch media(x.ContentType) {
	case typeJSON, curlForm, "":
		q, err = mleappb.ReadLoadModelRequestJSON(x.Body)
	case typeProtobuf:
		q, err = mleappb.ReadLoadModelRequest(x.Body)
	case typeZip, "application/octet-stream":
		q, err = uploadRequest(x.Query)
		zip = x.Body
	default:
		err = unsupported(x.ContentType, typeJSON, typeProtobuf, typeZip)
	}
	if err != nil {
		return nil, err
	}
	name, version, versioned := strings.Cut(q.ModelName, "@")
	if err := checkName("name", name); err != nil {
		return nil, err
	}
	if versioned {
		if err := checkName("version", version); err != nil {
			return nil, err
		}
	}
	if old, _ := x.Catalog.view.Load().find(q.ModelName); old != nil && !q.Force {
		return nil, exists(q.ModelName) // before the work of loading
	}
	if zip == nil {
		if zip, err = x.fetch(q.URI); err != nil {
			return nil, err
		}
	}
	s, err := x.Load(name, version, zip)
	if err != nil {
		return nil, err
	}
	s.URI, s.Config = q.URI, q.Config
	if err := x.Catalog.add(q.ModelName, s, q.Force); err != nil {
		return nil, err
	}
	return x.about(s, http.StatusAccepted, contentType, describe(s)), nil
}

func uploadRequest(query string) (*mleappb.LoadModelRequest, error) {
	v, err := url.ParseQuery(query)
	if err != nil {
		return nil, &httpError{http.StatusBadRequest, "format", "the query cannot be read: " + err.Error()}
	}
	q := &mleappb.LoadModelRequest{ModelName: v.Get("modelName"), URI: "upload:"}
	if s := v.Get("force"); s != "" {
		if q.Force, err = strconv.ParseBool(s); err != nil {
			return nil, &httpError{http.StatusBadRequest, "format", "force is " + strconv.Quote(s) + "; it is true or false"}
		}
	}
	return q, nil
}

// fetch gets the bundle at a URI, in the time that the caller gives.
func (x *exchange) fetch(uri string) ([]byte, error) {
	if x.config.Fetch == nil {
		return nil, &httpError{http.StatusForbidden, "forbidden", "loading by URI is turned off here: no places to load from are set; upload the bundle as " + typeZip}
	}
	ms := 60_000
	if x.Timeout != "" {
		n, err := strconv.Atoi(x.Timeout)
		if err != nil || n < 1 {
			return nil, &httpError{http.StatusBadRequest, "format", "the timeout header is " + strconv.Quote(x.Timeout) + "; it is a number of milliseconds"}
		}
		ms = min(ms, n)
	}
	ctx, cancel := context.WithTimeout(x.ctx, time.Duration(ms)*time.Millisecond)
	defer cancel()
	zip, err := x.config.Fetch(ctx, uri)
	switch {
	case errors.Is(err, ErrForbidden):
		return nil, &httpError{http.StatusForbidden, "forbidden", err.Error()}
	case errors.Is(err, fs.ErrNotExist):
		return nil, &httpError{http.StatusBadRequest, "not_found", err.Error()}
	case err != nil:
		return nil, &httpError{http.StatusBadGateway, "bundle", err.Error()}
	}
	return zip, nil
}

func (x *exchange) unload() (*Answer, error) {
	contentType, err := x.modelType()
	if err != nil {
		return nil, err
	}
	if _, err := x.served(); err != nil {
		return nil, err
	}
	name, version, _ := strings.Cut(x.name, "@")
	s, err := x.Catalog.Remove(name, version)
	switch {
	case err != nil:
		return nil, &httpError{http.StatusConflict, "conflict", err.Error()}
	case s == nil: // somebody was faster
		return nil, x.noModel(x.Catalog.view.Load(), x.name)
	}
	return x.about(s, http.StatusOK, contentType, describe(s)), nil
}

func (x *exchange) actuator() (*Answer, error) {
	type link struct {
		Href string `json:"href"`
	}
	return replyJSON(http.StatusOK, map[string]any{"_links": map[string]link{
		"self": {"/actuator"}, "health": {"/actuator/health"}, "info": {"/actuator/info"},
	}})
}

func (x *exchange) health() (*Answer, error) {
	if x.config.Ready != nil && !x.config.Ready() {
		return replyJSON(http.StatusServiceUnavailable, map[string]string{"status": "OUT_OF_SERVICE"})
	}
	return replyJSON(http.StatusOK, map[string]string{"status": "UP"})
}

func (x *exchange) info() (*Answer, error) {
	type trial struct {
		Name     string   `json:"name"`
		Model    string   `json:"model"`
		Variants []string `json:"variants"`
		Off      []string `json:"off"` // by the guard
	}
	trials := []trial{}
	for _, l := range x.models() {
		t := x.Catalog.view.Load().trials[l.Name]
		if t == nil || !l.Current {
			continue
		}
		r := trial{Name: t.Name, Model: t.Model, Variants: []string{}, Off: []string{}}
		for i, v := range t.Variants {
			r.Variants = append(r.Variants, v.Name)
			if t.Off(i) {
				r.Off = append(r.Off, v.Name)
			}
		}
		trials = append(trials, r)
	}
	build := map[string]string{"name": "pageleap", "version": "devel", "go": runtime.Version()}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		build["version"] = info.Main.Version
	}
	return replyJSON(http.StatusOK, map[string]any{"build": build, "models": x.models(), "experiments": trials})
}

//go:embed openapi.json
var openAPI []byte

func (x *exchange) openAPI() (*Answer, error) { return reply(http.StatusOK, typeJSON, openAPI), nil }
