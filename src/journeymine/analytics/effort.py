"""Effort: how many contacts, switches and transfers it takes until a journey is resolved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from journeymine.analytics.customer_contacts import codes_of, made_by_customers
from journeymine.analytics.result import Result, of_selection
from journeymine.durations import Duration, format_duration, to_microseconds
from journeymine.errors import OptionError
from journeymine.log.eventlog import EventLog
from journeymine.summary import journeys
from journeymine.summary.arrays import Arrays
from journeymine.summary.contacts import Contacts
from journeymine.summary.counts import Counts
from journeymine.summary.dropoffs import open_before
from journeymine.summary.handovers import Handovers
from journeymine.summary.means import Means
from journeymine.summary.summarise import summarise
from journeymine.summary.summary import Summary
from journeymine.summary.survival import Survival
from journeymine.summary.windows import checked_window, longest_window
from journeymine.wording import counted

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["Effort", "effort"]


@dataclass(frozen=True, eq=False, repr=False)
class Effort(Result):
    """What it takes until a journey is resolved.

    Attributes
    ----------
    table
        One row a measure, and a segment where they were asked for: ``segment``; ``measure``: ``"contacts"``,
        ``"switches"`` of channel, where there are several, and ``"transfers"``, where agents are known; ``journeys``,
        of which ``resolved`` were seen to be resolved within the window; ``mean`` number until then, the resolution
        included, with ``low`` and ``high``; ``naive_mean`` of the journeys that were seen to be resolved, whatever
        time they took; ``within_seconds``.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case": ["a", "a", "b", "b", "b", "c"], "what": ["ask", "solved", "ask", "ask", "solved",
    ...     "ask"], "channel": ["web", "phone", "web", "mail", "phone", "web"],
    ...     "at": [f"2024-05-0{day}T09:00Z" for day in (1, 2, 1, 2, 3, 9)]},
    ...     case="case", activity="what", timestamp="at", channel="channel")
    >>> jm.effort(log, resolved="solved").headline
    'A journey that is resolved within 5.6 d takes 2.5 contacts (0.2 to 32) and 1.5 switches (0.0 to 104).'
    """

    @property
    def headline(self) -> str:
        """The answer in one sentence, for the first segment."""
        if not len(self.table):
            return "No journey was seen to be resolved within the window."
        rows, first = _rows(self.table), self.table.iloc[0]
        whose = f" of segment “{first['segment']}”" if "segment" in self.table else ""
        mine = rows if not whose else [row for row in rows if row.segment == first["segment"]]
        said = [f"{_number(row.mean)} {row.measure} ({_number(row.low)} to {_number(row.high)})" for row in mine]
        within = format_duration(first["within_seconds"])
        return f"A journey{whose} that is resolved within {within} takes {' and '.join(said)}."

    def _draw(self, ax: Axes | None) -> Axes:
        """Draw the means as bars, with their intervals beside them."""
        from journeymine.draw.bars import draw_bars

        rows = _rows(self.table)
        names = [" · ".join([*([row.segment] if "segment" in self.table else []), row.measure]) for row in rows]
        notes = [f"{_number(row.mean)} ({_number(row.low)} – {_number(row.high)})" for row in rows]
        return draw_bars(names, self.table["mean"].to_numpy(), notes, label="until resolved, a journey", ax=ax)


def _rows(table: pd.DataFrame) -> list:
    return list(table.itertuples(index=False))


def _number(value: float) -> str:
    return "–" if value != value else f"{value:,.0f}" if value >= 20 else f"{value:.1f}"


@of_selection
def effort(
    log: EventLog,
    *,
    resolved: str | Sequence[str],
    by: str | None = None,
    agent: str | None = None,
    within: Duration | None = None,
    gap: Duration = "30min",
    exclude: str | Sequence[str] = (),
    confidence: float = 0.95,
) -> Effort:
    """Estimate how many contacts, switches of channel and transfers it takes until a journey is resolved.

    A contact is what a customer does in one channel without a pause longer than `gap`; a switch is a contact in
    another channel than the one before it in the journey; a transfer is another agent in the same channel. Journeys
    that need many contacts also need long, and in a log that ends they are rarely seen to be resolved: the plain mean
    over resolved journeys is too low. Here a resolved journey stands for those that are still open, as the chance to be
    seen resolved after so long a time says [1]_.

    Parameters
    ----------
    log
        A log.
    resolved
        Activities that resolve a journey, the first time one of them comes. What comes after does not count.
    by
        A column: its value in a journey's first event is the journey's segment.
    agent
        A column that says who served, for transfers.
    within
        How long journeys are followed, such as ``"30d"``; by default 0.7 of the time the log covers.
    gap
        Longest pause inside a contact.
    exclude
        Activities that are no contacts. What the company did itself is left out already: events whose ``direction`` is
        outbound or internal, and what readers call calls made, mails sent and what became of these.
    confidence
        Of the intervals, whose unit is the customer: the delete-one-group jackknife over 64 groups of customers [2]_.

    Returns
    -------
    Effort
        Of journeys that are resolved within the window.

    Raises
    ------
    UnknownActivityError, UnknownColumnError
        If an activity or a column does not occur; the message names the closest.
    OptionError
        If `log` is a summary, or nothing resolves a journey.
    WindowError
        If `within` is longer than 0.7 of the time the log covers.

    Notes
    -----
    Contacts before the log began are not in it: journeys that were under way then seem easier than they were.

    References
    ----------
    .. [1] Aalen & Johansen (1978), An empirical transition matrix for non-homogeneous Markov chains based on censored
       observations, Scand. J. Statistics 5(3).
    .. [2] Kott (2001), The delete-a-group jackknife, J. Official Statistics 17(4).

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case": ["a", "a", "b", "b", "b", "c"], "what": ["ask", "solved", "ask", "ask", "solved",
    ...     "ask"], "channel": ["web", "phone", "web", "mail", "phone", "web"],
    ...     "at": [f"2024-05-0{day}T09:00Z" for day in (1, 2, 1, 2, 3, 9)]},
    ...     case="case", activity="what", timestamp="at", channel="channel")
    >>> jm.effort(log, resolved="solved").table[["measure", "journeys", "resolved", "mean"]]
        measure  journeys  resolved  mean
    0  contacts         3         2   2.5
    1  switches         3         2   1.5
    """
    if not 0 < confidence < 1:
        raise OptionError(f"confidence must lie between 0 and 1, not {confidence!r}")
    if isinstance(log, Summary):
        raise OptionError("a summary does not know how far each journey has come; give the log itself to effort")
    names = [resolved] if isinstance(resolved, str) else list(resolved)
    if not names:
        raise OptionError("name at least one activity that resolves a journey, such as resolved='ticket solved'")
    summary = summarise(log, parts=["customers"])
    window = longest_window(summary) if within is None else checked_window(within, summary, "journeys")
    arrays = Arrays(log, by)
    marks = _marks(arrays, made_by_customers(log, exclude), codes_of(log, agent), to_microseconds(gap))
    gaps, places = _until_resolved(arrays, [summary.code(name) for name in names])
    known = arrays.case_segments > 0 if by is not None else np.ones(log.num_cases, bool)
    curves = Survival(gaps.where(known))
    windows = np.full(len(curves.activities), window)
    segments = None if by is None else np.array(arrays.segments, object)[curves.activities.astype(int) - 1]
    measured = {measure: _amounts(arrays, mark, places)[known] for measure, mark in marks.items()}
    table = _table(curves, windows, measured, segments, confidence)
    base = (
        f"{counted(curves.visits.sum(), 'journey')} of {counted(log.num_customers, 'customer')} over "
        f"{format_duration(summary.window_seconds)}, each followed for {format_duration(window / 1e6)} until "
        f"{' or '.join(f'“{name}”' for name in names)}; the {open_before(curves, windows).sum():,} whose source ended "
        f"before that count while watched (Aalen-Johansen); a pause of more than {gap} ends a contact; "
        f"{confidence:.0%} intervals with the customer as unit; assumes no drift."
    )
    return Effort(table, base)


def _marks(arrays: Arrays, counted: np.ndarray, agents: Sequence[np.ndarray], gap: int) -> dict[str, np.ndarray]:
    """Mark the events with which a contact begins, and those with a switch and a transfer; bool, shape (events,)."""
    events, cases = np.flatnonzero(counted), arrays.per_event(np.arange(len(arrays.firsts)))
    channels = arrays.channel_codes
    begins = Contacts.of(arrays, events, [cases[events]], [channels[events]], gap).firsts
    switched = np.zeros(len(begins), bool)
    switched[1:] = (np.diff(cases[begins]) == 0) & (channels[begins[1:]] != channels[begins[:-1]])
    marks = {"contacts": begins}
    if len(arrays.log.channels) > 1:
        marks["switches"] = begins[switched]
    for who in agents:
        marks["transfers"] = Handovers.of(arrays, who).after
    return {name: np.isin(np.arange(len(cases)), places) for name, places in marks.items()}


def _until_resolved(arrays: Arrays, resolved: Sequence[int]) -> tuple[Counts, np.ndarray]:
    """Give what became of each journey, by segment, and the event that resolved it."""
    cases, starts = journeys.starts_of(arrays)
    kinds, durations, places = journeys.fates(arrays, cases, starts, goal=resolved[0], end=resolved[1:])
    keys = {"activity": arrays.case_segments, "duration": durations, "next_activity": kinds != journeys.STILL_OPEN}
    counts = {"count": np.broadcast_to(np.int64(1), len(cases))}
    return Counts({**keys, "group": arrays.case_groups}, counts, is_loose=True), places


def _amounts(arrays: Arrays, marks: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Count the marks of each case up to an event, int64, shape (cases,)."""
    running = np.concatenate(([0], np.cumsum(marks)))
    return running[places + 1] - running[arrays.firsts]


