package events

import (
	"bytes"
	"errors"
	"math"
	"strconv"

	"github.com/pageleap/pageleap/engine/internal/json"
	"github.com/pageleap/pageleap/engine/visit"
)

// text reads a string, or a number as it is written; null is "".
func (b *batch) text(d *json.Decoder, key string) (string, error) {
	switch k := d.Kind(); k {
	case json.String:
		s, err := d.Bytes()
		return b.names.text(s), err
	case json.Number:
		s, err := d.Raw()
		return b.names.text(s), err
	case json.Null:
		return "", d.Null()
	default:
		return "", errors.New(strconv.Quote(key) + " is " + k.String() + ", not a text")
	}
}

// number reads a number, or one in a string; null and "" are NaN.
func number(d *json.Decoder, key string) (float64, error) {
	switch k := d.Kind(); k {
	case json.Number:
		return d.Float()
	case json.String:
		s, err := d.Bytes()
		if err != nil || len(s) == 0 {
			return math.NaN(), err
		}
		x, err := parseNumber(s)
		if err != nil {
			return 0, errors.New(strconv.Quote(key) + " is " + quote(s) + ", not a number")
		}
		return x, nil
	case json.Null:
		return math.NaN(), d.Null()
	default:
		return 0, errors.New(strconv.Quote(key) + " is " + k.String() + ", not a number")
	}
}

// timestamp reads a time: a number in units of a millisecond's perMilli-th, or
// a string that holds one or a date and time.
func timestamp(d *json.Decoder, key string, unit Unit) (int64, error) {
	var s []byte
	var err error
	switch k := d.Kind(); k {
	case json.Number:
		s, err = d.Raw()
	case json.String:
		s, err = d.Bytes()
	case json.Null:
		return 0, errors.New(strconv.Quote(key) + " is null")
	default:
		return 0, errors.New(strconv.Quote(key) + " is " + k.String() + ", not a time")
	}
	if err != nil {
		return 0, err
	}
	ts, err := parseTime(s, unit)
	if err != nil {
		return 0, errors.New(strconv.Quote(key) + ": " + err.Error())
	}
	return ts, nil
}

// ndjsonReader reads our own schema.
type ndjsonReader struct{}

func (*ndjsonReader) next(data []byte) int { return nextLine(data) }

func (*ndjsonReader) row(text []byte, _ int64, b *batch) error {
	d := json.NewDecoder(text)
	e := b.newEvent()
	seen := false
	err := d.Members(func(key []byte) (err error) {
		switch string(key) {
		case "visit":
			e.Visit, err = b.text(d, "visit")
		case "event":
			e.Event, err = b.text(d, "event")
		case "ts":
			e.TS, err = timestamp(d, "ts", Milliseconds)
			seen = true
		case "page":
			e.Page, err = b.text(d, "page")
		case "page_type":
			e.PageType, err = b.text(d, "page_type")
		case "item":
			e.Item, err = b.text(d, "item")
		case "category":
			e.Category, err = b.text(d, "category")
		case "price":
			e.Price, err = number(d, "price")
		case "quantity":
			e.Quantity, err = number(d, "quantity")
		default:
			err = d.Skip()
		}
		return err
	})
	if err == nil {
		err = d.End()
	}
	if err == nil && !seen {
		err = errors.New(`the event has no "ts"`)
	}
	return err
}

// ottoReader reads OTTO's sessions (github.com/otto-de/recsys-dataset): clicks
// are view_item, carts add_to_cart and orders purchase.
type ottoReader struct{}

func (*ottoReader) next(data []byte) int { return nextLine(data) }

func (*ottoReader) row(text []byte, _ int64, b *batch) error {
	d := json.NewDecoder(text)
	first := len(b.events)
	session, got := "", false
	err := d.Members(func(key []byte) (err error) {
		switch string(key) {
		case "session":
			session, err = b.text(d, "session")
		case "events":
			got = true
			err = d.Array(func(i int) error {
				if err := b.ottoEvent(d); err != nil {
					return errors.New("event " + strconv.Itoa(i) + ": " + err.Error())
				}
				return nil
			})
		default:
			err = d.Skip()
		}
		return err
	})
	if err == nil {
		err = d.End()
	}
	switch {
	case err != nil:
		return err
	case session == "":
		return errors.New(`the row has no "session"`)
	case !got:
		return errors.New(`the row has no "events"`)
	}
	for i := first; i < len(b.events); i++ {
		b.events[i].Visit = session
	}
	return nil
}

func (b *batch) ottoEvent(d *json.Decoder) error {
	e := b.newEvent()
	seen := false
	err := d.Members(func(key []byte) (err error) {
		switch string(key) {
		case "aid":
			e.Item, err = b.text(d, "aid")
		case "ts":
			e.TS, err = timestamp(d, "ts", Milliseconds)
			seen = true
		case "type":
			var name string
			if name, err = b.text(d, "type"); err != nil {
				break
			}
			switch name {
			case "clicks":
				e.Event = visit.ViewItem
			case "carts":
				e.Event = visit.AddToCart
			case "orders":
				e.Event = visit.Purchase
			default:
				err = errors.New("the unknown type " + strconv.Quote(name))
			}
		default:
			err = d.Skip()
		}
		return err
	})
	if err == nil && !seen {
		err = errors.New(`no "ts"`)
	}
	if err == nil && e.Event == "" {
		err = errors.New(`no "type"`)
	}
	return err
}

