package frame

import "errors"

// What errors.Is finds in an error about a frame.
var (
	ErrFormat = errors.New("malformed frame")    // the bytes are not of the format they claim
	ErrSchema = errors.New("schema mismatch")    // a column is missing or of another type
	ErrValue  = errors.New("unacceptable value") // a value its column's type cannot hold
	ErrLimit  = errors.New("limit exceeded")     // the input is larger than the reader was told to take
)

// Error says what is wrong in a frame, and is one of the sentinels above.
type Error struct {
	Kind error
	Msg  string
}

func (e *Error) Error() string { return e.Msg }
func (e *Error) Unwrap() error { return e.Kind }
