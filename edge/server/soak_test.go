package server

import (
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var soak = flag.Duration("soak", 2*time.Second, "how long to keep the server busy; make soak takes minutes")

// A server under a bounded rate of requests, good and bad, whose model changes
// all the time, comes back to the heap and the goroutines that it began with.
func TestSoak(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "bundle.zip")
	write(t, path, read(t, keep))
	r := start(t, Options{Models: []Source{{"index", "", path}}})
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
	var answers, faults, wrong atomic.Int64
	ask := func(i int) {
		body, want := `{"s":"b"}`, 200
		switch i % 8 {
		case 5:
			body, want = `{"s":`, 400
		case 6:
			body, want = `[`+strings.Repeat(`{"s":"a"},`, 500)+`{"s":"b"}]`, 200
		}
		resp, err := client.Post(r.url+"/models/index/score", "application/json", strings.NewReader(body))
		if err != nil {
			faults.Add(1)
			return
		}
		buf := make([]byte, 1<<15)
		for err == nil {
			_, err = resp.Body.Read(buf)
		}
		resp.Body.Close()
		answers.Add(1)
		if resp.StatusCode != want {
			wrong.Add(1)
		}
	}
	rest := func() (heap uint64, goroutines int) {
		client.CloseIdleConnections()
		for before := -1; before != goroutines; { // until connections are closed on both sides
			before = goroutines
			time.Sleep(100 * time.Millisecond)
			goroutines = runtime.NumGoroutine()
		}
		r.log.forget() // which is the test's own
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc, goroutines
	}
	for i := range 200 { // warm
		ask(i)
	}
	heap, goroutines := rest()

	end := time.Now().Add(*soak)
	var wg sync.WaitGroup
	for k := range 4 {
		wg.Go(func() {
			for i := k; time.Now().Before(end); i++ {
				ask(i)
				time.Sleep(4 * time.Millisecond)
			}
		})
	}
	reloads := 0
	for ; time.Now().Before(end); reloads++ {
		file := []string{alphabet, keep}[reloads%2]
		write(t, path+".new", read(t, file))
		if err := os.Rename(path+".new", path); err != nil {
			t.Fatal(err)
		}
		time.Sleep(100 * time.Millisecond)
	}
	wg.Wait()
	after, left := rest()
	t.Logf("%d requests and %d changes of the model in %v; heap %d KiB before and %d KiB after, goroutines %d and %d",
		answers.Load(), reloads, *soak, heap>>10, after>>10, goroutines, left)
	if faults.Load() > 0 || wrong.Load() > 0 || answers.Load() < 50 {
		t.Errorf("%d requests without an answer, %d with the wrong status, of %d", faults.Load(), wrong.Load(), answers.Load())
	}
	if left > goroutines+2 {
		t.Errorf("%d goroutines before, %d after", goroutines, left)
	}
	if after > heap+1<<20 {
		t.Errorf("the heap held %d bytes before, %d after", heap, after)
	}
}
