package javaregex

import (
	"unicode"
	"unicode/utf8"
)

// machine runs a program on a text. It lives on the caller's stack, and
// allocates only when it must remember places to go back to.
type machine struct {
	re     *Regexp
	text   string
	err    error
	steps  int
	behind int // where the innermost look-behind stands

	stack []entry // what to go back to
	regs  []int32 // of loops
}

// entry is a place to go on from when the present way fails; or, if pc is
// negative, a register to set back.
type entry struct {
	pc   int32 // or ^register
	pos  int32 // or its old value
	more int32 // for a repetition: how far back it may go, or how often it may still go on
}

const plain = -1 // entry.more of a mere place to go on from

// What all searches of a text may take before they are given up: steps, where
// nobody says how many, some more for each byte of the text, and places to go
// back to.
const (
	maxSteps  = 1 << 24
	byteSteps = 16
	maxStack  = 1 << 22
	exhausted = 1 << 40
)

// find is the leftmost match at from or after it: -1 if there is none.
func (m *machine) find(from int) (lo, hi int) {
	loops := 2 * len(m.re.loops)
	if n := loops + 2*len(m.re.groups); len(m.regs) < n {
		m.regs = make([]int32, n)
	}
	for pos := from; ; {
		for m.re.starts != nil && pos < len(m.text) && m.text[pos] < utf8.RuneSelf && !m.re.starts.has(m.text[pos]) {
			pos++
		}
		for i := loops; i < len(m.regs); i++ {
			m.regs[i] = -1
		}
		if hi := m.run(0, pos); hi >= 0 {
			return pos, hi
		}
		if pos >= len(m.text) || m.err != nil {
			return -1, -1
		}
		pos = m.step(pos, m.re.whole)
	}
}

// next is the match after the one from lo to hi. After an empty match the
// search goes on one place further.
func (m *machine) next(lo, hi int) (int, int) {
	if lo == hi {
		if hi == len(m.text) {
			return -1, -1
		}
		hi = m.step(hi, false)
	}
	return m.find(hi)
}

// step is the place after pos: after its character or, if whole is false, in
// the middle of one that Java needs two for.
func (m *machine) step(pos int, whole bool) int {
	_, n := m.char(pos)
	if n == 4 && !whole {
		n = 2
	}
	return pos + n
}

// char is the character at pos and its size: from the middle of one, its
// second half.
func (m *machine) char(pos int) (rune, int) {
	if c := m.text[pos]; c < utf8.RuneSelf {
		return rune(c), 1
	}
	if inside(m.text, pos) {
		r, _ := utf8.DecodeRuneInString(m.text[pos-2:])
		return 0xDC00 + (r-0x10000)&0x3FF, 2
	}
	return utf8.DecodeRuneInString(m.text[pos:])
}

// charBefore is the character that ends at pos and its size.
func (m *machine) charBefore(pos int) (rune, int) {
	if c := m.text[pos-1]; c < utf8.RuneSelf {
		return rune(c), 1
	}
	if inside(m.text, pos) {
		r, _ := utf8.DecodeRuneInString(m.text[pos-2:])
		return 0xD800 + (r-0x10000)>>10, 2
	}
	return utf8.DecodeLastRuneInString(m.text[:pos])
}

func (m *machine) push(pc int32, pos int, more int32) {
	if m.stack == nil {
		m.stack = make([]entry, 0, 32)
	}
	m.stack = append(m.stack, entry{pc, int32(pos), more})
}

// setReg sets a register so that going back undoes it.
func (m *machine) setReg(i, v int32) {
	m.push(^i, int(m.regs[i]), 0)
	m.regs[i] = v
}

