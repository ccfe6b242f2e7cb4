"""What comes after visits in each segment: nothing, or which touchpoint."""

from __future__ import annotations

import numpy as np

from journeymine.analytics.measured import Measured, Terms
from journeymine.durations import format_duration, to_microseconds
from journeymine.errors import WindowError
from journeymine.summary.cells import Cells
from journeymine.summary.counts import Counts, totals
from journeymine.summary.dropoffs import return_curves
from journeymine.summary.estimates import Estimates
from journeymine.summary.groups import NUM_GROUPS
from journeymine.summary.incidences import incidences
from journeymine.summary.left_out import LeftOut
from journeymine.summary.summarise import summarise
from journeymine.summary.summary import Summary
from journeymine.summary.survival import Survival
from journeymine.summary.windows import LONGEST_SHARE, windows_of
from journeymine.wording import counted

__all__ = ["dropoffs", "longest_window", "transitions"]


def dropoffs(cells: Cells, terms: Terms) -> Measured:
    """Measure the drop-off of each touchpoint in each segment.

    Parameters
    ----------
    cells
        Segment and stratum of each case.
    terms
        What is asked.

    Returns
    -------
    Measured
        By Kaplan-Meier, of activities that enough customers visited and that do not complete a journey.
    """
    summary, curves, windows = _followed(cells, terms)
    numbers = curves.activities // cells.num_cells
    of_curve = windows[numbers]
    rates, _ = curves.within(of_curve)
    without = LeftOut(curves, of_curve)
    kept = np.unique(numbers)
    estimates = _placed(cells, curves.activities, kept, rates, without.rates, without.sizes)
    names = [summary.activities[code - 1] for code in kept]
    return Measured(
        {"activity": names}, estimates, _visitors(summary)[kept], _base(curves, of_curve, "Kaplan-Meier"), "rate"
    )


