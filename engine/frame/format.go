package frame

import (
	"io"
	"strconv"
)

// Format is a form in which frames travel.
type Format uint8

const (
	JSON   Format = iota // MLeap's JSON leap frame
	NDJSON               // a JSON object a row
	CSV                  // comma-separated values with a header line
	Binary               // MLeap's binary leap frame
)

var formatNames = [...]string{"json", "ndjson", "csv", "binary"}

// MLeap calls its two formats after the Java packages that hold their readers.
const (
	mleapJSON   = "ml.combust.mleap.json"
	mleapBinary = "ml.combust.mleap.binary"
)

func (f Format) String() string {
	if int(f) < len(formatNames) {
		return formatNames[f]
	}
	return "format(" + strconv.Itoa(int(f)) + ")"
}

// ParseFormat gives the format of a name: json, ndjson or jsonl, csv, binary,
// or one of MLeap's names, ml.combust.mleap.json and ml.combust.mleap.binary.
func ParseFormat(name string) (Format, error) {
	switch name {
	case mleapJSON:
		return JSON, nil
	case mleapBinary:
		return Binary, nil
	case "jsonl":
		return NDJSON, nil
	}
	for i, n := range formatNames {
		if n == name {
			return Format(i), nil
		}
	}
	return 0, &Error{Kind: ErrFormat, Msg: "unknown format " + quote(name) + " (json, ndjson, csv and binary are known)"}
}

// Typed says whether frames of this format carry their own schema; those that
// don't are read by a given one.
func (f Format) Typed() bool { return f == JSON || f == Binary }

// Read reads a frame. The schema is for the formats that do not carry one.
func Read(f Format, data []byte, s Schema, opts ReadOptions) (*Frame, error) {
	if f == Auto {
		f = Sniff(data)
	}
	switch f {
	case JSON:
		return readJSON(data, opts)
	case NDJSON:
		return readNDJSON(data, s, opts)
	case CSV:
		return readCSV(data, s, opts)
	case Binary:
		return readBinary(data, opts)
	}
	return nil, &Error{Kind: ErrFormat, Msg: "unknown " + f.String()}
}

// Append appends a frame in some format.
func Append(b []byte, f Format, fr *Frame) []byte {
	switch f {
	case NDJSON:
		return AppendNDJSON(b, fr)
	case CSV:
		return AppendCSV(b, fr)
	case Binary:
		return AppendBinary(b, fr)
	}
	return AppendJSON(b, fr)
}

// Reader reads a stream frame by frame, holding no more of it than that, except
// that a leap frame is read as a whole.
//
//	r := frame.NewReader(os.Stdin, frame.CSV, schema, frame.ReadOptions{})
//	for {
//		f, err := r.Next()
//		if err == io.EOF {
//			break
//		}
//		…
//	}
type Reader struct {
	format Format
	schema Schema
	opts   ReadOptions
	src    io.Reader
	rows   rowReader // nil until the first Next
	err    error
}

// NewReader reads r. The schema is for the formats that do not carry one. A
// frame has ReadOptions.FrameRows rows, the last one perhaps fewer; the limit
// Bytes holds for each row.
func NewReader(r io.Reader, f Format, s Schema, opts ReadOptions) *Reader {
	if opts.FrameRows <= 0 {
		opts.FrameRows = 1024
	}
	return &Reader{format: f, schema: s, opts: opts, src: r}
}

// Next gives the next frame, which is the caller's. At the end of the stream
// the error is io.EOF. After an error there are no more frames.
func (r *Reader) Next() (*Frame, error) {
	if r.err != nil {
		return nil, r.err
	}
	var f *Frame
	if f, r.err = r.next(); r.err != nil {
		return nil, r.err
	}
	return f, nil
}

func (r *Reader) next() (*Frame, error) {
	var err error
	if r.rows == nil {
		switch r.format {
		case NDJSON:
			r.rows, err = newNDJSON(nil, r.src, r.schema, r.opts)
		case CSV:
			r.rows, err = newCSV(nil, r.src, r.schema, r.opts)
		default:
			r.rows = noRows{}
			return r.whole()
		}
		if err != nil {
			return nil, err
		}
	}
	f := New(r.schema)
	for f.rows < r.opts.FrameRows {
		if err := r.rows.row(f); err != nil {
			if err == io.EOF && f.rows > 0 {
				return f, nil
			}
			return nil, err
		}
	}
	return f, nil
}

// whole reads a leap frame.
func (r *Reader) whole() (*Frame, error) {
	in := &input{r: r.src, line: 1, max: r.opts.Limits.Filled().Bytes}
	for in.r != nil {
		if err := in.more(); err != nil {
			return nil, err
		}
	}
	return Read(r.format, in.buf, nil, r.opts)
}

// noRows is what is left after a leap frame.
type noRows struct{}

func (noRows) row(*Frame) error { return io.EOF }
