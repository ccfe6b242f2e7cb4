"""What a comparison measures in each segment: the terms it is asked in, and the figures that come back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from journeymine.durations import Duration
from journeymine.summary.contrasts import Contrast
from journeymine.summary.earth_mover import CourseTables
from journeymine.summary.estimates import Estimates
from journeymine.summary.shuffles import Shuffled

__all__ = ["Measured", "Terms"]


@dataclass(frozen=True)
class Terms:
    """The options of a comparison that say what is measured.

    Attributes
    ----------
    goal, end, within, steps
        As `journeymine.compare` takes them.
    min_customers
        How many customers a category must have to be compared.
    confidence
        Of the intervals.
    pairs
        Which segment is compared with which others, by their places.
    runs, seed
        How often customers' labels are given out by lot.
    """

    goal: str | None
    end: Sequence[str]
    within: Duration | None
    steps: Sequence[str]
    min_customers: int
    confidence: float
    pairs: Sequence[tuple[int, list[int]]]
    runs: int
    seed: int


@dataclass(frozen=True)
class Measured:
    """The figures of each category in each segment.

    Attributes
    ----------
    names
        Columns that name the categories, each of as many values.
    estimates
        What is tested: shares, or mean times in microseconds.
    customers
        Behind each category, in all segments together, shape (categories,).
    base
        What it rests on, in words.
    figure
        Name of the figure: ``"share"``, ``"rate"``, ``"probability"``, ``"step_share"``, ``"mean_seconds"`` or
        ``"median_seconds"``.
    shuffled
        Tables by lot, where cases fall into categories.
    p
        How likely segments as different, or more, are by chance, where a test of its own says so.
    courses
        Tables by lot of the most frequent courses, where categories are courses.
    medians
        For each pair of sides, what stands in the table where that is not what is tested.
    """

    names: dict[str, list]
    estimates: Estimates
    customers: np.ndarray
    base: str
    figure: str
    shuffled: Shuffled | None = None
    p: float | None = None
    courses: CourseTables | None = None
    medians: list[Contrast] | None = None

    @property
    def is_time(self) -> bool:
        """Whether the figure is a time."""
        return self.figure.endswith("_seconds")
