package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/wasm/host"
	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// A streamed frame is scored in parts of this many rows.
const rowsAtOnce = 1000

func transformCommand() *cobra.Command {
	var o transformOptions
	cmd := &cobra.Command{
		Use:   "transform BUNDLE [FRAME]",
		Short: "Score a frame and print the whole frame that comes out",
		Long: `transform scores FRAME, or standard input, and prints the frame with the
pipeline's columns added. FRAME is a leap frame in JSON, NDJSON objects or CSV
with a header; the last two are typed by the bundle's inputs, and are scored in
parts, so that they may be of any length.`,
		Example: `  pageleap transform visitor.zip frame.json
  pageleap transform visitor.zip --select probability,prediction --format csv < visits.csv
  pageleap transform visitor.zip frame.json --on wazero`,
		Args: argCount(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.check(); err != nil {
				return usageError{err}
			}
			path := "-"
			if len(args) == 2 {
				path = args[1]
			}
			if path == "-" && args[0] == "-" {
				return usageError{errors.New("bundle and frame cannot both come from standard input")}
			}
			run := o.native
			if o.on == "wazero" {
				run = o.wazero
			}
			out := bufio.NewWriterSize(cmd.OutOrStdout(), 1<<16)
			if err := run(cmd.Context(), args[0], path, out); err != nil {
				return err
			}
			return out.Flush()
		},
	}
	cmd.Flags().StringVar(&o.formatName, "format", "json", "form of the frame that is printed: json, ndjson or csv")
	cmd.Flags().StringSliceVar(&o.columns, "select", nil, "columns to print, in this order (default all)")
	cmd.Flags().StringVar(&o.on, "on", "native", "what scores: native, or wazero (scorer.wasm)")
	cmd.Flags().StringVar(&o.wasm, "wasm", "", "scorer.wasm for --on wazero (default: the file of that name beside this program)")
	return cmd
}

type transformOptions struct {
	formatName string
	format     frame.Format
	columns    []string
	on         string
	wasm       string
}

func (o *transformOptions) check() (err error) {
	if o.format, err = frame.ParseFormat(o.formatName); err != nil || o.format == frame.Binary || o.format == frame.Auto {
		return fmt.Errorf("--format %s: there are json, ndjson and csv", o.formatName)
	}
	if o.on != "native" && o.on != "wazero" {
		return fmt.Errorf("--on %s: there are native and wazero", o.on)
	}
	return nil
}

