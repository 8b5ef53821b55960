package kernel

import (
	"github.com/pageleap/pageleap/engine/internal/fmath"
)

// Markov chains of visits. engine/visit/markov has the definition, which these
// functions follow; its lower.go lays out what is here. How far a visit has come
// is in one block of memory, of which an op has two: one for rows, one for the
// visit that goes on.
var (
	chainVisit Ptr
	chainModel Ptr
	chainBuys  float64 // the probability of buying that was computed last
)

// What the models of a module have.
var (
	markovRatios   Flag // labels
	markovPosition Flag
	markovDwell    Flag
	markovRevisit  Flag
	markovMark     Flag
	markovPatterns Flag
	markovCut      Flag
	markovTimes    Flag // the layer weighs times
	markovCounts   Flag // and states' counts
	markovLayer    Flag
)

// Places in a visit.
const (
	chainEvents   = 0
	chainTS       = 8
	chainSeconds  = 16
	chainDwell    = 24
	chainRepeats  = 32
	chainDistinct = 40
	chainWeighed  = 48 // the layer's counts and dwell so far
	chainLastMark = 56
	chainSeen     = 60  // what was seen, and how much room that has, and how many there are
	chainContext  = 72  // states, the newest first: i32 each
	chainSums     = 112 // of ratios
	chainCounts   = 216 // of each state, and after them the seconds on each
	mostContext   = 9
)

// Words of a model.
const (
	modelStates    Ptr = 0
	modelOrder     Ptr = 4
	modelChain     Ptr = 8 // tables, 0 where the model does without
	modelPosition  Ptr = 12
	modelDwell     Ptr = 16
	modelRevisit   Ptr = 20
	modelMark      Ptr = 24
	modelPositions Ptr = 28 // from and end, u32 each
	modelEdges     Ptr = 36 // from and end, i64 each
	modelLongest   Ptr = 44 // where it is
	modelMarks     Ptr = 48 // names: see nameNumber
	modelMarkCount Ptr = 64
	modelStateCell Ptr = 68
	modelKeyCell   Ptr = 72
	modelMarkCell  Ptr = 76
	modelNames     Ptr = 80 // of states
	modelPatterns  Ptr = 96 // from and end: address, length and state of each
	modelOther     Ptr = 104
	modelCut       Ptr = 108
	modelCounts    Ptr = 112 // the layer's weights, 0 where there are none
	modelTimes     Ptr = 116
	modelCounted   Ptr = 120 // how many states are counted
	modelSumCount  Ptr = 124
)

// A table is 4 words: the number of symbols, where its contexts and their cells
// are, both of 32 bytes, and 1 if there are labels. What a context has ends where
// the next one's begins.
const (
	tableContexts Ptr = 4
	tableLabelled Ptr = 12

	contextChildren = 0 // the first of them
	contextOldest   = 4 // the symbol that it adds
	contextCells    = 8 // the first of them
	contextParent   = 12
	contextBackoff  = 16 // what it keeps for what it has not seen
	contextShare    = 24
	contextBytes    = 32

	cellSymbol = 0
	cellDefer  = 8 // both probabilities
	cellBuy    = 16
	cellRatio  = 24 // the logarithm of their ratio
	chainCell  = 32
)

func beginChain(model, visit Ptr) {
	chainModel = model
	chainVisit = visit
}

func resetChain(model, visit Ptr) {
	beginChain(model, visit)
	if markovRevisit {
		if seen := (visit + chainSeen).Ptr(); seen != 0 {
			free(seen)
		}
	}
	fillBytes(visit, 0, chainCounts+(model+modelCounted).U32()<<4)
	(visit + chainLastMark).SetU32((model + modelMarkCount).U32())
	(visit + chainContext).SetU32((model + modelStates).U32() + 1) // the start
}

// chainRow takes the lists of a row; ts is their times' cell, or 0.
func chainRow(model, visit, lists, listsEnd, event Ptr, first, ts Cell) Status {
	n := first.Len()
	if s := checkLists(lists, listsEnd, n); s != done {
		return s
	}
	order := Ptr(0)
	if ts != 0 {
		order = timeOrder(ts.Data(), n)
	}
	resetChain(model, visit)
	for i := range n {
		k := i
		if order != 0 {
			k = (order + Ptr(i)<<2).U32()
		}
		fillEvent(event, lists, listsEnd, k)
		addToChain(event)
	}
	free(order)
	return done
}

