package store

import "testing"

func FuzzIndex(f *testing.F) {
	const hash = "8f43000000000000000000000000000000000000000000000000000000000000"
	f.Add([]byte(`{"models":{"visitor":{"current":"4","versions":{"4":"` + hash + `"}}},"experiments":[]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		x, err := Parse(data)
		if err != nil {
			return
		}
		for name, m := range x.Models {
			if m.Versions[m.Current] == "" {
				t.Fatalf("model %q has no current version", name)
			}
		}
	})
}
