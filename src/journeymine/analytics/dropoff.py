"""Drop-off: after which touchpoints do customers not come back?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from journeymine.analytics.result import Result, of_selection, percent
from journeymine.durations import Duration, format_duration
from journeymine.errors import OptionError
from journeymine.log.eventlog import EventLog
from journeymine.summary.drifts import Drifts, drifts
from journeymine.summary.dropoffs import DropOffs, dropoffs
from journeymine.summary.summarise import as_summary
from journeymine.summary.summary import Summary
from journeymine.wording import counted

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["DropOff", "dropoff"]

_FEW: Final = 10
_THIN: Final = "few observed"


@dataclass(frozen=True, eq=False, repr=False)
class DropOff(Result):
    """After which activities customers do not come back.

    Attributes
    ----------
    table
        One row an activity, highest ``rate`` first: ``visits``, ``customers``, ``at_risk`` (visits still observed,
        without a next event, at the end of the window), ``rate`` in [0, 1], ``low`` and ``high`` of its interval,
        ``naive_rate`` (last events in the log over visits, as most tools count), ``within_seconds``; what became of
        the other visits within the window: ``next_rate``, ``goal_rate`` and ``end_rate`` (another touchpoint, the goal,
        another declared end; with ``rate`` they add up to 1); and ``mark``, which says why a row is to be read with
        care: ``"few observed"`` where fewer than 10 visits have a known outcome, ``"drift"`` where early and late
        visits differ, else nothing.
    confidence
        Of the interval.
    drifting
        Activities whose visits in the first half of the log dropped off differently from those in the second (q-value
        below 0.05): their rate is a mean over a change. `drift` has the figures.

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
    drifting: tuple[str, ...] = ()

    @property
    def headline(self) -> str:
        """The answer in one sentence."""
        known = self.table.dropna(subset="rate")
        if not len(known):
            return "The log is too short to tell where customers drop off."
        first = known.sort_values("mark", key=lambda mark: mark == _THIN, kind="stable").iloc[0]
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


@of_selection
def dropoff(
    log: EventLog | Summary,
    *,
    goal: str | None = None,
    end: str | Sequence[str] = (),
    within: Duration | None = None,
    confidence: float = 0.95,
) -> DropOff:
    """Estimate after which activities customers do not come back.

    Four things can become of a visit: another touchpoint follows, the goal does, another declared end does, or nothing
    does within the window. Only the last is a drop-off. A visit whose source ends before the window does is open, not
    dropped: it counts for as long as it was observed [1]_. Activities that complete a journey have no row.

    Parameters
    ----------
    log
        A log or a summary.
    goal, end
        Activities that complete a journey, with and without success.
    within
        Window, such as ``"14d"``. By default one for all activities, so that rates can be compared: the longest time in
        which any activity's visits usually come back, rounded up to a duration that is easy to say, at most 0.7 of the
        time the log covers. *Usually* is the 95th percentile of the time to the next event among visits that have one,
        corrected for open ones; of activities with at least 20 such visits. ``"usual"`` gives each activity its own
        usual time instead: then one in twenty of those who come back counts as dropped, by definition.
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
    Assumes that a visit's chance to be followed does not depend on when in the log it was made; that is checked, by
    halves of the log, at follow-up of the same length.

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
    summary = as_summary(log, "customers", "visits", "gaps")
    found = dropoffs(summary, goal=goal, end=end, within=within, confidence=confidence)
    changed = drifts(summary, found.curves, found.windows, confidence=confidence)
    drifting = tuple(summary.activities[code - 1] for code in changed.changed())
    base = (
        f"{based_on(summary, found.visits, found.open, found.windows)} (Kaplan-Meier); "
        f"{confidence:.0%} intervals with the customer as unit; {_compared(changed, drifting)}"
    )
    return DropOff(_table(summary, found, drifting), base, confidence, drifting)


def _table(summary: Summary, found: DropOffs, drifting: tuple[str, ...]) -> pd.DataFrame:
    import pandas as pd

    names = [summary.activities[code - 1] for code in found.activities]
    known = found.visits - found.open
    marks = [
        "few observed" if few else "drift" if name in drifting else ""
        for few, name in zip(known < _FEW, names, strict=True)
    ]
    table = pd.DataFrame(
        {
            "activity": names,
            "visits": found.visits,
            "customers": found.customers,
            "at_risk": found.at_risk,
            "rate": found.rates,
            "low": found.low,
            "high": found.high,
            "naive_rate": found.naive_rates,
            "within_seconds": found.windows / 1e6,
            "next_rate": found.next_rates,
            "goal_rate": found.goal_rates,
            "end_rate": found.end_rates,
            "mark": pd.Series(marks, dtype=object),
        }
    )
    return table.sort_values(["rate", "activity"], ascending=[False, True], ignore_index=True)


def based_on(summary: Summary, visits: np.ndarray, still_open: np.ndarray, windows: np.ndarray) -> str:
    """Say which visits an answer about what comes next rests on.

    Parameters
    ----------
    summary
        With the part ``customers``.
    visits, still_open
        Of each activity: how many visits there are, and of how many the source ended before the window did.
    windows
        Microseconds, int64, shape (activities,).

    Returns
    -------
    str
        The beginning of a base.
    """
    each = "its own usual time" if len(set(windows.tolist())) > 1 else format_duration(windows.max(initial=0) / 1e6)
    return (
        f"{counted(visits.sum(), 'visit')} of {counted(summary.num_customers, 'customer')} over "
        f"{format_duration(summary.window_seconds)}, each followed for {each}; the {still_open.sum():,} whose source "
        "ended before that count while observed"
    )


def _compared(changed: Drifts, drifting: tuple[str, ...]) -> str:
    if not drifting:
        told = np.isfinite(changed.p).any()
        return f"early and late visits {'do not differ beyond chance' if told else 'cannot be compared'}."
    names = ", ".join(f"“{name}”" for name in drifting[:3]) + (" and others" if len(drifting) > 3 else "")
    return f"caution: early and late visits of {names} differ (jm.drift shows how)."
