"""The formats of the web: logs of servers, and what trackers export."""

from __future__ import annotations

from typing import Final

from journeymine.sources.format import Format, Signature

__all__ = ["FORMATS"]

_UTC: Final = "UTC"
_SAID: Final = "in each time"
_LOG: Final = ("read_access_log", "web.access_log", "web")
_STAMP: Final = r"\[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d"
_IIS: Final = (
    r"^(?:#(?:Software|Version|Date|Fields): (?!date time x-edge-)"
    r"|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (?:\S+ )*?[A-Z]{3,7} /)"
)
_CLOUDFRONT: Final = r"^(?:#Version: |#Fields: date time x-edge-|\d{4}-\d\d-\d\d\t\d\d:\d\d:\d\d\t[A-Z]{3})"
# A row of Snowplow's has app, platform, three times, event and its id first; some tools wrap the JSON behind them.
_ENRICHED: Final = (
    r"^[^\t]*\t[a-z]*\t[\d:. -]*\t\d{4}-\d\d-\d\d [\d:.]+\t[\d:. -]*\t[a-z_]*\t[0-9a-f]{8}-[0-9a-f-]{27}\t"
    r'|^ {2,}["{}\]]'
)

FORMATS: Final = (
    Format("access-log", *_LOG, zone=_SAID, signatures=(Signature("lines", pattern=rf'{_STAMP} [+-]\d{{4}}\] "'),)),
    Format("iis", *_LOG, zone=_UTC, signatures=(Signature("lines", pattern=_IIS),)),
    Format(
        "cloudfront",
        *_LOG,
        key="x-edge-request-id",
        zone=_UTC,
        signatures=(Signature("lines", pattern=_CLOUDFRONT),),
    ),
    Format(
        "s3-access-log",
        *_LOG,
        key="request ID",
        zone=_SAID,
        signatures=(Signature("lines", pattern=rf"^[0-9a-f]{{64}} \S+ {_STAMP} "),),
    ),
    Format(
        "haproxy",
        *_LOG,
        zone="the server's own: must be said",
        signatures=(Signature("lines", pattern=rf"(?:^|\]: )[0-9A-Fa-f.:]+:\d+ {_STAMP}\.\d{{3}}\] \S+ \S+/"),),
    ),
    Format(
        "nginx-json",
        *_LOG,
        key="request_id",
        zone=_SAID,
        signatures=(
            Signature("json", fields=("remote_addr", "request", "status")),
            Signature("json", fields=("remote_addr", "request_uri", "status")),
            Signature("json", fields=("ip", "path", "status", "user_agent")),
        ),
    ),
    Format(
        "caddy",
        *_LOG,
        zone=_UTC,
        signatures=(Signature("json", fields=("ts", "request.method", "request.host", "request.uri", "status")),),
    ),
    Format(
        "traefik",
        *_LOG,
        zone=_SAID,
        signatures=(Signature("json", fields=("ClientHost", "RequestMethod", "RequestPath", "DownstreamStatus")),),
    ),
    Format(
        "ga4",
        "read_ga4",
        "web.ga4",
        "web",
        key="the table of a day",
        zone=_UTC,
        signatures=(
            Signature("json", fields=("event_name", "event_timestamp", "event_params")),
            Signature("parquet", fields=("event_name", "event_timestamp", "event_params")),
            Signature(
                "delimited", fields=("_fivetran_id", "name", "timestamp", "user_pseudo_id", "param_ga_session_id")
            ),
            Signature("folder", fields=("*events_2*",)),
            Signature("folder", fields=("*events_intraday_2*",)),
        ),
    ),
    Format(
        "snowplow",
        "read_snowplow",
        "web.snowplow",
        "web",
        key="event_id",
        zone=_UTC,
        signatures=(
            Signature("lines", pattern=_ENRICHED),
            Signature("lines", fields=("web",), pattern=_ENRICHED),  # the platform
            Signature("delimited", fields=("event_id", "collector_tstamp", "domain_userid", "event_name")),
            Signature("delimited", fields=("EVENT_ID", "COLLECTOR_TSTAMP", "DOMAIN_USERID", "EVENT_NAME")),
        ),
    ),
    Format(
        "segment",
        "read_segment",
        "web.segment",
        "web",
        key="messageId",
        zone=_SAID,
        signatures=(
            Signature("json", fields=("messageId", "type", "anonymousId", "context")),
            Signature("json", fields=("messageId", "type", "userId", "timestamp")),
            Signature("json", fields=("event", "anonymousId", "context", "originalTimestamp")),
        ),
    ),
    Format(
        "amplitude",
        "read_amplitude",
        "web.event_exports",
        "web",
        key="uuid",
        zone=_UTC,
        signatures=(Signature("json", fields=("event_type", "event_time", "amplitude_id", "uuid")),),
    ),
    Format(
        "mixpanel",
        "read_mixpanel",
        "web.event_exports",
        "web",
        key="$insert_id, distinct_id, event and time",
        zone="tz",
        signatures=(Signature("json", fields=("event", "properties", "distinct_id", "time")),),
    ),
    Format(
        "posthog",
        "read_posthog",
        "web.event_exports",
        "web",
        key="uuid",
        zone=_SAID,
        signatures=(Signature("json", fields=("uuid", "event", "distinct_id", "properties", "timestamp")),),
    ),
    Format(
        "matomo",
        "read_matomo",
        "web.matomo",
        "web",
        key="idVisit",
        zone="told by firstActionTimestamp",
        signatures=(Signature("json", fields=("idVisit", "visitorId", "actionDetails")),),
    ),
)
