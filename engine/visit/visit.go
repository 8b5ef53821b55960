// Package visit turns the events of a visit into what models take: features of
// the session and sequences of pages.
//
// The package is part of scorer.wasm and does no I/O; engine/visit/events reads
// files of events. README.md defines every feature.
package visit

import "slices"

// Event is one thing that a visitor did. Visit, Event and TS are always there;
// a text that is not known is "", a number that is not known is NaN.
type Event struct {
	Visit    string
	Event    string // one of the names below, or any other
	TS       int64  // milliseconds since 1970, UTC
	Page     string // "/p/123"
	PageType string // "product"
	Item     string
	Category string
	Price    float64 // of one piece
	Quantity float64
}

// Names of events, those of GA4's e-commerce that shops push to dataLayer.
const (
	PageView        = "page_view"
	ViewItemList    = "view_item_list"
	SelectItem      = "select_item"
	ViewItem        = "view_item"
	Search          = "search"
	AddToWishlist   = "add_to_wishlist"
	AddToCart       = "add_to_cart"
	RemoveFromCart  = "remove_from_cart"
	ViewCart        = "view_cart"
	BeginCheckout   = "begin_checkout"
	AddShippingInfo = "add_shipping_info"
	AddPaymentInfo  = "add_payment_info"
	Purchase        = "purchase"
	Refund          = "refund"
)

// Visit is the events of one visit in order of time; those of the same time are
// in the order in which they came.
type Visit struct {
	ID     string
	Events []Event
}

// DefaultGap is how long a visitor may pause, in milliseconds, before what
// follows is another visit.
const DefaultGap = 30 * 60 * 1000

// What is longer than this is cut, so that no event is large.
const (
	MaxPage = 2048 // bytes of a page
	MaxText = 256  // bytes of any other text
)

// MinTS and MaxTS are the times that an event may have: 1970 up to 2100.
const (
	MinTS = 0
	MaxTS = 4102444800000 - 1
)

// Bound cuts texts that are too long and says whether there were any.
func (e *Event) Bound() (cut bool) {
	n := len(e.Event) + len(e.Page) + len(e.PageType) + len(e.Item) + len(e.Category)
	if n <= MaxText {
		return false // as nearly always
	}
	e.Event = clip(e.Event, MaxText)
	e.Page = clip(e.Page, MaxPage)
	e.PageType = clip(e.PageType, MaxText)
	e.Item = clip(e.Item, MaxText)
	e.Category = clip(e.Category, MaxText)
	return len(e.Event)+len(e.Page)+len(e.PageType)+len(e.Item)+len(e.Category) < n
}

// clip cuts s to n bytes or a few less, between two characters.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return string([]byte(s[:n])) // which does not keep the whole of s
}

// Sort puts events in order of time, keeping those of the same time in theirs.
func Sort(events []Event) {
	byTime := func(a, b Event) int {
		switch {
		case a.TS < b.TS:
			return -1
		case a.TS > b.TS:
			return 1
		}
		return 0
	}
	if !slices.IsSortedFunc(events, byTime) {
		slices.SortStableFunc(events, byTime)
	}
}

// Split gives the lengths of the visits that events, which are sorted, fall
// into: a pause of more than gap milliseconds starts another one. A gap that is
// not positive never does.
func Split(events []Event, gap int64) []int {
	if len(events) == 0 {
		return nil
	}
	var lengths []int
	start := 0
	for i := 1; i < len(events) && gap > 0; i++ {
		if events[i].TS-events[i-1].TS > gap {
			lengths = append(lengths, i-start)
			start = i
		}
	}
	return append(lengths, len(events)-start)
}

// Cut is what comes before the first event of a name, and whether there is one:
// what was known when it was still open whether it would happen.
func Cut(events []Event, name string) (before []Event, found bool) {
	for i := range events {
		if events[i].Event == name {
			return events[:i:i], true
		}
	}
	return events, false
}