// run matches the program from pc on at pos, and gives where the match ends: -1
// if it fails. What it pushes is gone when it returns. Registers that it set
// stay so if it matched; whoever runs that part again sets them anew.
func (m *machine) run(pc int32, pos int) int {
	base := len(m.stack)
	for {
		if m.steps++; m.steps > m.re.steps+byteSteps*len(m.text) || len(m.stack) > maxStack {
			m.err = &effort{m.re.steps}
			m.steps = exhausted // whoever called run gives up too
			m.stack = m.stack[:base]
			return -1
		}
		in := &m.re.prog[pc]
		ok := true
		switch in.op {
		case iMatch:
			m.stack = m.stack[:base]
			return pos
		case iMatchAt:
			if pos == m.behind {
				m.stack = m.stack[:base]
				return pos
			}
			ok = false
		case iSet:
			n := m.one(in.arg, pos)
			ok = n > 0
			pos += n
			pc++
		case iSets:
			pos = m.many(pc, pos)
			ok = pos >= 0
			pc++
		case iCheck:
			ok = m.check(check(in.arg), pos)
			pc++
		case iSplit:
			m.push(in.arg, pos, plain)
			pc++
		case iSave:
			m.setReg(int32(2*len(m.re.loops))+in.arg-2, int32(pos))
			pc++
		case iJump:
			pc = in.arg
		case iRepeat:
			pos = m.repeat(pc, pos)
			ok = pos >= 0
			pc = in.arg
		case iAtomic:
			pos = m.run(pc+1, pos)
			ok = pos >= 0
			pc = in.arg
		case iLook:
			ok = m.run(pc+1, pos) >= 0 != in.negative
			pc = in.arg
		case iBehind:
			ok = m.lookBehind(pc, pos) != in.negative
			pc = in.arg
		default:
			pc = m.loop(pc, pos)
		}
		if !ok {
			if pc, pos = m.back(base); pc < 0 {
				return -1
			}
		}
	}
}

// back takes the last place to go on from: -1 if there is none above base.
func (m *machine) back(base int) (pc int32, pos int) {
	for len(m.stack) > base {
		e := m.stack[len(m.stack)-1]
		m.stack = m.stack[:len(m.stack)-1]
		if e.pc < 0 {
			m.regs[^e.pc] = e.pos
			continue
		}
		pos = int(e.pos)
		if e.more == plain {
			return e.pc, pos
		}
		in := &m.re.prog[e.pc]
		if in.op == iSets && in.mode == greedy {
			// One character fewer, but not fewer than up to e.more.
			_, n := m.charBefore(pos)
			if pos = max(pos-n, int(e.more)); pos > int(e.more) {
				m.push(e.pc, pos, e.more)
			}
			return e.pc + 1, pos
		}
		// A lazy repetition: once more, e.more times at the most.
		n := 0
		next := e.pc + 1
		if in.op == iSets {
			n = m.one(in.arg, pos)
		} else {
			n = m.run(e.pc+1, pos) - pos
			next = in.arg
		}
		if n <= 0 {
			continue
		}
		pos += n
		if e.more > 1 {
			m.push(e.pc, pos, e.more-1)
		}
		return next, pos
	}
	return -1, 0
}

// one is the size of the character at pos if it is in the set, else 0.
func (m *machine) one(set int32, pos int) int {
	if pos < len(m.text) {
		if r, n := m.char(pos); m.re.sets[set].contains(r) {
			return n
		}
	}
	return 0
}

// many is where the characters at pos that iSets takes end: -1 if they are too few.
func (m *machine) many(pc int32, pos int) int {
	in := &m.re.prog[pc]
	count, start := int32(0), pos
	for ; count < in.min; count++ {
		n := m.one(in.arg, pos)
		if n == 0 {
			m.steps += (pos - start) / 8
			return -1
		}
		pos += n
	}
	m.steps += (pos - start) / 8
	if in.mode == lazy {
		if count < in.max {
			m.push(pc, pos, in.max-count)
		}
		return pos
	}
	fewest := pos
	for ; count < in.max; count++ {
		n := m.one(in.arg, pos)
		if n == 0 {
			break
		}
		pos += n
	}
	m.steps += (pos - fewest) / 8
	if in.mode == greedy && pos > fewest {
		m.push(pc, pos, int32(fewest))
	}
	return pos
}

// repeat is many for iRepeat. An empty match ends it.
func (m *machine) repeat(pc int32, pos int) int {
	in := &m.re.prog[pc]
	for count := int32(0); count < in.max; count++ {
		if count >= in.min && in.mode == lazy {
			m.push(pc, pos, in.max-count)
			break
		}
		hi := m.run(pc+1, pos)
		if hi < 0 && count < in.min {
			return -1
		}
		if hi < 0 || hi == pos {
			break
		}
		if count >= in.min && in.mode == greedy {
			m.push(in.arg, pos, plain)
		}
		pos = hi
	}
	return pos
}

