"""The text of one message: plain before HTML, decoded whatever its headers claim."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from email.message import Message
from html import unescape
from typing import Final

__all__ = ["body_text", "decode_bytes", "html_text"]

_LINES: Final = frozenset(
    {"address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "footer", "form", "h1", "h2", "h3", "h4", "h5"}
    | {"h6", "header", "hr", "li", "ol", "p", "pre", "section", "table", "tr", "ul"}
)
_HIDDEN: Final = re.compile(r"<!--|<(script|style|template|title)\b[^<>]*>", re.IGNORECASE)
_TAG: Final = re.compile(
    r"""<(?:/?([a-z][a-z0-9]*)|[!?])(?:[^<>"']++|"[^"<]*"|'[^'<]*')*+>"""  # well formed
    r"|<(?:/?([a-z][a-z0-9]*)|[!?])[^<>]*>",  # a quote is not closed
    re.IGNORECASE,
)
_NO_TEXT: Final = frozenset({"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"})


def body_text(message: Message) -> str | None:
    """Give the text that a person would read first.

    Parameters
    ----------
    message
        A parsed message.

    Returns
    -------
    str or None
        The first plain text that is no attachment and not blank, else that of the first HTML; None where there is
        neither.
    """
    parts = sorted(_texts(message), key=lambda part: part.get_content_type() != "text/plain")
    return next(filter(None, map(_part_text, parts)), None)


def _part_text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    text = decode_bytes(payload if isinstance(payload, bytes) else b"", part.get_content_charset())
    text = html_text(text) if part.get_content_type() == "text/html" else text
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _texts(part: Message) -> Iterator[Message]:
    """Yield the parts that may be the text; a message inside a message is not what its sender says."""
    if part.get_content_maintype() == "multipart":
        inner = part.get_payload()
        if isinstance(inner, str):  # its parts cannot be told apart, so it is one text
            yield part
        for child in inner if isinstance(inner, list) else ():
            if isinstance(child, Message):
                yield from _texts(child)
    elif part.get_content_type() in ("text/plain", "text/html") and part.get_content_disposition() != "attachment":
        yield part


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


def html_text(html: str) -> str:
    r"""Give the text of HTML, one line a block.

    Parameters
    ----------
    html
        A document or a part of one, well formed or not.

    Returns
    -------
    str
        Without tags, comments, scripts and styles; blanks folded.

    Notes
    -----
    Linear in the length of `html`, whatever it holds; ``html.parser`` takes minutes for some messages of a megabyte.

    Examples
    --------
    >>> html_text("<style>p {}</style><p>Where is <b>my</b>&nbsp;order?<br>Jo")
    'Where is my order?\nJo'
    """
    words = _TAG.sub(_break, " ".join(_shown(html)).replace("\n", " "))
    lines = (" ".join(line.split()) for line in unescape(words).split("\n"))
    return "\n".join(line for line in lines if line)


def _shown(html: str) -> Iterator[str]:
    """Yield what stands outside of comments, scripts and styles; one that is not closed hides the rest."""
    place = 0
    while opened := _HIDDEN.search(html, place):
        yield html[place : opened.start()]
        closing = rf"</{opened[1]}\b[^<>]*>" if opened[1] else "-->"
        closed = re.compile(closing, re.IGNORECASE).search(html, opened.end())
        if not closed:
            return
        place = closed.end()
    yield html[place:]


def _break(tag: re.Match[str]) -> str:
    name = (tag[1] or tag[2] or "").lower()
    return "\n" if name in _LINES else " " if name in ("td", "th") else ""
