package server

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pageleap/pageleap/edge"
	"github.com/pageleap/pageleap/edge/experiment/document"
	"github.com/pageleap/pageleap/edge/metrics"
	"github.com/pageleap/pageleap/edge/store"
	"github.com/pageleap/pageleap/engine/bundle"
)

// Source is a bundle to serve.
type Source struct {
	Name    string
	Version string // "": the beginning of its SHA-256
	Path    string // a zip, a directory, or "-" for a zip on standard input
}

// library keeps a handler's models as the files have them.
type library struct {
	handler     *edge.Handler
	sources     []Source
	dir         string // of bundles NAME.zip and NAME@VERSION.zip, or a store
	experiments string
	log         *slog.Logger
	metrics     *metrics.Metrics

	files  map[Source]*file // of which several may be of one path
	unused []*edge.Served   // to be taken out, which an experiment has not let yet
	gone   []gone           // taken out, but requests may still be using them
	loader store.Loader
	index  []byte // of the store, as it was last read
	tried  []byte // the experiments, likewise
}

// file is a bundle that is served, or that could not be.
type file struct {
	mark   string // what it looked like at the last scan
	loaded string // what it looked like when it was loaded, or refused
	served *edge.Served
}

// gone is a version that is served no more. What is counted for it is forgotten
// at so many scans from then on: a request that it still answers counts again.
type gone struct {
	*edge.Served
	scans int
}

const scans = 60

func (l *library) forget() {
	if len(l.gone) == 0 {
		return
	}
	there := served(l.handler.Catalog)
	l.gone = slices.DeleteFunc(l.gone, func(g gone) bool {
		if there[g.Name+"@"+g.Version] != nil {
			return true // it has come back
		}
		l.metrics.Forget(g.Name, g.Version)
		return g.scans <= 1
	})
	for i := range l.gone {
		l.gone[i].scans--
	}
}

// scan brings the handler up to date. What cannot be loaded is told, and what
// was there before stays: a bad file changes nothing. A file that looked
// different at the last scan may still be being written, and is left for the
// next one, except at the first.
func (l *library) scan(first bool) error {
	l.forget()
	var faults []error
	wanted := slices.Clone(l.sources)
	if l.dir != "" {
		listed, index, err := l.list()
		if err != nil {
			return err
		}
		wanted = append(wanted, listed...)
		if index != nil && !bytes.Equal(index, l.index) {
			if err := l.apply(index); err != nil {
				faults = append(faults, err)
			}
		}
	}
	if l.files == nil {
		l.files = map[Source]*file{}
	}
	var in []*edge.Served
	changed := map[string]bool{} // names
	seen := map[Source]bool{}
	for _, s := range wanted {
		seen[s] = true
		f := l.files[s]
		if f == nil {
			f = new(file)
			l.files[s] = f
		}
		served, err := l.see(s, f, first)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", s.Path, err))
		}
		if served == nil {
			continue
		}
		if f.served != nil && f.served.Version != served.Version {
			l.unused = append(l.unused, f.served)
		}
		f.served = served
		in = append(in, served)
		changed[s.Name] = true
	}
	for s, f := range l.files {
		if seen[s] {
			continue
		}
		if delete(l.files, s); f.served != nil {
			l.unused = append(l.unused, f.served)
			changed[f.served.Name] = true
		}
	}
	if len(changed) > 0 {
		if err := l.handler.Catalog.Update(nil, in, l.current(wanted, changed), nil); err != nil {
			faults = append(faults, err)
		}
		for _, s := range in {
			l.log.Info("serving", "model", s.Name, "version", s.Version, "from", s.URI)
		}
	}
	if l.experiments != "" {
		if err := l.try(len(changed) > 0); err != nil {
			faults = append(faults, err)
		}
	}
	return errors.Join(append(faults, l.clear())...)
}

// see loads a file if it is another one than before; nil: it is not, or not yet.
func (l *library) see(s Source, f *file, first bool) (*edge.Served, error) {
	mark, err := look(s.Path)
	if errors.Is(err, fs.ErrNotExist) && f.served != nil {
		return nil, nil // between two versions, perhaps
	}
	if err != nil {
		return nil, err
	}
	settled := first || mark == f.mark
	if f.mark = mark; !settled || mark == f.loaded {
		return nil, nil
	}
	f.loaded = mark // what is refused is looked at again when it changes
	return l.load(s)
}

// clear takes out what no file stands for any more.
func (l *library) clear() error {
	var faults []error
	l.unused = slices.DeleteFunc(l.unused, func(s *edge.Served) bool {
		if err := l.handler.Catalog.Update([]*edge.Served{s}, nil, nil, nil); err != nil {
			faults = append(faults, err)
			return false
		}
		l.log.Info("no longer serving", "model", s.Name, "version", s.Version)
		l.gone = append(l.gone, gone{s, scans})
		return true
	})
	return errors.Join(faults...)
}