func chainEvent(event, model, visit Ptr) {
	beginChain(model, visit)
	addToChain(event)
}

func addToChain(e Ptr) {
	boundEvent(e)
	m := chainModel
	v := chainVisit
	revisits := int32(-1)
	mark := int32(-1)
	if markovRevisit {
		key := Cell(e + (m + modelKeyCell).Ptr())
		if (m+modelRevisit).Ptr() != 0 && key.Len() != 0 {
			revisits = seenBefore(hashKey(key.Data(), key.Len()))
		}
	}
	if markovMark {
		if (m + modelMark).Ptr() != 0 {
			c := Cell(e + (m + modelMarkCell).Ptr())
			mark = nameNumber(m+modelMarks, c.Data(), c.Len())
		}
	}
	state := stateOf(Cell(e + (m + modelStateCell).Ptr()))
	ts := Cell(e + eventTS).Long()
	events := (v + chainEvents).I64()
	before := (v + chainContext).I32()
	dwell := max(ts-(v+chainTS).I64(), 0)
	if markovRatios {
		addRatios(events, before, state, dwell, revisits, mark)
	}
	if markovTimes {
		if events > 0 {
			leavePage(before, dwell)
		}
	}
	(v + chainEvents).SetI64(events + 1)
	(v + chainTS).SetI64(max(ts, (v + chainTS).I64()))
	if markovMark {
		(v + chainLastMark).SetI32(mark)
	}
	if revisits > 0 {
		(v + chainRepeats).add(1)
	} else if revisits == 0 {
		(v + chainDistinct).add(1)
	}
	if markovCounts {
		if weights := (m + modelCounts).Ptr(); weights != 0 && state >= 0 {
			at := v + chainCounts + Ptr(state)<<3
			n := at.F64()
			at.SetF64(n + 1)
			weigh((weights + Ptr(state)<<3).F64() * (fmath.Log(n+2) - fmath.Log(n+1)))
		}
	}
	copyBytes(v+chainContext+4, v+chainContext, 4*(mostContext-1))
	(v + chainContext).SetI32(state)
}

func weigh(x float64) { (chainVisit + chainWeighed).SetF64((chainVisit + chainWeighed).F64() + x) }

// addRatios adds what an event says to the sums of the tracks.
func addRatios(events int64, before, state int32, dwell int64, revisits, mark int32) {
	m := chainModel
	v := chainVisit
	order := (m + modelOrder).I32()
	sums := v + chainSums
	depth := int32(min(int64(order), events+1))
	t := (m + modelChain).Ptr()
	if state >= 0 {
		r := 0.0
		c := (t + tableContexts).Ptr()
		for d := range order + 1 {
			if c != 0 {
				if k := cellOf(c, state); k != 0 {
					r = (k + cellRatio).F64()
				}
				if d < depth {
					c = childOf(c, (v + chainContext + Ptr(d)<<2).I32())
				} else {
					c = 0
				}
			}
			at := sums + Ptr(d)<<3
			at.SetF64(at.F64() + r)
		}
	}
	sums += Ptr(order+1) << 3
	position := int32(0)
	if markovPosition || markovRevisit {
		position = int32(reached((m + modelPositions).Ptr(), (m + modelPositions + 4).Ptr(), events+1))
	}
	if markovPosition {
		sums = addRatio(sums, (m + modelPosition).Ptr(), before, position, state)
	}
	if markovDwell {
		symbol := int32(-1)
		if events > 0 {
			symbol = 0
			end := (m + modelEdges + 4).Ptr()
			for p := (m + modelEdges).Ptr(); p != end && dwell > p.I64(); p += 8 {
				symbol++
			}
		}
		sums = addRatio(sums, (m + modelDwell).Ptr(), before, state, symbol)
	}
	if markovRevisit {
		sums = addRatio(sums, (m + modelRevisit).Ptr(), state, position, min(revisits, 3))
	}
	if markovMark {
		addRatio(sums, (m + modelMark).Ptr(), state, (v + chainLastMark).I32(), mark)
	}
}

