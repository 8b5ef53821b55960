package kernel

// The features of a session. engine/visit/state.go has the definition, which
// these functions follow; engine/visit/lower.go lays out what is here.
//
// What is known of a visit is in one block of memory, its session, of which an op
// has two: one for rows, one for the visit that goes on. What its features want
// is in constants, its model.
var (
	session      Ptr
	sessionModel Ptr
)

// What the features of a module want.
var (
	sessionDwells      Flag // what time is spent on
	sessionGaps        Flag // the gaps between the last events
	sessionPageDwells  Flag // the dwell of the last pages
	sessionKeeps       Flag // texts of the last or first events, pages, clicks
	sessionOpens       Flag // pages
	sessionTransitions Flag
	sessionPageTypes   Flag // tallies of page types
	sessionPageNames   Flag // tallies of pages
	sessionPageTable   Flag // different pages
	sessionClicks      Flag
	sessionItemNames   Flag // tallies of items
	sessionCategories  Flag // tallies of categories
	sessionClickTables Flag // different items and categories
	sessionPairs       Flag // the categories of items
	sessionPrices      Flag
	sessionCarts       Flag
	sessionOrders      Flag
	sessionTops        Flag // the most clicked
	sessionKths        Flag // the first and the last clicked k times
)

// A session begins with numbers of 64 bits.
const (
	sessionEvents   Ptr = 0
	sessionPages    Ptr = 8
	sessionClicked  Ptr = 16
	sessionPaired   Ptr = 24
	sessionOrdered  Ptr = 32
	sessionPriced   Ptr = 40
	sessionMaxGap   Ptr = 48
	sessionAllDwell Ptr = 56
	sessionSums     Ptr = 64 // prices' sum, least, greatest, last; cart's quantity, value; orders' quantity, value
	sessionStart    Ptr = 128
	sessionEnd      Ptr = 136
	sessionOrderAt  Ptr = 144
	sessionNewcomer Ptr = 152 // u32
	sessionPair     Ptr = 156 // the entry of the pair's item
	sessionOpen     Ptr = 160 // lists of tallies, from and end: of the page's type, the page, the item, the category, and what nobody asks for
	sessionEntries  Ptr = 200 // of the item and the category that were clicked, 0 if there are none
	sessionTables   Ptr = 208 // 32 bytes each
	sessionPage     Ptr = 304 // slots: the page that is open, the event that opened it, its type
	sessionPageBy   Ptr = 304 + 4 + maxPage
	sessionPageType Ptr = sessionPageBy + 4 + maxText
)

// A model is words. Names are 5 of them: see lookup.
const (
	modelZero        Ptr = 0 // where what a new visit clears begins, and how much that is
	modelEvents      Ptr = 8
	modelPageTypes   Ptr = 28
	modelPages       Ptr = 48
	modelTransitions Ptr = 68
	modelItems       Ptr = 88
	modelCategories  Ptr = 108
	modelKept        Ptr = 128 // of events, pages and clicks: from and end of what keepTexts takes
	modelGaps        Ptr = 152 // where the last gaps are, and how many; the last pages' dwell
	modelTallies     Ptr = 168
	modelTables      Ptr = 172 // 16 bytes each: where the buckets are, 0 if it is not wanted; how many of the most clicked, and where; the kths' number
	modelKey         Ptr = 220 // room for the name of a transition
	modelKths        Ptr = 224 // of each table, the kths' constants
	modelKthRoom     Ptr = 236 // and where they are
)

// Bits of what an event is, besides what it counts for: the first tallies' numbers.
const (
	isPage      = 1 << 0
	isClick     = 1 << 1
	isAdded     = 1 << 2
	isRemoved   = 1 << 3
	isPurchase  = 1 << 4
	isNewcomer  = 1 << 5
	firstTally  = 8
	tallyBytes  = 48
	tallyDwell  = 8
	tallyFirst  = 16
	tallyLast   = 24
	tallyAtEnd  = 40
	tallyAtHead = 32
)

func beginSession(model, state Ptr) {
	session = state
	sessionModel = model
}

// resetSession begins a visit without events.
func resetSession(model, state Ptr) {
	beginSession(model, state)
	if sessionPageTable {
		resetTable(2)
	}
	if sessionClickTables {
		resetTable(0)
		resetTable(1)
	}
	fillBytes(state, 0, uint32(sessionPage))
	fillBytes(state+(model+modelZero).Ptr(), 0, (model + modelZero + 4).U32())
}

// sessionRow takes the lists of a row.
func sessionRow(model, state, lists, listsEnd, event Ptr, ts Cell, err uint32) Status {
	n := ts.Len()
	if s := checkLists(lists, listsEnd, n); s != done {
		return s
	}
	resetSession(model, state)
	order := timeOrder(ts.Data(), n)
	status := done
	for i := uint32(0); i != n && status == done; i++ {
		k := i
		if order != 0 {
			k = (order + Ptr(i)<<2).U32()
		}
		fillEvent(event, lists, listsEnd, k)
		status = addEvent(event, err)
	}
	free(order)
	return status
}

