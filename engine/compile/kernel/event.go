package kernel

// What session_features and markov_chain have in common: the events of a visit,
// each in the 8 cells of the ABI (wasm/README.md), and lists of them.

const (
	eventName     Ptr = 0
	eventTS       Ptr = 24
	eventPage     Ptr = 48
	eventPageType Ptr = 72
	eventItem     Ptr = 96
	eventCategory Ptr = 120
	eventPrice    Ptr = 144
	eventQuantity Ptr = 168
)

// What is longer is cut: see engine/visit.
const (
	maxText = 256
	maxPage = 2048
)

// boundEvent cuts an event's texts that are too long, and gives those that are
// null no length.
func boundEvent(e Ptr) {
	for i := range uint32(6) {
		c := Cell(e + Ptr(i)*cellBytes)
		switch {
		case i == 1: // the time
		case c.Null():
			c.SetLen(0)
		default:
			most := uint32(maxText)
			if i == 2 {
				most = maxPage
			}
			c.SetLen(clip(c.Data(), c.Len(), most))
		}
	}
}

// clip is the length of a text when it is cut to so many bytes or a few less,
// between two characters.
func clip(text Ptr, n, most uint32) uint32 {
	if n <= most {
		return n
	}
	for most > 0 && (text+Ptr(most)).U8()&0xc0 == 0x80 {
		most--
	}
	return most
}

// The events of a row are lists that run side by side. A table has 16 bytes a
// list: its cell, where its elements go in the event's cells, the tag that they
// have there, and the error for a list of another length, or 0.

// checkLists fails where a list that is not null has not n elements.
func checkLists(lists, end Ptr, n uint32) Status {
	for ; lists != end; lists += 16 {
		list := Cell(lists.Ptr())
		if err := (lists + 12).U32(); err != 0 && !list.Null() && list.Len() != n {
			return failLengths(err, int64(list.Len()), int64(n))
		}
	}
	return done
}

// failLengths is an error with the length of a list and that of others.
func failLengths(err uint32, x, n int64) Status {
	at := putInt(beginError(err), x)
	at.SetU32(0x726f6620) // " for"
	(at + 4).SetU8(' ')
	return endError(err, putInt(at+5, n))
}

// fillEvent puts the k-th elements of lists into an event's cells.
func fillEvent(e, lists, end Ptr, k uint32) {
	for ; lists != end; lists += 16 {
		list := Cell(lists.Ptr())
		to := Cell(e + (lists + 4).Ptr())
		tag := (lists + 8).U32()
		from := list.Data() + Ptr(k)<<3
		switch {
		case list.Null():
			tag = tagNull
		case tag == tagText:
			to.SetData(from.Ptr())
			to.SetLen((from + 4).U32())
		default:
			Ptr(to + 8).SetU64(from.U64())
		}
		to.SetTag(tag)
	}
}

// timeOrder is the order of n times (u32 each, to be freed), in which those that
// are equal keep theirs; 0 if they are in order already.
func timeOrder(ts Ptr, n uint32) Ptr {
	i := uint32(1)
	for i < n && (ts+Ptr(i-1)<<3).I64() <= (ts+Ptr(i)<<3).I64() {
		i++
	}
	if i >= n {
		return 0
	}
	order := alloc(n << 2)
	merged := alloc(n << 2)
	for i := range n {
		(order + Ptr(i)<<2).SetU32(i)
	}
	// Runs of width events, each in order, are merged two by two.
	for width := uint32(1); width < n; width <<= 1 {
		for lo := uint32(0); lo < n; lo += width << 1 {
			a := lo
			mid := min(lo+width, n)
			b := mid
			end := min(mid+width, n)
			for k := lo; k != end; k++ {
				x := (order + Ptr(a)<<2).Ptr()
				y := (order + Ptr(b)<<2).Ptr()
				if b == end || a != mid && (ts+x<<3).I64() <= (ts+y<<3).I64() {
					a++
				} else {
					b++
					x = y
				}
				(merged + Ptr(k)<<2).SetPtr(x)
			}
		}
		swapped := order
		order = merged
		merged = swapped
	}
	free(merged)
	return order
}

// A slot keeps a text: its length and its bytes.

// keepText copies the text of a cell to a slot that has room for it.
func keepText(slot Ptr, c Cell) {
	slot.SetU32(c.Len())
	copyBytes(slot+4, c.Data(), c.Len())
}

// keeps says whether a slot's text is that of a cell.
func keeps(slot Ptr, c Cell) bool { return sameText(slot+4, slot.U32(), c.Data(), c.Len()) }

func sameText(a Ptr, an uint32, b Ptr, bn uint32) bool {
	if an != bn {
		return false
	}
	return compare(a, an, b, bn) == 0
}

// showText makes a text the value of an output.
func showText(out Cell, text Ptr, n uint32) {
	out.SetData(text)
	out.SetLen(n)
}
