"""Events of mails sent with Klaviyo."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

from journeymine.log.eventlog import EventLog
from journeymine.sources.mail.actions import (
    BOUNCED,
    CLICKED,
    DELIVERED,
    DROPPED,
    OPENED,
    PREFERENCES,
    SPAM,
    SUBSCRIBED,
    UNSUBSCRIBED,
)
from journeymine.sources.mail.events import read_export
from journeymine.sources.mail.layouts import Layout, Lookup

__all__ = ["read_klaviyo"]

_SAID: Final = "attributes.event_properties."

# In capitals what is read of tables only: JSON names its fields exactly, and its "type" is of another kind.
_LAYOUT: Final = Layout(
    system="Klaviyo",
    fields={
        "action": ("TYPE",),
        "metric": ("relationships.metric.data.id", "METRIC_ID"),
        "timestamp": ("attributes.datetime", "DATETIME", "attributes.timestamp", "TIMESTAMP"),
        "event_id": ("id",),
        "id_klaviyo": ("relationships.profile.data.id", "PERSON_ID", "PROFILE_ID"),
        "campaign": (_SAID + "Campaign Name", "PROPERTY_CAMPAIGN_NAME", "CAMPAIGN_ID", "FLOW_ID"),
        "message": (_SAID + "$message", "FLOW_MESSAGE_ID"),
        "subject": (_SAID + "Subject", "PROPERTY_SUBJECT"),
        "url": (_SAID + "URL", "PROPERTY_URL"),
        "reason": (_SAID + "Bounce Type", "PROPERTY_BOUNCE_TYPE"),
        "machine": (
            *(_SAID + name for name in ("machine_open", "Machine Open", "Apple Privacy Open", "Bot Click")),
            *("PROPERTY_MACHINE_OPEN", "PROPERTY_APPLE_PRIVACY_OPEN", "PROPERTY_BOT_CLICK"),
        ),
    },
    words={
        "received email": DELIVERED,
        "opened email": OPENED,
        "clicked email": CLICKED,
        "bounced email": BOUNCED,
        "dropped email": DROPPED,
        "marked email as spam": SPAM,
        "unsubscribed from email marketing": UNSUBSCRIBED,
        "unsubscribed from list": UNSUBSCRIBED,
        "subscribed to email marketing": SUBSCRIBED,
        "subscribed to list": SUBSCRIBED,
        "updated email preferences": PREFERENCES,
    },
    others=True,
    lookups=(
        Lookup("ID", "metric", {"action": "NAME"}, marks=("ID", "NAME", "INTEGRATION_ID")),
        Lookup("ID", "id_klaviyo", {"id_email": "EMAIL", "id_phone": "PHONE_NUMBER"}, marks=("ID", "EMAIL")),
        Lookup("ID", "campaign", {"campaign": "NAME"}, marks=("ID", "NAME", "FROM_EMAIL")),
        Lookup("ID", "campaign", {"campaign": "NAME"}, marks=("ID", "NAME", "TRIGGER_TYPE")),
        Lookup("id", "metric", {"action": "attributes.name"}, marks=(), unwrap="included"),
        Lookup(
            "id",
            "id_klaviyo",
            {"id_email": "attributes.email", "id_phone": "attributes.phone_number"},
            marks=(),
            unwrap="included",
        ),
    ),
    unwrap=("data",),
    advice="Without the names of its metrics nothing can be told: ask the API to include=metric",
)


def read_klaviyo(
    path: str | Path,
    *,
    keep_machine: bool = False,
    observed_until: str | datetime | None = None,
    name: str | None = None,
) -> EventLog:
    """Read what became of mails sent with Klaviyo.

    ============================  ====================================================================================
    ``mail delivered``            metric ``Received Email``
    ``mail bounced``              ``Bounced Email``
    ``mail dropped``              ``Dropped Email``
    ``mail opened``               ``Opened Email``
    ``mail clicked``              ``Clicked Email``
    ``mail unsubscribed``         ``Unsubscribed``, ``Unsubscribed from Email Marketing``, ``Unsubscribed from List``
    ``mail subscribed``           ``Subscribed to Email Marketing``, ``Subscribed to List``
    ``mail preferences changed``  ``Updated Email Preferences``
    ``mail marked as spam``       ``Marked Email as Spam``
    ============================  ====================================================================================

    All other metrics, such as those of orders and text messages, are set aside (``not_of_mail``).

    Parameters
    ----------
    path
        JSON as the API answers to ``/events?include=metric,profile``; or the tables that warehouses keep of Klaviyo,
        as delimited text: events (``TYPE``, ``DATETIME``, ``PERSON_ID``) and, to name customers and campaigns,
        persons, metrics, campaigns and flows. One file, or a folder or zip archive of them; also as gzip.
    keep_machine
        Keep openings and clicks that Klaviyo says no person made (Apple Privacy Open, Bot Click); the attribute
        ``machine`` tells them. By default they are set aside (``machine_open``, ``machine_click``).
    observed_until
        When the export was made; by default the time of its last event.
    name
        Name of the source; by default the file's or folder's.

    Returns
    -------
    EventLog
        Channel ``mail``; identifiers ``klaviyo`` (the profile), and ``email`` and ``phone`` where the export has the
        profiles. Attributes ``campaign`` (name of the campaign or flow, else its id), ``message``, ``subject``,
        ``url``, ``reason`` (of bounces). Times without a zone are UTC, and a note says so.

    Raises
    ------
    FormatError
        If it holds no events of Klaviyo, or JSON without the names of the metrics.
    EmptySourceError
        If there is nothing in it.

    Examples
    --------
    >>> _ = (tmp / "event.csv").write_text('''ID,PERSON_ID,DATETIME,TYPE
    ... a,p1,2024-05-01 09:00:00,Received Email
    ... b,p1,2024-05-01 09:05:00,Placed Order''')
    >>> log = read_klaviyo(tmp / "event.csv")
    >>> log.table["activity"].to_pylist(), log.quarantine.reasons
    (['mail delivered'], {'not_of_mail': 1})
    """
    return read_export(path, _LAYOUT, zone="UTC", keep_machine=keep_machine, observed_until=observed_until, name=name)
