package inflate

import (
	"bytes"
	"compress/flate"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

func pack(t testing.TB, data []byte, level int) []byte {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, level)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(data)
	w.Close()
	return b.Bytes()
}

func samples(t testing.TB) [][]byte {
	own, err := os.ReadFile("inflate.go")
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 100_000)
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	skewed := make([]byte, 100_000)
	for i := range skewed {
		skewed[i] = byte(r.ExpFloat64() * 9)
	}
	return [][]byte{nil, {0}, []byte("a"), []byte("abcabcabcabc"), own, noise, skewed,
		make([]byte, 1<<20), []byte(strings.Repeat("0.0, ", 50_000)), bytes.Repeat(noise[:40_000], 2)}
}

func TestUnpack(t *testing.T) {
	for i, data := range samples(t) {
		for _, level := range []int{flate.NoCompression, flate.BestSpeed, flate.BestCompression, flate.HuffmanOnly} {
			got, err := Unpack(pack(t, data, level), len(data))
			if err != nil || !bytes.Equal(got, data) {
				t.Errorf("sample %d, level %d: %v", i, level, err)
			}
		}
	}
}

// A size that is not the true one is a fault, and so is every cut.
func TestFaults(t *testing.T) {
	data := []byte("to be or not to be, that is the question; to be or not to be")
	for _, level := range []int{flate.NoCompression, flate.BestCompression, flate.HuffmanOnly} {
		packed := pack(t, data, level)
		for _, size := range []int{-1, 0, len(data) - 1, len(data) + 1, 1 << 40} {
			if _, err := Unpack(packed, size); !errors.Is(err, ErrMalformed) {
				t.Errorf("size %d: %v", size, err)
			}
		}
		for i := range packed {
			if _, err := Unpack(packed[:i], len(data)); !errors.Is(err, ErrMalformed) && !complete(packed[:i], data) {
				t.Errorf("cut at %d: %v", i, err)
			}
		}
	}
}

// complete says whether compress/flate finds nothing missing.
func complete(packed, data []byte) bool {
	got, err := io.ReadAll(flate.NewReader(bytes.NewReader(packed)))
	return err == nil && bytes.Equal(got, data)
}

// Little of a stream means much: memory goes with what comes out.
func TestMemory(t *testing.T) {
	packed := pack(t, []byte("short"), flate.BestCompression)
	packed = append(packed, make([]byte, 1<<20)...) // trailing bytes justify a large claim
	allocs := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			Unpack(packed, 1<<30)
		}
	}).AllocedBytesPerOp()
	if allocs > 20<<20 {
		t.Errorf("%d bytes of memory", allocs)
	}
}

// The standard library is the oracle: the same bytes, or a fault in both.
func FuzzUnpack(f *testing.F) {
	for _, data := range samples(f) {
		for _, level := range []int{flate.NoCompression, flate.BestCompression, flate.HuffmanOnly} {
			if p := pack(f, data, level); len(p) < 4000 {
				f.Add(p)
			}
		}
	}
	f.Fuzz(func(t *testing.T, packed []byte) {
		want, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), 1<<22))
		if len(want) == 1<<22 {
			t.Skip()
		}
		got, err2 := Unpack(packed, len(want))
		if (err == nil) != (err2 == nil) || err == nil && !bytes.Equal(got, want) {
			t.Errorf("flate: %d bytes, %v; here: %v", len(want), err, err2)
		}
	})
}

func BenchmarkUnpack(b *testing.B) {
	data := samples(b)[4]
	data = bytes.Repeat(data, 1+1_000_000/len(data))
	packed := pack(b, data, flate.DefaultCompression)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := Unpack(packed, len(data)); err != nil {
			b.Fatal(err)
		}
	}
}
