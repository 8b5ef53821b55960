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
	f        *Features
	n        int64 // events
	start    int64
	end      int64
	maxGap   int64
	clicks   int64
	tallies  []tally
	items    table
	cats     table
	pairs    int64 // different pairs of item and category
	pageSet  table
	newcomer bool // there was a first_visit

	// What is open: the page and the click that time counts for.
	pages        int64
	page         string
	pageEvent    string
	pageType     string
	pageTallies  []int32
	urlTallies   []int32
	totalDwell   int64
	clickOpen    bool
	itemTallies  []int32
	catTallies   []int32
	item, cat    int32 // entries; none if there are none
	recentEvents ring
	recentPages  ring
	recentClicks ring

	opening struct{ events, pages, types []string }

	prices                         int64
	priceSum, priceMin, priceMax   float64
	priceLast                      float64
	cartQuantity, cartValue        float64
	orders, orderAt                int64
	orderQuantity, orderValue      float64
	pair                           string
	pairEntry                      *entry
	returningKnown, returningGiven bool
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

// ring holds the last few events, pages or clicks.
type ring struct {
	size int
	n    int64
	at   []past
}

type past struct {
	a, b  string
	dwell int64
}

func (r *ring) push(p past) {
	if r.size == 0 {
		return
	}
	if len(r.at) < r.size {
		r.at = append(r.at, p)
	} else {
		r.at[r.n%int64(r.size)] = p
	}
	r.n++
}

// back is the k-th from the last, 1 for the last; nil if there were fewer.
func (r *ring) back(k int32) *past {
	if int64(k) > r.n || int(k) > r.size {
		return nil
	}
	return &r.at[(r.n-int64(k))%int64(r.size)]
}

func (r *ring) reset() {
	clear(r.at)
	r.at = r.at[:0]
	r.n = 0
}

// NewState makes the state of a visit without events.
func (f *Features) NewState() *State {
	s := &State{f: f, tallies: make([]tally, f.tallies)}
	s.items = table{limit: maxEntries, tops: f.topItems, at: map[string]int32{}, first: kths(f.ks[firstItem]), last: kths(f.ks[lastItem])}
	s.cats = table{limit: maxEntries, tops: f.topCategories, at: map[string]int32{}, first: kths(f.ks[firstCategory]), last: kths(f.ks[lastCategory])}
	s.pageSet = table{limit: maxEntries, at: map[string]int32{}}
	s.recentEvents.size, s.recentPages.size, s.recentClicks.size = f.recent, f.recent, f.recent
	s.Reset()
	return s
}

func kths(ks []int64) []kth {
	out := make([]kth, len(ks))
	for i, k := range ks {
		out[i].k = k
	}
	return out
}

// Reset makes it the state of a visit without events, keeping its memory.
func (s *State) Reset() {
	s.n, s.start, s.end, s.maxGap, s.clicks, s.pairs, s.pages, s.totalDwell = 0, 0, 0, 0, 0, 0, 0, 0
	clear(s.tallies)
	s.items.reset()
	s.cats.reset()
	s.pageSet.reset()
	s.page, s.pageEvent, s.pageType, s.pageTallies, s.urlTallies = "", "", "", nil, nil
	s.clickOpen, s.itemTallies, s.catTallies, s.item, s.cat = false, nil, nil, none, none
	s.recentEvents.reset()
	s.recentPages.reset()
	s.recentClicks.reset()
	s.opening.events, s.opening.pages, s.opening.types = s.opening.events[:0], s.opening.pages[:0], s.opening.types[:0]
	s.prices, s.priceSum, s.priceMin, s.priceMax, s.priceLast = 0, 0, 0, 0, 0
	s.cartQuantity, s.cartValue, s.orders, s.orderAt, s.orderQuantity, s.orderValue = 0, 0, 0, 0, 0, 0
	s.newcomer = false
	s.pair, s.pairEntry = "", nil
	s.returningKnown, s.returningGiven = false, false
}

// Add adds an event. One that is before the last counts as being at its time:
// whoever has a whole visit sorts it first. The event may be changed: texts that
// are too long are cut.
func (s *State) Add(e *Event) error {
	if e.TS < MinTS || e.TS > MaxTS {
		return errors.New("the time " + strconv.FormatInt(e.TS, 10) + " is not between 1970 and 2100 in milliseconds")
	}
	e.Bound()
	s.pairEntry = nil
	ts := e.TS
	var gap int64
	if s.n == 0 {
		s.start = ts
	} else {
		ts = max(ts, s.end)
		gap = ts - s.end
		s.maxGap = max(s.maxGap, gap)
		s.spend(gap)
	}
	s.end = ts
	s.n++
	if len(s.f.events) > 0 {
		s.tally(s.f.events[e.Event], ts, s.n)
	}
	s.recentEvents.push(past{a: e.Event, dwell: gap})
	if len(s.opening.events) < s.f.opening {
		s.opening.events = append(s.opening.events, e.Event)
	}
	if s.f.pages[e.Event] && s.opens(e) {
		s.open(e, ts)
	}
	if s.f.clicks[e.Event] {
		s.click(e, ts)
	}
	s.money(e, ts)
	if e.Event == firstVisit {
		s.newcomer = true
	}
	return nil
}

// firstVisit is the event by which GA4 marks a visitor's first visit.
const firstVisit = "first_visit"

func (s *State) tally(which []int32, ts, at int64) {
	for _, i := range which {
		t := &s.tallies[i]
		if t.n == 0 {
			t.first, t.firstAt = ts, at
		}
		t.n++
		t.last, t.lastAt = ts, at
	}
}

