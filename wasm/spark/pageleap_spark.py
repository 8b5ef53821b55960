"""Run scorer.wasm inside Spark's executors.

The very module that pages run scores a DataFrame, or computes the features of
visits for training, so that there is no second implementation to drift:

    from pageleap_spark import transform, visits

    scored = transform(df, "visitor.zip", "scorer.wasm", select=["probability", "prediction"])

    # events (one row each) -> one row a visit, its events as lists -> features
    features = transform(visits(events), "session_features.zip", "scorer.wasm")

It needs pyspark (3.3 or later), pandas, pyarrow and wasmtime on the executors,
and ships bundle and module with the closure. The module has no network and no
files: it imports a few WASI functions only.
"""

from __future__ import annotations

import json
import math
import threading
from typing import Any, Iterator, Sequence

ABI = 1
JSON_FORMAT = 0

# The event columns of pageleap, and what a missing value of each is.
EVENT_COLUMNS = {"event": "", "ts": None, "page": "", "page_type": "", "item": "", "category": "", "price": math.nan, "quantity": math.nan}


class PageleapError(Exception):
    """An error that the module reported. kind is one word; see wasm/README.md."""

    def __init__(self, kind: str, message: str):
        super().__init__(message)
        self.kind = kind


class Scorer:
    """A bundle in an instance of scorer.wasm, for one thread at a time."""

    def __init__(self, bundle: bytes, wasm: bytes):
        import wasmtime

        self._store = wasmtime.Store(_engine())
        wasi = wasmtime.WasiConfig()
        wasi.inherit_stderr()
        self._store.set_wasi(wasi)
        module = _module(wasm)
        for imported in module.imports:
            if imported.module != "wasi_snapshot_preview1":
                raise PageleapError("wasm", f"the module imports {imported.module}.{imported.name}; a scorer imports WASI functions only")
        linker = wasmtime.Linker(_engine())
        linker.define_wasi()
        self._exports = linker.instantiate(self._store, module).exports(self._store)
        self._memory = self._exports["memory"]
        self._call("_initialize")
        if (abi := self._call("abi")) != ABI:
            raise PageleapError("wasm", f"scorer.wasm speaks ABI {abi} and this module {ABI}; take both from one release")
        self._blocks = self._call("blocks")
        at = self._put(bundle)
        self._handle = self._call("load", at, len(bundle))
        self._call("free", at)
        if self._handle == 0:
            raise self._error()
        self._check(self._call("describe", self._handle))
        self.info = json.loads(self._block(0))

    def transform(self, frame: dict, select: Sequence[str] | None = None) -> dict:
        """Runs the pipeline over a leap frame ({"schema", "rows"}) and gives one back."""
        data = json.dumps(frame).encode()
        names = "\0".join(select or ()).encode()
        at, names_at = self._put(data), self._put(names)
        status = self._call("transform", self._handle, at, len(data), JSON_FORMAT, JSON_FORMAT, names_at, len(names))
        self._call("free", at)
        self._call("free", names_at)
        self._check(status)
        return json.loads(self._block(0))

    def _call(self, name: str, *args: int) -> int:
        result = self._exports[name](self._store, *args)
        return result & 0xFFFFFFFF if result is not None else 0

    def _put(self, data: bytes) -> int:
        at = self._call("alloc", len(data))
        self._memory.write(self._store, data, at)
        return at

    def _block(self, offset: int) -> bytes:
        head = self._memory.read(self._store, self._blocks + offset, self._blocks + offset + 8)
        at, n = int.from_bytes(head[:4], "little"), int.from_bytes(head[4:], "little")
        return bytes(self._memory.read(self._store, at, at + n))

    def _error(self) -> PageleapError:
        kind, _, message = self._block(8).decode().partition("\n")
        return PageleapError(kind, message)

    def _check(self, status: int) -> None:
        if status != 0:
            raise self._error()


def transform(df, bundle: str, wasm: str, select: Sequence[str] | None = None, rows: int = 1000):
    """The DataFrame that the bundle makes of df, scored in the executors.

    bundle and wasm are paths on the driver. select names the columns to keep,
    of df's and the pipeline's (default: all of both). A row that the pipeline
    drops (handle_invalid = skip) is dropped; one that it cannot take fails the
    job with the module's message. rows go into the module at a time.
    """
    with open(bundle, "rb") as f:
        bundle_bytes = f.read()
    with open(wasm, "rb") as f:
        wasm_bytes = f.read()
    schema = df.schema
    fields = [_leap_field(f) for f in schema.fields]
    empty = Scorer(bundle_bytes, wasm_bytes).transform({"schema": {"fields": fields}, "rows": []}, select)
    out = [(f["name"], _spark_type(f["type"], schema)) for f in empty["schema"]["fields"]]
    out_schema = _struct(out)

    def run(batches: Iterator[Any]) -> Iterator[Any]:
        import pandas as pd

        scorer = _scorer(bundle_bytes, wasm_bytes)
        for batch in batches:
            for lo in range(0, len(batch), rows):
                part = batch.iloc[lo : lo + rows]
                columns = [[_to_leap(v, f) for v in part[f["name"]]] for f in fields]
                frame = scorer.transform({"schema": {"fields": fields}, "rows": [list(r) for r in zip(*columns)]}, select)
                values = list(zip(*frame["rows"])) or [()] * len(out)
                yield pd.DataFrame({name: pd.Series([_from_leap(v, f["type"]) for v in values[i]], dtype=object)
                                    for i, ((name, _), f) in enumerate(zip(out, frame["schema"]["fields"]))})

    return df.mapInPandas(run, out_schema)


