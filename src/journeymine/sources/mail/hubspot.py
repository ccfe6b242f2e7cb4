"""Events of mails sent with HubSpot."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

from journeymine.log.eventlog import EventLog
from journeymine.sources.mail.actions import PREFERENCES, SUBSCRIBED, UNSUBSCRIBED
from journeymine.sources.mail.events import read_export
from journeymine.sources.mail.layouts import Layout, Lookup

__all__ = ["read_hubspot_email"]

_LAYOUT: Final = Layout(
    system="HubSpot",
    fields={
        "action": ("type",),
        "detail": ("portalSubscriptionStatus",),
        "timestamp": ("created",),
        "event_id": ("id",),
        "id_email": ("recipient",),
        "campaign": ("emailCampaignId",),
        "message": ("sentBy.id",),
        "subject": ("subject",),
        "url": ("url",),
        "reason": ("category", "dropReason"),
        "machine": ("filteredEvent",),
        "agent": ("userAgent",),
        "obsolete": ("obsoletedBy.id",),
    },
    words={
        "statuschange": PREFERENCES,
        "statuschange subscribed": SUBSCRIBED,
        "statuschange unsubscribed": UNSUBSCRIBED,
    },
    aside={
        "processed": "a step between sent and delivered, inside the system",
        "unbounce": "of the address, not of a mail",
    },
    lookups=(
        Lookup("id", "event_id", {"url": "url", "agent": "user_agent"}, marks=("id", "url", "user_agent")),
        Lookup("id", "event_id", {"agent": "user_agent"}, marks=("id", "duration", "user_agent")),
        Lookup("id", "event_id", {"reason": "category"}, marks=("id", "category", "response")),
        Lookup("id", "event_id", {"reason": "drop_reason"}, marks=("id", "drop_reason")),
        Lookup("id", "event_id", {"subject": "subject"}, marks=("id", "subject", "reply_to")),
        Lookup(
            "id",
            "event_id",
            {"detail": "portal_subscription_status"},
            marks=("id", "portal_subscription_status"),
        ),
        Lookup("id", "campaign", {"campaign": "name"}, marks=("id", "name", "content_id")),
    ),
    unwrap=("events",),
)


def read_hubspot_email(
    path: str | Path,
    *,
    keep_machine: bool = False,
    observed_until: str | datetime | None = None,
    name: str | None = None,
) -> EventLog:
    """Read what became of mails sent with HubSpot.

    ============================  ====================================================================================
    ``mail sent``                 ``SENT``
    ``mail dropped``              ``DROPPED``
    ``mail deferred``             ``DEFERRED``
    ``mail delivered``            ``DELIVERED``
    ``mail bounced``              ``BOUNCE``
    ``mail opened``               ``OPEN``
    ``mail clicked``              ``CLICK``
    ``mail printed``              ``PRINT``
    ``mail forwarded``            ``FORWARD``
    ``mail unsubscribed``         ``STATUSCHANGE`` to ``UNSUBSCRIBED``
    ``mail subscribed``           ``STATUSCHANGE`` to ``SUBSCRIBED``
    ``mail preferences changed``  any other ``STATUSCHANGE``
    ``mail marked as spam``       ``SPAMREPORT``
    ============================  ====================================================================================

    Set aside are ``PROCESSED``, which lies between sent and delivered (``processed``), ``UNBOUNCE`` (``unbounce``),
    and events in whose place came another one (``obsolete``).

    Parameters
    ----------
    path
        JSON as the email events API answers (``{"events": […]}``), or one event a line; or the tables that warehouses
        keep of HubSpot, as delimited text: the events (``type``, ``created``, ``recipient``) and those of clicks,
        openings, bounces, drops and status changes that tell more of them. One file, or a folder or zip archive of
        them; also as gzip.
    keep_machine
        Keep openings and clicks that HubSpot leaves out of its own reports (``filteredEvent``: robots, own networks),
        and openings by a program that calls itself ``Mozilla/5.0`` and nothing else, as Apple's Mail Privacy
        Protection does; the attribute ``machine`` tells them. By default they are set aside (``machine_open``,
        ``machine_click``).
    observed_until
        When the export was made; by default the time of its last event.
    name
        Name of the source; by default the file's or folder's.

    Returns
    -------
    EventLog
        Channel ``mail``, identifier ``email``. ``event_id`` is the event's id. Attributes ``campaign`` (its name where
        the export has it, else its id), ``message`` (the id of its ``SENT`` event), ``subject``, ``url``, ``reason``
        (of bounces and drops). Times are milliseconds since 1970; in tables, where they have no zone, UTC, and a note
        says so.

    Raises
    ------
    FormatError
        If it holds no events of HubSpot mails.
    EmptySourceError
        If there is nothing in it.

    Examples
    --------
    >>> _ = (tmp / "events.json").write_text('''{"hasMore": false, "events": [
    ... {"id": "a", "type": "SENT", "created": 1714546800000, "recipient": "jo@mail.example"},
    ... {"id": "b", "type": "PROCESSED", "created": 1714546800500, "recipient": "jo@mail.example"}]}''')
    >>> log = read_hubspot_email(tmp / "events.json")
    >>> log.table["activity"].to_pylist(), log.quarantine.reasons
    (['mail sent'], {'processed': 1})
    """
    return read_export(path, _LAYOUT, zone="UTC", keep_machine=keep_machine, observed_until=observed_until, name=name)
