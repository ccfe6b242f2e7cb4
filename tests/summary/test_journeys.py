"""Journeys on their way to a goal: by hand, and additive over customers."""

from collections import Counter
from functools import reduce
from operator import add

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import journeymine as jm
from journeymine.summary import journeys
from journeymine.summary.arrays import Arrays
from journeymine.summary.counts import Counts
from journeymine.summary.journeys import GOAL, OTHER_END, STILL_OPEN
from tests.small import DAY, at, log_of
from tests.strategies import ACTIVITIES, logs


def times_to(log, goal, end=(), start=None):
    """Give (days, what came) of each journey, sorted."""
    counts = counted(log, goal, end, start)
    rows = zip(*(counts[name].tolist() for name in ("duration", "next_activity", "count")), strict=True)
    return sorted((duration / DAY, came) for duration, came, count in rows for _ in range(count))


def counted(log, goal, end=(), start=None):
    arrays = Arrays(log)
    code = {name: number for number, name in enumerate(log.activities, 1)}
    where = journeys.starts_of(arrays, None if start is None else code.get(start, 0))
    return journeys.of(arrays, *where, goal=code.get(goal, 0), end=[code.get(name, 0) for name in end])


def test_a_journey_takes_from_its_first_event_to_the_first_goal():
    log = log_of(("a", "visit", 0), ("a", "ask", 1), ("a", "buy", 3), ("a", "buy", 5), ("b", "buy", 1), until=9)
    assert times_to(log, "buy") == [(0, GOAL), (3, GOAL)]


def test_a_journey_without_goal_is_open_as_long_as_its_source_was_observed():
    log = log_of(("a", "visit", 0), ("a", "ask", 1), ("b", "visit", 4), until=9)
    assert times_to(log, "buy") == [(5, STILL_OPEN), (9, STILL_OPEN)]


def test_another_end_competes_with_the_goal():
    log = log_of(("a", "visit", 0), ("a", "cancel", 2), ("a", "buy", 3), until=9)
    assert times_to(log, "buy", ["cancel"]) == [(2, OTHER_END)]
    assert times_to(log, "buy") == [(3, GOAL)]


def test_the_time_may_be_counted_from_a_later_start():
    log = log_of(
        *[("a", "visit", 0), ("a", "buy", 1), ("a", "quote", 2), ("a", "quote", 3), ("a", "buy", 6)],
        *[("b", "visit", 0), ("c", "quote", 4)],
        until=9,
    )
    assert times_to(log, "buy", start="quote") == [(4, GOAL), (5, STILL_OPEN)]


def test_what_another_source_shows_after_the_end_of_the_starts_own_was_not_seen_from_there():
    web = jm.read_table(
        {"customer": ["a", "b"], "activity": ["visit"] * 2, "timestamp": [at(0), at(1)]},
        name="web",
        observed_until=at(5),
    )
    shop = jm.read_table({"customer": ["a", "b"], "activity": ["buy"] * 2, "timestamp": [at(4), at(8)]}, name="shop")
    assert times_to(jm.concat([web, shop]), "buy") == [(4, STILL_OPEN), (4, GOAL)]


def test_a_journey_of_nobody_is_watched_to_its_last_event():
    log = log_of(("a", "visit", 0), ("a", "ask", 2), customer=[None, None], until=9)
    assert times_to(log, "buy") == [(2, STILL_OPEN)]


def test_an_unread_event_ends_what_is_known_of_a_journey():
    log = jm.read_table(
        {
            "case_id": ["a"] * 4,
            "activity": ["visit", "ask", None, "buy"],
            "timestamp": [at(0), at(1), at(2), at(3)],
        },
        observed_until=at(9),
    )
    assert times_to(log, "buy") == [(3, STILL_OPEN)]
    assert times_to(log, "buy", start="ask") == [(2, STILL_OPEN)]
    assert times_to(log, "ask") == [(1, GOAL)]


def test_what_was_unread_before_a_start_does_not_matter():
    log = jm.read_table(
        {"case_id": ["a"] * 3, "activity": [None, "visit", "buy"], "timestamp": [at(0), at(1), at(3)]},
        observed_until=at(9),
    )
    assert times_to(log, "buy") == [(2, GOAL)]


@settings(max_examples=60)
@given(logs(), st.sampled_from(ACTIVITIES), st.sampled_from(ACTIVITIES), st.sampled_from([None, *ACTIVITIES]))
def test_journeys_are_what_a_count_in_plain_python_gives(log, goal, other, start):
    ends = dict(zip(log.sources["source"].to_pylist(), log.sources["observed_until"].to_pylist(), strict=True))
    rows = log.table.select(["activity", "timestamp", "source", "customer"]).to_pylist()
    expected = Counter()
    for first, last in zip(log.offsets[:-1], log.offsets[1:], strict=True):
        case = rows[first:last]
        begin = next((n for n, row in enumerate(case) if start in (None, row["activity"])), None)
        if begin is None:
            continue
        own = ends[case[begin]["source"]] if case[begin]["customer"] is not None else case[-1]["timestamp"]
        until = max(own, case[begin]["timestamp"])
        stop = next((row for row in case[begin:] if row["activity"] in (goal, other)), None)
        seen = stop is not None and stop["timestamp"] <= until
        taken = (stop["timestamp"] if seen else until) - case[begin]["timestamp"]
        came = STILL_OPEN if not seen else GOAL if stop["activity"] == goal else OTHER_END
        expected[taken // pd.Timedelta("1us").to_pytimedelta() / DAY, came] += 1
    assert Counter(times_to(log, goal, [other], start)) == expected


@settings(max_examples=40)
@given(logs(named=True), st.sampled_from(ACTIVITIES), st.sampled_from([None, *ACTIVITIES]))
def test_journeys_of_disjoint_customers_add_up_to_those_of_all(log, goal, start):
    parts = [counted(log.where(customer=name), goal, [], start) for name in set(log.table["customer"].to_pylist())]
    assert reduce(add, parts, Counts.empty(journeys.KEYS)) == counted(log, goal, [], start)


def test_the_groups_of_journeys_are_those_of_their_customers():
    log = log_of(("a", "visit", 0), ("b", "visit", 1), ("c", "visit", 1), customer=["ann", "ann", "bob"], until=9)
    groups = jm.summarise(log).overall("gaps")["group"]
    assert sorted(counted(log, "buy")["group"].tolist()) == sorted(groups.tolist())
    assert len(np.unique(groups)) == 2


@pytest.mark.parametrize("goal", ["visit", "buy"])
def test_an_empty_log_has_no_journeys(goal):
    assert times_to(log_of(), goal) == []
