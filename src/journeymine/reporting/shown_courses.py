"""Which courses of journeys a report may show, and what they leave of each step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from journeymine.summary.summary import Summary

__all__ = ["Courses", "Step", "shown_courses"]

_MOST: Final = 100

Step = tuple[int, int]
"""Codes of two activities; 0 stands first for the start of a journey, last for its end."""


@dataclass(frozen=True, eq=False)
class Courses:
    """Courses that may be shown.

    Attributes
    ----------
    taken
        How many journeys take each, by its place in the summary's ``variants``, the most frequent first.
    steps
        How often each goes each step.
    passes
        Of each step in all journeys.
    """

    taken: dict[int, int]
    steps: dict[int, Counter[Step]]
    passes: dict[Step, int]

    @cached_property
    def left(self) -> dict[Step, int]:
        """Passes of each step in all other journeys."""
        left = Counter(self.passes)
        for place, cases in self.taken.items():
            left.subtract({step: times * cases for step, times in self.steps[place].items()})
        return dict(left)

    def rarest_through(self, steps: Collection[Step]) -> int | None:
        """Give the rarest course through some steps.

        Parameters
        ----------
        steps
            Pairs of codes.

        Returns
        -------
        int or None
            Its place; None if no course goes there.
        """
        return next((place for place in reversed(self.taken) if not self.steps[place].keys().isdisjoint(steps)), None)

    def without(self, course: int) -> Courses:
        """Leave out a course.

        Parameters
        ----------
        course
            Its place.

        Returns
        -------
        Courses
            The others.
        """
        rest = {place: cases for place, cases in self.taken.items() if place != course}
        return Courses(rest, self.steps, self.passes)

    def avoiding(self, activities: Collection[int]) -> Courses:
        """Leave out the courses through some activities.

        Parameters
        ----------
        activities
            Their codes.

        Returns
        -------
        Courses
            The others.
        """
        hidden = set(activities)
        through = {place for place in self.taken if any(not hidden.isdisjoint(step) for step in self.steps[place])}
        rest = {place: cases for place, cases in self.taken.items() if place not in through}
        return Courses(rest, self.steps, self.passes)


def shown_courses(summary: Summary, *, hidden: Collection[int], least: int) -> Courses:
    """Choose the courses to show.

    Parameters
    ----------
    summary
        Of a log.
    hidden
        Codes of activities that are not shown.
    least
        Courses taken by fewer customers are not shown.

    Returns
    -------
    Courses
        Of all other journeys, one course is that of enough customers, and the passes of each step within journeys are
        none or not fewer than `least`.
    """
    counts = summary.overall("variants")
    taken, customers = counts["count"], counts["customers"]
    frequent = np.argsort(-taken, kind="stable")
    first = frequent[customers[frequent] >= least][:_MOST].tolist()
    steps = {place: _steps(summary, int(counts["variant"][place])) for place in first}
    fit = [place for place in first if not any(code in hidden for step in steps[place] for code in step)]
    others = np.setdiff1d(np.arange(len(counts)), fit)
    if fit and len(others) and customers[others].max() < least:
        fit.pop()
    courses = Courses({place: int(taken[place]) for place in fit}, steps, _passes(summary))
    while (telling := courses.rarest_through(_thin(courses.left, least))) is not None:
        courses = courses.without(telling)
    return courses


def _steps(summary: Summary, variant: int) -> Counter[Step]:
    sequences = summary.sequences
    codes = sequences.codes[sequences.offsets[variant] : sequences.offsets[variant + 1]].tolist()
    return Counter(zip((0, *codes), (*codes, 0), strict=True))


def _passes(summary: Summary) -> dict[Step, int]:
    follows = summary.overall("follows")
    columns = (follows[name].tolist() for name in ("activity", "next_activity", "count"))
    return {(before, after): count for before, after, count in zip(*columns, strict=True)}


def _thin(left: dict[Step, int], least: int) -> set[Step]:
    """Give the steps within journeys of which only few passes are left."""
    return {step for step, count in left.items() if 0 < count < least and 0 not in step}
