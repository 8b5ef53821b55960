package transform

import "strconv"

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
