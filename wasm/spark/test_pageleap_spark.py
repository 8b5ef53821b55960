"""Tests of pageleap_spark with Spark in local mode.

    make test-spark
"""

import datetime
import json
import math
import os
import subprocess
import unittest

from pyspark.ml.linalg import Vectors, VectorUDT
from pyspark.sql import SparkSession
from pyspark.sql.types import ArrayType, BooleanType, DateType, DoubleType, LongType, StringType, StructField, StructType

from pageleap_spark import PageleapError, Scorer, transform, visits

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
WASM = os.path.join(ROOT, "dist", "scorer.wasm")
SHOPPERS = os.path.join(ROOT, "testdata", "genuine", "real_uci_shoppers_rf")


def read(path):
    with open(path) as f:
        return json.load(f)


def spark_type(leap_type):
    if isinstance(leap_type, dict):
        element = spark_type(leap_type["base"])
        return element if leap_type["type"] == "basic" else ArrayType(element)
    return {"boolean": BooleanType(), "double": DoubleType(), "long": LongType(), "string": StringType()}[leap_type]


def dense(value):
    """A value as Spark gives it: of a vector all elements."""
    if not isinstance(value, dict):
        return value
    if "indices" not in value:
        return value["values"]
    out = [0.0] * value["dimensions"][0]
    for (i,), x in zip(value["indices"], value["values"]):
        out[i] = x
    return out


