#!/usr/bin/env python3
"""Makes testdata/cases: bundles and frames that are wrong in one way each, with
the error that they end in. They are variations of genuine bundles and frames.

    python3 testdata/scripts/bad_cases.py
"""
import io, json, os, shutil, zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
GENUINE = os.path.join(HERE, "..", "genuine")
OUT = os.path.join(HERE, "..", "cases")
TIME = (2020, 1, 1, 0, 0, 0)


def files(case):
    with zipfile.ZipFile(os.path.join(GENUINE, case, "bundle.json.zip")) as z:
        return {n: z.read(n) for n in z.namelist() if not n.endswith("/")}


def frame(case):
    with open(os.path.join(GENUINE, case, "frame.json")) as f:
        return json.load(f)


def zipped(entries):
    b = io.BytesIO()
    with zipfile.ZipFile(b, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in entries.items():
            z.writestr(zipfile.ZipInfo(name, TIME), data, zipfile.ZIP_DEFLATED)
    return b.getvalue()


def case(name, kind, text, bundle, fr, note):
    d = os.path.join(OUT, name)
    os.makedirs(d)
    with open(os.path.join(d, "bundle.json.zip"), "wb") as f:
        f.write(bundle if isinstance(bundle, bytes) else zipped(bundle))
    with open(os.path.join(d, "frame.json"), "w") as f:
        f.write(fr if isinstance(fr, str) else json.dumps(fr) + "\n")
    with open(os.path.join(d, "expect"), "w") as f:
        f.write(f"expect: error {kind}: {text}\nnote: {note}\n")


def edited(fs, name, **attributes):
    """The same files with attributes of one model replaced; None removes one."""
    fs = dict(fs)
    m = json.loads(fs[name])
    for k, v in attributes.items():
        if v is None:
            m["attributes"].pop(k)
        else:
            m["attributes"][k] = v
    fs[name] = json.dumps(m).encode()
    return fs


def find(fs, op):
    return next(n for n in sorted(fs) if n.endswith("model.json") and json.loads(fs[n])["op"] == op)


shutil.rmtree(OUT, ignore_errors=True)

# Bundles.
si, si_frame = files("string_indexer_error_nullable"), frame("string_indexer_error_nullable")
dt, dt_frame = files("decision_tree_classifier_3class"), frame("decision_tree_classifier_3class")
lr, lr_frame = files("logistic_regression_binary"), frame("logistic_regression_binary")
rf, rf_frame = files("pipeline_visitor_rf_error"), frame("pipeline_visitor_rf_error")
whole = zipped(si)

case("not_a_zip", "bundle", "not a zip", b"PK? This is no zip file at all.", si_frame, "a file that is no zip")
case("empty_file", "bundle", "not a zip", b"", si_frame, "a file of no bytes")
case("truncated_zip", "bundle", "zip", whole[: len(whole) * 2 // 3], si_frame, "the central directory is cut off")
case("zip_with_parent_path", "bundle", "../", zipped({**si, "../escape.json": b"{}"}), si_frame, "an entry that would leave the bundle")
case("missing_bundle_json", "bundle", "bundle.json", {k: v for k, v in si.items() if k != "bundle.json"}, si_frame, "no bundle.json")
case("missing_model_json", "bundle", "root/model.json", {k: v for k, v in si.items() if k != "root/model.json"}, si_frame, "a node without its model")
case("bundle_json_malformed", "bundle", "bundle.json", {**si, "bundle.json": b'{"format": "json", '}, si_frame, "JSON that ends too early")
case("format_unknown", "bundle", "yaml", {**si, "bundle.json": si["bundle.json"].replace(b'"json"', b'"yaml"')}, si_frame, "a serialisation that does not exist")
unknown = dict(rf)
for op, new in (("one_hot_encoder", "two_hot_encoder"), ("vector_assembler", "vector_dissembler")):
    n = find(unknown, op)
    unknown[n] = unknown[n].replace(op.encode(), new.encode())
case("unknown_ops", "unknown_op", '"two_hot_encoder"', unknown, rf_frame, "two ops that do not exist: both are listed")
case("attribute_missing", "bundle", '"coefficients"', edited(lr, find(lr, "logistic_regression"), coefficients=None), lr_frame, "a model without its coefficients")
case("attribute_of_wrong_type", "bundle", '"num_classes"', edited(dt, find(dt, "decision_tree_classifier"), num_classes={"string": "three"}), dt_frame, "a word where a number belongs")
tree = "root/tree.json"
lines = dt[tree].decode().strip().split("\n")
case("tree_unfinished", "bundle", "tree", {**dt, tree: "\n".join(lines[:-2]).encode()}, dt_frame, "a tree whose last nodes are missing")
case("tree_surplus_nodes", "bundle", "tree", {**dt, tree: "\n".join(lines + lines[-1:]).encode()}, dt_frame, "nodes after the tree's end")
first = json.loads(lines[0])
first["split"]["featureIndex"] = 1000
case("tree_feature_out_of_range", "bundle", "1000", {**dt, tree: "\n".join([json.dumps(first)] + lines[1:]).encode()}, dt_frame, "a split on a feature that the model does not have")

# Frames.
def without(fr, column):
    k = [f["name"] for f in fr["schema"]["fields"]].index(column)
    return {"rows": [r[:k] + r[k + 1 :] for r in fr["rows"]], "schema": {"fields": [f for i, f in enumerate(fr["schema"]["fields"]) if i != k]}}


def retyped(fr, column, new_type, value):
    k = [f["name"] for f in fr["schema"]["fields"]].index(column)
    fields = [dict(f, type=new_type) if i == k else f for i, f in enumerate(fr["schema"]["fields"])]
    return {"rows": [[value if i == k else v for i, v in enumerate(r)] for r in fr["rows"]], "schema": {"fields": fields}}


def with_value(fr, column, value):
    k = [f["name"] for f in fr["schema"]["fields"]].index(column)
    return {"rows": fr["rows"][:1] + [[value if i == k else v for i, v in enumerate(fr["rows"][1])]], "schema": fr["schema"]}


rf_zip = zipped(rf)
features = lr_frame["schema"]["fields"][0]["name"]
case("frame_lacks_column", "schema", '"channel"', rf_zip, without(rf_frame, "channel"), "a column that the first op reads is not there")
case("frame_wrong_type", "schema", '"pages"', rf_zip, retyped(rf_frame, "pages", {"type": "list", "base": "double"}, [1.0]), "a list where a number belongs")
case("frame_short_vector", "shape", f'"{features}"', zipped(lr), retyped(lr_frame, features, {"type": "tensor", "base": "double", "dimensions": [1]}, {"dimensions": [1], "values": [1.0]}), "a vector of one where the model was fitted on more")
case("frame_null", "value", '"pages"', rf_zip, retyped(rf_frame, "pages", {"base": "integer", "isNullable": False, "type": "basic"}, None), "null in a column that says it has none")
case("frame_null_where_none_may_be", "null", '"pages"', rf_zip, retyped(rf_frame, "pages", "double", None), "null where the assembler needs a number")
case("frame_unseen_label", "unseen", '"podcast"', rf_zip, with_value(rf_frame, "channel", "podcast"), "a label that the indexer was not fitted on")
case("frame_nan_out_of_range", "range", "NaN", zipped(files("bucketizer_error")), with_value(frame("bucketizer_error"), frame("bucketizer_error")["schema"]["fields"][0]["name"], None), "NaN where handle_invalid is error")
case("frame_not_json", "format", "", rf_zip, '{"schema": {"fields": []}, "rows": [[1, 2', "JSON that ends too early")
case("frame_ragged_row", "format", "rows[0]", rf_zip, {"rows": [rf_frame["rows"][0][:-1]], "schema": rf_frame["schema"]}, "a row with too few values")
