package javaregex

import (
	"math"
	"strconv"
	"unicode"
)

// node is a parsed pattern.
type node struct {
	op   nodeOp
	pred *pred   // opSet
	subs []*node // opCat, opAlt; the one below in all others

	check    check // opCheck
	min, max int   // opRepeat; max is forever where there is no end
	mode     mode
	behind   bool // opLook
	negative bool
	whole    bool // a look-behind that goes back over whole characters
	group    bool // in parentheses, which matters to how Java repeats it
	capture  int  // the group's number; 0 if it has none
}

type nodeOp uint8

const (
	opSet       nodeOp = iota // one character of a class
	opCat                     // one after the other; with none, the empty match
	opAlt                     // the first that leads to a match
	opLineBreak               // \R, the same
	opCheck                   // a condition on the place
	opRepeat                  // again and again
	opAtomic                  // only the first way to match counts
	opLook                    // what follows (or precedes) does (or does not) match
)

const forever = math.MaxInt32

type mode uint8

const (
	greedy mode = iota
	lazy
	possessive
)

// check is a condition on the place between two characters.
type check uint8

const (
	atStart check = iota
	atEnd
	atLineStart     // (?m)^
	atLineEnd       // (?m)$
	atLastLine      // $ and \Z: at the end, or before its line terminator
	atUnixLineStart // the same with (?d): \n alone ends lines
	atUnixLineEnd
	atUnixLastLine
	atWordBoundary
	notWordBoundary
	atUnicodeWordBoundary // with (?U)
	notUnicodeWordBoundary
)

type flags uint8

const (
	caseless     flags = 1 << iota // i
	multiline                      // m
	dotAll                         // s
	unixLines                      // d
	unicodeCase                    // u
	comments                       // x
	unicodeClass                   // U
)

// token is a character of the pattern; quoted is one from inside \Q…\E, which
// means itself.
type token struct {
	r      rune
	quoted bool
}

const end rune = -1

type parser struct {
	toks  []token
	at    int
	flags flags
	depth int
	whole bool     // a class that is tested against whole characters is in the pattern
	names []string // of the groups so far, "" for those without
	msg   string
}

// maxDepth is how deep groups and classes may nest.
const maxDepth = 250

// Compile reads a pattern. Its error names what in the pattern is at fault.
func Compile(pattern string) (*Regexp, error) { return compile(pattern, false) }

func compile(pattern string, groups bool) (*Regexp, error) {
	p := parser{toks: tokens(pattern)}
	n := p.alternatives()
	if p.msg == "" && p.peek() == ')' {
		p.fail("a closing parenthesis too many")
	}
	if p.msg != "" {
		return nil, &Error{pattern, p.msg}
	}
	c := compiler{re: &Regexp{pattern: pattern, whole: p.whole, steps: maxSteps}}
	if groups {
		c.re.groups, c.groups = p.names, true
	}
	c.node(n)
	c.match(iMatch)
	if c.msg != "" {
		return nil, &Error{pattern, c.msg}
	}
	var starts ascii
	if c.re.startsAt(0, &starts, make([]bool, len(c.re.prog))) {
		c.re.starts = &starts
	}
	return c.re, nil
}

// tokens takes the pattern apart, \Q…\E solved.
func tokens(pattern string) []token {
	var toks []token
	rs := []rune(pattern)
	for i := 0; i < len(rs); i++ {
		if rs[i] != '\\' || i+1 == len(rs) {
			toks = append(toks, token{r: rs[i]})
			continue
		}
		i++
		if rs[i] != 'Q' {
			toks = append(toks, token{r: '\\'}, token{r: rs[i]})
			continue
		}
		for i++; i < len(rs); i++ {
			if rs[i] == '\\' && i+1 < len(rs) && rs[i+1] == 'E' {
				i++
				break
			}
			toks = append(toks, token{r: rs[i], quoted: true})
		}
	}
	return toks
}

// fail keeps the first fault and ends the pattern.
func (p *parser) fail(msg string) {
	if p.msg == "" {
		p.msg = msg
	}
	p.at = len(p.toks)
}

func (p *parser) refuse(construct string) {
	p.fail(construct + " cannot be matched as Java does")
}

