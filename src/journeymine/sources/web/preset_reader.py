"""One reader for the exports of all trackers whose fields a preset names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.sources.exports import Part, counted_on, export_files, json_parts
from journeymine.sources.reading import to_log
from journeymine.sources.web.fields import (
    amounts,
    check_own,
    first_of,
    is_one_of,
    joined,
    only_where,
    own_fields,
    with_columns,
    with_own,
)
from journeymine.sources.web.pages import Activity
from journeymine.sources.web.presets import Preset
from journeymine.sources.web.tracking import find_events

__all__ = ["read_preset"]

_TYPES: Final = {"_merged": pa.list_(pa.string())}


def read_preset(
    preset: Preset,
    path: str | Path,
    *,
    activity: Activity,
    properties: Sequence[str],
    keep_automatic: bool,
    observed_until: str | datetime | None,
    name: str | None,
) -> EventLog:
    """Read the events of a tracker.

    Parameters
    ----------
    preset
        What stands where.
    path
        JSON lines, also as gzip, or a folder of such files.
    activity
        Gives the touchpoint of a page by its URL.
    properties
        Names of own properties to keep as attributes.
    keep_automatic
        Whether events that the tracker makes by itself are kept.
    observed_until
        When the export was made; by default the time of its last event of any kind.
    name
        Name of the source; by default the file's.

    Returns
    -------
    EventLog
        Channel ``web``.
    """
    path = Path(path)
    tracker = replace(preset.tracker, automatic=()) if keep_automatic else preset.tracker
    fields = {**preset.fields, **own_fields(properties, preset.homes)}
    parts = counted_on(export_files(path), partial(json_parts, fields=fields, types=_TYPES))
    reading, last = find_events(_shaped(parts, preset, properties), tracker, name or path.name, activity)
    check_own(reading.events, properties, reading.source)
    return to_log(reading, channel="web", observed_until=observed_until or last)


def _shaped(parts: Iterable[Part], preset: Preset, properties: Sequence[str]) -> Iterable[Part]:
    """Say what each record was, by which fields it is told from others, and where it happened."""
    for part in parts:
        table = with_own(part.table, properties, preset.homes)
        happened = columns.encode(table["event"])
        made = {
            "event": _events(table, happened, preset),
            "url": first_of(table, *preset.urls),
            "is_page": pa.array(is_one_of(happened, preset.pages)),
            "event_id": joined(table, *preset.key),
            "session": _sessions(table, preset),
            "value": _values(table, preset),
        }
        yield replace(part, table=with_columns(_with_merged(table), made))


def _events(table: pa.Table, happened: pa.DictionaryArray, preset: Preset) -> pa.DictionaryArray:
    """Name what happened: a screen by its own name, a gesture together with what was done."""
    found = [happened]
    if preset.gestures:
        done = columns.encode(joined(table, "event", "_gesture", by=" "))
        found.insert(0, only_where(done, is_one_of(done, preset.tracker.words)))
    if preset.screens:
        found.insert(0, only_where(columns.encode(table["_screen"]), is_one_of(happened, preset.screens)))
    return columns.first_known(found)


def _sessions(table: pa.Table, preset: Preset) -> pa.Array:
    """Name sessions; -1 stands for none."""
    if not preset.session:
        return pa.nulls(table.num_rows, pa.string())
    is_none = pc.equal(table[preset.session[-1]].cast(pa.string()), "-1")
    return pc.if_else(
        pc.fill_null(columns.whole(is_none), False), pa.scalar(None, pa.string()), joined(table, *preset.session)
    )


def _values(table: pa.Table, preset: Preset) -> pa.Array:
    return amounts(first_of(table, *preset.values)) if preset.values else pa.nulls(table.num_rows, pa.float64())


def _with_merged(table: pa.Table) -> pa.Table:
    """Give the two identifiers that a record says are one person's."""
    if "_merged" not in table.column_names:
        return table
    lists = columns.whole(table["_merged"])
    return with_columns(table, {"_first": _nth(lists, 0), "_second": _nth(lists, 1)}).drop_columns("_merged")


def _nth(lists: pa.Array, place: int) -> pa.Array:
    part = pc.list_slice(lists, place, place + 1)
    held = pc.fill_null(pc.list_value_length(part), 0)
    places = np.cumsum(columns.numbers(held)) - 1
    return pc.list_flatten(part).take(pa.array(places, mask=columns.numbers(held) == 0))
