"""Messages taken apart: header fields, parts, and the bytes of a part, whatever rules they break."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

__all__ = ["Head", "Part", "content", "content_type", "is_attachment", "leaves", "parse"]

Head = dict[str, list[str]]
"""The values of each header field by its name in lower case; bytes beyond ASCII are lone surrogates."""

_LINE: Final = rb"[^\r\n]*+(?:\r(?!\n)[^\r\n]*+)*+"
_FIELD: Final = re.compile(rb"([!-9;-~]++)[ \t]*+:[ \t]*+(%b(?:\r?\n[ \t]%b)*+)(?:\r?\n|\Z)" % (_LINE, _LINE))
_PARAMETER: Final = re.compile(r';\s*([^\s=;]+)\s*=\s*("(?:[^"\\]|\\.)*+"?|[^;"]*)')
_ESCAPED: Final = re.compile(r"\\(.)")
_DEEPEST: Final = 30  # parts within parts; beyond are only messages made to break readers


class Part(NamedTuple):
    """A message, or a part of one.

    Attributes
    ----------
    head
        Its header fields.
    body
        What follows them, as it came.
    """

    head: Head
    body: bytes


def parse(raw: bytes) -> Part:
    r"""Tell the head of a message from its body.

    Parameters
    ----------
    raw
        The message, or a part of one.

    Returns
    -------
    Part
        A line that is no header field ends the head and belongs to the body.

    Examples
    --------
    >>> parse(b"Subject: a\n b\nTo: jo@mail.example\n\nHi")
    Part(head={'subject': ['a\n b'], 'to': ['jo@mail.example']}, body=b'Hi')
    """
    if b"\r" in raw and b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    head: Head = {}
    place = 0
    while field := _FIELD.match(raw, place):
        head.setdefault(field[1].decode().lower(), []).append(field[2].decode("ascii", "surrogateescape"))
        place = field.end()
    for blank in (b"\n", b"\r\n"):
        if raw.startswith(blank, place):
            place += len(blank)
            break
    return Part(head, raw[place:])


def content_type(head: Head) -> tuple[str, dict[str, str]]:
    """Tell what a part is.

    Parameters
    ----------
    head
        Its header fields.

    Returns
    -------
    kind : str
        Such as ``text/html``; what is not said, or broken, is ``text/plain``.
    parameters : dict
        Such as its ``charset`` and its ``boundary``.

    Examples
    --------
    >>> content_type({"content-type": ['Text/HTML; Charset="utf-8"']})
    ('text/html', {'charset': 'utf-8'})
    """
    written = head.get("content-type", [""])[0]
    kind = written.partition(";")[0].strip().lower()
    parameters: dict[str, str] = {}
    for name, value in _PARAMETER.findall(written):
        name, encoded, _ = name.lower().partition("*")  # RFC 2231: in pieces, or with a charset in front
        value = _ESCAPED.sub(r"\1", value[1:].removesuffix('"')) if value.startswith('"') else value.strip()
        value = value.rpartition("'")[2] if encoded and value.count("'") == 2 else value
        parameters[name] = parameters.get(name, "") + value if encoded else value
    return (kind if kind.count("/") == 1 else "text/plain"), parameters


def is_attachment(head: Head) -> bool:
    """Tell whether a part is a file that hangs on a message.

    Parameters
    ----------
    head
        Its header fields.

    Returns
    -------
    bool
        What its Content-Disposition says.
    """
    return head.get("content-disposition", [""])[0].strip().lower().startswith("attachment")


def leaves(part: Part) -> Iterator[Part]:
    """Give the parts of a message that have no parts themselves; a message inside a message is one of them.

    Parameters
    ----------
    part
        The message.

    Yields
    ------
    Part
        In their order; a message whose parts cannot be told apart is one part.
    """
    waiting = [(part, 0)]
    while waiting:
        part, depth = waiting.pop()
        inner = _inner(part) if depth < _DEEPEST else []
        waiting += [(one, depth + 1) for one in reversed(inner)]
        if not inner:
            yield part


def _inner(part: Part) -> list[Part]:
    kind, parameters = content_type(part.head)
    if not kind.startswith("multipart/"):
        return []
    inner = [parse(piece) for piece in _split(part.body, parameters.get("boundary", ""))]
    if kind == "multipart/digest":
        for one in inner:
            one.head.setdefault("content-type", ["message/rfc822"])
    return inner


def _split(body: bytes, boundary: str) -> list[bytes]:
    """Cut a body at the lines that are its boundary, up to its closing one, or to the end where that is lost."""
    mark = b"\n--" + boundary.encode("ascii", "surrogateescape")
    body = b"\n" + body
    pieces: list[bytes] = []
    begin, place = -1, body.find(mark) if boundary else -1
    while place >= 0:
        line_end = body.find(b"\n", place + 1)
        line_end = len(body) if line_end < 0 else line_end
        after = body[place + len(mark) : line_end].strip()
        if after in (b"", b"--"):
            pieces += [body[begin:place].removesuffix(b"\r")] if begin >= 0 else []
            begin = line_end + 1 if after == b"" else -1
        if after == b"--":
            return pieces
        place = body.find(mark, line_end)
    return [*pieces, body[begin:]] if begin >= 0 else pieces


def content(part: Part) -> bytes:
    """Undo the transfer encoding of a part.

    Parameters
    ----------
    part
        Not multipart.

    Returns
    -------
    bytes
        As it came where the encoding is broken or not known.

    Examples
    --------
    >>> content(Part({"content-transfer-encoding": ["base64"]}, b"SGk"))
    b'Hi'
    """
    encoding = part.head.get("content-transfer-encoding", [""])[0].partition(";")[0].strip().lower()
    if encoding == "quoted-printable":
        return binascii.a2b_qp(part.body)
    return _unpack(part.body) if encoding == "base64" else part.body


def _unpack(body: bytes) -> bytes:
    for padding in (b"", b"=="):
        try:
            return binascii.a2b_base64(body + padding)
        except binascii.Error:
            continue
    return body
