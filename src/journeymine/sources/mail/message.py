"""One message: who wrote to whom, when, in which thread, what, and whether a person did."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.utils import getaddresses, parsedate_to_datetime
from hashlib import sha256
from typing import Final, NamedTuple

from journeymine.sources.mail.body import body_text, decode_bytes

__all__ = ["Letter", "Mail"]

_ID: Final = re.compile(r"<\s*([^<>\s]+)\s*>")
_KNOWN: Final = frozenset(
    {"bcc", "cc", "content-type", "date", "delivered-to", "from", "in-reply-to", "message-id", "mime-version"}
    | {"received", "references", "reply-to", "return-path", "sender", "subject", "to"}
)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY: Final = 86_400_000_000
_MICROSECOND: Final = timedelta(microseconds=1)
_YEARS: Final = (1970, 9000)  # outside of these a date stands for "none" or "for ever"
_BROKEN: Final = (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError)
"""What the parsers of the standard library raise at headers and bodies that break the rules."""


class Letter(NamedTuple):
    """What the head of a message says.

    Attributes
    ----------
    message_id
        Its own id, without brackets, or None.
    parent
        The first of its references, else what it replies to, or None.
    stand_in
        A stable name for a message without any id.
    sender
        Address of the sender, or None.
    recipients
        Addresses in To, Cc and Bcc.
    answers_to
        Addresses in Reply-To.
    microseconds
        When it was written, or else received, since 1970; None where no header says it.
    clock
        ``"date"``, ``"missing"`` (time of receipt for want of a usable Date), ``"late"`` (time of receipt, because
        Date is over a day after it).
    subject
        Decoded.
    automatic
        Whether no person wrote it, or it went to a list.
    """

    message_id: str | None
    parent: str | None
    stand_in: str
    sender: str | None
    recipients: list[str]
    answers_to: list[str]
    microseconds: int | None
    clock: str
    subject: str | None
    automatic: bool


Head = dict[str, list[str]]


class Mail:
    """A message whose head is parsed once, and whose body only when it is asked for.

    Parameters
    ----------
    raw
        The message, without the ``From`` line of an mbox.
    """

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._begin = _head_end(raw)
        self._message = BytesParser().parsebytes(raw[: self._begin], headersonly=True)
        self._head: Head = {}
        for name, value in self._message.raw_items():
            self._head.setdefault(name.lower(), []).append(str(value))

    @property
    def is_mail(self) -> bool:
        """Whether it has any header that messages have."""
        return not _KNOWN.isdisjoint(self._head)

    @property
    def letter(self) -> Letter:
        """What the head says."""
        head = self._head
        microseconds, clock = _time(head)
        references = _ids(head.get("references")) or _ids(head.get("in-reply-to"))
        senders = _addresses(head, "from") or _addresses(head, "sender") or _addresses(head, "reply-to")
        subject = _decoded(head["subject"][0]) if "subject" in head else None
        return Letter(
            next(iter(_ids(head.get("message-id"))), None),
            references[0] if references else None,
            _stand_in(head),
            senders[0] if senders else None,
            _addresses(head, "to", "cc", "bcc"),
            _addresses(head, "reply-to"),
            microseconds,
            clock,
            subject or None,
            _automatic(head),
        )

    @property
    def text(self) -> str | None:
        """The text of the body; None where there is none, or none that can be read."""
        try:
            return body_text(self._whole())
        except _BROKEN:
            return None

    def _whole(self) -> Message:
        """Parse the body line by line only where it has parts."""
        if self._message.get_content_maintype() == "multipart":
            return BytesParser().parsebytes(self._raw)
        before = self._message.get_payload()  # lines of a broken head, which belong to the body
        body = self._raw[self._begin :].decode("ascii", "surrogateescape")
        self._message.set_payload(before + body if isinstance(before, str) else body)
        return self._message


def _head_end(raw: bytes) -> int:
    """Find where the body begins: after the first empty line."""
    ends = ((raw.find(end), len(end)) for end in (b"\n\n", b"\n\r\n", b"\r\r"))
    return min((place + length for place, length in ends if place >= 0), default=len(raw))


def _stand_in(head: Head) -> str:
    written = repr([head.get(name) for name in ("from", "date", "subject")])
    return f"no id/{sha256(written.encode()).hexdigest()[:16]}"


def _decoded(value: str) -> str:
    """Decode the encoded words and bare bytes of a header."""
    value = " ".join(value.split())
    try:
        parts = decode_header(value) if "=?" in value else [(value, None)]
    except (HeaderParseError, ValueError):
        parts = [(value, None)]
    return "".join(
        decode_bytes(part if isinstance(part, bytes) else part.encode("utf-8", "surrogateescape"), charset)
        for part, charset in parts
    )


def _ids(values: list[str] | None) -> list[str]:
    written = _decoded(" ".join(values)) if values else ""
    return _ID.findall(written) or written.split()


def _addresses(head: Head, *names: str) -> list[str]:
    values = [value for name in names for value in head.get(name, ())]
    try:
        pairs = getaddresses(values) if values else []
    except _BROKEN:
        pairs = []
    return [_decoded(address).lower() for _, address in pairs if "@" in address]


def _automatic(head: Head) -> bool:
    answers = head.get("auto-submitted", ["no"])[0].split(";")[0].strip().lower()
    precedence = head.get("precedence", [""])[0].strip().lower()
    lists = "list-id" in head or "list-unsubscribe" in head
    return lists or answers != "no" or precedence in ("bulk", "list", "junk")


def _time(head: Head) -> tuple[int | None, str]:
    written = next(iter(map(_moment, head.get("date", ()))), None)
    passages = (_moment(value.rpartition(";")[2]) for value in head.get("received", ()))
    received = next((moment for moment in passages if moment is not None), None)
    if written is None:
        return received, "missing"
    if received is not None and written > received + _DAY:
        return received, "late"
    return written, "date"


def _moment(value: str) -> int | None:
    """Give microseconds since 1970; None for what is no time, or has no zone (``-0000`` is UTC)."""
    try:
        parsed = parsedate_to_datetime(" ".join(value.split()))
        if parsed.tzinfo is None and "-0000" in value:
            parsed = parsed.replace(tzinfo=UTC)
        usable = parsed.tzinfo is not None and _YEARS[0] <= parsed.year < _YEARS[1]
        return (parsed - _EPOCH) // _MICROSECOND if usable else None
    except _BROKEN:
        return None
