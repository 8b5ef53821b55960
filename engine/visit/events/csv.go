package events

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pageleap/pageleap/engine/internal/spelling"
	"github.com/pageleap/pageleap/engine/visit"
)

// Mapping says which columns of a CSV hold what. Each is written as
//
//	column          the column of that name
//	column|other    the first of them that is not empty
//	=text           that text in every row
//	""              nothing
//
// TS may also be year/month/day, three columns, and year/month/day/number for
// data that knows no time of day but the number of each event in its visit,
// from 1: the events of a visit are then a second apart from midnight on, UTC.
type Mapping struct {
	Visit, Event, TS, Page, PageType, Item, Category, Price, Quantity string

	Unit    Unit              // of a TS that is a number
	Names   map[string]string // of events: what the file calls them to what they are
	Comma   rune              // between columns; 0: told by the header
	Grouped bool              // the rows of a visit lie together; see Options
}

// presets are the mappings of well-known data, by their names.
var presets = []struct {
	name    string
	mapping Mapping
}{
	// Our own schema as columns.
	{"pageleap", Mapping{Visit: "visit", Event: "event", TS: "ts", Page: "page", PageType: "page_type", Item: "item",
		Category: "category", Price: "price", Quantity: "quantity"}},
	// UCI 553, e-shop clothing 2008: a row is a view of a product.
	{"eshop2008", Mapping{Visit: "session ID", Event: "=" + visit.ViewItem, TS: "year/month/day/order", Page: "page 2 (clothing model)",
		PageType: "=product", Item: "page 2 (clothing model)", Category: "page 1 (main category)", Price: "price", Comma: ';', Grouped: true}},
	// REES46, e-commerce behaviour data from multi-category and cosmetics shops.
	{"rees46", Mapping{Visit: "user_session", Event: "event_type", TS: "event_time", Item: "product_id",
		Category: "category_code|category_id", Price: "price",
		Names: map[string]string{"view": visit.ViewItem, "cart": visit.AddToCart, "remove_from_cart": visit.RemoveFromCart, "purchase": visit.Purchase}}},
}

// Preset is the mapping of well-known data: pageleap (columns named as in our
// NDJSON), eshop2008 or rees46.
func Preset(name string) (*Mapping, error) {
	var names []string
	for i := range presets {
		if presets[i].name == name {
			m := presets[i].mapping
			return &m, nil
		}
		names = append(names, presets[i].name)
	}
	return nil, fmt.Errorf("no preset %q; there are %s", name, strings.Join(names, ", "))
}

// Set sets one field of a mapping by its name in our NDJSON.
func (m *Mapping) Set(field, columns string) error {
	for i, p := range m.fields() {
		if fieldNames[i] == field {
			*p = columns
			return nil
		}
	}
	return fmt.Errorf("no field %q%s; there are %s", field, spelling.Hint(field, fieldNames[:]), strings.Join(fieldNames[:], ", "))
}

var fieldNames = [...]string{"visit", "event", "ts", "page", "page_type", "item", "category", "price", "quantity"}

// What stands at these places in fieldNames.
const (
	fieldVisit = iota
	fieldEvent
	fieldTS
	fieldPage
	fieldPageType
	fieldItem
	fieldCategory
	fieldPrice
	fieldQuantity
)

func (m *Mapping) fields() [len(fieldNames)]*string {
	return [...]*string{&m.Visit, &m.Event, &m.TS, &m.Page, &m.PageType, &m.Item, &m.Category, &m.Price, &m.Quantity}
}

// csvReader reads rows by a mapping that is bound to a header.
type csvReader struct {
	comma   byte
	width   int // columns
	fields  [len(fieldNames)]csvField
	parts   bool // TS is year/month/day
	unit    Unit
	names   map[string]string
	grouped bool
}

// csvField is where a field comes from.
type csvField struct {
	columns []int // the first that is not empty; of a TS in parts, its parts
	text    string
}

// csv reads the header and emits what follows.
func (s *splitter) csv() error {
	header, err := s.r.ReadBytes('\n')
	if err != nil && len(header) == 0 {
		return err
	}
	header = bytes.TrimRight(header, "\r\n")
	r, err := bindCSV(header, s.in.o.Mapping)
	s.reading = true
	if err != nil {
		return fmt.Errorf("line %d: %w", s.line, err)
	}
	s.line++
	s.rows, s.grouped = r, r.grouped
	return s.lines(r.last)
}