// spend counts time for the page and the click that are open.
func (s *State) spend(ms int64) {
	if s.pages > 0 {
		s.totalDwell += ms
		if p := s.recentPages.back(1); p != nil {
			p.dwell += ms
		}
		for _, i := range s.pageTallies {
			s.tallies[i].dwell += ms
		}
		for _, i := range s.urlTallies {
			s.tallies[i].dwell += ms
		}
	}
	if !s.clickOpen {
		return
	}
	for _, i := range s.itemTallies {
		s.tallies[i].dwell += ms
	}
	for _, i := range s.catTallies {
		s.tallies[i].dwell += ms
	}
	if s.item != none {
		s.items.entries[s.item].dwell += ms
	}
	if s.cat != none {
		s.cats.entries[s.cat].dwell += ms
	}
}

// opens says whether a page event shows another page. It does not if it is the
// second word of the page that is open: GA4 sends page_view and view_item for
// one product page.
func (s *State) opens(e *Event) bool {
	return s.pages == 0 || e.Page == "" || e.Page != s.page || e.Event == s.pageEvent
}

func (s *State) open(e *Event, ts int64) {
	s.pages++
	if len(s.f.transitions) > 0 && s.pages > 1 {
		s.tally(s.f.transitions[[2]string{s.pageType, e.PageType}], ts, s.pages)
	}
	s.page, s.pageEvent, s.pageType = e.Page, e.Event, e.PageType
	s.pageTallies, s.urlTallies = nil, nil
	if len(s.f.urls) > 0 && e.Page != "" {
		s.urlTallies = s.f.urls[e.Page]
		s.tally(s.urlTallies, ts, s.pages)
	}
	if len(s.f.pageTypes) > 0 {
		s.pageTallies = s.f.pageTypes[e.PageType]
		s.tally(s.pageTallies, ts, s.pages)
	}
	s.recentPages.push(past{a: e.Page, b: e.PageType})
	if len(s.opening.pages) < s.f.opening {
		s.opening.pages = append(s.opening.pages, e.Page)
		s.opening.types = append(s.opening.types, e.PageType)
	}
	if s.f.uniquePages && e.Page != "" {
		s.pageSet.click(e.Page, ts)
	}
	s.clickOpen = false
}

func (s *State) click(e *Event, ts int64) {
	s.clicks++
	s.clickOpen, s.item, s.cat, s.itemTallies, s.catTallies = true, none, none, nil, nil
	s.recentClicks.push(past{a: e.Item, b: e.Category})
	if e.Category != "" {
		if len(s.f.categories) > 0 {
			s.catTallies = s.f.categories[e.Category]
			s.tally(s.catTallies, ts, s.clicks)
		}
		if s.f.wantCategories {
			s.cat = s.cats.click(e.Category, ts)
		}
	}
	if e.Item != "" {
		if len(s.f.items) > 0 {
			s.itemTallies = s.f.items[e.Item]
			s.tally(s.itemTallies, ts, s.clicks)
		}
		if s.f.wantItems {
			s.item = s.items.click(e.Item, ts)
			if s.f.wantPairs && e.Category != "" {
				s.addPair(&s.items.entries[s.item], e.Category)
			}
		}
	}
	if e.Price == e.Price {
		if s.prices == 0 || e.Price < s.priceMin {
			s.priceMin = e.Price
		}
		if s.prices == 0 || e.Price > s.priceMax {
			s.priceMax = e.Price
		}
		s.prices++
		s.priceSum += e.Price
		s.priceLast = e.Price
	}
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
	s.pairs++
	if len(e.categories) < maxItemCategories {
		e.categories = append(e.categories, category)
	}
}

// money counts what is in the cart and what was ordered. An unknown quantity is
// one, an unknown price is nothing.
func (s *State) money(e *Event, ts int64) {
	switch e.Event {
	case AddToCart, RemoveFromCart, Purchase:
	default:
		return
	}
	q, p := e.Quantity, e.Price
	if q != q {
		q = 1
	}
	if p != p {
		p = 0
	}
	value := float64(p * q)
	switch e.Event {
	case AddToCart:
		s.cartQuantity += q
		s.cartValue += value
	case RemoveFromCart:
		s.cartQuantity -= q
		s.cartValue -= value
	default:
		if s.orders == 0 || ts != s.orderAt { // an order of several items is several events
			s.orders++
		}
		s.orderAt = ts
		s.orderQuantity += q
		s.orderValue += value
	}
}

// Events is the number of events.
func (s *State) Events() int64 { return s.n }

// SetPair says which item the pair features are of.
func (s *State) SetPair(item string) {
	s.pair = clip(item, MaxText)
	s.pairEntry = nil
}

// SetReturning says whether the visitor was there before. Where nobody says,
// one without a first_visit event was.
func (s *State) SetReturning(known, returning bool) {
	s.returningKnown, s.returningGiven = known, returning
}

func (s *State) returning() bool {
	if s.returningKnown {
		return s.returningGiven
	}
	return !s.newcomer
}

// EachItem calls f with each item that was clicked and has not been folded, in
// the order in which they came.
func (s *State) EachItem(f func(item string)) {
	// Entries are in that order as long as none took a folded one's place.
	if s.items.folded == 0 {
		for i := range s.items.entries {
			f(s.items.entries[i].name)
		}
		return
	}
	for seq := s.items.seen - int64(len(s.items.entries)) + 1; seq <= s.items.seen; seq++ {
		for i := range s.items.entries {
			if s.items.entries[i].seq == seq {
				f(s.items.entries[i].name)
			}
		}
	}
}

// Pages and Clicks are how many pages were opened and how many clicks there were.
func (s *State) Pages() int64  { return s.pages }
func (s *State) Clicks() int64 { return s.clicks }
