"""The log: what it is made of, what it says of itself, and its verbs."""

from dataclasses import FrozenInstanceError
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeymine.errors import OptionError, SchemaError, UnknownActivityError, UnknownColumnError
from journeymine.log.eventlog import EventLog
from journeymine.log.quarantine import Quarantine, Reject
from journeymine.log.schema import COLUMNS, TIME
from tests.small import START, at, log_of, rows_of
from tests.strategies import logs

THREE = (("a", "visit", 0), ("b", "call", 1), ("a", "buy", 2))


# --- what a log is made of -------------------------------------------------------------------------------------------


def test_events_stand_in_case_and_time_order_whatever_the_order_they_came_in():
    log = log_of(("b", "call", 5), ("a", "buy", 2), ("b", "visit", 1), ("a", "visit", 0))
    assert rows_of(log, "case_id", "activity") == [("b", "visit"), ("b", "call"), ("a", "visit"), ("a", "buy")]
    assert log.offsets.tolist() == [0, 2, 4]
    assert (np.diff(log.times)[[0, 2]] > 0).all()


def test_without_a_customer_column_each_case_is_a_customer():
    assert rows_of(log_of(*THREE), "customer") == [("a",), ("a",), ("b",)]


def test_a_null_customer_is_a_person_nobody_could_name():
    log = log_of(("a", "visit", 0), ("b", "visit", 0), customer=["anna", None])
    assert (log.num_customers, log.num_cases) == (1, 2)


@given(logs())
def test_every_log_is_sorted_typed_and_counts_itself(log):
    table = log.table
    cases = table["case_id"].to_pylist()
    assert table["case_id"].combine_chunks().indices.to_pylist() == sorted(
        table["case_id"].combine_chunks().indices.to_pylist()
    )
    assert log.num_cases == len(set(cases)) == len(log.offsets) - 1
    assert log.num_customers == len(set(table["customer"].to_pylist()) - {None})
    for first, last in zip(log.offsets[:-1], log.offsets[1:], strict=True):
        assert len(set(cases[first:last])) == 1
        assert (np.diff(log.times[first:last]) >= 0).all()
    for name in table.column_names:
        if name in COLUMNS:
            assert table[name].type == COLUMNS[name], name


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"activity": ["x"]}, "a log needs the columns case_id, activity, timestamp; missing: case_id, timestamp"),
        (
            {"case_id": ["a"], "activity": pa.array([None], pa.string()), "timestamp": pa.array([1], TIME)},
            "column 'activity' must not hold nulls, but 1 of its rows do",
        ),
        (
            {"case_id": ["a"], "activity": ["x"], "timestamp": pa.array([1], pa.timestamp("us"))},
            "column 'timestamp' has times without a zone; localise them before they enter a log",
        ),
        (
            {"case_id": ["a"], "activity": ["x"], "timestamp": ["2024-05-01T09:00Z"]},
            "column 'timestamp' must hold times with a zone, not string; read_table can parse them",
        ),
        (
            {"case_id": ["a"], "activity": ["x"], "timestamp": [1_714_521_600]},
            "column 'timestamp' must hold times with a zone, not int64; read_table can parse them",
        ),
        (
            {"case_id": ["a"], "activity": ["x"], "timestamp": pa.array([19_844], pa.date32())},
            r"column 'timestamp' must hold times with a zone, not date32\[day\]; read_table can parse them",
        ),
    ],
)
def test_a_table_that_is_no_log_is_refused(columns, said):
    with pytest.raises(SchemaError, match=f"^{said}$"):
        EventLog.of(pa.table(columns))


def test_a_column_name_that_occurs_twice_is_refused():
    column = pa.array(["a"])
    table = pa.Table.from_arrays(
        [column, column, pa.array([1], TIME), column, column], ["case_id", "activity", "timestamp", "x", "x"]
    )
    with pytest.raises(SchemaError, match="column names occur more than once: x"):
        EventLog.of(table)


