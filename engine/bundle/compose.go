//go:build !wasip1

package bundle

import (
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"
)

// Compose makes one pipeline of several bundles, each of which reads what those
// before it write. They become the nodes of a new root; what they hold is
// shared with them.
func Compose(name string, bundles ...*Bundle) *Bundle {
	root := &Model{Op: "pipeline"}
	var uids []string
	taken := map[string]bool{}
	for i, b := range bundles {
		n := *b.Root
		n.Name = strings.NewReplacer("/", "_", "\\", "_").Replace(n.Name)
		if n.Name == "" || taken[n.Name] || !validPath(n.Name) {
			n.Name += "_" + strconv.Itoa(i+1)
		}
		taken[n.Name] = true
		root.Children = append(root.Children, &n)
		uids = append(uids, b.UID)
	}
	last := bundles[len(bundles)-1]
	return &Bundle{Name: name, UID: UIDOf(uids...), Version: last.Version, Timestamp: last.Timestamp,
		Root: &Node{Name: name, Model: root}}
}

// UIDOf is a UUID that the same texts always have.
func UIDOf(texts ...string) string {
	h := sha256.New()
	fmt.Fprintf(h, "%q", texts)
	b := h.Sum(nil)[:16]
	b[6], b[8] = b[6]&0x0f|0x80, b[8]&0x3f|0x80 // version 8: of our own making
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
