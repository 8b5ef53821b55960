package experiment

import (
	"sync"
	"time"
)

// Trial is an experiment that runs: it remembers how its variants did. Its
// methods are safe for any number of goroutines.
type Trial struct {
	*Experiment
	mu     sync.Mutex
	counts []count // by variant
	due    float64 // how far the shadow is from its next turn
}

type count struct {
	requests, failures int
	off                bool
}

// Start begins an experiment.
func Start(e *Experiment) *Trial {
	return &Trial{Experiment: e, counts: make([]count, len(e.Variants))}
}

// Off says whether the guard has turned a variant off. It stays off until the
// experiment is started anew.
func (t *Trial) Off(variant int) bool {
	if t.Guard == nil {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.counts[variant].off
}

// Done tells the guard how a variant did. It says whether the guard turns the
// variant off because of it, which happens once.
func (t *Trial) Done(variant int, failed bool, took time.Duration) (turnedOff bool) {
	if t.Guard == nil || variant == 0 {
		return false // there is nothing to turn to from the control
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	c := &t.counts[variant]
	c.requests++
	if failed || t.Guard.SlowMS > 0 && took.Seconds()*1000 > t.Guard.SlowMS {
		c.failures++
	}
	if !c.off && c.requests >= t.Guard.After && float64(c.failures) > t.Guard.Failures*float64(c.requests) {
		c.off = true
		return true
	}
	// What happened long ago counts less and less.
	if c.requests >= 2*t.Guard.After {
		c.requests, c.failures = c.requests/2, c.failures/2
	}
	return false
}

// Shadowed says whether the shadow takes this request: each one, each second
// one, each tenth one, as its share has it.
func (t *Trial) Shadowed() bool {
	if t.Shadow == nil {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.due += t.Shadow.Share; t.due < 1 {
		return false
	}
	t.due--
	return true
}
