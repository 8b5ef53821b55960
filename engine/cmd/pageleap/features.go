package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/internal/atomicfile"
	"github.com/pageleap/pageleap/engine/visit/training"
	"github.com/spf13/cobra"
)

func featuresCommand() *cobra.Command {
	var o featuresOptions
	cmd := &cobra.Command{
		Use:   "features [EVENTS...] -o FILE",
		Short: "Write the training table of visits",
		Long: `features writes a table with a row for each visit: its features, computed by the
code that computes them in a bundle (op session_features). --spec is a list of
features in JSON, or a bundle with that op; without it they are a set that is
good for scoring early in a visit. engine/visit/README.md defines them all.

` + eventsHelp + `

With --prefix there is a row for each visit's first so many events, so that a
model learns to score early; "all" is the whole visit. --label adds the column
label, 1 where the visit has such an event, and computes features from what came
before it; --labels takes it from a CSV with the columns visit and label, and then
only --gap splits a visit at pauses.

FILE appears when it is complete. Without EVENTS only the bundle is written.`,
		Example: `  pageleap features events.ndjson.gz --label purchase --prefix 3,6,10,all -o train.parquet --bundle features.zip
  pageleap features e-shop_clothing_2008.csv --preset eshop2008 --spec features.json -o train.csv
  pageleap features log.csv --map visit=session,ts=time,event=action,page=url --ts-unit s -o train.ndjson`,
		Args: argCount(0, 1<<20),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return o.onlyBundle()
			}
			return o.run(cmd, args)
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&o.spec, "spec", "", "features, in JSON, or a bundle that computes them")
	fl.StringVarP(&o.out, "output", "o", "", "file to write")
	fl.StringVar(&o.format, "format", "", "csv, parquet or ndjson (default: told by the file's name)")
	fl.StringSliceVar(&o.prefixes, "prefix", nil, "a row for each visit's first so many events: 3,6,10,all")
	fl.StringVar(&o.label, "label", "", "the event that is to be foretold, such as purchase")
	fl.StringVar(&o.labels, "labels", "", "a CSV with the columns visit and label")
	fl.BoolVar(&o.pairs, "pairs", false, "a row for each item that a visit clicked")
	fl.StringVar(&o.bundle, "bundle", "", "also write the features as a bundle, for compose")
	o.events.add(cmd)
	return cmd
}

type featuresOptions struct {
	spec, out, format, label, labels, bundle string
	prefixes                                 []string
	pairs                                    bool
	events                                   eventFlags
}

func (o *featuresOptions) run(cmd *cobra.Command, paths []string) error {
	t := &training.Options{Paths: paths, Label: o.label, Pairs: o.pairs}
	var err error
	if t.Prefixes, err = parsePrefixes(o.prefixes); err != nil {
		return err
	}
	if o.out == "" {
		return usageError{errors.New("-o FILE is wanted")}
	}
	if t.Format, err = training.ParseFormat(o.format, o.out); err != nil {
		return usageError{err}
	}
	if o.label != "" && o.labels != "" {
		return usageError{errors.New("--label and --labels cannot be had together")}
	}
	read, err := labelledEvents(cmd, &o.events, o.labels)
	if err != nil {
		return err
	}
	t.Events, t.Labels = read.options, read.labels
	if t.Spec, err = readSpec(o.spec); err != nil {
		return err
	}
	progress := newEventProgress(paths)
	defer progress.done()
	t.Progress = progress.show
	if t.Spec, err = training.Fit(cmd.Context(), t); err != nil {
		return err
	}
	var res *training.Result
	// The bundle comes when the table has only to be given its name: both are
	// there, or neither.
	err = atomicfile.Write(o.out, func(w *bufio.Writer) (err error) {
		res, err = training.Write(cmd.Context(), w, t)
		if err == nil {
			err = w.Flush()
		}
		if err == nil && o.bundle != "" {
			err = writeSpecBundle(o.bundle, t.Spec)
		}
		return err
	})
	if err != nil {
		return err
	}
	progress.done()
	reportEvents(res.Report)
	if res.Unlabeled > 0 {
		fmt.Fprintf(os.Stderr, "%d visits have no label and were left out\n", res.Unlabeled)
	}
	if res.Empty > 0 {
		fmt.Fprintf(os.Stderr, "%d visits begin with %s and were left out\n", res.Empty, o.label)
	}
	fmt.Fprintf(os.Stderr, "%d rows of %d columns in %s\n", res.Rows, len(res.Columns), o.out)
	return nil
}

// onlyBundle writes the bundle of a spec that needs no events to be written out.
func (o *featuresOptions) onlyBundle() error {
	if o.bundle == "" || o.out != "" {
		return usageError{errors.New("features of which events? Without EVENTS there is only features --spec FILE --bundle FILE")}
	}
	s, err := readSpec(o.spec)
	if err != nil {
		return err
	}
	if s.NeedsPopular() {
		return usageError{errors.New("the spec has groups of what is popular in EVENTS, which are therefore wanted")}
	}
	if err := s.Expand(nil); err != nil {
		return err
	}
	return writeSpecBundle(o.bundle, s)
}

// parsePrefixes reads 3,6,10,all; 0 stands for all.
func parsePrefixes(list []string) ([]int, error) {
	var out []int
	for _, s := range list {
		n, err := strconv.Atoi(s)
		if s == "all" {
			n, err = 0, nil
		} else if err == nil && n < 1 {
			err = errors.New("less than 1")
		}
		if err != nil {
			return nil, usageError{fmt.Errorf("--prefix %s: numbers of events are wanted, or all", s)}
		}
		out = append(out, n)
	}
	return out, nil
}

// readSpec reads a spec in JSON, or out of a bundle.
func readSpec(path string) (*training.Spec, error) {
	if path == "" {
		return training.Default(), nil
	}
	st, err := os.Stat(path)
	if err == nil && !st.IsDir() && strings.ToLower(filepath.Ext(path)) != ".zip" {
		data, err := readInput(path)
		if err == nil && !bytes.HasPrefix(data, []byte("PK")) {
			s, err := training.ReadSpec(data)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
			return s, nil
		}
	}
	m, err := loadModel(path)
	if err != nil {
		return nil, err
	}
	s, err := training.SpecOf(m.Bundle())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

func writeSpecBundle(path string, s *training.Spec) error {
	b, err := s.Bundle(strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)))
	if err != nil {
		return err
	}
	zip, err := bundle.Write(b, bundle.JSON)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return atomicfile.WriteBytes(path, zip)
}
