"""Run scorer.wasm inside Spark's executors.

The very module that pages run scores a DataFrame, or computes the features of
visits for training, so that there is no second implementation to drift:

    from pageleap_spark import transform, visits

    scored = transform(df, "visitor.zip", "scorer.wasm", select=["probability", "prediction"])

    # events (one row each) -> one row a visit, its events as lists -> features
    features = transform(visits(events), "session_features.zip", "scorer.wasm")

It needs pyspark (3.3 or later), pandas (for Spark's own sake), pyarrow and wasmtime on the executors,
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
_ROW = "pageleap row"  # a column that says which rows came back

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
    scorer = Scorer(bundle_bytes, wasm_bytes)
    reads = {f["name"] for f in scorer.info["inputs"]["fields"]}
    writes = [f["name"] for f in scorer.info["outputs"]["fields"]]
    have = {f.name: f for f in df.schema.fields}
    names = list(select or [*have, *(n for n in writes if n not in have)])
    computed = [n for n in names if n in writes or n not in have]

    # Only what the bundle reads goes into the module; the other columns pass it by. What they are is told here nevertheless, for
    # the module's message about one that is missing.
    leap = {n: f for n, field in have.items() if (f := _leap_field(field, needed=n in reads))}
    empty = scorer.transform({"schema": {"fields": list(leap.values())}, "rows": []}, [*computed, *leap])
    types = {f["name"]: f["type"] for f in empty["schema"]["fields"]}
    out_schema = _struct([(n, _spark_type(types[n]) if n in computed else _passing_type(have[n])) for n in names])
    vectors = {n for n, f in have.items() if f.dataType.simpleString() == "vector"}
    sent = [leap[n] for n in have if n in reads]
    schema = {"fields": [*sent, {"name": _ROW, "type": {"type": "basic", "base": "long", "isNullable": False}}]}

    def run(batches: Iterator[Any]) -> Iterator[Any]:
        import pyarrow as pa

        scorer = _scorer(bundle_bytes, wasm_bytes)
        for batch in batches:
            for lo in range(0, batch.num_rows, rows):
                part = batch.slice(lo, rows)
                columns = [_column(part.column(f["name"]).to_pylist(), f["type"]) for f in sent]
                frame = scorer.transform({"schema": schema, "rows": list(zip(*columns, range(part.num_rows)))}, [*computed, _ROW])
                *values, kept = list(zip(*frame["rows"])) or [()] * (len(computed) + 1)
                done = {n: pa.array([_from_leap(v, types[n]) for v in column], _arrow_type(types[n]), from_pandas=False) for n, column in zip(computed, values)}
                if len(kept) < part.num_rows:
                    part = part.take(pa.array(kept, pa.int64()))
                yield pa.RecordBatch.from_arrays([done[n] if n in done else _passing(part.column(n), n in vectors) for n in names], names)

    return df.mapInArrow(run, out_schema)


def visits(events, visit: str = "visit"):
    """One row a visit, its events as the parallel lists that session_features and markov_chain read.

    events has the columns visit, event and ts (milliseconds), and any of page,
    page_type, item, category, price and quantity; those that it lacks are
    unknown of each event. returning (boolean) says whether the visitor was there
    before; null where events have no such column. The events of a visit are
    sorted by time.
    """
    from pyspark.sql import functions as F

    names = list(EVENT_COLUMNS)
    for name in names:
        if name not in events.columns and EVENT_COLUMNS[name] is not None:
            events = events.withColumn(name, F.lit(EVENT_COLUMNS[name]))
    order = F.monotonically_increasing_id().alias("order")  # of events at one time, that of the file rules
    returning = F.col("returning") if "returning" in events.columns else F.lit(None).cast("boolean").alias("returning")
    lists = events.select(visit, *names, returning, order).groupBy(visit).agg(
        F.array_sort(F.collect_list(F.struct("ts", "order", *[n for n in names if n != "ts"]))).alias("e"), F.max("returning").alias("returning")
    )

    def column(name):
        missing = EVENT_COLUMNS[name]
        values = F.col(f"e.{name}")
        return values.alias(name) if missing is None else F.transform(values, lambda v: F.coalesce(v, F.lit(missing))).alias(name)

    return lists.select(visit, *[column(n) for n in names], "returning")


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


def _leap_field(field, needed: bool = True) -> dict | None:
    """A Spark field as a leap frame writes it; None if it cannot be and is not needed."""
    from pyspark.sql.types import ArrayType

    kind = field.dataType.simpleString()
    if kind in _BASES:
        base = _BASES[kind]
        return {"name": field.name, "type": base if field.nullable else {"type": "basic", "base": base, "isNullable": False}}
    if kind == "vector":
        return {"name": field.name, "type": {"type": "tensor", "base": "double"}}
    if isinstance(field.dataType, ArrayType) and (element := _BASES.get(field.dataType.elementType.simpleString())):
        return {"name": field.name, "type": {"type": "list", "base": "int" if element == "integer" else element}}
    if not needed:
        return None
    raise PageleapError("schema", f"column {field.name!r} is {kind}, which a leap frame cannot hold; cast it")


def _passing_type(field):
    """The type of a column that passes the module by: its own, but a vector comes back as an array of its elements."""
    from pyspark.sql.types import ArrayType, DoubleType

    return ArrayType(DoubleType()) if field.dataType.simpleString() == "vector" else field.dataType


def _passing(column, vector: bool):
    if not vector:
        return column
    import pyarrow as pa

    return pa.array([None if v is None else _from_leap(_vector(v), None) for v in column.to_pylist()], pa.list_(pa.float64()))


def _vector(parts: dict) -> dict:
    """A vector as a leap frame writes it, of the parts in which Arrow has Spark's vectors."""
    values = [_number(v) for v in parts["values"]]
    if parts["type"] == 0:
        return {"dimensions": [parts["size"]], "indices": [[i] for i in parts["indices"]], "values": values}
    return {"dimensions": [len(values)], "values": values}


def _number(x: float) -> Any:
    """A double as JSON writes it."""
    if math.isfinite(x):
        return x
    return None if math.isnan(x) else {math.inf: "Infinity", -math.inf: "-Infinity"}[x]


def _spark_type(leap_type: Any):
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


def _arrow_type(leap_type: Any):
    import pyarrow as pa

    base = leap_type if isinstance(leap_type, str) else leap_type["base"]
    scalar = {"boolean": pa.bool_, "byte": pa.int8, "short": pa.int16, "integer": pa.int32, "int": pa.int32,
              "long": pa.int64, "float": pa.float32, "double": pa.float64, "string": pa.string}[base]()
    return pa.list_(scalar) if isinstance(leap_type, dict) and leap_type["type"] != "basic" else scalar


def _struct(columns):
    from pyspark.sql.types import StructType

    out = StructType()
    for name, kind in columns:
        out.add(name, kind)
    return out


def _column(values: list, leap_type: Any) -> list:
    """Arrow's values as JSON writes them: NaN is null, a vector an object."""
    kind, base = (leap_type["type"], leap_type["base"]) if isinstance(leap_type, dict) else ("basic", leap_type)
    if kind == "tensor":
        return [None if v is None else _vector(v) for v in values]
    if base not in ("double", "float"):
        return values
    if kind == "list":
        return [None if v is None else [None if x is None else _number(x) for x in v] for v in values]
    return [None if v is None else _number(v) for v in values]


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
