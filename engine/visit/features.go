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

	ClickEvents []string // nil: view_item
	PageEvents  []string // nil: those of DefaultPageEvents
	UTCOffset   int      // minutes to add to UTC for the calendar

	MonthNames   []string // nil: Jan to Dec
	FlagNames    []string // of no and yes; nil: FALSE, TRUE
	VisitorNames []string // of new and returning visitors; nil: New_Visitor, Returning_Visitor
}

// DefaultPageEvents are the events that show another page.
var DefaultPageEvents = []string{PageView, ViewItemList, ViewItem, Search, ViewCart, BeginCheckout, AddShippingInfo, AddPaymentInfo, Purchase}

var (
	defaultMonths   = []string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}
	defaultFlags    = []string{"FALSE", "TRUE"}
	defaultVisitors = []string{"New_Visitor", "Returning_Visitor"}
)

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

	clicks map[string]bool
	pages  map[string]bool

	// What an event counts for, by the name in question.
	tallies     int
	events      map[string][]int32
	pageTypes   map[string][]int32
	urls        map[string][]int32 // by page
	items       map[string][]int32
	categories  map[string][]int32
	transitions map[[2]string][]int32
	keys        map[string]int32 // tallies by what they count

	uniquePages    bool
	wantItems      bool
	wantCategories bool
	wantPairs      bool
	topItems       int
	topCategories  int
	recent         int // how many of the last pages and events
	opening        int // and of the first
	ks             [4][]int64
}

// Places in ks.
const (
	firstItem = iota
	lastItem
	firstCategory
	lastCategory
)

type feature struct {
	kind kind
	arg  int32 // a tally, a number, a place in ks
	part part  // of a time
	text bool
}

type kind uint8

const (
	kEvents kind = iota
	kClicks
	kPages
	kLength
	kUniqueItems
	kUniqueCategories
	kUniquePairs
	kUniquePages
	kRevisits
	kStart
	kEnd
	kMeanGap
	kMaxGap
	kRecentGap
	kRecentDwell
	kPriceMean
	kPriceMin
	kPriceMax
	kPriceLast
	kCartQuantity
	kCartValue
	kOrders
	kOrderQuantity
	kOrderValue
	kReturning
	kVisitorType
	kCount
	kDwell
	kShare
	kDwellShare
	kAfter
	kSince
	kPosition
	kEventBack
	kPageBack
	kClickBack
	kTopItem
	kTopCategory
	kKth
	kRecentEvent
	kRecentPage
	kRecentPageType
	kRecentItem
	kRecentCategory
	kOpeningEvent
	kOpeningPage
	kOpeningPageType
	kPairItem
	kPairClicks
	kPairShare
	kPairFirst
	kPairLast
	kPairSpan
	kPairDwell
	kPairCategoryDwell
	kPairCategories
)

// What stands after the colon of a feature's name.
type arg uint8

const (
	argNone arg = iota
	argTime
	argN      // a number from 1 to maxN
	argK      // a number of clicks
	argEvents // names with | between them
	argPageTypes
	argPages
	argItem // one name, whatever it holds
	argCategory
	argTransition // page types > page types
)

// maxN is how far back the last and how far on the first pages are known.
const maxN = 64