def test_columns_in_chunks_keep_their_own_values():
    """A column's place in memory may be that of one that is gone: values must not be told by place."""
    rng = np.random.default_rng(0)
    names = ["case_id", "activity", *(f"attribute {number:02}" for number in range(30))]
    table = pa.table(
        {name: _in_two_chunks(name, 100, rng) for name in names} | {"timestamp": pa.array(range(200), TIME)}
    )
    log = EventLog.of(table)
    back = log.table.take(pa.array(np.argsort(log.times)))
    assert {name: back[name].to_pylist() for name in names} == table.select(names).to_pydict()


def _in_two_chunks(name, rows, rng):
    labels = pa.array([f"{name}{number}" for number in range(10)])
    codes = [pa.array(rng.integers(0, 9, rows).astype(np.int32)) for _ in range(2)]
    return pa.chunked_array([pa.DictionaryArray.from_arrays(part, labels) for part in codes])


def test_a_log_never_changes():
    log = log_of(*THREE)
    with pytest.raises(FrozenInstanceError):
        log.table = None
    with pytest.raises(ValueError, match="read-only"):
        log.times[0] = 0


# --- what a log says of itself ---------------------------------------------------------------------------------------


def test_a_log_says_events_customers_and_days():
    assert repr(log_of(*THREE)) == "<EventLog 3 events · 2 customers · 2024-05-01 – 2024-05-03>"


def test_a_log_says_cases_channels_ties_and_quarantine_where_there_are_any():
    log = log_of(
        ("1", "visit", 0), ("1", "buy", 0), ("2", "visit", 1), customer=["anna"] * 3, channel=["web", "shop", "web"]
    )
    rejects = [Reject(3, "check", "bad_time", "'soon' is not a time", b"x"), Reject(4, "filter", "bot", "", b"y")]
    log = EventLog(log.table, log.sources, Quarantine.of("x.csv", rejects))
    assert repr(log) == (
        "<EventLog 3 events · 1 customer · 2 cases · 2 channels · 2024-05-01 – 2024-05-02 · 1 tie · "
        "1 row in quarantine · 1 row set aside>"
    )


def test_an_empty_log_is_a_log():
    log = log_of()
    assert repr(log) == "<EventLog 0 events · 0 customers>"
    assert (log.span, log.ties, log.activities, log.channels, log.offsets.tolist()) == (None, 0, [], [], [0])
    assert log.where(activity="visit").num_events == 0


def test_the_span_is_in_utc_to_the_microsecond():
    assert log_of(("a", "x", 0), ("a", "y", 1.5 + 1 / 86_400_000_000)).span == (
        datetime(2024, 5, 1, tzinfo=UTC),
        datetime(2024, 5, 2, 12, 0, 0, 1, tzinfo=UTC),
    )


def test_the_span_reaches_before_1970():
    log = EventLog.of(pa.table({"case_id": ["a"], "activity": ["x"], "timestamp": pa.array([-1], TIME)}))
    assert log.span[0] == datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)


def test_names_are_sorted_and_only_those_that_occur():
    log = log_of(*THREE, channel=["web", "phone", "web"]).where(activity=["visit", "buy"])
    assert (log.activities, log.channels) == (["buy", "visit"], ["web"])


def test_a_column_without_labels_is_told_from_one_that_is_not_there():
    log = log_of(*THREE, amount=[1, 2, 3])
    with pytest.raises(UnknownColumnError, match=r"^column 'amount' holds int64, no labels. Columns: case_id"):
        log.labels("amount")
    with pytest.raises(UnknownColumnError, match=r"^label column 'chanel' is not in this log. Columns: case_id"):
        log.labels("chanel")


# --- ties ------------------------------------------------------------------------------------------------------------


def test_events_of_one_moment_keep_the_order_they_came_in():
    log = log_of(("a", "third", 1), ("b", "x", 1), ("a", "first", 0), ("a", "fourth", 1), ("a", "second", 0.5))
    assert [activity for case, activity in rows_of(log, "case_id", "activity") if case == "a"] == [
        "first",
        "second",
        "third",
        "fourth",
    ]
    assert log.ties == 1


