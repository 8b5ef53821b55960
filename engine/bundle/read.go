package bundle

import (
	"slices"
	"strconv"
	"strings"

	"github.com/pageleap/pageleap/engine/frame"
)

const (
	bundleFile = "bundle.json"
	rootDir    = "root"
)

// Read reads a whole bundle. bundle.json may be at the top or in the only
// folder at the top, as when a directory was zipped by hand. Attributes come
// sorted by name: a bundle gives them no order.
func Read(files Files, limits Limits) (*Bundle, error) { return read(files, limits, false) }

// Open is Read for whoever goes through the trees once: their files stay packed
// until a TreeReader wants them. Forests unpack to ten times their size. The
// bytes of files must not change meanwhile.
func Open(files Files, limits Limits) (*Bundle, error) { return read(files, limits, true) }

func read(files Files, limits Limits, lazy bool) (*Bundle, error) {
	r := &reader{files: files, limits: limits.Filled(), names: files.List()}
	r.zip, _ = files.(*zipFiles)
	r.lazy = lazy && r.zip != nil
	sortTexts(r.names)
	if n := len(r.names); n > r.limits.Files {
		return nil, over("", "Files", int64(r.limits.Files), int64(n), "files")
	}
	if err := r.findTop(); err != nil {
		return nil, err
	}
	data, err := r.read(bundleFile)
	if err != nil {
		return nil, err
	}
	b := &Bundle{}
	if err := r.bundleJSON(data, b); err != nil {
		return nil, at(bundleFile, err)
	}
	r.format = b.Format
	r.own.model, r.own.node, r.own.tree = "model"+b.Format.ext(), "node"+b.Format.ext(), treeName+b.Format.ext()
	b.Root, err = r.node(rootDir, 1)
	return b, err
}

type reader struct {
	files  Files
	zip    *zipFiles // the files, if they are in one
	lazy   bool      // trees stay in the zip
	limits Limits
	names  []string // sorted, as the zip's entries are
	near   int      // in names: where the last one was found
	room   room
	top    string // the folder that everything is in: "" or "x/"
	format Format
	own    struct{ model, node, tree string } // the bundle's own files, by the format
	bytes  int64                              // read so far
	parts  int                                // of models, so far
	twin   twin
}

// twin is a model that was read, of nothing but basic values. Those of a forest's
// trees are all the same, and a bundle that is opened lets them share it.
type twin struct {
	entry *zipEntry // nil where there is none
	model *Model
	parts int
}

// part counts a part of a model, each of which takes some hundred bytes of
// memory for a few bytes of file.
func (r *reader) part() error {
	if r.parts++; r.parts > r.limits.Parts {
		return over("", "Parts", int64(r.limits.Parts), int64(r.parts), "attributes, tensors, data shapes and models")
	}
	return nil
}

// findTop finds the folder that holds bundle.json.
func (r *reader) findTop() error {
	if r.has(bundleFile) {
		return nil
	}
	found := 0
	for _, name := range r.names {
		if dir, ok := strings.CutSuffix(name, "/"+bundleFile); ok && !strings.Contains(dir, "/") {
			r.top = dir + "/"
			found++
		}
	}
	if found != 1 {
		return &Error{Kind: ErrNotFound, Path: bundleFile, Msg: "no such file: this is not a bundle"}
	}
	return nil
}

func (r *reader) has(name string) bool {
	_, ok := r.find(name)
	return ok
}

// find is a file's place in names. Files are mostly read in order.
func (r *reader) find(name string) (i int, ok bool) {
	if r.top != "" {
		name = r.top + name
	}
	for i := r.near; i < len(r.names) && i < r.near+2; i++ {
		if r.names[i] == name {
			r.near = i
			return i, true
		}
	}
	if i = r.from(name); i == len(r.names) || r.names[i] != name {
		return 0, false
	}
	r.near = i
	return i, true
}

// from is where names begin that are not before name.
func (r *reader) from(name string) int {
	return search(len(r.names), func(i int) bool { return r.names[i] >= name })
}

