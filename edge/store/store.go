// Package store describes where deployments keep their models: a folder, a
// bucket, a namespace, the deployment itself. It holds bundles under the names
// of their contents, and one index that says which of them is what:
//
//	index.json
//	8f43…e1.zip        the SHA-256 of the bundle
//	1c07…9a.zip
//
// A bundle never changes under its name, so that whoever has it needs not ask
// again; a new state of affairs is a new index. The index is:
//
//	{
//	  "models": {
//	    "visitor": {"current": "4", "versions": {"3": "8f43…e1", "4": "1c07…9a"}}
//	  },
//	  "experiments": []
//	}
package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/pageleap/pageleap/edge"
	"github.com/pageleap/pageleap/edge/experiment"
)

// IndexName is the file name of the index.
const IndexName = "index.json"

// Index says which bundle is which model.
type Index struct {
	Models map[string]Model `json:"models"`
	experiment.Document
}

// Model is the versions of a model.
type Model struct {
	Current  string            `json:"current"`
	Versions map[string]string `json:"versions"` // version to hash
}

// Hash is the name that a bundle's zip has in a store: its SHA-256.
func Hash(zip []byte) string {
	sum := sha256.Sum256(zip)
	return hex.EncodeToString(sum[:])
}

// FileName is the name of the file that holds the bundle with that hash.
func FileName(hash string) string { return hash + ".zip" }

// Parse reads an index and checks it.
func Parse(data []byte) (*Index, error) {
	x := new(Index)
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(x); err != nil {
		return nil, fmt.Errorf("%s: %s", IndexName, strings.TrimPrefix(err.Error(), "json: "))
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("%s: more follows after the index", IndexName)
	}
	for name, m := range x.Models {
		if m.Versions[m.Current] == "" {
			return nil, fmt.Errorf("%s: model %q: the current version %q is not among its versions", IndexName, name, m.Current)
		}
		for version, hash := range m.Versions {
			if b, err := hex.DecodeString(hash); err != nil || len(b) != sha256.Size {
				return nil, fmt.Errorf("%s: model %s@%s: %q is no SHA-256 in hexadecimal", IndexName, name, version, hash)
			}
		}
	}
	if err := x.Check(); err != nil {
		return nil, fmt.Errorf("%s: %w", IndexName, err)
	}
	if err := x.CheckVersions(); err != nil {
		return nil, err
	}
	return x, nil
}

// CheckVersions says whether the versions that experiments use are there.
func (x *Index) CheckVersions() error {
	for _, e := range x.Experiments {
		for _, version := range e.Versions() {
			if x.Models[e.Model].Versions[version] == "" {
				return fmt.Errorf("%s: experiment %q: there is no model %s@%s", IndexName, e.Name, e.Model, version)
			}
		}
	}
	return nil
}

// Loader makes a handler serve what an index says. It loads each bundle once,
// however many indexes speak of it.
type Loader struct {
	Handler *edge.Handler
	loaded  map[string]*edge.Served // by name@version and hash
}

// Hashes are the bundles that an index speaks of, and whether they are loaded.
func (l *Loader) Hashes(x *Index) map[string]bool {
	hashes := map[string]bool{}
	for name, m := range x.Models {
		for version, hash := range m.Versions {
			before, seen := hashes[hash]
			hashes[hash] = l.loaded[key(name, version, hash)] != nil && (before || !seen)
		}
	}
	return hashes
}

func key(name, version, hash string) string { return name + "@" + version + " " + hash }

// Apply serves what an index says in place of what the one before said. get gives a bundle's zip
// by its hash, and is asked only for those that are not loaded yet. On an error
// all stays as it was.
func (l *Loader) Apply(x *Index, get func(hash string) ([]byte, error)) error {
	loaded := map[string]*edge.Served{}
	var in, out []*edge.Served
	current := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(x.Models)) {
		m := x.Models[name]
		current[name] = m.Current
		for _, version := range slices.Sorted(maps.Keys(m.Versions)) {
			hash := m.Versions[version]
			key := key(name, version, hash)
			s := l.loaded[key]
			if s == nil {
				zip, err := get(hash)
				if err != nil {
					return fmt.Errorf("model %s@%s: %w", name, version, err)
				}
				if got := Hash(zip); got != hash {
					return fmt.Errorf("model %s@%s: the bundle under the name %s has the hash %s", name, version, hash, got)
				}
				if s, err = l.Handler.Load(name, version, zip); err != nil {
					return fmt.Errorf("model %s@%s: %w", name, version, err)
				}
				s.URI = FileName(hash)
				in = append(in, s)
			}
			loaded[key] = s
		}
	}
	for key, s := range l.loaded {
		if loaded[key] == nil {
			out = append(out, s)
		}
	}
	if err := l.Handler.Catalog.Update(out, in, current, &x.Document); err != nil {
		return err
	}
	l.loaded = loaded
	return nil
}