def test_a_case_that_spans_decades_is_ordered_too():
    log = log_of(("a", "late", 20_000), ("a", "x", 0), ("a", "y", 0), ("a", "early", -20_000))
    assert rows_of(log, "activity") == [("early",), ("x",), ("y",), ("late",)]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-5, 5)), max_size=30), st.sampled_from([1, 10**14]))
def test_the_order_is_that_of_a_stable_sort(events, scale):
    cases, times = zip(*events, strict=True) if events else ((), ())
    first_seen = list(dict.fromkeys(cases))
    rows = range(len(events))
    table = pa.table(
        {
            "case_id": pa.array([str(case) for case in cases], pa.string()),
            "activity": pa.array([str(row) for row in rows], pa.string()),
            "timestamp": pa.array([time * scale for time in times], TIME),
        }
    )
    expected = sorted(rows, key=lambda row: (first_seen.index(cases[row]), times[row]))
    assert [int(row) for row in EventLog.of(table).table["activity"].to_pylist()] == expected


# --- where -----------------------------------------------------------------------------------------------------------


def test_where_keeps_what_fulfils_all_conditions():
    log = log_of(*THREE, channel=["web", "phone", "shop"])
    assert rows_of(log.where(channel=["web", "phone"], activity="visit"), "case_id", "activity") == [("a", "visit")]
    assert rows_of(log.where(since=at(1), until=at(2)), "activity") == [("buy",), ("call",)]
    assert rows_of(log.where([False, True, False]), "activity") == [("buy",)]
    assert log.where().equals(log)


def test_where_leaves_no_label_behind_that_no_event_has():
    log = log_of(*THREE).where(customer="a")
    assert (log.num_cases, log.num_customers, log.activities) == (1, 1, ["buy", "visit"])


def test_a_log_until_some_time_was_observed_until_then():
    log = log_of(*THREE, until=30)
    assert log.where(until=at(10)).sources["observed_until"].to_pylist() == [
        datetime(2024, 5, 11, tzinfo=UTC),
    ]
    assert log.where(until=at(40)).sources.equals(log.sources)
    assert log.where(since=at(1)).sources.equals(log.sources)


def test_where_keeps_quarantine_and_account():
    log = EventLog(log_of(*THREE).table, log_of(*THREE).sources, Quarantine.of("x", [Reject(1, "parse", "r", "", b"")]))
    part = log.where(activity="visit")
    assert len(part.quarantine) == 1
    assert part.sources.equals(log.sources)


@pytest.mark.parametrize(
    ("keep", "conditions", "said"),
    [
        ([True], {}, "where needs one truth value for each of the 3 events, not 1 bool"),
        ([1, 2, 3], {}, "where needs one truth value for each of the 3 events, not 3 int64"),
        (None, {"since": "2024-05-01"}, "2024-05-01T00:00:00 has no time zone; write 2024-05-01T00:00:00Z for UTC"),
        (None, {"until": "soon"}, "'soon' is not a time; write it as '2024-05-31T23:59:59Z'"),
        (None, {"activity": 5}, "5 is neither a label nor a list of labels"),
        (None, {"activity": [5]}, r"\[5\] is neither a label nor a list of labels"),
    ],
)
def test_a_condition_that_cannot_be_followed_is_refused(keep, conditions, said):
    with pytest.raises(OptionError, match=f"^{said}$"):
        log_of(*THREE).where(keep, **conditions)


def test_a_condition_on_an_unknown_column_names_the_closest():
    with pytest.raises(UnknownColumnError, match=r"'chanel' is not in this log. Did you mean 'channel'?"):
        log_of(*THREE, channel=["web"] * 3).where(chanel="web")


