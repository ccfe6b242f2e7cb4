"""A case that comes in pieces: what is counted of it is what is counted of its pieces, less what is of their seams."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import pyarrow as pa

from journeymine.engines.question import Question, Total
from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.summary.arrays import Arrays
from journeymine.summary.counts import Counts
from journeymine.summary.sequences import Sequences
from journeymine.summary.summary import Summary

__all__ = ["OpenCase"]

_SEGMENT: Final = "(segment)"
_OF_WHOLE_CASES: Final = frozenset({"variants", "spans"})


@dataclass
class OpenCase:
    """A case that comes in pieces.

    Attributes
    ----------
    question
        What is to be summarised.
    counted
        What was counted of its pieces, less what was counted of their seams.
    sequence
        Activities and the codes of the events, piece by piece.
    first, last
        Its first event, and the last so far.
    """

    question: Question
    counted: Total = field(default_factory=Total)
    sequence: list[tuple[list[str], np.ndarray]] = field(default_factory=list)
    first: EventLog | None = None
    last: EventLog | None = None

    def take(self, log: EventLog, *, goes_on: bool) -> None:
        """Count a further piece; its first event is the last of the piece before, and its last that of the next."""
        self.first = self.first or self._with_segment(self._event(log, 0))
        self.last = self._with_segment(self._event(log, log.num_events - 1))
        self.sequence.append((log.activities, Arrays(log).codes[1 if self.sequence else 0 :]))
        counted = self._answer(self._with_segment(log))
        self.counted.take(_less(counted, self._answer(self.last)) if goes_on else counted)

    def summary(self) -> Summary:
        """Give what is counted of the whole case."""
        counted = self.counted.summary(self.question)
        parts = {name: part if part.is_loose else _settled(part) for name, part in counted.parts.items()}
        counted = replace(counted, parts=parts)
        wanted = [name for name in self.question.parts if name in _OF_WHOLE_CASES]
        if not wanted:
            return counted
        ends = self.question.log_of(pa.concat_tables(log.table for log in (self.first, self.last) if log is not None))
        spanned = self.question.answer(ends, wanted, self._by)
        labelled = replace(spanned, activities=counted.activities, sequences=self._sequences(counted.activities))
        return counted + labelled

    @property
    def _by(self) -> str | None:
        return self.question.by and _SEGMENT

    def _answer(self, log: EventLog) -> Summary:
        parts = [name for name in self.question.parts if name not in _OF_WHOLE_CASES]
        return self.question.answer(log, parts, self._by)

    def _event(self, log: EventLog, place: int) -> EventLog:
        return self.question.log_of(log.table.slice(place, 1))

    def _with_segment(self, log: EventLog) -> EventLog:
        """Let a piece begin with the segment that its case begins with."""
        if self.question.by is None:
            return log
        mine = log.labels(self.question.by)
        begin = (mine if self.first is None else self.first.labels(_SEGMENT)).slice(0, 1)
        labels = pa.chunked_array([part.cast(pa.string()) for part in (begin, mine.slice(1))])
        return self.question.log_of(log.table.append_column(_SEGMENT, columns.encode(labels)))

    def _sequences(self, activities: tuple[str, ...]) -> Sequences:
        place = {label: code for code, label in enumerate(activities, 1)}
        pieces = [np.array([0, *map(place.__getitem__, labels)], np.uint32)[codes] for labels, codes in self.sequence]
        codes = np.concatenate(pieces)
        return Sequences(np.array([0, len(codes)]), codes)


def _less(summary: Summary, seam: Summary) -> Summary:
    """Take away what was counted of a seam; where its counts are not among these, they wait for the other pieces."""
    away = {
        name: Counts(part.keys, {measure: -values for measure, values in part.measures.items()}, part.is_loose)
        for name, part in seam.parts.items()
    }
    left = summary + replace(seam, parts=away)
    return replace(
        left, parts={name: _loose_again(part) if part.is_loose else part for name, part in left.parts.items()}
    )


def _loose_again(part: Counts) -> Counts:
    """Settle a part whose rows nobody needs in order yet: those of a seam all stand in the piece that ends with it."""
    settled = _settled(part)
    return Counts(settled.keys, settled.measures, is_loose=True)


def _settled(part: Counts) -> Counts:
    """Leave out what was added and taken away again."""
    return part.ordered.where(part.ordered["count"] != 0)
