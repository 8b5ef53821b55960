#!/usr/bin/env python3
"""Prints what Spark answers to the small models that the tests of
engine/transform hold for true: builds each with Spark's own class and lets it
transform a few rows.

    pip install pyspark==4.1.2 numpy
    python3 testdata/scripts/models_spark.py
"""
from pyspark.ml.linalg import Vectors
from pyspark.sql import DataFrame, SparkSession

spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
spark.sparkContext.setLogLevel("OFF")
jvm, gateway = spark._jvm, spark.sparkContext._gateway
ml = jvm.org.apache.spark.ml
nan, inf = float("nan"), float("inf")


def array(of, values):
    a = gateway.new_array(of, len(values))
    for i, v in enumerate(values):
        a[i] = v
    return a


def doubles(*values):
    return array(gateway.jvm.double, [float(v) for v in values])


def vector(*values):
    return ml.linalg.Vectors.dense(doubles(*values))


def matrix(rows, cols, *values):
    """Of rows that lie end to end, as Spark holds them."""
    return ml.linalg.DenseMatrix(rows, cols, doubles(*values), True)


def dense(*values):
    return Vectors.dense([float(v) for v in values])


def cell(v):
    return "%.17g" % v if isinstance(v, (int, float)) else "[" + " ".join("%.17g" % x for x in v.toArray()) + "]"


def show(name, model, rows, *columns):
    for r in rows:
        try:
            df = spark.createDataFrame([(r,)], ["features"])
            out = DataFrame(model.transform(df._jdf), spark).collect()[0]
            answer = " ".join(cell(out[c]) for c in columns)
        except Exception as e:
            answer = "refused"
        print("%s: %s -> %s" % (name, cell(r), answer), flush=True)


ALL = ["rawPrediction", "probability", "prediction"]


def naive_bayes():
    pi, theta = vector(-1.1, -0.4), [-0.3, -1.7, -2.2, -1.4, -0.5, -1.1]
    none = matrix(0, 0)
    rows = [dense(1, 0, 2), dense(0, 0, 0), Vectors.sparse(3, [(1, 3.0)]), dense(-1, 0, 0), dense(nan, 0, 0), dense(-0.0, 1, 1), dense(0, 1000, 2000), dense(1, 0, 1), Vectors.sparse(3, [(1, 1.0)])]
    for kind in ["multinomial", "complement", "bernoulli", "gaussian"]:
        sigma = matrix(2, 3, 0.5, 1, 2, 0.25, 3, 1.5) if kind == "gaussian" else none
        m = ml.classification.NaiveBayesModel("nb", pi, matrix(2, 3, *theta), sigma)
        m.set(m.modelType(), kind)
        show(kind, m, rows, *ALL)
        if kind == "multinomial":
            m.set(m.thresholds(), doubles(0.9, 0.1))
            show(kind + " with thresholds", m, rows[:3], *ALL)


def perceptron():
    rows = [dense(1, -2), dense(0, 0), Vectors.sparse(2, [(1, 0.3)]), dense(1e4, 1), dense(nan, 0), dense(inf, 1)]
    w = [0.5, -0.25, 1.5, 2, 0.1, -0.2, 1, -1, 0.5, 0.75, -2, 0.25, 0.3, 0, -0.3]
    for layers, weights in [([2, 2, 3], w), ([2, 2], w[:6]), ([2, 1, 2, 2], w[:3] + w[3:7] + w[7:13])]:
        m = ml.classification.MultilayerPerceptronClassificationModel("mlp", vector(*weights))
        m.set(m.layers(), array(gateway.jvm.int, layers))
        show("perceptron %s" % layers, m, rows, *ALL)


def linear_svc():
    m = ml.classification.LinearSVCModel("svc", vector(0.5, -1.25, 2), 0.125)
    m.set(m.threshold(), 0.625)
    rows = [dense(1, 2, 3), dense(1, 0, 0), Vectors.sparse(3, [(2, 0.3)]), dense(0, 0, 0), dense(nan, 0, 0)]
    show("linear_svc", m, rows, "rawPrediction", "prediction")


def one_vs_rest():
    svc = [ml.classification.LinearSVCModel("s", vector(*c), i) for c, i in [((1, 0), 0.5), ((0, 1), -0.25), ((-1, -1), 0.5)]]
    lr = [ml.classification.LogisticRegressionModel("l", vector(*c), i) for c, i in [((1, 0), 0.5), ((0, 1), -0.25), ((-1, -1), 0.5)]]
    pi, t = vector(-0.7, -0.7), [-0.5, -1, -1, -0.5]
    nb = []
    for theta in [t, t[::-1], [-0.2, -3, -0.9, -0.6]]:
        nb.append(ml.classification.NaiveBayesModel("n", pi, matrix(2, 2, *theta), matrix(0, 0)))
    for name, models in [("svc", svc), ("logistic", lr), ("naive bayes", nb)]:
        m = ml.classification.OneVsRestModel("ovr", jvm.org.apache.spark.sql.types.Metadata.empty(), array(ml.classification.ClassificationModel, models))
        m.set(m.classifier(), ml.classification.LinearSVC())
        show("one_vs_rest " + name, m, [dense(1, 2), dense(0, 0), dense(800, 900), Vectors.sparse(2, [(1, 0.25)])], "rawPrediction", "prediction")


