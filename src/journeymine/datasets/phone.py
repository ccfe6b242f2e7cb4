"""The call records of the invented insurer's telephone exchange, as Asterisk's cdr_csv writes them.

The exchange has ``loguniqueid``, ``loguserfield`` and ``newcdrcolumns`` switched on: the 18 columns are followed by
peeraccount, linkedid and sequence. All rows of a call share uniqueid and linkedid; sequence tells them apart.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from journeymine.datasets.clock import cdr_times
from journeymine.datasets.export import Counts, Export, owner_numbers, spread_in
from journeymine.datasets.journeys import Journeys
from journeymine.datasets.model import TOUCHPOINTS
from journeymine.datasets.people import SEGMENTS, SWITCHBOARD, People, phone_numbers

__all__ = ["CLOCK_OFFSET", "call_records"]

CLOCK_OFFSET: Final = -20
"""Seconds the exchange's clock is ahead."""

_ANSWERED = TOUCHPOINTS.index("call answered")
_SPELLINGS = ("0", "+31", "0031")  # what stands before a subscriber's number
_SPELLING_SHARES = (0.7, 0.9)
_WITHHELD, _BEHIND_SWITCHBOARD = 0.003, 0.02
_NOT_PICKED_UP, _TRANSFERRED, _TRANSFERRED_TWICE, _BUSY = 0.10, 0.14, 0.03, 0.12
_DESKS = (200, 200, 310, 320)  # queue of an attempt nobody took, of the call, of its first and second transfer
_TWICE_EVERY = 2_000
_RAGGED = '"","0970","200","from-trunk","""0970"" <0970>","PJSIP/trunk-0000ffff","","Queue","200,tT,,,300"\n'


class _Calls(NamedTuple):
    """Calls in time order of the exchange's clock."""

    seconds: np.ndarray
    owners: np.ndarray
    numbers: list[str]
    answered: np.ndarray


class _Legs(NamedTuple):
    """Rows of calls, call by call; a leg is one attempt to connect the caller to a desk."""

    call: np.ndarray
    slot: np.ndarray
    start: np.ndarray
    ring: np.ndarray
    talk: np.ndarray
    busy: np.ndarray

    def take(self, rows: np.ndarray) -> _Legs:
        return _Legs(*(column[rows] for column in self))


