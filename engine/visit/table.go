package visit

// maxEntries is how many items, categories or pages of one visit are known
// apart. When there are more, the one that was not seen for the longest time is
// folded: it stays in all counts but has no details any more, and counts as new
// if it comes again.
const maxEntries = 4096

// table is what a visit did with each item, or each category or page.
type table struct {
	limit   int
	tops    int // how many of the most clicked are wanted
	at      map[string]int32
	entries []entry
	old     int32 // the entry not seen for the longest time, and the one seen last
	new     int32
	folded  int64
	seen    int64   // entries ever made
	clicks  int64   // of all names
	top     []int32 // the most clicked, the first seen of equals first

	first []kth // for each wanted k
	last  []kth
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
	name string
	seq  int64 // of the entry; 0: there is none
}

const none = -1

func (t *table) reset() {
	clear(t.at)
	for i := range t.entries {
		t.entries[i] = entry{categories: t.entries[i].categories[:0]}
	}
	t.entries = t.entries[:0]
	t.old, t.new = none, none
	t.folded, t.seen, t.clicks = 0, 0, 0
	t.top = t.top[:0]
	for i := range t.first {
		t.first[i] = kth{k: t.first[i].k}
	}
	for i := range t.last {
		t.last[i] = kth{k: t.last[i].k}
	}
}

// unique is how many different names have been seen.
func (t *table) unique() int64 { return int64(len(t.entries)) + t.folded }

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
	} else if i != t.new {
		t.unlink(i)
		t.link(i)
	}
	t.clicks++
	e := &t.entries[i]
	e.clicks++
	e.last = ts
	if t.tops > 0 {
		t.raise(i)
	}
	for j := range t.first {
		f := &t.first[j]
		if e.clicks == f.k && (f.seq == 0 || e.seq < f.seq) {
			f.name, f.seq = name, e.seq
		}
	}
	for j := range t.last {
		if l := &t.last[j]; e.clicks >= l.k {
			l.name, l.seq = name, e.seq
		}
	}
	return i
}

func (t *table) add(name string, ts int64) int32 {
	var i int32
	if len(t.entries) < t.limit {
		i = int32(len(t.entries))
		if int(i) < cap(t.entries) {
			t.entries = t.entries[:i+1] // with the categories' memory
		} else {
			t.entries = append(t.entries, entry{})
		}
	} else {
		i = t.old
		for t.entries[i].top { // those keep their details
			i = t.entries[i].newer
		}
		t.unlink(i)
		delete(t.at, t.entries[i].name)
		t.folded++
	}
	t.seen++
	t.entries[i] = entry{name: name, first: ts, seq: t.seen, categories: t.entries[i].categories[:0]}
	t.at[name] = i
	t.link(i)
	return i
}

// link makes entry i the newest.
func (t *table) link(i int32) {
	e := &t.entries[i]
	e.older, e.newer = t.new, none
	if t.new != none {
		t.entries[t.new].newer = i
	} else {
		t.old = i
	}
	t.new = i
}

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
	if t.entries[i].top {
		for k = 0; t.top[k] != i; k++ {
		}
	} else if k < t.tops {
		t.top = append(t.top, i)
	} else {
		k--
		if !t.before(i, t.top[k]) {
			return
		}
		t.entries[t.top[k]].top = false
		t.top[k] = i
	}
	t.entries[i].top = true
	for ; k > 0 && t.before(i, t.top[k-1]); k-- {
		t.top[k-1], t.top[k] = t.top[k], t.top[k-1]
	}
}

// before says whether entry i was clicked more than entry j, or as often and
// came first.
func (t *table) before(i, j int32) bool {
	a, b := &t.entries[i], &t.entries[j]
	return a.clicks > b.clicks || a.clicks == b.clicks && a.seq < b.seq
}
