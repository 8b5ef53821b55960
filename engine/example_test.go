package engine_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/transform"
)

// Score one visit: the row path, which allocates nothing.
func Example() {
	zip, err := os.ReadFile("../testdata/genuine/real_uci_shoppers_rf/bundle.json.zip")
	if err != nil {
		panic(err)
	}
	model, err := engine.Load(zip)
	if err != nil {
		panic(err)
	}
	row, err := model.NewRow()
	if err != nil {
		panic(err)
	}
	in := model.Inputs()
	for name, pages := range map[string]float64{
		"Administrative": 1, "Administrative_Duration": 20,
		"Informational": 0, "Informational_Duration": 0,
		"ProductRelated": 30, "ProductRelated_Duration": 1200,
	} {
		row.Input(in.Index(name)).SetNum(pages)
	}
	row.Input(in.Index("Month")).SetStr("Nov")
	row.Input(in.Index("VisitorType")).SetStr("New_Visitor")
	row.Input(in.Index("Weekend")).SetStr("FALSE")
	if err := row.Score(); err != nil {
		panic(err)
	}
	p := row.Output(model.Outputs().Index("probability")).Nums
	fmt.Printf("defer %.3f, buy %.3f\n", p[0], p[1])
	// Output: defer 0.606, buy 0.394
}

// domain is an op of one's own: the domain of an e-mail address.
type domain struct{ lower bool }

func (d *domain) Inputs() []transform.Port {
	return []transform.Port{{Name: "input", Type: frame.ScalarOf(frame.String)}}
}

func (d *domain) Outputs() []transform.Port {
	return []transform.Port{{Name: "output", Type: frame.ScalarOf(frame.String)}}
}

func (d *domain) Transform(in, out []*frame.Value) error {
	_, s, ok := strings.Cut(in[0].Str, "@")
	if !ok {
		return transform.Bad(0, transform.ErrValue, "no @ in "+strconv.Quote(in[0].Str), "give an e-mail address")
	}
	if d.lower {
		s = strings.ToLower(s)
	}
	out[0].SetStr(s)
	return nil
}

// readDomain reads what the op's bundle node holds.
func readDomain(s *transform.Source) (transform.Transformer, error) {
	d := &domain{lower: s.BoolOr("lower", true)}
	return d, s.Err()
}

// Run bundles that hold an op of your own.
func ExampleWith() {
	b := &bundle.Bundle{Name: "mail", Root: &bundle.Node{
		Name:    "mail",
		Inputs:  []bundle.Socket{{Port: "input", Name: "mail"}},
		Outputs: []bundle.Socket{{Port: "output", Name: "domain"}},
		Model:   &bundle.Model{Op: "email_domain", Path: "root"},
	}}
	model, err := engine.LoadBundle(b, engine.With(transform.Op{Name: "email_domain", Read: readDomain}))
	if err != nil {
		panic(err)
	}
	out, _, err := model.TransformBytes([]byte("mail\nada@Example.org\n"), frame.CSV, frame.CSV, nil)
	if err != nil {
		panic(err)
	}
	fmt.Print(string(out))
	_, _, err = model.TransformBytes([]byte("mail\nada\n"), frame.CSV, frame.CSV, nil)
	fmt.Println(err)
	// Output:
	// mail,domain
	// ada@Example.org,example.org
	// row 0: root: no @ in "ada" in column "mail" (give an e-mail address)
}
