// Package training writes training tables: the features of visits, computed by
// the code that computes them in a bundle.
package training

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/visit"
)

// Spec is the columns of a training table: a session_features model, in which
// groups of features may not be written out yet.
type Spec struct {
	visit.Spec
	Names  []string // of the columns, "" for the feature's own name
	Vector bool     // what a bundle's output is
}

// Default is the spec of features that are good for scoring early.
func Default() *Spec {
	return &Spec{Spec: visit.Spec{Features: []string{"early"}}, Names: []string{""}}
}

// ReadSpec reads a spec in JSON.
func ReadSpec(data []byte) (*Spec, error) {
	var in struct {
		Features     []json.RawMessage `json:"features"`
		Output       string            `json:"output"`
		ClickEvents  []string          `json:"click_events"`
		PageEvents   []string          `json:"page_events"`
		UTCOffset    int               `json:"utc_offset"`
		MonthNames   []string          `json:"month_names"`
		FlagNames    []string          `json:"flag_names"`
		VisitorNames []string          `json:"visitor_names"`
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return nil, fmt.Errorf("a spec is a JSON object with features, output, click_events, page_events, utc_offset, month_names, flag_names and visitor_names: %w", err)
	}
	s := &Spec{Spec: visit.Spec{ClickEvents: in.ClickEvents, PageEvents: in.PageEvents, UTCOffset: in.UTCOffset,
		MonthNames: in.MonthNames, FlagNames: in.FlagNames, VisitorNames: in.VisitorNames}}
	switch in.Output {
	case "", "columns":
	case "vector":
		s.Vector = true
	default:
		return nil, fmt.Errorf(`output is %q, neither "columns" nor "vector"`, in.Output)
	}
	for i, raw := range in.Features {
		var name, feature string
		if json.Unmarshal(raw, &feature) != nil {
			var named struct{ Name, Feature string }
			d := json.NewDecoder(bytes.NewReader(raw))
			d.DisallowUnknownFields()
			if err := d.Decode(&named); err != nil || named.Name == "" || named.Feature == "" {
				return nil, fmt.Errorf(`features[%d] is neither a text nor {"name": …, "feature": …}`, i)
			}
			name, feature = named.Name, named.Feature
			if isGroup(feature) {
				return nil, fmt.Errorf("features[%d]: %q is a group of features, which cannot have one name", i, feature)
			}
		}
		s.Features = append(s.Features, feature)
		s.Names = append(s.Names, name)
	}
	if len(s.Features) == 0 {
		return nil, errors.New("the spec wants no features")
	}
	// What groups stand for is not known yet; all else can be checked.
	check := *s
	if err := check.Expand(nil); err != nil {
		return nil, err
	}
	_, err := visit.Compile(&check.Spec)
	return s, err
}

const op = "session_features"

// SpecOf is the spec of a bundle's session_features node.
func SpecOf(b *bundle.Bundle) (*Spec, error) {
	var found []*bundle.Node
	var look func(n *bundle.Node)
	look = func(n *bundle.Node) {
		if n.Model.Op == op {
			found = append(found, n)
		}
		for _, c := range n.Model.Children {
			look(c)
		}
	}
	look(b.Root)
	if len(found) != 1 {
		return nil, fmt.Errorf("the bundle has %d session_features stages, not one", len(found))
	}
	a := found[0].Model.Attrs()
	s := &Spec{Spec: visit.Spec{Features: a.Strings("features"), UTCOffset: a.IntOr("utc_offset", 0)}, Vector: a.StringOr("output", "") == "vector"}
	for _, l := range s.lists() {
		if a.Has(l.name) {
			*l.to = append([]string{}, a.Strings(l.name)...)
		}
	}
	s.Names = make([]string, len(s.Features))
	if a.Has("names") {
		s.Names = slices.Clone(a.Strings("names"))
	}
	return s, a.Err()
}

type list struct {
	name string
	to   *[]string
}

func (s *Spec) lists() []list {
	return []list{{"click_events", &s.ClickEvents}, {"page_events", &s.PageEvents}, {"month_names", &s.MonthNames}, {"flag_names", &s.FlagNames}, {"visitor_names", &s.VisitorNames}}
}

// Columns are the names of the columns.
func (s *Spec) Columns() []string {
	names := slices.Clone(s.Names)
	for i, n := range names {
		if n == "" {
			names[i] = s.Features[i]
		}
	}
	return names
}