@given(logs(), st.data())
def test_parts_of_a_log_hold_all_of_it(log, data):
    keep = np.array(data.draw(st.lists(st.booleans(), min_size=log.num_events, max_size=log.num_events)), bool)
    kept, rest = log.where(keep), log.where(~keep)
    rows = [rows_of(part, "case_id", "activity", "timestamp", "source_row") for part in (kept, rest, log)]
    assert sorted(rows[0] + rows[1]) == sorted(rows[2])
    assert rows[0] == [row for row, wanted in zip(rows[2], keep, strict=True) if wanted]


# --- the other verbs -------------------------------------------------------------------------------------------------


def test_labels_that_get_the_same_name_become_one():
    log = log_of(*THREE).rename({"call": "visit"})
    assert log.activities == ["buy", "visit"]
    assert log_of(*THREE).activities == ["buy", "call", "visit"]


def test_cases_that_get_the_same_name_become_one_in_time_order():
    log = log_of(*THREE).rename({"b": "a"}, column="case_id")
    assert rows_of(log, "activity") == [("visit",), ("call",), ("buy",)]
    assert (log.num_cases, log.offsets.tolist()) == (1, [0, 3])


@pytest.mark.parametrize(
    ("names", "column", "error", "said"),
    [
        ({"vist": "x"}, "activity", UnknownActivityError, "activity 'vist' does not occur in this log. Did you mean"),
        ({"visit": None}, "activity", OptionError, "'visit' cannot be renamed to None: a label is text"),
        ({"events": "x"}, "source", OptionError, "a source keeps its name, for the account of its rows"),
    ],
)
def test_a_renaming_that_cannot_be_is_refused(names, column, error, said):
    with pytest.raises(error, match=f"^{said}"):
        log_of(*THREE).rename(names, column=column)


def test_a_sample_holds_whole_customers_and_is_the_same_for_the_same_seed():
    events = [(f"c{number}", activity, number) for number in range(50) for activity in ("visit", "buy")]
    log = log_of(*events)
    sample = log.sample(10, seed=3)
    assert (sample.num_customers, sample.num_events) == (10, 20)
    assert sample.equals(log.sample(10, seed=3))
    assert not sample.equals(log.sample(10, seed=4))
    assert log.sample(80).equals(log)
    with pytest.raises(OptionError, match="a sample cannot hold -1 customers"):
        log.sample(-1)


def test_a_sample_does_not_depend_on_the_order_of_rows():
    events = [(f"c{number}", "visit", number) for number in range(50)]
    chosen = [
        set(log_of(*order).sample(10).labels("customer").dictionary.to_pylist()) for order in (events, events[::-1])
    ]
    assert chosen[0] == chosen[1]


def test_pipe_hands_the_log_to_a_function():
    assert log_of(*THREE).pipe(lambda log, factor, plus: log.num_events * factor + plus, 2, plus=1) == 7


def test_a_frame_has_all_columns_and_labels_as_categories():
    frame = log_of(*THREE, amount=[1.5, 2.5, 3.5]).to_pandas()
    assert frame["amount"].tolist() == [1.5, 3.5, 2.5]
    assert isinstance(frame["activity"].dtype, pd.CategoricalDtype)
    assert str(frame["timestamp"].dtype) == "datetime64[us, UTC]"


def test_pm4py_gets_a_fresh_sorted_frame_of_three_columns():
    frame = log_of(("a", "buy", 2), ("b", "call", 1), ("a", "visit", 0)).to_pm4py()
    assert frame.columns.tolist() == ["case:concept:name", "concept:name", "time:timestamp"]
    assert frame["concept:name"].tolist() == ["visit", "buy", "call"]
    assert not isinstance(frame["concept:name"].dtype, pd.CategoricalDtype)
    frame["concept:name"] = "changed"  # and nobody else's


@given(logs())
def test_a_log_equals_itself_and_no_log_with_one_event_less(log):
    assert log.equals(EventLog(log.table, log.sources, log.quarantine, log.evidence))
    if log.num_events:
        assert not log.equals(log.where(np.arange(log.num_events) > 0))


def test_times_are_whole_microseconds():
    log = log_of(("a", "x", 0))
    assert log.times.tolist() == [START]
    assert log.times.dtype == np.int64
