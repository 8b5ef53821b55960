// Package mleappb holds the messages of MLeap's scoring service (mleap.proto)
// that carry frames or concern models, as protobuf and as the JSON that stands
// for it.
//
// Left out are the fields that concern streams and MLeap's own executor
// (flow_config, init_timeout): they are passed over when read.
package mleappb

import (
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/internal/base64"
	"github.com/pageleap/pageleap/engine/internal/json"
	"github.com/pageleap/pageleap/engine/internal/wire"
)

// SelectMode says what to do about a selected column that the output lacks.
type SelectMode uint8

const (
	SelectUnknown SelectMode = iota // strict too
	SelectStrict                    // an error
	SelectRelaxed                   // leave it out
)

var selectModes = []string{"SELECT_MODE_UNKNOWN", "SELECT_MODE_STRICT", "SELECT_MODE_RELAXED"}

// Status says whether a transform succeeded.
type Status uint8

const (
	OK Status = iota
	Failed
)

var statuses = []string{"STATUS_OK", "STATUS_ERROR"}

// TransformFrameRequest asks for a frame to be transformed by a model.
type TransformFrameRequest struct {
	ModelName  string
	StreamName string
	Format     string // of the frame, in MLeap's names: see frame.ParseFormat
	Tag        uint64 // comes back in the response
	Frame      []byte
	Select     []string // the columns wanted; none: all
	SelectMode SelectMode
}

// TransformFrameResponse is the answer.
type TransformFrameResponse struct {
	Tag       uint64
	Format    string // MLeap leaves it empty
	Frame     []byte // in the request's format
	Status    Status
	Error     string
	Backtrace string
}

// ErrorTransformResponse is the answer to a bare leap frame that failed.
type ErrorTransformResponse struct {
	Status    Status
	Error     string
	Backtrace string
}

// ReadTransformFrameRequest reads the message in data, whose bytes the request
// keeps.
func ReadTransformFrameRequest(data []byte) (*TransformFrameRequest, error) {
	q := new(TransformFrameRequest)
	r := wire.NewReader(data)
	for r.Next() {
		switch r.Num {
		case 1:
			q.ModelName = string(r.Bytes())
		case 2:
			q.StreamName = string(r.Bytes())
		case 4:
			q.Format = string(r.Bytes())
		case 10:
			q.Tag = uint64(r.Int64())
		case 11:
			q.Frame = r.Bytes()
		case 12:
			o := r.Message()
			for o.Next() {
				switch o.Num {
				case 1:
					q.Select = append(q.Select, string(o.Bytes()))
				case 2:
					q.SelectMode = SelectMode(enum(o.Int32(), selectModes, 0))
				}
			}
			r.Join(&o)
		}
	}
	return q, malformed(r.Err())
}

// Append appends q as a message.
func (q *TransformFrameRequest) Append(b []byte) []byte {
	b = appendString(b, 1, q.ModelName)
	b = appendString(b, 2, q.StreamName)
	b = appendString(b, 4, q.Format)
	b = appendNumber(b, 10, q.Tag)
	b = appendString(b, 11, string(q.Frame))
	var o []byte
	for _, s := range q.Select {
		o = wire.AppendBytes(o, 1, s)
	}
	o = appendNumber(o, 2, uint64(q.SelectMode))
	return appendString(b, 12, string(o))
}

// ReadTransformFrameResponse reads the message in data, whose bytes the
// response keeps.
func ReadTransformFrameResponse(data []byte) (*TransformFrameResponse, error) {
	a := new(TransformFrameResponse)
	r := wire.NewReader(data)
	for r.Next() {
		switch r.Num {
		case 1:
			a.Tag = uint64(r.Int64())
		case 2:
			a.Format = string(r.Bytes())
		case 3:
			a.Frame = r.Bytes()
		case 4:
			a.Status = Status(enum(r.Int32(), statuses, int32(Failed)))
		case 5:
			a.Error = string(r.Bytes())
		case 6:
			a.Backtrace = string(r.Bytes())
		}
	}
	return a, malformed(r.Err())
}

// Append appends a as a message.
func (a *TransformFrameResponse) Append(b []byte) []byte {
	b = appendNumber(b, 1, a.Tag)
	b = appendString(b, 2, a.Format)
	b = appendString(b, 3, string(a.Frame))
	b = appendNumber(b, 4, uint64(a.Status))
	b = appendString(b, 5, a.Error)
	return appendString(b, 6, a.Backtrace)
}

// ReadErrorTransformResponse reads the message in data.
func ReadErrorTransformResponse(data []byte) (*ErrorTransformResponse, error) {
	a := new(ErrorTransformResponse)
	r := wire.NewReader(data)
	for r.Next() {
		switch r.Num {
		case 1:
			a.Status = Status(enum(r.Int32(), statuses, int32(Failed)))
		case 2:
			a.Error = string(r.Bytes())
		case 3:
			a.Backtrace = string(r.Bytes())
		}
	}
	return a, malformed(r.Err())
}

// Append appends a as a message.
func (a *ErrorTransformResponse) Append(b []byte) []byte {
	b = appendNumber(b, 1, uint64(a.Status))
	b = appendString(b, 2, a.Error)
	return appendString(b, 3, a.Backtrace)
}

