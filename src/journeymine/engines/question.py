"""What is asked of a stream of events, and the sum of the answers to its pieces."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from operator import add
from typing import Final

import pyarrow as pa

from journeymine.errors import UnknownNameError
from journeymine.log import account, columns
from journeymine.log.columns import LABEL
from journeymine.log.eventlog import EventLog
from journeymine.log.schema import TIME
from journeymine.summary.summarise import summarise
from journeymine.summary.summary import PARTS, Summary

__all__ = ["Question", "Total"]

_NO_EVENTS: Final = pa.table(
    {"case_id": pa.array([], LABEL), "activity": pa.array([], LABEL), "timestamp": pa.array([], TIME)}
)


@dataclass(frozen=True)
class Question:
    """What is to be summarised.

    Attributes
    ----------
    by, parts, relative_error
        As for `summarise`.
    observed_until
        Microseconds since 1970 until which each source was observed, or until which all were.
    """

    by: str | None
    parts: tuple[str, ...]
    relative_error: float | None
    observed_until: Mapping[str, int] | int

    @classmethod
    def of(
        cls,
        by: str | None,
        parts: Collection[str],
        relative_error: float | None,
        observed_until: Mapping[str, int] | int,
    ) -> Question:
        """Ask for parts that exist, and an error that can be kept to."""
        summarise(EventLog.of(_NO_EVENTS), parts=parts, relative_error=relative_error)
        return cls(by, tuple(name for name in PARTS if name in parts), relative_error, observed_until)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are looked at, where there are such."""
        used = ("case_id", "activity", "timestamp", "channel", "customer", "source", "after_unread")
        return used if self.by is None or self.by in used else (*used, self.by)

    def log_of(self, events: pa.Table) -> EventLog:
        """Make a log of some events, whose sources end when they end for all."""
        names = columns.used_values(events["source"])
        return EventLog.of_encoded(
            events,
            sources=account.to_table(
                account.Source(name, "table", 0, 0, observed_until=self._end(name)) for name in names
            ),
        )

    def _end(self, source: str) -> int:
        if isinstance(self.observed_until, int):
            return self.observed_until
        if source not in self.observed_until:
            raise UnknownNameError("observed_until= says nothing of source {name!r}", source, self.observed_until)
        return self.observed_until[source]

    def answer(self, log: EventLog, parts: Collection[str], by: str | None = None) -> Summary:
        """Summarise a log; parts that are not asked for are there, empty, so that all answers add up."""
        found = summarise(log, by=by or self.by, parts=parts, relative_error=self.relative_error)
        return replace(found, by=self.by, parts={**self.nothing.parts, **found.parts})

    @property
    def nothing(self) -> Summary:
        """The summary of no events."""
        empty = Summary.empty(by=self.by, relative_error=self.relative_error)
        return replace(empty, parts={name: part for name, part in empty.parts.items() if name in self.parts})


class Total:
    """Summaries that are added up, like with like in size, so that none is copied often."""

    def __init__(self):
        self._sums: list[Summary] = []

    def take(self, summary: Summary) -> None:
        """Add a summary."""
        while self._sums and _size(self._sums[-1]) <= _size(summary):
            summary = self._sums.pop() + summary
        self._sums.append(summary)

    @property
    def size(self) -> int:
        """Rows of all parts."""
        return sum(map(_size, self._sums))

    def summary(self, question: Question) -> Summary:
        """Give the sum; of nothing, that which adds nothing to the others."""
        return reduce(add, reversed(self._sums)) if self._sums else question.nothing


def _size(summary: Summary) -> int:
    return sum(map(len, summary.parts.values())) + len(summary.sequences.codes)
