package training

import (
	"fmt"
	"io"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"

	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/internal/json"
	"github.com/parquet-go/parquet-go"
)

// Format is a form of the table.
type Format uint8

const (
	CSV Format = iota
	NDJSON
	Parquet
)

// ParseFormat gives the format of a name, or of a file's name if that is "".
func ParseFormat(name, path string) (Format, error) {
	if name == "" {
		name = strings.TrimPrefix(strings.ToLower(filepath.Ext(path)), ".")
	}
	switch name {
	case "csv":
		return CSV, nil
	case "ndjson", "jsonl":
		return NDJSON, nil
	case "parquet":
		return Parquet, nil
	}
	return 0, fmt.Errorf("the format %q of %s; there are csv, ndjson and parquet", name, path)
}

// encoder writes a table in parts, which are made side by side.
type encoder interface {
	begin() part  // called in the order in which the parts are written
	scale() int   // how many times as many events as usual a part should have
	close() error // after the last part
}

// part is some rows. A row's cells come from left to right.
type part interface {
	text(column int, s string)
	number(column int, x float64)
	end()          // of a row
	finish() error // after the last row
	commit() error // in the parts' order
}

func newEncoder(f Format, w io.Writer, columns []column) (encoder, error) {
	switch f {
	case Parquet:
		return newParquet(w, columns), nil
	case NDJSON:
		e := &lines{w: w}
		for i, c := range columns {
			key := ","
			if i == 0 {
				key = "{"
			}
			e.keys = append(e.keys, string(json.AppendString([]byte(key), c.name))+":")
		}
		return e, nil
	}
	var header []byte
	for i, c := range columns {
		if i > 0 {
			header = append(header, ',')
		}
		header = frame.AppendCSVField(header, c.name)
	}
	_, err := w.Write(append(header, '\n'))
	return &lines{w: w}, err
}

// lines writes CSV, or NDJSON if there are keys.
type lines struct {
	w    io.Writer
	keys []string
}

func (e *lines) begin() part  { return &linesPart{e: e} }
func (e *lines) scale() int   { return 1 }
func (e *lines) close() error { return nil }

type linesPart struct {
	e *lines
	b []byte
}

func (p *linesPart) key(column int) {
	if p.e.keys != nil {
		p.b = append(p.b, p.e.keys[column]...)
	} else if column > 0 {
		p.b = append(p.b, ',')
	}
}

func (p *linesPart) text(column int, s string) {
	p.key(column)
	if p.e.keys != nil {
		p.b = json.AppendString(p.b, s)
	} else {
		p.b = frame.AppendCSVField(p.b, s)
	}
}

func (p *linesPart) number(column int, x float64) {
	p.key(column)
	if p.e.keys != nil && x-x != 0 { // JSON has no word for it
		p.b = append(p.b, "null"...)
		return
	}
	p.b = strconv.AppendFloat(p.b, x, 'g', -1, 64)
}

func (p *linesPart) end() {
	if p.e.keys != nil {
		p.b = append(p.b, '}')
	}
	p.b = append(p.b, '\n')
}

func (p *linesPart) finish() error { return nil }

func (p *linesPart) commit() error {
	_, err := p.e.w.Write(p.b)
	return err
}

// parquetTable writes a row group a part.
type parquetTable struct {
	w       *parquet.Writer
	columns []column
}

func newParquet(w io.Writer, columns []column) *parquetTable {
	g := orderedGroup{parquet.Group{}, nil}
	for _, c := range columns {
		var n parquet.Node
		switch {
		case c.text:
			n = parquet.Encoded(parquet.String(), &parquet.RLEDictionary)
		case c.whole:
			n = parquet.Int(32)
		default:
			n = parquet.Leaf(parquet.DoubleType)
		}
		g.Group[c.name] = parquet.Compressed(n, &parquet.Snappy)
		g.names = append(g.names, c.name)
	}
	return &parquetTable{w: parquet.NewWriter(w, parquet.NewSchema("visits", g)), columns: columns}
}

// orderedGroup is a group whose fields keep their order.
type orderedGroup struct {
	parquet.Group
	names []string
}

func (g orderedGroup) Fields() []parquet.Field {
	byName := map[string]parquet.Field{}
	for _, f := range g.Group.Fields() {
		byName[f.Name()] = f
	}
	out := make([]parquet.Field, len(g.names))
	for i, n := range g.names {
		out[i] = byName[n]
	}
	return out
}

func (g orderedGroup) GoType() reflect.Type { return g.Group.GoType() }

func (e *parquetTable) begin() part {
	return &parquetPart{e: e, rows: e.w.BeginRowGroup(), columns: make([]parquetColumn, len(e.columns))}
}
func (e *parquetTable) scale() int   { return 8 }
func (e *parquetTable) close() error { return e.w.Close() }

type parquetPart struct {
	e       *parquetTable
	rows    *parquet.ConcurrentRowGroupWriter
	columns []parquetColumn
	err     error
}

// parquetColumn holds values until there are enough to write.
type parquetColumn struct{ values []parquet.Value }

func (p *parquetPart) put(column int, v parquet.Value) {
	c := &p.columns[column]
	c.values = append(c.values, v.Level(0, 0, column))
	if len(c.values) == 1024 {
		p.flush(column)
	}
}

func (p *parquetPart) flush(column int) {
	c := &p.columns[column]
	if p.err == nil && len(c.values) > 0 {
		_, p.err = p.rows.ColumnWriters()[column].WriteRowValues(c.values)
	}
	c.values = c.values[:0]
}

func (p *parquetPart) text(column int, s string) {
	p.put(column, parquet.ByteArrayValue([]byte(s)))
}

func (p *parquetPart) number(column int, x float64) {
	if p.e.columns[column].whole {
		p.put(column, parquet.Int32Value(int32(x)))
		return
	}
	p.put(column, parquet.DoubleValue(x))
}

func (p *parquetPart) end() {}

func (p *parquetPart) finish() error {
	for i := range p.columns {
		p.flush(i)
	}
	p.columns = nil
	if p.err != nil {
		return p.err
	}
	return p.rows.Flush()
}

func (p *parquetPart) commit() error {
	_, err := p.rows.Commit()
	return err
}
