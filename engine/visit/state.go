package visit

import (
	"errors"
	"strconv"
)

// State is what features need to know of a visit so far. Adding an event takes
// a time that does not depend on how many there were, and the memory it takes
// is bounded.
//
// State keeps texts of the events that it is given; they must not change.
type State struct {
	f          *Features
	counts     [countCount]int64
	sums       [sumCount]float64
	start, end int64 // times
	orderAt    int64
	newcomer   bool // there was a first_visit
	tallies    []tally
	tables     [tableCount]table

	// The page and the click that are open, for which time counts: the page's
	// tallies by type and by page, the click's by item and by category, and its
	// item and category, none if there are none.
	page, pageEvent, pageType string
	open                      [4][]int32
	openEntry                 [2]int32

	recent  [clicks + 1]ring
	opening [pagesOpened + 1][]past

	pair                           string
	returningKnown, returningGiven bool
	key                            []byte
}

// tally counts what happened with some names.
type tally struct {
	n     int64
	dwell int64 // milliseconds
	first int64 // time
	last  int64
	// The how manieth event, page or click it was.
	firstAt, lastAt int64
}

// past is an event (its name, and the time before it), a page (with its type
// and dwell) or a click (item and category).
type past struct {
	a, b string
	ms   int64
}

// ring holds the last few of something.
type ring struct {
	n  int64
	at []past
}

func (r *ring) push(p past) {
	if len(r.at) > 0 {
		r.at[r.n%int64(len(r.at))] = p
	}
	r.n++
}

// back is the k-th from the last, 1 for the last; nil if there were fewer.
func (r *ring) back(k int32) *past {
	if int64(k) > r.n || int(k) > len(r.at) {
		return nil
	}
	return &r.at[(r.n-int64(k))%int64(len(r.at))]
}

// NewState makes the state of a visit without events.
func (f *Features) NewState() *State {
	s := &State{f: f, tallies: make([]tally, f.tallies)}
	for i := range s.tables {
		s.tables[i] = table{at: map[string]int32{}, tops: f.tops[i], kths: append([]kth(nil), f.kths[i]...)}
	}
	for i := range s.recent {
		s.recent[i].at = make([]past, f.recent)
	}
	s.Reset()
	return s
}

// Reset makes it the state of a visit without events, keeping its memory.
func (s *State) Reset() {
	*s = State{f: s.f, tallies: s.tallies, tables: s.tables, recent: s.recent, opening: s.opening, openEntry: [2]int32{none, none}, key: s.key}
	clear(s.tallies)
	for i := range s.tables {
		s.tables[i].reset()
	}
	for i := range s.recent {
		s.recent[i].n = 0
	}
	for i := range s.opening {
		s.opening[i] = s.opening[i][:0]
	}
}

// Add adds an event. One that is before the last counts as being at its time:
// whoever has a whole visit sorts it first. The event may be changed: texts that
// are too long are cut.
func (s *State) Add(e *Event) error {
	if e.TS < MinTS || e.TS > MaxTS {
		return errors.New("the time " + strconv.FormatInt(e.TS, 10) + " is not between 1970 and 2100 in milliseconds")
	}
	e.Bound()
	ts := e.TS
	if s.counts[events] == 0 {
		s.start, s.end = ts, ts
	}
	ts = max(ts, s.end)
	gap := ts - s.end
	s.end = ts
	s.spend(gap)
	s.counts[maxGap] = max(s.counts[maxGap], gap)
	s.counts[events]++
	s.remember(events, past{a: e.Event, ms: gap})
	isPageEvent, isClickEvent := false, false
	for _, t := range s.lookup(ofEvent, e.Event) {
		switch t {
		case isPage:
			isPageEvent = true
		case isClick:
			isClickEvent = true
		default:
			s.tally(t, s.counts[events])
		}
	}
	if isPageEvent && s.opens(e) {
		s.openPage(e)
	}
	if isClickEvent {
		s.click(e)
	}
	switch e.Event {
	case AddToCart:
		s.money(e, cartQuantity, 1)
	case RemoveFromCart:
		s.money(e, cartQuantity, -1)
	case Purchase:
		if s.counts[orders] == 0 || ts != s.orderAt { // an order of several items is several events
			s.counts[orders]++
		}
		s.orderAt = ts
		s.money(e, orderQuantity, 1)
	case "first_visit": // by which GA4 marks it
		s.newcomer = true
	}
	return nil
}

// lookup is what a name counts for.
func (s *State) lookup(of byte, name string) []int32 {
	if s.f.kinds>>(of-'a')&1 == 0 || name == "" {
		return nil
	}
	s.key = append(append(s.key[:0], of), name...)
	return s.f.names[string(s.key)]
}

// tally counts what happens now; at is the how manieth of its kind it is.
func (s *State) tally(i int32, at int64) {
	t := &s.tallies[i]
	if t.n == 0 {
		t.first, t.firstAt = s.end, at
	}
	t.n++
	t.last, t.lastAt = s.end, at
}

// tallyAll looks a name up, and counts what happens now for all that it counts
// for; the time that comes counts for it, too.
func (s *State) tallyAll(open int, of byte, name string, at int64) {
	s.open[open] = s.lookup(of, name)
	for _, i := range s.open[open] {
		s.tally(i, at)
	}
}

