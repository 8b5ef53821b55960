// Package word reads and writes eight bytes at a time, at any address.
//
// Go's compiler makes one instruction of eight bytes put together on most
// machines, but eight on WebAssembly, whose own instruction takes any address.
package word
