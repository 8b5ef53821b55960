// A program that does what a runtime needs its tables for: it grows stacks,
// collects garbage while they are deep, and recovers from faults far down.
package main

import (
	"os"
	"runtime"
)

type node struct {
	next  *node
	value [8]int
}

func deep(n int, list *node) int {
	var pad [50]int
	pad[n%50] = n
	if n == 0 {
		runtime.GC()
		return list.value[len(os.Args)*0+list.length()] // out of range
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

func try(n int) (message string) {
	defer func() { message = recover().(error).Error() }()
	deep(n, nil)
	return ""
}

func main() {
	done := make(chan string)
	for _, n := range []int{10, 100, 10_000} {
		go func() { done <- try(n) }()
		if m := <-done; m == "" {
			panic("no fault")
		}
		println(try(n))
	}
}