// bindCSV binds the mapping, or the preset that a header fits, to a header.
func bindCSV(header []byte, m *Mapping) (*csvReader, error) {
	if m != nil {
		return m.bind(header)
	}
	for i := range presets {
		if r, err := presets[i].mapping.bind(header); err == nil {
			return r, nil
		}
	}
	return nil, fmt.Errorf("the header fits no preset, so that a mapping must name the columns of visit, event and ts; there are %s", listColumns(splitHeader(header, headerComma(header))))
}

func (m *Mapping) bind(header []byte) (*csvReader, error) {
	comma := m.Comma
	if comma == 0 {
		comma = rune(headerComma(header))
	}
	if comma >= utf8.RuneSelf || comma == '"' || comma == '\n' {
		return nil, fmt.Errorf("columns cannot be separated by %q", comma)
	}
	names := splitHeader(header, byte(comma))
	r := &csvReader{comma: byte(comma), width: len(names), unit: m.Unit, names: m.Names, grouped: m.Grouped}
	for i, p := range m.fields() {
		spec, f := *p, &r.fields[i]
		if spec == "" {
			if i <= fieldTS {
				return nil, fmt.Errorf("the mapping does not say what %s is", fieldNames[i])
			}
			continue
		}
		if strings.HasPrefix(spec, "=") {
			f.text = spec[1:]
			continue
		}
		columns := strings.Split(spec, "|")
		if i == fieldTS && strings.Contains(spec, "/") && !slices.Contains(names, spec) {
			r.parts = true
			if columns = strings.Split(spec, "/"); len(columns) != 3 && len(columns) != 4 {
				return nil, fmt.Errorf("the mapping of ts is %q, neither a column nor year/month/day nor year/month/day/number", spec)
			}
		}
		for _, name := range columns {
			k := slices.Index(names, name)
			if k < 0 && m.optional(i) {
				continue
			}
			if k < 0 {
				return nil, fmt.Errorf("no column %q for %s%s; there are %s", name, fieldNames[i], spelling.Hint(name, names), listColumns(names))
			}
			f.columns = append(f.columns, k)
		}
	}
	return r, nil
}

// optional says whether the column of a field may be missing: only in a CSV of
// our own schema.
func (m *Mapping) optional(field int) bool {
	return field > fieldTS && *m.fields()[field] == fieldNames[field]
}

func listColumns(names []string) string {
	const shown = 30
	quoted := make([]string, 0, shown+1)
	for i, n := range names {
		if i == shown {
			quoted = append(quoted, fmt.Sprintf("and %d more", len(names)-shown))
			break
		}
		quoted = append(quoted, strconv.Quote(n))
	}
	return strings.Join(quoted, ", ")
}

// headerComma is the separator that a header has most of.
func headerComma(header []byte) byte {
	best := byte(',')
	for _, c := range []byte(";\t|") {
		if bytes.Count(header, []byte{c}) > bytes.Count(header, []byte{best}) {
			best = c
		}
	}
	return best
}

func splitHeader(header []byte, comma byte) []string {
	var names []string
	fields, _ := splitRow(nil, header, comma)
	for _, f := range fields {
		names = append(names, strings.TrimSpace(string(f)))
	}
	return names
}

// splitRow cuts a row into its columns, which share its memory where they can.
// A quote counts where a column starts with it; two in quotes stand for one.
func splitRow(fields [][]byte, row []byte, comma byte) ([][]byte, error) {
	for {
		if len(row) == 0 || row[0] != '"' {
			i := bytes.IndexByte(row, comma)
			if i < 0 {
				return append(fields, row), nil
			}
			fields = append(fields, row[:i])
			row = row[i+1:]
			continue
		}
		n := quoted(row)
		if n < 0 {
			return fields, errors.New("a quote is never closed")
		}
		text := row[1 : n-1]
		if bytes.IndexByte(text, '"') >= 0 {
			text = bytes.ReplaceAll(text, []byte(`""`), []byte(`"`))
		}
		fields = append(fields, text)
		row = row[n:]
		if len(row) == 0 {
			return fields, nil
		}
		if row[0] != comma {
			return fields, errors.New("text after a closing quote: " + quote(row))
		}
		row = row[1:]
	}
}

