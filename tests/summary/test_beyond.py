"""What durations take beyond a limit: by hand, and against the jackknife done one group after the other."""

import numpy as np
import pytest
from scipy.stats import t

from journeymine.summary.beyond import Beyond
from journeymine.summary.counts import Counts
from journeymine.summary.quantiles import Durations

SECOND = 1_000_000


def durations(rows):
    """Make durations of (kind, seconds, group, how often)."""
    kind, seconds, group, count = (np.array(column) for column in zip(*rows, strict=True))
    keys = {"kind": kind, "duration": seconds * SECOND, "group": group.astype(np.uint8)}
    return Durations(Counts(keys, {"count": count}, is_loose=True), ("kind",))


def test_what_is_longer_than_the_limit_of_its_kind_counts_and_only_what_is_beyond_it():
    found = Beyond.of(durations([(1, 5, 0, 2), (1, 3, 7, 1), (1, 4, 7, 1), (2, 90, 0, 3)]), np.array([3.0, np.nan]))
    assert found.totals.tolist() == [4, 3]
    assert found.above.sum(axis=1).tolist() == [3, 0]  # a limit that is not a number is never passed
    assert (found.above[0, 0], found.above[0, 7]) == (2, 1)
    assert found.excess.tolist() == [2 + 2 + 1, 0]
    assert found.squares.tolist() == pytest.approx([4 + 4 + 1, 0], rel=1e-6)
    assert found.side.values.tolist() == [0.75, 0]


def test_the_interval_of_a_total_is_that_of_its_mean_with_each_group_left_out():
    rng = np.random.default_rng(2)
    group = np.sort(rng.integers(0, 64, 500))
    seconds = np.rint(np.exp(2 + rng.standard_normal(64)[group] + rng.standard_normal(500)))  # alike within a group
    found = Beyond.of(
        durations([(0, took, place, 1) for took, place in zip(seconds, group, strict=True)]), np.full(1, 4)
    )
    beyond = np.maximum(seconds - 4, 0)
    means = np.array([beyond[group != left].mean() for left in np.unique(group)])
    error = 500 * np.sqrt((len(means) - 1) / len(means) * ((means - means.mean()) ** 2).sum())
    sizes = np.bincount(group)
    reach = t.ppf(0.975, sizes.sum() ** 2 / (sizes**2).sum() - 1) * error / beyond.sum()
    low, high = found.excess_interval(0.95)
    assert found.excess[0] == pytest.approx(beyond.sum())
    assert [low[0], high[0]] == pytest.approx([beyond.sum() * np.exp(-reach), beyond.sum() * np.exp(reach)])


@pytest.mark.parametrize("rows", [[(0, 9, 3, 5)], [(0, 1, 3, 5), (0, 2, 4, 5)]])
def test_one_group_or_nothing_beyond_the_limit_tells_nothing_of_the_total(rows):
    low, high = Beyond.of(durations(rows), np.array([2.0])).excess_interval(0.95)
    assert (low.tolist(), high.tolist()) == ([0], [np.inf])
