package visit

// Days is the number of days from 1 January 1970 to a date of the Gregorian
// calendar. The month may be any from 1 to 12, the day any number.
func Days(year, month, day int) int64 {
	// Years start in March here, so that a leap day is the last of its year.
	y, m := int64(year), int64(month)-3
	if m < 0 {
		m += 12
		y--
	}
	era := floorDiv(y, 400)
	y -= era * 400
	return era*146097 + y*365 + y/4 - y/100 + (153*m+2)/5 + int64(day) - 1 - 719468
}

// Date is the inverse of Days.
func Date(days int64) (year, month, day int) {
	z := days + 719468
	era := floorDiv(z, 146097)
	z -= era * 146097 // the day of the era of 400 years
	y := (z - z/1460 + z/36524 - z/146096) / 365
	d := z - (365*y + y/4 - y/100)
	m := (5*d + 2) / 153
	day = int(d-(153*m+2)/5) + 1
	month = int(m) + 3
	if month > 12 {
		month -= 12
		y++
	}
	return int(y + era*400), month, day
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
