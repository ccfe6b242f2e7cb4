"""Drift: early against late visits, at the same follow-up."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

import journeymine as jm
from journeymine.errors import OptionError
from tests.simulation import clustered_customers, journeys
from tests.small import log_of
from tests.strategies import logs


def changing(early, late, customers=400):
    """Give visits over 40 days, of which some shares are followed within half a day in the first and second half."""
    days = [(f"c{n}", n, day) for n, day in enumerate(np.linspace(0, 39.4, customers))]
    asks = [(name, "ask", day + 0.5) for name, n, day in days if n % 10 < 10 * (early if day < 20 else late)]
    return log_of(*((name, "visit", day) for name, _, day in days), *asks, until=40)


def test_both_halves_have_their_own_rate():
    row = jm.drift(changing(0.4, 0.7), end="ask", within="2d").table.iloc[0]
    found = row[["early_rate", "late_rate", "difference"]].astype(float)
    assert found.tolist() == pytest.approx([0.6, 0.3, -0.3], abs=0.015)
    assert row["early_visits"] + row["late_visits"] == 400
    assert row["low"] < -0.3 < row["high"] < 0
    assert row["q_value"] < 1e-6


def test_what_changed_is_said_and_drawn():
    result = jm.drift(changing(0.4, 0.7), end="ask", within="2d")
    assert result.changed == ("visit",)
    assert re.fullmatch(
        "1 of 1 touchpoints changed; most surely “visit”: (59|60) % of early and (30|31) % of late visits are not "
        r"followed within 2 d\.",
        result.headline,
    )
    assert result.base.startswith(
        "400 visits of 400 customers over 40 d, 197 of them in the second half, followed for 2 d"
    )
    ax = result.plot()
    _, early, late = ax.collections
    assert (early.get_offsets()[0, 0], late.get_offsets()[0, 0]) == pytest.approx((60, 30), abs=1.5)


def test_late_visits_are_not_worse_for_being_late():
    """All are followed after 8 days, so that of the last 8 days none is yet: a naive count sees a change."""
    rows = [
        (f"c{n}", name, day) for n in range(400) for name, day in [("visit", n / 10), ("ask", n / 10 + 8)] if day <= 40
    ]
    log = log_of(*rows, until=40)
    found = jm.drift(log, end="ask", within="10d")
    assert found.table[["early_rate", "late_rate"]].to_numpy().tolist() == [[0, 0]]
    assert found.headline == "Late visits are left as early ones were, as far as chance lets see (1 compared)."


def test_the_window_is_no_longer_than_late_visits_can_be_followed():
    assert jm.drift(changing(0.4, 0.4), end="ask", within="28d").table["within_seconds"].tolist() == [14 * 86_400]


def test_visits_of_one_day_cannot_be_compared():
    log = log_of(("a", "visit", 0), ("a", "ask", 0.1), until=0.5)
    assert jm.drift(log).headline == "The log is too short to compare early with late visits."
    assert jm.drift(log_of()).headline == "The log is too short to compare early with late visits."


def test_a_confidence_beyond_one_is_refused():
    with pytest.raises(OptionError, match=r"^confidence must lie between 0 and 1, not 95"):
        jm.drift(log_of(("a", "visit", 0)), confidence=95)


@settings(max_examples=40)
@given(logs())
def test_a_summary_gives_the_same_answer_as_its_log(log):
    pd.testing.assert_frame_equal(jm.drift(jm.summarise(log)).table, jm.drift(log).table)


@pytest.mark.slow
def test_without_a_change_few_logs_show_one_also_where_customers_are_in_both_halves():
    flagged = [
        bool(jm.drift(clustered_customers(400, 60, np.random.default_rng(seed)), within="14d").changed)
        for seed in range(100)
    ]
    flagged += [
        bool(jm.drift(journeys(600, 90, np.random.default_rng(seed)), goal="buy", within="14d").changed)
        for seed in range(100)
    ]
    assert np.mean(flagged) <= 0.07
