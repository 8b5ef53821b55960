"""What Spark answers for SQL expressions: cases.json, from expressions.txt.

    pip install pyspark==4.1.2
    python make.py

Each line of expressions.txt is what goes between SELECT and FROM, or a whole
statement; both are run over the rows below with ANSI mode on and off. A case is
{"sql", "ansi", "names", "types", "rows"} or, where Spark refuses, {"sql",
"ansi", "error"}: "analysis" before it sees a row, else the error's class.
"""
import decimal
import json
import os
import re

from pyspark.sql import SparkSession
from pyspark.sql.types import *

here = os.path.dirname(os.path.abspath(__file__))
spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false") \
    .config("spark.sql.codegen.wholeStage", "false").config("spark.sql.codegen.factoryMode", "NO_CODEGEN").getOrCreate()
spark.sparkContext.setLogLevel("OFF")

schema = StructType([
    StructField("a", DoubleType(), False), StructField("b", DoubleType(), True),
    StructField("i", IntegerType(), False), StructField("j", IntegerType(), True),
    StructField("l", LongType(), True), StructField("h", ShortType(), False), StructField("y", ByteType(), False),
    StructField("f", FloatType(), False), StructField("s", StringType(), True), StructField("t", StringType(), False),
    StructField("flag", BooleanType(), False), StructField("w", ArrayType(StringType(), False), True),
    StructField("x", ArrayType(DoubleType(), False), False)])
nan, inf = float("nan"), float("inf")
rows = [
    (-5.566, -0.44, 7, 3, 5, 3, 2, 1.5, "Blue Shoe", "red", True, ["a", "b"], [1.5, -2.0]),
    (2.5, None, -3, None, None, -2, -7, 0.1, None, " 12 ", False, [], [0.0]),
    (nan, 0.0, 0, 0, 9007199254740993, 0, 0, -0.0, "", "1.5x", True, None, []),
    (0.5, inf, 2147483647, 12, -9223372036854775808, 32767, 127, 3e38, "ÉTÉ à_b%", "-7", False, ["x"], [nan, 1.0]),
    (1e300, -1.25, -2147483648, -4, 9223372036854775807, -32768, -128, -1e-40, "x,y;,z", "TRUE", True, ["y", "", "x"], [2.0, 2.0]),
    (-0.0, 1e-7, 1, 1, 0, 1, 1, 16777216.0, "a😀c", "4.75", False, ["é"], [-inf, 3.0]),
]


def plain(v):
    if isinstance(v, decimal.Decimal):
        return format(v, "f")
    if isinstance(v, float):
        if v != v:
            return "NaN"
        if v in (inf, -inf):
            return "Infinity" if v > 0 else "-Infinity"
        return v
    if isinstance(v, list):
        return [plain(x) for x in v]
    if isinstance(v, (bytes, bytearray)):
        return v.hex()
    return v


def answer(sql, ansi):
    spark.conf.set("spark.sql.ansi.enabled", str(ansi).lower())
    case = {"sql": sql, "ansi": ansi}
    try:
        d = spark.sql(sql)
        case["names"] = [f.name for f in d.schema]
        case["types"] = [f.dataType.simpleString() for f in d.schema]
    except Exception as e:
        case["error"] = "analysis"
        return case
    try:
        case["rows"] = [[plain(v) for v in r] for r in d.collect()]
    except Exception as e:
        case["error"] = (re.findall(r"\[([A-Z_.]+)\]", str(e)) or ["?"])[0]
    return case


if __name__ == "__main__":
    df = spark.createDataFrame(rows, schema)._jdf  # as a local relation, which needs no jobs
    df = spark._jsparkSession.createDataFrame(df.collectAsList(), df.schema())
    df.createOrReplaceTempView("__THIS__")
    cases = []
    with open(os.path.join(here, "expressions.txt"), encoding="utf-8") as f:
        for line in f:
            line = line.rstrip("\n")
            if not line or line.startswith("#"):
                continue
            sql = line if line.startswith("SELECT") else "SELECT %s FROM __THIS__" % line
            old, ansi = answer(sql, False), answer(sql, True)
            if {k: v for k, v in old.items() if k != "ansi"} == {k: v for k, v in ansi.items() if k != "ansi"}:
                del ansi["ansi"]  # the same in both
                cases.append(ansi)
            else:
                cases += [old, ansi]
    with open(os.path.join(here, "cases.json"), "w", encoding="utf-8") as f:
        f.write("[\n" + ",\n".join(json.dumps(c, ensure_ascii=False, default=str) for c in cases) + "\n]\n")
    print(len(cases), "cases")
