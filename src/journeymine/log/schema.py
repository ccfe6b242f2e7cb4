"""The canonical columns of a log and their Arrow types."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from journeymine.errors import SchemaError
from journeymine.log.columns import LABEL, address, compact, encode, is_text, merge, whole

__all__ = ["COLUMNS", "ID_PREFIX", "QUALITATIVE", "REQUIRED", "TIME", "conform", "id_columns", "with_distinct_labels"]

TIME: Final = pa.timestamp("us", tz="UTC")

COLUMNS: Final = {
    "case_id": LABEL,
    "activity": LABEL,
    "timestamp": TIME,
    "end_timestamp": TIME,
    "channel": LABEL,
    "customer": LABEL,
    "event_id": pa.large_string(),
    "source": LABEL,
    "source_row": pa.int64(),
    "text": pa.large_string(),
    "after_unread": pa.bool_(),
}
"""Type of each canonical column. ``after_unread`` marks an event whose predecessor could not be read."""

REQUIRED: Final = ("case_id", "activity", "timestamp")
ID_PREFIX: Final = "id_"

QUALITATIVE: Final = "qualitative"
"""What the attribute ``basis`` says of events that a person noted and no system logged."""


def id_columns(table: pa.Table) -> list[str]:
    """Name the identifier columns of a table, such as ``id_email``.

    Parameters
    ----------
    table
        A canonical table.

    Returns
    -------
    list of str
        In the table's order.
    """
    return [name for name in table.column_names if name.startswith(ID_PREFIX)]


def conform(table: pa.Table) -> pa.Table:
    """Bring a table's columns to their canonical types, one chunk each.

    Parameters
    ----------
    table
        Columns named as in the canonical schema; other names are attributes. No dictionary holds a value twice.

    Returns
    -------
    pyarrow.Table
        Labels, identifiers and text attributes dictionary-encoded, times in UTC microseconds.

    Raises
    ------
    SchemaError
        If a required column is missing or holds nulls, a time is none or has no zone, or a column name occurs twice.
    """
    _check_names(table)
    seen: dict[tuple[int, ...], tuple[pa.DictionaryArray, pa.DictionaryArray]] = {}
    columns = {name: _conform_column(name, table.column(name), seen) for name in _in_reading_order(table.column_names)}
    for name in REQUIRED:
        if columns[name].null_count:
            raise SchemaError(f"column {name!r} must not hold nulls, but {columns[name].null_count:,} of its rows do")
    return pa.table(columns)


def with_distinct_labels(table: pa.Table) -> pa.Table:
    """Make sure that no dictionary of a table from elsewhere holds a value twice.

    Parameters
    ----------
    table
        Any table.

    Returns
    -------
    pyarrow.Table
        The same rows.
    """
    for place, (name, column) in enumerate(zip(table.column_names, table.columns, strict=True)):
        if pa.types.is_dictionary(column.type) and is_text(column.type):
            table = table.set_column(place, name, merge(encode(column)))
    return table


def _check_names(table: pa.Table) -> None:
    missing = [name for name in REQUIRED if name not in table.column_names]
    if missing:
        raise SchemaError(f"a log needs the columns {', '.join(REQUIRED)}; missing: {', '.join(missing)}")
    twice = {name for name in table.column_names if table.column_names.count(name) > 1}
    if twice:
        raise SchemaError(f"column names occur more than once: {', '.join(sorted(twice))}")


def _in_reading_order(names: list[str]) -> list[str]:
    ids = [name for name in names if name.startswith(ID_PREFIX)]
    known = [name for name in COLUMNS if name in names] + ids
    return known + [name for name in names if name not in known]


def _conform_column(
    name: str, column: pa.ChunkedArray, seen: dict[tuple[int, ...], tuple[pa.DictionaryArray, pa.DictionaryArray]]
) -> pa.Array:
    kind = LABEL if name.startswith(ID_PREFIX) else COLUMNS.get(name)
    if kind == TIME:
        _check_time(name, column.type)
    if kind == LABEL or (kind is None and is_text(column.type)):
        return _compact_once(encode(column), seen)
    return whole(column if kind is None or column.type == kind else column.cast(kind))


def _check_time(name: str, kind: pa.DataType) -> None:
    if pa.types.is_timestamp(kind) and kind.tz is None:
        raise SchemaError(f"column {name!r} has times without a zone; localise them before they enter a log")
    if not (pa.types.is_timestamp(kind) or pa.types.is_null(kind)):
        raise SchemaError(f"column {name!r} must hold times with a zone, not {kind}; read_table can parse them")


def _compact_once(
    labels: pa.DictionaryArray, seen: dict[tuple[int, ...], tuple[pa.DictionaryArray, pa.DictionaryArray]]
) -> pa.DictionaryArray:
    """Compact labels; columns that share their memory, such as case and customer, are compacted once."""
    place = address(labels)
    if place not in seen:
        seen[place] = labels, compact(labels)  # kept, or another column could get their place in memory
    return seen[place][1]
