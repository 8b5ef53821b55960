package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/internal/atomicfile"
	"github.com/pageleap/pageleap/engine/visit"
	"github.com/pageleap/pageleap/engine/visit/events"
	"github.com/pageleap/pageleap/engine/visit/markov/fit"
	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"
)

func trainCommand() *cobra.Command {
	return group("train MODEL", "Fit a model to events and write it as a bundle", "model", "train markov EVENTS... -o BUNDLE", trainMarkovCommand())
}

func trainMarkovCommand() *cobra.Command {
	o := trainOptions{Options: fit.DefaultOptions()}
	cmd := &cobra.Command{
		Use:   "markov EVENTS... -o BUNDLE",
		Short: "Fit Markov chains of visits that end in buying and of those that do not",
		Long: `markov fits two Markov chains with back-off, one to visits that end in buying and
one to the others, and weighs what they say, how long pages are looked at and
what is seen again with a regression over prefixes of visits, so that it scores
early. It chooses the order of the chains and all else by visits that it leaves
out while it fits. engine/visit/markov/README.md says how.

` + eventsHelp + `

--label is an event, and each visit is cut before its first one; --labels is a CSV
with the columns visit and label. "--label none" fits one chain for the next page
alone.

--states is a file of rules that say what states pages are, on each line a
pattern and a state:

  /p/*         product
  */checkout*  checkout
  @top 200     the 200 most frequent of the other pages stay as they are
  @other rest  and what is left is one state

The bundle holds a frame and what it answers to it, for pageleap verify.`,
		Example: `  pageleap train markov events.ndjson.gz --label purchase -o buy.zip
  pageleap train markov events.ndjson --labels outcome.csv --state-from page --states states.txt -o buy.zip
  pageleap train markov e-shop_clothing_2008.csv.gz --preset eshop2008 --state-from category --label none -o next.zip`,
		Args: argCount(1, 1<<20),
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd, args) },
	}
	fl := cmd.Flags()
	fl.StringVarP(&o.out, "output", "o", "", "bundle to write")
	fl.StringVar(&o.Label, "label", "", "the event that is to be foretold, such as purchase; none: only the next page is")
	fl.StringVar(&o.labels, "labels", "", "a CSV with the columns visit and label")
	fl.StringVar(&o.stateFrom, "state-from", "auto", "what states are made of: page_type, page, category or event (default the first of page_type, event, category and page that tells events apart)")
	fl.StringVar(&o.states, "states", "", "a file of rules that say what states pages are")
	fl.IntVar(&o.Top, "top", o.Top, "how many states at most; the least frequent ones become one")
	fl.IntVar(&o.Order, "order", -1, "order of the chains, 0 to 8 (default chosen by likelihood on visits left out)")
	fl.Float64Var(&o.Prior, "prior", 0, "share of visits that end in buying where the model is used (default the share in EVENTS)")
	fl.Float64Var(&o.Threshold, "threshold", o.Threshold, "probability above which the prediction is to buy")
	fl.IntVar(&o.NextN, "next", o.NextN, "how many next pages the model names")
	fl.BoolVar(&o.Plain, "plain", false, "the likelihood ratio of the chains alone, without the regression")
	fl.Float64Var(&o.holdOut, "hold-out", 0, "share of visits to leave out, for eval --held-out")
	o.events.add(cmd)
	return cmd
}

type trainOptions struct {
	fit.Options
	out, labels, stateFrom, states string
	holdOut                        float64
	events                         eventFlags
}

