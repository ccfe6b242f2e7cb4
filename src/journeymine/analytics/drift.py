"""Drift: do late visits lead elsewhere than early ones?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from journeymine.analytics.result import Result, of_selection, percent
from journeymine.analytics.watched import watched
from journeymine.durations import Duration, format_duration
from journeymine.errors import OptionError
from journeymine.log.eventlog import EventLog
from journeymine.summary.drifts import Drifts, drifts
from journeymine.summary.dropoffs import return_curves
from journeymine.summary.summarise import as_summary
from journeymine.summary.summary import Summary
from journeymine.summary.windows import windows_of
from journeymine.wording import counted

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["Drift", "drift"]

LEVEL = 0.05
"""The q-value below which a touchpoint is said to have changed."""


@dataclass(frozen=True, eq=False, repr=False)
class Drift(Result):
    """Drop-off of early and of late visits, side by side.

    Attributes
    ----------
    table
        One row an activity that was visited in both halves of the log, smallest ``q_value`` first: ``early_visits``,
        ``late_visits``, ``early_rate``, ``late_rate``, ``difference`` (late minus early) with ``low`` and ``high``,
        ``p_value``, ``q_value`` (with all activities in mind) and ``within_seconds``.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": list("aabcc"), "activity": ["ask", "answer", "ask", "ask", "answer"],
    ...     "timestamp": [f"2024-05-{day}T09:00Z" for day in ("01", "02", "03", "20", "21")]})
    >>> jm.drift(log, goal="answer").headline
    'Late visits are left as early ones were, as far as chance lets see (1 compared).'
    """

    @property
    def changed(self) -> tuple[str, ...]:
        """Activities that changed, the surest first."""
        return tuple(self.table.loc[self.table["q_value"] < LEVEL, "activity"])

    @property
    def headline(self) -> str:
        """The answer in one sentence."""
        if not len(self.table):
            return "The log is too short to compare early with late visits."
        if not self.changed:
            return f"Late visits are left as early ones were, as far as chance lets see ({len(self.table):,} compared)."
        first = self.table.iloc[0]
        return (
            f"{len(self.changed):,} of {len(self.table):,} touchpoints changed; most surely “{first['activity']}”: "
            f"{percent(first['early_rate'])} of early and {percent(first['late_rate'])} of late visits are not "
            f"followed within {format_duration(first['within_seconds'])}."
        )

    def _draw(self, ax: Axes | None) -> Axes:
        """Draw the late rate with the interval of its difference, and the early one beside it."""
        from journeymine.draw.intervals import draw_intervals

        rows = self.table.head(20)
        low, high = (rows["early_rate"] + rows[name] for name in ("low", "high"))
        return draw_intervals(
            rows["activity"].tolist(),
            rows["late_rate"].to_numpy(),
            low.clip(0, 1).to_numpy(),
            high.clip(0, 1).to_numpy(),
            rows["early_rate"].to_numpy(),
            label="drop-off late in the log",
            other_label="early",
            ax=ax,
        )


@of_selection
def drift(
    log: EventLog | Summary,
    *,
    goal: str | None = None,
    end: str | Sequence[str] = (),
    within: Duration | None = None,
    confidence: float = 0.95,
) -> Drift:
    """Compare the drop-off of visits in the first half of the log's time with that of visits in the second.

    Both halves are followed for the same time, and open visits count while observed, so that late visits are not
    worse for being late. A difference means that service, customers or the log itself changed: one rate for the whole
    log is then a mean over the change.

    Parameters
    ----------
    log
        A log or a summary.
    goal, end
        Activities that complete a journey, with and without success.
    within
        Window, by default as in `dropoff`; at most 0.7 of half of the time the log covers.
    confidence
        Of the intervals, whose unit is the customer [1]_.

    Returns
    -------
    Drift
        With q-values by Benjamini and Hochberg [2]_.

    Raises
    ------
    UnknownActivityError
        If `goal` or an `end` never occurs; the message names the closest activities.
    WindowError
        If `within` is longer than 0.7 of the time the log covers.

    References
    ----------
    .. [1] Kott (2001), The delete-a-group jackknife, J. Official Statistics 17(4).
    .. [2] Benjamini & Hochberg (1995), Controlling the false discovery rate, J. Royal Statistical Society B 57(1).

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": list("aabcc"), "activity": ["ask", "answer", "ask", "ask", "answer"],
    ...     "timestamp": [f"2024-05-{day}T09:00Z" for day in ("01", "02", "03", "20", "21")]})
    >>> jm.drift(log, goal="answer", within="3d").table[["activity", "early_rate", "late_rate"]]
      activity  early_rate  late_rate
    0      ask         0.5        0.0
    """
    if not 0 < confidence < 1:
        raise OptionError(f"confidence must lie between 0 and 1, not {confidence!r}")
    summary = as_summary(log, "visits", "gaps")
    curves = return_curves(summary, goal=goal, end=end)
    found = drifts(summary, curves, windows_of(curves, summary, within), confidence=confidence)
    followed = format_duration(found.windows.max(initial=0) / 1e6)
    base = (
        f"{counted(found.visits.sum(), 'visit')} of {watched(log)}, {found.visits[1].sum():,} of them in the second "
        f"half, followed for {followed} at most; open visits count while observed (Kaplan-Meier); {confidence:.0%} "
        "intervals with the customer as unit; q-values by Benjamini and Hochberg."
    )
    return Drift(_table(summary, found), base)


def _table(summary: Summary, found: Drifts) -> pd.DataFrame:
    import pandas as pd

    table = pd.DataFrame(
        {
            "activity": pd.Series([summary.activities[code - 1] for code in found.activities], dtype=object),
            "early_visits": found.visits[0],
            "late_visits": found.visits[1],
            "early_rate": found.rates[0],
            "late_rate": found.rates[1],
            "difference": found.rates[1] - found.rates[0],
            "low": found.low,
            "high": found.high,
            "p_value": found.p,
            "q_value": found.q,
            "within_seconds": found.windows / 1e6,
        }
    )
    return table.sort_values(["q_value", "p_value", "activity"], ignore_index=True)