def glm():
    etas = [-800, -40, -9, -5, -1e-9, 0, 0.3, 2, 5, 40, 800]
    for family, links in [("gaussian", ["identity", "log", "inverse"]), ("binomial", ["logit", "probit", "cloglog"]),
                          ("poisson", ["log", "identity", "sqrt"]), ("gamma", ["inverse", "identity", "log"])]:
        for link in links:
            m = ml.regression.GeneralizedLinearRegressionModel("glm", vector(1), 0.0)
            m.set(m.family(), family)
            m.set(m.link(), link)
            show(family + " " + link, m, [dense(e) for e in etas], "prediction")
    for variance, power in [(1.5, None), (0.0, None), (1.0, None), (2.0, None), (1.6, 0.0), (1.6, 1.0), (1.6, -1.0), (1.6, 0.5), (1.6, -0.25), (0.0, 3.0)]:
        m = ml.regression.GeneralizedLinearRegressionModel("glm", vector(1), 0.0)
        m.set(m.family(), "tweedie")
        m.set(m.variancePower(), variance)
        if power is not None:
            m.set(m.linkPower(), power)
        show("tweedie %s %s" % (variance, power), m, [dense(e) for e in (-5, 0, 0.3, 2, 800)], "prediction")


def aft():
    m = ml.regression.AFTSurvivalRegressionModel("aft", vector(0.5, -0.25), 1.5, 0.7)
    m.set(m.quantileProbabilities(), doubles(0.01, 0.5, 0.999))
    m.set(m.quantilesCol(), "quantiles")
    show("aft", m, [dense(1, 2), Vectors.sparse(2, [(1, 4.0)]), dense(3000, 0)], "prediction", "quantiles")


def isotonic():
    old = jvm.org.apache.spark.mllib.regression.IsotonicRegressionModel(doubles(0, 1, 1, 1, 2, 4), doubles(0, 1, 5, 6, 7, 7.5), True)
    m = ml.regression.IsotonicRegressionModel("iso", old)
    show("isotonic", m, [float(x) for x in (-1, -0.0, 0, 0.3, 1, 1.7, 2, 3.9, 4, 5, nan, inf, -inf)], "prediction")


def k_means():
    old = jvm.org.apache.spark.mllib.clustering
    centers = array(jvm.org.apache.spark.mllib.linalg.Vector, [jvm.org.apache.spark.mllib.linalg.Vectors.dense(doubles(*c)) for c in [(0, 0), (2, 0), (0, 2), (2, 0)]])
    m = ml.clustering.KMeansModel("km", old.KMeansModel(centers))
    show("k_means", m, [dense(0, 0), dense(1, 0), dense(1, 1), dense(3, 0), dense(0, 9), Vectors.sparse(2, [(1, 1.1)]), Vectors.sparse(2, []), dense(nan, 0), dense(inf, 0)], "prediction")


def bisecting():
    old = jvm.org.apache.spark.mllib
    node = old.clustering.ClusteringTreeNode

    def tree(index, center, *children):
        v = old.clustering.VectorWithNorm(old.linalg.Vectors.dense(doubles(*center)))
        return node(index, 1, v, 0.0, 0.0, array(node, children))

    root = tree(-1, (1, 1), tree(-2, (1, 0), tree(0, (0, 0)), tree(1, (2, 0))), tree(2, (0, 3)))
    m = ml.clustering.BisectingKMeansModel("bkm", old.clustering.BisectingKMeansModel(root))
    show("bisecting", m, [dense(0, 0), dense(1, 0), dense(1.5, 0), dense(2, 2), dense(0, 9), Vectors.sparse(2, [(0, 5.0)]), Vectors.sparse(2, []), dense(1, 1.5), dense(3, 4), dense(0, nan)], "prediction")


def mixture():
    g = ml.stat.distribution.MultivariateGaussian
    parts = [g(vector(0, 0), ml.linalg.DenseMatrix(2, 2, doubles(2, 0.5, 0.5, 1))), g(vector(3, -1), ml.linalg.DenseMatrix(2, 2, doubles(1, 1, 1, 1)))]
    m = ml.clustering.GaussianMixtureModel("gmm", doubles(0.25, 0.75), array(g, parts))
    show("mixture", m, [dense(0, 0), dense(3, -1), dense(2, 1), Vectors.sparse(2, [(0, 4.0)]), dense(1e3, 1e3)], "prediction", "probability")


for f in [naive_bayes, perceptron, linear_svc, one_vs_rest, glm, aft, isotonic, k_means, bisecting, mixture]:
    f()