def transitions(cells: Cells, terms: Terms) -> Measured:
    """Measure how likely each touchpoint comes next in each segment.

    Parameters
    ----------
    cells
        Segment and stratum of each case.
    terms
        What is asked.

    Returns
    -------
    Measured
        By Aalen-Johansen, of transitions that enough customers made.
    """
    summary, curves, windows = _followed(cells, terms, "follows")
    numbers = curves.activities // cells.num_cells
    of_curve = windows[numbers]
    found = incidences(curves, of_curve, curves.gaps["next_activity"])
    people = _passers(summary)
    size = len(summary.activities) + 1
    pairs = numbers[found.places] * size + found.causes.astype(np.int64)
    kept = np.unique(pairs)
    kept = kept[people[kept // size, kept % size] >= terms.min_customers]
    sizes = _sizes(curves)
    every = np.isin(pairs, kept)
    estimates = _placed(cells, curves.activities, kept // size, np.zeros(len(sizes)), np.zeros(sizes.shape), sizes)
    rows = np.searchsorted(kept, pairs[every]), curves.activities[found.places[every]] % cells.num_cells
    shape = (len(kept), cells.num_cells)
    estimates.values.reshape(shape)[rows] = found.shares[every]
    estimates.left_out.reshape(*shape, NUM_GROUPS)[rows] = found.left_out[every]
    names = {
        "activity": [summary.activities[code - 1] for code in kept // size],
        "next_activity": [summary.activities[code - 1] for code in kept % size],
    }
    base = _base(curves, of_curve, "Aalen-Johansen")
    return Measured(names, estimates, people[kept // size, kept % size], base, "probability")


# --- curves of each cell ---------------------------------------------------------------------------------------------


def _followed(cells: Cells, terms: Terms, *parts: str) -> tuple[Summary, Survival, np.ndarray]:
    """Give a curve for each common activity and cell, and the window of each activity's code."""
    summary = summarise(cells.labelled.log, by=cells.labelled.by, parts=["gaps", "visits", *parts])
    overall = return_curves(summary, goal=terms.goal, end=terms.end)
    windows = np.zeros(len(summary.activities) + 1, np.int64)
    windows[overall.activities] = np.minimum(windows_of(overall, summary, terms.within), longest_window(cells, terms))
    common = np.isin(np.arange(len(windows)), overall.activities) & (_visitors(summary) >= terms.min_customers)
    gaps = summary.part("gaps")
    cell = cells.of_rows(gaps)
    rows = np.flatnonzero((cell >= 0) & common[gaps["activity"]])
    keys = {name: gaps[name][rows] for name in ("duration", "next_activity", "group")}
    codes = gaps["activity"][rows].astype(np.uint32) * np.uint32(cells.num_cells) + cell[rows].astype(np.uint32)
    one = np.broadcast_to(np.int64(1), len(rows))
    return summary, Survival(Counts({"activity": codes, **keys}, {"count": one}, is_loose=True)), windows


def longest_window(cells: Cells, terms: Terms) -> int:
    """Give the longest window in which all segments can be followed alike.

    Parameters
    ----------
    cells
        Segment and stratum of each case.
    terms
        What is asked.

    Returns
    -------
    int
        Microseconds: 0.7 of the time from a segment's first journey to the end of the log, where that is shortest.

    Raises
    ------
    WindowError
        If the window that was asked for is longer.
    """
    shortest = int(np.argmin(cells.observed))
    longest = int(LONGEST_SHARE * cells.observed[shortest])
    if terms.within is not None and terms.within != "usual" and to_microseconds(terms.within) > longest:
        raise WindowError(
            f"within={terms.within!r} is too long: journeys of {cells.segments[shortest]!r} are observed for "
            f"{format_duration(cells.observed[shortest] / 1e6)} at most, and all segments must be followed for the "
            f"same time. The longest window is {format_duration(longest / 1e6)}"
        )
    return longest


def _placed(
    cells: Cells, codes: np.ndarray, kept: np.ndarray, values: np.ndarray, left_out: np.ndarray, sizes: np.ndarray
) -> Estimates:
    """Lay figures of curves out by category, stratum and segment; cells without a visit have none."""
    wanted = (kept[:, None].astype(np.int64) * cells.num_cells + np.arange(cells.num_cells)).ravel()
    place = np.minimum(np.searchsorted(codes, wanted), len(codes) - 1)
    found = codes[place] == wanted
    shape = (len(kept), *cells.shape)
    return Estimates(
        np.where(found, values[place], np.nan).reshape(shape[:3]),
        np.where(found[:, None], left_out[place], 0.0).reshape(shape),
        np.where(found[:, None], sizes[place], 0).reshape(shape),
    )


def _sizes(curves: Survival) -> np.ndarray:
    """Count the visits of each group, shape (curves, groups)."""
    places = curves.places.astype(np.int64) * NUM_GROUPS + curves.gaps["group"]
    return totals(places, curves.gaps["count"], len(curves.activities) * NUM_GROUPS).reshape(-1, NUM_GROUPS)


def _visitors(summary: Summary) -> np.ndarray:
    """Count customers by activity code, those of several cells in each of them."""
    visits = summary.overall("visits")
    return totals(visits["activity"], visits["customers"], len(summary.activities) + 1)


def _passers(summary: Summary) -> np.ndarray:
    """Count customers by codes of activity and next activity."""
    size, follows = len(summary.activities) + 1, summary.overall("follows")
    places = follows["activity"].astype(np.int64) * size + follows["next_activity"]
    return totals(places, follows["customers"], size * size).reshape(size, size)


def _base(curves: Survival, windows: np.ndarray, method: str) -> str:
    shortest, longest = (
        (format_duration(window / 1e6) for window in np.sort(windows)[[0, -1]]) if len(windows) else "––"
    )
    within = longest if shortest == longest else f"{shortest} to {longest}"
    return (
        f"{counted(curves.visits.sum(), 'visit')}, each followed for {within}; open visits count while observed "
        f"({method}), so that all segments are followed alike."
    )
