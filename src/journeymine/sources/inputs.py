"""Bytes of a source: opened safely, decompressed within limits, decoded without guessing in silence."""

from __future__ import annotations

import gzip
import re
import zlib
from pathlib import Path
from typing import Final

from journeymine.errors import EmptySourceError, FormatError

__all__ = ["MAX_EXPANSION", "decode", "read_bytes"]

MAX_EXPANSION: Final = 200
"""How many times larger than its file a compressed source may become, once beyond 64 MB."""

_FREE_BYTES: Final = 64 * 2**20
_SOUND: Final = re.compile("[^\x00-\x7f\udc80-\udcff]")
_BROKEN: Final = re.compile("[\udc80-\udcff]")
_GZIP: Final = b"\x1f\x8b"
_MARKS: Final = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
# beginnings of files that hold no text: zip, pdf, png, jpeg, sqlite, elf, parquet, arrow, 7z, pickle, gzip in gzip
_BINARY: Final = (b"PK\x03\x04", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"SQLite format 3", b"\x7fELF", b"PAR1",
                  b"ARROW1", b"7z\xbc\xaf", b"\x80\x04", b"\x80\x05", _GZIP)  # fmt: skip


def read_bytes(path: str | Path) -> bytes:
    """Read a file, decompressed if it is gzip.

    Parameters
    ----------
    path
        A regular file.

    Returns
    -------
    bytes
        Its content.

    Raises
    ------
    FileNotFoundError
        If there is none.
    FormatError
        If it is no regular file, or its compressed stream is cut short, broken or expands beyond ``MAX_EXPANSION``.
    EmptySourceError
        If there is nothing in it.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"there is no file {str(path)!r}")
    if not path.is_file():
        raise FormatError(f"{str(path)!r} is not a regular file")
    content = path.read_bytes()
    if content.startswith(_GZIP):
        content = _expand(path, len(content))
    if not content.strip():
        raise EmptySourceError(f"{path.name} is empty")
    return content


def _expand(path: Path, packed: int) -> bytes:
    limit = max(_FREE_BYTES, packed * MAX_EXPANSION)
    try:
        with gzip.open(path) as stream:
            content = stream.read(limit + 1)
    except EOFError as error:
        raise FormatError(f"{path.name} is cut short: its gzip stream has no end. Fetch the file again") from error
    except (zlib.error, gzip.BadGzipFile) as error:
        raise FormatError(f"{path.name} is a broken gzip file: {error}. Fetch the file again") from error
    if len(content) > limit:
        raise FormatError(f"{path.name} expands to more than {limit:,} bytes, over {MAX_EXPANSION} times its size")
    return content


def decode(
    content: bytes, name: str, encoding: str | None = None, *, keep_broken: bool = False
) -> tuple[str, list[str]]:
    """Decode a text file.

    Parameters
    ----------
    content
        Its bytes.
    name
        Its name, for messages.
    encoding
        Its encoding; by default what its byte order mark says, else UTF-8, else Windows-1252 with a note.
    keep_broken
        Give the bytes that are not UTF-8 in a file that else is, as lone surrogates, so that the caller can refuse the
        lines they stand in; by default such a file is read as Windows-1252 as a whole.

    Returns
    -------
    text : str
        Its text.
    notes : list of str
        What was assumed.

    Raises
    ------
    FormatError
        If it is no text, or not in `encoding`.
    """
    if content.startswith(_BINARY):
        raise FormatError(f"{name} is a binary file, not text (it begins with {content[:8]!r})")
    marked = next((codec for mark, codec in _MARKS.items() if content.startswith(mark)), None)
    chosen = encoding or marked or "utf-8"
    try:
        text = content.decode(chosen)
    except UnicodeDecodeError as error:
        if encoding or marked:
            raise FormatError(f"{name} is not in {chosen}: {error.reason} at byte {error.start:,}") from error
        escaped = content.decode("utf-8", "surrogateescape") if keep_broken else ""
        if len(_SOUND.findall(escaped)) >= max(len(_BROKEN.findall(escaped)), 1):
            return escaped, [f"not all of it is UTF-8 (line {_line(content, error):,}); such lines are set aside"]
        return _decode_western(content, name, error)
    except LookupError as error:
        raise FormatError(f"nobody knows the encoding {encoding!r}") from error
    _check_text(text, name)
    return text.removeprefix("\ufeff"), []


def _decode_western(content: bytes, name: str, error: UnicodeDecodeError) -> tuple[str, list[str]]:
    text = content.decode("cp1252", errors="replace")
    _check_text(text, name)
    return text, [f"not UTF-8 (line {_line(content, error):,}); read as Windows-1252. Say encoding= if it is another"]


def _line(content: bytes, error: UnicodeDecodeError) -> int:
    return content.count(b"\n", 0, error.start) + 1


def _check_text(text: str, name: str) -> None:
    sample = text[:65_536]
    odd = sum(not (character.isprintable() or character.isspace()) for character in sample[:4096])
    if odd > 0.1 * min(len(sample), 4096):
        raise FormatError(f"{name} is a binary file, not text: {odd} of its first characters cannot be printed")
