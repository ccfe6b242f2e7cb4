"""Tables from elsewhere as they come, before anybody knows what their columns mean."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.errors import EmptySourceError, FormatError, SchemaError
from journeymine.log import columns
from journeymine.log.quarantine import Reject
from journeymine.log.schema import with_distinct_labels
from journeymine.sources import inputs
from journeymine.sources.delimited import delimited_tables, row_end
from journeymine.sources.reading import Payload
from journeymine.sources.records import json_lines, json_rows

__all__ = [
    "RawTable",
    "check_distinct",
    "in_memory",
    "is_parquet",
    "parquet_files",
    "raw_table",
    "shown_times",
    "text_parts",
]

_PARQUET = b"PAR1"
_JSON = "json lines"
_SAMPLE = 4096
_MOSTLY = 0.9  # where more of a sample than this are different values, labels do not pay


@dataclass(frozen=True)
class RawTable:
    """A table as it comes.

    Attributes
    ----------
    name
        Of its source.
    format
        What it is.
    table
        Its columns; text as labels.
    lines
        Line of each row, from 1, int64, shape (rows,).
    payload
        Gives the row at a line as it came.
    rejects
        Lines that are no row.
    notes
        What was assumed.
    """

    name: str
    format: str
    table: pa.Table
    lines: np.ndarray
    payload: Payload
    rejects: list[Reject] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def raw_table(data: Any, name: str | None, encoding: str | None, delimiter: str | None) -> RawTable:
    """Read a table.

    Parameters
    ----------
    data
        A path of text or Parquet, a folder of Parquet files, a table of whatever library, or one that was read before.
    name
        Name of the source; by default the file's.
    encoding, delimiter
        Of text.

    Returns
    -------
    RawTable
        At least one row, or line that is none.

    Raises
    ------
    EmptySourceError, FormatError, SchemaError
        If there is no table, or nothing in it.
    """
    if isinstance(data, str | Path):
        path = Path(data)
        raw = _of_parquet(path) if is_parquet(path) else _of_text(path, encoding, delimiter)
    else:
        raw = data if isinstance(data, RawTable) else _of_arrow(data)
    if not raw.table.num_rows and not raw.rejects:
        raise EmptySourceError(f"{name or raw.name} has no rows")
    return raw if name is None else replace(raw, name=name)


def check_distinct(source: str, names: list[str]) -> None:
    """Make sure that no column is named twice.

    Parameters
    ----------
    source
        Whose columns.
    names
        Their names.

    Raises
    ------
    SchemaError
        If one is.
    """
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SchemaError(f"{source} names a column twice: {', '.join(map(repr, twice))}")


def shown_times(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Give times as text: Python cannot hold all of them.

    Parameters
    ----------
    column
        Any column.

    Returns
    -------
    pyarrow.ChunkedArray
        The same but for times.
    """
    written = pa.types.is_timestamp(column.type) or pa.types.is_date(column.type)
    return column.cast(pa.string()) if written else column


def is_parquet(path: Path) -> bool:
    """Tell whether a path holds Parquet.

    Parameters
    ----------
    path
        A file, or a folder of Parquet files.

    Returns
    -------
    bool
        By what the file begins with; a folder always does.
    """
    if path.is_dir():
        return True
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        return stream.read(4) == _PARQUET


def _of_parquet(path: Path) -> RawTable:
    try:
        parts = [_parquet_file(file) for file in parquet_files(path)]
        table = columns.concat(parts) if len(parts) > 1 else parts[0]
    except (pa.ArrowException, OSError) as error:
        raise FormatError(f"{path.name} is not a whole Parquet file: {error}") from error
    del parts  # columns in one piece are shared by all who use them
    in_one_piece = pa.table([columns.whole(column) for column in table.columns], names=table.column_names)
    return in_memory(path.name, "parquet", in_one_piece)


def parquet_files(path: Path) -> list[Path]:
    """Give the files of a path that holds Parquet.

    Parameters
    ----------
    path
        A file, or a folder of Parquet files.

    Returns
    -------
    list of pathlib.Path
        Sorted.

    Raises
    ------
    EmptySourceError
        If there is none.
    """
    files = sorted(path.rglob("*.parquet")) if path.is_dir() else [path]
    if not files:
        raise EmptySourceError(f"there is no .parquet file in folder {str(path)!r}")
    return files


def _parquet_file(file: Path) -> pa.Table:
    import pyarrow.parquet as pq

    opened = pq.ParquetFile(file)
    texts = [field.name for field in opened.schema_arrow if columns.is_text(field.type)]
    table = pq.ParquetFile(file, read_dictionary=texts).read()
    has_own = any(pa.types.is_dictionary(field.type) for field in opened.schema_arrow)
    return with_distinct_labels(table) if has_own else table


def _of_arrow(data: Any) -> RawTable:
    kind = type(data).__name__
    try:
        table = with_distinct_labels(pa.table(data))
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise SchemaError(
            f"cannot read the columns of this {kind}: {error}. Give every column one type, and all of them as many rows"
        ) from error
    except (TypeError, ValueError) as error:
        if isinstance(error, ValueError):  # so pandas says it
            check_distinct("the table", [str(name) for name in getattr(data, "columns", ())])
        raise SchemaError(f"cannot read a table from {kind}: give a path, a dict of columns or a table") from error
    return in_memory("table", "table", table)


