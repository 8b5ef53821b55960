package frame

import (
	"errors"
	"strings"
	"testing"
)

func TestReadObjects(t *testing.T) {
	s := Schema{{"a", ScalarOf(Double)}, {"b", ScalarOf(String).OrNull()}}
	for text, want := range map[string]string{
		`{"a": 1, "b": "x"}`:                         "{\"a\":1.0,\"b\":\"x\"}\n",
		"\uFEFF{\n \"a\": \"NaN\",\n \"c\": [{}]\n}": "{\"a\":\"NaN\",\"b\":null}\n",
		`[]`:                         "",
		"[{\"a\": 1},\n {\"a\": 2}]": "{\"a\":1.0,\"b\":null}\n{\"a\":2.0,\"b\":null}\n",
	} {
		f, array, err := ReadObjects([]byte(text), s, ReadOptions{})
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := string(AppendNDJSON(nil, f)); got != want || array != strings.HasPrefix(text, "[") {
			t.Errorf("%s: got %s, array %v", text, got, array)
		}
	}
	for text, want := range map[string]struct {
		kind error
		msg  string
	}{
		``:                                  {ErrFormat, "found the end of the input where an object"},
		`7`:                                 {ErrFormat, "found a number where an object"},
		`{"a": 1} {"a": 2}`:                 {ErrFormat, "line 1"},
		`[{"a": 1}, 2]`:                     {ErrFormat, "row 1: found a number"},
		`[{"a": 1}, {}]`:                    {ErrValue, `row 1: column "a" (double): missing`},
		`{"a": "one"}`:                      {ErrValue, `column "a"`},
		`[{"a": 1}`:                         {ErrFormat, "ends inside an array"},
		`[{"a":1},{"a":1},{"a":1},{"a":1}]`: {ErrLimit, "more than 3"},
	} {
		_, _, err := ReadObjects([]byte(text), s, ReadOptions{Limits: Limits{Rows: 3}})
		if !errors.Is(err, want.kind) || !strings.Contains(err.Error(), want.msg) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
