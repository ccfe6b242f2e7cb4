"""The share of visits not yet followed by another, some still open: Kaplan-Meier for all activities at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from journeymine.summary.counts import Counts, blocks_of, take, totals
from journeymine.summary.quantiles import at_ranks
from journeymine.summary.stretches import Stretches

__all__ = ["Survival"]

_ALMOST_ALL = 0.95


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
    def open_rows(self) -> np.ndarray:
        """Rows of open visits."""
        return np.flatnonzero(self.is_open)

    @cached_property
    def visits(self) -> np.ndarray:
        """Visits of each activity, shape (activities,)."""
        return totals(self.places, self.gaps["count"], len(self.activities))

    @cached_property
    def naive_rates(self) -> np.ndarray:
        """Share of visits without a next event in the log, open or not, shape (activities,)."""
        rows = self.open_rows
        still_open = totals(self.places[rows], take(self.gaps["count"], rows), len(self.activities))
        return still_open / np.maximum(self.visits, 1)

    @cached_property
    def longest_observed(self) -> np.ndarray:
        """Longest time a visit of each activity was observed, microseconds, int64, shape (activities,)."""
        longest = np.zeros(len(self.activities), np.int64)
        np.maximum.at(longest, self.places, self.gaps["duration"])
        return longest

    # --- curves, up to a window ------------------------------------------------------------------------------------

    def until(self, windows: np.ndarray | None) -> Stretches:
        """Cut the time after visits at the ends of the open ones.

        Parameters
        ----------
        windows
            Microseconds, int64, shape (activities,): how far; None for all of the time.

        Returns
        -------
        Stretches
            Made once for the same windows.
        """
        key = None if windows is None else windows.tobytes()
        if key not in self._cut:
            self._cut[key] = Stretches(self.gaps, self.places, self.open_rows, self.visits, windows)
        return self._cut[key]

    @cached_property
    def _cut(self) -> dict[bytes | None, Stretches]:
        return {}

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
        every = self.until(None)
        after = every.survival * (1 - every.followed / np.maximum(every.at_risk, 1))
        wanted = 1 - _ALMOST_ALL * (1 - after[every.lasts]) + 1e-12
        reached = (after <= np.repeat(wanted, np.diff(every.firsts))) & (every.followed > 0)
        stretch = np.minimum.reduceat(np.where(reached, np.arange(len(reached)), len(reached)), every.firsts[:-1])
        came_back = stretch < len(reached)
        return np.where(came_back, self._when(np.where(came_back, stretch, 0), wanted, came_back), 0)

    def _when(self, stretch: np.ndarray, wanted: np.ndarray, came_back: np.ndarray) -> np.ndarray:
        """Find the next event in a stretch of each activity at which the share still without one is as wanted."""
        every = self.until(None)
        needed = np.ceil(every.at_risk[stretch] * (1 - wanted / every.survival[stretch]) - 1e-6).astype(np.int64)
        needed = np.clip(needed, 1, np.maximum(every.followed[stretch], 1))
        followed = np.cumsum(every.followed) - every.followed
        ranks = followed[stretch] - followed[every.firsts[:-1]] + needed - 1
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
        curve = self.until(windows)
        at_risk, rates = curve.at_risk[curve.lasts], curve.survival[curve.lasts]
        unknown = (at_risk == 0) & (rates > 1e-12)
        return np.where(unknown, np.nan, np.where(rates < 1e-12, 0.0, rates)), at_risk

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
        curve = self.until(windows)
        shares = self.gaps["count"] * curve.per_visit[curve.numbers]
        shares[self.open_rows] = 0
        return shares

    def fates(self, windows: np.ndarray, kinds: np.ndarray, size: int) -> np.ndarray:
        """Give the share of visits that each kind of next event follows within a window.

        Parameters
        ----------
        windows
            Microseconds, int64, shape (activities,).
        kinds
            Kind of each next activity, integers in [0, `size`), by code.
        size
            Number of kinds.

        Returns
        -------
        numpy.ndarray
            Sums of `shares`, shape (activities, `size`).
        """
        curve = self.until(windows)
        coming = np.zeros(curve.firsts[-1] * size, np.int64)
        for rows in blocks_of(len(self.places), len(coming)):
            place = curve.numbers[rows] * np.int64(size) + kinds[self.gaps["next_activity"][rows]]
            coming += totals(place, self.gaps["count"][rows], len(coming))
        still_open = curve.numbers[self.open_rows] * np.int64(size) + kinds[0]
        coming -= totals(still_open, take(self.gaps["count"], self.open_rows), len(coming))
        return np.add.reduceat(coming.reshape(-1, size) * curve.per_visit[:, None], curve.firsts[:-1])

    def bins(self, windows: np.ndarray, num_bins: int) -> np.ndarray:
        """Put the stretches until a window together into bins that hold about the same number of next events.

        Parameters
        ----------
        windows
            Microseconds, int64, shape (activities,).
        num_bins
            How many bins there are up to a window, at most.

        Returns
        -------
        numpy.ndarray
            Bin of each stretch, shape (stretches,); `num_bins` beyond the window.
        """
        curve = self.until(windows)
        before = np.cumsum(curve.followed) - curve.followed
        of_activity, firsts = np.diff(curve.firsts), curve.firsts[:-1]
        before -= np.repeat(before[firsts], of_activity)
        per_bin = np.repeat(np.maximum(before[curve.lasts], 1), of_activity) / num_bins
        bins = np.minimum(before / per_bin, num_bins - 1).astype(np.min_scalar_type(num_bins))
        bins[curve.lasts] = num_bins
        return bins
