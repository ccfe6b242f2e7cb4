"""Mailboxes: mbox files, Maildir folders, single messages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from journeymine.errors import EmptySourceError, FormatError, OptionError, SourceError
from journeymine.log.eventlog import EventLog
from journeymine.log.quarantine import FILTER, Reject
from journeymine.log.schema import TIME
from journeymine.sources import inputs
from journeymine.sources.mail.message import Letter, Mail
from journeymine.sources.reading import Reading, keep_latest, to_log

__all__ = ["read_mbox"]

_SEPARATOR: Final = re.compile(
    rb"From (?=[^\n]*\d:\d\d)(?=[^\n]*\b(?:19|20)\d\d\b)[^\n]*\n(?=>?[!-9;-~]+[ \t]*:|>From )"
)
_ENVELOPE: Final = re.compile(rb"From [^\n]*\n")
_QUOTED_FROM: Final = re.compile(rb"^>(>*From )", re.MULTILINE)

_COLUMNS: Final = {
    "source_row": pa.int64(),
    "activity": pa.string(),
    "timestamp": TIME,
    "event_id": pa.string(),
    "text": pa.string(),
    "id_email": pa.string(),
    "thread": pa.string(),
    "subject": pa.string(),
    "auto": pa.bool_(),
}
_MANY = 20  # messages of which at least one should be an answer
_CLOCKS: Final = {
    "missing": "messages have no Date with a zone; time taken from the last Received",
    "late": "messages have a Date over a day after their receipt; time taken from the last Received",
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

    Parameters
    ----------
    path
        An mbox file, a Maildir folder (its ``cur`` and ``new``; a subfolder such as ``.Sent`` is a mailbox of its
        own), one message (RFC 5322, ``.eml``), or a folder of ``.eml`` files; files may be gzip.
    own_domains
        Domains of the company, such as ``["shop.example"]``, their subdomains included; and single addresses, where
        it uses another's domain. What they send is ``mail sent``, everything else ``mail received``.
    keep_auto
        Keep messages that no person wrote (Auto-Submitted, Precedence bulk, list or junk) and mail of lists (List-Id,
        List-Unsubscribe). By default they are set aside, as is mail between own addresses.
    observed_until
        When the mailbox was copied; by default the time of its last message.
    name
        Name of the source; by default the file's or folder's.

    Returns
    -------
    EventLog
        Identifier ``email``: the sender, or of mail sent the first outside address in To, Cc and Bcc. Mail from an own
        address to none but own ones, with an outside Reply-To, is a contact form: ``mail received`` from there. Time
        is Date where it has a zone (``-0000`` is UTC), else the topmost Received; also where Date is over a day after
        it. Attributes ``thread`` (the message that began the thread, as far as References and In-Reply-To lead),
        ``subject`` and ``auto``; ``text`` is the plain body, else the text of the HTML. ``source_row`` counts the
        messages, those of a folder by file name. Of messages with one Message-ID the last is used.

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
    A message of an mbox begins at a line ``From …`` that holds a clock time and a year, stands at the start of the
    file or after an empty line, and has a header line below. Any other line that starts with ``From`` is text, quoted
    as ``>From`` or not; one ``>`` is taken off.

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
    own = _own(own_domains)
    folder = _Mailbox(keep_auto, own)
    for number, raw in enumerate(_messages(path), 1):
        folder.add(number, raw)
    return to_log(folder.reading(path.name, name), channel="mail", observed_until=observed_until)


def _own(domains: str | Sequence[str]) -> frozenset[str]:
    listed = [domains] if isinstance(domains, str) else list(domains)
    own = frozenset(domain.strip().lower().removeprefix("@").rstrip(".") for domain in listed) - {""}
    if not own:
        raise OptionError("own_domains is empty: name the company's domains, such as own_domains=['shop.example']")
    return own


# --- from files to messages ----------------------------------------------------------------------------------------


def _messages(path: Path) -> Iterator[bytes]:
    """Yield each message as it came; those of folders by file name."""
    if not path.is_dir():
        yield from _split(inputs.read_bytes(path), path.name)
        return
    files = _files(path)
    if not files:
        raise EmptySourceError(f"folder {str(path)!r} has no messages: neither files in cur or new, nor .eml files")
    for file in files:
        try:
            yield inputs.read_bytes(file)
        except SourceError:  # empty, or a broken gzip file: a reject like any other file that is no mail
            yield file.read_bytes()


def _files(folder: Path) -> list[Path]:
    boxes = [folder / part for part in ("cur", "new") if (folder / part).is_dir()]
    found = [file for box in boxes for file in box.iterdir()] if boxes else folder.rglob("*")
    wanted = [file for file in found if boxes or file.name.lower().endswith((".eml", ".eml.gz"))]
    seen = (file for file in wanted if file.is_file() and not file.name.startswith("."))
    return sorted(seen, key=lambda file: (file.name, file.parts))


def _split(content: bytes, name: str) -> Iterator[bytes]:
    """Split an mbox into its messages; a file that is none is one message."""
    inputs.decode(content[:4096], name)
    content = _begin(content)
    if not _ENVELOPE.match(content):
        if not Mail(content).is_mail:
            raise FormatError(f"{name} is no mail: it begins neither with headers nor with the From line of an mbox")
        yield content
        return
    starts = [0, *_starts(content)]
    pieces = [content[start:end] for start, end in zip(starts, [*starts[1:], len(content)], strict=True)]
    if not any(Mail(_without_envelope(piece)).is_mail for piece in pieces):
        raise FormatError(f"{name} is no mail: nothing in it has headers such as From, Date or Subject")
    yield from pieces


def _begin(raw: bytes) -> bytes:
    return raw.removeprefix(b"\xef\xbb\xbf").lstrip()


def _starts(content: bytes) -> Iterator[int]:
    """Yield where the messages of an mbox begin, but for the first."""
    place = content.find(b"\nFrom ")
    while place >= 0:
        after_blank = content.endswith((b"\n", b"\n\r"), max(place - 2, 0), place)
        if after_blank and _SEPARATOR.match(content, place + 1):
            yield place + 1
        place = content.find(b"\nFrom ", place + 1)


def _without_envelope(raw: bytes) -> bytes:
    """Take off what an mbox adds: the From line, and the quotes of lines in the text that look like one."""
    raw = _begin(raw)
    envelope = _ENVELOPE.match(raw)
    if not envelope:
        return raw
    plain = raw[envelope.end() :]
    return _QUOTED_FROM.sub(rb"\1", plain) if b">From " in plain else plain


# --- from messages to a reading ------------------------------------------------------------------------------------


class _Mailbox:
    """Sorts messages into events and rejects."""

    def __init__(self, keep_auto: bool, own: frozenset[str]) -> None:
        self.rows: list[tuple[Any, ...]] = []
        self.rejects: list[Reject] = []
        self.known: list[tuple[str | None, str | None]] = []  # message and what it answers, also of rejects
        self.clocks: Counter[str] = Counter()
        self.number = 0
        self._keep_auto, self._own = keep_auto, own

    def add(self, number: int, raw: bytes) -> None:
        """Take in a message as it came."""
        self.number = number
        mail = Mail(_without_envelope(raw))
        if not mail.is_mail:
            self.rejects.append(Reject(number, "parse", "no_header", "no header such as From, Date or Subject", raw))
            return
        letter = mail.letter
        self.known.append((letter.message_id, letter.parent))
        activity, address = _direction(letter, self._own)
        refusal = self._refusal(letter, activity)
        if refusal:
            self.rejects.append(Reject(number, *refusal, raw))
            return
        self.clocks[letter.clock] += 1
        thread = letter.parent or letter.message_id or letter.stand_in
        values = (letter.microseconds, letter.message_id, mail.text, address, thread, letter.subject, letter.automatic)
        self.rows.append((number, activity, *values))

    def _refusal(self, letter: Letter, activity: str) -> tuple[str, str, str] | None:
        if letter.automatic and not self._keep_auto:
            return FILTER, "auto", "written by no person, or to a list"
        if activity == "mail internal":
            return FILTER, "internal", "between own addresses"
        if letter.microseconds is None:
            return "check", "no_time", "neither Date nor Received says when, with a zone"
        return None

    def reading(self, source: str, name: str | None) -> Reading:
        """Give what was taken in."""
        roots = _roots(self.known)
        values = list(zip(*self.rows, strict=True)) or [()] * len(_COLUMNS)
        table = {column: pa.array(part, kind) for (column, kind), part in zip(_COLUMNS.items(), values, strict=True)}
        table["thread"] = pa.array([roots.get(thread, thread) for thread in values[6]], pa.string())
        events, duplicates = keep_latest(pa.table(table))
        notes = [f"{self.clocks[clock]:,} {said}" for clock, said in _CLOCKS.items() if self.clocks[clock]]
        if len(self.rows) >= _MANY and all(activity == "mail received" for _, activity, *_ in self.rows):
            notes.append(f"no mail was sent from {', '.join(sorted(self._own))}; see that own_domains is right")
        return Reading(name or source, "mail", self.number, events, None, duplicates, self.rejects, notes)


def _direction(letter: Letter, own: frozenset[str]) -> tuple[str, str | None]:
    """Tell the activity, and who the outside party is."""
    if letter.sender is None or not _is_own(letter.sender, own):
        return "mail received", letter.sender
    outside = [address for address in letter.recipients if not _is_own(address, own)]
    if outside or not letter.recipients:
        return "mail sent", next(iter(outside), None)
    forms = (address for address in letter.answers_to if not _is_own(address, own))
    author = next(forms, None)
    return ("mail internal", None) if author is None else ("mail received", author)


def _is_own(address: str, own: frozenset[str]) -> bool:
    if address in own:
        return True
    labels = address.rpartition("@")[2].rstrip(".").split(".")
    return any(".".join(labels[place:]) in own for place in range(len(labels)))


def _roots(known: Iterable[tuple[str | None, str | None]]) -> dict[str, str]:
    """Follow answers up to the message that began their thread, as far as the mailbox knows."""
    above = {message: parent for message, parent in known if message and parent and message != parent}
    roots: dict[str, str] = {}
    for start in above:
        path, top = {start: None}, start
        while top in above and top not in roots:
            top = above[top]
            if top in path:  # messages that answer one another in a ring
                ring = list(path)
                top = min(ring[ring.index(top) :])
                break
            path[top] = None
        roots |= dict.fromkeys(path, roots.get(top, top))
    return roots
