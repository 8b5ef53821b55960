package frame

import (
	"bytes"
	"io"
	"strconv"

	"github.com/pageleap/pageleap/engine/internal/json"
)

// input is text that is read line by line, from memory or from a stream. From
// a stream it keeps no more than the lines that are asked for at a time.
type input struct {
	r    io.Reader // nil: all of it is in buf
	buf  []byte
	pos  int // where the next line starts
	line int // the number of that line, from 1
	max  int // how long what is asked for may be
}

func newInput(data []byte, r io.Reader, limit int) (*input, error) {
	in := &input{r: r, buf: data, line: 1, max: limit}
	if r == nil && len(data) > limit {
		return nil, inBytes(overLimit("Bytes", limit))
	}
	for in.r != nil && len(in.buf) < len(bom) {
		if err := in.more(); err != nil {
			return nil, err
		}
	}
	if bytes.HasPrefix(in.buf, []byte(bom)) {
		in.pos = len(bom)
	}
	return in, nil
}

const bom = "\uFEFF"

// more reads on, and sets r to nil at the end.
func (in *input) more() error {
	if in.pos > 0 {
		in.buf = append(in.buf[:0], in.buf[in.pos:]...)
		in.pos = 0
	}
	if len(in.buf) > in.max {
		return atLine(in.line, inBytes(overLimit("Bytes", in.max)))
	}
	if len(in.buf) == cap(in.buf) {
		in.buf = append(make([]byte, 0, max(1<<16, 2*cap(in.buf))), in.buf...)
	}
	n, err := in.r.Read(in.buf[len(in.buf):cap(in.buf)])
	in.buf = in.buf[:len(in.buf)+n]
	if err == io.EOF {
		in.r = nil
		err = nil
	}
	return err
}

// next gives lines, with their line feeds, until done says that they suffice;
// done sees each line once. At the end of the input it gives what there is,
// and io.EOF where there is nothing.
func (in *input) next(done func(line []byte) bool) (text []byte, line int, err error) {
	line = in.line
	start, scanned := 0, 0 // relative to pos: of the line being looked for, and how far it has been
	for {
		rest := in.buf[in.pos:]
		if i := bytes.IndexByte(rest[scanned:], '\n'); i >= 0 {
			end := scanned + i + 1
			in.line++
			if done(rest[start:end]) {
				in.pos += end
				return rest[:end], line, nil
			}
			start, scanned = end, end
			continue
		}
		scanned = len(rest)
		if in.r != nil {
			if err := in.more(); err != nil {
				return nil, line, err
			}
			continue
		}
		if len(rest) == 0 {
			return nil, line, io.EOF
		}
		in.pos = len(in.buf)
		return rest, line, nil
	}
}

// atLine puts the line's number before what an error says.
func atLine(line int, err error) error {
	where := "line " + strconv.Itoa(line)
	if e, ok := err.(*json.Error); ok {
		return badJSON(e, where+", byte "+strconv.Itoa(e.Offset)+": "+e.Msg)
	}
	return at(where, err)
}

// rowReader reads one row after another to the end of a frame; io.EOF says that
// there are no more.
type rowReader interface {
	row(f *Frame) error
}

// readAll reads every row that is left.
func readAll(rows rowReader, s Schema, lim Limits) (*Frame, error) {
	f := New(s)
	for {
		err := rows.row(f)
		switch {
		case err == io.EOF:
			return f, nil
		case err == nil && f.rows > lim.Rows:
			err = inRows(overLimit("Rows", lim.Rows))
		}
		if err != nil {
			return nil, err
		}
	}
}
