package javaregex

import (
	"strings"
	"unicode"
)

// Character classes by name, each as java.util.regex.Pattern documents it. The
// tables are Go's, of a later Unicode version than Java 17's 13.0: they differ
// in characters assigned since.

func asciiLower() *pred { return span('a', 'z') }
func asciiUpper() *pred { return span('A', 'Z') }
func asciiAlpha() *pred { return either(asciiLower(), asciiUpper()) }
func asciiDigit() *pred { return span('0', '9') }
func asciiSpace() *pred { return either(span('\t', '\r'), oneOf(" ")) }
func asciiAlnum() *pred { return either(asciiAlpha(), asciiDigit()) }
func asciiWord() *pred  { return either(asciiAlnum(), oneOf("_")) }
func asciiGraph() *pred { return span('!', '~') }

func horizontal() *pred {
	return either(oneOf(" \t\u00a0\u1680\u180e\u202f\u205f\u3000"), span(0x2000, 0x200a))
}
func vertical() *pred { return either(span('\n', '\r'), oneOf("\u0085\u2028\u2029")) }

func letter() *pred        { return in(unicode.L) }
func letterOrDigit() *pred { return in(unicode.L, unicode.Nd) }
func lowerCase() *pred     { return in(unicode.Ll, unicode.Other_Lowercase) }
func upperCase() *pred     { return in(unicode.Lu, unicode.Other_Uppercase) }
func alphabetic() *pred    { return in(unicode.L, unicode.Nl, unicode.Other_Alphabetic) }
func control() *pred       { return in(unicode.Cc) }
func whiteSpace() *pred    { return either(in(unicode.Z), either(span('\t', '\r'), oneOf("\u0085"))) }

func word() *pred {
	return either(alphabetic(), either(in(unicode.M, unicode.Nd, unicode.Pc), span(0x200c, 0x200d)))
}

// unassigned is everything that is in no other category: Cn with Cs and Co.
func unassigned() *pred {
	return not(in(unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs))
}

// escape is the class of the escape \c, nil where c is not one's name.
func escapeClass(c rune, uni bool) *pred {
	switch c {
	case 'd':
		if uni {
			return in(unicode.Nd)
		}
		return asciiDigit()
	case 'D', 'S', 'W', 'H', 'V':
		return not(escapeClass(c|0x20, uni))
	case 's':
		if uni {
			return whiteSpace()
		}
		return asciiSpace()
	case 'w':
		if uni {
			return word()
		}
		return asciiWord()
	case 'h':
		return horizontal()
	case 'v':
		return vertical()
	}
	return nil
}

// property is the class \p{name}, nil where there is none here. Without regard
// to case, a class of one case holds the letters of all.
func property(name string, caseless, uni bool) *pred {
	if key, value, ok := strings.Cut(name, "="); ok {
		switch strings.ToLower(key) {
		case "sc", "script":
			return script(value)
		case "blk", "block":
			return block(value)
		case "gc", "general_category":
			return category(value, caseless)
		}
		return nil
	}
	if rest, ok := strings.CutPrefix(name, "In"); ok {
		return block(rest)
	}
	if rest, ok := strings.CutPrefix(name, "Is"); ok {
		p := binary(rest, caseless)
		if p == nil {
			p = category(rest, caseless)
		}
		if p == nil {
			p = script(rest)
		}
		return p
	}
	if uni {
		switch name {
		case "Lower":
			return binary("lowercase", caseless)
		case "Upper":
			return binary("uppercase", caseless)
		case "Alpha":
			return alphabetic()
		case "Space":
			return whiteSpace()
		case "Punct":
			return in(unicode.P)
		case "Cntrl":
			return control()
		case "XDigit":
			return binary("hexdigit", caseless)
		case "Alnum", "Digit", "Blank", "Graph", "Print":
			return binary(name, caseless)
		}
	}
	return category(name, caseless)
}

