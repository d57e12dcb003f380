"""Runs the examples of a document: run_examples.py DOCUMENT, in the folder that the examples read from.

Every block of python and of sql must run without an error, and every query must have rows.
"""
import re
import sys

import duckdb

text = open(sys.argv[1], encoding="utf-8").read()
blocks = re.findall(r"```(python|sql)\n(.*?)```", text, re.DOTALL)
for language, block in blocks:
    if language == "python":
        exec(compile(block, sys.argv[1], "exec"), {})
        continue
    for query in filter(str.strip, block.split(";")):
        if not duckdb.sql(query).fetchall():
            sys.exit(f"no rows: {query}")
print(f"{len(blocks)} examples")