// admit holds a file against the limits before it is read, as far as its size is
// known.
func (r *reader) admit(name string) (e *zipEntry, err error) {
	i, ok := r.find(name)
	if !ok {
		return nil, &Error{Kind: ErrNotFound, Path: name, Msg: "the bundle has no such file"}
	}
	unpacked, packed := int64(0), int64(0)
	if r.zip != nil {
		e = &r.zip.entries[i]
		unpacked, packed = e.length, e.packed
	} else if m, ok := r.files.(measured); ok {
		unpacked, packed = m.size(r.top + name)
	}
	if total := r.bytes + unpacked; total > r.limits.Bytes {
		return nil, over(name, "Bytes", r.limits.Bytes, total, "bytes with this file")
	}
	if ratio := unpacked / max(packed, 1); unpacked > ratioFree && ratio > r.limits.Ratio {
		return nil, over(name, "Ratio", r.limits.Ratio, ratio, "times as big as in the zip")
	}
	return e, nil
}

// read reads a file within the limits. It holds until the next one is read; keep
// is for those that are to stay.
func (r *reader) read(name string) ([]byte, error) {
	e, err := r.admit(name)
	if err != nil {
		return nil, err
	}
	var data []byte
	if e != nil {
		data, err = r.zip.unpack(e, &r.room)
	} else {
		data, err = r.files.ReadFile(r.top + name)
	}
	if err != nil {
		return nil, err
	}
	if r.bytes += int64(len(data)); r.bytes > r.limits.Bytes {
		return nil, over(name, "Bytes", r.limits.Bytes, r.bytes, "bytes with this file")
	}
	return data, nil
}

func (r *reader) keep(name string) ([]byte, error) {
	before := r.room.buf
	r.room.buf = nil
	data, err := r.read(name)
	r.room.buf = before
	return data, err
}

// ext is how the bundle's own files end.
func (f Format) ext() string {
	if f == Protobuf {
		return ".pb"
	}
	return ".json"
}

// node reads the node in a directory, with its model and all below.
func (r *reader) node(dir string, depth int) (*Node, error) {
	path := dir + "/" + r.own.node
	data, err := r.read(path)
	if err != nil {
		return nil, err
	}
	n := &Node{}
	if r.format == Protobuf {
		err = nodeProto(data, n)
	} else {
		err = nodeJSON(data, n)
	}
	if err != nil {
		return nil, at(path, err)
	}
	n.Model, err = r.model(dir, depth)
	return n, err
}

// model reads the model in a directory and whatever else is there.
func (r *reader) model(dir string, depth int) (*Model, error) {
	if depth > r.limits.Depth {
		return nil, over(dir, "Depth", int64(r.limits.Depth), int64(depth), "nodes in one another")
	}
	path := dir + "/" + r.own.model
	m := &Model{Path: dir, Format: r.format}
	if err := r.modelFile(path, m); err != nil {
		return nil, err
	}
	children, err := m.childNames(path)
	if err != nil {
		return nil, err
	}
	for _, name := range children {
		child, err := r.node(dir+"/"+name+".node", depth+1)
		if err != nil {
			return nil, err
		}
		m.Children = append(m.Children, child)
	}

	return m, r.others(m, depth)
}

// others reads what else is in the model's directory: models in directories of
// their own, and files.
func (r *reader) others(m *Model, depth int) error {
	prefix := r.top + m.Path + "/"
	for names := r.names[r.from(prefix):]; len(names) > 0 && strings.HasPrefix(names[0], prefix); {
		n, err := r.other(m, prefix, names, depth)
		if err != nil {
			return err
		}
		names = names[n:]
	}
	return nil
}

// other reads what the first of names is of, and says how many of them that are.
func (r *reader) other(m *Model, prefix string, names []string, depth int) (n int, err error) {
	name := names[0][len(prefix):]
	slash := strings.IndexByte(name, '/')
	below, dir := slash >= 0, name[:max(0, slash)]
	switch {
	case below && strings.HasSuffix(dir, ".node"): // a child, or not part of the pipeline
	case below && r.has(m.Path+"/"+dir+"/"+r.own.model):
		err = r.sub(m, dir, depth)
	case name == r.own.model || name == r.own.node:
		return 1, nil
	case r.lazy && name == r.own.tree:
		return 1, r.later(m, name)
	default:
		return 1, r.whole(m, name)
	}
	return beginning(names, prefix+dir+"/"), err
}

// beginning is how many of the first names begin with prefix.
func beginning(names []string, prefix string) int {
	n := 0
	for n < len(names) && strings.HasPrefix(names[n], prefix) {
		n++
	}
	return n
}

