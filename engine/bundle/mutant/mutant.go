// Package mutant damages bundles by rule, for tests of what reads them: bytes are
// flipped, cut off, left out, doubled and swapped, numbers and members of JSON
// and fields of protobuf replaced, left out, doubled and reordered, in one file
// of the bundle or in the zip around them.
package mutant

import (
	"bytes"
	"encoding/json"
	"hash/crc32"
	"math/bits"
	"math/rand/v2"
	"slices"

	"github.com/pageleap/pageleap/engine/bundle"
	"google.golang.org/protobuf/encoding/protowire"
)

// Mutant is a damaged bundle.
type Mutant struct {
	Zip  []byte
	Rule string // how it was damaged
	File string // the file that was, "" for the zip itself
}

// Make makes n mutants of a bundle's zip. The same seed gives the same.
func Make(zip []byte, n int, seed uint64, yield func(Mutant)) error {
	files, err := bundle.OpenZip(zip)
	if err != nil {
		return err
	}
	var list []bundle.File
	var weights []int // a file's chance grows with its size, slowly
	total := 0
	for _, name := range files.List() {
		data, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		list = append(list, bundle.File{Name: name, Data: data})
		w := bits.Len(uint(len(data))) + 1
		weights, total = append(weights, w), total+w
	}
	rng := rand.New(rand.NewPCG(seed, uint64(crc32.ChecksumIEEE(zip))))
	for range n {
		switch rng.IntN(12) {
		case 0:
			yield(Mutant{Rule: "bytes of the zip", Zip: damageBytes(rng, zip)})
			continue
		case 1:
			m, err := shuffled(rng, list)
			if err != nil {
				return err
			}
			yield(m)
			continue
		}
		k, at := 0, rng.IntN(total)
		for ; at >= weights[k]; k++ {
			at -= weights[k]
		}
		f := list[k]
		rule, data := damage(rng, f.Data)
		some := slices.Clone(list)
		some[k].Data = data
		out, err := bundle.Zip(some)
		if err != nil {
			return err
		}
		yield(Mutant{Zip: out, Rule: rule, File: f.Name})
	}
	return nil
}

// shuffled leaves a file out, or swaps the contents of two.
func shuffled(rng *rand.Rand, list []bundle.File) (Mutant, error) {
	some := slices.Clone(list)
	i, j := rng.IntN(len(some)), rng.IntN(len(some))
	m := Mutant{Rule: "files swapped", File: some[i].Name}
	if i == j || rng.IntN(2) == 0 {
		m.Rule, some = "file left out", slices.Delete(some, i, i+1)
	} else {
		some[i].Data, some[j].Data = some[j].Data, some[i].Data
	}
	var err error
	m.Zip, err = bundle.Zip(some)
	return m, err
}

// damage damages a file: what it consists of, or its bytes.
func damage(rng *rand.Rand, data []byte) (rule string, damaged []byte) {
	if rng.IntN(2) == 0 {
		if spans := members(data); len(spans) > 0 {
			return parts(rng, "members", data, spans, []byte(","))
		}
		if spans := fields(data, 0, 0); len(spans) > 0 {
			return parts(rng, "fields", data, spans, nil)
		}
	}
	return "bytes", damageBytes(rng, data)
}

// span is a part of a file; sisters have the same parent.
type span struct{ from, to, value, parent int }

// parts leaves out, doubles, replaces or reorders parts of a file.
func parts(rng *rand.Rand, what string, data []byte, spans []span, between []byte) (string, []byte) {
	s := spans[rng.IntN(len(spans))]
	before, it, after := data[:s.from], data[s.from:s.to], data[s.to:]
	switch rng.IntN(4) {
	case 0:
		if before = bytes.TrimRight(before, " \n"); between != nil && bytes.HasSuffix(before, between) {
			before = before[:len(before)-1]
		} else if after := bytes.TrimLeft(after, " \n"); between != nil && bytes.HasPrefix(after, between) {
			return what + " left out", slices.Concat(before, after[1:])
		}
		return what + " left out", slices.Concat(before, after)
	case 1:
		return what + " doubled", slices.Concat(before, it, between, it, after)
	case 2: // another part's value, wherever it is from
		o := spans[rng.IntN(len(spans))]
		return what + " replaced", slices.Concat(data[:s.value], data[o.value:o.to], after)
	default:
		var sisters []span
		for _, o := range spans {
			if o.parent == s.parent && (o.from >= s.to || o.to <= s.from) {
				sisters = append(sisters, o)
			}
		}
		if len(sisters) == 0 {
			return what + " doubled", slices.Concat(before, it, between, it, after)
		}
		o := sisters[rng.IntN(len(sisters))]
		if o.from < s.from {
			s, o = o, s
		}
		return what + " reordered", slices.Concat(data[:s.from], data[o.from:o.to], data[s.to:o.from], data[s.from:s.to], data[o.to:])
	}
}

