"""Sessions: what one customer does in one channel without a long silence."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.durations import Duration
from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.log.identifiers import ranked
from journeymine.log.order import case_order
from journeymine.log.schema import ID_PREFIX, id_columns
from journeymine.log.silence import after_silence

__all__ = ["sessions"]

_SESSION: Final = "session"


def sessions(log: EventLog, *, gap: Duration = "30min") -> EventLog:
    """Tell which events belong to one session; the cases stay as they are.

    A session is what a customer does in one channel until a silence longer than `gap`; half an hour is what Google
    Analytics takes [1]_. Events of nobody are told apart by their strongest identifier, such as a visitor's, and where
    they have none by their case. Sessions that a source defines itself, such as those of GA4 and Snowplow, are kept:
    only events without one get one.

    Parameters
    ----------
    log
        The log.
    gap
        A longer silence begins a new session.

    Returns
    -------
    EventLog
        With the attribute ``session``: channel and number, ``web/1``, or what the source says. As in GA4 it names a
        session only together with its customer. ``jm.cut(log, key="session")`` makes each session a journey.

    Raises
    ------
    DurationError
        If `gap` is no duration.

    References
    ----------
    .. [1] Google Analytics Help, "About Analytics sessions", support.google.com/analytics/answer/12798876.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": ["a"] * 3, "activity": ["home", "search", "home"], "channel": ["web"] * 3,
    ...     "timestamp": [f"2024-05-01T{clock}Z" for clock in ("09:00", "09:20", "13:00")]})
    >>> sessions(log).table["session"].to_pylist()
    ['web/1', 'web/1', 'web/2']
    """
    given = _given(log)
    open_events = np.flatnonzero(columns.codes(given) < 0)
    channels = _channels(log)
    numbers = np.full(log.num_events, -1)
    numbers[open_events] = _numbers(_owners(log, channels)[open_events], log.times[open_events], gap)
    return _with_sessions(log, columns.first_known([given, _named(numbers, channels, given)]))


def _given(log: EventLog) -> pa.DictionaryArray:
    """Give the sessions that are known already."""
    if _SESSION not in log.table.column_names:
        return pa.nulls(log.num_events, columns.LABEL)
    labels = columns.encode(log.table[_SESSION])
    named = pc.not_equal(labels.dictionary, "")
    return columns.relabel(labels, pc.if_else(named, labels.dictionary, pa.scalar(None, pa.string())))


def _channels(log: EventLog) -> pa.DictionaryArray:
    unnamed = columns.label(_SESSION, log.num_events)
    return columns.first_known([log.labels("channel"), unnamed]) if log.channels else unnamed


def _owners(log: EventLog, channels: pa.DictionaryArray) -> np.ndarray:
    """Give each owner in each channel a number: a customer, else an identifier, else a case."""
    kinds = ranked(name.removeprefix(ID_PREFIX) for name in id_columns(log.table))
    owners, before = np.full(log.num_events, -1), 0
    for name in ("customer", *(ID_PREFIX + kind for kind in kinds), "case_id"):
        labels = log.labels(name)
        theirs = columns.codes(labels)
        owners = np.where((owners < 0) & (theirs >= 0), theirs + before, owners)
        before += len(labels.dictionary)
    return owners * len(channels.dictionary) + columns.codes(channels)


def _numbers(owners: np.ndarray, times: np.ndarray, gap: Duration) -> np.ndarray:
    """Count the sessions of each owner from 1, shape (events,)."""
    labels = pa.array(owners).dictionary_encode()
    offsets, order, _ = case_order(columns.numbers(labels.indices), times, len(labels.dictionary))
    session = np.cumsum(after_silence(times[order], offsets, gap))
    numbers = np.empty(len(owners), np.int64)
    numbers[order] = session - np.repeat(session[offsets[:-1]] - 1, np.diff(offsets))
    return numbers


def _named(numbers: np.ndarray, channels: pa.DictionaryArray, given: pa.DictionaryArray) -> pa.DictionaryArray:
    """Name sessions by channel and number, as none that is given is named; null where there is no number."""
    codes = pa.array(numbers * len(channels.dictionary) + columns.codes(channels), mask=numbers < 0)
    found = codes.dictionary_encode()
    number, channel = np.divmod(columns.numbers(found.dictionary), len(channels.dictionary))
    fronts, numbered = channels.dictionary.take(pa.array(channel)), pa.array(number).cast(pa.string())
    names, between = given.dictionary, "/"
    while names is given.dictionary or pc.any(pc.is_in(names, given.dictionary)).as_py():
        names = pc.binary_join_element_wise(fronts, numbered, between)
        between += "/"
    return pa.DictionaryArray.from_arrays(found.indices, names)


def _with_sessions(log: EventLog, labels: pa.DictionaryArray) -> EventLog:
    table = log.table
    if _SESSION in table.column_names:
        return replace(log, table=table.set_column(table.column_names.index(_SESSION), _SESSION, labels))
    return replace(log, table=table.append_column(_SESSION, labels))
