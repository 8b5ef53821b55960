package bundle

import (
	"math"
	"strconv"

	"github.com/pageleap/pageleap/engine/internal/json"
	"github.com/pageleap/pageleap/engine/internal/wire"
)

// AppendTreeNode appends a node to the contents of a tree file. The nodes of a
// tree follow one another in pre-order, the left child first.
func AppendTreeNode(b []byte, format Format, n *TreeNode) []byte {
	if format == Protobuf {
		return appendMessage(b, n.proto())
	}
	switch {
	case n.Leaf:
		b = append(b, `{"type":"leaf","values":`...)
		b = appendFloats(b, n.Values)
	case n.Continuous:
		b = append(b, `{"split":{"featureIndex":`...)
		b = strconv.AppendInt(b, int64(n.Feature), 10)
		b = append(b, `,"threshold":`...)
		b = json.AppendFloat(b, n.Threshold, 64)
		b = append(b, `,"type":"continuous"},"type":"internal"`...)
	default:
		b = append(b, `{"split":{"categories":`...)
		b = appendFloats(b, n.Categories)
		b = append(b, `,"featureIndex":`...)
		b = strconv.AppendInt(b, int64(n.Feature), 10)
		b = append(b, `,"isLeft":`...)
		b = strconv.AppendBool(b, n.IsLeft)
		b = append(b, `,"numCategories":`...)
		b = strconv.AppendInt(b, int64(n.NumCategories), 10)
		b = append(b, `,"type":"categorical"},"type":"internal"`...)
	}
	return append(b, '}', '\n')
}

// AppendClusterNode appends a node of a bisecting k-means tree.
func AppendClusterNode(b []byte, format Format, n *ClusterNode) []byte {
	if format == Protobuf {
		return appendMessage(b, n.proto())
	}
	b = append(b, `{"index":`...)
	b = strconv.AppendInt(b, int64(n.Index), 10)
	b = append(b, `,"norm":`...)
	b = json.AppendFloat(b, n.Norm, 64)
	b = append(b, `,"numChildren":`...)
	b = strconv.AppendInt(b, int64(n.NumChildren), 10)
	b = append(b, `,"values":`...)
	b = appendFloats(b, n.Values)
	return append(b, '}', '\n')
}

func appendFloats(b []byte, list []float64) []byte {
	b = append(b, '[')
	for i, f := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = json.AppendFloat(b, f, 64)
	}
	return append(b, ']')
}

func appendMessage(b, message []byte) []byte {
	return append(wire.AppendBigUint32(b, uint32(len(message))), message...)
}

func (n *TreeNode) proto() []byte {
	if n.Leaf {
		return wire.AppendBytes(nil, 2, appendDoubles(nil, 1, n.Values))
	}
	var split []byte
	if n.Feature != 0 {
		split = wire.AppendVarint(split, 1, uint64(n.Feature))
	}
	kind := 2
	if n.Continuous {
		split = appendDouble(split, 2, n.Threshold)
	} else {
		kind = 1
		if n.IsLeft {
			split = wire.AppendVarint(split, 2, 1)
		}
		if n.NumCategories != 0 {
			split = wire.AppendVarint(split, 3, uint64(n.NumCategories))
		}
		split = appendDoubles(split, 4, n.Categories)
	}
	return wire.AppendBytes(nil, 1, wire.AppendBytes(nil, 1, wire.AppendBytes(nil, kind, split)))
}

func (n *ClusterNode) proto() (b []byte) {
	if n.Index != 0 {
		b = wire.AppendVarint(b, 1, uint64(uint32(n.Index)))
	}
	b = appendDouble(b, 2, n.Norm)
	b = appendDoubles(b, 3, n.Values)
	if n.NumChildren != 0 {
		b = wire.AppendVarint(b, 4, uint64(n.NumChildren))
	}
	return b
}

// appendDouble leaves out 0, but not -0.
func appendDouble(b []byte, num int, f float64) []byte {
	if bits := math.Float64bits(f); bits != 0 {
		b = wire.AppendFixed64(b, num, bits)
	}
	return b
}

func appendDoubles(b []byte, num int, list []float64) []byte {
	if len(list) == 0 {
		return b
	}
	packed := make([]byte, 0, 8*len(list))
	for _, f := range list {
		packed = wire.AppendUint64(packed, math.Float64bits(f))
	}
	return wire.AppendBytes(b, num, packed)
}
