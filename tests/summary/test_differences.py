"""Differences: intervals from those of both sides, and Welch's test."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_ind

from journeymine.summary.differences import difference_errors, difference_interval
from journeymine.summary.significance import p_values


def test_the_interval_of_a_difference_comes_from_those_of_both_sides():
    sides = [np.array([value]) for value in (0.5, 0.4, 0.7, 0.1, 0.07, 0.2)]
    low, high = difference_interval(*sides)
    assert (low[0], high[0]) == pytest.approx((0.4 - (0.1**2 + 0.1**2) ** 0.5, 0.4 + (0.2**2 + 0.03**2) ** 0.5))
    low, high = difference_interval(*sides, correlation=1.0)
    assert (low[0], high[0]) == pytest.approx((0.4, 0.4 + 0.17))


def test_a_difference_from_something_without_a_bound_has_none():
    low, high = difference_interval(*(np.array([x]) for x in (5.0, 4.0, np.inf, 2.0, 1.0, 3.0)))
    assert low.round(3).tolist() == [1.586]
    assert high.tolist() == [np.inf]


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
