"""A first look into a file or folder: enough to tell its format."""

from __future__ import annotations

import csv
import re
import sqlite3
import zipfile
import zlib
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from journeymine.errors import EmptySourceError, FormatError

__all__ = ["Sample", "sample_of"]

_HEAD: Final = 1 << 18
_LINES: Final = 50
_FILES: Final = 1000
_DELIMITERS: Final = "\t,;|"
_JSON_KEY: Final = re.compile(r'"((?:[^"\\\n]|\\.){1,100})"\s*:')
_XML_NAME: Final = re.compile(r"<([A-Za-z][\w:.-]*)")


@dataclass(frozen=True)
class Sample:
    """What is seen at a first look.

    Attributes
    ----------
    name
        Name of the file or folder.
    kind
        ``"json"``, ``"text"``, ``"parquet"``, ``"arrow"``, ``"xml"``, ``"zip"``, ``"sqlite"`` or ``"folder"``.
    fields
        Names found: keys at any depth, columns, tags, tables, files.
    lines
        The first lines of text that are not blank.
    """

    name: str
    kind: str
    fields: frozenset[str]
    lines: tuple[str, ...] = ()


def sample_of(path: Path) -> Sample:
    """Look into a file or folder.

    Parameters
    ----------
    path
        Where it is.

    Returns
    -------
    Sample
        Of its beginning; nothing in it is executed or unpacked.

    Raises
    ------
    FileNotFoundError
        If there is nothing.
    EmptySourceError
        If the file is empty.
    FormatError
        If a compressed or packed file is broken.
    """
    if path.is_dir():
        names = (str(file.relative_to(path)) for file in path.rglob("*") if file.is_file())
        return Sample(path.name, "folder", frozenset(islice(names, _FILES)))
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {str(path)!r}")
    head = _head(path)
    if not head.strip():
        raise EmptySourceError(f"{path.name} is empty")
    for mark, kind, names in _MARKS:
        if head.startswith(mark):
            return Sample(path.name, kind, frozenset(_explained(path, kind, names)))
    return _of_text(path.name, _decoded(head))


def _head(path: Path) -> bytes:
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if not head.startswith(b"\x1f\x8b"):
        return head
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(head, _HEAD)
    except zlib.error as error:
        raise FormatError(f"{path.name} is a broken gzip file: {error}. Fetch the file again") from error


def _explained(path: Path, kind: str, names) -> list[str]:
    try:
        return names(path)
    except (zipfile.BadZipFile, sqlite3.DatabaseError, OSError, ValueError) as error:
        raise FormatError(f"{path.name} begins like a {kind} file, but is broken: {error}") from error


def _members(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as packed:
        return packed.namelist()[:_FILES]


def _tables(path: Path) -> list[str]:
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
        return [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]


def _columns(path: Path) -> list[str]:
    import pyarrow.parquet as pq

    return pq.read_schema(path).names


def _none(path: Path) -> list[str]:
    return []


_MARKS: Final = (
    (b"PK\x03\x04", "zip", _members),
    (b"SQLite format 3", "sqlite", _tables),
    (b"PAR1", "parquet", _columns),
    (b"ARROW1", "arrow", _none),
)


def _decoded(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace")
    return head.decode("utf-8-sig", "replace")


def _of_text(name: str, text: str) -> Sample:
    begin = text.lstrip()
    if begin.startswith(("{", "[{", "[ ", "[\n", "[\r", "[]")):
        return Sample(name, "json", frozenset(_JSON_KEY.findall(begin)))
    if begin.startswith("<"):
        return Sample(name, "xml", frozenset(_XML_NAME.findall(begin)))
    lines = tuple(islice((line for line in re.split(r"\r\n|\n|\r", begin) if line.strip()), _LINES))
    return Sample(name, "text", frozenset(_header(lines[0])), lines)


def _header(line: str) -> list[str]:
    delimiter = max(_DELIMITERS, key=line.count)
    try:
        return next(csv.reader([line], delimiter=delimiter))
    except csv.Error:
        return []
