package javaregex

// CompileGroups is Compile for a pattern of whose groups Matches is to say
// where they match.
func CompileGroups(pattern string) (*Regexp, error) { return compile(pattern, true) }

// Groups is how many groups the pattern has.
func (re *Regexp) Groups() int { return len(re.groups) }

// Group is the number of the group of that name: 0 if there is none.
func (re *Regexp) Group(name string) int {
	for i, n := range re.groups {
		if n == name && n != "" {
			return i + 1
		}
	}
	return 0
}

// Matches calls found for each match in turn, with where it and each of the
// pattern's groups begin and end (-1 for a group that takes no part), until
// found says to stop. The slice holds until found returns.
func (re *Regexp) Matches(text string, found func(at []int) bool) error {
	m := machine{re: re, text: text}
	at := make([]int, 2+2*len(re.groups))
	for lo, hi := m.find(0); lo >= 0; lo, hi = m.next(lo, hi) {
		at[0], at[1] = lo, hi
		for i, r := range m.regs[2*len(re.loops):] {
			at[2+i] = int(r)
		}
		for i := 2; i < len(at); i += 2 { // a group begun again and not ended
			if at[i+1] < at[i] {
				at[i], at[i+1] = -1, -1
			}
		}
		if !found(at) {
			break
		}
	}
	return m.err
}

// Cut is the text between two places of a match.
func Cut(text string, lo, hi int) string { return cut(text, lo, hi) }
