package visit

import (
	"slices"

	"github.com/pageleap/pageleap/engine/compile/lower"
)

// Lowered is what a compiled module holds of the features: constants, and the
// memory of two sessions, that of a row and that of the visit that goes on.
// engine/compile/kernel/session.go has the layout.
type Lowered struct {
	Model, Row, Visit lower.Addr

	f       *Features
	b       *lower.Builder
	size    uint32 // of a session
	tallies uint32 // where in a session they are, and so on
	tables  [tableCount]struct{ chains, tops, kths uint32 }
	pair    uint32
	rings   [2]struct{ at, size uint32 } // of gaps, of pages' dwell
	kept    []keptText
	wants   uint8
}

// keptText is a text of events, pages or clicks of which the first or the last
// ones are wanted.
type keptText struct {
	list, cell int
	opening    bool
	at, size   uint32
}

// Places in a session, in an entry of a table, and in the constants.
const (
	lowSums       = 64
	lowStart      = 128
	lowEnd        = 136
	lowTables     = 208
	lowVariable   = 304 + (4 + MaxPage) + 2*(4+MaxText) // what has no fixed place
	lowTable      = 32
	lowSeen       = 16
	lowClicks     = 24
	lowTally      = 48
	lowKth        = 16 + MaxText
	lowChains     = 4 * 1024
	lowModelRings = 152 // of the constants
	entryClicks   = 16
	entryFirst    = 32
	entryLast     = 40
	tallyDwell    = 8
	tallyFirst    = 16
	tallyLast     = 24
	tallyFirstAt  = 32
	firstTally    = 8 // the numbers before say what an event is
)

// lowCounts are the places of the counts.
var lowCounts = [countCount]uint32{events: 0, pagesOpened: 8, clicks: 16, pairs: 24, orders: 32, prices: 40, maxGap: 48, allDwell: 56}

// lowCells are the cells of the texts of events, pages and clicks.
var lowCells = [clicks + 1][2]int{events: {0, 0}, pagesOpened: {48, 72}, clicks: {96, 120}}

// lowSpecial are the events that mean something: a bit of what is wanted, and the
// number that says that an event is one.
var lowSpecial = [...]struct {
	name   string
	wanted uint8
	number uint32
}{{AddToCart, wantsCarts, 2}, {RemoveFromCart, wantsCarts, 3}, {Purchase, wantsOrders, 4}, {"first_visit", wantsNewcomer, 5}}

const (
	wantsPages = 1 << iota
	wantsClicks
	wantsCarts
	wantsOrders
	wantsNewcomer
)

// Lower lays the sessions out and says what the features need. The kernels that
// take events come after it, and then those of Results.
func (f *Features) Lower(b *lower.Builder) *Lowered {
	l := &Lowered{f: f, b: b, size: lowVariable}
	for i := range f.features {
		l.need(&f.features[i])
	}
	l.needAll()

	zero := l.room(0)
	l.tallies = l.room(lowTally * uint32(f.tallies))
	for i, k := range f.kths {
		l.tables[i].kths = l.room(lowKth * uint32(len(k)))
	}
	model := []uint32{zero, l.size - zero}
	for _, of := range []byte{ofEvent, ofPageType, ofPage, ofTransition, ofItem, ofCategory} {
		model = append(model, l.names(of)...)
	}
	for list := range clicks + 1 {
		model = append(model, l.keep(list)...)
	}
	for i := range l.rings {
		l.rings[i].at = l.room(8 * l.rings[i].size)
		model = append(model, l.rings[i].at, l.rings[i].size)
	}
	model = append(model, l.tallies)
	for i := range l.tables {
		t := &l.tables[i]
		if f.used[i] {
			t.chains = l.room(lowChains)
		}
		t.tops = l.room(4 * uint32(f.tops[i]))
		model = append(model, t.chains, uint32(f.tops[i]), t.tops, uint32(len(f.kths[i])))
	}
	model = append(model, l.room(lower.CellBytes+2*MaxText+1))
	for _, list := range f.kths {
		var words []uint32
		for _, k := range list {
			last := uint32(0)
			if k.last {
				last = 1
			}
			words = append(words, uint32(min(k.k, 1<<32-1)), last)
		}
		model = append(model, b.Words(words))
	}
	for i := range l.tables {
		model = append(model, l.tables[i].kths)
	}
	l.pair = l.room(4 + MaxText)
	l.Model, l.Row, l.Visit = b.Words(model), b.Room(int(l.size)), b.Room(int(l.size))
	return l
}

