"""A log as the kernels see it: codes of sorted labels, times, case starts, and what each case belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.errors import SchemaError
from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.summary.groups import group_of

__all__ = ["Arrays", "Block"]

_BLOCK = 1 << 17


@dataclass(frozen=True)
class Arrays:
    """The arrays of a log.

    Codes count from 1 in the order of the sorted labels; 0 stands for "none".

    Attributes
    ----------
    log
        The log.
    by
        Column whose value in the first event of a case is the case's segment; None for no segments.
    """

    log: EventLog
    by: str | None = None

    def __post_init__(self):
        if not isinstance(self.log, EventLog):
            raise SchemaError(
                f"expected a log, not {type(self.log).__name__}: read_table makes a log of a table. Partitions and "
                "Spark DataFrames are summarised first, by summarise_partitions and spark.summarise; where an answer "
                "needs the events themselves, give it the log of a sample of customers"
            )

    @property
    def times(self) -> np.ndarray:
        """Microseconds since 1970, int64, shape (events,)."""
        return self.log.times

    @property
    def offsets(self) -> np.ndarray:
        """First event of each case and the end of the last, int64, shape (cases + 1,)."""
        return self.log.offsets

    @property
    def firsts(self) -> np.ndarray:
        """First event of each case, shape (cases,)."""
        return self.offsets[:-1]

    @property
    def lasts(self) -> np.ndarray:
        """Last event of each case, shape (cases,)."""
        return self.offsets[1:] - 1

    @property
    def activities(self) -> list[str]:
        """The labels of the codes, which count from 1."""
        return self.log.activities

    @cached_property
    def codes(self) -> np.ndarray:
        """Activity of each event, the smallest unsigned type that fits, shape (events,)."""
        return _sorted_codes(self.log.labels("activity"), self.activities)

    @cached_property
    def channel_codes(self) -> np.ndarray:
        """Channel of each event, shape (events,); 0 where the log does not say."""
        if not self.log.channels:
            return np.zeros(len(self.times), np.uint8)
        return _sorted_codes(self.log.labels("channel"), self.log.channels)

    @cached_property
    def ends(self) -> np.ndarray:
        """When each event ended, microseconds since 1970, int64, shape (events,); its begin where that is not known."""
        if "end_timestamp" not in self.log.table.column_names:
            return self.times
        return columns.numbers(pc.coalesce(self.log.table["end_timestamp"], self.log.table["timestamp"]))

    @cached_property
    def is_last(self) -> np.ndarray:
        """True for the last event of each case, shape (events,)."""
        last = np.zeros(len(self.times), bool)
        last[self.lasts] = True
        return last

    @cached_property
    def linked(self) -> np.ndarray:
        """True where the next event belongs to the same case and nothing unread lies between, shape (events,)."""
        linked = ~self.is_last
        if (unread := self.after_unread) is not None:
            linked[:-1] &= ~unread[1:]
        return linked

    @cached_property
    def after_unread(self) -> np.ndarray | None:
        """True where something unread lies before an event, shape (events,); None where all was read."""
        if "after_unread" not in self.log.table.column_names:
            return None
        return columns.numbers(self.log.table["after_unread"].cast(pa.uint8())).astype(bool)

    @cached_property
    def segments(self) -> list[str]:
        """The values of `by`, sorted."""
        return [] if self.by is None else columns.used_values(self.log.labels(self.by))

    @cached_property
    def case_segments(self) -> np.ndarray:
        """Segment of each case, shape (cases,); 0 where it has none."""
        if self.by is None:
            return np.zeros(len(self.firsts), np.uint8)
        return _sorted_codes(self.log.labels(self.by), self.segments)[self.firsts]

    @cached_property
    def case_customers(self) -> np.ndarray:
        """Customer of each case, int64, shape (cases,); cases of nobody are numbered after the customers."""
        codes = columns.codes(self.log.labels("customer"))[self.firsts].astype(np.int64)
        nobody = codes < 0
        codes[nobody] = self.log.num_customers + np.arange(np.count_nonzero(nobody))
        return codes

    @cached_property
    def case_known(self) -> np.ndarray:
        """True for cases of a known customer, shape (cases,)."""
        return columns.codes(self.log.labels("customer"))[self.firsts] >= 0

    @cached_property
    def case_groups(self) -> np.ndarray:
        """Group of each case's customer, uint8, shape (cases,)."""
        customers = self.log.labels("customer")
        groups = np.append(group_of(customers.dictionary), np.uint8(0))
        groups = groups[columns.codes(customers)[self.firsts]]
        if not self.case_known.all():
            nobody = np.flatnonzero(~self.case_known)
            groups[nobody] = group_of(self.log.labels("case_id").dictionary.take(pa.array(nobody)))
        return groups

    @cached_property
    def source_ends(self) -> np.ndarray:
        """Time until which each source was observed, int64, by the codes of the column of sources."""
        names, ends = self.log.sources["source"].to_pylist(), columns.numbers(self.log.sources["observed_until"])
        known = dict(zip(names, ends.tolist(), strict=True))
        return np.array([known.get(name, 0) for name in self.log.labels("source").dictionary.to_pylist()], np.int64)

    @property
    def source_codes(self) -> np.ndarray:
        """Source of each event, a place in `source_ends`, shape (events,)."""
        return columns.codes(self.log.labels("source"))

    @cached_property
    def observed_until(self) -> int | None:
        """The end of the last source that has an event, microseconds since 1970; None without events."""
        ends = self.source_ends[columns.used(self.log.labels("source"))]
        return int(ends.max()) if len(ends) else None

    def whole_customers(self) -> Iterator[Block]:
        """Go through the events in blocks that hold all events of each of their customers.

        Yields
        ------
        Block
            One after the other, about as large as those of `blocks`; larger where a customer has more events, and a
            single one where the cases of a customer do not stand together.
        """
        if (self.case_customers[1:] < self.case_customers[:-1]).any():
            yield Block(self, 0, len(self.times))
            return
        new = np.flatnonzero(self.case_customers[1:] != self.case_customers[:-1]) + 1
        borders = np.append(self.offsets[new], len(self.times))
        start = 0
        while start < len(self.times):
            stop = int(borders[min(np.searchsorted(borders, start + _BLOCK), len(borders) - 1)])
            yield Block(self, start, stop)
            start = stop

    def blocks(self) -> Iterator[Block]:
        """Go through the events in blocks that stay in the processor's cache.

        Yields
        ------
        Block
            One after the other.
        """
        for start in range(0, len(self.times), _BLOCK):
            yield Block(self, start, min(start + _BLOCK, len(self.times)))

    def num_known(self, cases: np.ndarray) -> int:
        """Count the known customers of some cases.

        Parameters
        ----------
        cases
            Their places.

        Returns
        -------
        int
            Without those of nobody.
        """
        return len(np.unique(self.case_customers[cases[self.case_known[cases]]]))

    def per_event(self, per_case: np.ndarray) -> np.ndarray:
        """Give each event its case's value.

        Parameters
        ----------
        per_case
            Shape (cases,).

        Returns
        -------
        numpy.ndarray
            Shape (events,).
        """
        return np.repeat(per_case, np.diff(self.offsets))


