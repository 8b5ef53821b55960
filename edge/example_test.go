package edge_test

import (
	"fmt"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/pageleap/pageleap/edge"
)

// Serve a bundle: the handler is an http.Handler like any other.
func Example() {
	zip, err := os.ReadFile("../testdata/genuine/string_indexer_keep_nullable/bundle.json.zip")
	if err != nil {
		panic(err)
	}
	h := edge.New(edge.Config{})
	model, err := h.Load("indexer", "1", zip)
	if err != nil {
		panic(err)
	}
	if err := h.Catalog.Set(model); err != nil {
		panic(err)
	}
	for _, rows := range []string{`{"s": "b"}`, `[{"s": "b"}, {"s": "never seen"}]`, `{"s": `} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("POST", "/models/indexer/score", strings.NewReader(rows)))
		fmt.Println(w.Code, strings.TrimSpace(w.Body.String()))
	}
	// Output:
	// 200 {"out":1.0}
	// 200 [{"out":1.0},{"out":3.0}]
	// 400 {"type":"about:blank","title":"Bad Request","status":400,"kind":"format","detail":"line 1, byte 6: the input ends where a value belongs"}
}
