"""Reads tables of ours with pyarrow, pandas, polars and DuckDB and compares every value: read_tables.py FOLDER

Each folder in FOLDER has expected.json and table.parquet, table.csv, table.json. Prints what differs, one a line.
"""
import datetime
import json
import math
import os
import struct
import sys

import duckdb
import pandas
import polars
import pyarrow
import pyarrow.parquet

duckdb.sql("SET TimeZone = 'UTC'")
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def wanted(folder):
    """The columns' names and forms, and their values column by column."""
    with open(f"{folder}/expected.json", encoding="utf-8") as file:
        expected = json.load(file)
    return expected["names"], expected["forms"], expected["columns"]


def double(bits):
    return struct.unpack("<d", struct.pack("<Q", int(bits)))[0]


def single(bits):
    return struct.unpack("<f", struct.pack("<I", int(bits)))[0]


def meant(value, form):
    if value is None:
        return None
    if form in ("integer", "time"):
        return int(value)
    if form in ("number", "number32") and value == "nan":
        return math.nan
    if form == "number":
        return double(value)
    if form == "number32":
        return single(value)
    return value


def seen(value, form):
    """What a reader gave, in the same terms."""
    if value is None or value is pandas.NA or value is pandas.NaT:
        return None
    if form == "time" and isinstance(value, datetime.datetime):
        value = value if value.tzinfo else value.replace(tzinfo=datetime.timezone.utc)
        return (value - EPOCH) // datetime.timedelta(milliseconds=1)
    if form == "integer" and isinstance(value, float) and value.is_integer():
        return int(value)
    if form in ("number", "number32") and isinstance(value, int):
        return float(value)
    if form == "flag" and not isinstance(value, bool) and value in (True, False):
        return bool(value)
    return value


def same(left, right, form, is_text):
    """Text formats have no NaN; there, and only there, an empty text may come back as missing."""
    if isinstance(left, float) and math.isnan(left):
        left = None if is_text else "nan"
    if isinstance(right, float) and math.isnan(right):
        right = None if is_text else "nan"
    if is_text and form in ("text", "category"):
        blank = ("", "null", None)
        return left == right or (left in blank and right in blank)
    if left is None or right is None or isinstance(left, str) or isinstance(right, str):
        return left == right
    if form == "number32":
        return struct.pack("<f", left) == struct.pack("<f", right)
    if form == "number":
        return struct.pack("<d", left) == struct.pack("<d", right)
    return left == right


def compare(who, folder, columns, is_text):
    names, forms, values = wanted(folder)
    if list(columns) != names:
        print(f"{who} {folder}: columns {list(columns)} instead of {names}")
        return
    for name, form, expected in zip(names, forms, values):
        found = columns[name]
        if len(found) != len(expected):
            print(f"{who} {folder} {name}: {len(found)} rows instead of {len(expected)}")
            continue
        for row, (left, right) in enumerate(zip(expected, found)):
            if not same(meant(left, form), seen(right, form), form, is_text):
                print(f"{who} {folder} {name} ({form}) row {row}: {right!r} instead of {meant(left, form)!r}")
                break


def of_arrow(table):
    return {name: table.column(name).to_pylist() for name in table.column_names}


def of_frame(frame):
    return {name: frame[name].to_list() for name in frame.columns}


def of_query(query):
    result = duckdb.sql(query)
    rows = result.fetchall()
    return {name: [row[place] for row in rows] for place, name in enumerate(result.columns)}


def parquet(folder):
    path = f"{folder}/table.parquet"
    compare("pyarrow", folder, of_arrow(pyarrow.parquet.read_table(path)), False)
    compare("pandas", folder, of_frame(pandas.read_parquet(path, dtype_backend="pyarrow")), False)
    pandas.read_parquet(path)
    compare("polars", folder, of_frame(polars.read_parquet(path)), False)
    compare("duckdb", folder, of_query(f"SELECT * FROM '{path}'"), False)
    # What the statistics say must hold: a filter may leave row groups out by them.
    names, forms, values = wanted(folder)
    for name, form, column in zip(names, forms, values):
        known = [meant(value, form) for value in column if value is not None]
        if form == "integer" and known:
            for value in (min(known), max(known)):
                count = duckdb.sql(f"SELECT count(*) FROM '{path}' WHERE {name} = {value}").fetchall()[0][0]
                if count != known.count(value):
                    print(f"duckdb {folder} {name}: {count} rows with {value} instead of {known.count(value)}")


def csv(folder):
    path = f"{folder}/table.csv"
    names, forms, _ = wanted(folder)
    times = [name for name, form in zip(names, forms) if form == "time"]
    # In a table of one column a null is an empty line, which pandas leaves out unless told otherwise.
    frame = pandas.read_csv(
        path,
        float_precision="round_trip",
        dtype_backend="numpy_nullable",
        parse_dates=times,
        skip_blank_lines=len(names) > 1,
    )
    compare("pandas csv", folder, of_frame(frame), True)
    frame = polars.read_csv(path, try_parse_dates=True, infer_schema_length=None)
    compare("polars csv", folder, of_frame(frame), True)
    compare("duckdb csv", folder, of_query(f"SELECT * FROM read_csv('{path}', sample_size = -1)"), True)


def plain_json(folder):
    path = f"{folder}/table.json"
    names, forms, _ = wanted(folder)
    with open(path, encoding="utf-8") as file:
        rows = json.load(file)
    parsed = {}
    for name, form in zip(names, forms):
        column = [row[name] for row in rows]
        if form == "time":
            column = [value and datetime.datetime.fromisoformat(value) for value in column]
        parsed[name] = column
    compare("json", folder, parsed, True)
    if len(pandas.read_json(path, orient="records")) != len(rows):
        print(f"pandas json {folder}: other rows")
    if polars.read_json(path, infer_schema_length=None).height != len(rows):
        print(f"polars json {folder}: other rows")
    count = duckdb.sql(f"SELECT count(*) FROM read_json_auto('{path}')").fetchall()[0][0]
    if count != len(rows):
        print(f"duckdb json {folder}: {count} rows instead of {len(rows)}")


for entry in sorted(os.listdir(sys.argv[1])):
    case = f"{sys.argv[1]}/{entry}"
    for reader in (parquet, csv, plain_json):
        try:
            reader(case)
        except Exception as error:  # every failure of every reader is a finding
            print(f"{reader.__name__} {case}: {type(error).__name__}: {error}")
