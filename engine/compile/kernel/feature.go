package kernel

import "math"

// impute puts the surrogate in the place of null and of what is missing; whole
// cuts off the fraction of others.
func impute(in Cell, missing, surrogate float64, whole bool, out Cell) {
	x := in.Num()
	if in.Null() || isMissing(x, missing) {
		x = surrogate
	} else if whole {
		x = math.Trunc(x)
	}
	out.SetNum(x)
}

func imputeLong(in Cell, missing, surrogate float64, out Cell) {
	x := float64(in.Long())
	if in.Null() || isMissing(x, missing) {
		x = surrogate
	}
	out.SetLong(int64(x))
}

func isMissing(x, missing float64) bool { return x == missing || x != x && missing != missing }

// encodeOneHot writes the entry of a category, if it has one; what is no category
// is the extra one where err is 0.
func encodeOneHot(in Cell, categories, size, err uint32, room Ptr, out Cell) Status {
	x := in.Num()
	k := categories
	if x >= 0 && x < float64(categories) {
		k = uint32(x)
	} else if err != 0 {
		return failNumber(err, room, x)
	}
	out.SetLen(to01(k < size))
	out.Data().SetF64(1)
	out.Indices().SetU32(k)
	return done
}

// encodeOneHotOrNull is encodeOneHot with null for null.
func encodeOneHotOrNull(in Cell, categories, size, err uint32, room Ptr, out Cell) Status {
	out.SetTag(tagNull)
	if in.Null() {
		return done
	}
	out.SetTag(tagSparse)
	return encodeOneHot(in, categories, size, err, room, out)
}

// bucket gives the number of the bucket between splits, of which there are last
// + 1, that a value falls in. nulls: null stays null.
func bucket(in Cell, splits Ptr, last, invalid uint32, nulls bool, nanErr, outErr uint32, room Ptr, out Cell) Status {
	if nulls {
		out.SetTag(in.Tag())
	}
	if in.Null() {
		if invalid == invalidSkip {
			return dropped
		}
		return done
	}
	x := in.Num()
	if x != x {
		switch invalid {
		case invalidSkip:
			return dropped
		case invalidKeep:
			out.SetNum(float64(last))
			return done
		}
		return fail(nanErr)
	}
	if x == (splits + Ptr(last)<<3).F64() {
		out.SetNum(float64(last - 1))
		return done
	}
	// The splits up to and including x, where -0 comes before 0.
	lo, hi := uint32(0), last+1
	for lo < hi {
		mid := (lo + hi) >> 1
		s := (splits + Ptr(mid)<<3).F64()
		if s < x || s == x && (x != 0 || math.Signbit(s) || !math.Signbit(x)) {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo == 0 || lo > last {
		return failNumber(outErr, room, x)
	}
	out.SetNum(float64(lo - 1))
	return done
}

// checkParts refuses null, and NaN among numbers, before they are put together.
// table has 16 bytes an input: its cell, 1 where it is a vector, and the errors
// for null and NaN, or 0 where the row is dropped.
func checkParts(table, end Ptr) Status {
	for ; table != end; table += 16 {
		in := Cell(table.U32())
		bad := (table + 12).U32()
		if in.Null() {
			bad = (table + 8).U32()
		} else if (table+4).U32() != 0 || !math.IsNaN(in.Num()) {
			continue
		}
		if bad == 0 {
			return dropped
		}
		return fail(bad)
	}
	return done
}
