"""Pieces: batches of events that come customer by customer, cut where customers end, or cases, or inside a case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np
import pyarrow as pa

from journeymine.log import columns
from journeymine.log.schema import with_distinct_labels

__all__ = ["Piece", "Reach", "pieces_of"]

_OWNERS: Final = ("case_id", "customer")


class Reach(Enum):
    """What a piece holds all events of."""

    CUSTOMERS = "whole customers"
    CASES = "whole cases of one customer"
    EVENTS = "events of one case"


@dataclass(frozen=True)
class Piece:
    """Events that can be looked at together.

    Attributes
    ----------
    events
        With labels encoded, in the order they came. A piece of a case begins with the last event of the piece before.
    reach
        What it holds all events of.
    ends_case, ends_customer
        True for the last piece of a case that came in pieces, and for that of a customer.
    """

    events: pa.Table
    reach: Reach
    ends_case: bool = False
    ends_customer: bool = False


def pieces_of(batches: Iterable[pa.RecordBatch | pa.Table], names: Iterable[str], rows: int) -> Iterator[Piece]:
    """Cut a stream of events into pieces.

    Parameters
    ----------
    batches
        Events in canonical columns, customer by customer and case by case.
    names
        Columns to keep, where there are such.
    rows
        A customer, and a case, of more events may come in several pieces; a piece is not much larger.

    Yields
    ------
    Piece
        Whole customers, but for those that are too large.

    Examples
    --------
    >>> events = pa.table({"case_id": ["a", "a", "a", "b"], "activity": ["x", "y", "z", "x"]})
    >>> for piece in pieces_of(events.to_batches(), events.column_names, rows=2):
    ...     print(piece.reach.value, piece.events["activity"].to_pylist())
    whole customers ['x', 'y', 'z']
    whole customers ['x']
    """
    wanted, cutter = set(names), _Cutter(rows)
    waiting: list[pa.Table] = []
    for batch in batches:
        table = batch if isinstance(batch, pa.Table) else pa.Table.from_batches([batch])
        waiting.append(table.select([name for name in table.column_names if name in wanted]))
        if sum(map(len, waiting)) > rows:
            yield from cutter.cut(pa.concat_tables(waiting))
            waiting = [cutter.rest]
    if any(map(len, waiting)):
        yield from cutter.cut(pa.concat_tables(waiting), is_end=True)


class _Cutter:
    """Cuts events as they come, and keeps the rest, of which more may come.

    Attributes
    ----------
    rows
        A rest is not larger.
    rest
        What must wait.
    reach
        What begins with the rest: a customer, a further case of one, or the seam of a case.
    """

    def __init__(self, rows: int):
        self.rows, self.reach, self.rest = rows, Reach.CUSTOMERS, pa.table({})

    def cut(self, events: pa.Table, *, is_end: bool = False) -> Iterator[Piece]:
        self.events, self.start = _encoded(events), 0
        self.case_ends, self.customer_ends = _ends(self.events, is_end)
        if self.reach is Reach.EVENTS:
            yield from self._rest_of_case()
        if self.reach is Reach.CASES:
            yield from self._rest_of_customer()
        if self.reach is Reach.CUSTOMERS:
            yield from self._customers()
        if self._left > self.rows:
            yield from self._cases()
        if self._left > self.rows:
            yield from self._part_of_case()
        self.rest = events.slice(self.start)

    @property
    def _left(self) -> int:
        return len(self.events) - self.start

    def _until(self, stop: int) -> pa.Table:
        start, self.start = self.start, stop
        return self.events.slice(start, stop - start)

    def _rest_of_case(self) -> Iterator[Piece]:
        if not len(self.case_ends):
            yield from self._part_of_case()
            return
        stop = int(self.case_ends[0])
        ends_customer = stop in self.customer_ends[:1]
        self.reach = Reach.CUSTOMERS if ends_customer else Reach.CASES
        yield Piece(self._until(stop), Reach.EVENTS, True, ends_customer)

    def _rest_of_customer(self) -> Iterator[Piece]:
        if len(self.customer_ends):
            self.reach = Reach.CUSTOMERS
            yield Piece(self._until(int(self.customer_ends[0])), Reach.CASES, ends_customer=True)

    def _customers(self) -> Iterator[Piece]:
        if len(self.customer_ends) and self.customer_ends[-1] > self.start:
            yield Piece(self._until(int(self.customer_ends[-1])), Reach.CUSTOMERS)

    def _cases(self) -> Iterator[Piece]:
        if len(self.case_ends) and self.case_ends[-1] > self.start:
            self.reach = Reach.CASES
            yield Piece(self._until(int(self.case_ends[-1])), Reach.CASES)

    def _part_of_case(self) -> Iterator[Piece]:
        self.reach = Reach.EVENTS
        yield Piece(self._until(len(self.events)), Reach.EVENTS)
        self.start -= 1  # the last event is the seam


def _encoded(events: pa.Table) -> pa.Table:
    events = with_distinct_labels(events)
    for place, (name, column) in enumerate(zip(events.column_names, events.columns, strict=True)):
        if columns.is_text(column.type) or name in _OWNERS:
            events = events.set_column(place, name, columns.encode(column))
    if "customer" not in events.column_names:
        events = events.append_column("customer", events["case_id"])
    if "source" not in events.column_names:
        events = events.append_column("source", columns.label("events", len(events)))
    return events


def _ends(events: pa.Table, is_end: bool) -> tuple[np.ndarray, np.ndarray]:
    """Give the places after the last events of cases and of customers, as far as they are known to be the last."""
    cases, customers = (columns.codes(columns.whole(events[name])) for name in _OWNERS)
    new_customer = customers[1:] != customers[:-1]
    new_case = new_customer | (cases[1:] != cases[:-1])
    new_customer |= new_case & (customers[1:] < 0)  # each case of nobody is a customer of its own
    end = [len(events)] if is_end else []
    case_ends, customer_ends = (np.append(np.flatnonzero(new) + 1, end).astype(int) for new in (new_case, new_customer))
    return case_ends, customer_ends
