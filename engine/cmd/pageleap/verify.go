package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"text/tabwriter"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/spf13/cobra"
)

func verifyCommand() *cobra.Command {
	var tolerance float64
	cmd := &cobra.Command{
		Use:   "verify BUNDLE [FRAME EXPECTED]",
		Short: "Score a frame and compare the answer with the expected one",
		Long: `verify scores FRAME and compares each column of EXPECTED, a leap frame such as
MLeap or Spark answered. It prints a table and exits with 1 where a column
differs, with another code where there is nothing to compare. Columns that EXPECTED lacks are not compared. Without them it takes the
two that the bundle itself holds, as those of pageleap train do
(verify/frame.json, verify/expected.json).`,
		Example: `  pageleap verify visitor.zip frame.json expected.json
  pageleap verify trained.zip
  pageleap verify --tolerance 0 visitor.zip frame.json expected.json`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 2 {
				return usageError{fmt.Errorf("FRAME without EXPECTED; usage: %s", cmd.UseLine())}
			}
			return argCount(1, 3)(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			m, err := loadModel(args[0])
			if err != nil {
				return err
			}
			read := readFrame
			if len(args) == 1 {
				args = append(args, verifyFrame, verifyExpected)
				read = func(name string, s frame.Schema) (*frame.Frame, error) { return frameOf(args[0], name, s) }
			}
			in, err := read(args[1], m.Inputs())
			if err != nil {
				return err
			}
			res, err := m.Transform(in)
			if err != nil {
				return fmt.Errorf("%s: %w", args[1], err)
			}
			want, err := read(args[2], m.Outputs())
			if err != nil {
				return err
			}
			diffs := frame.Compare(pick(res.Frame, want.Schema()), want, func(string) float64 { return tolerance })
			if err := printDifferences(cmd.OutOrStdout(), want, diffs); err != nil {
				return err
			}
			for i := range diffs {
				if diffs[i].Fails() {
					return differsError{fmt.Errorf("%s does not give what %s says", args[0], args[2])}
				}
			}
			fmt.Fprintf(cmd.OutOrStdout(), "\nverified: %d rows, %d columns, relative tolerance %g\n", want.Len(), len(want.Columns), tolerance)
			return nil
		},
	}
	cmd.Flags().Float64Var(&tolerance, "tolerance", 1e-12, "largest relative difference between two numbers that counts as equal")
	return cmd
}

// readFrame reads a frame file in whichever form it has.
func readFrame(path string, s frame.Schema) (*frame.Frame, error) {
	data, err := readInput(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	f, err := frame.Read(formatOf(path), data, s, frame.ReadOptions{Limits: limits.Frame})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// frameOf reads a frame that the bundle at path holds.
func frameOf(path, name string, s frame.Schema) (*frame.Frame, error) {
	if path == "-" {
		return nil, usageError{errors.New("a bundle from standard input is read once; name a FRAME and what is EXPECTED of it")}
	}
	files := bundle.Dir(os.DirFS(path))
	if !isDir(path) {
		data, err := readInput(path)
		if err == nil {
			files, err = bundle.OpenZip(data)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	data, err := files.ReadFile(name)
	if errors.Is(err, bundle.ErrNotFound) {
		return nil, usageError{fmt.Errorf("%s holds no %s to verify it by; name a FRAME and what is EXPECTED of it", path, name)}
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	f, err := frame.Read(frame.JSON, data, s, frame.ReadOptions{Limits: limits.Frame})
	if err != nil {
		return nil, fmt.Errorf("%s: %s: %w", path, name, err)
	}
	return f, nil
}

// pick is the columns of f that s names too.
func pick(f *frame.Frame, s frame.Schema) *frame.Frame {
	have := f.Schema()
	var names []string
	for _, c := range s {
		if have.Index(c.Name) >= 0 {
			names = append(names, c.Name)
		}
	}
	g, _ := f.Select(names) // they are all there
	return g
}

// printDifferences prints a line for each expected column, same or not.
func printDifferences(w io.Writer, want *frame.Frame, diffs []frame.Difference) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	same, differs := paint(w, green, "same"), paint(w, red, "DIFFERS")
	fmt.Fprintln(t, "column\ttype\t"+paint(w, plain, "result")+"\tlargest difference\trelative\trows\tfirst row\tgot\twant")
	byColumn := map[string]*frame.Difference{}
	for i := range diffs {
		byColumn[diffs[i].Column] = &diffs[i]
	}
	if d := byColumn[""]; d != nil {
		fmt.Fprintf(t, "(frame)\t\t%s: %s\n", differs, d.Problem)
	}
	for _, f := range want.Schema() {
		d := byColumn[f.Name]
		switch {
		case d == nil:
			fmt.Fprintf(t, "%s\t%s\t%s\t0\t0\t0\t\t\t\n", f.Name, f.Type, same)
		case d.Problem != "":
			fmt.Fprintf(t, "%s\t%s\t%s: %s\t\t\t\t\t\t\n", f.Name, f.Type, differs, d.Problem)
		default:
			result, first := same, ""
			if d.Rows > 0 {
				result, first = differs, strconv.Itoa(d.First)
			}
			fmt.Fprintf(t, "%s\t%s\t%s\t%.3g\t%.3g\t%d\t%s\t%s\t%s\n", f.Name, f.Type, result, d.MaxAbs, d.MaxRel, d.Rows, first, d.Got, d.Want)
		}
	}
	return t.Flush()
}
