"""Access logs of Apache, nginx and their like: common and combined format, with or without a virtual host in front."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.errors import FormatError, OptionError
from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.log.quarantine import FILTER
from journeymine.log.schema import TIME
from journeymine.sources import inputs, rows
from journeymine.sources.reading import Reading, to_log
from journeymine.sources.web.log_lines import Lines, explain, text_lines, unclosed, written_fields
from journeymine.sources.web.robots import assets, robots
from journeymine.sources.web.url import url_template

__all__ = ["read_access_log"]

# The virtual host, the client (where proxies listed several, the first), its identity (not used), and who logged in.
_WHO: Final = r"^(?:(?:(?P<host>[^ ,]+) )?(?P<client>[^ ,]*[0-9A-Za-z:][^ ,]*)(?:, ?[^ ,]+)*|-) [^ ]+ (?P<user>.+?) *$"
_REQUEST: Final = r"^(?P<method>[A-Z][A-Z-]*) (?P<target>(?:[/*]|[A-Za-z][0-9A-Za-z+.-]*:).*?)(?: HTTP/[0-9.]+)?$"
_SENT: Final = r"^(?P<status>\d+|-) (?P<bytes>\d+|-)$"
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TIME: Final = (
    rf"^\d\d/(?:{'|'.join(_MONTHS)})/[12]\d{{3}}:(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60) [+-](?:0\d|1[0-4])[0-5]\d$"
)
_NULL: Final = pa.scalar(None, pa.string())
# Why a line is no event, the most basic reason first: stage, reason, what is wrong, with which field.
_REASONS: Final = (
    ("parse", "unclosed_quote", "a quote that is never closed", None),
    ("parse", "bad_line", "neither common nor combined log format", None),
    ("parse", "bad_time", "not a time: ", "time"),
    ("check", "bad_request", "not a method and a path: ", "request"),
    (FILTER, "bot", "sent by ", "robot"),
    (FILTER, "asset", "loaded by a page or a robot: ", "path"),
    (FILTER, "no_activity", "`activity` gives none for ", "target"),
)
_NO_ACTIVITY: Final = len(_REASONS)
_INNER: Final = ("in_format", "time", "request", "target", "robot")  # columns that only tell what a line is
_OPTIONAL: Final = ("id_user", "referrer", "user_agent", "host")  # columns that many logs do not fill


def read_access_log(
    path: str | Path,
    *,
    activity: Callable[[str], str | None] = url_template,
    keep_assets: bool = False,
    keep_bots: bool = False,
    observed_until: str | datetime | None = None,
    name: str | None = None,
    encoding: str | None = None,
) -> EventLog:
    r"""Read the access log of a web server: one event a request.

    A file may mix the formats common and combined, each with or without the virtual host in front, and may be gzip.
    Fields after the user agent are not read.

    Parameters
    ----------
    path
        The log.
    activity
        Gives the activity of a path (with its query); called once for each distinct path. None for a path that is no
        touchpoint. Methods other than GET and HEAD are put in front of the activity: ``POST /claims``.
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
        Encoding; by default UTF-8, else Windows-1252 with a note.

    Returns
    -------
    EventLog
        Channel ``web``. ``id_user`` is who logged in; ``id_visitor`` is the client's address and eight digits that
        stand for its user agent: the best that a log without cookies can tell. Attributes: ``method``, ``path``
        (without query), ``status``, ``bytes`` (null where the log has a dash), and, where the log has them,
        ``referrer``, ``user_agent`` and ``host``. Lines that are not in the format, assets and robots are in its
        quarantine.

    Raises
    ------
    FormatError
        If no line is in the format.
    EmptySourceError
        If the file is empty.
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
    """
    path = Path(path)
    text, notes = inputs.decode(inputs.read_bytes(path), path.name, encoding)
    lines = text_lines(rows.unix_lines(text))
    requests = _facts(written_fields(lines))
    if not _is_true(requests["in_format"]).any():
        raise FormatError(explain(lines, path.name))
    reasons = _judge(lines, requests, keep_assets=keep_assets, keep_bots=keep_bots)
    used = np.flatnonzero(reasons == 0)
    activities = _activities(requests.select(["method", "target"]).take(pa.array(used)), activity)
    reasons[used[_is_true(activities.is_null())]] = _NO_ACTIVITY
    events = _events(requests, activities.drop_null(), lines, reasons == 0)
    rejects = _rejects(lines, requests, reasons)
    reading = Reading(name or path.name, "access log", len(lines.numbers), events, rejects=rejects, notes=notes)
    return to_log(reading, channel="web", observed_until=observed_until or _last_moment(requests, reasons))


def _is_true(array: pa.Array | pa.ChunkedArray) -> np.ndarray:
    return columns.numbers(pc.fill_null(array, False).cast(pa.uint8())).astype(bool)


# --- what the fields mean, worked out on distinct values -------------------------------------------------------------


def _facts(fields: pa.Table) -> pa.Table:
    written = {name: columns.whole(fields[name]) for name in fields.column_names}
    host, client, user = _parts(written["who"], _WHO, "host", "client", "user")
    method, target = _parts(written["request"], _REQUEST, "method", "target")
    status, size = _parts(written["sent"], _SENT, "status", "bytes")
    path = columns.relabel(target, pc.replace_substring_regex(target.dictionary, "[?#].*", ""))
    agent = columns.relabel(written["user_agent"], _plain(written["user_agent"].dictionary))
    visitor = _visitors(client, agent)
    return pa.table(
        {
            "in_format": pc.match_substring_regex(written["who"].dictionary, _WHO).take(written["who"].indices),
            "time": written["time"],
            "request": written["request"],
            "timestamp": _moments(written["time"].dictionary).take(written["time"].indices),
            "id_user": user,
            "id_visitor": visitor,
            "method": method,
            "target": target,
            "path": path,
            "status": status.dictionary.cast(pa.int16()).take(status.indices),
            "bytes": size.dictionary.cast(pa.int64()).take(size.indices),
            "referrer": columns.relabel(written["referrer"], _plain(written["referrer"].dictionary)),
            "user_agent": agent,
            "host": columns.relabel(host, pc.replace_substring_regex(host.dictionary, r":\d+$", "")),
            "robot": robots(agent, visitor, path),
        }
    )


def _parts(labels: pa.DictionaryArray, pattern: str, *names: str) -> list[pa.DictionaryArray]:
    parts = pc.extract_regex(labels.dictionary, pattern)
    return [columns.relabel(labels, _known(pc.struct_field(parts, name))) for name in names]


def _known(values: pa.Array) -> pa.Array:
    """Make null what says that there is nothing: no text, a dash, quotes around nothing."""
    nothing = pc.is_in(values, pa.array(["", "-", '""', "- -"]))
    return pc.if_else(nothing, _NULL, values)


def _plain(values: pa.Array) -> pa.Array:
    return _known(pc.replace_substring_regex(values, r'\\(["\\])', r"\1"))


def _moments(text: pa.Array) -> pa.Array:
    """Parse ``10/Feb/2024:16:42:07 +0100``; null where it is none."""
    fits = pc.match_substring_regex(text, _TIME)
    safe = pc.if_else(fits, text, "01/Jan/1970:00:00:00 +0000")

    def number(start: int, stop: int) -> np.ndarray:
        return columns.numbers(pc.utf8_slice_codeunits(safe, start, stop).cast(pa.int64()))

    month = columns.numbers(pc.index_in(pc.utf8_slice_codeunits(safe, 3, 6), pa.array(_MONTHS)))
    months = ((number(7, 11) - 1970) * 12 + month).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + (number(0, 2) - 1)
    seconds = ((days.astype(np.int64) * 24 + number(12, 14)) * 60 + number(15, 17)) * 60 + number(18, 20)
    east = np.where(_is_true(pc.equal(pc.utf8_slice_codeunits(safe, 21, 22), "-")), -60, 60)
    seconds -= east * (number(22, 24) * 60 + number(24, 26))
    good = _is_true(fits) & (days.astype("datetime64[M]") == months)  # no 31 February
    return pa.array(seconds * 1_000_000, mask=~good).cast(TIME)


def _visitors(clients: pa.DictionaryArray, agents: pa.DictionaryArray) -> pa.DictionaryArray:
    """Name visitors by address and a short, stable sign of their user agent."""
    signs = [hashlib.blake2b(agent.encode(), digest_size=4).hexdigest() for agent in agents.dictionary.to_pylist()]
    sign = pc.fill_null(pa.array([" " + sign for sign in signs], pa.string()).take(agents.indices), "")
    return pc.binary_join_element_wise(clients.dictionary_decode(), sign, "").dictionary_encode()


# --- which lines are events, and why the others are none -------------------------------------------------------------


def _judge(lines: Lines, requests: pa.Table, *, keep_assets: bool, keep_bots: bool) -> np.ndarray:
    """Give each line the place of its first reason, from 1; 0 where it has none."""
    odd = ~_is_true(requests["in_format"])
    tests = [
        odd & unclosed(lines, odd),
        odd,
        _is_true(requests["timestamp"].is_null()),
        _is_true(requests["target"].is_null()),
        _is_true(requests["robot"].is_valid()) & (not keep_bots),
        _is_true(assets(columns.whole(requests["path"]))) & (not keep_assets),
    ]
    reasons = np.zeros(len(odd), np.int8)
    for place, test in reversed(list(enumerate(tests, 1))):
        reasons[test] = place
    return reasons


def _activities(requests: pa.Table, activity: Callable[[str], str | None]) -> pa.Array:
    """Name what each request was; null where the function says that it is no touchpoint."""
    targets = columns.compact(columns.whole(requests["target"]))
    names = [_named(activity, target) for target in targets.dictionary.to_pylist()]
    activities = pa.array(names, pa.string()).take(targets.indices)
    methods = columns.whole(requests["method"]).dictionary_decode()
    reads = pc.is_in(methods, pa.array(["GET", "HEAD"]))
    return pc.if_else(reads, activities, pc.binary_join_element_wise(methods, activities, " "))


def _named(activity: Callable[[str], str | None], target: str) -> str | None:
    name = activity(target)
    if name is not None and not isinstance(name, str):
        raise OptionError(f"activity gave {name!r} for {target!r}: it must give a text, or None for no touchpoint")
    return name or None


def _events(requests: pa.Table, activities: pa.Array, lines: Lines, used: np.ndarray) -> pa.Table:
    unfilled = [name for name in _OPTIONAL if requests[name].null_count == requests.num_rows]
    kept = requests.drop_columns([*_INNER, *unfilled]).filter(pa.array(used))
    events = {"activity": columns.encode(activities), "source_row": pa.array(lines.numbers[used])}
    return pa.table(events | {name: _tidy(columns.whole(kept[name])) for name in kept.column_names})


def _tidy(column: pa.Array) -> pa.Array:
    """Forget the labels of lines that are no events."""
    return columns.compact(column) if pa.types.is_dictionary(column.type) else column


def _rejects(lines: Lines, requests: pa.Table, reasons: np.ndarray) -> pa.Table:
    """Keep the lines that are no events, worked out in whole columns and in the order of the file."""
    kept = pa.array(np.flatnonzero(reasons))
    places = pa.array(reasons[reasons > 0] - 1)
    stages, codes, texts, fields = (
        pa.array(values, pa.string()).take(places) for values in zip(*_REASONS, strict=True)
    )
    shown = [requests[field or "path"].take(kept).cast(pa.string()) for *_, field in _REASONS]
    wrong = pc.if_else(fields.is_null(), "", pc.choose(places, *shown))
    columns_of = {
        "line": pa.array(lines.numbers).take(kept),
        "stage": stages,
        "reason": codes,
        "detail": pc.binary_join_element_wise(texts, wrong, ""),
        "payload": lines.text.take(kept).cast(pa.large_binary()),
    }
    return pa.table(columns_of)


def _last_moment(requests: pa.Table, reasons: np.ndarray) -> datetime | None:
    """Give the time of the last request that was well formed, of whomever: until then the server was watched."""
    stages = np.array([FILTER, *(stage for stage, *_ in _REASONS)])  # an event counts, too
    return pc.max(requests["timestamp"].filter(pa.array(stages[reasons] == FILTER))).as_py()
