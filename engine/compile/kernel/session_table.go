package kernel

// A table is what a visit did with each item, category or page: see
// engine/visit/table.go. It is 32 bytes of the session: the entry that was not
// seen for the longest time, the one seen last, how many there are, how many of
// the most clicked there are; then, of 64 bits each, entries ever made, and
// clicks. Entries are blocks of the heap, in chains by their hashes.

const (
	tableSeen   = 16
	tableClicks = 24

	entryNext       = 0 // in the chain
	entryHash       = 4
	entryOlder      = 8
	entryNewer      = 12
	entryClicks     = 16
	entryDwell      = 24
	entryFirst      = 32
	entryLast       = 40
	entrySeq        = 48
	entryTop        = 56 // 1 if it is one of the most clicked
	entryCategories = 60 // the first of a list: next, length, text
	entryPaired     = 64 // how many these are
	entryName       = 68 // a slot

	maxEntries    = 4096
	maxCategories = 32 // of an item
	chains        = 1024
	kthBytes      = 16 + maxText // seq, slot
)

func sessionTable(of uint32) Ptr { return session + sessionTables + Ptr(of)<<5 }

func tableModel(of uint32) Ptr { return sessionModel + modelTables + Ptr(of)<<4 }

// resetTable gives all entries back.
func resetTable(of uint32) {
	for e := sessionTable(of).Ptr(); e != 0; {
		next := (e + entryNewer).Ptr()
		chainOf(of, (e + entryHash).U32()).SetPtr(0)
		freeEntry(e)
		e = next
	}
}

func freeEntry(e Ptr) {
	for c := (e + entryCategories).Ptr(); c != 0; {
		next := c.Ptr()
		free(c)
		c = next
	}
	free(e)
}

// chainOf is where the first entry of those with a hash is.
func chainOf(of, hash uint32) Ptr {
	return session + tableModel(of).Ptr() + Ptr(hash%chains)<<2
}

func hashText(text Ptr, n uint32) uint32 {
	h := uint32(0x811c9dc5)
	for end := text + Ptr(n); text != end; text++ {
		h = (h ^ uint32(text.U8())) * 0x01000193
	}
	return h ^ h>>15
}

// findEntry is the entry of a name, or 0.
func findEntry(of, hash uint32, name Ptr, n uint32) Ptr {
	e := chainOf(of, hash).Ptr()
	for e != 0 {
		if (e+entryHash).U32() == hash && sameText(e+entryName+4, (e+entryName).U32(), name, n) {
			break
		}
		e = e.Ptr()
	}
	return e
}

// enterTable counts a click on a name and gives its entry; 0 if there is no name,
// or nobody wants the table.
func enterTable(of uint32, name Cell) Ptr {
	if name.Len() == 0 || tableModel(of).Ptr() == 0 {
		return 0
	}
	t := sessionTable(of)
	hash := hashText(name.Data(), name.Len())
	e := findEntry(of, hash, name.Data(), name.Len())
	if e == 0 {
		e = addEntry(of, hash, name)
	} else {
		unlink(t, e)
	}
	newest := (t + 4).Ptr()
	(e + entryOlder).SetPtr(newest)
	(e + entryNewer).SetPtr(0)
	if newest != 0 {
		(newest + entryNewer).SetPtr(e)
	} else {
		t.SetPtr(e)
	}
	(t + 4).SetPtr(e)
	(t + tableClicks).add(1)
	(e + entryClicks).add(1)
	(e + entryLast).SetI64((session + sessionEnd).I64())
	if sessionTops {
		raise(of, e)
	}
	if sessionKths {
		noteKths(of, e)
	}
	return e
}

