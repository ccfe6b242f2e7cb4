"""Time to the goal: how many journeys reach it, and how soon?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from journeymine.analytics.result import Result, of_selection, percent
from journeymine.durations import Duration, format_duration
from journeymine.errors import OptionError
from journeymine.log.eventlog import EventLog
from journeymine.summary import journeys
from journeymine.summary.arrays import Arrays
from journeymine.summary.counts import Counts
from journeymine.summary.early import usual_return
from journeymine.summary.growth import Growth
from journeymine.summary.summarise import summarise
from journeymine.summary.summary import Summary
from journeymine.summary.windows import checked_window, longest_window
from journeymine.wording import counted

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["TimeTo", "time_to"]

_STEPS: Final = 120


@dataclass(frozen=True, eq=False, repr=False)
class TimeTo(Result):
    """How many journeys reach their goal, and how soon.

    Attributes
    ----------
    table
        121 rows, evenly spaced from no time to the window: ``within_seconds``, ``share`` of journeys that have reached
        the goal by then, in [0, 1], with ``low`` and ``high``; ``other_end_share`` that another declared end completed;
        ``naive_share`` (reached in the log over all journeys, which takes open journeys for lost) and ``at_risk``
        (journeys still watched on their way).
    goal
        The activity that journeys are watched for.
    num_journeys
        How many were watched.
    median_seconds, median_low, median_high
        Half of the journeys that reach the goal within the window need no longer, with its interval; corrected for open
        journeys. Not a number where none reached it.
    naive_median_seconds
        The same of journeys that were seen to reach it, as most tools say: too short, because slow ones are still open.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": ["a", "a", "b", "c", "c"],
    ...     "activity": ["visit", "buy", "visit", "visit", "buy"],
    ...     "timestamp": [f"2024-05-0{day}T09:00Z" for day in (1, 2, 3, 4, 6)]})
    >>> jm.time_to(log, goal="buy", within="2d").headline
    '67 % (0.3 % to 100 %) of journeys reach “buy” within 2 d; half of these need no longer than 24 h (too few to say
    how surely); what the log shows alone would say 67 % and 1.5 d.'
    """

    goal: str
    num_journeys: int
    median_seconds: float
    median_low: float
    median_high: float
    naive_median_seconds: float

    @property
    def headline(self) -> str:
        """The answer in one sentence."""
        last = self.table.iloc[-1]
        within = format_duration(last["within_seconds"])
        if self.median_seconds != self.median_seconds:
            return f"No journey was seen to reach “{self.goal}” within {within}."
        return (
            f"{percent(last['share'])} ({percent(last['low'])} to {percent(last['high'])}) of journeys reach "
            f"“{self.goal}” within {within}; half of these need no longer than {self._median()}; what "
            f"the log shows alone would say {percent(last['naive_share'])} and "
            f"{format_duration(self.naive_median_seconds)}."
        )

    def _median(self) -> str:
        median, low, high = map(format_duration, (self.median_seconds, self.median_low, self.median_high))
        told = self.median_low > 0 and np.isfinite(self.median_high)
        return f"{median} ({low} to {high})" if told else f"{median} (too few to say how surely)"

    def _draw(self, ax: Axes | None) -> Axes:
        """Draw the share that reached the goal over time, with the naive share beside it."""
        from journeymine.draw.curve import draw_curve

        names = ("within_seconds", "share", "low", "high", "naive_share")
        return draw_curve(
            *(self.table[name].to_numpy() for name in names),
            label=f"reached “{self.goal}”",
            other_label="naive count",
            ax=ax,
        )


@of_selection
def time_to(
    log: EventLog,
    *,
    goal: str,
    start: str | None = None,
    end: str | Sequence[str] = (),
    within: Duration | None = None,
    confidence: float = 0.95,
) -> TimeTo:
    """Estimate how many journeys reach a goal, and how soon.

    Parameters
    ----------
    log
        A log.
    goal
        The activity that journeys are watched for, the first time it comes.
    start
        The activity that the time is counted from, the first time it comes in a journey; journeys without it do not
        count. By default the journey's first event.
    end
        Activities that complete a journey without success: it cannot reach the goal any more.
    within
        How long journeys are followed, such as ``"60d"``; by default 0.7 of the time the log covers.
    confidence
        Of the intervals, whose unit is the customer: the delete-one-group jackknife over 64 groups of customers [2]_.

    Returns
    -------
    TimeTo
        By Aalen and Johansen [1]_: a journey counts for as long as it was watched, which is until the source of its
        start ended, an unread event came, or, where it is nobody's, its last event.

    Raises
    ------
    UnknownActivityError
        If `goal`, `start` or an `end` never occurs; the message names the closest activities.
    OptionError
        If `start` is the goal, or `log` is a summary, which does not know how far journeys have come.
    WindowError
        If `within` is longer than 0.7 of the time the log covers.

    Notes
    -----
    Assumes that a journey's chances do not depend on when in the log it began. Journeys that were under way when the
    log began seem to need less time than they did: the base counts those that may have been.

    References
    ----------
    .. [1] Aalen & Johansen (1978), An empirical transition matrix for non-homogeneous Markov chains based on censored
       observations, Scand. J. Statistics 5(3).
    .. [2] Kott (2001), The delete-a-group jackknife, J. Official Statistics 17(4).

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": ["a", "a", "b", "c", "c"],
    ...     "activity": ["visit", "buy", "visit", "visit", "buy"],
    ...     "timestamp": [f"2024-05-{day}T09:00Z" for day in ("01", "02", "03", "20", "21")]})
    >>> jm.time_to(log, goal="buy", within="7d").table[["within_seconds", "share", "naive_share"]].iloc[[0, -1]]
         within_seconds     share  naive_share
    0               0.0  0.000000     0.000000
    120        604800.0  0.666667     0.666667
    """
    if not 0 < confidence < 1:
        raise OptionError(f"confidence must lie between 0 and 1, not {confidence!r}")
    if isinstance(log, Summary):
        raise OptionError("a summary does not know how far each journey has come; give the log itself to time_to")
    names = [end] if isinstance(end, str) else list(end)
    if start in (goal, *names):
        raise OptionError(f"{start!r} cannot both start and complete a journey; a time needs two different activities")
    summary = summarise(log, parts=["gaps"])
    ends = [summary.code(name) for name in names]
    first = None if start is None else summary.code(start)
    arrays = Arrays(log)
    cases, starts = journeys.starts_of(arrays, first)
    counts = journeys.of(arrays, cases, starts, goal=summary.code(goal), end=ends)
    customers = int(np.count_nonzero(np.bincount(arrays.case_customers[cases])))
    window = longest_window(summary) if within is None else checked_window(within, summary, "journeys")
    growth = Growth(counts.without("segment"), customers, window, confidence)
    times = np.linspace(0, growth.window, _STEPS + 1).astype(np.int64)
    base = (
        f"{counted(growth.num_journeys, 'journey')} of {counted(arrays.num_known(cases), 'customer')} over "
        f"{format_duration(summary.window_seconds)}, each followed for {format_duration(growth.window / 1e6)}; the "
        f"{_open(growth):,} whose source ended before that count while watched (Aalen-Johansen); "
        f"{_early(summary, arrays.times[starts])}{confidence:.0%} intervals with the customer as unit; assumes no "
        "drift."
    )
    median, low, high = (time / 1e6 for time in growth.median())
    naive = _naive_median(growth.journeys)
    return TimeTo(_table(growth, times), base, goal, growth.num_journeys, median, low, high, naive)


def _open(growth: Growth) -> int:
    rows = (growth.journeys["next_activity"] == journeys.STILL_OPEN) & (growth.journeys["duration"] < growth.window)
    return int(growth.journeys["count"][rows].sum())


def _early(summary: Summary, starts: np.ndarray) -> str:
    usual = usual_return(summary)
    early = np.count_nonzero(starts <= (summary.first_time or 0) + usual)
    return f"{early:,} began within {format_duration(usual / 1e6)} of the log's begin, and perhaps before it; "


def _naive_median(counts: Counts) -> float:
    reached = counts["next_activity"] == journeys.GOAL
    seconds = np.repeat(counts["duration"][reached], counts["count"][reached]) / 1e6
    return float(np.median(seconds)) if len(seconds) else np.nan


def _table(growth: Growth, times: np.ndarray) -> pd.DataFrame:
    import pandas as pd

    low, high = growth.interval(times)
    return pd.DataFrame(
        {
            "within_seconds": times / 1e6,
            "share": growth.within(times),
            "low": low,
            "high": high,
            "other_end_share": growth.within(times, journeys.OTHER_END),
            "naive_share": growth.counted(times) / max(growth.num_journeys, 1),
            "at_risk": growth.at_risk(times),
        }
    )