// ReadTransformFrameRequestJSON reads the message as JSON, in which the frame's
// bytes are base64 and fields go by their name in either spelling (modelName,
// model_name).
func ReadTransformFrameRequestJSON(data []byte) (*TransformFrameRequest, error) {
	q := new(TransformFrameRequest)
	d := json.NewDecoder(data)
	err := d.Object(func(key string) (err error) {
		if d.Kind() == json.Null {
			return d.Null()
		}
		switch key {
		case "modelName", "model_name":
			q.ModelName, err = d.String()
		case "streamName", "stream_name":
			q.StreamName, err = d.String()
		case "format":
			q.Format, err = d.String()
		case "tag":
			q.Tag, err = number(d)
		case "frame":
			var text []byte
			if text, err = d.Bytes(); err != nil {
				return err
			}
			frame, fault := base64.Decode(text)
			if fault != "" {
				return d.Error("\"frame\": " + fault)
			}
			q.Frame = []byte(frame)
		case "options":
			err = q.optionsJSON(d)
		default:
			err = d.Skip()
		}
		return err
	})
	if err == nil {
		err = d.End()
	}
	return q, malformed(err)
}

func (q *TransformFrameRequest) optionsJSON(d *json.Decoder) error {
	return d.Object(func(key string) error {
		if d.Kind() == json.Null {
			return d.Null()
		}
		switch key {
		case "select":
			q.Select = nil
			return d.Array(func(int) error {
				s, err := d.String()
				q.Select = append(q.Select, s)
				return err
			})
		case "selectMode", "select_mode":
			if d.Kind() == json.Number {
				n, err := d.Int()
				q.SelectMode = SelectMode(enum(int32(n), selectModes, 0))
				return err
			}
			s, err := d.String()
			if err != nil {
				return err
			}
			for i, name := range selectModes {
				if name == s {
					q.SelectMode = SelectMode(i)
					return nil
				}
			}
			return d.Error("unknown select mode " + strconv.Quote(s))
		}
		return d.Skip()
	})
}

// number reads an unsigned number, which JSON may carry as a string.
func number(d *json.Decoder) (uint64, error) {
	text, err := d.Raw()
	if err != nil {
		return 0, err
	}
	s := string(text)
	if len(s) > 1 && s[0] == '"' {
		s = s[1 : len(s)-1]
	}
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return 0, d.Error("found " + string(text) + " where a number without a sign belongs")
	}
	return n, nil
}

// AppendJSON appends q as JSON.
func (q *TransformFrameRequest) AppendJSON(b []byte) []byte {
	b = append(b, `{"modelName":`...)
	b = json.AppendString(b, q.ModelName)
	b = append(b, `,"streamName":`...)
	b = json.AppendString(b, q.StreamName)
	b = append(b, `,"format":`...)
	b = json.AppendString(b, q.Format)
	b = append(b, `,"tag":`...)
	b = strconv.AppendUint(b, q.Tag, 10)
	b = append(b, `,"frame":"`...)
	b = base64.Append(b, string(q.Frame))
	b = append(b, `","options":{"select":[`...)
	for i, s := range q.Select {
		if i > 0 {
			b = append(b, ',')
		}
		b = json.AppendString(b, s)
	}
	b = append(b, `],"selectMode":"`...)
	b = append(b, selectModes[q.SelectMode]...)
	return append(b, `"}}`...)
}

// AppendJSON appends a as MLeap's server writes it: every field, defaults too,
// and the tag as a number.
func (a *TransformFrameResponse) AppendJSON(b []byte) []byte {
	b = append(b, `{"tag":`...)
	b = strconv.AppendUint(b, a.Tag, 10)
	b = append(b, `,"format":`...)
	b = json.AppendString(b, a.Format)
	b = append(b, `,"frame":"`...)
	b = base64.Append(b, string(a.Frame))
	b = append(b, '"', ',')
	return appendOutcome(b, a.Status, a.Error, a.Backtrace)
}

// AppendJSON appends a as MLeap's server writes it.
func (a *ErrorTransformResponse) AppendJSON(b []byte) []byte {
	return appendOutcome(append(b, '{'), a.Status, a.Error, a.Backtrace)
}

func appendOutcome(b []byte, s Status, msg, backtrace string) []byte {
	b = append(b, `"status":"`+statuses[s]+`","error":`...)
	b = json.AppendString(b, msg)
	b = append(b, `,"backtrace":`...)
	b = json.AppendString(b, backtrace)
	return append(b, '}')
}

// enum is n, or other where names has no such number.
func enum(n int32, names []string, other int32) int32 {
	if n < 0 || int(n) >= len(names) {
		return other
	}
	return n
}

func appendString(b []byte, num int, s string) []byte {
	if s == "" {
		return b
	}
	return wire.AppendBytes(b, num, s)
}

func appendNumber(b []byte, num int, n uint64) []byte {
	if n == 0 {
		return b
	}
	return wire.AppendVarint(b, num, n)
}

// malformed makes a fault in a message an error about a frame.
func malformed(err error) error {
	if err == nil {
		return err
	}
	return &frame.Error{Kind: frame.ErrFormat, Msg: err.Error()}
}
