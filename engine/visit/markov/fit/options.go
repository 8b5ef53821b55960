// Package fit fits the models of package markov to visits.
package fit

import (
	"bufio"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/pageleap/pageleap/engine/visit"
	"github.com/pageleap/pageleap/engine/visit/markov"
)

// Options say what to fit. DefaultOptions gives those that train starts from.
type Options struct {
	Label  string          // the event that a visit that ends in buying has; visits are cut before it
	Labels map[string]bool // or the visits' outcomes; with neither there are no classes

	StateFrom markov.Column
	Rules     Rules
	Top       int // how many states, beside those that rules name
	MinCount  int // how often a state must come to be one

	Order     int     // -1: chosen
	MaxOrder  int     // of those to choose from
	Prior     float64 // 0: the share of buying in the data
	Threshold float64
	NextN     int
	Longest   int64    // ms of a dwell that count
	Plain     bool     // the chain alone
	Without   []string // tracks to do without, to see what each is worth
	Folds     int
	Rows      int // prefixes that the layer is fitted on, about

	Progress func(stage string, done, total int) // is told how far fitting is
}

// DefaultOptions are the defaults.
func DefaultOptions() Options {
	return Options{StateFrom: Auto, Rules: Rules{Other: "other"}, Top: 500, MinCount: 1, Order: -1, MaxOrder: 5, Threshold: 0.5,
		NextN: 3, Longest: visit.DefaultGap, Folds: 5, Rows: 200_000}
}

// Auto takes the first of page_type, event, category and page that tells at
// least two kinds of events apart.
const Auto = markov.NoColumn

// ParseColumn is the column of a name that states may be made of, or auto.
func ParseColumn(name string) (markov.Column, error) {
	c := markov.ParseColumn(name)
	if name != "auto" && c == markov.NoColumn || c == markov.Item || c == markov.TS {
		return c, errors.New("states cannot come from " + strconv.Quote(name) + "; they come from page_type, page, category or event")
	}
	return c, nil
}

// Rules say what states pages are.
type Rules struct {
	Patterns []string
	States   []string // of each pattern
	Other    string   // the name of the state of what has no other
	Query    bool     // pages are told apart by what comes after "?" or "#" too
}

// ReadRules reads rules: on each line a pattern, in which "*" stands for any
// text, and the state of what matches it. The first pattern that matches counts.
// Lines that start with "@" set what holds for the rest: "@top 200" keeps the
// 200 most frequent of the other pages as they are (0: none), "@other NAME" names
// the state of all that is left, "@query keep" tells pages apart by what comes
// after "?" or "#". Empty lines and those that start with "#" are passed over.
//
// top is -1 where the rules do not say.
func ReadRules(r io.Reader) (rules Rules, top int, err error) {
	rules, top = Rules{Other: "other"}, -1
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		words := strings.Fields(lines.Text())
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		bad := ""
		switch {
		case len(words) != 2:
			bad = "wants two words, a pattern and a state"
		case words[0] == "@top":
			if top, err = strconv.Atoi(words[1]); err != nil || top < 0 {
				bad = "@top wants a number of pages"
			}
		case words[0] == "@other":
			rules.Other = words[1]
		case words[0] == "@query":
			if rules.Query = words[1] == "keep"; !rules.Query && words[1] != "drop" {
				bad = "@query is keep or drop"
			}
		case words[0][0] == '@':
			bad = "there are @top, @other and @query"
		default:
			rules.Patterns = append(rules.Patterns, words[0])
			rules.States = append(rules.States, words[1])
		}
		if bad != "" {
			return rules, top, errors.New("line " + strconv.Itoa(n) + ": " + strconv.Quote(lines.Text()) + ": " + bad)
		}
	}
	return rules, top, lines.Err()
}

func (o *Options) cuts() bool { return o.StateFrom == markov.Page && !o.Rules.Query }

func (o *Options) labelled() bool { return o.Label != "" || o.Labels != nil }

// Outcome is what is known of a visit before it ends, and how it ends. known is
// false for a visit that the labels do not name.
func (o *Options) Outcome(v *visit.Visit) (events []visit.Event, buy, known bool) {
	if o.Labels != nil {
		buy, known = o.Labels[v.ID]
		events = v.Events
	} else {
		events, known = v.Events, true
	}
	if o.Label != "" {
		for i := range events {
			if events[i].Event == o.Label {
				if o.Labels == nil {
					buy = true
				}
				return events[:i], buy, known
			}
		}
	}
	return events, buy, known
}

func (o *Options) progress(stage string, done, total int) {
	if o.Progress != nil {
		o.Progress(stage, done, total)
	}
}
