package transform

import (
	"github.com/pageleap/pageleap/engine/compile/lower"
)

func (t *kMeans) Lower(b *lower.Builder) {
	var centers, norms []float64
	for i := range t.centers {
		centers = append(centers, t.centers[i].vector...)
		norms = append(norms, t.centers[i].norm)
	}
	radii := lower.Addr(0)
	if t.radii != nil {
		radii = b.Doubles(t.radii)
	}
	nan := errNaNPoint().(*InputError)
	nanErr := b.Error(0, lower.Range, nan.Msg, nan.Hint)
	args := []any{b.In(0), b.Doubles(centers), b.Doubles(norms), radii, t.features, len(norms), nanErr}
	if t.cosine {
		zero := errZeroPoint().(*InputError)
		b.Call("closestByAngle", append(args, b.Error(0, lower.Range, zero.Msg, zero.Hint), b.Number(0))...)
		return
	}
	b.Call("closest", append(args, b.Number(0))...)
}