def call_records(journeys: Journeys, people: People, rng: np.random.Generator) -> Export:
    """Write the call records.

    Parameters
    ----------
    journeys
        Who calls when.
    people
        The customers.
    rng
        Where chance comes from.

    Returns
    -------
    Export
        Rows in the order in which they ended; a call has several where nobody picked up at first or it was
        transferred. Calls under way when the exports end are not in it. A few rows stand twice, one is cut short.

    Examples
    --------
    >>> from journeymine.datasets.journeys import DAY, simulate
    >>> from journeymine.datasets.people import invent
    >>> rng = np.random.default_rng(7)
    >>> journeys = simulate(rng, customers=20, start=0, until=90 * DAY)
    >>> people = invent(rng, customers=20, start=0, until=90 * DAY)
    >>> export = call_records(journeys, people, rng)
    >>> export.counts.events <= export.counts.used < export.counts.rows_in
    True
    """
    calls = _calls(journeys, people, rng)
    legs = _legs(calls, rng)
    ends = legs.start + legs.ring + legs.talk
    last = np.zeros(len(calls.seconds), np.int64)
    np.maximum.at(last, legs.call, ends)
    over = (last < journeys.until) & (calls.seconds >= journeys.start)
    rows = np.flatnonzero(over[legs.call])
    rows = rows[np.argsort(ends[rows], kind="stable")]
    texts, owners = _texts(calls, legs, rows), calls.owners[legs.call[rows]]
    copies = np.ones(len(rows), np.int64)
    copies[rng.permutation(len(rows))[: len(rows) and 1 + len(rows) // _TWICE_EVERY]] = 2
    texts = [text for text, times in zip(texts, copies.tolist(), strict=True) for _ in range(times)]
    counts = Counts(
        rows_in=len(texts) + 1,
        used=len(rows),
        duplicate=len(texts) - len(rows),
        refused=1,
        set_aside=0,
        events=int(np.count_nonzero(over)),
    )
    owners = owner_numbers(np.repeat(owners, copies))
    return Export("".join(spread_in(texts, [_RAGGED])), spread_in(owners, [None]), counts)


def _calls(journeys: Journeys, people: People, rng: np.random.Generator) -> _Calls:
    rows = journeys.rows("phone")
    seconds, owners = journeys.seconds[rows], journeys.customers[rows]
    second = seconds >= people.phone_from[owners - 1]
    phones = people.phones[owners - 1 + people.count * second]
    business = people.segments[owners - 1] == SEGMENTS.index("business")
    phones = np.where(business & (rng.random(len(rows)) < _BEHIND_SWITCHBOARD), SWITCHBOARD, phones)
    spellings = np.searchsorted(_SPELLING_SHARES, rng.random(len(rows))).tolist()
    withheld = (rng.random(len(rows)) < _WITHHELD).tolist()
    numbers = [
        "" if hidden else _SPELLINGS[spelling] + number
        for hidden, spelling, number in zip(withheld, spellings, phone_numbers(phones), strict=True)
    ]
    return _Calls(seconds + CLOCK_OFFSET, owners, numbers, journeys.activities[rows] == _ANSWERED)


def _legs(calls: _Calls, rng: np.random.Generator) -> _Legs:
    """Lay out up to four rows a call: an attempt nobody took, the call itself, and its transfers."""
    count = len(calls.seconds)
    transfers = rng.random(count)
    there = np.ones((count, 4), bool)
    there[:, 0] = rng.random(count) < _NOT_PICKED_UP
    there[:, 2] = calls.answered & (transfers < _TRANSFERRED)
    there[:, 3] = calls.answered & (transfers < _TRANSFERRED_TWICE)
    ring, talk = rng.integers(2, 26, (count, 4)), rng.integers(20, 500, (count, 4))
    talk[:, 0] = 0
    talk[~calls.answered] = 0
    busy = np.zeros((count, 4), bool)
    busy[:, 1] = ~calls.answered & (rng.random(count) < _BUSY)
    lengths = np.where(there, ring + talk, 0)
    starts = calls.seconds[:, None] + lengths.cumsum(axis=1) - lengths
    call, slot = np.nonzero(there)
    return _Legs(call, slot, starts[there], ring[there], talk[there], busy[there])


def _texts(calls: _Calls, legs: _Legs, rows: np.ndarray) -> list[str]:
    """Write rows; a channel's number and sequence count on through all of them."""
    first = np.searchsorted(legs.call, np.arange(len(calls.seconds)))
    ids = [f"{second}.{leg}" for second, leg in zip(calls.seconds.tolist(), first.tolist(), strict=True)]
    chosen = legs.take(rows)
    pickups, ends = chosen.start + chosen.ring, chosen.start + chosen.ring + chosen.talk
    answers = [f'"{time}"' if talk else "" for time, talk in zip(cdr_times(pickups), chosen.talk.tolist(), strict=True)]
    states = np.where(chosen.talk > 0, "ANSWERED", np.where(chosen.busy, "BUSY", "NO ANSWER")).tolist()
    durations, talks = (chosen.ring + chosen.talk).tolist(), chosen.talk.tolist()
    columns = chosen.call.tolist(), chosen.slot.tolist(), rows.tolist(), cdr_times(chosen.start), cdr_times(ends)
    callers = [f'""{number}"" <{number}>' if number else "" for number in calls.numbers]
    return [
        f'"","{calls.numbers[call]}","{_DESKS[slot]}","from-trunk","{callers[call]}","PJSIP/trunk-{first[call]:08x}",'
        f'"PJSIP/desk{leg % 40:02}-{leg:08x}","Queue","{_DESKS[slot]},tT,,,300","{start}",{answer},"{end}",'
        f'{duration},{talk},"{state}","DOCUMENTATION","{ids[call]}","","","{ids[call]}",{leg}\n'
        for call, slot, leg, start, end, answer, duration, talk, state in zip(
            *columns, answers, durations, talks, states, strict=True
        )
    ]
