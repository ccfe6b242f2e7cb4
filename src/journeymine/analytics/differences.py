"""Differences between segments, category by category: what a comparison shows, and what its check looks at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from journeymine.analytics import measured_cases, measured_times, measured_visits
from journeymine.analytics.measured import Measured, Terms
from journeymine.errors import OptionError, UnknownNameError, UnknownOptionError
from journeymine.log.eventlog import EventLog
from journeymine.log.selection import Moment
from journeymine.summary.cells import Cells
from journeymine.summary.contrasts import Contrast, contrast
from journeymine.summary.estimates import side_of
from journeymine.summary.significance import q_values

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["What", "cells_of", "differences", "measure", "pairs_of"]

What = Literal["variants", "dropoff", "delays", "transitions", "funnel", "throughput"]

_REST: Final = "the rest"
_MEASURES: Final[Mapping[str, Callable[[Cells, Terms], Measured]]] = {
    "variants": measured_cases.variants,
    "dropoff": measured_visits.dropoffs,
    "delays": measured_times.delays,
    "transitions": measured_visits.transitions,
    "funnel": measured_cases.funnels,
    "throughput": measured_times.throughput,
}


def cells_of(log: EventLog, by: str | None, since: Moment | None, adjust: str | Sequence[str]) -> Cells:
    """Give each case its segment and stratum.

    Parameters
    ----------
    log
        A log.
    by, since
        A column, or a moment.
    adjust
        Columns to hold equal.

    Returns
    -------
    Cells
        By column, or by period.

    Raises
    ------
    OptionError
        If `log` is a summary, or both or none of `by` and `since` are given.
    """
    if not isinstance(log, EventLog):
        raise OptionError("a summary does not know which customer made which journey; give the log itself")
    names = [adjust] if isinstance(adjust, str) else list(adjust)
    if by is not None and since is None:
        return Cells.by_column(log, by, names)
    if by is None and since is not None:
        return Cells.by_period(log, since, names)
    raise OptionError("give either by=, a column of segments, or since=, a moment; not both, not neither")


def pairs_of(segments: Sequence[str], baseline: str | None) -> list[tuple[int, list[int]]]:
    """Tell which segment is compared with which others.

    Parameters
    ----------
    segments
        Their names.
    baseline
        What each other is compared with; by default, of two the first, of several all others.

    Returns
    -------
    list of tuple
        Place of a segment, and places of those it stands against.

    Raises
    ------
    UnknownNameError
        If the baseline is no segment.
    """
    if baseline is not None and baseline not in segments:
        raise UnknownNameError("baseline {name!r} is no segment", baseline, segments)
    every = range(len(segments))
    if baseline is None and len(segments) > 2:
        return [(place, [other for other in every if other != place]) for place in every]
    base = 0 if baseline is None else segments.index(baseline)
    return [(place, [base]) for place in every if place != base]


def measure(what: str, cells: Cells, terms: Terms) -> Measured:
    """Measure each segment.

    Parameters
    ----------
    what
        Which figure.
    cells
        Segment and stratum of each case.
    terms
        What is asked.

    Returns
    -------
    Measured
        Its figures.

    Raises
    ------
    UnknownOptionError
        If there is no such figure.
    OptionError
        If the confidence does not lie between 0 and 1.
    """
    if what not in _MEASURES:
        raise UnknownOptionError("what cannot be {name!r}", what, _MEASURES)
    if not 0 < terms.confidence < 1:
        raise OptionError(f"confidence must lie between 0 and 1, not {terms.confidence!r}")
    return _MEASURES[what](cells, terms)


def differences(measured: Measured, cells: Cells, terms: Terms) -> pd.DataFrame:
    """Give one row a category and pair of sides, as `journeymine.Comparison` has them.

    Parameters
    ----------
    measured
        The figures.
    cells
        Segment and stratum of each case.
    terms
        What is asked.

    Returns
    -------
    pandas.DataFrame
        Smallest q-value first.
    """
    import pandas as pd

    frames = []
    for number, (place, others) in enumerate(terms.pairs):
        side, other = side_of(measured.estimates, [place]), side_of(measured.estimates, others)
        shares = measured.medians is not None or not measured.is_time
        tested = contrast(side, other, terms.confidence, shares=shares, shared=cells.is_shared)
        shown = tested if measured.medians is None else measured.medians[number]
        against = cells.segments[others[0]] if len(others) == 1 else _REST
        names = {name: pd.Series(values, dtype=object) for name, values in measured.names.items()}
        n = {"n": side.sizes.sum(axis=1).astype(int), "other_n": other.sizes.sum(axis=1).astype(int)}
        frame = pd.DataFrame({**names, "segment": cells.segments[place], "against": against})
        frames.append(frame.assign(customers=measured.customers, **n, **_figures(measured, shown), p_value=tested.p))
    table = pd.concat(frames, ignore_index=True)
    table["q_value"] = q_values(table["p_value"].to_numpy())
    return table.sort_values(["q_value", "p_value"], kind="stable", ignore_index=True)


def _figures(measured: Measured, shown: Contrast) -> dict[str, np.ndarray]:
    """Name the figures of both sides, their difference, and how large it is."""
    figures = {measured.figure: shown.values, f"other_{measured.figure}": shown.other}
    if not measured.is_time:
        effect = 2 * (np.arcsin(np.sqrt(shown.values.clip(0, 1))) - np.arcsin(np.sqrt(shown.other.clip(0, 1))))
        named = {"difference": shown.differences, "low": shown.low, "high": shown.high}
        return {**figures, **named, "effect": effect, "detectable": shown.detectable}
    unit = 1 if measured.medians is not None else 1e6
    seconds = {name: values / unit for name, values in figures.items()}
    mine, theirs = seconds.values()
    ratio = np.divide(mine, theirs, out=np.full(len(mine), np.nan), where=theirs > 0)
    named = {"difference": shown.differences, "low": shown.low, "high": shown.high, "detectable": shown.detectable}
    return {**seconds, **{f"{name}_seconds": values / unit for name, values in named.items()}, "ratio": ratio}
