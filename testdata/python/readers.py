"""Two readers that know nothing of ckpt read the Parquet files that it exported: pyarrow and DuckDB.

    python readers.py PARQUET_DIR JSONL_DIR

The directories are two exports of one checkpoint. Each part-*.parquet is read by both readers and compared, row by row
and nested field by nested field, with the part-*.jsonl of the same name. DuckDB also selects every nested field by its
path and must count as many values as the JSON has. Prints one JSON line per file, differences to stderr; exit 1 if any.

How a value appears in JSON and in Arrow is fixed by ckpt's documentation of rows; this file is written from that
alone and shares no code with ckpt.
"""

import base64
import datetime
import decimal
import json
import math
import os
import re
import struct
import sys

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

UNITS = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}
EPOCH = datetime.date(1970, 1, 1).toordinal()
MAX_DIFFERENCES = 5


# ---- what Arrow holds -> comparable Python values -------------------------------------------------------------------


def values(array):
    """The values of an Arrow array: ints, bools, str, bytes, tagged floats and times, lists, dicts; None for null."""
    if isinstance(array, pa.ChunkedArray):
        return [v for chunk in array.chunks for v in values(chunk)]
    t = array.type
    if pa.types.is_dictionary(t):
        return values(array.dictionary_decode())
    if isinstance(t, pa.BaseExtensionType):
        return values(array.storage)
    if pa.types.is_null(t):
        return [None] * len(array)
    valid = array.is_valid().to_pylist()

    def where_valid(items):
        return [v if ok else None for v, ok in zip(items, valid)]

    if pa.types.is_struct(t):
        columns = [values(child) for child in array.flatten()]
        names = [f.name for f in t]
        return where_valid([dict(zip(names, row)) for row in zip(*columns)] if columns else [{}] * len(array))
    if pa.types.is_map(t):
        offsets, keys, items = array.offsets.to_pylist(), values(array.keys), values(array.items)
        return where_valid([[[k, v] for k, v in zip(keys[a:b], items[a:b])] for a, b in zip(offsets, offsets[1:])])
    if pa.types.is_list(t) or pa.types.is_large_list(t):
        offsets, items = array.offsets.to_pylist(), values(array.values)
        return where_valid([items[a:b] for a, b in zip(offsets, offsets[1:])])
    return where_valid([scalar(v, t) for v in plain(array, t).to_pylist()])


def plain(array, t):
    """Times as the integers they are stored as: Python's own date types hold neither nanoseconds nor far years."""
    if pa.types.is_timestamp(t) or pa.types.is_time64(t) or pa.types.is_duration(t) or pa.types.is_date64(t):
        return array.view(pa.int64())
    if pa.types.is_date32(t) or pa.types.is_time32(t):
        return array.view(pa.int32())
    return array


def scalar(v, t):
    if v is None:
        return None
    if pa.types.is_timestamp(t):
        return "time", v * UNITS[t.unit]
    if pa.types.is_time(t):
        return "of day", v * UNITS[t.unit]
    if pa.types.is_date32(t):
        return "day", v
    if pa.types.is_float64(t):
        return real(v, "<d")
    if pa.types.is_float32(t):
        return real(v, "<f")
    if pa.types.is_decimal(t):
        return "decimal", v.as_tuple() if not v.is_zero() else decimal.Decimal(0).as_tuple()
    if isinstance(v, (bytes, memoryview)):
        return "bytes", bytes(v)
    return v


def real(v, code):
    """A float by its bits, so that -0.0 is not 0.0; all NaN are one."""
    return ("NaN",) if math.isnan(v) else ("bits", struct.pack(code, v))


# ---- what the JSON lines hold -> the same, by the Arrow type of the column -------------------------------------------


class Number(str):
    """A JSON number with the digits it was written with."""


def load(text):
    return json.loads(text, parse_float=Number, parse_int=Number, object_pairs_hook=Object)


