"""Rows of Snowplow's enriched events: 131 fields between tabs without a header, or a warehouse's table with one."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import partial
from itertools import starmap
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from journeymine.errors import FormatError
from journeymine.log import columns
from journeymine.log.quarantine import Reject
from journeymine.sources import inputs
from journeymine.sources.delimited import delimited_tables, row_end
from journeymine.sources.exports import Part, beginning, quoted
from journeymine.sources.lines import Lines, text_lines
from journeymine.sources.rows import Rows, unix_lines

__all__ = ["CONTEXT", "FIELDS", "snowplow_parts"]

FIELDS: Final = (
    "app_id", "platform", "etl_tstamp", "collector_tstamp", "dvce_created_tstamp", "event", "event_id", "txn_id",
    "name_tracker", "v_tracker", "v_collector", "v_etl", "user_id", "user_ipaddress", "user_fingerprint",
    "domain_userid", "domain_sessionidx", "network_userid", "geo_country", "geo_region", "geo_city", "geo_zipcode",
    "geo_latitude", "geo_longitude", "geo_region_name", "ip_isp", "ip_organization", "ip_domain", "ip_netspeed",
    "page_url", "page_title", "page_referrer", "page_urlscheme", "page_urlhost", "page_urlport", "page_urlpath",
    "page_urlquery", "page_urlfragment", "refr_urlscheme", "refr_urlhost", "refr_urlport", "refr_urlpath",
    "refr_urlquery", "refr_urlfragment", "refr_medium", "refr_source", "refr_term", "mkt_medium", "mkt_source",
    "mkt_term", "mkt_content", "mkt_campaign", "contexts", "se_category", "se_action", "se_label", "se_property",
    "se_value", "unstruct_event", "tr_orderid", "tr_affiliation", "tr_total", "tr_tax", "tr_shipping", "tr_city",
    "tr_state", "tr_country", "ti_orderid", "ti_sku", "ti_name", "ti_category", "ti_price", "ti_quantity",
    "pp_xoffset_min", "pp_xoffset_max", "pp_yoffset_min", "pp_yoffset_max", "useragent", "br_name", "br_family",
    "br_version", "br_type", "br_renderengine", "br_lang", "br_features_pdf", "br_features_flash", "br_features_java",
    "br_features_director", "br_features_quicktime", "br_features_realplayer", "br_features_windowsmedia",
    "br_features_gears", "br_features_silverlight", "br_cookies", "br_colordepth", "br_viewwidth", "br_viewheight",
    "os_name", "os_family", "os_manufacturer", "os_timezone", "dvce_type", "dvce_ismobile", "dvce_screenwidth",
    "dvce_screenheight", "doc_charset", "doc_width", "doc_height", "tr_currency", "tr_total_base", "tr_tax_base",
    "tr_shipping_base", "ti_currency", "ti_price_base", "base_currency", "geo_timezone", "mkt_clickid", "mkt_network",
    "etl_tags", "dvce_sent_tstamp", "refr_domain_userid", "refr_device_tstamp", "derived_contexts",
    "domain_sessionid", "derived_tstamp", "event_vendor", "event_name", "event_format", "event_version",
    "event_fingerprint", "true_tstamp",
)  # fmt: skip
"""The fields of an enriched event, in their order."""

_WANTED: Final = (
    "platform", "collector_tstamp", "event", "event_id", "user_id", "domain_userid", "network_userid", "geo_country",
    "page_url", "page_title", "page_referrer", "mkt_medium", "mkt_source", "mkt_campaign", "contexts", "se_category",
    "se_action", "se_value", "unstruct_event", "tr_orderid", "tr_total", "tr_currency", "useragent", "dvce_type",
    "derived_contexts", "domain_sessionid", "derived_tstamp", "event_name",
)  # fmt: skip
_CONTEXTS: Final = ("spiders_and_robots", "yauaa_context", "bot_detection")  # which may tell robots

CONTEXT: Final = "_context "
"""What stands before the name of a column of contexts, as JSON."""

_STRINGS: Final = dict.fromkeys(FIELDS, pa.string())
_NOTHING: Final = pa.table({name: pa.nulls(0, pa.string()) for name in _WANTED})
_HOLDERS: Final = ("contexts", "derived_contexts")
_TABS: Final = len(FIELDS) - 1
_SCREEN: Final = "unstruct_event_com_snowplowanalytics_mobile_screen_view_1"


def snowplow_parts(file: Path) -> Iterator[Part]:
    """Read the events in a file, some of them at a time.

    Parameters
    ----------
    file
        Enriched events, or a table of them with a header; also as gzip.

    Yields
    ------
    Part
        The wanted fields by their names, and contexts by theirs behind ``CONTEXT``.

    Raises
    ------
    EmptySourceError, FormatError
        If there is nothing in the file, or it is neither.
    """
    begins = beginning(file)
    header = unix_lines(begins).lstrip("\n").partition("\n")[0].lower()
    if "collector_tstamp" in header and "event_id" in header:
        blocks = inputs.blocks(file, record_end=row_end, keep_broken=True)
        yield from starmap(_table_part, delimited_tables(blocks))
        return
    if begins.count("\t") < _TABS:
        raise FormatError(_explain(file.name, header))
    for block in inputs.blocks(file):
        yield _enriched_part(text_lines(block), block)


def _explain(name: str, header: str) -> str:
    return (
        f"{name} holds no Snowplow events: its first line has {header.count(chr(9)) + 1} fields between tabs. Expected "
        f"the {len(FIELDS)} fields of an enriched event, or a table with a header that names event_id and "
        "collector_tstamp"
    )


# --- enriched events -------------------------------------------------------------------------------------------------


def _enriched_part(lines: Lines, block: inputs.Block) -> Part:
    text = unix_lines(block.text)
    tabs = columns.numbers(pc.count_substring(lines.column, "\t"))
    if (tabs == _TABS).all() and text.count("\n") < len(lines):  # every line is an event, and none is blank
        return _part(lines, text, [], block.notes)
    records, rejects = _records(lines, tabs)
    return _part(records, "\n".join(text.replace("\n", " ") for text in records.texts), rejects, block.notes)


def _part(records: Lines, text: str, rejects: list[Reject], notes: list[str]) -> Part:
    """Take events apart, whose text has one line each."""
    table = _fields(text.encode("utf-8", "replace")) if len(records) else _NOTHING
    table = table.rename_columns([CONTEXT + name if name in _HOLDERS else name for name in table.column_names])
    return Part(table, records.numbers, partial(_payloads, records), rejects, notes)


def _payloads(records: Lines, rows: np.ndarray) -> pa.Array:
    return records.column.take(pa.array(rows)).cast(pa.large_binary())


def _fields(content: bytes) -> pa.Table:
    return pa_csv.read_csv(
        io.BytesIO(content),
        pa_csv.ReadOptions(column_names=FIELDS, use_threads=False, block_size=max(len(content), 1 << 20)),
        pa_csv.ParseOptions(delimiter="\t", quote_char=False, double_quote=False),
        pa_csv.ConvertOptions(
            include_columns=_WANTED, column_types=_STRINGS, null_values=[""], strings_can_be_null=True
        ),
    )


def _records(lines: Lines, tabs: np.ndarray) -> tuple[Lines, list[Reject]]:
    """Put lines together that hold one event, as some tools wrap the JSON in it; keep aside what is none."""
    whole = np.flatnonzero(tabs == _TABS)
    texts = dict(zip(whole.tolist(), lines.column.take(pa.array(whole)).to_pylist(), strict=True))
    rejects: list[Reject] = []
    begun, held = -1, ""
    for place in [*np.flatnonzero(tabs != _TABS).tolist(), len(lines)]:
        text = lines.column[place].as_py() if place < len(lines) else ""
        follows = held.count("{") > held.count("}") and place - held.count("\n") - 1 == begun
        if follows and place < len(lines):
            held = f"{held}\n{text}"
        else:
            rejects += _refused(lines, begun, held)
            begun, held = place, text
        if held.count("\t") == _TABS:
            texts[begun], begun, held = held, -1, ""
    kept = sorted(texts)
    return Lines(pa.array([texts[place] for place in kept], pa.large_string()), lines.numbers[kept]), rejects


def _refused(lines: Lines, begun: int, held: str) -> list[Reject]:
    if begun < 0:
        return []
    return [
        Reject(
            int(lines.numbers[place]),
            "parse",
            "bad_row",
            f"{text.count(chr(9)) + 1} fields, not {len(FIELDS)}",
            text.encode(),
        )
        for place, text in enumerate(held.split("\n"), begun)
    ]


# --- tables ----------------------------------------------------------------------------------------------------------


def _table_part(rows: Rows, notes: list[str]) -> Part:
    """Name the columns of a table; a warehouse has one for each kind of context."""
    table = rows.table.rename_columns([name.lower() for name in rows.table.column_names])
    made = {name: _column(table, name) for name in _WANTED if name not in _HOLDERS}
    made["unstruct_event"] = pc.coalesce(made["unstruct_event"], _column(table, _SCREEN))
    for name in table.column_names:
        if name in _HOLDERS or any(part in name for part in _CONTEXTS):
            made[CONTEXT + name] = pc.binary_join_element_wise(pa.scalar(name), table[name], "/")
    return Part(pa.table(made), rows.lines, quoted(rows), rows.rejects, notes)


def _column(table: pa.Table, name: str) -> pa.ChunkedArray | pa.Array:
    return table[name] if name in table.column_names else pa.nulls(table.num_rows, pa.string())
