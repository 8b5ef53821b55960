package visit

import (
	"errors"
	"strconv"
	"strings"
)

// Spec says which features are wanted and how the shop's events are to be
// understood. It is what a session_features model holds.
type Spec struct {
	Features []string // as README.md names them

	ClickEvents []string // none: DefaultClickEvents
	PageEvents  []string // none: DefaultPageEvents
	UTCOffset   int      // minutes to add to UTC for the calendar

	MonthNames   []string // none: Jan to Dec
	FlagNames    []string // of no and yes; none: FALSE, TRUE
	VisitorNames []string // of new and returning visitors; none: New_Visitor, Returning_Visitor
}

// DefaultClickEvents are the events that are clicks, DefaultPageEvents those
// that show another page.
var DefaultClickEvents = []string{ViewItem}
var DefaultPageEvents = []string{PageView, ViewItemList, ViewItem, Search, ViewCart, BeginCheckout, AddShippingInfo, AddPaymentInfo, Purchase}

// Fields are parts of an event that features read, beside its name and time.
type Fields uint16

const (
	ReadsPage Fields = 1 << iota
	ReadsPageType
	ReadsItem
	ReadsCategory
	ReadsPrice
	ReadsQuantity

	// Not parts of an event but of the visit: the item of an (item, visit) pair,
	// and whether the visitor was there before, which need not be known.
	ReadsPair
	ReadsReturning
)

// Features are the wanted features, ready to compute. They never change, so
// that any number of goroutines use them at the same time.
type Features struct {
	features []feature
	fields   Fields
	offset   int64 // milliseconds
	months   []string
	flags    []string
	visitors []string

	// What a name counts for: tallies by their numbers, and isClick and isPage.
	// A key is a letter for what the name is of, and the name.
	names   map[string][]int32
	kinds   uint32 // a bit for each letter that keys begin with
	tallies int32

	used    [tableCount]bool // tables that features read
	pairs   bool             // items' categories are wanted
	tops    [tableCount]int
	kths    [tableCount][]kth
	recent  int // how many of the last events, pages and clicks are wanted
	opening int // and of the first
}

// Instead of a tally, what an event is.
const (
	isClick = -1
	isPage  = -2
)

// The first letters of keys in names.
const (
	ofEvent      = 'e'
	ofPageType   = 'p'
	ofPage       = 'u'
	ofTransition = 't'
	ofItem       = 'i'
	ofCategory   = 'c'
)

// What a visit does with items, categories and pages is in tables, by these
// numbers.
const (
	items = iota
	categories
	pages
	tableCount
)

// feature is a line of the catalogue with what its name says beside.
type feature struct {
	kind kind
	of   uint8 // what it is of: a count, a sum, a table, a list
	text bool
	arg  int32 // a tally, a number, a place in kths
}

type kind uint8

const (
	kCount   kind = iota // of is the count
	kSeconds             // the same in seconds
	kSum                 // of is the sum
	kUnique              // of is the table
	kRevisits
	kTime // of is the part
	kEndTime
	kLength
	kMeanGap
	kGap
	kRecentDwell
	kPriceMean
	kReturning
	kVisitorType
	kTally
	kDwell
	kShare
	kDwellShare
	kAfter
	kSince
	kPosition
	kBack // of is the count that goes on
	kTop  // of is the table
	kKth
	kRecent // of is the list, and the part of its lines in the high half
	kOpening
	kPairItem
	kPairTime // of is the part
	kPairLastTime
	// What is 0 of an item that was not clicked.
	kPairClicks
	kPairShare
	kPairSpan
	kPairDwell
	kPairCategoryDwell
	kPairCategories
)

// Counts of a visit.
const (
	events = iota
	pagesOpened
	clicks // these three are the lists' numbers, too
	pairs
	orders
	prices
	maxGap   // milliseconds
	allDwell // of pages, milliseconds
	countCount
)

// Sums of a visit, and what is like one.
const (
	priceSum = iota
	priceMin
	priceMax
	priceLast
	cartQuantity
	cartValue
	orderQuantity
	orderValue
	sumCount
)

// second is added to a list's number for the second part of its lines.
const second = 16

// arg is what stands after the colon of a feature's name.
type arg uint8

