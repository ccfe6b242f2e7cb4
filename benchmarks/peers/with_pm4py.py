"""pm4py, the library of the field, on its pandas frames; what it has no function for is done in pandas."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd
import pm4py
from pm4py.algo.filtering.pandas.ltl import ltl_checker
from scipy import stats

from benchmarks.peers import COLUMNS, FUNNEL, WITHIN_SECONDS

CASE, ACTIVITY, TIME = "case:concept:name", "concept:name", "time:timestamp"
Answers = dict[str, Any]

import_module("pyarrow.dataset")  # read_parquet imports it on demand; imports are timed apart


def steps(path: Path) -> dict[str, Any]:
    """Give the steps."""
    return {
        "read": lambda _: pm4py.format_dataframe(
            pd.read_parquet(path, columns=list(COLUMNS)),
            case_id="customer",
            activity_key="activity",
            timestamp_key="timestamp",
        ),
        "graph": lambda done: pm4py.discover_dfg(done["read"]),
        "medians": lambda done: pm4py.discover_performance_dfg(done["read"], perf_aggregation_key="median")[0],
        "variants": lambda done: pm4py.get_variants(done["read"]),
        "case statistics": _cases,
        "funnel": _funnel,
        "segment graphs": lambda done: {
            name: pm4py.discover_dfg(part)[0] for name, part in done["read"].groupby("segment", observed=True)
        },
        "drop-off": _dropoff,
    }


def digest(done: Answers) -> Answers:
    """Give the answers in the form all share."""
    counts = sorted(done["variants"].values(), reverse=True)
    graphs = done["segment graphs"].items()
    return {
        "graph": sorted([a, b, int(n)] for (a, b), n in done["graph"][0].items()),
        "medians": [float(value) for _, value in sorted(done["medians"].items())],
        "variants": [len(counts), [int(n) for n in counts[:50]]],
        "case statistics": done["case statistics"],
        "funnel": done["funnel"],
        "segment graphs": sorted([name, a, b, int(n)] for name, graph in graphs for (a, b), n in graph.items()),
        "drop-off": [rate for _, rate in sorted(done["drop-off"].items())],
    }


def _cases(done: Answers) -> list[float]:
    frame = done["read"]
    lengths = frame.groupby(CASE).size()
    spans = pm4py.get_all_case_durations(frame)
    same_case = frame[CASE].eq(frame[CASE].shift())
    changes = same_case & frame["channel"].ne(frame["channel"].shift())
    return [float(lengths.mean()), int(lengths.max()), float(pd.Series(spans).median()), int(changes.sum())]


def _funnel(done: Answers) -> list[int]:
    frame = done["read"]
    reached = [frame.loc[frame[ACTIVITY] == FUNNEL[0], CASE].nunique()]
    for last in range(2, len(FUNNEL) + 1):
        reached.append(ltl_checker.eventually_follows(frame, list(FUNNEL[:last]))[CASE].nunique())
    return reached


def _dropoff(done: Answers) -> dict[str, float]:
    """Estimate what pm4py does not: Kaplan-Meier by activity with scipy, without intervals."""
    frame = done["read"]
    following = frame.groupby(CASE)[TIME].shift(-1)
    seconds = (following.fillna(frame[TIME].max()) - frame[TIME]).dt.total_seconds().to_numpy()
    still_open = following.isna().to_numpy()
    rates = {}
    for name, rows in frame.groupby(ACTIVITY, observed=True).indices.items():
        curve = stats.ecdf(stats.CensoredData.right_censored(seconds[rows], still_open[rows]))
        rates[name] = float(curve.sf.evaluate(WITHIN_SECONDS))
    return rates
