"""Holds a written dataset against its rules, with nothing of ours: python3 record_sets.py FOLDER

Reads the Parquet files with pandas, computes again whatever follows from other columns, and prints one JSON object:
rule -> [rows looked at, rows that disagree].
"""

import json
import math
import sys

import numpy
import pandas

found = {}


def rule(name, looked, broken):
    found[name] = [int(looked), int(broken)]


def every(name, condition):
    condition = numpy.asarray(condition, dtype=bool)
    rule(name, condition.size, (~condition).sum())


def near(name, left, right, relative):
    left, right = numpy.asarray(left, dtype=float), numpy.asarray(right, dtype=float)
    every(name, numpy.abs(left - right) <= relative * numpy.maximum(numpy.abs(right), 1e-12))


def resolves(name, values, known):
    every(name, values.dropna().isin(set(known)))


def unique(name, values):
    every(name, ~values.duplicated())


def sane(tables):
    for name, table in tables.items():
        numbers = table.select_dtypes("number").to_numpy(dtype=float, na_value=numpy.nan)
        every(f"{name}: nothing infinite", ~numpy.isinf(numbers).ravel())
        if "facility_id" in table.columns and "facilities" in tables:
            resolves(f"{name}: facilities resolve", table.facility_id, tables["facilities"].facility_id)
    if "facilities" in tables:
        facilities(tables["facilities"])


PERIODS = {"low": 200, "significant": 1000, "high": 2475, "very high": 5000, "extreme": 10000}
PEOPLE = {"low": (0, 0), "significant": (1, 10), "high": (11, 100), "very high": (101, 1000), "extreme": (1001, 10**6)}


def facilities(table):
    unique("facility ids are unique", table.facility_id)
    unique("facility names are unique", table.facility_name)
    classes = table.consequence_class.astype(str)
    every("class implies design flood", classes.map(PERIODS) == table.flood_return_period_years)
    every("class implies design earthquake", classes.map(PERIODS) == table.seismic_return_period_years)
    every("closure designs for 1 in 10,000", table.closure_return_period_years == 10000)
    low, high = classes.map(lambda c: PEOPLE[c][0]), classes.map(lambda c: PEOPLE[c][1])
    every("class implies people at risk", (table.population_at_risk >= low) & (table.population_at_risk <= high))
    for role in ["engineer_of_record", "responsible_engineer", "accountable_executive"]:
        every(f"{role} is named", table[role].str.len() > 3)


# Monitoring


def tarp(table, triggers):
    levels = pandas.Series(0, index=table.index)
    for trigger in triggers.itertuples():
        at = table.facility_id == trigger.facility_id
        values = table.loc[at, trigger.column_name]
        for level, step in enumerate([trigger.yellow, trigger.orange, trigger.red], start=1):
            if pandas.isna(step):
                continue
            hit = values >= step if trigger.direction == "rising" else values < step
            levels.loc[at] = numpy.where(hit, numpy.maximum(levels.loc[at], level), levels.loc[at])
    return levels.map({0: "green", 1: "yellow", 2: "orange", 3: "red"})


def slices(section):
    """Middle, width, height, base, sine and cosine of every slice of the circle."""
    cx, cy, radius = section.circle_x_m, section.circle_y_m, section.circle_radius_m
    crest, toe, top = section.crest_x_m, section.toe_x_m, section.crest_elevation_m

    def ground(x):
        return numpy.interp(x, [crest, toe], [top, 0.0])

    def arc(x):
        return cy - numpy.sqrt(numpy.maximum(radius**2 - (x - cx) ** 2, 0))

    # Where arc and ground meet: signs change along a fine grid, then bisection.
    grid = numpy.linspace(cx - radius, cx + radius, 200001)
    inside = numpy.flatnonzero(ground(grid) - arc(grid) > 0)

    def meet(out, into):
        for _ in range(80):
            middle = (out + into) / 2
            if ground(middle) - arc(middle) > 0:
                into = middle
            else:
                out = middle
        return (out + into) / 2

    left = meet(grid[max(inside[0] - 1, 0)], grid[inside[0]])
    right = meet(grid[min(inside[-1] + 1, grid.size - 1)], grid[inside[-1]])
    count = int(section.slices)
    width = (right - left) / count
    middle = left + (numpy.arange(count) + 0.5) * width
    sine = (cx - middle) / radius
    return middle, width, ground(middle) - arc(middle), arc(middle), sine, numpy.sqrt(1 - sine**2)