@dataclass(frozen=True)
class Block:
    """Some events that follow one another in a log's arrays.

    Attributes
    ----------
    arrays
        Of the whole log.
    start, stop
        First event, and the one after the last.
    """

    arrays: Arrays
    start: int
    stop: int

    def of(self, per_event: np.ndarray) -> np.ndarray:
        """Give the block's part of an array with one value an event.

        Parameters
        ----------
        per_event
            Shape (events,).

        Returns
        -------
        numpy.ndarray
            Shape (stop - start,).
        """
        return per_event[self.start : self.stop]

    def following(self, per_event: np.ndarray) -> np.ndarray:
        """Give the value of the event after each; the last event of the log has itself.

        Parameters
        ----------
        per_event
            Shape (events,).

        Returns
        -------
        numpy.ndarray
            Shape (stop - start,).
        """
        after = per_event[self.start + 1 : self.stop + 1]
        return after if len(after) == self.stop - self.start else np.append(after, per_event[-1:])

    @property
    def segments(self) -> np.ndarray:
        """Segment of each event, shape (stop - start,); kept once where there are no segments."""
        if self.arrays.by is None:
            return np.broadcast_to(np.uint8(0), self.stop - self.start)
        return self.of_case(self.arrays.case_segments)

    @cached_property
    def _cases(self) -> tuple[slice, np.ndarray]:
        offsets = self.arrays.offsets
        first = int(np.searchsorted(offsets, self.start, side="right")) - 1
        last = int(np.searchsorted(offsets, self.stop, side="left"))
        bounds = np.clip(offsets[first : last + 1], self.start, self.stop)
        return slice(first, last), np.diff(bounds)

    def of_case(self, per_case: np.ndarray) -> np.ndarray:
        """Give each event its case's value.

        Parameters
        ----------
        per_case
            Shape (cases,).

        Returns
        -------
        numpy.ndarray
            Shape (stop - start,).
        """
        cases, lengths = self._cases
        return np.repeat(per_case[cases], lengths)


def _sorted_codes(labels: pa.DictionaryArray, values: list[str]) -> np.ndarray:
    place = {value: number for number, value in enumerate(values, 1)}
    ranks = np.array([place.get(value, 0) for value in labels.dictionary.to_pylist()] + [0])
    return ranks.astype(np.min_scalar_type(len(values)))[columns.codes(labels)]
