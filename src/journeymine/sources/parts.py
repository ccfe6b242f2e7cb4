"""Tables larger than memory, read part by part: a log a part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from inspect import signature
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from journeymine.errors import FormatError, OptionError, SchemaError, UnknownOptionError
from journeymine.log.eventlog import EventLog
from journeymine.log.schema import with_distinct_labels
from journeymine.sources.raw_table import RawTable, in_memory, is_parquet, parquet_files, text_parts
from journeymine.sources.table import read_table

__all__ = ["VERSION", "TableParts", "read_in_parts"]

VERSION: Final = "event_version"
"""Column of the parts that tells which of the rows with one ``event_id`` is the latest."""

_OPTIONS: Final = signature(read_table).parameters


@dataclass(frozen=True)
class TableParts:
    r"""A table that is read part by part, whenever somebody goes through it.

    Attributes
    ----------
    data
        A path, a table, a stream, or several tables; a stream can be gone through once.
    rows
        How many rows a part has, where the table is not text.
    options
        Of `read_table`.

    Examples
    --------
    >>> import journeymine as jm
    >>> file = tmp / "events.csv"
    >>> _ = file.write_text("customer,activity,timestamp\nC1,visit,2024-05-01T09:00Z\n")
    >>> [part.num_events for part in jm.read_in_parts(file)]
    [1]
    """

    data: Any
    rows: int
    options: Mapping[str, Any]

    def __iter__(self) -> Iterator[EventLog]:
        """Read the parts, one after the other.

        Yields
        ------
        EventLog
            Each with the same source, whose account is that of the part.
        """
        reader = {name: value for name, value in self.options.items() if name not in _DELIVERY}
        renamed = {self.options[old]: new for old, new in _DELIVERY.items() if self.options.get(old)}
        known: list[str] = []
        for raw in self._tables():
            known += [name for name in raw.table.column_names if name not in known]
            yield _renamed(read_table(_with_columns(raw, known), **reader), renamed)

    def _tables(self) -> Iterator[RawTable]:
        if not isinstance(self.data, str | Path):
            return _of_batches(_batches(self.data), self.rows)
        path = Path(self.data)
        if is_parquet(path):
            return _of_parquet(path, self.rows)
        return text_parts(path, self.options.get("encoding"), self.options.get("delimiter"))

    def __str__(self) -> str:
        return str(self.options.get("name") or (self.data if isinstance(self.data, str | Path) else "table"))


_DELIVERY: Final = {"event_id": "event_id", "version": VERSION}


def read_in_parts(data: Any, *, rows: int = 250_000, **options: Any) -> TableParts:
    r"""Read a table with one row an event part by part, so that it can be larger than memory.

    Parameters
    ----------
    data
        Path of a CSV, TSV, JSON lines or Parquet file or of a folder of Parquet files; anything that gives an Arrow
        stream, such as a query of DuckDB or ADBC; or several tables of one schema, one after the other, as the clients
        of warehouses give them.
    rows
        How many rows a part has; files of text are read in parts of 64 MiB.
    **options
        As for `read_table`.

    Returns
    -------
    TableParts
        Gives logs when gone through; `write_partitioned` takes it as it is. Of rows that share an ``event_id``, each
        part holds all: which is the latest is known when all parts are.

    Raises
    ------
    UnknownOptionError
        If `read_table` has no such option.
    OptionError
        If `rows` is less than one.
    SchemaError
        When gone through, if `data` is none of these.

    Examples
    --------
    >>> import journeymine as jm
    >>> import pyarrow as pa
    >>> events = pa.table({"customer": ["C1", "C1", "C2"], "activity": ["visit", "buy", "visit"],
    ...     "timestamp": [f"2024-05-0{day}T09:00Z" for day in (1, 2, 3)]})
    >>> list(jm.read_in_parts(events, rows=2))
    [<EventLog 2 events · 1 customer · 2024-05-01 – 2024-05-02>, <EventLog 1 event · 1 customer · 2024-05-03 –
    2024-05-03>]
    """
    known = [name for name in _OPTIONS if name != "data"]
    for name in options:
        if name not in known:
            raise UnknownOptionError("read_in_parts has no option {name!r}", name, ["rows", *known])
    if rows < 1:
        raise OptionError(f"rows must be at least 1, not {rows!r}")
    return TableParts(data, rows, options)


def _of_parquet(path: Path, rows: int) -> Iterator[RawTable]:
    import pyarrow.parquet as pq

    first = 1
    for file in parquet_files(path):
        try:
            opened = pq.ParquetFile(file)
            for batch in opened.iter_batches(rows):
                yield in_memory(path.name, "parquet", with_distinct_labels(pa.table(batch)), first)
                first += batch.num_rows
        except (pa.ArrowException, OSError) as error:
            raise FormatError(f"{file.name} is not a whole Parquet file: {error}") from error


def _batches(data: Any) -> Iterator[pa.RecordBatch]:
    if hasattr(data, "__arrow_c_stream__"):
        yield from pa.RecordBatchReader.from_stream(data)
        return
    try:
        for piece in [data] if isinstance(data, Mapping) else data:
            yield from pa.table(piece).to_batches()
    except TypeError as error:
        raise SchemaError(
            f"cannot read parts of {type(data).__name__}: give a path, a table, a stream of Arrow, or several tables"
        ) from error


def _of_batches(batches: Iterator[pa.RecordBatch], rows: int) -> Iterator[RawTable]:
    """Take batches together until there are as many rows as a part has; larger ones are cut."""
    waiting, count, first = [], 0, 1
    for batch in batches:
        waiting.append(batch)
        count += batch.num_rows
        while count >= rows:
            table = pa.Table.from_batches(waiting)
            yield in_memory("table", "table", with_distinct_labels(table.slice(0, rows)), first)
            waiting, count, first = table.slice(rows).to_batches(), count - rows, first + rows
    if count:
        yield in_memory("table", "table", with_distinct_labels(pa.Table.from_batches(waiting)), first)


def _with_columns(raw: RawTable, known: list[str]) -> RawTable:
    """Give a part the columns that earlier ones had: in JSON lines, a field may be missing from all its objects."""
    table = raw.table
    for name in known:
        if name not in table.column_names:
            table = table.append_column(name, pa.nulls(table.num_rows, pa.string()))
    return RawTable(raw.name, raw.format, table, raw.lines, raw.payload, raw.rejects, raw.notes)


def _renamed(log: EventLog, renamed: Mapping[str, str]) -> EventLog:
    names = [renamed.get(name, name) for name in log.table.column_names]
    return log if names == log.table.column_names else log.with_events(log.table.rename_columns(names))
