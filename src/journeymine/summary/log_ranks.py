"""How soon journeys reach their goal in each segment: log-rank test and restricted mean, open journeys censored."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from journeymine.summary.estimates import Estimates
from journeymine.summary.groups import NUM_GROUPS

__all__ = ["Waits"]

_BINS: Final = 512


@dataclass(frozen=True)
class Waits:
    """The wait of each journey for its goal, up to a window.

    Attributes
    ----------
    cells, groups
        Stratum and segment in one number, and group of the customer, shape (rows,).
    durations
        Microseconds, int64.
    came, ended
        Whether the goal came then; whether another end did. Neither: the journey was watched no longer.
    counts
        Journeys of each row.
    shape
        Strata, segments and groups.
    window
        Microseconds.
    """

    cells: np.ndarray
    groups: np.ndarray
    durations: np.ndarray
    came: np.ndarray
    ended: np.ndarray
    counts: np.ndarray
    shape: tuple[int, int, int]
    window: int

    @cached_property
    def _reached(self) -> np.ndarray:
        return self.came & (self.durations <= self.window)

    # --- restricted means ------------------------------------------------------------------------------------------

    @cached_property
    def means(self) -> Estimates:
        """Mean time without the goal within the window, microseconds, by stratum and segment, as one category.

        Notes
        -----
        The area under the share that has not reached the goal, up to the window [1]_: by Aalen and Johansen, so that a
        journey that another end completed never reaches it. Times are put into at most 512 bins with about as many
        goals each, in which goals stand at their mean time.

        References
        ----------
        .. [1] Royston & Parmar (2013), Restricted mean survival time: an alternative to the hazard ratio, BMC Medical
           Research Methodology 13.
        """
        leaving, moving, came = (
            self._by_bin(rows) for rows in (self.counts > 0, self._reached | self._stopped, self._reached)
        )
        every = [values.sum(axis=1, keepdims=True) for values in (leaving, moving, came)]
        others = [whole - part for whole, part in zip(every, (leaving, moving, came), strict=True)]
        shape, sizes = (1, *self.shape), leaving.sum(axis=2)
        values = np.where(sizes.any(axis=1), self._mean(*every)[:, 0], np.nan)
        return Estimates(values.reshape(shape[:3]), self._mean(*others).reshape(shape), sizes.reshape(shape))

    @cached_property
    def _stopped(self) -> np.ndarray:
        return self.ended & (self.durations <= self.window)

    @cached_property
    def _edges(self) -> np.ndarray:
        """Times of goals and other ends; where there are too many, some that leave about as many between them."""
        times = np.sort(self.durations[self._reached | self._stopped])
        distinct = _distinct(times)
        return (
            distinct if len(distinct) <= _BINS else _distinct(times[np.linspace(0, len(times) - 1, _BINS).astype(int)])
        )

    @cached_property
    def _bins(self) -> np.ndarray:
        """Bin of each row, from 1 up to its edge; who was watched no longer leaves after the goals at an edge."""
        moves = self._reached | self._stopped
        up_to = np.minimum(np.searchsorted(self._edges, self.durations) + 1, len(self._edges))
        return np.where(moves, up_to, np.searchsorted(self._edges, self.durations, side="right"))

    def _by_bin(self, rows: np.ndarray) -> np.ndarray:
        """Count journeys by cell, group and bin."""
        num_cells, size = self.shape[0] * self.shape[1], len(self._edges) + 1
        places = (self.cells * NUM_GROUPS + self.groups.astype(np.int64)) * size + self._bins
        counts = np.where(rows, self.counts, 0)
        return np.bincount(places, counts, num_cells * NUM_GROUPS * size).reshape(num_cells, NUM_GROUPS, size)

    def _mean(self, leaving: np.ndarray, moving: np.ndarray, came: np.ndarray) -> np.ndarray:
        at_risk = np.maximum(leaving[..., ::-1].cumsum(axis=2)[..., ::-1], 1)
        after = np.cumprod(1 - moving / at_risk, axis=2)
        before = np.concatenate((np.ones((*after.shape[:2], 1)), after[..., :-1]), axis=2)
        return self.window - (before * came / at_risk) @ (self.window - self._mean_times)

    @cached_property
    def _mean_times(self) -> np.ndarray:
        """Mean time of the goals in each bin."""
        bins, counts, size = self._bins[self._reached], self.counts[self._reached], len(self._edges) + 1
        every = np.bincount(bins, counts, size)
        return np.bincount(bins, counts * self.durations[self._reached], size) / np.maximum(every, 1)

    # --- log-rank --------------------------------------------------------------------------------------------------

    @cached_property
    def p(self) -> float:
        """How likely waits as different, or more, are by chance.

        Notes
        -----
        The log-rank test [1]_, stratified, with the variance that groups of customers show [2]_ in place of that of
        independent journeys.

        References
        ----------
        .. [1] Mantel (1966), Evaluation of survival data and two new rank order statistics arising in its
           consideration, Cancer Chemotherapy Reports 50(3).
        .. [2] Lin & Wei (1989), The robust inference for the Cox proportional hazards model, J. Am. Stat. Assoc.
           84(408).
        """
        from scipy.stats import f

        strata, segments, _ = self.shape
        scores = sum((self._scores(stratum) for stratum in range(strata)), np.zeros((segments, NUM_GROUPS)))
        scores = scores[1:, np.bincount(self.groups, minlength=NUM_GROUPS) > 0]
        groups, free = scores.shape[1], segments - 1
        if groups <= free:
            return np.nan
        spread = np.cov(scores, ddof=1).reshape(free, free) * groups
        total = scores.sum(axis=1)
        statistic = float(total @ np.linalg.pinv(spread) @ total)
        return float(f.sf(statistic * (groups - free) / ((groups - 1) * free), free, groups - free))

    def _scores(self, stratum: int) -> np.ndarray:
        """Goals beyond those expected if all segments were alike, by segment and group of customers."""
        segments = self.shape[1]
        rows = np.flatnonzero(self.cells // segments == stratum)
        own, counts, groups = self.cells[rows] % segments, self.counts[rows], self.groups[rows]
        times = _distinct(np.sort(self.durations[rows]))
        place = np.searchsorted(times, self.durations[rows])
        leaving = np.bincount(own * len(times) + place, counts, segments * len(times)).reshape(segments, -1)
        at_risk = leaving[:, ::-1].cumsum(axis=1)[:, ::-1]
        came = np.bincount(place, np.where(self._reached[rows], counts, 0), len(times))
        hazard = came / at_risk.sum(axis=0)
        shares = at_risk / at_risk.sum(axis=0)
        expected, mine = np.cumsum(shares * hazard, axis=1), np.cumsum(hazard)
        scores = np.empty((segments, NUM_GROUPS))
        for segment in range(segments):
            is_own = own == segment
            score = self._reached[rows] * (is_own - shares[segment, place])
            score = score - is_own * mine[place] + expected[segment, place]
            scores[segment] = np.bincount(groups, score * counts, NUM_GROUPS)
        return scores


def _distinct(times: np.ndarray) -> np.ndarray:
    """Leave out repeats of sorted times, none of them negative."""
    return times[np.flatnonzero(np.diff(times, prepend=-1))]
