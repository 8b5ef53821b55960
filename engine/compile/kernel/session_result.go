package kernel

// What follows writes the features of the session that was scored last. Each
// takes offsets in the session and the output's cell.

// sessionCounts writes whole numbers, and sessionSeconds milliseconds as seconds.
// A table has of each where it is in the session, and the output's cell.
func sessionCounts(table, end Ptr) {
	for ; table != end; table += 8 {
		Cell((table + 4).Ptr()).SetNum(float64((session + table.Ptr()).I64()))
	}
}

func sessionSeconds(table, end Ptr) {
	for ; table != end; table += 8 {
		Cell((table + 4).Ptr()).SetNum(seconds((session + table.Ptr()).I64()))
	}
}

func seconds(ms int64) float64 { return float64(ms) / 1000 }

func sessionSum(at Ptr, out Cell) { out.SetNum((session + at).F64()) }

func sessionDifference(at, less Ptr, out Cell) {
	out.SetNum(float64((session + at).I64() - (session + less).I64()))
}

func sessionLength(out Cell) {
	out.SetNum(seconds((session + sessionEnd).I64() - (session + sessionStart).I64()))
}

func sessionMeanGap(out Cell) {
	x := 0.0
	if n := (session + sessionEvents).I64(); n >= 2 {
		x = seconds((session+sessionEnd).I64()-(session+sessionStart).I64()) / float64(n-1)
	}
	out.SetNum(x)
}

func sessionPriceMean(out Cell) {
	x := 0.0
	if n := (session + sessionPriced).I64(); n != 0 {
		x = (session + sessionSums).F64() / float64(n)
	}
	out.SetNum(x)
}

func sessionShare(at, of Ptr, out Cell) {
	out.SetNum(share((session + at).I64(), (session + of).I64()))
}

func share(n, of int64) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}

// sessionSpan is of a tally the seconds between two times, and sessionBack how
// many came after its last one; -1 where nothing counted for it.
func sessionSpan(tally, from, to Ptr, out Cell) {
	x := -1.0
	if (session + tally).I64() != 0 {
		x = seconds((session + to).I64() - (session + from).I64())
	}
	out.SetNum(x)
}

func sessionBack(tally, of Ptr, out Cell) {
	x := -1.0
	if (session + tally).I64() != 0 {
		x = float64((session + of).I64() - (session + tally + tallyAtEnd).I64())
	}
	out.SetNum(x)
}

// sessionRecent is the k-th number from the last of a ring, in seconds, of as
// many as the count is.
func sessionRecent(ringOf, count Ptr, k int64, out Cell) {
	x := 0.0
	if n := (session + count).I64(); k <= n {
		x = seconds(ring(ringOf, n-k+1).I64())
	}
	out.SetNum(x)
}

// sessionTime is a part of the session's start or end, sessionTimeText its text.
func sessionTime(at Ptr, offset int64, part uint32, out Cell) {
	x := int64(-1)
	if (session + sessionEvents).I64() != 0 {
		x = timePart((session + at).I64(), offset, part)
	}
	out.SetNum(float64(x))
}

func sessionTimeText(at Ptr, offset int64, part uint32, names Ptr, first int64, room Ptr, out Cell) {
	out.SetLen(0)
	if (session + sessionEvents).I64() != 0 {
		showPart((session + at).I64(), offset, part, names, first, room, out)
	}
}

// returning is 1 unless the visitor is new. Where nobody says, one without a
// first_visit event was there before.
func returning(in Cell) uint32 {
	if in.Null() {
		return not01((session + sessionNewcomer).U32() != 0)
	}
	return to01(in.Num() != 0)
}

func sessionReturning(in, out Cell) { out.SetNum(float64(returning(in))) }

// sessionVisitor is a name of the visitor: names has two.
func sessionVisitor(in Cell, names Ptr, out Cell) {
	name := names + Ptr(returning(in))<<3
	showText(out, name.Ptr(), (name + 4).U32())
}

// sessionTop is the name of the k-th of the most clicked, from 0.
func sessionTop(of, k uint32, out Cell) {
	out.SetLen(0)
	if k < (sessionTable(of) + 12).U32() {
		showSlot(out, (session+(tableModel(of)+8).Ptr()+Ptr(k)<<2).Ptr()+entryName)
	}
}

func showSlot(out Cell, slot Ptr) { showText(out, slot+4, slot.U32()) }

// sessionKept is a text that is at a place.
func sessionKept(at Ptr, out Cell) { showSlot(out, session+at) }

// sessionRecentText is the text of a cell from the k-th from the last of the
// slots that a ring has; sessionOpening that of the k-th.
func sessionRecentText(cell, slots, count Ptr, size, k int64, out Cell) {
	out.SetLen(0)
	if n := (session + count).I64(); k <= n {
		showSlot(out, keptAt(cell, session+slots, (n-k)%size))
	}
}

func sessionOpening(cell, slots, count Ptr, k int64, out Cell) {
	out.SetLen(0)
	if k <= (session + count).I64() {
		showSlot(out, keptAt(cell, session+slots, k-1))
	}
}

// findPair finds the item of the pair, whose name it keeps in a slot.
func findPair(in Cell, slot Ptr) {
	n := clip(in.Data(), in.Len(), maxText)
	slot += session
	slot.SetU32(n)
	copyBytes(slot+4, in.Data(), n)
	(session + sessionPair).SetPtr(findEntry(0, hashText(slot+4, n), slot+4, n))
}

// The features of a pair, whose offsets are in the item's entry, are 0 where it
// was not clicked.

func pairCount(at Ptr, out Cell) {
	e := (session + sessionPair).Ptr()
	x := int64(0)
	if e != 0 {
		x = (e + at).I64()
	}
	out.SetNum(float64(x))
}

func pairCategories(out Cell) {
	x := uint32(0)
	if e := (session + sessionPair).Ptr(); e != 0 {
		x = (e + entryPaired).U32()
	}
	out.SetNum(float64(x))
}

func pairShare(out Cell) {
	x := 0.0
	if e := (session + sessionPair).Ptr(); e != 0 {
		x = share((e + entryClicks).I64(), (session + sessionClicked).I64())
	}
	out.SetNum(x)
}

func pairSpan(out Cell) {
	x := int64(0)
	if e := (session + sessionPair).Ptr(); e != 0 {
		x = (e + entryLast).I64() - (e + entryFirst).I64()
	}
	out.SetNum(seconds(x))
}

func pairDwell(out Cell) {
	x := int64(0)
	if e := (session + sessionPair).Ptr(); e != 0 {
		x = (e + entryDwell).I64()
	}
	out.SetNum(seconds(x))
}

func pairCategoryDwell(out Cell) {
	x := int64(0)
	if e := (session + sessionPair).Ptr(); e != 0 {
		for c := (e + entryCategories).Ptr(); c != 0; c = c.Ptr() {
			n := (c + 4).U32()
			if found := findEntry(1, hashText(c+8, n), c+8, n); found != 0 {
				x += (found + entryDwell).I64()
			}
		}
	}
	out.SetNum(seconds(x))
}

func pairTime(at Ptr, offset int64, part uint32, out Cell) {
	x := int64(-1)
	if e := (session + sessionPair).Ptr(); e != 0 {
		x = timePart((e + at).I64(), offset, part)
	}
	out.SetNum(float64(x))
}

func pairTimeText(at Ptr, offset int64, part uint32, names Ptr, first int64, room Ptr, out Cell) {
	out.SetLen(0)
	if e := (session + sessionPair).Ptr(); e != 0 {
		showPart((e + at).I64(), offset, part, names, first, room, out)
	}
}