func (o *trainOptions) check(cmd *cobra.Command) (err error) {
	switch {
	case o.out == "":
		return errors.New("-o BUNDLE is wanted")
	case o.Label == "" && o.labels == "":
		return errors.New("--label EVENT or --labels FILE is wanted; --label none fits the next page alone")
	case o.Label != "" && o.labels != "":
		return errors.New("--label and --labels cannot be had together")
	case cmd.Flags().Changed("order") && (o.Order < 0 || o.Order > 8):
		return fmt.Errorf("--order %d: 0 to 8 is wanted", o.Order)
	case o.Top < 1 || o.Top > 5000:
		return fmt.Errorf("--top %d: 1 to 5000 is wanted", o.Top)
	case o.NextN < 0 || o.NextN > 100:
		return fmt.Errorf("--next %d: 0 to 100 is wanted", o.NextN)
	case cmd.Flags().Changed("prior") && !(o.Prior > 0 && o.Prior < 1):
		return fmt.Errorf("--prior %g: a number between 0 and 1 is wanted", o.Prior)
	case !(o.Threshold >= 0 && o.Threshold <= 1):
		return fmt.Errorf("--threshold %g: a number from 0 to 1 is wanted", o.Threshold)
	case !(o.holdOut >= 0 && o.holdOut < 1):
		return fmt.Errorf("--hold-out %g: a share below 1 is wanted", o.holdOut)
	}
	if o.StateFrom, err = fit.ParseColumn(o.stateFrom); err != nil {
		return fmt.Errorf("--state-from: %w", err)
	}
	return nil
}

// noLabel is the --label of a model of the next page alone.
const noLabel = "none"

func (o *trainOptions) run(cmd *cobra.Command, paths []string) error {
	if err := o.check(cmd); err != nil {
		return usageError{err}
	}
	if o.Label == noLabel {
		o.Label = ""
	}
	if o.states != "" {
		if err := o.readRules(cmd); err != nil {
			return fmt.Errorf("%s: %w", o.states, err)
		}
	}
	read, err := labelledEvents(cmd, &o.events, o.labels)
	if err != nil {
		return err
	}
	o.Labels, o.Longest = read.labels, max(read.options.Gap.Milliseconds(), 0)
	if o.Longest == 0 {
		o.Longest = visit.DefaultGap
	}
	data := fit.NewData(&o.Options)
	var sample [][]visit.Event
	left := 0
	report, err := read.each(cmd, paths, "reading", func(v *visit.Visit) error {
		if heldOut(v.ID, o.holdOut) {
			left++
			return nil
		}
		if events, _, known := o.Outcome(v); known && len(sample) < 40 && len(events) <= 100 {
			sample = append(sample, events)
		}
		data.Add(v)
		return nil
	})
	if err != nil {
		return err
	}
	reportEvents(report)
	if left > 0 {
		fmt.Fprintf(os.Stderr, "%d visits were held out\n", left)
	}
	if data.Unknown > 0 {
		fmt.Fprintf(os.Stderr, "%d visits have no label and were left out\n", data.Unknown)
	}
	bar := &fitProgress{}
	o.Progress = bar.show
	r, err := fit.Fit(data)
	bar.done()
	if err != nil {
		return err
	}
	b, err := r.Bundle(&o.Options, data.LastTS)
	if err != nil {
		return err
	}
	zip, err := withVerification(b, sample)
	if err != nil {
		return err
	}
	if err := atomicfile.WriteBytes(o.out, zip); err != nil {
		return err
	}
	return o.print(cmd.OutOrStdout(), r)
}

func (o *trainOptions) readRules(cmd *cobra.Command) error {
	data, err := readInput(o.states)
	if err != nil {
		return err
	}
	rules, top, err := fit.ReadRules(strings.NewReader(string(data)))
	o.Rules = rules
	if top >= 0 && !cmd.Flags().Changed("top") {
		o.Top = top
	}
	return err
}

// eventReader reads events and the labels that come beside them.
type eventReader struct {
	options events.Options
	labels  map[string]bool
}

// labelledEvents reads --labels. Where visits' labels come beside them, their
// ids say what a visit is, and they are split only if --gap says so.
func labelledEvents(cmd *cobra.Command, f *eventFlags, labels string) (r *eventReader, err error) {
	r = &eventReader{}
	if r.options, err = f.options(); err != nil || labels == "" {
		return r, err
	}
	if !cmd.Flags().Changed("gap") {
		r.options.Gap = -1
	}
	r.labels, err = events.ReadLabels(labels)
	return r, err
}

