"""The text of one message: plain before HTML, decoded whatever its headers claim."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import Final

from journeymine.sources.mail.html import html_text
from journeymine.sources.mail.mime import Part, content, content_type, is_attachment, leaves

__all__ = ["body_text", "decode_bytes"]

_TEXTS: Final = ("text/plain", "text/html")
_NO_TEXT: Final = frozenset({"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"})


def body_text(message: Part) -> str | None:
    """Give the text that a person would read first.

    Parameters
    ----------
    message
        The message.

    Returns
    -------
    str or None
        The first plain text that is no attachment and not blank, else that of the first HTML; None where there is
        neither.
    """
    parts = sorted(_texts(message), key=lambda part: content_type(part.head)[0] == "text/html")
    return next(filter(None, map(_part_text, parts)), None)


def _texts(message: Part) -> Iterator[Part]:
    """Yield the parts that may be the text; a message inside a message is not what its sender says."""
    for part in leaves(message):
        kind, _ = content_type(part.head)
        if (kind in _TEXTS or kind.startswith("multipart/")) and not is_attachment(part.head):
            yield part


def _part_text(part: Part) -> str:
    kind, parameters = content_type(part.head)
    text = decode_bytes(content(part), parameters.get("charset"))
    text = html_text(text) if kind == "text/html" else text
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def decode_bytes(content: bytes, charset: str | None) -> str:
    """Decode text in the charset it claims, else in UTF-8, else in Windows-1252.

    Parameters
    ----------
    content
        The bytes.
    charset
        What their header claims.

    Returns
    -------
    str
        What cannot be decoded is replaced.
    """
    for name in (charset, "utf-8"):
        try:
            if name and codecs.lookup(name).name not in _NO_TEXT:
                return content.decode(name).encode("utf-8", "replace").decode()  # UTF-7 can spell half characters
        except (LookupError, ValueError):
            continue
    return content.decode("cp1252", "replace")
