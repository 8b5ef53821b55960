package kernel

import "math"

// closest is the centre that is closest to the vector. centers are n rows of
// width numbers; norms their lengths; radii a triangle, or 0.
func closest(in Cell, centers, norms, radii Ptr, width, n, nanErr uint32, out Cell) Status {
	norm := euclidean(in.Data(), in.Len())
	if norm != norm {
		return fail(nanErr)
	}
	best := uint32(0)
	least := math.Inf(1)
	for i := range n {
		cn := (norms + Ptr(i)<<3).F64()
		if i > 0 {
			gap := cn - norm
			if !(gap*gap < least) || radii != 0 && !(radius(radii, i, best) < least) {
				continue
			}
		}
		d := squaredDistance(in, norm, centers+Ptr(i*width)<<3, cn, width)
		if radii != 0 && d < radius(radii, i, i) {
			best = i
			break
		}
		if d < least {
			best = i
			least = d
		}
	}
	out.SetNum(float64(best))
	return done
}

// radius is an element of a lower triangle.
func radius(radii Ptr, i, j uint32) float64 { return (radii + Ptr(i*(i+1)/2+j)<<3).F64() }

// squaredDistance is that of a vector from a centre, whose lengths are given.
func squaredDistance(in Cell, norm float64, center Ptr, cn float64, width uint32) float64 {
	if !in.Sparse() {
		sum := 0.0
		v := in.Data()
		for range width {
			d := v.F64() - center.F64()
			sum += float64(d * d)
			v += 8
			center += 8
		}
		return sum
	}
	const (
		epsilon   = 0x1p-52
		precision = 1e-6
	)
	squares := float64(cn*cn) + float64(norm*norm)
	gap := cn - norm
	product := dotSparse(in, center)
	if 2*epsilon*squares/(float64(gap*gap)+epsilon) < precision {
		return squares - float64(2*product)
	}
	d := max(squares-float64(2*product), 0)
	if epsilon*(squares+float64(2*math.Abs(product)))/(d+epsilon) <= precision {
		return d
	}
	sum := 0.0
	k := uint32(0)
	for j := range width {
		d := center.F64()
		if k < in.Len() && (in.Indices()+Ptr(k)<<2).U32() == j {
			d = (in.Data() + Ptr(k)<<3).F64() - d
			k++
		}
		sum += float64(d * d)
		center += 8
	}
	return sum
}

// closestByAngle is closest by the cosine distance.
func closestByAngle(in Cell, centers, norms, radii Ptr, width, n, nanErr, zeroErr uint32, out Cell) Status {
	norm := euclidean(in.Data(), in.Len())
	if norm != norm {
		return fail(nanErr)
	}
	if norm == 0 {
		return fail(zeroErr)
	}
	best := uint32(0)
	least := 1 - dot(in, centers)/norms.F64()/norm
	if radii == 0 || !(least < radii.F64()) {
		for i := uint32(1); i < n; i++ {
			if radii != 0 && !(radius(radii, i, best) < least) {
				continue
			}
			d := 1 - dot(in, centers+Ptr(i*width)<<3)/(norms+Ptr(i)<<3).F64()/norm
			if radii != 0 && d < radius(radii, i, i) {
				best = i
				break
			}
			if d < least {
				best = i
				least = d
			}
		}
	}
	out.SetNum(float64(best))
	return done
}
