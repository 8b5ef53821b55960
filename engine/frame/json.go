package frame

import (
	"strconv"
	"sync/atomic"

	"github.com/pageleap/pageleap/engine/internal/json"
)

// ReadJSON reads MLeap's JSON leap frame: {"schema": {"fields": […]}, "rows":
// [[…]]}, the two in either order (MLeap writes rows first).
//
// A null in a column that is not nullable is NaN in a double or float column
// and an error in any other, as in MLeap; unlike MLeap, which would wrap or
// truncate them quietly, whole numbers must be whole and in their type's range,
// and a row has as many cells as the schema has fields.
func ReadJSON(data []byte) (*Frame, error) { return readJSON(data, ReadOptions{}) }

func readJSON(data []byte, opts ReadOptions) (*Frame, error) {
	lim := opts.Limits.Filled()
	if len(data) > lim.Bytes {
		return nil, inBytes(overLimit("Bytes", lim.Bytes))
	}
	d := lim.decoder(data)
	if d.Kind() != json.Object {
		return nil, &Error{Kind: ErrFormat, Msg: "found " + d.Kind().String() + " where a leap frame belongs, an object of \"schema\" and \"rows\""}
	}
	// Cells cannot be read before the schema says what they are: find where
	// both lie first. This pass checks the syntax of everything.
	var schema, rows []byte
	var known Schema
	err := d.Object(func(key string) error {
		part := &schema
		switch key {
		case "schema":
		case "rows":
			part = &rows
		default:
			return d.Skip()
		}
		if *part != nil {
			return d.Error("a second " + strconv.Quote(key))
		}
		if key == "schema" {
			if schema, known = opts.Last.next(d); known != nil {
				return nil
			}
		}
		var err error
		*part, err = d.Raw()
		return err
	})
	if err == nil {
		err = d.End()
	}
	if err != nil {
		return nil, malformed(err)
	}
	for _, part := range []struct {
		name string
		text []byte
	}{{"schema", schema}, {"rows", rows}} {
		if part.text == nil {
			return nil, &Error{Kind: ErrFormat, Msg: "a leap frame without " + strconv.Quote(part.name)}
		}
	}
	if known != nil {
		return readRows(rows, known, lim)
	}
	s, err := ReadSchema(schema)
	if err != nil {
		return nil, err
	}
	opts.Last.keep(schema, s)
	return readRows(rows, s, lim)
}

// LastSchema is the schema of the last JSON leap frame that was read with it. A
// frame that has the same, letter by letter, takes it over: to read a schema
// takes longer than to read a row. It may be shared by goroutines.
type LastSchema struct {
	p atomic.Pointer[schemaText]
}

type schemaText struct {
	text   []byte // of an object
	schema Schema
}

// next steps over the last schema if that is what comes next; nil: it is not.
func (l *LastSchema) next(d *json.Decoder) ([]byte, Schema) {
	if l == nil {
		return nil, nil
	}
	if t := l.p.Load(); t != nil && d.Step(t.text) {
		return t.text, t.schema
	}
	return nil, nil
}

func (l *LastSchema) keep(text []byte, s Schema) {
	const most = 64 << 10 // bytes that are worth keeping
	if l != nil && len(text) <= most {
		l.p.Store(&schemaText{append([]byte(nil), text...), s})
	}
}

func readRows(text []byte, s Schema, lim Limits) (*Frame, error) {
	d := lim.decoder(text)
	if k := d.Kind(); k != json.Array {
		return nil, &Error{Kind: ErrFormat, Msg: "\"rows\" is " + k.String() + " where an array belongs"}
	}
	f := New(s)
	r := cellReader{d: d, lim: lim, nullIsNaN: true}
	err := d.Array(func(i int) error {
		if i >= lim.Rows {
			return inRows(overLimit("Rows", lim.Rows))
		}
		if k := d.Kind(); k != json.Array {
			return at("rows["+strconv.Itoa(i)+"]", &Error{Kind: ErrFormat, Msg: "found " + k.String() + " where a row, an array, belongs"})
		}
		n := 0
		err := d.Array(func(j int) error {
			n++
			if j >= len(s) {
				return d.Skip() // and count, for the error below
			}
			if err := r.read(s[j].Type); err != nil {
				return at("rows["+strconv.Itoa(i)+"], "+columnName(s[j]), err)
			}
			f.Columns[j].Append(&r.v)
			return nil
		})
		if err == nil && n != len(s) {
			err = &Error{Kind: ErrFormat, Msg: "rows[" + strconv.Itoa(i) + "] has " + strconv.Itoa(n) + " cells where the schema has " + strconv.Itoa(len(s)) + " fields"}
		}
		f.rows++
		return err
	})
	if err != nil {
		return nil, malformed(err)
	}
	return f, nil
}

