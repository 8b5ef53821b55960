package kernel

// Parts of a time, as engine/visit numbers them.
const (
	partYear         = 0
	partMonth        = 1
	partDay          = 2
	partHour         = 4
	partMinute       = 5
	partSecond       = 6
	partSecondOfDay  = 7
	partDayOfYear    = 8
	partWeekend      = 9
	partMonthDay     = 10
	partMonthDayHour = 11
)

var (
	sessionDates  Flag // year, month, day
	sessionClocks Flag // hour, minute, second
	sessionDigits Flag // numbers as texts
)

const dayMS = 86400000

// timePart is a part of a time of the shop's clock, which is offset milliseconds
// ahead of UTC.
func timePart(ts, offset int64, part uint32) int64 {
	ts += offset
	days := floorDiv(ts, dayMS)
	if sessionClocks {
		second := (ts - days*dayMS) / 1000
		switch part {
		case partHour:
			return second / 3600
		case partMinute:
			return second / 60 % 60
		case partSecond:
			return second % 60
		case partSecondOfDay:
			return second
		}
	}
	if sessionDates && (part <= partDay || part == partDayOfYear) {
		return datePart(days, part)
	}
	weekday := (days%7+10)%7 + 1 // 1 January 1970 was a Thursday
	if part == partWeekend {
		return weekday / 6
	}
	return weekday
}

// datePart is the year, the month, the day or the day of the year of a number of
// days since 1970. In between, years start in March.
func datePart(days int64, part uint32) int64 {
	z := days + 719468
	era := floorDiv(z, 146097)
	z -= era * 146097
	y := (z - z/1460 + z/36524 - z/146096) / 365
	first := 365*y + y/4 - y/100
	d := z - first
	m := (5*d + 2) / 153
	day := d - (153*m+2)/5 + 1
	year := y + era*400
	leap := int64(to01(y%4 == 0 && (y%100 != 0 || y == 0)))
	m += 3
	dayOfYear := d + 60 + leap
	if m > 12 {
		m -= 12
		year++
		dayOfYear = d - 305
	}
	switch part {
	case partYear:
		return year
	case partMonth:
		return m
	case partDay:
		return day
	}
	return dayOfYear
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// showPart makes a part of a time the text of an output. names are those of the
// parts that have names (address and length, u32 each), from the number first
// on; 0: digits, for which there is room.
func showPart(ts, offset int64, part uint32, names Ptr, first int64, room Ptr, out Cell) {
	if sessionDigits && names == 0 {
		showText(out, room, uint32(putPart(room, ts, offset, part)-room))
		return
	}
	name := names + Ptr(timePart(ts, offset, part)-first)<<3
	showText(out, name.Ptr(), (name + 4).U32())
}

func putPart(at Ptr, ts, offset int64, part uint32) Ptr {
	if sessionDates && part >= partMonthDay {
		at = putInt(at, timePart(ts, offset, partMonth))
		at.SetU8('-')
		at = putInt(at+1, timePart(ts, offset, partDay))
		if part == partMonthDay {
			return at
		}
		at.SetU8('-')
		return putInt(at+1, timePart(ts, offset, partHour))
	}
	return putInt(at, timePart(ts, offset, part))
}