// addRatio adds the ratio of x after the symbols a and b, a the newer, to a sum,
// if there is such a table, and gives the next one's place.
func addRatio(sum, t Ptr, a, b, x int32) Ptr {
	if t == 0 {
		return sum
	}
	if x >= 0 {
		r := 0.0
		c := (t + tableContexts).Ptr()
		for d := uint32(0); c != 0; d++ {
			if k := cellOf(c, x); k != 0 {
				r = (k + cellRatio).F64()
			}
			if d == 2 {
				break
			}
			c = childOf(c, a)
			a = b
		}
		sum.SetF64(sum.F64() + r)
	}
	return sum + 8
}

// reached is how many of ascending steps are at most n.
func reached(p, end Ptr, n int64) uint32 {
	from := p
	for p != end && int64(p.U32()) <= n {
		p += 4
	}
	return uint32(p-from) >> 2
}

// leavePage counts how long the page before was looked at.
func leavePage(before int32, ms int64) {
	m := chainModel
	v := chainVisit
	if longest := (m + modelLongest).Ptr().I64(); longest > 0 {
		ms = min(ms, longest)
	}
	dwell := float64(ms) / 1000
	(v + chainDwell).SetF64(dwell)
	(v + chainSeconds).SetF64((v + chainSeconds).F64() + dwell)
	if weights := (m + modelTimes).Ptr(); weights != 0 && before >= 0 {
		at := v + chainCounts + Ptr((m+modelCounted).U32()+uint32(before))<<3
		t := at.F64()
		at.SetF64(t + dwell)
		weigh((weights + Ptr(before)<<3).F64() * (fmath.Log(1+t+dwell) - fmath.Log(1+t)))
	}
}

// nameNumber is the number of a name, or -1. Names are texts, their offsets and
// number as find wants them, and their numbers.
func nameNumber(names, text Ptr, n uint32) int32 {
	k := find(text, n, names.Ptr(), (names + 4).Ptr(), (names + 8).U32())
	if k == 0xffffffff {
		return -1
	}
	return ((names + 12).Ptr() + Ptr(k)<<2).I32()
}

// stateOf is the number of a name's state, or -1.
func stateOf(name Cell) int32 {
	m := chainModel
	text := name.Data()
	n := name.Len()
	if markovCut {
		if (m + modelCut).U32() != 0 {
			for i := range n {
				if c := (text + Ptr(i)).U8(); c == '?' || c == '#' {
					n = i
					break
				}
			}
		}
	}
	if markovPatterns {
		end := (m + modelPatterns + 4).Ptr()
		for p := (m + modelPatterns).Ptr(); p != end; p += 12 {
			if matches(p.Ptr(), (p + 4).U32(), text, n) {
				return (p + 8).I32()
			}
		}
	}
	if k := nameNumber(m+modelNames, text, n); k >= 0 {
		return k
	}
	return (m + modelOther).I32()
}

// matches says whether the whole of a text is a pattern, in which * stands for
// any text.
func matches(pattern Ptr, pn uint32, text Ptr, n uint32) bool {
	star := starIn(pattern, pn)
	if star == pn {
		return sameText(pattern, pn, text, n)
	}
	if n < star || compare(pattern, star, text, star) != 0 {
		return false
	}
	for {
		text += Ptr(star)
		n -= star
		pattern += Ptr(star + 1)
		pn -= star + 1
		star = starIn(pattern, pn)
		if star == pn {
			return n >= pn && compare(pattern, pn, text+Ptr(n-pn), pn) == 0
		}
		for n >= star && compare(pattern, star, text, star) != 0 {
			text++
			n--
		}
		if n < star {
			return false
		}
	}
}

func starIn(pattern Ptr, n uint32) uint32 {
	i := uint32(0)
	for i < n && (pattern+Ptr(i)).U8() != '*' {
		i++
	}
	return i
}

// What was seen are hashes, of 64 bits, each with how often; one that is 0 is
// free. There are at most 65536, half of the room or less.
const maxSeen = 1 << 16

