#!/usr/bin/env python3
"""Evaluates the defects' rules of a caster dataset again, from its CSV files alone and by code of its own.

    recompute_rules.py FOLDER

Written from docs/datasets-caster.md, not from the generator. Works on whole columns, where the generator works second by
second. The thresholds are those of the folder's manifest.json. Prints what it found as JSON; ends with 1 if a flag or a severity differs in any cast.
"""
import csv
import json
import math
import os
import sys

ZONES = [f"zone_{number}_water_flow" for number in range(1, 7)]
VIBRATIONS = ["oscillator_vibration", "roller_vibration_1", "roller_vibration_2", "roller_vibration_3"]
RULES = ["surface_cracks", "internal_cracks", "corner_cracks", "inclusions", "shape"]


def number(text):
    return float(text) if text != "" else math.nan


def runs(flags):
    """The runs of true values, as (first, last)."""
    first = None
    for place, flag in enumerate(list(flags) + [False]):
        if flag and first is None:
            first = place
        if not flag and first is not None:
            yield first, place - 1
            first = None


def surface_cracks(cast, limits):
    off = [abs(level - target) for level, target in zip(cast["mold_level"], cast["mold_level_target"])]
    worst = 0.0
    for first, last in runs(value > limits["deviation_mm"] for value in off):
        if last - first + 1 > limits["longer_than_s"]:
            worst = max(worst, max(off[first : last + 1]) / limits["deviation_mm"])
    return worst


def internal_cracks(cast, limits):
    tundish, speed = cast["tundish_temperature"], cast["casting_speed"]
    span, most, fast = limits["within_s"], limits["drop_k"], limits["above_m_per_min"]
    drops = [tundish[t - span] - tundish[t] for t in range(span, len(tundish)) if speed[t] > fast]
    return max((drop / most for drop in drops if drop > most), default=0.0)


def corner_cracks(cast, limits):
    cpm = cast["mold_oscillation_frequency"]
    worst = 0.0
    low, high = limits["low_per_min"], limits["high_per_min"]
    for first, last in runs(value < low or value > high for value in cpm):
        # The rule is broken from the second behind the allowed ones on.
        for value in cpm[first + limits["longer_than_s"] : last + 1]:
            worst = max(worst, value / high, low / max(value, 1))
    return worst


def inclusions(cast, limits):
    uneven = []
    for row in zip(*(cast[zone] for zone in ZONES)):
        # In the order of the zones: a sum's last bit depends on it.
        total = 0.0
        for flow in row:
            total += flow
        uneven.append(max(abs(flow / (total * share) - 1) for flow, share in zip(row, limits["zone_shares"])) if total > 0 else 0.0)
    most = limits["imbalance_above"]
    bad = [hot > limits["superheat_above_k"] and off > most for hot, off in zip(cast["superheat"], uneven)]
    worst = 0.0
    for first, last in runs(bad):
        for off in uneven[first + limits["longer_than_s"] : last + 1]:
            worst = max(worst, off / most)
    return worst


def shape(cast, limits):
    most = limits["vibration_above_mm_per_s"]
    return max((value / most for name in VIBRATIONS for value in cast[name] if value > most), default=0.0)


def casts(folder):
    """Cast by cast, the columns that the rules look at."""
    names = ["mold_level", "mold_level_target", "tundish_temperature", "casting_speed", "mold_oscillation_frequency",
             "superheat"] + ZONES + VIBRATIONS
    current, columns = None, None
    with open(os.path.join(folder, "process.csv"), newline="") as file:
        reader = csv.reader(file)
        header = next(reader)
        places, id_place = [header.index(name) for name in names], header.index("cast_id")
        for row in reader:
            if row[id_place] != current:
                if current is not None:
                    yield current, dict(zip(names, columns))
                current, columns = row[id_place], [[] for _ in names]
            for column, place in zip(columns, places):
                column.append(number(row[place]))
    if current is not None:
        yield current, dict(zip(names, columns))


def main(folder):
    with open(os.path.join(folder, "casts.csv"), newline="") as file:
        told = {row["cast_id"]: row for row in csv.DictReader(file)}
    with open(os.path.join(folder, "manifest.json")) as file:
        limits = json.load(file)["request"]["configuration"]["defects"]
    wrong, broken, seen = [], 0, set()
    for cast_id, cast in casts(folder):
        seen.add(cast_id)
        for rule, function in zip(RULES, [surface_cracks, internal_cracks, corner_cracks, inclusions, shape]):
            severity = function(cast, limits[rule])
            broken += severity > 0
            row = told[cast_id]
            flag = row[f"rule_{rule}"] == "true"
            if flag != (severity > 0) or abs(severity - float(row[f"rule_{rule}_severity"])) > 5.1e-5:
                wrong.append([cast_id, rule, severity, row[f"rule_{rule}"], row[f"rule_{rule}_severity"]])
    missing = sorted(set(told) - seen)
    print(json.dumps({"casts": len(seen), "broken": broken, "missing": missing, "wrong": wrong[:10]}))
    return 1 if wrong or missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
