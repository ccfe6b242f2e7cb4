"""The formats of chat systems and help desks."""

from __future__ import annotations

from typing import Final

from journeymine.sources.format import Format, Signature

__all__ = ["FORMATS"]

_UTC: Final = "UTC, said in each time"
_MESSAGE: Final = (
    r"^\W{0,3}\d{1,4}[-/.] ?\d{1,2}[-/.] ?\d{1,4}[^\d\[\]:]{1,15}\d{1,2}[:.]\d\d([:.]\d\d)?[^\d\[\]:-]{0,15}"
    r"(\]|\s-|:)\W{0,3}\s\W{0,3}[^:]{1,99}:( |$)"
)  # the first line of a WhatsApp message: date, time, sender

FORMATS: Final = (
    Format(
        "zendesk-chats",
        "read_zendesk_chats",
        "chat.zendesk",
        "chat",
        key="id",
        zone=_UTC,
        signatures=(
            Signature("json", ("id", "timestamp", "visitor", "history")),
            Signature("json", ("id", "timestamp", "visitor", "agent_names")),
            Signature("json", ("id", "timestamp", "visitor", "message")),
            Signature("json", ("chats",)),
            Signature("json", ("docs", "count")),
        ),
    ),
    Format(
        "zendesk-tickets",
        "read_zendesk_tickets",
        "chat.tickets",
        "",
        key="id",
        zone="UTC, said in each time; in tables of a warehouse not said",
        signatures=(
            Signature("json", ("id", "requester_id", "submitter_id", "status", "created_at")),
            Signature("json", ("tickets", "count")),
            Signature("json", ("tickets", "end_of_stream")),
            Signature("json", ("tickets", "meta")),
            Signature("delimited", ("id", "requester_id", "submitter_id", "status", "created_at")),
        ),
    ),
    Format(
        "zendesk-audits",
        "read_zendesk_audits",
        "chat.audits",
        "",
        key="id",
        zone=_UTC,
        signatures=(
            Signature("json", ("id", "ticket_id", "author_id", "events")),
            Signature("json", ("audits",)),
        ),
    ),
    Format(
        "intercom",
        "read_intercom",
        "chat.intercom",
        "",
        key="id",
        zone="seconds since 1970",
        signatures=(
            Signature("json", ("type", "id", "source", "contacts")),
            Signature("json", ("type", "id", "ticket_parts", "contacts")),
            Signature("json", ("type", "id", "workspace_id", "external_id", "role")),
            Signature("json", ("type", "conversations", "total_count")),
            Signature("json", ("type", "tickets", "total_count")),
        ),
    ),
    Format(
        "whatsapp",
        "read_whatsapp",
        "chat.whatsapp",
        "chat",
        zone="of the telephone, not said",
        signatures=(
            Signature("lines", pattern=_MESSAGE),
            Signature("zip", ("*_chat.txt",)),
            Signature("zip", ("*WhatsApp*.txt",)),
        ),
    ),
    Format(
        "slack",
        "read_slack",
        "chat.slack",
        "chat",
        key="room and ts",
        zone="seconds since 1970",
        signatures=(
            Signature("zip", ("*users.json", "*-*-*.json")),
            Signature("folder", ("*users.json", "*-*-*.json")),
        ),
    ),
    Format(
        "teams",
        "read_teams",
        "chat.teams",
        "chat",
        key="chat or channel, and id",
        zone=_UTC,
        signatures=(
            Signature("json", ("id", "messageType", "createdDateTime", "body")),
            Signature("json", ("@odata.context", "value")),
        ),
    ),
)
"""What there is to know of each."""
