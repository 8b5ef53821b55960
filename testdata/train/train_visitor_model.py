# %% [markdown]
# # Will this visit end in buying?
#
# A model that a shop's page can ask while the visitor is still there: trained in Spark, saved by Spark, run in the page by
# pageleap. The data are real sessions of a real shop: 12,330 of them, one a visitor, over a year ([Online Shoppers Purchasing
# Intention](https://doi.org/10.24432/C5F88Q), Sakar & Kastro, CC BY 4.0).
#
# Nothing is needed but PySpark and what draws the curves: see `requirements.txt`. `make train` runs all of it.

# %%
import json
import subprocess
from multiprocessing.pool import ThreadPool
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import display
from pyspark.ml import Pipeline
from pyspark.ml.classification import GBTClassifier, RandomForestClassifier
from pyspark.ml.evaluation import BinaryClassificationEvaluator
from pyspark.ml.feature import Imputer, OneHotEncoder, StringIndexer, VectorAssembler
from pyspark.ml.functions import vector_to_array
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = (
    SparkSession.builder.master("local[2]")
    .appName("visitor model")
    .config("spark.ui.enabled", "false")
    .config("spark.ui.showConsoleProgress", "false")
    .config("spark.sql.shuffle.partitions", "2")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("ERROR")

project = Path("../..")  # the notebook runs in its own directory
demo = project / "testdata/demo"  # what is kept
build = project / "dist/train"  # what is not
demo.mkdir(exist_ok=True)
build.mkdir(parents=True, exist_ok=True)
seed = 42

# %% [markdown]
# ## The sessions
#
# Three kinds of pages (account pages, information pages, product pages), for each how many the visitor saw and for how many
# seconds; what Google Analytics knows of those pages; and who came, when, and from where. Codes such as the browser's are names,
# not quantities, so they are read as text.

# %%
sessions = spark.read.csv(
    str(project / "testdata/data/uci_online_shoppers.csv.gz"),
    header=True,
    schema="""
        Administrative double, Administrative_Duration double, Informational double, Informational_Duration double,
        ProductRelated double, ProductRelated_Duration double, BounceRates double, ExitRates double, PageValues double,
        SpecialDay double, Month string, OperatingSystems string, Browser string, Region string, TrafficType string,
        VisitorType string, Weekend string, Revenue string
    """,
)
display(sessions.limit(5).toPandas().T)
display(sessions.groupBy("Revenue").count().orderBy("Revenue").toPandas())

# %% [markdown]
# ## What the model may know
#
# `PageValues` leaks: Google Analytics computes a page's value from the purchases that followed it, so it knows the answer. It has
# to go. What is left makes two sets of columns:
#
# - **all**: everything but `PageValues`;
# - **page**: only what a page can find out by itself, from events that never leave it. The bounce and exit rates are figures
#   about all other visitors, the region needs an address looked up, and browser and operating system tell visitors apart rather
#   than visits.

# %%
counts = ["Administrative", "Informational", "ProductRelated"]
dwell = [c + "_Duration" for c in counts]

columns = {
    "all": {
        "numbers": counts + ["BounceRates", "ExitRates", "SpecialDay"],
        "words": ["Month", "VisitorType", "Weekend", "OperatingSystems", "Browser", "Region", "TrafficType"],
    },
    "page": {
        "numbers": counts,
        "words": ["Month", "VisitorType", "Weekend"],
    },
}

# %% [markdown]
# ## Parts
#
# Some sessions occur more than once, the same in each column. A random split would put copies of one session on both sides, and
# the model would be asked what it was told. The hash of a row's content decides its part instead: copies go together. Part 0 is
# held out.

# %%
sessions = (
    sessions.withColumn("hash", F.xxhash64(*sessions.columns))
    .withColumn("part", F.pmod("hash", F.lit(5)))
    .withColumn("label", (F.col("Revenue") == "TRUE").cast("double"))
    .drop("PageValues")
    .cache()
)
copies = sessions.groupBy("hash").agg(F.count("*").alias("n"), F.countDistinct("part").alias("parts")).where("n > 1")
print(copies.agg(F.sum(F.col("n") - 1)).first()[0], "copies of other sessions, in", copies.agg(F.max("parts")).first()[0], "part each")

training, held_out = sessions.where("part != 0"), sessions.where("part = 0")
display(sessions.groupBy("part").agg(F.count("*").alias("sessions"), F.mean("label").alias("bought")).orderBy("part").toPandas())

# %% [markdown]
# ## The pipeline
#
# A word that was not there in training (there is no January in these data) gets a place of its own. The time that was spent may
# be missing: a page that lay in a background tab cannot tell. The median stands in for it.


# %%
def pipeline(numbers, words, classifier):
    index, vector, filled = ([c + end for c in names] for names, end in ((words, "_index"), (words, "_vec"), (dwell, "_filled")))
    return Pipeline(
        stages=[
            StringIndexer(inputCols=words, outputCols=index, handleInvalid="keep"),
            OneHotEncoder(inputCols=index, outputCols=vector, dropLast=False),
            Imputer(strategy="median", inputCols=dwell, outputCols=filled),
            VectorAssembler(inputCols=numbers + filled + vector, outputCol="features"),
            classifier,
        ]
    )


classifiers = {
    "forest": RandomForestClassifier(
        numTrees=50, maxDepth=8, maxBins=128, minInstancesPerNode=2, featureSubsetStrategy="onethird", seed=seed
    ),
    "GBT": GBTClassifier(maxIter=40, maxDepth=4, stepSize=0.1, seed=seed),
}

# %% [markdown]
# ## How good is it?
#
# ROC AUC is Spark's own. What Spark calls the area under the precision–recall curve joins its points with straight lines and so
# flatters the model; average precision does not.

# %%
evaluator = BinaryClassificationEvaluator(numBins=0)  # every threshold, none merged


def scores(scored):
    """Each session's probability of buying beside what the visitor did."""
    return scored.select("label", vector_to_array("probability")[1].alias("p")).toPandas()


def curve(s):
    """The curve's points, from the highest threshold to the lowest."""
    at = s.groupby("p")["label"].agg(["sum", "count"]).sort_index(ascending=False).cumsum()
    bought, n = at["sum"], at["count"]
    return pd.DataFrame(
        {
            "recall": bought / bought.iloc[-1],
            "false alarms": (n - bought) / (n - bought).iloc[-1],
            "precision": bought / n,
        }
    )


def average_precision(s):
    c = curve(s)
    return (c["recall"].diff().fillna(c["recall"].iloc[0]) * c["precision"]).sum()


def measure(model, data):
    scored = model.transform(data)
    return {"ROC AUC": evaluator.evaluate(scored), "average precision": average_precision(scores(scored))}


# %% [markdown]
# On the part held out:

# %%
kinds = [(c, k) for c in columns for k in classifiers]
with ThreadPool(2) as pool:
    fitted = pool.map(lambda x: pipeline(**columns[x[0]], classifier=classifiers[x[1]]).fit(training), kinds)
models = dict(zip(kinds, fitted))
on_held_out = pd.DataFrame({kind: measure(model, held_out) for kind, model in models.items()}).T
on_held_out.index.names = ["columns", "model"]
display(on_held_out.round(4))

# %% [markdown]
# One part of 2,484 sessions says it to a point or two. So each part in turn is held out of a forest that learns from the other
# four:


# %%
def fold(x):
    names, part = x
    model = pipeline(**columns[names], classifier=classifiers["forest"]).fit(sessions.where(F.col("part") != part))
    return {"columns": names, "part": part} | measure(model, sessions.where(F.col("part") == part))


with ThreadPool(2) as pool:
    folds = pd.DataFrame(pool.map(fold, [(names, part) for names in columns for part in range(5)]))
five_fold = folds.drop(columns="part").groupby("columns").agg(["mean", "std"])
display(folds.pivot(index="part", columns="columns", values=["ROC AUC", "average precision"]).round(4))
display(five_fold.round(4))

# %% [markdown]
# What the page cannot know by itself is worth two and a half points of AUC. The forest on the page's own columns is the model to
# ship: it asks for nothing that leaves the page.
#
# These are figures for whole sessions. Asked half-way through a visit, when the counts are not yet what they will be, any model
# of these columns knows less.

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.4))
for (names, kind), model in models.items():
    s = scores(model.transform(held_out))
    c, auc = curve(s), on_held_out.loc[(names, kind), "ROC AUC"]
    style = {"color": "tab:blue" if names == "page" else "tab:orange", "linestyle": "-" if kind == "forest" else ":"}
    left.plot([0, *c["false alarms"]], [0, *c["recall"]], label=f"{names}, {kind}: AUC {auc:.3f}", **style)
    tenth = s.groupby(pd.qcut(s["p"], 10, duplicates="drop"), observed=True).mean()
    right.plot(tenth["p"], tenth["label"], marker=".", label=f"{names}, {kind}", **style)