def _table(
    curves: Survival,
    windows: np.ndarray,
    measured: dict[str, np.ndarray],
    segments: np.ndarray | None,
    confidence: float,
) -> pd.DataFrame:
    import pandas as pd

    tables = []
    for measure, amounts in measured.items():
        found = Means.of(curves, windows, amounts, confidence)
        rows = {
            "measure": measure,
            "journeys": curves.visits[found.places],
            "resolved": found.counts,
            "mean": found.means,
            "low": found.low,
            "high": found.high,
            "naive_mean": _naive_means(curves, amounts)[found.places],
            "within_seconds": windows[found.places] / 1e6,
        }
        tables.append(pd.DataFrame(rows if segments is None else {"segment": segments[found.places], **rows}))
    table = pd.concat(tables, ignore_index=True)
    return table if segments is None else table.sort_values("segment", kind="stable", ignore_index=True)


def _naive_means(curves: Survival, amounts: np.ndarray) -> np.ndarray:
    """Give the mean over all that were seen to be resolved, shape (segments,)."""
    resolved, size = np.flatnonzero(~curves.is_open), len(curves.activities)
    every = np.bincount(curves.places[resolved], minlength=size)
    return np.bincount(curves.places[resolved], amounts[resolved], size) / np.maximum(every, 1)