// room is the place of n bytes in a session.
func (l *Lowered) room(n uint32) uint32 {
	at := (l.size + 7) &^ 7
	l.size = at + n
	return at
}

// need notes what a feature needs.
func (l *Lowered) need(ft *feature) {
	flag := func(is bool, names ...string) {
		if is {
			l.b.Need(names...)
		}
	}
	flag(ft.kind == kDwell || ft.kind == kDwellShare || ft.kind == kRecentDwell || ft.kind == kPairDwell || ft.kind == kPairCategoryDwell, "sessionDwells")
	want := func(is bool, bit uint8) {
		if is {
			l.wants |= bit
		}
	}
	prices := ft.kind == kPriceMean || ft.kind == kSum && ft.of <= priceLast
	flag(prices, "sessionPrices")
	want(prices || ft.kind == kCount && ft.of == clicks, wantsClicks)
	want(ft.kind == kSum && (ft.of == cartQuantity || ft.of == cartValue), wantsCarts)
	want(ft.kind == kSum && ft.of >= orderQuantity || ft.kind == kCount && ft.of == orders, wantsOrders)
	want(ft.kind == kReturning || ft.kind == kVisitorType, wantsNewcomer)
	switch ft.kind {
	case kGap:
		l.b.Need("sessionGaps")
		l.rings[0].size = max(l.rings[0].size, uint32(ft.arg))
	case kRecentDwell:
		l.b.Need("sessionPageDwells")
		l.rings[1].size = max(l.rings[1].size, uint32(ft.arg))
	case kRecent, kOpening:
		l.b.Need("sessionKeeps")
		k := l.keptOf(ft)
		k.size = max(k.size, uint32(ft.arg))
	case kTime, kEndTime, kPairTime, kPairLastTime:
		switch ft.of {
		case pYear, pMonth, pDay, pDayOfYear, pMonthDay, pMonthName:
			l.b.Need("sessionDates")
		case pHour, pMinute, pSecond, pSecondOfDay:
			l.b.Need("sessionClocks")
		case pMonthDayHour:
			l.b.Need("sessionDates", "sessionClocks")
		}
		flag(ft.text && ft.of != pMonthName && ft.of != pWeekend, "sessionDigits")
	}
}

// needAll notes what hangs on all features.
func (l *Lowered) needAll() {
	f := l.f
	kind := func(of byte) bool { return f.kinds>>(of-'a')&1 != 0 }
	if f.fields&ReadsPage != 0 {
		l.wants |= wantsPages
	}
	if f.fields&(ReadsItem|ReadsCategory) != 0 {
		l.wants |= wantsClicks
	}
	for _, need := range []struct {
		is   bool
		flag string
	}{
		{l.wants&wantsPages != 0, "sessionOpens"},
		{l.wants&wantsClicks != 0, "sessionClicks"},
		{l.wants&wantsCarts != 0, "sessionCarts"},
		{l.wants&wantsOrders != 0, "sessionOrders"},
		{kind(ofTransition), "sessionTransitions"},
		{kind(ofPageType), "sessionPageTypes"},
		{kind(ofPage), "sessionPageNames"},
		{kind(ofItem), "sessionItemNames"},
		{kind(ofCategory), "sessionCategories"},
		{f.used[pages], "sessionPageTable"},
		{f.used[items] || f.used[categories], "sessionClickTables"},
		{f.pairs, "sessionPairs"},
		{f.tops != [tableCount]int{}, "sessionTops"},
		{len(f.kths[items])+len(f.kths[categories])+len(f.kths[pages]) > 0, "sessionKths"},
	} {
		if need.is {
			l.b.Need(need.flag)
		}
	}
}

