package events

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
)

// ReadLabels reads a CSV with the columns visit and label, which is 1 or 0,
// true or false, yes or no.
func ReadLabels(path string) (map[string]bool, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	header, data, _ := bytes.Cut(bytes.TrimPrefix(data, []byte("\uFEFF")), []byte{'\n'})
	header = bytes.TrimRight(header, "\r")
	comma := headerComma(header)
	names := splitHeader(header, comma)
	v, l := slices.Index(names, "visit"), slices.Index(names, "label")
	if v < 0 || l < 0 {
		return nil, fmt.Errorf("%s: line 1: the columns visit and label are wanted; there are %s", path, listColumns(names))
	}
	r := csvReader{comma: comma}
	labels := map[string]bool{}
	var fields [][]byte
	for line := 2; len(data) > 0; {
		n := r.next(data)
		row := bytes.TrimRight(data[:n], "\r\n")
		at := line
		line += bytes.Count(data[:n], []byte{'\n'})
		data = data[n:]
		if len(row) == 0 {
			continue
		}
		if fields, err = splitRow(fields[:0], row, comma); err == nil && len(fields) != len(names) {
			err = fmt.Errorf("%d columns, where the header has %d", len(fields), len(names))
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, at, err)
		}
		id := string(fields[v])
		var label bool
		switch strings.ToLower(string(fields[l])) {
		case "1", "true", "yes", "1.0":
			label = true
		case "0", "false", "no", "0.0":
		default:
			return nil, fmt.Errorf("%s:%d: the label %s is neither 1 nor 0", path, at, quote(fields[l]))
		}
		if before, twice := labels[id]; twice && before != label {
			return nil, fmt.Errorf("%s:%d: the visit %q is there with both labels", path, at, id)
		}
		labels[id] = label
	}
	return labels, nil
}
