// Package synth makes visits to a shop that does not exist, with a label, for
// load tests and to see whether a learner finds what is there to find. No figure
// of quality may come from it: what it says about visitors is made up.
//
// A visitor has one of a few manners that are never written down, and manner and
// pages so far make buying more or less likely. So the label hangs on the order
// of pages further back than one, on how long pages are looked at, on coming back
// to an item, and on how far the visit is.
package synth

import (
	"math"
	"math/rand/v2"
	"strconv"

	"github.com/pageleap/pageleap/engine/visit"
)

// The page types of the shop; the rows and columns of manner.next.
const (
	home = iota
	search
	listing
	product
	reviews
	cart
	account
	help
	content
	types
)

var typeNames = [types]string{"home", "search", "listing", "product", "reviews", "cart", "account", "help", "content"}

// manner is how a visitor goes about it.
type manner struct {
	share   float64
	start   [types]float64
	next    [types][types]float64 // weights
	leave   float64               // chance to leave after a page
	dwell   [types]float64        // median seconds
	again   float64               // chance that a product is one seen before
	baseBuy float64               // log-odds of buying at the end
}

var even = [types]float64{3, 3, 3, 3, 1, 0.3, 0.3, 0.3, 1}

// Options of the generator.
type Options struct {
	Visits int
	Seed   uint64
	Buy    float64 // added to the log-odds of buying; 0 gives about one visit in ten
}

// Each makes visits one by one. A visit that ends in buying has a purchase as
// its last event.
func Each(o Options, yield func(v *visit.Visit, buy bool) error) error {
	r := rand.New(rand.NewPCG(o.Seed, 0x5eed))
	ms := manners()
	var v visit.Visit
	for i := range o.Visits {
		buy := one(r, ms, o.Buy, i, &v)
		if err := yield(&v, buy); err != nil {
			return err
		}
	}
	return nil
}

func manners() []manner {
	base := manner{share: 0.45, start: even, leave: 0.13, again: 0.15, baseBuy: -3.4,
		dwell: [types]float64{8, 6, 12, 25, 40, 15, 20, 45, 60}}
	for i := range base.next {
		base.next[i] = [types]float64{1, 2, 4, 6, 1.2, 0.5, 0.3, 0.3, 0.6}
	}
	base.next[search] = [types]float64{0.3, 3, 5, 8, 0.3, 0.2, 0.1, 0.2, 0.3}
	base.next[listing] = [types]float64{0.5, 1.5, 5, 10, 0.3, 0.2, 0.1, 0.1, 0.3}
	base.next[product] = [types]float64{1, 1.5, 4, 6, 2, 1.3, 0.3, 0.3, 0.4}
	base.next[reviews] = [types]float64{0.5, 0.7, 2, 6, 1, 0.8, 0.2, 0.3, 0.4}
	base.next[cart] = [types]float64{0.6, 1, 2, 3, 0.5, 2, 1.5, 1, 0.3}

	hunter := base // knows what they want
	hunter.share, hunter.baseBuy, hunter.leave, hunter.again = 0.18, -0.9, 0.12, 0.3
	hunter.start[search] = 7
	hunter.next[search][product] = 12
	hunter.next[product][cart] = 2.4
	hunter.next[product][reviews] = 2.6
	for i := range hunter.dwell {
		hunter.dwell[i] *= 0.75
	}
	hunter.dwell[product], hunter.dwell[reviews] = 38, 70

	comparer := base // goes to and fro between a few products
	comparer.share, comparer.baseBuy, comparer.leave, comparer.again = 0.17, -1.6, 0.07, 0.5
	comparer.next[product][product] = 9
	comparer.next[product][reviews] = 3
	comparer.next[reviews][product] = 9
	comparer.dwell[product], comparer.dwell[listing] = 32, 9

	idler := base // looks at pictures
	idler.share, idler.baseBuy, idler.leave = 0.20, -4.6, 0.08
	idler.next[product][product] = 9
	idler.next[listing][listing] = 8
	idler.start[content] = 4
	idler.dwell[product], idler.dwell[listing] = 11, 7
	return []manner{base, hunter, comparer, idler}
}