// ga4Reader reads the rows of GA4's BigQuery export. A visit is a
// user_pseudo_id and its ga_session_id. The page is the path of page_location,
// without host and query, which may hold what is nobody's business. The page's
// type is the event parameter page_type, or else content_group.
//
// An event that does something to items (itemEvents) is one event an item, all
// with its time; any other is one event, whatever list of items it carries.
type ga4Reader struct{}

func (*ga4Reader) next(data []byte) int { return nextLine(data) }

// itemEvents are the events in which the visitor does something to each item
// that they list, rather than being shown it.
func itemEvent(name string) bool {
	switch name {
	case visit.ViewItem, visit.SelectItem, visit.AddToWishlist, visit.AddToCart, visit.RemoveFromCart, visit.Purchase, visit.Refund:
		return true
	}
	return false
}

type ga4Row struct {
	user, session, group string
	seen                 bool
	value                float64 // the parameter "value"
	e                    visit.Event
	items                []visit.Event
}

func (*ga4Reader) row(text []byte, _ int64, b *batch) error {
	d := json.NewDecoder(text)
	r := ga4Row{value: math.NaN()}
	r.e.Price, r.e.Quantity = math.NaN(), math.NaN()
	err := d.Members(func(key []byte) (err error) {
		switch string(key) {
		case "event_name":
			r.e.Event, err = b.text(d, "event_name")
		case "event_timestamp":
			r.e.TS, err = timestamp(d, "event_timestamp", Microseconds)
			r.seen = true
		case "user_pseudo_id":
			r.user, err = b.text(d, "user_pseudo_id")
		case "event_params":
			err = each(d, func(int) error { return b.ga4Param(d, &r) })
		case "items":
			err = each(d, func(int) error { return b.ga4Item(d, &r) })
		default:
			err = d.Skip()
		}
		return err
	})
	if err == nil {
		err = d.End()
	}
	switch {
	case err != nil:
		return err
	case !r.seen:
		return errors.New(`the event has no "event_timestamp"`)
	case r.user == "" && r.session == "":
		return errors.New("the event has neither a user_pseudo_id nor a ga_session_id")
	}
	e := &r.e
	e.Visit = r.user
	if r.session != "" {
		e.Visit = b.names.text([]byte(r.user + "." + r.session))
	}
	if e.PageType == "" {
		e.PageType = r.group
	}
	if len(r.items) == 0 || !itemEvent(e.Event) {
		e.Price = r.value
		b.events = append(b.events, *e)
		return nil
	}
	for _, it := range r.items {
		one := *e
		one.Item, one.Category, one.Price, one.Quantity = it.Item, it.Category, it.Price, it.Quantity
		if one.Price != one.Price && len(r.items) == 1 {
			one.Price = r.value
		}
		b.events = append(b.events, one)
	}
	return nil
}

// each reads an array, or null.
func each(d *json.Decoder, elem func(int) error) error {
	if d.Kind() == json.Null {
		return d.Null()
	}
	return d.Array(elem)
}

// ga4Param reads {"key": …, "value": {"string_value": …, "int_value": …, …}}.
func (b *batch) ga4Param(d *json.Decoder, r *ga4Row) error {
	var key, text string
	err := d.Members(func(k []byte) (err error) {
		switch string(k) {
		case "key":
			key, err = b.text(d, "key")
		case "value":
			if d.Kind() == json.Null {
				return d.Null()
			}
			err = d.Members(func([]byte) error {
				s, err := b.text(d, "value")
				if s != "" {
					text = s
				}
				return err
			})
		default:
			err = d.Skip()
		}
		return err
	})
	if err != nil {
		return err
	}
	switch key {
	case "ga_session_id":
		r.session = text
	case "page_location":
		r.e.Page = b.names.text(urlPath(text))
	case "page_type":
		r.e.PageType = text
	case "content_group":
		r.group = text
	case "value":
		if x, err := parseNumber([]byte(text)); err == nil {
			r.value = x
		}
	}
	return nil
}

func (b *batch) ga4Item(d *json.Decoder, r *ga4Row) error {
	it := visit.Event{Price: math.NaN(), Quantity: math.NaN()}
	name := ""
	err := d.Members(func(k []byte) (err error) {
		switch string(k) {
		case "item_id":
			it.Item, err = b.text(d, "item_id")
		case "item_name":
			name, err = b.text(d, "item_name")
		case "item_category":
			it.Category, err = b.text(d, "item_category")
		case "price":
			it.Price, err = number(d, "price")
		case "quantity":
			it.Quantity, err = number(d, "quantity")
		default:
			err = d.Skip()
		}
		return err
	})
	if it.Item == "" || it.Item == "(not set)" {
		it.Item = name
	}
	if it.Category == "(not set)" {
		it.Category = ""
	}
	r.items = append(r.items, it)
	return err
}

// urlPath is the path of a URL.
func urlPath(url string) []byte {
	u := []byte(url)
	if i := bytes.Index(u, []byte("://")); i >= 0 && !bytes.ContainsAny(u[:i], "/?#") {
		u = u[i+3:]
		i = bytes.IndexAny(u, "/?#")
		if i < 0 || u[i] != '/' {
			return []byte("/")
		}
		u = u[i:]
	}
	if i := bytes.IndexAny(u, "?#"); i >= 0 {
		u = u[:i]
	}
	return u
}