const (
	argNone arg = iota
	argTime
	argN      // a number from 1 to maxN
	argFirst  // a number of clicks
	argLast   // the same
	argEvents // names with | between them
	argPageTypes
	argPages
	argTransition // page types > page types
	argItem       // one name, whatever it holds
	argCategory
)

// examples are what might stand there.
var examples = [...]string{"", "", "1", "1", "1", "add_to_cart", "product", "/cart", "product>cart", "123", "shoes"}

// maxN is how far back the last and how far on the first pages are known.
const maxN = 64

// catalogue is every feature: its name, what it takes and what it reads. Which
// events open a page, and with it what dwell is, depends on their pages.
var catalogue = [...]struct {
	name   string
	arg    arg
	kind   kind
	of     uint8
	text   bool
	fields Fields
}{
	{"events", argNone, kCount, events, false, 0},
	{"clicks", argNone, kCount, clicks, false, 0},
	{"pages", argNone, kCount, pagesOpened, false, ReadsPage},
	{"length", argNone, kLength, 0, false, 0},
	{"unique_items", argNone, kUnique, items, false, ReadsItem},
	{"unique_categories", argNone, kUnique, categories, false, ReadsCategory},
	{"unique_pairs", argNone, kCount, pairs, false, ReadsItem | ReadsCategory},
	{"unique_pages", argNone, kUnique, pages, false, ReadsPage},
	{"revisits", argNone, kRevisits, pages, false, ReadsPage},
	{"start_", argTime, kTime, 0, false, 0},
	{"end_", argTime, kEndTime, 0, false, 0},
	{"mean_gap", argNone, kMeanGap, 0, false, 0},
	{"max_gap", argNone, kSeconds, maxGap, false, 0},
	{"recent_gap", argN, kGap, events, false, 0},
	{"recent_dwell", argN, kRecentDwell, pagesOpened, false, ReadsPage},
	{"price_mean", argNone, kPriceMean, 0, false, ReadsPrice},
	{"price_min", argNone, kSum, priceMin, false, ReadsPrice},
	{"price_max", argNone, kSum, priceMax, false, ReadsPrice},
	{"price_last", argNone, kSum, priceLast, false, ReadsPrice},
	{"cart_quantity", argNone, kSum, cartQuantity, false, ReadsQuantity},
	{"cart_value", argNone, kSum, cartValue, false, ReadsPrice | ReadsQuantity},
	{"orders", argNone, kCount, orders, false, 0},
	{"order_quantity", argNone, kSum, orderQuantity, false, ReadsQuantity},
	{"order_value", argNone, kSum, orderValue, false, ReadsPrice | ReadsQuantity},
	{"returning_visitor", argNone, kReturning, 0, false, ReadsReturning},
	{"visitor_type", argNone, kVisitorType, 0, true, ReadsReturning},
	{"event_count", argEvents, kTally, 0, false, 0},
	{"event_after", argEvents, kAfter, 0, false, 0},
	{"event_since", argEvents, kSince, 0, false, 0},
	{"event_position", argEvents, kPosition, 0, false, 0},
	{"event_back", argEvents, kBack, events, false, 0},
	{"page_type_count", argPageTypes, kTally, 0, false, ReadsPage | ReadsPageType},
	{"page_type_dwell", argPageTypes, kDwell, 0, false, ReadsPage | ReadsPageType},
	{"page_type_share", argPageTypes, kShare, pagesOpened, false, ReadsPage | ReadsPageType},
	{"page_type_dwell_share", argPageTypes, kDwellShare, allDwell, false, ReadsPage | ReadsPageType},
	{"page_type_after", argPageTypes, kAfter, 0, false, ReadsPage | ReadsPageType},
	{"page_type_since", argPageTypes, kSince, 0, false, ReadsPage | ReadsPageType},
	{"page_type_position", argPageTypes, kPosition, 0, false, ReadsPage | ReadsPageType},
	{"page_type_back", argPageTypes, kBack, pagesOpened, false, ReadsPage | ReadsPageType},
	{"page_count", argPages, kTally, 0, false, ReadsPage},
	{"page_dwell", argPages, kDwell, 0, false, ReadsPage},
	{"page_position", argPages, kPosition, 0, false, ReadsPage},
	{"page_back", argPages, kBack, pagesOpened, false, ReadsPage},
	{"transition", argTransition, kTally, 0, false, ReadsPage | ReadsPageType},
	{"item_clicks", argItem, kTally, 0, false, ReadsItem},
	{"item_dwell", argItem, kDwell, 0, false, ReadsPage | ReadsItem},
	{"category_clicks", argCategory, kTally, 0, false, ReadsCategory},
	{"category_dwell", argCategory, kDwell, 0, false, ReadsPage | ReadsCategory},
	{"category_back", argCategory, kBack, clicks, false, ReadsCategory},
	{"top_item", argN, kTop, items, true, ReadsItem},
	{"top_category", argN, kTop, categories, true, ReadsCategory},
	{"first_item", argFirst, kKth, items, true, ReadsItem},
	{"last_item", argLast, kKth, items, true, ReadsItem},
	{"first_category", argFirst, kKth, categories, true, ReadsCategory},
	{"last_category", argLast, kKth, categories, true, ReadsCategory},
	{"recent_event", argN, kRecent, events, true, 0},
	{"recent_page", argN, kRecent, pagesOpened, true, ReadsPage},
	{"recent_page_type", argN, kRecent, pagesOpened + second, true, ReadsPage | ReadsPageType},
	{"recent_item", argN, kRecent, clicks, true, ReadsItem},
	{"recent_category", argN, kRecent, clicks + second, true, ReadsCategory},
	{"opening_event", argN, kOpening, events, true, 0},
	{"opening_page", argN, kOpening, pagesOpened, true, ReadsPage},
	{"opening_page_type", argN, kOpening, pagesOpened + second, true, ReadsPage | ReadsPageType},
	{"pair_item", argNone, kPairItem, 0, true, ReadsPair},
	{"pair_clicks", argNone, kPairClicks, items, false, ReadsPair | ReadsItem},
	{"pair_share", argNone, kPairShare, items, false, ReadsPair | ReadsItem},
	{"pair_first_", argTime, kPairTime, 0, false, ReadsPair | ReadsItem},
	{"pair_last_", argTime, kPairLastTime, 0, false, ReadsPair | ReadsItem},
	{"pair_span", argNone, kPairSpan, items, false, ReadsPair | ReadsItem},
	{"pair_dwell", argNone, kPairDwell, items, false, ReadsPage | ReadsPair | ReadsItem},
	{"pair_category_dwell", argNone, kPairCategoryDwell, items, false, ReadsPage | ReadsPair | ReadsItem | ReadsCategory},
	{"pair_categories", argNone, kPairCategories, items, false, ReadsPair | ReadsItem | ReadsCategory},
}

