package importer

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"

	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
	"github.com/pierrec/lz4/v4"
)

// Why look at each page before the library reads it? parquet-go allocates what a
// file's numbers say: the length of a list in its footer, of a run, of a page
// that is yet to be unpacked. A file of a hundred bytes can ask for gigabytes
// so, and a damaged LZ4 page for ever more. Here the same numbers are held
// against the bytes that are there, and against a budget.

// budget is what the Parquet files of one import may unpack to.
type budget struct {
	bytes  int64 // of pages
	values int64 // in all columns
	zstd   *zstd.Decoder
}

// allow adds what a file of so many bytes may unpack to: vectors of zeros pack
// to next to nothing, so there is an allowance whatever the size.
func (b *budget) allow(size int) {
	if b.bytes == 0 {
		b.bytes, b.values = 64<<20, 1<<24
	}
	b.bytes += 200 * int64(size)
	b.values += 100 * int64(size)
}

func (b *budget) take(bytes, values int64) error {
	if b.bytes -= bytes; b.bytes < 0 {
		return &Error{Kind: ErrLimit, Msg: "unpacks to far more than a file of its size should"}
	}
	if b.values -= values; b.values < 0 {
		return &Error{Kind: ErrLimit, Msg: "has far more values than a file of its size should"}
	}
	return nil
}

const (
	maxWindow = 8 << 20 // of zstd, whose default level needs a quarter
	maxFooter = 1 << 20
	maxLists  = 100_000 // elements of the lists in a footer
)

// checkFooter makes sure that the library can decode the footer of the file.
func checkFooter(data []byte) error {
	if len(data) < 12 || string(data[:4]) != "PAR1" {
		return malformed("not a Parquet file: it does not begin with PAR1")
	}
	if string(data[len(data)-4:]) != "PAR1" {
		return malformed("a Parquet file that is cut off: it does not end with PAR1")
	}
	n := int64(binary.LittleEndian.Uint32(data[len(data)-8:]))
	if n > int64(len(data)-12) {
		return malformed("a Parquet file that is cut off: its footer says it has %d bytes", n)
	}
	if n > maxFooter {
		return &Error{Kind: ErrLimit, Msg: fmt.Sprintf("has a Parquet footer of %d bytes; %d are allowed", n, maxFooter)}
	}
	s := skimmer{data: data[len(data)-8-int(n) : len(data)-8]}
	if err := s.structure(0); err != nil {
		return fmt.Errorf("the footer: %w", err)
	}
	return nil
}

// blankPage is a page of nulls only. Spark 3 writes such a page of its second
// version, whose values are nothing at all, as if they were compressed; the
// library cannot read that.
type blankPage struct {
	entries  int
	rep, def []byte // levels
}

// checkPages makes sure that every page of the file can be unpacked and decoded
// within the budget. It gives the pages that have to be read here: for each row
// group and column its data pages, nil where the library can read them.
func checkPages(data []byte, f *parquet.File, b *budget) (blank [][][]*blankPage, err error) {
	columns := leavesOf(f.Root())
	for _, group := range f.Metadata().RowGroups {
		if len(group.Columns) != len(columns) {
			return nil, malformed("a row group has %d columns, the schema %d", len(group.Columns), len(columns))
		}
		var chunks [][]*blankPage
		for i := range group.Columns {
			m := &group.Columns[i].MetaData
			pages, err := checkChunk(data, m, columns[i], b)
			if err != nil {
				return nil, fmt.Errorf("column %q: %w", columns[i].Path(), err)
			}
			chunks = append(chunks, pages)
		}
		blank = append(blank, chunks)
	}
	return blank, nil
}

func leavesOf(c *parquet.Column) []*parquet.Column {
	if c.Leaf() {
		return []*parquet.Column{c}
	}
	var leaves []*parquet.Column
	for _, child := range c.Columns() {
		leaves = append(leaves, leavesOf(child)...)
	}
	return leaves
}

