package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/andybalholm/brotli"
	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/compile"
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/internal/atomicfile"
	"github.com/pageleap/pageleap/wasm/host"
	"github.com/spf13/cobra"
)

func compileCommand() *cobra.Command {
	var out, against string
	var noSIMD bool
	cmd := &cobra.Command{
		Use:   "compile BUNDLE -o MODULE",
		Short: "Compile a bundle into a WebAssembly module of its own",
		Long: `compile makes of a bundle a WebAssembly module that holds this pipeline alone:
no runtime, no imports, a few kilobytes. It speaks scorer.wasm's ABI (wasm/README.md),
so that the hosts take either: load({module: 'model.wasm'}) in a page.

Before it writes the module it runs it, and compares what it answers with what
the engine does, to the bit: on the rows of --verify FRAME, or on those that the
bundle holds itself (verify/frame.json). It prints what each part of the module
weighs.

Where it makes a row faster, the module has SIMD instructions (vectors of 128
bits), which browsers have had since Chrome 91, Firefox 89 and Safari 16.4. Older
ones refuse such a module: --no-simd makes one for them, with the same answers.
The last line says whether the module has any.`,
		Example: `  pageleap compile visitor.zip -o model.wasm
  pageleap compile visitor.zip -o model.wasm --verify frame.json
  pageleap compile visitor.zip -o model.wasm --no-simd`,
		Args: argCount(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if out == "" {
				return usageError{fmt.Errorf("no output is named; usage: %s", cmd.UseLine())}
			}
			progress := newStages()
			defer progress.done()
			progress.at("reading the bundle")
			m, err := loadModel(args[0])
			if err != nil {
				return err
			}
			var opts []compile.Option
			if noSIMD {
				opts = append(opts, compile.WithoutSIMD())
			}
			progress.at("compiling")
			module, err := compile.Compile(m, opts...)
			if err != nil {
				return bundleError{fmt.Errorf("%s: %w", args[0], err)}
			}
			f, err := verifyRows(args[0], against, m)
			if err != nil {
				return err
			}
			verified := "; not verified: the bundle holds no rows, and --verify names none"
			if f != nil {
				if err := verifyModule(cmd.Context(), m, module.Wasm, f, progress); err != nil {
					return differsError{fmt.Errorf("%s: %w", args[0], err)}
				}
				verified = fmt.Sprintf("; verified: %d rows, the engine's bits", f.Len())
			}
			if err := atomicfile.WriteBytes(out, module.Wasm); err != nil {
				return err
			}
			progress.at("finding its size after brotli")
			small := compressed(module.Wasm)
			progress.done()
			if err := printParts(cmd.OutOrStdout(), module); err != nil {
				return err
			}
			simd := ""
			if module.SIMD {
				simd = ", with SIMD"
			}
			fmt.Fprintf(cmd.OutOrStdout(), "\n%s: %d bytes, %d after brotli%s%s\n", out, len(module.Wasm), small, simd, verified)
			return nil
		},
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", "the module's file")
	cmd.Flags().StringVar(&against, "verify", "", "a frame on whose rows the module must answer as the engine does")
	cmd.Flags().BoolVar(&noSIMD, "no-simd", false, "no SIMD instructions in the module, for browsers from before 2023")
	return cmd
}

// verifyRows are the rows of a file, or those that the bundle holds; nil if
// neither is there.
func verifyRows(path, file string, m *engine.Model) (*frame.Frame, error) {
	if file != "" {
		return readFrame(file, m.Inputs())
	}
	if path == "-" {
		return nil, nil
	}
	f, err := frameOf(path, verifyFrame, m.Inputs())
	var usage usageError
	if errors.As(err, &usage) {
		return nil, nil // there is none
	}
	return f, err
}

// verifyModule compares the module's answers with the engine's, row by row, so
// that rows that cannot be scored are compared too.
func verifyModule(ctx context.Context, m *engine.Model, wasm []byte, f *frame.Frame, progress *stages) error {
	rt, err := host.New(ctx, wasm, nil)
	if err != nil {
		return err
	}
	defer rt.Close(ctx)
	in, err := rt.Instantiate(ctx)
	if err != nil {
		return err
	}
	bare, err := in.Load(ctx, nil)
	if err != nil {
		return err
	}
	for i := range f.Len() {
		if i%1000 == 0 {
			progress.at(fmt.Sprintf("verifying row %d of %d", i, f.Len()))
		}
		columns := make([]frame.Column, len(f.Columns))
		for k, c := range f.Columns {
			columns[k] = c.Pick([]int{i})
		}
		row := frame.Of(columns, 1)
		want, errWant := m.Transform(row)
		got, errGot := bare.TransformFrame(ctx, row)
		if errWant != nil || errGot != nil {
			if errWant == nil || errGot == nil || errWant.Error() != errGot.Error() {
				return fmt.Errorf("row %d: the module says %v, the engine %v; please report it with the bundle, and use scorer.wasm meanwhile", i, errGot, errWant)
			}
			continue
		}
		a, b := frame.Append(nil, frame.JSON, got), frame.Append(nil, frame.JSON, want.Frame)
		if !bytes.Equal(a, b) {
			return fmt.Errorf("row %d: the module answers\n%s\nand the engine\n%s\nPlease report it with the bundle, and use scorer.wasm meanwhile", i, a, b)
		}
	}
	return nil
}

func printParts(w io.Writer, m *compile.Module) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "part\tbytes")
	for _, p := range m.Parts {
		if p.Bytes > 0 {
			fmt.Fprintf(t, "%s\t%d\n", p.Name, p.Bytes)
		}
	}
	return t.Flush()
}

// compressed is the size after brotli at its best.
func compressed(b []byte) int {
	var out bytes.Buffer
	w := brotli.NewWriterLevel(&out, brotli.BestCompression)
	w.Write(b)
	w.Close()
	return out.Len()
}
