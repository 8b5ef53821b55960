package javaregex

// inst is one step of a program. Steps follow each other unless they say
// otherwise.
type inst struct {
	op       instOp
	mode     mode
	negative bool
	whole    bool  // iBehind goes back over whole characters
	arg      int32 // a set, check, loop or place in the program
	min, max int32
}

type instOp uint8

const (
	iMatch     instOp = iota // the program, or part, has matched
	iMatchAt                 // the same, if it ends where the look-behind stands
	iSet                     // one character of set arg
	iSets                    // min to max of them
	iCheck                   // check arg
	iSplit                   // go on here; should that fail, at arg
	iJump                    // to arg
	iRepeat                  // the part that follows, up to iMatch, min to max times, each time only as it first matches; then at arg
	iAtomic                  // the part that follows, up to iMatch; then at arg
	iLook                    // the part that follows, up to iMatch, must match here (or must not); then at arg
	iBehind                  // the same for a part that ends here with iMatchAt
	iLoop                    // begin loop arg, whose body follows
	iLoopBody                // for lazy loops: the first time round
	iLoopEnd                 // the end of the body: once more, or on
	iLoopAgain               // for lazy loops: another time round
	iSave                    // remember the place: group arg/2 begins, or ends
)

// loop is a repetition whose body can match in more ways than one, so that a
// failure after it tries the next way. It has two registers: how often it has
// gone round, and where this round began.
type loop struct {
	min, max   int32
	lazy       bool
	body, next int32
}

// maxProgram is how long a program may be.
const maxProgram = 1 << 16

type compiler struct {
	re     *Regexp
	groups bool // remember where groups match
	msg    string
}

func (c *compiler) emit(i inst) int32 {
	if len(c.re.prog) == maxProgram {
		c.msg = "it is too large"
		c.re.prog = c.re.prog[:0]
	}
	c.re.prog = append(c.re.prog, i)
	return int32(len(c.re.prog) - 1)
}

func (c *compiler) here() int32 { return int32(len(c.re.prog)) }

func (c *compiler) set(p *pred) int32 {
	c.re.sets = append(c.re.sets, newSet(p))
	return int32(len(c.re.sets) - 1)
}

// aim makes the step at i go to the present place.
func (c *compiler) aim(i int32) {
	if c.msg == "" {
		c.re.prog[i].arg = c.here()
	}
}

func (c *compiler) node(n *node) {
	switch n.op {
	case opSet:
		c.emit(inst{op: iSet, arg: c.set(n.pred)})
	case opCheck:
		c.emit(inst{op: iCheck, arg: int32(n.check)})
	case opCat:
		if c.groups && n.capture > 0 {
			c.emit(inst{op: iSave, arg: int32(2 * n.capture)})
		}
		for _, sub := range n.subs {
			c.node(sub)
		}
		if c.groups && n.capture > 0 {
			c.emit(inst{op: iSave, arg: int32(2*n.capture + 1)})
		}
	case opAlt, opLineBreak:
		var out []int32
		for _, sub := range n.subs[:len(n.subs)-1] {
			split := c.emit(inst{op: iSplit})
			c.node(sub)
			out = append(out, c.emit(inst{op: iJump}))
			c.aim(split)
		}
		c.node(n.subs[len(n.subs)-1])
		for _, jump := range out {
			c.aim(jump)
		}
	case opAtomic:
		c.part(inst{op: iAtomic}, n.subs[0], iMatch)
	case opLook:
		if !n.behind {
			c.part(inst{op: iLook, negative: n.negative}, n.subs[0], iMatch)
			break
		}
		l := n.subs[0].length()
		if l.max > forever {
			c.msg = "a look-behind has no obvious maximum length"
		}
		c.part(inst{op: iBehind, negative: n.negative, whole: n.whole, min: int32(l.min), max: int32(l.max)}, n.subs[0], iMatchAt)
	case opRepeat:
		c.repeat(n)
	}
}

// part emits a step, what it runs on its own, and its end.
func (c *compiler) part(first inst, n *node, last instOp) {
	i := c.emit(first)
	c.node(n)
	c.match(last)
	c.aim(i)
}

// match emits the end of a program or part. A repetition that nothing follows
// need not remember that it could have been shorter.
func (c *compiler) match(op instOp) {
	if k := len(c.re.prog) - 1; op == iMatch && k >= 0 && c.re.prog[k].op == iSets && c.re.prog[k].mode == greedy {
		c.re.prog[k].mode = possessive
	}
	c.emit(inst{op: op})
}

