"""One message: who wrote to whom, when, in which thread, what, and whether a person did."""

from __future__ import annotations

import re
from email.errors import HeaderParseError
from email.header import decode_header
from email.utils import getaddresses
from hashlib import sha256
from typing import Final, NamedTuple

from journeymine.sources.mail.automatic import automatic
from journeymine.sources.mail.body import body_text, decode_bytes
from journeymine.sources.mail.dates import BROKEN, when
from journeymine.sources.mail.mime import Head, Part, parse
from journeymine.sources.mail.quotes import own_words

__all__ = ["Letter", "Mail"]

_LONGEST: Final = 20_000  # letters of a header; decoding takes the square of their number
_ID: Final = re.compile(r"<\s*([^<>\s]+)\s*>")
_PLAIN_ADDRESS: Final = re.compile(
    r"""\s*+(?:(?:"[^"\\]*"|[^"<>(),:;@\\])*+<([^\s"<>(),:;@\\]++@[^\s"<>(),:;@\\]++)>"""  # Jo Doe <jo@mail.example>
    r"""|([^\s"<>(),:;@\\]++@[^\s"<>(),:;@\\]++))\s*+(?:,|$)"""
)
_KNOWN: Final = frozenset(
    {"bcc", "cc", "content-type", "date", "delivered-to", "from", "in-reply-to", "message-id", "mime-version"}
    | {"received", "references", "reply-to", "return-path", "sender", "subject", "to"}
)


class Letter(NamedTuple):
    """What the head of a message says.

    Attributes
    ----------
    key
        Its id, without brackets; where it has none a name made of sender, recipients, time, subject and body, so that
        the same message gets the same one again.
    chain
        Ids of the messages it refers to, the oldest first, then its own.
    sender
        Address of the sender, or None.
    recipients
        Addresses in To, Cc and Bcc.
    answers_to
        Addresses in Reply-To.
    microseconds
        When it was written, or else received, since 1970; None where no header says it.
    clock
        Which of the two it is, see `when`.
    subject
        Decoded.
    automatic
        What kind of machine wrote it, see `automatic`; None for a person.
    """

    key: str
    chain: list[str]
    sender: str | None
    recipients: list[str]
    answers_to: list[str]
    microseconds: int | None
    clock: str
    subject: str | None
    automatic: str | None


class Mail:
    """A message whose body is looked at only when it is asked for.

    Parameters
    ----------
    raw
        The message, without the ``From`` line of an mbox.
    """

    def __init__(self, raw: bytes) -> None:
        self._part = parse(raw)

    @property
    def is_mail(self) -> bool:
        """Whether it has any header that messages have."""
        return not _KNOWN.isdisjoint(self._part.head)

    @property
    def letter(self) -> Letter:
        """What the head says."""
        head = self._part.head
        microseconds, clock = when(head)
        senders = _addresses(head, "from") or _addresses(head, "sender") or _addresses(head, "reply-to")
        sender = senders[0] if senders else None
        recipients, answers_to = _addresses(head, "to", "cc", "bcc"), _addresses(head, "reply-to")
        own = _ids(head.get("message-id"))
        key = own[0] if own else _made_up(self._part, microseconds)
        people = {*senders, *recipients, *answers_to}  # some programs write them into In-Reply-To
        mentioned = [*_ids(head.get("references")), *_ids(head.get("in-reply-to"))]
        chain = [*(one for one in dict.fromkeys(mentioned) if one.lower() not in people and one != key), key]
        subject = _decoded(head["subject"][0]) if "subject" in head else None
        kind = automatic(head, sender)
        return Letter(key, chain, sender, recipients, answers_to, microseconds, clock, subject or None, kind)

    @property
    def text(self) -> str | None:
        """What the sender wrote; None where there is no text, or none that can be read."""
        text = body_text(self._part)
        return None if text is None else own_words(text)


def _made_up(part: Part, microseconds: int | None) -> str:
    """Name a message without an id; the way it came, and the line ends, do not matter."""
    said = repr([microseconds, *(part.head.get(name) for name in ("from", "to", "cc", "subject"))])
    body = part.body.replace(b"\r\n", b"\n").strip()
    return f"no id/{sha256(said.encode() + body).hexdigest()[:24]}"


def _decoded(value: str) -> str:
    """Decode the encoded words and bare bytes of a header."""
    value = " ".join(value.split())
    if "=?" not in value and value.isascii():
        return value
    try:
        parts = decode_header(value) if "=?" in value and len(value) < _LONGEST else [(value, None)]
    except (HeaderParseError, ValueError):
        parts = [(value, None)]
    return "".join(
        decode_bytes(part if isinstance(part, bytes) else part.encode("utf-8", "surrogateescape"), charset)
        for part, charset in parts
    )


def _ids(values: list[str] | None) -> list[str]:
    written = _decoded(" ".join(values)) if values else ""
    words = written.split()
    return _ID.findall(written) or (words if len(words) == 1 else [word for word in words if "@" in word])


def _addresses(head: Head, *names: str) -> list[str]:
    values = [value for name in names for value in head.get(name, ())]
    return [address for value in values for address in _plain_addresses(value) or _any_addresses(value)]


def _plain_addresses(value: str) -> list[str]:
    """Read the usual spellings, much faster than those that the standard allows besides; nothing if it is not one."""
    found: list[str] = []
    place = 0
    while place < len(value):
        address = _PLAIN_ADDRESS.match(value, place)
        if not address:
            return []
        found.append(_decoded(address[1] or address[2]).lower())
        place = address.end()
    return found


def _any_addresses(value: str) -> list[str]:
    try:
        pairs = getaddresses([value])
    except BROKEN:
        return []
    return [_decoded(address).lower() for _, address in pairs if "@" in address]
