"""Which touchpoints, steps and courses a report may show, so that no group of few customers can be worked out.

The steps of journeys are a table: from where, to where, with a row for what journeys start with and a column for where
they end. Its sums are published (visits of touchpoints, number of journeys), and so are journeys by course. So hiding a
small cell is not enough: what is hidden in a row or column must be that of enough customers beside the courses that are
shown, and no hidden cell may follow from several sums together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, cast

import numpy as np

from journeymine.log.eventlog import EventLog
from journeymine.reporting.shown_courses import Courses, Step, shown_courses
from journeymine.summary.arrays import Arrays
from journeymine.summary.summarise import summarise
from journeymine.summary.summary import Summary
from journeymine.summary.visits import distinct_customers

__all__ = ["Shown", "shown_steps", "small_segments"]

Line = tuple[str, int]

_FREE: Final = ("free", 0)


@dataclass(frozen=True)
class Shown:
    """What may be shown.

    Attributes
    ----------
    touchpoints
        Names of touchpoints.
    steps
        Pairs of names; None stands first for the start of a journey, last for its end.
    courses
        Places in the summary's ``variants``, the most frequent first.
    """

    touchpoints: frozenset[str]
    steps: frozenset[tuple[str | None, str | None]]
    courses: tuple[int, ...]


def shown_steps(log: EventLog | Summary, summary: Summary, *, least: int) -> Shown:
    """Choose the touchpoints, steps and courses that a report may show.

    Parameters
    ----------
    log
        A log, of which it can be counted how many customers stand behind several groups together; of a summary, they
        are taken to be no more than behind the largest of them.
    summary
        Of the log.
    least
        Groups of fewer customers are not shown.

    Returns
    -------
    Shown
        Groups of at least so many customers, but for those that would give a smaller one away by subtraction.

    References
    ----------
    .. [1] Gusfield (1988), A graph theoretic approach to statistical data security, SIAM J. Computing 17(3).
    """
    follows, visits = summary.overall("follows"), summary.overall("visits")
    cells = zip(follows["activity"].tolist(), follows["next_activity"].tolist(), strict=True)
    people = dict(zip(cells, follows["customers"].tolist(), strict=True))
    customers = dict(zip(visits["activity"].tolist(), visits["customers"].tolist(), strict=True))
    folded = {code for code, behind in customers.items() if behind < least}
    table = _Table(people, customers, least, _counter(log), folded, shown_courses(summary, hidden=folded, least=least))
    table.close()
    names = [None, *summary.activities]
    return Shown(
        frozenset(summary.activities[code - 1] for code in customers.keys() - table.folded),
        frozenset((names[before], names[after]) for before, after in people.keys() - table.hidden),
        tuple(table.courses.taken),
    )


@dataclass
class _Table:
    """The table of steps, and what of it is hidden so far.

    Attributes
    ----------
    people, customers
        Customers of each cell, and of each touchpoint; 0 is the start as a row, the end as a column.
    least
        Groups of fewer customers are hidden.
    count
        Counts the customers behind some cells together, line by line.
    folded, courses
        Hidden touchpoints, and the courses that are shown.
    rare, joint
        Cells of few customers, and how many stand behind those of each line together.
    weights
        How much it helps to hide a cell: its passes beside the courses that are shown, or its customers where they are
        fewer.
    hidden, left
        Hidden cells, and lines in which nothing is left to hide.
    """

    people: dict[Step, int]
    customers: dict[int, int]
    least: int
    count: Callable[[set[Step]], dict[Line, int]]
    folded: set[int]
    courses: Courses
    rare: set[Step] = field(default_factory=set)
    joint: dict[Line, int] = field(default_factory=dict)
    weights: dict[Step, int] = field(default_factory=dict)
    hidden: set[Step] = field(default_factory=set)
    left: set[Line] = field(default_factory=set)

    def close(self) -> None:
        """Hide what is small, then as little more as is needed."""
        self._fold(self.folded)
        while lines := self._short() or self._derivable():
            self._hide_one_more(lines)

    def _fold(self, touchpoints: set[int]) -> None:
        """Hide touchpoints, and what is small for that reason or by itself."""
        self.folded |= touchpoints
        self.rare = {cell for cell, people in self.people.items() if people < self.least or self.folded & set(cell)}
        self.joint = self.count(self.rare)
        self._show(self.courses.avoiding(touchpoints))

    def _show(self, courses: Courses) -> None:
        """Show courses, and all cells again but those that are small, be it beside the courses."""
        self.courses = courses
        self.weights = {cell: min(people, courses.left[cell]) for cell, people in self.people.items()}
        self.hidden = self.rare | {cell for cell, weight in self.weights.items() if 0 < weight < self.least}

    def _hide_one_more(self, lines: list[Line]) -> None:
        """Hide the cheapest cell that helps; where none does, what costs less: a course in the way, or a touchpoint."""
        cells = {cell for line in lines for cell in self._lines[line]}
        helpful = {cell for cell in cells if self.weights[cell] >= self.least}
        fit = [cell for cell in helpful - self.hidden if self._has_neighbours(cell)]
        touchpoints = {code for cell in cells - self.hidden for code in cell} | {code for _, code in lines}
        course = self.courses.rarest_through(cells - helpful)
        touchpoint = min(touchpoints - self.folded - {0}, key=lambda code: (self.customers[code], code), default=None)
        if fit:
            touched = _by_line(self.hidden).keys()
            self.hidden.add(min(fit, key=lambda cell: (self._spreads(cell, touched), self.weights[cell], cell)))
        elif course is not None and (touchpoint is None or self.courses.taken[course] <= self.customers[touchpoint]):
            self._show(self.courses.without(course))
        elif touchpoint is not None:
            self._fold({touchpoint})
        else:
            self.left.update(lines)

    def _spreads(self, cell: Step, touched: Collection[Line]) -> bool:
        """Tell whether hiding a cell makes another necessary, as in one of its lines nothing else is hidden."""
        return any(line not in touched and self._is_summed(line) for line in _lines_of(cell))

    def _has_neighbours(self, cell: Step) -> bool:
        return all(len(self._lines[line]) > 1 for line in _lines_of(cell))

    @cached_property
    def _lines(self) -> dict[Line, list[Step]]:
        return _by_line(self.people)

    def _short(self) -> list[Line]:
        """Give a line whose hidden cells are those of too few customers together, if there is one."""
        for line, cells in _by_line(self.hidden).items():
            behind = max(self.joint.get(line, 0), *(self.weights[cell] for cell in cells))
            if behind < self.least and self._is_summed(line):
                return [line]
        return []

    def _derivable(self) -> list[Line]:
        """Give both lines of a hidden cell that follows from the sums, if there is one.

        It does if it is a bridge of the graph whose nodes are the lines and whose edges are the hidden cells.
        """
        import networkx as nx

        graph = nx.Graph(_lines_of(cell) for cell in sorted(self.hidden))
        graph.add_edges_from([(line, _FREE) for line in graph if line[1] in self.folded])
        bridges = cast("Iterable[tuple[Line, Line]]", nx.bridges(graph))  # which its types take for nodes
        return next(([one, other] for one, other in bridges if self._are_cell(one, other)), [])

    def _are_cell(self, one: Line, other: Line) -> bool:
        return _FREE not in (one, other) and (self._is_summed(one) or self._is_summed(other))

    def _is_summed(self, line: Line) -> bool:
        """Tell whether the sum of a line is published and something can be done about it."""
        return line[1] not in self.folded and line not in self.left


def _lines_of(cell: Step) -> tuple[Line, Line]:
    return ("row", cell[0]), ("column", cell[1])


def _by_line(cells: Iterable[Step]) -> dict[Line, list[Step]]:
    lines: dict[Line, list[Step]] = defaultdict(list)
    for cell in sorted(cells):
        for line in _lines_of(cell):
            lines[line].append(cell)
    return lines


def _counter(log: EventLog | Summary) -> Callable[[set[Step]], dict[Line, int]]:
    """Give what counts the customers behind cells, line by line; a summary cannot tell."""
    if isinstance(log, Summary):
        return lambda _: {}
    arrays = Arrays(log)
    codes, people = arrays.codes.astype(np.int64), arrays.per_event(arrays.case_customers)
    linked, none = np.flatnonzero(arrays.linked), np.zeros(len(arrays.firsts), np.int64)
    before = np.concatenate((none, codes[linked], codes[arrays.lasts]))
    after = np.concatenate((codes[arrays.firsts], codes[linked + 1], none))
    events = np.concatenate((arrays.firsts, linked, arrays.lasts))
    size = len(arrays.activities) + 1

    def count(cells: set[Step]) -> dict[Line, int]:
        packed = np.array(sorted(row * size + column for row, column in cells), np.int64)
        hidden = np.flatnonzero(np.isin(before * size + after, packed))
        found: dict[Line, int] = {}
        for kind, codes in (("row", before), ("column", after)):
            counts = distinct_customers({"line": codes[hidden]}, people[events[hidden]])
            lines = zip(counts["line"].tolist(), counts["customers"].tolist(), strict=True)
            found |= {(kind, line): customers for line, customers in lines}
        return found

    return count


def small_segments(log: EventLog, by: str, *, least: int) -> list[str]:
    """Give the segments that must stand together.

    Parameters
    ----------
    log
        A log.
    by
        The column of segments.
    least
        Segments of fewer customers stand together.

    Returns
    -------
    list of str
        Those of too few customers; where they would still be too few, also the smallest of the others.
    """
    summary = summarise(log, by=by, parts=["customers"])
    counts, names = summary.part("customers"), ["", *summary.segments]
    sizes = sorted(zip(counts["customers"].tolist(), counts["segment"].tolist(), strict=True))
    sizes = [(customers, names[code]) for customers, code in sizes if code]
    small = sum(customers < least for customers, _ in sizes)
    together = sum(customers for customers, _ in sizes[:small])
    return [name for _, name in sizes[: small + (0 < together < least)]]
