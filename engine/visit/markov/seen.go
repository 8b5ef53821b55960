package markov

// Seen counts how often each of many texts was seen. It keeps a hash of each,
// of 64 bits, and of at most maxSeen different ones: those that come after count
// as new each time.
type Seen struct {
	slots []int64 // a hash, 0 where the slot is free, and its count
	used  int
}

const maxSeen = 1 << 16

// Reset forgets everything. Memory that only few visits need is given back.
func (s *Seen) Reset() {
	if s.used == 0 {
		return
	}
	s.used = 0
	if len(s.slots) > 1<<12 {
		s.slots = nil
	}
	clear(s.slots)
}

// slotsFor is the length of slots for n texts, which fill half of it at most.
func slotsFor(n int) int {
	size := 128
	for size < 4*n {
		size *= 2
	}
	return size
}

// Add counts a text and says how often it was seen before.
func (s *Seen) Add(text string) int {
	if len(s.slots) < 4*(s.used+1) && s.used < maxSeen {
		old := s.slots
		s.slots = make([]int64, slotsFor(s.used+1))
		for i := 0; i < len(old); i += 2 {
			if old[i] != 0 {
				copy(s.slots[s.place(old[i]):], old[i:i+2])
			}
		}
	}
	h := hash(text)
	i := s.place(h)
	if s.slots[i] == 0 {
		if s.used == maxSeen {
			return 0
		}
		s.slots[i] = h
		s.used++
	}
	s.slots[i+1]++
	return int(s.slots[i+1] - 1)
}

// place is where a hash is, or the free slot where it belongs.
func (s *Seen) place(h int64) int {
	mask := len(s.slots) - 1
	i := 2 * int(h) & mask
	for s.slots[i] != 0 && s.slots[i] != h {
		i = (i + 2) & mask
	}
	return i
}

// hash is FNV-1a with its bits mixed, and never 0.
func hash(s string) int64 {
	h := uint64(0xcbf29ce484222325)
	for i := 0; i < len(s); i++ {
		h = (h ^ uint64(s[i])) * 0x100000001b3
	}
	h ^= h >> 32
	h *= 0xd6e8feb86659fd93
	h ^= h >> 32
	return int64(max(h, 1))
}