// Parts of a time; they and their names are in the same order.
const (
	pYear = iota
	pMonth
	pDay
	pWeekday
	pHour
	pMinute
	pSecond
	pSecondOfDay
	pDayOfYear
	pWeekend
	pMonthDay // from here on categories only
	pMonthDayHour
	pMonthName
)

var partNames = [...]string{"year", "month", "day", "weekday", "hour", "minute", "second", "second_of_day", "day_of_year", "weekend", "month_day", "month_day_hour", "month_name"}

// Compile makes features ready to compute. Its error says what is wrong with
// the spec.
func Compile(s *Spec) (*Features, error) {
	f := &Features{offset: int64(s.UTCOffset) * 60_000, names: map[string][]int32{}}
	if s.UTCOffset < -24*60 || s.UTCOffset > 24*60 {
		return nil, errors.New("an offset of " + strconv.Itoa(s.UTCOffset) + " minutes is more than a day")
	}
	for _, e := range orElse(s.ClickEvents, DefaultClickEvents) {
		f.count(ofEvent, e, isClick)
	}
	for _, e := range orElse(s.PageEvents, DefaultPageEvents) {
		f.count(ofEvent, e, isPage)
	}
	f.months = orElse(s.MonthNames, defaultNames[:12])
	f.flags = orElse(s.FlagNames, defaultNames[12:14])
	f.visitors = orElse(s.VisitorNames, defaultNames[14:])
	if len(f.months) != 12 || len(f.flags) != 2 || len(f.visitors) != 2 {
		return nil, errors.New("names of months, flags and visitors are 12, 2 and 2, not " + strconv.Itoa(len(f.months)) + ", " + strconv.Itoa(len(f.flags)) + " and " + strconv.Itoa(len(f.visitors)))
	}
	for _, name := range s.Features {
		if msg := f.add(name); msg != "" {
			return nil, errors.New("feature " + strconv.Quote(name) + ": " + msg)
		}
	}
	if len(f.features) == 0 {
		return nil, errors.New("no features are wanted")
	}
	return f, nil
}

