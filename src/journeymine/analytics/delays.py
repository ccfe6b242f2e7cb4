"""Delays: which transitions are slow, and what does the waiting add up to?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from journeymine.analytics.delay_table import LOWER_BOUND, SPREAD, delay_base, delay_table
from journeymine.analytics.passes import PAIR, Terms, passes_of, passes_since
from journeymine.analytics.references import Given, reference_of
from journeymine.analytics.result import Result, of_selection, percent
from journeymine.durations import format_duration
from journeymine.errors import OptionError
from journeymine.log.eventlog import EventLog
from journeymine.log.selection import Moment
from journeymine.summary.summary import Summary
from journeymine.summary.timed import Calendar, Time

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["Delays", "delays"]

LEVEL: Final = 0.05
"""The q-value below which a transition is called slower."""

_SHOWN: Final = 15
_TELLING: Final = 100  # an interval that spans more than two orders of magnitude says no more than "who knows"
_DAY: Final = 86_400


@dataclass(frozen=True, eq=False, repr=False)
class Delays(Result):
    """How long transitions take, ranked by what they surely take beyond the reference.

    Attributes
    ----------
    table
        One row a transition (and segment): ``activity``, ``next_activity`` (``segment``), ``count`` passes of
        ``customers`` customers, ``open`` (visits of the activity whose source ended before nine in ten passes would
        have come, so that they may still be waiting for this one), ``median_seconds``, ``p90_seconds``,
        ``excess_seconds`` (what all passes took beyond the reference, added up) with ``excess_low_seconds`` and
        ``excess_high_seconds``, ``reference_seconds``.

        Against a limit: ``limit_seconds`` (the target, or what nine in ten passes took where the reference comes from),
        ``above_share`` of passes above it with ``above_low`` and ``above_high``, ``reference_share`` of passes above it
        there, ``p_value`` and ``q_value`` of being slower than there (not a number below 30 passes on either side).

        ``mark`` is ``"p90 at least"`` where so many visits are open that the 90th percentile is only a lower bound.
        ``median_waiting_seconds`` and ``median_service_seconds`` stand there if ends of events are logged;
        ``best_segment`` if that is the reference. ``p10_seconds``, ``p25_seconds`` and ``p75_seconds`` tell how passes
        are spread.

        The largest ``excess_low_seconds`` stands first; where there is something to be slower than, the smallest
        ``p_value`` does.
    is_tested
        Whether passes are compared with others.
    time
        What was measured: ``"transition"``, ``"waiting"`` or ``"service"``.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": ["a", "a", "b", "c", "c"],
    ...     "activity": ["visit", "buy", "visit", "visit", "buy"],
    ...     "timestamp": [f"2024-05-0{day}T09:00Z" for day in (1, 2, 3, 4, 6)]})
    >>> jm.delays(log, reference="1d").headline
    'Most waiting beyond the reference adds up between “visit” and “buy”: 24 h (too few to say how surely) over 2 passes
    (median 1.5 d, one in ten over 1.9 d).'
    """

    is_tested: bool = False
    time: Time = "transition"

    @property
    def slower(self) -> pd.DataFrame:
        """The rows that are slower than their reference beyond chance, with all rows in mind."""
        return self.table.loc[self.table["q_value"] < LEVEL]

    @property
    def headline(self) -> str:
        """The answer in one sentence."""
        if not len(self.table):
            return "No transition has enough passes."
        return self._most_slower() if self.is_tested else self._most_waiting()

    def _most_waiting(self) -> str:
        first = self.table.iloc[0]
        low, high = first["excess_low_seconds"], first["excess_high_seconds"]
        told = high < _TELLING * low
        sure = f"{format_duration(low)} to {format_duration(high)}" if told else "too few to say how surely"
        least = "at least " if first["mark"] == LOWER_BOUND else ""
        what = "service" if self.time == "service" else "waiting"
        return (
            f"Most {what} beyond the reference adds up {_between(first)}: "
            f"{format_duration(first['excess_seconds'])} ({sure}) over {first['count']:,} passes "
            f"(median {format_duration(first['median_seconds'])}, "
            f"one in ten over {least}{format_duration(first['p90_seconds'])})."
        )

    def _most_slower(self) -> str:
        tested = np.count_nonzero(self.table["q_value"].notna())
        if not len(self.slower):
            return f"None of {tested:,} transitions is slower than its reference beyond chance."
        first = self.slower.iloc[0]
        return (
            f"{len(self.slower):,} of {tested:,} transitions are slower than their reference beyond chance, most "
            f"surely {_between(first)}: {percent(first['above_share'])} ({percent(first['above_low'])} to "
            f"{percent(first['above_high'])}) of {first['count']:,} passes take more than "
            f"{format_duration(first['limit_seconds'])}, there {percent(first['reference_share'])} (median "
            f"{format_duration(first['median_seconds'])}, there {format_duration(first['reference_seconds'])})."
        )

    def plot_times(self, ax: Axes | None = None) -> Axes:
        """Draw how the times of transitions are spread.

        Parameters
        ----------
        ax
            Where; by default a new figure of fitting size.

        Returns
        -------
        matplotlib.axes.Axes
            The drawing: the first transitions of the table, in its order.
        """
        from journeymine.draw.spreads import draw_spreads

        rows = self.table.head(_SHOWN)
        notes = [f"{count:,} passes" for count in rows["count"]]
        return draw_spreads(_row_names(rows), rows[list(SPREAD)].to_numpy(), notes, label="time taken", ax=ax)

    def _draw(self, ax: Axes | None) -> Axes:
        """Draw excess time as bars with its interval, or shares above the limit beside those of the reference."""
        if not self.is_tested:
            return self._draw_excess(self.table.head(_SHOWN), ax)
        return self._draw_shares(self.table.dropna(subset="above_share").head(_SHOWN), ax)

    def _draw_excess(self, rows: pd.DataFrame, ax: Axes | None) -> Axes:
        from journeymine.draw.axes import theme_of
        from journeymine.draw.bars import draw_bars

        notes = [
            f"{count:,} × median {format_duration(median)}"
            for count, median in zip(rows["count"], rows["median_seconds"], strict=True)
        ]
        excess, low, high = (rows[f"excess{side}_seconds"].to_numpy() / _DAY for side in ("", "_low", "_high"))
        ax = draw_bars(_row_names(rows), excess, notes, label="excess time (days)", ax=ax)
        told = np.flatnonzero(high < _TELLING * low)
        ax.hlines(told, low[told], high[told], color=theme_of(ax).ink, linewidth=1.1, zorder=3)
        ax.set_xlim(0, max(ax.get_xlim()[1], high[told].max(initial=0) * 1.02))
        return ax

    def _draw_shares(self, rows: pd.DataFrame, ax: Axes | None) -> Axes:
        from journeymine.draw.intervals import draw_intervals

        shares = [rows[name].to_numpy() for name in ("above_share", "above_low", "above_high", "reference_share")]
        labels = {"label": "passes above the limit", "other_label": "in the reference"}
        return draw_intervals(_row_names(rows), *shares, **labels, ax=ax)


def _row_names(rows: pd.DataFrame) -> list[str]:
    names = [" → ".join(pair) for pair in rows[list(PAIR)].itertuples(index=False)]
    if "segment" not in rows:
        return names
    return [f"{name} · {segment}" for name, segment in zip(names, rows["segment"], strict=True)]


def _between(row: pd.Series) -> str:
    of_segment = f" of {row['segment']}" if "segment" in row else ""
    return f"between “{row['activity']}” and “{row['next_activity']}”{of_segment}"


@of_selection
def delays(
    log: EventLog | Summary,
    *,
    reference: Given = None,
    since: Moment | None = None,
    by: str | None = None,
    calendar: Calendar | None = None,
    time: Time = "transition",
    min_cases: int = 1,
    confidence: float = 0.95,
) -> Delays:
    """Rank transitions by the time they surely take beyond a reference, in total.

    Parameters
    ----------
    log
        A log or a summary; a log where `since`, `calendar` or `time` are asked for.
    reference
        What a transition should take: a target such as ``"2d"``; a log or summary to compare with, such as an earlier
        period, of which each transition's median is taken (its own median where it does not occur there);
        ``"best segment"`` for the smallest median of any segment with 30 passes, with `by`; by default each
        transition's own median.
    since
        A moment with a zone: journeys that began then or later are compared with those that began before.
    by
        Column whose value in a journey's first event is its segment; each segment's transitions stand for themselves.
    calendar
        Opening hours: of all channels, or by channel; time outside of them does not count. Those of the channel that
        has to act next decide, which is the channel of the next event. A channel without opening hours never closes.
    time
        ``"transition"``: from the begin of an event to the begin of the next, which is all that one time for each event
        tells; where ends are logged, too, ``"waiting"``: from its end to the begin of the next, and ``"service"``: from
        its begin to its end.
    min_cases
        Leave out transitions with fewer passes.
    confidence
        Of the intervals, whose unit is the customer: the delete-one-group jackknife over 64 groups of customers [1]_.

    Returns
    -------
    Delays
        Of transitions that were completed. In a log that ends while customers are waiting, the longest waits are
        missing: figures are lower bounds, and ``open`` says how many visits may still be waiting.

    Raises
    ------
    OptionError
        If options exclude one another, or the log or a summary cannot answer them.
    UnknownNameError
        If a column, a channel with opening hours, or `time` does not exist; the message names the closest.

    Notes
    -----
    A slow transition is found by its own measure: by the share of passes above what nine in ten took before, or
    elsewhere, not by a long mean or maximum, which the usually slow ones have. The p-values are one-sided; q-values are
    those of Benjamini and Hochberg [2]_, which also hold where many transitions are looked at. A best segment is chosen
    by chance, too; p-values against it are multiplied by the number of the other segments that could have been it.
    Slower is linked to the period or segment, not shown to be caused by it.

    References
    ----------
    .. [1] Kott (2001), The delete-a-group jackknife, J. Official Statistics 17(4).
    .. [2] Benjamini & Hochberg (1995), Controlling the false discovery rate: a practical and powerful approach to
       multiple testing, J. Royal Statistical Society B 57(1).
    .. [3] Suriadi, Ouyang, van der Aalst & ter Hofstede (2013), Root cause analysis with enriched process logs, BPM
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
    if not 0 < confidence < 1:
        raise OptionError(f"confidence must lie between 0 and 1, not {confidence!r}")
    if since is not None and (by is not None or reference is not None):
        raise OptionError("since= is a reference itself: give it without reference= and by=")
    terms = Terms(time, calendar)
    passes, other = (passes_of(log, terms, by=by), None) if since is None else passes_since(log, terms, since)
    if isinstance(reference, EventLog | Summary):
        other = passes_of(reference, terms)
    found = reference_of(passes, other, reference, confidence)
    table = delay_table(passes, found, confidence, min_cases)
    base = delay_base(passes, table, reference, since, confidence)
    return Delays(table, base, is_tested=found.other is not None, time=time)
