"""What comes next, all competing: against Aalen and Johansen's sums written out, and with groups left out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import CensoredData, ecdf

from journeymine.summary.counts import Counts
from journeymine.summary.gaps import KEYS
from journeymine.summary.incidences import incidences
from journeymine.summary.left_out import LeftOut
from journeymine.summary.survival import Survival

FOREVER = 10**16


def survival(visits):
    """Give the curves of (activity, duration, next activity or 0, group) visits."""
    columns = zip(*visits, strict=True) if visits else [()] * 4
    names = ("activity", "duration", "next_activity", "group")
    return Survival(
        Counts.of({name: np.array(column, KEYS[name]) for name, column in zip(names, columns, strict=True)})
    )


def found(visits, window):
    curves = survival(visits)
    windows = np.full(len(curves.activities), window)
    return curves, incidences(curves, windows, curves.gaps["next_activity"])


def written_out(visits, activity, cause, window):
    """Give the sum over event times of survival before, times those who go over those at risk."""
    mine = [(duration, following) for name, duration, following, *_ in visits if name == activity]
    share, left = 0.0, 1.0
    for time in sorted({duration for duration, _ in mine if duration <= window}):
        at_risk = sum(duration >= time for duration, _ in mine)
        share += left * sum(visit == (time, cause) for visit in mine) / at_risk
        left *= 1 - sum(duration == time and following > 0 for duration, following in mine) / at_risk
    return share


VISITS = st.lists(
    st.tuples(st.integers(1, 3), st.integers(0, 8) | st.integers(0, 10**15), st.integers(0, 3), st.integers(0, 5)),
    max_size=30,
)


def test_a_slow_transition_gains_what_open_visits_hide():
    # after 1 day one of four goes to 2; then one is open; of the two that are left one goes to 3, the other stays
    visits = [(1, 1, 2, 0), (1, 2, 0, 1), (1, 3, 3, 2), (1, 9, 0, 3)]
    _, next_ones = found(visits, 5)
    assert next_ones.causes.tolist() == [2, 3]
    assert next_ones.shares.tolist() == pytest.approx([1 / 4, 3 / 4 * 1 / 2])
    assert next_ones.counts.tolist() == [1, 1]


def test_what_came_after_the_window_is_counted_as_a_pass_but_not_as_a_share():
    _, next_ones = found([(1, 1, 2, 0), (1, 9, 3, 1)], 5)
    assert next_ones.passes.tolist() == [1, 1]
    assert next_ones.counts.tolist() == [1, 0]
    assert next_ones.shares.tolist() == [0.5, 0]


@given(VISITS, st.integers(0, 9) | st.integers(0, 10**15))
def test_shares_are_the_sums_of_aalen_and_johansen(visits, window):
    curves, next_ones = found(visits, window)
    activities = curves.activities[next_ones.places].tolist()
    assert sorted(set(zip(activities, next_ones.causes.tolist(), strict=True))) == sorted(
        {(activity, cause) for activity, _, cause, _ in visits if cause}
    )
    for activity, cause, share in zip(activities, next_ones.causes.tolist(), next_ones.shares, strict=True):
        assert share == pytest.approx(written_out(visits, activity, cause, window), abs=1e-9)


@given(st.lists(st.tuples(st.integers(1, 50), st.booleans()), min_size=1, max_size=40), st.integers(1, 50))
def test_with_one_cause_the_share_is_what_scipy_leaves_of_one(visits, window):
    _, next_ones = found([(1, duration, int(back), 0) for duration, back in visits], window)
    data = CensoredData.right_censored([float(d) for d, _ in visits], [not back for _, back in visits])
    assert next_ones.shares.sum() == pytest.approx(1 - float(ecdf(data).sf.evaluate(window)), abs=1e-9)


@given(VISITS, st.integers(0, 9))
def test_with_groups_left_out_shares_and_drop_off_still_add_up_to_one(visits, window):
    curves, next_ones = found(visits, window)
    left_out = LeftOut(curves, np.full(len(curves.activities), window))
    summed = np.zeros_like(left_out.rates)
    np.add.at(summed, next_ones.places, next_ones.left_out)
    assert summed + left_out.rates == pytest.approx(np.ones_like(summed), abs=1e-9)


def test_with_one_group_left_out_the_shares_are_those_of_the_others():
    rng = np.random.default_rng(0)
    size = 4_000
    columns = (
        rng.integers(1, 3, size),
        rng.integers(0, 1_000, size),
        rng.integers(0, 4, size),
        rng.integers(0, 8, size),
    )
    visits = list(zip(*(column.tolist() for column in columns), strict=True))
    _, next_ones = found(visits, 600)
    for group in range(8):
        _, others = found([visit for visit in visits if visit[3] != group], 600)
        assert next_ones.left_out[:, group] == pytest.approx(others.shares, abs=0.003)  # durations are in 128 bins here


def test_the_error_is_never_smaller_than_that_of_independent_visits():
    visits = [(1, 1, 2 + n % 2, group) for group in range(10) for n in range(2)]  # each group half and half
    _, next_ones = found(visits, 5)
    assert np.ptp(next_ones.left_out, axis=1)[0] == pytest.approx(0)
    assert next_ones.errors.tolist() == pytest.approx([(0.25 / 20) ** 0.5] * 2)


def test_bins_become_fewer_where_activities_are_many():
    rng = np.random.default_rng(1)
    activity = np.repeat(np.arange(1, 3_001), 4)
    columns = (activity, rng.integers(0, 100, 12_000), rng.integers(0, 3, 12_000), rng.integers(0, 64, 12_000))
    visits = list(zip(*(column.tolist() for column in columns), strict=True))
    curves, next_ones = found(visits, 50)
    assert len(curves.activities) == 3_000
    firsts = next_ones.places[:4], next_ones.causes[:4]
    assert next_ones.shares[:4] == pytest.approx(
        [written_out(visits, curves.activities[p], c, 50) for p, c in zip(*firsts, strict=True)]
    )


def test_of_no_visits_nothing_comes_next():
    _, next_ones = found([], FOREVER)
    assert len(next_ones.shares) == len(next_ones.errors) == 0
