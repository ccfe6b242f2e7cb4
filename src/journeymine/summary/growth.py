"""How the share of journeys that reached their goal grows with time, other ends competing, with its intervals."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from journeymine.summary.counts import Counts, totals
from journeymine.summary.groups import NUM_GROUPS
from journeymine.summary.intervals import share_interval
from journeymine.summary.jackknife import jackknife_errors
from journeymine.summary.journeys import GOAL, OTHER_END, STILL_OPEN
from journeymine.summary.survival import Survival

__all__ = ["Growth"]

_BINS: Final = 128


@dataclass(frozen=True)
class Growth:
    """Shares of journeys that reached their goal, or another end, within any time up to a window.

    Attributes
    ----------
    journeys
        Counts by ``activity`` (of one value), ``duration``, ``next_activity`` and ``group``, as
        `journeymine.summary.journeys.of` gives them.
    customers
        How many customers made them.
    window
        Microseconds.
    confidence
        Of the intervals.

    Notes
    -----
    By Aalen and Johansen [1]_: a journey that another end completes cannot reach the goal any more; one that is open
    counts for as long as it was watched.

    References
    ----------
    .. [1] Aalen & Johansen (1978), An empirical transition matrix for non-homogeneous Markov chains based on censored
       observations, Scand. J. Statistics 5(3).
    """

    journeys: Counts
    customers: int
    window: int
    confidence: float

    # --- the curve -------------------------------------------------------------------------------------------------

    @cached_property
    def _order(self) -> np.ndarray:
        return np.argsort(self.journeys["duration"], kind="stable")

    def _sorted(self, name: str) -> np.ndarray:
        return self.journeys[name][self._order]

    @cached_property
    def num_journeys(self) -> int:
        """Number of journeys."""
        return int(self.journeys["count"].sum())

    @cached_property
    def _shares(self) -> np.ndarray:
        """Share that each row stands for, by duration."""
        windows = np.full(min(self.num_journeys, 1), self.window)
        return Survival(self.journeys).shares(windows)[self._order]

    def within(self, times: np.ndarray, cause: int = GOAL) -> np.ndarray:
        """Give the share of journeys that an end completed within some times.

        Parameters
        ----------
        times
            Microseconds, int64, shape (times,).
        cause
            `GOAL` or `OTHER_END`.

        Returns
        -------
        numpy.ndarray
            In [0, 1], shape (times,).
        """
        running = np.cumsum(np.where(self._sorted("next_activity") == cause, self._shares, 0.0))
        places = np.searchsorted(self._sorted("duration"), times, side="right")
        return np.concatenate(([0.0], running))[places].clip(0, 1)

    def counted(self, times: np.ndarray, cause: int = GOAL) -> np.ndarray:
        """Count the journeys that an end was seen to complete within some times.

        Parameters
        ----------
        times
            Microseconds, int64, shape (times,).
        cause
            `GOAL` or `OTHER_END`.

        Returns
        -------
        numpy.ndarray
            int64, shape (times,).
        """
        running = np.cumsum(np.where(self._sorted("next_activity") == cause, self._sorted("count"), 0))
        return np.concatenate(([0], running))[np.searchsorted(self._sorted("duration"), times, side="right")]

    def at_risk(self, times: np.ndarray) -> np.ndarray:
        """Count the journeys that were still watched, and not completed, after some times.

        Parameters
        ----------
        times
            Microseconds, int64, shape (times,).

        Returns
        -------
        numpy.ndarray
            int64, shape (times,).
        """
        left = np.cumsum(self._sorted("count")[::-1])[::-1]
        later = np.append(left, 0)[np.searchsorted(self._sorted("duration"), times, side="right")]
        ends = self._sorted("next_activity") == STILL_OPEN
        durations, counts = self._sorted("duration")[ends], np.cumsum(self._sorted("count")[ends])
        just = [np.append(0, counts)[np.searchsorted(durations, times, side=side)] for side in ("left", "right")]
        return later + just[1] - just[0]

    def when(self, shares: np.ndarray) -> np.ndarray:
        """Give the time after which the goal was reached by some of those who reach it within the window.

        Parameters
        ----------
        shares
            In [0, 1], shape (n,).

        Returns
        -------
        numpy.ndarray
            Microseconds, int64, shape (n,); -1 where nobody reached it.
        """
        came = (self._sorted("next_activity") == GOAL) & (self._sorted("duration") <= self.window)
        if not came.any():
            return np.full(len(shares), -1)
        running = np.cumsum(self._shares[came])
        places = np.searchsorted(running / running[-1], shares - 1e-12)
        return self._sorted("duration")[came][np.minimum(places, len(running) - 1)]

    # --- intervals -------------------------------------------------------------------------------------------------

    def interval(self, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Give intervals of the share that reached the goal, with the customer as unit.

        Parameters
        ----------
        times
            Microseconds up to the window, int64, sorted, shape (times,).

        Returns
        -------
        low, high : numpy.ndarray
            In [0, 1], shape (times,).
        """
        shares = self.within(times)
        errors, freedom = jackknife_errors(self._left_out(times).T, np.broadcast_to(self._sizes, (len(times), 64)))
        errors = np.maximum(errors, np.sqrt(shares * (1 - shares) / max(self.num_journeys, 1)))
        known = self.at_risk(times) + self.counted(times) + self.counted(times, OTHER_END)
        customers = self.customers * known / max(self.num_journeys, 1)
        return share_interval(shares, errors, freedom, self.confidence, customers)

    def median(self) -> tuple[float, float, float]:
        """Give the median time of those who reach the goal within the window, with its interval.

        Returns
        -------
        median, low, high : float
            Microseconds, corrected for open journeys; not a number where nobody reached the goal. The interval is that
            of the share who need no longer than the median, read off the curve [1]_; 0 and infinite where too few
            reached it to tell.

        References
        ----------
        .. [1] Woodruff (1952), Confidence intervals for medians and other position measures, J. Am. Stat. Assoc.
           47(260).
        """
        middle = self.when(np.array([0.5]))
        if middle[0] < 0:
            return np.nan, np.nan, np.nan
        before, every = self._left_out(np.array([middle[0], self.window])).T
        halves = np.divide(before, every, out=np.zeros(len(before)), where=every > 0)
        errors, freedom = jackknife_errors(halves[None], self._sizes[None])
        reached = self.counted(np.array([self.window]))[0]
        errors = np.maximum(errors, np.sqrt(0.25 / reached))
        low, high = share_interval(np.array([0.5]), errors, freedom, self.confidence)
        known = np.array([low, 1 - high]) * 0.25 / errors**2 >= 0.5
        times = self.when(np.array([low[0], high[0]])).astype(float)
        return float(middle[0]), times[0] if known[0, 0] else 0.0, times[1] if known[1, 0] else np.inf

    @cached_property
    def _sizes(self) -> np.ndarray:
        return totals(self.journeys["group"], self.journeys["count"], NUM_GROUPS)

    def _left_out(self, times: np.ndarray) -> np.ndarray:
        """Give the share that reached the goal with each group left out, shape (groups, times)."""
        edges = np.unique(np.concatenate((times, self.when(np.arange(1, _BINS) / _BINS))))
        bins = np.searchsorted(edges, self._sorted("duration"))
        cells = self._sorted("group") * np.int64(len(edges) + 1) + bins
        shape = (NUM_GROUPS, len(edges) + 1)
        kinds = self._sorted("next_activity")
        leaving, coming, goal = (
            totals(cells[rows], self._sorted("count")[rows], shape[0] * shape[1]).reshape(shape)
            for rows in (slice(None), kinds != STILL_OPEN, kinds == GOAL)
        )
        at_risk = leaving[:, ::-1].cumsum(axis=1)[:, ::-1]
        leaving, coming, goal, at_risk = (values.sum(axis=0) - values for values in (leaving, coming, goal, at_risk))
        after = np.cumprod(1 - np.minimum(coming / np.maximum(at_risk, 1), 1), axis=1)
        before = np.concatenate((np.ones((NUM_GROUPS, 1)), after[:, :-1]), axis=1)
        return np.cumsum(before * goal / np.maximum(at_risk, 1), axis=1)[:, np.searchsorted(edges, times)]
