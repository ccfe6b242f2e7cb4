"""The chats of the invented insurer's web site, as Zendesk Chat gives them, one JSON object a line."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from journeymine.datasets.clock import iso_times
from journeymine.datasets.export import Counts, Export, known_once, owner_numbers, spread_in
from journeymine.datasets.journeys import DAY, Journeys
from journeymine.datasets.model import TOUCHPOINTS
from journeymine.datasets.people import People, phone_numbers
from journeymine.datasets.web import AGENTS, SITE, device_hosts

__all__ = ["CLOCK_OFFSET", "chats"]

CLOCK_OFFSET: Final = 40
"""Seconds the chat system's clock is ahead."""

_ACCOUNT = 2_314_815
_MISSED = TOUCHPOINTS.index("chat missed")
_GIVES_EMAIL, _GIVES_PHONE, _EVER_KNOWN = 0.8, 0.45, 0.96
_AGAIN_EVERY = 50
_QUESTIONS = (
    "What does my quote cover?",
    "How do I upload a paper?",
    "Can I change my start date?",
    "Is glass insured?",
)
_NAMES = ("Agent Nola", "Agent Rik", "Agent Tess")
_CUT_SHORT = '{"id": "2405.2314815.cut", "type": "chat", "timestamp": "2024-05-01T08:00:00Z", "visitor": {"id": "2314\n'


class _Chats(NamedTuple):
    """Chats in time order of the chat system's clock."""

    seconds: np.ndarray
    ends: np.ndarray
    owners: np.ndarray
    missed: np.ndarray
    emails: list[str]
    phones: list[str]


class _Version(NamedTuple):
    """What one line says of a chat."""

    row: int
    owner: int
    changed: bool
    missed: bool
    duration: int
    start: str
    reply: str
    end: str
    update: str
    host: str
    agent: int


