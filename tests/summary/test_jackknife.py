"""The jackknife: by hand, as a standard error of a mean, and beside a bootstrap of customers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeymine.summary.counts import Counts, totals
from journeymine.summary.groups import NUM_GROUPS
from journeymine.summary.jackknife import jackknife_correlation, jackknife_errors, share_errors, shares_without_each
from journeymine.summary.left_out import LeftOut
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


def test_estimates_that_share_their_customers_are_alike_and_strangers_are_not():
    rng = np.random.default_rng(0)
    mine, theirs, present = rng.random((1, 64)), rng.random((1, 64)), np.ones((1, 64))
    assert jackknife_correlation(mine, present, 3 * mine + 1, present)[0] == pytest.approx(1)
    assert abs(jackknife_correlation(mine, present, theirs, present)[0]) < 0.3
    half = np.arange(64) < 32
    assert jackknife_correlation(mine, half[None], mine, ~half[None])[0] == 0  # no group stands behind both


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
