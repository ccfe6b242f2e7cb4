"""The formats of no one channel: tables, what people noted, and the exchange formats of process mining."""

from __future__ import annotations

from typing import Final

from journeymine.sources.format import Format, Signature

__all__ = ["FORMATS"]

_ZONE: Final = "said in each time, or must be said"
_EVENT: Final = ("activity", "timestamp")
_NOTED: Final = ("what", "channel", "noted_by")

FORMATS: Final = (
    Format(
        "table",
        "read_table",
        "table",
        "",
        key="the column event_id=, if named",
        zone=_ZONE,
        signatures=tuple(Signature(kind, _EVENT) for kind in ("delimited", "json", "parquet")),
    ),
    Format(
        "episodes",
        "read_episodes",
        "episodes",
        "",
        key="id, if there is one",
        zone=_ZONE,
        signatures=(Signature("delimited", ("when", *_NOTED)), Signature("delimited", ("from", "to", *_NOTED))),
    ),
    Format(
        "xes",
        "read_xes",
        "xes",
        "",
        zone=_ZONE,
        signatures=(Signature("xml", ("log", "trace", "event")), Signature("xml", ("log", "extension", "classifier"))),
    ),
    Format(
        "ocel",
        "read_ocel",
        "ocel",
        "",
        key="id of the event",
        zone=_ZONE,
        signatures=(
            Signature("json", ("eventTypes", "objectTypes")),
            Signature("json", ("events", "objects", "relationships", "objectId")),
            Signature("xml", ("log", "object-types", "event-types")),
            Signature("xml", ("log", "event-types", "objects", "object")),
            Signature("sqlite", ("event", "object", "event_object", "event_map_type", "object_map_type")),
        ),
    ),
)
"""What there is to know of each."""