// seenBefore says how often a hash was seen before.
func seenBefore(h uint64) int32 {
	used := (chainVisit + chainSeen + 8).U32()
	had := (chainVisit + chainSeen + 4).U32() // pairs of numbers
	if had < 2*(used+1) && used < maxSeen {
		size := max(had<<1, 64)
		old := (chainVisit + chainSeen).Ptr()
		room := alloc(size << 4)
		fillBytes(room, 0, size<<4)
		(chainVisit + chainSeen).SetPtr(room)
		(chainVisit + chainSeen + 4).SetU32(size)
		for p := old; p != old+Ptr(had)<<4; p += 16 {
			if x := p.U64(); x != 0 {
				to := seenPlace(x)
				to.SetU64(x)
				(to + 8).SetU64((p + 8).U64())
			}
		}
		free(old)
	}
	at := seenPlace(h)
	if at.U64() == 0 {
		if used == maxSeen {
			return 0
		}
		at.SetU64(h)
		(chainVisit + chainSeen + 8).SetU32(used + 1)
	}
	n := (at + 8).U64()
	(at + 8).SetU64(n + 1)
	return int32(n)
}

// seenPlace is where a hash is, or the free place where it belongs.
func seenPlace(h uint64) Ptr {
	room := (chainVisit + chainSeen).Ptr()
	mask := (chainVisit + chainSeen + 4).U32() - 1
	i := uint32(h) & mask
	for {
		at := room + Ptr(i)<<4
		if x := at.U64(); x == 0 || x == h {
			return at
		}
		i = (i + 1) & mask
	}
}

func hashKey(text Ptr, n uint32) uint64 {
	h := uint64(0xcbf29ce484222325)
	for end := text + Ptr(n); text != end; text++ {
		h = (h ^ uint64(text.U8())) * 0x100000001b3
	}
	h ^= h >> 32
	h *= 0xd6e8feb86659fd93
	h ^= h >> 32
	return max(h, 1)
}

// cellOf is the cell of x in a context, or 0, and childOf the context with one
// older symbol.
func cellOf(c Ptr, x int32) Ptr {
	return among((c + contextCells).Ptr(), (c + contextCells + contextBytes).Ptr(), cellSymbol, x)
}

func childOf(c Ptr, symbol int32) Ptr {
	return among((c + contextChildren).Ptr(), (c + contextChildren + contextBytes).Ptr(), contextOldest, symbol)
}

// among is the one from lo to hi, which ascend, that has the symbol at an offset;
// or 0. All have 32 bytes.
func among(lo, hi, offset Ptr, symbol int32) Ptr {
	for lo < hi {
		mid := lo + (hi-lo)>>6<<5
		x := (mid + offset).I32()
		if x == symbol {
			return mid
		}
		if x < symbol {
			lo = mid + 32
		} else {
			hi = mid
		}
	}
	return 0
}

// chainOdds writes the probabilities of both classes, the log-odds and the
// prediction. A layer is words: the steps from and to, bias, ratios, the weights
// of the last state and of the whole visit, 0 where there are none; it is 0 for
// the plain chain.
func chainOdds(prior, priorOdds, threshold float64, layer, both Ptr, odds, prediction Cell) {
	v := chainVisit
	z := priorOdds
	p := prior
	if events := (v + chainEvents).I64(); events != 0 {
		if markovLayer && layer != 0 {
			z = weighLayer(layer, events)
		} else {
			z += (v + chainSums + (chainModel+modelOrder).Ptr()<<3).F64()
		}
		p = 1 / (1 + fmath.Exp(-z))
	}
	chainBuys = p
	both.SetF64(1 - p)
	(both + 8).SetF64(p)
	odds.SetNum(z)
	x := 0.0
	if p > threshold {
		x = 1
	}
	prediction.SetNum(x)
}

