package visit

// maxEntries is how many items, categories or pages of one visit are known
// apart. When there are more, the one that was not seen for the longest time is
// folded: it stays in all counts but has no details any more, and counts as new
// if it comes again.
const maxEntries = 4096

// table is what a visit did with each item, or each category or page.
type table struct {
	at      map[string]int32
	entries []entry
	old     int32   // the entry not seen for the longest time, and the one seen last
	new     int32   // none if there are none
	seen    int64   // entries ever made
	clicks  int64   // of all names
	tops    int     // how many of the most clicked are wanted
	top     []int32 // they, the first seen of equals first
	kths    []kth
}

type entry struct {
	name        string
	clicks      int64
	dwell       int64 // milliseconds
	first, last int64 // times
	seq         int64 // the how manieth it was when it came
	older       int32
	newer       int32
	top         bool
	categories  []string // seen with an item
}

// kth is the first or last entry that was clicked at least k times.
type kth struct {
	k    int64
	last bool
	name string
	seq  int64 // of the entry; 0: there is none
}

const none = -1

func (t *table) reset() {
	for i := range t.entries {
		e := &t.entries[i]
		delete(t.at, e.name)
		e.name, e.categories = "", e.categories[:0]
	}
	t.entries, t.top = t.entries[:0], t.top[:0]
	t.old, t.new, t.seen, t.clicks = none, none, 0, 0
	for i := range t.kths {
		t.kths[i].name, t.kths[i].seq = "", 0
	}
}

// find is the entry of a name, or nil.
func (t *table) find(name string) *entry {
	if i, ok := t.at[name]; ok {
		return &t.entries[i]
	}
	return nil
}

// click counts a click at a time and gives the entry's place.
func (t *table) click(name string, ts int64) int32 {
	i, ok := t.at[name]
	if !ok {
		i = t.add(name, ts)
	} else {
		t.unlink(i)
	}
	e := &t.entries[i]
	e.older, e.newer = t.new, none
	if t.new != none {
		t.entries[t.new].newer = i
	} else {
		t.old = i
	}
	t.new = i
	t.clicks++
	e.clicks++
	e.last = ts
	t.raise(i)
	for j := range t.kths {
		k := &t.kths[j]
		if k.last && e.clicks >= k.k || e.clicks == k.k && (k.seq == 0 || e.seq < k.seq) {
			k.name, k.seq = name, e.seq
		}
	}
	return i
}

// add makes a new entry, in a folded one's place if there is no other.
func (t *table) add(name string, ts int64) int32 {
	i := int32(len(t.entries))
	switch {
	case i == maxEntries:
		for i = t.old; t.entries[i].top; i = t.entries[i].newer {
			// The most clicked keep their details.
		}
		t.unlink(i)
		delete(t.at, t.entries[i].name)
	case int(i) < cap(t.entries):
		t.entries = t.entries[:i+1] // with the memory of its categories
	default:
		t.entries = append(t.entries, entry{})
	}
	t.seen++
	t.entries[i] = entry{name: name, first: ts, seq: t.seen, categories: t.entries[i].categories[:0]}
	t.at[name] = i
	return i
}

// unlink takes entry i out of the order of when they were seen.
func (t *table) unlink(i int32) {
	e := &t.entries[i]
	if e.older != none {
		t.entries[e.older].newer = e.newer
	} else {
		t.old = e.newer
	}
	if e.newer != none {
		t.entries[e.newer].older = e.older
	} else {
		t.new = e.older
	}
}

// raise puts entry i, which was clicked once more, where it belongs among the
// most clicked. Nothing else can have come among them or changed its place but
// for it.
func (t *table) raise(i int32) {
	k := len(t.top)
	switch {
	case t.entries[i].top:
		for k = 0; t.top[k] != i; k++ {
		}
	case k < t.tops:
		t.top = append(t.top, i)
	case k == 0 || !t.before(i, t.top[k-1]):
		return
	default:
		k--
		t.entries[t.top[k]].top = false
		t.top[k] = i
	}
	t.entries[i].top = true
	for ; k > 0 && t.before(i, t.top[k-1]); k-- {
		t.top[k] = t.top[k-1]
		t.top[k-1] = i
	}
}

// before says whether entry i was clicked more than entry j, or as often and
// came first.
func (t *table) before(i, j int32) bool {
	a, b := &t.entries[i], &t.entries[j]
	return a.clicks > b.clicks || a.clicks == b.clicks && a.seq < b.seq
}