// catalogue is every feature: its name, what it takes and what it reads.
var catalogue = [...]struct {
	name   string
	arg    arg
	kind   kind
	text   bool
	fields Fields
}{
	{"events", argNone, kEvents, false, 0},
	{"clicks", argNone, kClicks, false, 0},
	{"pages", argNone, kPages, false, 0},
	{"length", argNone, kLength, false, 0},
	{"unique_items", argNone, kUniqueItems, false, ReadsItem},
	{"unique_categories", argNone, kUniqueCategories, false, ReadsCategory},
	{"unique_pairs", argNone, kUniquePairs, false, ReadsItem | ReadsCategory},
	{"unique_pages", argNone, kUniquePages, false, ReadsPage},
	{"revisits", argNone, kRevisits, false, ReadsPage},
	{"start_", argTime, kStart, false, 0},
	{"end_", argTime, kEnd, false, 0},
	{"mean_gap", argNone, kMeanGap, false, 0},
	{"max_gap", argNone, kMaxGap, false, 0},
	{"recent_gap", argN, kRecentGap, false, 0},
	{"recent_dwell", argN, kRecentDwell, false, 0},
	{"price_mean", argNone, kPriceMean, false, ReadsPrice},
	{"price_min", argNone, kPriceMin, false, ReadsPrice},
	{"price_max", argNone, kPriceMax, false, ReadsPrice},
	{"price_last", argNone, kPriceLast, false, ReadsPrice},
	{"cart_quantity", argNone, kCartQuantity, false, ReadsQuantity},
	{"cart_value", argNone, kCartValue, false, ReadsPrice | ReadsQuantity},
	{"orders", argNone, kOrders, false, 0},
	{"order_quantity", argNone, kOrderQuantity, false, ReadsQuantity},
	{"order_value", argNone, kOrderValue, false, ReadsPrice | ReadsQuantity},
	{"returning_visitor", argNone, kReturning, false, ReadsReturning},
	{"visitor_type", argNone, kVisitorType, true, ReadsReturning},
	{"event_count", argEvents, kCount, false, 0},
	{"event_after", argEvents, kAfter, false, 0},
	{"event_since", argEvents, kSince, false, 0},
	{"event_position", argEvents, kPosition, false, 0},
	{"event_back", argEvents, kEventBack, false, 0},
	{"page_type_count", argPageTypes, kCount, false, ReadsPageType},
	{"page_type_dwell", argPageTypes, kDwell, false, ReadsPageType},
	{"page_type_share", argPageTypes, kShare, false, ReadsPageType},
	{"page_type_dwell_share", argPageTypes, kDwellShare, false, ReadsPageType},
	{"page_type_after", argPageTypes, kAfter, false, ReadsPageType},
	{"page_type_since", argPageTypes, kSince, false, ReadsPageType},
	{"page_type_position", argPageTypes, kPosition, false, ReadsPageType},
	{"page_type_back", argPageTypes, kPageBack, false, ReadsPageType},
	{"page_count", argPages, kCount, false, ReadsPage},
	{"page_dwell", argPages, kDwell, false, ReadsPage},
	{"page_back", argPages, kPageBack, false, ReadsPage},
	{"page_position", argPages, kPosition, false, ReadsPage},
	{"transition", argTransition, kCount, false, ReadsPageType},
	{"item_clicks", argItem, kCount, false, ReadsItem},
	{"item_dwell", argItem, kDwell, false, ReadsItem},
	{"category_clicks", argCategory, kCount, false, ReadsCategory},
	{"category_dwell", argCategory, kDwell, false, ReadsCategory},
	{"category_back", argCategory, kClickBack, false, ReadsCategory},
	{"top_item", argN, kTopItem, true, ReadsItem},
	{"top_category", argN, kTopCategory, true, ReadsCategory},
	{"first_item", argK, kKth, true, ReadsItem},
	{"last_item", argK, kKth, true, ReadsItem},
	{"first_category", argK, kKth, true, ReadsCategory},
	{"last_category", argK, kKth, true, ReadsCategory},
	{"recent_event", argN, kRecentEvent, true, 0},
	{"recent_page", argN, kRecentPage, true, ReadsPage},
	{"recent_page_type", argN, kRecentPageType, true, ReadsPageType},
	{"recent_item", argN, kRecentItem, true, ReadsItem},
	{"recent_category", argN, kRecentCategory, true, ReadsCategory},
	{"opening_event", argN, kOpeningEvent, true, 0},
	{"opening_page", argN, kOpeningPage, true, ReadsPage},
	{"opening_page_type", argN, kOpeningPageType, true, ReadsPageType},
	{"pair_item", argNone, kPairItem, true, ReadsPair},
	{"pair_clicks", argNone, kPairClicks, false, ReadsPair | ReadsItem},
	{"pair_share", argNone, kPairShare, false, ReadsPair | ReadsItem},
	{"pair_first_", argTime, kPairFirst, false, ReadsPair | ReadsItem},
	{"pair_last_", argTime, kPairLast, false, ReadsPair | ReadsItem},
	{"pair_span", argNone, kPairSpan, false, ReadsPair | ReadsItem},
	{"pair_dwell", argNone, kPairDwell, false, ReadsPair | ReadsItem},
	{"pair_category_dwell", argNone, kPairCategoryDwell, false, ReadsPair | ReadsItem | ReadsCategory},
	{"pair_categories", argNone, kPairCategories, false, ReadsPair | ReadsItem | ReadsCategory},
}

// part is a part of a time.
type part uint8

const (
	pYear part = iota
	pMonth
	pDay
	pWeekday
	pHour
	pMinute
	pSecond
	pSecondOfDay
	pDayOfYear
	pWeekend
	pMonthName
	pMonthDay
	pMonthDayHour
)

