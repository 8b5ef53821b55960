package edge

import (
	"bytes"
	"errors"
	"math"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pageleap/pageleap/edge/experiment"
	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/frame/mleappb"
)

// transform answers a bare leap frame with the transformed one.
func (x *exchange) transform() (*Answer, error) {
	in, err := x.frameFormat()
	if err != nil {
		return nil, err
	}
	offers := []string{typeJSON, typeProtobuf}
	if in == frame.Binary {
		slices.Reverse(offers)
	}
	contentType, err := negotiate(x.Accept, offers...)
	if err != nil {
		return nil, err
	}
	out := frame.JSON
	if contentType == typeProtobuf {
		out = frame.Binary
	}
	columns, err := x.columns()
	if err != nil {
		return nil, err
	}
	if in == frame.JSON && out == frame.JSON && columns == nil {
		if a := x.quick(); a != nil {
			return a, nil
		}
	}
	current, err := x.served()
	if err != nil {
		return nil, err // before whatever is wrong with the frame
	}
	f, err := current.readFrame(in, x.Body, x.frames())
	if err != nil {
		return x.frameFault(out, err), nil
	}
	scored, err := x.run(x.name, func(*Served) (*frame.Frame, error) { return f, nil })
	if err == nil && columns != nil {
		scored.Frame, err = scored.Frame.Select(columns)
	}
	if notFound := (*httpError)(nil); errors.As(err, &notFound) {
		return nil, err
	}
	if err != nil {
		return x.frameFault(out, err), nil
	}
	a := reply(http.StatusOK, contentType, scored.Served.appendFrame(out, scored.Frame))
	return scored.sign(a), nil
}

// frameFormat is the format of the leap frame in the body.
func (x *exchange) frameFormat() (frame.Format, error) {
	switch media(x.ContentType) {
	case typeJSON, curlForm, "":
		return frame.JSON, nil
	case typeProtobuf:
		return frame.Binary, nil
	}
	return 0, unsupported(x.ContentType, typeJSON, typeProtobuf)
}

// columns are those that ?select= asks for; nil: all.
func (x *exchange) columns() ([]string, error) {
	if x.Query == "" {
		return nil, nil
	}
	q, err := url.ParseQuery(x.Query)
	if err != nil {
		return nil, &httpError{http.StatusBadRequest, "format", "the query cannot be read: " + err.Error()}
	}
	var columns []string
	for _, s := range q["select"] {
		columns = append(columns, strings.Split(s, ",")...)
	}
	return columns, nil
}

// envelope answers a TransformFrameRequest. As in MLeap, what fails in it is
// told inside a response of status 200.
func (x *exchange) envelope() (*Answer, error) {
	var q *mleappb.TransformFrameRequest
	var err error
	offers := []string{typeJSON, typeProtobuf}
	switch media(x.ContentType) {
	case typeJSON, curlForm, "":
		q, err = mleappb.ReadTransformFrameRequestJSON(x.Body)
	case typeProtobuf:
		slices.Reverse(offers)
		q, err = mleappb.ReadTransformFrameRequest(x.Body)
	default:
		err = unsupported(x.ContentType, typeJSON, typeProtobuf)
	}
	if err != nil {
		return nil, err
	}
	contentType, err := negotiate(x.Accept, offers...)
	if err != nil {
		return nil, err
	}
	resp := mleappb.TransformFrameResponse{Tag: q.Tag}
	scored, err := x.open(q, &resp)
	if err != nil {
		x.event.Kind = errorKind(err)
		resp.Status, resp.Error, resp.Backtrace = mleappb.Failed, err.Error(), backtrace(err)
	}
	a := reply(http.StatusOK, contentType, nil)
	if contentType == typeProtobuf {
		a.Body = resp.Append(nil)
	} else {
		a.Body = resp.AppendJSON(nil)
	}
	if scored != nil {
		scored.sign(a)
	}
	return a, nil
}

// frames says how frames are read.
func (x *exchange) frames() frame.ReadOptions { return frame.ReadOptions{Limits: x.config.Frames} }

// open does what an envelope asks for.
func (x *exchange) open(q *mleappb.TransformFrameRequest, resp *mleappb.TransformFrameResponse) (*scored, error) {
	format, err := frame.ParseFormat(q.Format)
	if err == nil && !format.Typed() {
		err = &frame.Error{Kind: frame.ErrFormat, Msg: strconv.Quote(q.Format) + " frames have no schema; ml.combust.mleap.json and ml.combust.mleap.binary have"}
	}
	if err != nil {
		return nil, err
	}
	current, _ := x.Catalog.view.Load().find(q.ModelName)
	f, err := current.readFrame(format, q.Frame, x.frames())
	if err != nil {
		return nil, err
	}
	scored, err := x.run(q.ModelName, func(*Served) (*frame.Frame, error) { return f, nil })
	if err != nil {
		return nil, err
	}
	if len(q.Select) > 0 {
		names := q.Select
		if q.SelectMode == mleappb.SelectRelaxed {
			has := scored.Frame.Schema()
			names = slices.DeleteFunc(slices.Clone(names), func(n string) bool { return has.Index(n) < 0 })
		}
		if scored.Frame, err = scored.Frame.Select(names); err != nil {
			return nil, err
		}
	}
	resp.Frame = scored.Served.appendFrame(format, scored.Frame)
	return scored, nil
}

