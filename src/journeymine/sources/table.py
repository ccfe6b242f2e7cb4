"""Tables of events: CSV, TSV, JSON lines, Parquet, and whatever speaks Arrow."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset

from journeymine.errors import EmptySourceError, FormatError, SchemaError, UnknownColumnError
from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.log.quarantine import Reject
from journeymine.log.schema import ID_PREFIX, id_columns, with_distinct_labels
from journeymine.sources import inputs, rows
from journeymine.sources.reading import Payload, Reading, keep_latest, refuse, to_log
from journeymine.sources.times import Times, parse_times

__all__ = ["read_table"]

_PARQUET = b"PAR1"
_EXACT = 2.0**53
_RESERVED = ("timestamp", "source", "source_row", "after_unread")
_JSON_ARRAY = re.compile(r"\s*\[\s*[{\]]")


@dataclass(frozen=True)
class _Raw:
    name: str
    format: str
    table: pa.Table
    lines: np.ndarray
    payload: Payload
    rejects: list[Reject] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_table(
    data: Any,
    *,
    case: str | None = None,
    activity: str = "activity",
    timestamp: str | Sequence[str] = "timestamp",
    customer: str | None = None,
    channel: str | None = None,
    end_timestamp: str | None = None,
    event_id: str | None = None,
    version: str | None = None,
    ids: Mapping[str, str] | None = None,
    unknown: Sequence[str] = (),
    tz: str | None = None,
    time_format: str | None = None,
    observed_until: str | datetime | None = None,
    name: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    country: str | None = None,
) -> EventLog:
    """Read a table with one row an event.

    Parameters
    ----------
    data
        Path of a CSV, TSV, JSON lines (each also as gzip) or Parquet file, of a folder of Parquet files, or any table:
        pandas, polars, DuckDB, a dict of columns, whatever has an Arrow stream.
    case
        Column of the case. By default ``case_id`` where there is one, else each customer is a case.
    activity, timestamp
        Columns of what happened and when. A date and a time in two columns are given as two names.
    customer
        Column of the customer; by default each case is a customer.
    channel, end_timestamp
        Columns of the channel and of the time an event ended.
    event_id
        Column that tells events apart: of the rows that share a value only the latest is used, the others count as
        duplicates.
    version
        Column that says which of them is the latest; by default the last in the source.
    ids
        Columns of further identifiers by kind, such as ``{"email": "mail", "phone": "tel"}``; `link` joins customers
        by them.
    unknown
        Values of `customer` (or of `case`, without it) that mean "not known", such as ``["0"]``: such an event is a
        case of its own and belongs to nobody.
    tz
        Zone of times that carry none, such as ``"Europe/Amsterdam"``.
    time_format
        How times are written, in the codes of ``strptime``, where it cannot be told.
    observed_until
        When the export was made; by default the time of its last event.
    name
        Name of the source; by default the file's.
    encoding
        Encoding of a text file; by default UTF-8, else Windows-1252 with a note.
    delimiter
        What separates the fields of a text file; by default told by the header.
    country
        Two letters; the country of telephone numbers written without one.

    Returns
    -------
    EventLog
        Columns that were not named are kept as attributes. Rows without case, activity or a usable time are in its
        quarantine.

    Raises
    ------
    UnknownColumnError
        If a column does not exist; the message names the closest.
    TimeZoneError
        If times carry no zone and `tz` is not given.
    EmptySourceError, FormatError
        If there is nothing to read, or it is not in the format.

    Examples
    --------
    >>> import journeymine as jm
    >>> jm.read_table(
    ...     {"who": ["a", "a", "b"], "what": ["visit", "buy", "visit"],
    ...      "at": ["2024-05-01 09:00", "2024-05-02 10:30", "2024-05-02 11:00"]},
    ...     case="who", activity="what", timestamp="at", tz="Europe/Amsterdam")
    <EventLog 3 events · 2 customers · 2024-05-01 – 2024-05-02>
    """
    raw = _raw(data, name, encoding, delimiter)
    picked = {"customer": customer, "channel": channel, "end_timestamp": end_timestamp, "event_id": event_id}
    picked |= {"version": version, "activity": activity, "case_id": case}
    picked |= {ID_PREFIX + kind: column for kind, column in (ids or {}).items()}
    when = [timestamp] if isinstance(timestamp, str) else list(timestamp)
    picked = _with_canonical_names({new: old for new, old in picked.items() if old is not None}, raw.table)
    _check_columns(raw, [*picked.values(), *when])
    unknown = [unknown] if isinstance(unknown, str) else [str(value) for value in unknown]
    reading = _reading(raw, picked, when, unknown, tz, time_format)
    return to_log(reading, observed_until=observed_until, country=country)


# --- what kinds of input there are ---------------------------------------------------------------------------------


def _raw(data: Any, name: str | None, encoding: str | None, delimiter: str | None) -> _Raw:
    if isinstance(data, str | Path):
        path = Path(data)
        raw = _raw_parquet(path) if _is_parquet(path) else _raw_text(path, encoding, delimiter)
    else:
        raw = _raw_arrow(data)
    if not raw.table.num_rows and not raw.rejects:
        raise EmptySourceError(f"{name or raw.name} has no rows")
    return raw if name is None else _Raw(name, raw.format, raw.table, raw.lines, raw.payload, raw.rejects, raw.notes)


def _is_parquet(path: Path) -> bool:
    if path.is_dir():
        return True
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        return stream.read(4) == _PARQUET


def _raw_parquet(path: Path) -> _Raw:
    files = sorted(path.rglob("*.parquet")) if path.is_dir() else [path]
    if not files:
        raise EmptySourceError(f"there is no .parquet file in folder {str(path)!r}")
    try:
        parts = [_parquet_file(file) for file in files]
        table = columns.concat(parts) if len(parts) > 1 else parts[0]
    except (pa.ArrowException, OSError) as error:
        raise FormatError(f"{path.name} is not a whole Parquet file: {error}") from error
    return _in_memory(path.name, "parquet", table)


def _parquet_file(file: Path) -> pa.Table:
    import pyarrow.parquet as pq

    opened = pq.ParquetFile(file)
    texts = [field.name for field in opened.schema_arrow if columns.is_text(field.type)]
    table = pq.ParquetFile(file, read_dictionary=texts).read()
    has_own = any(pa.types.is_dictionary(field.type) for field in opened.schema_arrow)
    return with_distinct_labels(table) if has_own else table


def _raw_arrow(data: Any) -> _Raw:
    kind = type(data).__name__
    try:
        table = with_distinct_labels(pa.table(data))
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise SchemaError(
            f"cannot read the columns of this {kind}: {error}. Give every column one type, and all of them as many rows"
        ) from error
    except (TypeError, ValueError) as error:
        if isinstance(error, ValueError):  # so pandas says it
            _check_distinct("the table", [str(name) for name in getattr(data, "columns", ())])
        raise SchemaError(f"cannot read a table from {kind}: give a path, a dict of columns or a table") from error
    return _in_memory("table", "table", table)


def _in_memory(name: str, kind: str, table: pa.Table) -> _Raw:
    def payload(line: int) -> bytes:
        row = table.slice(line - 1, 1)
        values = {name: _shown(column)[0].as_py() for name, column in zip(row.column_names, row.columns, strict=True)}
        return json.dumps(values, default=str, ensure_ascii=False).encode("utf-8", "replace")

    return _Raw(name, kind, table, np.arange(1, table.num_rows + 1), payload)


def _shown(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Give times as text: Python cannot hold all of them."""
    written = pa.types.is_timestamp(column.type) or pa.types.is_date(column.type)
    return column.cast(pa.string()) if written else column