// binary is a property of Unicode that a character has or has not.
func binary(name string, caseless bool) *pred {
	switch strings.ToUpper(name) {
	case "ALPHABETIC":
		return alphabetic()
	case "LETTER":
		return letter()
	case "IDEOGRAPHIC":
		return in(unicode.Ideographic)
	case "LOWERCASE":
		return cased(lowerCase(), caseless)
	case "UPPERCASE":
		return cased(upperCase(), caseless)
	case "TITLECASE":
		return cased(in(unicode.Lt), caseless)
	case "WHITE_SPACE", "WHITESPACE":
		return whiteSpace()
	case "CONTROL":
		return control()
	case "PUNCTUATION":
		return in(unicode.P)
	case "HEX_DIGIT", "HEXDIGIT":
		hex := either(span('a', 'f'), span('A', 'F'))
		return either(in(unicode.Nd), either(hex, either(span(0xFF21, 0xFF26), span(0xFF41, 0xFF46))))
	case "ASSIGNED":
		return not(unassigned())
	case "DIGIT":
		return in(unicode.Nd)
	case "ALNUM":
		return either(alphabetic(), in(unicode.Nd))
	case "BLANK":
		return either(in(unicode.Zs), oneOf("\t"))
	case "GRAPH":
		return graph()
	case "PRINT":
		return both(either(graph(), in(unicode.Zs)), not(control()))
	case "WORD":
		return word()
	case "JOIN_CONTROL", "JOINCONTROL":
		return span(0x200c, 0x200d)
	}
	return nil
}

func graph() *pred { return not(either(in(unicode.Z, unicode.Cc, unicode.Cs), unassigned())) }

// cased is p, or every letter that has case.
func cased(p *pred, caseless bool) *pred {
	if caseless {
		return either(lowerCase(), either(upperCase(), in(unicode.Lt)))
	}
	return p
}

// category is a general category, a POSIX class of ASCII, or one of Java's own.
func category(name string, caseless bool) *pred {
	switch name {
	case "ASCII":
		return span(0, 0x7F)
	case "L1":
		return span(0, 0xFF)
	case "all":
		return span(0, unicode.MaxRune)
	case "Lower", "Upper":
		if caseless {
			return asciiAlpha()
		}
		if name == "Lower" {
			return asciiLower()
		}
		return asciiUpper()
	case "Alpha":
		return asciiAlpha()
	case "Digit":
		return asciiDigit()
	case "Alnum":
		return asciiAlnum()
	case "Punct":
		return either(either(span('!', '/'), span(':', '@')), either(span('[', '`'), span('{', '~')))
	case "Graph":
		return asciiGraph()
	case "Print":
		return span(' ', '~')
	case "Blank":
		return oneOf(" \t")
	case "Cntrl":
		return either(span(0, 0x1F), oneOf("\x7F"))
	case "XDigit":
		return either(asciiDigit(), either(span('a', 'f'), span('A', 'F')))
	case "Space":
		return asciiSpace()

	case "C":
		return not(in(unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z))
	case "Cn":
		return unassigned()
	case "LD", "javaLetterOrDigit":
		return letterOrDigit()
	case "Lu", "Ll", "Lt":
		if caseless {
			name = "LC"
		}
	case "javaLowerCase":
		return cased(lowerCase(), caseless)
	case "javaUpperCase":
		return cased(upperCase(), caseless)
	case "javaTitleCase":
		return cased(in(unicode.Lt), caseless)
	case "javaAlphabetic":
		return alphabetic()
	case "javaIdeographic":
		return in(unicode.Ideographic)
	case "javaDigit":
		return in(unicode.Nd)
	case "javaLetter":
		return letter()
	case "javaSpaceChar":
		return in(unicode.Z)
	case "javaWhitespace":
		breaking := both(in(unicode.Z), not(oneOf("\u00a0\u2007\u202f")))
		return either(breaking, either(span('\t', '\r'), span(0x1C, 0x1F)))
	case "javaISOControl":
		return control()
	}
	if name == "LC" {
		return in(unicode.Lu, unicode.Ll, unicode.Lt)
	}
	if t := generalCategory(name); t != nil {
		return in(t)
	}
	return nil
}

