"""Snowplow: enriched events, as the pipeline writes them or a warehouse has them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.sources.exports import Part, counted_on, export_files
from journeymine.sources.reading import to_log
from journeymine.sources.web.fields import amounts, first_of, is_one_of, joined, only_where
from journeymine.sources.web.pages import Activity
from journeymine.sources.web.snowplow_rows import CONTEXT, snowplow_parts
from journeymine.sources.web.tracking import Tracker, find_events
from journeymine.sources.web.url import url_template

__all__ = ["read_snowplow"]

_ROBOT: Final = (
    r'"spider_?[oO]r_?[rR]obot"\s*:\s*true'
    r'|"(?:device|agent)_?[cC]lass"\s*:\s*"Robot(?: Mobile| Imitator)?"'
    r'|bot_detection[^{]*\{[^}]*"bot"\s*:\s*true'
)
"""What the contexts of IAB, YAUAA and Snowplow's own bot detection say of robots."""

_SCHEMA: Final = r'"data"\s*:\s*\{\s*"schema"\s*:\s*"iglu:[^/"]+\\?/(?P<name>[^/"\\]+)\\?/'
_NAME: Final = r'"(?:name|screen_name)"\s*:\s*"(?P<name>[^"\\]+)"'
_SNOWPLOW: Final = Tracker(
    "snowplow",
    "an event has an event_id and a collector_tstamp",
    zone="UTC",
    automatic=("page_ping", "transaction_item", "web_vitals", "screen_end"),
)


def read_snowplow(
    path: str | Path,
    *,
    activity: Activity = url_template,
    keep_automatic: bool = False,
    keep_bots: bool = False,
    observed_until: str | datetime | None = None,
    name: str | None = None,
) -> EventLog:
    r"""Read enriched events of Snowplow.

    ======================  =========================================================================================
    ``page_view``           the touchpoint of its page, such as ``/orders/{id}``
    ``screen_view``         the name of its screen
    structured events       category and action, such as ``video play``
    other events            their name (``event_name``, else what the schema of the event says), such as
                            ``link_click``, ``transaction``
    ======================  =========================================================================================

    Parameters
    ----------
    path
        Enriched events (131 fields between tabs, no header), or a warehouse's table with a header; also as gzip; or a
        folder of such files.
    activity
        Gives the touchpoint of a page by its URL; called once for each distinct one. None for a page that is none.
    keep_automatic
        Whether page pings, items of transactions, web vitals and ends of screens are events: the tracker sends them
        by itself.
    keep_bots
        Whether events are kept of which a context says that a robot made them: of the IAB list (``spiderOrRobot``),
        of YAUAA (a device or agent of class ``Robot``) or of the bot detection.
    observed_until
        When the export was made; by default the time of its last event of any kind.
    name
        Name of the source; by default the file's.

    Returns
    -------
    EventLog
        Channel ``web``. Identifiers: ``user`` (``user_id``), ``cookie`` (``domain_userid``) and ``network``
        (``network_userid``, the collector's cookie). ``timestamp`` is ``derived_tstamp``, which is corrected for the
        clock of the device, else ``collector_tstamp``; both are UTC. Attributes, as far as there are any: ``path`` (of
        the page it happened on), ``title``, ``referrer``, ``session`` (``domain_sessionid``), ``platform``, ``device``,
        ``country``, ``utm_source``, ``utm_medium``, ``utm_campaign``, ``order``, ``value`` (total of a transaction,
        else of a structured event) and ``currency``. An event delivered twice, by its ``event_id``, is used once.

        In the quarantine: rows with more or fewer fields, events without a name or a usable time, robots, and events
        that are no touchpoints.

    Raises
    ------
    FormatError
        If the file holds no such events.
    EmptySourceError
        If there is nothing in it.
    OptionError
        If `activity` gives something that is no text.

    Examples
    --------
    >>> _ = (tmp / "events.csv").write_text("event_id,collector_tstamp,event_name,page_url,domain_userid\n"
    ...     "6f1c2d3e,2024-05-01 09:00:00.123,page_view,https://shop.example/cart,17\n")
    >>> read_snowplow(tmp / "events.csv").activities
    ['/cart']
    """
    path = Path(path)
    tracker = replace(_SNOWPLOW, automatic=()) if keep_automatic else _SNOWPLOW
    parts = (_shaped(part, keep_bots) for part in counted_on(export_files(path), snowplow_parts))
    reading, last = find_events(parts, tracker, name or path.name, activity)
    return to_log(reading, channel="web", observed_until=observed_until or last)


def _shaped(part: Part, keep_bots: bool) -> Part:
    """Say what each event was, by whom, and where."""
    table = part.table
    happened = _happened(table)
    made = {
        "event": happened,
        "event_id": table["event_id"],
        "written": pc.coalesce(table["derived_tstamp"], table["collector_tstamp"]),
        "url": columns.encode(table["page_url"]),
        "is_page": pa.array(is_one_of(happened, ["page_view"])),
        "id_user": table["user_id"],
        "id_cookie": table["domain_userid"],
        "id_network": table["network_userid"],
        "title": table["page_title"],
        "referrer": table["page_referrer"],
        "session": table["domain_sessionid"],
        "platform": table["platform"],
        "device": table["dvce_type"],
        "country": table["geo_country"],
        "utm_source": table["mkt_source"],
        "utm_medium": table["mkt_medium"],
        "utm_campaign": table["mkt_campaign"],
        "order": table["tr_orderid"],
        "value": amounts(first_of(table, "tr_total", "se_value")),
        "currency": table["tr_currency"],
    }
    if not keep_bots:
        made["robot"] = _robots(table)
    return replace(part, table=pa.table(made))


def _happened(table: pa.Table) -> pa.DictionaryArray:
    """Name what happened: a screen by its own name, a structured event by category and action."""
    kinds, names = columns.encode(table["event"]), columns.encode(table["event_name"])
    is_screen, is_struct = is_one_of(names, ["screen_view"]), is_one_of(kinds, ["struct"])
    is_unnamed = is_one_of(kinds, ["unstruct"]) & (columns.codes(names) < 0)
    unstructured = columns.whole(table["unstruct_event"])
    return columns.first_known(
        [
            only_where(columns.encode(joined(table, "se_category", "se_action", by=" ")), is_struct),
            _extracted(unstructured, _NAME, is_screen),
            names,
            _extracted(unstructured, _SCHEMA, is_unnamed),
            kinds,
        ]
    )


def _extracted(texts: pa.Array, pattern: str, rows: np.ndarray) -> pa.DictionaryArray:
    """Find a name in JSON, in the rows where it is looked for."""
    places = np.flatnonzero(rows)
    found = columns.encode(pc.struct_field(pc.extract_regex(texts.take(pa.array(places)), pattern), "name"))
    codes = np.full(len(rows), -1, np.int32)
    codes[places] = columns.codes(found)
    return columns.from_codes(codes, found.dictionary)


def _robots(table: pa.Table) -> pa.Array:
    """Name the robots by their user agents."""
    is_robot = np.zeros(table.num_rows, bool)
    for name in (name for name in table.column_names if name.startswith(CONTEXT)):
        said = columns.whole(table[name])
        places = np.flatnonzero(
            columns.is_true(pc.match_substring(said, "bot"))
        )  # quick, and in all that is looked for
        is_robot[places] |= columns.is_true(pc.match_substring_regex(said.take(pa.array(places)), _ROBOT))
    agents = pc.fill_null(columns.whole(table["useragent"]), "a robot")
    return pc.if_else(pa.array(is_robot), agents, pa.scalar(None, pa.string()))
