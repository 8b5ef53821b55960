package kernel

import "math/bits"

// The host's memory: blocks of a power of two bytes, 8 of which say which power,
// in a list of free ones for each size, or from the end of what was given out.
var heap Ptr // its end; 0: nothing has been given out

// alloc gives n bytes at a multiple of 8. It grows the memory if it must, and
// traps where there is no more. start is where the heap begins, lists 32
// addresses before it.
func alloc(n uint32, start, lists Ptr) Ptr {
	if n > 1<<31-16 {
		panic("")
	}
	class := uint32(bits.Len32(max(n+8, 16) - 1))
	list := lists + Ptr(4*class)
	p := list.Ptr()
	if p != 0 {
		list.SetPtr(p.Ptr())
		return p
	}
	if heap == 0 {
		heap = start
	}
	p = heap + 8
	end := heap + 1<<class
	if end < heap {
		panic("")
	}
	if have := memoryPages(); uint32(end-1)>>16 >= have {
		if growMemory(uint32(end-1)>>16+1-have) == 0xffffffff {
			panic("")
		}
	}
	heap = end
	(p - 8).SetU32(class)
	return p
}

func free(p, start, lists Ptr) {
	if p < start+8 || p >= heap {
		return
	}
	class := (p - 8).U32()
	if class > 31 {
		return
	}
	list := lists + Ptr(4*class)
	p.SetPtr(list.Ptr())
	list.SetPtr(p)
}
