"""Small XGBoost models of many versions, and what XGBoost answers for them.

    pip install xgboost==VERSION 'numpy<1.24' scipy     (each in its own environment)
    python make.py train     with 0.82, 0.90, 1.0.2, 1.7.6, 2.1.4 and 3.1.1
    python make.py answer    with 2.1.4, and with 3.1.1 for its own models

NAME.model is what save_model wrote; NAME.json holds rows (null is missing) and
the answers: for each limit of rounds the margins, the outputs, the leaves and
the contributions of every row, as float32 numbers. 2.1 answers for the older
versions too: it is what MLeap runs.
"""
import glob
import json
import os
import sys

import numpy as np
import xgboost as xgb

here = os.path.dirname(os.path.abspath(__file__))
version = xgb.__version__
rng = np.random.RandomState(7)


def data(n, categories=0):
    x = rng.normal(size=(n, 6)).astype(np.float32)
    if categories:
        x[:, 0] = rng.randint(0, categories, n)
        x[:, 3] = rng.randint(0, 4, n)
    score = x[:, 0] % 3 + x[:, 1] - x[:, 2] * x[:, 4] + 0.3 * rng.normal(size=n)
    x[rng.uniform(size=x.shape) < 0.15] = np.nan
    return x, np.nan_to_num(score)


def label(objective, score):
    if objective.startswith("multi:"):
        return np.digitize(score, [0, 1.5]).astype(np.float32)
    if objective in ("binary:logistic", "binary:logitraw", "binary:hinge", "reg:logistic"):
        return (score > 0.8).astype(np.float32)
    if objective in ("count:poisson", "reg:gamma", "reg:tweedie", "survival:cox"):
        return np.maximum(np.round(np.abs(score) * 2), 1).astype(np.float32)
    return score.astype(np.float32)


def train(name, ext, objective, rounds=6, categories=0, **params):
    x, score = data(200, categories)
    more = {}
    if categories:
        more = {"feature_types": ["c", "q", "q", "c", "q", "q"], "enable_categorical": True}
    d = xgb.DMatrix(x, label(objective, score), **more)
    if objective.startswith("rank:"):
        d.set_group([20] * 10)
    params = dict({"objective": objective, "max_depth": 3, "eta": 0.4, "seed": 3, "nthread": 1, "verbosity": 0}, **params)
    if objective.startswith("multi:"):
        params["num_class"] = 3
    if version < "1":
        params.pop("verbosity")
        params["silent"] = 1
    b = xgb.train(params, d, rounds)
    name = "%s-%s" % (name, version)
    made = os.path.join(here, name + "." + ext)
    b.save_model(made)
    os.rename(made, os.path.join(here, name + ".model"))
    rows = data(16, categories)[0]
    if categories:  # categories that were not seen, and numbers that are none
        rows[:5, 0] = [97, -1, 2.7, 1e9, np.nan]
    with open(os.path.join(here, name + ".json"), "w") as f:
        json.dump({"rows": clean(rows)}, f)


def clean(a):
    return [[None if v != v else float(v) for v in np.ravel(r)] for r in a]


def train_all():
    if version == "0.82":
        train("logistic", "bin", "binary:logistic", base_score=0.3)
        train("softprob", "bin", "multi:softprob", rounds=3)
    elif version == "0.90":
        train("dart", "bin", "reg:squarederror", booster="dart", rate_drop=0.4)
        train("poisson", "bin", "count:poisson")
        train("linear", "bin", "reg:linear", booster="gblinear")
    elif version == "1.0.2":
        train("rank", "json", "rank:pairwise")
        train("logistic", "bin", "binary:logistic", base_score=0.27)
    elif version == "1.7.6":
        train("dart", "json", "binary:logistic", booster="dart", rate_drop=0.4, base_score=0.61)
        train("categorical", "json", "reg:squarederror", categories=40, tree_method="hist", max_cat_to_onehot=5)
        train("parallel", "deprecated", "multi:softprob", rounds=2, num_parallel_tree=2, subsample=0.7)
    elif version == "2.1.4":
        train("categorical", "ubj", "binary:logistic", categories=9, tree_method="hist", max_cat_to_onehot=1)
        train("softmax", "ubj", "multi:softmax", rounds=3)
        train("hinge", "ubj", "binary:hinge")
        train("logitraw", "json", "binary:logitraw")
        train("gamma", "deprecated", "reg:gamma")
        train("tweedie", "ubj", "reg:tweedie", tweedie_variance_power=1.3)
        train("linear", "ubj", "multi:softprob", booster="gblinear")
        train("deep", "ubj", "reg:squarederror", rounds=2, max_depth=9, gamma=0.3)
    else:
        train("softprob", "ubj", "multi:softprob", rounds=3)
        train("logistic", "json", "binary:logistic")


def answer_all():
    for path in sorted(glob.glob(os.path.join(here, "*.model"))):
        name = os.path.basename(path)[:-6]
        if name.endswith("-3.1.1") != (version >= "3"):
            continue
        with open(path, "rb") as f:
            b = xgb.Booster(model_file=bytearray(f.read()))
        b.set_param({"nthread": 1})
        with open(path[:-6] + ".json") as f:
            rows = json.load(f)["rows"]
        x = np.array([[np.nan if v is None else v for v in r] for r in rows], dtype=np.float32)
        types = ["c", "q", "q", "c", "q", "q"] if "categorical" in name else None
        d = xgb.DMatrix(x, feature_types=types, enable_categorical=types is not None)
        linear = name.startswith("linear")
        answers = []
        for limit in [0] if linear else [0, 2]:
            to = (0, limit)
            a = {"limit": limit,
                 "margins": clean(b.predict(d, output_margin=True, iteration_range=to)),
                 "outputs": clean(b.predict(d, iteration_range=to))}
            if not linear:
                a["leaves"] = clean(b.predict(d, pred_leaf=True, iteration_range=to))
            if version < "3":
                a["contribs"] = clean(b.predict(d, pred_contribs=True, iteration_range=to))
            answers.append(a)
        with open(path[:-6] + ".json", "w") as f:
            f.write('{"rows": %s,\n "answers": [\n%s]}\n' % (json.dumps(rows), ",\n".join(json.dumps(a) for a in answers)))
        print(name, os.path.getsize(path))


{"train": train_all, "answer": answer_all}[sys.argv[1]]()
