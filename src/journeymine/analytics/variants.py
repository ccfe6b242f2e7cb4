"""Variants: which journeys do customers make?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from journeymine.analytics.result import Result, of_selection, percent
from journeymine.analytics.watched import watched
from journeymine.errors import OptionError, UnknownOptionError
from journeymine.log.eventlog import EventLog
from journeymine.summary.quantiles import Durations
from journeymine.summary.summarise import as_summary
from journeymine.summary.summary import Summary
from journeymine.wording import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Variants", "variants"]


@dataclass(frozen=True, eq=False, repr=False)
class Variants(Result):
    """The journeys customers make.

    Attributes
    ----------
    table
        One row a variant, the most frequent first: ``variant`` (tuple of activities), ``cases``, ``share`` and
        ``cumulative_share`` of all cases, ``median_seconds`` from first to last event.
    num_cases, num_variants
        Of the whole log, whatever `top` shows.
    channels
        Most frequent channel of each activity, where the log says it.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": ["a", "a", "b", "c", "c"],
    ...     "activity": ["visit", "buy", "visit", "visit", "buy"],
    ...     "timestamp": [f"2024-05-0{day}T09:00Z" for day in (1, 2, 3, 4, 6)]})
    >>> jm.variants(log).headline
    '3 journeys take 2 different courses; the most frequent, visit → buy, is that of 67 %.'
    """

    num_cases: int
    num_variants: int
    channels: Mapping[str, str]

    @property
    def headline(self) -> str:
        """The answer in one sentence."""
        if not len(self.table):
            return "There are no journeys."
        first = self.table.iloc[0]
        return (
            f"{counted(self.num_cases, 'journey')} take {self.num_variants:,} different courses; the most frequent, "
            f"{' → '.join(first['variant'])}, is that of {percent(first['share'])}."
        )

    def _draw(self, ax: Axes | None) -> Axes:
        """Draw each variant as a row of chevrons, with its share."""
        from journeymine.draw.chevrons import draw_chevrons

        rows = self.table.head(15)
        courses, shares, cases = (rows[name].tolist() for name in ("variant", "share", "cases"))
        return draw_chevrons(courses, shares, cases, channels=self.channels, ax=ax)


@of_selection
def variants(
    log: EventLog | Summary, *, top: int | None = None, engine: Literal["arrow", "pm4py"] = "arrow"
) -> Variants:
    """Find the distinct activity sequences of journeys, and how many took each.

    Parameters
    ----------
    log
        A log or a summary.
    top
        Only the most frequent ones; by default all.
    engine
        ``"arrow"``, or ``"pm4py"`` to have pm4py count the same (slower; needs a log).

    Returns
    -------
    Variants
        Frequent ones first, equal ones in the order of the alphabet.

    Raises
    ------
    UnknownOptionError
        If there is no such engine.
    OptionError
        If `top` is less than one.

    References
    ----------
    .. [1] van der Aalst (2016), Process Mining: Data Science in Action, 2nd ed., Springer.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": ["a", "a", "b", "c", "c"],
    ...     "activity": ["visit", "buy", "visit", "visit", "buy"],
    ...     "timestamp": [f"2024-05-0{day}T09:00Z" for day in (1, 2, 3, 4, 6)]})
    >>> jm.variants(log).table
            variant  cases     share  cumulative_share  median_seconds
    0  (visit, buy)      2  0.666667          0.666667        129600.0
    1      (visit,)      1  0.333333          1.000000             0.0
    """
    if top is not None and top < 1:
        raise OptionError(f"top must be at least 1, not {top!r}")
    if engine == "pm4py" and isinstance(log, EventLog):
        from journeymine.graph.models import variants_by_pm4py

        return _result(*variants_by_pm4py(log), summary=as_summary(log, "channels"), top=top, whose=watched(log))
    if engine != "arrow":
        choices = ("arrow", "pm4py")
        raise UnknownOptionError("engine {name!r} cannot be used here (pm4py needs a log)", engine, choices)
    summary = as_summary(log, "variants", "spans", "channels")
    return _result(*_counted(summary, top), summary=summary, top=top, whose=watched(log))


def _counted(summary: Summary, top: int | None) -> tuple[list[tuple[str, ...]], np.ndarray, np.ndarray, int, int]:
    counts, spans = summary.overall("variants"), summary.overall("spans")
    order = np.argsort(-counts["count"], kind="stable")[:top]  # places are in the order of the alphabet already
    shown = counts["variant"][order]
    if top is not None:
        spans = spans.where(np.isin(spans["variant"], shown))
    times = Durations(spans, ("variant",))
    medians = times.quantile_seconds(0.5)[np.searchsorted(times.kind("variant"), shown)]
    names = summary.sequences.tuples(shown, list(summary.activities))
    return names, counts["count"][order], medians, summary.num_cases, len(counts)


def _result(
    names: list[tuple[str, ...]],
    cases: np.ndarray,
    medians: np.ndarray,
    num_cases: int,
    num_variants: int,
    *,
    summary: Summary,
    top: int | None,
    whose: str,
) -> Variants:
    import pandas as pd

    shares = cases[:top] / max(num_cases, 1)
    table = pd.DataFrame(
        {
            "variant": pd.Series(names[:top], dtype=object),
            "cases": cases[:top],
            "share": shares,
            "cumulative_share": np.cumsum(shares),
            "median_seconds": medians[:top],
        }
    )
    rest = "open ones included as far as they went; median time from first to last event"
    base = f"{counted(num_cases, 'journey')} of {whose}, {rest}."
    return Variants(table, base, num_cases, num_variants, summary.main_channels())
