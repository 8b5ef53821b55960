package importer

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"
	"slices"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// Rows of Parquet files become plain values: nil, bool, int64, float64, string,
// []bool, []int64, []float64 and []string for lists of those, []any for other
// lists and for maps (a group of key and value an entry), and *group.

// group is a struct of a row, or the row itself.
type group struct {
	names  []string
	values []any
}

// get is the value of a field, nil where there is none.
func (g *group) get(name string) (v any, ok bool) {
	for i := range g.names {
		if g.names[i] == name {
			return g.values[i], true
		}
	}
	return nil, false
}

// readParquet visits the rows of a Parquet file.
func readParquet(data []byte, b *budget, visit func(*group) error) (err error) {
	// The library checks its input with panics in places.
	defer func() {
		if p := recover(); p != nil {
			err = malformed("a damaged Parquet file: %v", p)
		}
	}()
	b.allow(len(data))
	if err := checkFooter(data); err != nil {
		return err
	}
	f, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return malformed("%v", err)
	}
	blank, err := checkPages(data, f, b)
	if err != nil {
		return err
	}
	root, leaves, err := assembler(f.Root())
	if err != nil {
		return err
	}
	for k, rg := range f.RowGroups() {
		for i, chunk := range rg.ColumnChunks() {
			if err := leaves[i].read(chunk, blank[k][i]); err != nil {
				return malformed("column %q: %v", leaves[i].path, err)
			}
		}
		for range rg.NumRows() {
			row := root.group()
			if err := visit(row); err != nil {
				return err
			}
		}
		for _, l := range leaves {
			if l.at != l.entries {
				return malformed("column %q has values of more rows than there are", l.path)
			}
		}
	}
	return nil
}

// field is a node of the file's schema, and makes the values of its column.
type field struct {
	name     string
	optional bool
	def      uint8    // the definition level at which it is not null
	leaf     *leaf    // its own, or the first one below it
	leaves   []*leaf  // all below it
	isLeaf   bool     //
	fields   []*field // of a group
	names    []string
	list     *field // the element, where it is a list or a map
	listDef  uint8  // the definition level at which the list has an element
	listRep  uint8  // the repetition level of the elements after the first
}

// leaf is a column's levels and values in the present row group.
type leaf struct {
	path     []string
	maxDef   uint8
	maxRep   uint8
	kind     parquet.Kind
	def, rep []uint8 // empty where they can be 0 only
	entries  int     // values and nulls
	at, next int     // the present entry, the present value
	bools    []bool
	ints     []int64
	floats   []float64
	strings  []string
}

// assembler makes the fields of a file's schema.
func assembler(root *parquet.Column) (*field, []*leaf, error) {
	top := &field{}
	if err := top.addFields(root.Columns()); err != nil {
		return nil, nil, err
	}
	return top, top.leaves, nil
}

func (f *field) addFields(columns []*parquet.Column) error {
	for _, c := range columns {
		child, err := newField(c)
		if err != nil {
			return err
		}
		f.fields = append(f.fields, child)
		f.names = append(f.names, child.name)
		f.leaves = append(f.leaves, child.leaves...)
	}
	if len(f.leaves) == 0 {
		return malformed("a Parquet schema with an empty group")
	}
	f.leaf = f.leaves[0]
	return nil
}

func newField(c *parquet.Column) (*field, error) {
	f := &field{name: c.Name(), optional: c.Optional(), def: uint8(c.MaxDefinitionLevel())}
	if c.Repeated() {
		// A list without a group around it.
		f.def--
		f.listDef, f.listRep = f.def+1, uint8(c.MaxRepetitionLevel())
		element := &field{name: f.name, def: f.listDef}
		if err := element.fill(c); err != nil {
			return nil, err
		}
		f.wrap(element)
		return f, nil
	}
	return f, f.fill(c)
}

