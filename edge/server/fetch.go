package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/pageleap/pageleap/edge"
	_ "golang.org/x/crypto/x509roots/fallback" // for images that hold no certificates
)

// Places are where models may be loaded from by URI: folders of this machine
// (file:/models/) and places on the web (https://models.example/visitor/).
type Places struct {
	list []place
	max  int64 // bytes of a bundle
	http http.Client
}

type place struct {
	scheme, host, path string // the path ends in "/"
}

// NewPlaces reads places as they stand on the command line.
func NewPlaces(uris []string, max int64) (*Places, error) {
	p := &Places{max: max}
	for _, s := range uris {
		u, err := url.Parse(s)
		if err != nil {
			return nil, err
		}
		switch {
		case u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Opaque != "":
			return nil, fmt.Errorf("%s: write a place such as file:/models/ or https://models.example/", s)
		case u.Scheme == "file" && u.Host == "" && path.IsAbs(u.Path):
		case (u.Scheme == "https" || u.Scheme == "http") && u.Host != "":
		default:
			return nil, fmt.Errorf("%s: write a place such as file:/models/ or https://models.example/", s)
		}
		p.list = append(p.list, place{u.Scheme, strings.ToLower(u.Host), strings.TrimSuffix(path.Clean("/"+u.Path), "/") + "/"})
	}
	p.http.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		if len(via) > 5 {
			return errors.New("too many redirects")
		}
		_, _, err := p.find(r.URL)
		return err
	}
	return p, nil
}

// find is the place that a URI is in, and its path from there.
func (p *Places) find(u *url.URL) (*place, string, error) {
	name := u.Path
	if u.Scheme == "file" && u.Opaque != "" {
		name = "" // file:relative
	}
	clean := path.Clean("/" + name)
	for i := range p.list {
		l := &p.list[i]
		if u.Scheme != l.scheme || strings.ToLower(u.Host) != l.host || u.User != nil || name != clean {
			continue
		}
		if rest, ok := strings.CutPrefix(clean, l.path); ok && rest != "" {
			return l, rest, nil
		}
	}
	return nil, "", fmt.Errorf("the URI is in none of the places that models may be loaded from: %w", edge.ErrForbidden)
}

// Fetch gets the bundle at a URI.
func (p *Places) Fetch(ctx context.Context, uri string) ([]byte, error) {
	u, err := url.Parse(uri)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", edge.ErrForbidden, err)
	}
	l, rest, err := p.find(u)
	if err != nil {
		return nil, err
	}
	if l.scheme == "file" {
		return p.file(l, rest)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, uri, nil)
	if err != nil {
		return nil, err
	}
	resp, err := p.http.Do(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the server of the bundle answers %s", resp.Status)
	}
	return p.read(resp.Body)
}

// file reads below a folder; no link leads out of it.
func (p *Places) file(l *place, name string) ([]byte, error) {
	root, err := os.OpenRoot(filepath.FromSlash(l.path))
	if err != nil {
		return nil, err
	}
	defer root.Close()
	f, err := root.Open(filepath.FromSlash(name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return p.read(f)
}

func (p *Places) read(r io.Reader) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, p.max+1))
	if err == nil && int64(len(b)) > p.max {
		err = fmt.Errorf("the bundle is longer than the limit of %d bytes", p.max)
	}
	return b, err
}
