package visit

import "github.com/pageleap/pageleap/engine/frame"

// Column sets v to the list that a column of that name and type holds for a
// visit's events, in their order: event, page, page_type, item and category are
// strings, price and quantity doubles, ts longs or doubles. It reports whether
// events have such a column; v is null where they have not.
func Column(v *frame.Value, name string, t frame.Type, events []Event) bool {
	v.Reset()
	text, number := texts[name], numbers[name]
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

var texts = map[string]func(*Event) string{
	"event":     func(e *Event) string { return e.Event },
	"page":      func(e *Event) string { return e.Page },
	"page_type": func(e *Event) string { return e.PageType },
	"item":      func(e *Event) string { return e.Item },
	"category":  func(e *Event) string { return e.Category },
}

var numbers = map[string]func(*Event) float64{
	"ts":       func(e *Event) float64 { return float64(e.TS) },
	"price":    func(e *Event) float64 { return e.Price },
	"quantity": func(e *Event) float64 { return e.Quantity },
}

func list[T any](to []T, events []Event, of func(*Event) T) []T {
	for i := range events {
		to = append(to, of(&events[i]))
	}
	return to
}
