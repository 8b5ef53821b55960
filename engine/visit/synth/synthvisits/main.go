// Command synthvisits prints made-up visits as NDJSON events, for load tests and
// examples. They say nothing about real visitors; see package synth.
//
//	go run ./engine/visit/synth/synthvisits -visits 20000 -seed 1 > events.ndjson
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"

	"github.com/pageleap/pageleap/engine/visit"
	"github.com/pageleap/pageleap/engine/visit/synth"
)

func main() {
	var o synth.Options
	flag.IntVar(&o.Visits, "visits", 1000, "how many visits")
	flag.Uint64Var(&o.Seed, "seed", 1, "another seed gives other visits")
	flag.Float64Var(&o.Buy, "buy", 0, "added to the log-odds of buying")
	flag.Parse()
	w := bufio.NewWriter(os.Stdout)
	enc := json.NewEncoder(w)
	err := synth.Each(o, func(v *visit.Visit, _ bool) error {
		for i := range v.Events {
			e := &v.Events[i]
			row := map[string]any{"visit": e.Visit, "event": e.Event, "ts": e.TS, "page": e.Page, "page_type": e.PageType}
			if e.Item != "" {
				row["item"], row["price"] = e.Item, e.Price
			}
			if e.Category != "" {
				row["category"] = e.Category
			}
			if err := enc.Encode(row); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = w.Flush()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
