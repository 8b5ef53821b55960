package frame_test

import (
	"fmt"

	"github.com/pageleap/pageleap/engine/frame"
)

// A CSV is typed by a schema, and a leap frame is what MLeap's servers take.
func ExampleReadCSV() {
	schema := frame.Schema{
		{Name: "channel", Type: frame.ScalarOf(frame.String)},
		{Name: "pages", Type: frame.ScalarOf(frame.Double)},
	}
	f, err := frame.ReadCSV([]byte("pages,channel\n3,email\n"), schema)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(frame.AppendJSON(nil, f)))

	_, err = frame.ReadCSV([]byte("pages,chanel\n3,email\n"), schema)
	fmt.Println(err)
	// Output:
	// {"schema":{"fields":[{"name":"channel","type":{"base":"string","isNullable":false,"type":"basic"}},{"name":"pages","type":{"base":"double","isNullable":false,"type":"basic"}}]},"rows":[["email",3.0]]}
	// line 1: the header lacks "channel" (it has "chanel")
}

// Compare two frames column by column, as pageleap verify does.
func ExampleCompare() {
	schema := frame.Schema{{Name: "score", Type: frame.ScalarOf(frame.Double)}}
	got, _ := frame.ReadCSV([]byte("score\n0.5\n0.25\n"), schema)
	want, _ := frame.ReadCSV([]byte("score\n0.5\n0.2\n"), schema)
	for _, d := range frame.Compare(got, want, func(string) float64 { return 1e-12 }) {
		fmt.Println(d.Fails(), d.String())
	}
	// Output:
	// true column "score": 1 rows differ, first row 1: got 0.25, want 0.2; largest difference 0.05 (relative 0.2)
}