// loop runs a loop's steps and gives the one after. A round that matched
// nothing ends the loop, whatever its minimum.
func (m *machine) loop(pc int32, pos int) int32 {
	in := &m.re.prog[pc]
	l := &m.re.loops[in.arg]
	count, begin := 2*in.arg, 2*in.arg+1
	rounds := m.regs[count]
	switch in.op {
	case iLoop:
		rounds = 0
	case iLoopBody:
		rounds = 0
	case iLoopEnd:
		if int32(pos) == m.regs[begin] {
			return l.next
		}
	}
	if in.op == iLoop || in.op == iLoopEnd {
		switch {
		case rounds >= l.max:
			return l.next
		case rounds < l.min:
		case l.lazy:
			m.push(pc+1, pos, plain)
			return l.next
		default:
			m.push(l.next, pos, plain)
		}
	}
	m.setReg(count, rounds+1)
	m.setReg(begin, int32(pos))
	return l.body
}

// lookBehind says whether the part after iBehind matches a piece that ends at pos.
func (m *machine) lookBehind(pc int32, pos int) bool {
	in := &m.re.prog[pc]
	outer := m.behind
	m.behind = pos
	found := false
	for at, back := pos, int32(0); back <= in.max; back++ {
		if back >= in.min && m.run(pc+1, at) >= 0 {
			found = true
			break
		}
		if at == 0 {
			break
		}
		_, n := m.charBefore(at)
		if n == 4 && !in.whole {
			n = 2
		}
		at -= n
	}
	m.behind = outer
	return found
}

func (m *machine) check(c check, pos int) bool {
	switch c {
	case atStart:
		return pos == 0
	case atEnd:
		return pos == len(m.text)
	case atLineStart:
		// Not at the end of the text, even if that is after a line.
		return pos < len(m.text) && (pos == 0 || m.lineEnded(pos) && !(m.text[pos] == '\n' && m.text[pos-1] == '\r'))
	case atUnixLineStart:
		return pos < len(m.text) && (pos == 0 || m.text[pos-1] == '\n')
	case atUnixLineEnd:
		return pos == len(m.text) || m.text[pos] == '\n'
	case atUnixLastLine:
		return pos == len(m.text) || m.text[pos:] == "\n"
	case atLineEnd, atLastLine:
		if pos == len(m.text) {
			return true
		}
		if m.text[pos] == '\n' && pos > 0 && m.text[pos-1] == '\r' {
			return false // within \r\n
		}
		r, n := m.char(pos)
		return endsLine(r) && (c == atLineEnd || pos+n == len(m.text) || m.text[pos:] == "\r\n")
	}
	uni := c >= atUnicodeWordBoundary
	boundary := (pos > 0 && m.wordBefore(pos, uni)) != (pos < len(m.text) && m.wordAt(pos, uni))
	return boundary == (c == atWordBoundary || c == atUnicodeWordBoundary)
}

// lineEnded says whether the character before pos ends a line.
func (m *machine) lineEnded(pos int) bool {
	r, _ := m.charBefore(pos)
	return endsLine(r)
}

func endsLine(r rune) bool {
	return r == '\n' || r == '\r' || r == 0x85 || r == 0x2028 || r == 0x2029
}

func (m *machine) wordAt(pos int, uni bool) bool {
	r, _ := m.char(pos)
	return isWord(r, uni) || unicode.Is(unicode.Mn, r) && m.hasBase(pos)
}

func (m *machine) wordBefore(pos int, uni bool) bool {
	r, n := m.charBefore(pos)
	// Java looks from the second half of a character that has two: no mark.
	return isWord(r, uni) || n < 4 && unicode.Is(unicode.Mn, r) && m.hasBase(pos-n)
}

// hasBase says whether the mark at pos is on a letter or digit.
func (m *machine) hasBase(pos int) bool {
	for pos > 0 {
		r, n := m.charBefore(pos)
		if n == 4 {
			return false // Java sees its second half
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return true
		}
		if !unicode.Is(unicode.Mn, r) {
			return false
		}
		pos -= n
	}
	return false
}

// isWord is Java 17's: \b knows the letters and digits of all languages, though
// \w does not. (Java 19 made \b follow \w.)
func isWord(r rune, uni bool) bool {
	if r < utf8.RuneSelf {
		c := r | 0x20
		return 'a' <= c && c <= 'z' || '0' <= r && r <= '9' || r == '_'
	}
	if uni {
		return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.Is(unicode.Nd, r) || unicode.Is(unicode.Nl, r) ||
			unicode.Is(unicode.Other_Alphabetic, r) || unicode.Is(unicode.Pc, r) || r == 0x200c || r == 0x200d
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}
