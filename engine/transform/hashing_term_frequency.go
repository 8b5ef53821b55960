package transform

import (
	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

// hashingTF counts terms by their hashes.
//
// Spark: ml/feature/HashingTF.scala, with MurmurHash3 (murmur3.go). The vector is
// sparse; if binary, every count is 1. Bundles from Spark before 3.0 have
// hashUnsafeBytesVersion 1, or none: its hash of strings whose length in bytes
// four does not divide is another. Lists of numbers are hashed as numbers, as
// Spark does. (MLeap makes strings of them first.) null is refused.
type hashingTF struct {
	size   int
	binary bool
	old    bool
	node   *bundle.Node
	base   frame.Basic // of the terms
}

func readHashingTF(s *Source) (Transformer, error) {
	t := &hashingTF{
		size:   readFeatures(s),
		binary: s.BoolOr("binary", false),
		old:    s.IntOr("hashUnsafeBytesVersion", 1) == 1,
		node:   s.Node,
		base:   frame.String,
	}
	return t, s.Err()
}

// Resolve takes the terms as they are, whatever their type.
func (t *hashingTF) Resolve(columns frame.Schema) (Transformer, error) {
	for _, s := range t.node.Inputs {
		i := columns.Index(s.Name)
		if s.Port != "input" || i < 0 {
			continue
		}
		if c := columns[i].Type; c.Kind == frame.List && c.Base >= frame.Boolean && c.Base <= frame.String {
			u := *t
			u.base = c.Base
			return &u, nil
		}
	}
	return t, nil
}

func (t *hashingTF) Inputs() []Port  { return []Port{{Name: "input", Type: frame.ListOf(t.base)}} }
func (t *hashingTF) Outputs() []Port { return vectorOutput(t.size) }

func (t *hashingTF) Transform(in, out []*frame.Value) error {
	v := out[0]
	v.StartSparse(t.size)
	for _, term := range in[0].Strs {
		hash := int32(0)
		if t.old {
			hash = murmurOldBytes(term)
		} else {
			hash = murmurBytes(term)
		}
		v.Indices = append(v.Indices, int32(bucket(hash, t.size)))
	}
	for _, x := range in[0].Nums {
		v.Indices = append(v.Indices, int32(bucket(murmurNum(t.base, x), t.size)))
	}
	for _, x := range in[0].Longs {
		v.Indices = append(v.Indices, int32(bucket(murmurLong(x), t.size)))
	}
	countIndices(v)
	if t.binary {
		for i := range v.Nums {
			v.Nums[i] = 1
		}
	}
	return nil
}
