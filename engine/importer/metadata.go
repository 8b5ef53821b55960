package importer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"path"
	"strconv"
	"strings"
)

// metadata is what Spark writes of every stage, as one line of JSON
// (ml/util/ReadWrite.scala, DefaultParamsWriter).
type metadata struct {
	file  string
	class string
	uid   string
	// The Spark that saved it.
	major, minor int

	params   map[string]json.RawMessage // set by the user
	defaults map[string]json.RawMessage // Spark 2.4 and later
	extra    map[string]json.RawMessage // every other field, such as numFeatures
}

// The newest Spark whose layout is known.
const newestMajor, newestMinor = 4, 1

func (s *source) metadata(dir string) (*metadata, error) {
	line, file, err := s.line(path.Join(dir, "metadata"))
	if err != nil {
		return nil, err
	}
	m := &metadata{file: file}
	fail := func(kind error, format string, args ...any) (*metadata, error) {
		return nil, &Error{Kind: kind, File: file, Msg: fmt.Sprintf(format, args...)}
	}
	if err := json.Unmarshal(line, &m.extra); err != nil {
		return fail(ErrMalformed, "is not the metadata of a Spark model: %v", err)
	}
	var version string
	for _, f := range []struct {
		name string
		to   any
	}{{"class", &m.class}, {"uid", &m.uid}, {"sparkVersion", &version}, {"paramMap", &m.params}, {"defaultParamMap", &m.defaults}} {
		raw, ok := m.extra[f.name]
		if !ok {
			if f.name == "defaultParamMap" {
				continue
			}
			return fail(ErrMalformed, "has no field %q", f.name)
		}
		if err := json.Unmarshal(raw, f.to); err != nil {
			return fail(ErrMalformed, "the field %q is %s", f.name, clip(raw))
		}
		delete(m.extra, f.name)
	}
	if _, err := fmt.Sscanf(version, "%d.%d", &m.major, &m.minor); err != nil {
		return fail(ErrMalformed, "the field \"sparkVersion\" is %q", version)
	}
	if m.major > newestMajor || m.major == newestMajor && m.minor > newestMinor {
		return fail(ErrVersion, "saved by Spark %s; the layouts up to Spark %d.%d are known", version, newestMajor, newestMinor)
	}
	return m, nil
}

func clip(raw []byte) string {
	if len(raw) > 60 {
		return string(raw[:60]) + "…"
	}
	return string(raw)
}

// param is a param's value: what was set, else the default that was saved.
func (m *metadata) param(name string) (json.RawMessage, bool) {
	if v, ok := m.params[name]; ok {
		return v, true
	}
	v, ok := m.defaults[name]
	return v, ok
}

// isSet says whether the user set the param.
func (m *metadata) isSet(name string) bool {
	_, ok := m.params[name]
	return ok
}

// number is a double as Spark's JSON has it: NaN, Inf and -Inf are strings
// (ml/param/params.scala, DoubleParam.jValueEncode).
type number float64

func (n *number) UnmarshalJSON(b []byte) error {
	switch string(b) {
	case `"NaN"`:
		*n = number(math.NaN())
	case `"Inf"`, `"Infinity"`:
		*n = number(math.Inf(1))
	case `"-Inf"`, `"-Infinity"`:
		*n = number(math.Inf(-1))
	default:
		x, err := strconv.ParseFloat(string(b), 64)
		if err != nil && !strings.Contains(err.Error(), "range") {
			return fmt.Errorf("%s is not a number", clip(b))
		}
		*n = number(x)
	}
	return nil
}

func floatsOf(list []number) []float64 {
	out := make([]float64, len(list))
	for i, n := range list {
		out[i] = float64(n)
	}
	return out
}

// get decodes a param; a fault is kept. It is false where there is no value.
func (s *stage) get(name string, to any) bool {
	raw, ok := s.meta.param(name)
	if !ok || bytes.Equal(raw, []byte("null")) {
		return false
	}
	if err := json.Unmarshal(raw, to); err != nil {
		s.fail(ErrMalformed, s.meta.file, "param %s is %s", name, clip(raw))
		return false
	}
	return true
}

// need is get where there must be a value.
func (s *stage) need(name string, to any) {
	if !s.get(name, to) {
		s.fail(ErrMalformed, s.meta.file, "has no param %s", name)
	}
}

func (s *stage) str(name string) (v string) { s.need(name, &v); return }

func (s *stage) strOr(name, def string) string {
	s.get(name, &def)
	return def
}

func (s *stage) strs(name string) (v []string) { s.need(name, &v); return }

func (s *stage) boolOr(name string, def bool) bool {
	s.get(name, &def)
	return def
}

func (s *stage) intOr(name string, def int) int {
	s.get(name, &def)
	return def
}

func (s *stage) float(name string) float64 {
	var v number
	s.need(name, &v)
	return float64(v)
}

func (s *stage) floatOr(name string, def float64) float64 {
	v := number(def)
	s.get(name, &v)
	return float64(v)
}

func (s *stage) floats(name string) []float64 {
	var v []number
	s.need(name, &v)
	return floatsOf(v)
}

// field decodes one of the fields beside the params, such as numFeatures.
func (s *stage) field(name string, to any) {
	raw, ok := s.meta.extra[name]
	if !ok {
		s.fail(ErrMalformed, s.meta.file, "has no field %q", name)
		return
	}
	if err := json.Unmarshal(raw, to); err != nil {
		s.fail(ErrMalformed, s.meta.file, "the field %q is %s", name, clip(raw))
	}
}

// fieldInt is a whole number beside the params.
func (s *stage) fieldInt(name string) (v int) { s.field(name, &v); return }

// columns are the input columns of a stage that works on one column or on
// several (HasInputCols and its like): what was set decides.
func (s *stage) columns(one, many string) []string {
	if s.meta.isSet(many) || !s.meta.isSet(one) && s.has(many) {
		return s.strs(many)
	}
	return []string{s.str(one)}
}

func (s *stage) has(name string) bool {
	_, ok := s.meta.param(name)
	return ok
}

// parseExtra takes a line of metadata that has fields and no params.
func (s *stage) parseExtra(line []byte) {
	if err := json.Unmarshal(line, &s.meta.extra); err != nil {
		s.fail(ErrMalformed, s.meta.file, "is not the metadata of a Spark model: %v", err)
	}
}
