package bundle

// sort puts n things in order, which they mostly are, else by heapsort. The sorts
// of package slices are compiled anew for each type: 4 KB of scorer.wasm apiece
// after compression.
func sort(n int, less func(i, j int) bool, swap func(i, j int)) {
	if !inOrder(n, less) {
		heapsort(n, less, swap)
	}
}

func sortTexts(texts []string) {
	sort(len(texts), func(i, j int) bool { return texts[i] < texts[j] }, func(i, j int) { texts[i], texts[j] = texts[j], texts[i] })
}

func inOrder(n int, less func(i, j int) bool) bool {
	for i := 1; i < n; i++ {
		if less(i, i-1) {
			return false
		}
	}
	return true
}

func heapsort(n int, less func(i, j int) bool, swap func(i, j int)) {
	sink := func(i, n int) {
		for {
			child := 2*i + 1
			if child >= n {
				return
			}
			if child+1 < n && less(child, child+1) {
				child++
			}
			if !less(i, child) {
				return
			}
			swap(i, child)
			i = child
		}
	}
	for i := n/2 - 1; i >= 0; i-- {
		sink(i, n)
	}
	for i := n - 1; i > 0; i-- {
		swap(0, i)
		sink(0, i)
	}
}

// search is the first of n things in order for which from holds, or n.
func search(n int, from func(i int) bool) int {
	low := 0
	for low < n {
		if mid := (low + n) / 2; from(mid) {
			n = mid
		} else {
			low = mid + 1
		}
	}
	return low
}
