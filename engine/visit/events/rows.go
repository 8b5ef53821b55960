package events

import (
	"bytes"
	"errors"
	"math"
	"strconv"
	"sync"

	"github.com/pageleap/pageleap/engine/internal/json"
	"github.com/pageleap/pageleap/engine/visit"
)

// rowReader reads the events of one row. It has no state of its own, so that
// several workers use it at a time.
type rowReader interface {
	// row appends the events of a row to b. line is the number of its first line.
	row(text []byte, line int64, b *batch) error

	// next is the length of the first row of data, with its line end.
	next(data []byte) int
}

// batch is what a block holds.
type batch struct {
	events []visit.Event
	rows   int64
	bad    int64
	cut    int64
	faults []Fault
	fields [][]byte // of a CSV row
	names  interner
	path   string
}

var batchPool = sync.Pool{New: func() any { return new(batch) }}

func (b *batch) release() {
	clear(b.events)
	*b = batch{events: b.events[:0], fields: b.fields[:0]}
	batchPool.Put(b)
}

// parse reads the rows of a block.
func parse(bl *block, names interner) *batch {
	b := batchPool.Get().(*batch)
	b.names, b.path = names, bl.path
	data, line := bl.data, bl.line
	for len(data) > 0 {
		n := 0
		if bl.array {
			n = bytes.IndexByte(data, 0) + 1
			if n == 0 {
				n = len(data)
			}
		} else {
			n = bl.rows.next(data)
		}
		b.one(bl.rows, bytes.TrimSuffix(data[:n], []byte{0}), line)
		line += int64(bytes.Count(data[:n], []byte{'\n'}))
		data = data[n:]
	}
	b.names = nil
	return b
}

// one reads a row. A row with a fault gives no events.
func (b *batch) one(rows rowReader, text []byte, line int64) {
	// Elements of arrays come with the line ends before them.
	for len(text) > 0 && (text[0] == ' ' || text[0] == '\t' || text[0] == '\r' || text[0] == '\n') {
		if text[0] == '\n' {
			line++
		}
		text = text[1:]
	}
	text = bytes.TrimRight(text, " \t\r\n")
	if len(text) == 0 {
		return
	}
	b.rows++
	before := len(b.events)
	var err error
	if len(text) > MaxRow {
		err = errors.New("a row of " + strconv.Itoa(len(text)>>20) + " MiB")
	} else {
		err = rows.row(text, line, b)
	}
	for i := before; i < len(b.events) && err == nil; i++ {
		err = b.check(&b.events[i])
	}
	if err == nil {
		return
	}
	b.events = b.events[:before]
	b.bad++
	if len(b.faults) < maxFaults {
		var je *json.Error
		if errors.As(err, &je) {
			err = errors.New("byte " + strconv.Itoa(je.Offset) + ": " + je.Msg)
		}
		b.faults = append(b.faults, Fault{Path: b.path, Line: line, Msg: err.Error()})
	}
}

// check is what every event must be, whatever it was read from.
func (b *batch) check(e *visit.Event) error {
	switch {
	case e.Visit == "":
		return errors.New("the event has no visit")
	case len(e.Visit) > visit.MaxText:
		return errors.New("the visit's id is longer than " + strconv.Itoa(visit.MaxText) + " bytes")
	case e.Event == "":
		return errors.New("the event has no name")
	case e.TS < visit.MinTS || e.TS > visit.MaxTS:
		return errors.New("the time " + strconv.FormatInt(e.TS, 10) + " is not between 1970 and 2100 in milliseconds")
	case math.IsInf(e.Price, 0) || math.IsInf(e.Quantity, 0):
		return errors.New("the price or the quantity is infinite")
	}
	if e.Bound() {
		b.cut++
	}
	return nil
}

// nextLine is the length of the first line of data.
func nextLine(data []byte) int {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return i + 1
	}
	return len(data)
}

// interner gives one string for equal bytes: pages and items come again and
// again. It forgets everything when it has become large.
type interner map[string]string

func (in interner) text(b []byte) string {
	if s, ok := in[string(b)]; ok {
		return s
	}
	if len(b) > visit.MaxPage {
		// Whoever cuts it should not keep the whole.
		return string(append(make([]byte, 0, visit.MaxPage+1), b[:visit.MaxPage+1]...))
	}
	if len(in) >= 1<<15 {
		clear(in)
	}
	s := string(b)
	in[s] = s
	return s
}

// newEvent appends an event of which nothing is known.
func (b *batch) newEvent() *visit.Event {
	b.events = append(b.events, visit.Event{TS: -1, Price: math.NaN(), Quantity: math.NaN()})
	return &b.events[len(b.events)-1]
}
