"""Bytes of a source: opened safely, decompressed within limits, decoded without guessing in silence."""

from __future__ import annotations

import gzip
import lzma
import re
import stat
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import IO, Final
from zipfile import BadZipFile, ZipFile, ZipInfo

from journeymine.errors import EmptySourceError, FormatError, SourceError

__all__ = ["MAX_EXPANSION", "Block", "blocks", "decode", "line_end", "parts", "read_bytes", "zip_members"]

MAX_EXPANSION: Final = 200
"""How many times larger than its file a compressed source may become, once beyond 64 MB."""

BLOCK_BYTES: Final = 64 * 2**20
"""How much of a file is read at once."""

_FREE_BYTES: Final = 64 * 2**20
_SOUND: Final = re.compile("[^\x00-\x7f\udc80-\udcff]")
_BROKEN: Final = re.compile("[\udc80-\udcff]")
_GZIP: Final = b"\x1f\x8b"
_WIDE: Final = (b"\xff\xfe", b"\xfe\xff")
_MARKS: Final = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
# beginnings of files that hold no text: zip, pdf, png, jpeg, sqlite, elf, parquet, arrow, 7z, pickle, gzip in gzip
_BINARY: Final = (b"PK\x03\x04", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"SQLite format 3", b"\x7fELF", b"PAR1",
                  b"ARROW1", b"7z\xbc\xaf", b"\x80\x04", b"\x80\x05", _GZIP)  # fmt: skip


@dataclass(frozen=True)
class Block:
    """A part of a text file that ends where a record does; most files are one block.

    Attributes
    ----------
    text
        The part.
    name
        Name of the file, for messages.
    first_line
        The line of the file at which it begins, from 1.
    notes
        What was assumed to decode it.
    """

    text: str = field(repr=False)
    name: str
    first_line: int = 1
    notes: list[str] = field(default_factory=list)


def line_end(content: bytes) -> int:
    r"""Find the end of the last whole line.

    Parameters
    ----------
    content
        Part of a file.

    Returns
    -------
    int
        The place behind its last line end, 0 if there is none.
    """
    return content.rfind(b"\n") + 1


def blocks(
    path: str | Path,
    *,
    encoding: str | None = None,
    keep_broken: bool = False,
    record_end: Callable[[bytes], int] = line_end,
    size: int = BLOCK_BYTES,
) -> Iterator[Block]:
    """Read a text file part by part, so that a file larger than memory can be read.

    Parameters
    ----------
    path
        A regular file, perhaps gzip.
    encoding, keep_broken
        As for `decode`.
    record_end
        Finds the place behind the last whole record in the bytes of a part, 0 if there is none; by default a record is
        a line.
    size
        Bytes of a part; a part grows until it holds a whole record.

    Yields
    ------
    Block
        The parts, in order, decoded.

    Raises
    ------
    FileNotFoundError, FormatError, EmptySourceError
        As for `read_bytes` and `decode`.
    """
    path = Path(path)
    line, filled = 1, False
    for content in parts(path, record_end, size=size):
        text, notes = decode(content, path.name, encoding, keep_broken=keep_broken, first_line=line)
        filled = filled or (bool(text) and not text.isspace())  # a copy without blanks would take long
        yield Block(text, path.name, line, notes)
        line += content.count(b"\n") or content.count(b"\r")
    if not filled:
        raise EmptySourceError(f"{path.name} is empty")


def parts(path: Path, record_end: Callable[[bytes], int], *, size: int = BLOCK_BYTES) -> Iterator[bytes]:
    """Read a file part by part, as bytes: for formats whose records have encodings of their own.

    Parameters
    ----------
    path, record_end, size
        As for `blocks`.

    Yields
    ------
    bytes
        The parts, in order, each with whole records; UTF-16, whose line ends are no single bytes, stays whole.
    """
    _check_file(path)
    rest, begun = b"", False
    with path.open("rb") as stream:
        for content in _chunks(path, stream, size):
            rest += content
            is_last = len(content) < size
            cut = 0 if is_last or (not begun and rest.startswith(_WIDE)) else record_end(rest)
            if cut:
                yield rest[:cut]
                rest, begun = rest[cut:], True
    if rest or not begun:
        yield rest


def _chunks(path: Path, stream: IO[bytes], size: int) -> Iterator[bytes]:
    packed = stream.read(len(_GZIP)) == _GZIP
    stream.seek(0)
    if not packed:
        yield from iter(lambda: stream.read(size), b"")
        return
    limit, so_far = max(_FREE_BYTES, path.stat().st_size * MAX_EXPANSION), 0
    with gzip.open(stream) as unpacked, _explained(path.name):
        for content in iter(lambda: unpacked.read(size), b""):
            so_far += len(content)
            if so_far > limit:
                raise FormatError(_explain_expansion(path.name, limit))
            yield content


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
    _check_file(path)
    with path.open("rb") as stream:
        content = b"".join(_chunks(path, stream, BLOCK_BYTES))
    if not content.strip():
        raise EmptySourceError(f"{path.name} is empty")
    return content


