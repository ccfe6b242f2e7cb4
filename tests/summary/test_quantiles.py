"""Quantiles and excess of durations that are kept as counts: against numpy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeymine.summary.counts import Counts
from journeymine.summary.quantiles import Durations

DURATIONS = st.lists(st.tuples(st.integers(1, 3), st.integers(0, 5) | st.integers(0, 10**15)), max_size=40)


def durations(rows):
    kinds, values = zip(*rows, strict=True) if rows else ((), ())
    return Durations(Counts.of({"kind": np.array(kinds, np.uint32), "duration": np.array(values, np.int64)}), ("kind",))


@given(DURATIONS, st.sampled_from([0, 0.1, 0.25, 0.5, 0.9, 1]))
def test_quantiles_are_those_of_numpy(rows, share):
    found = durations(rows)
    kinds = sorted({kind for kind, _ in rows})
    assert found.kind("kind").tolist() == kinds
    assert found.totals.tolist() == [sum(kind == one for one, _ in rows) for kind in kinds]
    expected = [np.quantile([value for one, value in rows if one == kind], share) / 1e6 for kind in kinds]
    assert found.quantile_seconds(share).tolist() == pytest.approx(expected, rel=1e-12, abs=1e-9)


@given(DURATIONS)
def test_the_middle_is_the_median(rows):
    expected = [np.median([value for one, value in rows if one == kind]) / 1e6 for kind in sorted({k for k, _ in rows})]
    assert durations(rows).quantile_seconds(0.5).tolist() == pytest.approx(expected, rel=1e-12)


@given(DURATIONS, st.floats(0, 10**9))
def test_excess_is_the_sum_of_what_goes_beyond(rows, reference):
    found = durations(rows)
    kinds = found.kind("kind").tolist()
    expected = [sum(max(value / 1e6 - reference, 0) for one, value in rows if one == kind) for kind in kinds]
    assert found.excess_seconds(np.full(len(kinds), reference)).tolist() == pytest.approx(expected, rel=1e-9, abs=1e-6)


def test_kinds_may_have_several_keys():
    keys = {"a": np.array([1, 1, 2]), "b": np.array([1, 2, 2]), "duration": np.array([3, 4, 5]) * 10**6}
    found = Durations(Counts.of(keys), ("a", "b"))
    assert found.kind("b").tolist() == [1, 2, 2]
    assert found.quantile_seconds(0.5).tolist() == [3, 4, 5]


@pytest.mark.parametrize("share", [0, 0.3, 0.599, 0.6, 0.75, 1])
def test_where_most_take_no_time_the_quantiles_are_those_of_numpy_too(share):
    values = np.concatenate((np.zeros(600, np.int64), np.arange(1, 401) ** 3))
    rows = {"kind": np.repeat([0, 1], 1000), "duration": np.concatenate((values, values[::-1] + 7))}
    found = Durations(Counts(rows, {"count": np.ones(2000, np.int64)}, is_loose=True), ("kind",))
    expected = [np.quantile(values, share) / 1e6, np.quantile(values + 7, share) / 1e6]
    assert found.quantile_seconds(share).tolist() == pytest.approx(expected, rel=1e-12)
    assert found.quantile_seconds([share, 0.5])[0].tolist() == pytest.approx(expected, rel=1e-12)