// sessionEvent takes an event of the visit that goes on.
func sessionEvent(event, model, state Ptr, err uint32) Status {
	beginSession(model, state)
	return addEvent(event, err)
}

func (p Ptr) add(x int64) { p.SetI64(p.I64() + x) }

func addEvent(e Ptr, err uint32) Status {
	ts := Cell(e + eventTS).Long()
	if uint64(ts) >= 4102444800000 { // 1970 up to 2100
		return failInt(err, ts)
	}
	boundEvent(e)
	if (session + sessionEvents).I64() == 0 {
		(session + sessionStart).SetI64(ts)
		(session + sessionEnd).SetI64(ts)
	}
	ts = max(ts, (session + sessionEnd).I64())
	gap := ts - (session + sessionEnd).I64()
	(session + sessionEnd).SetI64(ts)
	if sessionDwells {
		spend(gap)
	}
	(session + sessionMaxGap).SetI64(max(gap, (session + sessionMaxGap).I64()))
	(session + sessionEvents).add(1)
	at := (session + sessionEvents).I64()
	if sessionGaps {
		if p := ring(modelGaps, at); p != 0 {
			p.SetI64(gap)
		}
	}
	keepTexts(modelKept, e, at)
	is := tallyAll(sessionOpen+32, modelEvents, Cell(e), at)
	if sessionOpens {
		if is&isPage != 0 && opensPage(e) {
			openPage(e)
		}
	}
	if sessionClicks && is&isClick != 0 {
		click(e)
	}
	if sessionCarts {
		if is&isAdded != 0 {
			money(e, session+sessionSums+32, 1)
		}
		if is&isRemoved != 0 {
			money(e, session+sessionSums+32, -1)
		}
	}
	if sessionOrders && is&isPurchase != 0 {
		// An order of several items is several events.
		if (session+sessionOrdered).I64() == 0 || ts != (session+sessionOrderAt).I64() {
			(session + sessionOrdered).add(1)
		}
		(session + sessionOrderAt).SetI64(ts)
		money(e, session+sessionSums+48, 1)
	}
	if is&isNewcomer != 0 {
		(session + sessionNewcomer).SetU32(1)
	}
	return done
}

// ring is where the n-th of a ring's numbers goes, counted from 1; 0 if there is
// no ring.
func ring(model Ptr, n int64) Ptr {
	size := int64((sessionModel + model + 4).U32())
	if size == 0 {
		return 0
	}
	return session + (sessionModel + model).Ptr() + Ptr((n-1)%size)<<3
}

// keepTexts keeps the texts of an event that are wanted of the n-th of its kind.
// Each is 4 words: which cell, where, how many, and whether of the first (1) or
// of the last (0).
func keepTexts(model, e Ptr, n int64) {
	if sessionKeeps {
		end := (sessionModel + model + 4).Ptr()
		for p := (sessionModel + model).Ptr(); p != end; p += 16 {
			size := int64((p + 8).U32())
			if (p+12).U32() != 0 && n > size {
				continue
			}
			keepText(keptAt(p.Ptr(), session+(p+4).Ptr(), (n-1)%size), Cell(e+p.Ptr()))
		}
	}
}

// keptAt is the i-th slot for the texts of a cell.
func keptAt(cell, slots Ptr, i int64) Ptr {
	if cell == eventPage {
		return slots + Ptr(i)*(4+maxPage)
	}
	return slots + Ptr(i)*(4+maxText)
}

// lookup is what a name counts for: tallies' numbers, u16 each. Names are the
// texts, their offsets and number as find wants them; where each one's numbers
// begin (u32), and the numbers.
func lookup(names, text Ptr, n uint32) (list, end Ptr) {
	if n == 0 {
		return 0, 0
	}
	k := find(text, n, names.Ptr(), (names + 4).Ptr(), (names + 8).U32())
	if k == 0xffffffff {
		return 0, 0
	}
	at := (names + 12).Ptr() + Ptr(k)<<2
	numbers := (names + 16).Ptr()
	return numbers + at.Ptr()<<1, numbers + (at+4).Ptr()<<1
}

// tallyAll counts what happens now for all that a name counts for, and notes
// that the time that comes counts for it, too. at is the how manieth of its kind
// it is. It gives the bits of what the event is.
func tallyAll(open, names Ptr, name Cell, at int64) (is uint32) {
	list, end := lookup(sessionModel+names, name.Data(), name.Len())
	(session + open).SetPtr(list)
	(session + open + 4).SetPtr(end)
	for ; list != end; list += 2 {
		id := uint32(list.U16())
		if id < firstTally {
			is |= 1 << (id & 31)
			continue
		}
		t := tally(id)
		now := (session + sessionEnd).I64()
		if t.I64() == 0 {
			(t + tallyFirst).SetI64(now)
			(t + tallyAtHead).SetI64(at)
		}
		t.add(1)
		(t + tallyLast).SetI64(now)
		(t + tallyAtEnd).SetI64(at)
	}
	return is
}