// keptOf is the text that a feature of kRecent or kOpening is.
func (l *Lowered) keptOf(ft *feature) *keptText {
	list := int(ft.of % second)
	k := keptText{list: list, cell: lowCells[list][ft.of/second], opening: ft.kind == kOpening}
	for i := range l.kept {
		if have := &l.kept[i]; have.list == k.list && have.cell == k.cell && have.opening == k.opening {
			return have
		}
	}
	l.kept = append(l.kept, k)
	return &l.kept[len(l.kept)-1]
}

// keep makes room for a list's texts and gives where the table of them is.
func (l *Lowered) keep(list int) []uint32 {
	var table []uint32
	for i := range l.kept {
		k := &l.kept[i]
		if k.list != list {
			continue
		}
		slot, opening := uint32(4+MaxText), uint32(0)
		if k.cell == lowCells[pagesOpened][0] {
			slot = 4 + MaxPage
		}
		if k.opening {
			opening = 1
		}
		k.at = l.room(slot * k.size)
		table = append(table, uint32(k.cell), k.at, k.size, opening)
	}
	at := l.b.Words(table)
	return []uint32{at, at + uint32(4*len(table))}
}

// names places the names that count for something: see kernel.lookup.
func (l *Lowered) names(of byte) []uint32 {
	numbers := map[string][]uint32{}
	add := func(name string, number uint32, is bool) {
		if is {
			numbers[name] = append(numbers[name], number)
		}
	}
	for key, tallies := range l.f.names {
		if key[0] != of || len(key) == 1 {
			continue
		}
		for _, t := range tallies {
			switch t {
			case isPage:
				add(key[1:], 0, l.wants&wantsPages != 0)
			case isClick:
				add(key[1:], 1, l.wants&wantsClicks != 0)
			default:
				add(key[1:], uint32(t)+firstTally, true)
			}
		}
	}
	if of == ofEvent {
		for _, s := range lowSpecial {
			add(s.name, s.number, l.wants&s.wanted != 0)
		}
	}
	var names []string
	for name := range numbers {
		names = append(names, name)
	}
	slices.Sort(names)
	starts := []uint32{0}
	var list []byte
	for _, name := range names {
		for _, n := range numbers[name] {
			list = append(list, byte(n), byte(n>>8))
		}
		starts = append(starts, uint32(len(list)/2))
	}
	if len(names) == 0 {
		return make([]uint32, 5)
	}
	texts, offsets := l.b.TextList(names)
	return []uint32{texts, offsets, uint32(len(names)), l.b.Words(starts), l.b.Bytes(list, 2)}
}

// Results calls what writes the features of the session that the kernels before
// were of: text i to the cell that out gives, a number to that cell's number.
// pair and returning are the cells of the inputs, 0 where they are not bound.
func (l *Lowered) Results(pair, returning lower.Addr, out func(i int) lower.Addr) {
	if l.f.fields&ReadsPair != 0 {
		l.b.Call("findPair", pair, l.pair)
	}
	var counts, seconds []uint32
	for i := range l.f.features {
		ft, to := &l.f.features[i], out(i)
		switch at, ms := l.simple(ft); {
		case at < 0:
			l.result(ft, returning, to)
		case ms:
			seconds = append(seconds, uint32(at), to)
		default:
			counts = append(counts, uint32(at), to)
		}
	}
	for _, t := range []struct {
		kernel string
		words  []uint32
	}{{"sessionCounts", counts}, {"sessionSeconds", seconds}} {
		if len(t.words) > 0 {
			at := l.b.Words(t.words)
			l.b.Call(t.kernel, at, at+uint32(4*len(t.words)))
		}
	}
}

// simple is where a feature is in the session that is a count, or milliseconds,
// there; -1 if it is not.
func (l *Lowered) simple(ft *feature) (at int, ms bool) {
	switch ft.kind {
	case kCount:
		return int(lowCounts[ft.of]), false
	case kSeconds:
		return int(lowCounts[ft.of]), true
	case kUnique:
		return int(l.table(ft) + lowSeen), false
	case kTally:
		return int(l.tally(ft)), false
	case kPosition:
		return int(l.tally(ft) + tallyFirstAt), false
	case kDwell:
		return int(l.tally(ft) + tallyDwell), true
	}
	return -1, false
}

