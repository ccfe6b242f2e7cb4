"""Legs and calls: who called whom in each attempt to connect two parties, and the call that the attempts make up."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.errors import OptionError
from journeymine.log import columns
from journeymine.log.order import case_order
from journeymine.log.schema import TIME
from journeymine.sources.phone import words

__all__ = ["DIRECTIONS", "calls_of", "check_internal_digits", "sides", "with_parties"]

DIRECTIONS: Final = pa.array(["inbound", "outbound", "internal"])
"""What a call can be; columns ``direction`` hold places in it."""

_INBOUND, _OUTBOUND, _INTERNAL = range(3)
_ACTIVITIES: Final = pa.array([words.ANSWERED, words.MADE, words.INTERNAL, words.MISSED])
_UNANSWERED: Final = np.array([3, _OUTBOUND, _INTERNAL])  # what a call is that nobody answered, by its direction
_NAMED_NUMBER: Final = r"^(?:.*<)?(?P<number>[^<>]*?)>?$"
_WITHHELD: Final = r"(?i)^(anonymous|unknown|private|restricted|unavailable|withheld|asterisk|-)?$"
_EXTENSION: Final = r"^(?:SIP|PJSIP|IAX2|SCCP|Local)/[0-9]{{1,{}}}[-@]"
_NULL: Final = pa.scalar(None, pa.string())
_NEVER: Final = np.iinfo(np.int64).max


def check_internal_digits(internal_digits: int) -> None:
    """Refuse an impossible length of extensions.

    Parameters
    ----------
    internal_digits
        How many digits an extension has at most.

    Raises
    ------
    OptionError
        If it is no small number.
    """
    if internal_digits not in range(1, 16):
        raise OptionError(f"internal_digits is how many digits an extension has at most, not {internal_digits!r}")


def sides(numbers: pa.DictionaryArray, internal_digits: int) -> tuple[np.ndarray, np.ndarray]:
    """Tell who is inside, and who outside, by their numbers.

    Parameters
    ----------
    numbers
        Numbers of the public network, extensions, names.
    internal_digits
        How many digits an extension has at most.

    Returns
    -------
    inside, outside : numpy.ndarray
        bool, shape (n,); a party without a number, or who withholds it, is neither.
    """
    distinct = numbers.dictionary
    digits = pc.utf8_length(pc.replace_substring_regex(distinct, "[^0-9]", ""))
    named = pc.match_substring_regex(distinct, "[A-Za-z]")
    outside = columns.is_true(pc.and_(pc.greater(digits, internal_digits), pc.invert(named)))
    withheld = columns.is_true(pc.match_substring_regex(distinct, _WITHHELD))
    rows = columns.codes(numbers)  # -1, the last place, where there is none
    return np.append(~outside & ~withheld, False)[rows], np.append(outside, False)[rows]


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
        Also ``direction`` and ``party``, null where it is not known.
    """
    caller, destination = columns.encode(_caller(legs)), columns.encode(legs["destination"])
    from_inside, from_outside = sides(caller, internal_digits)
    _, to_outside = sides(destination, internal_digits)
    # An exchange may show its own outside number when it calls out; the channel still is the extension's.
    unclear = np.flatnonzero(to_outside & ~from_inside)
    channels = legs["channel"].take(pa.array(unclear))
    from_inside[unclear] = columns.is_true(pc.match_substring_regex(channels, _EXTENSION.format(internal_digits)))
    direction = np.where(~from_inside, _INBOUND, np.where(to_outside, _OUTBOUND, _INTERNAL)).astype(np.int32)
    known = np.where(from_inside, to_outside, from_outside)
    legs = legs.append_column("direction", columns.from_codes(direction, DIRECTIONS))
    return legs.append_column("party", _chosen(from_inside, destination, caller, known))


def _caller(legs: pa.Table) -> pa.Array:
    source = columns.whole(legs["source"])
    if not source.null_count:
        return source
    named = pc.extract_regex(pc.if_else(source.is_null(), columns.whole(legs["caller"]), _NULL), _NAMED_NUMBER)
    return pc.coalesce(source, pc.struct_field(named, "number"))