def bishop(section, tips, row):
    middle, width, height, base, sine, cosine = section["cut"]
    xs = [0.0] + [tip.x_m for tip in tips] + [section["of"].drain_x_m]
    heads = [row.pond_level] + [tip.tip_elevation_m + getattr(row, tip.column_name) / 9.81 for tip in tips]
    heads.append(section["of"].drain_elevation_m)
    water = numpy.maximum(9.81 * (numpy.interp(middle, xs, heads) - base), 0)
    tangent = math.tan(math.radians(section["of"].friction_deg))
    weight = section["of"].unit_weight_kn_m3 * height * width
    safety = 1.0
    for _ in range(200):
        share = cosine + sine * tangent / safety
        resisting = section["of"].cohesion_kpa * width + numpy.maximum(weight - water * width, 0) * tangent
        following = (resisting / share).sum() / (weight * sine).sum()
        if abs(following - safety) < 1e-12:
            break
        safety = following
    return safety


def monitoring(tables):
    table = tables["monitoring"].sort_values(["facility_id", "timestamp"]).reset_index(drop=True)
    every("status follows from the row", tarp(table, tables["triggers"]) == table.status.astype(str))
    every("nothing is missing", ~table.isna().to_numpy().ravel())
    sections = {s.facility_id: {"of": s, "cut": slices(s)} for s in tables["sections"].itertuples()}
    tips = {name: list(some.itertuples()) for name, some in tables["piezometers"].groupby("facility_id")}
    again = [bishop(sections[row.facility_id], tips[row.facility_id], row) for row in table.itertuples()]
    near("factor of safety follows from the pore pressures", again, table.factor_of_safety, 0.02)
    section = table.merge(tables["sections"], on="facility_id")
    near("freeboard is crest less pond less run-up", section.freeboard,
         section.crest_elevation_m - section.pond_level - section.wave_run_up_m, 1e-4)
    for number in [1, 2, 3]:
        steps = table.groupby("facility_id")[f"settlement_{number}"].diff().dropna()
        every(f"settlement {number} never reverses beyond noise", steps > -4)
    hours = table.groupby("facility_id").timestamp.diff().dropna()
    every("time goes on evenly", hours == (hours.iloc[0] if len(hours) else 0))


# Other sets


def documents(tables):
    table = tables["documents"]
    unique("document ids are unique", table.document_id)
    resolves("superseded documents resolve", table.supersedes, table.document_id)
    later = table.dropna(subset=["supersedes"]).merge(
        table, left_on="supersedes", right_on="document_id", suffixes=("", "_before"))
    every("versions follow each other", (later.issued > later.issued_before)
          & (later.document_number == later.document_number_before) & (later.facility_id == later.facility_id_before)
          & (later.version.astype(float) == later.version_before.astype(float) + 1))
    every("documents are of the past", table.issued < pandas.Timestamp("2026-01-01", tz=table.issued.dt.tz))
    every("a page weighs 20 kB to 3 MB", table.size_bytes.div(table.pages).between(2e4, 3e6))
    if len(table) > 200:
        logs = numpy.corrcoef(numpy.log(table.pages), numpy.log(table.size_bytes))[0, 1]
        rule("sizes follow pages", 1, logs < 0.8)
    extreme = tables["facilities"][tables["facilities"].consequence_class.astype(str) == "extreme"].facility_id
    plans = set(table[table.document_type.astype(str).str.startswith("Emergency prep")].facility_id)
    found_missing = set(tables["findings"].facility_id)
    every("extreme facilities have a plan or a finding", extreme.map(lambda f: (f in plans) != (f in found_missing)))


