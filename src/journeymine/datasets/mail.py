"""The mailbox of the invented insurer's support, as an mbox file."""

from __future__ import annotations

from base64 import b64encode
from typing import Final, NamedTuple

import numpy as np

from journeymine.datasets.clock import asctimes, date_headers, offsets
from journeymine.datasets.export import NOBODY, Counts, Export, owner_numbers
from journeymine.datasets.journeys import Journeys
from journeymine.datasets.letters import AUTO_REPLY, NEWSLETTER, SUBJECTS, VARIANTS, bodies
from journeymine.datasets.model import TOUCHPOINTS
from journeymine.datasets.people import People

__all__ = ["DOMAIN", "mailbox"]

DOMAIN: Final = "polder.example"

_SUPPORT = f"support@{DOMAIN}"
_SENT = TOUCHPOINTS.index("mail sent")
_SECOND_ADDRESS, _ELSEWHERE, _ENCODED_NAME, _AUTO_REPLY = 0.5, 0.06, 0.08, 0.03
_TWICE_EVERY, _NEWS_EVERY, _WITHOUT_DATE = 300, 100, 2
_LOST = (
    f"From lost@nowhere.example Thu Jan  1 00:00:00 1970\nFrom: lost@nowhere.example\nTo: {_SUPPORT}\n"
    "Message-ID: <lost.1@nowhere.example>\nSubject: Hello\n\nThis message says nowhere when it was written.\n\n"
)


class _Messages(NamedTuple):
    seconds: np.ndarray
    owners: np.ndarray
    texts: list[str]


class _Mails(NamedTuple):
    """Mails of journeys, in time order, also those before the export starts."""

    seconds: np.ndarray
    owners: np.ndarray
    journeys: np.ndarray
    sent: np.ndarray
    seen: np.ndarray
    addresses: list[str]
    ids: list[str]
    references: list[str]


def mailbox(journeys: Journeys, people: People, rng: np.random.Generator) -> Export:
    """Write the mailbox.

    Parameters
    ----------
    journeys
        Who writes and is written to when.
    people
        The customers.
    rng
        Where chance comes from.

    Returns
    -------
    Export
        Messages in time order: questions and answers in threads, automatic answers, newsletters, a few messages twice,
        a few without ``Date``, and one without any time.

    Examples
    --------
    >>> from journeymine.datasets.journeys import DAY, simulate
    >>> from journeymine.datasets.people import invent
    >>> rng = np.random.default_rng(7)
    >>> journeys = simulate(rng, customers=20, start=0, until=90 * DAY)
    >>> people = invent(rng, customers=20, start=0, until=90 * DAY)
    >>> export = mailbox(journeys, people, rng)
    >>> export.text.startswith("From "), len(export.owners) == export.counts.rows_in
    (True, True)
    """
    mails = _mails(journeys, people, rng)
    written = _written(mails, people, rng)
    automatic = _auto_replies(mails, journeys.until, rng)
    news = _newsletters(journeys, len(written.texts), rng)
    twice = _twice(written, journeys.until, rng)
    lost = _Messages(np.array([journeys.start]), np.array([NOBODY]), [_LOST])
    kinds = [lost, written, automatic, news, twice]
    order = np.argsort(np.concatenate([kind.seconds for kind in kinds]), kind="stable")
    texts = [text for kind in kinds for text in kind.texts]
    counts = Counts(
        rows_in=len(texts),
        used=len(written.texts),
        duplicate=len(twice.texts),
        refused=len(lost.texts),
        set_aside=len(automatic.texts) + len(news.texts),
        events=len(written.texts),
    )
    owners = owner_numbers(np.concatenate([kind.owners for kind in kinds])[order])
    return Export("".join([texts[place] for place in order.tolist()]), owners, counts)


def _mails(journeys: Journeys, people: People, rng: np.random.Generator) -> _Mails:
    rows = journeys.rows("mail")
    seconds, owners, threads = journeys.seconds[rows], journeys.customers[rows], journeys.journeys[rows]
    beside = rng.random(int(journeys.journeys.max(initial=0)) + 1) < _SECOND_ADDRESS
    second = (seconds >= people.email_from[owners - 1]) | ((people.second_address[owners - 1] != "") & beside[threads])
    addresses = [people.emails[place] for place in (owners - 1 + people.count * second).tolist()]
    sent = journeys.activities[rows] == _SENT
    ids = [
        f"<{second:x}.{number:x}@{DOMAIN if ours else address.partition('@')[2]}>"
        for number, (second, ours, address) in enumerate(zip(seconds.tolist(), sent.tolist(), addresses, strict=True))
    ]
    seen = seconds >= journeys.start
    return _Mails(seconds, owners, threads, sent, seen, addresses, ids, _references(threads.tolist(), ids))


def _references(threads: list[int], ids: list[str]) -> list[str]:
    """Give each mail the ids of those before it in its thread, folded as header lines are."""
    so_far: dict[int, str] = {}
    references = []
    for thread, own in zip(threads, ids, strict=True):
        before = so_far.get(thread, "")
        references.append(before)
        so_far[thread] = f"{before}\n {own}" if before else own
    return references