func tally(id uint32) Ptr {
	return session + (sessionModel + modelTallies).Ptr() + Ptr(id-firstTally)*tallyBytes
}

// spend counts time for the page and the click that are open.
func spend(ms int64) {
	if (session + sessionPages).I64() > 0 {
		(session + sessionAllDwell).add(ms)
		if sessionPageDwells {
			if p := ring(modelGaps+8, (session + sessionPages).I64()); p != 0 {
				p.add(ms)
			}
		}
	}
	for i := range uint32(4) {
		open := session + sessionOpen + Ptr(i)<<3
		for p := open.Ptr(); p != (open + 4).Ptr(); p += 2 {
			(tally(uint32(p.U16())) + tallyDwell).add(ms)
		}
	}
	if sessionPairs {
		for i := range uint32(2) {
			if e := (session + sessionEntries + Ptr(i)<<2).Ptr(); e != 0 {
				(e + entryDwell).add(ms)
			}
		}
	}
}

// opensPage says whether a page event shows another page, and is not the second
// word of the page that is open.
func opensPage(e Ptr) bool {
	page := Cell(e + eventPage)
	if (session+sessionPages).I64() == 0 || page.Len() == 0 {
		return true
	}
	return !keeps(session+sessionPage, page) || keeps(session+sessionPageBy, Cell(e))
}

func openPage(e Ptr) {
	(session + sessionPages).add(1)
	at := (session + sessionPages).I64()
	page := Cell(e + eventPage)
	pageType := Cell(e + eventPageType)
	if sessionTransitions {
		if at > 1 {
			// Both types with > between, in a cell of its own.
			room := session + (sessionModel + modelKey).Ptr()
			from := (session + sessionPageType).U32()
			copyBytes(room+cellBytes, session+sessionPageType+4, from)
			(room + cellBytes + Ptr(from)).SetU8('>')
			copyBytes(room+cellBytes+Ptr(from)+1, pageType.Data(), pageType.Len())
			showText(Cell(room), room+cellBytes, from+1+pageType.Len())
			tallyAll(sessionOpen+32, modelTransitions, Cell(room), at)
		}
		keepText(session+sessionPageType, pageType)
	}
	keepText(session+sessionPage, page)
	keepText(session+sessionPageBy, Cell(e))
	if sessionPageTypes {
		tallyAll(sessionOpen, modelPageTypes, pageType, at)
	}
	if sessionPageNames {
		tallyAll(sessionOpen+8, modelPages, page, at)
	}
	if sessionPageDwells {
		if p := ring(modelGaps+8, at); p != 0 {
			p.SetI64(0)
		}
	}
	keepTexts(modelKept+8, e, at)
	if sessionPageTable {
		enterTable(2, page)
	}
	if sessionClicks {
		closeClick()
	}
}

func closeClick() { fillBytes(session+sessionOpen+16, 0, 32) }

func click(e Ptr) {
	closeClick()
	(session + sessionClicked).add(1)
	at := (session + sessionClicked).I64()
	item := Cell(e + eventItem)
	category := Cell(e + eventCategory)
	keepTexts(modelKept+16, e, at)
	if sessionItemNames {
		tallyAll(sessionOpen+16, modelItems, item, at)
	}
	if sessionCategories {
		tallyAll(sessionOpen+24, modelCategories, category, at)
	}
	if sessionClickTables {
		entry := enterTable(0, item)
		(session + sessionEntries).SetPtr(entry)
		(session + sessionEntries + 4).SetPtr(enterTable(1, category))
		if sessionPairs && entry != 0 && category.Len() != 0 {
			addPair(entry, category)
		}
	}
	if sessionPrices {
		notePrice(Cell(e + eventPrice))
	}
}

func notePrice(price Cell) {
	p := price.Num()
	if price.Null() || p != p {
		return
	}
	sums := session + sessionSums
	if (session + sessionPriced).I64() == 0 {
		(sums + 8).SetF64(p)
		(sums + 16).SetF64(p)
	}
	(session + sessionPriced).add(1)
	sums.SetF64(sums.F64() + p)
	(sums + 8).SetF64(min((sums + 8).F64(), p))
	(sums + 16).SetF64(max((sums + 16).F64(), p))
	(sums + 24).SetF64(p)
}

// money counts what is in the cart or what was ordered, at the quantity's sum,
// after which the value's comes. An unknown quantity is one, an unknown price is
// nothing.
func money(e, sum Ptr, sign float64) {
	q := 1.0
	p := 0.0
	if c := Cell(e + eventQuantity); !c.Null() && c.Num() == c.Num() {
		q = c.Num()
	}
	if c := Cell(e + eventPrice); !c.Null() && c.Num() == c.Num() {
		p = c.Num()
	}
	sum.SetF64(sum.F64() + float64(sign*q))
	(sum + 8).SetF64((sum + 8).F64() + float64(sign*float64(p*q)))
}
