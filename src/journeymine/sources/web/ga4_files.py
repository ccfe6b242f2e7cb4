"""Files that BigQuery writes of GA4's events: JSON and Parquet, with lists of parameters."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.errors import FormatError
from journeymine.sources.exports import Part, json_parts
from journeymine.sources.web.ga4_params import PARAMS, params_type

__all__ = ["is_parquet", "nested_json", "nested_parquet"]

_FIELDS: Final = {
    "event": "event_name",
    "written": "event_timestamp",
    "id_user": "user_id",
    "id_cookie": "user_pseudo_id",
    "_client": "client_id",
    "__stream": "stream_id",
    "_bundle": "event_bundle_sequence_id",
    "__page_id": "batch_page_id",
    "__ordering": "batch_ordering_id",
    "__index": "batch_event_index",
    "platform": "platform",
    "device": "device.category",
    "country": "geo.country",
    "_utm_source": "collected_traffic_source.manual_source",
    "_utm_medium": "collected_traffic_source.manual_medium",
    "_utm_campaign": "collected_traffic_source.manual_campaign_name",
    "_order": "ecommerce.transaction_id",
    "_revenue": "ecommerce.purchase_revenue",
    "_items": "items",
    "_params": "event_params",
    "_properties": "user_properties",
}
_ITEMS: Final = pa.list_(pa.struct([]))  # which are only counted
_TYPES: Final = {"_params": PARAMS, "_properties": PARAMS, "_items": _ITEMS}
_SHOWN: Final = ("event", "written", "id_cookie", "id_user")
_ROWS: Final = 1 << 16
_MAGIC: Final = b"PAR1"
_WHOLE: Final = re.compile(r'"int_value"\s*:\s*-?\d')
_QUOTED: Final = re.compile(r'"(?:float|double)_value"\s*:\s*"')


def nested_json(file: Path, begins: str) -> Iterator[Part]:
    """Read events from JSON, some of them at a time.

    Parameters
    ----------
    file
        JSON lines, or an array of events; also as gzip.
    begins
        How it begins.

    Returns
    -------
    iterator of Part
        With lists of parameters, ``_params`` and ``_properties``.
    """
    return json_parts(file, _FIELDS, types=_types(begins))


def _types(begins: str) -> dict[str, pa.DataType]:
    """Give the types of lists: BigQuery quotes integers, and in some ways out of it also fractions."""
    whole = pa.int64() if _WHOLE.search(begins) else pa.string()
    fraction = pa.string() if _QUOTED.search(begins) else pa.float64()
    params = params_type(whole, fraction)
    return {"_params": params, "_properties": params, "_items": _ITEMS}


def is_parquet(file: Path) -> bool:
    """Tell Parquet from text.

    Parameters
    ----------
    file
        A file.

    Returns
    -------
    bool
        True if it begins as Parquet files do.
    """
    if not file.is_file():
        return False
    with file.open("rb") as stream:
        return stream.read(len(_MAGIC)) == _MAGIC


def nested_parquet(file: Path) -> Iterator[Part]:
    """Read events from a Parquet file, some of them at a time.

    Parameters
    ----------
    file
        The file.

    Yields
    ------
    Part
        With lists of parameters, ``_params`` and ``_properties``.

    Raises
    ------
    FormatError
        If the file is broken, or holds no events.
    """
    import pyarrow.parquet as pq

    with _explained(file.name):
        opened = pq.ParquetFile(file)
        names = opened.schema_arrow.names
    _check_columns(names, file.name)
    first = 1
    with _explained(file.name):
        for batch in opened.iter_batches(_ROWS, columns=list(_FIELDS.values())):
            table = pa.table({name: _field(batch, name, *path.split(".")) for name, path in _FIELDS.items()})
            table.validate(full=True)
            yield Part(table, np.arange(first, first + len(batch)), partial(_payloads, table))
            first += len(batch)


@contextmanager
def _explained(name: str) -> Iterator[None]:
    """Say what is wrong with a file that is cut short or broken."""
    try:
        yield
    except (pa.ArrowException, OSError, ValueError) as error:
        raise FormatError(f"{name} is not a whole Parquet file: {error}") from error


def _check_columns(names: list[str], file: str) -> None:
    missing = [_FIELDS[name] for name in ("event", "written") if _FIELDS[name] not in names]
    if missing:
        known = ", ".join(map(repr, names[:8]))
        raise FormatError(f"{file} holds no GA4 events: it has no column {' and no '.join(missing)}, but {known}")


def _field(batch: pa.RecordBatch, name: str, home: str, *path: str) -> pa.Array:
    """Give a field, all null where the export has none."""
    if home not in batch.schema.names:
        return pa.nulls(len(batch), _TYPES.get(name, pa.string()))
    column = batch.column(home)
    for part in path:
        is_known = pa.types.is_struct(column.type) and column.type.get_field_index(part) >= 0
        column = pc.struct_field(column, part) if is_known else pa.nulls(len(batch), pa.string())
    return column


def _payloads(table: pa.Table, rows: np.ndarray) -> pa.Array:
    """Quote rows by what tells which they are: a row of a Parquet file has no text of its own."""
    shown = table.select(_SHOWN).take(pa.array(rows)).rename_columns([_FIELDS[name] for name in _SHOWN])
    return pa.array([json.dumps(row, ensure_ascii=False).encode() for row in shown.to_pylist()], pa.large_binary())
