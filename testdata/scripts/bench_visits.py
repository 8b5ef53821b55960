"""How fast features are computed, and in how much memory: e-shop clothing 2008, repeated under new session ids to 1 and to 10
million events. The files made are left in dist/bench for the next time.

    python bench_visits.py [--events 1000000,10000000] [--scattered] [--spec SPEC]
    python bench_visits.py --spark dist/scorer.wasm      (needs what wasm/spark/requirements.txt names)
"""
import argparse, gzip, os, subprocess, sys, time

# The preset eshop2008, without its promise that the rows of a session lie together.
MAPPING = "visit=session ID,event==view_item,ts=year/month/day/order,page=page 2 (clothing model),page_type==product,item=page 2 (clothing model),category=page 1 (main category),price=price"


def repeat(source, target, events):
    """Writes the file's rows over and over, until there are so many, each time with ids of sessions that are new."""
    if os.path.exists(target):
        return
    with gzip.open(source, "rt") as f:
        header, *rows = f
    rows = [r.split(";", 6) for r in rows]
    sessions = max(int(r[5]) for r in rows)
    with open(target + ".part", "w") as out:
        out.write(header)
        for n in range(events):
            r = rows[n % len(rows)]
            out.write(";".join(r[:5]) + f";{int(r[5]) + n // len(rows) * sessions};{r[6]}")
    os.rename(target + ".part", target)


def measure(command):
    """Seconds, seconds of all cores, and the peak of resident memory in MB of a command."""
    start = time.perf_counter()
    p = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(p.pid, 0)
    if status != 0:
        sys.exit(f"{' '.join(command)}: status {status}")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def report(name, events, seconds, more=""):
    print(f"{name:30} {events:>11,} events {seconds:6.1f} s {events / seconds:>9,.0f} events/s{more}", flush=True)


def binary(a):
    spec = ["--spec", a.spec] if a.spec != "early" else []
    for n in map(int, a.events.split(",")):
        table = os.path.join(a.dir, f"eshop_{n}.csv")
        repeat(a.source, table, n)
        out = os.path.join(a.dir, "features.csv")
        how = ["--map", MAPPING] if a.scattered else ["--preset", "eshop2008"]
        seconds, cores, rss = measure([a.pageleap, "features", table, *how, *spec, "-o", out, "--bundle", os.path.join(a.dir, "features.zip")])
        report("rows scattered" if a.scattered else "rows of a visit together", n, seconds, f" {n / cores:>9,.0f} a second of a core, peak {rss:,.0f} MB")
        os.remove(out)


def spark(a):
    from pyspark.sql import SparkSession, functions as F

    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "wasm", "spark"))
    os.environ["PYTHONPATH"] = sys.path[0]
    from pageleap_spark import transform, visits

    s = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").config("spark.driver.memory", "4g").config("spark.sql.shuffle.partitions", "8").getOrCreate()
    s.sparkContext.setLogLevel("ERROR")
    for n in map(int, a.events.split(",")):
        rows = s.read.csv(os.path.join(a.dir, f"eshop_{n}.csv"), sep=";", header=True, inferSchema=False)
        day = F.unix_timestamp(F.make_date(rows["year"].cast("int"), rows["month"].cast("int"), rows["day"].cast("int")).cast("timestamp"))
        model = rows["page 2 (clothing model)"]
        events = rows.select(rows["session ID"].alias("visit"), F.lit("view_item").alias("event"), ((day + rows["order"].cast("long") - 1) * 1000).alias("ts"),
                             model.alias("page"), F.lit("product").alias("page_type"), model.alias("item"), rows["page 1 (main category)"].alias("category"), rows["price"].cast("double").alias("price"))
        start = time.perf_counter()
        transform(visits(events), os.path.join(a.dir, "features.zip"), a.spark).write.mode("overwrite").parquet(os.path.join(a.dir, "spark.parquet"))
        report("Spark local[2], scorer.wasm", n, time.perf_counter() - start)


p = argparse.ArgumentParser()
p.add_argument("--pageleap", default="dist/pageleap")
p.add_argument("--source", default="testdata/data/e-shop_clothing_2008.csv.gz")
p.add_argument("--spec", default="early", help="a spec, or early: what features does without one")
p.add_argument("--dir", default="dist/bench")
p.add_argument("--events", default="1000000,10000000")
p.add_argument("--scattered", action="store_true", help="the rows of a visit do not count as lying together, so that they have to be gathered")
p.add_argument("--spark", metavar="SCORER.wasm", help="compute them in Spark's executors as well")
a = p.parse_args()
os.makedirs(a.dir, exist_ok=True)
binary(a)
if a.spark:
    spark(a)
