package bundle

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pageleap/pageleap/engine/internal/inflate"
	"github.com/pageleap/pageleap/engine/internal/wire"
)

// Why not archive/zip? It reads io.ReaderAt and file times and writes zips too,
// which costs scorer.wasm 65 KB after compression. A bundle is bytes in memory,
// and its central directory is all that has to be read.

// OpenZip reads the directory of a zip file: stored or deflated entries, sizes
// from the central directory. It refuses names that lead outside, names that
// come twice, entries that overlap, encryption, parts of several disks, zip64.
// Whatever stands before the first or after the last byte of the zip is ignored.
func OpenZip(data []byte) (Files, error) {
	z := &zipFiles{data: data}
	if err := z.open(); err != nil {
		return nil, at("zip", err)
	}
	return z, nil
}

type zipFiles struct {
	data    []byte
	entries []zipEntry // files only, by name
}

// room is what unpacking takes, to be used for one file after the other.
type room struct {
	unpacker inflate.Unpacker
	buf      []byte // the last file, if it was packed
}

type zipEntry struct {
	name           string
	deflated       bool
	crc            uint32
	head, start    int // of the local header and of the packed bytes
	packed, length int64
}

const (
	endSize    = 22
	headerSize = 46
	localSize  = 30
)

func u16(b []byte) int { return int(b[0]) | int(b[1])<<8 }
func u32(b []byte) int { return int(wire.Uint32(b)) }

// Why so many small functions here? WebAssembly's engines compile a function when
// it is first called, and once more when it has run for long, which they take a
// large one for after few calls. What only errors need is compiled with them.

//go:noinline
func zipError(parts ...string) error {
	return &Error{Kind: ErrMalformed, Msg: strings.Join(parts, "")}
}

func (z *zipFiles) open() error {
	end := z.findEnd()
	if end < 0 {
		return zipError("not a zip file, or its end is missing")
	}
	if err := z.directory(end); err != nil {
		return err
	}
	return z.order()
}

// findEnd is where the record at the end of the zip begins, or -1.
func (z *zipFiles) findEnd() int {
	for end := len(z.data) - endSize; end >= 0; end-- {
		if z.data[end] == 'P' && string(z.data[end:end+4]) == "PK\x05\x06" && end+endSize+u16(z.data[end+20:]) <= len(z.data) {
			return end
		}
	}
	return -1
}

// directory reads the central directory, which the record at end tells of.
func (z *zipFiles) directory(end int) error {
	tail := z.data[end:]
	count, size, offset := u16(tail[10:]), u32(tail[12:]), u32(tail[16:])
	if u16(tail[4:]) != 0 || u16(tail[6:]) != 0 || u16(tail[8:]) != count {
		return zipError("one part of a zip of several disks")
	}
	if count == 0xffff || size == 0xffffffff || offset == 0xffffffff {
		return zipError("a zip64 file; pack the bundle as a plain zip (below 4 GiB, 65,535 files)")
	}
	// Bytes before the zip itself move all offsets by as much.
	shift := end - size - offset
	if shift < 0 {
		return zipError("the central directory (", strconv.Itoa(size), " bytes at ", strconv.Itoa(offset), ") is cut off")
	}
	z.entries = make([]zipEntry, 0, min(count, size/headerSize))
	return z.headers(z.data[end-size:end], count, shift, end-size)
}

// headers reads the entries of the central directory.
func (z *zipFiles) headers(dir []byte, count, shift, limit int) error {
	for i := range count {
		n, next := 0, -1
		if len(dir) >= headerSize && string(dir[:4]) == "PK\x01\x02" {
			n = headerSize + u16(dir[28:])
			next = n + u16(dir[30:]) + u16(dir[32:])
		}
		if next < 0 || next > len(dir) {
			return noEntry(i, count, next)
		}
		if err := z.entry(dir[:n], shift, limit); err != nil {
			return err
		}
		dir = dir[next:]
	}
	if len(dir) > 0 {
		return zipError("more entries than the ", strconv.Itoa(count), " that the zip claims to have")
	}
	return nil
}

//go:noinline
func noEntry(i, count, next int) error {
	what := " is cut off"
	if next < 0 {
		what = " is missing in the central directory"
	}
	return zipError("entry ", strconv.Itoa(i), " of ", strconv.Itoa(count), what)
}

// order puts the entries in the order of their names.
func (z *zipFiles) order() error {
	order := make([]int32, len(z.entries))
	for i := range order {
		order[i] = int32(i)
	}
	swap := func(i, j int) { order[i], order[j] = order[j], order[i] }
	sort(len(order), func(i, j int) bool { return z.entries[order[i]].head < z.entries[order[j]].head }, swap)
	if err := z.overlap(order); err != nil {
		return err
	}
	sort(len(order), func(i, j int) bool { return z.entries[order[i]].name < z.entries[order[j]].name }, swap)
	return z.byName(order)
}

// overlap finds entries that share bytes, which is how a small zip unpacks to a
// huge one.
func (z *zipFiles) overlap(order []int32) error {
	for i := 1; i < len(order); i++ {
		if a, b := &z.entries[order[i-1]], &z.entries[order[i]]; int64(a.start)+a.packed > int64(b.head) {
			return zipError(strconv.Quote(a.name), " and ", strconv.Quote(b.name), " overlap")
		}
	}
	return nil
}

func (z *zipFiles) byName(order []int32) error {
	byName := make([]zipEntry, len(order))
	for i, k := range order {
		byName[i] = z.entries[k]
		if i > 0 && byName[i].name == byName[i-1].name {
			return zipError(strconv.Quote(byName[i].name), " is there twice")
		}
	}
	z.entries = byName
	return nil
}

