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
