package transform

import (
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
)

// vectorSizeHint passes vectors of one size.
//
// Spark: ml/feature/VectorSizeHint.scala, which MLeap does not have, and which
// works in place: input and output are one column. What is null or of another
// size is refused, or drops the row, or with "optimistic" passes too.
//
//	size            int
//	handle_invalid  "error", "skip" or "optimistic"
type vectorSizeHint struct {
	size      int
	onInvalid invalid // invalidKeep for "optimistic"
}

func readVectorSizeHint(s *Source) (Transformer, error) {
	t := &vectorSizeHint{size: s.Int("size")}
	switch v := s.String("handle_invalid"); v {
	case "error":
	case "skip":
		t.onInvalid = invalidSkip
	case "optimistic":
		t.onInvalid = invalidKeep
	default:
		s.Fail("handle_invalid", "is "+strconv.Quote(v)+`, not "error", "skip" or "optimistic"`)
	}
	if t.size < 0 {
		s.Fail("size", "is "+strconv.Itoa(t.size))
	}
	return t, s.Err()
}

func (t *vectorSizeHint) Inputs() []Port {
	return []Port{{Name: "input", Type: frame.TensorOf(frame.Double).OrNull()}}
}

func (t *vectorSizeHint) Outputs() []Port {
	return []Port{{Name: "output", Type: frame.TensorOf(frame.Double, t.size).OrNull()}}
}

func (t *vectorSizeHint) Transform(in, out []*frame.Value) error {
	v := in[0]
	fits := !v.Null && v.Size() == t.size
	switch {
	case fits || t.onInvalid == invalidKeep:
		out[0].Copy(v)
		return nil
	case t.onInvalid == invalidSkip:
		return Drop
	case v.Null:
		return Bad(0, ErrNull, "null where a vector goes", `handle_invalid is "error"; "skip" would drop the row`)
	}
	return Bad(0, ErrShape, "vector of "+strconv.Itoa(v.Size())+" elements, not "+strconv.Itoa(t.size),
		`handle_invalid is "error"; "skip" would drop the row`)
}
