package javaregex

import (
	"strings"
	"unicode"
)

// definitions are the classes that have names, as java.util.regex.Pattern
// documents them, written as classes themselves: text costs scorer.wasm less
// than code. A "~" says that under the flag i the class holds all cases.
//
// First the escapes (\d, and \d under the flag U), then POSIX classes and
// others, which stand as they are in \p{…}, then those after "Is", and last the
// blocks, after "In". Of the blocks there are the ones of the scripts in tables,
// and a few that patterns often name.
const definitions = `
\d 0-9
\s \t-\r\x20
\w a-zA-Z0-9_
\h \x20\t\u00a0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000
\v \n-\r\u0085\u2028\u2029
U\d \p{Nd}
U\s \p{IsWHITESPACE}
U\w \p{IsWORD}

Lower ~a-z
Upper ~A-Z
Alpha a-zA-Z
Digit 0-9
Alnum a-zA-Z0-9
Punct !-/:-@\[-\x60{-\x7e
Graph !-\x7e
Print \x20-\x7e
Blank \x20\t
Cntrl \x00-\x1f\x7f
XDigit 0-9a-fA-F
Space \t-\r\x20
ULower \p{IsLOWERCASE}
UUpper \p{IsUPPERCASE}
UAlpha \p{IsALPHABETIC}
UDigit \p{Nd}
UAlnum \p{IsALNUM}
UPunct \p{P}
UGraph \p{IsGRAPH}
UPrint \p{IsPRINT}
UBlank \p{IsBLANK}
UCntrl \p{Cc}
UXDigit \p{IsHEXDIGIT}
USpace \p{IsWHITESPACE}

M \p{Mn}\p{Mc}\p{Me}
N \p{Nd}\p{Nl}\p{No}
P \p{Po}\p{Pd}\p{Ps}\p{Pe}\p{Pi}\p{Pf}\p{Pc}
S \p{So}\p{Sm}\p{Sc}\p{Sk}
C ^\p{L}\p{M}\p{N}\p{P}\p{S}\p{Z}
Cn \p{C}&&[^\p{Cc}\p{Cf}\p{Co}\p{Cs}]
LC \p{Lu}\p{Ll}\p{Lt}
LD \p{L}\p{Nd}
L1 \x00-\xff
ASCII \x00-\x7f
all \x00-\x{10ffff}
javaLowerCase ~\p{IsLOWERCASE}
javaUpperCase ~\p{IsUPPERCASE}
javaTitleCase ~\p{Lt}
javaAlphabetic \p{IsALPHABETIC}
javaIdeographic \p{Ideographic}
javaDigit \p{Nd}
javaLetter \p{L}
javaLetterOrDigit \p{L}\p{Nd}
javaSpaceChar \p{Z}
javaWhitespace \t-\r\x1c-\x1f[\p{Z}&&[^\u00a0\u2007\u202f]]
javaISOControl \p{Cc}

IsALPHABETIC \p{L}\p{Nl}\p{OtherAlphabetic}
IsLETTER \p{L}
IsIDEOGRAPHIC \p{Ideographic}
IsLOWERCASE ~\p{Ll}\p{OtherLowercase}
IsUPPERCASE ~\p{Lu}\p{OtherUppercase}
IsTITLECASE ~\p{Lt}
IsWHITESPACE \p{Z}\t-\r\u0085
IsCONTROL \p{Cc}
IsPUNCTUATION \p{P}
IsHEXDIGIT \p{Nd}a-fA-F\uff21-\uff26\uff41-\uff46
IsASSIGNED \P{Cn}
IsDIGIT \p{Nd}
IsALNUM \p{IsALPHABETIC}\p{Nd}
IsBLANK \p{Zs}\t
IsGRAPH ^\p{Z}\p{Cc}\p{Cs}\p{Cn}
IsPRINT \p{IsGRAPH}\p{Zs}&&\P{Cc}
IsWORD \p{IsALPHABETIC}\p{M}\p{Nd}\p{Pc}\u200c\u200d
IsJOINCONTROL \u200c\u200d

InBASICLATIN \x00-\x7f
InLATIN1SUPPLEMENT \x80-\xff
InLATINEXTENDEDA \u0100-\u017f
InLATINEXTENDEDB \u0180-\u024f
InCOMBININGDIACRITICALMARKS \u0300-\u036f
InGREEK \u0370-\u03ff
InGREEKANDCOPTIC \u0370-\u03ff
InCYRILLIC \u0400-\u04ff
InHEBREW \u0590-\u05ff
InARABIC \u0600-\u06ff
InDEVANAGARI \u0900-\u097f
InTHAI \u0e00-\u0e7f
InGENERALPUNCTUATION \u2000-\u206f
InCURRENCYSYMBOLS \u20a0-\u20cf
InCJKSYMBOLSANDPUNCTUATION \u3000-\u303f
InHIRAGANA \u3040-\u309f
InKATAKANA \u30a0-\u30ff
InCJKUNIFIEDIDEOGRAPHS \u4e00-\u9fff
InHANGULSYLLABLES \uac00-\ud7af
InEMOTICONS \x{1f600}-\x{1f64f}
`