def zip_members(path: str | Path, pattern: str = "*") -> Iterator[tuple[str, bytes]]:
    r"""Read the files in a zip archive, one by one; nothing is written to disk.

    Parameters
    ----------
    path
        The archive.
    pattern
        Which of its files, such as ``"*.json"``; ``*`` stands for anything, folders too. The others are not unpacked.

    Yields
    ------
    name : str
        Path of a file inside the archive, such as ``general/2024-05-01.json``; folders are left out.
    content : bytes
        The file.

    Raises
    ------
    FileNotFoundError
        If there is no archive.
    FormatError
        If it is no zip archive, is broken or encrypted, expands beyond ``MAX_EXPANSION``, or holds a link or a name
        that leads out of it.
    EmptySourceError
        If it holds no such file.

    Examples
    --------
    >>> with ZipFile(tmp / "export.zip", "w") as archive:
    ...     archive.writestr("users.json", "[]")
    >>> list(zip_members(tmp / "export.zip"))
    [('users.json', b'[]')]
    """
    path = Path(path)
    _check_file(path)
    left = limit = max(_FREE_BYTES, path.stat().st_size * MAX_EXPANSION)
    with path.open("rb") as file, _explained_zip(path.name), ZipFile(file) as archive:
        members = [member for member in archive.infolist() if not member.filename.endswith("/")]
        for member in members:
            _check_member(member, path.name)
        wanted = [member for member in members if fnmatchcase(member.filename, pattern)]
        for member in wanted:
            with archive.open(member) as stream:
                content = stream.read(left + 1)
            left -= len(content)
            if left < 0:
                raise FormatError(_explain_expansion(path.name, limit))
            yield member.filename, content
    if not wanted:
        raise EmptySourceError(f"{path.name} holds no file {pattern!r}" if members else f"{path.name} holds no files")


def _check_member(member: ZipInfo, name: str) -> None:
    """Refuse what no export holds: names that lead out of the archive, links, devices, locked files."""
    inside = member.filename.replace("\\", "/")
    if not inside or inside.startswith("/") or inside[1:2] == ":" or ".." in inside.split("/"):
        raise FormatError(f"{name} holds {member.filename!r}, a name that leads out of the archive")
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise FormatError(f"{name} holds {member.filename!r}, which is a link or another thing that is no file")
    if member.flag_bits & 1:
        raise FormatError(f"{name} is encrypted. Unpack it, and pack it again without a password")


@contextmanager
def _explained_zip(name: str) -> Iterator[None]:
    """Say what is wrong with a zip archive that cannot be read."""
    try:
        yield
    except SourceError:
        raise
    except (BadZipFile, EOFError, NotImplementedError, OSError, ValueError, zlib.error, lzma.LZMAError) as error:
        raise FormatError(f"{name} is no zip archive, or a broken one: {error}. Fetch the file again") from error


def _check_file(path: Path) -> None:
    if not path.exists():
        raise FileNotFoundError(f"there is no file {str(path)!r}")
    if not path.is_file():
        raise FormatError(f"{str(path)!r} is not a regular file")


@contextmanager
def _explained(name: str) -> Iterator[None]:
    """Say what is wrong with a gzip stream that breaks off or is broken."""
    try:
        yield
    except EOFError as error:
        raise FormatError(f"{name} is cut short: its gzip stream has no end. Fetch the file again") from error
    except (zlib.error, gzip.BadGzipFile) as error:
        raise FormatError(f"{name} is a broken gzip file: {error}. Fetch the file again") from error


def _explain_expansion(name: str, limit: int) -> str:
    return f"{name} expands to more than {limit:,} bytes, over {MAX_EXPANSION} times its size"


def decode(
    content: bytes, name: str, encoding: str | None = None, *, keep_broken: bool = False, first_line: int = 1
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
    first_line
        The line of the file at which the bytes begin, for messages.

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
            line = _line(content, error, first_line)
            return escaped, [f"not all of it is UTF-8 (line {line:,}); such lines are set aside"]
        return _decode_western(content, name, _line(content, error, first_line))
    except LookupError as error:
        raise FormatError(f"nobody knows the encoding {encoding!r}") from error
    _check_text(text, name)
    return text.removeprefix("\ufeff"), []


def _decode_western(content: bytes, name: str, line: int) -> tuple[str, list[str]]:
    text = content.decode("cp1252", errors="replace")
    _check_text(text, name)
    return text, [f"not UTF-8 (line {line:,}); read as Windows-1252. Say encoding= if it is another"]


def _line(content: bytes, error: UnicodeDecodeError, first_line: int) -> int:
    return first_line + content.count(b"\n", 0, error.start)


def _check_text(text: str, name: str) -> None:
    sample = text[:65_536]
    odd = sum(not (character.isprintable() or character.isspace()) for character in sample[:4096])
    if odd > 0.1 * min(len(sample), 4096):
        raise FormatError(f"{name} is a binary file, not text: {odd} of its first characters cannot be printed")
