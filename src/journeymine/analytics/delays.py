"""Delays: which transitions are slow, and what does the waiting add up to?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from journeymine.analytics.result import Result
from journeymine.durations import Duration, format_duration, to_microseconds
from journeymine.log.eventlog import EventLog
from journeymine.summary.quantiles import Durations
from journeymine.summary.summarise import as_summary
from journeymine.summary.summary import Summary

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["Delays", "delays"]

PAIR = ("activity", "next_activity")


@dataclass(frozen=True, eq=False, repr=False)
class Delays(Result):
    """How long transitions take, ranked by what they take beyond the reference in total.

    Attributes
    ----------
    table
        One row a transition, highest ``excess_seconds`` first: ``activity``, ``next_activity``, ``count``,
        ``customers``, ``median_seconds``, ``p90_seconds``, ``excess_seconds`` (sum over all passes of what they took
        beyond the reference) and ``reference_seconds``.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": ["a", "a", "b", "c", "c"],
    ...     "activity": ["visit", "buy", "visit", "visit", "buy"],
    ...     "timestamp": [f"2024-05-0{day}T09:00Z" for day in (1, 2, 3, 4, 6)]})
    >>> jm.delays(log, reference="1d").headline
    'Most waiting beyond the reference adds up between “visit” and “buy”: 24 h over 2 passes (median 1.5 d, one in ten
    over 1.9 d).'
    """

    @property
    def headline(self) -> str:
        """The answer in one sentence."""
        if not len(self.table):
            return "No transition has enough passes."
        first = self.table.iloc[0]
        return (
            f"Most waiting beyond the reference adds up between “{first['activity']}” and “{first['next_activity']}”: "
            f"{format_duration(first['excess_seconds'])} over {first['count']:,} passes "
            f"(median {format_duration(first['median_seconds'])}, "
            f"one in ten over {format_duration(first['p90_seconds'])})."
        )

    def _draw(self, ax: Axes | None) -> Axes:
        """Draw the transitions with the most excess time as bars."""
        from journeymine.draw.bars import draw_bars

        rows = self.table.head(15)
        names = [f"{before} → {after}" for before, after in zip(rows["activity"], rows["next_activity"], strict=True)]
        notes = [
            f"{count:,} × median {format_duration(median)}"
            for count, median in zip(rows["count"], rows["median_seconds"], strict=True)
        ]
        return draw_bars(names, rows["excess_seconds"].to_numpy() / 86_400, notes, label="excess time (days)", ax=ax)


def delays(
    log: EventLog | Summary,
    *,
    min_cases: int = 1,
    reference: Duration | EventLog | Summary | None = None,
) -> Delays:
    """Rank transitions by the time they take beyond a reference, in total.

    Parameters
    ----------
    log
        A log or a summary.
    min_cases
        Leave out transitions with fewer passes.
    reference
        What a transition should take: a target such as ``"2d"``; a log or summary to compare with, such as an earlier
        period, of which each transition's median is taken (its own median where it does not occur there); by default
        each transition's own median.

    Returns
    -------
    Delays
        Of transitions that were completed. In a log that ends while customers are waiting, the longest waits are
        missing: figures are lower bounds.

    References
    ----------
    .. [1] Suriadi, Ouyang, van der Aalst & ter Hofstede (2013), Root cause analysis with enriched process logs, BPM
       Workshops, LNBIP 132.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": ["a", "a", "b", "b"], "activity": ["ask", "answer"] * 2,
    ...     "timestamp": ["2024-05-01T09:00Z", "2024-05-01T10:00Z", "2024-05-02T09:00Z", "2024-05-02T12:00Z"]})
    >>> jm.delays(log, reference="1h").table[["activity", "next_activity", "count", "median_seconds", "excess_seconds"]]
      activity next_activity  count  median_seconds  excess_seconds
    0      ask        answer      2          7200.0          7200.0
    """
    summary = as_summary(log, "times", "follows")
    times = Durations(summary.overall("times"), PAIR)
    medians = times.quantile_seconds(0.5)
    references = _references(times, medians, summary, reference)
    table = _table(summary, times, medians, references)
    table = table.loc[table["count"] >= min_cases].reset_index(drop=True)
    return Delays(table, f"{int(times.totals.sum()):,} completed transitions; {_described(reference)}")


def _references(
    times: Durations, medians: np.ndarray, summary: Summary, reference: Duration | EventLog | Summary | None
) -> np.ndarray:
    if reference is None:
        return medians
    if isinstance(reference, EventLog | Summary):
        known = _medians_by_name(as_summary(reference, "times"))
        pairs = _pairs(times, summary)
        return np.array([known.get(pair, median) for pair, median in zip(pairs, medians, strict=True)])
    return np.full(len(medians), to_microseconds(reference) / 1e6)


def _medians_by_name(summary: Summary) -> dict[tuple[str, str], float]:
    times = Durations(summary.overall("times"), PAIR)
    return dict(zip(_pairs(times, summary), times.quantile_seconds(0.5).tolist(), strict=True))


def _pairs(times: Durations, summary: Summary) -> list[tuple[str, str]]:
    before, after = ([summary.activities[code - 1] for code in times.kind(name)] for name in PAIR)
    return list(zip(before, after, strict=True))


def _table(summary: Summary, times: Durations, medians: np.ndarray, references: np.ndarray) -> pd.DataFrame:
    import pandas as pd

    follows = summary.overall("follows")
    inside = follows.where((follows["activity"] > 0) & (follows["next_activity"] > 0))  # the same pairs, in one order
    table = pd.DataFrame(_pairs(times, summary), columns=list(PAIR)).assign(
        count=times.totals,
        customers=inside["customers"],
        median_seconds=medians,
        p90_seconds=times.quantile_seconds(0.9),
        excess_seconds=times.excess_seconds(references),
        reference_seconds=references,
    )
    return table.sort_values(["excess_seconds", *PAIR], ascending=[False, True, True], ignore_index=True)


def _described(reference: object) -> str:
    if reference is None:
        return "excess over each transition's own median; waits still open at the end of the log are not in it."
    if isinstance(reference, EventLog | Summary):
        return "excess over each transition's median in the reference; waits still open at the end are not in it."
    return f"excess over {reference}; waits still open at the end of the log are not in it."