class Object(list):
    """A JSON object as its list of pairs: maps may be in any order and keep it."""

    def get(self, name, default=None):
        return next((v for k, v in self if k == name), default)

    def has(self, name):
        return any(k == name for k, _ in self)


def expected(v, field):
    """A JSON value as the Arrow field holds it."""
    t = field.type
    encoding = (field.metadata or {}).get(b"ckpt.encoding")
    if encoding == b"json":
        return None if v is None else ("json", unordered(v))
    if v is None:
        return None
    if pa.types.is_dictionary(t):
        t = t.value_type
    if pa.types.is_struct(t):
        return expected_struct(v, t)
    if pa.types.is_map(t):
        pairs = [(unescape(k), x) for k, x in v] if isinstance(v, Object) else v
        return [[expected(k, t.key_field), expected(x, t.item_field)] for k, x in pairs]
    if pa.types.is_list(t) or pa.types.is_large_list(t):
        if isinstance(v, Object):  # a map whose keys may repeat
            v = [[unescape(k), x] for k, x in v]
        return [expected(x, t.value_field) for x in v]
    return expected_scalar(v, t)


def unescape(name):
    return name[1:] if name.startswith("$$") else name


def expected_struct(v, t):
    if isinstance(v, Object):
        return {f.name: expected(v.get(f.name), f) for f in t}
    if isinstance(v, list) and len(v) == t.num_fields:  # one entry of a map whose keys may repeat
        return {f.name: expected(x, f) for f, x in zip(t, v)}
    raise ValueError(f"{v!r} is no {t}")


def expected_scalar(v, t):
    if pa.types.is_boolean(t):
        return True if isinstance(v, Object) and not v else v  # a struct without fields is {} and true
    if pa.types.is_duration(t) or pa.types.is_integer(t):
        return int(v)
    if pa.types.is_float64(t):
        return real(float(v), "<d")
    if pa.types.is_float32(t):
        return real(float(v), "<f")
    if pa.types.is_decimal(t):
        d = decimal.Decimal(v).quantize(decimal.Decimal(1).scaleb(-t.scale), context=decimal.Context(prec=100))
        return "decimal", d.as_tuple() if not d.is_zero() else decimal.Decimal(0).as_tuple()
    if pa.types.is_timestamp(t):
        return "time", instant(v)
    if pa.types.is_time(t):
        return "of day", of_day(v)
    if pa.types.is_date32(t):
        return "day", day(v)
    if pa.types.is_binary(t) or pa.types.is_large_binary(t):
        if isinstance(v, Object):
            v = v.get("$bytes")  # opaque
        return "bytes", base64.b64decode(v, validate=True)
    if pa.types.is_string(t) or pa.types.is_large_string(t):
        if not isinstance(v, str) or isinstance(v, Number):
            raise ValueError(f"{v!r} is no string")
        return v
    raise ValueError(f"no rule for {t}")


def instant(text):
    date, time = re.fullmatch(r"([+-]?\d{4,9}-\d\d-\d\d)[T ]([\d:.]+)Z?", text).groups()
    return day(date) * 86400 * 10**9 + of_day(time)


def of_day(text):
    h, m, s, fraction = re.fullmatch(r"(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?", text).groups()
    return ((int(h) * 60 + int(m)) * 60 + int(s or 0)) * 10**9 + int((fraction or "").ljust(9, "0"))


def day(text):
    """Days since 1970 in the proleptic calendar of ISO 8601, for any year: Python's own stops at 1 and 9999."""
    year, month, d = re.fullmatch(r"([+-]?\d{4,9})-(\d\d)-(\d\d)", text).groups()
    cycles, year = divmod(int(year) - 2000, 400)
    return cycles * 146097 + datetime.date(2000 + year, int(month), int(d)).toordinal() - EPOCH


def unordered(v):
    """JSON for comparison: objects without their order."""
    if isinstance(v, Object):
        return {k: unordered(x) for k, x in v}
    if isinstance(v, list):
        return [unordered(x) for x in v]
    return v


