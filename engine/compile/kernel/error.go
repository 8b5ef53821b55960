package kernel

// An error is described by the lengths (u16) of what comes before and after a
// value, and these two texts. The first begins with the error's kind and a
// newline.

// fail makes an error without a value the last one.
func fail(err uint32) Status {
	e := Ptr(err)
	setError(e+4, uint32(e.U16())+uint32((e+2).U16()))
	return failed
}

func setError(text Ptr, n uint32) {
	(blocks + 8).SetPtr(text)
	(blocks + 12).SetU32(n)
}

// beginError puts the text before the value into the room and gives the end.
func beginError(err uint32) Ptr {
	n := uint32(Ptr(err).U16())
	copyBytes(errorRoom, Ptr(err)+4, n)
	return errorRoom + Ptr(n)
}

// endError puts the text after the value behind it.
func endError(err uint32, at Ptr) Status {
	e := Ptr(err)
	n := uint32((e + 2).U16())
	copyBytes(at, e+4+Ptr(e.U16()), n)
	setError(errorRoom, uint32(at-errorRoom)+n)
	return failed
}

// failName is an error with a name, which has its length (u16) before it.
func failName(err uint32, name Ptr) Status {
	at := beginError(err)
	n := uint32(name.U16())
	copyBytes(at, name+2, n)
	return endError(err, at+Ptr(n))
}

// failNameInt is failName with a whole number at its end.
func failNameInt(err uint32, name Ptr, x int64) Status {
	failName(err, name)
	setError(errorRoom, uint32(putInt(errorRoom+(blocks+12).Ptr(), x)-errorRoom))
	return failed
}

// failInt is an error with a whole number.
func failInt(err uint32, x int64) Status {
	return endError(err, putInt(beginError(err), x))
}

// failText is an error with a text in quotes, cut where the room ends.
func failText(err uint32, text Ptr, n uint32) Status {
	at := beginError(err)
	limit := errorRoom + errorBytes - 12 - Ptr((Ptr(err) + 2).U16())
	at.SetU8('"')
	at++
	for end := text + Ptr(n); text != end && at < limit; text++ {
		at = putQuoted(at, text.U8())
	}
	at.SetU8('"')
	return endError(err, at+1)
}

// putQuoted writes a byte as Go's strconv.Quote does; bytes from 0x80 on stay
// as they are.
func putQuoted(at Ptr, c uint8) Ptr {
	short := uint8(0)
	switch {
	case c == '"' || c == '\\':
		short = c
	case c >= 7 && c <= 13:
		short = escapes[c-7]
	case c >= ' ' && c != 0x7f:
		at.SetU8(c)
		return at + 1
	}
	at.SetU8('\\')
	if short != 0 {
		(at + 1).SetU8(short)
		return at + 2
	}
	(at + 1).SetU8('x')
	(at + 2).SetU8(hexDigit(c >> 4))
	(at + 3).SetU8(hexDigit(c & 15))
	return at + 4
}

var escapes = [7]uint8{'a', 'b', 't', 'n', 'v', 'f', 'r'}

func hexDigit(x uint8) uint8 {
	if x < 10 {
		return '0' + x
	}
	return 'a' - 10 + x
}

// putInt writes a whole number in decimal.
func putInt(at Ptr, x int64) Ptr {
	u := uint64(x)
	if x < 0 {
		at.SetU8('-')
		at++
		u = -u
	}
	digits := Ptr(1)
	for t := u; t >= 10; t /= 10 {
		digits++
	}
	for p := at + digits; p != at; u /= 10 {
		p--
		p.SetU8(uint8('0' + u%10))
	}
	return at + digits
}
