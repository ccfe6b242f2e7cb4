"""Estimates: standardised over strata by hand, and put together by the weight of their observations."""

import numpy as np
import pytest

from journeymine.summary.estimates import Estimates, side_of


def shares(hits, trials):
    """Give shares of (strata, segments) with all customers in two equal groups."""
    both = (np.repeat(np.array([counts], float)[..., None] / 2, 2, axis=-1) for counts in (hits, trials))
    return Estimates.of_shares(*both)


def test_segments_are_standardised_to_the_strata_of_all():
    found = shares([[10, 90], [10, 5]], [[20, 180], [40, 20]])
    values, left_out = found.standardised
    assert found.weights.round(6).tolist() == [[0.769231, 0.230769]]
    assert values[0].tolist() == pytest.approx([0.5 * 200 / 260 + 0.25 * 60 / 260] * 2)
    assert left_out[0, :, 0] == pytest.approx(values[0])


def test_a_stratum_that_a_segment_lacks_is_left_out_for_all():
    found = shares([[10, 90], [40, 0]], [[20, 180], [40, 0]])
    assert found.standardised[0][0].tolist() == [0.5, 0.5]
    assert found.used_sizes.sum(axis=-1).tolist() == [[20, 180]]


def test_a_category_that_a_segment_lacks_is_compared_among_the_others():
    found = shares([[10, 0, 30]], [[20, 0, 40]])
    assert found.standardised[0][0].tolist() == pytest.approx([0.5, np.nan, 0.75], nan_ok=True)
    assert side_of(found, [0, 1]).values.tolist() == [0.5]
    assert np.isnan(side_of(found, [1]).values[0])


def test_segments_together_are_the_segments_pooled():
    together = side_of(shares([[10, 30, 7]], [[20, 40, 9]]), [0, 1])
    assert together.values[0] == pytest.approx(40 / 60)
    assert together.left_out[0] == pytest.approx([40 / 60] * 2)
    assert together.sizes[0].sum() == 60
    assert 1 / together.parts[0] == pytest.approx(60)


def test_a_segment_whose_customers_are_all_in_one_group_leaves_the_others_as_they_are():
    """Three segments; the third has one case, in the first of two groups."""
    hits, trials = np.array([[[[4, 6], [9, 11], [1, 0]]]]), np.array([[[[10, 10], [20, 20], [1, 0]]]])
    _, left_out = Estimates.of_shares(hits, trials).standardised
    assert left_out[0, 0].tolist() == pytest.approx([6 / 10, 4 / 10])
    assert left_out[0, 1].tolist() == pytest.approx([11 / 20, 9 / 20])
    both = side_of(Estimates.of_shares(hits, trials), [1, 2])
    assert both.left_out[0].tolist() == pytest.approx([11 / 20, 10 / 21])
