"""The figures of journeys cut at one gap: how many, how long, how far they get, and which courses they take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np

from journeymine.durations import Duration, to_microseconds
from journeymine.log.cut import cut
from journeymine.log.eventlog import EventLog
from journeymine.summary import journeys
from journeymine.summary.arrays import Arrays
from journeymine.summary.dropoffs import dropoffs
from journeymine.summary.groups import NUM_GROUPS, group_of
from journeymine.summary.growth import Growth
from journeymine.summary.intervals import positive_interval, share_interval
from journeymine.summary.jackknife import jackknife_errors, share_errors, shares_without_each
from journeymine.summary.sequences import Sequences
from journeymine.summary.summary import Summary
from journeymine.summary.windows import longest_window

__all__ = ["CutAt", "Figure"]

MAIN: Final = 5
"""How many touchpoints, the most visited ones, stand for all."""

TOP: Final = 10
"""How many courses, the most frequent ones, stand for all."""


class Figure(NamedTuple):
    """One figure with its interval.

    Attributes
    ----------
    figure
        Its name.
    activity
        The touchpoint it is about; empty where it is about journeys.
    n
        How many customers, journeys or visits it rests on.
    value, low, high
        The figure and its interval.
    """

    figure: str
    activity: str
    n: int
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class CutAt:
    """The journeys of a log, cut at one gap.

    Attributes
    ----------
    log
        Events of known customers, each customer one case.
    summary
        Of this log, with the parts ``gaps`` and ``visits``.
    gap
        A longer silence begins a new journey.
    goal, ends
        The activity that journeys are to reach, if any, and all that complete one, it among them.
    confidence
        Of the intervals.
    """

    log: EventLog
    summary: Summary
    gap: Duration
    goal: str | None
    ends: Sequence[str]
    confidence: float

    @cached_property
    def arrays(self) -> Arrays:
        """The journeys."""
        return Arrays(cut(self.log, gap=self.gap, end=self.ends))

    @property
    def figures(self) -> list[Figure]:
        """All figures."""
        customers = np.bincount(group_of(self.log.labels("customer").dictionary), minlength=NUM_GROUPS)
        events = self._by_group(np.diff(self.arrays.offsets))
        return [
            self._ratio("journeys_per_customer", self._journeys, customers),
            self._ratio("events_per_journey", events, self._journeys),
            self._share("open_share", self._is_open),
            self._share("top_share", self._is_frequent),
            *([] if self.goal is None else [self._goal_rate(self.goal)]),
            *self._drop_off(),
        ]

    # --- journeys --------------------------------------------------------------------------------------------------

    def _by_group(self, per_journey: np.ndarray) -> np.ndarray:
        return np.bincount(self.arrays.case_groups, per_journey, NUM_GROUPS)

    @cached_property
    def _journeys(self) -> np.ndarray:
        """How many journeys each group of customers makes, shape (64,)."""
        return self._by_group(np.ones(len(self.arrays.firsts)))

    @property
    def _is_open(self) -> np.ndarray:
        """True for journeys that could still go on when their last source ends."""
        arrays, lasts = self.arrays, self.arrays.lasts
        watched = arrays.source_ends[arrays.source_codes[lasts]] - arrays.times[lasts]
        completed = np.isin(arrays.codes[lasts], [self._code(name) for name in self.ends])
        return (watched < to_microseconds(self.gap)) & ~completed

    @property
    def _is_frequent(self) -> np.ndarray:
        """True for journeys that take one of the most frequent courses."""
        _, which = Sequences.of(self.arrays.offsets, self.arrays.codes)
        return np.isin(which, np.argsort(-np.bincount(which), kind="stable")[:TOP])

    def _ratio(self, name: str, amounts: np.ndarray, units: np.ndarray) -> Figure:
        values, left_out = shares_without_each(amounts[None], units[None])
        low, high = positive_interval(values, *jackknife_errors(left_out, units[None]), self.confidence)
        return Figure(name, "", int(units.sum()), values[0], low[0], high[0])

    def _share(self, name: str, is_so: np.ndarray) -> Figure:
        shares, errors, freedom = share_errors(self._by_group(is_so)[None], self._journeys[None])
        low, high = share_interval(shares, errors, freedom, self.confidence)
        return Figure(name, "", len(is_so), shares[0], low[0], high[0])

    def _goal_rate(self, goal: str) -> Figure:
        """Estimate how many journeys reach the goal; those still open count for as long as they were watched."""
        arrays = self.arrays
        target, *others = sorted(map(self._code, self.ends), key=lambda code: code != self._code(goal))
        counts = journeys.of(arrays, *journeys.starts_of(arrays), goal=target, end=others).without("segment")
        growth = Growth(counts, self.log.num_customers, longest_window(self.summary), self.confidence)
        last = np.array([growth.window])
        values, (low, high) = growth.within(last), growth.interval(last)
        return Figure("goal_rate", "", growth.num_journeys, values[0], low[0], high[0])

    def _code(self, activity: str) -> int:
        return self.arrays.activities.index(activity) + 1

    # --- touchpoints -----------------------------------------------------------------------------------------------

    def _drop_off(self) -> list[Figure]:
        """Estimate how many visits of the main touchpoints are the last of their journey."""
        found = dropoffs(self.summary, end=self.ends, within=self.gap, confidence=self.confidence)
        rates = zip(found.visits, found.rates, found.low, found.high, strict=True)
        names = [self.summary.activities[code - 1] for code in found.activities]
        figures = [Figure("dropoff_rate", name, *row) for name, row in zip(names, rates, strict=True)]
        return sorted(figures, key=lambda figure: -figure.n)[:MAIN]