# ---- comparison ----------------------------------------------------------------------------------------------------


def decode_json_columns(v, field):
    """Turns the text of columns that hold JSON into what it says."""
    t = field.type
    if v is None:
        return None
    if (field.metadata or {}).get(b"ckpt.encoding") == b"json":
        return "json", unordered(load(v))
    if pa.types.is_struct(t):
        return {f.name: decode_json_columns(v[f.name], f) for f in t}
    if pa.types.is_map(t):
        return [[decode_json_columns(k, t.key_field), decode_json_columns(x, t.item_field)] for k, x in v]
    if pa.types.is_list(t) or pa.types.is_large_list(t):
        return [decode_json_columns(x, t.value_field) for x in v]
    return v


COVERED_BY_EXACT = ("key", "namespace", "map_key", "value")


def compare_row(row, line, schema, held=lambda v: v):
    """Yields what differs between a row and its JSON line; held says how the reader holds a value."""
    exact = row.get("exact")
    if exact is not None:
        stored = load(exact)
        for name in COVERED_BY_EXACT:
            if unordered(stored.get(name)) != unordered(line.get(name)):
                yield f"exact: {name} is {stored.get(name)!r}, JSON has {line.get(name)!r}"
    for field in schema:
        if field.name == "exact" or exact is not None and field.name in COVERED_BY_EXACT:
            continue
        try:
            want = held(expected(line.get(field.name), field))
        except (ValueError, AttributeError, TypeError, decimal.InvalidOperation) as e:
            yield f"{field.name}: JSON {line.get(field.name)!r} does not fit {field.type}: {e}"
            continue
        yield from difference(decode_json_columns(row.get(field.name), field), want, field.name)
    columns = {field.name for field in schema} | {"operator", "state", "kind"}
    for name, _ in line:
        if name not in columns:
            yield f"{name}: in JSON and not in Parquet"


def difference(got, want, path):
    """Yields the first place where two values differ, with its path."""
    if got == want:
        return
    if isinstance(got, dict) and isinstance(want, dict) and got.keys() == want.keys():
        pairs = [(got[k], want[k], f"{path}.{k}") for k in want]
    elif isinstance(got, list) and isinstance(want, list) and len(got) == len(want):
        pairs = [(g, w, f"{path}[{i}]") for i, (g, w) in enumerate(zip(got, want))]
    else:
        yield f"{path}: read {got!r}, JSON has {want!r}"
        return
    for g, w, p in pairs:
        yield from difference(g, w, p)


LAST_MICRO = 2**63 - 1


def in_duckdb(v):
    """A value as DuckDB can hold it: timestamps beyond its microseconds (year 294247) are infinite there."""
    if isinstance(v, dict):
        return {k: in_duckdb(x) for k, x in v.items()}
    if isinstance(v, list):
        return [in_duckdb(x) for x in v]
    match v:
        case ("time", ns) if abs(ns) // 1000 > LAST_MICRO:
            return "time", (LAST_MICRO if ns > 0 else -LAST_MICRO) * 1000
    return v


def for_duckdb(field):
    """The field as DuckDB has it: decimals of more than 38 digits are doubles there."""
    t = field.type
    if pa.types.is_decimal256(t):
        t = pa.float64()
    elif pa.types.is_struct(t):
        t = pa.struct([for_duckdb(f) for f in t])
    elif pa.types.is_map(t):
        t = pa.map_(for_duckdb(t.key_field), for_duckdb(t.item_field))
    elif pa.types.is_list(t):
        t = pa.list_(for_duckdb(t.value_field))
    return field.with_type(t)


def rows(table):
    columns = {name: values(table.column(name)) for name in table.column_names}
    return [dict(zip(columns, row)) for row in zip(*columns.values())] if columns else [{}] * table.num_rows


