package main

import (
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// stages shows what a command is at, on standard error where that is a terminal,
// once it has taken a second.
type stages struct {
	sync.Mutex
	stage string
	bar   *progressbar.ProgressBar
	timer *time.Timer
}

func newStages() *stages {
	s := &stages{}
	if term.IsTerminal(int(os.Stderr.Fd())) {
		s.timer = time.AfterFunc(time.Second, s.show)
	}
	return s
}

func (s *stages) show() {
	s.Lock()
	defer s.Unlock()
	if s.timer != nil {
		s.bar = progressbar.NewOptions(-1, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetDescription(s.stage),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(20),
			progressbar.OptionFullWidth(), progressbar.OptionSetElapsedTime(true))
	}
}

// at says what comes next.
func (s *stages) at(stage string) {
	s.Lock()
	defer s.Unlock()
	s.stage = stage
	if s.bar != nil {
		s.bar.Describe(stage)
	}
}

// done takes it away.
func (s *stages) done() {
	s.Lock()
	defer s.Unlock()
	if s.timer != nil {
		s.timer.Stop()
		s.timer = nil
	}
	if s.bar != nil {
		s.bar.Finish()
	}
}
