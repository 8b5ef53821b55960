package events

import (
	"bufio"
	"container/heap"
	"encoding/binary"
	"errors"
	"hash/maphash"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"

	"github.com/pageleap/pageleap/engine/visit"
)

// spill keeps events on disk when there are too many for memory: in parts by
// their visits' ids, each of which is then put in order by itself.
type spill struct {
	dir   string
	seed  maphash.Seed
	parts []*spillPart
	buf   []byte
}

type spillPart struct {
	f *os.File
	w *bufio.Writer
}

// spillParts is how many parts there are: when the events are as many times
// more than fit in memory, a part no longer does.
const spillParts = 128

func newSpill() (*spill, error) {
	dir, err := os.MkdirTemp("", "pageleap-visits-")
	if err != nil {
		return nil, err
	}
	s := &spill{dir: dir, seed: maphash.MakeSeed()}
	for i := range spillParts {
		f, err := os.Create(filepath.Join(dir, strconv.Itoa(i)))
		if err != nil {
			s.close()
			return nil, err
		}
		s.parts = append(s.parts, &spillPart{f, bufio.NewWriterSize(f, 1<<15)})
	}
	// Files that are open need no names, and without them nothing of the visits
	// stays behind when the process is killed. Windows keeps them until close.
	os.RemoveAll(dir)
	return s, nil
}

func (s *spill) close() {
	for _, p := range s.parts {
		p.f.Close()
	}
	os.RemoveAll(s.dir)
}

// add writes an event; seq is where it, or an earlier event of its visit, is in
// the files.
func (s *spill) add(e *visit.Event, seq int64) error {
	s.buf = appendEvent(binary.AppendUvarint(s.buf[:0], uint64(seq)), e)
	_, err := s.parts[maphash.String(s.seed, e.Visit)%spillParts].w.Write(s.buf)
	return err
}

// visits gives the events of each id, in the order of their first events.
func (s *spill) visits(report *Report, yield func([]visit.Event) error) error {
	var merge runs
	for _, p := range s.parts {
		r, err := p.order(report)
		if err != nil {
			return err
		}
		if err := r.next(); err == nil {
			merge = append(merge, r)
		} else if err != io.EOF {
			return err
		}
	}
	heap.Init(&merge)
	for len(merge) > 0 {
		r := merge[0]
		if err := yield(r.events); err != nil {
			return err
		}
		switch err := r.next(); err {
		case nil:
			heap.Fix(&merge, 0)
		case io.EOF:
			heap.Pop(&merge)
		default:
			return err
		}
	}
	return nil
}

// order puts a part's events together by id, and writes them back in its place.
func (p *spillPart) order(report *Report) (*run, error) {
	if err := p.w.Flush(); err != nil {
		return nil, err
	}
	if _, err := p.f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	type group struct {
		seq    int64
		events []visit.Event
	}
	var groups []*group
	byID := map[string]*group{}
	d := decoder{r: bufio.NewReaderSize(p.f, 1<<16), names: make(interner)}
	for {
		seq, err := d.uvarint()
		if err == io.EOF {
			break
		}
		var e visit.Event
		if err == nil {
			err = d.event(&e)
		}
		if err != nil {
			return nil, err
		}
		g := byID[e.Visit]
		if g == nil {
			g = &group{seq: int64(seq)}
			byID[e.Visit] = g
			groups = append(groups, g)
		}
		if len(g.events) == MaxVisit {
			report.Surplus++
			continue
		}
		g.events = append(g.events, e)
	}
	// The groups are in the order of seq already, as events were written in it.
	if _, err := p.f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	if err := p.f.Truncate(0); err != nil {
		return nil, err
	}
	p.w.Reset(p.f)
	var b []byte
	for _, g := range groups {
		b = binary.AppendUvarint(b[:0], uint64(g.seq))
		b = binary.AppendUvarint(b, uint64(len(g.events)))
		for i := range g.events {
			b = appendEvent(b, &g.events[i])
		}
		if _, err := p.w.Write(b); err != nil {
			return nil, err
		}
	}
	if err := p.w.Flush(); err != nil {
		return nil, err
	}
	if _, err := p.f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return &run{d: decoder{r: bufio.NewReaderSize(p.f, 1<<15), names: make(interner)}}, nil
}

// run reads the groups of a part that is in order.
type run struct {
	d      decoder
	seq    int64
	events []visit.Event
}

// next reads the next group.
func (r *run) next() error {
	seq, err := r.d.uvarint()
	if err != nil {
		return err
	}
	n, err := r.d.uvarint()
	if err != nil {
		return unexpected(err)
	}
	r.seq, r.events = int64(seq), make([]visit.Event, n)
	for i := range r.events {
		if err := r.d.event(&r.events[i]); err != nil {
			return err
		}
	}
	return nil
}

// runs is a heap of runs by the place of their next group.
type runs []*run

func (r runs) Len() int           { return len(r) }
func (r runs) Less(i, j int) bool { return r[i].seq < r[j].seq }
func (r runs) Swap(i, j int)      { r[i], r[j] = r[j], r[i] }
func (r *runs) Push(x any)        { *r = append(*r, x.(*run)) }
func (r *runs) Pop() any {
	last := (*r)[len(*r)-1]
	*r = (*r)[:len(*r)-1]
	return last
}

// appendEvent appends an event in a form of our own.
func appendEvent(b []byte, e *visit.Event) []byte {
	b = binary.AppendUvarint(b, uint64(e.TS))
	for _, s := range [...]string{e.Visit, e.Event, e.Page, e.PageType, e.Item, e.Category} {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	// NaN, which is what is not known, is one byte.
	for _, x := range [...]float64{e.Price, e.Quantity} {
		if x != x {
			b = append(b, 0)
		} else {
			b = binary.LittleEndian.AppendUint64(append(b, 1), math.Float64bits(x))
		}
	}
	return b
}

// decoder reads what appendEvent wrote.
type decoder struct {
	r     *bufio.Reader
	names interner
	buf   []byte
}

func (d *decoder) uvarint() (uint64, error) { return binary.ReadUvarint(d.r) }

func (d *decoder) event(e *visit.Event) error {
	ts, err := d.uvarint()
	e.TS = int64(ts)
	for _, s := range [...]*string{&e.Visit, &e.Event, &e.Page, &e.PageType, &e.Item, &e.Category} {
		if err == nil {
			*s, err = d.text()
		}
	}
	for _, x := range [...]*float64{&e.Price, &e.Quantity} {
		if err == nil {
			*x, err = d.number()
		}
	}
	return unexpected(err)
}

func (d *decoder) text() (string, error) {
	n, err := d.uvarint()
	if err != nil || n == 0 {
		return "", err
	}
	if n > visit.MaxPage {
		return "", errors.New("a temporary file is damaged")
	}
	if cap(d.buf) < int(n) {
		d.buf = make([]byte, visit.MaxPage)
	}
	b := d.buf[:n]
	if _, err := io.ReadFull(d.r, b); err != nil {
		return "", err
	}
	return d.names.text(b), nil
}

func (d *decoder) number() (float64, error) {
	known, err := d.r.ReadByte()
	if err != nil || known == 0 {
		return math.NaN(), err
	}
	var b [8]byte
	_, err = io.ReadFull(d.r, b[:])
	return math.Float64frombits(binary.LittleEndian.Uint64(b[:])), err
}

func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