def leaves(source, column, t, got):
    """Yields (path, SQL that counts the values there, their number in got) for a column and all that is nested in it."""
    yield column, f"(SELECT count(v) FROM ({source}))", sum(v is not None for v in got)
    if pa.types.is_struct(t):
        for f in t:
            name = '"' + f.name.replace('"', '""') + '"'
            inner = [v[f.name] for v in got if v is not None]
            yield from leaves(f"SELECT v.{name} AS v FROM ({source}) WHERE v IS NOT NULL", f"{column}.{f.name}", f.type, inner)
    elif pa.types.is_map(t):
        for part, sql, kind, at in (("key", "map_keys", t.key_type, 0), ("value", "map_values", t.item_type, 1)):
            inner = [pair[at] for v in got if v is not None for pair in v]
            yield from leaves(f"SELECT unnest({sql}(v)) AS v FROM ({source})", f"{column}.{part}", kind, inner)
    elif pa.types.is_list(t) or pa.types.is_large_list(t):
        inner = [x for v in got if v is not None for x in v]
        yield from leaves(f"SELECT unnest(v) AS v FROM ({source})", f"{column}[]", t.value_type, inner)


def nested(con, source, schema, by_pyarrow):
    """Yields (path, DuckDB's count, pyarrow's count) of the values of every field, selected by its path."""
    fields = []
    for field in schema:
        name = '"' + field.name.replace('"', '""') + '"'
        fields += leaves(f"SELECT {name} AS v FROM {source}", field.name, field.type, [r[field.name] for r in by_pyarrow])
    counts = con.execute("SELECT " + ", ".join(sql for _, sql, _ in fields)).fetchall()[0]
    return [(path, got, want) for (path, _, want), got in zip(fields, counts)]


def check(con, parquet, jsonl):
    """Compares one file; returns its report and the differences."""
    with open(jsonl, encoding="utf-8") as f:
        lines = [load(line) for line in f]
    table = pq.read_table(parquet, memory_map=False)
    schema = table.schema
    source = "read_parquet('" + parquet.replace("'", "''") + "')"
    duck = con.sql(f"SELECT * FROM {source}").to_arrow_table()
    by_pyarrow, by_duckdb = rows(table), rows(duck)
    duckdb_schema = [for_duckdb(f) for f in schema]
    differences = []
    if duck.schema.names != schema.names:
        differences.append(f"DuckDB has columns {duck.schema.names}, pyarrow {schema.names}")
    for reader, got, compare in (
        ("pyarrow", by_pyarrow, lambda row, line: compare_row(row, line, schema)),
        ("DuckDB", by_duckdb, lambda row, line: compare_row(row, line, duckdb_schema, in_duckdb)),
    ):
        if len(got) != len(lines):
            differences.append(f"{reader} reads {len(got)} rows, JSON has {len(lines)}")
            continue
        for i, (row, line) in enumerate(zip(got, lines)):
            differences += [f"{reader}, row {i}: {d}" for d in compare(row, line)]
    counts = nested(con, source, schema, by_pyarrow)
    differences += [f"DuckDB counts {got} values at {path}, pyarrow {want}" for path, got, want in counts if got != want]
    return {"rows": len(lines), "fields": len(counts)}, differences


def main(parquet_dir, jsonl_dir):
    failed = False
    sys.set_int_max_str_digits(0)
    con = duckdb.connect()
    con.execute("SET timezone = 'UTC'; SET threads = 1")
    for dir, dirs, names in os.walk(parquet_dir):
        dirs.sort()
        for name in sorted(names):
            if not name.endswith(".parquet"):
                continue
            parquet = os.path.join(dir, name)
            rel = os.path.relpath(parquet, parquet_dir)
            report, differences = check(con, parquet, os.path.join(jsonl_dir, rel[: -len(".parquet")] + ".jsonl"))
            print(json.dumps({"file": rel, **report, "differences": len(differences)}))
            for d in differences[:MAX_DIFFERENCES]:
                print(f"{rel}: {d}"[:2000], file=sys.stderr)
            failed = failed or bool(differences)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
