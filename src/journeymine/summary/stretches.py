"""Time cut at the ends of open visits: what Kaplan-Meier curves need to know of each visit, and no more."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from journeymine.summary.counts import Counts, blocks_of, take, totals
from journeymine.summary.scale import Scale

__all__ = ["Stretches"]

_CERTAIN = -700.0  # stands for the logarithm of zero, and leaves sums of it finite
_CELLS: Final = 64  # for each end, rows that the scale on which it is looked up is made for


@dataclass(frozen=True)
class Stretches:
    """The time after visits, cut at the ends of the open ones; for each activity by itself.

    Attributes
    ----------
    gaps
        Visits with the ``duration`` they were followed for, and the measure ``count``.
    places
        Number of each row's activity, shape (rows,).
    open_rows
        Rows of open visits.
    visits
        Visits of each activity, shape (activities,).
    windows
        Microseconds, int64, shape (activities,): how far to cut; what lies beyond is one stretch more. None for all of
        the time.

    Notes
    -----
    Between two ends nobody leaves the risk set but by a next event, so that the curve is a plain proportion there: for
    a visit that was followed it is enough to know between which ends. Ends beyond the window say nothing about the time
    before it, and they are most of them.
    """

    gaps: Counts
    places: np.ndarray
    open_rows: np.ndarray
    visits: np.ndarray
    windows: np.ndarray | None

    @cached_property
    def ends(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Activity, duration and number of the ends of open visits, by activity and duration."""
        rows, gaps = self.open_rows, self.gaps
        if self.windows is not None:
            rows = rows[gaps["duration"][rows] < self.windows[self.places[rows]]]
        ends = Counts.of(
            {"place": self.places[rows], "duration": gaps["duration"][rows]},
            {"count": take(gaps["count"], rows)},
        )
        return ends["place"], ends["duration"], ends["count"]

    @cached_property
    def firsts(self) -> np.ndarray:
        """First stretch of each activity, and one after the last: an activity has two more than it has ends."""
        per_activity = np.bincount(self.ends[0], minlength=len(self.visits)) + 2
        return np.concatenate(([0], np.cumsum(per_activity)))

    @property
    def lasts(self) -> np.ndarray:
        """Last stretch of each activity: the one beyond its window."""
        return self.firsts[1:] - 1

    @cached_property
    def numbers(self) -> np.ndarray:
        """Number of the stretch in which each row's next event came, or which its own end closes."""
        place, durations, _ = self.ends
        scale = Scale.for_rows(len(self.visits), _CELLS * len(durations))
        per_cell = np.bincount(scale.cells(place, durations), minlength=len(self.visits) * scale.size)
        before = np.concatenate(([0], np.cumsum(per_cell))).astype(np.int32)
        numbers = np.empty(len(self.places), np.int32)
        for rows in blocks_of(len(numbers)):
            places, lasting = self.places[rows], self.gaps["duration"][rows]
            cells = scale.cells(places, lasting)
            ends_before = _narrowed(before[cells], before[cells + 1], durations, lasting)
            ends_before += places.astype(np.int32) << 1
            numbers[rows] = ends_before
            if self.windows is not None:
                beyond = np.flatnonzero(lasting > self.windows[places])
                numbers[rows.start + beyond] = self.lasts[places[beyond]]
        return numbers

    @cached_property
    def followed(self) -> np.ndarray:
        """Next events in each stretch, shape (stretches,)."""
        every = totals(self.numbers, self.gaps["count"], self.firsts[-1])
        rows = self.open_rows
        return every - totals(self.numbers[rows], take(self.gaps["count"], rows), self.firsts[-1])

    @cached_property
    def at_risk(self) -> np.ndarray:
        """Visits at risk when each stretch begins."""
        closing = np.zeros(self.firsts[-1], np.int64)
        place, _, count = self.ends
        closing[np.arange(len(place)) + 2 * place.astype(np.int64)] = count
        leaving = self.followed + closing
        left = np.cumsum(leaving) - leaving
        firsts = self.firsts[:-1]
        return np.repeat(self.visits + left[firsts], np.diff(self.firsts)) - left

    @cached_property
    def survival(self) -> np.ndarray:
        """Share not yet followed when each stretch begins."""
        with np.errstate(divide="ignore"):
            logs = np.maximum(np.log1p(-self.followed / np.maximum(self.at_risk, 1)), _CERTAIN)
        before = np.cumsum(logs) - logs
        return np.minimum(np.exp(before - np.repeat(before[self.firsts[:-1]], np.diff(self.firsts))), 1)

    @cached_property
    def per_visit(self) -> np.ndarray:
        """Share of all visits that one next event in a stretch stands for; 0 beyond the window."""
        shares = self.survival / np.maximum(self.at_risk, 1)
        if self.windows is not None:
            shares[self.lasts] = 0
        return shares


def _narrowed(low: np.ndarray, high: np.ndarray, ends: np.ndarray, durations: np.ndarray) -> np.ndarray:
    """Count the ends before each duration, known to lie between two numbers: a binary search of all at once."""
    pending = np.flatnonzero(low < high)
    while len(pending):
        middle = (low[pending] + high[pending]) >> 1
        later = ends[middle] < durations[pending]
        low[pending] = np.where(later, middle + 1, low[pending])
        high[pending] = np.where(later, high[pending], middle)
        pending = pending[low[pending] < high[pending]]
    return low