// defined is the class of a line of the definitions, nil where there is none.
func (p *parser) defined(name string) *pred {
	_, class, ok := strings.Cut(definitions, "\n"+name+" ")
	if !ok {
		return nil
	}
	class, _, _ = strings.Cut(class, "\n")
	if class[0] == '~' {
		class = class[1:]
		switch {
		case !p.has(caseless):
		case name == "Lower" || name == "Upper":
			class = `a-zA-Z`
		default:
			class = `\p{IsLOWERCASE}\p{IsUPPERCASE}\p{Lt}`
		}
	}
	if name[0] == 'I' && name[1] == 'n' {
		class += `&&\p{all}` // not narrow
	}
	q := parser{toks: tokens(class + "]")}
	return q.union(true)
}

// escapeClass is the class of the escape \c, nil where it is none. Capitals
// are the complements.
func (p *parser) escapeClass(c rune) *pred {
	low := c | 0x20
	if low < 'd' || low > 'w' {
		return nil
	}
	name := `\` + string(low)
	var q *pred
	if p.has(unicodeClass) {
		q = p.defined("U" + name)
	}
	if q == nil {
		q = p.defined(name)
	}
	if q != nil && c != low {
		return not(q)
	}
	return q
}

// property is the class \p{name}, nil where there is none here.
func (p *parser) property(name string) *pred {
	if key, value, ok := strings.Cut(name, "="); ok {
		switch letters(key) {
		case "SC", "SCRIPT":
			return script(letters(value))
		case "BLK", "BLOCK":
			return p.defined("In" + letters(value))
		case "GC", "GENERALCATEGORY":
			return p.category(value)
		}
		return nil
	}
	if block, ok := strings.CutPrefix(name, "In"); ok {
		return p.defined("In" + letters(block))
	}
	if rest, ok := strings.CutPrefix(name, "Is"); ok {
		q := p.defined("Is" + letters(rest))
		if q == nil {
			q = p.category(rest)
		}
		if q == nil {
			q = script(letters(rest))
		}
		return q
	}
	if p.has(unicodeClass) {
		if q := p.defined("U" + name); q != nil {
			return q
		}
	}
	return p.category(name)
}

// category is a general category, or a class that is defined as it stands.
func (p *parser) category(name string) *pred {
	if p.has(caseless) && (name == "Lu" || name == "Ll" || name == "Lt") {
		name = "LC"
	}
	if q := table(name); q != nil {
		return q
	}
	return p.defined(name)
}

// letters is a name's letters and digits in upper case: most names are compared
// so.
func letters(name string) string {
	var b []byte
	for i := 0; i < len(name); i++ {
		c := name[i]
		if 'a' <= c && c <= 'z' {
			c ^= 0x20
		}
		if c != ' ' && c != '_' && c != '-' {
			b = append(b, c)
		}
	}
	return string(b)
}

// table is a class that is one of Unicode's tables: a general category, or a
// property that others are made of. The tables are Go's, of a later version than
// Java 17's 13.0; they differ in characters assigned since.
func table(name string) *pred {
	return pick("L Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Z Zs Zl Zp Cc Cf Co Cs "+
		"Ideographic OtherAlphabetic OtherLowercase OtherUppercase ", name,
		unicode.L, unicode.Lu, unicode.Ll, unicode.Lt, unicode.Lm, unicode.Lo, unicode.Mn, unicode.Mc, unicode.Me,
		unicode.Nd, unicode.Nl, unicode.No, unicode.Pc, unicode.Pd, unicode.Ps, unicode.Pe, unicode.Pi, unicode.Pf, unicode.Po,
		unicode.Sm, unicode.Sc, unicode.Sk, unicode.So, unicode.Z, unicode.Zs, unicode.Zl, unicode.Zp,
		unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs,
		unicode.Ideographic, unicode.Other_Alphabetic, unicode.Other_Lowercase, unicode.Other_Uppercase)
}

// script is one of the scripts that web pages are mostly written in, by name or
// by ISO 15924 code. Each costs scorer.wasm its table, so they are not all here.
func script(name string) *pred {
	tables := [...]*unicode.RangeTable{unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Han, unicode.Hiragana,
		unicode.Katakana, unicode.Hangul, unicode.Arabic, unicode.Hebrew, unicode.Devanagari, unicode.Thai}
	q := pick("LATIN GREEK CYRILLIC HAN HIRAGANA KATAKANA HANGUL ARABIC HEBREW DEVANAGARI THAI ", name, tables[:]...)
	if q == nil {
		q = pick("LATN GREK CYRL HANI HIRA KANA HANG ARAB HEBR DEVA THAI ", name, tables[:]...)
	}
	return q
}

// pick is the table at the place that name has among names.
func pick(names, name string, tables ...*unicode.RangeTable) *pred {
	for i := 0; names != ""; i++ {
		first, rest, _ := strings.Cut(names, " ")
		if first == name {
			return &pred{op: isTable, table: tables[i]}
		}
		names = rest
	}
	return nil
}
