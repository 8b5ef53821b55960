// Command load asks a server for the same thing over and over and says how that
// went, as a line of JSON:
//
//	load -url http://127.0.0.1:8787/models/m/score -body row.json -requests 100000
//
// It keeps its connections open, and on each of them asks again as soon as it
// has the answer: what it finds is what so many clients at a time get. Every
// answer must be the same, byte for byte; one that is not, or that has another
// status than 200, is an error.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// report is what is found. Times are in milliseconds.
type report struct {
	Requests  int     `json:"requests"`
	Errors    int     `json:"errors"`
	Error     string  `json:"error,omitempty"` // one of them
	Seconds   float64 `json:"seconds"`
	PerSecond float64 `json:"perSecond"`
	P50       float64 `json:"p50"`
	P75       float64 `json:"p75"`
	P95       float64 `json:"p95"`
	P99       float64 `json:"p99"`
	Max       float64 `json:"max"`
	Bytes     int     `json:"bytes"` // of an answer's body
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("load: ")
	target := flag.String("url", "", "what to ask for")
	body := flag.String("body", "", "file of the body to POST; none: GET")
	connections := flag.Int("connections", 10, "connections")
	requests := flag.Int64("requests", 0, "requests in all; 0: as many as fit in -duration")
	duration := flag.Duration("duration", 5*time.Second, "time to ask for, at most a minute without -requests")
	flag.Parse()
	request, err := message(*target, *body)
	if err != nil {
		log.Fatal(err)
	}
	l := &load{host: request.URL.Host, left: *requests, end: time.Now().Add(min(*duration, time.Minute))}
	if *requests > 0 {
		l.end = time.Now().Add(10 * time.Minute)
	} else {
		l.left = 1 << 40
	}
	r, err := l.run(*connections, request)
	if err != nil {
		log.Fatal(err)
	}
	json.NewEncoder(os.Stdout).Encode(r)
}

func message(target, body string) (*http.Request, error) {
	u, err := url.Parse(target)
	if err != nil || u.Scheme != "http" || u.Host == "" {
		return nil, fmt.Errorf("-url %q is no http:// address", target)
	}
	if body == "" {
		return http.NewRequest(http.MethodGet, target, nil)
	}
	text, err := os.ReadFile(body)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequest(http.MethodPost, target, bytes.NewReader(text))
	if err == nil {
		r.Header.Set("Content-Type", "application/json")
	}
	return r, err
}

type load struct {
	host string
	end  time.Time
	left int64 // requests that nobody has taken yet

	mu    sync.Mutex
	took  []time.Duration
	want  []byte // the answer
	fails int
	fault string
}

func (l *load) run(connections int, request *http.Request) (*report, error) {
	var text bytes.Buffer
	if err := request.Write(&text); err != nil {
		return nil, err
	}
	start := time.Now()
	var wg sync.WaitGroup
	for range connections {
		wg.Go(func() { l.ask(request, text.Bytes()) })
	}
	wg.Wait()
	seconds := time.Since(start).Seconds()
	if len(l.took) == 0 {
		return nil, fmt.Errorf("no answer: %s", l.fault)
	}
	slices.Sort(l.took)
	at := func(share float64) float64 {
		return l.took[min(int(share*float64(len(l.took))), len(l.took)-1)].Seconds() * 1000
	}
	return &report{
		Requests: len(l.took) + l.fails, Errors: l.fails, Error: l.fault, Seconds: seconds, PerSecond: float64(len(l.took)) / seconds,
		P50: at(0.5), P75: at(0.75), P95: at(0.95), P99: at(0.99), Max: at(1), Bytes: len(l.want),
	}, nil
}

// ask asks on a connection of its own until nothing is left to ask.
func (l *load) ask(request *http.Request, text []byte) {
	var conn net.Conn
	var in *bufio.Reader
	var took []time.Duration
	for time.Now().Before(l.end) && atomic.AddInt64(&l.left, -1) >= 0 {
		start := time.Now()
		err := error(nil)
		if conn == nil {
			if conn, err = net.Dial("tcp", l.host); err == nil {
				in = bufio.NewReader(conn)
			}
		}
		if err == nil {
			if _, err = conn.Write(text); err == nil {
				err = l.answer(in, request)
			}
		}
		if err == nil {
			took = append(took, time.Since(start))
			continue
		}
		l.failed(err)
		if conn != nil {
			conn.Close()
			conn = nil
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.took = append(l.took, took...)
}

func (l *load) answer(in *bufio.Reader, request *http.Request) error {
	resp, err := http.ReadResponse(in, request)
	if err != nil {
		return err
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d: %.200s", resp.StatusCode, body)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.want == nil {
		l.want = body
	}
	if !bytes.Equal(body, l.want) {
		return errors.New("another answer than the first one")
	}
	return nil
}

func (l *load) failed(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fails++
	l.fault = err.Error()
}
