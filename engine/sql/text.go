package sql

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/internal/javatext"
)

// text1 computes functions of one text.
func (v *env) text1(n *node, a value) value {
	switch s := a.s; n.op {
	case opUpper:
		return value{s: upper(s)}
	case opLower:
		return value{s: lower(s)}
	case opInitcap:
		return value{s: initcap(s)}
	case opTrim:
		return value{s: trim(s, " ", n.how)}
	case opLength:
		return value{i: int64(utf8.RuneCountInString(s))}
	case opOctets:
		return value{i: int64(len(s))}
	case opBitLength:
		return value{i: int64(len(s)) * 8}
	case opReverse:
		b := make([]byte, 0, len(s))
		for len(s) > 0 {
			_, k := utf8.DecodeLastRuneInString(s)
			b = append(b, s[len(s)-k:]...)
			s = s[:len(s)-k]
		}
		return value{s: string(b)}
	case opSpace:
		return value{s: strings.Repeat(" ", int(min(max(a.i, 0), maxText)))}
	case opASCII:
		if s == "" {
			return value{}
		}
		r, _ := utf8.DecodeRuneInString(s)
		return value{i: int64(r)}
	case opChr:
		if a.i < 0 {
			return value{}
		}
		return value{s: string(rune(a.i & 0xff))}
	}
	return null
}

// maxText bounds what repeat, space and padding make.
const maxText = 1 << 24

// text2 computes functions of two arguments, the first of them a text or array.
func (v *env) text2(n *node, a, b value) value {
	switch n.op {
	case opTrim:
		return value{s: trim(a.s, b.s, n.how)}
	case opLeft:
		return value{s: substring(a.s, 1, b.i)}
	case opRight:
		if b.i <= 0 {
			return value{}
		}
		return value{s: substring(a.s, -b.i, 1<<31-1)}
	case opRepeat:
		if b.i <= 0 || a.s == "" {
			return value{}
		}
		if int64(len(a.s))*b.i > maxText {
			return v.fail(n, ErrValue, "a text longer than 16 MB", "")
		}
		return value{s: strings.Repeat(a.s, int(b.i))}
	case opConcat:
		return value{s: a.s + b.s}
	case opStartsWith:
		return truth(strings.HasPrefix(a.s, b.s))
	case opEndsWith:
		return truth(strings.HasSuffix(a.s, b.s))
	case opContains:
		return truth(strings.Contains(a.s, b.s))
	case opLike:
		p := n.pat
		text := a.s
		if n.how == opLower {
			text = lower(text)
		}
		if p == nil {
			pattern := b.s
			if n.how == opLower {
				pattern = lower(pattern)
			}
			var err error
			if p, err = likePattern(pattern, byte(n.val.i)); err != nil {
				return v.fail(n, ErrValue, err.Error(), "")
			}
		}
		return truth(p.like(text))
	case opRLike:
		return v.rlike(n, a.s)
	case opArrayJoin:
		b := strings.Join(strs(n.args[0].typ, a.v), b.s)
		return value{s: b}
	}
	return null
}

func strs(t Type, c *frame.Value) []string {
	if t.Elem == String {
		return c.Strs
	}
	list := make([]string, length(t, c))
	for i := range list {
		list[i] = show(Type{Kind: t.Elem}, element(t, c, i))
	}
	return list
}

// textMany computes functions of three arguments and more.
func (v *env) textMany(n *node, a, b value, rest []value) value {
	c := rest[0]
	switch n.op {
	case opSubstring:
		return value{s: substring(a.s, b.i, c.i)}
	case opReplace:
		if b.s == "" {
			return a
		}
		return value{s: strings.ReplaceAll(a.s, b.s, c.s)}
	case opTranslate:
		return value{s: translate(a.s, b.s, c.s)}
	case opLpad, opRpad:
		if b.i > maxText {
			return v.fail(n, ErrValue, "a text longer than 16 MB", "")
		}
		return value{s: pad(a.s, int(b.i), c.s, n.op == opLpad)}
	case opConcat:
		size := len(a.s) + len(b.s)
		for _, x := range rest {
			size += len(x.s)
		}
		out := append(append(make([]byte, 0, size), a.s...), b.s...)
		for _, x := range rest {
			out = append(out, x.s...)
		}
		return value{s: string(out)}
	case opSubstringIndex:
		return value{s: substringIndex(a.s, b.s, c.i)}
	case opSplitPart:
		if c.i == 0 {
			return v.fail(n, ErrRange, "part 0", "split_part counts from 1")
		}
		return value{s: splitPart(a.s, b.s, c.i)}
	case opOverlay:
		size := rest[1].i
		if size < 0 {
			size = int64(utf8.RuneCountInString(b.s))
		}
		return value{s: substring(a.s, 1, c.i-1) + b.s + substring(a.s, c.i+size, 1<<31-1)}
	}
	return v.regexMany(n, a.s, rest)
}

