"""Drop-off: after which touchpoints do customers not come back?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from journeymine.analytics.result import Result, percent
from journeymine.durations import Duration, format_duration
from journeymine.errors import OptionError
from journeymine.log.eventlog import EventLog
from journeymine.summary.dropoffs import DropOffs, dropoffs
from journeymine.summary.summarise import as_summary
from journeymine.summary.summary import Summary

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["DropOff", "dropoff"]


@dataclass(frozen=True, eq=False, repr=False)
class DropOff(Result):
    """After which activities customers do not come back.

    Attributes
    ----------
    table
        One row an activity, highest ``rate`` first: ``visits``, ``at_risk`` (visits still observed, without a next
        event, at the end of the window), ``rate`` in [0, 1], ``low`` and ``high`` of its interval, ``naive_rate``
        (last events in the log over visits, as most tools count) and ``within_seconds``.
    confidence
        Of the interval.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": ["a", "a", "b", "c", "c"],
    ...     "activity": ["visit", "buy", "visit", "visit", "buy"],
    ...     "timestamp": [f"2024-05-0{day}T09:00Z" for day in (1, 2, 3, 4, 6)]})
    >>> jm.dropoff(log, goal="buy", within="2d").headline
    'After “visit”, 33 % (0.1 % to 100 %) of visits are not followed by another touchpoint within 2 d; counting
    last events would say 33 %.'
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
            f"After “{first['activity']}”, {percent(first['rate'])} "
            f"({percent(first['low'])} to {percent(first['high'])}) of visits are not followed by another touchpoint "
            f"within {format_duration(first['within_seconds'])}; "
            f"counting last events would say {percent(first['naive_rate'])}."
        )

    def _draw(self, ax: Axes | None) -> Axes:
        """Draw each rate with its interval, and the naive rate beside it."""
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
        Window, such as ``"14d"``; by default each activity's own: the 95th percentile of the time to the next event
        among visits that have one, corrected for open ones, at most 0.7 of the time the log covers.
        An activity that nobody came back from has the longest of the others.
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
    >>> log = jm.read_table({"case_id": ["a", "a", "b", "c", "c"],
    ...     "activity": ["visit", "buy", "visit", "visit", "buy"],
    ...     "timestamp": [f"2024-05-{day}T09:00Z" for day in ("01", "02", "03", "20", "21")]})
    >>> jm.dropoff(log, goal="buy", within="7d").table[["activity", "visits", "rate"]]
      activity  visits      rate
    0    visit       3  0.333333
    """
    if not 0 < confidence < 1:
        raise OptionError(f"confidence must lie between 0 and 1, not {confidence!r}")
    summary = as_summary(log, "gaps")
    found = dropoffs(summary, goal=goal, end=end, within=within, confidence=confidence)
    names = [summary.activities[code - 1] for code in found.activities]
    return DropOff(_table(names, found), _base(summary, confidence), confidence)


def _table(names: list[str], found: DropOffs) -> pd.DataFrame:
    import pandas as pd

    table = pd.DataFrame(
        {
            "activity": names,
            "visits": found.visits,
            "at_risk": found.at_risk,
            "rate": found.rates,
            "low": found.low,
            "high": found.high,
            "naive_rate": found.naive_rates,
            "within_seconds": found.windows / 1e6,
        }
    )
    return table.sort_values(["rate", "activity"], ascending=[False, True], ignore_index=True)


def _base(summary: Summary, confidence: float) -> str:
    visits = int(summary.part("gaps")["count"].sum())
    return (
        f"{visits:,} visits over {format_duration(summary.window_seconds)}; open visits count while "
        f"observed (Kaplan-Meier); {confidence:.0%} intervals with the customer as unit; assumes no drift over the log."
    )
