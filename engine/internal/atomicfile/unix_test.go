//go:build unix

package atomicfile

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// What was there keeps its permissions, and a link stays one.
func TestPermissionsAndLinks(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("file", link); err != nil {
		t.Fatal(err)
	}
	if err := WriteBytes(link, []byte("new")); err != nil {
		t.Fatal(err)
	}
	holds(t, path, "new")
	if st, err := os.Stat(path); err != nil || st.Mode().Perm() != 0o600 {
		t.Fatal(st.Mode(), err)
	}
	if _, err := os.Readlink(link); err != nil {
		t.Fatal(err)
	}
	alone(t, dir, "file", "link")
}

// A device is written to, not replaced.
func TestDevice(t *testing.T) {
	if err := WriteBytes(os.DevNull, []byte("x")); err != nil {
		t.Fatal(err)
	}
	if st, err := os.Stat(os.DevNull); err != nil || st.Mode().IsRegular() {
		t.Fatal(st, err)
	}
	if _, err := os.Stat("/dev/full"); err == nil {
		if err := WriteBytes("/dev/full", []byte("x")); !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
	}
}

// A file that grows over what the system allows is what a full disk is: the
// write fails half way.
func TestDiskFull(t *testing.T) {
	if path := os.Getenv("ATOMICFILE_FULL"); path != "" {
		err := WriteBytes(path, make([]byte, 1<<20))
		if !errors.Is(err, syscall.EFBIG) || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), ".part") {
			t.Fatal(err)
		}
		return
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	if err := WriteBytes(path, []byte("old")); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "-c", `ulimit -f 100; exec "$0" -test.run='^TestDiskFull$'`, os.Args[0])
	cmd.Env = append(os.Environ(), "ATOMICFILE_FULL="+path)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	holds(t, path, "old")
	alone(t, dir, "file")
}
