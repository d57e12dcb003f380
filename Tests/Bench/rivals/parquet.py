"""Writes the table of a Parquet file with pyarrow, from memory: parquet.py FILE OUT ROUNDS.

Prints "seconds S", the median of the processor time, "wall W", the median of the time on the wall, and "bytes N".
"""
import os
import statistics
import sys
import time

import pyarrow as pa
import pyarrow.parquet as pq

source, target, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
# Texts as dictionaries are what pyarrow writes fastest; the rows of a group are as many as ours.
schema = pq.read_schema(source)
texts = [field.name for field in schema if pa.types.is_string(field.type)]
table = pq.read_table(source, read_dictionary=texts)
group = pq.ParquetFile(source).metadata.row_group(0).num_rows
times = []
walls = []
for _ in range(rounds):
    start = time.process_time()
    wall = time.perf_counter()
    with open(target, "wb") as file:
        pq.write_table(table, file, compression="zstd", compression_level=1, row_group_size=group)
        file.flush()
        os.fsync(file.fileno())
    times.append(time.process_time() - start)
    walls.append(time.perf_counter() - wall)
print("seconds", statistics.median(times))
print("wall", statistics.median(walls))
print("bytes", os.path.getsize(target))
