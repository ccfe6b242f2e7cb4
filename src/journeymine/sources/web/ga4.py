"""Google Analytics 4: events as its export to BigQuery gives them, nested or flattened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.sources.exports import Part, beginning, counted_on
from journeymine.sources.reading import keep_latest, to_log
from journeymine.sources.web.fields import (
    amounts,
    check_own,
    first_of,
    is_one_of,
    joined,
    only_where,
    own_name,
    with_columns,
)
from journeymine.sources.web.ga4_files import is_parquet, nested_json, nested_parquet
from journeymine.sources.web.ga4_flat import PARAM, flat_parts
from journeymine.sources.web.ga4_params import PARAMS, fingerprints, params_of
from journeymine.sources.web.ga4_tables import Table, deliveries, replaced, settled
from journeymine.sources.web.pages import Activity
from journeymine.sources.web.tracking import Tracker, find_events
from journeymine.sources.web.url import url_template

__all__ = ["read_ga4"]

_KEYS: Final = (
    "ga_session_id", "page_location", "page_title", "page_referrer", "firebase_screen", "firebase_screen_class",
    "source", "medium", "campaign", "transaction_id", "value", "currency",
)  # fmt: skip
_OWN: Final = "_user "
_APART: Final = (
    "event_id", "id_cookie", "id_user", "event", "__stream", "_bundle", "__page_id", "__ordering", "__index", "_order",
)  # fmt: skip
"""What tells events apart beside their time and their parameters."""

_GA4: Final = Tracker(
    "ga4",
    "an event has 'event_name', 'event_timestamp' and 'event_params'",
    zone="UTC",
    automatic=("session_start", "first_visit", "first_open", "user_engagement"),
)


def read_ga4(
    path: str | Path,
    *,
    activity: Activity = url_template,
    properties: Sequence[str] = (),
    keep_automatic: bool = False,
    observed_until: str | datetime | None = None,
    name: str | None = None,
) -> EventLog:
    """Read events of Google Analytics 4, as its export to BigQuery gives them.

    A ``page_view`` is the touchpoint of its page, such as ``/orders/{id}``, a ``screen_view`` the name of its screen;
    other events keep their names. ``session_start``, ``first_visit``, ``first_open`` and ``user_engagement`` are made
    by Google's script and are no touchpoints (``automatic``); that they name a user and a cookie together is kept.

    An event has no number of its own, and Google rewrites the table of a day for up to three days. So in a folder the
    tables of a day are told by their names, ``events_YYYYMMDD`` with what may come before and behind, in the name of
    the file or of a folder above it:

    - A table of one name in one folder is one delivery, in however many files: it has to be whole.
    - Of several deliveries of one day that hold events of one stream (``stream_id``), one counts: ``events_…`` before
      ``events_fresh_…`` before ``events_intraday_…``, and of equal ones that whose folder comes last in the alphabet,
      so call folders after the day they were fetched. Properties are told apart by their streams.
    - Events of replaced deliveries count as duplicates, and so do events that are the same in everything: user,
      cookie, stream, name, time, places in the batch and all parameters.
    - Files without such a name are all used.

    Parameters
    ----------
    path
        Nested events as JSON lines or as a JSON array (each also as gzip) or as Parquet; the flattened table of
        Fivetran as CSV; or a folder of such files.
    activity
        Gives the touchpoint of a page by its URL (``page_location``); called once for each distinct one. None for a
        page that is none.
    properties
        Keys of parameters, or of properties of users, to keep as attributes, such as ``["search_term"]``: the first
        value that is filled, of its types in the order string, integer, float, double.
    keep_automatic
        Whether events that Google's script makes by itself are kept.
    observed_until
        When the export was made; by default the time of its last event of any kind.
    name
        Name of the source; by default the file's or the folder's.

    Returns
    -------
    EventLog
        Channel ``web``. Identifiers: ``user`` (``user_id``) and ``cookie`` (``user_pseudo_id``: a browser, or an app on
        one device). Attributes, as far as there are any: ``path`` (of the page it happened on), ``title``,
        ``referrer``, ``session`` (``ga_session_id``, unique only together with the cookie), ``platform``, ``device``,
        ``country``, ``utm_source``, ``utm_medium``, ``utm_campaign``, ``order`` (``transaction_id``), ``value`` (else
        the revenue of the purchase), ``currency``, ``items`` (how many) and `properties`. Events of one moment stand
        in the order of their batch, where the export tells it.

        In the quarantine: lines that are no JSON, events without a name or a usable time, and those that are no
        touchpoints. In a folder lines are counted on from file to file; of a row of a Parquet file the payload shows
        what tells which it is.

    Raises
    ------
    FormatError
        If a file is none of these, or broken.
    EmptySourceError
        If there is nothing in it.
    UnknownColumnError
        If no event has one of `properties`.
    OptionError
        If `activity` gives something that is no text.

    Examples
    --------
    >>> _ = (tmp / "events.json").write_text('{"event_name": "page_view", "event_timestamp": "1714554000000000", '
    ...     '"user_pseudo_id": "17.18", "event_params": [{"key": "page_location", "value": '
    ...     '{"string_value": "https://shop.example/orders/48213"}}]}')
    >>> read_ga4(tmp / "events.json").activities
    ['/orders/{id}']
    """
    path = Path(path)
    tables = deliveries(path)
    tracker = replace(_GA4, automatic=()) if keep_automatic else _GA4
    raw = counted_on(tables, lambda file: _parts(file, tables[file], properties))
    parts = (_shaped(part, properties) for part in raw)
    reading, last = find_events(parts, tracker, name or path.name, activity, settle=_settled)
    check_own(reading.events, properties, reading.source)
    reading = replace(reading, notes=[*reading.notes, *replaced(tables.values())])
    return to_log(reading, channel="web", observed_until=observed_until or last)


def _settled(events: pa.Table) -> tuple[pa.Table, int]:
    latest, repeated = keep_latest(events, "__synced" if "__synced" in events.column_names else None)
    latest, superseded = settled(latest)
    return latest, repeated + superseded


# --- from files to columns -------------------------------------------------------------------------------------------


def _parts(file: Path, delivered: Table, properties: Sequence[str]) -> Iterator[Part]:
    """Read the events of a file, with a column for each parameter that is wanted."""
    for part in _raw(file):
        table = part.table
        params, owns = (params_of(_lists(table, name)) for name in ("_params", "_properties"))
        made = {
            PARAM + key: params.column(key) for key in (*_KEYS, *properties) if PARAM + key not in table.column_names
        }
        made |= {_OWN + key: owns.column(key) for key in properties}
        made["__print"] = pa.array(fingerprints(params, [table[name] for name in _APART if name in table.column_names]))
        made["__delivery"] = pa.array(np.full(table.num_rows, delivered.delivery))
        made["__day"] = columns.label(delivered.day, table.num_rows)
        yield replace(part, table=with_columns(table, made))


def _lists(table: pa.Table, name: str) -> pa.Array:
    return columns.whole(table[name]) if name in table.column_names else pa.nulls(table.num_rows, PARAMS)


def _raw(file: Path) -> Iterator[Part]:
    """Read a file as what it is."""
    if is_parquet(file):
        return nested_parquet(file)
    begins = beginning(file)
    if begins.lstrip("\ufeff \t\r\n").startswith(("{", "[")):
        return nested_json(file, begins)
    return flat_parts(file)


# --- what happened, and where ----------------------------------------------------------------------------------------


def _shaped(part: Part, properties: Sequence[str]) -> Part:
    """Say what each event was, and where."""
    table = with_columns(part.table, {"id_cookie": first_of(part.table, "id_cookie", "_client")})
    happened = columns.encode(table["event"])
    screens = first_of(table, PARAM + "firebase_screen", PARAM + "firebase_screen_class")
    made = {
        "event": columns.first_known([only_where(screens, is_one_of(happened, ["screen_view"])), happened]),
        "url": columns.encode(table[PARAM + "page_location"]),
        "is_page": pa.array(is_one_of(happened, ["page_view"])),
        "written": _whole(columns.whole(table["written"])),
        "title": table[PARAM + "page_title"],
        "referrer": table[PARAM + "page_referrer"],
        "session": joined(table, "id_cookie", PARAM + "ga_session_id"),
        "utm_source": first_of(table, PARAM + "source", "_utm_source"),
        "utm_medium": first_of(table, PARAM + "medium", "_utm_medium"),
        "utm_campaign": first_of(table, PARAM + "campaign", "_utm_campaign"),
        "order": first_of(table, PARAM + "transaction_id", "_order"),
        "value": amounts(first_of(table, PARAM + "value", "_revenue")),
        "currency": table[PARAM + "currency"],
        "items": _items(columns.whole(table["_items"])),
    }
    made |= {own_name(key): first_of(table, PARAM + key, _OWN + key) for key in properties}
    return replace(part, table=with_columns(table, made))


def _whole(written: pa.Array) -> pa.Array:
    """Read microseconds, which JSON has as text, as the numbers they are."""
    try:
        return written.cast(pa.int64())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return written


def _items(items: pa.Array) -> pa.Array:
    """Count items; none is not told apart from nothing said."""
    counts = pc.list_value_length(items) if pa.types.is_list(items.type) else amounts(items)
    return pc.if_else(pc.equal(counts, pa.scalar(0, counts.type)), pa.scalar(None, pa.int64()), counts.cast(pa.int64()))