// Bundle is a bundle of the one stage that computes the features. Its inputs
// are columns called as the parts of an event; its outputs are called as the
// table's columns.
func (s *Spec) Bundle(name string) (*bundle.Bundle, error) {
	f, err := visit.Compile(&s.Spec)
	if err != nil {
		return nil, err
	}
	strs := func(name string, v []string) bundle.Attribute {
		return bundle.Attribute{Name: name, Kind: bundle.ListAttr, Type: bundle.BasicValue, Base: frame.String, Strings: v}
	}
	output := "columns"
	if s.Vector {
		output = "vector"
	}
	m := &bundle.Model{Op: op, Attributes: []bundle.Attribute{
		strs("features", s.Features), strs("names", s.Columns()),
		{Name: "output", Type: bundle.BasicValue, Base: frame.String, Strings: []string{output}},
		{Name: "utc_offset", Type: bundle.BasicValue, Base: frame.Long, Ints: []int64{int64(s.UTCOffset)}},
	}}
	for _, l := range s.lists() {
		if *l.to != nil {
			m.Attributes = append(m.Attributes, strs(l.name, *l.to))
		}
	}
	stage := &bundle.Node{Name: op, Model: m}
	bind := func(ports ...string) {
		for _, p := range ports {
			stage.Inputs = append(stage.Inputs, bundle.Socket{Port: p, Name: p})
		}
	}
	bind("event", "ts")
	for _, p := range []struct {
		fields visit.Fields
		port   string
	}{{visit.ReadsPage, "page"}, {visit.ReadsPageType, "page_type"}, {visit.ReadsItem, "item"}, {visit.ReadsCategory, "category"},
		{visit.ReadsPrice, "price"}, {visit.ReadsQuantity, "quantity"}, {visit.ReadsPair, "pair"}, {visit.ReadsReturning, "returning"}} {
		if f.Fields()&p.fields != 0 {
			bind(p.port)
		}
	}
	if s.Vector {
		stage.Outputs = []bundle.Socket{{Port: "features", Name: "features"}}
	} else {
		for _, c := range s.Columns() {
			stage.Outputs = append(stage.Outputs, bundle.Socket{Port: c, Name: c})
		}
	}
	root := &bundle.Node{Name: name, Model: &bundle.Model{Op: "pipeline", Children: []*bundle.Node{stage}}}
	return &bundle.Bundle{Name: name, UID: bundle.UIDOf(fmt.Sprint(m.Attributes)), Version: "pageleap", Root: root}, nil
}

// Groups of features, by their names without what stands after a colon.
var groups = map[string]func(n int, p *Popular) []string{
	"start_time_numbers":         numbersOf("start_"),
	"end_time_numbers":           numbersOf("end_"),
	"pair_first_time_numbers":    numbersOf("pair_first_"),
	"pair_last_time_numbers":     numbersOf("pair_last_"),
	"start_time_categories":      categoriesOf("start_"),
	"end_time_categories":        categoriesOf("end_"),
	"pair_first_time_categories": categoriesOf("pair_first_"),
	"pair_last_time_categories":  categoriesOf("pair_last_"),
	"first_last_items":           fixed("first_item:1", "first_item:2", "first_item:6", "last_item:1", "last_item:2", "last_item:6"),
	"first_last_categories":      fixed("first_category:1", "first_category:2", "first_category:6", "last_category:1", "last_category:2", "last_category:6"),
	"recsys15": fixed("start_time_numbers", "end_time_numbers", "start_time_categories", "end_time_categories", "length",
		"clicks", "unique_items", "unique_categories", "unique_pairs", "top_items:10", "top_categories:5",
		"first_last_items", "first_last_categories", "popular_items:100", "popular_categories:50"),
	"recsys15_pair": fixed("pair_item", "pair_clicks", "pair_share", "pair_first_time_numbers", "pair_last_time_numbers",
		"pair_first_time_categories", "pair_last_time_categories", "pair_span", "pair_dwell", "pair_category_dwell", "pair_categories"),
	"early": fixed("events", "clicks", "pages", "length", "mean_gap", "max_gap", "recent_gap:1", "recent_gap:2", "recent_gap:3",
		"recent_dwell:2", "recent_dwell:3", "unique_items", "unique_categories", "unique_pages", "revisits",
		"price_mean", "price_min", "price_max", "price_last", "cart_quantity", "cart_value", "orders", "returning_visitor",
		"start_hour", "start_weekday", "popular_events:12", "popular_page_types:12", "popular_transitions:24",
		"popular_pages:12", "popular_categories:12", "recent_categories:12"),
	"top_items":           counted("top_item:"),
	"top_categories":      counted("top_category:"),
	"popular_items":       popular((*Popular).items, "item_clicks:", "item_dwell:"),
	"popular_categories":  popular((*Popular).categories, "category_clicks:", "category_dwell:"),
	"recent_categories":   popular((*Popular).categories, "category_back:"),
	"popular_events":      popular((*Popular).events, "event_count:", "event_back:"),
	"popular_page_types":  popular((*Popular).pageTypes, "page_type_count:", "page_type_dwell:", "page_type_back:", "page_type_position:"),
	"popular_pages":       popular((*Popular).pages, "page_count:", "page_dwell:", "page_back:"),
	"popular_transitions": popular((*Popular).transitions, "transition:"),
}

