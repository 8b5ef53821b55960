package frame

import (
	"math"
	"strconv"

	"github.com/pageleap/pageleap/engine/internal/json"
)

// Limits is how much a reader takes before it gives up with ErrLimit, so that
// a hostile body costs no more than its own size. A zero means the default; a
// negative number means no limit.
type Limits struct {
	Bytes        int // of input; of one line or record when streaming. 64 MiB
	Rows         int // of a frame. 1,048,576
	Elements     int // of one list, map or tensor, counting what a sparse tensor leaves out. 16,777,216
	StringLength int // bytes of one string. 16 MiB
	Depth        int // of arrays and objects in one another, in JSON. 200; 10,000 at most
	Output       int // bytes of the values that a pipeline adds to a frame. 1 GiB
}

// ReadOptions says how to read. The zero value is the defaults.
type ReadOptions struct {
	Limits Limits
	// Strict refuses keys of NDJSON objects and columns of CSV that the schema
	// does not name, which are otherwise passed over.
	Strict bool
	// FrameRows is the number of rows in each frame that a Reader gives. 0 means 1,024.
	FrameRows int
	// Last is for whoever reads many JSON leap frames with one schema; nil: each
	// is read for itself.
	Last *LastSchema
}

// Filled has the defaults in place of zeros.
func (l Limits) Filled() Limits {
	for _, p := range []struct {
		n   *int
		def int
	}{{&l.Bytes, 1 << 26}, {&l.Rows, 1 << 20}, {&l.Elements, 1 << 24}, {&l.StringLength, 1 << 24}, {&l.Depth, json.MaxDepth}, {&l.Output, 1 << 30}} {
		if *p.n == 0 {
			*p.n = p.def
		}
		if *p.n < 0 {
			*p.n = math.MaxInt
		}
	}
	l.Depth = min(l.Depth, 10_000)              // what a stack has room for
	l.Elements = min(l.Elements, math.MaxInt32) // Value.Indices are 32 bits wide
	return l
}

// TooMuch is the error for a frame to which a pipeline would add more than so
// many bytes.
func TooMuch(limit int) error { return at("bytes of outputs", overLimit("Output", limit)) }

// decoder reads JSON within the limits.
func (l Limits) decoder(data []byte) *json.Decoder {
	d := json.NewDecoder(data)
	d.MaxDepth = l.Depth
	return d
}

// overLimit is the error for a limit called name.
func overLimit(name string, limit int) error {
	return &Error{Kind: ErrLimit, Msg: "more than " + strconv.Itoa(limit) + " (the limit frame." + name + ")"}
}