// wrap makes f the list of the element.
func (f *field) wrap(element *field) {
	f.list, f.leaf, f.leaves = element, element.leaf, element.leaves
}

// fill reads what is below c.
func (f *field) fill(c *parquet.Column) error {
	if c.Leaf() {
		l := &leaf{path: c.Path(), maxDef: uint8(c.MaxDefinitionLevel()), maxRep: uint8(c.MaxRepetitionLevel()), kind: c.Type().Kind()}
		switch l.kind {
		case parquet.Int96, parquet.FixedLenByteArray:
			return &Error{Kind: ErrUnsupported, Msg: fmt.Sprintf("has a column %q of type %s, which no model has", l.path, l.kind)}
		}
		f.isLeaf, f.leaf, f.leaves = true, l, []*leaf{l}
		return nil
	}
	columns := c.Columns()
	if len(columns) != 1 || !columns[0].Repeated() || !isList(c) {
		return f.addFields(columns)
	}
	// The element is the one field of the repeated group ("list" and "element",
	// or "bag" and "array", or a map's "key_value"), or in some old files the
	// repeated node itself.
	repeated := columns[0]
	f.listDef, f.listRep = uint8(repeated.MaxDefinitionLevel()), uint8(repeated.MaxRepetitionLevel())
	if inner := repeated.Columns(); len(inner) == 1 && repeated.Name() != "array" && repeated.Name() != f.name+"_tuple" {
		element, err := newField(inner[0])
		if err != nil {
			return err
		}
		f.wrap(element)
		return nil
	}
	element := &field{name: repeated.Name(), def: f.listDef}
	if err := element.fill(repeated); err != nil {
		return err
	}
	f.wrap(element)
	return nil
}

// isList says whether a group is marked as a list or a map.
func isList(c *parquet.Column) bool {
	if t := c.Type().LogicalType(); t != nil {
		switch t.Value.(type) {
		case *format.ListType, *format.MapType:
			return true
		}
	}
	// What old writers marked in other ways has these names.
	switch c.Columns()[0].Name() {
	case "list", "bag", "array", "key_value", "map":
		return true
	}
	return false
}

// read takes the values of a row group's column. Blank pages are those that the
// library stumbles over, and goes on after.
func (l *leaf) read(chunk parquet.ColumnChunk, blank []*blankPage) error {
	*l = leaf{path: l.path, maxDef: l.maxDef, maxRep: l.maxRep, kind: l.kind}
	pages := chunk.Pages()
	defer pages.Close()
	var buffer [512]parquet.Value
	for k := 0; ; k++ {
		page, err := pages.ReadPage()
		if errors.Is(err, io.EOF) {
			break
		}
		if k < len(blank) && blank[k] != nil {
			if page != nil {
				parquet.Release(page)
			}
			if !l.addBlank(blank[k]) {
				return errors.New("levels that are cut off")
			}
			continue
		}
		if err != nil {
			return err
		}
		values := page.Values()
		for {
			n, err := values.ReadValues(buffer[:])
			for i := range buffer[:n] {
				l.add(&buffer[i])
			}
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return err
			}
			// A damaged page may go on without end.
			if n == 0 || int64(l.entries) > chunk.NumValues() {
				return errors.New("more values than there should be")
			}
		}
		parquet.Release(page)
	}
	if int64(l.entries) != chunk.NumValues() {
		return fmt.Errorf("%d values, not %d", l.entries, chunk.NumValues())
	}
	return nil
}

func (l *leaf) addBlank(p *blankPage) bool {
	rep, ok := levels(p.rep, bits.Len8(l.maxRep), p.entries)
	def, also := levels(p.def, bits.Len8(l.maxDef), p.entries)
	if !ok || !also || slices.Contains(def, l.maxDef) {
		return false
	}
	l.entries += p.entries
	l.rep = append(l.rep, rep...)
	l.def = append(l.def, def...)
	return true
}

