package kernel

// Status is what score and steps give.
type Status = uint32

const (
	done    Status = 0
	failed  Status = 1 // the error block says why
	dropped Status = 2
)

// The memory begins with the blocks of the ABI and the room where errors are
// put together.
const (
	blocks     Ptr = 16
	errorRoom  Ptr = 32
	errorBytes     = 1024
)

// The handles that there are.
const (
	modelHandle = 1
	visitHandle = 2
)

var (
	loaded   bool // the model is open
	visiting bool // a visit is
	begun    bool // what is made once has been
)

func abi() uint32 { return 1 }

func blocksAddress() Ptr { return blocks }

// load opens the model, which is in the module: there are no bytes to give.
func load(p Ptr, n uint32, isIn uint32) uint32 {
	if n != 0 {
		fail(isIn)
		return 0
	}
	loaded = true
	return modelHandle
}

func closeHandle(handle uint32) {
	if handle == modelHandle {
		loaded = false
	}
	if handle <= visitHandle {
		visiting = false
	}
}

// checkHandle is failed where there is no such handle.
func checkHandle(handle uint32, err uint32) Status {
	if handle == modelHandle && loaded || handle == visitHandle && visiting {
		return done
	}
	return failInt(err, int64(handle))
}

func describe(handle, err uint32, text Ptr, n uint32) Status {
	if s := checkHandle(handle, err); s != done {
		return s
	}
	blocks.SetPtr(text)
	(blocks + 4).SetU32(n)
	return done
}

func row(handle, err uint32, cells, visitCells Ptr) Ptr {
	if checkHandle(handle, err) != done {
		return 0
	}
	if handle == visitHandle {
		return visitCells
	}
	return cells
}

var takesVectors Flag // some input is a vector

// enter checks the inputs before the steps run. specs has 12 bytes an input:
// the tag that it must have, and the errors for another tag and for a sparse
// vector that is none. names has their columns'.
func enter(handle, err uint32, cells, specs, end, names Ptr) Status {
	if s := checkHandle(handle, err); s != done {
		return s
	}
	cell := Cell(cells)
	for specs != end {
		tag := cell.Tag()
		want := specs.U32()
		if tag != want && tag != tagNull {
			if !takesVectors {
				return failNameInt((specs + 4).U32(), names, int64(tag))
			} else if tag != tagSparse || want != tagDense {
				return failNameInt((specs + 4).U32(), names, int64(tag))
			} else if !sparseIsSound(cell) {
				return failName((specs + 8).U32(), names)
			}
		}
		cell += cellBytes
		specs += 12
		names += 2 + Ptr(names.U16())
	}
	return done
}

// sparseIsSound says whether the indices ascend and are below the size.
func sparseIsSound(c Cell) bool {
	at := c.Indices()
	last := int32(-1)
	for range c.Len() {
		i := at.I32()
		if i <= last || uint32(i) >= c.SparseLen() {
			return false
		}
		last = i
		at += 4
	}
	return true
}

// leave copies the outputs to their cells. slots has the address of each one's
// own cell.
func leave(cells, slots, end Ptr) {
	for slots != end {
		if cells.U32() != tagUnwanted {
			copyBytes(cells, slots.Ptr(), cellBytes)
		}
		cells += cellBytes
		slots += 4
	}
}

// swap exchanges n bytes, a multiple of 8.
func swap(a, b Ptr, n uint32) {
	for end := a + Ptr(n); a != end; a += 8 {
		x := a.U64()
		a.SetU64(b.U64())
		b.SetU64(x)
		b += 8
	}
}

// checkNotNull fails where a value is null.
func checkNotNull(c Cell, err uint32) Status {
	if c.Null() {
		return fail(err)
	}
	return done
}

// checkNoneNull fails where one of several cells is null, with its column's name.
func checkNoneNull(cells, end, names Ptr, err uint32) Status {
	for ; cells != end; cells += 4 {
		if Cell(cells.U32()).Null() {
			return failName(err, names)
		}
		names += 2 + Ptr(names.U16())
	}
	return done
}

// checkSize fails where a vector, which may be null, has another size.
func checkSize(c Cell, size, err uint32) Status {
	if n := c.Size(); !c.Null() && n != size {
		return failInt(err, int64(n))
	}
	return done
}

// beginVisit opens the visit; noVisit is for models that take no events.
func beginVisit(handle, err uint32) Status {
	if s := checkHandle(handle, err); s != done {
		return s
	}
	visiting = true
	return done
}

func noVisit(handle, err uint32) uint32 {
	fail(err)
	return 0
}

// checkVisit is failed where the handle is not of an open visit.
func checkVisit(handle, err uint32) Status {
	if handle == visitHandle && visiting {
		return done
	}
	return failInt(err, int64(handle))
}

// takeEvent checks an event's cells, tags has each one's, and copies them to where
// ops may change them: the host's keep their values.
func takeEvent(handle, err uint32, cells, to, tags Ptr, badTag, nameless uint32) Status {
	if s := checkVisit(handle, err); s != done {
		return s
	}
	for i := range uint32(8) {
		tag := Cell(cells + Ptr(i)*cellBytes).Tag()
		if tag != tagNull && tag != uint32((tags+Ptr(i)).U8()) {
			failInt(badTag, int64(i))
			setError(errorRoom, uint32(putInt(errorRoom+(blocks+12).Ptr(), int64(tag))-errorRoom))
			return failed
		}
	}
	if Cell(cells).Null() || Cell(cells+cellBytes).Null() {
		return fail(nameless)
	}
	copyBytes(to, cells, 8*cellBytes)
	return done
}
