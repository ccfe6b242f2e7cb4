"""The share of visits not yet followed by another, some still open: Kaplan-Meier for all activities at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from journeymine.summary.counts import Counts, blocks_of, take, totals
from journeymine.summary.quantiles import at_ranks
from journeymine.summary.scale import Scale

__all__ = ["Survival"]

_ALMOST_ALL = 0.95
_CERTAIN = -700.0  # stands for the logarithm of zero, and leaves sums of it finite


@dataclass(frozen=True)
class Survival:
    """Kaplan-Meier curves of the time to the next event, one an activity.

    Attributes
    ----------
    gaps
        The part ``gaps`` of a summary, by ``activity``, ``duration``, ``next_activity`` and ``group``, in any order.

    Notes
    -----
    A visit leaves the risk set when the next event comes or when its source ends. Events at one duration come before
    ends at the same duration, as usual [1]_. Between two ends the curve is a plain proportion of those at risk: so only
    the open visits, which are few, need be in order, and for the others it is enough to know between which ends they
    came.

    References
    ----------
    .. [1] Kaplan & Meier (1958), Nonparametric estimation from incomplete observations, J. Am. Stat. Assoc. 53(282).
    """

    gaps: Counts

    # --- visits, followed and open -------------------------------------------------------------------------------

    @cached_property
    def activities(self) -> np.ndarray:
        """Codes of the activities that were visited, sorted, shape (activities,)."""
        codes = self.gaps["activity"]
        visits = totals(codes, self.gaps["count"], int(codes.max(initial=0)) + 1)
        return np.flatnonzero(visits).astype(codes.dtype)

    @cached_property
    def places(self) -> np.ndarray:
        """Number of each row's activity among those visited, shape (rows of `gaps`,)."""
        kind = np.min_scalar_type(len(self.activities))
        places = np.zeros(int(self.activities.max(initial=0)) + 1, kind)
        places[self.activities] = np.arange(len(self.activities))
        return places[self.gaps["activity"]]

    @cached_property
    def is_open(self) -> np.ndarray:
        """True for rows of visits that were not followed as long as they were observed."""
        return self.gaps["next_activity"] == 0

    @cached_property
    def _open_rows(self) -> np.ndarray:
        return np.flatnonzero(self.is_open)

    @cached_property
    def visits(self) -> np.ndarray:
        """Visits of each activity, shape (activities,)."""
        return totals(self.places, self.gaps["count"], len(self.activities))

    @cached_property
    def naive_rates(self) -> np.ndarray:
        """Share of visits without a next event in the log, open or not, shape (activities,)."""
        rows = self._open_rows
        still_open = totals(self.places[rows], take(self.gaps["count"], rows), len(self.activities))
        return still_open / np.maximum(self.visits, 1)

    @cached_property
    def longest_observed(self) -> np.ndarray:
        """Longest time a visit of each activity was observed, microseconds, int64, shape (activities,)."""
        longest = np.zeros(len(self.activities), np.int64)
        np.maximum.at(longest, self.places, self.gaps["duration"])
        return longest

    # --- the ends of open visits, and the stretches between them ---------------------------------------------------

    @cached_property
    def _ends(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Give activity, duration and number of the ends of open visits, by activity and duration."""
        rows = self._open_rows
        ends = Counts.of(
            {"place": self.places[rows], "duration": self.gaps["duration"][rows]},
            {"count": take(self.gaps["count"], rows)},
        )
        return ends["place"], ends["duration"], ends["count"]

    @cached_property
    def _firsts(self) -> np.ndarray:
        """First stretch of each activity, and one after the last: an activity has one more than it has ends."""
        per_activity = np.bincount(self._ends[0], minlength=len(self.activities)) + 1
        return np.concatenate(([0], np.cumsum(per_activity)))

    @cached_property
    def _stretch(self) -> np.ndarray:
        """Number of the stretch in which each row's next event came, or which its own end closes."""
        place, durations, _ = self._ends
        scale = Scale.for_rows(len(self.activities), len(self.places))
        per_cell = np.bincount(scale.cells(place, durations), minlength=len(self.activities) * scale.size)
        before = np.concatenate(([0], np.cumsum(per_cell))).astype(np.int32)
        stretches = np.empty(len(self.places), np.int32)
        for rows in blocks_of(len(stretches)):
            cells = scale.cells(self.places[rows], self.gaps["duration"][rows])
            ends_before = _narrowed(before[cells], before[cells + 1], durations, self.gaps["duration"][rows])
            stretches[rows] = ends_before + self.places[rows]
        return stretches

    @cached_property
    def _followed(self) -> np.ndarray:
        """Next events in each stretch, shape (stretches,)."""
        every = totals(self._stretch, self.gaps["count"], self._firsts[-1])
        rows = self._open_rows
        return every - totals(self._stretch[rows], take(self.gaps["count"], rows), self._firsts[-1])

    @cached_property
    def _at_risk(self) -> np.ndarray:
        """Visits at risk when each stretch begins."""
        closing = np.zeros(self._firsts[-1], np.int64)
        place, _, count = self._ends
        closing[np.arange(len(place)) + place] = count
        leaving = self._followed + closing
        left = np.cumsum(leaving) - leaving
        firsts = self._firsts[:-1]
        return np.repeat(self.visits + left[firsts], np.diff(self._firsts)) - left

    @cached_property
    def _survival(self) -> np.ndarray:
        """Share not yet followed when each stretch begins."""
        with np.errstate(divide="ignore"):
            logs = np.maximum(np.log1p(-self._followed / np.maximum(self._at_risk, 1)), _CERTAIN)
        before = np.cumsum(logs) - logs
        return np.minimum(np.exp(before - np.repeat(before[self._firsts[:-1]], np.diff(self._firsts))), 1)

    def _after(self, stretches: np.ndarray, followed: np.ndarray) -> np.ndarray:
        """Give the share not yet followed after some of the next events of a stretch have come."""
        return self._survival[stretches] * (1 - followed / np.maximum(self._at_risk[stretches], 1))

    # --- what is read off the curves -------------------------------------------------------------------------------

    def usual_return(self) -> np.ndarray:
        """Give the time within which nearly all who come back have come back.

        Returns
        -------
        numpy.ndarray
            The 95th percentile of each activity's time to the next event among visits that have one, corrected for open
            visits, in microseconds, int64, shape (activities,); 0 where nobody came back.
        """
        if not len(self.activities):
            return np.empty(0, np.int64)
        after = self._after(np.arange(len(self._followed)), self._followed)
        wanted = 1 - _ALMOST_ALL * (1 - after[self._firsts[1:] - 1]) + 1e-12
        reached = (after <= np.repeat(wanted, np.diff(self._firsts))) & (self._followed > 0)
        stretch = np.minimum.reduceat(np.where(reached, np.arange(len(reached)), len(reached)), self._firsts[:-1])
        came_back = stretch < len(reached)
        return np.where(came_back, self._when(np.where(came_back, stretch, 0), wanted, came_back), 0)

    def _when(self, stretch: np.ndarray, wanted: np.ndarray, came_back: np.ndarray) -> np.ndarray:
        """Find the next event in a stretch of each activity at which the share still without one is as wanted."""
        needed = np.ceil(self._at_risk[stretch] * (1 - wanted / self._survival[stretch]) - 1e-6).astype(np.int64)
        needed = np.clip(needed, 1, np.maximum(self._followed[stretch], 1))
        followed = np.cumsum(self._followed) - self._followed
        ranks = followed[stretch] - followed[self._firsts[:-1]] + needed - 1
        kinds = np.where(self.is_open, self.places.dtype.type(len(ranks)), self.places)  # open visits are apart
        find = at_ranks(kinds, self.gaps["duration"], self.gaps["count"], len(ranks) + 1)
        return find(np.append(np.where(came_back, ranks, 0), 0))[:-1]

    def within(self, windows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Give the share of visits without a next event within a window.

        Parameters
        ----------
        windows
            Microseconds, int64, shape (activities,).

        Returns
        -------
        rates : numpy.ndarray
            In [0, 1], shape (activities,); not a number where no visit was observed that long.
        at_risk : numpy.ndarray
            Visits still observed, without a next event, at the end of the window, shape (activities,).
        """
        stretch = self._stretch_at(windows)
        followed = np.zeros(len(windows), np.int64)
        for rows in blocks_of(len(self.places)):
            inside = (self._stretch[rows] == stretch[self.places[rows]]) & self.is_inside(windows, rows)
            counted = np.where(inside & ~self.is_open[rows], self.gaps["count"][rows], 0)
            followed += totals(self.places[rows], counted, len(windows))
        at_risk = self._at_risk[stretch] - followed
        rates = self._after(stretch, followed)
        unknown = (at_risk == 0) & (rates > 1e-12)
        return np.where(unknown, np.nan, np.where(rates < 1e-12, 0.0, rates)), at_risk

    def _stretch_at(self, windows: np.ndarray) -> np.ndarray:
        """Find the stretch in which each activity's window ends."""
        place, durations, _ = self._ends
        ends_before = np.bincount(place[durations < windows[place]], minlength=len(windows))
        return self._firsts[:-1] + ends_before

    def is_inside(self, windows: np.ndarray, rows: slice = slice(None)) -> np.ndarray:
        """Tell which rows end within their activity's window.

        Parameters
        ----------
        windows
            Microseconds, int64, shape (activities,).
        rows
            Which rows of `gaps`; by default all.

        Returns
        -------
        numpy.ndarray
            Shape (rows,).
        """
        return self.gaps["duration"][rows] <= windows[self.places[rows]]

    def shares(self, windows: np.ndarray) -> np.ndarray:
        """Give the share of visits that each row of gaps stands for, so that what comes next can be added up.

        Parameters
        ----------
        windows
            Microseconds, int64, shape (activities,).

        Returns
        -------
        numpy.ndarray
            Shape (rows of `gaps`,); 0 for open visits and beyond the window. The shares of one activity and next
            activity add up to the chance that it comes next within the window [1]_, those of one activity to its
            1 − `within`.

        References
        ----------
        .. [1] Aalen & Johansen (1978), An empirical transition matrix for non-homogeneous Markov chains based on
           censored observations, Scand. J. Statistics 5(3).
        """
        per_visit = self._survival / np.maximum(self._at_risk, 1)
        counted = np.where(self.is_inside(windows) & ~self.is_open, self.gaps["count"], 0)
        return counted * per_visit[self._stretch]

    def bins(self, windows: np.ndarray, num_bins: int) -> np.ndarray:
        """Put stretches together into bins that hold about the same number of next events.

        Parameters
        ----------
        windows
            Microseconds, int64, shape (activities,).
        num_bins
            How many bins there are up to a window, at most.

        Returns
        -------
        numpy.ndarray
            Bin of each row of `gaps`, shape (rows of `gaps`,); `num_bins` beyond the window.
        """
        of_stretch = self._bins_of_stretches(windows, num_bins).astype(np.min_scalar_type(num_bins))
        bins = np.empty(len(self.places), of_stretch.dtype)
        for rows in blocks_of(len(bins)):
            bins[rows] = np.where(self.is_inside(windows, rows), of_stretch[self._stretch[rows]], num_bins)
        return bins

    def _bins_of_stretches(self, windows: np.ndarray, num_bins: int) -> np.ndarray:
        numbers, last = np.arange(self._firsts[-1]), np.repeat(self._stretch_at(windows), np.diff(self._firsts))
        followed = np.where(numbers <= last, self._followed, 0)
        before = np.cumsum(followed) - followed
        firsts = self._firsts[:-1]
        before -= np.repeat(before[firsts], np.diff(self._firsts))
        every = np.add.reduceat(followed, firsts) if len(firsts) else followed
        per_bin = np.repeat(np.maximum(every, 1), np.diff(self._firsts)) / num_bins
        return np.minimum(before / per_bin, num_bins - 1)


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