func (r *eventReader) each(cmd *cobra.Command, paths []string, stage string, yield func(*visit.Visit) error) (*events.Report, error) {
	progress := newEventProgress(paths)
	defer progress.done()
	r.options.Progress = func(bytes, rows int64) { progress.show(stage, bytes, rows) }
	return events.Each(cmd.Context(), paths, r.options, yield)
}

// fitProgress shows how far a stage of fitting is, on standard error where that
// is a terminal.
type fitProgress struct {
	bar   *progressbar.ProgressBar
	stage string
}

func (p *fitProgress) show(stage string, done, total int) {
	if !term.IsTerminal(int(os.Stderr.Fd())) {
		return
	}
	if stage != p.stage {
		p.done()
		p.stage = stage
		p.bar = progressbar.NewOptions(total, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetDescription(stage),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(20), progressbar.OptionFullWidth())
	}
	p.bar.Set(done)
}

func (p *fitProgress) done() {
	if p.bar != nil {
		p.bar.Finish()
	}
}

// Files of a bundle that hold a frame and what the bundle answers to it.
const (
	verifyFrame    = "verify/frame.json"
	verifyExpected = "verify/expected.json"
)

// withVerification makes the zip of a bundle that scores events, with a frame of
// prefixes of the visits and what it answers.
func withVerification(b *bundle.Bundle, visits [][]visit.Event) ([]byte, error) {
	files, err := bundle.Encode(b, bundle.JSON)
	if err != nil {
		return nil, err
	}
	zip, err := bundle.Zip(files)
	if err != nil {
		return nil, err
	}
	m, err := engine.Load(zip)
	if err != nil {
		return nil, err
	}
	columns, err := columnsOf(m)
	if err != nil {
		return nil, err
	}
	rows := [][]visit.Event{nil}
	for i, v := range visits {
		if n := i % 12; n > 0 && n < len(v) {
			v = v[:n]
		}
		rows = append(rows, v)
	}
	in := columns.frame(rows)
	res, err := m.Transform(in)
	if err != nil {
		return nil, err
	}
	return bundle.Zip(append(files, bundle.File{Name: verifyFrame, Data: frame.Append(nil, frame.JSON, in)},
		bundle.File{Name: verifyExpected, Data: frame.Append(nil, frame.JSON, res.Frame)}))
}

// print says what was fitted and how well it does on what was left out.
func (o *trainOptions) print(out io.Writer, r *fit.Result) error {
	p := &r.Report
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "visits\t%d\n", p.Visits)
	if o.Label != "" || o.Labels != nil {
		fmt.Fprintf(w, "ending in buying\t%d (%.3g%%)\n", p.Buys, 100*float64(p.Buys)/float64(p.Visits))
	}
	fmt.Fprintf(w, "events\t%d\n", p.Events)
	fmt.Fprintf(w, "states\t%d, from %s\n", p.States, r.Model.StateFrom)
	fmt.Fprintf(w, "order\t%d", p.Order)
	if o.Order < 0 {
		fmt.Fprint(w, "; log-likelihood of an event left out, by order:")
		for k, x := range p.Orders {
			fmt.Fprintf(w, " %d: %.4f", k, x)
		}
	}
	fmt.Fprintln(w)
	if len(p.Plain) > 0 {
		fmt.Fprintf(w, "on visits left out\tchains alone\twith the regression\n")
		fmt.Fprintf(w, "  log loss\t%.4f\t%.4f\n", p.PlainLoss, p.LayerLoss)
		for i, q := range p.Plain {
			fmt.Fprintf(w, "  ROC AUC after %d events\t%.4f\t%.4f\t(%d visits)\n", q.Prefix, q.AUC, p.Weighed[i].AUC, q.Visits)
		}
		if !p.Layer {
			fmt.Fprintln(w, "the regression does not help: the chains alone decide")
		}
	}
	fmt.Fprintf(w, "written\t%s\n", o.out)
	return w.Flush()
}
