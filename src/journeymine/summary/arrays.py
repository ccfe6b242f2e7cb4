"""A log as the kernels see it: codes of sorted labels, times, case starts, and what each case belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.summary.groups import group_of

__all__ = ["Arrays"]


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
    def linked(self) -> np.ndarray:
        """True where the next event belongs to the same case and nothing unread lies between, shape (events - 1,)."""
        linked = np.ones(max(len(self.times) - 1, 0), bool)
        linked[self.lasts[:-1]] = False
        if "after_unread" in self.log.table.column_names:
            linked &= ~columns.numbers(self.log.table["after_unread"].cast(pa.uint8()))[1:].astype(bool)
        return linked

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
    def ends(self) -> np.ndarray:
        """Time until which each event's source was observed, int64, shape (events,)."""
        sources = self.log.labels("source")
        known = dict(
            zip(
                self.log.sources["source"].to_pylist(),
                self.log.sources["observed_until"].cast(pa.int64()).to_pylist(),
                strict=True,
            )
        )
        ends = np.array([known.get(name, 0) for name in sources.dictionary.to_pylist()], np.int64)
        return ends[columns.codes(sources)]

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


def _sorted_codes(labels: pa.DictionaryArray, values: list[str]) -> np.ndarray:
    place = {value: number for number, value in enumerate(values, 1)}
    ranks = np.array([place.get(value, 0) for value in labels.dictionary.to_pylist()] + [0])
    return ranks.astype(np.min_scalar_type(len(values)))[columns.codes(labels)]
