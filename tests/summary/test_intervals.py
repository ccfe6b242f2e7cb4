"""Intervals whose unit is the customer: the jackknife by hand, shares with their bounds, differences, many tests."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t, ttest_ind

from journeymine.summary.counts import Counts, totals
from journeymine.summary.groups import NUM_GROUPS
from journeymine.summary.intervals import (
    difference_errors,
    difference_interval,
    jackknife_correlation,
    jackknife_errors,
    p_values,
    plain_interval,
    positive_interval,
    q_values,
    share_errors,
    share_interval,
    shares_without_each,
)
from journeymine.summary.left_out import LeftOut
from journeymine.summary.quantiles import Durations
from journeymine.summary.survival import Survival


def test_the_jackknife_by_hand():
    # estimates without each of four groups: mean 2.5, squares 2.25 + 0.25 + 0.25 + 2.25 = 5; 3/4 of it is 3.75
    errors, freedom = jackknife_errors(np.array([[1.0, 2.0, 3.0, 4.0]]), np.ones((1, 4), bool))
    assert errors.tolist() == pytest.approx([3.75**0.5])
    assert freedom.tolist() == [3]


def test_groups_without_data_do_not_count():
    left_out = np.array([[1.0, 2.0, 3.0, 99.0], [5.0, 99.0, 99.0, 99.0]])
    present = np.array([[True, True, True, False], [True, False, False, False]])
    errors, freedom = jackknife_errors(left_out, present)
    assert errors[0] == pytest.approx((2 / 3 * 2) ** 0.5)
    assert np.isnan(errors[1])
    assert freedom.tolist() == [2, 0]


def test_groups_that_have_most_of_the_data_leave_fewer_degrees_of_freedom():
    sizes = np.array([[1, 1, 1, 1], [97, 1, 1, 1], [8, 8, 2, 2]])
    _, freedom = jackknife_errors(np.zeros((3, 4)), sizes)
    assert freedom.tolist() == pytest.approx([3, 100**2 / (97**2 + 3) - 1, 20**2 / 136 - 1])


def test_shares_with_each_group_left_out_by_hand():
    shares, left_out = shares_without_each(np.array([[1, 2], [0, 0]]), np.array([[2, 4], [0, 3]]))
    assert shares.tolist() == [0.5, 0]
    assert left_out.tolist() == [[2 / 4, 1 / 2], [0, 0]]
    assert np.isnan(shares_without_each(np.zeros((1, 2)), np.zeros((1, 2)))[0][0])


def test_where_all_groups_are_alike_the_error_is_that_of_independent_trials():
    shares, errors, freedom = share_errors(np.full((1, 16), 2), np.full((1, 16), 4))
    assert (shares[0], errors[0], freedom[0]) == pytest.approx((0.5, (0.25 / 64) ** 0.5, 15))


@given(st.lists(st.floats(0, 1), min_size=4, max_size=40))
def test_the_jackknife_of_a_mean_is_its_standard_error(values):
    values = np.array(values)
    left_out = (values.sum() - values) / (len(values) - 1)
    errors, _ = jackknife_errors(left_out[None, :], np.ones((1, len(values)), bool))
    assert errors[0] == pytest.approx(values.std(ddof=1) / len(values) ** 0.5, abs=1e-9)


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


# --- other scales, differences, many tests ---------------------------------------------------------------------------


def test_values_that_may_be_negative_have_a_symmetric_interval():
    low, high = plain_interval(np.array([-1.0]), np.array([2.0]), np.array([5.0]), 0.9)
    assert (low[0], high[0]) == pytest.approx((-1 - 2 * t.ppf(0.95, 5), -1 + 2 * t.ppf(0.95, 5)))


def test_values_above_zero_have_an_interval_above_zero():
    low, high = positive_interval(np.array([10.0, 0.0]), np.array([20.0, 1.0]), np.array([5.0, 5.0]), 0.95)
    assert low[0] * high[0] == pytest.approx(100)
    assert high[0] == pytest.approx(10 * np.exp(2 * t.ppf(0.975, 5)))
    assert np.isnan([low[1], high[1]]).all()


def test_the_interval_of_a_difference_comes_from_those_of_both_sides():
    sides = [np.array([value]) for value in (0.5, 0.4, 0.7, 0.1, 0.07, 0.2)]
    low, high = difference_interval(*sides)
    assert (low[0], high[0]) == pytest.approx((0.4 - (0.1**2 + 0.1**2) ** 0.5, 0.4 + (0.2**2 + 0.03**2) ** 0.5))
    low, high = difference_interval(*sides, correlation=1.0)
    assert (low[0], high[0]) == pytest.approx((0.4, 0.4 + 0.17))


def test_estimates_that_share_their_customers_are_alike_and_strangers_are_not():
    rng = np.random.default_rng(0)
    mine, theirs, present = rng.random((1, 64)), rng.random((1, 64)), np.ones((1, 64))
    assert jackknife_correlation(mine, present, 3 * mine + 1, present)[0] == pytest.approx(1)
    assert abs(jackknife_correlation(mine, present, theirs, present)[0]) < 0.3
    half = np.arange(64) < 32
    assert jackknife_correlation(mine, half[None], mine, ~half[None])[0] == 0  # no group stands behind both


@given(st.lists(st.floats(-5, 5), min_size=3, max_size=20), st.lists(st.floats(-5, 5), min_size=3, max_size=20))
def test_the_test_of_a_difference_of_means_is_welchs(mine, theirs):
    sides = [np.array(mine), np.array(theirs)]
    squares = [side.var(ddof=1) / len(side) for side in sides]
    if min(squares) < 1e-6:
        return
    errors = [np.array([square**0.5]) for square in squares]
    freedom = [np.array([len(side) - 1.0]) for side in sides]
    both = difference_errors(errors[0], freedom[0], errors[1], freedom[1])
    expected = ttest_ind(*sides, equal_var=False).pvalue
    assert p_values(np.array([sides[0].mean() - sides[1].mean()]), *both)[0] == pytest.approx(expected, abs=1e-9)


def test_without_an_error_there_is_no_test():
    found = p_values(np.array([1.0, 1.0, 0.0]), np.array([0.0, np.nan, 1.0]), np.array([5.0, 0.0, 5.0]))
    assert np.isnan(found[:2]).all()
    assert found[2] == 1


def test_q_values_by_hand():
    # 0.01 * 4/1, 0.02 * 4/2, 0.03 * 4/3, 0.5 * 4/4, each at most the next
    assert q_values(np.array([0.5, 0.03, np.nan, 0.01, 0.02])).tolist() == pytest.approx(
        [0.5, 0.04, np.nan, 0.04, 0.04], nan_ok=True
    )
    assert np.isnan(q_values(np.array([np.nan]))).all()


# --- the jackknife beside a bootstrap of customers, and beside the truth ---------------------------------------------


def clustered(customers, rng):
    """Give the gaps of visits whose customers differ, and the customer of each."""
    visits = rng.geometric(0.25, customers)
    customer = np.repeat(np.arange(customers), visits)
    back = rng.random(len(customer)) < rng.beta(4, 3, customers)[customer]
    took, watched = rng.exponential(rng.gamma(3, 1e5, customers)[customer]), rng.uniform(0, 2e6, len(customer))
    keys = {
        "activity": np.ones(len(customer), np.uint32),
        "duration": np.minimum(np.where(back, took, np.inf), watched).astype(np.int64),
        "next_activity": (back & (took <= watched)).astype(np.uint32),
        "group": rng.integers(0, NUM_GROUPS, customers).astype(np.uint8)[customer],
    }
    return keys, customer


def test_the_jackknife_agrees_with_a_bootstrap_of_customers():
    rng, ratios = np.random.default_rng(0), []
    window = np.array([500_000])
    for _ in range(12):
        keys, customer = clustered(400, rng)
        curves = Survival(Counts(keys, {"count": np.ones(len(customer), np.int64)}, is_loose=True))
        left_out = LeftOut(curves, window)
        error, _ = jackknife_errors(left_out.rates, left_out.sizes)
        drawn = [totals(rng.integers(0, 400, 400), np.ones(400, np.int64), 400)[customer] for _ in range(150)]
        rates = [Survival(Counts(keys, {"count": weights}, is_loose=True)).within(window)[0][0] for weights in drawn]
        ratios.append(error[0] / np.std(rates))
    assert 0.92 < np.mean(ratios) < 1.08


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


def test_a_difference_from_something_without_a_bound_has_none():
    low, high = difference_interval(*(np.array([x]) for x in (5.0, 4.0, np.inf, 2.0, 1.0, 3.0)))
    assert low.round(3).tolist() == [1.586]
    assert high.tolist() == [np.inf]