def chats(journeys: Journeys, people: People, rng: np.random.Generator) -> Export:
    """Write the chats.

    Parameters
    ----------
    journeys
        Who chats when.
    people
        The customers.
    rng
        Where chance comes from.

    Returns
    -------
    Export
        Chats in the order of their last change: some were changed after they ended and come a second time. Chats under
        way when the exports end are not in it. One line is cut short.

    Examples
    --------
    >>> from journeymine.datasets.journeys import DAY, simulate
    >>> from journeymine.datasets.people import invent
    >>> rng = np.random.default_rng(7)
    >>> journeys = simulate(rng, customers=20, start=0, until=90 * DAY)
    >>> people = invent(rng, customers=20, start=0, until=90 * DAY)
    >>> export = chats(journeys, people, rng)
    >>> export.text.startswith('{"id": '), export.counts.refused
    (True, 1)
    """
    found = _chats(journeys, people, rng)
    count = len(found.seconds)
    changes = found.ends + rng.integers(600, 3 * DAY, count)
    again = np.flatnonzero(changes < journeys.until)
    again = np.sort(rng.permutation(again)[: len(again) and 1 + count // _AGAIN_EVERY])
    rows = np.concatenate([np.arange(count), again])
    changed = np.arange(len(rows)) >= count
    updates = np.where(changed, changes[rows], found.ends[rows])
    order = np.argsort(updates, kind="stable")
    texts = _texts(found, people, rows[order], updates[order], changed[order])
    owners = owner_numbers(found.owners[rows[order]])
    counts = Counts(
        rows_in=len(texts) + 1, used=count, duplicate=len(again), refused=1, set_aside=0, events=count
    )  # fmt: skip
    return Export("".join(spread_in(texts, [_CUT_SHORT])), spread_in(owners, [None]), counts)


def _chats(journeys: Journeys, people: People, rng: np.random.Generator) -> _Chats:
    rows = journeys.rows("chat")
    seconds, missed = journeys.seconds[rows] + CLOCK_OFFSET, journeys.activities[rows] == _MISSED
    ends = seconds + np.where(missed, rng.integers(60, 300, len(rows)), rng.integers(120, 1_500, len(rows)))
    over = (ends < journeys.until) & (journeys.seconds[rows] >= journeys.start)
    rows, seconds, ends, missed = rows[over], seconds[over], ends[over], missed[over]
    owners = journeys.customers[rows]
    return _Chats(seconds, ends, owners, missed, *_given(people, owners, journeys.seconds[rows], rng))


def _given(
    people: People, owners: np.ndarray, seconds: np.ndarray, rng: np.random.Generator
) -> tuple[list[str], list[str]]:
    """Choose which address and telephone visitors give; some give a second address that nobody else knows."""
    places, draws = owners - 1, rng.random((3, len(owners)))
    tells = people.second_address[places] == "chat"
    phone = (draws[1] < _GIVES_PHONE) | tells
    email = (draws[0] < _GIVES_EMAIL) | tells
    email |= known_once(owners, email | phone, draws[2], _EVER_KNOWN) & ~phone
    second_email = (seconds >= people.email_from[places]) | tells
    second_phone = seconds >= people.phone_from[places]
    addresses = (places + people.count * second_email).tolist()
    numbers = phone_numbers(people.phones[places + people.count * second_phone])
    return (
        [people.emails[place] if given else "" for place, given in zip(addresses, email.tolist(), strict=True)],
        ["+31 " + number if given else "" for number, given in zip(numbers, phone.tolist(), strict=True)],
    )


def _texts(found: _Chats, people: People, rows: np.ndarray, updates: np.ndarray, changed: np.ndarray) -> list[str]:
    devices = people.devices[found.owners[rows] - 1]
    versions = map(
        _Version,
        rows.tolist(),
        found.owners[rows].tolist(),
        changed.tolist(),
        found.missed[rows].tolist(),
        (found.ends - found.seconds)[rows].tolist(),
        iso_times(found.seconds[rows]),
        iso_times(found.seconds[rows] + 15),
        iso_times(found.ends[rows]),
        iso_times(updates),
        device_hosts(devices),
        (devices % len(AGENTS)).tolist(),
    )
    return [_line(found, people.names[version.owner - 1], version) for version in versions]


def _line(found: _Chats, name: str, version: _Version) -> str:
    """Write one chat; a later version has a ticket and a tag."""
    row, owner, changed, missed, duration, start, reply, end, update, host, agent = version
    helper, number = ("", "") if missed else (f'"{_NAMES[row % 3]}"', f'"{4_120_920 + row % 3}"')
    tag, ticket = ('"answered"', f"{row + 1}") if changed else ("", "null")
    room = f"#supportchat:{_ACCOUNT}-v{owner:07x}"
    said = _said(start, f'"{name}"', _QUESTIONS[row % len(_QUESTIONS)], room)
    said += "" if missed else ", " + _said(reply, helper, "Let me look that up for you.", room)
    return (
        f'{{"id": "2403.{_ACCOUNT}.c{row:07x}", "type": "chat", "timestamp": "{start}", "end_timestamp": "{end}", '
        f'"update_timestamp": "{update}", "duration": {duration}, "missed": {"true" if missed else "false"}, '
        f'"started_by": "visitor", "unread": false, "triggered": false, "rating": null, "comment": null, '
        f'"visitor": {{"id": "{_ACCOUNT}.v{owner:07x}", "name": "{name}", "email": "{found.emails[row]}", '
        f'"phone": "{found.phones[row]}", "notes": ""}}, '
        f'"session": {{"id": "s{row:07x}", "start_date": "{start}", "end_date": "{end}", "ip": "{host}", '
        f'"user_agent": "{AGENTS[agent]}", "country_code": "NL"}}, '
        f'"agent_names": [{helper}], "agent_ids": [{number}], "department_id": null, "department_name": null, '
        f'"tags": [{tag}], "zendesk_ticket_id": {ticket}, '
        f'"count": {{"visitor": 1, "agent": {int(not missed)}, "total": {2 - missed}}}, '
        f'"response_time": {{"first": {"null" if missed else 15}, "avg": null, "max": null}}, '
        f'"webpath": [{{"timestamp": "{start}", "title": "Help", "from": "", "to": "{SITE}/help"}}], '
        f'"history": [{said}]}}\n'
    )


def _said(time: str, name: str, words: str, room: str) -> str:
    return f'{{"type": "chat.msg", "timestamp": "{time}", "name": {name}, "msg": "{words}", "channel": "{room}"}}'
