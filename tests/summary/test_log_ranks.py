"""Log-rank and restricted means: figures by hand, and the numerator of scipy's test."""

import numpy as np
import pytest
from scipy.stats import CensoredData, ecdf, logrank, norm

from journeymine.summary.groups import NUM_GROUPS
from journeymine.summary.log_ranks import Waits


def waits(cells, durations, came, ended=None, window=100, strata=1):
    """Give waits of customers who are each a group of their own, as far as there are groups."""
    rows = len(durations)
    return Waits(
        np.array(cells),
        np.arange(rows) % NUM_GROUPS,
        np.array(durations, np.int64),
        np.array(came, bool),
        np.zeros(rows, bool) if ended is None else np.array(ended, bool),
        np.ones(rows, np.int64),
        (strata, 2, NUM_GROUPS),
        window,
    )


@pytest.fixture(scope="module")
def drawn():
    rng = np.random.default_rng(4)
    cells = np.repeat([0, 1], 60)
    times, ends = rng.integers(1, 80, 120) * (1 + cells), rng.integers(1, 120, 120)
    return waits(cells, np.minimum(times, ends), times <= ends, window=200)


def test_the_mean_is_the_area_under_the_curve():
    found = waits([0, 0, 0, 0], [10, 20, 20, 50], [1, 0, 1, 0], window=40).means
    assert found.values[0, 0, 0] == pytest.approx(10 + 10 * 3 / 4 + 20 * 3 / 4 * 2 / 3)


def test_another_end_keeps_a_journey_from_its_goal():
    found = waits([0, 0], [10, 20], [0, 1], ended=[1, 0], window=40).means
    assert found.values[0, 0, 0] == pytest.approx(20 + 20 / 2)


def test_the_mean_agrees_with_the_area_under_scipys_curve(drawn):
    own = drawn.cells == 0
    data = CensoredData(uncensored=drawn.durations[own & drawn.came], right=drawn.durations[own & ~drawn.came])
    curve = ecdf(data).sf
    times = np.concatenate(([0], curve.quantiles, [200]))
    area = (np.diff(times) * np.concatenate(([1], curve.probabilities))).sum()
    assert drawn.means.values[0, 0, 0] == pytest.approx(area, rel=1e-9)


def test_leaving_a_group_out_is_computing_without_it(drawn):
    rest = drawn.groups != 7
    fields = (values[rest] for values in (drawn.cells, drawn.groups, drawn.durations, drawn.came, drawn.ended))
    without = Waits(*fields, drawn.counts[rest], drawn.shape, drawn.window)
    assert drawn.means.left_out[0, 0, :, 7] == pytest.approx(without.means.values[0, 0])


def test_many_times_in_bins_give_nearly_the_same_mean():
    rng = np.random.default_rng(0)
    times, ends = rng.integers(1, 10**6, 4_000), rng.integers(1, 10**6, 4_000)
    found = waits(np.zeros(4_000, int), np.minimum(times, ends), times <= ends, window=10**6).means.values[0, 0, 0]
    curve = ecdf(CensoredData(uncensored=times[times <= ends], right=ends[times > ends])).sf
    knots = np.concatenate(([0], curve.quantiles[curve.quantiles <= 10**6], [10**6]))
    area = (np.diff(knots) * np.concatenate(([1], curve.probabilities[: len(knots) - 2]))).sum()
    assert found == pytest.approx(area, rel=2e-3)


def test_with_independent_journeys_the_test_is_nearly_the_usual_one():
    rng = np.random.default_rng(4)
    cells = np.repeat([0, 1], 1_500)
    times, ends = rng.exponential(1_000 * (1 + 0.08 * cells)).astype(int), rng.integers(1, 2_000, 3_000)
    found = waits(cells, np.minimum(times, ends), times <= ends, window=2_000)
    data = [
        CensoredData(uncensored=times[own & (times <= ends)], right=ends[own & (times > ends)])
        for own in (cells == 0, cells == 1)
    ]
    usual = logrank(*data)
    assert norm.isf(found.p / 2) == pytest.approx(abs(usual.statistic), rel=0.3)  # 64 groups


def test_strata_that_differ_do_not_count_as_segments_that_differ():
    cells = np.array([0, 0, 0, 1] * 10 + [2, 3, 3, 3] * 10)
    times = np.where(cells < 2, 10, 50) + np.arange(80) % 5
    assert waits(cells, times, np.ones(80), strata=2).p > 0.05
    assert waits(cells % 2, times, np.ones(80)).p < 0.01


def test_one_group_of_customers_cannot_tell():
    assert np.isnan(waits([0], [10], [1]).p)