// sub reads a model in m's.
func (r *reader) sub(m *Model, dir string, depth int) error {
	model, err := r.model(m.Path+"/"+dir, depth+1)
	m.Subs = append(m.Subs, Sub{Dir: dir, Model: model})
	return err
}

// later notes a file of m's that stays in the zip.
func (r *reader) later(m *Model, name string) error {
	e, err := r.admit(m.Path + "/" + name)
	if err != nil {
		return err
	}
	r.bytes += e.length
	m.Files = append(m.Files, File{Name: name, zip: r.zip, entry: e})
	return nil
}

// whole reads a file of m's.
func (r *reader) whole(m *Model, name string) error {
	data, err := r.keep(m.Path + "/" + name)
	m.Files = append(m.Files, File{Name: name, Data: data})
	return err
}

// modelFile reads model.json or model.pb.
func (r *reader) modelFile(path string, m *Model) error {
	e, err := r.admit(path)
	if err != nil {
		return err
	}
	if r.lazy && r.twin.entry != nil && r.zip.same(e, r.twin.entry) {
		err = r.again(e, m)
	} else {
		err = r.parse(path, e, m)
	}
	return at(path, err)
}

// again gives m what its twin has.
func (r *reader) again(e *zipEntry, m *Model) error {
	t := &r.twin
	r.bytes += e.length
	r.parts += t.parts - 1
	m.Op, m.Attributes = t.model.Op, t.model.Attributes
	return r.part()
}

func (r *reader) parse(path string, e *zipEntry, m *Model) error {
	data, err := r.read(path)
	if err != nil {
		return err
	}
	parts := r.parts
	if r.format == Protobuf {
		err = r.modelProto(data, m)
	} else {
		err = r.modelJSON(data, m)
	}
	if r.twin = (twin{}); r.parts > parts && m.basic() {
		r.twin = twin{e, m, r.parts - parts}
	}
	return err
}

// basic says whether all of a model's attributes are numbers, texts and booleans.
func (m *Model) basic() bool {
	for i := range m.Attributes {
		if m.Attributes[i].Type != BasicValue {
			return false
		}
	}
	return true
}

// childNames is the "nodes" attribute, which names the directories of a
// pipeline's nodes. One that came twice could make a small bundle endless.
func (m *Model) childNames(path string) ([]string, error) {
	a := m.Attrs()
	if !a.Has("nodes") {
		return nil, nil
	}
	names := a.Strings("nodes")
	if err := a.Err(); err != nil {
		return nil, err
	}
	for _, name := range names {
		if !validPath(name) || strings.IndexByte(name, '/') >= 0 {
			return nil, malformed(path, "the node name "+strconv.Quote(name)+" cannot name a directory")
		}
	}
	sorted := slices.Clone(names)
	sortTexts(sorted)
	for i := 1; i < len(sorted); i++ {
		if sorted[i] == sorted[i-1] {
			return nil, malformed(path, "the node "+strconv.Quote(sorted[i])+" is listed twice")
		}
	}
	return names, nil
}

// sorted puts attributes in order and finds a name that is there twice.
func sorted(attrs []Attribute) (twice string, ok bool) {
	sort(len(attrs), func(i, j int) bool { return attrs[i].Name < attrs[j].Name }, func(i, j int) { attrs[i], attrs[j] = attrs[j], attrs[i] })
	for i := 1; i < len(attrs); i++ {
		if attrs[i].Name == attrs[i-1].Name {
			return attrs[i].Name, false
		}
	}
	return "", true
}

// check makes sure that a tensor has as many elements as its shape says.
func (t *Tensor) check() (msg string, ok bool) {
	want := 1
	for _, d := range t.Dims {
		if d < 0 {
			return "the tensor has a dimension of " + strconv.Itoa(d), false
		}
		if d > 0 && want > (1<<62)/d {
			return "the tensor's shape is too large", false
		}
		want *= d
	}
	if got := t.len(); got != want {
		return "the tensor has " + strconv.Itoa(got) + " elements where its shape wants " + strconv.Itoa(want), false
	}
	return "", true
}

func (t *Tensor) len() int {
	switch {
	case t.Base == frame.Boolean:
		return len(t.Bools)
	case t.Base <= frame.Long:
		return len(t.Ints)
	case t.Base <= frame.Double:
		return len(t.Floats)
	}
	return len(t.Strings)
}