func pick(r *rand.Rand, weights []float64) int {
	var sum float64
	for _, w := range weights {
		sum += w
	}
	u := r.Float64() * sum
	for i, w := range weights {
		if u -= w; u < 0 {
			return i
		}
	}
	return len(weights) - 1
}

func one(r *rand.Rand, ms []manner, extra float64, number int, v *visit.Visit) bool {
	u := r.Float64()
	m := &ms[0]
	for i := range ms {
		if m = &ms[i]; u < m.share {
			break
		}
		u -= m.share
	}
	*v = visit.Visit{ID: "s" + strconv.Itoa(number), Events: v.Events[:0]}
	ts := int64(1_700_000_000_000) + int64(r.IntN(90*24*3600))*1000
	z := m.baseBuy + extra + 0.5*r.NormFloat64()
	state, last, before := pick(r, m.start[:]), -1, -1
	var items []int
	speed := math.Exp(0.3 * r.NormFloat64())
	for n := 0; ; n++ {
		e := visit.Event{Visit: v.ID, Event: visit.PageView, TS: ts, PageType: typeNames[state], Page: "/" + typeNames[state], Price: math.NaN(), Quantity: math.NaN()}
		again := false
		switch state {
		case product, reviews:
			item := r.IntN(400) * r.IntN(400) / 400
			if len(items) > 0 && (state == reviews || r.Float64() < m.again) {
				item = items[len(items)-1-r.IntN(min(len(items), 3))]
				again = state == product
			}
			items = append(items, item)
			e.Item = strconv.Itoa(item)
			e.Category = "c" + strconv.Itoa(item%12)
			e.Price = 5 + float64(item%97)
			e.Page += "/" + e.Item
			if state == product {
				e.Event = visit.ViewItem
			}
		case listing:
			e.Event = visit.ViewItemList
			e.Category = "c" + strconv.Itoa(r.IntN(12))
			e.Page += "/" + e.Category
		case search:
			e.Event = visit.Search
		case cart:
			e.Event = visit.ViewCart
		}
		v.Events = append(v.Events, e)
		seconds := m.dwell[state] * speed * math.Exp(0.7*r.NormFloat64())
		ts += int64(seconds*1000) + 500
		// What the visitor did tells on the end.
		switch {
		case state == cart && last == product && before == reviews:
			z += 0.9
		case state == cart && last == product:
			z += 0.35
		case state == product && last == reviews:
			z += 0.15
		case state == help && last == cart:
			z -= 0.6
		case state == search && last == listing && n < 6:
			z += 0.3 // has not found the way yet
		case state == search && last == listing:
			z -= 0.5
		}
		if again {
			z += 0.25
		}
		if state == product {
			z += 0.12 * math.Tanh(math.Log(seconds/25))
		}
		if state == reviews && seconds > 60 {
			z += 0.3
		}
		leave := m.leave
		if n > 25 {
			leave += 0.1
		}
		if r.Float64() < leave || n >= 400 {
			break
		}
		before, last = last, state
		weights := m.next[state]
		// Late in a visit the cart is nearer, and the home page further.
		weights[cart] *= 0.6 + min(float64(n), 20)/14
		weights[home] *= 1.5 / (1 + float64(n)/6)
		state = pick(r, weights[:])
	}
	buy := r.Float64() < 1/(1+math.Exp(-z))
	if buy {
		ts += 30_000
		v.Events = append(v.Events, visit.Event{Visit: v.ID, Event: visit.Purchase, TS: ts, Page: "/thanks", PageType: "checkout", Price: math.NaN(), Quantity: math.NaN()})
	}
	return buy
}
