package events

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// block is whole rows of one file.
type block struct {
	path    string
	data    []byte
	line    int64 // the number of its first line
	offset  int64 // how much of all files has been read, as they are on disk
	rows    rowReader
	array   bool // rows are elements of a JSON array, each ended by a NUL byte
	grouped bool // the rows of a visit lie together
}

// blockSize is how much of a file is parsed at a time.
const blockSize = 256 << 10

type input struct {
	ctx    context.Context
	o      *Options
	offset int64
}

// blocks reads the files and gives them block by block.
func (in *input) blocks(paths []string, emit func(*block) error) error {
	for _, path := range paths {
		if err := in.file(path, emit); err != nil {
			return err
		}
	}
	return nil
}

func (in *input) file(path string, emit func(*block) error) error {
	name, src := "standard input", io.ReadCloser(os.Stdin)
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return fmt.Errorf("%s: %w", path, errors.Unwrap(err))
		}
		name, src = path, f
		defer src.Close()
	}
	raw := bufio.NewReaderSize(&counter{src, &in.offset}, 1<<16)
	r := raw
	if magic, _ := raw.Peek(2); len(magic) == 2 && magic[0] == 0x1f && magic[1] == 0x8b {
		z, err := gzip.NewReader(raw)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		r = bufio.NewReaderSize(z, 1<<16)
	}
	if bom, _ := r.Peek(3); string(bom) == "\uFEFF" {
		r.Discard(3)
	}
	s := &splitter{in: in, r: r, path: name, line: 1, emit: emit}
	err := s.run()
	if err != nil && !isFault(err) && in.ctx.Err() == nil && s.reading {
		return fmt.Errorf("%s: %w", name, err)
	}
	return err
}

func isFault(err error) bool {
	var f *Fault
	return errors.As(err, &f)
}

// counter counts the bytes that are read.
type counter struct {
	r io.Reader
	n *int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	*c.n += int64(n)
	return n, err
}

// splitter cuts a file into blocks at the ends of rows.
type splitter struct {
	in      *input
	r       *bufio.Reader
	path    string
	line    int64 // of what comes next
	rows    rowReader
	grouped bool
	emit    func(*block) error
	reading bool // an error is the file's
}

func (s *splitter) run() error {
	s.reading = true
	first, err := s.peekLine()
	if err != nil || len(first) == 0 {
		return err
	}
	format := s.in.o.Format
	array := bytes.TrimLeft(first, " \t\r\n")[0] == '['
	if format == Auto {
		if format, err = s.sniff(first); err != nil {
			return err
		}
	}
	switch format {
	case NDJSON:
		s.rows = &ndjsonReader{}
	case GA4:
		s.rows = &ga4Reader{}
	case OTTO:
		s.rows, s.grouped = &ottoReader{}, true
	case CSV:
		return s.csv()
	}
	if array {
		return s.array()
	}
	return s.lines(lastLine)
}