def _chosen(
    first: np.ndarray, these: pa.DictionaryArray, those: pa.DictionaryArray, known: np.ndarray
) -> pa.DictionaryArray:
    """Take these labels where `first`, those elsewhere, and none where it is not known."""
    left, right = columns.codes(these), columns.codes(those)
    right = np.where(right < 0, right, right + len(these.dictionary))
    places = np.where(known, np.where(first, left, right), -1).astype(np.int32)
    return columns.compact(columns.from_codes(places, pa.concat_arrays([these.dictionary, those.dictionary])))


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
    calls = _codes(columns.encode(legs["call"]))
    count = int(calls.max()) + 1 if len(calls) else 0
    offsets, order, _ = case_order(calls, columns.numbers(legs["start_time"]), count)
    legs, firsts, lasts = legs.select(_NEEDED).take(pa.array(order)), offsets[:-1], offsets[1:] - 1
    telling = _telling(legs, firsts)
    starts = columns.numbers(legs["start_time"])[firsts]
    answers = _answers(legs)
    first_answers = np.minimum.reduceat(answers, firsts)
    answered = first_answers < _NEVER
    direction = columns.encode(legs["direction"].take(telling))
    ends = columns.numbers(legs["end_time"])
    events = {
        "activity": _activities(direction, answered),
        "timestamp": pa.array(starts).cast(TIME),
        "end_timestamp": pa.array(np.maximum.reduceat(ends, firsts)).cast(TIME),
        "source_row": np.minimum.reduceat(columns.numbers(legs["source_row"]), firsts),
        "id_phone": legs["party"].take(telling),
        "call": legs["call"].take(pa.array(firsts)),
        "direction": direction,
        "destination": legs["destination"].take(telling),
        "disposition": _dispositions(columns.encode(legs["disposition"].take(pa.array(lasts))), answered),
        "application": legs["application"].take(pa.array(lasts)),
        "ring_seconds": pa.array((first_answers - starts) / 1e6, mask=~answered),
        "talk_seconds": _talk_seconds(np.repeat(starts, np.diff(offsets)), answers, ends, offsets),
        "rows": np.diff(offsets),
    }
    return pa.table(events).sort_by("source_row")


_NEEDED: Final = ["call", "start_time", "answer_time", "end_time", "disposition", "application", "destination",
                  "direction", "party", "source_row"]  # fmt: skip


def _codes(calls: pa.DictionaryArray) -> np.ndarray:
    """Give calls numbers; a leg without an id is a call of its own."""
    places = columns.codes(columns.compact(calls)).astype(np.int64)
    alone = np.flatnonzero(places < 0)
    places[alone] = places.max(initial=-1) + 1 + np.arange(len(alone))
    return places


def _telling(legs: pa.Table, firsts: np.ndarray) -> pa.Array:
    """Find the leg that tells what each call was: the first that is not internal, else the first."""
    internal = columns.is_true(pc.equal(legs["direction"], "internal"))
    places = np.minimum.reduceat(np.where(internal, _NEVER, np.arange(legs.num_rows)), firsts)
    return pa.array(np.where(places == _NEVER, firsts, places))


def _answers(legs: pa.Table) -> np.ndarray:
    answered = columns.is_true(pc.equal(legs["disposition"], "ANSWERED"))
    return np.where(answered, columns.numbers(legs["answer_time"]), _NEVER)


def _activities(direction: pa.DictionaryArray, answered: np.ndarray) -> pa.DictionaryArray:
    sides = columns.numbers(pc.index_in(direction.dictionary, DIRECTIONS))[columns.codes(direction)]
    return columns.from_codes(np.where(answered, sides, _UNANSWERED[sides]).astype(np.int32), _ACTIVITIES)


def _dispositions(last: pa.DictionaryArray, answered: np.ndarray) -> pa.DictionaryArray:
    """Give ``ANSWERED`` where any leg was, else what the last one says."""
    places = np.where(answered, len(last.dictionary), columns.codes(last)).astype(np.int32)
    return columns.from_codes(places, pa.concat_arrays([last.dictionary, pa.array(["ANSWERED"])]))


def _talk_seconds(starts: np.ndarray, answers: np.ndarray, ends: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """Measure how long at least one leg of each call was answered: legs that overlap count once.

    One running maximum serves all calls: each is lifted above the ends of those before it.
    """
    calls = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    talking = np.flatnonzero(answers < _NEVER)
    order = talking[np.lexsort((answers[talking], calls[talking]))]
    calls, starts = calls[order], starts[order]
    begins = (answers[order] - starts) // 1000
    ends = (ends[order] - starts) // 1000
    lift = calls * (ends.max(initial=0) + 1)
    so_far = np.concatenate(([0], np.maximum.accumulate(ends + lift)[:-1])) - lift
    return np.bincount(calls, np.maximum(ends - np.maximum(begins, so_far), 0), len(offsets) - 1) / 1000
