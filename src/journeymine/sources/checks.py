"""Which records of a chat system can be used: those of the right kind, with an id and a time that says its zone."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.errors import EmptySourceError, FormatError
from journeymine.log import columns
from journeymine.log.quarantine import FILTER, Quarantine, Reject
from journeymine.sources.nested import parts_of
from journeymine.sources.reading import Payload, Reading, refuse
from journeymine.sources.values import NAIVE, texts

__all__ = ["CHECKS", "Check", "check_kind", "drop", "foreign", "untimed", "usable"]

_BAD_JSON: Final = "bad_json"


class Check(NamedTuple):
    """What a record must not be.

    Attributes
    ----------
    reason
        A short code.
    detail
        What is wrong, for a person; ``{written!r}`` stands for the record's time.
    fails
        Tells for each record whether it is.
    stage
        ``"check"``, or ``"filter"`` for what is well formed but no contact.
    """

    reason: str
    detail: str
    fails: Callable[[pa.Table], pa.Array | pa.ChunkedArray]
    stage: str = "check"


def foreign(kind: str, detail: str) -> Check:
    """Say how a record of another kind is told.

    Parameters
    ----------
    kind
        What it is not, such as ``"a_chat"``; the table tells it in a column ``is_kind``.
    detail
        What is wrong with it.

    Returns
    -------
    Check
        Goes before the others.
    """
    return Check(f"not_{kind}", detail, lambda events: pc.invert(events["is_kind"]))


def drop(reason: str, detail: str, fails: Callable[[pa.Table], pa.Array | pa.ChunkedArray]) -> Check:
    """Say which records are set aside as no contacts.

    Parameters
    ----------
    reason, detail, fails
        As in `Check`.

    Returns
    -------
    Check
        Of the stage ``"filter"``.
    """
    return Check(reason, detail, fails, FILTER)


def untimed(column: str, reason: str, detail: str) -> Check:
    """Refuse conversations with a part that has no usable time: the parts around it would seem to be neighbours.

    Parameters
    ----------
    column
        The lists of their parts, with ``timestamp``.
    reason, detail
        As in `Check`.

    Returns
    -------
    Check
        For conversations whose parts become events.
    """
    return Check(reason, detail, lambda conversations: _has_untimed(conversations[column]))


def _has_untimed(lists: pa.ChunkedArray) -> pa.Array:
    parents, parts = parts_of(lists)
    bad = np.zeros(len(lists), bool)
    bad[parents[columns.is_true(pc.struct_field(parts, "timestamp").is_null())]] = True
    return pa.array(bad)


CHECKS: Final = (
    Check("no_id", "no id", lambda events: pc.is_null(events["event_id"])),
    Check("no_time", "no time", lambda events: pc.is_null(events["written"])),
    Check("naive_time", "time {written!r} has no zone", lambda events: _is_naive(events)),
    Check("bad_time", "{written!r} is not a time", lambda events: pc.is_null(events["timestamp"])),
)
"""What every record needs; ``written`` is its time as it came, ``timestamp`` what that was read as."""


def _is_naive(events: pa.Table) -> pa.Array:
    return pc.and_(pc.is_null(events["timestamp"]), pc.match_substring_regex(texts(events["written"]), NAIVE))


def usable(events: pa.Table, checks: Sequence[Check], payload: Payload) -> tuple[pa.Table, list[Reject]]:
    """Take out the records that cannot be used, each for its first reason.

    Parameters
    ----------
    events
        One row a record, with ``source_row`` and what the checks need.
    checks
        In the order of their reasons.
    payload
        Gives a record as it came.

    Returns
    -------
    events : pyarrow.Table
        The records left.
    rejects : list of Reject
        The others.
    """
    rejects: list[Reject] = []
    for reason, detail, fails, stage in checks:
        bad = columns.is_true(fails(events))
        events, more = refuse(events, bad, reason, partial(_said, detail, events), payload, stage)
        rejects += more
    return events, rejects


def _said(detail: str, events: pa.Table, row: int) -> str:
    return detail.format(written=events["written"][row].as_py())


def check_kind(reading: Reading, kinds: str, marks: str) -> None:
    """Refuse a file that holds nothing of its format.

    Parameters
    ----------
    reading
        What a reader found.
    kinds
        What it looked for, such as ``"Zendesk chats"``.
    marks
        What tells one from other objects, such as ``"a chat has 'history'"``.

    Raises
    ------
    EmptySourceError
        If the file holds no objects.
    FormatError
        If none of its objects is of the kind; the message says what they are.
    """
    if not reading.rows_in:
        raise EmptySourceError(f"{reading.source} holds no {kinds}")
    rejects = Quarantine.of(reading.source, reading.rejects).table
    strange = rejects.filter(pc.match_substring_regex(texts(rejects["reason"]), f"^({_BAD_JSON}|not_an?_.*)$"))
    if strange.num_rows < reading.rows_in:
        return
    objects = strange.filter(pc.not_equal(texts(strange["reason"]), _BAD_JSON))
    if not objects.num_rows:
        raise FormatError(f"{reading.source} holds no {kinds}, not even JSON objects: {strange['detail'][0]}")
    keys = ", ".join(map(repr, _keys(objects["payload"][0].as_py())[:8])) or "no keys"
    raise FormatError(f"{reading.source} holds no {kinds}: its objects have {keys}; {marks}")


def _keys(payload: bytes) -> list[Any]:
    with suppress(ValueError, RecursionError):
        return list(json.loads(payload))
    return []