// peekLine is the file's beginning up to the first line that is not blank, or
// as much of it as fits the buffer. Blank lines are dropped.
func (s *splitter) peekLine() ([]byte, error) {
	for {
		b, err := s.r.Peek(1)
		if err == io.EOF {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		if strings.IndexByte(" \t\r\n", b[0]) < 0 {
			break
		}
		if b[0] == '\n' {
			s.line++
		}
		s.r.Discard(1)
	}
	for n := 1 << 10; ; n *= 2 {
		b, err := s.r.Peek(n)
		if i := bytes.IndexByte(b, '\n'); i >= 0 && b[0] != '[' {
			return b[:i], nil
		}
		if err != nil || n >= 1<<16 {
			if err != nil && err != io.EOF && err != bufio.ErrBufferFull {
				return nil, err
			}
			return b, nil
		}
	}
}

// sniff tells the format of a file by its name and its first line.
func (s *splitter) sniff(first []byte) (Format, error) {
	switch c := first[0]; {
	case c == '{' || c == '[':
		return sniffJSON(first), nil
	case strings.Contains(strings.ToLower(filepath.Base(s.path)), "json"):
		return NDJSON, nil // whose reader will say what is wrong
	}
	return CSV, nil
}

// sniffJSON tells the dialect by the keys that only one of them has.
func sniffJSON(first []byte) Format {
	switch {
	case bytes.Contains(first, []byte(`"event_name"`)) || bytes.Contains(first, []byte(`"event_timestamp"`)):
		return GA4
	case bytes.Contains(first, []byte(`"session"`)) && bytes.Contains(first, []byte(`"events"`)):
		return OTTO
	}
	return NDJSON
}

// lines emits blocks that end where last says that the last whole row ends.
func (s *splitter) lines(last func([]byte) int) error {
	buf := make([]byte, 0, blockSize)
	for eof := false; !eof; {
		if len(buf) == cap(buf) {
			buf = append(make([]byte, 0, 2*cap(buf)), buf...)
		}
		s.reading = true
		n, err := io.ReadFull(s.r, buf[len(buf):cap(buf)])
		s.reading = false
		buf = buf[:len(buf)+n]
		switch err {
		case nil:
		case io.EOF, io.ErrUnexpectedEOF:
			eof = true
		default:
			s.reading = true
			return err
		}
		end := len(buf)
		if !eof {
			end = last(buf)
			if end == 0 && len(buf) < MaxRow {
				continue // a row that is longer than the block
			}
			if end == 0 { // no row is so long: go on after its first line
				if end = bytes.IndexByte(buf, '\n') + 1; end == 0 {
					end = len(buf)
				}
			}
		}
		next := make([]byte, 0, max(blockSize, 2*(len(buf)-end)))
		next = append(next, buf[end:]...)
		if err := s.send(buf[:end], false); err != nil {
			return err
		}
		s.line += int64(bytes.Count(buf[:end], []byte{'\n'}))
		buf = next
	}
	return nil
}

func (s *splitter) send(data []byte, array bool) error {
	s.reading = false
	if len(data) == 0 {
		return nil
	}
	return s.emit(&block{path: s.path, data: data, line: s.line, offset: s.in.offset, rows: s.rows, array: array, grouped: s.grouped})
}

// lastLine is where the last whole line of b ends.
func lastLine(b []byte) int { return bytes.LastIndexByte(b, '\n') + 1 }

// array emits the elements of a JSON array, each ended by a NUL byte, which no
// JSON text holds.
func (s *splitter) array() error {
	s.r.Discard(1) // [
	var buf []byte
	start := s.line // of the block
	depth, inString, escaped := 0, false, false
	blank := true // nothing of an element yet
	flush := func() error {
		line := s.line
		s.line = start
		err := s.send(buf, true)
		s.line, start = line, line
		buf = nil
		return err
	}
	for {
		s.reading = true
		c, err := s.r.ReadByte()
		if err == io.EOF {
			err = fmt.Errorf("line %d: the file ends inside its JSON array", s.line)
		}
		if err != nil {
			s.reading = false
			if e := flush(); e != nil {
				return e
			}
			s.reading = true
			return err
		}
		if c == '\n' {
			s.line++
		}
		switch {
		case inString:
			inString = escaped || c != '"'
			escaped = !escaped && c == '\\'
		case c == '"':
			inString = true
		case c == '{' || c == '[':
			depth++
		case (c == ']' || c == ',') && depth == 0:
			if !blank {
				buf = append(buf, 0)
				blank = true
			}
			if c == ']' || len(buf) >= blockSize {
				if err := flush(); err != nil {
					return err
				}
			}
			if c == ']' {
				return nil
			}
			continue
		case c == '}' || c == ']':
			depth--
		}
		if c == 0 {
			c = ' '
		}
		if strings.IndexByte(" \t\r\n", c) < 0 {
			blank = false
		}
		buf = append(buf, c)
		if len(buf) > MaxRow+blockSize {
			s.reading = true
			return fmt.Errorf("line %d: an element of the JSON array is longer than %d MiB", s.line, MaxRow>>20)
		}
	}
}
