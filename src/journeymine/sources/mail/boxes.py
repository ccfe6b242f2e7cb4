"""Mailboxes as bytes: the messages of an mbox, of a Maildir, of single files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from journeymine.errors import EmptySourceError, FormatError, SourceError
from journeymine.sources import inputs
from journeymine.sources.mail.message import Mail

__all__ = ["parts", "without_envelope"]

_SEPARATOR: Final = re.compile(
    rb"From (?=[^\n]*\d:\d\d)(?=[^\n]*\b(?:19|20)\d\d\b)[^\n]*\n(?=>?[!-9;-~]+[ \t]*:|>From )"
)
_ENVELOPE: Final = re.compile(rb"From [^\n]*\n(?:>?From [^\n]*\n)*")
_OPENING: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*From [^\n]*\n")
_QUOTED_FROM: Final = re.compile(rb"^>(>*From )", re.MULTILINE)


def parts(path: Path) -> Iterator[list[bytes]]:
    """Read the messages of a mailbox, some at a time.

    Parameters
    ----------
    path
        An mbox, a Maildir, a message, or a folder of ``.eml`` files.

    Yields
    ------
    list of bytes
        Messages as they came; those of folders by file name.

    Raises
    ------
    FormatError
        If a file is no mail.
    EmptySourceError
        If there is nothing in the file, or no message in the folder.
    """
    if path.is_dir():
        yield from _of_folder(path)
        return
    filled = False
    for content in inputs.parts(path, _last_start, size=inputs.BLOCK_BYTES):
        content = content if filled else _begin(content)
        if content:
            yield _split(content) if filled else _checked(content, path.name)
            filled = True
    if not filled:
        raise EmptySourceError(f"{path.name} is empty")


def without_envelope(raw: bytes) -> bytes:
    """Take off what an mbox adds: the From line, and the quotes of lines in the text that look like one.

    Parameters
    ----------
    raw
        A message as it came.

    Returns
    -------
    bytes
        From its first header field on.
    """
    raw = _begin(raw)
    envelope = _ENVELOPE.match(raw)
    if not envelope:
        return raw
    plain = raw[envelope.end() :]
    return _QUOTED_FROM.sub(rb"\1", plain) if b">From " in plain else plain


# --- folders ---------------------------------------------------------------------------------------------------------


def _of_folder(folder: Path) -> Iterator[list[bytes]]:
    files = _files(folder)
    if not files:
        raise EmptySourceError(f"folder {str(folder)!r} has no messages: neither files in cur or new, nor .eml files")
    for file in files:
        try:
            yield [inputs.read_bytes(file)]
        except SourceError:  # empty, or a broken gzip file: a reject like any other file that is no mail
            yield [file.read_bytes()]


def _files(folder: Path) -> list[Path]:
    boxes = [folder / part for part in ("cur", "new") if (folder / part).is_dir()]
    found = [file for box in boxes for file in box.iterdir()] if boxes else folder.rglob("*")
    wanted = [file for file in found if boxes or file.name.lower().endswith((".eml", ".eml.gz"))]
    seen = (file for file in wanted if file.is_file() and not file.name.startswith("."))
    return sorted(seen, key=lambda file: (file.name, file.parts))


# --- mbox ------------------------------------------------------------------------------------------------------------


def _checked(content: bytes, name: str) -> list[bytes]:
    """Split the beginning of a file; a file that is no mbox is one message."""
    inputs.decode(content[:4096].rpartition(b"\n")[0] or content[:4096], name)  # says what else it is
    if not _ENVELOPE.match(content):
        if not Mail(content).is_mail:
            raise FormatError(f"{name} is no mail: it begins neither with headers nor with the From line of an mbox")
        return [content]
    pieces = _split(content)
    if not any(Mail(without_envelope(piece)).is_mail for piece in pieces):
        raise FormatError(f"{name} is no mail: nothing in it has headers such as From, Date or Subject")
    return pieces


def _begin(raw: bytes) -> bytes:
    return raw.removeprefix(b"\xef\xbb\xbf").lstrip()


def _split(content: bytes) -> list[bytes]:
    starts = [0, *_starts(content)]
    return [content[start:end] for start, end in zip(starts, [*starts[1:], len(content)], strict=True)]


def _starts(content: bytes) -> Iterator[int]:
    """Yield where the messages of an mbox begin, but for the first."""
    place = content.find(b"\nFrom ")
    while place >= 0:
        if _is_start(content, place):
            yield place + 1
        place = content.find(b"\nFrom ", place + 1)


def _last_start(content: bytes) -> int:
    """Find where the last message of a part of an mbox begins; it may go on in the next part."""
    place = content.rfind(b"\nFrom ") if _OPENING.match(content) else -1
    while place >= 0 and not _is_start(content, place):
        place = content.rfind(b"\nFrom ", 0, place)
    return place + 1


def _is_start(content: bytes, place: int) -> bool:
    after_blank = content.endswith((b"\n", b"\n\r"), max(place - 2, 0), place)
    return after_blank and bool(_SEPARATOR.match(content, place + 1))
