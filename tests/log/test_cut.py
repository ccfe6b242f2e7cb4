"""Journeys: every option of the cut by hand, and laws for any log."""

from collections import defaultdict
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import journeymine as jm
from journeymine.durations import to_microseconds
from journeymine.errors import DurationError, UnknownActivityError, UnknownColumnError
from tests.small import at, log_of, rows_of
from tests.strategies import ACTIVITIES, logs

STORY = (
    ("a", "visit", 0),
    ("a", "buy", 1),
    ("a", "visit", 2),
    ("a", "call", 30),
    ("b", "visit", 0),
    ("b", "visit", 20),
)


def journeys(log):
    """Give the activities of each case."""
    found = defaultdict(list)
    for case, activity in rows_of(log, "case_id", "activity"):
        found[case].append(activity)
    return dict(found)


def test_a_longer_silence_begins_a_journey():
    assert journeys(jm.cut(log_of(*STORY), gap="14d")) == {
        "a/1": ["visit", "buy", "visit"],
        "a/2": ["call"],
        "b/1": ["visit"],
        "b/2": ["visit"],
    }


def test_a_silence_of_exactly_the_gap_begins_none():
    log = log_of(("a", "visit", 0), ("a", "visit", 14), ("a", "visit", 28 + 1e-10 + 1 / 86_400_000_000))
    assert journeys(jm.cut(log, gap="14d")) == {"a/1": ["visit", "visit"], "a/2": ["visit"]}


def test_an_end_completes_a_journey():
    assert journeys(jm.cut(log_of(*STORY), end="buy")) == {
        "a/1": ["visit", "buy"],
        "a/2": ["visit", "call"],
        "b/1": ["visit", "visit"],
    }


def test_a_start_begins_a_journey():
    assert journeys(jm.cut(log_of(*STORY), start=["visit"])) == {
        "a/1": ["visit", "buy"],
        "a/2": ["visit", "call"],
        "b/1": ["visit"],
        "b/2": ["visit"],
    }


def test_all_conditions_cut():
    assert journeys(jm.cut(log_of(*STORY), gap="7d", start="call", end=["buy"])) == {
        "a/1": ["visit", "buy"],
        "a/2": ["visit"],
        "a/3": ["call"],
        "b/1": ["visit"],
        "b/2": ["visit"],
    }


def test_an_end_that_is_a_start_is_a_journey_of_its_own():
    log = log_of(("a", "visit", 0), ("a", "call", 1), ("a", "visit", 2))
    assert journeys(jm.cut(log, start="call", end="call")) == {"a/1": ["visit"], "a/2": ["call"], "a/3": ["visit"]}


def test_without_any_option_each_customer_is_one_journey():
    log = log_of(("1", "visit", 0), ("2", "buy", 1), ("3", "visit", 0), customer=["anna", "anna", "bob"])
    assert journeys(jm.cut(log)) == {"anna": ["visit", "buy"], "bob": ["visit"]}


def test_journeys_are_numbered_in_time_order_whatever_cases_there_were():
    log = log_of(("late", "buy", 40), ("early", "visit", 0), ("middle", "visit", 20), customer=["anna"] * 3)
    assert rows_of(jm.cut(log, gap="14d"), "case_id", "activity") == [
        ("anna/1", "visit"),
        ("anna/2", "visit"),
        ("anna/3", "buy"),
    ]


def test_every_value_of_a_key_is_a_journey_and_events_without_one_join_into_one():
    log = log_of(
        *(("1", activity, day) for day, activity in enumerate(["ask", "visit", "answer", "ask", "visit", "note"])),
        customer=["anna"] * 6,
        thread=["t1", None, "t1", "t2", None, ""],
    )
    assert journeys(jm.cut(log, key="thread")) == {
        "anna/t1": ["ask", "answer"],
        "anna": ["visit", "visit", "note"],
        "anna/t2": ["ask"],
    }


def test_a_key_and_a_gap_cut_together():
    log = log_of(("1", "ask", 0), ("1", "ask", 1), ("1", "ask", 30), thread=["t1", "t2", "t1"])
    assert journeys(jm.cut(log, key="thread", gap="14d")) == {"1/t1/1": ["ask"], "1/t1/2": ["ask"], "1/t2/1": ["ask"]}


def test_one_thread_of_two_customers_is_two_journeys():
    log = log_of(("1", "ask", 0), ("1", "ask", 1), customer=["anna", "bob"], thread=["t1", "t1"])
    assert set(journeys(jm.cut(log, key="thread"))) == {"anna/t1", "bob/t1"}


@pytest.mark.parametrize(
    ("customers", "threads"),
    [(["a", "a/b"], ["b/c", "c"]), (["a", "a/1"], ["1", None]), (["a", "a//1"], ["/1", "1"])],
)
def test_names_with_slashes_never_make_two_customers_one_journey(customers, threads):
    log = log_of(("1", "ask", 0), ("2", "ask", 1), customer=customers, thread=threads)
    assert jm.cut(log, key="thread").num_cases == 2
    assert jm.cut(log, key="thread", gap="1d").num_cases == 2