var timeParts = [...]struct {
	name string
	part part
	text bool
}{
	{"year", pYear, false},
	{"month", pMonth, false},
	{"day", pDay, false},
	{"weekday", pWeekday, false},
	{"hour", pHour, false},
	{"minute", pMinute, false},
	{"second", pSecond, false},
	{"second_of_day", pSecondOfDay, false},
	{"day_of_year", pDayOfYear, false},
	{"weekend", pWeekend, false},
	{"month_cat", pMonth, true},
	{"day_cat", pDay, true},
	{"month_day_cat", pMonthDay, true},
	{"month_day_hour_cat", pMonthDayHour, true},
	{"hour_cat", pHour, true},
	{"minute_cat", pMinute, true},
	{"weekday_cat", pWeekday, true},
	{"month_name", pMonthName, true},
	{"weekend_cat", pWeekend, true},
}

// Compile makes features ready to compute. Its error says what is wrong with
// the spec.
func Compile(s *Spec) (*Features, error) {
	f := &Features{
		offset: int64(s.UTCOffset) * 60_000,
		months: defaultMonths, flags: defaultFlags, visitors: defaultVisitors,
		clicks: set(s.ClickEvents), pages: set(s.PageEvents),
		events: map[string][]int32{}, pageTypes: map[string][]int32{}, urls: map[string][]int32{}, items: map[string][]int32{}, categories: map[string][]int32{},
		transitions: map[[2]string][]int32{}, keys: map[string]int32{},
	}
	if s.ClickEvents == nil {
		f.clicks = set([]string{ViewItem})
	}
	if s.PageEvents == nil {
		f.pages = set(DefaultPageEvents)
	}
	if s.UTCOffset < -24*60 || s.UTCOffset > 24*60 {
		return nil, errors.New("an offset of " + strconv.Itoa(s.UTCOffset) + " minutes is more than a day")
	}
	for _, l := range [...]struct {
		what  string
		names []string
		to    *[]string
	}{{"months", s.MonthNames, &f.months}, {"flags", s.FlagNames, &f.flags}, {"visitors", s.VisitorNames, &f.visitors}} {
		if l.names == nil {
			continue
		}
		if len(l.names) != len(*l.to) {
			return nil, errors.New(strconv.Itoa(len(l.names)) + " names of " + l.what + ", not " + strconv.Itoa(len(*l.to)))
		}
		*l.to = l.names
	}
	if len(s.Features) == 0 {
		return nil, errors.New("no features are wanted")
	}
	for _, name := range s.Features {
		if err := f.add(name); err != nil {
			return nil, errors.New("feature " + strconv.Quote(name) + ": " + err.Error())
		}
	}
	return f, nil
}

func set(names []string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, n := range names {
		m[n] = true
	}
	return m
}

// add adds a feature by its name.
func (f *Features) add(full string) error {
	name, text, colon := strings.Cut(full, ":")
	for i := range catalogue {
		c := &catalogue[i]
		if c.arg == argTime {
			if rest, ok := strings.CutPrefix(full, c.name); ok {
				for _, p := range timeParts {
					if p.name == rest {
						f.features = append(f.features, feature{kind: c.kind, part: p.part, text: p.text})
						f.want(c.kind, c.fields)
						return nil
					}
				}
			}
			continue
		}
		if c.name != name {
			continue
		}
		if !colon && c.arg != argNone {
			return errors.New("lacks what it is of, after a colon: " + name + [...]string{":", ":", ":1", ":1", ":add_to_cart", ":product", ":/cart", ":item", ":category", ":product>cart"}[c.arg])
		}
		if colon && c.arg == argNone {
			return errors.New("takes nothing after a colon")
		}
		ft := feature{kind: c.kind, text: c.text}
		var err error
		if ft.arg, err = f.argument(name, c.arg, text); err != nil {
			return err
		}
		switch c.kind {
		case kRecentGap, kRecentDwell, kRecentEvent, kRecentPage, kRecentPageType, kRecentItem, kRecentCategory:
			f.recent = max(f.recent, int(ft.arg))
		case kOpeningEvent, kOpeningPage, kOpeningPageType:
			f.opening = max(f.opening, int(ft.arg))
		case kTopItem:
			f.topItems = max(f.topItems, int(ft.arg))
		case kTopCategory:
			f.topCategories = max(f.topCategories, int(ft.arg))
		}
		f.features = append(f.features, ft)
		f.want(c.kind, c.fields)
		return nil
	}
	return errors.New("there is no such feature" + nearest(name))
}

