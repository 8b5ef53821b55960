package word

import "testing"

func TestWord(t *testing.T) {
	b := []byte{9, 1, 2, 3, 4, 5, 6, 7, 0x88, 9}
	if got := Load(b, 1); got != 0x8807060504030201 {
		t.Errorf("loads %x", got)
	}
	Store(b, 2, 0x1122334455667788)
	if got := Load(b, 2); got != 0x1122334455667788 || b[1] != 1 || b[2] != 0x88 || b[9] != 0x11 {
		t.Errorf("stores %x: % x", got, b)
	}
	for _, i := range []int{-1, 3, 100} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("eight bytes at %d of 10", i)
				}
			}()
			Load(b, i)
		}()
	}
}

func TestEqual(t *testing.T) {
	for n := 16; n < 70; n++ {
		a, b := make([]byte, n+3), make([]byte, n+5)
		for i := range n {
			a[i+3], b[i+4] = byte(i), byte(i)
		}
		if !Equal(a, 3, b, 4, n) {
			t.Errorf("%d bytes differ", n)
		}
		for i := range n {
			if b[i+4]++; Equal(a, 3, b, 4, n) {
				t.Errorf("%d bytes are equal but for %d", n, i)
			}
			b[i+4]--
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("bytes behind the end")
		}
	}()
	Equal(make([]byte, 20), 5, make([]byte, 20), 0, 16)
}

func TestCopy(t *testing.T) {
	for _, from := range []int{0, 3, 20, 40} {
		b := make([]byte, 72)
		for i := range b {
			b[i] = byte(i)
		}
		Copy(b, 40, from)
		for i, got := range b {
			want := i
			if i >= 40 {
				want = i - 40 + from
			}
			if got != byte(want) {
				t.Errorf("from %d: byte %d is %d, not %d", from, i, got, want)
			}
		}
	}
	for _, at := range [][2]int{{41, 0}, {0, -1}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("from %d to %d of 72", at[1], at[0])
				}
			}()
			Copy(make([]byte, 72), at[0], at[1])
		}()
	}
}