// score answers plain rows with plain scores: an object, an array of objects, or
// NDJSON. The answer has the shape of the question: a row that handle_invalid =
// skip drops is null.
func (x *exchange) score() (*Answer, error) {
	lines := false
	switch media(x.ContentType) {
	case typeJSON:
	case typeNDJSON, "application/ndjson", "application/jsonl":
		lines = true
	case curlForm, "":
		lines = manyLines(x.Body)
	default:
		return nil, unsupported(x.ContentType, typeJSON, typeNDJSON)
	}
	offers := []string{typeJSON, typeNDJSON}
	if lines {
		slices.Reverse(offers)
	}
	contentType, err := negotiate(x.Accept, offers...)
	if err != nil {
		return nil, err
	}
	columns, err := x.columns()
	if err != nil {
		return nil, err
	}
	array := lines
	scored, err := x.run(x.name, func(s *Served) (f *frame.Frame, err error) {
		if _, err = s.Model.NewRow(); err != nil {
			return nil, err // whose inputs depend on the frame
		}
		if lines {
			return frame.Read(frame.NDJSON, x.Body, s.Model.Inputs(), x.frames())
		}
		f, array, err = frame.ReadObjects(x.Body, s.Model.Inputs(), x.frames())
		return f, err
	})
	if err != nil {
		return nil, err
	}
	if columns == nil {
		columns = scored.Served.Model.Outputs().Names()
	}
	if scored.Frame, err = scored.Frame.Select(columns); err != nil {
		return nil, err
	}
	body := withNulls(frame.AppendNDJSON(nil, scored.Frame), scored.Dropped)
	if contentType == typeJSON {
		body = inArray(body, array)
	}
	return scored.sign(reply(http.StatusOK, contentType, body)), nil
}

// manyLines says whether a text that nobody declared is NDJSON: its first line
// is an object of its own, and more follows.
func manyLines(text []byte) bool {
	_, rest, _ := bytes.Cut(bytes.TrimSpace(text), []byte{'\n'})
	return len(rest) > 0 && frame.Sniff(text) == frame.NDJSON
}

// withNulls puts a line of null where each row was dropped.
func withNulls(lines []byte, dropped []int) []byte {
	if len(dropped) == 0 {
		return lines
	}
	var out []byte
	for row := 0; len(lines) > 0 || len(dropped) > 0; row++ {
		if len(dropped) > 0 && dropped[0] == row {
			out = append(out, "null\n"...)
			dropped = dropped[1:]
			continue
		}
		end := bytes.IndexByte(lines, '\n') + 1
		out = append(out, lines[:end]...)
		lines = lines[end:]
	}
	return out
}

// inArray makes lines of JSON an array, or leaves the one line as it is.
func inArray(lines []byte, array bool) []byte {
	if !array {
		return lines
	}
	if len(lines) == 0 {
		return []byte("[]\n")
	}
	for i, c := range lines[:len(lines)-1] {
		if c == '\n' { // never inside a string, where it is escaped
			lines[i] = ','
		}
	}
	lines = slices.Insert(lines, 0, '[')
	return slices.Insert(lines, len(lines)-1, ']')
}

// scored is a transformed frame and who transformed it.
type scored struct {
	*engine.Result
	Served  *Served
	variant string // experiment/variant
}

// sign says in the answer's headers who gave it.
func (s *scored) sign(a *Answer) *Answer {
	a.Header = append(a.Header, ModelHeader, s.Served.ref())
	if s.variant != "" {
		a.Header = append(a.Header, VariantHeader, s.variant)
	}
	if len(s.Dropped) > 0 {
		const most = 100
		var b []byte
		for _, row := range s.Dropped[:min(len(s.Dropped), most)] {
			b = strconv.AppendInt(append(b, ','), int64(row), 10)
		}
		if len(s.Dropped) > most {
			b = append(b, ",..."...)
		}
		a.Header = append(a.Header, DroppedHeader, string(b[1:]))
	}
	return a
}

