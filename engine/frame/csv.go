package frame

import (
	"bytes"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/pageleap/pageleap/engine/internal/json"
	"github.com/pageleap/pageleap/engine/internal/spelling"
)

// CSV by hand: encoding/csv brings fmt into scorer.wasm.

// ReadCSV reads comma-separated values (RFC 4180). The first line names the
// columns, in any order; columns that the schema does not name are passed over,
// and it is an error where one is missing.
//
// An empty field is null, in a column that may not be null an error; "" with
// its quotes is the empty string. Booleans are true and false, byte strings
// base64; lists, tensors and maps are JSON text, as in ReadNDJSON. Empty lines
// are passed over unless there is only one column, where they are empty fields.
func ReadCSV(data []byte, s Schema) (*Frame, error) { return readCSV(data, s, ReadOptions{}) }

func readCSV(data []byte, s Schema, opts ReadOptions) (*Frame, error) {
	r, err := newCSV(data, nil, s, opts)
	if err != nil {
		return nil, err
	}
	return readAll(r, s, opts.Limits.Filled())
}

type csvReader struct {
	in     *input
	schema Schema
	cols   []int // a field's column in the schema, or -1
	cell   cellReader
	text   []byte  // the record's fields end to end, without their quotes
	fields []field // of the record
}

// field is where a field ends in a record's text, and whether it was quoted.
type field struct {
	end    int
	quoted bool
}

func newCSV(data []byte, r io.Reader, s Schema, opts ReadOptions) (*csvReader, error) {
	lim := opts.Limits.Filled()
	if err := s.unique(); err != nil {
		return nil, err
	}
	in, err := newInput(data, r, lim.Bytes)
	if err != nil {
		return nil, err
	}
	c := &csvReader{in: in, schema: s, cell: cellReader{lim: lim}}
	return c, c.header(opts.Strict)
}

func (c *csvReader) header(strict bool) error {
	line, err := c.record()
	if err == io.EOF {
		return &Error{Kind: ErrFormat, Msg: "no header line, which names the columns"}
	}
	if err != nil {
		return err
	}
	seen := make(map[string]bool, len(c.fields))
	var others []string
	c.cols = make([]int, len(c.fields))
	for i := range c.fields {
		text, _ := c.field(i)
		name := string(text)
		if seen[name] {
			return atLine(line, &Error{Kind: ErrFormat, Msg: "two columns called " + quote(name)})
		}
		seen[name] = true
		c.cols[i] = c.schema.Index(name)
		if c.cols[i] < 0 && strict {
			return atLine(line, &Error{Kind: ErrSchema, Msg: "the schema has no column " + quote(name) + spelling.Hint(name, c.schema.Names())})
		}
		if c.cols[i] < 0 {
			others = append(others, name)
		}
	}
	missing := ""
	for _, f := range c.schema {
		if !seen[f.Name] {
			missing += ", " + strconv.Quote(f.Name)
			if n := spelling.Nearest(f.Name, others); n != "" {
				missing += " (it has " + quote(n) + ")"
			}
		}
	}
	if missing != "" {
		return atLine(line, &Error{Kind: ErrSchema, Msg: "the header lacks " + missing[2:]})
	}
	return nil
}

// record reads the next record into fields and says in which line it starts.
func (c *csvReader) record() (line int, err error) {
	for {
		quotes := 0 // a line feed between quotes is part of a field
		text, line, err := c.in.next(func(line []byte) bool {
			quotes += bytes.Count(line, []byte{'"'})
			return quotes%2 == 0
		})
		if err != nil {
			return line, err
		}
		if n := len(text); n > 0 && text[n-1] == '\n' {
			text = text[:n-1]
		}
		if n := len(text); n > 0 && text[n-1] == '\r' {
			text = text[:n-1]
		}
		if len(text) == 0 && len(c.cols) != 1 {
			continue
		}
		if err := c.split(text); err != nil {
			return line, atLine(line, err)
		}
		return line, nil
	}
}

func (c *csvReader) split(text []byte) error {
	c.text, c.fields = c.text[:0], c.fields[:0]
	for {
		quoted := len(text) > 0 && text[0] == '"'
		if quoted {
			text = text[1:]
			for {
				i := bytes.IndexByte(text, '"')
				if i < 0 {
					return &Error{Kind: ErrFormat, Msg: "a quoted field without an end"}
				}
				c.text = append(c.text, text[:i]...)
				text = text[i+1:]
				if len(text) == 0 || text[0] != '"' {
					break
				}
				c.text = append(c.text, '"')
				text = text[1:]
			}
			if len(text) > 0 && text[0] != ',' {
				return &Error{Kind: ErrFormat, Msg: "found " + quote(string(text)) + " after a field's closing quote"}
			}
		} else {
			i := bytes.IndexByte(text, ',')
			if i < 0 {
				i = len(text)
			}
			if bytes.IndexByte(text[:i], '"') >= 0 {
				return &Error{Kind: ErrFormat, Msg: "a quote inside the unquoted field " + quote(string(text[:i]))}
			}
			c.text = append(c.text, text[:i]...)
			text = text[i:]
		}
		c.fields = append(c.fields, field{len(c.text), quoted})
		if len(text) == 0 {
			return nil
		}
		text = text[1:]
	}
}

