"""Mailboxes: mbox files, Maildir folders, single messages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.log.quarantine import FILTER, Reject
from journeymine.log.schema import TIME
from journeymine.sources.mail import boxes
from journeymine.sources.mail.dates import FORGED, MISSING
from journeymine.sources.mail.message import Letter, Mail
from journeymine.sources.mail.parties import INTERNAL, RECEIVED, direction, own_addresses
from journeymine.sources.mail.threads import Threads
from journeymine.sources.reading import Reading, keep_latest, to_log

__all__ = ["read_mbox"]

_COLUMNS: Final = {
    "source_row": pa.int64(),
    "activity": pa.string(),
    "timestamp": TIME,
    "event_id": pa.string(),
    "text": pa.string(),
    "id_email": pa.string(),
    "subject": pa.string(),
    "auto": pa.string(),
}
_MANY: Final = 20  # messages of which at least one should be an answer
_PAYLOAD: Final = 1 << 18  # bytes kept of a message that is not used: its head and text, not all that hangs on it
_CLOCKS: Final = {
    MISSING: "messages have no Date with a zone; time taken from the last Received",
    FORGED: "messages have a Date over a day after, or a week before, their receipt; time taken from the last Received",
}


def read_mbox(
    path: str | Path,
    *,
    own_domains: str | Sequence[str],
    keep_auto: bool = False,
    observed_until: str | datetime | None = None,
    name: str | None = None,
) -> EventLog:
    """Read the messages of a mailbox.

    ==================  ==============================================================================================
    ``mail received``   from an address outside; also a contact form: from an own address to none but own ones, with a
                        Reply-To outside
    ``mail sent``       from an own address to at least one outside
    ==================  ==============================================================================================

    Mail between own addresses is set aside, and so is what no person wrote to one other person: reports of what
    became of a message (``report``), answers of machines (``auto_reply``), mail to many (``list``).

    Parameters
    ----------
    path
        An mbox file, a Maildir folder (its ``cur`` and ``new``; a subfolder such as ``.Sent`` is a mailbox of its
        own), one message (RFC 5322, ``.eml``), or a folder of ``.eml`` files; files may be gzip.
    own_domains
        Domains of the company, such as ``["shop.example"]``, their subdomains included; and single addresses, where
        it uses another's domain.
    keep_auto
        Keep what no person wrote; the attribute ``auto`` tells what it is.
    observed_until
        When the mailbox was copied; by default the time of its last message.
    name
        Name of the source; by default the file's or folder's.

    Returns
    -------
    EventLog
        Identifier ``email``: the sender, or of mail sent the first outside address in To, Cc and Bcc. Attributes
        ``thread`` (the message that began the thread), ``subject`` and ``auto``. ``text`` is what the sender wrote:
        the plain body, else the text of the HTML, without quotations and signature (unless nothing else is there).
        ``source_row`` counts the messages, those of a folder by file name. Of messages with one Message-ID the last
        is used; one without gets a name made of sender, recipients, time, subject and body.

    Raises
    ------
    FormatError
        If the file is no mail.
    EmptySourceError
        If there is nothing in the file, or no message in the folder.
    OptionError
        If `own_domains` is empty.

    Notes
    -----
    Time is Date where it has a zone (``-0000`` is UTC), and no server's receipt contradicts it: a Date over a day later
    than every Received, or over a week earlier, is not believed. Else it is that of the last Received.

    A thread is what References and In-Reply-To tie together, also over messages that the mailbox does not have.

    A message of an mbox begins at a line ``From …`` that holds a clock time and a year, stands at the start of the
    file or after an empty line, and has a header line below. Any other line that starts with ``From`` is text, quoted
    as ``>From`` or not; one ``>`` is taken off. A mailbox is read in parts: what is held of it is what is in the log,
    and of the messages not used the first 256 KiB each.

    Examples
    --------
    >>> _ = (tmp / "question.eml").write_text('''From: Jo <jo@mail.example>
    ... To: help@shop.example
    ... Date: Wed, 1 May 2024 09:00:00 +0200
    ... Subject: Where is my order?
    ...
    ... I wait since Monday.''')
    >>> read_mbox(tmp / "question.eml", own_domains="shop.example")
    <EventLog 1 event · 1 customer · 1 channel · 2024-05-01 – 2024-05-01>
    """
    path = Path(path)
    mailbox = _Mailbox(keep_auto, own_addresses(own_domains))
    for messages in boxes.parts(path):
        mailbox.add(messages)
    return to_log(mailbox.reading(path.name, name), channel="mail", observed_until=observed_until)


class _Mailbox:
    """Sorts messages into events and rejects."""

    def __init__(self, keep_auto: bool, own: frozenset[str]) -> None:
        self._keep_auto, self._own = keep_auto, own
        self._number = 0
        self._tables: list[pa.Table] = []
        self._rejects: list[Reject] = []
        self._clocks: Counter[str] = Counter()
        self._threads = Threads()

    def add(self, messages: Iterable[bytes]) -> None:
        """Take in messages as they came."""
        rows: list[tuple[Any, ...]] = []
        for raw in messages:
            self._number += 1
            sorted_in = self._sort(raw)
            if isinstance(sorted_in, Reject):
                self._rejects.append(sorted_in)
            else:
                rows.append(sorted_in)
        values = zip(*rows, strict=True) if rows else [()] * len(_COLUMNS)
        self._tables.append(pa.table(dict(zip(_COLUMNS, values, strict=True)), schema=pa.schema(_COLUMNS)))

    def _sort(self, raw: bytes) -> tuple[Any, ...] | Reject:
        """Give the values of ``_COLUMNS``, or why there are none."""
        mail = Mail(boxes.without_envelope(raw))
        if not mail.is_mail:
            return self._reject(raw, "parse", "no_header", "no header such as From, Date or Subject")
        letter = mail.letter
        self._threads.add(letter.chain)
        activity, address = direction(letter, self._own)
        refusal = self._refusal(letter, activity)
        if refusal:
            return self._reject(raw, *refusal)
        self._clocks[letter.clock] += 1
        times = (activity, letter.microseconds, letter.key)
        return self._number, *times, mail.text, address, letter.subject, letter.automatic

    def _reject(self, raw: bytes, stage: str, reason: str, detail: str) -> Reject:
        return Reject(self._number, stage, reason, detail, raw[:_PAYLOAD])

    def _refusal(self, letter: Letter, activity: str) -> tuple[str, str, str] | None:
        if letter.automatic and not self._keep_auto:
            return FILTER, letter.automatic, "not written by a person to another one"
        if activity == INTERNAL:
            return FILTER, "internal", "between own addresses"
        if letter.microseconds is None:
            return "check", "no_time", "neither Date nor Received says when, with a zone"
        return None

    def reading(self, source: str, name: str | None) -> Reading:
        """Give what was taken in."""
        events = columns.concat(self._tables)
        threads = [self._threads.name(key) for key in events["event_id"].to_pylist()]
        events = events.append_column("thread", pa.array(threads, pa.string()))
        used, duplicates = keep_latest(events)
        notes = [f"{self._clocks[clock]:,} {said}" for clock, said in _CLOCKS.items() if self._clocks[clock]]
        activities = columns.used_values(columns.encode(events["activity"]))
        if len(events) >= _MANY and activities == [RECEIVED]:
            notes.append(f"no mail was sent from {', '.join(sorted(self._own))}; see that own_domains is right")
        return Reading(name or source, "mail", self._number, used, None, duplicates, self._rejects, notes)
