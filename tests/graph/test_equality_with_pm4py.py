"""On logs that lie in order, pm4py counts what we count; ours does not need them in order."""

import warnings
from functools import cache, partial

import numpy as np
import pandas as pd
import pytest

from journeymine.analytics.variants import variants
from journeymine.graph.journey import journey_graph
from journeymine.log.eventlog import EventLog
from journeymine.sources.table import read_table
from journeymine.sources.xes import read_xes

COLUMNS = ["case:concept:name", "concept:name", "time:timestamp"]


def of_xes(path, tz=None):
    """Give our log, and pm4py's own reading of the file."""
    import pm4py

    return read_xes(path, tz=tz), pm4py.read_xes(str(path))[COLUMNS]


def of_table(path, names, tz=None, **options):
    """Give our log, and the file as pandas reads it, under the names that pm4py wants."""
    case, activity, timestamp = names
    read = pd.read_parquet if path.name.endswith(".parquet") else partial(pd.read_csv, keep_default_na=False, dtype=str)
    frame = read(path, **options)[list(names)].set_axis(COLUMNS, axis=1)
    return read_table(path, case=case, activity=activity, timestamp=timestamp, tz=tz), frame


LOGS = {
    "running-example.csv": partial(of_table, names=COLUMNS),
    "roadtraffic100traces.csv": partial(of_table, names=COLUMNS),
    "receipt.parquet": partial(of_table, names=COLUMNS, tz="UTC"),
    "sepsis.csv.gz": partial(
        of_table, names=("Case ID", "Activity", "Complete Timestamp"), tz="Europe/Amsterdam", sep=";"
    ),
    "interval_event_log.csv.gz": partial(of_table, names=COLUMNS),
    "patients.csv.gz": partial(of_table, names=("patient", "handling", "time")),
    "edeaR_mini_patients.csv": partial(of_table, names=("patient", "activity", "timestamp"), tz="UTC"),
    "01_running-example.xes.gz": of_xes,
    "06_bpic2013_closed.xes.gz": of_xes,
    "08_receipt.xes.gz": of_xes,
    "10_orders.xes.gz": partial(of_xes, tz="UTC"),
    "11_tickets.xes.gz": partial(of_xes, tz="UTC"),
    "02_teleclaims.xes.gz": of_xes,
    "helpdesk.xes.gz": of_xes,
}


@cache
def both(path):
    """Give our log and what pm4py counts in the file, sorted first, as it needs it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pm4py

        log, frame = LOGS[path.name](path)
        frame = in_order(frame)
        return log, {"follows": pm4py.discover_dfg(frame), "variants": pm4py.get_variants(frame)}


def in_order(frame):
    times = pd.to_datetime(frame["time:timestamp"], utc=True)
    frame = frame.assign(**{"time:timestamp": times, "case:concept:name": frame["case:concept:name"].astype(str)})
    return frame.sort_values(["case:concept:name", "time:timestamp"], kind="stable", ignore_index=True)


@pytest.fixture(params=LOGS)
def log_and_theirs(request, shared_file):
    return both(shared_file(f"data/logs/{request.param}"))


def test_transitions_start_and_end_activities_are_those_of_pm4py(log_and_theirs):
    log, theirs = log_and_theirs
    graph = journey_graph(log)
    passes = {(before, after): count for before, after, count in graph.edges(data="count")}
    starts, ends = ({name: n for name, n in graph.nodes(data=key) if n} for key in ("starts", "ends"))
    assert (passes, starts, ends) == theirs["follows"]


def test_variants_are_those_of_pm4py(log_and_theirs):
    log, theirs = log_and_theirs
    table = variants(log).table
    assert dict(zip(table["variant"], table["cases"].tolist(), strict=True)) == theirs["variants"]


@pytest.mark.parametrize("name", ["running-example.csv", "receipt.parquet", "06_bpic2013_closed.xes.gz"])
def test_rows_in_any_order_give_the_same(shared_file, name):
    log, theirs = both(shared_file(f"data/logs/{name}"))
    assert log.ties == 0
    shuffled = log.table.take(np.random.default_rng(1).permutation(log.num_events))
    test_variants_are_those_of_pm4py((EventLog.of(shuffled, sources=log.sources), theirs))
    test_transitions_start_and_end_activities_are_those_of_pm4py((EventLog.of(shuffled, sources=log.sources), theirs))
