"""Earth mover's distance: how far cases of one segment would have to go to take the courses of another."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

import numpy as np
from scipy.sparse import csc_array, eye_array, kron, vstack

from journeymine.summary.cells import Cells
from journeymine.summary.edit_distances import edit_distances
from journeymine.summary.sequences import Sequences

__all__ = ["LONGEST", "MOST", "CourseTables", "Moved", "earth_movers_distance"]

MOST: Final = 50
"""How many courses, the most frequent ones, are looked at."""

LONGEST: Final = 300
"""How many activities such a course has at most."""

_ROUNDING: Final = 1e-9


class Moved(NamedTuple):
    """How far apart two sides are.

    Attributes
    ----------
    distance
        What is seen minus what chance gives.
    by_chance
        The mean over tables by lot, already taken off.
    p
        Share of tables whose distance is as large as that seen, itself among them.
    coverage
        Smallest share of a side's cases that take one of the courses looked at.
    """

    distance: float
    by_chance: float
    p: float
    coverage: float


@dataclass(frozen=True)
class CourseTables:
    """Cases by segment and course: the table that was seen first, then those by lot.

    Attributes
    ----------
    tables
        The most frequent courses alone, int64, shape (1 + lots, segments, courses).
    cases
        Cases of each segment, whatever course they take, shape (segments,).
    courses
        What they are.
    """

    tables: np.ndarray
    cases: np.ndarray
    courses: Sequences

    @classmethod
    def of(cls, cells: Cells, sequences: Sequences, which: np.ndarray, *, runs: int, seed: int) -> CourseTables:
        """Count the cases of each segment by course, as they are and with customers given to segments by lot.

        Parameters
        ----------
        cells
            Segment and stratum of each case. Strata are put together, but lots are drawn within them.
        sequences
            The courses.
        which
            Course of each case of the log, a place in `sequences`, shape (cases,).
        runs
            How many tables by lot.
        seed
            Of the lots.

        Returns
        -------
        CourseTables
            Of the most frequent courses that are not too long to be told apart in reasonable time.
        """
        rng, courses = np.random.default_rng(seed), which[cells.known]
        frequent = _frequent(sequences, courses)
        place = np.full(len(sequences), len(frequent))  # others stand last, and are cut off
        place[frequent] = np.arange(len(frequent))
        shape = len(cells.segments), len(frequent) + 1
        tables = np.empty((1 + runs, *shape), np.int64)
        for run in range(1 + runs):
            labels = cells.lot(rng) if run else cells.of_case
            cell = labels[cells.known] * shape[1] + place[courses]
            tables[run] = np.bincount(cell, minlength=tables[run].size).reshape(shape)
        return cls(tables[..., :-1], tables[0].sum(axis=1), sequences.taken(frequent))

    @cached_property
    def ground(self) -> np.ndarray:
        """How different two courses are, shape (courses, courses)."""
        return edit_distances(self.courses)

    def between(self, segment: int, others: list[int]) -> Moved:
        """Tell how far a segment is from others.

        Parameters
        ----------
        segment, others
            Places.

        Returns
        -------
        Moved
            Not a number where a side has none of the courses.
        """
        sides = self.tables[:, [segment]].sum(axis=1), self.tables[:, others].sum(axis=1)
        seen, *lots = (earth_movers_distance(one, two, self.ground) for one, two in zip(*sides, strict=True))
        by_chance = float(np.mean(lots))
        as_far = np.count_nonzero(np.array(lots) >= seen - _ROUNDING)
        p = (1 + as_far) / (1 + len(lots)) if np.isfinite(seen - by_chance) else np.nan
        covered = [side[0].sum() / self.cases[at].sum() for side, at in zip(sides, ([segment], others), strict=True)]
        return Moved(seen - by_chance, by_chance, p, float(min(covered)))


def _frequent(sequences: Sequences, courses: np.ndarray) -> np.ndarray:
    """Find the most frequent courses; long ones, of which hardly two are alike, would take long to tell apart."""
    short = np.flatnonzero(np.diff(sequences.offsets) <= LONGEST)
    counts = np.bincount(courses, minlength=len(sequences))[short]
    return short[np.argsort(-counts, kind="stable")[:MOST]]


def earth_movers_distance(cases: np.ndarray, others: np.ndarray, ground: np.ndarray) -> float:
    """Give the least that must be moved, and how far, to make one distribution another.

    Parameters
    ----------
    cases, others
        Cases by course, on either side, shape (courses,).
    ground
        How different two courses are, in [0, 1], shape (courses, courses).

    Returns
    -------
    float
        In [0, 1]: the mean difference between what a case does and what it would have to do [1]_; not a number where a
        side has no case.

    References
    ----------
    .. [1] Leemans et al. (2021), Stochastic process mining: Earth movers' stochastic conformance, Information Systems
       102.

    Examples
    --------
    >>> ground = np.array([[0.0, 0.5], [0.5, 0.0]])
    >>> earth_movers_distance(np.array([3, 1]), np.array([1, 1]), ground)
    0.125
    """
    from scipy.optimize import linprog

    if not cases.any() or not others.any():
        return np.nan
    moved = np.concatenate((cases / cases.sum(), others / others.sum()))
    return float(linprog(ground.ravel(), A_eq=_sums(len(ground)), b_eq=moved, method="highs").fun)


@lru_cache(maxsize=4)
def _sums(size: int) -> csc_array:
    """Give what adds up the rows, then the columns, of a table that was laid out row by row."""
    one, all_of = eye_array(size), np.ones((1, size))
    return csc_array(vstack([kron(one, all_of), kron(all_of, one)]))
