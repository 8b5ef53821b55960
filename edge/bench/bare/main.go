// Command bare is a server on net/http that does nothing with what it is asked:
// it reads the body and gives an answer of a fixed size. It is what a server in
// Go can reach at most.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
)

func main() {
	size := flag.Int("size", 0, "bytes of an answer")
	flag.Parse()
	answer := bytes.Repeat([]byte("x"), *size)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(l.Addr())
	log.Fatal(http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		w.Write(answer)
	})))
}
