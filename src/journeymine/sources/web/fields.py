"""Fields of trackers' records as columns: chosen by row, as numbers, joined to one that is unique."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.errors import UnknownColumnError
from journeymine.log import columns
from journeymine.sources import attributes
from journeymine.sources.web.labels import told

__all__ = [
    "ATTRIBUTES",
    "amounts",
    "check_own",
    "first_of",
    "is_one_of",
    "joined",
    "only_where",
    "own_fields",
    "own_name",
    "with_columns",
    "with_own",
]

_NUMBER: Final = r"^-?\d{1,15}(\.\d+)?$"
_OWN: Final = "_own {place} {name}"

ATTRIBUTES: Final = (
    "activity", "source_row", "path", "title", "referrer", "session", "platform", "device", "country", "utm_source",
    "utm_medium", "utm_campaign", "value", "currency", "order", "items", "event", "url", "is_page", "written", "robot",
)  # fmt: skip
"""Columns that readers of trackers make, beside those that every log has."""


def is_one_of(labels: pa.DictionaryArray, names: Collection[str]) -> np.ndarray:
    """Tell which rows hold one of some labels.

    Parameters
    ----------
    labels
        Labels, shape (rows,).
    names
        Those looked for.

    Returns
    -------
    numpy.ndarray
        bool, shape (rows,).
    """
    return told(labels, lambda values: pc.is_in(values, pa.array(list(names), pa.string())))


def with_columns(table: pa.Table, made: Mapping[str, pa.Array]) -> pa.Table:
    """Add columns to a table, in the place of those that have their names.

    Parameters
    ----------
    table
        A table.
    made
        Columns by name.

    Returns
    -------
    pyarrow.Table
        With the columns.
    """
    return pa.table(dict(zip(table.column_names, table.columns, strict=True)) | dict(made))


def only_where(labels: pa.DictionaryArray, rows: np.ndarray) -> pa.DictionaryArray:
    """Keep labels in some rows only.

    Parameters
    ----------
    labels
        Labels, shape (rows,).
    rows
        True where they stay, shape (rows,).

    Returns
    -------
    pyarrow.DictionaryArray
        Null in the other rows.
    """
    return columns.from_codes(np.where(rows, columns.codes(labels), -1), labels.dictionary)


def first_of(table: pa.Table, *names: str) -> pa.DictionaryArray:
    """Give for each row the first of some fields that it has.

    Parameters
    ----------
    table
        May have the fields.
    *names
        The preferred one first.

    Returns
    -------
    pyarrow.DictionaryArray
        Null where a row has none of them.
    """
    known = [name for name in names if name in table.column_names and table[name].null_count < table.num_rows]
    found = [columns.encode(table[name]) for name in known]
    return columns.first_known(found) if found else columns.label(None, table.num_rows)


def joined(table: pa.Table, *names: str, by: str = "/") -> pa.Array:
    """Join fields that are unique only together.

    Parameters
    ----------
    table
        Has the fields.
    *names
        Which of them, in their order.
    by
        What stands between them.

    Returns
    -------
    pyarrow.Array
        Text; null where one of the fields is.
    """
    return columns.whole(pc.binary_join_element_wise(*(table[name].cast(pa.string()) for name in names), by))


def amounts(column: pa.ChunkedArray | pa.Array | pa.DictionaryArray) -> pa.Array:
    """Give a field as numbers.

    Parameters
    ----------
    column
        Numbers, or text.

    Returns
    -------
    pyarrow.Array
        Floats; null where the field is no number.

    Examples
    --------
    >>> amounts(pa.array(["29.99", "free", None])).to_pylist()
    [29.99, None, None]
    """
    column = columns.whole(column)
    if columns.is_text(column.type):
        text = column.cast(pa.string())
        column = pc.if_else(pc.match_substring_regex(text, _NUMBER), text, pa.scalar(None, pa.string()))
    return column.cast(pa.float64())


def own_fields(properties: Sequence[str], homes: Sequence[str]) -> dict[str, str]:
    """Say where a company's own properties are found.

    Parameters
    ----------
    properties
        Their names.
    homes
        Paths of the objects that may hold them, the preferred one first.

    Returns
    -------
    dict
        Path of each property in each home, by the name of a column.
    """
    places = [(place, home, name) for place, home in enumerate(homes) for name in properties]
    return {_OWN.format(place=place, name=name): f"{home}.{name}" for place, home, name in places}


def with_own(table: pa.Table, properties: Sequence[str], homes: Sequence[str]) -> pa.Table:
    """Make one column of each of a company's own properties.

    Parameters
    ----------
    table
        Has the columns of `own_fields`.
    properties, homes
        As there.

    Returns
    -------
    pyarrow.Table
        With a column for each property, named as `own_name` says.
    """
    for name in properties:
        found = [columns.whole(table[_OWN.format(place=place, name=name)]) for place in range(len(homes))]
        filled = [column for column in found if column.null_count < len(column)] or found[:1]
        if len({column.type for column in filled}) > 1:
            filled = [column.cast(pa.string()) for column in filled]
        table = table.append_column(own_name(name), pc.coalesce(*filled))
    return table


def own_name(key: str) -> str:
    """Name the column of a company's own property.

    Parameters
    ----------
    key
        Its name.

    Returns
    -------
    str
        The name; behind ``event:`` where it is that of a column which readers give a meaning.

    Examples
    --------
    >>> own_name("plan"), own_name("value"), own_name("channel")
    ('plan', 'event:value', 'event:channel')
    """
    return f"event:{key}" if key in ATTRIBUTES or key.startswith("_") else attributes.own_name(key)


def check_own(events: pa.Table, properties: Sequence[str], source: str) -> None:
    """Refuse to go on where a property was asked for that does not occur.

    Parameters
    ----------
    events
        The events of all parts.
    properties
        What was asked for.
    source
        Name of the source, for messages.

    Raises
    ------
    UnknownColumnError
        If no event has one of them.
    """
    for name in properties:
        if own_name(name) not in events.column_names:
            raise UnknownColumnError(f"no event of {source} has a property {{name!r}}", name)