def _written(mails: _Mails, people: People, rng: np.random.Generator) -> _Messages:
    count = len(mails.seconds)
    abroad = (rng.random(count) < _ELSEWHERE) & ~mails.sent
    dates = date_headers(mails.seconds, np.where(abroad, 0, offsets(mails.seconds)))
    encoded = (rng.random(count) < _ENCODED_NAME).tolist()
    shouted = (rng.random(count) < _ENCODED_NAME).tolist()
    ways = rng.integers(0, VARIANTS, count).tolist()
    undated = set(np.flatnonzero(mails.seen & ~mails.sent)[:_WITHOUT_DATE].tolist())
    separators, topics = asctimes(mails.seconds), (mails.journeys % len(SUBJECTS)).tolist()
    owners, sent = mails.owners.tolist(), mails.sent.tolist()
    rows = np.flatnonzero(mails.seen)
    texts = [
        _message(
            sent=sent[row],
            name=_name(people.names[owners[row] - 1], encoded[row]),
            address=mails.addresses[row].title() if shouted[row] else mails.addresses[row],
            message_id=mails.ids[row],
            references=mails.references[row],
            separator=separators[row],
            date=dates[row],
            dated=row not in undated,
            topic=topics[row],
            way=ways[row],
        )
        for row in rows.tolist()
    ]
    return _Messages(mails.seconds[rows], mails.owners[rows], texts)


def _name(name: str, encoded: bool) -> str:
    return f"=?utf-8?b?{b64encode(name.encode()).decode()}?=" if encoded else name


def _message(
    *, sent: bool, name: str, address: str, message_id: str, references: str, separator: str, date: str, dated: bool,
    topic: int, way: int,
) -> str:  # fmt: skip
    """Write one message; one that the company sent never passed its own mail exchanger."""
    ours, theirs = f"Polder Insurance <{_SUPPORT}>", f"{name} <{address}>"
    writer, reader = (ours, theirs) if sent else (theirs, ours)
    passed = "" if sent else _received(address, date)
    dating = f"Date: {date}\n" if dated else ""
    last = references.rpartition(" ")[2]
    thread = f"In-Reply-To: {last}\nReferences: {references}\n" if references else ""
    subject = ("Re: " if references else "") + SUBJECTS[topic]
    return (
        f"From {_SUPPORT if sent else address} {separator}\n{passed}{dating}From: {writer}\nTo: {reader}\n"
        f"Message-ID: {message_id}\n{thread}Subject: {subject}\n{bodies(sent, bool(references))[topic][way]}\n"
    )


def _received(address: str, date: str) -> str:
    house = address.partition("@")[2].lower()
    return f"Received: from {house} ([192.0.2.25])\n\tby mx.{DOMAIN} with ESMTPS\n\tfor <{_SUPPORT}>; {date}\n"


def _auto_replies(mails: _Mails, until: int, rng: np.random.Generator) -> _Messages:
    """Let some customers' mailboxes answer the company by themselves, half a minute later."""
    chosen = mails.seen & mails.sent & (rng.random(len(mails.seconds)) < _AUTO_REPLY) & (mails.seconds + 30 < until)
    rows = np.flatnonzero(chosen)
    seconds = mails.seconds[rows] + 30
    dates, separators = date_headers(seconds, offsets(seconds)), asctimes(seconds)
    texts = [
        f"From {mails.addresses[row]} {separator}\n{_received(mails.addresses[row], date)}Date: {date}\n"
        f"From: {mails.addresses[row]}\nTo: {_SUPPORT}\nMessage-ID: {mails.ids[row].replace('<', '<auto.')}\n"
        f"In-Reply-To: {mails.ids[row]}\nSubject: Out of office\n{AUTO_REPLY}\n"
        for row, separator, date in zip(rows.tolist(), separators, dates, strict=True)
    ]
    return _Messages(seconds, mails.owners[rows], texts)


def _newsletters(journeys: Journeys, others: int, rng: np.random.Generator) -> _Messages:
    count = 2 + others // _NEWS_EVERY
    seconds = np.sort(rng.integers(journeys.start, journeys.until, count))
    dates, separators = date_headers(seconds, offsets(seconds)), asctimes(seconds)
    texts = [
        f"From bounce@trade.example {separator}\n{_received('post@trade.example', date)}Date: {date}\n"
        f"From: Trade News <news@trade.example>\nTo: {_SUPPORT}\nMessage-ID: <news.{number}@trade.example>\n"
        f"Subject: Trade news {number + 1}\n{NEWSLETTER}\n"
        for number, (separator, date) in enumerate(zip(separators, dates, strict=True))
    ]
    return _Messages(seconds, np.full(count, NOBODY), texts)


def _twice(written: _Messages, until: int, rng: np.random.Generator) -> _Messages:
    """Deliver some messages again, up to an hour later."""
    count = min(len(written.texts), 1 + len(written.texts) // _TWICE_EVERY)
    rows = np.sort(rng.permutation(len(written.texts))[:count])
    seconds = np.minimum(written.seconds[rows] + rng.integers(1, 3_600, count), until - 1)
    return _Messages(seconds, written.owners[rows], [written.texts[row] for row in rows.tolist()])
