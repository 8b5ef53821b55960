package engine

import (
	"errors"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/internal/json"
	"github.com/pageleap/pageleap/engine/transform"
)

// TransformBytes runs the pipeline over a frame in one of its written forms
// and writes the frame that comes out; columns picks some of it (nil: all).
// dropped are the rows that handle_invalid = skip left out. Every host (command
// line, scorer.wasm, HTTP) goes through here, so that all give the same bytes.
func (m *Model) TransformBytes(data []byte, in, out frame.Format, columns []string) (b []byte, dropped []int, err error) {
	f, err := frame.Read(in, data, m.Inputs(), frame.ReadOptions{Limits: m.frames})
	if err != nil {
		return nil, nil, err
	}
	res, err := m.Transform(f)
	if err != nil {
		return nil, nil, err
	}
	if columns != nil {
		if res.Frame, err = res.Frame.Select(columns); err != nil {
			return nil, nil, err
		}
	}
	return frame.Append(nil, out, res.Frame), res.Dropped, nil
}

// AppendInfo appends what hosts need to know of a model, as JSON:
//
//	{"name": …, "uid": …, "version": …, "format": …, "inputs": {"fields": […]}, "outputs": {"fields": […]}}
//
// inputs and outputs are schemas as leap frames write them.
func (m *Model) AppendInfo(b []byte) []byte {
	for i, kv := range [...][2]string{{"name", m.bundle.Name}, {"uid", m.bundle.UID}, {"version", m.bundle.Version}, {"format", m.bundle.Format.String()}} {
		b = append(b, "{,,,"[i], '"')
		b = append(b, kv[0]...)
		b = append(b, `":`...)
		b = json.AppendString(b, kv[1])
	}
	b = append(b, `,"inputs":`...)
	b = frame.AppendSchema(b, m.Inputs())
	b = append(b, `,"outputs":`...)
	b = frame.AppendSchema(b, m.Outputs())
	return append(b, '}')
}

// ErrorKind is the one word for what kind of error err is, which hosts in
// other languages give their users: "bundle", "unknown_op", "limit", "format",
// "schema", "null", "unseen", "range", "shape", "value" or "error".
func ErrorKind(err error) string {
	for _, k := range kinds {
		if errors.Is(err, k.err) {
			return k.name
		}
	}
	return "error"
}

var kinds = [...]struct {
	err  error
	name string
}{
	{transform.ErrUnknownOp, "unknown_op"},
	{bundle.ErrLimit, "limit"},
	{frame.ErrLimit, "limit"},
	{bundle.ErrNotFound, "bundle"},
	{bundle.ErrMalformed, "bundle"},
	{bundle.ErrAttribute, "bundle"},
	{frame.ErrFormat, "format"},
	{frame.ErrSchema, "schema"},
	{transform.ErrNull, "null"},
	{transform.ErrUnseen, "unseen"},
	{transform.ErrRange, "range"},
	{transform.ErrShape, "shape"},
	{transform.ErrValue, "value"},
	{frame.ErrValue, "value"},
}