func checkChunk(data []byte, m *format.ColumnMetaData, c *parquet.Column, b *budget) (pages []*blankPage, err error) {
	start := m.DataPageOffset
	if d := m.DictionaryPageOffset; d > 0 && d < start {
		start = d
	}
	end := start + m.TotalCompressedSize
	if start < 4 || end < start || end > int64(len(data)) {
		return nil, malformed("its pages are not within the file: bytes %d to %d of %d", start, end, len(data))
	}
	chunk := data[start:end]
	values := int64(0)
	for len(chunk) > 0 && values < m.NumValues {
		s := skimmer{data: chunk}
		if err := s.structure(0); err != nil {
			return nil, fmt.Errorf("a page's header: %w", err)
		}
		var h format.PageHeader
		if err := thrift.Unmarshal(new(thrift.CompactProtocol), chunk[:s.pos], &h); err != nil {
			return nil, malformed("a page's header: %v", err)
		}
		chunk = chunk[s.pos:]
		if h.CompressedPageSize < 0 || int64(h.CompressedPageSize) > int64(len(chunk)) || h.UncompressedPageSize < 0 {
			return nil, malformed("a page of %d bytes where %d are left", h.CompressedPageSize, len(chunk))
		}
		n, err := checkPage(&h, chunk[:h.CompressedPageSize], m.Codec, c, b)
		if err != nil {
			return nil, err
		}
		values += n
		if h.Type != format.DictionaryPage {
			pages = append(pages, blankOf(&h, chunk[:h.CompressedPageSize]))
		}
		chunk = chunk[h.CompressedPageSize:]
	}
	if values != m.NumValues {
		return nil, malformed("its pages have %d values, not %d", values, m.NumValues)
	}
	return pages, nil
}

// blankOf is the page if it has nothing after its levels, which is no
// compressed nothing.
func blankOf(h *format.PageHeader, page []byte) *blankPage {
	d := h.DataPageHeaderV2.V
	rep, def := int(d.RepetitionLevelsByteLength), int(d.DefinitionLevelsByteLength)
	if h.Type != format.DataPageV2 || d.NumNulls != d.NumValues || rep+def != len(page) {
		return nil
	}
	return &blankPage{int(d.NumValues), page[:rep], page[rep:]}
}

// checkPage gives the number of values of a data page, nulls among them.
func checkPage(h *format.PageHeader, page []byte, codec format.CompressionCodec, c *parquet.Column, b *budget) (int64, error) {
	size := int(h.UncompressedPageSize)
	switch h.Type {
	case format.DictionaryPage:
		d := h.DictionaryPageHeader.V
		if d.NumValues < 0 {
			return 0, malformed("a dictionary of %d values", d.NumValues)
		}
		if err := b.take(int64(size), int64(d.NumValues)); err != nil {
			return 0, err
		}
		page, err := b.unpack(codec, page, size)
		if err != nil {
			return 0, err
		}
		return 0, checkValues(format.Plain, page, int(d.NumValues), c)

	case format.DataPage:
		d := h.DataPageHeader.V
		if d.NumValues < 0 {
			return 0, malformed("a page of %d values", d.NumValues)
		}
		if err := b.take(int64(size), int64(d.NumValues)); err != nil {
			return 0, err
		}
		page, err := b.unpack(codec, page, size)
		if err != nil {
			return 0, err
		}
		for _, max := range []int{c.MaxRepetitionLevel(), c.MaxDefinitionLevel()} {
			if max == 0 {
				continue
			}
			if len(page) < 4 || int64(binary.LittleEndian.Uint32(page)) > int64(len(page)-4) {
				return 0, malformed("a page whose levels are cut off")
			}
			n := 4 + int(binary.LittleEndian.Uint32(page))
			if err := checkRuns(page[4:n], bits.Len(uint(max)), int(d.NumValues)); err != nil {
				return 0, err
			}
			page = page[n:]
		}
		return int64(d.NumValues), checkValues(d.Encoding, page, int(d.NumValues), c)

	case format.DataPageV2:
		d, whole := h.DataPageHeaderV2.V, page
		rep, def := int64(d.RepetitionLevelsByteLength), int64(d.DefinitionLevelsByteLength)
		if d.NumValues < 0 || d.NumNulls < 0 || d.NumNulls > d.NumValues || rep < 0 || def < 0 || rep+def > int64(len(page)) || rep+def > int64(size) {
			return 0, malformed("a page whose header's numbers do not agree")
		}
		if err := b.take(int64(size), int64(d.NumValues)); err != nil {
			return 0, err
		}
		for _, l := range []struct {
			data []byte
			max  int
		}{{page[:rep], c.MaxRepetitionLevel()}, {page[rep : rep+def], c.MaxDefinitionLevel()}} {
			if l.max == 0 && len(l.data) == 0 {
				continue
			}
			if err := checkRuns(l.data, bits.Len(uint(l.max)), int(d.NumValues)); err != nil {
				return 0, err
			}
		}
		page = page[rep+def:]
		if blankOf(h, whole) == nil && (!d.IsCompressed.Valid || d.IsCompressed.V) {
			var err error
			if page, err = b.unpack(codec, page, size-int(rep+def)); err != nil {
				return 0, err
			}
		}
		return int64(d.NumValues), checkValues(d.Encoding, page, int(d.NumValues), c)
	}
	return 0, malformed("a page of the unknown kind %d", h.Type)
}

