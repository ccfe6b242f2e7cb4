"""Calls of Segment, RudderStack and others that keep to Segment's specification."""

from __future__ import annotations

from collections.abc import Sequence
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
from journeymine.sources.web.tracking import Tracker, find_events
from journeymine.sources.web.url import url_template

__all__ = ["read_segment"]

_FIELDS: Final = {
    "event_id": "messageId",
    "_type": "type",
    "_event": "event",
    "_name": "name",
    "id_user": "userId",
    "id_anonymous": "anonymousId",
    "_previous": "previousId",
    "_email": "context.traits.email",
    "_phone": "context.traits.phone",
    "_own_email": "traits.email",
    "_own_phone": "traits.phone",
    "_timestamp": "timestamp",
    "_original": "originalTimestamp",
    "_sent": "sentAt",
    "_received": "receivedAt",
    "_url": "properties.url",
    "_page_url": "context.page.url",
    "_session": "context.sessionId",
    "title": "context.page.title",
    "referrer": "context.page.referrer",
    "utm_source": "context.campaign.source",
    "utm_medium": "context.campaign.medium",
    "utm_campaign": "context.campaign.name",
    "order": "properties.order_id",
    "currency": "properties.currency",
    "_revenue": "properties.revenue",
    "_total": "properties.total",
    "_value": "properties.value",
}
_TIMES: Final = ("_timestamp", "_original", "_sent", "_received")
_HOMES: Final = ("properties", "context.traits", "traits")
_PERSON: Final = {"user": "id_user", "anonymous": "id_anonymous", "email": "id_email", "phone": "id_phone"}
_IDENTITY: Final = {"identify": "$identify", "alias": "$alias", "group": "$group"}
_SEGMENT: Final = Tracker(
    "segment",
    "a call has 'type', 'messageId' and 'userId' or 'anonymousId'",
    edges={
        "$identify": (_PERSON,),
        "$alias": ({"user": "id_user", "anonymous": "_previous"},),
        "$group": (_PERSON,),
    },
)


def read_segment(
    path: str | Path,
    *,
    activity: Activity = url_template,
    properties: Sequence[str] = (),
    observed_until: str | datetime | None = None,
    name: str | None = None,
    country: str | None = None,
) -> EventLog:
    """Read calls of Segment, RudderStack or another tracker with their specification.

    ==========================  =====================================================================================
    ``page``                    the touchpoint of its URL, such as ``/orders/{id}``; without a URL its name
    ``screen``                  its name
    ``track``                   its event. A call without a type that names an event is read as one, with a note
    ``identify``, ``alias``,    no events: they tell which identifiers belong to one person. A group is no person, so
    ``group``                   its id tells nothing of that
    ==========================  =====================================================================================

    Parameters
    ----------
    path
        Calls as JSON lines, as an array or as ``{"batch": […]}``, each also as gzip; or a folder of such files.
    activity
        Gives the touchpoint of a page by its URL; called once for each distinct one. None for a page that is none.
    properties
        Names of properties and traits to keep as attributes, such as ``["plan"]``.
    observed_until
        When the export was made; by default the time of its last call of any type.
    name
        Name of the source; by default the file's.
    country
        Two letters; the country of telephone numbers written without one.

    Returns
    -------
    EventLog
        Channel ``web``. Identifiers: ``user`` (``userId``), ``anonymous`` (``anonymousId``), ``email`` and ``phone``
        (of the traits). Attributes, as far as there are any: ``path`` (of the page it happened on), ``title``,
        ``referrer``, ``session`` (RudderStack's, together with the anonymous id), ``utm_source``, ``utm_medium``,
        ``utm_campaign``, ``order``, ``value`` (revenue, else total, else value), ``currency`` and `properties`.
        ``timestamp`` is the one that the tracker corrected for the clock of the device; without it
        ``originalTimestamp`` is, else ``sentAt``, else ``receivedAt``, with a note. A call delivered twice, by its
        ``messageId``, is used once.

        In the quarantine: lines that are no JSON, calls without a name, a time (``no_time``, ``bad_time``) or a time
        zone (``naive_time``).

    Raises
    ------
    FormatError
        If the file is no JSON, is cut short, or holds no calls.
    EmptySourceError
        If there is nothing in it.
    UnknownColumnError
        If no call has one of `properties`.
    OptionError
        If `activity` gives something that is no text.

    Examples
    --------
    >>> _ = (tmp / "calls.jsonl").write_text('{"type": "page", "messageId": "1", "anonymousId": "a", '
    ...     '"timestamp": "2024-05-01T09:00:00Z", "properties": {"url": "https://shop.example/cart"}}')
    >>> read_segment(tmp / "calls.jsonl").activities
    ['/cart']
    """
    path = Path(path)
    fields = _FIELDS | own_fields(properties, _HOMES)
    parts = counted_on(export_files(path), partial(json_parts, fields=fields, unwrap=("batch",)))
    reading, last = find_events((_shaped(part, properties) for part in parts), _SEGMENT, name or path.name, activity)
    check_own(reading.events, properties, reading.source)
    return to_log(reading, channel="web", observed_until=observed_until or last, country=country)


