package markov

import "github.com/pageleap/pageleap/engine/visit"

// Column is a part of events that states, keys or marks are made of, or their
// time.
type Column uint8

const (
	NoColumn Column = iota
	PageType
	Page
	Category
	Name
	Item
	TS
)

var columnNames = [...]string{"", "page_type", "page", "category", "event", "item", "ts"}

// String is what events and bundles call the column.
func (c Column) String() string { return columnNames[c] }

// ParseColumn is the column of that name, or NoColumn.
func ParseColumn(name string) Column {
	for c, n := range columnNames {
		if n == name {
			return Column(c)
		}
	}
	return NoColumn
}

// In is where an event's text in the column is, nil if it is no text.
func (c Column) In(e *visit.Event) *string {
	return [...]*string{nil, &e.PageType, &e.Page, &e.Category, &e.Event, &e.Item, nil}[c]
}

// Of is an event's text in the column.
func (c Column) Of(e *visit.Event) string {
	if s := c.In(e); s != nil {
		return *s
	}
	return ""
}