for axes, end in ((left, 1), (right, 0.6)):
    axes.plot([0, end], [0, end], color="grey", linewidth=0.8)
    axes.legend(fontsize="small")
left.set(title="ROC, sessions held out", xlabel="share of the others wrongly named", ylabel="share of the buyers found")
right.set(title="Calibration, tenths of the sessions held out", xlabel="probability that the model gives", ylabel="share that bought")
figure.tight_layout()
figure.savefig("visitor_model.png", dpi=80, metadata={"Software": None})

# %% [markdown]
# ## Save it, import it
#
# `save` is Spark's own. pageleap reads what it left and writes the bundle that the page loads.


# %%
def run(*command):
    command = [str(c) for c in command]
    print("$", " ".join(command))
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        raise RuntimeError(done.stdout)
    return done.stdout


pageleap = project / "dist/pageleap"
saved, bundle = build / "visitor_model", demo / "visitor_model.zip"
visitor_model = models["page", "forest"]
visitor_model.write().overwrite().save(str(saved))
print(run(pageleap, "import", "spark", saved, "-o", bundle))
print(run(pageleap, "inspect", bundle))

# %% [markdown]
# ## Is it the same model?
#
# Row by row, column by column and bit by bit: what Spark makes of the held-out sessions, and of the same sessions in a January and
# with no dwell to tell, is written down as leap frames, and `verify` compares them with what pageleap makes of them.