func generalCategory(name string) *unicode.RangeTable {
	switch name {
	case "L":
		return unicode.L
	case "Lu":
		return unicode.Lu
	case "Ll":
		return unicode.Ll
	case "Lt":
		return unicode.Lt
	case "Lm":
		return unicode.Lm
	case "Lo":
		return unicode.Lo
	case "M":
		return unicode.M
	case "Mn":
		return unicode.Mn
	case "Mc":
		return unicode.Mc
	case "Me":
		return unicode.Me
	case "N":
		return unicode.N
	case "Nd":
		return unicode.Nd
	case "Nl":
		return unicode.Nl
	case "No":
		return unicode.No
	case "P":
		return unicode.P
	case "Pc":
		return unicode.Pc
	case "Pd":
		return unicode.Pd
	case "Ps":
		return unicode.Ps
	case "Pe":
		return unicode.Pe
	case "Pi":
		return unicode.Pi
	case "Pf":
		return unicode.Pf
	case "Po":
		return unicode.Po
	case "S":
		return unicode.S
	case "Sm":
		return unicode.Sm
	case "Sc":
		return unicode.Sc
	case "Sk":
		return unicode.Sk
	case "So":
		return unicode.So
	case "Z":
		return unicode.Z
	case "Zs":
		return unicode.Zs
	case "Zl":
		return unicode.Zl
	case "Zp":
		return unicode.Zp
	case "Cc":
		return unicode.Cc
	case "Cf":
		return unicode.Cf
	case "Co":
		return unicode.Co
	case "Cs":
		return unicode.Cs
	}
	return nil
}

// script holds the scripts that web pages are mostly written in. Each costs
// scorer.wasm its table, so they are not all here.
func script(name string) *pred {
	switch strings.ToUpper(name) {
	case "LATIN", "LATN":
		return in(unicode.Latin)
	case "GREEK", "GREK":
		return in(unicode.Greek)
	case "CYRILLIC", "CYRL":
		return in(unicode.Cyrillic)
	case "HAN", "HANI":
		return in(unicode.Han)
	case "HIRAGANA", "HIRA":
		return in(unicode.Hiragana)
	case "KATAKANA", "KANA":
		return in(unicode.Katakana)
	case "HANGUL", "HANG":
		return in(unicode.Hangul)
	case "ARABIC", "ARAB":
		return in(unicode.Arabic)
	case "HEBREW", "HEBR":
		return in(unicode.Hebrew)
	case "DEVANAGARI", "DEVA":
		return in(unicode.Devanagari)
	case "THAI":
		return in(unicode.Thai)
	}
	return nil
}

// block holds the blocks of those scripts and a few that patterns often name.
func block(name string) *pred {
	if p := blockSpan(name); p != nil {
		return both(p, span(0, unicode.MaxRune)) // not narrow
	}
	return nil
}

func blockSpan(name string) *pred {
	switch strings.NewReplacer(" ", "", "_", "", "-", "").Replace(strings.ToUpper(name)) {
	case "BASICLATIN":
		return span(0, 0x7F)
	case "LATIN1SUPPLEMENT":
		return span(0x80, 0xFF)
	case "LATINEXTENDEDA":
		return span(0x100, 0x17F)
	case "LATINEXTENDEDB":
		return span(0x180, 0x24F)
	case "COMBININGDIACRITICALMARKS":
		return span(0x300, 0x36F)
	case "GREEK", "GREEKANDCOPTIC":
		return span(0x370, 0x3FF)
	case "CYRILLIC":
		return span(0x400, 0x4FF)
	case "HEBREW":
		return span(0x590, 0x5FF)
	case "ARABIC":
		return span(0x600, 0x6FF)
	case "DEVANAGARI":
		return span(0x900, 0x97F)
	case "THAI":
		return span(0xE00, 0xE7F)
	case "GENERALPUNCTUATION":
		return span(0x2000, 0x206F)
	case "CURRENCYSYMBOLS":
		return span(0x20A0, 0x20CF)
	case "CJKSYMBOLSANDPUNCTUATION":
		return span(0x3000, 0x303F)
	case "HIRAGANA":
		return span(0x3040, 0x309F)
	case "KATAKANA":
		return span(0x30A0, 0x30FF)
	case "CJKUNIFIEDIDEOGRAPHS":
		return span(0x4E00, 0x9FFF)
	case "HANGULSYLLABLES":
		return span(0xAC00, 0xD7AF)
	case "EMOTICONS":
		return span(0x1F600, 0x1F64F)
	}
	return nil
}
