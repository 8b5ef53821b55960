package bundle_test

import (
	"fmt"
	"os"

	"github.com/pageleap/pageleap/engine/bundle"
)

// Read a bundle, list its stages, and write it in the other serialisation.
func Example() {
	zip, err := os.ReadFile("../../testdata/genuine/pipeline_visitor_lr/bundle.json.zip")
	if err != nil {
		panic(err)
	}
	files, err := bundle.OpenZip(zip)
	if err != nil {
		panic(err)
	}
	b, err := bundle.Read(files, bundle.DefaultLimits())
	if err != nil {
		panic(err)
	}
	fmt.Println(b.Format, b.Version, b.Root.Model.Op)
	for _, n := range b.Root.Model.Children {
		fmt.Println(n.Model.Op, n.Outputs[0].Name)
	}
	zip, err = bundle.Write(b, bundle.Protobuf)
	fmt.Println(len(zip) > 0, err)
	// Output:
	// json 0.25.2 pipeline
	// string_indexer channel_idx
	// one_hot_encoder channel_vec
	// imputer seconds_imp
	// imputer prev_visits_imp
	// vector_assembler features
	// logistic_regression rawPrediction
	// true <nil>
}
