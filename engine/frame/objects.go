package frame

import (
	"strconv"

	"github.com/pageleap/pageleap/engine/internal/json"
)

// ReadObjects reads a JSON object, which is one row, or an array of them; array
// says which. The objects are as in ReadNDJSON, but need not be on lines of
// their own.
func ReadObjects(data []byte, s Schema, opts ReadOptions) (f *Frame, array bool, err error) {
	lim := opts.Limits.Filled()
	n, err := newNDJSON(data, nil, s, opts)
	if err != nil {
		return nil, false, err
	}
	f = New(s)
	d := lim.decoder(data)
	switch k := d.Kind(); k {
	case json.Object:
		err = n.object(d, f)
	case json.Array:
		array = true
		err = d.Array(func(i int) error {
			if i >= lim.Rows {
				return inRows(overLimit("Rows", lim.Rows))
			}
			if err := n.object(d, f); err != nil {
				return at("row "+strconv.Itoa(i), err)
			}
			return nil
		})
	default:
		return nil, false, &Error{Kind: ErrFormat, Msg: "found " + k.String() + " where an object, or an array of them, belongs"}
	}
	if err == nil {
		err = d.End()
	}
	if err != nil {
		return nil, array, malformed(err)
	}
	return f, array, nil
}