func (p *parser) has(f flags) bool { return p.flags&f != 0 }

// raw is the token i places on: its character, or end; quoted ones are not
// for whoever looks for a meaning, and come back as end too.
func (p *parser) raw(i int) rune {
	if p.at+i >= len(p.toks) || p.toks[p.at+i].quoted {
		return end
	}
	return p.toks[p.at+i].r
}

// peek skips what (?x) makes white space or a comment, and looks at the next
// character: end if it is quoted or there is none.
func (p *parser) peek() rune {
	for p.has(comments) {
		switch r := p.raw(0); {
		case r == ' ' || '\t' <= r && r <= '\r':
			p.at++
		case r == '#':
			for p.at < len(p.toks) && !p.lineEnds(p.toks[p.at].r) {
				p.at++
			}
		default:
			return r
		}
	}
	return p.raw(0)
}

func (p *parser) lineEnds(r rune) bool {
	return r == '\n' || !p.has(unixLines) && (r == '\r' || r == 0x85 || r == 0x2028 || r == 0x2029)
}

func (p *parser) done() bool {
	p.peek()
	return p.at >= len(p.toks)
}

// take steps over the next character if it is r.
func (p *parser) take(r rune) bool {
	if p.peek() != r {
		return false
	}
	p.at++
	return true
}

// next gives the next token, whatever it is, without skipping.
func (p *parser) next() rune {
	if p.at >= len(p.toks) {
		p.fail("it ends in the middle of something")
		return end
	}
	p.at++
	return p.toks[p.at-1].r
}

func (p *parser) alternatives() *node {
	if p.depth++; p.depth > maxDepth {
		p.fail("it is nested deeper than " + strconv.Itoa(maxDepth))
	}
	n := p.sequence()
	if p.peek() == '|' {
		n = &node{op: opAlt, subs: []*node{n}}
	}
	for p.take('|') {
		n.subs = append(n.subs, p.sequence())
	}
	p.depth--
	return n
}

func (p *parser) sequence() *node {
	seq := &node{op: opCat}
	for !p.done() {
		r := p.peek()
		if r == '|' || r == ')' {
			break
		}
		if r == '?' || r == '*' || r == '+' {
			p.fail("nothing before " + strconv.QuoteRune(r) + " to repeat")
			break
		}
		if n := p.atom(r); n != nil {
			seq.subs = append(seq.subs, p.quantified(n))
		}
	}
	return seq
}

// atom reads what a quantifier may follow. Flags such as (?i) are none: nil.
func (p *parser) atom(r rune) *node {
	switch r {
	case '(':
		return p.group()
	case '[':
		p.at++
		return p.class(p.union(true))
	case '\\':
		return p.escape()
	case '^':
		p.at++
		return p.place(atStart, atLineStart, atStart, atUnixLineStart)
	case '$':
		p.at++
		return p.place(atLastLine, atLineEnd, atUnixLastLine, atUnixLineEnd)
	case '.':
		p.at++
		return p.dot()
	case '{':
		// Java takes this for a repetition of nothing.
		return &node{op: opCat}
	}
	return p.class(p.one(p.next()))
}

// dot is any character; Java tests it against whole ones, yet does not let that
// keep its search from going into the middle of one.
func (p *parser) dot() *node {
	n := &node{op: opSet, pred: not(oneOf("\n\r\u0085\u2028\u2029"))}
	switch {
	case p.has(dotAll):
		n.pred = span(0, unicode.MaxRune)
	case p.has(unixLines):
		n.pred = not(oneOf("\n"))
	}
	return n
}

// place picks a condition by the flags m and d.
func (p *parser) place(plain, lines, unix, unixLinesToo check) *node {
	n := &node{op: opCheck, check: plain}
	switch {
	case p.has(multiline) && p.has(unixLines):
		n.check = unixLinesToo
	case p.has(multiline):
		n.check = lines
	case p.has(unixLines):
		n.check = unix
	}
	return n
}

func (p *parser) class(q *pred) *node {
	if q == nil {
		return &node{op: opCat} // after a fault
	}
	if !q.narrow() {
		p.whole = true
	}
	return &node{op: opSet, pred: q}
}

