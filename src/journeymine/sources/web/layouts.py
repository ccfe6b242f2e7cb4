r"""How servers write their access logs: where each field of a request stands, layout by layout.

The fields are ``client`` (address; where proxies listed several, the first), ``user`` (who logged in), ``time``,
``request`` (method, target and version in one) or ``method``, ``target`` and ``query``, ``status``, ``bytes``,
``referrer``, ``user_agent``, ``host``, ``event_id`` (a number that the server gave the request) and ``kind`` (what a
record is about, where a log has not only requests).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

__all__ = ["CLOUDFRONT", "IIS", "JSON", "LINES", "Layout"]

Places = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Layout:
    """One way to write an access log.

    Attributes
    ----------
    name
        What people call it.
    clock
        ``"zoned"``: times such as ``10/Feb/2024:16:42:07 +0100``; ``"local"``: the same without a zone; ``"any"``.
    pieces
        For lines of text: what stands before, between and behind their quotes, in turn; what is behind the last one may
        hold further quotes.
    short
        How many pieces a short line has, where lines may be short.
    patterns
        Expressions that pieces must fit; their groups are fields, or parts for a later expression.
    places
        For logs that name their fields: the names of each field, the best first; dots between the levels of JSON.
    lists
        Fields whose values are lists, of which the first member counts.
    requests
        Expression that ``kind`` fits where a record is a request.
    delimiter
        What stands between fields.
    """

    name: str
    clock: str = "any"
    pieces: tuple[str, ...] = ()
    short: int = 0
    patterns: Mapping[str, str] = field(default_factory=dict)
    places: Places = field(default_factory=dict)
    lists: tuple[str, ...] = ()
    requests: str = ""
    delimiter: str = ""


# --- lines of text ---------------------------------------------------------------------------------------------------

# Expressions of up to four groups, in which no sign could be taken in two ways, are many times faster than others.
_QUOTED: Final = ("head", "request", "result", "referrer", "gap", "user_agent", "tail")
_BLANKS: Final = {"gap": "^ $", "tail": "^(?: .*)?$"}

LINES: Final = (
    Layout(
        "common or combined log format",
        clock="zoned",
        pieces=_QUOTED,
        short=3,
        patterns=_BLANKS
        | {
            "head": r"^(?P<who>[^\[]*)\[(?P<time>[^\]]*)\] $",
            "who": r"^(?:(?:(?P<host>[^ ,]+) )?(?P<client>[^ ,]*[0-9A-Za-z:][^ ,]*)(?:, ?[^ ,]+)*|-) [^ ]+ "
            r"(?P<user>.+?) *$",
            "result": r"^ (?P<status>\d{3}|-) (?P<bytes>\d{1,18}|-) ?$",
        },
    ),
    Layout(
        "Amazon S3 server access log",
        clock="zoned",
        pieces=_QUOTED,
        patterns=_BLANKS
        | {
            "head": r"^[0-9a-f]{64} (?P<host>[^ \[]+) \[(?P<time>[^\]]*)\] (?P<asked>.*) $",
            "asked": r"^(?P<client>[^ ]+) (?P<user>[^ ]+) (?P<event_id>[^ ]+) [A-Z]+\.[^ ]+ [^ ]+$",
            "result": r"^ (?P<status>\d{3}|-) [^ ]+ (?P<bytes>\d{1,18}|-) .*$",
        },
    ),
    Layout(
        "HAProxy HTTP log",
        clock="local",
        pieces=("head", "request", "tail"),
        patterns={
            "head": r"^(?:[^\[]*\[\d+\]: )?(?P<client>[0-9A-Fa-f.:]+):\d+ \[(?P<time>\d\d/[^\]]*)\] [^ ]+ [^ ]+ "
            r"[-+/0-9]+ (?P<status>\d{3}|-1) \+?(?P<bytes>\d{1,18}) .*$",
            "tail": "^(?: .*)?$",
        },
    ),
)
"""Layouts of lines of text. What captures of HAProxy hold, only its configuration says; they are not read."""


# --- fields named by the log -----------------------------------------------------------------------------------------

_W3C: Final = {
    "date": ("date",),
    "time": ("time",),
    "client": ("x-forwarded-for", "c-ip", "cs-ip"),
    "user": ("cs-username",),
    "method": ("cs-method",),
    "target": ("cs-uri-stem", "cs-uri"),
    "query": ("cs-uri-query",),
    "status": ("sc-status",),
    "bytes": ("sc-bytes",),
    "referrer": ("cs(referer)", "cs(referrer)"),
    "user_agent": ("cs(user-agent)",),
    "host": ("x-host-header", "cs-host", "cs(host)"),
    "event_id": ("x-edge-request-id",),
}

IIS: Final = Layout("W3C extended log format, as IIS writes it", places=_W3C, delimiter=" ")
CLOUDFRONT: Final = Layout("W3C extended log format, as CloudFront writes it", places=_W3C, delimiter="\t")

JSON: Final = (
    Layout(
        "Caddy JSON log",
        places={
            "kind": ("logger",),
            "client": ("request.client_ip", "request.remote_ip", "request.remote_addr"),
            "user": ("user_id",),
            "time": ("ts",),
            "method": ("request.method",),
            "target": ("request.uri",),
            "status": ("status",),
            "bytes": ("size",),
            "referrer": ("request.headers.Referer",),
            "user_agent": ("request.headers.User-Agent",),
            "host": ("request.host",),
        },
        lists=("referrer", "user_agent"),
        requests=r"^http\.log\.access",  # and not http.log.error, which tells of the same request again
    ),
    Layout(
        "Traefik JSON log",
        places={
            "client": ("request_X-Forwarded-For", "ClientHost", "ClientAddr"),
            "user": ("ClientUsername",),
            "time": ("StartUTC", "time"),
            "method": ("RequestMethod",),
            "target": ("RequestPath",),
            "status": ("DownstreamStatus", "OriginStatus"),
            "bytes": ("DownstreamContentSize", "OriginContentSize"),
            "referrer": ("request_Referer",),
            "user_agent": ("request_User-Agent",),
            "host": ("RequestHost", "RequestAddr"),
        },
    ),
    Layout(
        "nginx JSON log",
        places={
            "client": ("http_x_forwarded_for", "x_forwarded_for", "xff", "remote_addr", "clientip", "client_ip",
                       "client", "remote_ip", "ip"),
            "user": ("remote_user", "user", "auth"),
            "time": ("time_iso8601", "time_local", "@timestamp", "timestamp", "time", "date", "msec"),
            "request": ("request",),
            "method": ("request_method", "method", "verb"),
            "target": ("request_uri", "request", "uri", "url", "path"),
            "query": ("args", "query_string"),
            "status": ("status", "response", "status_code"),
            "bytes": ("body_bytes_sent", "bytes_sent", "bytes", "length", "size"),
            "referrer": ("http_referer", "http_referrer", "referer", "referrer"),
            "user_agent": ("http_user_agent", "user_agent", "agent"),
            "host": ("http_host", "host", "vhost", "server_name"),
            "event_id": ("request_id",),
        },
    ),
)  # fmt: skip
"""Layouts of JSON lines. nginx has no format of its own: these are its variables and the names that people use."""
