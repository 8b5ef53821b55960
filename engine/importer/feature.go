package importer

import (
	"math"
	"slices"
	"strconv"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

// spark is the attribute that tells pageleap's ops to follow the model's Spark
// where MLeap does otherwise.
func (s *stage) spark() bundle.Attribute {
	return strAttr("spark", strconv.Itoa(s.meta.major)+"."+strconv.Itoa(s.meta.minor))
}

// output is the param outputCol, which is named after the stage unless it is set.
func (s *stage) output() string { return s.strOr("outputCol", s.meta.uid+"__output") }

// inOut are the columns of a stage that works on one or on several, pair by pair.
func (s *stage) inOut() (in, out []string) {
	in = s.columns("inputCol", "inputCols")
	if s.several() {
		out = s.strs("outputCols")
	} else {
		out = []string{s.output()}
	}
	if s.err == nil && len(in) != len(out) {
		s.fail(ErrMalformed, s.meta.file, "has %d input columns and %d output columns", len(in), len(out))
	}
	return in, out
}

func (s *stage) several() bool {
	return s.meta.isSet("inputCols") || !s.meta.isSet("inputCol") && s.has("inputCols")
}

// bindPairs binds ports input0, output0 and so on.
func bindPairs(n *bundle.Node, in, out []string) {
	for i := range in {
		bindIn(n, "input"+strconv.Itoa(i), in[i])
		bindOut(n, "output"+strconv.Itoa(i), out[i])
	}
}

// oneToOne makes the node of a stage with one input and one output.
func (s *stage) oneToOne(op string, attrs ...bundle.Attribute) *bundle.Node {
	n := s.node(op, attrs...)
	bindIn(n, "input", s.str("inputCol"))
	bindOut(n, "output", s.output())
	s.emit(n)
	return n
}

// vectorToVector is oneToOne for vectors of n elements (-1: any) that keeps
// their number.
func (s *stage) vectorToVector(op string, n int, attrs ...bundle.Attribute) *bundle.Node {
	c := s.look(s.str("inputCol"), vector(n))
	if n < 0 {
		n = c.size()
	}
	s.put(s.output(), vector(n))
	return s.oneToOne(op, attrs...)
}

// inputSize is the attribute by which MLeap declares a vector's size, which
// need not be known.
func inputSize(n int) bundle.Attribute { return intAttr("input_size", max(n, 0)) }

// readStringIndexer: ml/feature/StringIndexer.scala. Up to Spark 2.4 there was
// one list of labels.
func readStringIndexer(s *stage) {
	in, out := s.inOut()
	r := s.one()
	var labels [][]string
	if s.meta.major < 3 && !r.has("labelsArray") {
		labels = [][]string{r.strs("labels")}
	} else {
		for _, l := range r.list("labelsArray") {
			list, ok := l.([]string)
			if !ok {
				r.wrong("labelsArray", l, "a list of strings")
			}
			labels = append(labels, list)
		}
	}
	if s.err == nil && len(labels) != len(in) {
		s.fail(ErrMalformed, r.file, "has %d lists of labels for %d columns", len(labels), len(in))
		return
	}
	invalid := s.strOr("handleInvalid", "error")
	n := s.node("string_indexer", intAttr("labels_length", len(labels)), strAttr("handle_invalid", invalid), s.spark())
	for i, l := range labels {
		set(n, strsAttr("labels_array_"+strconv.Itoa(i), l))
		s.look(in[i], scalar(frame.String))
		values := slices.Clone(l)
		if invalid == "keep" {
			values = append(values, "__unknown")
		}
		s.put(out[i], nominal(values))
	}
	bindPairs(n, in, out)
	s.emit(n)
}

// nominal is a column of the indices of categories.
func nominal(values []string) *column {
	return &column{typ: frame.ScalarOf(frame.Double).OrNull(), attrs: []attr{{nominal: true, categories: len(values), values: values}}}
}

// readIndexToString: ml/feature/StringIndexer.scala (IndexToString). Without
// labels of its own it has those of its input column.
func readIndexToString(s *stage) {
	c := s.look(s.str("inputCol"), scalar(frame.Double))
	var labels []string
	if !s.get("labels", &labels) || len(labels) == 0 {
		if len(c.attrs) != 1 || c.attrs[0].values == nil {
			s.unsupported("has no labels, and column %q comes from no stage that has any; a schema from df.schema.json() may have them", s.str("inputCol"))
			return
		}
		labels = c.attrs[0].values
	}
	s.oneToOne("reverse_string_indexer", strsAttr("labels", labels), shapeAttr("input_shape", frame.ScalarOf(frame.Double)), s.spark())
	s.put(s.output(), scalar(frame.String))
}

// readOneHotEncoder: ml/feature/OneHotEncoder.scala (OneHotEncoderModel).
func readOneHotEncoder(s *stage) {
	in, out := s.inOut()
	sizes := s.one().ints("categorySizes")
	if s.err == nil && len(sizes) != len(in) {
		s.fail(ErrMalformed, s.path("data"), "has %d sizes for %d columns", len(sizes), len(in))
	}
	if s.err != nil {
		return
	}
	invalid, drop := s.strOr("handleInvalid", "error"), s.boolOr("dropLast", true)
	n := s.node("one_hot_encoder", intsAttr("category_sizes", frame.Int, sizes), strAttr("handle_invalid", invalid), boolAttr("drop_last", drop), s.spark())
	bindPairs(n, in, out)
	for i := range in {
		c := s.look(in[i], scalar(frame.Double))
		size := int(sizes[i])
		if invalid == "keep" {
			size++
		}
		if drop {
			size--
		}
		s.put(out[i], oneHot(c, max(size, 0)))
	}
	s.emit(n)
}

// oneHot is the vector of a category: its features are named after the values
// that are known, or numbered (OneHotEncoderCommon).
func oneHot(c *column, size int) *column {
	out := vector(size)
	if size > maxElements {
		return out
	}
	for i := range size {
		a := attr{name: strconv.Itoa(i)}
		if len(c.attrs) == 1 && i < len(c.attrs[0].values) {
			a.name = c.attrs[0].values[i]
		}
		out.attrs = append(out.attrs, a)
	}
	return out
}

// readImputer: ml/feature/Imputer.scala (ImputerModel). MLeap's op has one column,
// so there is a node for each, unless one column is written over another that is
// read too. The surrogates are in columns of their input columns' names.
func readImputer(s *stage) {
	in, out := s.inOut()
	r := s.one()
	var surrogates []float64
	var types []*column
	entangled := false
	for i, name := range in {
		surrogates = append(surrogates, r.float(name))
		types = append(types, &column{typ: s.look(name, scalar(frame.Double)).typ})
		k := slices.Index(in, out[i])
		entangled = entangled || k >= 0 && k != i
	}
	if s.err != nil {
		return
	}
	attrs := []bundle.Attribute{floatAttr("missing_value", s.floatOr("missingValue", math.NaN())),
		strAttr("strategy", s.strOr("strategy", "mean")), boolAttr("nullable_input", true), s.spark()}
	for i := range in {
		s.put(out[i], types[i])
		if entangled && i > 0 {
			continue
		}
		n := s.node("imputer", append([]bundle.Attribute{floatAttr("surrogate_value", surrogates[i])}, attrs...)...)
		if entangled {
			set(n, floatsAttr("surrogates", surrogates))
			bindPairs(n, in, out)
		} else {
			bindIn(n, "input", in[i])
			bindOut(n, "output", out[i])
		}
		s.emit(n)
	}
}

// readVectorAssembler: ml/feature/VectorAssembler.scala. MLeap wants to be told
// which inputs are vectors, and how long they are; pageleap looks at the frame.
func readVectorAssembler(s *stage) {
	in := s.strs("inputCols")
	n := s.node("vector_assembler")
	var types []frame.Type
	size, known := 0, true
	out := &column{}
	for i, name := range in {
		bindIn(n, "input"+strconv.Itoa(i), name)
		c := s.look(name, scalar(frame.Double))
		types = append(types, frame.Type{Kind: c.typ.Kind, Nullable: true, Dims: c.typ.Dims})
		k := c.size()
		known = known && k >= 0
		size += k
		if known && size <= maxElements {
			out.attrs = append(out.attrs, assembled(name, c, k)...)
		}
	}
	if !known || size > maxElements {
		size, out.attrs = -1, nil
	}
	out.typ = vector(size).typ
	set(n, shapesAttr("input_shapes", types), strAttr("handle_invalid", s.strOr("handleInvalid", "error")), s.spark())
	bindOut(n, "output", s.output())
	s.put(s.output(), out)
	s.emit(n)
}

// assembled are the features that a column of k elements adds to a vector.
// Only doubles and vectors keep what was known of them.
func assembled(name string, c *column, k int) []attr {
	if c.typ.Kind != frame.Tensor {
		a := attr{}
		if c.typ.Base == frame.Double && len(c.attrs) == 1 {
			a = c.attrs[0]
		}
		a.name = name
		return []attr{a}
	}
	out := make([]attr, k)
	for i := range out {
		if i < len(c.attrs) {
			out[i] = c.attrs[i]
		}
		if out[i].name == "" {
			out[i].name = strconv.Itoa(i)
		}
		out[i].name = name + "_" + out[i].name
	}
	return out
}

// readBucketizer: ml/feature/Bucketizer.scala, which QuantileDiscretizer's model
// is too. MLeap's op has one column, so there is a node for each. Under "skip" a
// row is dropped for any of its columns before any is put in a bucket.
func readBucketizer(s *stage) {
	in, out := s.inOut()
	var splits [][]float64
	if s.several() {
		var lists [][]number
		s.need("splitsArray", &lists)
		for _, l := range lists {
			splits = append(splits, floatsOf(l))
		}
	} else {
		splits = [][]float64{s.floats("splits")}
	}
	if s.err == nil && len(splits) != len(in) {
		s.fail(ErrMalformed, s.meta.file, "has splits for %d columns, not %d", len(splits), len(in))
	}
	if s.err != nil {
		return
	}
	invalid := s.strOr("handleInvalid", "error")
	if invalid == "skip" && len(in) > 1 {
		s.dropMissing(in)
	}
	for i := range in {
		n := s.node("bucketizer", floatsAttr("splits", splits[i]), strAttr("handle_invalid", invalid), s.spark())
		bindIn(n, "input", in[i])
		bindOut(n, "output", out[i])
		s.look(in[i], scalar(frame.Double))
		s.put(out[i], nominal(bucketNames(splits[i])))
		s.emit(n)
	}
}

// bucketNames are the names that Spark gives buckets: "0.0, 1.5".
func bucketNames(splits []float64) []string {
	var names []string
	for i := 1; i < len(splits); i++ {
		b := frame.AppendJavaDouble(nil, splits[i-1])
		names = append(names, string(frame.AppendJavaDouble(append(b, ", "...), splits[i])))
	}
	return names
}

// dropMissing adds a node that drops the rows in which one of the columns is
// null or NaN (DataFrameNaFunctions.drop).
func (s *stage) dropMissing(columns []string) {
	n := s.node("drop_missing")
	for i, c := range columns {
		bindIn(n, "input"+strconv.Itoa(i), c)
	}
	s.emit(n)
}

// readBinarizer: ml/feature/Binarizer.scala. MLeap wants to be told whether the
// input is a vector. Several columns make several nodes.
func readBinarizer(s *stage) {
	in, out := s.inOut()
	thresholds := make([]float64, len(in))
	switch {
	case s.several() && s.meta.isSet("thresholds"):
		thresholds = s.floats("thresholds")
	default:
		t := s.floatOr("threshold", 0)
		for i := range thresholds {
			thresholds[i] = t
		}
	}
	if s.err == nil && len(thresholds) != len(in) {
		s.fail(ErrMalformed, s.meta.file, "has %d thresholds for %d columns", len(thresholds), len(in))
	}
	if s.err != nil {
		return
	}
	for i := range in {
		c := s.look(in[i], scalar(frame.Double))
		n := s.node("binarizer", floatAttr("threshold", thresholds[i]),
			shapeAttr("input_shapes", frame.Type{Kind: c.typ.Kind, Dims: c.typ.Dims}), s.spark())
		bindIn(n, "input", in[i])
		bindOut(n, "output", out[i])
		s.put(out[i], &column{typ: c.typ})
		s.emit(n)
	}
}

// readInteraction: ml/feature/Interaction.scala. How many categories a feature
// has comes from the columns' metadata.
func readInteraction(s *stage) {
	in := s.strs("inputCols")
	n := s.node("interaction", intAttr("num_inputs", len(in)))
	var types []frame.Type
	size := 1
	for i, name := range in {
		c := s.look(name, scalar(frame.Double))
		counts := []int64{1}
		if c.typ.Kind == frame.Tensor {
			counts = nil
			for range c.size() {
				counts = append(counts, 1)
			}
			if c.size() < 0 || c.attrs == nil {
				s.unsupported("column %q is a vector whose features Spark must know to interact; it is made by no stage that names them", name)
				return
			}
		}
		total := int64(0)
		for k := range counts {
			if k < len(c.attrs) && c.attrs[k].nominal {
				if c.attrs[k].categories == 0 {
					s.unsupported("column %q is nominal, of an unknown number of categories", name)
					return
				}
				counts[k] = int64(c.attrs[k].categories)
			}
			total += counts[k]
		}
		if size *= int(total); size > maxElements || total > maxElements {
			s.fail(ErrLimit, s.meta.file, "makes a vector of more than %d elements", maxElements)
			return
		}
		bindIn(n, "input"+strconv.Itoa(i), name)
		types = append(types, frame.Type{Kind: c.typ.Kind, Dims: c.typ.Dims})
		set(n, intsAttr("num_features"+strconv.Itoa(i), frame.Int, counts))
	}
	set(n, shapesAttr("input_shapes", types), s.spark())
	bindOut(n, "output", s.output())
	out := vector(size)
	out.attrs = make([]attr, size) // numbers, whose names nobody needs
	s.put(s.output(), out)
	s.emit(n)
}

// readVectorIndexer: ml/feature/VectorIndexer.scala (VectorIndexerModel).
func readVectorIndexer(s *stage) {
	r := s.one()
	size := r.int("numFeatures")
	n := s.node("vector_indexer", longAttr("num_features", size), strAttr("handle_invalid", s.strOr("handleInvalid", "error")), s.spark())
	type feature struct {
		index  int
		values []float64
		order  []int64
	}
	var features []feature
	for _, e := range r.structs("categoryMaps") {
		f := feature{index: e.int("key")}
		for _, v := range e.structs("value") {
			f.values = append(f.values, v.float("key"))
			f.order = append(f.order, int64(v.int("value")))
		}
		features = append(features, f)
	}
	if s.err != nil {
		return
	}
	slices.SortFunc(features, func(a, b feature) int { return a.index - b.index })
	var keys []int64
	for _, f := range features {
		keys = append(keys, int64(f.index))
		name := "key_" + strconv.Itoa(f.index)
		set(n, floatsAttr(name+"_keys", f.values), intsAttr(name+"_values", frame.Long, f.order))
	}
	set(n, intsAttr("keys", frame.Long, keys))
	bindIn(n, "input", s.str("inputCol"))
	bindOut(n, "output", s.output())
	c := s.look(s.str("inputCol"), vector(size))
	out := vector(size)
	if size >= 0 && size <= maxElements {
		out.attrs = make([]attr, size)
		copy(out.attrs, c.attrs)
		for _, f := range features {
			if f.index >= 0 && f.index < size {
				a := &out.attrs[f.index]
				a.nominal, a.categories, a.values = true, len(f.values), nil
			}
		}
	}
	s.put(s.output(), out)
	s.emit(n)
}

// readVectorSlicer: ml/feature/VectorSlicer.scala. Names are looked up among
// the features that earlier stages named.
func readVectorSlicer(s *stage) {
	var indices []int64
	var names []string
	s.get("indices", &indices)
	s.get("names", &names)
	c := s.look(s.str("inputCol"), vector(-1))
	var named []int64
	for _, name := range names {
		i := c.indexOf(name)
		if i < 0 {
			s.unsupported("selects the feature %q, which no stage before it names in column %q; a schema from df.schema.json() may", name, s.str("inputCol"))
			return
		}
		named = append(named, int64(i))
	}
	s.oneToOne("vector_slicer", intsAttr("indices", frame.Long, indices), strsAttr("names", names), intsAttr("named_indices", frame.Int, named),
		inputSize(c.size()), s.spark())
	s.put(s.output(), c.pick(slices.Concat(indices, named)))
}

// readVectorSizeHint: ml/feature/VectorSizeHint.scala, in place.
func readVectorSizeHint(s *stage) {
	var size int
	s.need("size", &size)
	n := s.node("vector_size_hint", intAttr("size", size), strAttr("handle_invalid", s.strOr("handleInvalid", "error")), s.spark())
	name := s.str("inputCol")
	bindIn(n, "input", name)
	bindOut(n, "output", name)
	c := s.look(name, vector(size))
	s.put(name, &column{typ: vector(size).typ, attrs: c.attrs})
	s.emit(n)
}

// readScaler reads a model of one or two vectors of numbers a feature.
func readStandardScaler(s *stage) {
	r := s.one()
	std, mean := r.vector("std"), r.vector("mean")
	n := s.vectorToVector("standard_scaler", len(std), s.spark())
	if s.boolOr("withStd", true) {
		set(n, vectorAttr("std", std))
	}
	if s.boolOr("withMean", false) {
		set(n, vectorAttr("mean", mean))
	}
}

func readMinMaxScaler(s *stage) {
	r := s.one()
	low, high := r.vector("originalMin"), r.vector("originalMax")
	s.vectorToVector("min_max_scaler", len(low), vectorAttr("min", low), vectorAttr("max", high),
		floatAttr("minValue", s.floatOr("min", 0)), floatAttr("maxValue", s.floatOr("max", 1)), s.spark())
}

func readMaxAbsScaler(s *stage) {
	v := s.one().vector("maxAbs")
	s.vectorToVector("max_abs_scaler", len(v), vectorAttr("maxAbs", v), s.spark())
}

func readRobustScaler(s *stage) {
	r := s.one()
	ranges, median := r.vector("range"), r.vector("median")
	s.vectorToVector("robust_scaler", len(ranges), vectorAttr("median", median), vectorAttr("range", ranges),
		boolAttr("with_centering", s.boolOr("withCentering", false)), boolAttr("with_scaling", s.boolOr("withScaling", true)), s.spark())
}

func readIDF(s *stage) {
	v := s.one().vector("idf")
	s.vectorToVector("idf", len(v), vectorAttr("idf", v), s.spark())
}

func readElementwiseProduct(s *stage) {
	v := s.vectorParam("scalingVec")
	s.vectorToVector("elementwise_product", len(v), vectorAttr("scaling_vec", v), s.spark())
}

// vectorParam is a param that is a vector (ml/linalg/JsonVectorConverter.scala).
func (s *stage) vectorParam(name string) []float64 {
	var v struct {
		Type, Size int
		Indices    []int
		Values     []number
	}
	s.need(name, &v)
	values := floatsOf(v.Values)
	if v.Type == 1 {
		return values
	}
	if v.Size < 0 || v.Size > maxElements || len(v.Indices) != len(values) {
		s.fail(ErrMalformed, s.meta.file, "param %s is no vector", name)
		return nil
	}
	dense := make([]float64, v.Size)
	for k, i := range v.Indices {
		if i < 0 || i >= v.Size {
			s.fail(ErrMalformed, s.meta.file, "param %s is a vector of size %d with an index of %d", name, v.Size, i)
			return nil
		}
		dense[i] = values[k]
	}
	return dense
}

func readNormalizer(s *stage) {
	c := s.look(s.str("inputCol"), vector(-1))
	s.vectorToVector("normalizer", -1, floatAttr("p_norm", s.floatOr("p", 2)), inputSize(c.size()), s.spark())
}

func readDCT(s *stage) {
	c := s.look(s.str("inputCol"), vector(-1))
	s.vectorToVector("dct", -1, boolAttr("inverse", s.boolOr("inverse", false)), inputSize(c.size()), s.spark())
}

func readPolynomialExpansion(s *stage) {
	c := s.look(s.str("inputCol"), vector(-1))
	n := c.size()
	s.oneToOne("polynomial_expansion", longAttr("degree", s.intOr("degree", 2)), longAttr("input_size", max(n, 0)), s.spark())
	s.put(s.output(), vector(-1))
}

// readPCA: MLeap has the matrix column by column.
func readPCA(s *stage) {
	values, rows, cols := s.one().matrix("pc")
	s.oneToOne("pca", tensorAttr("principal_components", byColumn(values, rows, cols), rows, cols), s.spark())
	s.look(s.str("inputCol"), vector(rows))
	s.put(s.output(), vector(cols))
}

// byColumn turns a matrix that is stored row by row.
func byColumn(values []float64, rows, cols int) []float64 {
	out := make([]float64, 0, len(values))
	for j := range cols {
		for i := range rows {
			out = append(out, values[i*cols+j])
		}
	}
	return out
}

// Selectors: ml/feature/ChiSqSelector.scala, Selector.scala,
// UnivariateFeatureSelector.scala, VarianceThresholdSelector.scala.
func readChiSqSelector(s *stage)  { s.selector("chi_sq_selector") }
func readUnivariate(s *stage)     { s.selector("univariate_feature_selector") }
func readVarianceSelect(s *stage) { s.selector("variance_threshold_selector") }
func (s *stage) selector(op string) {
	indices := s.one().ints("selectedFeatures")
	n := s.node(op, s.spark())
	in := s.strOr("featuresCol", "features")
	c := s.look(in, vector(-1))
	slices.Sort(indices)
	set(n, intsAttr("filter_indices", frame.Long, indices), inputSize(c.size()))
	bindIn(n, "input", in)
	bindOut(n, "output", s.output())
	s.put(s.output(), c.pick(indices))
	s.emit(n)
}

// readTargetEncoder: ml/feature/TargetEncoder.scala, a row a column.
func readTargetEncoder(s *stage) {
	in, out := s.inOut()
	rows := s.data("data")
	if s.err == nil && len(rows) != len(in) {
		s.fail(ErrMalformed, s.path("data"), "has %d rows for %d columns", len(rows), len(in))
	}
	n := s.node("target_encoder", strAttr("handle_invalid", s.strOr("handleInvalid", "error")), strAttr("target_type", s.strOr("targetType", "binary")),
		floatAttr("smoothing", s.floatOr("smoothing", 0)), intAttr("num_columns", len(in)), s.spark())
	seen := make([]bool, len(in))
	for _, r := range rows {
		i := r.int("index")
		if s.err == nil && (i < 0 || i >= len(in) || seen[i]) {
			s.fail(ErrMalformed, r.file, "column \"index\" has %d, twice or beyond %d columns", i, len(in))
		}
		if s.err != nil {
			return
		}
		seen[i] = true
		suffix := "_" + strconv.Itoa(i)
		set(n, floatsAttr("categories"+suffix, r.floats("categories")), floatsAttr("counts"+suffix, r.floats("counts")), floatsAttr("stats"+suffix, r.floats("stats")))
		s.look(in[i], scalar(frame.Double))
		s.put(out[i], scalar(frame.Double))
	}
	bindPairs(n, in, out)
	s.emit(n)
}

// Locality-sensitive hashing: ml/feature/BucketedRandomProjectionLSH.scala and
// MinHashLSH.scala.
func readRandomProjection(s *stage) {
	values, rows, cols := s.one().matrix("randUnitVectors")
	a := bundle.Attribute{Name: "random_unit_vectors", Kind: bundle.ListAttr, Type: bundle.TensorValue}
	for i := range rows {
		a.Tensors = append(a.Tensors, bundle.Tensor{Base: frame.Double, Dims: []int{cols}, Floats: values[i*cols : (i+1)*cols]})
	}
	s.oneToOne("bucketed_random_projection_lsh", a, floatAttr("bucket_length", s.float("bucketLength")), intAttr("input_size", cols), s.spark())
}

func readMinHash(s *stage) {
	var a, b []int64
	for i, x := range s.one().ints("randCoefficients") {
		if i%2 == 0 {
			a = append(a, x)
		} else {
			b = append(b, x)
		}
	}
	c := s.look(s.str("inputCol"), vector(-1))
	s.oneToOne("min_hash_lsh", intsAttr("random_coefficients_a", frame.Long, a), intsAttr("random_coefficients_b", frame.Long, b), inputSize(c.size()), s.spark())
}
