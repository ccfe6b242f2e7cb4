"""Object-centric event logs as tables: events, objects, and which events and objects relate."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns
from journeymine.log.quarantine import Reject
from journeymine.sources.attributes import own_name
from journeymine.sources.rows import json_column
from journeymine.sources.times import parse_times

__all__ = ["ObjectLog", "of_records"]

_TYPES: Final = {"integer": pa.int64(), "float": pa.float64(), "boolean": pa.bool_()}


@dataclass(frozen=True)
class ObjectLog:
    """What an object-centric event log holds.

    Attributes
    ----------
    events
        ``event_id``, ``activity``, ``written`` (the time as it is written), ``source_row`` (from 1), attributes.
    objects
        ``object_id``, ``object_type``, and ``case:<key>``: the last value of each attribute.
    links
        ``event`` and ``object``, the rows of those that relate, int64, and ``qualifier``, what the object is there.
    relations
        The same of two objects, the first of them as ``event``.
    rejects
        What is no event.
    notes
        What a reader of the figures should know.
    """

    events: pa.Table
    objects: pa.Table
    links: pa.Table
    relations: pa.Table
    rejects: list[Reject] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def payload(self, line: int) -> bytes:
        """Give an event as JSON.

        Parameters
        ----------
        line
            Its ``source_row``.

        Returns
        -------
        bytes
            Without the objects it relates to.
        """
        place = int(np.searchsorted(columns.numbers(self.events["source_row"]), line))
        event = self.events.slice(place, 1).drop_columns("source_row").to_pylist()[0]
        told = {name: value for name, value in event.items() if value is not None}
        return json.dumps(told, default=str, ensure_ascii=False).encode()


def of_records(events: list[Any], objects: list[Any], types: dict[str, str] | None = None) -> ObjectLog:
    """Put events and objects in tables.

    Parameters
    ----------
    events, objects
        As OCEL writes them in JSON: ``id``, ``type``, ``time`` (events), ``attributes`` and ``relationships``.
    types
        What attributes are declared to be.

    Returns
    -------
    ObjectLog
        Events that are no objects of JSON are set aside; relations with what is not there are left out, with a note.
    """
    lines = [line for line, event in enumerate(events, 1) if isinstance(event, dict)]
    happened = [event for event in events if isinstance(event, dict)]
    things = [thing for thing in objects if isinstance(thing, dict) and thing.get("id") is not None]
    ids = _texts(thing["id"] for thing in things)
    links, unknown = _links(happened, ids)
    relations, more = _links(things, ids)
    event_columns = {
        "event_id": _texts(event.get("id") for event in happened),
        "activity": columns.encode(_texts(event.get("type") for event in happened)),
        "written": _texts(event.get("time") for event in happened),
        "source_row": pa.array(lines, pa.int64()),
    }
    object_columns = {"object_id": ids, "object_type": columns.encode(_texts(thing.get("type") for thing in things))}
    attributes, last_values = _attributes(happened, types or {}), _attributes(things, types or {})
    return ObjectLog(
        pa.table(event_columns | {_event_column(name): column for name, column in attributes.items()}),
        pa.table(object_columns | {f"case:{name}": column for name, column in last_values.items()}),
        links,
        relations,
        [_no_event(line, event) for line, event in enumerate(events, 1) if not isinstance(event, dict)],
        [f"{unknown + more:,} relations name objects that are not in the file; left out"] if unknown + more else [],
    )


def _no_event(line: int, value: Any) -> Reject:
    return Reject(line, "parse", "not_an_event", f"a {type(value).__name__}, not an object", json.dumps(value).encode())


def _event_column(name: str) -> str:
    return f"event:{name}" if name in ("written", "qualifier") else own_name(name)


def _texts(values: Iterable[Any]) -> pa.Array:
    """Give values as text, those that are none as JSON; null for empty text."""
    listed = list(values)
    try:
        texts = pa.array(listed, pa.string())
    except (pa.ArrowTypeError, pa.ArrowInvalid):
        texts = pa.array([one if one is None or isinstance(one, str) else json.dumps(one) for one in listed])
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)


def _parts(records: list[dict[str, Any]], name: str) -> tuple[np.ndarray, list[dict[str, Any]]]:
    """Give what is listed under a name, and the row of the record of each."""
    held = (record.get(name) for record in records)
    lists: list[list[Any]] = [listed if isinstance(listed, list) else [] for listed in held]
    rows, parts = np.repeat(np.arange(len(lists)), list(map(len, lists))), list(chain.from_iterable(lists))
    if all(isinstance(part, dict) for part in parts):
        return rows, parts
    sound = [place for place, part in enumerate(parts) if isinstance(part, dict)]
    return rows[sound], [parts[place] for place in sound]


# --- relations -----------------------------------------------------------------------------------------------------


def _links(records: list[dict[str, Any]], known: pa.Array) -> tuple[pa.Table, int]:
    """Find the objects that records name, one row a pair; count those that are not there."""
    rows, told = _parts(records, "relationships")
    named, qualifiers = (_texts(part.get(name) for part in told) for name in ("objectId", "qualifier"))
    found = pc.index_in(named, value_set=known).cast(pa.int64())
    links = pa.table([pa.array(rows), found, qualifiers], ["event", "object", "qualifier"]).filter(found.is_valid())
    pairs = links.group_by(["event", "object"], use_threads=False).aggregate([("qualifier", "distinct")])
    said = pc.binary_join(columns.whole(pairs["qualifier_distinct"]), "; ")
    said = pc.if_else(pc.equal(said, ""), pa.scalar(None, pa.string()), said)
    return pairs.drop_columns("qualifier_distinct").append_column("qualifier", said), found.null_count


# --- attributes ----------------------------------------------------------------------------------------------------


def _attributes(records: list[dict[str, Any]], types: dict[str, str]) -> dict[str, pa.Array]:
    """Give the last value of each attribute of each record."""
    rows, told = _parts(records, "attributes")
    names = columns.encode(_texts(part.get("name") for part in told))
    codes, found = columns.codes(names), {}
    for code, name in enumerate(names.dictionary.to_pylist()):
        places = np.flatnonzero(codes == code)
        mine = [told[place] for place in places.tolist()]
        found[name] = _last_values(mine, rows[places], len(records), types.get(name, ""))
    return found


def _last_values(told: list[dict[str, Any]], rows: np.ndarray, records: int, kind: str) -> pa.Array:
    order = _order([part.get("time") for part in told])
    places = np.full(records, -1)
    places[rows[order]] = order  # of several values of a record the last one stays
    column = json_column([part.get("value") for part in told]).take(pa.array(places, mask=places < 0))
    try:
        return column.cast(_TYPES[kind]) if kind in _TYPES else column
    except pa.ArrowInvalid:
        return column


def _order(times: list[Any]) -> np.ndarray:
    """Order values by the time from which they hold; for that, any one zone will do."""
    if not any(times):
        return np.arange(len(times))
    return np.argsort(parse_times(_texts(times), tz="UTC").microseconds, kind="stable")
