package bundle

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pageleap/pageleap/engine/frame"
)

// Encode makes the files of a bundle, bundle.json first, then each node's own
// files before those below it. Tree files are turned into the format where they
// are in the other one.
//
// JSON has no word for the infinities: like NaN they become null and read back
// as NaN. Protobuf keeps them.
func Encode(b *Bundle, format Format) ([]File, error) {
	if b.Root == nil {
		return nil, malformed("", "a bundle without a root node")
	}
	w := &writer{format: format}
	info, err := w.bundleJSON(b)
	if err != nil {
		return nil, err
	}
	w.add(bundleFile, info)
	if err := w.node(rootDir, b.Root); err != nil {
		return nil, err
	}
	names := make([]string, len(w.files))
	for i := range w.files {
		names[i] = w.files[i].Name
		if !validPath(names[i]) {
			return nil, malformed(names[i], "cannot name a file in a bundle")
		}
	}
	slices.Sort(names)
	for i := 1; i < len(names); i++ {
		if names[i] == names[i-1] {
			return nil, malformed(names[i], "the bundle has two files of this name")
		}
	}
	return w.files, nil
}

type writer struct {
	format Format
	files  []File
}

func (w *writer) add(name string, data []byte) {
	w.files = append(w.files, File{Name: name, Data: data})
}

func (w *writer) node(dir string, n *Node) error {
	if n.Model == nil {
		return malformed(dir, "a node without a model")
	}
	path := dir + "/node" + w.format.ext()
	if n.Name == "" {
		return malformed(path, "a node without a name")
	}
	for _, s := range slices.Concat(n.Inputs, n.Outputs) {
		if s.Port == "" || s.Name == "" {
			return malformed(path, "a socket without a port or a name")
		}
	}
	if w.format == Protobuf {
		w.add(path, appendNodeProto(nil, n))
	} else {
		w.add(path, appendNodeJSON(n))
	}
	return w.model(dir, n.Model)
}

func (w *writer) model(dir string, m *Model) error {
	path := dir + "/model" + w.format.ext()
	names, own, err := m.withNodes()
	if err != nil {
		return at(path, err)
	}
	var data []byte
	if w.format == Protobuf {
		data, err = appendModelProto(nil, own)
	} else {
		data, err = modelJSON(own)
	}
	if err != nil {
		return at(path, err)
	}
	w.add(path, data)
	for _, f := range m.Files {
		if f.Name == "tree"+m.Format.ext() && m.Format != w.format {
			if f, err = m.convertTree(w.format); err != nil {
				return err
			}
		} else if f.Data, err = m.unpack(f.Name, nil); err != nil {
			return err
		}
		w.add(dir+"/"+f.Name, f.Data)
	}
	for _, s := range m.Subs {
		if err := w.model(dir+"/"+s.Dir, s.Model); err != nil {
			return err
		}
	}
	for i, n := range m.Children {
		if err := w.node(dir+"/"+names[i]+".node", n); err != nil {
			return err
		}
	}
	return nil
}

// withNodes is the names of the children's directories, and the model with the
// "nodes" attribute that lists them, which a bundle made by hand may lack.
func (m *Model) withNodes() ([]string, *Model, error) {
	names, err := m.childNames("")
	if err != nil {
		return nil, nil, err
	}
	if len(m.Children) > 0 && !m.Attrs().Has("nodes") {
		for _, n := range m.Children {
			names = append(names, n.Name)
		}
		with := *m
		with.Attributes = append(slices.Clip(m.Attributes), Attribute{Name: "nodes", Kind: ListAttr, Type: BasicValue, Base: frame.String, Strings: names})
		_, err := with.childNames("")
		return names, &with, err
	}
	if len(names) != len(m.Children) {
		return nil, nil, malformed("", "the attribute \"nodes\" names "+strconv.Itoa(len(names))+" nodes, the model has "+strconv.Itoa(len(m.Children)))
	}
	return names, m, nil
}

