"""Significance: tests that cannot be made, and many at once."""

import numpy as np
import pytest

from journeymine.summary.significance import p_values, q_values


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