// run scores with the model of that reference, or with the variant of it that
// the call's key gets. read makes the frame for a version.
func (x *exchange) run(ref string, read func(*Served) (*frame.Frame, error)) (*scored, error) {
	v := x.Catalog.view.Load()
	s, trial := v.find(ref)
	if s == nil {
		return nil, x.noModel(v, ref)
	}
	if trial == nil {
		x.event.Model, x.event.Version = s.Name, s.Version
		res, err := x.attempt(s, read)
		return &scored{Result: res, Served: s}, err
	}
	versions := v.families[s.Name].versions
	i := trial.Assign(x.Key)
	if trial.Off(i) {
		i = 0
	}
	start := time.Now()
	s = versions[trial.Variants[i].Version]
	res, err := x.attempt(s, read)
	if i != 0 {
		failed := false
		took := time.Since(start)
		if err != nil {
			// The control answers for a variant that cannot.
			control := versions[trial.Variants[0].Version]
			if r, e := x.attempt(control, read); e == nil {
				failed, res, err, s = true, r, nil, control
			}
		}
		if trial.Done(i, failed, took) && x.config.Observer != nil {
			x.config.Observer.GuardTripped(s.Name, trial.Name, trial.Variants[i].Name)
		}
		if failed {
			i = 0
		}
	}
	x.event.Model, x.event.Version, x.event.Variant = s.Name, s.Version, trial.Variants[i].Name
	if err != nil {
		return nil, err
	}
	if trial.Shadowed() {
		x.shadow(trial, versions[trial.Shadow.Version], s, res, read)
	}
	return &scored{Result: res, Served: s, variant: trial.Name + "/" + trial.Variants[i].Name}, nil
}

func (x *exchange) noModel(v *view, ref string) error {
	names := make([]string, 0, len(v.families))
	for n := range v.families {
		names = append(names, strconv.Quote(n))
	}
	slices.Sort(names)
	if name, _, versioned := strings.Cut(ref, "@"); versioned && v.families[name] != nil {
		names = names[:0]
		for version := range v.families[name].versions {
			names = append(names, strconv.Quote(name+"@"+version))
		}
		slices.Sort(names)
	}
	there := strings.Join(names, ", ")
	if there == "" {
		there = "none"
	}
	return &httpError{http.StatusNotFound, "not_found", "no model " + strconv.Quote(ref) + "; there are: " + there}
}

// attempt scores with one version. A panic in an op is an error here, so that
// another version may still answer.
func (x *exchange) attempt(s *Served, read func(*Served) (*frame.Frame, error)) (res *engine.Result, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			a := x.panicked(fault, debug.Stack())
			res, err = nil, &httpError{a.Status, "internal", "an internal error, which is not the request's fault; please report it with the bundle"}
		}
	}()
	f, err := read(s)
	if err != nil {
		return nil, err
	}
	if res, err = s.transform(f); err != nil {
		return nil, err
	}
	x.event.Rows, x.event.Dropped = f.Len(), len(res.Dropped)
	return res, nil
}

// shadow lets another version score the same, later.
func (x *exchange) shadow(trial *experiment.Trial, shadow, answered *Served, res *engine.Result, read func(*Served) (*frame.Frame, error)) {
	o := x.config.Observer
	if o == nil {
		return
	}
	f, err := read(shadow) // now: the body is the caller's own again afterwards
	x.config.After(func() {
		start := time.Now()
		e := Shadowing{Model: answered.Name, Version: answered.Version, Shadow: shadow.Version}
		defer func() {
			if fault := recover(); fault != nil {
				o.Panicked(x.event.Route, fault, debug.Stack())
				e.Failed = true
			}
			e.Took = time.Since(start)
			o.Shadowed(e)
		}()
		if e.Failed = err != nil; e.Failed {
			return
		}
		got, err := shadow.transform(f)
		if e.Failed = err != nil; e.Failed {
			return
		}
		e.Same, e.Difference = compare(got.Frame, res.Frame, shadow, answered, trial.Shadow.Tolerance)
	})
}

// compare holds the outputs that two versions share against each other. The
// difference is the largest between two numbers.
func compare(got, want *frame.Frame, a, b *Served, tolerance float64) (same bool, difference float64) {
	var shared []string
	for _, name := range b.Model.Outputs().Names() {
		if a.Model.Outputs().Index(name) >= 0 {
			shared = append(shared, name)
		}
	}
	g, err := got.Select(shared)
	w, err2 := want.Select(shared)
	if err != nil || err2 != nil || g.Len() != w.Len() {
		return false, math.Inf(1)
	}
	same = true
	for _, d := range frame.Compare(g, w, func(string) float64 { return tolerance }) {
		same = same && !d.Fails()
		difference = max(difference, d.MaxAbs)
		if d.Problem != "" {
			return false, math.Inf(1)
		}
	}
	return same, difference
}