var defaultNames = [...]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "FALSE", "TRUE", "New_Visitor", "Returning_Visitor"}

func orElse(names, others []string) []string {
	if len(names) == 0 {
		return others
	}
	return names
}

// add adds a feature by its name, or says what is wrong with it.
func (f *Features) add(full string) (msg string) {
	name, text, colon := strings.Cut(full, ":")
	for i := range catalogue {
		c := &catalogue[i]
		ft := feature{kind: c.kind, of: c.of, text: c.text}
		if c.arg == argTime {
			rest, ok := strings.CutPrefix(full, c.name)
			if !ok || !ft.setPart(rest) {
				continue
			}
		} else if c.name != name {
			continue
		} else if !colon && c.arg != argNone {
			return "lacks what it is of, after a colon: " + name + ":" + examples[c.arg]
		} else if colon && c.arg == argNone {
			return "takes nothing after a colon"
		} else if msg := f.argument(c.arg, &ft, text); msg != "" {
			return msg
		}
		f.features = append(f.features, ft)
		f.fields |= c.fields
		switch c.kind {
		case kUnique, kRevisits, kTop, kKth:
			f.used[c.of] = true
		}
		if c.fields&ReadsPair != 0 || c.of == pairs && c.kind == kCount {
			f.used[items], f.used[categories], f.pairs = true, true, true
		}
		return ""
	}
	return "there is no such feature"
}

// setPart sets the part of a time that a name says. Each but the month's name
// is a category with _cat.
func (ft *feature) setPart(name string) bool {
	base, cat := strings.CutSuffix(name, "_cat")
	for i, n := range partNames {
		if n == base {
			ft.of, ft.text = uint8(i), cat || i >= pMonthDay
			return i < pMonthDay || cat == (i < pMonthName)
		}
	}
	return false
}

// argument reads what stands after the colon, or says what is wrong with it.
func (f *Features) argument(a arg, ft *feature, text string) (msg string) {
	switch a {
	case argNone:
		return ""
	case argN, argFirst, argLast:
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || a == argN && n > maxN {
			return strconv.Quote(text) + " is not a number from 1 to " + strconv.Itoa(maxN)
		}
		ft.arg = int32(n)
		switch ft.kind {
		case kTop:
			f.tops[ft.of] = max(f.tops[ft.of], n)
		case kKth:
			ft.arg = int32(len(f.kths[ft.of]))
			f.kths[ft.of] = append(f.kths[ft.of], kth{k: int64(n), last: a == argLast})
		case kOpening:
			f.opening = max(f.opening, n)
		default:
			f.recent = max(f.recent, n)
		}
		return ""
	}
	of := ".....eputic"[a]
	names := []string{text}
	if a < argItem {
		names = strings.Split(text, "|")
	}
	if a == argTransition {
		from, to, ok := strings.Cut(text, ">")
		if !ok {
			return strconv.Quote(text) + " has no > between the page types"
		}
		names = nil
		for _, x := range strings.Split(from, "|") {
			for _, y := range strings.Split(to, "|") {
				if x == "" || y == "" {
					return "a name is empty"
				}
				names = append(names, x+">"+y)
			}
		}
	}
	// Features of the same names share a tally.
	key := "#" + string(of) + text
	if t := f.names[key]; t != nil {
		ft.arg = t[0]
		return ""
	}
	ft.arg = f.tallies
	f.tallies++
	f.names[key] = []int32{ft.arg}
	for _, n := range names {
		if n == "" {
			return "a name is empty"
		}
		f.count(of, n, ft.arg)
	}
	return ""
}

// count makes a name count for a tally.
func (f *Features) count(of byte, name string, t int32) {
	f.kinds |= 1 << (of - 'a')
	key := string(of) + name
	for _, have := range f.names[key] {
		if have == t {
			return // named twice
		}
	}
	f.names[key] = append(f.names[key], t)
}

// Len is the number of features.
func (f *Features) Len() int { return len(f.features) }

// IsText says whether feature i is a category rather than a number.
func (f *Features) IsText(i int) bool { return f.features[i].text }

// Fields are the parts of events that the features read.
func (f *Features) Fields() Fields { return f.fields }
