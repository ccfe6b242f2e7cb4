"""Funnel: by hand, and against every way through a journey."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import journeymine as jm
from journeymine.durations import to_microseconds
from journeymine.errors import (
    DurationError,
    OptionError,
    UnknownActivityError,
    UnknownColumnError,
    UnknownOptionError,
)
from tests.small import log_of
from tests.strategies import logs

STORY = (
    ("a", "visit", 0),
    ("a", "ask", 1),
    ("a", "visit", 2),
    ("a", "buy", 4),
    ("b", "buy", 0),
    ("b", "visit", 1),
    ("c", "visit", 0),
    ("c", "buy", 30),
    ("d", "ask", 0),
)


def test_steps_are_taken_in_order_with_anything_in_between():
    table = jm.funnel(log_of(*STORY), ["visit", "buy"]).table
    assert table["cases"].tolist() == [3, 2]
    assert table["step_share"].tolist() == pytest.approx([1, 2 / 3])
    assert table["start_share"].tolist() == pytest.approx([1, 2 / 3])
    assert (table["median_seconds"] / 86_400).tolist()[1] == (4 + 30) / 2
    assert np.isnan(table["median_seconds"][0])


def test_shares_are_of_the_step_before_and_of_the_start():
    table = jm.funnel(log_of(*STORY), ["visit", "ask", "buy"]).table
    assert table["cases"].tolist() == [3, 1, 1]
    assert table["step_share"].tolist() == pytest.approx([1, 1 / 3, 1])
    assert table["start_share"].tolist() == pytest.approx([1, 1 / 3, 1 / 3])
    assert (table["median_seconds"] / 86_400).tolist()[1:] == [1, 3]


def test_a_journey_that_starts_over_is_measured_from_any_of_its_starts():
    log = log_of(*STORY)
    assert jm.funnel(log, ["visit", "buy"], within="4d").table["cases"].tolist() == [3, 1]
    assert jm.funnel(log, ["visit", "buy"], within="2d").table["cases"].tolist() == [3, 1]
    assert jm.funnel(log, ["visit", "buy"], within="47h").table["cases"].tolist() == [3, 0]


def test_the_window_is_from_the_first_step_to_the_last():
    log = log_of(("a", "visit", 0), ("a", "ask", 5), ("a", "buy", 10))
    assert jm.funnel(log, ["visit", "ask", "buy"], within="10d").table["cases"].tolist() == [1, 1, 1]
    assert jm.funnel(log, ["visit", "ask", "buy"], within="9d").table["cases"].tolist() == [1, 1, 0]


def test_a_step_may_come_twice():
    log = log_of(("a", "visit", 0), ("a", "visit", 1), ("b", "visit", 0))
    assert jm.funnel(log, ["visit", "visit", "visit"]).table["cases"].tolist() == [2, 1, 0]


def test_no_step_is_taken_in_another_journey():
    log = log_of(("a", "visit", 0), ("b", "buy", 1), ("c", "visit", 0))
    assert jm.funnel(log, ["visit", "buy"]).table["cases"].tolist() == [2, 0]


def test_of_events_of_one_moment_the_order_of_the_log_counts():
    assert jm.funnel(log_of(("a", "visit", 0), ("a", "buy", 0)), ["visit", "buy"]).table["cases"].tolist() == [1, 1]
    assert jm.funnel(log_of(("a", "buy", 0), ("a", "visit", 0)), ["visit", "buy"]).table["cases"].tolist() == [1, 0]


def test_a_window_longer_than_any_log_is_no_window():
    found = jm.funnel(log_of(*STORY), ["visit", "buy"], within="5000000w").table
    pd.testing.assert_frame_equal(found, jm.funnel(log_of(*STORY), ["visit", "buy"]).table)


def test_the_answer_is_said_in_a_sentence():
    assert jm.funnel(log_of(*STORY), ["visit", "ask", "buy"]).headline == (
        "33 % of the journeys that reach “visit” reach “buy”; most are lost between “visit” and “ask”, where 67 % "
        "stop; the slowest step takes a median of 3 d, from “ask” to “buy”."
    )


def test_in_any_order_a_step_is_reached_when_it_and_those_before_it_have_come():
    log = log_of(*STORY)
    table = jm.funnel(log, ["visit", "buy"], in_order=False).table
    assert table["cases"].tolist() == [3, 3]
    assert (table["median_seconds"] / 86_400).tolist()[1] == 4  # of 4, 30, and none: b had bought when it visited
    assert jm.funnel(log, ["visit", "buy"], in_order=False, within="1d").table["cases"].tolist() == [3, 1]


def test_an_excluded_activity_ends_an_attempt():
    log = log_of(("a", "visit", 0), ("a", "ask", 1), ("a", "buy", 2), ("b", "visit", 0), ("b", "buy", 1))
    assert jm.funnel(log, ["visit", "buy"], exclude="ask").table["cases"].tolist() == [2, 1]
    restart = log_of(("a", "visit", 0), ("a", "ask", 1), ("a", "visit", 2), ("a", "buy", 3))
    assert jm.funnel(restart, ["visit", "buy"], exclude=["ask"]).table["cases"].tolist() == [1, 1]
    assert jm.funnel(restart, ["visit", "buy"], exclude=["ask"], attempt="first").table["cases"].tolist() == [1, 0]


def test_held_values_are_the_same_in_all_steps():
    steps = [("a", "view", 0), ("a", "view", 1), ("a", "buy", 2), ("b", "view", 0), ("b", "buy", 1)]
    log = log_of(*steps, product=["book", "lamp", "book", "lamp", None])
    assert jm.funnel(log, ["view", "buy"]).table["cases"].tolist() == [2, 2]
    table = jm.funnel(log, ["view", "buy"], hold="product").table
    assert table["cases"].tolist() == [2, 1]
    assert table["median_seconds"][1] == 2 * 86_400  # from the view of the book


def test_only_the_first_attempt_counts_where_it_is_asked_for():
    log = log_of(("a", "visit", 0), ("a", "visit", 9), ("a", "buy", 10))
    assert jm.funnel(log, ["visit", "buy"], within="2d").table["cases"].tolist() == [1, 1]
    assert jm.funnel(log, ["visit", "buy"], within="2d", attempt="first").table["cases"].tolist() == [1, 0]


def test_what_those_who_stopped_did_next():
    went_on = jm.funnel(log_of(*STORY, ("e", "visit", 0), ("e", "ask", 1)), ["visit", "ask", "buy"]).went_on
    assert went_on.to_dict("list") == {
        "step": ["visit", "visit", "ask"],
        "next_activity": [None, "buy", None],
        "cases": [1, 1, 1],
        "share": [0.5, 0.5, 1.0],
    }


def test_shares_have_intervals_with_the_customer_as_unit():
    one = [(f"c{n}", "visit", 0) for n in range(200)] + [(f"c{n}", "buy", 1) for n in range(0, 200, 4)]
    table = jm.funnel(log_of(*one), ["visit", "buy"]).table
    assert table["step_low"][1] < 0.25 < table["step_high"][1]
    assert 0.1 < table["step_high"][1] - table["step_low"][1] < 0.16
    again = [(case, activity, day + 2 * time) for case, activity, day in one for time in range(5)]
    wide = jm.funnel(jm.cut(log_of(*again), gap="1h"), ["visit", "buy"], within="1d").table
    assert np.isnan(wide["step_low"][0])


@pytest.mark.parametrize(
    ("steps", "options", "error", "said"),
    [
        (["visit"], {}, OptionError, r"a funnel needs at least two steps, not \['visit'\]"),
        ([], {}, OptionError, r"a funnel needs at least two steps, not \[\]"),
        ("visit", {}, OptionError, "a funnel needs at least two steps, not 'visit'"),
        (["visit", "byu"], {}, UnknownActivityError, "step 'byu' never occurs. Did you mean 'buy'?"),
        (["visit", 5], {}, UnknownActivityError, "step 5 never occurs"),
        (["visit", "buy"], {"within": 14}, DurationError, "14 is not a duration"),
        (["visit", "visit"], {"in_order": False}, OptionError, "in any order no step can come twice"),
        (["visit", "buy"], {"attempt": "last"}, UnknownOptionError, "attempt cannot be 'last'"),
        (["visit", "buy"], {"hold": "product"}, UnknownColumnError, "column 'product'|.*'product'"),
        (["visit", "buy"], {"exclude": "asc"}, UnknownActivityError, "step 'asc' never occurs. Did you mean 'ask'?"),
    ],
)
def test_a_funnel_that_cannot_be_is_refused(steps, options, error, said):
    with pytest.raises(error, match=f"^{said}"):
        jm.funnel(log_of(*STORY), steps, **options)


def test_a_summary_knows_the_order_and_not_the_times():
    log = log_of(*STORY)
    table = jm.funnel(jm.summarise(log), ["visit", "buy"]).table
    assert table["cases"].tolist() == [3, 2]
    assert table["median_seconds"].isna().all()
    with pytest.raises(OptionError, match="a summary does not know the time between steps; give the log itself"):
        jm.funnel(jm.summarise(log), ["visit", "buy"], within="1d")


# --- laws ------------------------------------------------------------------------------------------------------------


def by_every_way(log, steps, window):
    """Count the journeys that reach each step by trying every choice of events."""
    activities, reached = log.table["activity"].to_pylist(), [0] * len(steps)
    for first, last in zip(log.offsets[:-1].tolist(), log.offsets[1:].tolist(), strict=True):
        for depth in range(1, len(steps) + 1):
            reached[depth - 1] += any(
                [activities[place] for place in places] == steps[:depth]
                and (window is None or log.times[places[-1]] - log.times[places[0]] <= window)
                for places in combinations(range(first, last), depth)
            )
    return reached


@given(logs(min_events=2, max_events=12), st.data(), st.sampled_from([None, "1us", "10min", "14d"]))
def test_every_way_through_a_journey_is_tried(log, data, within):
    log = log.rename({name: "xyz"[place % 3] for place, name in enumerate(log.activities)})  # so that steps come again
    steps = data.draw(st.lists(st.sampled_from(log.activities), min_size=2, max_size=3))
    expected = by_every_way(log, steps, None if within is None else to_microseconds(within))
    table = jm.funnel(log, steps, within=within).table
    assert table["cases"].tolist() == expected
    assert table["cases"].is_monotonic_decreasing
    if within is None:
        assert jm.funnel(jm.summarise(log), steps).table["cases"].tolist() == expected


def test_the_picture_says_how_many_go_on_how_fast_and_what_the_others_did():
    shown = [text.get_text() for text in jm.funnel(log_of(*STORY), ["visit", "buy"]).plot().texts]
    assert shown[:2] == ["visit", "3 journeys"]
    assert shown[2] == "buy"
    assert shown[3].startswith("2 · 67 % of start (")
    assert shown[4].startswith("67 % go on (")
    assert " · median 17 d" in shown[4]
    assert shown[4].endswith(" · the others: nothing more 100 %")


def test_the_picture_of_a_summarys_funnel_says_only_what_a_summary_knows():
    ax = jm.funnel(jm.summarise(log_of(*STORY)), ["visit", "buy"]).plot()
    assert [text.get_text() for text in ax.texts][3:] == ["2 · 67 % of start", "67 % go on"]
    assert not ax.lines
