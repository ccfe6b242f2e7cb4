"""Journeys laid over one another at a touchpoint: by hand, and additive over customers."""

from functools import reduce
from operator import add

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import journeymine as jm
from journeymine.summary import aligned, journeys
from journeymine.summary.arrays import Arrays
from journeymine.summary.counts import Counts
from tests.small import at, log_of
from tests.strategies import ACTIVITIES, logs


def counted(log, anchor, steps=2, still_open=()):
    """Count around an activity; `still_open` are the cases that may go on."""
    arrays = Arrays(log)
    code = {name: number for number, name in enumerate(log.activities, 1)}
    cases, anchors = journeys.starts_of(arrays, code.get(anchor, 0))
    names = np.array(log.labels("case_id").dictionary.to_pylist(), object)
    is_open = np.isin(names[cases].astype(str), list(still_open))
    return aligned.of(arrays, cases, anchors, steps=steps, is_open=is_open)


def came(log, anchor, **options):
    """Give (step, what, what next): how many."""
    names = ["began", "ended", "open", *log.activities]
    found = counted(log, anchor, **options).without("group")
    rows = zip(*(found[name].tolist() for name in ("step", "activity", "next_activity", "count")), strict=True)
    return {(step, names[here], names[after]): count for step, here, after, count in rows}


def test_what_came_before_and_after_is_counted_step_by_step():
    log = log_of(("a", "visit", 0), ("a", "ask", 1), ("a", "buy", 2), ("b", "ask", 0))
    assert came(log, "ask", steps=1) == {
        (0, "visit", "ask"): 1,
        (0, "began", "ask"): 1,
        (1, "ask", "buy"): 1,
        (1, "ask", "ended"): 1,
    }


def test_a_journey_is_laid_at_its_first_anchor():
    log = log_of(("a", "visit", 0), ("a", "ask", 1), ("a", "ask", 2))
    assert came(log, "ask", steps=1) == {(0, "visit", "ask"): 1, (1, "ask", "ask"): 1}


def test_what_had_not_begun_and_what_was_over_stays_so():
    log = log_of(("a", "ask", 0))
    assert came(log, "ask", still_open=["a"]) == {
        (0, "began", "began"): 1,
        (1, "began", "ask"): 1,
        (2, "ask", "open"): 1,
        (3, "open", "open"): 1,
    }


def test_nothing_is_known_beyond_something_unread():
    log = jm.read_table(
        {
            "case_id": ["a"] * 5,
            "activity": ["visit", None, "ask", None, "buy"],
            "timestamp": [at(day) for day in range(5)],
        }
    )
    assert came(log, "ask", steps=1) == {(0, "began", "ask"): 1, (1, "ask", "open"): 1}


@settings(max_examples=60)
@given(logs(), st.sampled_from(ACTIVITIES))
def test_alignment_is_what_a_walk_in_plain_python_gives(log, anchor):
    names, expected = log.table["activity"].to_pylist(), {}
    for first, last in zip(log.offsets[:-1], log.offsets[1:], strict=True):
        trace = names[first:last]
        if anchor in trace:
            middle = trace.index(anchor)
            padded = ["began"] * 2 + trace + ["ended"] * 2
            for step in range(4):
                pair = (step, *padded[middle + step : middle + step + 2])
                expected[pair] = expected.get(pair, 0) + 1
    assert came(log, anchor) == expected


@settings(max_examples=40)
@given(logs(named=True), st.sampled_from(ACTIVITIES))
def test_alignments_of_disjoint_customers_add_up_to_that_of_all(log, anchor):
    parts = [log.where(customer=name) for name in set(log.table["customer"].to_pylist())]
    known = {activity: code for code, activity in enumerate(log.activities, 3)}

    def on_one_alphabet(part):
        codes = np.array([0, 1, 2, *(known[name] for name in part.activities)], np.uint32)
        return counted(part, anchor).recoded(activity=codes, next_activity=codes)

    assert reduce(add, map(on_one_alphabet, parts), Counts.empty(aligned.KEYS)) == counted(log, anchor)