def in_memory(name: str, kind: str, table: pa.Table, first: int = 1) -> RawTable:
    """Take a table that is in memory.

    Parameters
    ----------
    name
        Of its source.
    kind
        What it is.
    table
        No dictionary holds a value twice.
    first
        The number of its first row.

    Returns
    -------
    RawTable
        Its rows, numbered one after the other.
    """

    def payload(line: int) -> bytes:
        row = table.slice(line - first, 1)
        values = {
            name: shown_times(column)[0].as_py() for name, column in zip(row.column_names, row.columns, strict=True)
        }
        return json.dumps(values, default=str, ensure_ascii=False).encode("utf-8", "replace")

    return RawTable(name, kind, table, np.arange(first, first + table.num_rows), payload)


# --- text, block by block --------------------------------------------------------------------------------------------


def text_parts(path: Path, encoding: str | None, delimiter: str | None) -> Iterator[RawTable]:
    """Read a table of text part by part.

    Parameters
    ----------
    path
        A file of delimited text or JSON lines.
    encoding, delimiter
        Of the text.

    Yields
    ------
    RawTable
        The parts, in order, with their lines in the file.

    Raises
    ------
    EmptySourceError, FormatError
        If there is nothing in it, or no table.
    """
    found = _blocks(path, encoding)
    first = next(found)
    begin = first.text[:_SAMPLE].lstrip("\ufeff \t\r\n")
    if begin.startswith(("<?xml", "<log")):
        raise FormatError(f"{path.name} is XML, not a table; if it is an XES log, read it with read_xes")
    is_json, every = begin.startswith(("{", "[{")), chain([first], found)
    for part in _json_parts(every) if is_json else _delimited_parts(every, delimiter):
        yield replace(part, name=path.name, format=_JSON if is_json else "delimited text")


def _blocks(path: Path, encoding: str | None) -> Iterator[inputs.Block]:
    return inputs.blocks(path, encoding=encoding, keep_broken=True, record_end=_record_end)


def _of_text(path: Path, encoding: str | None, delimiter: str | None) -> RawTable:
    parts = list(text_parts(path, encoding, delimiter))
    is_json = parts[0].format == _JSON
    table = columns.concat(part.table for part in parts)
    rejects = [reject for part in parts for reject in part.rejects]
    if is_json and not table.num_rows:
        raise FormatError(_explain_no_object(path.name, rejects))
    again = partial(_blocks, path, encoding)
    return replace(
        parts[0],
        table=table,
        lines=np.concatenate([part.lines for part in parts]),
        payload=parts[0].payload if len(parts) == 1 else _read_again(again, is_json=is_json, delimiter=delimiter),
        rejects=rejects,
        notes=list(dict.fromkeys(note for part in parts for note in part.notes)),
    )


def _record_end(content: bytes) -> int:
    return inputs.line_end(content) if content.lstrip()[:1] in (b"{", b"") else row_end(content)


def _explain_no_object(name: str, rejects: list[Reject]) -> str:
    return f"{name} has no line that is a JSON object; line {rejects[0].line}: {rejects[0].detail}"


def _json_parts(blocks: Iterable[inputs.Block]) -> Iterator[RawTable]:
    for block in blocks:
        found = json_rows(json_lines(block))
        payload, notes = found.lines.payload, found.lines.notes
        yield RawTable(block.name, "", _held(found.table), found.numbers, payload, found.rejects, notes)


def _delimited_parts(blocks: Iterable[inputs.Block], delimiter: str | None) -> Iterator[RawTable]:
    for rows, notes in delimited_tables(blocks, delimiter):
        yield RawTable("", "", _held(rows.table), rows.lines, rows.payload, rows.rejects, notes)


def _held(table: pa.Table) -> pa.Table:
    """Keep text that repeats as labels; times and ids, which hardly do, take less as they are."""
    arrays = (columns.encode(column) if _repeats(column) else column for column in table.columns)
    return pa.table(list(arrays), names=table.column_names)


def _repeats(column: pa.ChunkedArray) -> bool:
    sample = column.slice(0, _SAMPLE)
    return columns.is_text(column.type) and pc.count_distinct(sample).as_py() <= _MOSTLY * len(sample)


def _read_again(blocks: Callable[[], Iterator[inputs.Block]], *, is_json: bool, delimiter: str | None) -> Payload:
    """Find rows in the file once more, which is cheaper than to hold all of its text: few are asked for."""
    parts: Iterator[RawTable] = iter(())
    part: RawTable | None = None

    def payload(line: int) -> bytes:
        nonlocal parts, part
        if part is None or line < part.lines[0]:
            parts, part = _json_parts(blocks()) if is_json else _delimited_parts(blocks(), delimiter), None
        while part is None or line > part.lines[-1]:
            part = next(parts)
        return part.payload(line)

    return payload