// current says which version of the names that changed is the current one: that
// of the file without a version, or else the highest.
func (l *library) current(wanted []Source, changed map[string]bool) map[string]string {
	current, plain := map[string]string{}, map[string]bool{}
	for _, s := range wanted {
		f := l.files[s]
		if f.served == nil || !changed[s.Name] {
			continue
		}
		best, ok := current[s.Name]
		if isPlain := s.Version == ""; isPlain && !plain[s.Name] || isPlain == plain[s.Name] && (!ok || edge.CompareVersions(f.served.Version, best) > 0) {
			current[s.Name], plain[s.Name] = f.served.Version, isPlain
		}
	}
	return current
}

// list is the bundles of the directory, or its index if it is a store.
func (l *library) list() (list []Source, index []byte, err error) {
	index, err = os.ReadFile(filepath.Join(l.dir, store.IndexName))
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return nil, index, err
	}
	entries, err := os.ReadDir(l.dir)
	if err != nil {
		return nil, nil, err
	}
	for _, e := range entries {
		ref, ok := strings.CutSuffix(e.Name(), ".zip")
		if !ok || strings.HasPrefix(ref, ".") || e.IsDir() {
			continue
		}
		name, version, _ := strings.Cut(ref, "@")
		list = append(list, Source{name, version, filepath.Join(l.dir, e.Name())})
	}
	return list, nil, nil
}

// apply serves what the store's index says.
func (l *library) apply(index []byte) error {
	l.index = index // once: another try takes another index
	l.loader.Handler = l.handler
	before := served(l.handler.Catalog)
	x, err := store.Parse(index)
	if err == nil {
		err = l.loader.Apply(x, func(hash string) ([]byte, error) {
			return os.ReadFile(filepath.Join(l.dir, store.FileName(hash)))
		})
	}
	l.metrics.Loaded(err)
	if err != nil {
		return fmt.Errorf("%s: %w", l.dir, err)
	}
	after := served(l.handler.Catalog)
	for _, s := range slices.Sorted(maps.Keys(after)) {
		if before[s] == nil {
			l.log.Info("serving", "model", after[s].Name, "version", after[s].Version, "from", after[s].URI)
		}
	}
	for _, s := range slices.Sorted(maps.Keys(before)) {
		if after[s] == nil {
			l.log.Info("no longer serving", "model", before[s].Name, "version", before[s].Version)
			l.gone = append(l.gone, gone{before[s], scans})
		}
	}
	return nil
}

func served(c *edge.Catalog) map[string]*edge.Served {
	all := map[string]*edge.Served{}
	for s := range c.All {
		all[s.Name+"@"+s.Version] = s
	}
	return all
}

// try runs the experiments of the file, if it is another one than before or the
// models are.
func (l *library) try(again bool) error {
	text, err := os.ReadFile(l.experiments)
	if err != nil || bytes.Equal(text, l.tried) && !again {
		return err
	}
	l.tried = text
	d, err := document.Parse(text)
	if err == nil {
		err = l.handler.Catalog.Try(d)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", l.experiments, err)
	}
	for _, e := range d.Experiments {
		l.log.Info("experiment", "name", e.Name, "model", e.Model, "variants", len(e.Variants))
	}
	return nil
}

// load reads a bundle.
func (l *library) load(s Source) (served *edge.Served, err error) {
	defer func() { l.metrics.Loaded(err) }()
	st, err := os.Stat(s.Path)
	if s.Path != "-" && err != nil {
		return nil, err
	}
	if s.Path == "-" || !st.IsDir() {
		var zip []byte
		if s.Path == "-" {
			zip, err = io.ReadAll(os.Stdin)
		} else {
			zip, err = os.ReadFile(s.Path)
		}
		if err != nil {
			return nil, err
		}
		served, err = l.handler.Load(s.Name, s.Version, zip)
	} else {
		served, err = l.loadDir(s)
	}
	if err == nil {
		served.URI = s.Path
	}
	return served, err
}

func (l *library) loadDir(s Source) (*edge.Served, error) {
	files := bundle.Dir(os.DirFS(s.Path))
	if s.Version == "" {
		sum := sha256.New()
		for _, name := range files.List() {
			data, err := files.ReadFile(name)
			if err != nil {
				return nil, err
			}
			fmt.Fprintf(sum, "%s\x00%d\x00", name, len(data))
			sum.Write(data)
		}
		s.Version = hex.EncodeToString(sum.Sum(nil)[:6])
	}
	return l.handler.LoadFiles(s.Name, s.Version, files)
}

// look says what a file, or the files of a directory, look like from outside.
func look(path string) (string, error) {
	if path == "-" {
		return "-", nil
	}
	var mark strings.Builder
	add := func(name string, st fs.FileInfo) {
		fmt.Fprintf(&mark, "%s %d %d;", name, st.Size(), st.ModTime().UnixNano())
	}
	st, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if !st.IsDir() {
		add("", st)
		return mark.String(), nil
	}
	err = fs.WalkDir(os.DirFS(path), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		st, err := e.Info()
		if err == nil {
			add(name, st)
		}
		return err
	})
	return mark.String(), err
}