// addEntry makes an entry. Where there are too many, the one that was not seen for
// the longest time and is not one of the most clicked is forgotten.
func addEntry(of, hash uint32, name Cell) Ptr {
	t := sessionTable(of)
	if (t + 8).U32() == maxEntries {
		e := t.Ptr()
		for (e + entryTop).U32() != 0 {
			e = (e + entryNewer).Ptr()
		}
		unlink(t, e)
		at := chainOf(of, (e + entryHash).U32())
		for at.Ptr() != e {
			at = at.Ptr()
		}
		at.SetPtr(e.Ptr())
		freeEntry(e)
	} else {
		(t + 8).SetU32((t + 8).U32() + 1)
	}
	(t + tableSeen).add(1)
	e := alloc(entryName + 4 + name.Len())
	fillBytes(e, 0, entryName)
	chain := chainOf(of, hash)
	e.SetPtr(chain.Ptr())
	chain.SetPtr(e)
	(e + entryHash).SetU32(hash)
	(e + entryFirst).SetI64((session + sessionEnd).I64())
	(e + entrySeq).SetI64((t + tableSeen).I64())
	keepText(e+entryName, name)
	return e
}

// unlink takes an entry out of the order of when they were seen.
func unlink(t, e Ptr) {
	older := (e + entryOlder).Ptr()
	newer := (e + entryNewer).Ptr()
	if older != 0 {
		(older + entryNewer).SetPtr(newer)
	} else {
		t.SetPtr(newer)
	}
	if newer != 0 {
		(newer + entryOlder).SetPtr(older)
	} else {
		(t + 4).SetPtr(older)
	}
}

// raise puts an entry, which was clicked once more, where it belongs among the
// most clicked.
func raise(of uint32, e Ptr) {
	count := sessionTable(of) + 12
	most := (tableModel(of) + 4).U32()
	if most == 0 {
		return
	}
	top := session + (tableModel(of) + 8).Ptr()
	at := top + count.Ptr()<<2
	switch {
	case (e + entryTop).U32() != 0:
		for at = top; at.Ptr() != e; at += 4 {
		}
	case count.U32() < most:
		count.SetU32(count.U32() + 1)
	case !clickedMore(e, (at - 4).Ptr()):
		return
	default:
		at -= 4
		(at.Ptr() + entryTop).SetU32(0)
	}
	(e + entryTop).SetU32(1)
	for ; at != top && clickedMore(e, (at-4).Ptr()); at -= 4 {
		at.SetPtr((at - 4).Ptr())
	}
	at.SetPtr(e)
}

// clickedMore says whether a was clicked more often than b, or as often and came
// first.
func clickedMore(a, b Ptr) bool {
	x := (a + entryClicks).I64()
	y := (b + entryClicks).I64()
	return x > y || x == y && (a+entrySeq).I64() < (b+entrySeq).I64()
}

// noteKths keeps the name of an entry where it is now the first or the last that
// was clicked k times. Constants are k and 1 for the last.
func noteKths(of uint32, e Ptr) {
	constants := (sessionModel + modelKths + Ptr(of)<<2).Ptr()
	at := session + (sessionModel + modelKthRoom + Ptr(of)<<2).Ptr()
	clicks := (e + entryClicks).I64()
	seq := (e + entrySeq).I64()
	for range (tableModel(of) + 12).U32() {
		k := int64(constants.U32())
		had := at.I64()
		if (constants + 4).U32() != 0 {
			if clicks >= k && had != seq {
				keepKth(at, e)
			}
		} else if clicks == k && (had == 0 || seq < had) {
			keepKth(at, e)
		}
		constants += 8
		at += kthBytes
	}
}

func keepKth(at, e Ptr) {
	at.SetI64((e + entrySeq).I64())
	copyBytes(at+8, e+entryName, 4+(e+entryName).U32())
}

// addPair notes that an item was seen in a category.
func addPair(e Ptr, category Cell) {
	for c := (e + entryCategories).Ptr(); c != 0; c = c.Ptr() {
		if keeps(c+4, category) {
			return
		}
	}
	(session + sessionPaired).add(1)
	n := (e + entryPaired).U32()
	if n == maxCategories {
		return
	}
	(e + entryPaired).SetU32(n + 1)
	c := alloc(8 + category.Len())
	c.SetPtr((e + entryCategories).Ptr())
	(e + entryCategories).SetPtr(c)
	keepText(c+4, category)
}
