package frame

import "github.com/pageleap/pageleap/engine/internal/json"

// Auto stands for whichever of JSON, NDJSON and CSV the text looks like.
const Auto Format = 255

// Sniff says which of JSON, NDJSON and CSV a text, or its first few thousand
// bytes, looks like: a first line that is an object of its own, and not a whole
// leap frame, is NDJSON; other objects are JSON; all else is CSV.
func Sniff(text []byte) Format {
	d := json.NewDecoder(text)
	if d.Kind() != json.Object {
		return CSV
	}
	leap := false
	err := d.Object(func(key string) error {
		leap = leap || key == "schema" || key == "rows"
		return d.Skip()
	})
	if err == nil && !leap {
		return NDJSON
	}
	return JSON
}
