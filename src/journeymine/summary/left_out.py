"""Curves of the time to the next event with each group of customers left out, for intervals."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Final

import numpy as np

from journeymine.summary.counts import blocks_of, share_totals, take, totals
from journeymine.summary.groups import NUM_GROUPS
from journeymine.summary.survival import Survival

__all__ = ["LeftOut"]

_BINS: Final = 64
_CELLS: Final = 1 << 23


@dataclass(frozen=True)
class LeftOut:
    """What curves say up to a window with each of the 64 groups of customers left out.

    Attributes
    ----------
    curves
        The curves of all customers.
    windows
        Microseconds, int64, shape (activities,).

    Notes
    -----
    The delete-one-group jackknife [1]_ asks how much an estimate moves when a group is taken out. For it, durations are
    put into at most 64 bins that hold about the same number of next events: 64 curves then cost little more than one.

    References
    ----------
    .. [1] Kott (2001), The delete-a-group jackknife, J. Official Statistics 17(4).
    """

    curves: Survival
    windows: np.ndarray

    @property
    def _num_bins(self) -> int:
        """As many as fit, where there are thousands of activities."""
        return int(np.clip(_CELLS // max(len(self.windows) * NUM_GROUPS, 1), 8, _BINS))

    @property
    def _shape(self) -> tuple[int, int, int]:
        """Activities, groups, and bins with one more for all beyond the window."""
        return len(self.windows), NUM_GROUPS, self._num_bins + 1

    @cached_property
    def _bins(self) -> np.ndarray:
        return self.curves.bins(self.windows, self._num_bins).astype(
            np.int32 if prod(self._shape) < 2**31 else np.int64
        )

    def _cells(self, rows: slice | np.ndarray) -> np.ndarray:
        """Give the place of some rows in a table of `_shape`."""
        cells = self._bins[self.curves.until(self.windows).numbers[rows]]
        kind = cells.dtype.type
        groups = self.curves.places[rows].astype(kind) * kind(NUM_GROUPS) + self.curves.gaps["group"][rows]
        return groups * kind(self._num_bins + 1) + cells

    @cached_property
    def _leaving(self) -> np.ndarray:
        every, size = np.zeros(self._shape, np.int64), prod(self._shape)
        for rows in blocks_of(len(self.curves.places), size):
            every += totals(self._cells(rows), self.curves.gaps["count"][rows], size).reshape(self._shape)
        return every

    @cached_property
    def _coming(self) -> np.ndarray:
        ends = self.curves.open_rows
        still_open = totals(self._cells(ends), take(self.curves.gaps["count"], ends), prod(self._shape))
        return self._leaving - still_open.reshape(self._shape)

    @property
    def sizes(self) -> np.ndarray:
        """Visits of each group, shape (activities, groups)."""
        return self._leaving.sum(axis=2)

    @cached_property
    def _others_at_risk(self) -> np.ndarray:
        """Visits of all other groups that are at risk when a bin begins, shape (activities, groups, bins)."""
        at_risk = self._leaving[..., ::-1].cumsum(axis=2)[..., ::-1]
        return (at_risk.sum(axis=1, keepdims=True) - at_risk)[..., :-1]

    @cached_property
    def _after(self) -> np.ndarray:
        """Share not yet followed after each bin, shape (activities, groups, bins)."""
        others_coming = (self._coming.sum(axis=1, keepdims=True) - self._coming)[..., :-1]
        return np.cumprod(1 - np.minimum(others_coming / np.maximum(self._others_at_risk, 1), 1), axis=2)

    @property
    def rates(self) -> np.ndarray:
        """Share of visits without a next event within the window, shape (activities, groups)."""
        return self._after[..., -1]

    @cached_property
    def _per_visit(self) -> np.ndarray:
        """Share of all visits that one next event in a bin stands for, shape (activities, groups, bins)."""
        before = np.concatenate((np.ones((*self._shape[:2], 1)), self._after[..., :-1]), axis=2)
        return before / np.maximum(self._others_at_risk, 1)

    def shares(self, rows: np.ndarray, causes: np.ndarray, places: np.ndarray) -> np.ndarray:
        """Give the share of visits that each cause ends.

        Parameters
        ----------
        rows
            Rows of the curves' gaps that are followed within the window.
        causes
            Cause of each of them, integers from 0.
        places
            Which activity's visits a cause ends, a place in ``curves.activities``, sorted, shape (causes,).

        Returns
        -------
        numpy.ndarray
            By Aalen and Johansen [1]_, shape (causes, groups). The shares of one activity add up to 1 − its `rates`.

        References
        ----------
        .. [1] Aalen & Johansen (1978), An empirical transition matrix for non-homogeneous Markov chains based on
           censored observations, Scand. J. Statistics 5(3).
        """
        cells, counts = self._cells(rows), take(self.curves.gaps["count"], rows)
        bins = cells % (self._num_bins + 1)
        coming = totals(causes * np.int64(self._num_bins) + bins, counts, len(places) * self._num_bins)
        coming = coming.reshape(len(places), self._num_bins)
        firsts = np.searchsorted(places, np.arange(len(self.windows) + 1))
        every = np.concatenate(
            [
                coming[first:last] @ per_visit.T
                for first, last, per_visit in zip(firsts[:-1], firsts[1:], self._per_visit, strict=True)
            ]
            or [np.zeros((0, NUM_GROUPS))]
        )
        groups = self.curves.gaps["group"][rows]
        own = self._per_visit[self.curves.places[rows], groups, bins] * counts
        return every - share_totals(causes * np.int64(NUM_GROUPS) + groups, own, every.size).reshape(every.shape)
