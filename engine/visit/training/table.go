package training

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync"

	"github.com/pageleap/pageleap/engine/visit"
	"github.com/pageleap/pageleap/engine/visit/events"
)

// Options say which events become which table.
type Options struct {
	Paths  []string
	Events events.Options
	Spec   *Spec
	Format Format

	// Prefixes gives a row for each visit's first so many events, of visits that
	// have so many; 0 stands for the whole visit. Empty: a row a visit.
	Prefixes []int

	// Pairs gives a row for each item that was clicked, where features of pairs
	// are of that item.
	Pairs bool

	// Label cuts each visit before the first event of that name and adds a
	// column label: 1 if there is one, else 0. Labels gives it by visit instead,
	// and leaves out visits that it does not name.
	Label  string
	Labels map[string]bool

	Progress func(stage string, bytes, rows int64)
}

// Result is what was written.
type Result struct {
	Report    *events.Report
	Rows      int64
	Columns   []string
	Unlabeled int64 // visits that Labels does not name
	Empty     int64 // visits that begin with the label's event
	Spec      *Spec // with everything written out
}

// A job is about this many events.
const eventsAtOnce = 1 << 15

// Fit writes out the spec's groups, reading the events where it has to.
func Fit(ctx context.Context, o *Options) (*Spec, error) {
	s := *o.Spec
	s.Features, s.Names = slices.Clone(s.Features), slices.Clone(s.Names)
	var p *Popular
	if s.NeedsPopular() {
		if slices.Contains(o.Paths, "-") {
			return nil, errors.New("what is popular is counted in a pass of its own, for which standard input cannot be read twice: give a file, or a bundle as --spec")
		}
		p = NewPopular(&s)
		in := o.Events
		if o.Progress != nil {
			in.Progress = func(bytes, rows int64) { o.Progress("counting", bytes, rows) }
		}
		_, err := events.Each(ctx, o.Paths, in, func(v *visit.Visit) error {
			if o.Label != "" {
				v.Events, _ = visit.Cut(v.Events, o.Label)
			}
			return p.Add(v)
		})
		if err != nil {
			return nil, err
		}
	}
	if err := s.Expand(p); err != nil {
		return nil, err
	}
	return &s, nil
}

// Write writes the table of a spec that Fit has written out.
func Write(ctx context.Context, w io.Writer, o *Options) (*Result, error) {
	f, err := visit.Compile(&o.Spec.Spec)
	if err != nil {
		return nil, err
	}
	if f.Fields()&visit.ReadsPair != 0 && !o.Pairs {
		return nil, errors.New("the spec has features of pairs of an item and a visit, so that rows must be pairs")
	}
	t := &table{o: o, features: f}
	if err := t.bindColumns(); err != nil {
		return nil, err
	}
	enc, err := newEncoder(o.Format, w, t.columns)
	if err != nil {
		return nil, err
	}
	res := &Result{Spec: o.Spec, Columns: t.names()}

	// Visits are read here, worked on by all cores and written in their order.
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	workers := runtime.GOMAXPROCS(0)
	if o.Events.Workers > 0 {
		workers = o.Events.Workers
	}
	todo, order := make(chan *job), make(chan *job, 2*workers)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			c := t.newComputer()
			for j := range todo {
				j.err = c.run(j)
				close(j.done)
			}
		})
	}
	written := make(chan error, 1)
	go func() {
		var err error
		for j := range order {
			<-j.done
			if err == nil {
				err = j.err
			}
			if err == nil {
				err = j.part.commit()
			}
			if err == nil {
				res.Rows += int64(j.rows)
			} else {
				stop() // and let the others come to nothing
			}
		}
		written <- err
	}()
	submit := func(j *job) error {
		j.part, j.done = enc.begin(), make(chan struct{})
		select {
		case order <- j:
		case <-ctx.Done():
			return ctx.Err()
		}
		todo <- j
		return nil
	}
	cur, n := &job{}, 0
	in := o.Events
	if o.Progress != nil {
		in.Progress = func(bytes, rows int64) { o.Progress("writing", bytes, rows) }
	}
	res.Report, err = events.Each(ctx, o.Paths, in, func(v *visit.Visit) error {
		label, ok := t.label(v, res)
		if !ok {
			return nil
		}
		cur.visits = append(cur.visits, labelled{v, label})
		if n += len(v.Events); n < eventsAtOnce*enc.scale() {
			return nil
		}
		j := cur
		cur, n = &job{}, 0
		return submit(j)
	})
	if err == nil && len(cur.visits) > 0 {
		err = submit(cur)
	}
	close(todo)
	close(order)
	wg.Wait()
	if werr := <-written; werr != nil {
		err = werr // which stopped the reading
	}
	if err == nil {
		err = enc.close()
	}
	return res, err
}