def test_events_of_nobody_keep_to_their_case():
    log = log_of(("x", "visit", 0), ("y", "visit", 1), ("x", "visit", 30), customer=[None] * 3)
    assert journeys(jm.cut(log)) == {"x": ["visit", "visit"], "y": ["visit"]}
    assert set(journeys(jm.cut(log, gap="14d"))) == {"x/1", "x/2", "y/1"}


@pytest.mark.parametrize("options", [{}, {"gap": "14d"}, {"key": "thread"}])
def test_a_case_of_nobody_that_is_called_like_a_customer_is_not_that_customers(options):
    log = log_of(("17", "visit", 0), ("2", "visit", 1), customer=[None, "17"], thread=["t", "t"])
    cut = jm.cut(log, **options)
    assert cut.num_cases == 2
    assert dict(rows_of(cut, "customer", "case_id"))[None].startswith("nobody/17")


def test_events_of_one_moment_stand_in_the_order_of_their_source_again():
    table = {"case_id": ["x", "y", "x"], "activity": ["first", "second", "third"], "customer": ["anna"] * 3}
    log = jm.read_table({**table, "timestamp": [at(0), at(1), at(1)]})
    assert rows_of(log.where(case_id="x"), "activity") == [("first",), ("third",)]
    assert rows_of(jm.cut(log), "activity") == [("first",), ("second",), ("third",)]


def test_a_cut_keeps_quarantine_account_and_evidence():
    log = jm.read_table(
        {"m": ["a@x.nl", "a@x.nl", None], "activity": ["x", "y", "z"], "timestamp": [at(0), at(30), "soon"]},
        ids={"email": "m"},
    )
    linked = jm.link(log)
    cut = jm.cut(linked, gap="14d")
    assert cut.num_cases == 2
    assert cut.sources.equals(linked.sources)
    assert cut.evidence.equals(linked.evidence)
    assert cut.quarantine.reasons == {"bad_time": 1}


def test_an_empty_log_can_be_cut():
    assert jm.cut(log_of(), gap="14d").num_cases == 0


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"end": "bye"}, UnknownActivityError, "activity 'bye' never occurs. Did you mean 'buy'?"),
        ({"start": ["visit", "cal"]}, UnknownActivityError, "activity 'cal' never occurs. Did you mean 'call'?"),
        ({"key": "thraed"}, UnknownColumnError, "label column 'thraed' is not in this log"),
        ({"gap": 14}, DurationError, "14 is not a duration"),
    ],
)
def test_what_cannot_be_cut_by_is_refused(options, error, said):
    with pytest.raises(error, match=f"^{said}"):
        jm.cut(log_of(*STORY), **options)


# --- laws ------------------------------------------------------------------------------------------------------------

CUTS = st.fixed_dictionaries(
    {},
    optional={
        "gap": st.sampled_from(["1us", "1s", "12h", "14d", "9999d"]),
        "key": st.sampled_from(["channel", "source", "activity"]),
        "start": st.sampled_from(ACTIVITIES),
        "end": st.lists(st.sampled_from(ACTIVITIES), max_size=2),
    },
)


@settings(max_examples=60)
@given(logs(), CUTS)
def test_a_cut_neither_loses_nor_changes_an_event_nor_gives_it_to_another_customer(log, options):
    cut = _cut(log, options)
    names = [name for name in log.table.column_names if name != "case_id"]
    assert sorted(rows_of(cut, *names), key=repr) == sorted(rows_of(log, *names), key=repr)
    owners = defaultdict(set)
    former = dict(rows_of(log, "source_row", "case_id"))
    for case, customer, row in rows_of(cut, "case_id", "customer", "source_row"):
        owners[case].add(("nobody", former[row]) if customer is None else customer)
    assert all(len(customers) == 1 for customers in owners.values())


@settings(max_examples=60)
@given(logs(), st.sampled_from(["1us", "1s", "12h", "14d", "9999d"]))
def test_journeys_of_a_gap_lie_apart_and_hold_together(log, gap):
    longest = to_microseconds(gap)
    cut = jm.cut(log, gap=gap)
    journeys_of = defaultdict(list)
    for first, last in zip(cut.offsets[:-1], cut.offsets[1:], strict=True):
        times = cut.times[first:last]
        assert (np.diff(times) <= longest).all()
        owner, number = cut.table["case_id"][int(first)].as_py().rsplit("/", 1)
        journeys_of[owner].append((int(number), times[0], times[-1]))
    for spans in journeys_of.values():
        spans.sort()
        assert [number for number, *_ in spans] == list(range(1, len(spans) + 1))
        assert all(later[1] - earlier[2] > longest for earlier, later in pairwise(spans))


@settings(max_examples=60)
@given(logs(named=True), CUTS)
def test_cutting_again_changes_nothing(log, options):
    once = _cut(log, options)
    assert _cut(once, options).table.equals(once.table)


def _cut(log, options):
    known = {name for name in (*options.get("end", []), options.get("start")) if name} - set(log.activities)
    if known:
        with pytest.raises(UnknownActivityError):
            jm.cut(log, **options)
        options = {name: value for name, value in options.items() if name not in ("start", "end")}
    return jm.cut(log, **options)
