package bundle

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"
)

type entry struct {
	name, data string
	method     uint16
}

func makeZip(t testing.TB, comment string, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	w.SetComment(comment)
	for _, e := range entries {
		f, err := w.CreateHeader(&zip.FileHeader{Name: e.name, Method: e.method})
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(f, e.data)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func smallZip(t testing.TB) []byte {
	return makeZip(t, "", entry{"root/", "", zip.Store}, entry{"root/a", strings.Repeat("hello ", 20), zip.Deflate}, entry{"b", "stored", zip.Store})
}

// checkSmall says whether z holds what smallZip put there.
func checkSmall(z []byte) error {
	files, err := OpenZip(z)
	if err != nil {
		return err
	}
	if got := strings.Join(files.List(), " "); got != "b root/a" {
		return errors.New("files " + got)
	}
	for name, want := range map[string]string{"root/a": strings.Repeat("hello ", 20), "b": "stored"} {
		if data, err := files.ReadFile(name); err != nil || string(data) != want {
			return errors.New(name + ": " + string(data) + errText(err))
		}
	}
	if _, err := files.ReadFile("c"); !errors.Is(err, ErrNotFound) {
		return errors.New("c: " + errText(err))
	}
	return nil
}

func TestZip(t *testing.T) {
	small := smallZip(t)
	for name, z := range map[string][]byte{
		"plain":                small,
		"bytes before":         append([]byte("#!/bin/sh\nexit\n"), small...),
		"bytes after":          append(bytes.Clone(small), "\r\n and more"...),
		"an end in what comes": append(bytes.Clone(small), "PK\x05\x06 cut off"...),
		"comment": makeZip(t, "a comment", entry{"root/a", strings.Repeat("hello ", 20), zip.Deflate},
			entry{"root/", "", zip.Store}, entry{"b", "stored", zip.Store}),
	} {
		if err := checkSmall(z); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if files, err := OpenZip(makeZip(t, "")); err != nil || len(files.List()) != 0 {
		t.Error("an empty zip: ", err)
	}
}

// A zip cut anywhere is refused, or at least never read wrong.
func TestZipCut(t *testing.T) {
	small := smallZip(t)
	for i := range small {
		if err := checkSmall(small[:i]); err == nil {
			t.Errorf("cut at %d: no error", i)
		}
	}
	for i := 1; i < len(small); i++ {
		checkSmall(small[i:]) // must not panic
	}
	for i := range small {
		for _, c := range []byte{0, 1, 0x7f, 0x80, 0xff} {
			broken := bytes.Clone(small)
			broken[i] = c
			checkSmall(broken) // must not panic
		}
	}
}

// patch overwrites bytes of the central header of the named file, and of the
// local one where local is not negative.
func patch(t *testing.T, z []byte, name string, central, local int, value []byte) []byte {
	t.Helper()
	z = bytes.Clone(z)
	at := bytes.LastIndex(z, []byte(name)) - headerSize
	if at < 0 || string(z[at:at+4]) != "PK\x01\x02" {
		t.Fatal("no header of ", name)
	}
	copy(z[at+central:], value)
	if local >= 0 {
		copy(z[int(binary.LittleEndian.Uint32(z[at+42:]))+local:], value)
	}
	return z
}

func le32(v uint32) []byte { return binary.LittleEndian.AppendUint32(nil, v) }

func TestZipAttacks(t *testing.T) {
	small := smallZip(t)
	end := len(small) - endSize
	patchEnd := func(offset int, value []byte) []byte {
		z := bytes.Clone(small)
		copy(z[end+offset:], value)
		return z
	}
	tests := []struct {
		name string
		zip  []byte
		want string
	}{
		{"empty", nil, "not a zip"},
		{"no zip", []byte(strings.Repeat("x", 100)), "not a zip"},
		{"dots", makeZip(t, "", entry{"root/../../x", "", 0}), "leads outside"},
		{"dot", makeZip(t, "", entry{"./x", "", 0}), "leads outside"},
		{"dots directory", makeZip(t, "", entry{"../", "", 0}), "leads outside"},
		{"absolute", makeZip(t, "", entry{"/etc/x", "", 0}), "leads outside"},
		{"drive", makeZip(t, "", entry{"c:x", "", 0}), "leads outside"},
		{"backslash", makeZip(t, "", entry{`..\x`, "", 0}), "leads outside"},
		{"empty part", makeZip(t, "", entry{"a//b", "", 0}), "leads outside"},
		{"no name", makeZip(t, "", entry{"", "", 0}), "leads outside"},
		{"zero byte", makeZip(t, "", entry{"a\x00b", "", 0}), "leads outside"},
		{"twice", makeZip(t, "", entry{"a", "1", 0}, entry{"b", "", 0}, entry{"a", "2", 0}), `"a" is there twice`},
		{"encrypted", patch(t, small, "b", 8, 6, []byte{1}), "encrypted"},
		{"method", patch(t, small, "b", 10, 8, []byte{93}), "method 93"},
		{"method differs", patch(t, small, "root/a", 10, -1, []byte{0, 0}), "sizes differ"},
		{"local method differs", patch(t, small, "b", 0, 8, []byte("PK")), "differs between"},
		{"name differs", patch(t, small, "root/a", headerSize, -1, []byte("roof")), "differs between"},
		{"checksum", patch(t, small, "b", 16, -1, le32(1)), "checksum"},
		{"claims less", patch(t, small, "root/a", 24, -1, le32(119)), "more than 119 bytes"},
		{"claims more", patch(t, small, "root/a", 24, -1, le32(121)), "not to 121"},
		{"claims far more", patch(t, small, "root/a", 24, -1, le32(1<<31)), "cannot unpack"},
		{"packed in less", patch(t, small, "root/a", 20, -1, le32(3)), "cut off"},
		{"packed in more", patch(t, small, "root/a", 20, -1, le32(1<<30)), "cut off"},
		{"stored sizes", patch(t, small, "b", 24, -1, le32(5)), "sizes differ"},
		{"outside", patch(t, small, "b", 42, -1, le32(1<<30)), "no entry where"},
		{"directory with contents", patch(t, makeZip(t, "", entry{"dir/", "", 0}), "dir/", 24, -1, le32(1)), "has contents"},
		{"zip64 entry", patch(t, small, "b", 24, -1, le32(0xffffffff)), "zip64"},
		{"zip64", patchEnd(10, []byte{0xff, 0xff}), "several disks"},
		{"zip64 offset", patchEnd(16, le32(0xffffffff)), "zip64"},
		{"disks", patchEnd(4, []byte{1}), "several disks"},
		{"directory cut off", patchEnd(12, le32(1<<20)), "cut off"},
		{"fewer entries", patchEnd(8, []byte{2, 0, 2, 0}), "more entries than the 2"},
		{"more entries", patchEnd(8, []byte{4, 0, 4, 0}), "entry 3 of 4 is missing"},
		{"entry cut off", patch(t, small, "b", 28, -1, []byte{0xff, 0xff}), "cut off"},
	}
	for _, tt := range tests {
		files, err := OpenZip(tt.zip)
		if err == nil {
			for _, name := range files.List() {
				if _, e := files.ReadFile(name); e != nil {
					err = e
				}
			}
		}
		var e *Error
		if !errors.As(err, &e) || !errors.Is(err, ErrMalformed) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}

// Two entries that share bytes, as in bombs whose every entry is the same.
func TestZipOverlap(t *testing.T) {
	inner := makeZip(t, "", entry{"b", "inside", zip.Store})
	z := makeZip(t, "", entry{"a", string(inner), zip.Store}, entry{"b", "inside", zip.Store})
	at := bytes.LastIndexByte(z, 'b') - headerSize
	copy(z[at+42:], le32(uint32(bytes.Index(z[4:], []byte("PK\x03\x04"))+4))) // of the entry in the entry
	if _, err := OpenZip(z); err == nil || !strings.Contains(err.Error(), "overlap") {
		t.Error(err)
	}
}

func TestZipLimits(t *testing.T) {
	ok := entry{"bundle.json", `{"format":"json"}`, zip.Deflate}
	node := entry{"root/node.json", `{"name":"n"}`, zip.Deflate}
	model := entry{"root/model.json", `{"op":"x"}`, zip.Deflate}
	bomb := entry{"root/bomb", strings.Repeat("0", ratioFree+1), zip.Deflate}
	for _, tt := range []struct {
		limits  Limits
		entries []entry
		want    string
	}{
		{Limits{}, []entry{ok, node, model}, ""},
		{Limits{}, []entry{ok, node, model, {"outside/bomb", bomb.data, zip.Deflate}}, ""}, // never unpacked
		{Limits{Files: 3}, []entry{ok, node, model}, ""},
		{Limits{Files: 2}, []entry{ok, node, model}, "3 files, more than the 2 that the limit bundle.Files allows"},
		{Limits{}, []entry{ok, node, model, bomb}, "that the limit bundle.Ratio allows"},
		{Limits{Ratio: 2000}, []entry{ok, node, model, bomb}, ""},
		{Limits{Ratio: 2000, Bytes: 1 << 20}, []entry{ok, node, model, bomb}, "1048576 that the limit bundle.Bytes allows"},
		{Limits{Bytes: 20}, []entry{ok, node, model}, "root/node.json: 29 bytes with this file, more than the 20 that the limit bundle.Bytes allows"},
	} {
		files, err := OpenZip(makeZip(t, "", tt.entries...))
		if err != nil {
			t.Fatal(err)
		}
		_, err = Read(files, tt.limits)
		switch {
		case tt.want == "":
			if err != nil {
				t.Error(err)
			}
		case !errors.Is(err, ErrLimit) || !strings.Contains(err.Error(), tt.want):
			t.Errorf("%v, want %q", err, tt.want)
		}
	}
}

// Whatever opens holds what archive/zip finds there.
func FuzzReadZip(f *testing.F) {
	f.Add(smallZip(f))
	f.Add(makeZip(f, "comment", entry{"bundle.json", `{"format":"json"}`, zip.Deflate}, entry{"root/node.json", `{"name":"n"}`, zip.Store}, entry{"root/model.json", `{"op":"x"}`, zip.Deflate}))
	f.Add(makeZip(f, ""))
	f.Fuzz(func(t *testing.T, data []byte) {
		files, err := OpenZip(data)
		if err != nil {
			return
		}
		Read(files, Limits{Bytes: 1 << 20})
		std, stdErr := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		for _, name := range files.List() {
			if e, _ := files.(*zipFiles).find(name); e.length > 1<<20 {
				continue
			}
			got, err := files.ReadFile(name)
			if err != nil || stdErr != nil {
				continue
			}
			r, err := std.Open(name)
			if err != nil {
				continue // archive/zip checks more of what is not used here
			}
			if want, err := io.ReadAll(r); err == nil && !bytes.Equal(got, want) {
				t.Errorf("%q: %q, want %q", name, got, want)
			}
		}
	})
}
