"""Access logs of web servers: common, combined, W3C, JSON and others, told apart by what stands in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from journeymine.errors import EmptySourceError
from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.log.quarantine import Reject
from journeymine.log.schema import id_columns
from journeymine.sources.reading import Reading, gather, keep_latest, refuse, to_log
from journeymine.sources.web.facts import facts
from journeymine.sources.web.json_log import written_json
from journeymine.sources.web.layouts import JSON, LINES, Layout
from journeymine.sources.web.log_lines import written_lines
from journeymine.sources.web.pages import Activity
from journeymine.sources.web.recognise import layout_of
from journeymine.sources.web.robots import fetchers
from journeymine.sources.web.touchpoints import rejects_of, touchpoints, without_fetchers
from journeymine.sources.web.url import url_template
from journeymine.sources.web.url_rules import UrlRules
from journeymine.sources.web.w3c import written_w3c
from journeymine.sources.web.written import Written

__all__ = ["read_access_log"]

# What a request must have: the column that tells, stage and reason of those that have not, what is wrong with which.
_CHECKS: Final = (
    ("timestamp", "parse", "bad_time", "not a time", "time"),
    ("target", "check", "bad_request", "not a method and a path", "request"),
)
_NO_AGENTS: Final = "no user agents: visitors are told by their address alone, robots only by /robots.txt"
# columns that many logs do not fill
_OPTIONAL: Final = ("id_user", "method", "status", "bytes", "referrer", "user_agent", "host", "event_id")


def read_access_log(
    path: str | Path,
    *,
    activity: Activity = url_template,
    tz: str | None = None,
    keep_assets: bool = False,
    keep_bots: bool = False,
    observed_until: str | datetime | None = None,
    name: str | None = None,
    encoding: str | None = None,
) -> EventLog:
    r"""Read the access log of a web server: one event a request.

    The layout is told from the first lines, and noted in the account of the log:

    ===================  ==============================================================================================
    common, combined     Apache, nginx and many others; both may be mixed, each with or without the virtual host in
                         front. Fields after the user agent are not read. Times carry their zone
    W3C extended         IIS, with blanks between fields, and CloudFront, with tabs; ``#Fields:`` lines say what is
                         where, and may change midway. Times are UTC
    JSON lines           Caddy; Traefik; nginx, with the variables' own names or the usual other ones
    Amazon S3            server access logs. Times carry their zone
    HAProxy              HTTP logs, with or without what syslog puts in front. Times are local: say `tz`
    ===================  ==============================================================================================

    A log is read block by block and may be gzip; what is kept in memory are its events, and of the lines set aside
    their numbers and reasons.

    Parameters
    ----------
    path
        The log.
    activity
        Gives the activity of a path (with its query); called for distinct paths, not for each request. None for a path
        that is no touchpoint. `url_rules` makes such a function of a few rules. Methods other than GET and HEAD are
        put in front of the activity: ``POST /claims``.
    tz
        Zone of times that carry none, such as ``"Europe/Amsterdam"``: those of HAProxy, and of some logs in JSON.
    keep_assets
        Whether images, fonts, scripts, styles and the like are events; `journeymine.sources.web.robots.ASSETS` tells
        them by the path.
    keep_bots
        Whether requests of robots are events: of user agents that say so, as `journeymine.sources.web.robots.BOTS`
        tells, and of visitors that fetched ``/robots.txt``.
    observed_until
        When the log was taken; by default the time of its last request, be it of a robot.
    name
        Name of the source; by default the file's.
    encoding
        Encoding of text; by default UTF-8, else Windows-1252 with a note. JSON is UTF-8.

    Returns
    -------
    EventLog
        Channel ``web``. ``id_user`` is who logged in; ``id_visitor`` is the client's address and eight digits that
        stand for its user agent: the best that a log without cookies can tell. ``event_id`` is the number that
        CloudFront, S3 and some settings of nginx give a request; of lines with the same one the last is used.
        Attributes, where the log has them: ``path`` (without query), ``method``, ``status``, ``bytes`` (null where the
        log has a dash), ``referrer``, ``user_agent`` and ``host``. Lines that are not in the layout, assets and robots
        are in its quarantine; of the latter two only line, reason and detail.

    Raises
    ------
    FormatError
        If none of the first lines is in one of the layouts.
    EmptySourceError
        If the file is empty, or has no rows.
    TimeZoneError
        If times carry no zone and `tz` is None, or nobody knows it.
    OptionError
        If `activity` gives something that is no text.

    Examples
    --------
    >>> file = tmp / "access.log"
    >>> _ = file.write_text('''\
    ... 1.2.3.4 - - [10/Feb/2024:16:42:07 +0100] "GET /orders/48213?ref=mail HTTP/1.1" 200 368 "-" "Firefox/122.0"
    ... 1.2.3.4 - - [10/Feb/2024:16:42:08 +0100] "GET /logo.png HTTP/1.1" 200 9000 "-" "Firefox/122.0"
    ... 5.6.7.8 - - [10/Feb/2024:16:43:10 +0100] "GET / HTTP/1.1" 200 512 "-" "Googlebot/2.1"
    ... ''')
    >>> log = read_access_log(file)
    >>> log.activities, log.quarantine.reasons
    (['/orders/{id}'], {'asset': 1, 'bot': 1})
    >>> log.account["notes"][0].tolist()
    ['read as common or combined log format']
    """
    path = Path(path)
    source, layout = name or path.name, layout_of(path, encoding)
    named = activity.afresh() if isinstance(activity, UrlRules) else activity
    sift = partial(touchpoints, activity=named, keep_assets=keep_assets, keep_bots=keep_bots, kinds=layout.requests)
    parts = [_part(written, source, layout, tz, sift) for written in _reader(layout)(path, layout, encoding)]
    found = gather(part.reading for part in parts)
    if not found.rows_in:
        raise EmptySourceError(f"{path.name} has no rows, only lines that say what its fields are")
    events, aside = _parted(found.events, parts, keep_bots=keep_bots)
    events, copies = keep_latest(_filled(events))
    reading = replace(
        found,
        events=_with_persons_in_order(events),
        used=None,
        duplicate=copies,
        rejects=pa.concat_tables([found.rejects, rejects_of(aside)]),
        notes=[f"read as {layout.name}", *found.notes, *_notes(events, named)],
    )
    last = max((part.last for part in parts if part.last), default=None)
    return to_log(reading, channel="web", observed_until=observed_until or last)


def _with_persons_in_order(events: pa.Table) -> pa.Table:
    """Let persons stand in the order of their events, whatever blocks and refused lines the log was read in."""
    for name in id_columns(events):
        ordered = columns.by_appearance(columns.encode(events[name]))
        events = events.set_column(events.column_names.index(name), name, ordered)
    return events


def _reader(layout: Layout) -> Callable[[Path, Layout, str | None], Iterator[Written]]:
    return written_lines if layout in LINES else written_json if layout in JSON else written_w3c


@dataclass(frozen=True)
class _Part:
    """What a block of a log gives; whose visitors may turn out to be robots in a later block.

    Attributes
    ----------
    reading
        What may be touchpoints, and the lines that cannot be used.
    aside
        What is no touchpoint, as `touchpoints` gives it.
    fetchers
        Visitors that fetched ``/robots.txt``.
    last
        Time of the last good request, of whomever: until then the server was watched.
    """

    reading: Reading
    aside: pa.Table
    fetchers: pa.Array
    last: datetime | None


def _part(written: Written, source: str, layout: Layout, tz: str | None, sift: Callable) -> _Part:
    requests, notes = facts(written.fields, layout.clock, tz)
    requests, rejects = _sound(requests, written)
    events, aside = sift(requests)
    reading = Reading(
        source,
        "access log",
        written.rows_in,
        events,
        rejects=[*written.rejects, *rejects],
        notes=[*written.notes, *notes],
    )
    robots = fetchers(columns.whole(requests["id_visitor"]), columns.whole(requests["path"]))
    return _Part(reading, aside, robots, pc.max(requests["timestamp"]).as_py())


def _sound(requests: pa.Table, written: Written) -> tuple[pa.Table, list[Reject]]:
    """Take out what has no time, or asks for nothing."""
    rejects: list[Reject] = []
    for needed, stage, reason, said, field in _CHECKS:
        bad = columns.is_true(requests[needed].is_null())
        detail = partial(_detail, said, requests[field])
        requests, more = refuse(requests, bad, reason, detail, written.payload, stage)
        rejects += more
    return requests, rejects


def _detail(said: str, shown: pa.ChunkedArray, row: int) -> str:
    value = shown[row].as_py()
    return f"{said}: {'' if value is None else value}"


def _parted(events: pa.Table, parts: list[_Part], *, keep_bots: bool) -> tuple[pa.Table, pa.Table]:
    """Give the touchpoints of all blocks, and what is none of all blocks."""
    aside = columns.concat(part.aside for part in parts)
    if keep_bots:
        return events, aside
    return without_fetchers(events, aside, pa.concat_arrays([part.fetchers for part in parts]))


def _filled(events: pa.Table) -> pa.Table:
    """Leave out the columns that a log does not fill."""
    return events.drop_columns([name for name in _OPTIONAL if events[name].null_count == events.num_rows])


def _notes(events: pa.Table, activity: Activity) -> list[str]:
    notes = activity.notes if isinstance(activity, UrlRules) else []
    return notes if "user_agent" in events.column_names or not events.num_rows else [*notes, _NO_AGENTS]
