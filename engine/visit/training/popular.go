package training

import (
	"slices"
	"strings"

	"github.com/pageleap/pageleap/engine/visit"
)

// Popular counts what is frequent in all events of a training set.
type Popular struct {
	f      *visit.Features
	state  *visit.State
	counts [6]map[string]int64
}

// Places in counts.
const (
	byEvent = iota
	byPageType
	byPage
	byTransition
	byItem
	byCategory
)

// NewPopular counts pages and clicks as a spec understands them.
func NewPopular(s *Spec) *Popular {
	probe := s.Spec
	probe.Features = []string{"pages", "clicks"}
	f, err := visit.Compile(&probe)
	if err != nil {
		panic(err) // s was compiled before
	}
	p := &Popular{f: f, state: f.NewState()}
	for i := range p.counts {
		p.counts[i] = map[string]int64{}
	}
	return p
}

// Add counts a visit.
func (p *Popular) Add(v *visit.Visit) error {
	s := p.state
	s.Reset()
	pageType := ""
	for i := range v.Events {
		e := &v.Events[i]
		pages, clicks := s.Pages(), s.Clicks()
		if err := s.Add(e); err != nil {
			return err
		}
		p.count(byEvent, e.Event)
		if s.Pages() > pages {
			p.count(byPageType, e.PageType)
			p.count(byPage, e.Page)
			if pages > 0 && pageType != "" && e.PageType != "" {
				p.count(byTransition, pageType+">"+e.PageType)
			}
			pageType = e.PageType
		}
		if s.Clicks() > clicks {
			p.count(byItem, e.Item)
			p.count(byCategory, e.Category)
		}
	}
	return nil
}

// maxCounted is how many names of a kind are counted. When there are more,
// those seen only once are forgotten.
const maxCounted = 1 << 20

func (p *Popular) count(kind int, name string) {
	if name == "" {
		return
	}
	m := p.counts[kind]
	m[name]++
	if len(m) <= maxCounted {
		return
	}
	for least := int64(1); len(m) > maxCounted*3/4; least++ {
		for name, n := range m {
			if n <= least {
				delete(m, name)
			}
		}
	}
}

// top are the n most frequent, equals by name. Those that hold one of the
// characters in without cannot be written in a feature's name.
func (p *Popular) top(kind, n int, without string) []string {
	var names []string
	for name := range p.counts[kind] {
		if without == "" || !strings.ContainsAny(name, without) {
			names = append(names, name)
		}
	}
	m := p.counts[kind]
	slices.SortFunc(names, func(a, b string) int {
		if m[a] != m[b] {
			if m[a] > m[b] {
				return -1
			}
			return 1
		}
		return strings.Compare(a, b)
	})
	return names[:min(n, len(names))]
}

func (p *Popular) events(n int) []string     { return p.top(byEvent, n, "|") }
func (p *Popular) pageTypes(n int) []string  { return p.top(byPageType, n, "|") }
func (p *Popular) pages(n int) []string      { return p.top(byPage, n, "|") }
func (p *Popular) items(n int) []string      { return p.top(byItem, n, "") }
func (p *Popular) categories(n int) []string { return p.top(byCategory, n, "") }

func (p *Popular) transitions(n int) []string {
	var names []string
	for _, t := range p.top(byTransition, len(p.counts[byTransition]), "|") {
		if strings.Count(t, ">") == 1 && len(names) < n {
			names = append(names, t)
		}
	}
	return names
}