def compliance(tables):
    table = tables["compliance"]
    unique("assessment ids are unique", table.compliance_id)
    unique("finding ids are unique", tables["findings"].finding_id)
    resolves("requirements resolve", table.requirement_id, tables["requirements"].requirement_id)
    resolves("findings' assessments resolve", tables["findings"].compliance_id, table.compliance_id)
    resolves("findings' requirements resolve", tables["findings"].requirement_id, tables["requirements"].requirement_id)
    gistm = tables["requirements"][tables["requirements"].framework == "GISTM"]
    numbers = gistm.requirement_number
    rule("77 requirements", 1, numbers.nunique() != 77 or numbers.iloc[0] != "1.1" or numbers.iloc[-1] != "15.3")
    every("numbers carry their principle", gistm.requirement_number.str.split(".").str[0].astype(int) == gistm.principle)
    every("the next review is later", table.next_review_date > table.assessment_date)
    short = table.status.astype(str).isin(["partially compliant", "non-compliant"])
    every("shortfalls have a date", table.action_due_date.notna() == short)
    every("every shortfall is a finding", table[short].compliance_id.isin(set(tables["findings"].compliance_id)))
    ranks = {c: i for i, c in enumerate(PERIODS, start=1)}
    merged = table.merge(tables["facilities"], on="facility_id")
    every("consequence is the class", merged.consequence_class.astype(str).map(ranks) == merged.consequence)
    likelihood = {"compliant": 1, "not applicable": 1, "partially compliant": 3, "non-compliant": 5}
    every("likelihood is the status", table.status.astype(str).map(likelihood) == table.likelihood)
    risk = pandas.cut(table.likelihood * table.consequence, [0, 4, 9, 15, 25], labels=["low", "medium", "high", "critical"])
    every("risk is likelihood times consequence", risk.astype(str) == table.risk_level.astype(str))
    if len(table) >= 100:
        share = table.status.astype(str).value_counts(normalize=True)
        rule("55-75 % compliant", 1, not 0.55 <= share["compliant"] <= 0.75)
        rule("15-30 % partially", 1, not 0.15 <= share["partially compliant"] <= 0.30)
        rule("3-10 % not", 1, not 0.03 <= share["non-compliant"] <= 0.10)
    extreme = tables["facilities"][tables["facilities"].consequence_class.astype(str) == "extreme"]
    flagged = set(tables["findings"][tables["findings"].finding.str.startswith("No emergency")].facility_id)
    every("extreme facilities without a plan are found", extreme.emergency_plan | extreme.facility_id.isin(flagged))


def geotechnical(tables):
    table = tables["geotechnical"]
    unique("sample ids are unique", table.sample_id)
    resolves("boreholes resolve", table.borehole_id, tables["boreholes"].borehole_id)
    merged = table.merge(tables["boreholes"], on="borehole_id", suffixes=("", "_hole"))
    every("samples are of their facility's holes", merged.facility_id == merged.facility_id_hole)
    every("samples are within the hole", merged.depth_m <= merged.depth_m_hole)
    every("PI = LL - PL", (table.plasticity_index - (table.liquid_limit - table.plastic_limit)).abs() < 1e-6)
    near("e = Gs w / S", table.void_ratio, table.specific_gravity * table.water_content / 100 / table.saturation, 1e-6)
    near("dry unit weight", table.dry_unit_weight, table.specific_gravity * 9.81 / (1 + table.void_ratio), 1e-6)
    near("unit weight", table.unit_weight, table.dry_unit_weight * (1 + table.water_content / 100), 1e-6)
    every("0 <= S <= 1", table.saturation.between(0, 1))
    every("grains add up", (table.clay + table.silt + table.sand + table.gravel - 100).abs() < 1e-6)
    every("grains are there", (table[["clay", "silt", "sand", "gravel"]] >= 0).all(axis=1))
    every("tested after drilling", merged.tested > merged.drilled)


def environmental(tables):
    table = tables["environmental"]
    unique("sample ids are unique", table.sample_id)
    resolves("stations resolve", table.station_id, tables["stations"].station_id)
    merged = table.merge(tables["stations"], on="station_id", suffixes=("", "_station"))
    every("samples are of their facility's stations", (merged.facility_id == merged.facility_id_station)
          & (merged.medium.astype(str) == merged.medium_station.astype(str)))
    count = pandas.Series(0, index=table.index)
    for limit in tables["limits"].itertuples():
        at = table.medium.astype(str) == limit.medium
        values = table.loc[at, limit.column_name]
        count.loc[at] += ((values < limit.lower) | (values > limit.upper)).astype(int)
    every("exceedances follow from the limits", count == table.exceedances)
    every("status follows from the exceedances", (count > 0) == (table.status.astype(str) == "exceedance"))
    every("names of what is exceeded", table.exceeded.fillna("").map(lambda t: len(t.split(";")) if t else 0) == count)


