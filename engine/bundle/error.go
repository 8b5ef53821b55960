package bundle

import "errors"

// What errors.Is finds in an error about a bundle.
var (
	ErrNotFound  = errors.New("no such file in the bundle")
	ErrMalformed = errors.New("malformed bundle")
	ErrAttribute = errors.New("unusable attribute")
	ErrLimit     = errors.New("limit exceeded")
)

// Error says where in a bundle something is wrong: "root/x.node/model.json: …".
type Error struct {
	Kind error
	Path string
	Msg  string
}

func (e *Error) Error() string {
	if e.Path == "" {
		return e.Msg
	}
	return e.Path + ": " + e.Msg
}
func (e *Error) Unwrap() error { return e.Kind }
