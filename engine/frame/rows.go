package frame

import (
	"errors"
)

// Sink takes the rows of a frame as they are read.
type Sink interface {
	// Begin says whether rows of this schema are welcome.
	Begin(Schema) bool
	// Cell is where the value of column j goes.
	Cell(j int) *Value
	// Row says that a row's cells are there, and gives whether to go on.
	Row() bool
}

// RowReader reads JSON leap frames row by row into somebody's cells, and makes
// no frame of them. It may be used again, by one goroutine at a time.
type RowReader struct{ r cellReader }

var errUnusual = errors.New("not to be read row by row")

// Read reads a leap frame whose schema is opts.Last, comes before the rows and
// has no maps. false is for whatever is not so, for every fault, and for a
// frame that the sink did not want: ReadJSON reads it or says what is wrong.
// The cells' memory is reused from row to row.
func (q *RowReader) Read(data []byte, opts ReadOptions, to Sink) bool {
	lim := opts.Limits.Filled()
	if opts.Last == nil || len(data) > lim.Bytes {
		return false
	}
	d := lim.decoder(data)
	r := &q.r
	r.d, r.lim, r.nullIsNaN = d, lim, true
	defer func() { r.d = nil }()
	var s Schema
	rows := false
	err := d.Members(func(key []byte) error {
		switch string(key) {
		case "schema":
			if s == nil {
				if _, s = opts.Last.next(d); s != nil && to.Begin(s) {
					return nil
				}
			}
		case "rows":
			if s != nil && !rows {
				rows = true
				return r.rows(s, to)
			}
		}
		return errUnusual
	})
	return err == nil && rows && d.End() == nil
}

func (r *cellReader) rows(s Schema, to Sink) error {
	return r.d.Array(func(i int) error {
		n := 0
		err := r.d.Array(func(j int) error {
			if n++; n > len(s) || i >= r.lim.Rows || s[j].Type.Kind == Map {
				return errUnusual
			}
			return r.readTo(to.Cell(j), s[j].Type)
		})
		if err == nil && (n != len(s) || !to.Row()) {
			err = errUnusual
		}
		return err
	})
}
