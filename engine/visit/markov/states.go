package markov

import (
	"strconv"
	"strings"
)

// Mapper gives what an event is called (its page, page type, category or name)
// the number of its state.
type Mapper struct {
	states   []string
	index    map[string]int
	patterns []string
	targets  []int // the state of each pattern
	other    int   // the state of what has no other; -1: such names are unknown
	cut      bool  // leave out what comes after "?" or "#"
}

// NewMapper makes a mapper. A name has the state of the first pattern that it
// matches ("*" stands for any text), or else the state that it is itself, or
// else the state other, or else none.
func NewMapper(states, patterns []string, targets []int, other int, cutQuery bool) (*Mapper, error) {
	m := &Mapper{states: states, patterns: patterns, targets: targets, other: other, cut: cutQuery, index: make(map[string]int, len(states))}
	c := &checker{}
	c.that(len(states) > 0, "there are no states")
	c.count("pattern_states", len(targets), len(patterns))
	for i, s := range states {
		if _, twice := m.index[s]; twice {
			c.that(false, "the state "+strconv.Quote(s)+" is there twice")
		}
		m.index[s] = i
	}
	for i, t := range targets {
		if t < 0 || t >= len(states) {
			c.that(false, "the pattern "+strconv.Quote(patterns[i])+" has a state that is not there")
		}
	}
	c.that(other >= -1 && other < len(states), "other is a state that is not there")
	if c.err != nil {
		return nil, c.err
	}
	return m, nil
}

// States are the names of the states.
func (m *Mapper) States() []string { return m.states }

// State is the number of the state, or -1.
func (m *Mapper) State(name string) int {
	if m.cut {
		name = CutQuery(name)
	}
	for i, p := range m.patterns {
		if Match(p, name) {
			return m.targets[i]
		}
	}
	if i, ok := m.index[name]; ok {
		return i
	}
	return m.other
}

// CutQuery is a URL without its query and its fragment.
func CutQuery(url string) string {
	if i := strings.IndexAny(url, "?#"); i >= 0 {
		return url[:i]
	}
	return url
}

// Match says whether the whole of s is the pattern, in which "*" stands for
// any text. It takes the first place that fits for each part between stars,
// which is right and never goes back.
func Match(pattern, s string) bool {
	star := strings.IndexByte(pattern, '*')
	if star < 0 {
		return pattern == s
	}
	if !strings.HasPrefix(s, pattern[:star]) {
		return false
	}
	s, pattern = s[star:], pattern[star+1:]
	for {
		star = strings.IndexByte(pattern, '*')
		if star < 0 {
			return strings.HasSuffix(s, pattern)
		}
		at := strings.Index(s, pattern[:star])
		if at < 0 {
			return false
		}
		s, pattern = s[at+star:], pattern[star+1:]
	}
}

// Patterns are the patterns and the state of each; Other is the state of names
// that have no other, or -1.
func (m *Mapper) Patterns() ([]string, []int) { return m.patterns, m.targets }
func (m *Mapper) Other() int                  { return m.other }
