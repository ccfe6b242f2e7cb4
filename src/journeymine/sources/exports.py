"""Exports of trackers: one file or a folder of them, as parts that are columns and still know what they came as."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from journeymine.errors import EmptySourceError
from journeymine.log.quarantine import Reject
from journeymine.sources import inputs
from journeymine.sources.records import Records, json_tables
from journeymine.sources.rows import Rows

__all__ = ["Part", "Payloads", "beginning", "counted_on", "export_files", "json_parts", "quoted"]

_PEEK: Final = 1 << 20

Payloads = Callable[[np.ndarray], pa.Array]
"""Gives rows, by their places in a part, as they came."""


@dataclass(frozen=True)
class Part:
    """Some rows of an export.

    Attributes
    ----------
    table
        One column a field.
    numbers
        Line of each row, int64, shape (rows,); in a folder the lines are counted on from file to file.
    payloads
        Gives rows as they came.
    rejects
        Lines that are no row.
    notes
        What was assumed to read them.
    """

    table: pa.Table
    numbers: np.ndarray
    payloads: Payloads = field(repr=False)
    rejects: list[Reject] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def export_files(path: Path) -> list[Path]:
    """List the files of an export.

    Parameters
    ----------
    path
        A file, or a folder.

    Returns
    -------
    list of pathlib.Path
        The file; of a folder all files in it and below, in the order of their names, but for those whose name begins
        with a dot or an underscore, such as ``_SUCCESS``.

    Raises
    ------
    EmptySourceError
        If there is no file in the folder.
    """
    if not path.is_dir():
        return [path]
    files = sorted(file for file in path.rglob("*") if file.is_file() and not file.name.startswith((".", "_")))
    if not files:
        raise EmptySourceError(f"there is no file in folder {str(path)!r}")
    return files


def beginning(file: Path) -> str:
    """Look at how a file begins.

    Parameters
    ----------
    file
        Text; also as gzip.

    Returns
    -------
    str
        Its first lines, at least one that is not blank.

    Raises
    ------
    EmptySourceError, FormatError
        If there is nothing in it, or it is no text.
    """
    return next(block.text for block in inputs.blocks(file, keep_broken=True, size=_PEEK) if block.text.strip())


def counted_on(files: Iterable[Path], parts_of: Callable[[Path], Iterable[Part]]) -> Iterator[Part]:
    """Read files one after the other, and count their lines on.

    Parameters
    ----------
    files
        What is read; empty files are left out, if there are others.
    parts_of
        Reads one of them.

    Yields
    ------
    Part
        The parts of all files.

    Raises
    ------
    EmptySourceError
        If the only file is empty.
    """
    files, before = list(files), 0
    for file in files:
        last = before
        try:
            for part in parts_of(file):
                last = before + _last_line(part)
                yield _shifted(part, before)
        except EmptySourceError:
            if len(files) == 1:
                raise
        before = last


def _last_line(part: Part) -> int:
    return max([int(part.numbers.max(initial=0)), *(reject.line for reject in part.rejects)])


def _shifted(part: Part, before: int) -> Part:
    rejects = [reject._replace(line=reject.line + before) for reject in part.rejects]
    return replace(part, numbers=part.numbers + before, rejects=rejects)


def json_parts(
    file: Path,
    fields: Mapping[str, str],
    *,
    unwrap: tuple[str, ...] = (),
    types: Mapping[str, pa.DataType] | None = None,
) -> Iterator[Part]:
    """Read the records of a JSON file, a block at a time.

    Parameters
    ----------
    file
        JSON lines, an array or a document; also as gzip.
    fields, unwrap, types
        As for `journeymine.sources.records.json_tables`.

    Yields
    ------
    Part
        One column a field.

    Raises
    ------
    EmptySourceError, FormatError
        If the file is empty, or no JSON.
    """
    for records in json_tables(file, fields, unwrap=unwrap, types=types):
        yield Part(records.table, records.numbers, _payloads(records), records.rejects, records.lines.notes)


def _payloads(records: Records) -> Payloads:
    """Quote records by their place where none was refused, which is quick; else by their line."""
    lines, numbers = records.lines, records.numbers
    if len(numbers) == len(lines):
        return lambda rows: _binary([lines.texts[int(row)].encode("utf-8", "surrogateescape") for row in rows])
    return lambda rows: _binary([lines.payload(number) for number in numbers[rows].tolist()])


def _binary(payloads: list[bytes]) -> pa.Array:
    return pa.array(payloads, pa.large_binary())


def quoted(rows: Rows) -> Payloads:
    """Quote the rows of delimited text.

    Parameters
    ----------
    rows
        The rows.

    Returns
    -------
    callable
        Gives rows by their places as they came.
    """
    return lambda places: _binary([rows.payload(line) for line in rows.lines[places].tolist()])
