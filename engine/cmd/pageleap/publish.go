package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pageleap/pageleap/edge"
	"github.com/pageleap/pageleap/edge/experiment"
	"github.com/pageleap/pageleap/edge/experiment/document"
	"github.com/pageleap/pageleap/edge/store"
	"github.com/pageleap/pageleap/engine/internal/atomicfile"
	"github.com/spf13/cobra"
)

func publishCommand() *cobra.Command {
	var experiments string
	var remove []string
	cmd := &cobra.Command{
		Use:   "publish DIR [NAME[@VERSION]=BUNDLE …]",
		Short: "Put bundles into a store that serve and the Worker read",
		Long: `publish puts bundles (zip files) under the names of their contents into DIR and
says in DIR/index.json which of them is what. What is in the store already stays.
A bundle without a version gets the beginning of its SHA-256 for one. The last
version of a name becomes its current one.

The index is written last and in one piece, so that whoever reads the store
while it changes sees the old state or the new one.`,
		Example: `  pageleap publish models visitor@4=visitor.zip
  pageleap serve --models models`,
		Args: argCount(1, 1000),
		RunE: func(cmd *cobra.Command, args []string) error {
			return publish(args[0], args[1:], remove, experiments)
		},
	}
	cmd.Flags().StringVar(&experiments, "experiments", "", "a file of experiments (JSON or TOML), in place of those in the store")
	cmd.Flags().StringArrayVar(&remove, "remove", nil, "a version to take out, NAME@VERSION; may be given several times")
	return cmd
}

func publish(dir string, models, remove []string, experiments string) (err error) {
	var made []string // what a failure takes back
	defer func() {
		if err != nil {
			for _, path := range slices.Backward(made) {
				os.Remove(path)
			}
		}
	}()
	if _, err := os.Stat(dir); err != nil {
		made = append(made, dir)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	index, err := readIndex(dir)
	if err != nil {
		return err
	}
	var published strings.Builder
	for _, m := range models {
		path, err := publishModel(dir, index, m, &published)
		if path != "" {
			made = append(made, path)
		}
		if err != nil {
			return err
		}
	}
	for _, ref := range remove {
		name, version, _ := strings.Cut(ref, "@")
		m, ok := index.Models[name]
		if !ok || m.Versions[version] == "" {
			return fmt.Errorf("--remove %s: %s has no such model", ref, dir)
		}
		if delete(m.Versions, version); len(m.Versions) == 0 {
			delete(index.Models, name)
		} else if m.Current == version {
			m.Current = ""
			for v := range m.Versions {
				if m.Current == "" || edge.CompareVersions(v, m.Current) > 0 {
					m.Current = v
				}
			}
			index.Models[name] = m
		}
	}
	if experiments != "" {
		text, err := readInput(experiments)
		if err != nil {
			return fmt.Errorf("%s: %w", experiments, err)
		}
		d, err := document.Parse(text)
		if err != nil {
			return fmt.Errorf("%s: %w", experiments, err)
		}
		index.Document = *d
	}
	if err := index.CheckVersions(); err != nil {
		return err
	}
	text, err := json.MarshalIndent(index, "", "  ")
	if err != nil {
		return err
	}
	if err := atomicfile.WriteBytes(filepath.Join(dir, store.IndexName), append(text, '\n')); err != nil {
		return err
	}
	fmt.Print(published.String())
	return nil
}

func readIndex(dir string) (*store.Index, error) {
	text, err := os.ReadFile(filepath.Join(dir, store.IndexName))
	if errors.Is(err, fs.ErrNotExist) {
		return &store.Index{Models: map[string]store.Model{}, Document: experiment.Document{Experiments: []experiment.Experiment{}}}, nil
	}
	if err != nil {
		return nil, err
	}
	index, err := store.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	return index, nil
}

// publishModel puts a bundle into the store and the index, and says so. It gives
// the file's path if it is new.
func publishModel(dir string, index *store.Index, arg string, said io.Writer) (made string, err error) {
	ref, file, ok := strings.Cut(arg, "=")
	if !ok || file == "" {
		return "", usageError{fmt.Errorf("%s: write NAME=BUNDLE or NAME@VERSION=BUNDLE", arg)}
	}
	zip, err := readInput(file)
	if err != nil {
		return "", fmt.Errorf("%s: %w", file, err)
	}
	name, version, _ := strings.Cut(ref, "@")
	h := edge.New(edge.Config{})
	s, err := h.Load(name, version, zip)
	if err == nil {
		err = h.Catalog.Set(s)
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", arg, err)
	}
	hash := store.Hash(zip)
	path := filepath.Join(dir, store.FileName(hash))
	if _, err := os.Stat(path); err != nil {
		made = path
	}
	if err := atomicfile.WriteBytes(path, zip); err != nil {
		return made, err
	}
	m := index.Models[name]
	if m.Versions == nil {
		m.Versions = map[string]string{}
	}
	m.Versions[s.Version], m.Current = hash, s.Version
	index.Models[name] = m
	fmt.Fprintf(said, "%s@%s %s\n", name, s.Version, store.FileName(hash))
	return made, nil
}
