package edge

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/pageleap/pageleap/edge/experiment"
	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/frame/mleappb"
)

// Served is a version of a model, ready to answer.
type Served struct {
	Name    string
	Version string
	URI     string               // where it was loaded from, for whoever asks
	Config  *mleappb.ModelConfig // as its loader said; it has no effect here
	Model   *engine.Model

	last
}

// ref is how the model is named in requests and headers.
func (s *Served) ref() string { return s.Name + "@" + s.Version }

// ContentVersion is the version that a bundle gets where nobody names one: the
// beginning of the SHA-256 of its zip.
func ContentVersion(zip []byte) string {
	sum := sha256.Sum256(zip)
	return hex.EncodeToString(sum[:6])
}

// Catalog is the models that a handler serves, by name and version, and the
// experiments that run on them. Requests in flight keep the model that they
// began with: changes never disturb them.
type Catalog struct {
	mu   sync.Mutex // held by those who change it
	view atomic.Pointer[view]
}

// view is a state of the catalog. It does not change.
type view struct {
	families map[string]*family
	trials   map[string]*experiment.Trial // by model
}

// family is all versions of a model.
type family struct {
	current  *Served // answers where neither a version is named nor an experiment runs
	versions map[string]*Served
}

func newCatalog() *Catalog {
	c := new(Catalog)
	c.view.Store(&view{})
	return c
}

// ErrName is what errors.Is finds in an error about a name or version that
// cannot be one.
var ErrName = errors.New("unusable name")

