"""Drop-off: after which touchpoints do customers not come back?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from journeymine.analytics.result import Result, percent
from journeymine.durations import Duration, format_duration, to_microseconds
from journeymine.errors import OptionError, WindowError
from journeymine.log.eventlog import EventLog
from journeymine.summary.groups import NUM_GROUPS
from journeymine.summary.intervals import jackknife_errors, share_interval
from journeymine.summary.summary import Summary, as_summary
from journeymine.summary.survival import Survival

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["DropOff", "dropoff"]

LONGEST_SHARE: Final = 0.7
"""The longest window that can be asked about, as a share of the time the log covers."""


@dataclass(frozen=True, eq=False, repr=False)
class DropOff(Result):
    """After which activities customers do not come back.

    Attributes
    ----------
    table
        One row an activity, highest ``rate`` first: ``visits``, ``at_risk`` (visits still observed, without a next event,
        at the end of the window), ``rate`` in [0, 1], ``low`` and ``high`` of its interval, ``naive_rate`` (last events
        in the log over visits, as most tools count) and ``within_seconds``.
    confidence
        Of the interval.
    """

    confidence: float

    @property
    def headline(self) -> str:
        """The answer in one sentence."""
        known = self.table.dropna(subset="rate")
        if not len(known):
            return "The log is too short to tell where customers drop off."
        first = known.iloc[0]
        return (
            f"After “{first['activity']}”, {percent(first['rate'])} ({percent(first['low'])} to {percent(first['high'])}) "
            f"of visits are not followed by another touchpoint within {format_duration(first['within_seconds'])}; "
            f"counting last events would say {percent(first['naive_rate'])}."
        )

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw each rate with its interval, and the naive rate beside it.

        Parameters
        ----------
        ax
            Where; by default a new figure of fitting size.

        Returns
        -------
        matplotlib.axes.Axes
            The drawing.
        """
        from journeymine.draw.intervals import draw_intervals

        rows = self.table.dropna(subset="rate").head(20)
        return draw_intervals(
            rows["activity"].tolist(),
            rows["rate"].to_numpy(),
            rows["low"].to_numpy(),
            rows["high"].to_numpy(),
            rows["naive_rate"].to_numpy(),
            label="drop-off",
            other_label="naive count",
            ax=ax,
        )


def dropoff(
    log: EventLog | Summary,
    *,
    goal: str | None = None,
    end: str | Sequence[str] = (),
    within: Duration | None = None,
    confidence: float = 0.95,
) -> DropOff:
    """Estimate after which activities customers do not come back.

    A visit counts as dropped when no next event of its journey follows within the window. A visit whose source ends
    before that is open, not dropped: it counts for as long as it was observed [1]_. Activities that complete a journey
    are not drop-offs and have no row.

    Parameters
    ----------
    log
        A log or a summary.
    goal, end
        Activities that complete a journey, with and without success.
    within
        Window, such as ``"14d"``; by default each activity's own: the 95th percentile of the time to the next event among
        visits that have one, corrected for open ones, at most 0.7 of the time the log covers.
    confidence
        Of the intervals, whose unit is the customer: the delete-one-group jackknife over 64 groups of customers [2]_.

    Returns
    -------
    DropOff
        Not a number where no visit was observed to the end of the window.

    Raises
    ------
    UnknownActivityError
        If `goal` or an `end` never occurs; the message names the closest activities.
    WindowError
        If `within` is longer than 0.7 of the time the log covers.

    Notes
    -----
    Assumes that a visit's chance to be followed does not depend on when in the log it was made.

    References
    ----------
    .. [1] Kaplan & Meier (1958), Nonparametric estimation from incomplete observations, J. Am. Stat. Assoc. 53(282).
    .. [2] Kott (2001), The delete-a-group jackknife, J. Official Statistics 17(4).

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": ["a", "a", "b", "c", "c"], "activity": ["visit", "buy", "visit", "visit", "buy"],
    ...     "timestamp": [f"2024-05-{day}T09:00Z" for day in ("01", "02", "03", "20", "21")]})
    >>> jm.dropoff(log, goal="buy", within="7d").table[["activity", "visits", "rate"]]
      activity  visits      rate
    0    visit       3  0.333333
    """
    if not 0 < confidence < 1:
        raise OptionError(f"confidence must lie between 0 and 1, not {confidence!r}")
    summary = as_summary(log, "gaps", "visits")
    completing = {summary.code(name) for name in _names(goal, end)}
    gaps = summary.overall("gaps")
    gaps = gaps.where(~np.isin(gaps["activity"], list(completing))) if completing else gaps
    curves = Survival(gaps)
    windows = _windows(curves, summary, within)
    rates, at_risk = curves.within(windows)
    errors, freedom = jackknife_errors(*curves.leave_one_group_out(windows, NUM_GROUPS))
    low, high = share_interval(rates, errors, freedom, confidence)
    names = [summary.activities[code - 1] for code in curves.activities]
    return DropOff(_table(curves, names, rates, low, high, at_risk, windows), _base(summary, confidence), confidence)


def _names(goal: str | None, end: str | Sequence[str]) -> list[str]:
    return [name for name in (goal, *([end] if isinstance(end, str) else end)) if name is not None]


def _windows(curves: Survival, summary: Summary, within: Duration | None) -> np.ndarray:
    longest = int(LONGEST_SHARE * summary.window_seconds * 1e6)
    if within is None:
        return np.minimum(curves.usual_return(), longest)
    window = to_microseconds(within)
    if window > longest and len(curves.activities):
        raise WindowError(
            f"within={within!r} is too long for a log of {format_duration(summary.window_seconds)}: too few visits are "
            f"observed that long. The longest window it can answer for is {format_duration(longest / 1e6)}"
        )
    return np.full(len(curves.activities), window)


def _table(curves: Survival, names: list[str], rates, low, high, at_risk, windows):
    import pandas as pd

    table = pd.DataFrame(
        {
            "activity": names,
            "visits": curves.visits,
            "at_risk": at_risk,
            "rate": rates,
            "low": low,
            "high": high,
            "naive_rate": curves.naive_rates,
            "within_seconds": windows / 1e6,
        }
    )
    return table.sort_values(["rate", "activity"], ascending=[False, True], ignore_index=True)


def _base(summary: Summary, confidence: float) -> str:
    return (
        f"{summary.num_events:,} visits over {format_duration(summary.window_seconds)}; open visits count while observed "
        f"(Kaplan-Meier); {confidence:.0%} intervals with the customer as unit; assumes no drift over the log."
    )