def visits(events, visit: str = "visit"):
    """One row a visit, its events as the parallel lists that session_features and markov_chain read.

    events has the columns visit, event and ts (milliseconds), and any of page,
    page_type, item, category, price and quantity. The events of a visit are
    sorted by time.
    """
    from pyspark.sql import functions as F

    names = [c for c in EVENT_COLUMNS if c in events.columns]
    order = F.monotonically_increasing_id().alias("order")  # of events at one time, that of the file rules
    lists = events.select(visit, *names, order).groupBy(visit).agg(
        F.array_sort(F.collect_list(F.struct("ts", "order", *[n for n in names if n != "ts"]))).alias("e")
    )

    def column(name):
        missing = EVENT_COLUMNS[name]
        values = F.col(f"e.{name}")
        return values.alias(name) if missing is None else F.transform(values, lambda v: F.coalesce(v, F.lit(missing))).alias(name)

    return lists.select(visit, *[column(n) for n in names])


# Compiled modules and scorers, kept from task to task in a Python worker.
_lock = threading.Lock()
_kept: dict[Any, Any] = {}


def _once(key: Any, make):
    with _lock:
        if key not in _kept:
            _kept[key] = make()
        return _kept[key]


def _engine():
    import wasmtime

    return _once("engine", wasmtime.Engine)


def _module(wasm: bytes):
    import wasmtime

    engine = _engine()
    return _once(("module", wasm), lambda: wasmtime.Module(engine, wasm))


def _scorer(bundle: bytes, wasm: bytes) -> Scorer:
    key = ("scorer", threading.get_ident(), bundle, wasm)
    if key not in _kept:
        _kept[key] = Scorer(bundle, wasm)
    return _kept[key]


_BASES = {"boolean": "boolean", "tinyint": "byte", "smallint": "short", "int": "integer", "bigint": "long", "float": "float", "double": "double", "string": "string"}


def _leap_field(field) -> dict:
    """A Spark field as a leap frame writes it."""
    from pyspark.sql.types import ArrayType

    kind = field.dataType.simpleString()
    if kind in _BASES:
        base = _BASES[kind]
        return {"name": field.name, "type": base if field.nullable else {"type": "basic", "base": base, "isNullable": False}}
    if kind == "vector":
        return {"name": field.name, "type": {"type": "tensor", "base": "double"}}
    if isinstance(field.dataType, ArrayType) and (element := _BASES.get(field.dataType.elementType.simpleString())):
        return {"name": field.name, "type": {"type": "list", "base": "int" if element == "integer" else element}}
    raise PageleapError("schema", f"column {field.name!r} is {kind}, which a leap frame cannot hold; cast or drop it")


def _spark_type(leap_type: Any, schema):
    from pyspark.sql import types as T

    scalars = {"boolean": T.BooleanType, "byte": T.ByteType, "short": T.ShortType, "integer": T.IntegerType, "int": T.IntegerType,
               "long": T.LongType, "float": T.FloatType, "double": T.DoubleType, "string": T.StringType}
    if isinstance(leap_type, str):
        return scalars[leap_type]()
    if leap_type["type"] == "basic":
        return scalars[leap_type["base"]]()
    if leap_type["type"] in ("list", "tensor"):  # a vector comes back as an array of its elements
        return T.ArrayType(scalars[leap_type["base"]]())
    raise PageleapError("schema", f"the pipeline writes a column of type {leap_type}, which has no place in a DataFrame; leave it out with select")


def _struct(columns):
    from pyspark.sql.types import StructType

    out = StructType()
    for name, kind in columns:
        out.add(name, kind)
    return out


def _to_leap(value: Any, field: dict) -> Any:
    """One of pandas' values as JSON writes it: NaN is null, a vector an object."""
    if value is None:
        return None
    if hasattr(value, "toArray"):
        n = len(value)
        if hasattr(value, "indices"):
            return {"dimensions": [n], "indices": [[int(i)] for i in value.indices], "values": [_to_leap(float(v), field) for v in value.values]}
        return {"dimensions": [n], "values": [_to_leap(float(v), field) for v in value.values]}
    if isinstance(value, str):
        return value
    if hasattr(value, "__len__"):
        return [_to_leap(v, field) for v in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        base = field["type"] if isinstance(field["type"], str) else field["type"]["base"]
        if not math.isfinite(value):
            return None if math.isnan(value) else {math.inf: "Infinity", -math.inf: "-Infinity"}[value]
        if base in ("integer", "int", "long", "short", "byte"):  # pandas makes doubles of nullable integers
            return int(value)
        if base == "boolean":
            return bool(value)
    return value


def _from_leap(value: Any, leap_type: Any) -> Any:
    if isinstance(value, dict):
        if "indices" not in value:
            return [math.nan if v is None else v for v in value["values"]]
        dense = [0.0] * value["dimensions"][0]
        for (i,), v in zip(value["indices"], value["values"]):
            dense[i] = math.nan if v is None else v
        return dense
    # null in a column that has none stands for NaN.
    if value is None and isinstance(leap_type, dict) and leap_type["type"] == "basic" and leap_type["base"] in ("double", "float"):
        return math.nan
    return value
