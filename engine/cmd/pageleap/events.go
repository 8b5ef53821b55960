package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/pageleap/pageleap/engine/visit/events"
	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// eventFlags are the flags of commands that read events.
type eventFlags struct {
	format, preset, unit, comma string
	fields, names               []string
	gap                         time.Duration
	strict, grouped             bool
	workers                     int
}

func (f *eventFlags) add(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringVar(&f.format, "input", "auto", "form of the events: ndjson, ga4, otto or csv")
	fl.StringVar(&f.preset, "preset", "", "columns of a known CSV: pageleap, eshop2008 or rees46")
	fl.StringSliceVar(&f.fields, "map", nil, "columns of a CSV: field=column (visit, event, ts, page, page_type, item, category, price, quantity); column|other, =text")
	fl.StringSliceVar(&f.names, "event-names", nil, "what a CSV calls events: cart=add_to_cart")
	fl.StringVar(&f.unit, "ts-unit", "ms", "of a CSV's times that are numbers: s, ms or us")
	fl.StringVar(&f.comma, "comma", "", "between a CSV's columns (default: told by its header)")
	fl.DurationVar(&f.gap, "gap", 30*time.Minute, "a longer pause splits a visit; 0 never does")
	fl.BoolVar(&f.strict, "strict", false, "stop at the first row that cannot be read")
	fl.BoolVar(&f.grouped, "grouped", false, "the rows of a visit lie together: no other rows are kept")
	fl.IntVar(&f.workers, "workers", 0, "how many cores to use (default all)")
}

// eventsHelp describes the files in commands' help.
const eventsHelp = `EVENTS are files of events, or "-" for standard input: NDJSON in our own schema,
GA4's BigQuery export, OTTO's JSONL, or a CSV whose columns --preset or --map
name; gzip is undone. Events of a visit may be in any order and place.`

func (f *eventFlags) options() (o events.Options, err error) {
	if o.Format, err = events.ParseFormat(f.format); err != nil {
		return o, usageError{fmt.Errorf("--input: %w", err)}
	}
	o.Gap, o.Strict, o.Grouped, o.Workers = f.gap, f.strict, f.grouped, f.workers
	if f.gap <= 0 {
		o.Gap = -1
	}
	if f.preset == "" && len(f.fields) == 0 {
		return o, nil
	}
	m := &events.Mapping{}
	if f.preset != "" {
		if m, err = events.Preset(f.preset); err != nil {
			return o, usageError{fmt.Errorf("--preset: %w", err)}
		}
	}
	for _, s := range f.fields {
		field, column, ok := strings.Cut(s, "=")
		if !ok {
			return o, usageError{fmt.Errorf("--map %s: field=column is wanted", s)}
		}
		if err := m.Set(field, column); err != nil {
			return o, usageError{fmt.Errorf("--map %s: %w", s, err)}
		}
	}
	for _, s := range f.names {
		from, to, ok := strings.Cut(s, "=")
		if !ok {
			return o, usageError{fmt.Errorf("--event-names %s: name=name is wanted", s)}
		}
		if m.Names == nil {
			m.Names = map[string]string{}
		}
		m.Names[from] = to
	}
	switch f.unit {
	case "ms":
	case "s":
		m.Unit = events.Seconds
	case "us":
		m.Unit = events.Microseconds
	default:
		return o, usageError{fmt.Errorf("--ts-unit %s: there are s, ms and us", f.unit)}
	}
	if f.comma != "" {
		r := []rune(strings.ReplaceAll(f.comma, `\t`, "\t"))
		if len(r) != 1 {
			return o, usageError{fmt.Errorf("--comma %q: one character is wanted", f.comma)}
		}
		m.Comma = r[0]
	}
	o.Mapping = m
	if o.Format == events.Auto {
		o.Format = events.CSV
	}
	return o, nil
}

// eventProgress shows how much of the files has been read, on standard error
// where that is a terminal, with rows a second.
type eventProgress struct {
	bar   *progressbar.ProgressBar
	total int64
	stage string
	start time.Time
}

func newEventProgress(paths []string) *eventProgress {
	p := &eventProgress{}
	for _, path := range paths {
		st, err := os.Stat(path)
		if path == "-" || err != nil {
			p.total = -1
			break
		}
		p.total += st.Size()
	}
	return p
}

// show shows a stage's progress.
func (p *eventProgress) show(stage string, bytes, rows int64) {
	if stage != p.stage {
		p.done()
		w := io.Discard
		if term.IsTerminal(int(os.Stderr.Fd())) {
			w = io.Writer(os.Stderr)
		}
		p.stage, p.start = stage, time.Now()
		p.bar = progressbar.NewOptions64(p.total, progressbar.OptionSetWriter(w), progressbar.OptionShowBytes(true),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(20), progressbar.OptionFullWidth())
	}
	p.bar.Describe(fmt.Sprintf("%s, %s rows/s", stage, short(float64(rows)/time.Since(p.start).Seconds())))
	p.bar.Set64(bytes)
}

func (p *eventProgress) done() {
	if p.bar != nil {
		p.bar.Finish()
	}
}

// short is a number with three digits.
func short(x float64) string {
	switch {
	case x >= 1e6:
		return fmt.Sprintf("%.3gM", x/1e6)
	case x >= 1e3:
		return fmt.Sprintf("%.3gk", x/1e3)
	}
	return fmt.Sprintf("%.3g", x)
}

// reportEvents says on standard error what became of the rows.
func reportEvents(r *events.Report) {
	w := os.Stderr
	fmt.Fprintf(w, "%d events of %d visits in %d rows\n", r.Events, r.Visits, r.Rows)
	if r.Bad > 0 {
		fmt.Fprintf(w, "%d rows could not be read:\n", r.Bad)
		for i := range r.Faults {
			fmt.Fprintf(w, "  %s\n", r.Faults[i].Error())
		}
		if more := r.Bad - int64(len(r.Faults)); more > 0 {
			fmt.Fprintf(w, "  and %d more\n", more)
		}
	}
	if r.Cut > 0 {
		fmt.Fprintf(w, "%d events had texts that were too long and were cut\n", r.Cut)
	}
	if r.Surplus > 0 {
		fmt.Fprintf(w, "%d events were left out of visits of more than %d\n", r.Surplus, events.MaxVisit)
	}
	if const1973 := int64(1e11); r.Events > 0 && r.LastTS < const1973 {
		fmt.Fprintln(w, "all events are before 1973: are their times in seconds rather than milliseconds?")
	}
}
