package sql

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Error is a fault in a statement, or a part of it that is not supported, with
// its place.
type Error struct {
	Pos int // in bytes, from 0
	Msg string
}

func (e *Error) Error() string { return e.Msg + " at character " + strconv.Itoa(e.Pos+1) }

type kind uint8

const (
	tEnd    kind = iota
	tWord        // identifier or keyword
	tQuoted      // `identifier`
	tNumber
	tString
	tOp
)

type token struct {
	kind     kind
	text     string // a word as written; what a string or quoted identifier stands for
	pos, end int
}

// is says whether the token is this keyword or operator.
func (t *token) is(s string) bool {
	return t.kind == tOp && t.text == s || t.kind == tWord && strings.EqualFold(t.text, s)
}

// isAny says whether the token is one of these words or operators, which stand
// between blanks.
func (t *token) isAny(words string) bool {
	return (t.kind == tOp || t.kind == tWord) && strings.Contains(words, " "+strings.ToUpper(t.text)+" ")
}

// operators, longest first.
var operators = [...]string{"<=>", "<>", "!=", "<=", ">=", "==", "!<", "!>", "||", "::", "<<", ">>", "=>", "->",
	"(", ")", ",", ".", "*", "/", "%", "+", "-", "=", "<", ">", "&", "|", "^", "~", "!", "[", "]", ";", ":"}

// lex cuts a statement into tokens, the last of them tEnd.
func lex(s string) ([]token, error) {
	var toks []token
next:
	for i := 0; ; {
		for i < len(s) {
			switch {
			case s[i] == ' ' || s[i] >= '\t' && s[i] <= '\r':
				i++
			case strings.HasPrefix(s[i:], "--"):
				for i < len(s) && s[i] != '\n' {
					i++
				}
			case strings.HasPrefix(s[i:], "/*"):
				n := strings.Index(s[i+2:], "*/")
				if n < 0 {
					return nil, &Error{i, "a comment without an end"}
				}
				i += n + 4
			default:
				goto token
			}
		}
		return append(toks, token{kind: tEnd, pos: len(s), end: len(s)}), nil
	token:
		c := s[i]
		switch {
		case c == '`':
			text, n := quoted(s[i:], '`')
			if n == 0 {
				return nil, &Error{i, "a quoted name without an end"}
			}
			toks = append(toks, token{tQuoted, strings.ReplaceAll(text, "``", "`"), i, i + n})
			i += n
		case c == '\'' || c == '"', (c == 'r' || c == 'R') && i+1 < len(s) && (s[i+1] == '\'' || s[i+1] == '"'):
			raw := c|0x20 == 'r'
			from := i
			if raw {
				i++
			}
			text, n := cutString(s[i:], raw)
			if n == 0 {
				return nil, &Error{from, "a string without an end"}
			}
			i += n
			if k := len(toks); k > 0 && toks[k-1].kind == tString { // 'a' 'b' is one string
				toks[k-1].text += text
				toks[k-1].end = i
				continue
			}
			toks = append(toks, token{tString, text, from, i})
		case '0' <= c && c <= '9', c == '.' && i+1 < len(s) && '0' <= s[i+1] && s[i+1] <= '9':
			n := number(s[i:])
			k := tNumber
			if n == 0 { // such as 2nd: digits may begin a name
				n, k = word(s[i:]), tWord
			}
			if n == 0 {
				return nil, &Error{i, "a malformed number"}
			}
			toks = append(toks, token{k, s[i : i+n], i, i + n})
			i += n
		default:
			if n := word(s[i:]); n > 0 {
				toks = append(toks, token{tWord, s[i : i+n], i, i + n})
				i += n
				continue
			}
			for _, op := range operators {
				if strings.HasPrefix(s[i:], op) {
					toks = append(toks, token{tOp, op, i, i + len(op)})
					i += len(op)
					continue next
				}
			}
			r, _ := utf8.DecodeRuneInString(s[i:])
			return nil, &Error{i, "unexpected " + strconv.QuoteRune(r)}
		}
	}
}

// word is the length of the identifier that s begins with.
func word(s string) int {
	for i, r := range s {
		if r != '_' && !('0' <= r && r <= '9') && !unicode.IsLetter(r) {
			return i
		}
	}
	return len(s)
}

// number is the length of the number that s begins with, its suffix included;
// 0 where it goes on as a name.
func number(s string) int {
	i := 0
	digits := func() {
		for i < len(s) && '0' <= s[i] && s[i] <= '9' {
			i++
		}
	}
	digits()
	if i < len(s) && s[i] == '.' {
		i++
		digits()
	}
	if i < len(s) && s[i]|0x20 == 'e' {
		j := i
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		if k := i; true {
			if digits(); i == k {
				i = j
			}
		}
	}
	switch rest := strings.ToUpper(s[i:min(len(s), i+2)]); {
	case rest == "BD":
		i += 2
	case rest != "" && strings.IndexByte("LSYDF", rest[0]) >= 0:
		i++
	}
	if word(s[i:]) > 0 {
		return 0
	}
	return i
}

// quoted is what is between two of the same quotes, and how long it is with
// them; a doubled quote does not end it.
func quoted(s string, q byte) (text string, n int) {
	for i := 1; i < len(s); i++ {
		if s[i] != q {
			continue
		}
		if i+1 < len(s) && s[i+1] == q {
			i++
			continue
		}
		return s[1:i], i + 1
	}
	return "", 0
}

// cutString reads a string in either kind of quotes (SparkParserUtils.scala,
// unescapeSQLString): \n and its like, \uXXXX, octal \ooo; \% and \_ stay as
// they are, for LIKE; any other backslash is left out. A raw string has none.
func cutString(s string, raw bool) (text string, n int) {
	q := s[0]
	var b []byte
	for i := 1; i < len(s); {
		c := s[i]
		switch {
		case c == q && i+1 < len(s) && s[i+1] == q && !raw:
			b = append(b, q)
			i += 2
		case c == q:
			return string(b), i + 1
		case c != '\\' || raw || i+1 >= len(s):
			b = append(b, c)
			i++
		default:
			i++
			if r, k := escaped(s[i:]); k > 0 {
				b = utf8.AppendRune(b, r)
				i += k
				continue
			}
			switch c := s[i]; c {
			case '%', '_':
				b = append(b, '\\', c)
			default:
				b = append(b, c)
			}
			i++
		}
	}
	return "", 0
}

// escaped is the character that what follows a backslash stands for, and its length.
func escaped(s string) (r rune, n int) {
	for _, hex := range [...]struct {
		letter byte
		digits int
	}{{'u', 4}, {'U', 8}} {
		if s[0] == hex.letter && len(s) > hex.digits {
			if v, err := strconv.ParseUint(s[1:1+hex.digits], 16, 32); err == nil && v <= unicode.MaxRune {
				return rune(v), 1 + hex.digits
			}
		}
	}
	if len(s) >= 3 && '0' <= s[0] && s[0] <= '1' && '0' <= s[1] && s[1] <= '7' && '0' <= s[2] && s[2] <= '7' {
		return rune(s[0]-'0')<<6 | rune(s[1]-'0')<<3 | rune(s[2]-'0'), 3
	}
	switch s[0] {
	case '0':
		return 0, 1
	case 'b':
		return '\b', 1
	case 'n':
		return '\n', 1
	case 'r':
		return '\r', 1
	case 't':
		return '\t', 1
	case 'Z':
		return 26, 1
	}
	return 0, 0
}
