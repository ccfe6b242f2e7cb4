"""Matomo: visits, and what was done in them, as its Live API gives them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.sources.exports import Part, counted_on, export_files
from journeymine.sources.instances import group_codes
from journeymine.sources.reading import to_log
from journeymine.sources.records import Lines, json_blocks, json_objects
from journeymine.sources.web.fields import amounts, with_columns
from journeymine.sources.web.pages import Activity
from journeymine.sources.web.tracking import Tracker, find_events
from journeymine.sources.web.url import url_template

__all__ = ["read_matomo"]

_QUARTER: Final = 900
_VISIT: Final = {
    "__visit": "idVisit",
    "__site": "idSite",
    "__last": "lastActionTimestamp",
    "id_visitor": "visitorId",
    "id_user": "userId",
    "referrer": "referrerUrl",
    "platform": "operatingSystemName",
    "device": "deviceType",
    "country": "countryCode",
    "utm_source": "campaignSource",
    "utm_medium": "campaignMedium",
    "utm_campaign": "campaignName",
}
_ACTION: Final = {
    "_type": "type",
    "_category": "eventCategory",
    "_action": "eventAction",
    "_goal": "goalName",
    "_interaction": "contentInteraction",
    "url": "url",
    "title": "pageTitle",
    "order": "orderId",
    "_revenue": "revenue",
    "_items": "items",
}
_NAMES: Final = {
    "action": "page viewed",
    "search": "site searched",
    "download": "file downloaded",
    "outlink": "outlink clicked",
    "ecommerceOrder": "order placed",
    "ecommerceAbandonedCart": "cart left",
}
_SHOWN: Final = "content shown"
_MATOMO: Final = Tracker("matomo", "a visit has 'idVisit' and 'actionDetails'", zone="UTC", automatic=(_SHOWN,))


def read_matomo(
    path: str | Path,
    *,
    activity: Activity = url_template,
    keep_automatic: bool = False,
    observed_until: str | datetime | None = None,
    name: str | None = None,
) -> EventLog:
    """Read visits that the method ``Live.getLastVisitsDetails`` of Matomo's API gives: one event an action.

    ==========================  =====================================================================================
    ``action``                  the touchpoint of its page, such as ``/orders/{id}``
    ``event``                   category and action, such as ``video play``
    ``goal``                    the name of the goal
    ``search``, ``download``,   ``site searched``, ``file downloaded``, ``outlink clicked``
    ``outlink``
    ``ecommerceOrder``,         ``order placed``, ``cart left``
    ``ecommerceAbandonedCart``
    ``content``                 ``content clicked``; that it was merely shown is no touchpoint (``automatic``)
    ==========================  =====================================================================================

    The times of actions are in the zone of the site, though they look like seconds of UTC; the time of the first
    action of a visit (``firstActionTimestamp``) is UTC, and tells by how much the others are off.

    Parameters
    ----------
    path
        The answer of the API in JSON: visits as an array, as lines or by date; also as gzip; or a folder of such
        files.
    activity
        Gives the touchpoint of a page by its URL; called once for each distinct one. None for a page that is none.
    keep_automatic
        Whether content that was merely shown is an event, too: ``content shown``.
    observed_until
        When the export was made; by default the time of its last action of any type.
    name
        Name of the source; by default the file's.

    Returns
    -------
    EventLog
        Channel ``web``. Identifiers: ``visitor`` (``visitorId``) and ``user`` (``userId``). Attributes, as far as
        there are any: ``path``, ``title``, ``referrer``, ``session`` (``idVisit``), ``platform``, ``device``,
        ``country``, ``utm_source``, ``utm_medium``, ``utm_campaign``, ``order``, ``value`` and ``items``. Rows are
        actions; ``source_row`` is the place of their visit in the file. Of a visit that was delivered several times
        the one counts that goes on longest, else the last.

        In the quarantine: visits without actions, actions without a type or a time, or whose visit does not tell when
        it began, and those that are no touchpoints.

    Raises
    ------
    FormatError
        If a file is no JSON, is cut short, or holds no visits.
    EmptySourceError
        If there is nothing in it.
    OptionError
        If `activity` gives something that is no text.

    Examples
    --------
    >>> _ = (tmp / "visits.json").write_text('[{"idVisit": 7, "visitorId": "a1b2", "firstActionTimestamp": 1714546800, '
    ...     '"actionDetails": [{"type": "action", "url": "https://shop.example/cart", "timestamp": 1714554000}]}]')
    >>> log = read_matomo(tmp / "visits.json")
    >>> log.activities, str(log.span[0])
    (['/cart'], '2024-05-01 07:00:00+00:00')
    """
    path = Path(path)
    tracker = replace(_MATOMO, automatic=()) if keep_automatic else _MATOMO
    reading, last = find_events(
        counted_on(export_files(path), _parts), tracker, name or path.name, activity, settle=_settled
    )
    return to_log(reading, channel="web", observed_until=observed_until or last)


# --- from visits to actions ------------------------------------------------------------------------------------------


def _parts(file: Path) -> Iterator[Part]:
    for lines in json_blocks(file):
        objects, rejects = json_objects(lines)
        visits = [(number, visit) for number, found in objects for visit in _visits(found)]
        rows = [row for place, (_, visit) in enumerate(visits) for row in _rows(visit, place)]
        numbers = np.array([visits[row[0]][0] for row in rows], np.int64)
        yield Part(_shaped(_table(rows)), numbers, partial(_payloads, lines, numbers), rejects, lines.notes)


def _visits(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Take visits out of the lists they stand in by date, where an answer covers several."""
    if found and all(isinstance(visits, list) for visits in found.values()):
        return [visit if isinstance(visit, dict) else {} for visits in found.values() for visit in visits]
    return [found]


