"""The passes of a log: how often each transition was made, by whom, and what it took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np

from journeymine.draw.spreads import SHARES
from journeymine.errors import OptionError
from journeymine.log.eventlog import EventLog
from journeymine.log.selection import Moment
from journeymine.summary import follows, times
from journeymine.summary.cells import Cells
from journeymine.summary.counts import Counts, totals
from journeymine.summary.open_waits import open_waits
from journeymine.summary.quantiles import Durations, coded
from journeymine.summary.summarise import summarise
from journeymine.summary.summary import Summary
from journeymine.summary.timed import Calendar, Time, Timed

__all__ = ["PAIR", "Passes", "Terms", "passes_of", "passes_since"]

_PARTS: Final = ("customers", "follows", "times", "gaps")

PAIR: Final = ("activity", "next_activity")
"""What names a transition."""


class Terms(NamedTuple):
    """What transitions take, as `journeymine.delays` has it.

    Attributes
    ----------
    time
        From begin to begin, waiting, or service.
    calendar
        Opening hours that time counts in.
    """

    time: Time = "transition"
    calendar: Calendar | None = None


@dataclass(frozen=True)
class Passes:
    """Completed transitions, of all segments together or of each.

    Attributes
    ----------
    summary
        With the parts ``customers``, ``follows``, ``times`` and ``gaps``.
    timed
        The log, with the same segments, and what its transitions take; None where there is only a summary.
    only
        Code of the one segment that counts; None for all.
    is_by_segment
        Whether the transitions of each segment stand for themselves.
    """

    summary: Summary
    timed: Timed | None = None
    only: int | None = None
    is_by_segment: bool = False

    # --- which transitions there are -----------------------------------------------------------------------------

    @property
    def kinds(self) -> tuple[str, ...]:
        """What tells transitions apart."""
        return ("segment", *PAIR) if self.is_by_segment else PAIR

    @cached_property
    def times(self) -> Durations:
        """What each pass took."""
        if self.timed is None or self.timed.is_by_clock:
            return self.by_clock
        return Durations(self._of(times.of(self.timed, spent=self.timed.spent)), self.kinds)

    @cached_property
    def by_clock(self) -> Durations:
        """What each pass took by the clock."""
        return Durations(self._of(self.summary.part("times")), self.kinds)

    @cached_property
    def _follows(self) -> Counts:
        return self._of(self.summary.part("follows"))

    def _of(self, counts: Counts) -> Counts:
        """Give counts of the segments that count; cases of no segment do not, where segments are apart."""
        if self.is_by_segment:
            return counts.where(counts["segment"] > 0)
        return (counts if self.only is None else counts.where(counts["segment"] == self.only)).without("segment")

    @cached_property
    def quantiles(self) -> np.ndarray:
        """What one, two and a half, five, seven and a half and nine in ten passes take at most, seconds: (5, kinds)."""
        return self.times.quantile_seconds(SHARES)

    @property
    def medians(self) -> np.ndarray:
        """Half of the passes take no longer, seconds, shape (kinds,)."""
        return self.quantiles[SHARES.index(0.5)]

    @property
    def p90s(self) -> np.ndarray:
        """Nine in ten passes take no longer, seconds, shape (kinds,)."""
        return self.quantiles[SHARES.index(0.9)]

    @property
    def num_customers(self) -> int:
        """Number of customers, whatever they did."""
        return int(self._of(self.summary.part("customers"))["customers"].sum())

    @cached_property
    def customers(self) -> np.ndarray:
        """How many customers made each transition, shape (kinds,)."""
        known = self.timed is None or self.timed.time == "transition"  # then passes are all that follow one another
        made = self._follows if self.timed is None or known else self._of(follows.of(self.timed))
        made = made.where((made["activity"] > 0) & (made["next_activity"] > 0))  # now these are the same kinds
        return made["customers"]

    def labels(self, kind: str) -> list[str]:
        """Give the activity, next activity or segment of each transition.

        Parameters
        ----------
        kind
            One of `kinds`.

        Returns
        -------
        list of str
            One for each transition.
        """
        known: Sequence[str] = self.summary.segments if kind == "segment" else self.summary.activities
        return [known[code - 1] for code in self.times.kind(kind).tolist()]

    @cached_property
    def pairs(self) -> list[tuple[str, str]]:
        """Activity and next activity of each transition."""
        before, after = map(self.labels, PAIR)
        return list(zip(before, after, strict=True))

    # --- waits that are still open -------------------------------------------------------------------------------

    @cached_property
    def _of_clock(self) -> np.ndarray:
        """Place of each transition among those by the clock."""
        mine, every = ([each.kind(name) for name in self.kinds] for each in (self.times, self.by_clock))
        codes, _ = coded([np.concatenate(both) for both in zip(every, mine, strict=True)])
        return np.searchsorted(codes[: len(every[0])], codes[len(every[0]) :])

    @cached_property
    def open(self) -> np.ndarray:
        """Visits whose source ended before nine in ten passes would have come, so that they might still make each."""
        p90s = self.p90s if self.times is self.by_clock else self.by_clock.quantile_seconds(0.9)
        return open_waits(self._of(self.summary.part("gaps")), self.by_clock, p90s)[self._of_clock]

    @cached_property
    def visits(self) -> np.ndarray:
        """Visits of the activity that each transition leads from, shape (kinds,)."""
        names = [name for name in self.kinds if name != "next_activity"]
        both = [np.concatenate((self._follows[name], self.times.kind(name))) for name in names]
        codes, (first, *_) = coded(both)
        rows = len(self._follows)
        return totals(codes[:rows], self._follows["count"], len(first))[codes[rows:]]

    @cached_property
    def num_open(self) -> int:
        """Visits that were still waiting when their source ended, each counted once."""
        names = [name for name in self.kinds if name != "next_activity"]
        codes, (first, *_) = coded([self.times.kind(name) for name in names])
        most = np.zeros(len(first), np.int64)
        np.maximum.at(most, codes, self.open)
        return int(most.sum())

    # --- waiting and service -------------------------------------------------------------------------------------

    def median_of(self, time: Time) -> np.ndarray:
        """Give the median of another time that the same passes take.

        Parameters
        ----------
        time
            Such as ``"waiting"``.

        Returns
        -------
        numpy.ndarray
            Seconds, shape (kinds,); not a number where it is not known of any pass, or nothing is known but a summary.
        """
        medians = np.full(len(self.by_clock.totals), np.nan)
        if self.timed is not None:
            other = replace(self, timed=replace(self.timed, time=time))
            medians[other._of_clock] = other.medians
        return medians[self._of_clock]


# --- from a log or a summary -----------------------------------------------------------------------------------------


def passes_of(log: EventLog | Summary, terms: Terms, *, by: str | None = None) -> Passes:
    """Give the passes of a log or a summary.

    Parameters
    ----------
    log
        A log; a summary where terms are the usual ones.
    terms
        What transitions take.
    by
        Column of the segments.

    Returns
    -------
    Passes
        Of each segment, or of all together.

    Raises
    ------
    OptionError
        If a summary does not know what is asked.
    """
    if isinstance(log, EventLog):
        summary, timed = summarise(log, by=by, parts=_PARTS), Timed(log, by, *terms)
        return Passes(summary, timed, is_by_segment=by is not None)
    if terms != Terms():
        raise OptionError("a summary knows how long transitions took, not when; give the log itself with this option")
    if by not in (None, log.by):
        raise OptionError(f"this summary was made by={log.by!r}; make it with summarise(log, by={by!r})")
    return Passes(log, is_by_segment=by is not None)


def passes_since(log: EventLog | Summary, terms: Terms, since: Moment) -> tuple[Passes, Passes]:
    """Give the passes of journeys that began since a moment, and of those that began before.

    Parameters
    ----------
    log
        A log.
    terms
        What transitions take.
    since
        A time with a zone.

    Returns
    -------
    after, before : Passes
        With no journey in both.

    Raises
    ------
    OptionError
        If `log` is a summary, or all journeys began on one side.
    """
    if not isinstance(log, EventLog):
        raise OptionError("a summary does not know when journeys began; give the log itself with since=")
    periods = Cells.by_period(log, since).labelled
    both = replace(passes_of(periods.log, terms, by=periods.by), is_by_segment=False)
    return replace(both, only=2), replace(both, only=1)
