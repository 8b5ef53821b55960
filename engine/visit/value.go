package visit

import "strconv"

// noTime is the number of a time that is not there.
const noTime = -1

// Number is feature i, a number.
func (s *State) Number(i int) float64 {
	ft := &s.f.features[i]
	switch ft.kind {
	case kEvents:
		return float64(s.n)
	case kClicks:
		return float64(s.clicks)
	case kPages:
		return float64(s.pages)
	case kLength:
		return seconds(s.end - s.start)
	case kUniqueItems:
		return float64(s.items.unique())
	case kUniqueCategories:
		return float64(s.cats.unique())
	case kUniquePairs:
		return float64(s.pairs)
	case kUniquePages:
		return float64(s.pageSet.unique())
	case kRevisits:
		return float64(s.pageSet.clicks - s.pageSet.unique())
	case kStart:
		return s.time(s.start, s.n > 0, ft.part)
	case kEnd:
		return s.time(s.end, s.n > 0, ft.part)
	case kMeanGap:
		if s.n < 2 {
			return 0
		}
		return seconds(s.end-s.start) / float64(s.n-1)
	case kMaxGap:
		return seconds(s.maxGap)
	case kRecentGap:
		// The first event has no gap before it.
		if p := s.recentEvents.back(ft.arg); p != nil && int64(ft.arg) < s.n {
			return seconds(p.dwell)
		}
		return 0
	case kRecentDwell:
		if p := s.recentPages.back(ft.arg); p != nil {
			return seconds(p.dwell)
		}
		return 0
	case kPriceMean:
		if s.prices == 0 {
			return 0
		}
		return s.priceSum / float64(s.prices)
	case kPriceMin:
		return s.priceMin
	case kPriceMax:
		return s.priceMax
	case kPriceLast:
		return s.priceLast
	case kCartQuantity:
		return s.cartQuantity
	case kCartValue:
		return s.cartValue
	case kOrders:
		return float64(s.orders)
	case kOrderQuantity:
		return s.orderQuantity
	case kOrderValue:
		return s.orderValue
	case kReturning:
		return number(s.returning())
	case kCount:
		return float64(s.tallies[ft.arg].n)
	case kDwell:
		return seconds(s.tallies[ft.arg].dwell)
	case kShare:
		return share(s.tallies[ft.arg].n, s.pages)
	case kDwellShare:
		return share(s.tallies[ft.arg].dwell, s.totalDwell)
	case kAfter:
		if t := &s.tallies[ft.arg]; t.n > 0 {
			return seconds(t.first - s.start)
		}
		return noTime
	case kSince:
		if t := &s.tallies[ft.arg]; t.n > 0 {
			return seconds(s.end - t.last)
		}
		return noTime
	case kPosition:
		return float64(s.tallies[ft.arg].firstAt)
	case kEventBack:
		return back(&s.tallies[ft.arg], s.n)
	case kPageBack:
		return back(&s.tallies[ft.arg], s.pages)
	case kClickBack:
		return back(&s.tallies[ft.arg], s.clicks)
	}
	return s.pairNumber(ft)
}

// Text is feature i, a category.
func (s *State) Text(i int) string {
	ft := &s.f.features[i]
	switch ft.kind {
	case kStart:
		return s.timeText(s.start, s.n > 0, ft.part)
	case kEnd:
		return s.timeText(s.end, s.n > 0, ft.part)
	case kVisitorType:
		return s.f.visitors[int(number(s.returning()))]
	case kTopItem:
		return s.items.nth(ft.arg)
	case kTopCategory:
		return s.cats.nth(ft.arg)
	case kKth:
		k := ft.arg >> 2
		switch ft.arg & 3 {
		case firstItem:
			return s.items.first[k].name
		case lastItem:
			return s.items.last[k].name
		case firstCategory:
			return s.cats.first[k].name
		}
		return s.cats.last[k].name
	case kRecentEvent:
		return s.recentEvents.first(ft.arg)
	case kRecentPage:
		return s.recentPages.first(ft.arg)
	case kRecentPageType:
		return s.recentPages.second(ft.arg)
	case kRecentItem:
		return s.recentClicks.first(ft.arg)
	case kRecentCategory:
		return s.recentClicks.second(ft.arg)
	case kOpeningEvent:
		return nth(s.opening.events, ft.arg)
	case kOpeningPage:
		return nth(s.opening.pages, ft.arg)
	case kOpeningPageType:
		return nth(s.opening.types, ft.arg)
	case kPairItem:
		return s.pair
	}
	e := s.pairClicks()
	if e == nil {
		return ""
	}
	if ft.kind == kPairFirst {
		return s.timeText(e.first, true, ft.part)
	}
	return s.timeText(e.last, true, ft.part)
}