def _rows(visit: dict[str, Any], place: int) -> list[tuple[Any, ...]]:
    """Give the actions of a visit: its place, the time, and the fields of ``_VISIT`` and ``_ACTION`` as text."""
    listed = visit.get("actionDetails")
    actions = [action if isinstance(action, dict) else {} for action in listed] if isinstance(listed, list) else []
    shared = [_word(visit.get(name)) for name in _VISIT.values()]
    offset = _offset(visit, actions)
    moments = (_moment(action, offset) for action in actions)
    said = [[_word(action.get(name)) for name in _ACTION.values()] for action in actions]
    alone = [(place, None, *shared, *[None] * len(_ACTION))]
    return [(place, at, *shared, *fields) for at, fields in zip(moments, said, strict=True)] or alone


def _offset(visit: dict[str, Any], actions: list[dict[str, Any]]) -> int | None:
    """Tell how many seconds the clock of the site is ahead of UTC; None if nothing does."""
    stamps = [stamp for stamp in (_seconds(action.get("timestamp")) for action in actions) if stamp is not None]
    ends = (("firstActionTimestamp", min), ("lastActionTimestamp", max), ("serverTimestamp", max))
    for name, end in ends:
        known = _seconds(visit.get(name))
        if known is not None and stamps:
            return round((end(stamps) - known) / _QUARTER) * _QUARTER
    return None


def _moment(action: dict[str, Any], offset: int | None) -> int | None:
    stamp = _seconds(action.get("timestamp"))
    return None if stamp is None or offset is None else stamp - offset


def _seconds(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    text = str(value)
    return int(text) if text.isdigit() and len(text) < len("100000000000") else None


def _word(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    return str(value) or None


def _table(rows: list[tuple[Any, ...]]) -> pa.Table:
    names = ["_place", "written", *_VISIT, *_ACTION]
    kinds = [pa.int64(), pa.int64(), *[pa.string()] * (len(names) - 2)]
    values = zip(*rows, strict=True) if rows else [()] * len(names)
    return pa.table([pa.array(column, kind) for column, kind in zip(values, kinds, strict=True)], names)


def _payloads(lines: Lines, numbers: np.ndarray, rows: np.ndarray) -> pa.Array:
    return pa.array([lines.payload(number) for number in numbers[rows].tolist()], pa.large_binary())


# --- what was done ---------------------------------------------------------------------------------------------------


def _shaped(table: pa.Table) -> pa.Table:
    kinds = columns.whole(table["_type"])
    made = {
        "event": _names(table, kinds),
        "is_page": pc.fill_null(pc.equal(kinds, pa.scalar("action")), False),
        "session": table["__visit"],
        "value": amounts(table["_revenue"]),
        "items": amounts(table["_items"]),
    }
    return with_columns(table, made)


def _names(table: pa.Table, kinds: pa.Array) -> pa.Array:
    """Name what was done in each action."""
    labels = columns.encode(kinds)
    words = pa.array([_NAMES.get(kind, kind) for kind in labels.dictionary.to_pylist()], pa.string())
    content = pc.if_else(table["_interaction"].is_valid(), "content clicked", _SHOWN)
    said = pc.binary_join_element_wise(table["_category"], table["_action"], " ")
    cases = {"goal": table["_goal"], "event": said, "content": content}
    name = columns.relabel(labels, words).dictionary_decode()
    for kind, names in cases.items():
        is_kind = pc.fill_null(pc.equal(kinds, pa.scalar(kind)), False)
        name = pc.if_else(is_kind, pc.coalesce(columns.whole(names), name), name)
    return name


def _settled(events: pa.Table) -> tuple[pa.Table, int]:
    """Keep of each visit the delivery that goes on longest, else the last."""
    visits = group_codes(*(columns.codes(columns.encode(events[name])) for name in ("__site", "__visit")))
    ends, rows = columns.numbers(amounts(events["__last"])), columns.numbers(events["source_row"])
    order = np.lexsort((rows, ends))
    best = np.zeros(int(visits.max(initial=-1)) + 1, np.int64)
    best[visits[order]] = order  # of several rows of one visit the last one stays
    kept = (ends == ends[best[visits]]) & (rows == rows[best[visits]])
    return events.filter(pa.array(kept)), int(np.count_nonzero(~kept))