type labelled struct {
	*visit.Visit
	label float64
}

type job struct {
	visits []labelled
	part   part
	rows   int
	err    error
	done   chan struct{}
}

type table struct {
	o        *Options
	features *visit.Features
	columns  []column
	first    int // the first feature's column
}

// column is a column of the table.
type column struct {
	name  string
	text  bool
	whole bool // a number without a fraction: prefix, label
}

func (t *table) bindColumns() error {
	t.columns = []column{{name: "visit", text: true}}
	if len(t.o.Prefixes) > 0 {
		t.columns = append(t.columns, column{name: "prefix", whole: true})
	}
	if t.o.Pairs {
		t.columns = append(t.columns, column{name: "item", text: true})
	}
	t.first = len(t.columns)
	for i, n := range t.o.Spec.Columns() {
		t.columns = append(t.columns, column{name: n, text: t.features.IsText(i)})
	}
	if t.o.Label != "" || t.o.Labels != nil {
		t.columns = append(t.columns, column{name: "label", whole: true})
	}
	seen := map[string]bool{}
	for _, c := range t.columns {
		if seen[c.name] {
			return fmt.Errorf("the table would have two columns called %q", c.name)
		}
		seen[c.name] = true
	}
	return nil
}

func (t *table) names() []string {
	var names []string
	for _, c := range t.columns {
		names = append(names, c.name)
	}
	return names
}

// label cuts a visit and gives its label; ok is false if it is to be left out.
func (t *table) label(v *visit.Visit, res *Result) (label float64, ok bool) {
	found := false
	if t.o.Label != "" {
		v.Events, found = visit.Cut(v.Events, t.o.Label)
	}
	if t.o.Labels != nil {
		if found, ok = t.o.Labels[v.ID]; !ok {
			res.Unlabeled++
			return 0, false
		}
	}
	if len(v.Events) == 0 {
		res.Empty++
		return 0, false
	}
	if found {
		label = 1
	}
	return label, true
}

// computer computes rows on one goroutine.
type computer struct {
	t     *table
	state *visit.State
	items []string
}

func (t *table) newComputer() *computer { return &computer{t: t, state: t.features.NewState()} }

func (c *computer) run(j *job) error {
	prefixes := c.t.o.Prefixes
	for _, v := range j.visits {
		c.state.Reset()
		for i := range v.Events {
			if err := c.state.Add(&v.Events[i]); err != nil {
				return fmt.Errorf("visit %q: %w", v.ID, err)
			}
			if slices.Contains(prefixes, i+1) {
				c.rows(j, &v, i+1)
			}
		}
		if len(prefixes) == 0 || slices.Contains(prefixes, 0) && !slices.Contains(prefixes, len(v.Events)) {
			c.rows(j, &v, len(v.Events))
		}
	}
	j.visits = nil
	return j.part.finish()
}

// rows writes the rows of a visit so far.
func (c *computer) rows(j *job, v *labelled, prefix int) {
	if !c.t.o.Pairs {
		c.row(j, v, prefix, "")
		return
	}
	c.items = c.items[:0]
	c.state.EachItem(func(item string) { c.items = append(c.items, item) })
	for _, item := range c.items {
		c.state.SetPair(item)
		c.row(j, v, prefix, item)
	}
}

func (c *computer) row(j *job, v *labelled, prefix int, item string) {
	p := j.part
	p.text(0, v.ID)
	k := 1
	if len(c.t.o.Prefixes) > 0 {
		p.number(k, float64(prefix))
		k++
	}
	if c.t.o.Pairs {
		p.text(k, item)
		k++
	}
	for i := range c.t.features.Len() {
		if c.t.features.IsText(i) {
			p.text(k, c.state.Text(i))
		} else {
			p.number(k, c.state.Number(i))
		}
		k++
	}
	if k < len(c.t.columns) {
		p.number(k, v.label)
	}
	p.end()
	j.rows++
}
