"""GA4's events as a warehouse has them: one row each, a column for each parameter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pyarrow as pa

from journeymine.errors import FormatError
from journeymine.sources import inputs
from journeymine.sources.delimited import delimited_tables, row_end
from journeymine.sources.exports import Part, quoted

__all__ = ["PARAM", "flat_parts"]

PARAM: Final = "_param "
"""What stands before the key of a parameter in the name of its column."""

_FIELDS: Final = {
    "event": "name",
    "written": "timestamp",
    "event_id": "_fivetran_id",
    "__synced": "_fivetran_synced",
    "id_user": "user_id",
    "id_cookie": "user_pseudo_id",
    "__stream": "stream_id",
    "__page_id": "batch_page_id",
    "__ordering": "batch_ordering_id",
    "__index": "batch_event_index",
    "platform": "platform",
    "device": "device_category",
    "country": "geo_country",
    "_utm_source": "collected_traffic_source_manual_source",
    "_utm_medium": "collected_traffic_source_manual_medium",
    "_utm_campaign": "collected_traffic_source_manual_campaign_name",
    "_order": "ecommerce_transaction_id",
    "_revenue": "ecommerce_purchase_revenue_in_usd",
    "_items": "ecommerce_total_item_quantity",
}
_NEEDED: Final = ("name", "timestamp", "user_pseudo_id")
_PREFIX: Final = "param_"


def flat_parts(file: Path) -> Iterator[Part]:
    """Read events from a table as Fivetran delivers it, some of them at a time.

    Parameters
    ----------
    file
        Delimited text with a header; also as gzip.

    Yields
    ------
    Part
        With a column for each parameter, named ``PARAM`` and its key.

    Raises
    ------
    FormatError
        If it is no such table.
    EmptySourceError
        If it has no rows.
    """
    blocks = map(_with_distinct_names, inputs.blocks(file, record_end=row_end, keep_broken=True))
    for rows, notes in delimited_tables(blocks):
        _check_columns(rows.table.column_names, file.name)
        yield Part(_columns(rows.table), rows.lines, quoted(rows), rows.rejects, notes)


def _with_distinct_names(block: inputs.Block) -> inputs.Block:
    """Give a number to names that the header has twice: some exports repeat a parameter."""
    if block.first_line > 1:
        return block
    header, line_end, body = block.text.partition("\n")
    seen: Counter[str] = Counter()
    names = []
    for name in header.split(","):
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} {seen[name]}")
    return replace(block, text=",".join(names) + line_end + body)


def _check_columns(names: list[str], file: str) -> None:
    missing = [name for name in _NEEDED if name not in names]
    if missing:
        known = ", ".join(map(repr, names[:8]))
        raise FormatError(
            f"{file} holds no GA4 events: it is neither JSON nor Parquet, and has no column {missing[0]!r}, but {known}"
        )


def _columns(table: pa.Table) -> pa.Table:
    names, nothing = table.column_names, pa.nulls(table.num_rows, pa.string())
    fields = {new: table[old] if old in names else nothing for new, old in _FIELDS.items()}
    params = {PARAM + name.removeprefix(_PREFIX): table[name] for name in names if name.startswith(_PREFIX)}
    return pa.table(fields | params)
