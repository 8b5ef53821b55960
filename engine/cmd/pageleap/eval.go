package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"text/tabwriter"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/visit"
	"github.com/pageleap/pageleap/engine/visit/events"
	"github.com/pageleap/pageleap/engine/visit/markov"
	"github.com/pageleap/pageleap/engine/visit/markov/fit"
	"github.com/pageleap/pageleap/engine/visit/metrics"
	"github.com/spf13/cobra"
)

func evalCommand() *cobra.Command {
	var o evalOptions
	cmd := &cobra.Command{
		Use:   "eval BUNDLE EVENTS...",
		Short: "Say how well a bundle scores visits whose outcome is known",
		Long: `eval scores the beginnings of visits with a bundle that reads events and compares
the scores with how the visits ended: ROC AUC, average precision, log loss, and
calibration with its error (ECE). A bundle reads events if its inputs are lists
called event, ts, page, page_type, item, category, price or quantity.

` + eventsHelp + `

--label is an event, and each visit is cut before its first one; --labels is a CSV
with the columns visit and label. For each --prefix n the figures are those of the
visits with n events or more, scored after n; beside them stand those of all
visits, where shorter ones are scored whole. "all" is every visit, whole.

Without labels a bundle with a markov_chain is judged by the next page: how often
the page that came next was the likeliest, or among the likeliest three, beside
what always naming the most frequent pages, or the page itself, would give.`,
		Example: `  pageleap eval buy.zip test.ndjson.gz --label purchase --prefix 3,6,10
  pageleap eval forest.zip test.ndjson --labels outcome.csv --json
  pageleap eval next.zip e-shop_clothing_2008.csv.gz --preset eshop2008 --held-out 0.2`,
		Args: argCount(2, 1<<20),
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd, args[0], args[1:]) },
	}
	fl := cmd.Flags()
	fl.StringVar(&o.label, "label", "", "the event that is foretold, such as purchase")
	fl.StringVar(&o.labels, "labels", "", "a CSV with the columns visit and label")
	fl.StringSliceVar(&o.prefixes, "prefix", []string{"3", "6", "10", "all"}, "numbers of events after which visits are scored")
	fl.StringVar(&o.score, "score", "probability", "the bundle's output that is the score: a number, or a vector whose last element is")
	fl.IntVar(&o.bins, "bins", 10, "bins of the calibration")
	fl.Float64Var(&o.heldOut, "held-out", 0, "take only the visits that train --hold-out with the same share left out")
	fl.BoolVar(&o.asJSON, "json", false, "print JSON")
	o.events.add(cmd)
	return cmd
}

type evalOptions struct {
	label, labels, score string
	prefixes             []string
	bins                 int
	heldOut              float64
	asJSON               bool
	events               eventFlags
}

// evaluation is what eval prints, in JSON's words.
type evaluation struct {
	Bundle   string         `json:"bundle"`
	Visits   int            `json:"visits"`
	Buys     int            `json:"buys"`
	Left     int            `json:"left_out"` // without a label
	Prefixes []prefixFigure `json:"prefixes,omitempty"`
	Next     *nextFigure    `json:"next_page,omitempty"`
}

type prefixFigure struct {
	Prefix int     `json:"prefix"` // 0: the whole visit
	Long   figures `json:"at_least"`
	All    figures `json:"all_visits"`
}

// figures are how well scores tell visits apart. What has no value, such as the
// AUC of one class, is null.
type figures struct {
	Visits           int           `json:"visits"`
	Buys             int           `json:"buys"`
	AUC              *float64      `json:"roc_auc"`
	AveragePrecision *float64      `json:"average_precision"`
	LogLoss          *float64      `json:"log_loss"`
	CalibrationError *float64      `json:"ece"`
	Calibration      []metrics.Bin `json:"calibration,omitempty"`
}

func (o *evalOptions) run(cmd *cobra.Command, path string, paths []string) error {
	prefixes, err := parsePrefixes(o.prefixes)
	switch {
	case err != nil:
		return err
	case o.label != "" && o.labels != "":
		return usageError{errors.New("--label and --labels cannot be had together")}
	case o.bins < 1:
		return usageError{fmt.Errorf("--bins %d: at least one is wanted", o.bins)}
	case !(o.heldOut >= 0 && o.heldOut <= 1):
		return usageError{fmt.Errorf("--held-out %g: a share is wanted", o.heldOut)}
	}
	m, err := loadModel(path)
	if err != nil {
		return err
	}
	read, err := labelledEvents(cmd, &o.events, o.labels)
	if err != nil {
		return err
	}
	result := &evaluation{Bundle: path}
	var report *events.Report
	if o.label == "" && o.labels == "" {
		report, err = o.nextPages(cmd, m, read, paths, result)
	} else {
		report, err = o.scores(cmd, m, read, paths, prefixes, result)
	}
	if err != nil {
		return err
	}
	reportEvents(report)
	if o.asJSON {
		enc := json.NewEncoder(cmd.OutOrStdout())
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(result)
	}
	return result.print(cmd.OutOrStdout())
}

