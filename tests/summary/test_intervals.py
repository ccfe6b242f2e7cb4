"""Intervals whose unit is the customer: on their scales, with their bounds, and beside the truth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t

from journeymine.summary.counts import Counts
from journeymine.summary.groups import NUM_GROUPS
from journeymine.summary.intervals import plain_interval, positive_interval, share_interval
from journeymine.summary.jackknife import share_errors
from journeymine.summary.quantiles import Durations


def test_an_interval_is_that_of_student_on_the_logit_scale():
    low, high = share_interval(np.array([0.2]), np.array([0.05]), np.array([30]), 0.9)
    reach, middle = t.ppf(0.95, 30) * 0.05 / (0.2 * 0.8), np.log(0.2 / 0.8)
    assert np.log(low / (1 - low)) == pytest.approx(middle - reach)
    assert np.log(high / (1 - high)) == pytest.approx(middle + reach)


def test_a_share_of_none_or_all_has_a_bound_that_comes_from_the_number_of_groups():
    low, high = share_interval(np.array([0.0, 1.0]), np.array([0.0, 0.0]), np.array([63, 63]), 0.95)
    bound = 1 - 0.05 ** (1 / 64)
    assert low.tolist() == pytest.approx([0, 1 - bound])
    assert high.tolist() == pytest.approx([bound, 1])


def test_what_rounding_leaves_of_a_whole_share_does_not_widen_its_interval():
    errors, freedom, customers = np.array([1e-9]), np.array([63.0]), np.array([100])
    whole, nearly = (share_interval(np.array([share]), errors, freedom, 0.95, customers) for share in (1.0, 1 - 4e-16))
    assert nearly == whole
    assert whole[0][0] > 0.97


def test_a_share_of_none_has_the_bound_that_the_number_of_customers_leaves():
    low, high = share_interval(np.array([0.0]), np.array([0.0]), np.array([63]), 0.95, np.array([1_000]))
    assert (low[0], high[0]) == pytest.approx((0, 1 - 0.05 ** (1 / 1_000)))


def test_a_small_share_of_few_customers_is_no_surer_than_none_would_be():
    low, high = share_interval(np.array([0.01]), np.array([1e-6]), np.array([63]), 0.95, np.array([20]))
    assert (low[0], high[0]) == pytest.approx((0.01 * 0.05 ** (1 / 20), 1 - 0.99 * 0.05 ** (1 / 20)))


def test_without_an_error_nothing_is_known_and_without_a_share_there_is_no_interval():
    low, high = share_interval(np.array([0.5, np.nan]), np.array([np.nan, np.nan]), np.array([0, 0]), 0.95)
    assert (low[0], high[0]) == (0, 1)
    assert np.isnan([low[1], high[1]]).all()


@given(st.floats(0, 1), st.floats(0, 0.5), st.integers(1, 63), st.sampled_from([0.5, 0.9, 0.99]))
def test_an_interval_holds_its_share_and_stays_within_0_and_1(share, error, freedom, confidence):
    low, high = share_interval(np.array([share]), np.array([error]), np.array([freedom]), confidence)
    assert 0 <= low[0] <= share + 1e-12
    assert share - 1e-12 <= high[0] <= 1


def test_more_confidence_is_a_wider_interval():
    intervals = [share_interval(np.array([0.3]), np.array([0.05]), np.array([20]), c) for c in (0.8, 0.9, 0.99)]
    widths = [float(high[0] - low[0]) for low, high in intervals]
    assert widths == sorted(widths)


def test_values_that_may_be_negative_have_a_symmetric_interval():
    low, high = plain_interval(np.array([-1.0]), np.array([2.0]), np.array([5.0]), 0.9)
    assert (low[0], high[0]) == pytest.approx((-1 - 2 * t.ppf(0.95, 5), -1 + 2 * t.ppf(0.95, 5)))


def test_values_above_zero_have_an_interval_above_zero():
    low, high = positive_interval(np.array([10.0, 0.0]), np.array([20.0, 1.0]), np.array([5.0, 5.0]), 0.95)
    assert low[0] * high[0] == pytest.approx(100)
    assert high[0] == pytest.approx(10 * np.exp(2 * t.ppf(0.975, 5)))
    assert np.isnan([low[1], high[1]]).all()


@pytest.mark.parametrize(("customers", "visits"), [(5, 1), (12, 4), (40, 1), (40, 4), (400, 4)])
@pytest.mark.parametrize("share", [0.05, 0.4])
def test_intervals_of_shares_hold_the_truth_also_where_customers_are_few(customers, visits, share):
    """Where fewer than about forty customers stand behind a share, intervals are wider than they need be."""
    rng, runs = np.random.default_rng(customers + visits), 2_000
    alike = 0.2 if visits > 1 else 1e-6
    chance = rng.beta(share * (1 / alike - 1), (1 - share) * (1 / alike - 1), (runs, customers))
    trials = rng.geometric(1 / visits, (runs, customers)) if visits > 1 else np.ones((runs, customers), int)
    cell = np.arange(runs)[:, None] * NUM_GROUPS + rng.integers(0, NUM_GROUPS, (runs, customers))
    counts = (rng.binomial(trials, chance), trials)
    both = [np.bincount(cell.ravel(), count.ravel(), runs * NUM_GROUPS).reshape(runs, -1) for count in counts]
    low, high = share_interval(*share_errors(*both), 0.95, np.full(runs, customers))
    inside = np.mean((low <= share) & (share <= high))
    assert inside >= 0.935
    assert customers < 100 or inside <= 0.975


@pytest.mark.parametrize(("customers", "visits", "share"), [(8, 4, 0.5), (30, 4, 0.5), (300, 4, 0.5), (300, 4, 0.9)])
def test_intervals_of_medians_hold_the_truth(customers, visits, share):
    rng, inside = np.random.default_rng(1), []
    for _ in range(150):
        customer = np.repeat(np.arange(customers), rng.geometric(1 / visits, customers))
        likeness = 0.3**0.5 * rng.standard_normal(customers)[customer]
        took = np.exp(12 + likeness + 0.7**0.5 * rng.standard_normal(len(customer)))
        keys = {
            "kind": np.zeros(len(customer), np.uint8),
            "duration": took.astype(np.int64),
            "group": rng.integers(0, NUM_GROUPS, customers).astype(np.uint8)[customer],
        }
        found = Durations(Counts(keys, {"count": np.ones(len(customer), np.int64)}, is_loose=True), ("kind",))
        low, high = found.quantile_interval(share, 0.95)
        truth = np.exp(12 + {0.5: 0, 0.9: 1.2815515655}[share]) / 1e6
        inside.append(low[0] <= truth <= high[0])
    assert np.mean(inside) >= 0.91
    assert customers < 100 or np.mean(inside) <= 0.985


def test_a_median_of_few_durations_has_no_interval_and_one_of_many_equal_ones_a_narrow_one():
    def interval(durations):
        keys = {"kind": np.zeros(len(durations), np.uint8), "duration": np.array(durations) * 10**6}
        keys["group"] = (np.arange(len(durations)) % NUM_GROUPS).astype(np.uint8)
        counts = Counts(keys, {"count": np.ones(len(durations), np.int64)}, is_loose=True)
        return [float(bound[0]) for bound in Durations(counts, ("kind",)).quantile_interval(0.5, 0.95)]

    assert interval([1, 2, 3]) == [0, np.inf]
    assert interval([5]) == [0, np.inf]
    assert interval([5] * 300) == [5, 5]
