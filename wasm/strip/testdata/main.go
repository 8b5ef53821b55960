// A reactor that does what a runtime needs its tables for: it grows stacks,
// collects garbage while they are deep, and recovers from faults far down.
package main

import (
	"math/rand/v2"
	"runtime"
)

type node struct {
	next  *node
	value [8]int
}

var limits []int // filled by the start

func init() {
	for n := 10; n <= 10_000; n *= n {
		limits = append(limits, n)
	}
}

func main() {}

//go:wasmexport run
func run() {
	words := map[string]int{}
	for _, n := range limits {
		done := make(chan string)
		go func() { done <- try(n) }()
		words[<-done]++
		words[try(n)]++
	}
	for word, n := range words {
		println(n, word)
	}
}

//go:wasmexport random
func random() uint64 { return rand.Uint64() }

func try(n int) (message string) {
	defer func() { message = recover().(error).Error() }()
	deep(n, nil)
	return ""
}

func deep(n int, list *node) int {
	var pad [50]int
	pad[n%50] = n
	if n == 0 {
		runtime.GC()
		return list.value[list.length()] // out of range
	}
	return deep(n-1, &node{next: list}) + pad[n%50]
}

func (l *node) length() int {
	n := 0
	for ; l != nil; l = l.next {
		n++
	}
	return n
}
