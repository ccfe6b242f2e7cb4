"""Journeys: a customer's events cut into cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.durations import Duration, to_microseconds
from journeymine.errors import UnknownActivityError
from journeymine.log import columns
from journeymine.log.eventlog import EventLog

__all__ = ["cut"]


def cut(
    log: EventLog,
    *,
    gap: Duration | None = None,
    start: str | Sequence[str] = (),
    end: str | Sequence[str] = (),
    key: str | None = None,
) -> EventLog:
    """Cut each customer's events into journeys.

    Parameters
    ----------
    log
        The log.
    gap
        A longer silence begins a new journey, such as ``"14d"``.
    start, end
        Activities that begin a journey, and that complete one.
    key
        A column whose every value is a journey of its own, such as a ticket or a thread; events without a value join
        into one journey of their customer.

    Returns
    -------
    EventLog
        ``case_id`` is the customer and the number of the journey, ``C42/3``; without any option each customer is one
        journey. Events of nobody keep the case they had.

    Raises
    ------
    UnknownActivityError
        If a `start` or `end` never occurs.
    UnknownColumnError
        If `key` does not exist.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": ["a"] * 4, "activity": ["visit", "buy", "visit", "call"],
    ...     "timestamp": [f"2024-05-{day}T09:00Z" for day in ("01", "02", "03", "28")]})
    >>> jm.cut(log, gap="14d", end="buy").table["case_id"].to_pylist()
    ['a/1', 'a/1', 'a/2', 'a/3']
    """
    customers = log.labels("customer")
    owner = columns.first_known([customers, log.labels("case_id")]) if customers.null_count else customers
    together = EventLog.of(_with_case(log.table, _keyed(owner, log, key)), sources=log.sources)
    begins = _begins(together, gap, _checked(log, start), _checked(log, end))
    cases = _numbered(together.labels("case_id"), together.offsets, begins) if gap or start or end else None
    table = together.table if cases is None else _with_case(together.table, cases)
    return replace(EventLog.of(table, sources=log.sources), quarantine=log.quarantine, evidence=log.evidence)


def _with_case(table: pa.Table, cases: pa.Array) -> pa.Table:
    return table.set_column(table.column_names.index("case_id"), "case_id", cases)


def _keyed(owner: pa.DictionaryArray, log: EventLog, key: str | None) -> pa.DictionaryArray:
    if key is None:
        return owner
    values = pc.coalesce(log.labels(key).cast(pa.string()), pa.scalar("", pa.string()))
    joined = pc.binary_join_element_wise(owner.cast(pa.string()), values, "/")
    return pc.if_else(pc.equal(values, ""), owner.cast(pa.string()), joined).dictionary_encode()


def _checked(log: EventLog, names: str | Sequence[str]) -> list[str]:
    names = [names] if isinstance(names, str) else list(names)
    for name in names:
        if name not in log.activities:
            raise UnknownActivityError("activity {name!r} never occurs", name, log.activities)
    return names


def _begins(log: EventLog, gap: Duration | None, start: list[str], end: list[str]) -> np.ndarray:
    """Tell which events begin a journey, shape (events,)."""
    begins = np.zeros(log.num_events, bool)
    begins[log.offsets[:-1]] = True
    if gap is not None:
        begins[1:] |= np.diff(log.times) > to_microseconds(gap)
    begins |= _is_any(log, start)
    begins[1:] |= _is_any(log, end)[:-1]
    return begins


def _is_any(log: EventLog, names: list[str]) -> np.ndarray:
    labels = log.labels("activity")
    wanted = np.array([name in names for name in labels.dictionary.to_pylist()], bool)
    return wanted[columns.codes(labels)] if len(wanted) else np.zeros(len(labels), bool)


def _numbered(owners: pa.DictionaryArray, offsets: np.ndarray, begins: np.ndarray) -> pa.DictionaryArray:
    firsts = np.flatnonzero(begins)
    journey = np.cumsum(begins) - 1
    owner_of = columns.codes(owners)[firsts]
    number = np.arange(len(firsts)) - journey[offsets[:-1]][owner_of] + 1
    names = pc.binary_join_element_wise(
        owners.dictionary.take(pa.array(owner_of)), pa.array(number).cast(pa.string()), "/"
    )
    return columns.from_codes(journey.astype(np.int32), names)
