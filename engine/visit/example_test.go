package visit_test

import (
	"fmt"

	"github.com/pageleap/pageleap/engine/visit"
)

// Features of a visit while it goes on: one event after another.
func Example() {
	features, err := visit.Compile(&visit.Spec{Features: []string{"clicks", "length", "start_weekday", "top_item:1"}})
	if err != nil {
		panic(err)
	}
	state := features.NewState()
	const monday = 1700490600000 // 20 November 2023, 14:30 UTC
	for _, e := range []visit.Event{
		{Event: visit.ViewItem, TS: monday, Item: "123"},
		{Event: visit.ViewItem, TS: monday + 20_000, Item: "456"},
		{Event: visit.ViewItem, TS: monday + 65_500, Item: "456"},
	} {
		state.Add(&e)
		fmt.Println(state.Number(0), "clicks in", state.Number(1), "s on weekday", state.Number(2), "most on", state.Text(3))
	}
	// Output:
	// 1 clicks in 0 s on weekday 1 most on 123
	// 2 clicks in 20 s on weekday 1 most on 123
	// 3 clicks in 65.5 s on weekday 1 most on 456
}
