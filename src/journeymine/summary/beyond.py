"""What durations take beyond a limit: how many of them, how long in all, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from journeymine.summary.counts import blocks_of, take, totals
from journeymine.summary.estimates import Side
from journeymine.summary.groups import NUM_GROUPS
from journeymine.summary.intervals import positive_interval
from journeymine.summary.jackknife import jackknife_errors, shares_without_each
from journeymine.summary.quantiles import Durations

__all__ = ["Beyond"]

_UNIT: Final = 2.0**30  # parts of the largest square, whose sums do not depend on their order


@dataclass(frozen=True)
class Beyond:
    """Durations beyond a limit of their kind, by customer group.

    Attributes
    ----------
    passes, above
        How many durations there are, and how many are longer than the limit, shape (kinds, groups).
    seconds
        What those take beyond it, added up, shape (kinds, groups).
    squares
        The same squared, over all groups, shape (kinds,); in parts of the largest, so that the order does not matter.
    """

    passes: np.ndarray
    above: np.ndarray
    seconds: np.ndarray
    squares: np.ndarray

    @classmethod
    def of(cls, times: Durations, limits: np.ndarray) -> Beyond:
        """Measure durations against limits.

        Parameters
        ----------
        times
            With the key ``group``.
        limits
            Seconds, shape (kinds,); nothing is longer than a limit that is not a number.

        Returns
        -------
        Beyond
            Of all kinds.
        """
        size = len(limits) * NUM_GROUPS
        passes, above, summed = np.zeros((3, size), np.int64)
        squares, most = np.zeros(len(limits), np.int64), _longest(times, len(limits))
        for rows in blocks_of(len(times.codes), size):
            codes, durations, counts = times.codes[rows], times.counts["duration"][rows], times.counts["count"][rows]
            cells = codes.astype(np.int64) * NUM_GROUPS + times.counts["group"][rows]
            over = durations / 1e6 - limits[codes]
            longer = np.flatnonzero(over > 0)
            passes += totals(cells, counts, size)
            codes, cells, counts = codes[longer], cells[longer], take(counts, longer)
            above += totals(cells, counts, size)
            np.add.at(summed, cells, durations[longer] * counts)
            np.add.at(squares, codes, np.rint((over[longer] / most[codes]) ** 2 * _UNIT).astype(np.int64) * counts)
        passes, above, summed = (sums.reshape(-1, NUM_GROUPS) for sums in (passes, above, summed))
        seconds = summed / 1e6 - np.nan_to_num(limits)[:, None] * above
        return cls(passes, above, seconds, squares * (most**2 / _UNIT))

    @cached_property
    def totals(self) -> np.ndarray:
        """Number of durations of each kind, shape (kinds,)."""
        return self.passes.sum(axis=1)

    @cached_property
    def side(self) -> Side:
        """Share of durations above the limit, to be compared with other shares."""
        shares, left_out = shares_without_each(self.above, self.passes)
        return Side(shares, left_out, self.passes, 1 / np.maximum(self.totals, 1))

    @cached_property
    def excess(self) -> np.ndarray:
        """What durations take beyond the limit in total, seconds, shape (kinds,)."""
        return self.seconds.sum(axis=1)

    def excess_interval(self, confidence: float) -> tuple[np.ndarray, np.ndarray]:
        """Give an interval of the total, for as many durations and a limit that is sure.

        Parameters
        ----------
        confidence
            Such as 0.95.

        Returns
        -------
        low, high : numpy.ndarray
            Seconds, shape (kinds,): by the delete-one-group jackknife [1]_, on the log scale, never narrower than if
            durations were independent; 0 and infinite where there is too little to tell.

        References
        ----------
        .. [1] Kott (2001), The delete-a-group jackknife, J. Official Statistics 17(4).
        """
        means, left_out = shares_without_each(self.seconds, self.passes)
        errors, freedom = jackknife_errors(left_out, self.passes)
        spread = np.maximum(self.squares / np.maximum(self.totals, 1) - means**2, 0)
        errors = self.totals * np.maximum(errors, np.sqrt(spread / np.maximum(self.totals, 1)))
        low, high = positive_interval(self.excess, errors, freedom, confidence)
        return np.nan_to_num(low, nan=0.0), np.nan_to_num(high, nan=np.inf, posinf=np.inf)


def _longest(times: Durations, kinds: int) -> np.ndarray:
    """Give the longest duration of each kind, in seconds."""
    longest = np.ones(kinds, np.int64)
    np.maximum.at(longest, times.codes, times.counts["duration"])
    return longest / 1e6
