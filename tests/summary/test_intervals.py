"""Intervals whose unit is the customer: the jackknife by hand, and shares with their bounds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t

from journeymine.summary.intervals import jackknife_errors, share_interval


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
