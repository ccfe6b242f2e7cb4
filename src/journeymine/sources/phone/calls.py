"""Legs and calls: who called whom in each attempt to connect two parties, and the call that the attempts make up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns
from journeymine.log.order import case_order
from journeymine.log.schema import TIME

__all__ = ["calls_of", "with_parties"]

_NAMED_NUMBER: Final = r"^(?:.*<)?(?P<number>[^<>]*?)>?$"
_WITHHELD: Final = r"(?i)^(anonymous|unknown|private|restricted|unavailable|withheld|asterisk|-)?$"
_EXTENSION: Final = r"^(?:SIP|PJSIP|IAX2|SCCP|Local)/[0-9]{{1,{}}}[-@]"
_NULL: Final = pa.scalar(None, pa.string())
_NEVER: Final = np.iinfo(np.int64).max


def with_parties(legs: pa.Table, *, internal_digits: int) -> pa.Table:
    """Add the direction of each leg and the number of the party outside.

    A party is inside when its number has no more than `internal_digits` digits, or is a name.

    Parameters
    ----------
    legs
        ``source``, ``caller`` (a name and a number, taken where the source is null), ``destination`` and ``channel``.
    internal_digits
        How many digits an extension has at most.

    Returns
    -------
    pyarrow.Table
        Also ``direction`` (``inbound``, ``outbound``, ``internal``) and ``party``, null where it is not known.
    """
    caller, destination = _caller(legs), columns.whole(legs["destination"])
    from_inside, from_outside = _sides(caller, internal_digits)
    _, to_outside = _sides(destination, internal_digits)
    # An exchange may show its own outside number when it calls out; the channel still is the extension's.
    unclear = np.flatnonzero(to_outside & ~from_inside)
    channels = legs["channel"].take(pa.array(unclear))
    from_inside[unclear] = _is_true(pc.match_substring_regex(channels, _EXTENSION.format(internal_digits)))
    direction = np.where(~from_inside, "inbound", np.where(to_outside, "outbound", "internal"))
    party = pc.if_else(pa.array(from_inside), destination, caller)
    known = pa.array(np.where(from_inside, to_outside, from_outside))
    legs = legs.append_column("direction", pa.array(direction, pa.string()))
    return legs.append_column("party", pc.if_else(known, party, _NULL))


def _caller(legs: pa.Table) -> pa.Array:
    source = columns.whole(legs["source"])
    if not source.null_count:
        return source
    named = pc.extract_regex(pc.if_else(source.is_null(), columns.whole(legs["caller"]), _NULL), _NAMED_NUMBER)
    return pc.coalesce(source, pc.struct_field(named, "number"))


def _is_true(array: pa.Array | pa.ChunkedArray) -> np.ndarray:
    return columns.numbers(pc.fill_null(array, False).cast(pa.uint8())).astype(bool)


def _of_distinct(column: pa.Array, function: Callable[[pa.Array], pa.Array]) -> pa.Array:
    labels = column.dictionary_encode()
    return function(labels.dictionary).take(labels.indices)


def _sides(numbers: pa.Array, internal_digits: int) -> tuple[np.ndarray, np.ndarray]:
    """Tell who is inside, and who outside; a party without a number is neither."""

    def outside(numbers: pa.Array) -> pa.Array:
        digits = pc.utf8_length(pc.replace_substring_regex(numbers, "[^0-9]", ""))
        return pc.and_(pc.greater(digits, internal_digits), pc.invert(pc.match_substring_regex(numbers, "[A-Za-z]")))

    is_outside = _is_true(_of_distinct(numbers, outside))
    withheld = _of_distinct(numbers, lambda numbers: pc.match_substring_regex(numbers, _WITHHELD))
    return ~is_outside & ~_is_true(pc.fill_null(withheld, True)), is_outside


def calls_of(legs: pa.Table) -> pa.Table:
    """Make one event of the legs of each call.

    Parameters
    ----------
    legs
        ``call`` (its id; null for a call of its own), ``start_time``, ``answer_time``, ``end_time``, ``disposition``,
        ``application``, ``destination``, ``direction``, ``party`` and ``source_row``.

    Returns
    -------
    pyarrow.Table
        One row a call, in the order of their first rows, in canonical columns.
    """
    calls = _codes(columns.whole(legs["call"]))
    count = int(calls.max()) + 1 if len(calls) else 0
    offsets, order = case_order(calls, columns.numbers(legs["start_time"]), count)
    legs, firsts, lasts = legs.take(pa.array(order)), offsets[:-1], offsets[1:] - 1
    telling = _telling(legs, firsts)
    starts = columns.numbers(legs["start_time"])[firsts]
    answers = _answers(legs)
    first_answers = np.minimum.reduceat(answers, firsts)
    answered = first_answers < _NEVER
    direction = legs["direction"].take(telling)
    events = {
        "activity": _activities(direction, answered),
        "timestamp": pa.array(starts).cast(TIME),
        "end_timestamp": pa.array(np.maximum.reduceat(columns.numbers(legs["end_time"]), firsts)).cast(TIME),
        "source_row": np.minimum.reduceat(columns.numbers(legs["source_row"]), firsts),
        "id_phone": legs["party"].take(telling),
        "call": legs["call"].take(pa.array(firsts)),
        "direction": direction,
        "destination": legs["destination"].take(telling),
        "disposition": pc.if_else(pa.array(answered), "ANSWERED", legs["disposition"].take(pa.array(lasts))),
        "application": legs["application"].take(pa.array(lasts)),
        "ring_seconds": pa.array((first_answers - starts) / 1e6, mask=~answered),
        "talk_seconds": _talk_seconds(np.repeat(starts, np.diff(offsets)), answers, legs, offsets),
        "rows": np.diff(offsets),
    }
    return pa.table(events).sort_by("source_row")


def _codes(ids: pa.Array) -> np.ndarray:
    """Give calls numbers; a leg without an id is a call of its own."""
    labels = ids.dictionary_encode()
    calls = columns.numbers(labels.indices, missing=-1).astype(np.int64)
    alone = np.flatnonzero(calls < 0)
    calls[alone] = len(labels.dictionary) + np.arange(len(alone))
    return calls


def _telling(legs: pa.Table, firsts: np.ndarray) -> pa.Array:
    """Find the leg that tells what each call was: the first that is not internal, else the first."""
    internal = _is_true(pc.equal(legs["direction"], "internal"))
    places = np.minimum.reduceat(np.where(internal, _NEVER, np.arange(legs.num_rows)), firsts)
    return pa.array(np.where(places == _NEVER, firsts, places))


def _answers(legs: pa.Table) -> np.ndarray:
    answered = _is_true(pc.equal(legs["disposition"], "ANSWERED"))
    return np.where(answered, columns.numbers(legs["answer_time"]), _NEVER)


def _activities(direction: pa.ChunkedArray, answered: np.ndarray) -> pa.Array:
    inbound = pc.if_else(pa.array(answered), "call answered", "call missed")
    outward = pc.if_else(pc.equal(direction, "outbound"), "call made", "internal call")
    return columns.whole(pc.if_else(pc.equal(direction, "inbound"), inbound, outward))


def _talk_seconds(starts: np.ndarray, answers: np.ndarray, legs: pa.Table, offsets: np.ndarray) -> np.ndarray:
    """Measure how long at least one leg of each call was answered: legs that overlap count once.

    One running maximum serves all calls: each is lifted above the ends of those before it.
    """
    calls = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    talking = np.flatnonzero(answers < _NEVER)
    order = talking[np.lexsort((answers[talking], calls[talking]))]
    calls, starts = calls[order], starts[order]
    begins = (answers[order] - starts) // 1000
    ends = (columns.numbers(legs["end_time"])[order] - starts) // 1000
    lift = calls * (ends.max(initial=0) + 1)
    so_far = np.concatenate(([0], np.maximum.accumulate(ends + lift)[:-1])) - lift
    return np.bincount(calls, np.maximum(ends - np.maximum(begins, so_far), 0), len(offsets) - 1) / 1000
