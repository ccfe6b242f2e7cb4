"""Cells: which segment each case belongs to, and which stratum of the columns that are to be held equal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
import pyarrow as pa

from journeymine.errors import OptionError
from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.log.selection import Moment, moment
from journeymine.summary.arrays import Arrays
from journeymine.summary.counts import Counts
from journeymine.summary.groups import NUM_GROUPS
from journeymine.summary.quantiles import coded

__all__ = ["Cells"]

_COLUMN: Final = "(cell)"
_NONE: Final = -1


@dataclass(frozen=True)
class Cells:
    """Segment and stratum of each case of a log.

    Attributes
    ----------
    log
        The log.
    segments
        Names of the segments, in the order in which they are compared.
    of_case
        Segment of each case, a place in `segments`, int64, shape (cases,); -1 for cases of none.
    strata
        Stratum of each case, int64 from 0, shape (cases,).
    """

    log: EventLog
    segments: tuple[str, ...]
    of_case: np.ndarray
    strata: np.ndarray

    @classmethod
    def by_column(cls, log: EventLog, by: str, adjust: Sequence[str] = ()) -> Cells:
        """Take the segment from a column's value in each case's first event.

        Parameters
        ----------
        log
            The log.
        by
            A column of labels.
        adjust
            Columns of labels whose combinations are the strata.

        Returns
        -------
        Cells
            Segments in the order of the alphabet.

        Raises
        ------
        UnknownColumnError
            If the log has no such column of labels.
        OptionError
            If there are fewer than two segments.
        """
        arrays = Arrays(log, by)
        of_case = arrays.case_segments.astype(np.int64) - 1
        used = np.flatnonzero(np.bincount(of_case[of_case >= 0], minlength=len(arrays.segments)))
        if len(used) < 2:
            raise OptionError(f"a comparison needs at least two segments; {by!r} has {len(used)} among first events")
        place = np.full(len(arrays.segments) + 1, _NONE)  # the last stands for cases of no segment
        place[used] = np.arange(len(used))
        segments = tuple(arrays.segments[code] for code in used)
        return cls(log, segments, place[of_case], _strata(log, adjust))

    @classmethod
    def by_period(cls, log: EventLog, since: Moment, adjust: Sequence[str] = ()) -> Cells:
        """Tell cases that began before a moment from those that began then or later.

        Parameters
        ----------
        log
            The log.
        since
            A time with a zone.
        adjust
            Columns of labels whose combinations are the strata.

        Returns
        -------
        Cells
            With the segments ``"before"`` and ``"since"``.

        Raises
        ------
        OptionError
            If `since` is no time with a zone, or no case began before it, or none after.
        """
        border = int(moment(since).cast(pa.int64()).as_py())
        arrays = Arrays(log)
        later = arrays.times[arrays.firsts] >= border
        if later.all() or not later.any():
            where = "after" if later.all() else "before"
            raise OptionError(f"all journeys began {where} since={since!r}; choose a moment within the log")
        return cls(log, ("before", "since"), later.astype(np.int64), _strata(log, adjust))

    @cached_property
    def arrays(self) -> Arrays:
        """The arrays of the log."""
        return Arrays(self.log)

    @cached_property
    def known(self) -> np.ndarray:
        """Places of the cases that belong to a segment, shape (known,)."""
        return np.flatnonzero(self.of_case >= 0)

    @property
    def shape(self) -> tuple[int, int, int]:
        """How many strata, segments and groups of customers there are."""
        return int(self.strata.max(initial=0)) + 1, len(self.segments), NUM_GROUPS

    @cached_property
    def numbers(self) -> np.ndarray:
        """Stratum and segment of each case in one number, int64, shape (cases,); -1 for cases of no segment."""
        return np.where(self.of_case >= 0, self.strata * len(self.segments) + self.of_case, _NONE)

    @cached_property
    def num_cells(self) -> int:
        """Number of combinations of stratum and segment."""
        return self.shape[0] * self.shape[1]

    @cached_property
    def is_shared(self) -> bool:
        """True where a customer has cases in more than one segment."""
        customers, segments = self.arrays.case_customers[self.known], self.of_case[self.known]
        pairs = Counts.of({"customer": customers, "segment": segments})
        return len(pairs) > len(pairs.without("segment"))

    # --- labels by lot ---------------------------------------------------------------------------------------------

    @cached_property
    def _units(self) -> tuple[np.ndarray, np.ndarray]:
        """Unit of each case that belongs to a segment, and stratum and segment of each unit, sorted."""
        columns_of = [self.numbers[self.known], self.arrays.case_customers[self.known]]
        units, (of_unit, _) = coded(columns_of)
        return units, of_unit

    def lot(self, rng: np.random.Generator) -> np.ndarray:
        """Give customers' segments out by lot, within strata.

        Parameters
        ----------
        rng
            Source of the lots.

        Returns
        -------
        numpy.ndarray
            Segment of each case, as `of_case`. All cases of a customer go together, and each segment gets as many
            customers as it has; one who has cases in two segments, or strata, is as many units, which errs on the side
            of caution.
        """
        units, of_unit = self._units
        strata = np.split(of_unit % len(self.segments), np.flatnonzero(np.diff(of_unit // len(self.segments))) + 1)
        drawn = self.of_case.copy()
        drawn[self.known] = np.concatenate([rng.permutation(segments) for segments in strata])[units]
        return drawn

    @cached_property
    def observed(self) -> np.ndarray:
        """Time from the first journey of each segment to the end of the log, microseconds, int64, shape (segments,)."""
        firsts = np.full(len(self.segments), np.iinfo(np.int64).max)
        np.minimum.at(firsts, self.of_case[self.known], self.arrays.times[self.arrays.firsts[self.known]])
        return (self.arrays.observed_until or 0) - firsts

    @cached_property
    def labelled(self) -> Arrays:
        """The arrays of a log in which a column says each case's cell, for the kernels that count by segment."""
        cells = pa.array(self.arrays.per_event(self.numbers), mask=self.arrays.per_event(self.numbers < 0))
        names = pa.array([f"{number:09d}" for number in range(self.num_cells)], pa.string())
        column = pa.DictionaryArray.from_arrays(cells.cast(pa.int32()), names)
        table = self.log.table.append_column(_COLUMN, column.cast(columns.LABEL))
        return Arrays(replace(self.log, table=table), _COLUMN)

    def of_rows(self, counts: Counts) -> np.ndarray:
        """Give the cell of each row that a kernel counted from `labelled`.

        Parameters
        ----------
        counts
            With the key ``segment``.

        Returns
        -------
        numpy.ndarray
            int64, shape (rows,); -1 for rows of no segment.
        """
        cells = np.array([_NONE, *(int(name) for name in self.labelled.segments)])
        return cells[counts["segment"]]

    def totals(self, categories: np.ndarray, num_categories: int, cases: np.ndarray | None = None) -> np.ndarray:
        """Count cases by category, stratum, segment and group.

        Parameters
        ----------
        categories
            Category of each case, integers from 0, shape (cases,).
        num_categories
            How many there are.
        cases
            Places of the cases to count; by default all that belong to a segment.

        Returns
        -------
        numpy.ndarray
            int64, shape (categories, strata, segments, groups).
        """
        cases = self.known if cases is None else cases[self.of_case[cases] >= 0]
        places = categories[cases].astype(np.int64) * self.num_cells + self.numbers[cases]
        size = num_categories * self.num_cells * NUM_GROUPS
        counted = np.bincount(places * NUM_GROUPS + self.arrays.case_groups[cases], minlength=size)
        return counted.reshape(num_categories, *self.shape)


def _strata(log: EventLog, adjust: Sequence[str]) -> np.ndarray:
    """Give each combination of some columns' values in cases' first events a number."""
    names = [adjust] if isinstance(adjust, str) else list(adjust)
    if not names:
        return np.zeros(log.num_cases, np.int64)
    return coded([Arrays(log, name).case_segments for name in names])[0].astype(np.int64)
