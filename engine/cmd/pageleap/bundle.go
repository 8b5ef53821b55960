package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/importer"
	"github.com/pageleap/pageleap/engine/internal/atomicfile"
	"github.com/spf13/cobra"
)

func bundleCommand() *cobra.Command {
	return group("bundle", "Make bundles of bundles", "command", "bundle compose A.zip B.zip -o C.zip", composeCommand())
}

func composeCommand() *cobra.Command {
	var out, name, format, in, expected string
	cmd := &cobra.Command{
		Use:   "compose A.zip B.zip... -o C.zip",
		Short: "Put bundles one after another in one pipeline",
		Long: `compose writes a bundle that runs A, then B on the columns that A leaves, and so
on: features of a visit before a model that Spark trained, so that one bundle
goes from events to a probability. Columns that B reads and A does not write stay
inputs. What comes out must be usable as a whole, or nothing is written.

With --frame and --expected the bundle carries a frame and the right answer, by
which "pageleap verify C.zip" verifies it later; compose does it first.`,
		Example: `  pageleap bundle compose features.zip forest.zip -o visitor.zip
  pageleap bundle compose features.zip forest.zip -o visitor.zip --frame visits.json --expected answers.json`,
		Args: argCount(2, 1<<10),
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := parseBundleFormat(format)
			if err != nil {
				return usageError{err}
			}
			if out == "" {
				return usageError{errors.New("bundle compose needs -o C.zip")}
			}
			if name == "" {
				name = strings.TrimSuffix(filepath.Base(out), filepath.Ext(out))
			}
			if (in == "") != (expected == "") {
				return usageError{errors.New("--frame and --expected belong together")}
			}
			files, err := compose(args, name, f)
			if err == nil && in != "" {
				files, err = carry(files, in, expected)
			}
			if err != nil {
				return err
			}
			zip, err := bundle.Zip(files)
			if err != nil {
				return err
			}
			m, err := engine.Load(zip, limits.Options()...)
			if err != nil {
				return err
			}
			if err := atomicfile.WriteBytes(out, zip); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s reads %s\nand writes %s\n", out, listColumns(m.Inputs().Names()), listColumns(m.Outputs().Names()))
			return nil
		},
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", "the bundle to write")
	cmd.Flags().StringVar(&name, "name", "", "the bundle's name (default: the file's)")
	cmd.Flags().StringVar(&format, "format", "protobuf", "the bundle's serialisation: json or protobuf")
	cmd.Flags().StringVar(&in, "frame", "", "a frame for the bundle to carry")
	cmd.Flags().StringVar(&expected, "expected", "", "the right answer to it")
	return cmd
}

// compose makes the files of the bundle, and makes sure that it can be used.
func compose(paths []string, name string, f bundle.Format) ([]bundle.File, error) {
	models := make([]*engine.Model, len(paths))
	bundles := make([]*bundle.Bundle, len(paths))
	for i, path := range paths {
		var err error
		if models[i], err = loadModel(path); err != nil {
			return nil, err
		}
		// The model let go of its files.
		if bundles[i], err = readBundle(path); err != nil {
			return nil, err
		}
	}
	files, err := bundle.Encode(bundle.Compose(name, bundles...), f)
	if err != nil {
		return nil, err
	}
	if _, err := loadOf(files); err != nil {
		return nil, fmt.Errorf("the bundles do not fit together: %w", err)
	}
	// A stage that reads nothing of what comes before it is nearly always a
	// misspelt column.
	for i, m := range models[1:] {
		if m.Inputs() != nil && !linked(m, models[:i+1]) {
			return nil, fmt.Errorf("the bundles do not fit together: %s reads %q, none of which the bundles before it write", paths[i+1], m.Inputs().Names())
		}
	}
	return files, nil
}

// carry adds a frame and the right answer to a bundle's files, which must give
// it.
func carry(files []bundle.File, in, expected string) ([]bundle.File, error) {
	m, err := loadOf(files)
	if err != nil {
		return nil, err
	}
	f, err := readFrame(in, m.Inputs())
	if err != nil {
		return nil, err
	}
	res, err := m.Transform(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", in, err)
	}
	want, err := readFrame(expected, m.Outputs())
	if err != nil {
		return nil, err
	}
	for _, d := range frame.Compare(pick(res.Frame, want.Schema()), want, func(string) float64 { return 1e-12 }) {
		if d.Fails() {
			return nil, differsError{fmt.Errorf("the bundle does not give what %s says: %s", expected, d.String())}
		}
	}
	return append(files, bundle.File{Name: verifyFrame, Data: frame.AppendJSON(nil, f)}, bundle.File{Name: verifyExpected, Data: frame.AppendJSON(nil, want)}), nil
}

func loadOf(files []bundle.File) (*engine.Model, error) {
	zip, err := bundle.Zip(files)
	if err != nil {
		return nil, err
	}
	return engine.Load(zip, limits.Options()...)
}

// readBundle reads a bundle without making a model of it.
func readBundle(path string) (*bundle.Bundle, error) {
	b, err := func() (*bundle.Bundle, error) {
		if isDir(path) {
			files := os.DirFS(path)
			if _, spark := importer.Find(files); !spark {
				return bundle.Read(bundle.Dir(files), limits.Bundle)
			}
		}
		zip, err := loadZip(path)
		if err != nil {
			return nil, err
		}
		files, err := bundle.OpenZip(zip)
		if err != nil {
			return nil, err
		}
		return bundle.Read(files, limits.Bundle)
	}()
	if err != nil {
		return nil, bundleError{fmt.Errorf("%s: %w", path, err)}
	}
	return b, nil
}

// linked says whether m reads a column that one of the models before it writes.
func linked(m *engine.Model, before []*engine.Model) bool {
	for _, in := range m.Inputs() {
		for _, b := range before {
			if b.Outputs().Index(in.Name) >= 0 {
				return true
			}
		}
	}
	return false
}

// listColumns lists the first few of a bundle's columns.
func listColumns(names []string) string {
	const shown = 12
	if more := len(names) - shown; more > 0 {
		return strings.Join(names[:shown], ", ") + fmt.Sprintf(" and %d more", more)
	}
	return strings.Join(names, ", ")
}