func weighLayer(layer Ptr, events int64) float64 {
	v := chainVisit
	b := reached(layer.Ptr(), (layer+4).Ptr(), events) - 1
	z := ((layer + 8).Ptr() + Ptr(b)<<3).F64()
	n := (chainModel + modelSumCount).U32()
	ratios := (layer + 12).Ptr() + Ptr(b*n)<<3
	for i := range n {
		z += float64(ratios.F64() * (v + chainSums + Ptr(i)<<3).F64())
		ratios += 8
	}
	z += (v + chainWeighed).F64()
	last := (v + chainContext).I32()
	if weights := (layer + 16).Ptr(); weights != 0 && last >= 0 {
		z += (weights + Ptr(last)<<3).F64()
	}
	if w := (layer + 20).Ptr(); w != 0 {
		z += float64(w.F64() * fmath.Log(1+(v+chainSeconds).F64()))
		z += float64((w + 8).F64() * fmath.Log(1+(v+chainDwell).F64()))
		z += float64((w + 16).F64() * fmath.Log(1+float64((v+chainDistinct).I64())))
		z += float64((w + 24).F64() * fmath.Log(1+float64((v+chainRepeats).I64())))
	}
	return z
}

// chainAbsorption writes the probability of ending in buying: of each state, of
// the start, of an unknown page.
func chainAbsorption(list Ptr, out Cell) {
	last := (chainVisit + chainContext).I32()
	n := (chainModel + modelStates).I32()
	if (chainVisit + chainEvents).I64() == 0 {
		last = n
	} else if last < 0 {
		last = n + 1
	}
	out.SetNum((list + Ptr(last)<<3).F64())
}

// chainNext writes the most probable next states and their probabilities. names
// has the address and length of each, 16 bytes apart; p has room for two numbers
// of each state and of the end.
func chainNext(count uint32, names, p Ptr, pages, pagesAt, probabilities, probabilitiesAt Ptr) {
	end := p + Ptr((chainModel+modelStates).U32())<<4
	mix((chainModel + modelChain).Ptr(), p)
	stays := 0.0
	for x := p; x != end; x += 16 {
		stays += x.F64()
	}
	for range count {
		best := p
		for x := p; x != end; x += 16 {
			if x.F64() > best.F64() {
				best = x
			}
		}
		pagesAt.SetU64((names + (best-p)>>1).U64())
		probabilitiesAt.SetF64(best.F64() / stays)
		best.SetF64(-1)
		pagesAt += 8
		probabilitiesAt += 8
	}
	Cell(pages).SetLen(count)
	Cell(probabilities).SetLen(count)
}

// mix fills p with the probabilities of the next symbol, those of both classes
// mixed; after each number there is room for another.
func mix(t, p Ptr) {
	symbols := t.U32()
	depth := min(int64((chainModel + modelOrder).U32()), (chainVisit+chainEvents).I64()+1)
	end := p + Ptr(symbols)<<4
	for at := p; at != end; at += 16 {
		at.SetF64(1 / float64(symbols))
		(at + 8).SetF64(1 / float64(symbols))
	}
	c := (t + tableContexts).Ptr()
	for context := chainVisit + chainContext; ; context += 4 {
		keeps := (c + contextBackoff).F64()
		for at := p; at != end; at += 16 {
			at.SetF64(at.F64() * keeps)
			(at + 8).SetF64((at + 8).F64() * keeps)
		}
		for k := (c + contextCells).Ptr(); k != (c + contextCells + contextBytes).Ptr(); k += chainCell {
			at := p + k.Ptr()<<4
			at.SetF64((k + cellDefer).F64())
			if markovRatios {
				(at + 8).SetF64((k + cellBuy).F64())
			}
		}
		if depth == 0 {
			break
		}
		depth--
		c = childOf(c, context.I32())
		if c == 0 {
			break
		}
	}
	if markovRatios {
		for at := p; at != end && (t+tableLabelled).U32() != 0; at += 16 {
			at.SetF64(float64(chainBuys*(at+8).F64()) + float64((1-chainBuys)*at.F64()))
		}
	}
}

// cursor is where varint reads on.
var cursor Ptr

func varint() uint64 {
	x := uint64(0)
	for shift := uint64(0); ; shift += 7 {
		c := cursor.U8()
		cursor++
		x |= uint64(c&0x7f) << (shift & 63)
		if c < 0x80 {
			return x
		}
	}
}

