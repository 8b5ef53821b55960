package sql

import (
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pageleap/pageleap/engine/internal/javatext"
)

// maxText bounds the texts that functions make of shorter ones.
const maxText = 1 << 24

// tooLong says whether so many bytes are too many, and if so leaves null in x.
func (v *env) tooLong(n *node, x *value, bytes int) bool {
	if bytes > maxText {
		v.fail(n, x, ErrValue, "a text longer than the "+strconv.Itoa(maxText)+" bytes that a function may make", "")
	}
	return bytes > maxText
}

// text1 computes functions of one text.
func (v *env) text1(n *node, x *value) {
	switch n.op {
	case opUpper:
		x.s = javatext.ToUpper(x.s)
	case opLower:
		x.s = lower(x.s)
	case opInitcap:
		x.s = initcap(x.s)
	case opTrim:
		x.s = trim(x.s, " ", n.how)
	case opLength:
		x.i = count(x.s)
	case opReverse:
		b := make([]byte, 0, len(x.s))
		for s := x.s; s != ""; {
			_, k := utf8.DecodeLastRuneInString(s)
			b = append(b, s[len(s)-k:]...)
			s = s[:len(s)-k]
		}
		x.s = string(b)
	}
}

// count is how many characters there are.
func count(s string) int64 { return int64(utf8.RuneCountInString(s)) }

// text2 computes functions of a text and something else.
func (v *env) text2(n *node, x, y *value) {
	switch n.op {
	case opTrim:
		x.s = trim(x.s, y.s, n.how)
	case opLeft:
		x.s = substring(x.s, 1, y.i)
	case opRight:
		if y.i <= 0 {
			y.i = math.MinInt32
		}
		x.s = substring(x.s, -y.i, math.MaxInt32)
	case opRepeat:
		x.s = v.repeat(n, x, x.s, y.i)
	case opStartsWith:
		x.setBool(strings.HasPrefix(x.s, y.s))
	case opEndsWith:
		x.setBool(strings.HasSuffix(x.s, y.s))
	case opContains:
		x.setBool(strings.Contains(x.s, y.s))
	case opLike:
		p := n.pat
		if p == nil {
			var err error
			if p, err = n.like(y.s); err != nil {
				v.fail(n, x, ErrValue, err.Error(), "")
				return
			}
		}
		if n.how == opLower {
			x.s = lower(x.s)
		}
		x.setBool(p.like(x.s))
	case opRLike:
		ok, err := n.pat.re.Contains(x.s)
		if x.setBool(ok); err != nil {
			v.fail(n, x, ErrValue, err.Error(), "")
		}
	}
}

// repeat is s so many times over.
func (v *env) repeat(n *node, x *value, s string, times int64) string {
	if times <= 0 || s == "" {
		return ""
	}
	if times = min(times, maxText+1); v.tooLong(n, x, int(times)*len(s)) {
		return ""
	}
	b := make([]byte, 0, len(s)*int(times))
	for range times {
		b = append(b, s...)
	}
	return string(b)
}

// textMany computes functions of three arguments and more.
func (v *env) textMany(n *node, x, y, z, last *value) {
	switch n.op {
	case opSubstring:
		x.s = substring(x.s, y.i, z.i)
	case opReplace:
		if y.s == "" {
			return
		}
		if grows := len(z.s) - len(y.s); grows > 0 && v.tooLong(n, x, len(x.s)+strings.Count(x.s, y.s)*grows) {
			return
		}
		x.s = strings.ReplaceAll(x.s, y.s, z.s)
	case opTranslate:
		x.s = translate(x.s, y.s, z.s)
	case opLocate:
		x.i = locate(x.s, y.s, z.i)
	case opLpad, opRpad:
		v.pad(n, x, y.i, z.s)
	case opSubstringIndex:
		x.s = substringIndex(x.s, y.s, z.i)
	case opSplitPart:
		if z.i == 0 {
			v.fail(n, x, ErrRange, "part 0", "split_part counts from 1")
			return
		}
		x.s = splitPart(x.s, y.s, z.i)
	case opExtract:
		v.extract(n, x, z.i)
	case opReplaceAll:
		v.replaceAll(n, x, z.s, last.i)
	case opSplit:
		v.split(n, x, int(z.i))
	}
}

func (v *env) concat(n *node, x *value) {
	var b []byte
	for _, a := range n.args {
		if v.eval(a, x); x.null {
			return
		}
		if v.tooLong(n, x, len(b)+len(x.s)) {
			return
		}
		b = append(b, x.s...)
	}
	x.s = string(b)
}

// concatWs leaves nulls out, and takes arrays apart.
func (v *env) concatWs(n *node, x *value) {
	v.eval(n.args[0], x)
	var parts []string
	var y value
	for _, a := range n.args[1:] {
		switch v.eval(a, &y); {
		case y.null:
		case a.typ.Kind == Array:
			parts = append(parts, y.v.Strs...)
		default:
			parts = append(parts, y.s)
		}
	}
	size := max(0, len(parts)-1) * len(x.s)
	for _, s := range parts {
		size += len(s)
	}
	if !v.tooLong(n, x, size) {
		x.s = strings.Join(parts, x.s)
	}
}

// substring is SQL's: from 1, or negative from the end (UTF8String.substringSQL).
func substring(s string, pos, size int64) string {
	start := pos - 1
	switch {
	case pos < 0:
		start = count(s) + pos
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
	return n + count(text[at:at+i])
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

// pad makes x so many characters long, from the left or the right.
func (v *env) pad(n *node, x *value, size int64, with string) {
	have := count(x.s)
	if size <= have || with == "" {
		x.s = cut(x.s, 0, min(size, have))
		return
	}
	w := count(with)
	fill := v.repeat(n, x, with, (size-have)/w) + cut(with, 0, (size-have)%w)
	if n.op == opLpad {
		x.s = fill + x.s
	} else {
		x.s += fill
	}
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
	for i := len(s) - len(sep); i >= 0; i-- {
		if s[i:i+len(sep)] == sep {
			if count++; count == 0 {
				return s[i+len(sep):]
			}
		}
	}
	return s
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

func lower(s string) string { return javatext.ToLower(s) }