// unpack decompresses a page that says what size it will have.
func (b *budget) unpack(codec format.CompressionCodec, page []byte, size int) ([]byte, error) {
	var out []byte
	var err error
	switch codec {
	case format.Uncompressed:
		out = page
	case format.Snappy:
		var n int
		if n, err = snappy.DecodedLen(page); err == nil && n == size {
			out, err = snappy.Decode(nil, page)
		}
	case format.Gzip:
		var r *gzip.Reader
		if r, err = gzip.NewReader(bytes.NewReader(page)); err == nil {
			out, err = io.ReadAll(io.LimitReader(r, int64(size)+1))
		}
	case format.Zstd:
		if b.zstd == nil {
			b.zstd, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
		}
		if err == nil {
			err = b.zstd.Reset(bytes.NewReader(page))
		}
		if err == nil {
			out, err = io.ReadAll(io.LimitReader(b.zstd, int64(size)+1))
		}
	case format.Lz4Raw:
		out = make([]byte, size)
		var n int
		if n, err = lz4.UncompressBlock(page, out); err == nil {
			out = out[:n]
		}
	default:
		return nil, &Error{Kind: ErrUnsupported, Msg: "is compressed with " + codec.String() + "; it can be read when saved with snappy, zstd, gzip, lz4_raw or uncompressed"}
	}
	if err != nil {
		return nil, malformed("a page that cannot be decompressed: %v", err)
	}
	if len(out) != size {
		return nil, malformed("a page that is not of the size it says, %d bytes", size)
	}
	return out, nil
}

// checkValues checks the values of a page, of which there are at most n.
func checkValues(e format.Encoding, data []byte, n int, c *parquet.Column) error {
	switch e {
	case format.Plain, format.ByteStreamSplit:
		return nil // the library holds their number against the bytes
	case format.RLEDictionary, format.PlainDictionary:
		if len(data) == 0 {
			return nil
		}
		if data[0] > 32 {
			return malformed("a page of indices of %d bits", data[0])
		}
		return checkRuns(data[1:], int(data[0]), n)
	case format.RLE: // booleans
		if len(data) < 4 || int64(binary.LittleEndian.Uint32(data)) > int64(len(data)-4) {
			return malformed("a page that is cut off")
		}
		return checkRuns(data[4:4+int(binary.LittleEndian.Uint32(data))], 1, n)
	case format.DeltaBinaryPacked:
		_, _, err := deltas(data, n, false)
		return err
	case format.DeltaLengthByteArray:
		_, _, err := deltas(data, n, true)
		return err
	case format.DeltaByteArray:
		prefixes, rest, err := deltas(data, n, true)
		if err != nil {
			return err
		}
		suffixes, rest, err := deltas(rest, n, true)
		if err != nil {
			return err
		}
		if len(prefixes) != len(suffixes) {
			return malformed("strings with %d beginnings and %d ends", len(prefixes), len(suffixes))
		}
		length, sum := int64(0), int64(0)
		for i := range prefixes {
			if prefixes[i] < 0 || suffixes[i] < 0 || prefixes[i] > length || suffixes[i] > int64(len(rest)) {
				return malformed("a string that does not begin as the one before it")
			}
			length = prefixes[i] + suffixes[i]
			if sum += length; sum > 64<<20+200*int64(len(data)) {
				return &Error{Kind: ErrLimit, Msg: "has strings that unpack to far more than a page of its size should"}
			}
		}
		return nil
	}
	return &Error{Kind: ErrUnsupported, Msg: "is encoded as " + e.String() + ", which Spark does not write"}
}

// checkRuns goes through runs of numbers of width bits. There may be more
// numbers than n only where they are packed in groups of 8.
func checkRuns(data []byte, width, n int) error {
	total := uint64(0)
	for len(data) > 0 {
		u, k := binary.Uvarint(data)
		if k <= 0 {
			return malformed("a run that is cut off")
		}
		data = data[k:]
		count, size := u>>1, uint64(width+7)/8
		if u&1 != 0 {
			size = count * uint64(width)
			count *= 8
		}
		if u > 1<<40 || size > uint64(len(data)) {
			return malformed("a run that is cut off")
		}
		data = data[size:]
		if total += count; total > uint64(n)+512 {
			return malformed("runs of more than %d values", n)
		}
	}
	return nil
}

// levels decodes n numbers of width bits, 8 at most, in runs that have been
// checked. It is false where they are fewer.
func levels(data []byte, width, n int) ([]uint8, bool) {
	if width == 0 {
		return make([]uint8, n), true
	}
	list := make([]uint8, 0, n)
	for len(data) > 0 && len(list) < n {
		u, k := binary.Uvarint(data)
		data = data[k:]
		count := int(u >> 1)
		if u&1 == 0 {
			for range min(count, n-len(list)) {
				list = append(list, data[0])
			}
			data = data[1:]
			continue
		}
		for i := range min(8*count, n-len(list)) {
			list = append(list, uint8(bitsAt(data, i*width, width)))
		}
		data = data[count*width:]
	}
	return list, len(list) == n
}

