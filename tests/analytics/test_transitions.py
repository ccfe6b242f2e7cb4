"""Transitions: what comes next, corrected for open visits and competing."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

import journeymine as jm
from journeymine.errors import OptionError, UnknownActivityError, WindowError
from journeymine.graph.chain import chain_of
from tests.simulation import TOUCHPOINTS, journeys, true_transitions
from tests.small import log_of
from tests.strategies import logs


def shares(log, column="probability", **options):
    table = jm.transitions(log, **options).table
    return {(row.activity, row.next_activity): getattr(row, column) for row in table.itertuples()}


def test_an_open_visit_counts_for_as_long_as_it_was_observed():
    log = log_of(
        *[("a", "visit", 0), ("a", "ask", 1), ("b", "visit", 12)],
        *[("c", "visit", 5), ("c", "buy", 8), ("d", "visit", 0)],
        until=14,
    )
    # after a day one of four asks; b is seen for two days; then one of two buys
    assert shares(log, goal="buy", within="6d") == pytest.approx({("visit", "ask"): 1 / 4, ("visit", "buy"): 3 / 8})
    assert shares(log, "naive_share", goal="buy", within="6d")["visit", "buy"] == 1 / 4


def test_a_row_says_how_many_visits_customers_and_passes_it_rests_on():
    log = log_of(("a", "visit", 0), ("a", "buy", 1), ("b", "visit", 0), ("b", "buy", 9), customer=["x"] * 4, until=14)
    row = jm.transitions(log, goal="buy", within="5d").table.iloc[0]
    assert row[["visits", "customers", "count", "within_seconds"]].tolist() == [2, 1, 1, 5 * 86_400]
    assert (row["low"], row["high"]) == (0, 1)  # one customer tells nothing of others


def test_rows_stand_by_visits_then_probability():
    log = log_of(
        *[("a", "x", 0), ("a", "y", 1), ("b", "x", 0), ("b", "z", 1), ("c", "x", 0), ("c", "z", 1), ("d", "y", 0)],
        until=30,
    )
    table = jm.transitions(log, within="10d").table
    assert list(zip(table["activity"], table["next_activity"], strict=True)) == [("x", "z"), ("x", "y")]


def test_the_answer_is_said_in_a_sentence():
    log = log_of(("a", "visit", 0), ("a", "buy", 1), ("b", "visit", 0), ("c", "visit", 29.5), until=30)
    result = jm.transitions(log, goal="buy", within="14d")
    assert result.headline == (
        "Most passes are to be expected from “visit” to “buy”: it comes next in 50 % (0.3 % to 100 %) of visits within "
        "14 d; passes over visits would say 33 %."
    )
    assert result.base == (
        "3 visits of 3 customers over 30 d, each followed for 14 d; the 1 whose source ended before that count while "
        "observed (Aalen-Johansen); 95% intervals with the customer as unit; assumes no drift."
    )
    assert [label.get_text() for label in result.plot().get_yticklabels()] == ["visit → buy"]


def test_where_nothing_follows_there_are_no_transitions():
    assert jm.transitions(log_of()).headline == "No touchpoint was seen to be followed by another."
    assert len(jm.transitions(log_of(("a", "visit", 0), until=9)).table) == 0


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"goal": "byu"}, UnknownActivityError),
        ({"within": "90d"}, WindowError),
        ({"confidence": 0}, OptionError),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(options, error):
    with pytest.raises(error):
        jm.transitions(log_of(("a", "visit", 0), ("a", "buy", 1)), **options)


@settings(max_examples=40)
@given(logs(min_events=1))
def test_transitions_and_drop_off_add_up_to_one(log):
    found = jm.transitions(log).table.groupby("activity")["probability"].sum()
    for row in jm.dropoff(log).table.dropna(subset="rate").itertuples():
        assert found.get(row.activity, 0.0) == pytest.approx(1 - row.rate, abs=1e-9)


@settings(max_examples=40)
@given(logs())
def test_a_summary_gives_the_same_answer_as_its_log(log):
    pd.testing.assert_frame_equal(jm.transitions(jm.summarise(log)).table, jm.transitions(log).table)


def test_the_chain_of_the_graph_moves_with_the_same_probabilities():
    summary = jm.summarise(journeys(500, 60, np.random.default_rng(0)))
    moves = chain_of(summary, goal="buy", within="14d").moves
    for (before, after), share in shares(summary, goal="buy", within="14d").items():
        assert moves[summary.code(before), summary.code(after)] == pytest.approx(share, abs=1e-9)


@pytest.mark.parametrize(("days", "within"), [(30, 14), (90, 60)])
def test_probabilities_are_true_and_their_intervals_hold_the_truth(days, within):
    truth, found, naive, inside = true_transitions(within), [], [], []
    for seed in range(30):
        table = jm.transitions(
            journeys(1_500, days, np.random.default_rng(seed)), goal="buy", within=f"{within}d"
        ).table
        place = tuple([TOUCHPOINTS.index(name) for name in table[key]] for key in ("activity", "next_activity"))
        for column, values in (("probability", found), ("naive_share", naive)):
            values.append(np.zeros(truth.shape))
            values[-1][place] = table[column]
        inside += ((table["low"] <= truth[place]) & (truth[place] <= table["high"])).tolist()
    bias, naive_bias = (np.abs(np.mean(values, axis=0) - truth) for values in (found, naive))
    assert bias.max() < 0.01
    assert naive_bias[TOUCHPOINTS.index("quote"), TOUCHPOINTS.index("buy")] > 0.04
    assert 0.93 <= np.mean(inside) <= 0.98