# %%
page_columns = [*counts, *dwell, *columns["page"]["words"]]


def leap_frame(data):
    """The rows of a Spark data frame as the JSON of a leap frame."""

    def kind(field, value):
        if hasattr(value, "toArray"):
            return {"type": "tensor", "base": "double", "dimensions": [len(value)]}
        base = field.dataType.typeName()
        return base if field.name in page_columns else {"type": "basic", "base": base, "isNullable": False}

    def cell(value):
        if not hasattr(value, "toArray"):
            return value
        if not hasattr(value, "indices"):
            return {"dimensions": [len(value)], "values": value.tolist()}
        return {"dimensions": [len(value)], "indices": [[i] for i in value.indices.tolist()], "values": value.values.tolist()}

    rows = data.collect()
    return {
        "schema": {"fields": [{"name": f.name, "type": kind(f, rows[0][f.name])} for f in data.schema.fields]},
        "rows": [[cell(value) for value in row] for row in rows],
    }


def write_frames(data, frame, expected):
    data = data.select(page_columns)
    for path, answer in ((frame, data), (expected, visitor_model.transform(data))):
        whole = leap_frame(answer)
        lines = ",\n".join(json.dumps(row) for row in whole["rows"])
        path.write_text(f'{{"schema": {json.dumps(whole["schema"])},\n"rows": [\n{lines}\n]}}\n')


unknown = held_out.withColumns({"Month": F.lit("Jan")} | {c: F.lit(None).cast("double") for c in dwell})
checked = held_out.unionByName(unknown)
write_frames(checked, build / "frame.json", build / "expected.json")
print(run(pageleap, "verify", "--tolerance", "0", bundle, build / "frame.json", build / "expected.json"))

# %% [markdown]
# Two hundred of the held-out sessions stay with the bundle, for the demo and for the tests.

# %%
kept = held_out.orderBy("hash").limit(200)
write_frames(kept, demo / "visitor_frame.json", demo / "visitor_expected.json")
verdict = run(pageleap, "verify", "--tolerance", "0", bundle, demo / "visitor_frame.json", demo / "visitor_expected.json")
print(verdict.splitlines()[-1])

# %%
metrics = {
    "spark": spark.version,
    "sessions": sessions.count(),
    "bought": sessions.where("label = 1").count(),
    "held_out": held_out.count(),
    "rows_verified": checked.count(),
    "columns": {
        names: {
            "held_out": {kind: on_held_out.loc[(names, kind)].round(4).to_dict() for kind in classifiers},
            "five_fold_forest": {m: five_fold.loc[names, m].round(4).to_dict() for m in on_held_out.columns},
        }
        for names in columns
    },
}
(demo / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n")

for names in columns:
    figures = metrics["columns"][names]
    print(
        f"{names:5} forest: ROC AUC {figures['held_out']['forest']['ROC AUC']:.3f} held out,"
        f" {figures['five_fold_forest']['ROC AUC']['mean']:.3f} in five folds;"
        f" average precision {figures['held_out']['forest']['average precision']:.3f} and"
        f" {figures['five_fold_forest']['average precision']['mean']:.3f}"
    )
spark.stop()
