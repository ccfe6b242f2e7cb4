"""The share that reached the goal over time: against scipy, and against customers whose truth is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import CensoredData, ecdf

from journeymine.summary import journeys
from journeymine.summary.arrays import Arrays
from journeymine.summary.counts import Counts
from journeymine.summary.growth import Growth
from journeymine.summary.journeys import GOAL, KEYS, OTHER_END, STILL_OPEN
from tests.simulation import journeys as simulated
from tests.simulation import true_times
from tests.small import DAY


def growth(*rows, window=100, confidence=0.95):
    """Give the growth of (duration, what came, group) journeys."""
    columns = zip(*rows, strict=True) if rows else [()] * 3
    keys = dict(zip(("duration", "next_activity", "group"), columns, strict=True))
    counts = Counts.of(
        {"activity": np.ones(len(rows), np.uint8)}
        | {name: np.array(column, KEYS[name]) for name, column in keys.items()}
    )
    return Growth(counts, len(rows), window, confidence)


def test_growth_by_hand():
    found = growth((1, GOAL, 0), (2, STILL_OPEN, 1), (3, OTHER_END, 2), (4, GOAL, 3), (9, STILL_OPEN, 4))
    times = np.array([0, 1, 3, 4, 9])
    # 1/5; then 4/5 are left, of three at risk one ends and one of the two others reaches it
    assert found.within(times).tolist() == pytest.approx([0, 1 / 5, 1 / 5, 1 / 5 + 4 / 5 * 2 / 3 / 2, 7 / 15])
    assert found.within(times, OTHER_END).tolist() == pytest.approx([0, 0, 4 / 15, 4 / 15, 4 / 15])
    assert found.counted(times).tolist() == [0, 1, 1, 2, 2]
    assert found.at_risk(times).tolist() == [5, 4, 2, 1, 1]


def test_half_of_those_who_reach_the_goal_need_no_longer_than_the_median():
    found = growth((1, GOAL, 0), (2, GOAL, 1), (3, GOAL, 2), (50, STILL_OPEN, 3), (200, GOAL, 4))
    assert found.when(np.array([0.3, 0.5, 0.9, 1])).tolist() == [
        1,
        2,
        3,
        3,
    ]  # what came after the window does not count
    assert found.median()[0] == 2


def test_a_median_of_few_has_no_interval_and_one_of_nobody_is_not_a_number():
    assert growth((1, GOAL, 0), (2, GOAL, 1)).median()[1:] == (0, np.inf)
    assert np.isnan(growth((1, STILL_OPEN, 0)).median()).all()
    assert np.isnan(growth().median()).all()


@given(
    st.lists(st.tuples(st.integers(0, 20), st.booleans(), st.integers(0, 63)), min_size=1, max_size=40),
    st.integers(0, 20),
)
def test_without_other_ends_the_share_is_what_scipy_leaves_of_one(rows, time):
    found = growth(*((duration, GOAL if came else STILL_OPEN, group) for duration, came, group in rows))
    data = CensoredData.right_censored([float(d) for d, *_ in rows], [not came for _, came, _ in rows])
    share = found.within(np.array([time]))
    assert share[0] == pytest.approx(1 - float(ecdf(data).sf.evaluate(time)), abs=1e-9)
    low, high = found.interval(np.array([time]))
    assert 0 <= low[0] <= share[0] + 1e-12
    assert share[0] - 1e-12 <= high[0] <= 1


def test_shares_and_median_are_true_and_their_intervals_hold_the_truth():
    """Of 90 days, 63 are followed; the median of those who were seen to buy is more than two days too short."""
    times = true_times(400_000, np.random.default_rng(5))
    inside, errors, naive = [], [], []
    for seed in range(60):
        log = simulated(1_000, 90, np.random.default_rng(seed))
        arrays = Arrays(log)
        counts = journeys.of(arrays, *journeys.starts_of(arrays), goal=log.activities.index("buy") + 1)
        found = Growth(counts.without("segment"), 1_000, 63 * DAY, 0.95)
        at = np.array([15, 63]) * DAY
        truth = np.array([np.mean(times <= 15), np.mean(times <= 63)])
        low, high = found.interval(at)
        median, *limits = np.array(found.median()) / DAY
        true_median = np.median(times[times <= 63])
        inside.append([*((low <= truth) & (truth <= high)), limits[0] <= true_median <= limits[1]])
        errors.append([*(found.within(at) - truth), median - true_median])
        naive.append(np.median(counts["duration"][counts["next_activity"] == GOAL]) / DAY - true_median)
    assert np.abs(np.mean(errors, axis=0)[:2]).max() < 0.005
    assert abs(np.mean(errors, axis=0)[2]) < 0.4
    assert np.mean(naive) < -2
    assert 0.9 <= np.mean(inside) <= 0.99
