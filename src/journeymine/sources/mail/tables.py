"""Exports that are tables: delimited text or JSON, one file, a folder or a zip archive of them."""

from __future__ import annotations

import csv
import glob
import json
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from journeymine.errors import EmptySourceError
from journeymine.sources import inputs
from journeymine.sources.delimited import delimited_tables, row_end
from journeymine.sources.exports import Part
from journeymine.sources.inputs import Block
from journeymine.sources.reading import Payload
from journeymine.sources.records import Lines, Records, json_blocks, json_lines, json_records
from journeymine.sources.rows import unix_lines

__all__ = ["TableFile", "table_files"]

_ENDINGS: Final = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".gz")
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_HEAD: Final = 1 << 16  # bytes of a file that tell what it is
_POSTED: Final = re.compile(r"\[[^\n]*\]\s*\n\s*\[")
_DELIMITERS: Final = ",;\t|"


@dataclass(frozen=True)
class TableFile:
    """A table of an export.

    Attributes
    ----------
    name
        Name of its file.
    columns
        Names of its columns; None for JSON, whose records name their fields one by one.
    path
        Where it is, or the archive that it is in.
    member
        Its name in the archive.
    is_posted
        Whether each line is a JSON array, as a webhook posts them.
    """

    name: str
    columns: tuple[str, ...] | None
    path: Path
    member: str = ""
    is_posted: bool = False

    def parts(self, fields: Collection[str], unwrap: tuple[str, ...] = (), spread: str = "") -> Iterator[Part]:
        """Read some rows at a time.

        Parameters
        ----------
        fields
            What to take out of JSON records: names with dots between them.
        unwrap
            Fields of JSON documents that hold a list of the records.
        spread
            Field of JSON records that holds a list of rows, each of which has the record's other fields too.

        Yields
        ------
        Part
            With all columns of delimited text, and `fields` of JSON.
        """
        if self.columns is None:
            wanted = {name: name for name in fields}
            for lines in self._lines(unwrap):
                yield _of_records(json_records(_spread(lines, spread) if spread else lines, wanted))
            return
        for rows, notes in delimited_tables(self._blocks()):
            yield Part(rows.table, rows.lines, _payloads(rows.payload, rows.lines), rows.rejects, notes)

    def _lines(self, unwrap: tuple[str, ...]) -> Iterator[Lines]:
        if self.is_posted:
            return map(_of_arrays, self._blocks())
        if not self.member:
            return json_blocks(self.path, unwrap)
        return (json_lines(block, unwrap) for block in self._blocks())

    def _blocks(self) -> Iterator[Block]:
        if not self.member:
            return inputs.blocks(self.path, record_end=row_end, keep_broken=True, size=inputs.BLOCK_BYTES)
        return (_block(content, name) for name, content in inputs.zip_members(self.path, glob.escape(self.member)))


def _spread(lines: Lines, field: str) -> Lines:
    """Give each row of the lists in a field a text of its own."""
    found = [
        (number, row) for number, text in zip(lines.numbers, lines.texts, strict=True) for row in _rows(text, field)
    ]
    return Lines([row for _, row in found], [number for number, _ in found], lines.notes)


def _rows(text: str, field: str) -> list[str]:
    try:
        record = json.loads(text)
        inner = record.pop(field)
        return [json.dumps(record | row) for row in inner]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return [text]  # refused where lines are parsed, or for want of an action


def _of_arrays(block: Block) -> Lines:
    """Give each object of arrays, of which one stands on a line, a text of its own."""
    lines = enumerate(unix_lines(block.text).split("\n"), block.first_line)
    found = [(number, item) for number, line in lines if line.strip() for item in _items(line)]
    return Lines([item for _, item in found], [number for number, _ in found], block.notes)


def _items(line: str) -> list[str]:
    try:
        listed = json.loads(line)
    except (ValueError, RecursionError):
        listed = None  # refused where lines are parsed
    return [json.dumps(item) for item in listed] if isinstance(listed, list) else [line]


def _block(content: bytes, name: str) -> Block:
    text, notes = inputs.decode(content, name, keep_broken=True)
    return Block(text, name, notes=notes)


def _of_records(records: Records) -> Part:
    payloads = _payloads(records.lines.payload, records.numbers)
    return Part(records.table, records.numbers, payloads, records.rejects, records.lines.notes)


def _payloads(payload: Payload, lines: np.ndarray) -> Callable[[np.ndarray], pa.Array]:
    return lambda rows: pa.array([payload(line) for line in lines[rows].tolist()], pa.large_binary())


def table_files(path: Path) -> list[TableFile]:
    """List the tables of an export.

    Parameters
    ----------
    path
        A file; a folder or a zip archive, of which all files that may be tables are listed, by name.

    Returns
    -------
    list of TableFile
        Without those that are empty.

    Raises
    ------
    FileNotFoundError
        If there is no such path.
    FormatError
        If the file is no text, or the archive is broken or not safe to read.
    EmptySourceError
        If there is nothing in it.
    """
    if path.is_dir():
        found = [file for file in sorted(path.rglob("*")) if file.is_file() and _may_be_table(file.name)]
        files = [_described(file.name, partial(_beginning, file), file) for file in found]
    elif _is_zip(path):
        members = ((name, content) for name, content in inputs.zip_members(path) if _may_be_table(name))
        files = [_described(name, partial(_block, content[:_HEAD], name), path, name) for name, content in members]
    else:
        return [_table_file(path.name, _beginning(path), path)]
    kept = [file for file in files if file]
    if not kept:
        raise EmptySourceError(f"{path.name} holds no tables: no .csv, .tsv, .txt or .json files with anything in them")
    return sorted(kept, key=lambda file: file.name)


def _is_zip(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        return stream.read(4) in _ZIP


def _may_be_table(name: str) -> bool:
    hidden = name.rpartition("/")[2].startswith((".", "_")) or name.startswith("__MACOSX/")
    return name.lower().endswith(_ENDINGS) and not hidden


def _beginning(path: Path) -> Block:
    return next(inputs.blocks(path, keep_broken=True, record_end=len, size=_HEAD))  # even if it is not a whole row


def _described(name: str, beginning: Callable[[], Block], path: Path, member: str = "") -> TableFile | None:
    """Describe a file among others; nothing if it is empty."""
    try:
        return _table_file(name, beginning(), path, member)
    except EmptySourceError:
        return None


def _table_file(name: str, beginning: Block, path: Path, member: str = "") -> TableFile:
    text = beginning.text.lstrip("\ufeff \t\r\n")
    if not text:
        raise EmptySourceError(f"{name} is empty")
    if text.startswith(("{", "[")):
        return TableFile(name, None, path, member, bool(_POSTED.match(text)))
    head = text.splitlines()[0][:_HEAD]
    columns = next(csv.reader([head], delimiter=max(_DELIMITERS, key=head.count)))
    return TableFile(name, tuple(columns), path, member)
