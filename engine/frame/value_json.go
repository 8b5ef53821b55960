package frame

import "github.com/pageleap/pageleap/engine/internal/json"

// ParseValue reads one cell of a column as leap frames write it in JSON.
func ParseValue(text []byte, f Field, v *Value) error {
	r := cellReader{d: json.NewDecoder(text), lim: Limits{}.Filled()}
	err := r.read(f.Type)
	if err == nil {
		err = r.d.End()
	}
	if err != nil {
		return at(columnName(f), err)
	}
	v.Copy(&r.v)
	return nil
}

// AppendValue writes one cell as ParseValue reads it.
func AppendValue(b []byte, t Type, v *Value) []byte { return leap.cell(b, t, v) }
