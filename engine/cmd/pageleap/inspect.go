package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/spf13/cobra"
)

func inspectCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "inspect BUNDLE",
		Short: "Show what a bundle is: its inputs, outputs and ops",
		Example: `  pageleap inspect visitor.zip
  pageleap inspect --json visitor.zip`,
		Args: argCount(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			m, err := loadModel(args[0])
			if err != nil {
				return err
			}
			info := describe(m)
			if asJSON {
				enc := json.NewEncoder(cmd.OutOrStdout())
				enc.SetEscapeHTML(false)
				enc.SetIndent("", "  ")
				return enc.Encode(info)
			}
			return info.print(cmd.OutOrStdout())
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// bundleInfo is what inspect prints, in JSON's words.
type bundleInfo struct {
	Name      string         `json:"name"`
	UID       string         `json:"uid"`
	Format    string         `json:"format"`
	Version   string         `json:"version"`
	Timestamp string         `json:"timestamp,omitempty"`
	Inputs    []columnInfo   `json:"inputs"`
	Outputs   []columnInfo   `json:"outputs"`
	Ops       []opInfo       `json:"ops"`
	Totals    map[string]int `json:"totals"`
}

type columnInfo struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	Nullable bool   `json:"nullable"`
}

type opInfo struct {
	Name    string         `json:"name"`
	Op      string         `json:"op"`
	Path    string         `json:"path"`
	Inputs  []string       `json:"inputs"`
	Outputs []string       `json:"outputs"`
	Holds   map[string]int `json:"holds,omitempty"`
}

func describe(m *engine.Model) bundleInfo {
	b := m.Bundle()
	info := bundleInfo{
		Name: b.Name, UID: b.UID, Format: b.Format.String(), Version: b.Version, Timestamp: b.Timestamp,
		Inputs: columnInfos(m.Inputs()), Outputs: columnInfos(m.Outputs()),
		Ops: []opInfo{}, Totals: map[string]int{},
	}
	for _, st := range m.Stages() {
		op := opInfo{Name: st.Name, Op: st.Op, Path: st.Path, Inputs: st.Inputs, Outputs: st.Outputs}
		for _, f := range st.Holds {
			if op.Holds == nil {
				op.Holds = map[string]int{}
			}
			op.Holds[f.Name] = f.Value
			switch f.Name {
			case "trees", "nodes", "bytes":
				info.Totals[f.Name] += f.Value
			}
		}
		info.Ops = append(info.Ops, op)
	}
	info.Totals["ops"] = len(info.Ops)
	return info
}

func columnInfos(s frame.Schema) []columnInfo {
	out := []columnInfo{}
	for _, f := range s {
		t := f.Type
		t.Nullable = false
		out = append(out, columnInfo{f.Name, t.String(), f.Type.Nullable})
	}
	return out
}

func (b bundleInfo) print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "name\t%s\nuid\t%s\nformat\t%s\nmleap version\t%s\n", b.Name, b.UID, b.Format, b.Version)
	if b.Timestamp != "" {
		fmt.Fprintf(t, "written\t%s\n", b.Timestamp)
	}
	printColumns(t, "inputs", b.Inputs)
	printColumns(t, "outputs", b.Outputs)
	fmt.Fprintf(t, "\nops (%d)\n", len(b.Ops))
	for _, op := range b.Ops {
		fmt.Fprintf(t, "  %s\t%s -> %s\t%s\n", op.Op, strings.Join(op.Inputs, ", "), strings.Join(op.Outputs, ", "), counts(op.Holds))
	}
	fmt.Fprintf(t, "\nin all\t%s\n", counts(b.Totals))
	return t.Flush()
}

func printColumns(w io.Writer, title string, columns []columnInfo) {
	fmt.Fprintf(w, "\n%s (%d)\n", title, len(columns))
	for _, c := range columns {
		null := ""
		if c.Nullable {
			null = "may be null"
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\n", c.Name, c.Type, null)
	}
}

// counts writes figures as "50 trees, 2100 nodes".
func counts(m map[string]int) string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		parts = append(parts, fmt.Sprintf("%d %s", m[k], k))
	}
	return strings.Join(parts, ", ")
}
