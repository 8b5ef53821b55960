package importer

import (
	"slices"
	"strconv"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

func terms() *column { return &column{typ: frame.ListOf(frame.String).OrNull()} }

func readTokenizer(s *stage) {
	s.look(s.str("inputCol"), scalar(frame.String))
	s.put(s.output(), terms())
	s.oneToOne("tokenizer", s.spark())
}

func readRegexTokenizer(s *stage) {
	s.look(s.str("inputCol"), scalar(frame.String))
	s.put(s.output(), terms())
	s.oneToOne("regex_tokenizer", strAttr("regex", s.strOr("pattern", `\s+`)), boolAttr("match_gaps", s.boolOr("gaps", true)),
		intAttr("token_min_length", s.intOr("minTokenLength", 1)), boolAttr("lowercase_text", s.boolOr("toLowercase", true)), s.spark())
}

// readStopWordsRemover: ml/feature/StopWordsRemover.scala. MLeap's op has one
// column, so there is a node for each.
func readStopWordsRemover(s *stage) {
	in, out := s.inOut()
	words := s.strs("stopWords")
	for i := range in {
		n := s.node("stopwords_remover", strsAttr("stop_words", words), boolAttr("case_sensitive", s.boolOr("caseSensitive", false)), s.spark())
		// Only these languages have a lower case of their own; "tr_TR" is none, for
		// Spark takes the whole for the name of a language.
		switch locale := s.strOr("locale", ""); locale {
		case "tr", "az", "lt":
			set(n, strAttr("locale", locale))
		}
		bindIn(n, "input", in[i])
		bindOut(n, "output", out[i])
		s.look(in[i], terms())
		s.put(out[i], terms())
		s.emit(n)
	}
}

func readNGram(s *stage) {
	s.look(s.str("inputCol"), terms())
	s.put(s.output(), terms())
	s.oneToOne("ngram", longAttr("n", s.intOr("n", 2)), s.spark())
}

// readHashingTF: ml/feature/HashingTF.scala. Before Spark 3 the hash was another.
func readHashingTF(s *stage) {
	version := 2
	if s.meta.major < 3 {
		version = 1
	}
	size := s.intOr("numFeatures", 1<<18)
	s.look(s.str("inputCol"), terms())
	s.put(s.output(), vector(size))
	s.oneToOne("hashing_term_frequency", longAttr("num_features", size), boolAttr("binary", s.boolOr("binary", false)),
		intAttr("hashUnsafeBytesVersion", version), s.spark())
}

func readCountVectorizer(s *stage) {
	words := s.one().strs("vocabulary")
	s.look(s.str("inputCol"), terms())
	out := vector(len(words))
	for _, w := range words {
		out.attrs = append(out.attrs, attr{name: w})
	}
	s.put(s.output(), out)
	s.oneToOne("count_vectorizer", strsAttr("vocabulary", words), boolAttr("binary", s.boolOr("binary", false)), floatAttr("min_tf", s.floatOr("minTF", 1)), s.spark())
}

// readWord2Vec: ml/feature/Word2Vec.scala (Word2VecModel), a row a word.
func readWord2Vec(s *stage) {
	var words []string
	var indices []int64
	var vectors []float64
	for i, r := range s.data("data") {
		words = append(words, r.str("word"))
		indices = append(indices, int64(i))
		vectors = append(vectors, r.floats("vector")...)
	}
	s.look(s.str("inputCol"), terms())
	s.put(s.output(), vector(s.intOr("vectorSize", 100)))
	s.oneToOne("word_to_vector", strsAttr("words", words), intsAttr("indices", frame.Long, indices), floatsAttr("word_vectors", vectors), strAttr("kernel", "default"), s.spark())
}

// readFeatureHasher: ml/feature/FeatureHasher.scala. MLeap wants to be told the
// columns' types; pageleap looks at the frame.
func readFeatureHasher(s *stage) {
	in := s.strs("inputCols")
	var categorical []string
	s.get("categoricalCols", &categorical)
	size := s.intOr("numFeatures", 1<<18)
	n := s.node("feature_hasher", longAttr("num_features", size), strsAttr("categorical_cols", categorical), strsAttr("input_names", in), s.spark())
	bases := bundle.Attribute{Name: "basic_types", Kind: bundle.ListAttr, Type: bundle.BasicTypeValue}
	var types []frame.Type
	for i, name := range in {
		c := scalar(frame.Double)
		if slices.Contains(categorical, name) {
			c = scalar(frame.String)
		}
		c = s.look(name, c)
		bases.Basics = append(bases.Basics, c.typ.Base)
		types = append(types, frame.Type{Kind: c.typ.Kind, Nullable: true})
		bindIn(n, "input"+strconv.Itoa(i), name)
	}
	set(n, bases, shapesAttr("input_shapes", types))
	bindOut(n, "output", s.output())
	s.put(s.output(), vector(size))
	s.emit(n)
}
