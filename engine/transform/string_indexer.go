package transform

import (
	"slices"
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
)

// stringIndexer gives each label of each of its columns its position in the
// model's list.
//
// Spark: ml/feature/StringIndexer.scala (StringIndexerModel). A label that
// stands twice in the list has its last position. null counts as invalid, like
// a label not in the list: "error" refuses it, "skip" drops the row, "keep"
// gives it the position after the last. (MLeap fails on null under "skip"; Spark
// drops.) Columns of numbers are cast to string, as Spark writes numbers,
// before they are looked up.
//
// A model that Spark itself saved passes over a column that the frame lacks, as
// Spark does: the labels that a pipeline was trained with are not there when it
// scores. "dispensable" lists the ports of such columns.
type stringIndexer struct {
	inputs, outputs []Port
	columns         []labelIndex
	invalid         invalid
}

type labelIndex struct {
	few      []string // the labels in order, nil where there are more than a few
	position map[string]float64
	size     int // of the list, repetitions included
}

// few labels are sooner looked through than hashed: the most frequent stand first.
const few = 12

func (c *labelIndex) find(label string) (position float64, ok bool) {
	if c.few == nil {
		position, ok = c.position[label]
		return position, ok
	}
	for i := range c.few {
		if c.few[i] == label {
			return float64(i), true
		}
	}
	return 0, false
}

// sparkIndexer is a string indexer that does without columns.
type sparkIndexer struct {
	*stringIndexer
	dispensable []string
}

func (t *sparkIndexer) Dispensable() []string { return t.dispensable }

func (t *sparkIndexer) Without(ports []string) Transformer {
	u := &stringIndexer{invalid: t.invalid}
	for i := range t.columns {
		if !slices.Contains(ports, t.inputs[i].Name) {
			u.inputs, u.outputs = append(u.inputs, t.inputs[i]), append(u.outputs, t.outputs[i])
			u.columns = append(u.columns, t.columns[i])
		}
	}
	return u
}

func readStringIndexer(s *Source) (Transformer, error) {
	t, err := newStringIndexer(s)
	if s.Spark() == 0 || err != nil {
		return t, err
	}
	u := &sparkIndexer{stringIndexer: t}
	if s.Has("dispensable") {
		u.dispensable = s.Strings("dispensable")
	}
	return u, s.Err()
}

func newStringIndexer(s *Source) (*stringIndexer, error) {
	t := &stringIndexer{invalid: readInvalid(s, invalidError)}
	if !s.Has("labels_length") {
		// Bundles for one column used to have one list.
		t.add(s, "labels", 1)
		return t, s.Err()
	}
	n := s.Int("labels_length")
	if n < 1 {
		s.Fail("labels_length", "is "+strconv.Itoa(n)+", not 1 or more")
	}
	// MLeap's own writer says 1 however many lists it writes: take them all.
	for s.Err() == nil && s.Has("labels_array_"+strconv.Itoa(n)) {
		n++
	}
	for i := 0; i < n && s.Err() == nil; i++ {
		t.add(s, "labels_array_"+strconv.Itoa(i), n)
	}
	return t, s.Err()
}

// add adds the next of n columns, with the labels of the named attribute.
func (t *stringIndexer) add(s *Source, name string, n int) {
	in, out := columnPorts(s, n, len(t.columns))
	t.inputs = append(t.inputs, Port{Name: in, Type: frame.ScalarOf(frame.String).OrNull()})
	t.outputs = append(t.outputs, Port{Name: out, Type: frame.ScalarOf(frame.Double)})
	labels := s.Strings(name)
	c := labelIndex{position: make(map[string]float64, len(labels)), size: len(labels)}
	for i, label := range labels {
		c.position[label] = float64(i)
	}
	if len(c.position) == len(labels) && len(labels) <= few {
		c.few = labels
	}
	t.columns = append(t.columns, c)
}

func (t *stringIndexer) Inputs() []Port  { return t.inputs }
func (t *stringIndexer) Outputs() []Port { return t.outputs }

func (t *stringIndexer) Holds() []Fact {
	n := 0
	for i := range t.columns {
		n += t.columns[i].size
	}
	return []Fact{{"labels", n}}
}

func (t *stringIndexer) Transform(in, out []*frame.Value) error {
	for i := range t.columns {
		c := &t.columns[i]
		if v := in[i]; !v.Null {
			if k, ok := c.find(v.Str); ok {
				out[i].SetNum(k)
				continue
			}
		}
		switch t.invalid {
		case invalidKeep:
			out[i].SetNum(float64(c.size))
		case invalidSkip:
			return Drop
		default:
			if in[i].Null {
				return Bad(i, ErrNull, "null instead of a label", `handle_invalid is "error"; "keep" would index it`)
			}
			return Bad(i, ErrUnseen, "unseen label "+strconv.Quote(in[i].Str), `handle_invalid is "error"; "keep" would index it`)
		}
	}
	return nil
}
