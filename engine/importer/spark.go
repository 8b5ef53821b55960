// Package importer turns models that others save into bundles.
//
// Spark reads what Spark ML's own PipelineModel.save() leaves: a directory of
// metadata (one line of JSON a stage) and data (Parquet files). No Spark, no
// Java and no sample of the data is needed.
//
//	b, err := importer.Spark(os.DirFS("visitor_model"), nil)
//	model, err := engine.LoadBundle(b)
//
// The bundle has the ops and attributes of MLeap, whose runtime can load it. A
// model's own Spark is kept in the attribute "spark", by which pageleap follows
// Spark where the two differ; MLeap passes over it. What MLeap has no op for
// becomes one of pageleap's own.
//
// The layouts are those of Spark 2.4 to 4.1. What is in Spark's files is taken
// for what a stranger wrote: wrong numbers are errors that name the file and
// the stage, and cost no more memory than files of their size should.
package importer

import (
	"crypto/sha1"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

// Options of an import. nil means all defaults.
type Options struct {
	// Schema is the schema of the frames to come, as Spark's df.schema.json()
	// writes it. A saved model does not hold it; without it the columns have
	// the types that the first stage to read them wants.
	Schema []byte
}

// MLeap's version that a bundle is written for.
const mleapVersion = "0.25.2"

// IsSpark says whether the directory looks like a model that Spark saved.
func IsSpark(fsys fs.FS) bool {
	_, err := fs.Stat(fsys, "metadata")
	if err != nil {
		return false
	}
	names, err := (&source{fsys: fsys}).parts("metadata")
	return err == nil && len(names) > 0
}

// Spark reads the model that Spark saved to a directory.
//
// # Errors
//
// An *Error names the stage and the file. errors.Is finds ErrMalformed,
// ErrNotFound, ErrUnsupported, ErrVersion and ErrLimit.
func Spark(fsys fs.FS, o *Options) (*bundle.Bundle, error) {
	im := &importing{source: &source{fsys: fsys}, columns: map[string]*column{}, labels: map[string]bool{}}
	if o != nil && o.Schema != nil {
		if err := im.readSchema(o.Schema); err != nil {
			return nil, err
		}
	}
	root, err := im.stage(".", 0)
	if err != nil {
		return nil, err
	}
	var stamp int64
	if len(root.nodes) != 1 {
		// A stage that is several ops is a pipeline of its own.
		root.nodes = []*bundle.Node{pipeline(root.nodeName(), root.nodes)}
	}
	if _, ok := root.meta.extra["timestamp"]; ok {
		root.field("timestamp", &stamp)
		if root.err != nil {
			return nil, root.err
		}
	}
	node := root.nodes[0]
	im.markLabels(node)
	setPaths(node.Model, "root")
	var meta []bundle.Attribute
	if len(im.inputs) > 0 {
		meta = append(meta, strAttr(engine.MetaInputs, string(frame.AppendJSON(nil, frame.New(im.inputs)))))
	}
	return &bundle.Bundle{
		Name:      node.Name,
		Meta:      meta,
		UID:       uuid(root.meta.uid + " " + strconv.FormatInt(stamp, 10)),
		Version:   mleapVersion,
		Timestamp: time.UnixMilli(stamp).UTC().Format("2006-01-02T15:04:05.000"),
		Format:    bundle.Protobuf,
		Root:      node,
	}, nil
}

// uuid makes a UUID of a name (RFC 9562, version 5), the same each time.
func uuid(name string) string {
	h := sha1.Sum([]byte("pageleap " + name))
	h[6], h[8] = h[6]&15|5<<4, h[8]&63|128
	return fmt.Sprintf("%x-%x-%x-%x-%x", h[:4], h[4:6], h[6:8], h[8:10], h[10:16])
}

// markLabels tells string indexers which of their columns are labels that no
// stage reads once the models are fitted.
func (im *importing) markLabels(root *bundle.Node) {
	read := map[string]bool{}
	var indexers []*bundle.Node
	for _, n := range flat(root, nil) {
		switch n.Model.Op {
		case "string_indexer":
			indexers = append(indexers, n)
		case "sql_transformer":
			return // which may read any column
		}
		for _, in := range n.Inputs {
			read[in.Name] = true
		}
	}
	for _, n := range indexers {
		var ports []string
		for i, out := range n.Outputs {
			if im.labels[out.Name] && !read[out.Name] {
				ports = append(ports, n.Inputs[i].Port)
			}
		}
		if ports != nil {
			set(n, strsAttr("dispensable", ports))
		}
	}
}

// flat are the nodes of a pipeline, and of those in it, in order.
func flat(n *bundle.Node, list []*bundle.Node) []*bundle.Node {
	if n.Model.Op != "pipeline" {
		return append(list, n)
	}
	for _, c := range n.Model.Children {
		list = flat(c, list)
	}
	return list
}

func setPaths(m *bundle.Model, at string) {
	m.Path = at
	for _, c := range m.Children {
		setPaths(c.Model, at+"/"+c.Name+".node")
	}
	for _, s := range m.Subs {
		setPaths(s.Model, at+"/"+s.Dir)
	}
}

// importing is an import under way.
type importing struct {
	*source
	names   []string        // of the nodes so far
	labels  map[string]bool // the columns that models were fitted to
	columns map[string]*column
	inputs  frame.Schema // that Options.Schema gave
}

// The classes below have these before their names.
const (
	sparkML = "org.apache.spark.ml."
	pySpark = "pyspark.ml."
)

// stage reads the stage in a directory and makes its nodes.
func (im *importing) stage(dir string, depth int) (*stage, error) {
	s := &stage{importing: im, dir: dir}
	var err error
	if s.meta, err = im.metadata(dir); err != nil {
		at := dir
		if dir == "." {
			at = ""
		}
		return nil, in(at, "", err)
	}
	if depth > 32 {
		s.fail(ErrLimit, "", "is nested more than 32 deep")
		return nil, s.err
	}
	read, err := s.reader()
	if err != nil {
		return nil, err
	}
	s.depth = depth
	if s.has("labelCol") {
		im.labels[s.str("labelCol")] = true
	}
	read(s)
	return s, s.err
}

// reader finds what reads the stage's class.
func (s *stage) reader() (func(*stage), error) {
	name, ours := strings.CutPrefix(s.meta.class, sparkML)
	if !ours {
		// What holds a stage that only Python knows is saved by Python, which
		// names its own class.
		if name, ours = strings.CutPrefix(s.meta.class, pySpark); ours {
			name = strings.TrimPrefix(name, "pipeline.")
		}
	}
	if ours {
		// These hold stages.
		switch name {
		case "PipelineModel":
			return readPipeline, nil
		case "tuning.CrossValidatorModel", "tuning.TrainValidationSplitModel":
			return readBest, nil
		case "classification.OneVsRestModel":
			return readOneVsRest, nil
		case "feature.RFormulaModel":
			return readRFormula, nil
		}
		for i := range readers {
			if readers[i].class == name {
				return readers[i].read, nil
			}
		}
		// An estimator is saved under its model's name without "Model".
		for i := range readers {
			if readers[i].class == name+"Model" || slices.Contains(estimators, name) {
				s.unsupported("%s is an estimator that has not been fitted; save the model that its fit() returns", s.meta.class)
				return nil, s.err
			}
		}
	}
	if name == "fpm.FPGrowthModel" {
		s.unsupported("FPGrowthModel cannot be run: it finds rules for sets of items, for which there is no op")
		return nil, s.err
	}
	s.unsupported("the class %s is not one of Spark ML's transformers and models, or not one that is known here", s.meta.class)
	return nil, s.err
}

// estimators are those whose models have another name.
var estimators = []string{
	"Pipeline", "tuning.CrossValidator", "tuning.TrainValidationSplit", "feature.QuantileDiscretizer",
	"classification.LogisticRegression", "classification.DecisionTreeClassifier", "classification.RandomForestClassifier",
	"classification.GBTClassifier", "classification.MultilayerPerceptronClassifier", "classification.FMClassifier", "classification.OneVsRest",
	"regression.DecisionTreeRegressor", "regression.RandomForestRegressor", "regression.GBTRegressor", "regression.FMRegressor",
	"clustering.LDA", "fpm.FPGrowth", "feature.OneHotEncoderEstimator",
}

// emit adds a node that is done.
func (s *stage) emit(n *bundle.Node) { s.nodes = append(s.nodes, n) }

// readPipeline reads PipelineModel: its stages in the directory "stages", in
// the order of stageUids (ml/Pipeline.scala, SharedReadWrite).
func readPipeline(s *stage) {
	uids := s.strs("stageUids")
	if s.err != nil {
		return
	}
	if len(uids) > maxStages {
		s.fail(ErrLimit, s.meta.file, "has %d stages", len(uids))
		return
	}
	name := s.nodeName()
	var nodes []*bundle.Node
	digits := len(strconv.Itoa(len(uids)))
	for i, uid := range uids {
		dir := s.path(path.Join("stages", fmt.Sprintf("%0*d_%s", digits, i, uid)))
		if !fs.ValidPath(dir) {
			s.fail(ErrMalformed, s.meta.file, "stageUids has %q, which cannot name a directory", uid)
			return
		}
		sub, err := s.stage(dir, s.depth+1)
		if err != nil {
			s.keep(err)
			return
		}
		nodes = append(nodes, sub.nodes...)
	}
	s.emit(pipeline(name, nodes))
}

const maxStages = 10_000

func pipeline(name string, nodes []*bundle.Node) *bundle.Node {
	m := &bundle.Model{Format: bundle.Protobuf, Op: "pipeline", Children: nodes}
	var names []string
	for _, n := range nodes {
		names = append(names, n.Name)
	}
	m.Attributes = append(m.Attributes, strsAttr("nodes", names))
	return &bundle.Node{Name: name, Model: m}
}

// readBest reads CrossValidatorModel and TrainValidationSplitModel: the best
// model stands for them (ml/tuning/CrossValidator.scala), as in MLeap's bundles.
func readBest(s *stage) {
	sub, err := s.stage(s.path("bestModel"), s.depth+1)
	if err != nil {
		s.keep(err)
		return
	}
	s.nodes = sub.nodes
}

// readers are the classes that can be read, by their names in Spark less the
// package that all have in common, less those that hold other stages.
var readers = []struct {
	class string
	read  func(*stage)
}{
	{"feature.Binarizer", readBinarizer},
	{"feature.BucketedRandomProjectionLSHModel", readRandomProjection},
	{"feature.Bucketizer", readBucketizer},
	{"feature.ChiSqSelectorModel", readChiSqSelector},
	{"feature.ColumnPruner", readColumnPruner},
	{"feature.CountVectorizerModel", readCountVectorizer},
	{"feature.DCT", readDCT},
	{"feature.ElementwiseProduct", readElementwiseProduct},
	{"feature.FeatureHasher", readFeatureHasher},
	{"feature.HashingTF", readHashingTF},
	{"feature.IDFModel", readIDF},
	{"feature.ImputerModel", readImputer},
	{"feature.IndexToString", readIndexToString},
	{"feature.Interaction", readInteraction},
	{"feature.MaxAbsScalerModel", readMaxAbsScaler},
	{"feature.MinHashLSHModel", readMinHash},
	{"feature.MinMaxScalerModel", readMinMaxScaler},
	{"feature.NGram", readNGram},
	{"feature.Normalizer", readNormalizer},
	{"feature.OneHotEncoderModel", readOneHotEncoder},
	{"feature.PCAModel", readPCA},
	{"feature.PolynomialExpansion", readPolynomialExpansion},
	{"feature.RegexTokenizer", readRegexTokenizer},
	{"feature.RobustScalerModel", readRobustScaler},
	{"feature.SQLTransformer", readSQL},
	{"feature.StandardScalerModel", readStandardScaler},
	{"feature.StopWordsRemover", readStopWordsRemover},
	{"feature.StringIndexerModel", readStringIndexer},
	{"feature.TargetEncoderModel", readTargetEncoder},
	{"feature.Tokenizer", readTokenizer},
	{"feature.UnivariateFeatureSelectorModel", readUnivariate},
	{"feature.VarianceThresholdSelectorModel", readVarianceSelect},
	{"feature.VectorAssembler", readVectorAssembler},
	{"feature.VectorAttributeRewriter", readAttributeRewriter},
	{"feature.VectorIndexerModel", readVectorIndexer},
	{"feature.VectorSizeHint", readVectorSizeHint},
	{"feature.VectorSlicer", readVectorSlicer},
	{"feature.Word2VecModel", readWord2Vec},

	{"classification.DecisionTreeClassificationModel", readTreeClassifier},
	{"classification.FMClassificationModel", readFMClassifier},
	{"classification.GBTClassificationModel", readGBTClassifier},
	{"classification.LinearSVCModel", readLinearSVC},
	{"classification.LogisticRegressionModel", readLogisticRegression},
	{"classification.MultilayerPerceptronClassificationModel", readPerceptron},
	{"classification.NaiveBayesModel", readNaiveBayes},
	{"classification.RandomForestClassificationModel", readForestClassifier},

	{"regression.AFTSurvivalRegressionModel", readAFT},
	{"regression.DecisionTreeRegressionModel", readTreeRegressor},
	{"regression.FMRegressionModel", readFMRegressor},
	{"regression.GBTRegressionModel", readGBTRegressor},
	{"regression.GeneralizedLinearRegressionModel", readGLM},
	{"regression.IsotonicRegressionModel", readIsotonic},
	{"regression.LinearRegressionModel", readLinearRegression},
	{"regression.RandomForestRegressionModel", readForestRegressor},

	{"clustering.BisectingKMeansModel", readBisecting},
	{"clustering.DistributedLDAModel", readDistributedLDA},
	{"clustering.GaussianMixtureModel", readGaussians},
	{"clustering.KMeansModel", readKMeans},
	{"clustering.LocalLDAModel", readLDA},
	{"recommendation.ALSModel", readALS},
}
