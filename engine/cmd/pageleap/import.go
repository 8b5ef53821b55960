package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/importer"
	"github.com/pageleap/pageleap/engine/internal/atomicfile"
	"github.com/spf13/cobra"
)

func importCommand() *cobra.Command {
	return group("import FORMAT", "Turn what others save into a bundle", "format", "import spark MODEL_DIR -o BUNDLE.zip", importSparkCommand())
}

func importSparkCommand() *cobra.Command {
	var out, schema, format string
	cmd := &cobra.Command{
		Use:   "spark MODEL_DIR -o BUNDLE.zip",
		Short: "Turn a model that Spark saved into a bundle",
		Long: `spark reads what PipelineModel.save() or a single model's save() left, a
directory or a zip, tar or tar.gz of it, and writes a bundle that this program
and MLeap's own runtime can load. It needs no Spark and no sample of the data.

A saved model does not say which columns of which types it wants. They are taken
from what the first stage that reads a column expects; --schema gives a file with
what df.schema.json() of a data frame says.`,
		Example: `  pageleap import spark visitor_model -o visitor.zip
  pageleap import spark model.tar.gz -o visitor.zip --schema schema.json --format json`,
		Args: argCount(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := parseBundleFormat(format)
			if err != nil {
				return usageError{err}
			}
			if out == "" {
				return usageError{errors.New("import spark needs -o BUNDLE.zip")}
			}
			var o importer.Options
			if schema != "" {
				if o.Schema, err = readInput(schema); err != nil {
					return fmt.Errorf("%s: %w", schema, err)
				}
			}
			zip, err := importSpark(args[0], &o, f)
			if err != nil {
				return bundleError{fmt.Errorf("%s: %w", args[0], err)}
			}
			return atomicfile.WriteBytes(out, zip)
		},
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", "the bundle to write")
	cmd.Flags().StringVar(&schema, "schema", "", "file with the data frame's df.schema.json()")
	cmd.Flags().StringVar(&format, "format", "protobuf", "the bundle's serialisation: json or protobuf")
	return cmd
}

func parseBundleFormat(s string) (bundle.Format, error) {
	switch s {
	case "json":
		return bundle.JSON, nil
	case "protobuf":
		return bundle.Protobuf, nil
	}
	return 0, fmt.Errorf("--format %s: there are json and protobuf", s)
}

// importSpark makes the bundle and makes sure that it can be run.
func importSpark(path string, o *importer.Options, format bundle.Format) ([]byte, error) {
	var files fs.FS
	if isDir(path) {
		files = os.DirFS(path)
	} else {
		data, err := readInput(path)
		if err != nil {
			return nil, err
		}
		if files, err = importer.Archive(data); err != nil {
			return nil, err
		}
	}
	model, ok := importer.Find(files)
	if !ok {
		return nil, errors.New("no model that Spark saved: there is no directory \"metadata\" with a part file")
	}
	b, err := importer.Spark(model, o)
	if err != nil {
		return nil, err
	}
	if _, err := engine.LoadBundle(b); err != nil {
		return nil, err
	}
	return bundle.Write(b, format)
}