func (l *leaf) add(v *parquet.Value) {
	l.entries++
	d := uint8(v.DefinitionLevel())
	l.def = append(l.def, d)
	l.rep = append(l.rep, uint8(v.RepetitionLevel()))
	if d < l.maxDef {
		return
	}
	switch l.kind {
	case parquet.Boolean:
		l.bools = append(l.bools, v.Boolean())
	case parquet.Int32:
		l.ints = append(l.ints, int64(v.Int32()))
	case parquet.Int64:
		l.ints = append(l.ints, v.Int64())
	case parquet.Float:
		l.floats = append(l.floats, float64(v.Float()))
	case parquet.Double:
		l.floats = append(l.floats, v.Double())
	default:
		l.strings = append(l.strings, string(v.ByteArray()))
	}
}

// defined is the definition level of the present entry.
func (l *leaf) defined() uint8 {
	if l.at >= l.entries {
		panic(fmt.Sprintf("column %q ends too early", l.path))
	}
	return l.def[l.at]
}

// value makes the value of the present entry and steps on.
func (f *field) value() any {
	if f.optional && f.leaf.defined() < f.def {
		f.skip()
		return nil
	}
	switch {
	case f.list != nil:
		return f.elements()
	case f.isLeaf:
		return f.leaf.scalar()
	}
	return f.group()
}

// skip steps over an entry that has no value.
func (f *field) skip() {
	for _, l := range f.leaves {
		l.defined()
		l.at++
	}
}

func (f *field) group() *group {
	g := &group{names: f.names, values: make([]any, len(f.fields))}
	for i, child := range f.fields {
		g.values[i] = child.value()
	}
	return g
}

func (l *leaf) scalar() any {
	l.defined()
	i := l.next
	l.at++
	l.next++
	switch l.kind {
	case parquet.Boolean:
		return l.bools[i]
	case parquet.Int32, parquet.Int64:
		return l.ints[i]
	case parquet.Float, parquet.Double:
		return l.floats[i]
	}
	return l.strings[i]
}

func (f *field) elements() any {
	empty := f.leaf.defined() < f.listDef
	if empty {
		f.skip()
	}
	if f.list.isLeaf {
		return f.scalars(empty)
	}
	list := []any{}
	if !empty {
		list = append(list, f.list.value())
		for f.more() {
			list = append(list, f.list.value())
		}
	}
	return list
}

// more says whether the present entry is one more element of the list.
func (f *field) more() bool { return f.leaf.at < f.leaf.entries && f.leaf.rep[f.leaf.at] >= f.listRep }

// scalars is a list of plain values, which is a part of the column's. A list of
// numbers with a null among them has NaN there; one of anything else has null.
func (f *field) scalars(empty bool) any {
	l := f.leaf
	from, nulls := l.next, false
	first := l.at
	for ; !empty && (l.at == first || f.more()); l.at++ {
		if l.defined() == l.maxDef {
			l.next++
		} else {
			nulls = true
		}
	}
	if nulls {
		return f.withNulls(first, from)
	}
	switch l.kind {
	case parquet.Boolean:
		return l.bools[from:l.next:l.next]
	case parquet.Int32, parquet.Int64:
		return l.ints[from:l.next:l.next]
	case parquet.Float, parquet.Double:
		return l.floats[from:l.next:l.next]
	}
	return l.strings[from:l.next:l.next]
}

func (f *field) withNulls(first, next int) any {
	l := f.leaf
	var floats []float64
	var list []any
	end := l.at
	l.at, l.next = first, next
	for l.at < end {
		switch {
		case l.defined() == l.maxDef:
			v := l.scalar()
			if x, ok := v.(float64); ok {
				floats = append(floats, x)
			}
			list = append(list, v)
		default:
			l.at++
			floats = append(floats, math.NaN())
			list = append(list, nil)
		}
	}
	if l.kind == parquet.Float || l.kind == parquet.Double {
		return floats
	}
	return list
}
