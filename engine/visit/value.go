package visit

import "strconv"

// noTime is the number of a time that is not there.
const noTime = -1

// Number is feature i, a number.
func (s *State) Number(i int) float64 {
	ft := &s.f.features[i]
	n := int64(0)  // of ms below
	t := &tally{}  // of the feature, if it has one
	e := &entry{}  // of the pair's item, if it was clicked
	of := int64(0) // the count that the feature is of, if it is of one
	if ft.of < countCount {
		of = s.counts[ft.of]
	}
	switch {
	case ft.kind >= kTally && ft.kind <= kBack:
		t = &s.tallies[ft.arg]
		if t.n == 0 && (ft.kind == kAfter || ft.kind == kSince || ft.kind == kBack) {
			return -1
		}
	case ft.kind >= kPairItem:
		if e = s.tables[items].find(s.pair); e == nil {
			if ft.kind < kPairClicks {
				return noTime
			}
			return 0
		}
	}
	switch ft.kind {
	case kCount:
		return float64(of)
	case kSum:
		return s.sums[ft.of]
	case kUnique:
		return float64(s.tables[ft.of].seen)
	case kRevisits:
		return float64(s.tables[ft.of].clicks - s.tables[ft.of].seen)
	case kTime:
		return s.time(s.start, ft.of)
	case kEndTime:
		return s.time(s.end, ft.of)
	case kMeanGap:
		if s.counts[events] < 2 {
			return 0
		}
		return seconds(s.end-s.start) / float64(s.counts[events]-1)
	case kPriceMean:
		if s.counts[prices] == 0 {
			return 0
		}
		return s.sums[priceSum] / float64(s.counts[prices])
	case kReturning:
		return float64(s.returning())
	case kTally:
		return float64(t.n)
	case kShare:
		return share(t.n, of)
	case kDwellShare:
		return share(t.dwell, of)
	case kPosition:
		return float64(t.firstAt)
	case kBack:
		return float64(of - t.lastAt)
	case kPairTime:
		return float64(s.f.part(e.first, ft.of))
	case kPairLastTime:
		return float64(s.f.part(e.last, ft.of))
	case kPairClicks:
		return float64(e.clicks)
	case kPairShare:
		return share(e.clicks, s.counts[clicks])
	case kPairCategories:
		return float64(len(e.categories))

	case kSeconds:
		n = of
	case kLength:
		n = s.end - s.start
	case kGap, kRecentDwell:
		if p := s.recent[ft.of].back(ft.arg); p != nil {
			n = p.ms
		}
	case kDwell:
		n = t.dwell
	case kAfter:
		n = t.first - s.start
	case kSince:
		n = s.end - t.last
	case kPairSpan:
		n = e.last - e.first
	case kPairDwell:
		n = e.dwell
	case kPairCategoryDwell:
		for _, name := range e.categories {
			if c := s.tables[categories].find(name); c != nil {
				n += c.dwell
			}
		}
	}
	return seconds(n)
}

// Text is feature i, a category.
func (s *State) Text(i int) string {
	ft := &s.f.features[i]
	var p *past
	switch ft.kind {
	case kTime, kEndTime:
		if s.counts[events] == 0 {
			return ""
		}
		if ft.kind == kTime {
			return s.f.partText(s.start, ft.of)
		}
		return s.f.partText(s.end, ft.of)
	case kPairTime, kPairLastTime:
		e := s.tables[items].find(s.pair)
		if e == nil {
			return ""
		}
		if ft.kind == kPairTime {
			return s.f.partText(e.first, ft.of)
		}
		return s.f.partText(e.last, ft.of)
	case kVisitorType:
		return s.f.visitors[s.returning()]
	case kTop:
		t := &s.tables[ft.of]
		if int(ft.arg) > len(t.top) {
			return ""
		}
		return t.entries[t.top[ft.arg-1]].name
	case kKth:
		return s.tables[ft.of].kths[ft.arg].name
	case kPairItem:
		return s.pair
	case kRecent:
		p = s.recent[ft.of%second].back(ft.arg)
	case kOpening:
		if list := s.opening[ft.of%second]; int(ft.arg) <= len(list) {
			p = &list[ft.arg-1]
		}
	}
	switch {
	case p == nil:
		return ""
	case ft.of >= second:
		return p.b
	}
	return p.a
}

func seconds(ms int64) float64 { return float64(ms) / 1000 }

func share(n, of int64) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}

// time is a part of a time of the visit as a number.
func (s *State) time(ts int64, part uint8) float64 {
	if s.counts[events] == 0 {
		return noTime
	}
	return float64(s.f.part(ts, part))
}

func (f *Features) part(ts int64, part uint8) int64 {
	ts += f.offset
	days := floorDiv(ts, 86400000)
	seconds := (ts - days*86400000) / 1000
	year, month, day := Date(days)
	switch part {
	case pYear:
		return int64(year)
	case pMonth:
		return int64(month)
	case pDay:
		return int64(day)
	case pHour:
		return seconds / 3600
	case pMinute:
		return seconds / 60 % 60
	case pSecond:
		return seconds % 60
	case pSecondOfDay:
		return seconds
	case pDayOfYear:
		return days - Days(year, 1, 1) + 1
	}
	weekday := (days%7+10)%7 + 1 // 1 January 1970 was a Thursday
	if part == pWeekend {
		return weekday / 6
	}
	return weekday
}

// partText is a part of a time as a category.
func (f *Features) partText(ts int64, part uint8) string {
	switch part {
	case pMonthName:
		return f.months[f.part(ts, pMonth)-1]
	case pWeekend:
		return f.flags[f.part(ts, pWeekend)]
	case pMonthDay:
		return f.partText(ts, pMonth) + "-" + f.partText(ts, pDay)
	case pMonthDayHour:
		return f.partText(ts, pMonthDay) + "-" + f.partText(ts, pHour)
	}
	return strconv.FormatInt(f.part(ts, part), 10)
}
