"""Legs of calls of Twilio: which of them make up one call, and who is outside."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns
from journeymine.sources.phone.calls import DIRECTIONS

__all__ = ["related"]

_INBOUND, _OUTBOUND, _INTERNAL = range(3)
_FROM_OUTSIDE: Final = pa.array(["inbound", "trunking-originating"])
_INSIDE: Final = r"^(client|sip|sips|sim):"
_NUMBER: Final = r"^\+?[0-9]{6,15}$"
_WITHHELD: Final = pa.array(["+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"])
"""What Twilio writes for callers without a number: anonymous, restricted, blocked, unknown, unavailable, as these words
are dialled on a keypad."""

_NULL: Final = pa.scalar(None, pa.string())


def related(legs: pa.Table) -> tuple[pa.Table, list[str]]:
    """Find the call of each leg, its direction, and the party outside.

    Parameters
    ----------
    legs
        ``event_id`` (its sid), ``parent``, ``from``, ``destination`` and ``way``.

    Returns
    -------
    legs : pyarrow.Table
        With ``call``, ``direction`` and ``party``, the first leg of each call before those it was connected to. A leg
        that was connected to a call from or to a customer is internal.
    notes : list of str
        How many legs have a first leg that is not there.
    """
    parents = columns.numbers(pc.index_in(legs["parent"], columns.whole(legs["event_id"])), missing=-1)
    first = _first_legs(parents)
    is_first = first == np.arange(len(first))
    is_orphan = (parents < 0) & columns.is_true(legs["parent"].is_valid())
    names = pc.if_else(pa.array(is_orphan), legs["parent"], legs["event_id"]).take(pa.array(first))
    direction = _directions(legs, is_first, first)
    party = pc.if_else(pa.array(direction == _OUTBOUND), legs["destination"], legs["from"])
    known = pc.and_(_is_number(party), pa.array(direction != _INTERNAL))
    legs = legs.append_column("call", names).append_column("party", pc.if_else(known, party, _NULL))
    legs = legs.append_column("direction", columns.from_codes(direction.astype(np.int32), DIRECTIONS))
    count = int(np.count_nonzero(is_orphan))
    notes = [f"{count:,} legs belong to calls whose first leg is not there; read as calls made"] if count else []
    return legs.take(pa.array(np.argsort(~is_first, kind="stable"))), notes


def _first_legs(parents: np.ndarray) -> np.ndarray:
    """Follow legs to the one that began their call."""
    first = np.where(parents < 0, np.arange(len(parents)), parents)
    for _ in range(len(parents).bit_length()):  # each round doubles the steps; only a circle takes more rounds
        first = first[first]
    return first


def _directions(legs: pa.Table, is_first: np.ndarray, first: np.ndarray) -> np.ndarray:
    from_outside = columns.is_true(pc.is_in(legs["way"].cast(pa.string()), _FROM_OUTSIDE))
    from_inside = columns.is_true(pc.match_substring_regex(legs["from"], _INSIDE))
    outward = np.where(columns.is_true(_is_number(legs["destination"])), _OUTBOUND, _INTERNAL)
    own = np.where(from_outside, np.where(from_inside, _INTERNAL, _INBOUND), outward)
    return np.where(is_first | (own[first] == _INTERNAL), own, _INTERNAL)


def _is_number(parties: pa.ChunkedArray) -> pa.ChunkedArray:
    withheld = pc.is_in(parties, _WITHHELD)
    return pc.fill_null(pc.and_(pc.match_substring_regex(parties, _NUMBER), pc.invert(withheld)), False)
