#!/usr/bin/env python3
"""Makes testdata/genuine/min_hash_lsh/spark.json: what Spark answers with the
model and the rows of that case. MLeap's own answer, expected.json, overflows.

    python3 testdata/scripts/min_hash_spark.py     (pyspark 4.1, Java 17 or 21)
"""
import json, os, zipfile

from pyspark.ml.linalg import Vectors
from pyspark.ml.feature import MinHashLSHModel
from pyspark.sql import SparkSession

CASE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "genuine", "min_hash_lsh")


def vector(t):
    n = t["dimensions"][0]
    if "indices" in t:
        return Vectors.sparse(n, [i for [i] in t["indices"]], t["values"])
    return Vectors.dense(t["values"])


spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
jvm = spark.sparkContext._jvm

with zipfile.ZipFile(os.path.join(CASE, "bundle.json.zip")) as z:
    attributes = json.loads(z.read("root/model.json"))["attributes"]
a, b = (attributes["random_coefficients_" + c]["long"] for c in "ab")
pairs = spark.sparkContext._gateway.new_array(jvm.scala.Tuple2, len(a))
for i in range(len(a)):
    pairs[i] = jvm.scala.Tuple2(a[i], b[i])
model = MinHashLSHModel(jvm.org.apache.spark.ml.feature.MinHashLSHModel("mh", pairs))
model.setInputCol("in").setOutputCol("out")

with open(os.path.join(CASE, "frame.json")) as f:
    rows = [(vector(r[0]),) for r in json.load(f)["rows"]]
answers = [[x[0] for x in r.out] for r in model.transform(spark.createDataFrame(rows, ["in"])).collect()]

with open(os.path.join(CASE, "spark.json"), "w") as f:
    json.dump({
        "schema": {"fields": [{"name": "out", "type": {"type": "tensor", "base": "double", "dimensions": [12, 1]}}]},
        "rows": [[{"dimensions": [len(v), 1], "values": v}] for v in answers],
    }, f)
    f.write("\n")