// scores scores visits by prefix.
func (o *evalOptions) scores(cmd *cobra.Command, m *engine.Model, read *eventReader, paths []string, prefixes []int, result *evaluation) (*events.Report, error) {
	s, err := newScorer(m, o.score)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", result.Bundle, err)
	}
	rule := fit.Options{Label: o.label, Labels: read.labels}
	long, all := make([][]metrics.Scored, len(prefixes)), make([][]metrics.Scored, len(prefixes))
	report, err := read.each(cmd, paths, "scoring", func(v *visit.Visit) error {
		if o.heldOut > 0 && !heldOut(v.ID, o.heldOut) {
			return nil
		}
		events, buy, known := rule.Outcome(v)
		if !known {
			result.Left++
			return nil
		}
		result.Visits++
		if buy {
			result.Buys++
		}
		whole, wholeIs := 0.0, false
		for i, n := range prefixes {
			is := n == 0 || len(events) >= n
			if n == 0 || n > len(events) {
				n = len(events)
			}
			var score float64
			var err error
			if n == len(events) && wholeIs {
				score = whole
			} else if score, err = s.score(events[:n]); err != nil {
				return fmt.Errorf("visit %s: %w", v.ID, err)
			}
			if n == len(events) {
				whole, wholeIs = score, true
			}
			x := metrics.Scored{Score: score, True: buy}
			if is {
				long[i] = append(long[i], x)
			}
			all[i] = append(all[i], x)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if result.Visits == 0 {
		return nil, errors.New("there are no visits with a label")
	}
	for i, n := range prefixes {
		result.Prefixes = append(result.Prefixes, prefixFigure{n, o.figures(long[i], true), o.figures(all[i], false)})
	}
	return report, nil
}

func (o *evalOptions) figures(s []metrics.Scored, table bool) figures {
	f := figures{Visits: len(s)}
	for _, x := range s {
		if x.True {
			f.Buys++
		}
	}
	f.AUC, f.AveragePrecision = number(metrics.AUC(s)), number(metrics.AveragePrecision(s))
	for _, x := range s {
		if !(x.Score >= 0 && x.Score <= 1) {
			return f // a score that is no probability has no more
		}
	}
	bins := metrics.Calibration(s, o.bins)
	f.LogLoss, f.CalibrationError = number(metrics.LogLoss(s)), number(metrics.CalibrationError(bins))
	if table {
		f.Calibration = bins
	}
	return f
}

// number is x, or nothing where there is none.
func number(x float64) *float64 {
	if math.IsNaN(x) {
		return nil
	}
	return &x
}

// scorer scores lists of events.
type scorer struct {
	row     *engine.Row
	columns *eventColumns
	output  int
}

func newScorer(m *engine.Model, output string) (*scorer, error) {
	columns, err := columnsOf(m)
	if err != nil {
		return nil, err
	}
	s := &scorer{columns: columns, output: m.Outputs().Index(output)}
	if s.output < 0 {
		return nil, fmt.Errorf("--score: %w", frame.MissingColumn(output, m.Outputs()))
	}
	t := m.Outputs()[s.output].Type
	if !t.Base.Numeric() || t.Kind != frame.Scalar && t.Kind != frame.Tensor && t.Kind != frame.List {
		return nil, fmt.Errorf("--score: the column %q is %s, not a number or a vector", output, t)
	}
	s.row, err = m.NewRow()
	return s, err
}

func (s *scorer) score(events []visit.Event) (float64, error) {
	s.columns.fill(s.row.Input, events)
	if err := s.row.Score(); err != nil {
		return 0, err
	}
	v := s.row.Output(s.output)
	if v.Null {
		return 0, errors.New("the score is null")
	}
	score := v.Num
	if len(v.Dims) > 0 || len(v.Nums) > 0 {
		n := v.Size()
		if len(v.Dims) == 0 {
			n = len(v.Nums)
		}
		score = v.At(n - 1)
	}
	if math.IsNaN(score) {
		return 0, errors.New("the score is NaN")
	}
	return score, nil
}

// nextFigure is how well the next page is foretold.
type nextFigure struct {
	Pages      int         `json:"pages"` // that came after another
	States     int         `json:"states"`
	Chain      nextQuality `json:"chain"`
	Frequent   nextQuality `json:"most_frequent"` // the chain of order 0
	Stay       float64     `json:"same_page"`     // how often the page that came next was of the same state
	Unforeseen int         `json:"unknown"`       // pages whose state the model does not know
}

type nextQuality struct {
	Top1       float64 `json:"top1"`
	Top3       float64 `json:"top3"`
	Perplexity float64 `json:"perplexity"`
}

// nextPages judges a markov_chain by each page that came after another.
func (o *evalOptions) nextPages(cmd *cobra.Command, m *engine.Model, read *eventReader, paths []string, result *evaluation) (*events.Report, error) {
	var model *markov.Model
	for _, st := range m.Stages() {
		if t, ok := st.Transformer.(interface{ Markov() *markov.Model }); ok {
			model = t.Markov()
		}
	}
	if model == nil {
		return nil, usageError{errors.New("--label or --labels is wanted: the bundle has no markov_chain, which could be judged without")}
	}
	n := len(model.Mapper.States())
	next, p, place := make([]int, n), make([]float64, n), make([]int, n)
	frequent := make([]float64, n+1)
	model.Chain.Mix(frequent, make([]float64, n+1), nil, model.Prior)
	stays := 1 - frequent[n]
	rank := make([]int, n)
	for x := range rank {
		for y := range n {
			if frequent[y] > frequent[x] || frequent[y] == frequent[x] && y < x {
				rank[x]++
			}
		}
	}
	f := &nextFigure{States: n}
	var lossChain, lossFrequent float64
	var v markov.Visit
	report, err := read.each(cmd, paths, "scoring", func(seen *visit.Visit) error {
		if o.heldOut > 0 && !heldOut(seen.ID, o.heldOut) {
			return nil
		}
		result.Visits++
		model.Start(&v)
		for i := range seen.Events {
			e := &seen.Events[i]
			x := model.Mapper.State(model.StateFrom.Of(e))
			switch {
			case i == 0:
			case x < 0:
				f.Unforeseen++
			default:
				f.Pages++
				v.Next(next, p)
				for k, s := range next {
					place[s] = k
				}
				f.Chain.count(place[x])
				f.Frequent.count(rank[x])
				lossChain -= math.Log(p[place[x]])
				lossFrequent -= math.Log(frequent[x] / stays)
				if v.Last() == x {
					f.Stay++
				}
			}
			v.Add(e)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if f.Pages == 0 {
		return nil, errors.New("there are no visits with two pages that the model knows")
	}
	all := float64(f.Pages)
	f.Chain.mean(all, lossChain)
	f.Frequent.mean(all, lossFrequent)
	f.Stay /= all
	result.Next = f
	return report, nil
}

func (q *nextQuality) count(place int) {
	if place == 0 {
		q.Top1++
	}
	if place < 3 {
		q.Top3++
	}
}

func (q *nextQuality) mean(n, loss float64) {
	q.Top1 /= n
	q.Top3 /= n
	q.Perplexity = math.Exp(loss / n)
}

func (e *evaluation) print(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	if f := e.Next; f != nil {
		fmt.Fprintf(out, "%d pages that came after another, in %d visits; %d states\n\n", f.Pages, e.Visits, f.States)
		fmt.Fprintln(w, "next page\tlikeliest\tamong three\tperplexity\t")
		fmt.Fprintf(w, "chain\t%.4f\t%.4f\t%.3f\t\n", f.Chain.Top1, f.Chain.Top3, f.Chain.Perplexity)
		fmt.Fprintf(w, "most frequent (order 0)\t%.4f\t%.4f\t%.3f\t\n", f.Frequent.Top1, f.Frequent.Top3, f.Frequent.Perplexity)
		fmt.Fprintf(w, "same again\t%.4f\t\t\t\n", f.Stay)
		if f.Unforeseen > 0 {
			fmt.Fprintf(w, "unknown pages, left out\t%d\t\t\t\n", f.Unforeseen)
		}
		return w.Flush()
	}
	fmt.Fprintf(out, "%d visits, %d of which ended in buying\n", e.Visits, e.Buys)
	if e.Left > 0 {
		fmt.Fprintf(out, "%d visits have no label and were left out\n", e.Left)
	}
	fmt.Fprintln(out)
	fmt.Fprintln(w, "events\tvisits with as many\tbuys\tROC AUC\tavg precision\tlog loss\tECE\tall visits\tROC AUC\tavg precision\t")
	for _, p := range e.Prefixes {
		fmt.Fprintf(w, "%s\t%d\t%d\t%s\t%s\t%s\t%s\t%d\t%s\t%s\t\n", prefixName(p.Prefix), p.Long.Visits, p.Long.Buys, four(p.Long.AUC),
			four(p.Long.AveragePrecision), four(p.Long.LogLoss), four(p.Long.CalibrationError), p.All.Visits, four(p.All.AUC), four(p.All.AveragePrecision))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, p := range e.Prefixes {
		if len(p.Long.Calibration) == 0 {
			continue
		}
		fmt.Fprintf(out, "\ncalibration after %s events\n", prefixName(p.Prefix))
		fmt.Fprintln(w, "probability\tvisits\tmean\tobserved\t")
		for _, b := range p.Long.Calibration {
			fmt.Fprintf(w, "%.4f – %.4f\t%d\t%.4f\t%.4f\t\n", b.Low, b.High, b.Count, b.Mean, b.Observed)
		}
		if err := w.Flush(); err != nil {
			return err
		}
	}
	return nil
}

func prefixName(n int) string {
	if n == 0 {
		return "all"
	}
	return fmt.Sprint(n)
}

func four(x *float64) string {
	if x == nil {
		return "-"
	}
	return fmt.Sprintf("%.4f", *x)
}