def _shaped(part: Part, properties: Sequence[str]) -> Part:
    """Say what each call was, and by whom."""
    table = with_own(part.table, properties, _HOMES)
    kinds, notes = _kinds(table)
    written, more = _written(table)
    made = {
        "event": _events(table, kinds),
        "url": first_of(table, "_url", "_page_url"),
        "is_page": pa.array(is_one_of(kinds, ["page"])),
        "session": joined(table, "id_anonymous", "_session"),
        "value": amounts(first_of(table, "_revenue", "_total", "_value")),
        "written": written,
        "id_email": _trait(table, "email", kinds),
        "id_phone": _trait(table, "phone", kinds),
    }
    return replace(part, table=with_columns(table, made), notes=[*part.notes, *notes, *more])


def _kinds(table: pa.Table) -> tuple[pa.DictionaryArray, list[str]]:
    """Give the type of each call; one that names an event without saying its type is a track call."""
    kinds = columns.encode(table["_type"])
    untyped = (columns.codes(kinds) < 0) & columns.is_true(table["_event"].is_valid())
    if not untyped.any():
        return kinds, []
    note = f"{np.count_nonzero(untyped):,} calls do not say their type; as they name an event, they are read as track"
    return columns.first_known([kinds, only_where(columns.label("track", table.num_rows), untyped)]), [note]


def _events(table: pa.Table, kinds: pa.DictionaryArray) -> pa.DictionaryArray:
    """Name what happened; a page is named by its URL, if it has one."""
    is_track, is_view = is_one_of(kinds, ["track"]), is_one_of(kinds, ["page", "screen"])
    calls = pa.array([_IDENTITY.get(kind) for kind in kinds.dictionary.to_pylist()], pa.string())
    return columns.first_known(
        [
            only_where(columns.encode(table["_event"]), is_track),
            only_where(columns.encode(table["_name"]), is_view),
            only_where(kinds, is_view),
            columns.relabel(kinds, calls),
        ]
    )


def _written(table: pa.Table) -> tuple[pa.Array, list[str]]:
    """Give the time of each call: the corrected one, else the first there is."""
    exact = columns.whole(table[_TIMES[0]])
    without = exact.null_count
    others = [columns.whole(table[name]) for name in _TIMES[1:] if table[name].null_count < table.num_rows]
    if not without or not others:
        return exact, []
    note = f"{without:,} calls have no timestamp; the first of originalTimestamp, sentAt and receivedAt is used"
    return pc.coalesce(*(column.cast(pa.string()) for column in (exact, *others))), [note]


def _trait(table: pa.Table, trait: str, kinds: pa.DictionaryArray) -> pa.DictionaryArray:
    """Give a trait of the person; the traits of a group call are the group's."""
    own = only_where(columns.encode(table[f"_own_{trait}"]), is_one_of(kinds, ["identify"]))
    return columns.first_known([columns.encode(table[f"_{trait}"]), own])