def financial(tables):
    table = tables["financial"]
    unique("record ids are unique", table.record_id)
    unique("a month of a facility's plan comes once", table.facility_id + table.month.astype(str)
           + table.plan_revision.astype(str))
    for kind in ["opex", "capex"]:
        items = [c for c in table.columns if c.startswith(kind) and c.split("_")[1] not in ("total", "budget", "variance")]
        every(f"{kind} items add up", table[items].sum(axis=1) == table[f"{kind}_total_usd"])
    every("variance", table.opex_variance_usd == table.opex_total_usd - table.opex_budget_usd)
    every("provision adds up", table.provision_closing_usd == table.provision_opening_usd + table.provision_unwound_usd
          + table.provision_adjusted_usd - table.provision_used_usd)
    chain = table.sort_values(["facility_id", "plan_revision", "month"])
    before = chain.groupby(["facility_id", "plan_revision"]).provision_closing_usd.shift()
    known = before.notna()
    every("closing is the next opening", before[known] == chain.provision_opening_usd[known])
    sums = table.groupby(["facility_id", "plan_revision", "year"], as_index=False).agg(
        opex=("opex_total_usd", "sum"), capex=("capex_total_usd", "sum"), used=("provision_used_usd", "sum"),
        months=("month", "count"))
    years = tables["years"].merge(sums, on=["facility_id", "plan_revision", "year"], suffixes=("", "_again"))
    rule("every year is there", len(sums), len(sums) - len(years))
    every("years add up", (years.opex_usd == years.opex) & (years.capex_usd == years.capex)
          & (years.closure_spent_usd == years.used) & (years.months == years.months_again))


def reactor(tables):
    readings, runs = tables["readings"], tables["runs"]
    unique("run ids are unique", runs.run_id)
    resolves("runs resolve", readings.run_id, runs.run_id)
    resolves("environment's runs resolve", tables["environment"].run_id, runs.run_id)
    lengths = readings.groupby("run_id").second.agg(["count", "min", "max"]).reindex(runs.run_id)
    every("every second is there", (lengths["count"].to_numpy() == runs.duration_s.to_numpy())
          & (lengths["min"].to_numpy() == 1) & (lengths["max"].to_numpy() == runs.duration_s.to_numpy()))
    merged = readings.merge(runs, on="run_id", suffixes=("", "_run"))
    trip = merged.trip_s.fillna(numpy.inf)
    label = numpy.where(merged.second >= trip, "after trip", numpy.where(merged.scenario_level > 0, "scenario", "normal"))
    every("label follows from trip and level", label == merged.label.astype(str))
    calm = merged.scenario.astype(str) == "none"
    every("undisturbed runs have no level", (merged.scenario_level == 0) | ~calm)
    every("nothing before the onset", (merged.scenario_level == 0) | (merged.second > merged.onset_s.fillna(0)))
    some = merged[~calm]
    # Slopes go in steps of a second, each at its middle.
    since = some.second - 1 - some.onset_s
    held = some.ramp_s + some.hold_s
    rising = ((since + 0.5) / some.ramp_s.clip(lower=1)).where(since < some.ramp_s, 1)
    falling = (1 - (since - held + 0.5) / some.recovery_s.clip(lower=1)).where(since < held + some.recovery_s, 0)
    course = rising.where(since < held, falling).clip(0, 1).where(since >= 0, 0)
    near("the level follows from the scenario's course", some.scenario_level, some.severity * course, 1e-9)
    over = runs.onset_s + runs.ramp_s + runs.hold_s + runs.recovery_s
    every("the end is where the course ends", numpy.where(over < runs.duration_s, over, -1) == runs.end_s.fillna(-1))
    every("trips are told", runs.tripped == runs.trip_s.notna())
    every("trips have a cause", runs.tripped == runs.trip_cause.notna())
    first = merged[merged.trip_cause.astype(str) != "none"].groupby("run_id").second.min() if "trip_cause_run" in merged \
        else pandas.Series(dtype=float)
    told = runs.set_index("run_id").trip_s.dropna()
    every("the trip is where the readings have it", first.reindex(told.index).to_numpy() == told.to_numpy())


CHECKS = {
    "tailings-monitoring": monitoring, "documents": documents, "compliance": compliance,
    "geotechnical": geotechnical, "environmental": environmental, "financial": financial, "candu": reactor,
    "smr": reactor,
}


def main(folder, kind):
    import pathlib
    tables = {file.stem: pandas.read_parquet(file) for file in sorted(pathlib.Path(folder).glob("*.parquet"))}
    sane(tables)
    CHECKS[kind](tables)
    print(json.dumps(found))


main(sys.argv[1], sys.argv[2])
