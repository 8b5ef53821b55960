// Package spelling guesses what a misspelt name was meant to be.
package spelling

import "strconv"

// Hint is the nearest of names in the form of a hint to end an error with:
// ` (did you mean "probability"?)`. It is "" where there is none.
func Hint(name string, names []string) string {
	if n := Nearest(name, names); n != "" {
		return " (did you mean " + strconv.Quote(n) + "?)"
	}
	return ""
}

// Nearest is the one of names that is spelt most like name, "" where none is
// much like it.
func Nearest(name string, names []string) string {
	best, most := "", min(max(1, len(name)/3)+1, len(name)) // something must be the same
	for _, n := range names {
		if d := distance(name, n, most); d < most {
			best, most = n, d
		}
	}
	return best
}

// distance is the number of bytes to insert, remove or replace to make a of b,
// or most if it is no less. Two neighbours that changed places count as one.
func distance(a, b string, most int) int {
	if len(a)-len(b) >= most || len(b)-len(a) >= most {
		return most
	}
	older, row, next := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next[0] = i + 1
		for j := range len(b) {
			d := row[j]
			if a[i] != b[j] {
				d = 1 + min(row[j], row[j+1], next[j])
			}
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				d = min(d, 1+older[j-1])
			}
			next[j+1] = d
		}
		older, row, next = row, next, older
	}
	return min(row[len(b)], most)
}
