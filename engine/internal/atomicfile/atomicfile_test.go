package atomicfile

import (
	"bufio"
	"bytes"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// alone fails if the directory holds anything but the files of those names.
func alone(t *testing.T, dir string, names ...string) {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range list {
		got = append(got, e.Name())
	}
	if strings.Join(got, " ") != strings.Join(names, " ") {
		t.Fatalf("the directory holds %q, not %q", got, names)
	}
}

func holds(t *testing.T, path, want string) {
	t.Helper()
	if got, err := os.ReadFile(path); err != nil || string(got) != want {
		t.Fatalf("%s holds %q, %v, not %q", path, got, err, want)
	}
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	for _, text := range []string{"old", "new and longer"} {
		if err := WriteBytes(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
		holds(t, path, text)
	}
	alone(t, dir, "file")
}

func TestWriteFails(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	if err := WriteBytes(path, []byte("old")); err != nil {
		t.Fatal(err)
	}
	fault := errors.New("no more rows")
	err := Write(path, func(w *bufio.Writer) error {
		w.WriteString(strings.Repeat("half", 1<<18))
		return fault
	})
	if err != fault {
		t.Fatal(err)
	}
	holds(t, path, "old")
	alone(t, dir, "file")

	// A directory in the way, and a directory that is not there, are named.
	for _, bad := range []string{dir, filepath.Join(dir, "none", "file")} {
		err := WriteBytes(bad, []byte("x"))
		var pe *fs.PathError
		if !errors.As(err, &pe) || pe.Path != bad {
			t.Errorf("%s: %v", bad, err)
		}
	}
	alone(t, dir, "file")
}

// TestKilled kills a process that writes one of two files again and again, and
// finds one of them whole each time.
func TestKilled(t *testing.T) {
	if path := os.Getenv("ATOMICFILE_WRITE"); path != "" {
		for i := 0; ; i++ {
			if err := WriteBytes(path, bytes.Repeat([]byte{byte('a' + i%2)}, 1<<20)); err != nil {
				t.Fatal(err)
			}
		}
	}
	path := filepath.Join(t.TempDir(), "file")
	if err := WriteBytes(path, bytes.Repeat([]byte{'a'}, 1<<20)); err != nil {
		t.Fatal(err)
	}
	for range 15 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestKilled$")
		cmd.Env = append(os.Environ(), "ATOMICFILE_WRITE="+path)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(5+rand.IntN(60)) * time.Millisecond)
		cmd.Process.Kill()
		cmd.Wait()
		data, err := os.ReadFile(path)
		if err != nil || len(data) != 1<<20 || bytes.Count(data, data[:1]) != len(data) {
			t.Fatalf("%d bytes, %v", len(data), err)
		}
	}
}
