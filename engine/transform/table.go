package transform

// Table is every op that pageleap runs, by the name that bundles give it. The
// pipeline itself is not among them: the engine unfolds it into a plan.
var Table = []Op{
	// Indexers, encoders, assemblers and scalers.
	{"string_indexer", readStringIndexer},
	{"one_hot_encoder", readOneHotEncoder},
	{"imputer", readImputer},
	{"vector_assembler", readVectorAssembler},
	{"reverse_string_indexer", readReverseStringIndexer},
	{"standard_scaler", readStandardScaler},
	{"min_max_scaler", readMinMaxScaler},
	{"bucketizer", readBucketizer},

	// Trees.
	{"decision_tree_classifier", readDecisionTreeClassifier},
	{"decision_tree_regression", readDecisionTreeRegression},
	{"random_forest_classifier", readRandomForestClassifier},
	{"random_forest_regression", readRandomForestRegression},
	{"gbt_classifier", readGBTClassifier},
	{"gbt_regression", readGBTRegression},

	// Linear models.
	{"linear_regression", readLinearRegression},
	{"logistic_regression", readLogisticRegression},

	// Naive Bayes, perceptron, one-vs-rest and the other models.
	{"naive_bayes", readNaiveBayes},
	{"multi_layer_perceptron_classifier", readMultiLayerPerceptron},
	{"one_vs_rest", readOneVsRest},
	{"linear_svc", readLinearSVC},
	{"support_vector_machine", readSupportVectorMachine},
	{"generalized_linear_regression", readGeneralizedLinearRegression},
	{"aft_survival_regression", readAFTSurvivalRegression},
	{"isotonic_regression", readIsotonicRegression},

	// Clustering and recommendation.
	{"k_means", readKMeans},
	{"bisecting_k_means", readBisectingKMeans},
	{"gaussian_mixture", readGaussianMixture},
	{"lda_local_model_op", readLDA},
	{"als", readALS},

	// Numeric features.
	{"binarizer", readBinarizer},
	{"sklearn_binarizer", readSklearnBinarizer},
	{"chi_sq_selector", readSelector},
	{"coalesce", readCoalesce},
	{"dct", readDCT},
	{"elementwise_product", readElementwiseProduct},
	{"interaction", readInteraction},
	{"math_binary", readMathBinary},
	{"math_unary", readMathUnary},
	{"max_abs_scaler", readMaxAbsScaler},
	{"normalizer", readNormalizer},
	{"pca", readPCA},
	{"polynomial_expansion", readPolynomialExpansion},
	{"sklearn_polynomial_expansion", readSklearnPolynomials},
	{"vector_indexer", readVectorIndexer},
	{"vector_slicer", readVectorSlicer},
	{"multinomial_labeler", readMultinomialLabeler},
	{"categorical_drilldown", readCategoricalDrilldown},

	// Text and hashing.
	{"tokenizer", readTokenizer},
	{"regex_tokenizer", readRegexTokenizer},
	{"regex_indexer", readRegexIndexer},
	{"stopwords_remover", readStopWordsRemover},
	{"ngram", readNGram},
	{"count_vectorizer", readCountVectorizer},
	{"hashing_term_frequency", readHashingTF},
	{"idf", readIDF},
	{"word_to_vector", readWordToVector},
	{"word_filter", readWordFilter},
	{"feature_hasher", readFeatureHasher},
	{"min_hash_lsh", readMinHashLSH},
	{"bucketed_random_projection_lsh", readRandomProjectionLSH},
	{"string_map", readStringMap},
	{"map_entry_selector", readMapEntrySelector},

	// XGBoost.
	{"xgboost.classifier", readXGBoostClassifier},
	{"xgboost.regression", readXGBoostRegression},

	// Events of visits.
	{"session_features", readSessionFeatures},
	{"markov_chain", readMarkovChain},

	// Beyond MLeap.
	{"drop_missing", readDropMissing},
	{"fm_classifier", readFMClassifier},
	{"fm_regressor", readFMRegressor},
	{"robust_scaler", readRobustScaler},
	{"target_encoder", readTargetEncoder},
	{"univariate_feature_selector", readSelector},
	{"variance_threshold_selector", readSelector},
	{"vector_element", readVectorElement},
	{"vector_size_hint", readVectorSizeHint},
	{"tensorflow", readTensorflow}, // refused
	{"sql_transformer", readSQLTransformer},
	{"column_pruner", readColumnPruner},
	{"rformula_label", readRFormulaLabel},
}
