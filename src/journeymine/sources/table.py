"""Tables of events: CSV, TSV, JSON lines, Parquet, and whatever speaks Arrow."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset

from journeymine.errors import SchemaError, UnknownColumnError
from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.log.quarantine import Reject
from journeymine.log.schema import ID_PREFIX, id_columns
from journeymine.sources.raw_table import RawTable, check_distinct, raw_table, shown_times
from journeymine.sources.reading import Reading, keep_latest, refuse, to_log
from journeymine.sources.times import Times, parse_times

__all__ = ["read_table"]

_PARQUET = b"PAR1"
_EXACT = 2.0**53
_RESERVED = ("timestamp", "source", "source_row", "after_unread")
_JSON_ARRAY = re.compile(r"\s*\[\s*[{\]]")


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
    raw = raw_table(data, name, encoding, delimiter)
    picked = {"customer": customer, "channel": channel, "end_timestamp": end_timestamp, "event_id": event_id}
    picked |= {"version": version, "activity": activity, "case_id": case}
    picked |= {ID_PREFIX + kind: column for kind, column in (ids or {}).items()}
    when = [timestamp] if isinstance(timestamp, str) else list(timestamp)
    picked = _with_canonical_names({new: old for new, old in picked.items() if old is not None}, raw.table)
    _check_columns(raw, [*picked.values(), *when])
    unknown = [unknown] if isinstance(unknown, str) else [str(value) for value in unknown]
    reading = _reading(raw, picked, when, unknown, tz, time_format)
    return to_log(reading, observed_until=observed_until, country=country)


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


def _check_columns(raw: RawTable, wanted: list[str]) -> None:
    check_distinct(raw.name, raw.table.column_names)
    for name in wanted:
        if name not in raw.table.column_names:
            raise UnknownColumnError(f"column {{name!r}} is not in {raw.name}", name, raw.table.column_names)


def _reading(
    raw: RawTable, picked: dict[str, str], when: list[str], unknown: list[str], tz: str | None, time_format: str | None
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


def _labels(raw: RawTable, new: str, old: str) -> pa.ChunkedArray | pa.Array:
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


def _usable(events: pa.Table, raw: RawTable, moments: Times, shown: pa.ChunkedArray) -> tuple[pa.Table, list[Reject]]:
    """Set the rows aside that have no time, no activity or no case; each row for its first reason."""
    written = shown_times(shown.take(pa.array(np.flatnonzero(moments.bad)))).to_pylist()
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
