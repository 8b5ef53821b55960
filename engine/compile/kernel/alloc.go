package kernel

import "math/bits"

// The host's memory, which kernels may use too: blocks of a power of two bytes, 8
// of which say which power, in a list of free ones for each size, or from the end
// of what was given out.
var (
	heapStart Ptr
	heap      Ptr // the end of what was given out; it starts at heapStart
)

// freeLists has, of each power of two, the first free block.
const freeLists Ptr = errorRoom + errorBytes

// alloc gives n bytes at a multiple of 8. It grows the memory if it must, and
// traps where there is no more.
func alloc(n uint32) Ptr {
	if n > 1<<31-16 {
		panic("")
	}
	class := uint32(bits.Len32(max(n+8, 16) - 1))
	list := freeLists + Ptr(4*class)
	p := list.Ptr()
	if p != 0 {
		list.SetPtr(p.Ptr())
		return p
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

func free(p Ptr) {
	if p < heapStart+8 || p >= heap {
		return
	}
	class := (p - 8).U32()
	if class > 31 {
		return
	}
	list := freeLists + Ptr(4*class)
	p.SetPtr(list.Ptr())
	list.SetPtr(p)
}