func (l *Lowered) tally(ft *feature) uint32 { return l.tallies + lowTally*uint32(ft.arg) }
func (l *Lowered) table(ft *feature) uint32 { return lowTables + lowTable*uint32(ft.of) }

func (l *Lowered) result(ft *feature, returning, out lower.Addr) {
	b, f := l.b, l.f
	switch ft.kind {
	case kSum:
		b.Call("sessionSum", lowSums+8*int(ft.of), out)
	case kRevisits:
		b.Call("sessionDifference", l.table(ft)+lowClicks, l.table(ft)+lowSeen, out)
	case kTime:
		l.time("session", lowStart, ft, out)
	case kEndTime:
		l.time("session", lowEnd, ft, out)
	case kLength:
		b.Call("sessionLength", out)
	case kMeanGap:
		b.Call("sessionMeanGap", out)
	case kPriceMean:
		b.Call("sessionPriceMean", out)
	case kGap:
		b.Call("sessionRecent", lowModelRings, lowCounts[events], int(ft.arg), out)
	case kRecentDwell:
		b.Call("sessionRecent", lowModelRings+8, lowCounts[pagesOpened], int(ft.arg), out)
	case kReturning:
		b.Call("sessionReturning", returning, out)
	case kVisitorType:
		b.Call("sessionVisitor", returning, l.nameList(f.visitors), out)
	case kShare:
		b.Call("sessionShare", l.tally(ft), lowCounts[ft.of], out)
	case kDwellShare:
		b.Call("sessionShare", l.tally(ft)+tallyDwell, lowCounts[ft.of], out)
	case kAfter:
		b.Call("sessionSpan", l.tally(ft), lowStart, l.tally(ft)+tallyFirst, out)
	case kSince:
		b.Call("sessionSpan", l.tally(ft), l.tally(ft)+tallyLast, lowEnd, out)
	case kBack:
		b.Call("sessionBack", l.tally(ft), lowCounts[ft.of], out)
	case kTop:
		b.Call("sessionTop", int(ft.of), int(ft.arg)-1, out)
	case kKth:
		b.Call("sessionKept", l.tables[ft.of].kths+lowKth*uint32(ft.arg)+8, out)
	case kRecent:
		k := l.keptOf(ft)
		b.Call("sessionRecentText", k.cell, k.at, lowCounts[k.list], int(k.size), int(ft.arg), out)
	case kOpening:
		k := l.keptOf(ft)
		b.Call("sessionOpening", k.cell, k.at, lowCounts[k.list], int(ft.arg), out)
	case kPairItem:
		b.Call("sessionKept", l.pair, out)
	case kPairTime:
		l.time("pair", entryFirst, ft, out)
	case kPairLastTime:
		l.time("pair", entryLast, ft, out)
	case kPairClicks:
		b.Call("pairCount", entryClicks, out)
	case kPairShare:
		b.Call("pairShare", out)
	case kPairSpan:
		b.Call("pairSpan", out)
	case kPairDwell:
		b.Call("pairDwell", out)
	case kPairCategoryDwell:
		b.Call("pairCategoryDwell", out)
	case kPairCategories:
		b.Call("pairCategories", out)
	}
}

// time calls what writes a part of a time of the session or of the pair.
func (l *Lowered) time(of string, at int, ft *feature, out lower.Addr) {
	if !ft.text {
		l.b.Call(of+"Time", at, l.f.offset, int(ft.of), out)
		return
	}
	part, names, first, room := int(ft.of), lower.Addr(0), 0, lower.Addr(0)
	switch part {
	case pMonthName:
		part, names, first = pMonth, l.nameList(l.f.months), 1
	case pWeekend:
		names = l.nameList(l.f.flags)
	default:
		room = l.b.Room(64)
	}
	l.b.Call(of+"TimeText", at, l.f.offset, part, names, first, room, out)
}

// nameList places texts, each by its address and length.
func (l *Lowered) nameList(names []string) lower.Addr {
	var words []uint32
	for _, name := range names {
		words = append(words, l.b.Texts(name), uint32(len(name)))
	}
	return l.b.Words(words)
}
