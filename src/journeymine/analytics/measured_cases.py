"""Which course journeys take in each segment, and how far they get."""

from __future__ import annotations

import numpy as np

from journeymine.analytics.funnel import step_codes
from journeymine.analytics.measured import Measured, Terms
from journeymine.durations import to_microseconds
from journeymine.errors import OptionError
from journeymine.summary.attempts import attempts
from journeymine.summary.cells import Cells
from journeymine.summary.earth_mover import CourseTables
from journeymine.summary.estimates import Estimates
from journeymine.summary.sequences import Sequences
from journeymine.summary.shuffles import can_differ, shuffled
from journeymine.summary.visits import distinct_customers
from journeymine.wording import counted

__all__ = ["funnels", "variants"]

_OTHER = ("other",)
_LOTS = 49  # for the mean distance: each takes a linear programme


def variants(cells: Cells, terms: Terms) -> Measured:
    """Measure how many journeys of each segment take each course.

    Parameters
    ----------
    cells
        Segment and stratum of each case.
    terms
        What is asked.

    Returns
    -------
    Measured
        Courses that too few customers took stand together as ``("other",)``, the last.
    """
    arrays = cells.arrays
    sequences, which = Sequences.of(arrays.offsets, arrays.codes)
    kept = _common(cells, which, len(sequences), terms.min_customers)
    place = np.full(len(sequences), len(kept))
    place[kept] = np.arange(len(kept))
    categories = place[which]
    names = [*sequences.tuples(kept, list(arrays.activities)), *([_OTHER] if len(kept) < len(sequences) else [])]
    hits = cells.totals(categories, len(names))
    rest = "journeys, open ones as far as they went"
    runs, seed = terms.runs, terms.seed
    return Measured(
        {"variant": names},
        Estimates.of_shares(hits, hits.sum(axis=0)),
        _customers(cells, categories, cells.known, len(names)),
        f"{len(cells.known):,} {rest}; courses of fewer than {terms.min_customers} customers stand together.",
        "share",
        shuffled(cells, categories, cells.known, runs=runs, seed=seed) if runs else None,
        courses=CourseTables.of(cells, sequences, which, runs=min(runs, _LOTS), seed=seed) if runs else None,
    )


def _common(cells: Cells, which: np.ndarray, size: int, least: int) -> np.ndarray:
    """Find the courses that enough customers took, and that are frequent enough to differ."""
    cases, sizes = np.bincount(which[cells.known], minlength=size), np.bincount(cells.of_case[cells.known])
    return np.flatnonzero((_customers(cells, which, cells.known, size) >= least) & can_differ(cases, sizes))


def _customers(cells: Cells, categories: np.ndarray, cases: np.ndarray, size: int) -> np.ndarray:
    people = distinct_customers({"category": categories[cases]}, cells.arrays.case_customers[cases])
    customers = np.zeros(size, np.int64)
    customers[people["category"]] = people["customers"]
    return customers


def funnels(cells: Cells, terms: Terms) -> Measured:
    """Measure how many journeys of each segment get from step to step.

    Parameters
    ----------
    cells
        Segment and stratum of each case.
    terms
        What is asked.

    Returns
    -------
    Measured
        One category a step but the first: the share of those who reached the step before.

    Raises
    ------
    OptionError
        If there are fewer than two steps.
    UnknownActivityError
        If a step never occurs.
    """
    arrays, steps = cells.arrays, list(terms.steps)
    if isinstance(terms.steps, str) or len(steps) < 2:
        raise OptionError(f"what='funnel' needs steps=, at least two activities, not {terms.steps!r}")
    codes = step_codes(steps, arrays.activities)
    window = None if terms.within is None else to_microseconds(terms.within)
    best = attempts(arrays.codes, arrays.offsets, arrays.times, codes, window=window).deepest_of_each_case()
    depths = np.zeros(len(arrays.firsts), np.int64)
    depths[best.cases] = best.depths
    reached = np.stack([cells.totals(depths, 1 + len(steps))[depth:].sum(axis=0) for depth in range(1, 1 + len(steps))])
    started = cells.known[depths[cells.known] > 0]
    people = _customers(cells, np.zeros(len(depths), np.int64), started, 1)
    return Measured(
        {"step": steps[1:]},
        Estimates.of_shares(reached[1:], reached[:-1]),
        np.repeat(people, len(steps) - 1),
        f"{counted(len(started), 'journey')} that reach “{steps[0]}”; shares of those that reached the step before, "
        f"{'whatever time it takes' if window is None else f'within {terms.within} of the first'}; open journeys count "
        "as far as they went.",
        "step_share",
        shuffled(cells, depths, started, runs=terms.runs, seed=terms.seed) if terms.runs else None,
    )