// members are where the members of JSON's objects and the elements of its arrays
// are, nil where data is no JSON.
func members(data []byte) (all []span) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var value func() bool
	value = func() bool {
		t, err := d.Token()
		if err != nil {
			return false
		}
		open, ok := t.(json.Delim)
		if !ok {
			return true
		}
		parent := int(d.InputOffset())
		for d.More() {
			s := span{from: skip(data, int(d.InputOffset())), parent: parent}
			s.value = s.from
			if open == '{' {
				if _, err := d.Token(); err != nil {
					return false
				}
				s.value = skip(data, int(d.InputOffset()))
			}
			if !value() {
				return false
			}
			s.to = int(d.InputOffset())
			all = append(all, s)
		}
		_, err = d.Token()
		return err == nil
	}
	if !value() || d.More() {
		return nil
	}
	return all
}

// skip goes over what stands between values.
func skip(data []byte, at int) int {
	for at < len(data) && bytes.IndexByte([]byte(" \t\r\n,:"), data[at]) >= 0 {
		at++
	}
	return at
}

// fields are where the fields of a message are and of those that look like
// messages in it, nil where data is no message.
func fields(data []byte, offset, depth int) (all []span) {
	for at := 0; at < len(data); {
		_, typ, tag := protowire.ConsumeTag(data[at:])
		if tag < 0 {
			return nil
		}
		n := protowire.ConsumeFieldValue(1, typ, data[at+tag:])
		if n < 0 {
			return nil
		}
		all = append(all, span{offset + at, offset + at + tag + n, offset + at + tag, offset})
		if typ == protowire.BytesType && depth < 6 {
			inner, _ := protowire.ConsumeBytes(data[at+tag:])
			all = append(all, fields(inner, offset+at+tag+n-len(inner), depth+1)...)
		}
		at += tag + n
	}
	return all
}

// numbers are what stands in for a number.
var numbers = []string{"-1", "0", "1", "2147483647", "-2147483648", "9223372036854775807", "1e308", "null", "4294967296", "3.5", "1000000", "1e-320", "\"7\"", "[]", "{}"}

// damageBytes damages data without regard to what it is.
func damageBytes(rng *rand.Rand, data []byte) []byte {
	b := slices.Clone(data)
	for range 1 + rng.IntN(3) {
		if len(b) == 0 {
			break
		}
		i := rng.IntN(len(b))
		j := min(len(b), i+1+rng.IntN(16))
		switch rng.IntN(7) {
		case 0:
			b[i] ^= 1 << rng.IntN(8)
		case 1:
			b = b[:i]
		case 2:
			b = slices.Delete(b, i, j)
		case 3:
			b = slices.Insert(b, i, b[i:j]...)
		case 4:
			if c := b[i]; c >= '0' && c <= '9' { // a digit is most often what matters
				b[i] = byte('0' + rng.IntN(10))
			}
		case 5: // another number in place of one
			if k := slices.IndexFunc(b[i:], func(c byte) bool { return c >= '0' && c <= '9' }); k >= 0 {
				e := i + k
				for e < len(b) && (b[e] >= '0' && b[e] <= '9' || b[e] == '.') {
					e++
				}
				b = slices.Concat(b[:i+k], []byte(numbers[rng.IntN(len(numbers))]), b[e:])
			}
		case 6: // two runs
			k := rng.IntN(len(b))
			for n := 0; n < 8 && i+n < len(b) && k+n < len(b); n++ {
				b[i+n], b[k+n] = b[k+n], b[i+n]
			}
		}
	}
	return b
}
