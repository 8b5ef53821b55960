package wire_test

import (
	"bytes"
	"math"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/pageleap/pageleap/engine/internal/wire"
)

// The protobuf library itself writes and reads what this package reads and
// writes. It is not used in its place because it costs scorer.wasm 65 kB.
func TestAgainstProtobuf(t *testing.T) {
	var ours, theirs []byte
	for i, v := range []uint64{0, 1, 127, 128, 300, 1 << 31, 1<<35 - 1, math.MaxInt64, math.MaxUint64} {
		num := []int{1, 2, 15, 16, 2047, 2048, 1<<29 - 1, 3, 4}[i]
		ours = wire.AppendVarint(ours, num, v)
		theirs = protowire.AppendVarint(protowire.AppendTag(theirs, protowire.Number(num), protowire.VarintType), v)
		ours = wire.AppendFixed64(ours, num, v)
		theirs = protowire.AppendFixed64(protowire.AppendTag(theirs, protowire.Number(num), protowire.Fixed64Type), v)
		ours = wire.AppendFixed32(ours, num, uint32(v))
		theirs = protowire.AppendFixed32(protowire.AppendTag(theirs, protowire.Number(num), protowire.Fixed32Type), uint32(v))
		ours = wire.AppendBytes(ours, num, ours[:min(len(ours), 200)])
		theirs = protowire.AppendBytes(protowire.AppendTag(theirs, protowire.Number(num), protowire.BytesType), theirs[:min(len(theirs), 200)])
	}
	if !bytes.Equal(ours, theirs) {
		t.Fatalf("ours   %x\ntheirs %x", ours, theirs)
	}
	r := wire.NewReader(theirs)
	for rest := theirs; len(rest) > 0; {
		_, _, n := protowire.ConsumeField(rest)
		if n < 0 {
			t.Fatal(protowire.ParseError(n))
		}
		rest = rest[n:]
		if !r.Next() {
			t.Fatalf("ends %d bytes early: %v", len(rest), r.Err())
		}
	}
	if r.Next() || r.Err() != nil {
		t.Errorf("goes on after the end: %v", r.Err())
	}
}

// Both agree on whether bytes are a message at all.
func FuzzAgainstProtobuf(f *testing.F) {
	f.Add([]byte{0x08, 0x96, 0x01, 0x12, 0x02, 'h', 'i'})
	f.Add([]byte{0x0d, 1, 2, 3, 4, 0x11, 1, 2, 3, 4, 5, 6, 7, 8})
	f.Add([]byte{0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02})
	f.Fuzz(func(t *testing.T, data []byte) {
		lax, valid := false, true
		for rest := data; len(rest) > 0; {
			num, typ, n := protowire.ConsumeTag(rest)
			if n >= 0 {
				// Refused here: groups, which no message has, and numbers that protowire lets pass.
				lax = lax || typ == protowire.StartGroupType || typ == protowire.EndGroupType || num > protowire.MaxValidNumber
				_, _, n = protowire.ConsumeField(rest)
			}
			if n < 0 {
				valid = false
				break
			}
			rest = rest[n:]
		}
		r := wire.NewReader(data)
		for r.Next() {
		}
		if got := r.Err() == nil; got != valid && !lax {
			t.Errorf("%x: valid is %v, for protobuf %v (%v)", data, got, valid, r.Err())
		}
	})
}
