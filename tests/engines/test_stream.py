"""Streams of batches: the same summary wherever a batch ends, and however large a customer or a case is."""

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import journeymine as jm
from journeymine.engines.stream import summarise_batches
from journeymine.errors import OptionError, SchemaError, UnknownNameError, UnknownOptionError
from journeymine.summary.summary import PARTS
from tests.small import log_of
from tests.strategies import logs

BY = st.sampled_from([None, "channel", "activity", "source", "customer"])


def in_order(log):
    """Give the events customer by customer and case by case; in a case they keep the log's order."""
    names = [name for name in log.table.column_names if pa.types.is_dictionary(log.table[name].type)]
    table = log.table.append_column("place", pa.array(range(log.num_events), pa.int64()))
    for name in names:
        table = table.set_column(table.column_names.index(name), name, table[name].cast(pa.string()))
    return table.take(pc.sort_indices(table, [(name, "ascending") for name in ("customer", "case_id", "place")]))


def ends_of(log):
    ends = log.sources["observed_until"].cast(pa.int64()).to_pylist()
    return dict(zip(log.sources["source"].to_pylist(), ends, strict=True))


def streamed(log, size, **options):
    return summarise_batches(in_order(log).to_batches(size), observed_until=ends_of(log), **options)


@settings(max_examples=100)
@given(logs(), st.integers(1, 5), st.integers(1, 8), BY, st.sampled_from([None, 0.01]))
def test_a_stream_is_summarised_as_the_log_wherever_batches_and_pieces_end(log, size, rows, by, error):
    options = {"by": by, "relative_error": error}
    assert streamed(log, size, rows=rows, **options) == jm.summarise(log, **options)


@settings(max_examples=50)
@given(logs(), BY, st.sets(st.sampled_from(sorted(PARTS)), min_size=1))
def test_parts_that_are_not_asked_for_are_left_out(log, by, parts):
    assert streamed(log, 2, rows=1, by=by, parts=parts) == jm.summarise(log, by=by, parts=parts)


@settings(max_examples=50)
@given(logs(min_events=1), st.data())
def test_unread_events_part_their_neighbours_in_every_piece(log, data):
    unread = data.draw(st.lists(st.booleans(), min_size=log.num_events, max_size=log.num_events))
    log = log.with_events(log.table.append_column("after_unread", pa.array(unread)))
    assert streamed(log, 1, rows=1) == jm.summarise(log)


def test_a_customer_with_many_cases_in_many_pieces_counts_once():
    log = log_of(*((f"c{case}", "x", day) for case in range(5) for day in range(4)), customer=["a"] * 20)
    summary = streamed(log, 3, rows=2)
    assert (summary.num_customers, summary.num_cases, summary.num_events) == (1, 5, 20)
    assert summary.part("follows").to_arrow().to_pylist() == [
        {"segment": 0, "activity": 0, "next_activity": 1, "count": 5, "customers": 1},
        {"segment": 0, "activity": 1, "next_activity": 0, "count": 5, "customers": 1},
        {"segment": 0, "activity": 1, "next_activity": 1, "count": 15, "customers": 1},
    ]


def test_dictionaries_that_differ_from_batch_to_batch_are_understood():
    log = log_of(*(("a", name, day) for day, name in enumerate("xyzyx")))
    batches = [
        pa.table(
            {name: column.dictionary_encode() if name == "activity" else column for name, column in columns.items()}
        )
        for columns in (dict(zip(b.schema.names, b.columns, strict=True)) for b in in_order(log).to_batches(2))
    ]
    assert summarise_batches(batches, observed_until=ends_of(log), rows=1) == jm.summarise(log)


def test_one_end_may_stand_for_all_sources():
    log = log_of(("a", "x", 0), ("b", "x", 1), until=9)
    assert summarise_batches(in_order(log).to_batches(), observed_until=ends_of(log)["events"]) == jm.summarise(log)


def test_what_cannot_be_summarised_is_refused():
    batches = in_order(log_of(("a", "x", 0))).to_batches()
    with pytest.raises(UnknownNameError, match=r"observed_until= says nothing of source 'events'. Known: shop\."):
        summarise_batches(batches, observed_until={"shop": 0})
    with pytest.raises(UnknownOptionError, match="there is no part 'folows'"):
        summarise_batches([], observed_until=0, parts=["folows"])
    with pytest.raises(OptionError, match="relative_error must lie between 0 and 1"):
        summarise_batches([], observed_until=0, relative_error=2)
    with pytest.raises(SchemaError, match="column 'activity' must not hold nulls"):
        summarise_batches([b.set_column(1, "activity", pa.nulls(1, pa.string())) for b in batches], observed_until=0)


# --- large -----------------------------------------------------------------------------------------------------------

ROOT = Path(__file__).parents[2]
LARGE = """
import sys
import numpy as np, pyarrow as pa
from benchmarks.memory import peak_mib
from journeymine.engines.stream import summarise_batches
from journeymine.summary.summary import PARTS

def batches(rows=10_000):
    rng, names, time = np.random.default_rng(0), pa.array([f"activity {n}" for n in range(40)]), 1_700_000_000_000_000
    for first in range(0, 5_000_000, rows):
        times = time + np.cumsum(rng.integers(1, 12_000_000, rows))
        time = int(times[-1])
        cases = ["one"] * rows if sys.argv[1] == "one case" else [f"case {n}" for n in range(first, first + rows)]
        columns = {"case_id": pa.array(cases), "activity": names.take(pa.array(rng.integers(0, 40, rows)))}
        yield pa.record_batch({**columns, "timestamp": pa.array(times).cast(pa.timestamp("us", "UTC"))})

parts = [name for name in PARTS if sys.argv[2] == "all parts" or name not in ("times", "gaps", "switch_gaps")]
summary = summarise_batches(batches(), observed_until=1_800_000_000_000_000, parts=parts)
print(summary.num_events, summary.num_cases, peak_mib())
"""


@pytest.mark.slow
@pytest.mark.parametrize(("parts", "most"), [("counts", 500), ("all parts", 2_000)])
@pytest.mark.parametrize(("shape", "cases"), [("one case", 1), ("cases of one event", 5_000_000)])
def test_five_million_events_take_little_more_memory_than_their_summary(shape, cases, parts, most):
    run = [sys.executable, "-c", LARGE, shape, parts]
    events, found, megabytes = map(
        int, subprocess.run(run, check=True, capture_output=True, text=True, cwd=ROOT).stdout.split()
    )
    assert (events, found) == (5_000_000, cases)
    assert megabytes < most
