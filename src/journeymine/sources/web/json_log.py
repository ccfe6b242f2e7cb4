"""Access logs as JSON lines, as nginx, Caddy and Traefik write them: each field under one of its usual names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns
from journeymine.sources.records import json_tables
from journeymine.sources.web import labels
from journeymine.sources.web.layouts import Layout
from journeymine.sources.web.written import Written

__all__ = ["written_json"]


def written_json(path: Path, layout: Layout, encoding: str | None) -> Iterator[Written]:
    """Read a log block by block.

    Parameters
    ----------
    path
        The log.
    layout
        One of ``JSON``.
    encoding
        Not used: JSON is UTF-8.

    Yields
    ------
    Written
        One a block.
    """
    del encoding
    names = {_column(field, name): name for field, candidates in layout.places.items() for name in candidates}
    types = {_column(field, name): pa.list_(pa.string()) for field in layout.lists for name in layout.places[field]}
    for records in json_tables(path, names, types=types):
        fields = {field: _field(records.table, field, candidates) for field, candidates in layout.places.items()}
        table = pa.table(fields | {"source_row": pa.array(records.numbers)})
        yield Written(table, records.lines.payload, records.rejects, records.lines.notes)


def _column(field: str, name: str) -> str:
    return f"{field}={name}"


def _field(table: pa.Table, field: str, names: tuple[str, ...]) -> pa.Array:
    """Give the best value of a field in each record; of a time, the best that there is in any."""
    found = [columns.whole(table[_column(field, name)]) for name in names]
    if field == "time":
        return next((column for column in found if column.null_count < len(column)), found[0])
    return columns.first_known([labels.known(columns.encode(_first(column))) for column in found])


def _first(column: pa.Array) -> pa.Array:
    """Give the first member of each list; any other column as it is."""
    if not pa.types.is_list(column.type):
        return column
    lengths = columns.numbers(pc.list_value_length(column))
    starts = np.cumsum(lengths) - lengths
    members = column.flatten()  # leaves out what stands under nulls
    return members.take(pa.array(starts, mask=lengths == 0))