def _raw_text(path: Path, encoding: str | None, delimiter: str | None) -> _Raw:
    text, notes = inputs.decode(inputs.read_bytes(path), path.name, encoding, keep_broken=True)
    if text.lstrip().startswith(("<?xml", "<log")):
        raise FormatError(f"{path.name} is XML, not a table; if it is an XES log, read it with read_xes")
    if _JSON_ARRAY.match(text):
        raise FormatError(f"{path.name} is one JSON array, not JSON lines. Write one object a line")
    is_json = text.lstrip().startswith("{")
    parsed = rows.json_rows(text, path.name) if is_json else rows.delimited_rows(text, path.name, delimiter)
    kind = "json lines" if is_json else "delimited text"
    return _Raw(path.name, kind, parsed.table, parsed.lines, parsed.payload, parsed.rejects, notes)


# --- from its columns to canonical ones ------------------------------------------------------------------------------


def _with_canonical_names(picked: dict[str, str], table: pa.Table) -> dict[str, str]:
    """Take the columns that already carry a canonical name, unless the caller named another."""
    plain = ("case_id", "customer", "channel", "end_timestamp", "text")  # event_id decides only where it is asked to
    named = [name for name in table.column_names if name in plain or name.startswith(ID_PREFIX)]
    taken = set(picked.values())
    picked = {**{name: name for name in named if name not in taken}, **picked}
    if not {"case_id", "customer"} & set(picked) and not any(new.startswith(ID_PREFIX) for new in picked):
        picked["case_id"] = "case_id"  # so that the message names it
    return picked