// ReadSchema reads a schema as it stands in a leap frame: {"fields":
// [{"name", "type"}]}.
func ReadSchema(text []byte) (Schema, error) {
	d := json.NewDecoder(text)
	var s Schema
	seen := false
	fields := func(i int) error {
		f := Field{}
		var named, typed bool
		err := d.Object(func(key string) (err error) {
			switch key {
			case "name":
				named = true
				f.Name, err = d.String()
			case "type":
				typed = true
				f.Type, err = readType(d)
			default:
				err = d.Skip()
			}
			return err
		})
		if err == nil && (!named || !typed) {
			err = &Error{Kind: ErrFormat, Msg: "a field needs \"name\" and \"type\""}
		}
		if err != nil {
			where := "schema: fields[" + strconv.Itoa(i) + "]"
			if named {
				where += " " + strconv.Quote(f.Name)
			}
			return at(where, err)
		}
		s = append(s, f)
		return nil
	}
	err := d.Object(func(key string) error {
		if key != "fields" {
			return d.Skip()
		}
		seen = true
		s = Schema{}
		return d.Array(fields)
	})
	if err == nil {
		err = d.End()
	}
	if err != nil {
		return nil, malformed(err)
	}
	if !seen {
		return nil, &Error{Kind: ErrFormat, Msg: "a schema without \"fields\""}
	}
	return s, s.unique()
}

// unique refuses a schema in which two columns have one name.
func (s Schema) unique() error {
	names := make(map[string]struct{}, len(s))
	for _, f := range s {
		if _, dup := names[f.Name]; dup {
			return &Error{Kind: ErrFormat, Msg: "schema: two columns called " + strconv.Quote(f.Name)}
		}
		names[f.Name] = struct{}{}
	}
	return nil
}

// readType reads a column's type: "double" (nullable), or an object that says
// more. isNullable is true where it is left out.
func readType(d *json.Decoder) (Type, error) {
	t := Type{Nullable: true}
	if d.Kind() == json.String {
		var err error
		t.Base, err = readBasic(d)
		return t, err
	}
	var kind string
	var based, keyed bool
	err := d.Object(func(key string) (err error) {
		switch key {
		case "type":
			kind, err = d.String()
		case "base":
			based = true
			t.Base, err = readBasic(d)
		case "key":
			keyed = true
			t.Key, err = readBasic(d)
		case "isNullable":
			t.Nullable, err = d.Bool()
		case "dimensions":
			if d.Kind() == json.Null {
				return d.Null()
			}
			t.Dims = []int{}
			err = d.Array(func(int) error {
				n, err := d.Int()
				if err == nil && (n < -1 || n > 1<<31-1) {
					err = &Error{Kind: ErrFormat, Msg: "a dimension of " + strconv.FormatInt(n, 10)}
				}
				t.Dims = append(t.Dims, int(n))
				return err
			})
		default:
			err = d.Skip()
		}
		return err
	})
	if err != nil {
		return t, err
	}
	switch kind {
	case "basic":
	case "list":
		t.Kind = List
	case "tensor":
		t.Kind = Tensor
	case "map":
		t.Kind = Map
		if !keyed {
			return t, &Error{Kind: ErrFormat, Msg: "a map type without \"key\""}
		}
	default:
		return t, &Error{Kind: ErrFormat, Msg: "unknown type " + strconv.Quote(kind) + " (basic, list, tensor and map are known)"}
	}
	if !based {
		return t, &Error{Kind: ErrFormat, Msg: "a " + kind + " type without \"base\""}
	}
	if t.Kind != Tensor {
		t.Dims = nil
	}
	if t.Kind != Map {
		t.Key = Undefined
	}
	return t, nil
}