// one is the class of a single character, with its other cases if the flags
// ask for them.
func (p *parser) one(r rune) *pred {
	if p.has(caseless) {
		if p.has(unicodeCase) {
			if up := unicode.ToUpper(r); up != unicode.ToLower(up) {
				return &pred{op: isRuneFold, lo: unicode.ToLower(up)}
			}
		} else if low := r | 0x20; 'a' <= low && low <= 'z' {
			return either(&pred{lo: low}, &pred{lo: low ^ 0x20})
		}
	}
	return &pred{op: isRune, lo: r}
}

// group reads from "(" to ")".
func (p *parser) group() *node {
	p.at++
	before := p.flags
	n := &node{op: opCat, group: true}
	number := func(name string) {
		p.names = append(p.names, name)
		n.capture = len(p.names)
	}
	if !p.take('?') {
		number("")
	} else {
		switch r := p.next(); r {
		case ':':
		case '=', '!':
			n = &node{op: opLook, negative: r == '!'}
		case '>':
			n = &node{op: opAtomic}
		case '<':
			if r := p.next(); r == '=' || r == '!' {
				n = &node{op: opLook, behind: true, negative: r == '!', whole: p.wideAhead()}
			} else {
				number(p.groupName(r))
			}
		default:
			p.at--
			p.readFlags()
			if p.raw(0) == ')' {
				p.at++
				return nil
			}
			if p.next() != ':' {
				p.fail("an unknown flag or group after (?")
			}
		}
	}
	n.subs = []*node{p.alternatives()}
	p.flags = before
	if !p.take(')') {
		p.fail("a group is not closed")
	}
	return n
}

// wideAhead says whether a character beyond U+FFFF is in the rest of the
// pattern. That is how Java decides what a look-behind goes back over.
func (p *parser) wideAhead() bool {
	for _, t := range p.toks[p.at:] {
		if t.r > 0xFFFF {
			return true
		}
	}
	return false
}

func (p *parser) groupName(r rune) string {
	var name []rune
	for first := true; r != '>'; first = false {
		if low := r | 0x20; !('a' <= low && low <= 'z' || !first && '0' <= r && r <= '9') {
			p.fail("a group's name may hold letters and digits only, and starts with a letter")
			return ""
		}
		name = append(name, r)
		r = p.next()
	}
	return string(name)
}

func (p *parser) readFlags() {
	for on := true; ; {
		var f flags
		switch r := p.raw(0); r {
		case 'i':
			f = caseless
		case 'm':
			f = multiline
		case 's':
			f = dotAll
		case 'd':
			f = unixLines
		case 'u':
			f = unicodeCase
		case 'x':
			f = comments
		case 'U':
			f = unicodeClass | unicodeCase
		case 'c':
			p.refuse("the flag c (canonical equivalence)")
			return
		case '-':
			if !on {
				return
			}
			on = false
		default:
			return
		}
		p.at++
		if on {
			p.flags |= f
		} else {
			p.flags &^= f
		}
	}
}

// quantified reads the quantifier that may follow n. (Java knows one only; a
// second is taken to repeat nothing, or refused.)
func (p *parser) quantified(n *node) *node {
	q := &node{op: opRepeat, subs: []*node{n}, max: forever}
	switch p.peek() {
	case '?':
		q.max = 1
		p.at++
	case '*':
		p.at++
	case '+':
		q.min = 1
		p.at++
	case '{':
		p.at++
		if r := p.raw(0); r < '0' || r > '9' {
			p.fail(`"{" begins no repetition`)
			return n
		}
		q.min = p.number()
		q.max = q.min
		if p.raw(0) == ',' {
			p.at++
			q.max = forever
			if p.raw(0) != '}' {
				q.max = p.number()
			}
		}
		if p.raw(0) != '}' || q.max < q.min {
			p.fail("a repetition {…} is not well formed")
			return n
		}
		p.at++
	default:
		return n
	}
	switch p.peek() {
	case '?':
		p.at++
		q.mode = lazy
	case '+':
		p.at++
		q.mode = possessive
	}
	return q
}

func (p *parser) number() int {
	n := 0
	for r := p.raw(0); '0' <= r && r <= '9'; r = p.raw(0) {
		if n = n*10 + int(r-'0'); n >= forever {
			p.fail("a repetition count is too large")
			return 0
		}
		p.at++
	}
	return n
}

