package base64

import (
	"encoding/base64"
	"testing"
)

// The standard library is the oracle, with padding and without.
func FuzzBase64(f *testing.F) {
	for _, s := range []string{"", "a", "ab", "abc", "\x00\xff\xfe+/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		b := Append(nil, s)
		if want := base64.StdEncoding.EncodeToString([]byte(s)); string(b) != want {
			t.Fatalf("%q: %s, want %s", s, b, want)
		}
		if got, fault := Decode(b); got != s || fault != "" {
			t.Fatalf("%q: %q, %s", s, got, fault)
		}
		if got, fault := Decode([]byte(base64.RawStdEncoding.EncodeToString([]byte(s)))); got != s || fault != "" {
			t.Fatalf("%q: %q, %s", s, got, fault)
		}
		// Any text: what the standard library takes is taken (it also skips line
		// ends, which Java's basic decoder does not).
		for _, c := range []byte(s) {
			if c == '\r' || c == '\n' {
				return
			}
		}
		want, err := base64.StdEncoding.DecodeString(s)
		if err != nil {
			want, err = base64.RawStdEncoding.DecodeString(s)
		}
		if got, fault := Decode([]byte(s)); (fault == "") != (err == nil) || err == nil && got != string(want) {
			t.Fatalf("%q: %q, %s; want %q, %v", s, got, fault, want, err)
		}
	})
}
