package transform

import "errors"

// What errors.Is finds in an error from a transformer.
var (
	ErrUnknownOp = errors.New("unknown op")
	ErrNull      = errors.New("null value")         // null where none may be
	ErrUnseen    = errors.New("unseen category")    // a label or category the model was not fitted on
	ErrRange     = errors.New("value out of range") // a number outside what the op accepts, NaN among them
	ErrShape     = errors.New("wrong vector size")  // a vector of another size than the model's
	ErrValue     = errors.New("unacceptable value") // any other value that the op cannot take
)

// Drop is what Transform returns for a row that handle_invalid = skip leaves
// out. It is not a fault.
var Drop = errors.New("row dropped")

// InputError is a row's value that a transformer cannot take. The plan adds
// the op's path and the column's name.
type InputError struct {
	Port int    // index in Inputs
	Kind error  // one of the sentinels above
	Msg  string // what is wrong: `unseen label "affiliate"`
	Hint string // what to do: `handle_invalid is "error"; "keep" would index it`
}

func (e *InputError) Error() string {
	if e.Hint != "" {
		return e.Msg + " (" + e.Hint + ")"
	}
	return e.Msg
}
func (e *InputError) Unwrap() error { return e.Kind }

// Bad makes an InputError about the value at an input port.
func Bad(port int, kind error, msg, hint string) error {
	return &InputError{Port: port, Kind: kind, Msg: msg, Hint: hint}
}
