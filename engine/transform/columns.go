package transform

import (
	"slices"
	"strconv"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

// columnType is the type of the column that a node binds a port to, among those
// that a Resolver is given.
func columnType(n *bundle.Node, port string, columns frame.Schema) (t frame.Type, ok bool) {
	for _, s := range n.Inputs {
		if s.Port == port {
			if i := columns.Index(s.Name); i >= 0 {
				return columns[i].Type, true
			}
		}
	}
	return t, false
}

// columnPorts names the ports of column i of an op that works on n columns
// side by side: input0 and output0 and so on. Nodes with one column may say
// input and output instead: MLeap did before the op knew more than one, and
// still does where Spark's inputCol was set rather than inputCols.
func columnPorts(s *Source, n, i int) (in, out string) {
	if n == 1 && s.Node != nil {
		for _, socket := range s.Node.Inputs {
			if socket.Port == "input" {
				return "input", "output"
			}
		}
	}
	suffix := strconv.Itoa(i)
	return "input" + suffix, "output" + suffix
}

// reads says whether the node binds this input to a column.
func reads(s *Source, port string) bool {
	return s.Node != nil && slices.ContainsFunc(s.Node.Inputs, func(in bundle.Socket) bool { return in.Port == port })
}
