package bundle

import (
	"github.com/pageleap/pageleap/engine/internal/wire"
	"github.com/pageleap/pageleap/engine/internal/word"
)

// met are the nodes that were met before, by their text: the 640,000 nodes of a
// forest that Spark trained with 31 thresholds a feature are 14,000 different
// ones. To know one again costs a tenth of reading it.
type met struct {
	nodes []metNode // 1 << bits, at their hash, where a later one takes the place of an earlier one
	bits  int
	count int // of nodes, but those that took a place
	texts []byte
}

type metNode struct {
	hash          uint32
	start, length uint32 // in texts; no length where there is none
	number        int32
}

const (
	metBits  = 14      // at most
	metTexts = 1 << 20 // bytes, after which they are forgotten
	metRun   = 256     // nodes
	metView  = 96      // bytes of text that a hash looks at, at most
	metLeast = 16      // bytes of a node
)

// run knows nodes again, one after the other, and appends their numbers, as long
// as branches are open. It ends before a node that is not known, and after some
// in any case: WebAssembly's engines make a function fast between its calls.
func (m *met) run(numbers []int32, text []byte, open int, f Format) (_ []int32, length, _ int) {
	nodes, shift := m.nodes, 32-m.bits
	i := 0
	for range metRun {
		if len(text)-i < metView || open == 0 || len(nodes) == 0 {
			break
		}
		start, h := i, uint32(0)
		if f == JSON {
			if text[i] == '\n' {
				start++
			}
			h = hashJSON(text, start)
		} else {
			h = hashProto(text, i)
		}
		e := &nodes[int(h>>shift)&(len(nodes)-1)]
		length := int(e.length)
		if e.hash != h || length == 0 || length > len(text)-start || !word.Equal(text, start, m.texts, int(e.start), length) {
			break
		}
		i = start + length
		numbers = append(numbers, e.number)
		open--
		if e.number >= 0 {
			open += 2
		}
	}
	return numbers, i, open
}

// add keeps the number of the node that the first bytes of text are.
func (m *met) add(text []byte, length int, number int32, f Format) {
	if length < metLeast || len(text) < metView {
		return
	}
	if m.count >= len(m.nodes)/2 && m.bits < metBits { // small forests want no large table
		m.grow()
	}
	if len(m.texts)+length > metTexts {
		clear(m.nodes)
		m.texts, m.count = m.texts[:0], 0
	}
	n := metNode{start: uint32(len(m.texts)), length: uint32(length), number: number}
	if f == JSON {
		n.hash = hashJSON(text, 0)
	} else {
		n.hash = hashProto(text, 0)
	}
	if len(m.texts)+length > cap(m.texts) {
		m.room(length)
	}
	m.texts = append(m.texts, text[:length]...)
	m.put(n)
}

// room doubles what texts take: append would take five times as much in all.
//
//go:noinline
func (m *met) room(length int) {
	m.texts = append(make([]byte, 0, max(metTexts>>6, 2*cap(m.texts), len(m.texts)+length)), m.texts...)
}

//go:noinline
func (m *met) grow() {
	before := m.nodes
	m.bits = max(10, m.bits+2)
	m.nodes, m.count = make([]metNode, 1<<m.bits), 0
	for _, n := range before {
		if n.length > 0 {
			m.put(n)
		}
	}
}

func (m *met) put(n metNode) {
	at := &m.nodes[n.hash>>(32-m.bits)]
	if at.length == 0 {
		m.count++
	}
	*at = n
}

// hashJSON looks at the parts of a node in which nodes differ, the numbers. Other
// texts than MLeap's may have one hash for many nodes.
func hashJSON(text []byte, i int) uint32 {
	number := len(`7,"threshold":`) // from where nodes differ
	switch text[i+len(`{"type":"`)] {
	case 'l': // leaf
		i += len(leafStart)
		return hash(word.Load(text, i), word.Load(text, i+8), 0)
	case 'i': // internal, as in plainStart
		i += len(plainStart)
	default:
		i += len(sortedStart)
	}
	return hash(word.Load(text, i), word.Load(text, i+number), word.Load(text, i+number+8))
}

// hashProto is of a message that comes after its length.
func hashProto(text []byte, i int) uint32 {
	n := 4 + int(wire.BigUint32(text[i:]))
	if n < metLeast || n > len(text)-i {
		return 0
	}
	return hash(word.Load(text, i+4), word.Load(text, i+n-16), word.Load(text, i+n-8))
}

func hash(a, b, c uint64) uint32 {
	h := a*0x9e3779b97f4a7c15 ^ b*0xc2b2ae3d27d4eb4f ^ c*0x165667b19e3779f9
	return uint32((h ^ h>>32) * 0x9e3779b97f4a7c15 >> 32)
}
