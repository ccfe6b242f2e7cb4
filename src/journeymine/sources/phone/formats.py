"""The formats of calls and contact centres that are read."""

from __future__ import annotations

from typing import Final

from journeymine.sources.format import Format, Signature

__all__ = ["FORMATS"]

_TEXT: Final = r'"(?:[^"]|"")*"|[^",]*'
_FIELD: Final = rf"(?:{_TEXT}),"
_DATE: Final = r'"?[12]\d{3}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?"?,'
_NO_DATE: Final = r'(?:"(?:0000-00-00 00:00:00)?")?,'
_EVENTS: Final = (
    "CHAN_START|CHAN_END|ANSWER|HANGUP|APP_START|APP_END|BRIDGE_ENTER|BRIDGE_EXIT|BRIDGE_START|BRIDGE_END|LINKEDID_END"
)

FORMATS: Final = (
    Format(
        name="asterisk-cdr",
        reader="read_asterisk_cdr",
        module="phone.asterisk",
        channel="phone",
        zone="the exchange's own, or UTC where it is set so: must be said",
        signatures=(Signature("delimited", pattern=rf"^(?:{_FIELD}){{8,9}}{_DATE}(?:{_DATE}|{_NO_DATE}){_DATE}"),),
    ),
    Format(
        name="asterisk-cel",
        reader="read_asterisk_cel",
        module="phone.cel",
        channel="phone",
        zone="UTC (seconds since 1970); where dates are written, the exchange's own, which must be said",
        signatures=(Signature("delimited", pattern=rf'^"?(?:{_EVENTS})"?,(?:{_FIELD})?"?\d'),),
    ),
    Format(
        name="asterisk-queue-log",
        reader="read_asterisk_queue_log",
        module="phone.queue_log",
        channel="phone",
        zone="UTC (seconds since 1970)",
        signatures=(Signature("lines", pattern=r"^\d{9,11}(?:\.\d+)?\|[^|]*\|[^|]*\|[^|]*\|[A-Z][A-Z0-9_]*(?:\||$)"),),
    ),
    Format(
        name="amazon-connect",
        reader="read_amazon_connect",
        module="phone.connect",
        channel="",
        key="ContactId",
        zone="UTC",
        signatures=(Signature("json", fields=("ContactId", "InitiationMethod", "InitiationTimestamp", "Channel")),),
    ),
    Format(
        name="genesys-conversations",
        reader="read_genesys_conversations",
        module="phone.genesys",
        channel="",
        key="conversationId",
        zone="UTC",
        signatures=(
            Signature("json", fields=("conversationId", "conversationStart", "participants", "sessions", "segments")),
        ),
    ),
    Format(
        name="twilio-calls",
        reader="read_twilio_calls",
        module="phone.twilio",
        channel="phone",
        key="sid",
        zone="UTC",
        signatures=(
            Signature("json", fields=("sid", "from", "to", "direction", "status", "start_time", "end_time")),
            Signature(
                "delimited",
                fields=("id", "from", "to", "direction", "status", "start_time", "end_time", "parent_call_id"),
            ),
            Signature("delimited", fields=("sid", "from", "to", "direction", "status", "start_time", "end_time")),
        ),
    ),
)
"""Calls of exchanges and of cloud telephony, and the contacts of contact centres in whatever channel."""