class PageleapSpark(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        os.environ.setdefault("PYTHONPATH", os.path.dirname(os.path.abspath(__file__)))
        cls.spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").config("spark.sql.shuffle.partitions", "2").getOrCreate()
        cls.spark.sparkContext.setLogLevel("ERROR")

    @classmethod
    def tearDownClass(cls):
        cls.spark.stop()

    def shoppers(self):
        frame = read(os.path.join(SHOPPERS, "frame.json"))
        types = {"double": DoubleType(), "string": StringType()}
        schema = StructType([StructField(f["name"], types[f["type"]["base"]], False) for f in frame["schema"]["fields"]])
        return self.spark.createDataFrame([tuple(r) for r in frame["rows"]], schema)

    def test_real_sessions_bit_equal(self):
        out = transform(self.shoppers(), os.path.join(SHOPPERS, "bundle.proto.zip"), WASM).collect()
        expected = read(os.path.join(SHOPPERS, "expected.json"))
        names = [f["name"] for f in expected["schema"]["fields"]]
        wanted = sorted(json.dumps([r[: names.index("Month_index")], r[names.index("probability")]["values"], r[names.index("prediction")]]) for r in expected["rows"])
        got = sorted(json.dumps([list(r[: names.index("Month_index")]), list(r["probability"]), r["prediction"]]) for r in out)
        self.assertEqual(got, wanted)
        self.assertEqual(out[0].__fields__, names)

    def test_select(self):
        out = transform(self.shoppers(), os.path.join(SHOPPERS, "bundle.json.zip"), WASM, select=["Month", "probability"])
        self.assertEqual(out.columns, ["Month", "probability"])
        self.assertEqual(out.count(), 200)

    def test_errors_name_row_and_column(self):
        df = self.shoppers().drop("Month")
        with self.assertRaises(PageleapError) as caught:
            transform(df, os.path.join(SHOPPERS, "bundle.json.zip"), WASM)
        self.assertIn('"Month"', str(caught.exception))
        with open(WASM, "rb") as f:
            wasm = f.read()
        with self.assertRaises(PageleapError) as caught:
            Scorer(b"no zip", wasm)
        self.assertEqual(caught.exception.kind, "bundle")

    def test_visits_are_lists_in_time_order(self):
        events = self.spark.createDataFrame(
            [("v", "view_item", 30, None, 2.5), ("v", "page_view", 10, "a", None), ("w", "page_view", 20, "b", None)], "visit string, event string, ts bigint, item string, price double"
        )
        rows = {r["visit"]: r for r in visits(events).collect()}
        self.assertEqual((rows["v"]["event"], rows["v"]["ts"], rows["v"]["item"]), (["page_view", "view_item"], [10, 30], ["a", ""]))
        self.assertTrue(math.isnan(rows["v"]["price"][0]) and rows["v"]["price"][1] == 2.5)
        self.assertEqual(rows["w"]["page_type"], [""])
        self.assertIsNone(rows["w"]["returning"])
        self.assertTrue(math.isnan(rows["w"]["quantity"][0]))

    def test_other_columns_pass_by(self):
        """Columns that the bundle does not read keep their types and their rows, also where rows are dropped."""
        case = os.path.join(ROOT, "testdata", "genuine", "bucketizer_skip")
        frame, expected = read(os.path.join(case, "frame.json")), read(os.path.join(case, "expected.json"))
        fields = StructType([StructField("day", DateType()), StructField("place", VectorUDT()), StructField("number", LongType())]
                            + [StructField(f["name"], spark_type(f["type"])) for f in frame["schema"]["fields"]])
        day = lambda i: datetime.date(2024, 1, 1) + datetime.timedelta(i)
        rows = [(day(i), Vectors.dense(i, 2), i if i % 2 else None, *row) for i, row in enumerate(frame["rows"])]
        df = self.spark.createDataFrame(rows, fields)
        out = transform(df, os.path.join(case, "bundle.json.zip"), WASM).collect()
        names = [f["name"] for f in expected["schema"]["fields"]]
        self.assertEqual(out[0].__fields__, ["day", "place", "number", *names])
        self.assertEqual(len(out), len(expected["rows"]))
        self.assertLess(len(out), len(rows))
        for r, want in zip(sorted(out, key=lambda r: r["day"]), expected["rows"]):
            i = (r["day"] - day(0)).days
            self.assertEqual((r["place"], r["number"]), ([i, 2], i if i % 2 else None))
            self.assertEqual([r[n] for n in names], want)
        self.assertEqual(transform(df, os.path.join(case, "bundle.json.zip"), WASM, select=["number", names[-1]]).columns, ["number", names[-1]])
        with self.assertRaises(PageleapError) as caught:
            transform(df, os.path.join(case, "bundle.json.zip"), WASM, select=["nothing"])
        self.assertIn('"nothing"', str(caught.exception))

    def test_visits_score_as_everywhere(self):
        """The cases that the harness runs natively, in wazero and in Node, and web/test/visits.test.mjs in a browser."""
        case = lambda *path: os.path.join(ROOT, "testdata", *path)
        for bundle, frame, expected in (
            *((case("cases", name, "bundle.json.zip"), case("cases", name, "frame.json"), case("cases", name, "expected.json"))
              for name in ("markov_buy_synthetic", "markov_next_category")),
            (case("demo", "shoppers_visit.zip"), case("demo", "shoppers_visit_frame.json"), case("demo", "shoppers_visit_expected.json")),
        ):
            frame, expected = read(frame), read(expected)
            fields = StructType([StructField("row", LongType(), False)] + [StructField(f["name"], spark_type(f["type"]), True) for f in frame["schema"]["fields"]])
            df = self.spark.createDataFrame([(i, *row) for i, row in enumerate(frame["rows"])], fields)
            names = [f["name"] for f in expected["schema"]["fields"]]
            got = {r["row"]: r for r in transform(df, bundle, WASM).collect()}
            self.assertEqual(len(got), len(expected["rows"]))
            for i, row in enumerate(expected["rows"]):
                for name, value in zip(names, row):
                    self.assertEqual(got[i][name], dense(value), (bundle, i, name))

    def test_features_equal_the_binary(self):
        """The same spec and events: pageleap features, and the module in Spark's executors."""
        for spec in (["--spec", os.path.join(ROOT, "testdata", "visits", "recsys15.json")], []):
            self.features_equal_the_binary(spec)

    def features_equal_the_binary(self, spec):
        events = os.path.join(ROOT, "testdata", "visits", "synthetic.ndjson")
        tmp = os.path.join(ROOT, "dist", "spark-test")
        os.makedirs(tmp, exist_ok=True)
        program = os.path.join(ROOT, "dist", "pageleap")
        table, bundle = os.path.join(tmp, "features.ndjson"), os.path.join(tmp, "features.zip")
        subprocess.run([program, "features", events, *spec, "-o", table, "--bundle", bundle, "--gap", "0"], check=True, capture_output=True)
        with open(table) as f:
            wanted = {r.pop("visit"): r for r in map(json.loads, f)}
        df = self.spark.read.json(events)
        got = {r["visit"]: r for r in transform(visits(df), bundle, WASM).collect()}
        self.assertEqual(set(got), set(wanted))
        for visit, row in wanted.items():
            for name, value in row.items():
                self.assertEqual(got[visit][name], value, (visit, name))


if __name__ == "__main__":
    unittest.main()
