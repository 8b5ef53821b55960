package transform

import "strconv"

// invalid is what an op does with a value that its model does not know:
// Spark's param handleInvalid.
type invalid uint8

const (
	invalidError invalid = iota // refuse the row
	invalidSkip                 // drop the row
	invalidKeep                 // give the value a category of its own
)

// readInvalid reads the attribute handle_invalid, def where there is none.
func readInvalid(s *Source, def invalid) invalid {
	if !s.Has("handle_invalid") {
		return def
	}
	switch v := s.String("handle_invalid"); v {
	case "error":
		return invalidError
	case "skip":
		return invalidSkip
	case "keep":
		return invalidKeep
	default:
		s.Fail("handle_invalid", "is "+strconv.Quote(v)+`, not "error", "skip" or "keep"`)
		return invalidError
	}
}