func readBasic(d *json.Decoder) (Basic, error) {
	if d.Kind() == json.Object { // older frames nest: {"type": "basic", "base": "double"}
		t, err := readType(d)
		if err == nil && t.Kind != Scalar {
			err = &Error{Kind: ErrFormat, Msg: "a " + t.String() + " inside another type"}
		}
		return t.Base, err
	}
	s, err := d.String()
	if err != nil {
		return Undefined, err
	}
	b, ok := ParseBasic(s)
	if !ok {
		return Undefined, &Error{Kind: ErrFormat, Msg: "unknown type " + strconv.Quote(s)}
	}
	return b, nil
}

// AppendJSON appends f as MLeap's JSON leap frame, without white space. The
// schema is spelt exactly as MLeap spells it. NaN and ±Infinity, for which JSON
// has no word, become null, as in MLeap: in a nullable column they read back as
// missing.
func AppendJSON(b []byte, f *Frame) []byte {
	b = append(b, `{"schema":`...)
	b = AppendSchema(b, f.Schema())
	b = append(b, `,"rows":`...)
	return append(AppendRows(b, f), '}')
}

// AppendRows appends f's rows as they stand in a leap frame.
func AppendRows(b []byte, f *Frame) []byte {
	b = append(b, '[')
	var v Value
	for i := range f.rows {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		for j := range f.Columns {
			if j > 0 {
				b = append(b, ',')
			}
			c := &f.Columns[j]
			c.Get(i, &v)
			b = leap.cell(b, c.Type, &v)
		}
		b = append(b, ']')
	}
	return append(b, ']')
}

// AppendSchema appends s as it stands in a leap frame.
func AppendSchema(b []byte, s Schema) []byte {
	b = append(b, `{"fields":[`...)
	for i, f := range s {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"name":`...)
		b = json.AppendString(b, f.Name)
		b = append(b, `,"type":`...)
		b = appendType(b, f.Type)
		b = append(b, '}')
	}
	return append(b, "]}"...)
}

// appendType keeps the order of keys in which MLeap prints them: sorted, except
// in a tensor's.
func appendType(b []byte, t Type) []byte {
	notNull := ""
	if !t.Nullable {
		notNull = `,"isNullable":false`
	}
	base := t.Base.String()
	if t.Kind == Scalar {
		if t.Base == Int {
			base = "integer"
		}
		if t.Nullable {
			return append(b, `"`+base+`"`...)
		}
		return append(b, `{"base":"`+base+`","isNullable":false,"type":"basic"}`...)
	}
	switch t.Kind {
	case List:
		return append(b, `{"base":"`+base+`"`+notNull+`,"type":"list"}`...)
	case Map:
		return append(b, `{"base":"`+base+`"`+notNull+`,"key":"`+t.Key.String()+`","type":"map"}`...)
	}
	b = append(b, `{"type":"tensor","base":"`+base+`"`+notNull...)
	if t.Dims != nil {
		b = append(b, `,"dimensions":`...)
		b = appendInts(b, t.Dims)
	}
	return append(b, '}')
}

func appendInts(b []byte, ns []int) []byte {
	b = append(b, '[')
	for i, n := range ns {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(n), 10)
	}
	return append(b, ']')
}

// at puts where before what an error says, unless the error knows its place in
// the text itself.
func at(where string, err error) error {
	if e, ok := err.(*Error); ok {
		return &Error{Kind: e.Kind, Msg: where + ": " + e.Msg}
	}
	return err
}

// malformed makes a fault of syntax an error of this package.
func malformed(err error) error {
	if _, ok := err.(*Error); ok {
		return err
	}
	if e, ok := err.(*json.Error); ok {
		return badJSON(e, err.Error())
	}
	return &Error{Kind: ErrFormat, Msg: err.Error()}
}

// badJSON is an error in a JSON text; msg says what and where.
func badJSON(e *json.Error, msg string) error {
	if e.TooDeep {
		return &Error{Kind: ErrLimit, Msg: msg + " (the limit frame.Depth)"}
	}
	return &Error{Kind: ErrFormat, Msg: msg}
}

func inBytes(err error) error { return at("input in bytes", err) }
func inRows(err error) error  { return at("rows", err) }

// columnName is how errors speak of a column.
func columnName(f Field) string {
	return "column " + strconv.Quote(f.Name) + " (" + f.Type.String() + ")"
}
