package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// Every command that does something shows how, and its help lists its flags.
func TestHelp(t *testing.T) {
	stdout, stderr, code := pageleap("", "help")
	if code != exitOK || stderr != "" {
		t.Fatalf("exit code %d, %s", code, stderr)
	}
	for _, want := range []string{"Exit codes:", "130  interrupted", "Examples:", "completion"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("help lacks %q:\n%s", want, stdout)
		}
	}
	var check func(path []string, c *cobra.Command)
	check = func(path []string, c *cobra.Command) {
		path = append(path[:len(path):len(path)], c.Name())
		help, _, code := pageleap("", append([]string{"help"}, path...)...)
		flag, _, _ := pageleap("", append(path[:len(path):len(path)], "--help")...)
		if code != exitOK || help != flag || !strings.Contains(help, "Examples:\n  pageleap "+path[0]) || !strings.Contains(help, "Usage:") {
			t.Errorf("help %q: exit code %d:\n%s", path, code, help)
		}
		for _, below := range c.Commands() {
			check(path, below)
		}
	}
	for _, c := range commands() {
		check(nil, c)
	}
}

func TestVersion(t *testing.T) {
	stdout, _, code := pageleap("", "--version")
	if code != exitOK || !strings.HasPrefix(stdout, "pageleap "+version+"\nscorer.wasm SHA-256 not known") {
		t.Errorf("exit code %d, %q", code, stdout)
	}
	text, err := os.ReadFile("../../../web/package.json")
	if err != nil {
		t.Fatal(err)
	}
	var npm struct{ Version string }
	if err := json.Unmarshal(text, &npm); err != nil || npm.Version != version {
		t.Errorf("the npm package has version %q, this program %q; %v", npm.Version, version, err)
	}
}

func TestCompletion(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if stdout, stderr, code := pageleap("", "completion", shell); code != exitOK || !strings.Contains(stdout, "__complete") {
			t.Errorf("%s: exit code %d, %s", shell, code, stderr)
		}
	}
	shoppers := genuine + "real_uci_shoppers_rf/bundle.json.zip"
	for _, c := range []struct {
		typed []string
		want  string
	}{
		{[]string{"tra"}, "transform\t"},
		{[]string{"train", ""}, "markov\t"},
		{[]string{"transform", "--fo"}, "--format\t"},
		{[]string{"transform", "--format", ""}, "ndjson\n"},
		{[]string{"transform", shoppers, "--select", ""}, "probability\n"},
		{[]string{"transform", shoppers, "--select", "prediction,"}, "prediction,probability\n"},
		{[]string{"features", "--preset", ""}, "eshop2008\n"},
	} {
		if stdout, _, code := pageleap("", append([]string{"__complete"}, c.typed...)...); code != exitOK || !strings.Contains(stdout, c.want) {
			t.Errorf("%q: exit code %d, %q lacks %q", c.typed, code, stdout, c.want)
		}
	}
}

// Flags whose values complete offers exist.
func TestChoices(t *testing.T) {
	root := &cobra.Command{Use: "pageleap"}
	root.AddCommand(commands()...)
	found := map[string]bool{}
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		for key := range choices {
			path, name, _ := strings.Cut(key, "--")
			if path = strings.TrimSpace(path); (path == "" || path == c.CommandPath()) && c.Flags().Lookup(name) != nil {
				found[key] = true
			}
		}
		for _, below := range c.Commands() {
			walk(below)
		}
	}
	walk(root)
	for key := range choices {
		if !found[key] {
			t.Errorf("there is no %s", key)
		}
	}
}

// What is no terminal gets no colours.
func TestPlain(t *testing.T) {
	dir := genuine + "real_uci_shoppers_rf/"
	for _, args := range [][]string{{"verify", dir + "bundle.json.zip", dir + "frame.json", dir + "expected.json"}, {"nonsense"}} {
		if stdout, stderr, _ := pageleap("", args...); strings.Contains(stdout+stderr, "\x1b") {
			t.Errorf("%q: %q %q", args, stdout, stderr)
		}
	}
}
