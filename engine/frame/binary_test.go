package frame

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"
)

var genuineBinary = map[string]string{
	"all_types":               "frame_all_types/frame.json",
	"vector_assembler_sparse": "vector_assembler_sparse/expected.json",
	"imputer_mean_nullable":   "imputer_mean_nullable/expected.json",
}

// TestBinaryGenuine reads what MLeap's binary writer made of a JSON frame, and
// writes the same bytes but for the schema's white space.
func TestBinaryGenuine(t *testing.T) {
	for name, source := range genuineBinary {
		data, err := os.ReadFile("../../testdata/frames/" + name + ".bin")
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile("../../testdata/genuine/" + source)
		if err != nil {
			t.Fatal(err)
		}
		want, err := ReadJSON(text)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, f := range want.Schema() {
			if f.Type.Kind != Map {
				names = append(names, f.Name)
			}
		}
		if want, err = want.Select(names); err != nil {
			t.Fatal(err)
		}
		got, err := ReadBinary(data)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		identical(t, got, want)

		rows := func(b []byte) []byte { return b[4+int(b[2])<<8+int(b[3]):] }
		if ours := AppendBinary(nil, got); !bytes.Equal(rows(ours), rows(data)) {
			t.Errorf("%s:\n got %x\nwant %x", name, rows(ours), rows(data))
		}
	}
}

func TestBinaryErrors(t *testing.T) {
	whole := AppendBinary(nil, all(t))
	for n := range len(whole) {
		if _, err := ReadBinary(whole[:n]); !errors.Is(err, ErrFormat) {
			t.Fatalf("cut at %d of %d: %v", n, len(whole), err)
		}
	}
	frame := func(typ string, row ...byte) []byte {
		schema := `{"fields":[{"name":"c","type":` + typ + `}]}`
		b := append([]byte{0, 0, 0, byte(len(schema))}, schema...)
		return append(append(b, 0, 0, 0, 1), row...)
	}
	tensor := `{"type":"tensor","base":"byte"}`
	for _, c := range []struct {
		in   []byte
		kind error
		want string
	}{
		{append(bytes.Clone(whole), 0), ErrFormat, "1 bytes after the last row"},
		{[]byte{0xFF, 0xFF, 0xFF, 0xFF}, ErrFormat, "schema: byte 0: a count of -1"},
		{[]byte{0, 0, 0, 2, '{', '}'}, ErrFormat, `without "fields"`},
		{frame(`"string"`, 1, 0x7F, 0xFF, 0xFF, 0xFF), ErrFormat, `row 0, column "c" (string?): byte 54: 2147483647 bytes announced, 0 left`},
		{frame(`{"type":"list","base":"int"}`, 1, 0x7F, 0, 0, 0), ErrLimit, "Elements"},
		{frame(`{"type":"list","base":"int"}`, 1, 0, 0, 1, 0), ErrFormat, "256 elements announced, 0 bytes left"},
		{frame(tensor, 1, 0, 2), ErrFormat, "unknown kind 2"},
		{frame(tensor, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1, 9), ErrValue, "1 values in a tensor of dimensions [2]"},
		{frame(tensor, 1, 0, 0, 0, 1, 255, 255, 255, 255, 0, 0, 0, 1, 9), ErrValue, "a dimension of -1"},
		{frame(tensor, 1, 0, 1, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1, 9, 0, 0, 0, 1, 0, 1, 0, 0, 0, 2), ErrValue, "outside dimensions [2]"},
		{frame(`{"type":"map","base":"byte","key":"byte"}`, 1, 0, 0, 0, 2, 1, 1, 1, 1), ErrFormat, "twice in a map"},
	} {
		_, err := ReadBinary(c.in)
		if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q:\n got %v\nwant %s", c.in, err, c.want)
		}
	}
	for name, lim := range map[string]Limits{"Bytes": {Bytes: 100}, "Rows": {Rows: 1}, "Elements": {Elements: 1}, "StringLength": {StringLength: 3}} {
		if _, err := readBinary(whole, ReadOptions{Limits: lim}); !errors.Is(err, ErrLimit) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