// check makes sure that an attribute is one that can be written.
func (a *Attribute) check() error {
	fail := func(msg string) error {
		return &Error{Kind: ErrAttribute, Msg: "attribute " + strconv.Quote(a.Name) + ": " + msg}
	}
	counts := [...]int{len(a.Bools), len(a.Ints), len(a.Floats), len(a.Strings), len(a.Tensors), len(a.Basics), len(a.Shapes), len(a.Models)}
	n := 0
	for _, c := range counts {
		n += c
	}
	of := a.count()
	switch {
	case n != of:
		return fail("holds values that are not of its type")
	case a.Type == NoType && (n != 0 || a.Kind == TensorAttr):
		return fail("has values and no type")
	case a.Type != NoType && a.Kind != ListAttr && n != 1:
		return fail("has " + strconv.Itoa(n) + " values, not one")
	case a.Kind == TensorAttr && a.Type != TensorValue:
		return fail("is a tensor without a tensor")
	case a.Type == BasicValue && (a.Base == frame.Undefined || a.Base > frame.ByteString):
		return fail("has no base type")
	}
	plain := func(base frame.Basic, ints []int64, strings []string) error {
		for _, v := range ints {
			if !fits(v, base) {
				return fail(strconv.FormatInt(v, 10) + " does not fit a " + base.String())
			}
		}
		for _, s := range strings {
			if base == frame.String && !utf8.ValidString(s) {
				return fail(strconv.Quote(s) + " is not UTF-8; a byte_string holds bytes")
			}
		}
		return nil
	}
	if err := plain(a.Base, a.Ints, a.Strings); err != nil {
		return err
	}
	for i := range a.Tensors {
		t := &a.Tensors[i]
		if t.Base == frame.Undefined || t.Base > frame.ByteString || len(t.Bools)+len(t.Ints)+len(t.Floats)+len(t.Strings) != t.len() {
			return fail("holds a tensor whose values are not of its type")
		}
		if msg, ok := t.check(); !ok {
			return fail(msg)
		}
		if err := plain(t.Base, t.Ints, t.Strings); err != nil {
			return err
		}
	}
	for _, s := range a.Shapes {
		if s.Kind > frame.Tensor {
			return fail("holds the shape of a map, which bundles cannot say")
		}
	}
	for _, m := range a.Models {
		if m.Op == "" || len(m.Children)+len(m.Subs)+len(m.Files) > 0 {
			return fail("holds a model that has no op or has files of its own")
		}
	}
	return nil
}

// count is how many values of its own type an attribute has.
func (a *Attribute) count() int {
	switch a.Type {
	case TensorValue:
		return len(a.Tensors)
	case BasicTypeValue:
		return len(a.Basics)
	case DataShapeValue:
		return len(a.Shapes)
	case ModelValue:
		return len(a.Models)
	case BasicValue:
		t := Tensor{Base: a.Base, Bools: a.Bools, Ints: a.Ints, Floats: a.Floats, Strings: a.Strings}
		return t.len()
	}
	return 0
}

// fits says whether v is in the range of a whole number's type.
func fits(v int64, b frame.Basic) bool {
	spare := 64 - intBits(b)
	return v<<spare>>spare == v
}

// checkAll checks a model's attributes, which must have names of their own.
func checkAll(attrs []Attribute) error {
	names := make([]string, len(attrs))
	for i := range attrs {
		if err := attrs[i].check(); err != nil {
			return err
		}
		names[i] = attrs[i].Name
	}
	slices.Sort(names)
	for i := 1; i < len(names); i++ {
		if names[i] == names[i-1] {
			return &Error{Kind: ErrAttribute, Msg: "the attribute " + strconv.Quote(names[i]) + " is there twice"}
		}
	}
	return nil
}

// convertTree is the model's tree file in the other format.
func (m *Model) convertTree(to Format) (File, error) {
	var out []byte
	var err error
	if m.Op == "bisecting_k_means" {
		err = EachClusterNode(m, func(n *ClusterNode) error {
			out = AppendClusterNode(out, to, n)
			return nil
		})
	} else {
		err = EachTreeNode(m, func(n *TreeNode) error {
			out = AppendTreeNode(out, to, n)
			return nil
		})
	}
	return File{Name: "tree" + to.ext(), Data: out}, err
}

// nullUID stands where a bundle has no uid: MLeap wants one, and wants it a UUID.
const nullUID = "00000000-0000-0000-0000-000000000000"

func (w *writer) bundleJSON(b *Bundle) ([]byte, error) {
	if err := checkAll(b.Meta); err != nil {
		return nil, at(bundleFile, err)
	}
	uid := b.UID
	if strings.TrimSpace(uid) == "" {
		uid = nullUID
	}
	p := &printer{}
	p.open('{')
	p.key("uid").string(uid)
	p.key("name").string(b.Name)
	p.key("format").string(w.format.String())
	p.key("version").string(b.Version)
	p.key("timestamp").string(b.Timestamp)
	if len(b.Meta) > 0 {
		if err := p.key("meta").attributes(b.Meta); err != nil {
			return nil, at(bundleFile, err)
		}
	}
	p.close('}')
	return append(p.b, '\n'), nil
}
