#!/usr/bin/env python3
"""Writes spark.json of the genuine one-vs-rest cases in which MLeap does not
answer what Spark does: builds Spark's own model from the bundle's numbers and
lets Spark transform the frame.

    pip install pyspark==4.1.2 numpy
    python3 testdata/scripts/one_vs_rest_spark.py
"""
import json, os, zipfile
from pyspark.ml.linalg import Vectors
from pyspark.sql import DataFrame, SparkSession

GENUINE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "genuine")

spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
jvm, gateway = spark._jvm, spark.sparkContext._gateway
ml = jvm.org.apache.spark.ml


def array(of, values):
    a = gateway.new_array(of, len(values))
    for i, v in enumerate(values):
        a[i] = v
    return a


def vector(values):
    return ml.linalg.Vectors.dense(array(gateway.jvm.double, values))


def features(cell):
    if "indices" not in cell:
        return Vectors.dense(cell["values"])
    return Vectors.sparse(cell["dimensions"][0], [i for [i] in cell["indices"]], cell["values"])


def calculator(stats):
    gini = jvm.org.apache.spark.mllib.tree.impurity.GiniCalculator
    return gini(array(gateway.jvm.double, stats), int(sum(stats)))


def tree(lines):
    """The node that starts with the first of the lines, which it uses up."""
    n = json.loads(lines.pop(0))
    if n["type"] == "leaf":
        v = n["values"]
        return ml.tree.LeafNode(float(v.index(max(v))), 0.0, calculator(v))
    left, right = tree(lines), tree(lines)
    s = n["split"]
    split = ml.tree.ContinuousSplit(s["featureIndex"], s["threshold"])
    return ml.tree.InternalNode(0.0, 0.0, 0.0, left, right, split, calculator([0.0, 0.0]))


def classifier(z, name):
    m = json.loads(z.read("root/%s/model.json" % name))
    at = m["attributes"]
    if m["op"] == "linear_svc":
        return ml.classification.LinearSVCModel(name, vector(at["coefficients"]["double"]), at["intercept"].get("double", 0.0))
    lines = z.read("root/%s/tree.json" % name).decode().strip().split("\n")
    return ml.classification.DecisionTreeClassificationModel(name, tree(lines), at["num_features"]["long"], at["num_classes"]["long"])


for case in ["one_vs_rest_linear_svc", "one_vs_rest_dt"]:
    d = os.path.join(GENUINE, case)
    with zipfile.ZipFile(os.path.join(d, "bundle.json.zip")) as z:
        classes = json.loads(z.read("root/model.json"))["attributes"]["num_classes"]["long"]
        models = [classifier(z, "model%d" % i) for i in range(classes)]
    empty = jvm.org.apache.spark.sql.types.Metadata.empty()
    model = ml.classification.OneVsRestModel("ovr", empty, array(ml.classification.ClassificationModel, models))
    model.set(model.classifier(), ml.classification.LinearSVC())
    with open(os.path.join(d, "frame.json")) as f:
        rows = [(features(r[0]),) for r in json.load(f)["rows"]]
    out = DataFrame(model.transform(spark.createDataFrame(rows, ["features"])._jdf), spark)
    answer = {
        "schema": {"fields": [
            {"name": "rawPrediction", "type": {"type": "tensor", "base": "double", "dimensions": [classes]}},
            {"name": "prediction", "type": "double"},
        ]},
        "rows": [[{"dimensions": [classes], "values": [float(x) for x in r.rawPrediction]}, r.prediction] for r in out.collect()],
    }
    with open(os.path.join(d, "spark.json"), "w") as f:
        f.write(json.dumps(answer) + "\n")
