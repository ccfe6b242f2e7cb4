"""How long transitions take in each segment, and how soon journeys reach their goal."""

from __future__ import annotations

import numpy as np

from journeymine.analytics.measured import Measured, Terms
from journeymine.analytics.measured_visits import longest_window
from journeymine.durations import format_duration, to_microseconds
from journeymine.errors import OptionError, UnknownActivityError
from journeymine.summary import journeys
from journeymine.summary.cells import Cells
from journeymine.summary.contrasts import Contrast
from journeymine.summary.counts import Counts, blocks_of, totals
from journeymine.summary.differences import difference_interval
from journeymine.summary.estimates import Estimates
from journeymine.summary.groups import NUM_GROUPS
from journeymine.summary.log_ranks import Waits
from journeymine.summary.quantiles import Durations, coded
from journeymine.summary.summarise import summarise
from journeymine.wording import counted

__all__ = ["delays", "throughput"]

_PAIR = ("activity", "next_activity")


# --- transition times ------------------------------------------------------------------------------------------------


def delays(cells: Cells, terms: Terms) -> Measured:
    """Measure how long each transition takes in each segment.

    Parameters
    ----------
    cells
        Segment and stratum of each case.
    terms
        What is asked.

    Returns
    -------
    Measured
        Medians of completed transitions. What is tested is the share of passes that take longer than the transition's
        overall median, which changes smoothly when customers are left out; medians do not.

    Raises
    ------
    OptionError
        If strata are asked for: the median of a mixture is not the mixture of medians.
    """
    if cells.shape[0] > 1:
        raise OptionError("adjust= is not possible with what='delays'; compare each value of the column on its own")
    summary = summarise(cells.labelled.log, by=cells.labelled.by, parts=["times", "follows"])
    times, follows = summary.part("times"), summary.overall("follows")
    common = follows.where(follows["customers"] >= terms.min_customers)
    size = len(summary.activities) + 1
    people = totals(_pairs(common, size), common["customers"], size * size)
    cell = cells.of_rows(times)
    kept = np.flatnonzero((cell >= 0) & (people[_pairs(times, size)] > 0))
    pairs, (numbers,) = coded([_pairs(times, size)[kept]])
    rows = {"pair": pairs, "duration": times["duration"][kept], "group": times["group"][kept]}
    estimates = Estimates.of_shares(*_beyond_median(rows, cell[kept], len(numbers), cells.shape[1]))
    names = [[summary.activities[code - 1] for code in codes] for codes in (numbers // size, numbers % size)]
    return Measured(
        dict(zip(_PAIR, names, strict=True)),
        estimates,
        people[numbers],
        f"{len(kept):,} completed transitions; waits still open at the end of the log are not in it; tested is the "
        "share of passes longer than the transition's overall median.",
        "median_seconds",
        medians=[_medians(rows, cell[kept], pair, len(numbers), terms.confidence) for pair in terms.pairs],
    )


def _pairs(counts: Counts, size: int) -> np.ndarray:
    return counts["activity"].astype(np.int64) * size + counts["next_activity"]


def _beyond_median(
    rows: dict[str, np.ndarray], cell: np.ndarray, num_pairs: int, num_cells: int
) -> tuple[np.ndarray, np.ndarray]:
    """Count passes longer than their pair's median, those as long half, and all: (pairs, 1, segments, groups) each."""
    limits = 1e6 * Durations(_as_counts(rows), ("pair",)).quantile_seconds(0.5)
    shape = (num_pairs, 1, num_cells, NUM_GROUPS)
    beyond, every = np.zeros((2, num_pairs * num_cells * NUM_GROUPS))
    for block in blocks_of(len(cell), len(every)):
        limit, durations = limits[rows["pair"][block]], rows["duration"][block]
        place = (rows["pair"][block].astype(np.int64) * num_cells + cell[block]) * NUM_GROUPS + rows["group"][block]
        beyond += np.bincount(place, (durations > limit) / 2 + (durations >= limit) / 2, len(beyond))
        every += np.bincount(place, minlength=len(every))
    return beyond.reshape(shape), every.reshape(shape)


def _as_counts(rows: dict[str, np.ndarray]) -> Counts:
    return Counts(rows, {"count": np.broadcast_to(np.int64(1), len(rows["pair"]))}, is_loose=True)


def _medians(
    rows: dict[str, np.ndarray], cell: np.ndarray, pair: tuple[int, list[int]], num_pairs: int, confidence: float
) -> Contrast:
    """Give the medians of two sides, and the interval of their difference."""
    sides = [_side(rows, np.isin(cell, segments), num_pairs, confidence) for segments in ([pair[0]], pair[1])]
    with np.errstate(invalid="ignore"):
        low, high = difference_interval(*sides[0], *sides[1])
    values, other = sides[0][0], sides[1][0]
    low, high = np.where(np.isnan(low), -np.inf, low), np.where(np.isnan(high), np.inf, high)  # too few to tell
    unknown = np.full(num_pairs, np.nan)
    return Contrast(values, other, values - other, low, high, unknown, unknown)


def _side(rows: dict[str, np.ndarray], inside: np.ndarray, num_pairs: int, confidence: float) -> tuple[np.ndarray, ...]:
    durations = Durations(_as_counts({name: values[inside] for name, values in rows.items()}), ("pair",))
    figures = np.full((3, num_pairs), np.nan)
    medians = durations.quantile_seconds(0.5)
    figures[:, durations.kind("pair")] = medians, *durations.quantile_interval(0.5, confidence)
    return tuple(figures)


# --- time to the goal ------------------------------------------------------------------------------------------------


def throughput(cells: Cells, terms: Terms) -> Measured:
    """Measure how soon journeys reach their goal in each segment.

    Parameters
    ----------
    cells
        Segment and stratum of each case.
    terms
        What is asked.

    Returns
    -------
    Measured
        One category: mean time without the goal within the window. The test is the log-rank.

    Raises
    ------
    OptionError
        If there is no goal.
    UnknownActivityError
        If the goal or an end never occurs.
    WindowError
        If the window is longer than segments can be followed.
    """
    arrays = cells.labelled
    if terms.goal is None:
        raise OptionError("what='throughput' needs goal=, the activity that completes a journey: others are still open")
    ends = [terms.end] if isinstance(terms.end, str) else list(terms.end)
    for name in (terms.goal, *ends):
        if name not in arrays.activities:
            raise UnknownActivityError("activity {name!r} never occurs", name, arrays.activities)
    goal, *others = (arrays.activities.index(name) + 1 for name in (terms.goal, *ends))
    counts = journeys.of(arrays, *journeys.starts_of(arrays), goal=goal, end=others)
    counts = counts.where(cells.of_rows(counts) >= 0)
    waits = _waits(counts, cells, _window(cells, terms))
    base = (
        f"{counted(counts['count'].sum(), 'journey')}, each followed for {format_duration(waits.window / 1e6)} from "
        f"its first event to “{terms.goal}”; {_num_open(waits):,} were still open before and count while watched; the "
        "overall p-value is that of the log-rank test, that of a row of its difference in means."
    )
    people = np.array([len(np.unique(arrays.case_customers[cells.known]))])
    return Measured({"goal": [terms.goal]}, waits.means, people, base, "mean_seconds", p=waits.p)


def _waits(counts: Counts, cells: Cells, window: int) -> Waits:
    kinds = counts["next_activity"]
    return Waits(
        cells.of_rows(counts),
        counts["group"],
        counts["duration"],
        kinds == journeys.GOAL,
        kinds == journeys.OTHER_END,
        counts["count"],
        cells.shape,
        window,
    )


def _window(cells: Cells, terms: Terms) -> int:
    longest = longest_window(cells, terms)
    return longest if terms.within is None else to_microseconds(terms.within)


def _num_open(waits: Waits) -> int:
    still_open = ~waits.came & ~waits.ended & (waits.durations < waits.window)
    return int(waits.counts[still_open].sum())
