package frame

import (
	"bytes"
	"io"
	"strconv"

	"github.com/pageleap/pageleap/engine/internal/json"
	"github.com/pageleap/pageleap/engine/internal/spelling"
)

// ReadNDJSON reads a JSON object a line, whose members are the columns of the
// schema. A member that is missing or null is null, in a column that may not be
// null an error; members that the schema does not name are passed over. Empty
// lines are too.
//
// A vector is an array, or an object of "dimensions", "values" and, where it is
// sparse, "indices"; doubles and floats may also be the strings "NaN",
// "Infinity" and "-Infinity".
func ReadNDJSON(data []byte, s Schema) (*Frame, error) { return readNDJSON(data, s, ReadOptions{}) }

func readNDJSON(data []byte, s Schema, opts ReadOptions) (*Frame, error) {
	r, err := newNDJSON(data, nil, s, opts)
	if err != nil {
		return nil, err
	}
	return readAll(r, s, opts.Limits.Filled())
}

type ndjsonReader struct {
	in     *input
	schema Schema
	strict bool
	index  map[string]int
	cell   cellReader
	seen   []bool
}

func newNDJSON(data []byte, r io.Reader, s Schema, opts ReadOptions) (*ndjsonReader, error) {
	lim := opts.Limits.Filled()
	if err := s.unique(); err != nil {
		return nil, err
	}
	in, err := newInput(data, r, lim.Bytes)
	if err != nil {
		return nil, err
	}
	n := &ndjsonReader{in: in, schema: s, strict: opts.Strict, index: make(map[string]int, len(s)), cell: cellReader{lim: lim}, seen: make([]bool, len(s))}
	for i, f := range s {
		n.index[f.Name] = i
	}
	return n, nil
}

func (n *ndjsonReader) row(f *Frame) error {
	for {
		text, line, err := n.in.next(func([]byte) bool { return true })
		if err != nil {
			return err
		}
		if len(bytes.TrimLeft(text, " \t\r\n")) == 0 {
			continue
		}
		d := n.cell.lim.decoder(text)
		if err = n.object(d, f); err == nil {
			err = d.End()
		}
		if err != nil {
			return atLine(line, err)
		}
		return nil
	}
}

// object reads a row.
func (n *ndjsonReader) object(d *json.Decoder, f *Frame) error {
	if k := d.Kind(); k != json.Object && k != json.Invalid {
		return &Error{Kind: ErrFormat, Msg: "found " + k.String() + " where a row, an object, belongs"}
	}
	n.cell.d = d
	clear(n.seen)
	err := d.Object(func(key string) error {
		i, ok := n.index[key]
		if !ok {
			if n.strict {
				return &Error{Kind: ErrSchema, Msg: "the schema has no column " + quote(key) + spelling.Hint(key, n.schema.Names())}
			}
			return d.Skip()
		}
		if n.seen[i] {
			return &Error{Kind: ErrFormat, Msg: strconv.Quote(key) + " twice"}
		}
		n.seen[i] = true
		if err := n.cell.read(n.schema[i].Type); err != nil {
			return at(columnName(n.schema[i]), err)
		}
		f.Columns[i].Append(&n.cell.v)
		return nil
	})
	if err != nil {
		return err
	}
	for i, seen := range n.seen {
		if seen {
			continue
		}
		if !n.schema[i].Type.Nullable {
			return at(columnName(n.schema[i]), bad("missing where null may not be"))
		}
		f.Columns[i].Append(&Value{Null: true})
	}
	f.rows++
	return nil
}

// AppendNDJSON appends each row as a JSON object and a line feed. Unlike a leap
// frame it keeps NaN and ±Infinity, as strings.
func AppendNDJSON(b []byte, f *Frame) []byte {
	var v Value
	for i := range f.rows {
		b = append(b, '{')
		for j := range f.Columns {
			if j > 0 {
				b = append(b, ',')
			}
			c := &f.Columns[j]
			b = json.AppendString(b, c.Name)
			b = append(b, ':')
			c.Get(i, &v)
			b = plain.cell(b, c.Type, &v)
		}
		b = append(b, '}', '\n')
	}
	return b
}