// withNumber are the groups whose name ends with a colon and a number.
var withNumber = []string{"top_items", "top_categories", "popular_items", "popular_categories", "recent_categories", "popular_events", "popular_page_types", "popular_pages", "popular_transitions"}

func fixed(features ...string) func(int, *Popular) []string {
	return func(int, *Popular) []string { return features }
}

func numbersOf(prefix string) func(int, *Popular) []string {
	return parts(prefix, "month", "day", "weekday", "hour", "minute", "second", "second_of_day")
}

func categoriesOf(prefix string) func(int, *Popular) []string {
	return parts(prefix, "month_cat", "day_cat", "month_day_cat", "month_day_hour_cat", "hour_cat", "minute_cat", "weekday_cat")
}

func parts(prefix string, names ...string) func(int, *Popular) []string {
	for i, n := range names {
		names[i] = prefix + n
	}
	return fixed(names...)
}

func counted(prefix string) func(int, *Popular) []string {
	return func(n int, _ *Popular) (out []string) {
		for i := range n {
			out = append(out, prefix+strconv.Itoa(i+1))
		}
		return out
	}
}

func popular(which func(*Popular, int) []string, prefixes ...string) func(int, *Popular) []string {
	return func(n int, p *Popular) (out []string) {
		if p == nil {
			return nil
		}
		for _, prefix := range prefixes {
			for _, name := range which(p, n) {
				out = append(out, prefix+name)
			}
		}
		return out
	}
}

// parseGroup takes a group's name apart; ok is false if it is a feature.
func parseGroup(feature string) (expand func(int, *Popular) []string, n int, ok bool, err error) {
	name, text, colon := strings.Cut(feature, ":")
	expand, ok = groups[name]
	if !ok {
		return nil, 0, false, nil
	}
	if numbered := slices.Contains(withNumber, name); numbered != colon {
		if numbered {
			return nil, 0, true, fmt.Errorf("the group %q wants a number: %s:10", feature, name)
		}
		return nil, 0, true, fmt.Errorf("the group %q takes no number", feature)
	}
	if colon {
		if n, err = strconv.Atoi(text); err != nil || n < 1 {
			return nil, 0, true, fmt.Errorf("the group %q: %q is not a number of 1 or more", feature, text)
		}
	}
	return expand, n, true, nil
}

func isGroup(feature string) bool {
	_, _, ok, _ := parseGroup(feature)
	return ok
}

// NeedsPopular says whether Expand needs to know what is popular.
func (s *Spec) NeedsPopular() bool {
	needs := false
	var look func(features []string)
	look = func(features []string) {
		for _, f := range features {
			if strings.HasPrefix(f, "popular_") || strings.HasPrefix(f, "recent_categories:") {
				needs = true
			} else if expand, n, ok, err := parseGroup(f); ok && err == nil {
				look(expand(n, nil))
			}
		}
	}
	look(s.Features)
	return needs
}

// Expand writes groups out. Without p the popular ones stand for nothing. A
// feature that is there already is not added again.
//
// Spark takes a dot in a column's name for a field of the column, so that the
// columns of groups have none: the feature category_clicks:home.tools has the
// column category_clicks:home_tools, and one more _ where there is such a column.
func (s *Spec) Expand(p *Popular) error {
	features, names := s.Features, s.Names
	s.Features, s.Names = nil, nil
	have, columns := map[string]bool{}, map[string]bool{}
	var add func(feature, name string, grouped bool) error
	add = func(feature, name string, grouped bool) error {
		expand, n, ok, err := parseGroup(feature)
		if err != nil {
			return err
		}
		if ok {
			for _, f := range expand(n, p) {
				if err := add(f, "", true); err != nil {
					return err
				}
			}
			return nil
		}
		if name == "" {
			if have[feature] {
				return nil
			}
			have[feature] = true
			if grouped {
				for name = dots.Replace(feature); columns[name]; name += "_" {
				}
			}
		}
		column := cmp.Or(name, feature)
		if columns[column] {
			return fmt.Errorf("two features are to be a column called %q, of which %s is one; give it another name", column, feature)
		}
		columns[column] = true
		if name == feature {
			name = ""
		}
		s.Features = append(s.Features, feature)
		s.Names = append(s.Names, name)
		return nil
	}
	for i, f := range features {
		if err := add(f, names[i], false); err != nil {
			return err
		}
	}
	return nil
}

var dots = strings.NewReplacer(".", "_", "`", "_")