// checkName says whether a name or a version can stand in paths and headers.
func checkName(what, s string) error {
	ok := s != "" && len(s) <= 128
	for i := range len(s) {
		c := s[i]
		ok = ok && ('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("._-+:~$", c) >= 0)
	}
	if !ok || strings.Trim(s, ".") == "" || s == "transform" {
		return fmt.Errorf("%w: %q cannot be the %s of a model: it takes letters, digits and . _ - + : ~ $, at most 128 of them", ErrName, s, what)
	}
	return nil
}

// Set serves a version of a model, in place of the one that has its name and
// version. It becomes the current one.
func (c *Catalog) Set(s *Served) error {
	if err := s.check(); err != nil {
		return err
	}
	c.change(func(v *view) { v.put(s) })
	return nil
}

// add is Set for a version that a reference (a name, or name@version) stands for
// from now on. What it has stood for so far is replaced if force says so, and is
// an error if not.
func (c *Catalog) add(ref string, s *Served, force bool) error {
	if err := s.check(); err != nil {
		return err
	}
	var err error
	c.change(func(v *view) {
		old, trial := v.find(ref)
		if old != nil && !force {
			err = exists(ref)
			return
		}
		v.put(s)
		if old != nil && old.Version != s.Version && (trial == nil || !slices.Contains(trial.Versions(), old.Version)) {
			v.drop(old.Name, old.Version)
		}
	})
	return err
}

func exists(ref string) error {
	return &httpError{http.StatusBadRequest, "exists", "model " + strconv.Quote(ref) + " is loaded already; force replaces it, and a version (name@version) of its own puts one beside it"}
}

func (s *Served) check() error {
	if err := checkName("name", s.Name); err != nil {
		return err
	}
	return checkName("version", s.Version)
}

// Remove stops serving a version of a model, or all of them where version is
// "". A version that an experiment uses stays. It says what it removed.
func (c *Catalog) Remove(name, version string) (removed *Served, err error) {
	c.change(func(v *view) {
		f := v.families[name]
		if f == nil || version != "" && f.versions[version] == nil {
			return
		}
		if t := v.trials[name]; t != nil && (version == "" || slices.Contains(t.Versions(), version)) {
			err = fmt.Errorf("experiment %q uses it; end that first", t.Name)
			return
		}
		if removed = f.current; version != "" {
			removed = f.versions[version]
		}
		if version == "" {
			delete(v.families, name)
		} else {
			v.drop(name, version)
		}
	})
	return removed, err
}

// Update takes some versions out, puts others in and, unless d is nil, runs
// other experiments; all of it at once, or nothing if that cannot be. A version
// that is put in takes the place of the one that has its name and version.
//
// current says which version of a name is the current one from now on. Where it
// does not, the current one stays; the highest follows one that is taken out.
func (c *Catalog) Update(out, in []*Served, current map[string]string, d *experiment.Document) error {
	for _, s := range in {
		if err := s.check(); err != nil {
			return err
		}
	}
	var err error
	c.change(func(v *view) {
		next := &view{families: maps.Clone(v.families), trials: v.trials}
		for _, s := range out {
			if f := next.families[s.Name]; f != nil && f.versions[s.Version] == s { // not replaced since
				next.drop(s.Name, s.Version)
			}
		}
		for _, s := range in {
			f := next.families[s.Name]
			next.put(s)
			if f != nil && f.current.Version != s.Version {
				next.families[s.Name].current = f.current
			}
		}
		for name, version := range current {
			f := next.families[name]
			if f == nil || f.versions[version] == nil {
				err = fmt.Errorf("the current version %s@%s is not there", name, version)
				return
			}
			next.families[name] = &family{current: f.versions[version], versions: f.versions}
		}
		trials := d
		if trials == nil {
			trials = v.running()
		}
		if err = next.try(trials); err == nil {
			*v = *next
		}
	})
	return err
}

// running are the experiments of a view.
func (v *view) running() *experiment.Document {
	d := new(experiment.Document)
	for _, model := range slices.Sorted(maps.Keys(v.trials)) {
		d.Experiments = append(d.Experiments, *v.trials[model].Experiment)
	}
	return d
}

// drop takes a version out. The highest of those that are left follows a
// current one.
func (v *view) drop(name, version string) {
	f := v.families[name]
	if len(f.versions) == 1 {
		delete(v.families, name)
		return
	}
	g := &family{current: f.current, versions: maps.Clone(f.versions)}
	delete(g.versions, version)
	if g.current.Version == version {
		g.current = g.versions[slices.MaxFunc(slices.Collect(maps.Keys(g.versions)), CompareVersions)]
	}
	v.families[name] = g
}

// Try runs these experiments in place of those that run. One whose versions are
// not there is an error, and nothing changes.
func (c *Catalog) Try(d *experiment.Document) error {
	var err error
	c.change(func(v *view) { err = v.try(d) })
	return err
}

// try starts experiments. What the guard of one that is still the same has seen
// stays.
func (v *view) try(d *experiment.Document) error {
	trials := map[string]*experiment.Trial{}
	for i := range d.Experiments {
		e := &d.Experiments[i]
		for _, version := range e.Versions() {
			if f := v.families[e.Model]; f == nil || f.versions[version] == nil {
				return fmt.Errorf("experiment %q: there is no model %s@%s", e.Name, e.Model, version)
			}
		}
		if t := v.trials[e.Model]; t != nil && same(t.Experiment, e) {
			trials[e.Model] = t
		} else {
			trials[e.Model] = experiment.Start(e)
		}
	}
	v.trials = trials
	return nil
}

func same(a, b *experiment.Experiment) bool {
	return a.Name == b.Name && a.Salt == b.Salt && slices.Equal(a.Variants, b.Variants) && equal(a.Shadow, b.Shadow) && equal(a.Guard, b.Guard)
}

func equal[T comparable](a, b *T) bool { return a == b || a != nil && b != nil && *a == *b }

// change makes a new view of the present one.
func (c *Catalog) change(f func(v *view)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	old := c.view.Load()
	v := &view{families: maps.Clone(old.families), trials: old.trials}
	if v.families == nil {
		v.families = map[string]*family{}
	}
	f(v)
	c.view.Store(v)
}

// put adds a version, as the current one.
func (v *view) put(s *Served) {
	f := &family{current: s, versions: map[string]*Served{}}
	if old := v.families[s.Name]; old != nil {
		maps.Copy(f.versions, old.versions)
	}
	f.versions[s.Version] = s
	v.families[s.Name] = f
}

// find is the model of a reference: a name, or name@version.
func (v *view) find(ref string) (s *Served, trial *experiment.Trial) {
	name, version, named := strings.Cut(ref, "@")
	f := v.families[name]
	switch {
	case f == nil:
		return nil, nil
	case named:
		return f.versions[version], nil
	}
	return f.current, v.trials[name]
}

// All is every version that is served, by name and version, and whether it is
// its model's current one.
func (c *Catalog) All(yield func(s *Served, current bool) bool) {
	v := c.view.Load()
	for _, name := range slices.Sorted(maps.Keys(v.families)) {
		f := v.families[name]
		for _, version := range slices.SortedFunc(maps.Keys(f.versions), CompareVersions) {
			if !yield(f.versions[version], f.versions[version] == f.current) {
				return
			}
		}
	}
}

// CompareVersions orders versions so that 9 comes before 10 and 1.9 before
// 1.10: runs of digits count as numbers.
func CompareVersions(a, b string) int {
	for a != "" && b != "" {
		da, db := digits(a), digits(b)
		if da > 0 && db > 0 {
			na, nb := strings.TrimLeft(a[:da], "0"), strings.TrimLeft(b[:db], "0")
			if len(na) != len(nb) {
				return len(na) - len(nb)
			}
			if c := strings.Compare(na, nb); c != 0 {
				return c
			}
			a, b = a[da:], b[db:]
			continue
		}
		if a[0] != b[0] {
			return int(a[0]) - int(b[0])
		}
		a, b = a[1:], b[1:]
	}
	return len(a) - len(b)
}

func digits(s string) int {
	n := 0
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return n
}
