// Package events reads files of events and gives their visits one by one.
//
//	report, err := events.Each(ctx, []string{"events.ndjson.gz"}, events.Options{}, func(v *visit.Visit) error {
//		…
//	})
//
// A file is NDJSON in our own schema, GA4's BigQuery export (NDJSON or one JSON
// array), OTTO's JSONL, or a CSV whose columns a Mapping names; it may be
// compressed with gzip. Formats and mappings are told from what a file holds
// unless Options say.
//
// The events of a visit are those with the same id, wherever in the files they
// are, in order of time, split where the visitor paused for more than
// Options.Gap. The first part keeps the visit's id, those after it are called
// id~2, id~3 and so on. Visits come in the order in which their first events
// are in the files.
//
// Rows that cannot be read are passed over, counted and reported with their
// line; Options.Strict makes the first one an error.
package events

import (
	"context"
	"fmt"
	"runtime"
	"strconv"
	"sync"
	"time"

	"github.com/pageleap/pageleap/engine/visit"
)

// Format is what a file of events looks like.
type Format uint8

const (
	Auto   Format = iota // told by each file's first line
	NDJSON               // our own schema, an event a line
	GA4                  // GA4's BigQuery export as JSON
	OTTO                 // OTTO's JSONL, a session a line
	CSV                  // a header and an event a line; see Mapping
)

var formatNames = [...]string{"auto", "ndjson", "ga4", "otto", "csv"}

func (f Format) String() string {
	if int(f) < len(formatNames) {
		return formatNames[f]
	}
	return "format(" + strconv.Itoa(int(f)) + ")"
}

// ParseFormat gives the format of a name: auto, ndjson, ga4, otto or csv.
func ParseFormat(name string) (Format, error) {
	for i, n := range formatNames {
		if n == name {
			return Format(i), nil
		}
	}
	return 0, fmt.Errorf("unknown format %q of events; there are auto, ndjson, ga4, otto and csv", name)
}

// Options say how to read. The zero value is the defaults.
type Options struct {
	Format  Format
	Mapping *Mapping      // of a CSV; nil: told by its header
	Gap     time.Duration // 0: 30 minutes; negative: visits are never split
	Strict  bool          // the first row that cannot be read is an error

	// Grouped says that the rows of a visit lie together in the files, so that
	// a visit is over when the next one starts and nothing else need be kept.
	Grouped bool

	// Held is how many events are kept in memory where visits are not grouped. 0:
	// a million, about 200 MB. When there are more, all are kept in temporary
	// files.
	Held int

	Workers  int                     // that read lines; 0: one a core
	Progress func(bytes, rows int64) // is told now and then how far reading is; bytes are of the files as they are on disk
}

// MaxVisit is the most events of one visit that are kept; Report.Surplus counts
// those that come after.
const MaxVisit = 250_000

// MaxRow is how many bytes a row may have.
const MaxRow = 16 << 20

// Report is what became of the rows.
type Report struct {
	Rows    int64 // read, bad ones too
	Bad     int64 // that could not be read
	Events  int64
	Visits  int64
	Cut     int64 // events with a text that was too long and was cut
	Surplus int64 // events left out of visits of more than MaxVisit
	Faults  []Fault
	FirstTS int64 // the earliest and the latest time of any event
	LastTS  int64
}

// maxFaults is how many faults a report keeps.
const maxFaults = 20

// Fault is a row that cannot be read: where it is and why.
type Fault struct {
	Path string
	Line int64 // from 1
	Msg  string
}

func (f *Fault) Error() string { return f.Path + ":" + strconv.FormatInt(f.Line, 10) + ": " + f.Msg }

// Each reads the files at paths ("-" is standard input) and calls yield for
// each visit, which is the callee's to keep. It stops at the first error of
// yield and returns it.
func Each(ctx context.Context, paths []string, o Options, yield func(*visit.Visit) error) (*Report, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.Gap == 0 {
		o.Gap = visit.DefaultGap * time.Millisecond
	}
	if o.Held <= 0 {
		o.Held = 1 << 20
	}
	in := &input{ctx: ctx, o: &o}
	// Blocks are parsed by several workers and come back in their order.
	todo := make(chan *job)
	order := make(chan *job, 2*o.Workers)
	var wg sync.WaitGroup
	for range o.Workers {
		wg.Go(func() {
			names := make(interner)
			for j := range todo {
				j.batch = parse(j.block, names)
				close(j.done)
			}
		})
	}
	var readErr error
	wg.Go(func() {
		defer close(todo)
		defer close(order)
		readErr = in.blocks(paths, func(b *block) error {
			j := &job{block: b, done: make(chan struct{})}
			select {
			case order <- j:
			case <-ctx.Done():
				return ctx.Err()
			}
			select {
			case todo <- j:
			case <-ctx.Done():
				close(j.done)
				return ctx.Err()
			}
			return nil
		})
	})
	report := &Report{}
	g := &grouper{o: &o, report: report, yield: yield}
	defer g.close()
	err := func() error {
		for j := range order {
			<-j.done
			if j.batch == nil {
				return ctx.Err()
			}
			if err := report.add(j.batch, o.Strict); err != nil {
				return err
			}
			if o.Progress != nil {
				o.Progress(j.block.offset, report.Rows)
			}
			if err := g.add(j.batch.events, o.Grouped || j.block.grouped); err != nil {
				return err
			}
			j.batch.release()
		}
		return nil
	}()
	stop()
	for range order { // so that the reader is not left waiting
	}
	wg.Wait()
	if err == nil {
		err = readErr
	}
	if err == nil {
		err = g.finish()
	}
	return report, err
}

type job struct {
	block *block
	batch *batch
	done  chan struct{}
}

// add counts a batch. Under strict its first fault is an error.
func (r *Report) add(b *batch, strict bool) error {
	r.Rows += b.rows
	r.Bad += b.bad
	r.Cut += b.cut
	for i := range b.faults {
		if strict {
			return &b.faults[i]
		}
		if len(r.Faults) < maxFaults {
			r.Faults = append(r.Faults, b.faults[i])
		}
	}
	for i := range b.events {
		ts := b.events[i].TS
		if r.Events == 0 || ts < r.FirstTS {
			r.FirstTS = ts
		}
		if r.Events == 0 || ts > r.LastTS {
			r.LastTS = ts
		}
		r.Events++
	}
	return nil
}