// deltas checks numbers packed as differences, of which there are at most n,
// gives what follows them, and where wanted the numbers.
func deltas(data []byte, n int, want bool) (list []int64, rest []byte, err error) {
	cut := malformed("delta-encoded numbers that are cut off or wrong")
	next := func() uint64 {
		u, k := binary.Uvarint(data)
		if k <= 0 {
			err = cut
			return 0
		}
		data = data[k:]
		return u
	}
	signed := func() int64 {
		u := next()
		return int64(u>>1) ^ -int64(u&1)
	}
	block, minis, total, value := next(), next(), next(), signed()
	switch {
	case err != nil:
		return nil, nil, err
	case total > uint64(n):
		return nil, nil, malformed("delta-encoded numbers that are %d, more than %d", total, n)
	case block == 0 || block > 1<<16 || block%128 != 0 || minis == 0 || minis > block || block%minis != 0 || block/minis%32 != 0:
		return nil, nil, cut
	}
	if total == 0 {
		return nil, data, nil
	}
	if want {
		list = append(make([]int64, 0, total), value)
	}
	for left := int64(total) - 1; left > 0; {
		least := signed()
		if err != nil || uint64(len(data)) < minis {
			return nil, nil, cut
		}
		widths := data[:minis]
		data = data[minis:]
		for _, w := range widths {
			if left <= 0 {
				break
			}
			per := int64(block / minis)
			size := int(per) * int(w) / 8
			if w > 64 || size > len(data) {
				return nil, nil, cut
			}
			if want {
				for i := range min(per, left) {
					value += least + int64(bitsAt(data, int(i)*int(w), int(w)))
					list = append(list, value)
				}
			}
			left -= per
			data = data[size:]
		}
	}
	return list, data, nil
}

// bitsAt reads a number of width bits, lowest first.
func bitsAt(data []byte, at, width int) (u uint64) {
	for i := range width {
		bit := data[(at+i)>>3] >> ((at + i) & 7) & 1
		u |= uint64(bit) << i
	}
	return u
}

// skimmer goes over a value in Thrift's compact protocol without decoding it.
type skimmer struct {
	data  []byte
	pos   int
	lists int
}

var errThrift = errors.New("damaged")

func (s *skimmer) byte() (byte, error) {
	if s.pos >= len(s.data) {
		return 0, errThrift
	}
	s.pos++
	return s.data[s.pos-1], nil
}

func (s *skimmer) varint() (uint64, error) {
	u, n := binary.Uvarint(s.data[s.pos:])
	if n <= 0 {
		return 0, errThrift
	}
	s.pos += n
	return u, nil
}

func (s *skimmer) skip(n uint64) error {
	if n > uint64(len(s.data)-s.pos) {
		return errThrift
	}
	s.pos += int(n)
	return nil
}

func (s *skimmer) structure(depth int) error {
	if depth > 32 {
		return errThrift
	}
	for {
		head, err := s.byte()
		if err != nil {
			return err
		}
		if head == 0 {
			return nil
		}
		if head>>4 == 0 {
			if _, err := s.varint(); err != nil {
				return err
			}
		}
		if kind := head & 15; kind > 2 { // a boolean field is its own value
			if err := s.value(kind, depth); err != nil {
				return err
			}
		}
	}
}

func (s *skimmer) value(kind byte, depth int) error {
	switch kind {
	case 1, 2, 3:
		return s.skip(1)
	case 4, 5, 6:
		_, err := s.varint()
		return err
	case 7:
		return s.skip(8)
	case 8:
		n, err := s.varint()
		if err != nil {
			return err
		}
		return s.skip(n)
	case 9, 10:
		head, err := s.byte()
		if err != nil {
			return err
		}
		n := uint64(head >> 4)
		if n == 15 {
			if n, err = s.varint(); err != nil {
				return err
			}
		}
		return s.elements(n, depth, head&15)
	case 11:
		n, err := s.varint()
		if err != nil || n == 0 {
			return err
		}
		kinds, err := s.byte()
		if err != nil {
			return err
		}
		return s.elements(n, depth, kinds>>4, kinds&15)
	case 12:
		return s.structure(depth + 1)
	case 13:
		return s.skip(16)
	}
	return errThrift
}

// elements goes over n elements, each of values of these kinds.
func (s *skimmer) elements(n uint64, depth int, kinds ...byte) error {
	if n > uint64(len(s.data)-s.pos) {
		return errThrift
	}
	if s.lists += int(n); s.lists > maxLists {
		return &Error{Kind: ErrLimit, Msg: fmt.Sprintf("has lists of more than %d elements in its structure", maxLists)}
	}
	for range n {
		for _, kind := range kinds {
			if err := s.value(kind, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}