// pairClicks is what was done with the pair's item, nil if it was not clicked.
func (s *State) pairClicks() *entry {
	if s.pairEntry == nil {
		s.pairEntry = s.items.find(s.pair)
	}
	return s.pairEntry
}

func (s *State) pairNumber(ft *feature) float64 {
	e := s.pairClicks()
	if e == nil {
		if ft.kind == kPairFirst || ft.kind == kPairLast {
			return noTime
		}
		return 0
	}
	switch ft.kind {
	case kPairClicks:
		return float64(e.clicks)
	case kPairShare:
		return share(e.clicks, s.clicks)
	case kPairFirst:
		return s.time(e.first, true, ft.part)
	case kPairLast:
		return s.time(e.last, true, ft.part)
	case kPairSpan:
		return seconds(e.last - e.first)
	case kPairDwell:
		return seconds(e.dwell)
	case kPairCategoryDwell:
		var ms int64
		for _, name := range e.categories {
			if c := s.cats.find(name); c != nil {
				ms += c.dwell
			}
		}
		return seconds(ms)
	}
	return float64(len(e.categories)) // kPairCategories
}

func seconds(ms int64) float64 { return float64(ms) / 1000 }

// back is how many events or pages there were since the last that counted,
// -1 if there was none.
func back(t *tally, now int64) float64 {
	if t.n == 0 {
		return -1
	}
	return float64(now - t.lastAt)
}

func share(n, of int64) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}

func number(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func nth(texts []string, n int32) string {
	if int(n) > len(texts) {
		return ""
	}
	return texts[n-1]
}

func (t *table) nth(n int32) string {
	if int(n) > len(t.top) {
		return ""
	}
	return t.entries[t.top[n-1]].name
}

func (r *ring) first(n int32) string {
	if p := r.back(n); p != nil {
		return p.a
	}
	return ""
}

func (r *ring) second(n int32) string {
	if p := r.back(n); p != nil {
		return p.b
	}
	return ""
}

// time is a part of a time as a number; noTime if there is no time.
func (s *State) time(ts int64, is bool, p part) float64 {
	if !is {
		return noTime
	}
	return float64(s.f.part(ts, p))
}

func (f *Features) part(ts int64, p part) int64 {
	ts += f.offset
	days := floorDiv(ts, 86400000)
	second := floorDiv(ts-days*86400000, 1000)
	switch p {
	case pHour:
		return second / 3600
	case pMinute:
		return second / 60 % 60
	case pSecond:
		return second % 60
	case pSecondOfDay:
		return second
	case pWeekday, pWeekend:
		weekday := (days+3)%7 + 1 // 1 January 1970 was a Thursday
		if weekday < 1 {
			weekday += 7
		}
		if p == pWeekday {
			return weekday
		}
		return weekday / 6
	}
	year, month, day := Date(days)
	switch p {
	case pYear:
		return int64(year)
	case pMonth:
		return int64(month)
	case pDay:
		return int64(day)
	}
	return days - Days(year, 1, 1) + 1 // pDayOfYear
}

// timeText is a part of a time as a category, "" if there is no time.
func (s *State) timeText(ts int64, is bool, p part) string {
	if !is {
		return ""
	}
	f := s.f
	switch p {
	case pMonthName:
		return f.months[f.part(ts, pMonth)-1]
	case pWeekend:
		return f.flags[f.part(ts, pWeekend)]
	case pMonthDay, pMonthDayHour:
		b := make([]byte, 0, 8)
		b = strconv.AppendInt(b, f.part(ts, pMonth), 10)
		b = append(b, '-')
		b = strconv.AppendInt(b, f.part(ts, pDay), 10)
		if p == pMonthDayHour {
			b = append(b, '-')
			b = strconv.AppendInt(b, f.part(ts, pHour), 10)
		}
		return string(b)
	}
	return strconv.FormatInt(f.part(ts, p), 10)
}
