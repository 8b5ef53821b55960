package visit

import "github.com/pageleap/pageleap/engine/frame"

// Column sets v to the list that a column of that name and type holds for a
// visit's events, in their order: event, page, page_type, item and category are
// strings, price and quantity doubles, ts longs or doubles. It reports whether
// events have such a column; v is null where they have not.
func Column(v *frame.Value, name string, t frame.Type, events []Event) bool {
	v.Reset()
	text, number := textOf(name), numberOf(name)
	switch {
	case t.Kind != frame.List:
	case t.Base == frame.String && text != nil:
		v.Strs = list(v.Strs, events, text)
		return true
	case t.Base == frame.Double && number != nil:
		v.Nums = list(v.Nums, events, number)
		return true
	case t.Base == frame.Long && name == "ts":
		v.Longs = list(v.Longs, events, func(e *Event) int64 { return e.TS })
		return true
	}
	v.Null = true
	return false
}

// textOf and numberOf give an event's field by its column's name. They are no
// maps, which scorer.wasm would have to fill when it starts.
func textOf(name string) func(*Event) string {
	switch name {
	case "event":
		return func(e *Event) string { return e.Event }
	case "page":
		return func(e *Event) string { return e.Page }
	case "page_type":
		return func(e *Event) string { return e.PageType }
	case "item":
		return func(e *Event) string { return e.Item }
	case "category":
		return func(e *Event) string { return e.Category }
	}
	return nil
}

func numberOf(name string) func(*Event) float64 {
	switch name {
	case "ts":
		return func(e *Event) float64 { return float64(e.TS) }
	case "price":
		return func(e *Event) float64 { return e.Price }
	case "quantity":
		return func(e *Event) float64 { return e.Quantity }
	}
	return nil
}

func list[T any](to []T, events []Event, of func(*Event) T) []T {
	for i := range events {
		to = append(to, of(&events[i]))
	}
	return to
}