// remember notes an event, a page or a click.
func (s *State) remember(list int, p past) {
	s.recent[list].push(p)
	if list < len(s.opening) && len(s.opening[list]) < s.f.opening {
		s.opening[list] = append(s.opening[list], p)
	}
}

// spend counts time for the page and the click that are open.
func (s *State) spend(ms int64) {
	if s.counts[pagesOpened] > 0 {
		s.counts[allDwell] += ms
		if p := s.recent[pagesOpened].back(1); p != nil {
			p.ms += ms
		}
	}
	for _, list := range s.open {
		for _, i := range list {
			s.tallies[i].dwell += ms
		}
	}
	for i, k := range s.openEntry {
		if k != none {
			s.tables[i].entries[k].dwell += ms
		}
	}
}

// opens says whether a page event shows another page. It does not if it is the
// second word of the page that is open: GA4 sends page_view and view_item for
// one product page.
func (s *State) opens(e *Event) bool {
	return s.counts[pagesOpened] == 0 || e.Page == "" || e.Page != s.page || e.Event == s.pageEvent
}

func (s *State) openPage(e *Event) {
	s.counts[pagesOpened]++
	at := s.counts[pagesOpened]
	if s.f.kinds>>(ofTransition-'a')&1 != 0 && at > 1 {
		s.tallyAll(0, ofTransition, s.pageType+">"+e.PageType, at)
	}
	s.page, s.pageEvent, s.pageType = e.Page, e.Event, e.PageType
	s.tallyAll(0, ofPageType, e.PageType, at)
	s.tallyAll(1, ofPage, e.Page, at)
	s.remember(pagesOpened, past{a: e.Page, b: e.PageType})
	s.enter(pages, e.Page)
	s.closeClick()
}

func (s *State) closeClick() {
	s.open[2], s.open[3], s.openEntry = nil, nil, [2]int32{none, none}
}

func (s *State) click(e *Event) {
	s.closeClick()
	s.counts[clicks]++
	at := s.counts[clicks]
	s.remember(clicks, past{a: e.Item, b: e.Category})
	s.tallyAll(2, ofItem, e.Item, at)
	s.tallyAll(3, ofCategory, e.Category, at)
	s.openEntry[items] = s.enter(items, e.Item)
	s.openEntry[categories] = s.enter(categories, e.Category)
	if s.f.pairs && s.openEntry[items] != none && e.Category != "" {
		s.addPair(&s.tables[items].entries[s.openEntry[items]], e.Category)
	}
	if p := e.Price; p == p {
		if s.counts[prices] == 0 {
			s.sums[priceMin], s.sums[priceMax] = p, p
		}
		s.counts[prices]++
		s.sums[priceSum] += p
		s.sums[priceMin] = min(s.sums[priceMin], p)
		s.sums[priceMax] = max(s.sums[priceMax], p)
		s.sums[priceLast] = p
	}
}

// enter counts a click on a name in a table, if it is wanted.
func (s *State) enter(in int, name string) int32 {
	if !s.f.used[in] || name == "" {
		return none
	}
	return s.tables[in].click(name, s.end)
}

// maxItemCategories is how many categories of one item are known apart.
const maxItemCategories = 32

// addPair notes that an item was seen in a category.
func (s *State) addPair(e *entry, category string) {
	for _, c := range e.categories {
		if c == category {
			return
		}
	}
	s.counts[pairs]++
	if len(e.categories) < maxItemCategories {
		e.categories = append(e.categories, category)
	}
}

// money counts what is in the cart or what was ordered. An unknown quantity is
// one, an unknown price is nothing. The value's sum comes after the quantity's.
func (s *State) money(e *Event, sum int, sign float64) {
	q, p := e.Quantity, e.Price
	if q != q {
		q = 1
	}
	if p != p {
		p = 0
	}
	s.sums[sum] += sign * q
	s.sums[sum+1] += sign * float64(p*q)
}

// Events, Pages and Clicks are how many events there were, how many pages were
// opened, how many clicks there were.
func (s *State) Events() int64 { return s.counts[events] }
func (s *State) Pages() int64  { return s.counts[pagesOpened] }
func (s *State) Clicks() int64 { return s.counts[clicks] }

// SetPair says which item the pair features are of.
func (s *State) SetPair(item string) { s.pair = clip(item, MaxText) }

// SetReturning says whether the visitor was there before. Where nobody says,
// one without a first_visit event was.
func (s *State) SetReturning(known, returning bool) {
	s.returningKnown, s.returningGiven = known, returning
}

func (s *State) returning() int {
	if s.returningKnown && !s.returningGiven || !s.returningKnown && s.newcomer {
		return 0
	}
	return 1
}

// EachItem calls f with each item that was clicked and has not been folded, in
// the order in which they came.
func (s *State) EachItem(f func(item string)) {
	t := &s.tables[items]
	// Entries are in that order as long as none took a folded one's place.
	if t.seen == int64(len(t.entries)) {
		for i := range t.entries {
			f(t.entries[i].name)
		}
		return
	}
	for seq := int64(1); seq <= t.seen; seq++ {
		for i := range t.entries {
			if t.entries[i].seq == seq {
				f(t.entries[i].name)
			}
		}
	}
}
