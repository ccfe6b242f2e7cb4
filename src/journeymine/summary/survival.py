"""The share of visits not yet followed by another, some still open: Kaplan-Meier for all activities at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from journeymine.summary.counts import Counts

__all__ = ["Survival"]

_ALMOST_ALL = 0.95
_BINS = 128
_BLOCK = 256
_CERTAIN = -700.0  # stands for the logarithm of zero, and leaves sums of it finite


@dataclass(frozen=True)
class Survival:
    """Kaplan-Meier curves of the time to the next event, one an activity.

    Attributes
    ----------
    gaps
        The part ``gaps`` of a summary, by ``activity``, ``duration``, ``next_activity`` and ``group``.

    Notes
    -----
    A visit leaves the risk set when the next event comes or when its source ends. Events at one duration come before
    ends at the same duration, as usual [1]_. Intervals treat the customer as the unit: customers are in 64 groups, and
    the delete-one-group jackknife [2]_ takes each group out in turn. For it, durations are put into 128 bins that hold
    the same number of events.

    References
    ----------
    .. [1] Kaplan & Meier (1958), Nonparametric estimation from incomplete observations, J. Am. Stat. Assoc. 53(282).
    .. [2] Kott (2001), The delete-a-group jackknife, J. Official Statistics 17(4).
    """

    gaps: Counts

    # --- the curves: one row for each activity and distinct duration ---------------------------------------------

    @cached_property
    def _steps(self) -> Mapping[str, np.ndarray]:
        activity, duration, count = self.gaps["activity"], self.gaps["duration"], self.gaps["count"]
        if not len(activity):
            return dict.fromkeys(("activity", "duration", "followed", "leaving", "row"), np.empty(0, np.int64))
        new = np.ones(len(activity), bool)
        new[1:] = (activity[1:] != activity[:-1]) | (duration[1:] != duration[:-1])
        starts = np.flatnonzero(new)
        followed = np.where(self.gaps["next_activity"] > 0, count, 0)
        return {
            "activity": activity[starts],
            "duration": duration[starts],
            "followed": np.add.reduceat(followed, starts),
            "leaving": np.add.reduceat(count, starts),
            "row": np.cumsum(new) - 1,
        }

    @cached_property
    def activities(self) -> np.ndarray:
        """Codes of the activities that were visited, sorted, shape (activities,)."""
        return self._steps["activity"][self._firsts]

    @cached_property
    def _firsts(self) -> np.ndarray:
        activity = self._steps["activity"]
        changed = np.flatnonzero(activity[1:] != activity[:-1]) + 1
        return np.concatenate(([0], changed)) if len(activity) else np.empty(0, np.int64)

    @cached_property
    def _ends(self) -> np.ndarray:
        return np.append(self._firsts[1:], len(self._steps["activity"]))[: len(self._firsts)]

    @cached_property
    def visits(self) -> np.ndarray:
        """Visits of each activity, shape (activities,)."""
        return np.add.reduceat(self._steps["leaving"], self._firsts) if len(self._firsts) else np.empty(0, np.int64)

    @cached_property
    def naive_rates(self) -> np.ndarray:
        """Share of visits without a next event in the log, open or not, shape (activities,)."""
        if not len(self._firsts):
            return np.empty(0)
        return 1 - np.add.reduceat(self._steps["followed"], self._firsts) / self.visits

    @cached_property
    def longest_observed(self) -> np.ndarray:
        """Longest time a visit of each activity was observed, microseconds, int64, shape (activities,)."""
        return self._steps["duration"][self._ends - 1]

    @cached_property
    def _at_risk(self) -> np.ndarray:
        left_before = np.cumsum(self._steps["leaving"]) - self._steps["leaving"]
        before_activity = left_before[self._firsts]
        return np.repeat(self.visits + before_activity, self._ends - self._firsts) - left_before

    @cached_property
    def _log_survival(self) -> np.ndarray:
        hazard = self._steps["followed"] / np.maximum(self._at_risk, 1)
        with np.errstate(divide="ignore"):
            logs = np.maximum(np.log1p(-hazard), _CERTAIN)
        running = np.cumsum(logs)
        before = running[self._firsts] - logs[self._firsts]
        return running - np.repeat(before, self._ends - self._firsts)

    # --- what is read off them -----------------------------------------------------------------------------------

    def usual_return(self) -> np.ndarray:
        """Give the time within which nearly all who come back have come back.

        Returns
        -------
        numpy.ndarray
            The 95th percentile of each activity's time to the next event among visits that have one, corrected for open
            visits, in microseconds, int64, shape (activities,); 0 where nobody came back.
        """
        returned = 1 - np.exp(self._log_survival)
        most = np.repeat(returned[self._ends - 1], self._ends - self._firsts) if len(returned) else returned
        reached = (returned >= _ALMOST_ALL * most - 1e-12) & (most > 0)
        first = np.minimum.reduceat(np.where(reached, np.arange(len(reached)), len(reached)), self._firsts)
        durations = np.append(self._steps["duration"], 0)
        return durations[first]

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
        last = self._last_step(windows)
        before = last < self._firsts
        rates = np.where(before, 1.0, np.exp(self._log_survival[last]))
        at_risk = np.where(before, self.visits, self._at_risk[last] - self._steps["leaving"][last])
        at_risk = at_risk + self._leaving_at(windows)
        unknown = (at_risk == 0) & (rates > 1e-12)
        return np.where(unknown, np.nan, np.where(rates < 1e-12, 0.0, rates)), at_risk

    def _last_step(self, windows: np.ndarray) -> np.ndarray:
        """Find each activity's last row whose duration is within its window (the row before its first if none is)."""
        inside = self._steps["duration"] <= np.repeat(windows, self._ends - self._firsts)
        return self._firsts + np.add.reduceat(inside.astype(np.int64), self._firsts) - 1

    def _leaving_at(self, windows: np.ndarray) -> np.ndarray:
        """Count open visits that end exactly at the window: they were observed to its end."""
        exactly = self._steps["duration"] == np.repeat(windows, self._ends - self._firsts)
        still_open = np.where(exactly, self._steps["leaving"] - self._steps["followed"], 0)
        return np.add.reduceat(still_open, self._firsts)

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
        before = np.ones(len(self._at_risk))
        before[1:] = np.exp(self._log_survival[:-1])
        before[self._firsts] = 1
        inside = self._steps["duration"] <= np.repeat(windows, self._ends - self._firsts)
        per_visit = np.where(inside, before / np.maximum(self._at_risk, 1), 0)
        followed = np.where(self.gaps["next_activity"] > 0, self.gaps["count"], 0)
        return followed * per_visit[self._steps["row"]]

    def leave_one_group_out(self, windows: np.ndarray, num_groups: int) -> tuple[np.ndarray, np.ndarray]:
        """Give the share without a next event with each group of customers left out.

        Parameters
        ----------
        windows
            Microseconds, int64, shape (activities,).
        num_groups
            Number of customer groups.

        Returns
        -------
        rates : numpy.ndarray
            On binned durations, shape (activities, num_groups).
        present : numpy.ndarray
            True where the group has a visit, shape (activities, num_groups).
        """
        blocks = [
            self._leave_out(slice(start, start + _BLOCK), windows, num_groups)
            for start in range(0, len(self.activities), _BLOCK)
        ]
        rates, present = (
            zip(*blocks, strict=True) if blocks else ([np.empty((0, num_groups))], [np.empty((0, num_groups))])
        )
        return np.concatenate(rates), np.concatenate(present)

    def _leave_out(self, block: slice, windows: np.ndarray, num_groups: int) -> tuple[np.ndarray, np.ndarray]:
        firsts, ends = self._firsts[block], self._ends[block]
        rows = slice(*np.searchsorted(self._steps["row"], (firsts[0], ends[-1])))
        shape = (len(firsts), num_groups, _BINS + 1)
        place = np.repeat(np.arange(len(firsts)) * num_groups * (_BINS + 1), ends - firsts)
        cell = (place + self._bins(block, windows))[self._steps["row"][rows] - firsts[0]]
        cell += self.gaps["group"][rows].astype(np.int64) * (_BINS + 1)
        count = self.gaps["count"][rows]
        followed = np.where(self.gaps["next_activity"][rows] > 0, count, 0)
        leaving, coming = (np.bincount(cell, weights, np.prod(shape)).reshape(shape) for weights in (count, followed))
        at_risk = leaving[..., ::-1].cumsum(axis=2)[..., ::-1]
        others_coming = (coming.sum(axis=1, keepdims=True) - coming)[..., :_BINS]
        others_at_risk = (at_risk.sum(axis=1, keepdims=True) - at_risk)[..., :_BINS]
        hazards = np.minimum(others_coming / np.maximum(others_at_risk, 1), 1)
        return np.prod(1 - hazards, axis=2), leaving.sum(axis=2) > 0

    def _bins(self, block: slice, windows: np.ndarray) -> np.ndarray:
        """Give each step of a block of activities its bin; steps beyond the window share the last one."""
        firsts, ends = self._firsts[block], self._ends[block]
        steps = slice(firsts[0], ends[-1])
        sizes = ends - firsts
        inside = self._steps["duration"][steps] <= np.repeat(windows[block], sizes)
        followed = np.where(inside, self._steps["followed"][steps], 0)
        before = np.cumsum(followed) - followed
        before -= np.repeat(before[firsts - firsts[0]], sizes)
        per_bin = np.maximum(np.add.reduceat(followed, firsts - firsts[0]), 1) / _BINS
        bins = (before / np.repeat(per_bin, sizes)).astype(np.int64)
        return np.where(inside, np.minimum(bins, _BINS - 1), _BINS)
