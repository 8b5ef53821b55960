package kernel

// find is the place of a text among sorted ones, or all ones. They stand one
// after the other; offsets has where each begins (u32), and where the last ends.
func find(text Ptr, n uint32, texts, offsets Ptr, count uint32) uint32 {
	lo, hi := uint32(0), count
	for lo < hi {
		mid := (lo + hi) >> 1
		at := offsets + Ptr(mid)<<2
		from := at.U32()
		c := compare(texts+Ptr(from), (at+4).U32()-from, text, n)
		if c == 0 {
			return mid
		}
		if c < 0 {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return 0xffffffff
}

// compare is negative, 0 or positive as a comes before b, is the same, or comes
// after it, byte by byte.
func compare(a Ptr, an uint32, b Ptr, bn uint32) int32 {
	for end := a + Ptr(min(an, bn)); a != end; a++ {
		if d := int32(a.U8()) - int32(b.U8()); d != 0 {
			return d
		}
		b++
	}
	return int32(an - bn)
}

// What becomes of a value that a model does not know: Spark's handleInvalid.
const (
	invalidError = 0
	invalidSkip  = 1
	invalidKeep  = 2
)

// indexLabel gives a label its position among those of the model, which are
// sorted as find wants them; positions has where each was (u32).
func indexLabel(in Cell, texts, offsets Ptr, count uint32, positions Ptr, invalid, size, nullErr, unseenErr uint32, out Cell) Status {
	if !in.Null() {
		if k := find(in.Data(), in.Len(), texts, offsets, count); k != 0xffffffff {
			out.SetNum(float64((positions + Ptr(k)<<2).U32()))
			return done
		}
	}
	switch invalid {
	case invalidKeep:
		out.SetNum(float64(size))
		return done
	case invalidSkip:
		return dropped
	}
	if in.Null() {
		return fail(nullErr)
	}
	return failText(unseenErr, in.Data(), in.Len())
}

// mapLabel gives a label its value. The labels are sorted as find wants them.
func mapLabel(in Cell, texts, offsets Ptr, count uint32, values Ptr, keep bool, otherwise float64, nullErr, unseenErr uint32, out Cell) Status {
	if !in.Null() {
		if k := find(in.Data(), in.Len(), texts, offsets, count); k != 0xffffffff {
			out.SetNum((values + Ptr(k)<<3).F64())
			return done
		}
	}
	switch {
	case keep:
		out.SetNum(otherwise)
		return done
	case in.Null():
		return fail(nullErr)
	}
	return failText(unseenErr, in.Data(), in.Len())
}

// labelAt gives back the label of an index, which loses its fraction. Null stays
// null; it writes the tag.
func labelAt(in Cell, texts, offsets Ptr, count uint32, nanIsFirst bool, err uint32, room Ptr, out Cell) Status {
	out.SetTag(tagNull)
	if in.Null() {
		return done
	}
	x := in.Num()
	if x != x && nanIsFirst {
		x = 0
	}
	if !(x > -1 && x < float64(count)) {
		return failNumber(err, room, x)
	}
	at := offsets + Ptr(int32(x))<<2
	from := at.U32()
	out.SetTag(tagText)
	out.SetData(texts + Ptr(from))
	out.SetLen((at + 4).U32() - from)
	return done
}
