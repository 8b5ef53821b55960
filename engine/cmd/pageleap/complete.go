package main

import (
	"strings"

	"github.com/spf13/cobra"
)

// choices are the values of flags that take one of a few.
var choices = map[string][]string{
	"pageleap transform --format":      {"json", "ndjson", "csv"},
	"pageleap transform --on":          {"native", "wazero"},
	"pageleap import spark --format":   {"protobuf", "json"},
	"pageleap bundle compose --format": {"protobuf", "json"},
	"pageleap features --format":       {"csv", "parquet", "ndjson"},
	"pageleap serve --log":             {"text", "json"},
	"--input":                          {"auto", "ndjson", "ga4", "otto", "csv"},
	"--preset":                         {"pageleap", "eshop2008", "rees46"},
	"--ts-unit":                        {"ms", "s", "us"},
	"--state-from":                     {"auto", "page_type", "page", "category", "event"},
}

// complete says what shells may offer: the values above, and the columns of the
// bundle that the command line names already. Files they offer by themselves.
func complete(cmd *cobra.Command) {
	for _, below := range cmd.Commands() {
		complete(below)
	}
	for _, name := range []string{"format", "on", "log", "input", "preset", "ts-unit", "state-from"} {
		values := choices[cmd.CommandPath()+" --"+name]
		if values == nil {
			values = choices["--"+name]
		}
		if values != nil && cmd.Flags().Lookup(name) != nil {
			cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
		}
	}
	for _, name := range []string{"select", "score"} {
		if cmd.Flags().Lookup(name) != nil {
			cmd.RegisterFlagCompletionFunc(name, outputColumns)
		}
	}
}

// outputColumns are the columns of the frame that comes out of the first
// argument, a bundle; a list of them is continued after its last comma.
func outputColumns(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	var names []string
	if len(args) > 0 && args[0] != "-" {
		if m, err := loadModel(args[0]); err == nil {
			names = append(m.Inputs().Names(), m.Outputs().Names()...)
		}
	}
	before := typed[:strings.LastIndexByte(typed, ',')+1]
	for i := range names {
		names[i] = before + names[i]
	}
	return names, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}
