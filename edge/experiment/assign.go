// Package experiment says which version of a model answers whom.
//
// An experiment gives each key (of a visit, a session, a user: whatever the
// caller sends) one of several variants. Nothing is stored: the variant is a
// pure function of the experiment's salt, the key and the weights, so that the
// same key gets the same variant in every process, at the edge and in the page,
// for as long as the experiment lasts.
//
// # The assignment
//
//	h    = FNV-1a, 32 bits, of the bytes of salt, ":" and key in UTF-8
//	h    = the finalizer of MurmurHash3 (fmix32) of h
//	unit = h / 2³²                                       in [0, 1)
//
// The variant is the first whose cumulative share is above unit: shares are
// weights divided by their sum, added up in the order of the document. In
// JavaScript:
//
//	function unit(salt, key) {
//	  let h = 0x811c9dc5;
//	  for (const byte of new TextEncoder().encode(`${salt}:${key}`)) h = Math.imul(h ^ byte, 0x01000193);
//	  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
//	  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
//	  return ((h ^ (h >>> 16)) >>> 0) / 4294967296;
//	}
//	function assign(weights, u) {
//	  const total = weights.reduce((a, w) => a + w, 0);
//	  let sum = 0;
//	  const i = weights.findIndex((w) => u < (sum += w / total));
//	  return i >= 0 ? i : weights.findLastIndex((w) => w > 0);
//	}
//
// testdata/experiments/assignment.json holds pairs of inputs and results that
// every implementation must agree on.
//
// Two experiments with different salts are independent of each other. A weight
// that grows takes keys from its neighbours in the document and gives none of
// its own away, as long as it is the last of two: put the control first.
package experiment

// Unit maps a key to a number in [0, 1).
func Unit(salt, key string) float64 {
	h := uint32(0x811c9dc5)
	h = fnv(h, salt)
	h = fnv(h, ":")
	h = fnv(h, key)
	h = (h ^ h>>16) * 0x85ebca6b
	h = (h ^ h>>13) * 0xc2b2ae35
	return float64(h^h>>16) / (1 << 32)
}

func fnv(h uint32, s string) uint32 {
	for i := range len(s) {
		h = (h ^ uint32(s[i])) * 0x01000193
	}
	return h
}

// Pick is the index of the variant with these weights that unit falls on. The
// weights are not negative and not all zero.
func Pick(weights []float64, unit float64) int {
	total := 0.0
	for _, w := range weights {
		total += w
	}
	sum, last := 0.0, 0
	for i, w := range weights {
		if sum += w / total; unit < sum {
			return i
		}
		if w > 0 {
			last = i
		}
	}
	return last // the shares add up to a little less than 1
}