// field is a field's text.
func (c *csvReader) field(i int) (text []byte, quoted bool) {
	start := 0
	if i > 0 {
		start = c.fields[i-1].end
	}
	return c.text[start:c.fields[i].end], c.fields[i].quoted
}

func (c *csvReader) row(f *Frame) error {
	line, err := c.record()
	if err != nil {
		return err
	}
	if len(c.fields) != len(c.cols) {
		return atLine(line, &Error{Kind: ErrFormat, Msg: strconv.Itoa(len(c.fields)) + " fields where the header has " + strconv.Itoa(len(c.cols))})
	}
	for i, j := range c.cols {
		if j < 0 {
			continue
		}
		text, quoted := c.field(i)
		if err := c.value(c.schema[j].Type, text, quoted); err != nil {
			return atLine(line, at(columnName(c.schema[j]), err))
		}
		f.Columns[j].Append(&c.cell.v)
	}
	f.rows++
	return nil
}

// value makes a field's text the cell's value.
func (c *csvReader) value(t Type, text []byte, quoted bool) (err error) {
	v := &c.cell.v
	v.Reset()
	if len(text) == 0 && (!quoted || t.Kind != Scalar || t.Base < String) {
		if !t.Nullable {
			return bad("an empty field where null may not be")
		}
		v.Null = true
		return nil
	}
	if t.Kind != Scalar {
		c.cell.d = c.cell.lim.decoder(text)
		if err = c.cell.read(t); err == nil {
			err = c.cell.d.End()
		}
		if e, ok := err.(*json.Error); ok {
			err = badJSON(e, "byte "+strconv.Itoa(e.Offset)+" of "+quote(string(text))+": "+e.Msg)
		}
		return err
	}
	if len(text) > c.cell.lim.StringLength {
		return at("string length", overLimit("StringLength", c.cell.lim.StringLength))
	}
	switch t.Base {
	case String:
		v.Str = strings.ToValidUTF8(string(text), "\uFFFD")
		return nil
	case ByteString:
		v.Str, err = decodeBase64(text)
		return err
	}
	s := strings.Trim(string(text), " \t")
	switch t.Base {
	case Boolean:
		switch s {
		case "true", "True", "TRUE":
			v.Num = 1
		case "false", "False", "FALSE":
		default:
			err = bad("found " + quote(s) + " where true or false belongs")
		}
	case Float, Double:
		x, ok := ParseJavaDouble(s, floatBits(t.Base))
		if !ok {
			err = bad("found " + quote(s) + " where a number belongs")
		}
		v.Num = x
	default:
		v.Long, err = parseWhole(s, t.Base)
		v.Num = float64(v.Long)
	}
	return err
}

// AppendCSV appends a header line and the rows.
func AppendCSV(b []byte, f *Frame) []byte {
	return AppendCSVRows(AppendCSVHeader(b, f.Schema()), f)
}

// AppendCSVHeader appends the line that names the columns.
func AppendCSVHeader(b []byte, s Schema) []byte {
	for i, f := range s {
		if i > 0 {
			b = append(b, ',')
		}
		b = AppendCSVField(b, f.Name)
	}
	return append(b, '\n')
}

// AppendCSVRows appends the rows alone.
func AppendCSVRows(b []byte, f *Frame) []byte {
	var v Value
	for i := range f.rows {
		for j := range f.Columns {
			if j > 0 {
				b = append(b, ',')
			}
			c := &f.Columns[j]
			c.Get(i, &v)
			switch {
			case v.Null:
			case c.Type.Kind != Scalar:
				b = AppendCSVField(b, string(plain.cell(nil, c.Type, &v)))
			case c.Type.Base == String:
				b = AppendCSVField(b, v.Str)
			case c.Type.Base >= Float && (math.IsNaN(v.Num) || math.IsInf(v.Num, 0)):
				b = appendJava(b, v.Num, 64) // without the quotes of JSON
			default:
				b = plain.scalar(b, c.Type.Base, &v)
			}
		}
		b = append(b, '\n')
	}
	return b
}

// AppendCSVField appends a field, in quotes where it needs them. An empty string
// does, since an empty field is null.
func AppendCSVField(b []byte, s string) []byte {
	if s != "" && !strings.ContainsAny(s, ",\"\r\n") && !strings.HasPrefix(s, bom) {
		return append(b, s...)
	}
	b = append(b, '"')
	for i := range len(s) {
		if s[i] == '"' {
			b = append(b, '"')
		}
		b = append(b, s[i])
	}
	return append(b, '"')
}