// quoted is the length of the quoted column that b starts with, -1 if it does
// not end.
func quoted(b []byte) int {
	for i := 1; ; i++ {
		k := bytes.IndexByte(b[i:], '"')
		if k < 0 {
			return -1
		}
		i += k
		if i+1 == len(b) || b[i+1] != '"' {
			return i + 1
		}
		i++
	}
}

// length is the length of data's first row with its line end, -1 if it does not
// end.
func (r *csvReader) length(data []byte) int {
	end := bytes.IndexByte(data, '\n')
	if end < 0 {
		return -1
	}
	if bytes.IndexByte(data[:end], '"') < 0 {
		return end + 1
	}
	for i := 0; ; {
		if i < len(data) && data[i] == '"' {
			n := quoted(data[i:])
			if n < 0 {
				return -1
			}
			i += n
		}
		k := bytes.IndexAny(data[i:], string(rune(r.comma))+"\n")
		if k < 0 {
			return -1
		}
		i += k + 1
		if data[i-1] == '\n' {
			return i
		}
	}
}

func (r *csvReader) next(data []byte) int {
	if n := r.length(data); n > 0 {
		return n
	}
	// The end of the file; or a quote that is never closed, which spoils its
	// line and no more.
	return nextLine(data)
}

// last is where the last whole row ends.
func (r *csvReader) last(data []byte) int {
	if bytes.IndexByte(data, '"') < 0 {
		return lastLine(data)
	}
	end := 0
	for {
		n := r.length(data[end:])
		if n < 0 {
			return end
		}
		end += n
	}
}

func (r *csvReader) row(text []byte, _ int64, b *batch) error {
	var err error
	if b.fields, err = splitRow(b.fields[:0], text, r.comma); err != nil {
		return err
	}
	if len(b.fields) != r.width {
		return errors.New(strconv.Itoa(len(b.fields)) + " columns, where the header has " + strconv.Itoa(r.width))
	}
	e := b.newEvent()
	for i, p := range [...]*string{fieldVisit: &e.Visit, fieldEvent: &e.Event, fieldPage: &e.Page, fieldPageType: &e.PageType, fieldItem: &e.Item, fieldCategory: &e.Category} {
		if p != nil {
			*p = r.text(b, i)
		}
	}
	if name, ok := r.names[e.Event]; ok {
		e.Event = name
	}
	if e.TS, err = r.time(b); err != nil {
		return err
	}
	if e.Price, err = r.number(b, fieldPrice); err != nil {
		return err
	}
	e.Quantity, err = r.number(b, fieldQuantity)
	return err
}

// bytes is the text of a field.
func (r *csvReader) bytes(b *batch, field int) []byte {
	for _, k := range r.fields[field].columns {
		if len(b.fields[k]) > 0 {
			return b.fields[k]
		}
	}
	return nil
}

func (r *csvReader) text(b *batch, field int) string {
	f := &r.fields[field]
	if len(f.columns) == 0 {
		return f.text
	}
	return b.names.text(r.bytes(b, field))
}

func (r *csvReader) number(b *batch, field int) (float64, error) {
	s := r.bytes(b, field)
	if f := &r.fields[field]; f.text != "" {
		s = []byte(f.text)
	}
	if len(s) == 0 {
		return math.NaN(), nil
	}
	x, err := parseNumber(s)
	if err != nil {
		return 0, errors.New("the " + fieldNames[field] + " " + quote(s) + " is not a number")
	}
	return x, nil
}

func (r *csvReader) time(b *batch) (int64, error) {
	if !r.parts {
		s := r.bytes(b, fieldTS)
		if len(s) == 0 {
			return 0, errors.New("the event has no time")
		}
		return parseTime(s, r.unit)
	}
	var part [4]int
	part[3] = 1
	for i, k := range r.fields[fieldTS].columns {
		n, err := strconv.Atoi(string(b.fields[k]))
		if err != nil {
			return 0, errors.New(quote(b.fields[k]) + " is no part of a date")
		}
		part[i] = n
	}
	days := visit.Days(part[0], min(max(part[1], 1), 12), part[2])
	if y, m, d := visit.Date(days); y != part[0] || m != part[1] || d != part[2] || part[3] < 1 {
		return 0, fmt.Errorf("%d/%d/%d/%d is no day and number", part[0], part[1], part[2], part[3])
	}
	return days*86400000 + int64(part[3]-1)*1000, nil
}