def _check_distinct(source: str, names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SchemaError(f"{source} names a column twice: {', '.join(map(repr, twice))}")


def _check_columns(raw: _Raw, wanted: list[str]) -> None:
    _check_distinct(raw.name, raw.table.column_names)
    for name in wanted:
        if name not in raw.table.column_names:
            raise UnknownColumnError(f"column {{name!r}} is not in {raw.name}", name, raw.table.column_names)


def _reading(
    raw: _Raw, picked: dict[str, str], when: list[str], unknown: list[str], tz: str | None, time_format: str | None
) -> Reading:
    attributes, notes = _attributes(raw.table, picked, when)
    events = _encoded(pa.table({new: _labels(raw, new, old) for new, old in picked.items()} | attributes))
    events = events.append_column("source_row", pa.array(raw.lines, pa.int64()))
    moments = parse_times(_joined(raw.table, when), tz=tz, name=" ".join(when), time_format=time_format)
    events = events.append_column("timestamp", moments.array)
    if "end_timestamp" in picked:
        ends = _ends(raw.table, picked["end_timestamp"], moments, tz, time_format)
        events = events.set_column(events.column_names.index("end_timestamp"), "end_timestamp", ends.array)
        notes += ends.notes
    events, rejects = _usable(events, raw, moments, _joined(raw.table, when))
    duplicates = 0
    if "event_id" in picked:
        events, duplicates = keep_latest(events, "version" if "version" in picked else None)
    events = _without_unknown(events.drop_columns(["version"] if "version" in picked else []), unknown)
    rows_in = raw.table.num_rows + len(raw.rejects)
    notes = raw.notes + moments.notes + notes
    return Reading(raw.name, raw.format, rows_in, events, None, duplicates, [*raw.rejects, *rejects], notes)


def _labels(raw: _Raw, new: str, old: str) -> pa.ChunkedArray | pa.Array:
    column = raw.table[old]
    if new in ("end_timestamp", "version"):
        return column
    if pa.types.is_floating(column.type) and (pc.max(pc.abs(column)).as_py() or 0) >= _EXACT:
        raise SchemaError(
            f"column {old!r} of {raw.name} holds floats too large to be exact. Give it as text or integers"
        )
    try:
        return columns.encode(column)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise SchemaError(f"column {old!r} of {raw.name} holds {column.type}, and those are no labels") from error


def _ends(table: pa.Table, column: str, moments: Times, tz: str | None, time_format: str | None) -> Times:
    """Parse the times at which events ended; one that cannot be read or be right costs the end and not the event."""
    ends = parse_times(table[column], tz=tz, name=column, time_format=time_format)
    unread = int(np.count_nonzero(ends.bad)) - table[column].null_count
    before = ~ends.bad & ~moments.bad & (ends.microseconds < moments.microseconds)
    notes = [f"{unread:,} ends of events are not times; left out"] if unread else []
    early = np.count_nonzero(before)
    notes += [f"{early:,} events end before they begin; their ends are left out"] if early else []
    return Times(ends.microseconds, ends.bad | before, ends.notes + notes)


def _encoded(events: pa.Table) -> pa.Table:
    """Encode text once, so that what follows works on distinct values."""
    arrays = (columns.encode(column) if columns.is_text(column.type) else column for column in events.columns)
    return pa.table(list(arrays), names=events.column_names)


def _attributes(
    table: pa.Table, picked: dict[str, str], when: list[str]
) -> tuple[dict[str, pa.ChunkedArray], list[str]]:
    """Give the columns that were not named; one whose name the log needs gets another, with a note."""
    taken, reserved = {*picked.values(), *when}, {*picked, *_RESERVED}
    kept: dict[str, pa.ChunkedArray] = {}
    notes: list[str] = []
    for name in (name for name in table.column_names if name not in taken):
        new = name
        while new in reserved or (new != name and new in table.column_names):
            new = f"original_{new}"
        kept[new] = table[name]
        notes += [f"column {name!r} is kept as {new!r}: a log has a column {name!r} of its own"] if new != name else []
    return kept, notes


def _joined(table: pa.Table, when: list[str]) -> pa.ChunkedArray:
    if len(when) == 1:
        column = table[when[0]]
        return column.cast(pa.string()) if pa.types.is_string_view(column.type) else column  # which Arrow cannot take
    return pc.binary_join_element_wise(*(table[name].cast(pa.string()) for name in when), " ")


def _usable(events: pa.Table, raw: _Raw, moments: Times, shown: pa.ChunkedArray) -> tuple[pa.Table, list[Reject]]:
    """Set the rows aside that have no time, no activity or no case; each row for its first reason."""
    written = _shown(shown.take(pa.array(np.flatnonzero(moments.bad)))).to_pylist()
    events = _after_unread(events)
    events, rejects = refuse(events, moments.bad, "bad_time", lambda row: "", raw.payload)
    rejects = [
        reject._replace(reason="no_time" if value is None else "bad_time", detail=f"{value!r} is not a time")
        for reject, value in zip(rejects, written, strict=True)
    ]
    for name, reason in _needed(events.column_names).items():
        events, more = refuse(events, _blank(events[name]), reason, _saying(f"{name} is empty"), raw.payload)
        rejects += more
    return events, rejects


def _after_unread(events: pa.Table) -> pa.Table:
    """Mark the events that come after one without an activity in their case: they do not follow the one before it."""
    unread = _blank(events["activity"])
    if not unread.any():
        return events
    owner = next(name for name in ("case_id", "customer", *id_columns(events)) if name in events.column_names)
    cases, times = columns.codes(columns.encode(events[owner])), columns.numbers(events["timestamp"])
    order = np.lexsort((times, cases))
    after = np.zeros(len(order), bool)
    after[order[1:]] = unread[order[:-1]] & (cases[order[1:]] == cases[order[:-1]])
    return events.append_column("after_unread", pa.array(after))


def _needed(names: list[str]) -> dict[str, str]:
    if "case_id" in names:
        return {"activity": "no_activity", "case_id": "no_case"}
    identified = any(name.startswith(ID_PREFIX) for name in names)
    return {"activity": "no_activity"} | ({} if identified else {"customer": "no_customer"})


def _saying(text: str) -> Callable[[int], str]:
    return lambda row: text


def _blank(column: pa.ChunkedArray) -> np.ndarray:
    labels = columns.encode(column)
    blank = columns.numbers(pc.equal(pc.utf8_trim_whitespace(labels.dictionary), "").cast(pa.uint8()))
    if not blank.any() and not labels.null_count:
        return np.zeros(len(labels), bool)
    return np.append(blank, 1).astype(bool)[columns.codes(labels)]  # a null's code is -1, the last place


def _without_unknown(events: pa.Table, unknown: list[str]) -> pa.Table:
    """Let customers whose number means "not known" be nobody."""
    name = "customer" if "customer" in events.column_names else "case_id"
    if name in events.column_names:
        labels = columns.encode(events[name])
        nobody = pc.is_in(pc.utf8_trim_whitespace(labels.dictionary), pa.array([*unknown, ""]))
        known = pc.if_else(nobody, pa.scalar(None, pa.string()), labels.dictionary)
        events = events.set_column(events.column_names.index(name), name, columns.relabel(labels, known))
    if "customer" in events.column_names and ID_PREFIX + "customer" not in events.column_names:
        events = events.append_column(ID_PREFIX + "customer", events["customer"])
    return events
