package importer

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/delta"
	"github.com/parquet-go/parquet-go/format"
)

// Small files that ask for much are refused before any of it is given.
func TestParquetBombs(t *testing.T) {
	zeros := func(n int, codec parquet.WriterOption) []byte {
		var b bytes.Buffer
		type row struct {
			X float64 `parquet:"x,dict"`
		}
		w := parquet.NewGenericWriter[row](&b, codec, parquet.PageBufferSize(1<<20))
		rows := make([]row, 1<<16)
		for ; n > 0; n -= len(rows) {
			if _, err := w.Write(rows[:min(n, len(rows))]); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	many := zeros(40<<20, parquet.Compression(&parquet.Snappy))
	if len(many) > 256<<10 {
		t.Fatalf("a bomb of %d bytes is none", len(many))
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err := readParquet(many, &budget{}, func(*group) error { return nil })
	runtime.ReadMemStats(&after)
	if !errors.Is(err, ErrLimit) {
		t.Errorf("40 million values in %d bytes: %v", len(many), err)
	}
	if n := after.TotalAlloc - before.TotalAlloc; n > 300<<20 {
		t.Errorf("it cost %d bytes to say so", n)
	}
	rows := 0
	if err := readParquet(zeros(1<<20, parquet.Compression(&parquet.Zstd)), &budget{}, func(*group) error { rows++; return nil }); err != nil || rows != 1<<20 {
		t.Errorf("a million zeros: %d rows, %v", rows, err)
	}
}

func TestUnpack(t *testing.T) {
	plain := []byte(strings.Repeat("0123456789", 100))
	big := make([]byte, 100<<20)
	gzipped := func(data []byte) []byte {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		w.Write(data)
		w.Close()
		return b.Bytes()
	}
	zw, _ := zstd.NewWriter(nil)
	zstded := func(data []byte) []byte { return zw.EncodeAll(data, nil) }
	lz4ed := func(data []byte) []byte {
		b, err := parquet.Lz4Raw.Encode(nil, data)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	// 4 GiB, says the first number, and there is nothing.
	empty := binary.AppendUvarint(nil, 1<<32-1)
	for _, c := range []struct {
		name  string
		codec format.CompressionCodec
		data  []byte
		ok    bool
	}{
		{"snappy", format.Snappy, snappy.Encode(nil, plain), true},
		{"gzip", format.Gzip, gzipped(plain), true},
		{"zstd", format.Zstd, zstded(plain), true},
		{"lz4", format.Lz4Raw, lz4ed(plain), true},
		{"none", format.Uncompressed, plain, true},
		{"snappy of another size", format.Snappy, empty, false},
		{"a gzip bomb", format.Gzip, gzipped(big), false},
		{"a zstd bomb", format.Zstd, zstded(big), false},
		{"an lz4 bomb", format.Lz4Raw, lz4ed(big), false},
		{"damaged lz4", format.Lz4Raw, []byte{0xff, 0xff, 0xff}, false},
		{"damaged gzip", format.Gzip, []byte("no gzip"), false},
		{"damaged zstd", format.Zstd, []byte("no zstd"), false},
		{"none of another size", format.Uncompressed, plain[1:], false},
		{"brotli", format.Brotli, plain, false},
		{"Hadoop's lz4", format.Lz4, plain, false},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got, err := new(budget).unpack(c.codec, c.data, len(plain))
		runtime.ReadMemStats(&after)
		if c.ok != (err == nil) || c.ok && !bytes.Equal(got, plain) {
			t.Errorf("%s: %d bytes, %v", c.name, len(got), err)
		}
		if n := after.TotalAlloc - before.TotalAlloc; n > 32<<20 {
			t.Errorf("%s: allocated %d bytes", c.name, n)
		}
	}
}

func TestCheckRuns(t *testing.T) {
	run := func(count uint64, value ...byte) []byte { return append(binary.AppendUvarint(nil, count<<1), value...) }
	packed := func(groups uint64, data ...byte) []byte {
		return append(binary.AppendUvarint(nil, groups<<1|1), data...)
	}
	for _, c := range []struct {
		name  string
		data  []byte
		width int
		n     int
		ok    bool
	}{
		{"nothing", nil, 1, 10, true},
		{"one run", run(10, 1), 1, 10, true},
		{"two bytes wide", run(10, 1, 0), 9, 10, true},
		{"packed", packed(2, 1, 2, 3, 4), 2, 16, true},
		{"packed to a multiple of eight", packed(2, 1, 2), 1, 10, true},
		{"a run far longer", run(1<<31, 1), 1, 10, false},
		{"runs far longer", bytes.Repeat(run(500, 1), 9), 1, 10, false},
		{"of no width", run(1<<31, 1), 0, 10, false},
		{"packed of no width", packed(1 << 30), 0, 10, false},
		{"cut off", run(10), 1, 10, false},
		{"packed and cut off", packed(2, 1), 2, 16, false},
		{"no end", bytes.Repeat([]byte{0xff}, 20), 1, 10, false},
	} {
		if err := checkRuns(c.data, c.width, c.n); c.ok != (err == nil) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestDeltas(t *testing.T) {
	want := []int64{7, 5, 3, 1, 2, 3, 4, 5, 1 << 40, -9}
	data, err := new(delta.BinaryPackedEncoding).EncodeInt64(nil, want)
	if err != nil {
		t.Fatal(err)
	}
	got, rest, err := deltas(append(data, "rest"...), len(want), true)
	if err != nil || string(rest) != "rest" || len(got) != len(want) {
		t.Fatalf("%v, %q, %v", got, rest, err)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%d: %d, not %d", i, got[i], want[i])
		}
	}
	if _, _, err := deltas(data, len(want)-1, false); err == nil {
		t.Error("more numbers than there may be: no error")
	}
	for n := range data {
		deltas(data[:n], len(want), true)
	}
}

func TestSkimmer(t *testing.T) {
	list := func(n uint64, kind byte) []byte { return append(binary.AppendUvarint([]byte{0x19, 0xf0 | kind}, n), 0) }
	for _, c := range []struct {
		name string
		data []byte
		ok   bool
	}{
		{"empty", []byte{0}, true},
		{"a number", []byte{0x15, 2, 0}, true},
		{"a string", []byte{0x18, 3, 'a', 'b', 'c', 0}, true},
		{"a list", []byte{0x19, 0x25, 2, 4, 0}, true},
		{"a map", []byte{0x1b, 1, 0x58, 2, 1, 'x', 0}, true},
		{"an empty map", []byte{0x1b, 0, 0}, true},
		{"a struct", []byte{0x1c, 0x15, 2, 0, 0}, true},
		{"no end", []byte{0x15, 2}, false},
		{"a string beyond the end", []byte{0x18, 100, 0}, false},
		{"a list of billions", list(1<<31, 12), false},
		{"too deep", bytes.Repeat([]byte{0x1c}, 100), false},
		{"an unknown type", []byte{0x1e, 0}, false},
	} {
		s := skimmer{data: c.data}
		if err := s.structure(0); c.ok != (err == nil) || c.ok && s.pos != len(c.data) {
			t.Errorf("%s: at %d of %d, %v", c.name, s.pos, len(c.data), err)
		}
	}
}

func FuzzParquet(f *testing.F) {
	type row struct {
		ID     int32     `parquet:"id"`
		Name   *string   `parquet:"name,optional,snappy"`
		Kind   string    `parquet:"kind,delta"`
		Values []float64 `parquet:"values,list,zstd"`
		Words  []string  `parquet:"words,list"`
	}
	name := "a"
	var b bytes.Buffer
	w := parquet.NewGenericWriter[row](&b)
	w.Write([]row{{1, &name, "one", []float64{1, 2, 2}, []string{"ab", "abc"}}, {2, nil, "other", nil, nil}})
	w.Close()
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		readParquet(data, &budget{}, func(*group) error { return nil })
	})
}
