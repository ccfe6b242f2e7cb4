"""Journeys: a customer's events cut into cases."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.durations import Duration
from journeymine.errors import UnknownActivityError
from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.log.regroup import regrouped
from journeymine.log.silence import after_silence

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
        A column whose every value is a journey of its own, such as a ticket, a thread, or a session as `sessions` tells
        them; events without a value join into one journey of their customer.

    Returns
    -------
    EventLog
        ``case_id`` is the customer and the number of the journey, ``C42/3``; without any option each customer is one
        journey. An event of nobody stays a journey of its own.

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
    together = regrouped(log, _with_case(log.table, _keyed(_owners(log), log, key)))
    begins = _begins(together, gap, _checked(log, start), _checked(log, end))
    cases = _numbered(together.labels("case_id"), together.offsets, begins) if gap or start or end else None
    table = together.table if cases is None else _with_case(together.table, cases)
    return log.with_events(table)


def _with_case(table: pa.Table, cases: pa.Array) -> pa.Table:
    return table.set_column(table.column_names.index("case_id"), "case_id", cases)


def _owners(log: EventLog) -> pa.DictionaryArray:
    """Give each event its customer, or the case of nobody, by a name that no customer has."""
    customers, cases = log.labels("customer"), log.labels("case_id")
    if not customers.null_count:
        return customers
    alone = pc.if_else(customers.is_null(), cases.indices, pa.scalar(None, pa.int32()))
    cases = columns.compact(pa.DictionaryArray.from_arrays(alone, cases.dictionary))
    names = cases.dictionary
    while pc.any(pc.is_in(names, customers.dictionary)).as_py():
        names = pc.binary_join_element_wise("nobody", names, "/")
    return columns.first_known([customers, pa.DictionaryArray.from_arrays(cases.indices, names)])


def _keyed(owners: pa.DictionaryArray, log: EventLog, key: str | None) -> pa.DictionaryArray:
    """Give each event of an owner and a value one name, another for every other pair, whatever signs they hold."""
    if key is None:
        return owners
    values = log.labels(key)
    given = pc.not_equal(values.dictionary.take(values.indices), "").fill_null(False)
    numbers = np.where(columns.numbers(given.cast(pa.uint8())), columns.codes(values) + 1, 0)
    width = len(values.dictionary) + 1
    pairs = pa.array(columns.codes(owners).astype(np.int64) * width + numbers).dictionary_encode()
    found = columns.numbers(pairs.dictionary)
    value = pa.array(found % width - 1, mask=found % width == 0)
    owner, value = owners.dictionary.take(pa.array(found // width)), values.dictionary.take(value)
    names, between = owner, "/"
    while names is owner or pc.count_distinct(names).as_py() < len(names):
        names = pc.coalesce(pc.binary_join_element_wise(owner, value, between), owner)
        between += "/"
    return pa.DictionaryArray.from_arrays(pairs.indices, names)


def _checked(log: EventLog, names: str | Sequence[str]) -> list[str]:
    names = [names] if isinstance(names, str) else list(names)
    for name in names:
        if name not in log.activities:
            raise UnknownActivityError("activity {name!r} never occurs", name, log.activities)
    return names


def _begins(log: EventLog, gap: Duration | None, start: list[str], end: list[str]) -> np.ndarray:
    """Tell which events begin a journey, shape (events,)."""
    begins = after_silence(log.times, log.offsets, gap)
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