// escape reads a backslash and what it gives meaning to, outside a class.
func (p *parser) escape() *node {
	switch r := p.raw(1); r {
	case 'A':
		p.at += 2
		return &node{op: opCheck, check: atStart}
	case 'z':
		p.at += 2
		return &node{op: opCheck, check: atEnd}
	case 'Z':
		p.at += 2
		if p.has(unixLines) {
			return &node{op: opCheck, check: atUnixLastLine}
		}
		return &node{op: opCheck, check: atLastLine}
	case 'b', 'B':
		p.at += 2
		if r == 'b' && p.raw(0) == '{' && p.raw(1) == 'g' {
			p.refuse(`\b{g}`)
		}
		n := &node{op: opCheck, check: atWordBoundary}
		if p.has(unicodeClass) {
			n.check = atUnicodeWordBoundary
		}
		if r == 'B' {
			n.check++
		}
		return n
	case 'R':
		p.at += 2
		two := &node{op: opCat, subs: []*node{{op: opSet, pred: oneOf("\r")}, {op: opSet, pred: oneOf("\n")}}}
		return &node{op: opLineBreak, subs: []*node{two, {op: opSet, pred: p.escapeClass('v')}}}
	case 'G', 'X':
		p.refuse(`\` + string(r))
	case 'k', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		p.refuse(`a back-reference (\` + string(r) + `)`)
	default:
		return p.class(p.escaped())
	}
	return &node{op: opCat}
}

// escaped reads an escape that stands for characters; nil after a fault.
func (p *parser) escaped() *pred {
	p.at++
	r := p.next()
	switch {
	case p.msg != "":
		return nil
	case r == 'p' || r == 'P':
		q := p.named()
		if q != nil && r == 'P' {
			q = not(q)
		}
		return q
	}
	if q := p.escapeClass(r); q != nil {
		return q
	}
	c := p.character(r)
	if c == end {
		return nil
	}
	return p.one(c)
}

// named reads what follows \p or \P.
func (p *parser) named() *pred {
	name := ""
	if p.peek() != '{' {
		if name = string(p.next()); name == "{" {
			return nil
		}
	} else {
		p.at++
		for r := p.next(); r != '}' && r != end; r = p.next() {
			name += string(r)
		}
	}
	q := p.property(name)
	if q == nil {
		p.fail(`no table for the class \p{` + name + `}`)
	}
	return q
}

// character is the one character that \r and what follows stand for.
func (p *parser) character(r rune) rune {
	switch r {
	case 't':
		return '\t'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 'f':
		return '\f'
	case 'a':
		return 7
	case 'e':
		return 0x1B
	case 'c':
		return p.next() ^ 64
	case '0':
		return p.octal()
	case 'x':
		if p.raw(0) == '{' {
			p.at++
			return p.wholeChar(p.hex(1, 8, '}'))
		}
		return p.hex(2, 2, end)
	case 'u':
		return p.utf16()
	}
	if low := r | 0x20; 'a' <= low && low <= 'z' || '1' <= r && r <= '9' {
		p.fail(`\` + string(r) + " has no meaning here")
		if r == 'N' {
			p.refuse(`\N`)
		}
		return end
	}
	return r
}

// octal reads up to three octal digits, 377 at most.
func (p *parser) octal() rune {
	n, digits := rune(0), 0
	for ; digits < 3; digits++ {
		r := p.raw(0)
		if r < '0' || r > '7' || digits == 2 && n > 037 {
			break
		}
		n = n<<3 | (r - '0')
		p.at++
	}
	if digits == 0 {
		p.fail(`no octal digits after \0`)
	}
	return n
}

// hex reads between min and max hexadecimal digits and the closing character.
func (p *parser) hex(min, max int, closing rune) rune {
	n, digits := rune(0), 0
	for ; digits < max; digits++ {
		d := p.raw(0)
		switch low := d | 0x20; {
		case '0' <= d && d <= '9':
			d -= '0'
		case 'a' <= low && low <= 'f':
			d = low - 'a' + 10
		default:
			d = end
		}
		if d == end {
			break
		}
		n = n<<4 | d
		p.at++
	}
	if digits < min || n > unicode.MaxRune || n < 0 || closing != end && p.next() != closing {
		p.fail("a hexadecimal escape is not well formed")
		return end
	}
	return n
}

// wholeChar refuses half a character.
func (p *parser) wholeChar(r rune) rune {
	if 0xD800 <= r && r <= 0xDFFF {
		p.refuse("half a character (a lone surrogate)")
		return end
	}
	return r
}

// utf16 reads the rest of \uHHHH, and a second one if the two are the halves of
// one character.
func (p *parser) utf16() rune {
	n := p.hex(4, 4, end)
	if 0xD800 <= n && n < 0xDC00 && p.raw(0) == '\\' && p.raw(1) == 'u' {
		p.at += 2
		if low := p.hex(4, 4, end); 0xDC00 <= low && low <= 0xDFFF {
			return (n-0xD800)<<10 + (low - 0xDC00) + 0x10000
		}
	}
	return p.wholeChar(n)
}

// union reads the rest of a class after "[": items side by side, nested
// classes, and intersections. outer is false for the right side of &&, which
// ends with the class that it is in and cannot be negated by ^.
func (p *parser) union(outer bool) *pred {
	if p.depth++; p.depth > maxDepth {
		p.fail("it is nested deeper than " + strconv.Itoa(maxDepth))
	}
	negated := false
	if outer && p.raw(0) == '^' {
		negated = true
		p.at++
	}
	var all *pred
	for crossed := false; p.msg == ""; {
		if p.done() {
			p.fail("a class is not closed")
			break
		}
		switch r := p.peek(); {
		case r == ']' && all != nil:
			if outer {
				p.at++
			}
			p.depth--
			if negated {
				return not(all)
			}
			return all
		case r == '&' && p.raw(1) == '&':
			p.at += 2
			all = p.intersection(all)
			crossed = true
		case r == '&' && p.has(comments):
			p.refuse("& in a class, with (?x),")
		case crossed:
			p.refuse("a class with more after an intersection (&&)")
		case r == '[':
			p.at++
			all = either(all, p.union(true))
		default:
			all = either(all, p.item())
		}
	}
	return nil
}

// intersection reads the right side of &&.
func (p *parser) intersection(left *pred) *pred {
	var right *pred
	for p.msg == "" {
		switch r := p.peek(); {
		case r == ']' || r == '&':
			switch {
			case right == nil:
				p.refuse("a class with nothing after an intersection (&&)")
				return nil
			case left == nil:
				return right
			}
			return &pred{op: isBoth, a: left, b: right}
		case p.done():
			p.fail("a class is not closed")
		case r == '[':
			p.at++
			right = either(right, p.union(true))
		default:
			right = either(right, p.union(false))
		}
	}
	return nil
}

// item reads one character, range or escape of a class.
func (p *parser) item() *pred {
	quoted := p.toks[p.at].quoted
	lo := p.peek()
	switch {
	case quoted:
		lo = p.next()
	case lo == '\\':
		r := p.raw(1)
		if vt := r == 'v' && p.raw(2) == '-'; !vt && (r == 'p' || r == 'P' || p.escapeClass(r) != nil) {
			return p.escaped()
		}
		p.at++
		lo = p.rangeEnd(p.next())
	default:
		p.at++
	}
	if lo == end || p.peek() != '-' || p.raw(1) == '[' || p.raw(1) == ']' || p.at+1 >= len(p.toks) {
		return p.one(lo)
	}
	p.at++
	p.peek()
	hi := p.next()
	if hi == '\\' && !p.toks[p.at-1].quoted {
		hi = p.rangeEnd(p.next())
	}
	if hi < lo {
		p.fail("a range in a class runs backwards")
		return nil
	}
	switch {
	case p.has(caseless) && p.has(unicodeCase):
		return &pred{op: isRangeFold, lo: lo, hi: hi}
	case p.has(caseless):
		return &pred{op: isRangeI, lo: lo, hi: hi}
	}
	return span(lo, hi)
}

// rangeEnd is character, but at an end of a range \v is the one vertical tab.
func (p *parser) rangeEnd(r rune) rune {
	if r == 'v' {
		return '\v'
	}
	return p.character(r)
}