// concatWs leaves nulls out, and takes arrays apart.
func (v *env) concatWs(n *node) value {
	sep := v.eval(n.args[0])
	if sep.null {
		return null
	}
	var out []byte
	first := true
	add := func(s string) {
		if !first {
			out = append(out, sep.s...)
		}
		first = false
		out = append(out, s...)
	}
	for _, x := range n.args[1:] {
		y := v.eval(x)
		switch {
		case y.null:
		case x.typ.Kind == Array:
			for _, s := range y.v.Strs {
				add(s)
			}
		default:
			add(y.s)
		}
	}
	return value{s: string(out)}
}

// substring is SQL's: from 1, or negative from the end (UTF8String.substringSQL).
func substring(s string, pos, size int64) string {
	start := pos - 1
	switch {
	case pos < 0:
		start = int64(utf8.RuneCountInString(s)) + pos
	case pos == 0:
		start = 0
	}
	return cut(s, start, min(max(start+size, -1<<31), 1<<31-1))
}

// cut is the characters from one place to before another.
func cut(s string, from, to int64) string {
	if to <= from || to <= 0 {
		return ""
	}
	begin, n := len(s), int64(0)
	for i := range s {
		if n == max(from, 0) {
			begin = i
		}
		if n == to {
			return s[begin:i]
		}
		n++
	}
	return s[begin:]
}

func trim(s, chars string, how op) string {
	in := func(r rune) bool { return strings.ContainsRune(chars, r) }
	if how != opRight {
		s = strings.TrimLeftFunc(s, in)
	}
	if how != opLeft {
		s = strings.TrimRightFunc(s, in)
	}
	return s
}

// locate is where part begins in text, looking from a place on; places count
// from 1, and 0 is nowhere.
func locate(part, text string, from int64) int64 {
	if from <= 0 {
		return 0
	}
	if part == "" {
		return 1
	}
	n, at := int64(1), 0
	for n < from && at < len(text) {
		_, k := utf8.DecodeRuneInString(text[at:])
		at += k
		n++
	}
	i := strings.Index(text[at:], part)
	if i < 0 {
		return 0
	}
	return n + int64(utf8.RuneCountInString(text[at:at+i]))
}

func translate(s, from, to string) string {
	f, t := []rune(from), []rune(to)
	out := make([]byte, 0, len(s))
next:
	for _, r := range s {
		for i, x := range f {
			if x != r {
				continue
			}
			if i < len(t) {
				out = utf8.AppendRune(out, t[i])
			}
			continue next
		}
		out = utf8.AppendRune(out, r)
	}
	return string(out)
}

func pad(s string, size int, with string, left bool) string {
	n := utf8.RuneCountInString(s)
	if size <= n || with == "" {
		return cut(s, 0, int64(min(size, n)))
	}
	w := utf8.RuneCountInString(with)
	more := size - n
	fill := strings.Repeat(with, more/w) + cut(with, 0, int64(more%w))
	if left {
		return fill + s
	}
	return s + fill
}

// substringIndex is what comes before the count-th separator, or after it from
// the end.
func substringIndex(s, sep string, count int64) string {
	if sep == "" || count == 0 {
		return ""
	}
	if count > 0 {
		for at := 0; ; {
			i := strings.Index(s[at:], sep)
			if i < 0 {
				return s
			}
			if count--; count == 0 {
				return s[:at+i]
			}
			at += i + 1
		}
	}
	for end := len(s); ; {
		i := strings.LastIndex(s[:end], sep)
		if i < 0 {
			return s
		}
		if count++; count == 0 {
			return s[i+len(sep):]
		}
		end = i + len(sep) - 1
	}
}

func splitPart(s, sep string, part int64) string {
	parts := []string{s}
	if sep != "" {
		parts = strings.Split(s, sep)
	}
	if part < 0 {
		part += int64(len(parts)) + 1
	}
	if part < 1 || part > int64(len(parts)) {
		return ""
	}
	return parts[part-1]
}

// initcap begins each word with a capital; only blanks are between words.
func initcap(s string) string {
	s = lower(s)
	out := make([]byte, 0, len(s))
	begin := true
	for _, r := range s {
		if begin {
			r = unicode.ToTitle(r)
		}
		begin = r == ' '
		out = utf8.AppendRune(out, r)
	}
	return string(out)
}

func upper(s string) string { return javatext.ToUpper(s) }

func lower(s string) string { return javatext.ToLower(s) }