// startsAt adds the characters below 128 that a match from pc on may start
// with: false if it may be empty, or that is not easily seen. What was seen
// before is not looked at again.
func (re *Regexp) startsAt(pc int32, a *ascii, seen []bool) bool {
	for !seen[pc] {
		seen[pc] = true
		in := &re.prog[pc]
		pc++
		switch in.op {
		case iSet, iSets:
			for i, bits := range re.sets[in.arg].ascii {
				a[i] |= bits
			}
			if in.op == iSet || in.min > 0 {
				return true
			}
		case iCheck, iSave:
		case iJump:
			pc = in.arg
		case iSplit:
			if !re.startsAt(in.arg, a, seen) {
				return false
			}
		case iLook, iBehind:
			pc = in.arg
		case iLoop:
			if l := &re.loops[in.arg]; l.min == 0 && !re.startsAt(l.next, a, seen) {
				return false
			} else if l.max > 0 {
				pc = l.body
			} else {
				pc = l.next
			}
		case iLoopEnd:
			pc = re.loops[in.arg].next
		default:
			return false
		}
	}
	return true
}

// repeat follows Java in what a failure after a repetition goes back to. For a
// group that can match in several ways, it is each of them; anything else is
// repeated as it first matches, and only the number of times is tried again.
// The difference shows in (?:a|ab){2}+ alone: Java does not find it in "aba".
func (c *compiler) repeat(n *node) {
	body := n.subs[0]
	switch {
	case body.op == opSet:
		c.emit(inst{op: iSets, mode: n.mode, arg: c.set(body.pred), min: int32(n.min), max: int32(n.max)})
	case !body.group || n.mode == possessive || n.max > 1 && body.oneWay():
		c.part(inst{op: iRepeat, mode: n.mode, min: int32(n.min), max: int32(n.max)}, body, iMatch)
	case n.min == 0 && n.max == 1:
		c.optional(body, n.mode)
	default:
		l := int32(len(c.re.loops))
		c.re.loops = append(c.re.loops, loop{min: int32(n.min), max: int32(n.max), lazy: n.mode == lazy})
		c.emit(inst{op: iLoop, arg: l})
		if n.mode == lazy {
			c.emit(inst{op: iLoopBody, arg: l})
		}
		c.re.loops[l].body = c.here()
		c.node(body)
		c.emit(inst{op: iLoopEnd, arg: l})
		if n.mode == lazy {
			c.emit(inst{op: iLoopAgain, arg: l})
		}
		c.re.loops[l].next = c.here()
	}
}

func (c *compiler) optional(body *node, m mode) {
	split := c.emit(inst{op: iSplit})
	if m == greedy {
		c.node(body)
		c.aim(split)
		return
	}
	jump := c.emit(inst{op: iJump})
	c.aim(split)
	c.node(body)
	c.aim(jump)
}

// oneWay says whether Java sees at once that n matches in one way only.
func (n *node) oneWay() bool {
	switch n.op {
	case opAlt:
		return false
	case opLineBreak:
		return true // so Java thinks
	case opRepeat:
		return n.min == n.max && n.subs[0].oneWay()
	}
	for _, sub := range n.subs {
		if !sub.oneWay() {
			return false
		}
	}
	return true
}

// length is how many characters a match takes, as Java reckons it to see how
// far a look-behind must go back: each is one, even where it needs two chars.
type length struct{ min, max int }

// endless is the length of what has no maximum that Java sees. What comes to
// more than forever overflows in Java, with odd results: no maximum either.
const endless = 1 << 40

func (n *node) length() length {
	var l length
	switch n.op {
	case opSet:
		return length{1, 1}
	case opLineBreak:
		return length{1, 2}
	case opCat, opAtomic:
		for _, sub := range n.subs {
			s := sub.length()
			l.min = min(l.min+s.min, forever)
			l.max = min(l.max+s.max, endless)
		}
	case opAlt:
		l.min = forever
		for _, sub := range n.subs {
			s := sub.length()
			l.min = min(l.min, s.min)
			l.max = max(l.max, s.max)
		}
	case opRepeat:
		body := n.subs[0]
		s := body.length()
		l.min = min(s.min*n.min, forever)
		l.max = min(s.max*n.max, endless)
		if body.group && n.max > 1 && n.mode != possessive && !body.oneWay() {
			l.max = endless
		}
	}
	return l
}