// nearest is a hint at a feature whose name starts like name.
func nearest(name string) string {
	best, most := "", 3
	for i := range catalogue {
		if catalogue[i].arg == argTime {
			continue
		}
		c := catalogue[i].name
		same := 0
		for same < len(c) && same < len(name) && c[same] == name[same] {
			same++
		}
		if same > most {
			best, most = c, same
		}
	}
	if best == "" {
		return ""
	}
	return " (did you mean " + strconv.Quote(best) + "?)"
}

// want notes what a feature needs to be known.
func (f *Features) want(k kind, fields Fields) {
	f.fields |= fields
	switch k {
	case kUniquePages, kRevisits:
		f.uniquePages = true
	case kUniqueItems, kTopItem, kPairClicks, kPairShare, kPairFirst, kPairLast, kPairSpan, kPairDwell:
		f.wantItems = true
	case kUniqueCategories, kTopCategory:
		f.wantCategories = true
	case kUniquePairs, kPairCategories:
		f.wantItems, f.wantPairs = true, true
	case kPairCategoryDwell:
		f.wantItems, f.wantPairs, f.wantCategories = true, true, true
	case kKth:
		f.wantItems = f.wantItems || len(f.ks[firstItem])+len(f.ks[lastItem]) > 0
		f.wantCategories = f.wantCategories || len(f.ks[firstCategory])+len(f.ks[lastCategory]) > 0
	}
}

// argument reads what stands after the colon.
func (f *Features) argument(name string, a arg, text string) (int32, error) {
	switch a {
	case argN, argK:
		n, err := strconv.Atoi(text)
		if most := [...]int{argN: maxN, argK: 1 << 30}[a]; err != nil || n < 1 || n > most {
			return 0, errors.New(strconv.Quote(text) + " is not a number from 1 to " + strconv.Itoa(most))
		}
		if a == argN {
			return int32(n), nil
		}
		which := firstItem
		switch name {
		case "last_item":
			which = lastItem
		case "first_category":
			which = firstCategory
		case "last_category":
			which = lastCategory
		}
		for i, k := range f.ks[which] {
			if k == int64(n) {
				return int32(which + i<<2), nil
			}
		}
		f.ks[which] = append(f.ks[which], int64(n))
		return int32(which + (len(f.ks[which])-1)<<2), nil
	case argEvents:
		return f.tally("e:"+text, f.events, text)
	case argPageTypes:
		return f.tally("p:"+text, f.pageTypes, text)
	case argPages:
		return f.tally("u:"+text, f.urls, text)
	case argItem, argCategory:
		m, key := f.items, "i:"+text
		if a == argCategory {
			m, key = f.categories, "c:"+text
		}
		if text == "" {
			return 0, errors.New("the name is empty")
		}
		t, is := f.newTally(key)
		if is {
			m[text] = append(m[text], t)
		}
		return t, nil
	case argTransition:
		from, to, ok := strings.Cut(text, ">")
		if !ok {
			return 0, errors.New(strconv.Quote(text) + " has no > between the page types")
		}
		t, is := f.newTally("t:" + text)
		for _, a := range strings.Split(from, "|") {
			for _, b := range strings.Split(to, "|") {
				if a == "" || b == "" {
					return 0, errors.New("a name is empty")
				}
				if is {
					appendTally(f.transitions, [2]string{a, b}, t)
				}
			}
		}
		return t, nil
	}
	return 0, nil
}

// tally gives the tally of names with | between them.
func (f *Features) tally(key string, m map[string][]int32, text string) (int32, error) {
	t, is := f.newTally(key)
	for _, n := range strings.Split(text, "|") {
		if n == "" {
			return 0, errors.New("a name is empty")
		}
		if is {
			appendTally(m, n, t)
		}
	}
	return t, nil
}

// newTally gives the tally of a key and says whether it is new.
func (f *Features) newTally(key string) (t int32, is bool) {
	if t, ok := f.keys[key]; ok {
		return t, false
	}
	t = int32(f.tallies)
	f.keys[key] = t
	f.tallies++
	return t, true
}

func appendTally[K comparable](m map[K][]int32, name K, t int32) {
	for _, have := range m[name] {
		if have == t {
			return // named twice
		}
	}
	m[name] = append(m[name], t)
}

// Len is the number of features.
func (f *Features) Len() int { return len(f.features) }

// IsText says whether feature i is a category rather than a number.
func (f *Features) IsText(i int) bool { return f.features[i].text }

// Fields are the parts of events that the features read.
func (f *Features) Fields() Fields { return f.fields }
