package atomicfile

import (
	"bufio"
	"os"
	"path/filepath"
	"testing"
)

// While a file is written there is nothing that a killed process would leave.
func TestNothingWhileWriting(t *testing.T) {
	dir := t.TempDir()
	f := nameless(filepath.Join(dir, "probe"))
	if f == nil {
		t.Fatal("this test wants a temporary directory that has files without names")
	}
	f.Close()
	path := filepath.Join(dir, "file")
	for _, before := range [][]string{nil, {"file"}} {
		err := Write(path, func(w *bufio.Writer) error {
			w.Write(make([]byte, 1<<20))
			w.Flush()
			alone(t, dir, before...)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	alone(t, dir, "file")
	if st, err := os.Stat(path); err != nil || st.Mode().Perm()&0o600 != 0o600 || st.Size() != 1<<20 {
		t.Fatal(st.Mode(), err)
	}
}
