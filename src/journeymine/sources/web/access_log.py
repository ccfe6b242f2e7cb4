"""Access logs of Apache, nginx and their like: common and combined format, with or without a virtual host in front."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import repeat
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.errors import FormatError, OptionError
from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.log.quarantine import FILTER, Reject
from journeymine.log.schema import TIME
from journeymine.sources import inputs, rows
from journeymine.sources.reading import Reading, to_log
from journeymine.sources.web.url import url_template

__all__ = ["ASSETS", "BOTS", "read_access_log"]

BOTS: Final = (
    r"bot|crawl|spider|slurp|scrap|fetch|feed|\brss\b|monitor|pingdom|uptime|nagios|zabbix|check_http|preview|externalhit"
    r"|validator|archiv|headless|phantomjs|selenium|lighthouse|scanner|masscan|zgrab|nmap|nikto|sqlmap|internal dummy"
    r"|curl/|wget|python|libwww|lwp|http_?-?client|^java/|^ruby|^php|^perl|https?://|\w@\w"
)
"""User agents that are no persons, as a regular expression on the lower-case text: they say so, or name an address."""

ASSETS: Final = (
    r"\.(css|m?js|map|png|jpe?g|gif|svgz?|ico|cur|webp|avif|bmp|tiff?|woff2?|ttf|otf|eot|webmanifest)$"
    r"|(^|/)(favicon[^/]*|robots\.txt|ads\.txt|browserconfig\.xml|sitemap[^/]*\.xml(\.gz)?)$"
)
"""What pages and robots load by themselves, as a regular expression on the lower-case path."""

_QUOTED = r'"(?P<{}>[^"\\]*(?:\\.[^"\\]*)*)"'  # a backslash protects the next character
# Two expressions of four groups, in which no character could be taken in two ways, are many times faster than one.
_LINE: Final = r"^(?P<who>[^\[]*)\[(?P<time>[^\]]*)\] " + _QUOTED.format("request") + " (?P<rest>.*)$"
_REST: Final = (
    r"^(?P<sent>(?:\d{3}|-) (?:\d{1,18}|-))"
    rf"(?: {_QUOTED.format('referrer')} {_QUOTED.format('user_agent')}(?: .*)?)?$"
)
# The virtual host, the client (where proxies listed several, the first), its identity (not used), and who logged in.
_WHO: Final = r"^(?:(?:(?P<host>[^ ,]+) )?(?P<client>[^ ,]*[0-9A-Za-z:][^ ,]*)(?:, ?[^ ,]+)*|-) [^ ]+ (?P<user>.+?) *$"
_REQUEST: Final = r"^(?P<method>[A-Z][A-Z-]*) (?P<target>(?:[/*]|[A-Za-z][0-9A-Za-z+.-]*:).*?)(?: HTTP/[0-9.]+)?$"
_SENT: Final = r"^(?P<status>\d+|-) (?P<bytes>\d+|-)$"
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TIME: Final = (
    rf"^\d\d/(?:{'|'.join(_MONTHS)})/[12]\d{{3}}:(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60) [+-](?:0\d|1[0-4])[0-5]\d$"
)
_NULL: Final = pa.scalar(None, pa.string())
_ROBOTS: Final = "/robots.txt"
_FETCHED: Final = "a visitor that fetched " + _ROBOTS
_BLOCK: Final = 1 << 17  # lines taken apart at once: bounds the memory that takes
_EXPECTED: Final = (
    "Expected lines such as '1.2.3.4 - - [10/Feb/2024:16:42:07 +0100] \"GET /cart HTTP/1.1\" 200 368', perhaps with "
    'the virtual host in front and "referrer" "user agent" behind'
)

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
        Whether images, fonts, scripts, styles and the like are events (see ``ASSETS``).
    keep_bots
        Whether requests of robots are events: of user agents that say so (see ``BOTS``), and of visitors that fetched
        ``/robots.txt``.
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
    lines = _lines(rows.unix_lines(text))
    requests = _facts(_fields(lines))
    if not pc.any(requests["in_format"]).as_py():
        raise FormatError(_explain(lines, path.name))
    reasons = _judge(lines, requests, keep_assets=keep_assets, keep_bots=keep_bots)
    used = np.flatnonzero(reasons == 0)
    activities = _activities(requests.take(pa.array(used)), activity)
    reasons[used[_is_true(activities.is_null())]] = _NO_ACTIVITY
    events = _events(requests, activities.drop_null(), lines, reasons == 0)
    rejects = _rejects(lines, requests, reasons)
    reading = Reading(name or path.name, "access log", len(lines.numbers), events, rejects=rejects, notes=notes)
    return to_log(reading, channel="web", observed_until=observed_until or _last_moment(requests, reasons))


# --- lines, and their fields as they are written ---------------------------------------------------------------------


@dataclass(frozen=True)
class _Lines:
    """The lines that are not blank, and their numbers from 1."""

    text: pa.Array
    numbers: np.ndarray


def _lines(text: str) -> _Lines:
    every = pc.list_flatten(pc.split_pattern(pa.array([text], pa.large_string()), "\n"))
    filled = _is_true(pc.not_equal(pc.utf8_trim_whitespace(every), ""))
    return _Lines(every if filled.all() else every.filter(pa.array(filled)), np.flatnonzero(filled) + 1)


def _is_true(array: pa.Array | pa.ChunkedArray) -> np.ndarray:
    return columns.numbers(array.cast(pa.uint8())).astype(bool)


def _fields(lines: _Lines) -> pa.Table:
    """Take lines apart, each field dictionary-encoded; all are null where a line is not in the format."""
    starts = range(0, len(lines.text), _BLOCK)
    return columns.concat([_fields_of_block(lines.text.slice(start, _BLOCK)) for start in starts])


def _fields_of_block(lines: pa.Array) -> pa.Table:
    line = pc.extract_regex(lines, _LINE)
    rest = pc.extract_regex(pc.struct_field(line, "rest"), _REST)
    fields = {name: pc.struct_field(line, name) for name in ("who", "time", "request")}
    fields = {name: pc.if_else(rest.is_valid(), field, pa.scalar(None, field.type)) for name, field in fields.items()}
    fields |= {name: pc.struct_field(rest, name) for name in ("sent", "referrer", "user_agent")}
    return pa.table({name: field.cast(pa.string()).dictionary_encode() for name, field in fields.items()})


def _explain(lines: _Lines, name: str) -> str:
    first = lines.text[0].as_py()
    hints = {
        "{": " It holds JSON: have the server write the combined format, or give a flat table to read_table.",
        "#": " It is a W3C log, as IIS and CloudFront write them; such logs are not read yet.",
    }
    shown = first if len(first) <= 160 else first[:160] + "…"
    hint = hints.get(first.lstrip()[0], "")
    return f"{name} is not an access log: line {lines.numbers[0]} is {shown!r}.{hint} {_EXPECTED}"


# --- what the fields mean, worked out on distinct values -------------------------------------------------------------


def _facts(fields: pa.Table) -> pa.Table:
    written = {name: columns.whole(fields[name]) for name in fields.column_names}
    host, client, user = _parts(written["who"], _WHO, "host", "client", "user")
    method, target = _parts(written["request"], _REQUEST, "method", "target")
    status, size = _parts(written["sent"], _SENT, "status", "bytes")
    path = _spread(target, pc.replace_substring_regex(target.dictionary, "[?#].*", ""))
    agent = _spread(written["user_agent"], _plain(written["user_agent"].dictionary))
    visitor = _visitors(client, agent)
    return pa.table(
        {
            "in_format": _told(written["who"], pc.match_substring_regex(written["who"].dictionary, _WHO)),
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
            "referrer": _spread(written["referrer"], _plain(written["referrer"].dictionary)),
            "user_agent": agent,
            "host": _spread(host, pc.replace_substring_regex(host.dictionary, r":\d+$", "")),
            "robot": _robots(agent, visitor, path),
        }
    )


def _spread(labels: pa.DictionaryArray, values: pa.Array) -> pa.DictionaryArray:
    """Put a value in the place of each distinct label."""
    return columns.compact(pa.DictionaryArray.from_arrays(labels.indices, values))


def _told(labels: pa.DictionaryArray, truths: pa.Array) -> pa.Array:
    """Tell for each row what is true of its label; of no label nothing is."""
    return pc.fill_null(truths.take(labels.indices), False)


def _parts(labels: pa.DictionaryArray, pattern: str, *names: str) -> list[pa.DictionaryArray]:
    parts = pc.extract_regex(labels.dictionary, pattern)
    return [_spread(labels, _known(pc.struct_field(parts, name))) for name in names]


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


def _robots(agents: pa.DictionaryArray, visitors: pa.DictionaryArray, paths: pa.DictionaryArray) -> pa.Array:
    """Name the robot that sent each request; null where a person did."""
    spared = pc.replace_substring(pc.utf8_lower(agents.dictionary), "cubot", "")  # a make of telephones
    named = pc.if_else(pc.match_substring_regex(spared, BOTS), agents.dictionary, _NULL).take(agents.indices)
    fetchers = visitors.filter(_told(paths, pc.equal(paths.dictionary, _ROBOTS))).dictionary_decode()
    fetched = _told(visitors, pc.is_in(visitors.dictionary, fetchers))
    return pc.coalesce(named, pc.if_else(fetched, pa.scalar(_FETCHED), _NULL))


# --- which lines are events, and why the others are none -------------------------------------------------------------


def _judge(lines: _Lines, requests: pa.Table, *, keep_assets: bool, keep_bots: bool) -> np.ndarray:
    """Give each line the place of its first reason, from 1; 0 where it has none."""
    odd = ~_is_true(requests["in_format"])
    tests = [
        odd & _is_unclosed(lines.text, odd),
        odd,
        _is_true(requests["timestamp"].is_null()),
        _is_true(requests["target"].is_null()),
        _is_true(requests["robot"].is_valid()) & (not keep_bots),
        _is_asset(columns.whole(requests["path"])) & (not keep_assets),
    ]
    reasons = np.zeros(len(odd), np.int8)
    for place, test in reversed(list(enumerate(tests, 1))):
        reasons[test] = place
    return reasons


def _is_unclosed(text: pa.Array, odd: np.ndarray) -> np.ndarray:
    """Tell which of the odd lines have a quote too few."""
    quotes = pc.count_substring(pc.replace_substring_regex(text.filter(pa.array(odd)), r"\\.", ""), '"')
    unclosed = np.zeros(len(odd), bool)
    unclosed[odd] = columns.numbers(quotes) % 2 == 1
    return unclosed


def _is_asset(paths: pa.DictionaryArray) -> np.ndarray:
    return _is_true(_told(paths, pc.match_substring_regex(pc.utf8_lower(paths.dictionary), ASSETS)))


def _activities(requests: pa.Table, activity: Callable[[str], str | None]) -> pa.Array:
    """Name what each request was; null where the function says that it is no touchpoint."""
    targets = columns.encode(requests["target"])
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


_OPTIONAL: Final = ("id_user", "referrer", "user_agent", "host")


def _events(requests: pa.Table, activities: pa.Array, lines: _Lines, used: np.ndarray) -> pa.Table:
    events = requests.drop_columns(["in_format", "time", "request", "target", "robot"]).filter(pa.array(used))
    absent = [name for name in _OPTIONAL if requests[name].null_count == requests.num_rows]
    events = events.drop_columns(absent).append_column("activity", columns.encode(activities))
    return events.append_column("source_row", pa.array(lines.numbers[used]))


def _rejects(lines: _Lines, requests: pa.Table, reasons: np.ndarray) -> list[Reject]:
    rejects: list[Reject] = []
    for place, (stage, reason, text, field) in enumerate(_REASONS, 1):
        found = np.flatnonzero(reasons == place)
        payloads = lines.text.take(pa.array(found)).cast(pa.large_binary()).to_pylist()
        details = repeat(text) if field is None else _details(text, requests[field].take(pa.array(found)))
        numbers = lines.numbers[found].tolist()
        rejects += map(Reject, numbers, repeat(stage), repeat(reason), details, payloads)
    return rejects


def _details(text: str, values: pa.ChunkedArray) -> list[str]:
    return pc.binary_join_element_wise(text, values.cast(pa.string()), "").to_pylist()


def _last_moment(requests: pa.Table, reasons: np.ndarray) -> datetime | None:
    """Give the time of the last request that was well formed, of whomever: until then the server was watched."""
    stages = np.array([FILTER, *(stage for stage, *_ in _REASONS)])  # an event counts, too
    return pc.max(requests["timestamp"].filter(pa.array(stages[reasons] == FILTER))).as_py()