// unpackTable makes a table of its counts, which are columns of numbers of 7 bits
// a byte: of each context how many children it has, 1 + the symbol that it adds,
// how many cells; of each cell how much its symbol is above the one before, the
// times it came in the others, and in buying if there are labels.
func unpackTable(t, counts Ptr, contexts, cells uint32, strength, discount, share float64) {
	cursor = counts
	first := (t + tableContexts).Ptr()
	cell := (t + tableContexts + 4).Ptr()
	end := first + Ptr(contexts)<<5
	next := first + contextBytes
	for c := first; c != end; c += contextBytes {
		(c + contextChildren).SetPtr(next)
		for range varint() {
			(next + contextParent).SetPtr(c)
			next += contextBytes
		}
	}
	(end + contextChildren).SetPtr(end)
	for c := first; c != end; c += contextBytes {
		(c + contextOldest).SetI32(int32(varint()) - 1)
	}
	next = cell
	for c := first; c != end; c += contextBytes {
		(c + contextCells).SetPtr(next)
		next += Ptr(varint()) << 5
	}
	(end + contextCells).SetPtr(next)
	for c := first; c != end; c += contextBytes {
		last := int32(-1)
		for k := (c + contextCells).Ptr(); k != (c + contextCells + contextBytes).Ptr(); k += chainCell {
			last += 1 + int32(varint())
			k.SetI32(last)
		}
	}
	for k := cell; k != next; k += chainCell {
		(k + cellDefer).SetF64(float64(varint()))
	}
	if markovRatios {
		for k := cell; k != next && (t+tableLabelled).U32() != 0; k += chainCell {
			(k + cellBuy).SetF64(float64(varint()))
		}
	}
	for c := first; c != end; c += contextBytes {
		fitContext(t, c, strength, discount, share)
	}
}

// fitContext makes probabilities of the counts of a context's cells; its
// parent's are made.
func fitContext(t, c Ptr, strength, discount, share float64) {
	lo := (c + contextCells).Ptr()
	hi := (c + contextCells + contextBytes).Ptr()
	n := float64((hi - lo) >> 5)
	all := 0.0
	buy := 0.0
	for k := lo; k != hi; k += chainCell {
		all += (k + cellDefer).F64() + (k + cellBuy).F64()
		buy += (k + cellBuy).F64()
	}
	parent := (c + contextParent).Ptr()
	s := (buy + 0.5) / (all + 1)
	if parent != 0 {
		s = (buy + float64(share*(parent+contextShare).F64())) / (all + share)
	}
	(c + contextShare).SetF64(s)
	delta := 1.0
	if n != 0 {
		delta = (strength + float64(discount*n)) / (all + strength)
	}
	(c + contextBackoff).SetF64(delta)
	// The weights of both classes first, in the places of the probabilities.
	buys := 0.0
	defers := 0.0
	for k := lo; k != hi; k += chainCell {
		count := (k + cellBuy).F64()
		n := (k + cellDefer).F64() + count
		w := n - discount
		b := 0.0
		if markovRatios {
			if (t + tableLabelled).U32() != 0 {
				pb, pd := cellAfter(t, parent, k.I32())
				o := s / (1 - s) * (pb / pd)
				b = (count + float64(share*(o/(1+o)))) / (n + share)
				(k + cellBuy).SetF64(w * b)
				buys += w * b
			}
		}
		(k + cellDefer).SetF64(w * (1 - b))
		defers += w * (1 - b)
	}
	for k := lo; k != hi; k += chainCell {
		pb, pd := cellAfter(t, parent, k.I32())
		d := float64((1-delta)*((k+cellDefer).F64()/defers)) + float64(delta*pd)
		(k + cellDefer).SetF64(d)
		if markovRatios {
			if (t + tableLabelled).U32() != 0 {
				b := float64((1-delta)*((k+cellBuy).F64()/buys)) + float64(delta*pb)
				(k + cellBuy).SetF64(b)
				(k + cellRatio).SetF64(fmath.Log(b / d))
			}
		}
	}
}

// cellAfter is both probabilities of x after a context; of 0 all symbols have the
// same.
func cellAfter(t, c Ptr, x int32) (buy, deferred float64) {
	if c == 0 {
		p := 1 / float64(t.U32())
		return p, p
	}
	if k := cellOf(c, x); k != 0 {
		return (k + cellBuy).F64(), (k + cellDefer).F64()
	}
	buy, deferred = cellAfter(t, (c + contextParent).Ptr(), x)
	keeps := (c + contextBackoff).F64()
	return keeps * buy, keeps * deferred
}
