package sql

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/internal/javaregex"
)

// pattern is a pattern of LIKE or a regular expression, read once.
type pattern struct {
	parts []part
	re    *javaregex.Regexp
	empty bool // the expression is ""
}

// part is a character, any character, or any text.
type part struct {
	r rune // -1: any character; -2: any text
}

const (
	anyRune = -1
	anyText = -2
)

// like reads a pattern of n, LIKE or ILIKE: % is any text, _ any character, and
// what follows the escape character stands for itself, if it is one of the
// three (StringUtils.escapeLikeRegex).
func (n *node) like(s string) (*pattern, error) {
	if n.how == opLower {
		s = lower(s)
	}
	esc := rune(n.val.i)
	p := &pattern{}
	for i := 0; i < len(s); {
		r, k := utf8.DecodeRuneInString(s[i:])
		i += k
		switch {
		case r == esc:
			if i >= len(s) {
				return nil, errors.New("the escape character at the end of the pattern")
			}
			if r, k = utf8.DecodeRuneInString(s[i:]); r != '%' && r != '_' && r != esc {
				return nil, errors.New("the escape character before neither %, _ nor itself")
			}
			i += k
		case r == '_':
			r = anyRune
		case r == '%':
			r = anyText
		}
		if n := len(p.parts); r != anyText || n == 0 || p.parts[n-1].r != anyText {
			p.parts = append(p.parts, part{r})
		}
	}
	return p, nil
}

// like matches a whole text, going back to the last % only.
func (p *pattern) like(s string) bool {
	i, at := 0, 0
	back, from := -1, 0 // the part after the last %, and how far its text goes
	for at < len(s) {
		r, k := utf8.DecodeRuneInString(s[at:])
		switch {
		case i < len(p.parts) && p.parts[i].r == anyText:
			i++
			back, from = i, at
		case i < len(p.parts) && (p.parts[i].r == anyRune || p.parts[i].r == r):
			i++
			at += k
		case back >= 0:
			_, k := utf8.DecodeRuneInString(s[from:])
			from += k
			i, at = back, from
		default:
			return false
		}
	}
	for i < len(p.parts) && p.parts[i].r == anyText {
		i++
	}
	return i == len(p.parts)
}

// regex reads a regular expression, which is Java's.
func (q *Query) regex(s string) (*pattern, error) {
	re, err := javaregex.CompileGroups(s)
	if err == nil && q.Steps > 0 {
		re.Limit(q.Steps)
	}
	return &pattern{re: re, empty: s == ""}, err
}

// find goes through the matches of n's pattern in the text x.
func (v *env) find(n *node, x *value, found func(at []int) bool) {
	if err := n.pat.re.Matches(x.s, found); err != nil {
		v.fail(n, x, ErrValue, err.Error(), "")
	}
}

func (v *env) extract(n *node, x *value, group int64) {
	if group < 0 || group > int64(n.pat.re.Groups()) {
		v.fail(n, x, ErrRange, "the expression has no group "+strconv.FormatInt(group, 10), "")
		return
	}
	text, out := x.s, ""
	v.find(n, x, func(at []int) bool {
		if lo := at[2*group]; lo >= 0 {
			out = javaregex.Cut(text, lo, at[2*group+1])
		}
		return false
	})
	x.s = out
}

// replaceAll is Matcher.appendReplacement for each match in what begins at a
// character of the text; what is before it is out of sight.
func (v *env) replaceAll(n *node, x *value, with string, from int64) {
	if from < 1 {
		v.fail(n, x, ErrRange, "position "+strconv.FormatInt(from, 10), "regexp_replace counts from 1")
		return
	}
	before := cut(x.s, 0, from-1)
	x.s = x.s[len(before):]
	out, text := []byte(before), x.s // not x itself, which must stay on the stack
	last := 0
	bad := ""
	v.find(n, x, func(at []int) bool {
		out = append(out, javaregex.Cut(text, last, at[0])...)
		last = at[1]
		out, bad = n.pat.replacement(out, text, with, at)
		return bad == "" && !v.tooLong(n, x, len(out))
	})
	if x.null {
		return
	}
	if bad != "" {
		v.fail(n, x, ErrValue, bad, "")
	}
	x.s = string(append(out, javaregex.Cut(x.s, last, len(x.s))...))
}

// replacement appends what stands for a match: $1 and ${name} are groups, a
// backslash makes the next character stand for itself.
func (p *pattern) replacement(out []byte, text, with string, at []int) ([]byte, string) {
	for i := 0; i < len(with); i++ {
		switch c := with[i]; {
		case c == '\\':
			if i++; i == len(with) {
				return out, "a backslash at the end of the replacement"
			}
			out = append(out, with[i])
		case c != '$':
			out = append(out, c)
		default:
			rest := with[i+1:]
			group := -1
			if end := strings.IndexByte(rest, '}'); strings.HasPrefix(rest, "{") && end > 0 {
				if group = p.re.Group(rest[1:end]); group == 0 {
					return out, "the expression has no group " + strconv.Quote(rest[1:end])
				}
				i += end + 1
			} else if rest != "" && '0' <= rest[0] && rest[0] <= '9' {
				group = int(rest[0] - '0')
				k := 1
				for ; k < len(rest) && '0' <= rest[k] && rest[k] <= '9'; k++ {
					more := 10*group + int(rest[k]-'0')
					if more > p.re.Groups() {
						break
					}
					group = more
				}
				i += k
			}
			if group < 0 || group > p.re.Groups() {
				return out, "a $ in the replacement without a group of the expression"
			}
			if lo := at[2*group]; lo >= 0 {
				out = append(out, javaregex.Cut(text, lo, at[2*group+1])...)
			}
		}
	}
	return out, ""
}

// split is UTF8String.split: empty pieces at the end count, and an empty
// expression gives the characters.
func (v *env) split(n *node, x *value, limit int) {
	list := &frame.Value{}
	if n.pat.empty && x.s != "" {
		for i, r := range x.s {
			if limit > 0 && len(list.Strs) == limit-1 {
				list.Strs = append(list.Strs, x.s[i:])
				break
			}
			list.Strs = append(list.Strs, string(r))
		}
		x.v = list
		return
	}
	last, text := 0, x.s
	v.find(n, x, func(at []int) bool {
		if limit > 0 && len(list.Strs) == limit-1 {
			return false
		}
		if at[1] > 0 { // an empty match at the beginning does not cut
			list.Strs = append(list.Strs, javaregex.Cut(text, last, at[0]))
			last = at[1]
		}
		return true
	})
	list.Strs = append(list.Strs, javaregex.Cut(x.s, last, len(x.s)))
	x.v = list
}