// entry reads one header of the central directory, and checks it and the local
// header that it points to. limit is where the files' bytes end.
func (z *zipFiles) entry(h []byte, shift, limit int) error {
	e := zipEntry{name: string(h[headerSize:]), deflated: u16(h[10:]) == 8, crc: wire.Uint32(h[16:]), packed: int64(u32(h[20:])), length: int64(u32(h[24:]))}
	path, isDir := strings.CutSuffix(e.name, "/")
	switch {
	case !validPath(path):
		return zipError("the name ", strconv.Quote(e.name), " leads outside the bundle or is no plain path")
	case !isDir && e.plain(h):
	case isDir && e.length == 0 && !e.zip64(h):
		return nil
	default:
		return e.unusable(h, isDir)
	}
	e.head = shift + u32(h[42:])
	if err := z.local(&e, u16(h[10:]), limit); err != nil {
		return err
	}
	z.entries = append(z.entries, e)
	return nil
}

// plain says whether a file's header asks for nothing but what can be read.
func (e *zipEntry) plain(h []byte) bool {
	method := u16(h[10:])
	return u16(h[8:])&encrypted == 0 && (method == 8 || method == 0 && e.packed == e.length) && !e.zip64(h)
}

const encrypted = 1 | 1<<6 | 1<<13 // flags

func (e *zipEntry) zip64(h []byte) bool {
	return e.packed == 0xffffffff || e.length == 0xffffffff || u32(h[42:]) == 0xffffffff
}

// unusable says why an entry is not plain, or no directory.
func (e *zipEntry) unusable(h []byte, isDir bool) error {
	name, method := strconv.Quote(e.name), u16(h[10:])
	switch {
	case e.zip64(h):
		return zipError(name, " is a zip64 entry; pack the bundle as a plain zip")
	case isDir:
		return zipError("the directory ", name, " has contents")
	case u16(h[8:])&encrypted != 0:
		return zipError(name, " is encrypted")
	case method != 0:
		return zipError(name, " is packed by method ", strconv.Itoa(method), "; only stored (0) and deflated (8) are read")
	}
	return zipError(name, " is stored, but its two sizes differ: ", strconv.FormatInt(e.packed, 10), " and ", strconv.FormatInt(e.length, 10))
}

// local finds where an entry's bytes start, behind the header at its head.
func (z *zipFiles) local(e *zipEntry, method, limit int) error {
	if e.head > limit-localSize || string(z.data[e.head:e.head+4]) != "PK\x03\x04" {
		return zipError("no entry where ", strconv.Quote(e.name), " should be, at byte ", strconv.Itoa(e.head))
	}
	local := z.data[e.head:limit]
	nameEnd := localSize + u16(local[26:])
	body := nameEnd + u16(local[28:])
	if int64(body)+e.packed > int64(len(local)) {
		return zipError(strconv.Quote(e.name), " is cut off")
	}
	if string(local[localSize:nameEnd]) != e.name || u16(local[8:]) != method {
		return zipError(strconv.Quote(e.name), " differs between the central directory and its own header")
	}
	e.start = e.head + body
	return nil
}

// validPath says whether a name is a relative path without ".", ".." or empty parts.
func validPath(name string) bool {
	if len(name) > 1 && name[1] == ':' {
		return false
	}
	part, dots, ascii := 0, 0, true // part and dots: so many bytes, and dots among them
	for i := 0; i < len(name); i++ {
		switch c := name[i]; {
		case c == '\\' || c == 0:
			return false
		case c == '/':
			if part == 0 || part == dots && dots <= 2 {
				return false
			}
			part, dots = 0, 0
			continue
		case c == '.':
			dots++
		case c >= utf8.RuneSelf:
			ascii = false
		}
		part++
	}
	return part != 0 && (part != dots || dots > 2) && (ascii || utf8.ValidString(name))
}

func (z *zipFiles) find(name string) (*zipEntry, bool) {
	i := search(len(z.entries), func(i int) bool { return z.entries[i].name >= name })
	if i == len(z.entries) || z.entries[i].name != name {
		return nil, false
	}
	return &z.entries[i], true
}

func (z *zipFiles) List() []string {
	names := make([]string, len(z.entries))
	for i := range z.entries {
		names[i] = z.entries[i].name
	}
	return names
}

func (z *zipFiles) ReadFile(name string) ([]byte, error) {
	e, ok := z.find(name)
	if !ok {
		return nil, &Error{Kind: ErrNotFound, Path: name, Msg: "no such file in the zip"}
	}
	return z.unpack(e, new(room))
}

func (z *zipFiles) bytes(e *zipEntry) []byte {
	return z.data[e.start : e.start+int(e.packed) : e.start+int(e.packed)]
}

// same says whether two entries unpack to the same, by what they are packed to.
func (z *zipFiles) same(a, b *zipEntry) bool {
	return a.crc == b.crc && a.length == b.length && a.deflated == b.deflated && string(z.bytes(a)) == string(z.bytes(b))
}

// unpack gives a file that holds until the room is used again.
func (z *zipFiles) unpack(e *zipEntry, r *room) ([]byte, error) {
	out := z.bytes(e)
	if e.deflated {
		var err error
		if out, err = r.unpacker.Unpack(r.buf, out, int(e.length)); err != nil {
			return nil, at(e.name, err)
		}
		r.buf = out
	}
	if crc := checksum(out); crc != e.crc {
		return nil, damaged(e, crc)
	}
	return out, nil
}

func damaged(e *zipEntry, crc uint32) error {
	return malformed(e.name, "damaged: its checksum is "+strconv.FormatUint(uint64(crc), 16)+", not "+strconv.FormatUint(uint64(e.crc), 16))
}
