"""Kaplan-Meier curves of all activities at once: by hand and against scipy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import CensoredData, ecdf

from journeymine.summary.counts import Counts
from journeymine.summary.gaps import KEYS
from journeymine.summary.left_out import LeftOut
from journeymine.summary.survival import Survival


def survival(*visits):
    """Give the curves of (activity, duration, came back, group) visits."""
    activity, duration, back, *group = zip(*visits, strict=True) if visits else ((), (), ())
    group = group[0] if group else [0] * len(activity)
    values = {"activity": activity, "duration": duration, "next_activity": np.array(back, bool), "group": group}
    return Survival(Counts.of({name: np.array(column, KEYS[name]) for name, column in values.items()}))


def by_scipy(visits, activity, window):
    """Give the share and the visits still observed at a window."""
    mine = [(duration, back) for name, duration, back, *_ in visits if name == activity]
    data = CensoredData.right_censored([float(d) for d, _ in mine], [not back for _, back in mine])
    return float(ecdf(data).sf.evaluate(window)), sum(d > window or (d == window and not back) for d, back in mine)


VISITS = st.lists(st.tuples(st.integers(1, 3), st.integers(0, 8) | st.integers(0, 10**15), st.booleans()), max_size=30)


def test_a_curve_by_hand():
    curves = survival((1, 2, True), (1, 4, False), (1, 7, True), (2, 5, False))
    assert curves.activities.tolist() == [1, 2]
    assert curves.visits.tolist() == [3, 1]
    assert curves.naive_rates.tolist() == pytest.approx([1 / 3, 1])
    rates, at_risk = curves.within(np.array([1, 5]))
    assert (rates.tolist(), at_risk.tolist()) == ([1, 1], [3, 1])
    rates, at_risk = curves.within(np.array([6, 4]))
    assert (rates.tolist(), at_risk.tolist()) == (pytest.approx([2 / 3, 1]), [1, 1])
    assert curves.within(np.array([7, 4]))[0].tolist() == [0, 1]
    assert np.isnan(curves.within(np.array([7, 6]))[0][1])


@given(VISITS, st.integers(0, 9) | st.integers(0, 10**15))
def test_shares_are_those_of_scipy(visits, window):
    curves = survival(*visits)
    assert curves.activities.tolist() == sorted({activity for activity, *_ in visits})
    rates, at_risk = curves.within(np.full(len(curves.activities), window))
    for activity, rate, observed in zip(curves.activities.tolist(), rates, at_risk.tolist(), strict=True):
        expected, still = by_scipy(visits, activity, window)
        assert observed == still
        if still or expected < 1e-9:
            assert rate == pytest.approx(expected, abs=1e-9)
        else:
            assert np.isnan(rate)


def test_shares_of_many_activities_with_many_visits_are_those_of_scipy():
    rng = np.random.default_rng(0)
    activity, duration = rng.integers(1, 100, 5_000), rng.integers(0, 500, 5_000)
    visits = list(zip(activity.tolist(), duration.tolist(), (rng.random(5_000) < 0.6).tolist(), strict=True))
    windows = rng.integers(50, 450, 99)
    rates, _ = survival(*visits).within(windows)
    expected = [by_scipy(visits, number, window)[0] for number, window in enumerate(windows.tolist(), 1)]
    assert rates == pytest.approx(np.array(expected), abs=1e-9)


@given(VISITS.filter(bool))
def test_a_share_never_grows_with_the_window(visits):
    curves = survival(*visits)
    durations = sorted({duration for _, duration, _ in visits})
    rates = np.array([curves.within(np.full(len(curves.activities), window))[0] for window in durations])
    falling = np.diff(rates, axis=0)
    assert (np.isnan(falling) | (falling <= 1e-12)).all()


def test_the_usual_return_is_the_95th_percentile_of_those_who_came_back():
    hundred = [(1, day, True) for day in range(1, 101)]
    assert survival(*hundred).usual_return().tolist() == [95]
    assert survival(*hundred, *[(1, 1000, False)] * 50).usual_return().tolist() == [95]
    assert survival((1, 5, False), (2, 3, True)).usual_return().tolist() == [0, 3]


def test_the_usual_return_is_corrected_for_visits_that_are_still_open():
    """Of those seen to come back most were quick; those who were seen shorter would have been slower."""
    visits = [(1, 1, True)] * 50 + [(1, 5, False)] * 40 + [(1, 10, True)] * 10
    assert survival(*visits).usual_return().tolist() == [10]


@given(VISITS)
def test_the_shares_that_rows_stand_for_add_up_to_those_who_came_back(visits):
    curves = survival(*visits)
    windows = np.full(len(curves.activities), 10**16)
    gaps = curves.gaps
    for place, activity in enumerate(curves.activities):
        left = by_scipy(visits, activity, 10**16)[0]
        assert curves.shares(windows)[gaps["activity"] == activity].sum() == pytest.approx(1 - left, abs=1e-9), place


def test_with_one_group_left_out_the_share_is_that_of_the_others():
    rng = np.random.default_rng(0)
    size = 3_000
    visits = list(
        zip(
            rng.integers(1, 3, size).tolist(),
            rng.integers(0, 1_000, size).tolist(),
            (rng.random(size) < 0.5).tolist(),
            rng.integers(0, 8, size).tolist(),
            strict=True,
        )
    )
    windows = np.array([400, 700])
    left_out = LeftOut(survival(*visits), windows)
    assert (left_out.sizes > 0).tolist() == [[True] * 8 + [False] * 56] * 2
    for group in range(8):
        others = [visit for visit in visits if visit[3] != group]
        exact = [by_scipy([visit[:3] for visit in others], activity, windows[activity - 1])[0] for activity in (1, 2)]
        assert left_out.rates[:, group] == pytest.approx(exact, abs=0.005)  # durations are in 128 bins here
    whole = survival(*visits).within(windows)[0]
    assert left_out.rates[:, 8] == pytest.approx(whole, abs=0.005)


def test_no_visits_have_no_curves():
    curves = survival()
    assert len(curves.activities) == len(curves.visits) == len(curves.naive_rates) == len(curves.usual_return()) == 0
    rates, at_risk = curves.within(np.empty(0, np.int64))
    assert len(rates) == len(at_risk) == 0
    left_out = LeftOut(curves, np.empty(0, np.int64))
    assert left_out.rates.shape == left_out.sizes.shape == (0, 64)
