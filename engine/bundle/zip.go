package bundle

import (
	"bytes"
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
	z.crc.init()
	if err := z.open(); err != nil {
		return nil, at("zip", err)
	}
	return z, nil
}

type zipFiles struct {
	data    []byte
	entries []zipEntry // files only, by name
	crc     crcTable
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

func zipError(msg string) error { return &Error{Kind: ErrMalformed, Msg: msg} }

func (z *zipFiles) open() error {
	data := z.data
	end := len(data)
	for {
		if end = bytes.LastIndex(data[:end], []byte("PK\x05\x06")); end < 0 {
			return zipError("not a zip file, or its end is missing")
		}
		if end+endSize <= len(data) && end+endSize+u16(data[end+20:]) <= len(data) {
			break
		}
	}
	tail := data[end:]
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
		return zipError("the central directory (" + strconv.Itoa(size) + " bytes at " + strconv.Itoa(offset) + ") is cut off")
	}
	dir := data[end-size : end]
	for i := range count {
		if len(dir) < headerSize || string(dir[:4]) != "PK\x01\x02" {
			return zipError("entry " + strconv.Itoa(i) + " of " + strconv.Itoa(count) + " is missing in the central directory")
		}
		n := headerSize + u16(dir[28:])
		next := n + u16(dir[30:]) + u16(dir[32:])
		if next > len(dir) {
			return zipError("entry " + strconv.Itoa(i) + " of " + strconv.Itoa(count) + " is cut off")
		}
		if err := z.entry(dir[:n], shift, end-size); err != nil {
			return err
		}
		dir = dir[next:]
	}
	if len(dir) > 0 {
		return zipError("more entries than the " + strconv.Itoa(count) + " that the zip claims to have")
	}

	// Entries that share bytes are how a small zip unpacks to a huge one.
	order := make([]int32, len(z.entries))
	for i := range order {
		order[i] = int32(i)
	}
	swap := func(i, j int) { order[i], order[j] = order[j], order[i] }
	sort(len(order), func(i, j int) bool { return z.entries[order[i]].head < z.entries[order[j]].head }, swap)
	for i := 1; i < len(order); i++ {
		if a, b := &z.entries[order[i-1]], &z.entries[order[i]]; int64(a.start)+a.packed > int64(b.head) {
			return zipError(strconv.Quote(a.name) + " and " + strconv.Quote(b.name) + " overlap")
		}
	}
	sort(len(order), func(i, j int) bool { return z.entries[order[i]].name < z.entries[order[j]].name }, swap)
	byName := make([]zipEntry, len(order))
	for i, k := range order {
		byName[i] = z.entries[k]
		if i > 0 && byName[i].name == byName[i-1].name {
			return zipError(strconv.Quote(byName[i].name) + " is there twice")
		}
	}
	z.entries = byName
	return nil
}

// entry checks one header of the central directory and the local header that it
// points to. limit is where the files' bytes end.
func (z *zipFiles) entry(h []byte, shift, limit int) error {
	flags, method, name := u16(h[8:]), u16(h[10:]), string(h[headerSize:])
	e := zipEntry{name: name, deflated: method == 8, crc: wire.Uint32(h[16:]), packed: int64(u32(h[20:])), length: int64(u32(h[24:]))}
	quoted := func() string { return strconv.Quote(name) }
	path, isDir := strings.CutSuffix(name, "/")
	switch {
	case !validPath(path):
		return zipError("the name " + quoted() + " leads outside the bundle or is no plain path")
	case e.packed == 0xffffffff || e.length == 0xffffffff || u32(h[42:]) == 0xffffffff:
		return zipError(quoted() + " is a zip64 entry; pack the bundle as a plain zip")
	case isDir:
		if e.length != 0 {
			return zipError("the directory " + quoted() + " has contents")
		}
		return nil
	case flags&(1|1<<6|1<<13) != 0:
		return zipError(quoted() + " is encrypted")
	case method != 0 && method != 8:
		return zipError(quoted() + " is packed by method " + strconv.Itoa(method) + "; only stored (0) and deflated (8) are read")
	case method == 0 && e.packed != e.length:
		return zipError(quoted() + " is stored, but its two sizes differ: " + strconv.FormatInt(e.packed, 10) + " and " + strconv.FormatInt(e.length, 10))
	}

	start := shift + u32(h[42:])
	if start > limit-localSize || string(z.data[start:start+4]) != "PK\x03\x04" {
		return zipError("no entry where " + quoted() + " should be, at byte " + strconv.Itoa(start))
	}
	local := z.data[start:limit]
	nameEnd := localSize + u16(local[26:])
	body := nameEnd + u16(local[28:])
	if int64(body)+e.packed > int64(len(local)) {
		return zipError(quoted() + " is cut off")
	}
	if string(local[localSize:nameEnd]) != name || u16(local[8:]) != method {
		return zipError(quoted() + " differs between the central directory and its own header")
	}
	e.head, e.start = start, start+body
	z.entries = append(z.entries, e)
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
	if crc := z.crc.sum(out); crc != e.crc {
		return nil, malformed(e.name, "damaged: its checksum is "+strconv.FormatUint(uint64(crc), 16)+", not "+strconv.FormatUint(uint64(e.crc), 16))
	}
	return out, nil
}
