"""Funnel: how many journeys get from step to step?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from journeymine.analytics.result import Result, percent
from journeymine.durations import Duration, format_duration, to_microseconds
from journeymine.errors import OptionError, UnknownActivityError
from journeymine.log.eventlog import EventLog
from journeymine.summary.arrays import Arrays
from journeymine.summary.summary import Summary

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Funnel", "funnel"]


@dataclass(frozen=True, eq=False, repr=False)
class Funnel(Result):
    """How many journeys reach each step.

    Attributes
    ----------
    table
        One row a step: ``step``, ``cases`` that reached it, ``step_share`` of those that reached the step before,
        ``start_share`` of those that reached the first, ``median_seconds`` since the step before.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": ["a", "a", "b", "c", "c"],
    ...     "activity": ["visit", "buy", "visit", "visit", "buy"],
    ...     "timestamp": [f"2024-05-0{day}T09:00Z" for day in (1, 2, 3, 4, 6)]})
    >>> jm.funnel(log, ["visit", "buy"]).headline
    '67 % of the journeys that reach “visit” reach “buy”; most are lost between “visit” and “buy”, where 33 % stop.'
    """

    @property
    def headline(self) -> str:
        """The answer in one sentence."""
        rows = self.table.dropna(subset="step_share").iloc[1:]
        if not len(rows):
            return f"No journey reaches “{self.table['step'].iloc[0]}”."
        loss = rows.loc[rows["step_share"].idxmin()]
        before = self.table["step"].iloc[int(loss.name) - 1]
        total = self.table["start_share"].iloc[-1]
        return (
            f"{percent(total)} of the journeys that reach “{self.table['step'].iloc[0]}” reach "
            f"“{self.table['step'].iloc[-1]}”; most are lost between “{before}” and “{loss['step']}”, where "
            f"{percent(1 - loss['step_share'])} stop."
        )

    def _draw(self, ax: Axes | None) -> Axes:
        """Draw the steps as bars, with the shares that go on."""
        from journeymine.draw.bars import draw_bars

        rows = self.table[["cases", "start_share", "step_share", "median_seconds"]].to_numpy()
        notes = [f"{cases:,.0f} · {percent(start)} of start" for cases, start, _, _ in rows[:1]] + [
            f"{cases:,.0f} · {percent(start)} of start · {percent(step)} of step · {format_duration(median)}"
            for cases, start, step, median in rows[1:]
        ]
        return draw_bars(self.table["step"].tolist(), self.table["cases"].to_numpy(), notes, label="journeys", ax=ax)


def funnel(log: EventLog | Summary, steps: Sequence[str], *, within: Duration | None = None) -> Funnel:
    """Count the journeys that take steps in order, with anything in between.

    Parameters
    ----------
    log
        A log; or a summary, which knows the order of events but not their times.
    steps
        Activities, at least two.
    within
        Longest time from the first step to the last, such as ``"14d"``. Every attempt counts: a journey that starts
        over is measured from any of its first steps.

    Returns
    -------
    Funnel
        Open journeys are in it as far as they went.

    Raises
    ------
    UnknownActivityError
        If a step never occurs; the message names the closest activities.
    OptionError
        If there are fewer than two steps, or `within` is given with a summary.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": ["a", "a", "b", "c", "c"],
    ...     "activity": ["visit", "buy", "visit", "visit", "buy"],
    ...     "timestamp": [f"2024-05-0{day}T09:00Z" for day in (1, 2, 3, 4, 6)]})
    >>> jm.funnel(log, ["visit", "buy"], within="36h").table
        step  cases  step_share  start_share  median_seconds
    0  visit      3    1.000000     1.000000             NaN
    1    buy      1    0.333333     0.333333         86400.0
    """
    if isinstance(steps, str) or len(steps) < 2:
        raise OptionError(f"a funnel needs at least two steps, not {steps!r}")
    known = list(log.activities)
    for step in steps:
        if step not in known:
            raise UnknownActivityError("step {name!r} never occurs", step, known)
    codes = [known.index(step) + 1 for step in steps]
    if isinstance(log, Summary):
        cases, medians = _of_summary(log, codes, within)
    else:
        cases, medians = _of_log(log, codes, None if within is None else to_microseconds(within))
    window = "with any time in between" if within is None else f"within {within} of the first step"
    return Funnel(
        _table(steps, cases, medians), f"Journeys that take the steps in order, {window}; every attempt counts."
    )


def _of_log(log: EventLog, codes: list[int], window: int | None) -> tuple[np.ndarray, np.ndarray]:
    arrays = Arrays(log)
    reached, times = _attempts(arrays.codes, arrays.offsets, codes, arrays.times, window)
    case = np.searchsorted(arrays.offsets, reached[:, 0], side="right") - 1
    depth = (reached < len(arrays.codes)).sum(axis=1)
    best = _deepest(case, depth)
    cases = np.array([np.count_nonzero(depth[best] > step) for step in range(len(codes))])
    steps = np.diff(times[best], axis=1) / 1e6
    medians = [np.median(taken[depth[best] > step]) if cases[step] else np.nan for step, taken in enumerate(steps.T, 1)]
    return cases, np.array([np.nan, *medians])


def _of_summary(summary: Summary, codes: list[int], within: Duration | None) -> tuple[np.ndarray, np.ndarray]:
    if within is not None:
        raise OptionError("a summary does not know the time between steps; give the log itself to use within=")
    counts, sequences = summary.overall("variants"), summary.sequences
    reached, _ = _attempts(sequences.codes, sequences.offsets, codes, np.zeros(len(sequences.codes), np.int64), None)
    place = np.searchsorted(sequences.offsets, reached[:, 0], side="right") - 1
    depth = (reached < len(sequences.codes)).sum(axis=1)
    best = _deepest(place, depth)
    weights = np.zeros(len(sequences), np.int64)
    weights[counts["variant"]] = counts["count"]
    cases = [int(weights[place[best]][depth[best] > step].sum()) for step in range(len(codes))]
    return np.array(cases), np.full(len(codes), np.nan)


def _attempts(
    events: np.ndarray, offsets: np.ndarray, codes: list[int], times: np.ndarray, window: int | None
) -> tuple[np.ndarray, np.ndarray]:
    """Follow every first step to the earliest next step, and so on; one row an attempt, lost ones beyond the end."""
    beyond = len(events)
    place = np.flatnonzero(events == codes[0])
    end = offsets[np.searchsorted(offsets, place, side="right")]
    padded = np.append(times, np.iinfo(np.int64).max)
    latest = padded[place] + window if window is not None else np.full(len(place), np.iinfo(np.int64).max - 1)
    path = [place]
    for code in codes[1:]:
        candidates = np.append(np.flatnonzero(events == code), beyond)
        place = candidates[np.searchsorted(candidates[:-1], path[-1], side="right")]
        path.append(np.where((place < end) & (padded[place] <= latest), place, beyond))
    places = np.stack(path, axis=1)
    return places, padded[places]


def _deepest(case: np.ndarray, depth: np.ndarray) -> np.ndarray:
    """Choose each case's attempt that got furthest, the first of them."""
    order = np.lexsort((np.arange(len(case)), -depth, case))
    first = np.ones(len(case), bool)
    first[1:] = case[order][1:] != case[order][:-1]
    return order[first]


def _table(steps: Sequence[str], cases: np.ndarray, medians: np.ndarray):
    import pandas as pd

    before = np.concatenate((cases[:1], cases[:-1]))
    with np.errstate(divide="ignore", invalid="ignore"):
        step_share, start_share = cases / before, cases / cases[0]
    return pd.DataFrame(
        {
            "step": list(steps),
            "cases": cases,
            "step_share": step_share,
            "start_share": start_share,
            "median_seconds": medians,
        }
    )
