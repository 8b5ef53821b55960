package events

import (
	"errors"
	"math"
	"strconv"

	"github.com/pageleap/pageleap/engine/visit"
)

// Unit is what a time that is a number counts.
type Unit uint8

const (
	Milliseconds Unit = iota
	Seconds
	Microseconds
)

// parseTime reads a number of units since 1970, or a date with or without a
// time: 2024-05-31, 2024-05-31T23:59:59.999Z, 2024-05-31 23:59:59 UTC,
// 2024-05-31 23:59:59+02:00. Without a zone it is UTC. What is finer than a
// millisecond is cut off.
func parseTime(s []byte, unit Unit) (ms int64, err error) {
	if len(s) >= 10 && s[4] == '-' && s[7] == '-' {
		return parseDate(s)
	}
	n, err := strconv.ParseInt(string(s), 10, 64)
	if err != nil {
		x, ferr := parseNumber(s)
		switch {
		case ferr != nil:
			return 0, errors.New(quote(s) + " is not a time")
		case unit == Seconds:
			x *= 1000
		case unit == Microseconds:
			x /= 1000
		}
		if x = math.Floor(x); !(x >= visit.MinTS && x <= visit.MaxTS) {
			return 0, outOfTime(s)
		}
		return int64(x), nil
	}
	switch {
	case unit == Seconds && n > visit.MaxTS:
		n = visit.MaxTS + 1
	case unit == Seconds:
		n *= 1000
	case unit == Microseconds:
		n /= 1000
	}
	if n < visit.MinTS || n > visit.MaxTS {
		return 0, outOfTime(s)
	}
	return n, nil
}

func outOfTime(s []byte) error {
	return errors.New("the time " + quote(s) + " is not between 1970 and 2100; is it in another unit?")
}

// parseDate reads a date that starts like 2024-05-31.
func parseDate(s []byte) (int64, error) {
	bad := errors.New(quote(s) + " is not a time")
	p := timeParser{s: s}
	year, month, day := p.digits(4), 0, 0
	p.byte('-')
	month = p.digits(2)
	p.byte('-')
	day = p.digits(2)
	if p.bad || month < 1 || month > 12 || day < 1 || day > 31 {
		return 0, bad
	}
	days := visit.Days(year, month, day)
	if _, m, _ := visit.Date(days); m != month {
		return 0, bad // such as 30 February
	}
	ms := days * 86400000
	if !p.end() {
		if !p.is('T') && !p.is(' ') && !p.is('t') {
			return 0, bad
		}
		h, m, sec := p.digits(2), 0, 0
		p.byte(':')
		m = p.digits(2)
		if p.is(':') {
			sec = p.digits(2)
		}
		ms += int64(h)*3600000 + int64(m)*60000 + int64(sec)*1000
		if h > 24 || m > 59 || sec > 60 {
			return 0, bad
		}
		if p.is('.') || p.is(',') {
			for scale := int64(100); !p.end() && p.s[p.i] >= '0' && p.s[p.i] <= '9'; scale /= 10 {
				ms += int64(p.s[p.i]-'0') * scale
				p.i++
			}
		}
		for p.is(' ') {
		}
		switch rest := string(p.s[p.i:]); {
		case rest == "" || rest == "Z" || rest == "z" || rest == "UTC" || rest == "GMT":
			p.i = len(p.s)
		case p.is('+') || p.is('-'):
			sign := int64(1)
			if p.s[p.i-1] == '-' {
				sign = -1
			}
			zone := int64(p.digits(2)) * 60
			if !p.end() {
				p.is(':')
				zone += int64(p.digits(2))
			}
			ms -= sign * zone * 60000
		}
		if p.bad || !p.end() {
			return 0, bad
		}
	}
	if ms < visit.MinTS || ms > visit.MaxTS {
		return 0, outOfTime(s)
	}
	return ms, nil
}

type timeParser struct {
	s   []byte
	i   int
	bad bool
}

func (p *timeParser) end() bool { return p.i >= len(p.s) }

func (p *timeParser) is(c byte) bool {
	if p.i < len(p.s) && p.s[p.i] == c {
		p.i++
		return true
	}
	return false
}

func (p *timeParser) byte(c byte) { p.bad = !p.is(c) || p.bad }

func (p *timeParser) digits(n int) (x int) {
	for range n {
		if p.end() || p.s[p.i] < '0' || p.s[p.i] > '9' {
			p.bad = true
			return 0
		}
		x = x*10 + int(p.s[p.i]-'0')
		p.i++
	}
	return x
}

// parseNumber reads a finite number.
func parseNumber(s []byte) (float64, error) {
	x, err := strconv.ParseFloat(string(s), 64)
	if err == nil && (math.IsInf(x, 0) || math.IsNaN(x)) {
		err = strconv.ErrRange
	}
	return x, err
}

// quote quotes a value for a message, and not much of it.
func quote(s []byte) string {
	const shown = 60
	if len(s) > shown {
		return strconv.Quote(string(s[:shown])) + "…"
	}
	return strconv.Quote(string(s))
}
