"""Writes one table by every writer, encoding and compression that our reader shall read: write_tables.py FOLDER

The table: n (integers), x (doubles), f (floats), word (texts), flag, when (times), maybe (doubles with nulls).
What our reader must refuse goes to FOLDER/refused.
"""
import datetime
import os
import sys

import duckdb
import pandas
import polars
import pyarrow as pa
import pyarrow.parquet as pq

folder = sys.argv[1]
os.makedirs(f"{folder}/refused", exist_ok=True)
rows = 5000
start = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
table = pa.table(
    {
        "n": pa.array([row * row - 1000 for row in range(rows)], pa.int64()),
        "x": pa.array([row / 8 for row in range(rows)], pa.float64()),
        "f": pa.array([(row % 100) / 4 for row in range(rows)], pa.float32()),
        "word": pa.array([f"word {row % 7} é" for row in range(rows)]),
        "flag": pa.array([row % 3 == 0 for row in range(rows)]),
        "when": pa.array([start + datetime.timedelta(seconds=row) for row in range(rows)], pa.timestamp("ms", "UTC")),
        "maybe": pa.array([None if row % 5 == 0 else row / 2 for row in range(rows)], pa.float64()),
    }
)


def write(name, **options):
    pq.write_table(table, f"{folder}/{name}.parquet", **options)


for compression in ("none", "snappy", "zstd"):
    for version in ("1.0", "2.0"):
        write(f"pyarrow-{compression}-{version}", compression=compression, data_page_version=version)
write("pyarrow-plain", use_dictionary=False)
write("pyarrow-delta", use_dictionary=False, column_encoding={"n": "DELTA_BINARY_PACKED", "when": "DELTA_BINARY_PACKED", "word": "DELTA_LENGTH_BYTE_ARRAY"})
write("pyarrow-delta-texts", use_dictionary=False, column_encoding={"word": "DELTA_BYTE_ARRAY"})
write("pyarrow-split", use_dictionary=False, column_encoding={name: "BYTE_STREAM_SPLIT" for name in ("n", "x", "f")})
write("pyarrow-groups", row_group_size=700, data_page_size=100)
write("pyarrow-int96", use_deprecated_int96_timestamps=True)
for unit in ("us", "ns"):
    other = table.set_column(5, "when", table.column("when").cast(pa.timestamp(unit, "UTC")))
    pq.write_table(other, f"{folder}/pyarrow-{unit}.parquet")
small = table.set_column(0, "n", table.column("n").cast(pa.int32()))
pq.write_table(small, f"{folder}/pyarrow-int32.parquet")
table.to_pandas().to_parquet(f"{folder}/pandas.parquet")
table.to_pandas().set_index("n", drop=False).to_parquet(f"{folder}/pandas-index.parquet", index=False)
polars.from_arrow(table).write_parquet(f"{folder}/polars.parquet")
polars.from_arrow(table).write_parquet(f"{folder}/polars-snappy.parquet", compression="snappy", use_pyarrow=False)
duckdb.register("memory_table", table)
for version in ("v1", "v2"):
    duckdb.sql(f"COPY memory_table TO '{folder}/duckdb-{version}.parquet' (FORMAT parquet, PARQUET_VERSION {version})")
duckdb.sql(f"COPY memory_table TO '{folder}/duckdb-zstd.parquet' (FORMAT parquet, COMPRESSION zstd)")

for compression in ("gzip", "brotli", "lz4"):
    pq.write_table(table, f"{folder}/refused/{compression}.parquet", compression=compression)
nested = pa.table({"list": pa.array([[1, 2]]), "map": pa.array([{"a": 1}]), "money": pa.array([None], pa.decimal128(10, 2))})
pq.write_table(nested, f"{folder}/refused/nested.parquet")
