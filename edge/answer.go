package edge

import (
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/frame/mleappb"
)

const (
	typeJSON     = "application/json"
	typeProtobuf = "application/x-protobuf"
	typeNDJSON   = "application/x-ndjson"
	typeZip      = "application/zip"
	typeProblem  = "application/problem+json"
)

func reply(status int, contentType string, body []byte) *Answer {
	return &Answer{Status: status, Header: []string{"Content-Type", contentType}, Body: body}
}

func replyJSON(status int, v any) (*Answer, error) {
	b, err := json.Marshal(v)
	return reply(status, typeJSON, append(b, '\n')), err
}

// problem is RFC 9457's problem details.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Kind   string `json:"kind"`
	Detail string `json:"detail"`
	Row    *int   `json:"row,omitempty"`
	Column string `json:"column,omitempty"`
	Path   string `json:"path,omitempty"` // of the transformer in the bundle
}

func (x *exchange) problem(status int, kind, detail string) *Answer {
	return x.answerProblem(problem{Status: status, Kind: kind, Detail: detail})
}

func (x *exchange) answerProblem(p problem) *Answer {
	p.Type, p.Title = "about:blank", http.StatusText(p.Status)
	x.event.Kind = p.Kind
	b, _ := json.Marshal(p) // of numbers and strings
	return reply(p.Status, typeProblem, append(b, '\n'))
}

// httpError is an error with a status of its own.
type httpError struct {
	status int
	kind   string
	detail string
}

func (e *httpError) Error() string { return e.detail }

// errorKind is engine.ErrorKind with this package's words.
func errorKind(err error) string {
	var h *httpError
	if errors.As(err, &h) {
		return h.kind
	}
	return engine.ErrorKind(err)
}

// fault answers an error: the request's, unless it says otherwise.
func (x *exchange) fault(err error) *Answer {
	p := problem{Status: http.StatusBadRequest, Kind: errorKind(err), Detail: err.Error()}
	var h *httpError
	if errors.As(err, &h) {
		p.Status = h.status
	}
	var row *engine.RowError
	if errors.As(err, &row) {
		if row.Row >= 0 {
			p.Row = &row.Row
		}
		p.Column, p.Path = row.Column, row.Path
	}
	return x.answerProblem(p)
}

// frameFault answers a frame that could not be transformed, in the language of
// the request.
func (x *exchange) frameFault(f frame.Format, err error) *Answer {
	a := x.fault(err)
	if f != frame.Binary && !x.config.MLeapErrors {
		return a
	}
	e := mleappb.ErrorTransformResponse{Status: mleappb.Failed, Error: err.Error(), Backtrace: backtrace(err)}
	status := a.Status
	if x.config.MLeapErrors {
		status = http.StatusOK
	}
	if f == frame.Binary {
		return reply(status, typeProtobuf, e.Append(nil))
	}
	return reply(status, typeJSON, e.AppendJSON(nil))
}

// backtrace stands where MLeap's answers hold Java's stack.
func backtrace(err error) string {
	s := errorKind(err) + ": " + err.Error()
	var row *engine.RowError
	if errors.As(err, &row) {
		s += "\n\tat " + row.Path
	}
	return s
}

// media is the type in a Content-Type, without its parameters.
func media(contentType string) string {
	switch contentType {
	case typeJSON, typeProtobuf, "":
		return contentType // what callers mostly send
	}
	m, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return contentType
	}
	return m
}

// curlForm is what curl -d says of a body when it is told nothing else.
const curlForm = "application/x-www-form-urlencoded"

func unsupported(contentType string, want ...string) error {
	return &httpError{http.StatusUnsupportedMediaType, "format", "Content-Type is " + strconv.Quote(contentType) + "; send " + strings.Join(want, " or ")}
}

// negotiate picks the offer that an Accept header likes best; among equals the
// first.
func negotiate(accept string, offers ...string) (string, error) {
	if accept == "" || accept == "*/*" {
		return offers[0], nil
	}
	if slices.Contains(offers, accept) {
		return accept, nil
	}
	best, most := "", 0.0
	for _, offer := range offers {
		if q := quality(accept, offer); q > most {
			best, most = offer, q
		}
	}
	if best == "" {
		return "", &httpError{http.StatusNotAcceptable, "format", "Accept is " + strconv.Quote(accept) + "; there is " + strings.Join(offers, " and ")}
	}
	return best, nil
}

// quality is how much an Accept header wants a type: the q of the range that
// says the most about it (RFC 9110, 12.5.1).
func quality(accept, offer string) float64 {
	major, _, _ := strings.Cut(offer, "/")
	q, exact := 0.0, -1
	for part := range strings.SplitSeq(accept, ",") {
		m, params, err := mime.ParseMediaType(strings.TrimSpace(part))
		if err != nil {
			continue
		}
		rank := -1
		switch m {
		case offer:
			rank = 2
		case major + "/*":
			rank = 1
		case "*/*", "*":
			rank = 0
		}
		if rank <= exact {
			continue
		}
		exact, q = rank, 1
		if s, ok := params["q"]; ok {
			if q, err = strconv.ParseFloat(s, 64); err != nil {
				q = 0
			}
		}
	}
	return q
}
