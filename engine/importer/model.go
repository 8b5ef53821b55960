package importer

import (
	"slices"
	"strconv"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

// features is the input of a predictor of vectors of n elements (-1: any).
func (s *stage) features(n *bundle.Node, size int) {
	name := s.strOr("featuresCol", "features")
	s.look(name, vector(size))
	bindIn(n, "features", name)
}

// predictor makes the node of a regression or clustering model.
func (s *stage) predictor(op string, size int, attrs ...bundle.Attribute) *bundle.Node {
	n := s.node(op, append(attrs, s.spark())...)
	s.features(n, size)
	bindOut(n, "prediction", s.strOr("predictionCol", "prediction"))
	s.put(s.strOr("predictionCol", "prediction"), scalar(frame.Double))
	s.emit(n)
	return n
}

// classifier makes the node of a classification model. Spark writes the columns
// whose name is not empty (ml/classification/ProbabilisticClassifier.scala).
func (s *stage) classifier(op string, size, classes int, probabilistic bool, attrs ...bundle.Attribute) *bundle.Node {
	n := s.node(op, append(attrs, s.spark())...)
	s.features(n, size)
	raw := s.strOr("rawPredictionCol", "rawPrediction")
	bindOut(n, "raw_prediction", raw)
	s.put(raw, vector(classes))
	if probabilistic {
		probability := s.strOr("probabilityCol", "probability")
		bindOut(n, "probability", probability)
		s.put(probability, vector(classes))
	}
	s.prediction(n, classes)
	s.emit(n)
	return n
}

// prediction is the output of a class.
func (s *stage) prediction(n *bundle.Node, classes int) {
	name := s.strOr("predictionCol", "prediction")
	bindOut(n, "prediction", name)
	s.put(name, &column{typ: frame.ScalarOf(frame.Double).OrNull(), attrs: []attr{{nominal: true, categories: classes}}})
}

func (s *stage) thresholds(n *bundle.Node) {
	var list []number
	if s.get("thresholds", &list) {
		set(n, floatsAttr("thresholds", floatsOf(list)))
	}
}

// readLogisticRegression: ml/classification/LogisticRegression.scala. A
// multinomial model of two classes keeps its matrix; MLeap, which does not know
// of such, gets the binary model that comes to the same probabilities.
func readLogisticRegression(s *stage) {
	r := s.one()
	classes, multinomial := r.int("numClasses"), r.bool("isMultinomial")
	intercepts := r.vector("interceptVector")
	values, rows, cols := r.matrix("coefficientMatrix")
	if s.err != nil {
		return
	}
	if rows != len(intercepts) || rows < 1 || multinomial && rows != classes || !multinomial && rows != 1 {
		s.fail(ErrMalformed, r.file, "has %d rows of coefficients and %d intercepts for %d classes", rows, len(intercepts), classes)
		return
	}
	n := s.classifier("logistic_regression", cols, classes, true, longAttr("num_classes", classes))
	if multinomial {
		set(n, tensorAttr("coefficient_matrix", byColumn(values, rows, cols), rows, cols), vectorAttr("intercept_vector", intercepts))
		s.thresholds(n)
		if classes != 2 {
			return
		}
		difference := make([]float64, cols)
		for j := range difference {
			difference[j] = values[cols+j] - values[j]
		}
		values, intercepts = difference, []float64{intercepts[1] - intercepts[0]}
	}
	threshold := s.floatOr("threshold", 0.5)
	var list []number
	if s.get("thresholds", &list) {
		if len(list) != 2 {
			s.fail(ErrMalformed, s.meta.file, "has %d thresholds for two classes", len(list))
			return
		}
		threshold = 1 / (1 + float64(list[0])/float64(list[1])) // getThreshold
	}
	set(n, vectorAttr("coefficients", values), floatAttr("intercept", intercepts[0]), floatAttr("threshold", threshold))
}

func readLinearSVC(s *stage) {
	r := s.one()
	v := r.vector("coefficients")
	s.classifier("linear_svc", len(v), 2, false, longAttr("num_classes", 2), vectorAttr("coefficients", v),
		floatAttr("intercept", r.float("intercept")), floatAttr("threshold", s.floatOr("threshold", 0)))
}

// readNaiveBayes: ml/classification/NaiveBayes.scala. Only Gaussian models have
// variances; before Spark 3 there was no column for them.
func readNaiveBayes(s *stage) {
	r := s.one()
	pi := r.vector("pi")
	theta, rows, cols := r.matrix("theta")
	kind := s.strOr("modelType", "multinomial")
	n := s.classifier("naive_bayes", cols, len(pi), true, longAttr("num_features", cols), longAttr("num_classes", rows), vectorAttr("pi", pi),
		tensorAttr("theta", byColumn(theta, rows, cols), rows, cols), strAttr("model_type", kind))
	s.thresholds(n)
	if kind == "gaussian" {
		sigma, rows, cols := r.matrix("sigma")
		set(n, tensorAttr("sigma", byColumn(sigma, rows, cols), rows, cols))
	}
}

// readPerceptron: ml/classification/MultilayerPerceptronClassifier.scala. Before
// Spark 3 the layers were among the data.
func readPerceptron(s *stage) {
	r := s.one()
	var layers []int64
	if s.meta.major < 3 && r.has("layers") {
		layers = r.ints("layers")
	} else {
		s.need("layers", &layers)
	}
	if s.err == nil && len(layers) < 2 {
		s.fail(ErrMalformed, s.meta.file, "has %d layers", len(layers))
	}
	if s.err != nil {
		return
	}
	s.thresholds(s.classifier("multi_layer_perceptron_classifier", int(layers[0]), int(layers[len(layers)-1]), true,
		intsAttr("layers", frame.Long, layers), vectorAttr("weights", r.vector("weights"))))
}

// Factorization machines: ml/classification/FMClassifier.scala,
// ml/regression/FMRegressor.scala.
func (s *stage) factors() (attrs []bundle.Attribute, size int) {
	r := s.one()
	linear := r.vector("linear")
	values, rows, cols := r.matrix("factors")
	return []bundle.Attribute{floatAttr("intercept", r.float("intercept")), vectorAttr("linear", linear), tensorAttr("factors", values, rows, cols)}, len(linear)
}

func readFMClassifier(s *stage) {
	attrs, size := s.factors()
	s.thresholds(s.classifier("fm_classifier", size, 2, true, attrs...))
}

func readFMRegressor(s *stage) {
	attrs, size := s.factors()
	s.predictor("fm_regressor", size, attrs...)
}

func (s *stage) linear() (attrs []bundle.Attribute, size int) {
	r := s.one()
	v := r.vector("coefficients")
	return []bundle.Attribute{vectorAttr("coefficients", v), floatAttr("intercept", r.float("intercept"))}, len(v)
}

func readLinearRegression(s *stage) {
	attrs, size := s.linear()
	s.predictor("linear_regression", size, attrs...)
}

// readGLM: ml/regression/GeneralizedLinearRegression.scala. A link that was not
// set is the family's own; Tweedie has powers instead of a link.
func readGLM(s *stage) {
	attrs, size := s.linear()
	family := s.strOr("family", "gaussian")
	n := s.predictor("generalized_linear_regression", size, append(attrs, strAttr("family", family))...)
	if family == "tweedie" {
		set(n, floatAttr("variance_power", s.floatOr("variancePower", 0)))
		if s.has("linkPower") {
			set(n, floatAttr("link_power", s.float("linkPower")))
		}
	} else if link := s.strOr("link", ""); link != "" {
		set(n, strAttr("link", link))
	} else {
		set(n, strAttr("link", map[string]string{"gaussian": "identity", "binomial": "logit", "poisson": "log", "gamma": "inverse"}[family]))
	}
	if offset := s.strOr("offsetCol", ""); offset != "" {
		bindIn(n, "offset", offset)
		s.look(offset, scalar(frame.Double))
	}
	if link := s.strOr("linkPredictionCol", ""); link != "" {
		// Spark writes it first.
		n.Outputs = append([]bundle.Socket{{Port: "link_prediction", Name: link}}, n.Outputs...)
		s.put(link, scalar(frame.Double))
	}
}

// readAFT: ml/regression/AFTSurvivalRegression.scala.
func readAFT(s *stage) {
	r := s.one()
	v := r.vector("coefficients")
	quantiles := s.floats("quantileProbabilities")
	n := s.predictor("aft_survival_regression", len(v), vectorAttr("coefficients", v), floatAttr("intercept", r.float("intercept")),
		floatAttr("scale", r.float("scale")), floatsAttr("quantile_probabilities", quantiles))
	name := s.strOr("quantilesCol", "")
	bindOut(n, "quantiles", name)
	s.put(name, vector(len(quantiles)))
}

// readIsotonic: ml/regression/IsotonicRegression.scala. The input is a number,
// or a vector of which the element featureIndex counts.
func readIsotonic(s *stage) {
	r := s.one()
	c := s.look(s.strOr("featuresCol", "features"), scalar(frame.Double))
	n := s.predictor("isotonic_regression", -1, floatsAttr("boundaries", r.floats("boundaries")), floatsAttr("predictions", r.floats("predictions")),
		boolAttr("isotonic", s.boolOr("isotonic", true)))
	index := s.intOr("featureIndex", 0)
	set(n, intAttr("spark_feature_index", index))
	if c.typ.Kind == frame.Tensor {
		set(n, longAttr("feature_index", index))
	}
}

// Clustering.

func centers(list [][]float64) bundle.Attribute {
	a := bundle.Attribute{Name: "cluster_centers", Kind: bundle.ListAttr, Type: bundle.TensorValue}
	for _, c := range list {
		a.Tensors = append(a.Tensors, bundle.Tensor{Base: frame.Double, Dims: []int{len(c)}, Floats: c})
	}
	return a
}

// readKMeans: ml/clustering/KMeans.scala (KMeansModel), a row a cluster.
func readKMeans(s *stage) {
	rows := s.data("data")
	list := make([][]float64, len(rows))
	for _, r := range rows {
		i := r.int("clusterIdx")
		if s.err == nil && (i < 0 || i >= len(list) || list[i] != nil) {
			s.fail(ErrMalformed, r.file, "has cluster %d, twice or among %d: a part file may be missing", i, len(list))
		}
		if s.err != nil {
			return
		}
		list[i] = r.vector("clusterCenter")
	}
	if len(list) == 0 {
		s.fail(ErrMalformed, s.path("data"), "has no clusters")
	}
	if s.err != nil {
		return
	}
	s.predictor("k_means", len(list[0]), centers(list), longAttr("num_features", len(list[0])), strAttr("distance_measure", s.strOr("distanceMeasure", "euclidean")))
}

// readBisecting: ml/clustering/BisectingKMeans.scala, whose data are a model of
// the older mllib/clustering/BisectingKMeansModel.scala, with metadata and data
// of its own. The nodes of a tree refer to one another by index.
func readBisecting(s *stage) {
	inner := s.older("data/metadata")
	if s.err != nil {
		return
	}
	var root int
	measure := s.strOr("distanceMeasure", "euclidean")
	inner.field("rootId", &root)
	if _, ok := inner.meta.extra["distanceMeasure"]; ok {
		inner.field("distanceMeasure", &measure)
	}
	if s.err = inner.err; s.err != nil {
		return
	}
	byIndex := map[int]*record{}
	for _, r := range s.data("data/data") {
		byIndex[r.int("index")] = r
	}
	n := s.predictor("bisecting_k_means", -1, strAttr("distance_measure", measure))
	var tree []byte
	seen := map[int]bool{}
	features := -1
	for todo := []int{root}; len(todo) > 0 && s.err == nil; {
		i := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		r := byIndex[i]
		if r == nil || seen[i] {
			s.fail(ErrMalformed, s.path("data/data"), "has no node %d, or one that is its own child: a part file may be missing", i)
			return
		}
		seen[i] = true
		center := r.vector("center")
		children := r.ints("children")
		if features < 0 {
			features = len(center)
		}
		tree = bundle.AppendClusterNode(tree, bundle.Protobuf, &bundle.ClusterNode{Index: i, Norm: r.float("norm"), NumChildren: len(children), Values: center})
		for _, c := range slices.Backward(children) {
			todo = append(todo, int(c))
		}
	}
	if s.err == nil && len(seen) != len(byIndex) {
		s.fail(ErrMalformed, s.path("data/data"), "has %d nodes that are not below node %d", len(byIndex)-len(seen), root)
	}
	n.Model.Files = append(n.Model.Files, bundle.File{Name: "tree.pb", Data: tree})
}

// older is the metadata of a model of spark.mllib that the stage holds: a line
// of JSON with fields and no params.
func (s *stage) older(dir string) *stage {
	line, file, err := s.line(s.path(dir))
	if err != nil {
		s.keep(err)
		return nil
	}
	inner := &stage{importing: s.importing, dir: s.dir, meta: &metadata{file: file, class: s.meta.class}}
	inner.parseExtra(line)
	s.err = inner.err
	return inner
}

// readGaussians: ml/clustering/GaussianMixture.scala.
func readGaussians(s *stage) {
	r := s.one()
	weights, mus, sigmas := r.floats("weights"), r.structs("mus"), r.structs("sigmas")
	means := bundle.Attribute{Name: "means", Kind: bundle.ListAttr, Type: bundle.TensorValue}
	covs := bundle.Attribute{Name: "covs", Kind: bundle.ListAttr, Type: bundle.TensorValue}
	size := -1
	for _, mu := range mus {
		v := mu.denseVector()
		size = len(v)
		means.Tensors = append(means.Tensors, bundle.Tensor{Base: frame.Double, Dims: []int{len(v)}, Floats: v})
	}
	for _, sigma := range sigmas {
		v, rows, cols := sigma.denseMatrix()
		covs.Tensors = append(covs.Tensors, bundle.Tensor{Base: frame.Double, Dims: []int{rows, cols}, Floats: byColumn(v, rows, cols)})
	}
	n := s.node("gaussian_mixture", means, covs, floatsAttr("weights", weights), s.spark())
	s.features(n, size)
	probability := s.strOr("probabilityCol", "probability")
	bindOut(n, "probability", probability)
	s.put(probability, vector(len(weights)))
	s.prediction(n, len(weights))
	s.emit(n)
}

// readLDA: ml/clustering/LDA.scala (LocalLDAModel).
func readLDA(s *stage) {
	r := s.one()
	values, rows, cols := r.matrix("topicsMatrix")
	s.lda(r.int("vocabSize"), byColumn(values, rows, cols), rows, cols, r.vector("docConcentration"), r.float("topicConcentration"), r.float("gammaShape"))
}

// ldaSeed is what every model's inference starts from: the model takes it when
// it is made, before its param seed is set, and so has that param's default,
// the hash of the class's name.
const ldaSeed = 1421925485

// readDistributedLDA: ml/clustering/LDA.scala (DistributedLDAModel), which holds a
// graph of mllib/clustering/LDAModel.scala. To transform, Spark makes a local
// model of the counts at its vertices, of which term i's has the id -1-i. It
// draws another seed each time, so that its answers differ in the third digit.
func readDistributedLDA(s *stage) {
	inner := s.older("oldModel/metadata")
	if s.err != nil {
		return
	}
	var k, terms int
	var alpha []number
	var eta, shape number
	inner.field("k", &k)
	inner.field("vocabSize", &terms)
	inner.field("docConcentration", &alpha)
	inner.field("topicConcentration", &eta)
	inner.field("gammaShape", &shape)
	if s.err = inner.err; s.err != nil {
		return
	}
	if k < 1 || terms < 1 || k > maxElements || terms > maxElements || k*terms > maxElements {
		s.fail(ErrMalformed, inner.meta.file, "has %d topics of %d terms", k, terms)
		return
	}
	topics := make([]float64, k*terms) // topic by topic
	for _, r := range s.data("oldModel/data/topicCounts") {
		id := r.int("id")
		if id >= 0 {
			continue // a document's
		}
		counts := r.vector("topicWeights")
		if s.err == nil && (-1-id >= terms || len(counts) != k) {
			s.fail(ErrMalformed, r.file, "has %d counts for term %d of %d", len(counts), -1-id, terms)
		}
		if s.err != nil {
			return
		}
		for j, x := range counts {
			topics[j*terms-1-id] = x
		}
	}
	s.lda(terms, topics, terms, k, floatsOf(alpha), float64(eta), float64(shape))
}

func (s *stage) lda(vocabulary int, topics []float64, rows, cols int, alpha []float64, eta, shape float64) {
	n := s.node("lda_local_model_op", intAttr("vocabSize", vocabulary), floatsAttr("docConcentration", alpha), floatAttr("topicConcentration", eta),
		tensorAttr("topicMatrix", topics, rows, cols), floatAttr("gamma_shape", shape), s.spark())
	set(n, longAttr("seed", ldaSeed))
	s.features(n, rows)
	out := s.strOr("topicDistributionCol", "topicDistribution")
	bindOut(n, "prediction", out)
	s.put(out, vector(cols))
	s.emit(n)
}

// readALS: ml/recommendation/ALS.scala (ALSModel).
func readALS(s *stage) {
	var rank int
	s.field("rank", &rank)
	n := s.node("als", intAttr("rank", rank), strAttr("cold_start_strategy", s.strOr("coldStartStrategy", "nan")), s.spark())
	for _, of := range []struct{ dir, ids, factors string }{{"userFactors", "users", "user_factors"}, {"itemFactors", "items", "item_factors"}} {
		var ids []int64
		a := bundle.Attribute{Name: of.factors, Kind: bundle.ListAttr, Type: bundle.TensorValue}
		for _, r := range s.data(of.dir) {
			ids = append(ids, int64(r.int("id")))
			v := r.floats("features")
			a.Tensors = append(a.Tensors, bundle.Tensor{Base: frame.Float, Dims: []int{len(v)}, Floats: v})
		}
		set(n, intsAttr(of.ids, frame.Int, ids), a)
	}
	for _, of := range []struct{ param, port, def string }{{"userCol", "user", "user"}, {"itemCol", "item", "item"}} {
		name := s.strOr(of.param, of.def)
		s.look(name, scalar(frame.Int))
		bindIn(n, of.port, name)
	}
	out := s.strOr("predictionCol", "prediction")
	bindOut(n, "prediction", out)
	s.put(out, scalar(frame.Float))
	s.emit(n)
}

// readOneVsRest: ml/classification/OneVsRest.scala (OneVsRestModel). The
// sub-models' own columns do not count.
func readOneVsRest(s *stage) {
	classes := s.fieldInt("numClasses")
	if s.err == nil && (classes < 1 || classes > maxStages) {
		s.fail(ErrMalformed, s.meta.file, "the field \"numClasses\" is %d", classes)
	}
	if s.err != nil {
		return
	}
	n := s.node("one_vs_rest", longAttr("num_classes", classes), s.spark())
	size := -1
	for i := range classes {
		columns := s.importing.columns
		s.importing.columns = map[string]*column{}
		sub, err := s.stage(s.path("model_"+strconv.Itoa(i)), s.depth+1)
		inner := s.importing.columns
		s.importing.columns = columns
		if err != nil {
			s.keep(err)
			return
		}
		if len(sub.nodes) != 1 || len(sub.nodes[0].Model.Children) > 0 {
			s.fail(ErrUnsupported, s.meta.file, "has a %s for a classifier", sub.meta.class)
			return
		}
		if c, ok := inner[sub.strOr("featuresCol", "features")]; ok && c.size() >= 0 {
			size = c.size()
		}
		n.Model.Subs = append(n.Model.Subs, bundle.Sub{Dir: "model" + strconv.Itoa(i), Model: sub.nodes[0].Model})
	}
	set(n, longAttr("num_features", max(size, 0)))
	s.features(n, size)
	raw := s.strOr("rawPredictionCol", "rawPrediction")
	bindOut(n, "raw_prediction", raw)
	s.put(raw, vector(classes))
	s.prediction(n, classes)
	s.emit(n)
}