// native scores in this process: rows in parts where both forms allow it.
func (o *transformOptions) native(ctx context.Context, bundle, path string, out *bufio.Writer) error {
	m, err := loadModel(bundle)
	if err != nil {
		return err
	}
	in, size, err := openInput(path)
	if err != nil {
		return err
	}
	defer in.Close()
	bar := newProgress(size)
	defer bar.Finish()
	r := bufio.NewReaderSize(io.TeeReader(in, bar), 1<<16)
	format := formatOf(path)
	if format == frame.Auto {
		head, _ := r.Peek(4096)
		format = frame.Sniff(head)
	}
	name := inputName(path)
	if format == frame.JSON || o.format == frame.JSON {
		data, err := io.ReadAll(r)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		b, dropped, err := m.TransformBytes(data, format, o.format, o.columns)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		reportDropped(dropped, 0)
		return writeAll(out, b)
	}
	if err := o.stream(ctx, m, r, format, out); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// stream scores NDJSON or CSV in parts, so that memory does not grow with it.
func (o *transformOptions) stream(ctx context.Context, m *engine.Model, r io.Reader, format frame.Format, out *bufio.Writer) error {
	frames := frame.NewReader(r, format, m.Inputs(), frame.ReadOptions{FrameRows: rowsAtOnce, Limits: limits.Frame})
	first, row := true, 0
	var b []byte
	for ctx.Err() == nil {
		f, err := frames.Next()
		if err == io.EOF && !first {
			return nil
		}
		if err == io.EOF {
			f, err = frame.New(m.Inputs()), nil // a header and no rows still has columns
		}
		if err != nil {
			return err
		}
		res, err := m.Transform(f)
		if err != nil {
			var re *engine.RowError
			if errors.As(err, &re) && re.Row >= 0 {
				re.Row += row
			}
			return err
		}
		reportDropped(res.Dropped, row)
		row += f.Len()
		g := res.Frame
		if o.columns != nil {
			if g, err = g.Select(o.columns); err != nil {
				return err
			}
		}
		b = b[:0]
		if o.format == frame.CSV {
			if first {
				b = frame.AppendCSVHeader(b, g.Schema())
			}
			b = frame.AppendCSVRows(b, g)
		} else {
			b = frame.AppendNDJSON(b, g)
		}
		if err := writeAll(out, b); err != nil {
			return err
		}
		first = false
	}
	return ctx.Err()
}

// wazero scores in scorer.wasm.
func (o *transformOptions) wazero(ctx context.Context, bundle, path string, out *bufio.Writer) error {
	zip, err := loadZip(bundle)
	if err != nil {
		return bundleError{fmt.Errorf("%s: %w", bundle, err)}
	}
	data, err := readInput(path)
	if err != nil {
		return fmt.Errorf("%s: %w", inputName(path), err)
	}
	wasm, err := readWasm(o.wasm)
	if err != nil {
		return err
	}
	rt, err := host.New(ctx, wasm, &host.Options{CacheDir: cacheDir()})
	if err != nil {
		return err
	}
	defer rt.Close(ctx)
	in, err := rt.Instantiate(ctx)
	if err != nil {
		return err
	}
	m, err := in.Load(ctx, zip)
	if err != nil {
		return bundleError{fmt.Errorf("%s: %w", bundle, err)}
	}
	b, err := m.Transform(ctx, data, host.Format(formatOf(path)), host.Format(o.format), o.columns)
	if err != nil {
		return fmt.Errorf("%s: %w", inputName(path), err)
	}
	return writeAll(out, b)
}

// readWasm reads scorer.wasm from path, or from beside this program.
func readWasm(path string) ([]byte, error) {
	if path == "" {
		exe, err := os.Executable()
		if err != nil {
			return nil, err
		}
		path = filepath.Join(filepath.Dir(exe), "scorer.wasm")
	}
	wasm, err := readInput(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w (make build puts it there; --wasm names another)", path, err)
	}
	return wasm, nil
}

// cacheDir is where compiled modules are kept between runs, "" for nowhere.
func cacheDir() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "pageleap", "wazero")
}

// openInput opens a file or standard input; size is -1 where it is not known.
func openInput(path string) (io.ReadCloser, int64, error) {
	if path == "-" {
		return os.Stdin, -1, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", path, errors.Unwrap(err))
	}
	st, err := f.Stat()
	if err == nil && st.IsDir() {
		err = errors.New("is a directory, not a frame")
	}
	if err != nil {
		f.Close()
		return nil, 0, fmt.Errorf("%s: %w", path, err)
	}
	return f, st.Size(), nil
}

func inputName(path string) string {
	if path == "-" {
		return "standard input"
	}
	return path
}

// formatOf is the form that a file's name tells, Auto where it does not.
func formatOf(path string) frame.Format {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".ndjson", ".jsonl":
		return frame.NDJSON
	case ".csv":
		return frame.CSV
	}
	return frame.Auto
}

// newProgress shows bytes read on standard error, where that is a terminal and
// the input is long enough to wait for.
func newProgress(size int64) *progressbar.ProgressBar {
	const long = 8 << 20
	if !term.IsTerminal(int(os.Stderr.Fd())) || size >= 0 && size < long {
		return progressbar.DefaultBytesSilent(size)
	}
	return progressbar.DefaultBytes(size, "scoring")
}

func reportDropped(rows []int, offset int) {
	const shown = 10
	if len(rows) == 0 {
		return
	}
	var b bytes.Buffer
	for i, r := range rows {
		if i == shown {
			fmt.Fprintf(&b, ", and %d more", len(rows)-shown)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprint(&b, r+offset)
	}
	fmt.Fprintf(os.Stderr, "pageleap: dropped by handle_invalid \"skip\": row %s\n", b.String())
}

// writeAll ends text with a newline, as a shell expects.
func writeAll(w *bufio.Writer, b []byte) error {
	if _, err := w.Write(b); err != nil {
		return err
	}
	if len(b) > 0 && b[len(b)-1] != '\n' {
		return w.WriteByte('\n')
	}
	return nil
}
