"""Activity of the recipients of Mailchimp campaigns."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

from journeymine.log.eventlog import EventLog
from journeymine.sources.mail.events import read_export
from journeymine.sources.mail.layouts import Layout, Lookup

__all__ = ["read_mailchimp"]

_LAYOUT: Final = Layout(
    system="Mailchimp",
    fields={
        "action": ("action",),
        "timestamp": ("timestamp",),
        "id_email": ("email_address",),
        "id_mailchimp": ("member_id", "email_id"),
        "campaign": ("campaign_id", "automation_email_id"),
        "url": ("url",),
        "reason": ("bounce_type", "type", "reason"),
    },
    constant={
        ("member_id", "timestamp", "reason"): "unsubscribe",
        ("member_id", "campaign_id", "combination_id"): "sent",
    },
    lookups=(
        Lookup("id", "id_mailchimp", {"id_email": "email_address"}, marks=("id", "email_address", "status")),
        Lookup("id", "campaign", {"timestamp": "send_time", "campaign": "title"}, marks=("id", "title", "send_time")),
    ),
    unwrap=("emails",),
    spread="activity",
)


def read_mailchimp(
    path: str | Path,
    *,
    observed_until: str | datetime | None = None,
    name: str | None = None,
) -> EventLog:
    """Read what recipients did with Mailchimp campaigns.

    ========================  ========================================================================================
    ``mail sent``             a row of the table of recipients, at the time its campaign was sent
    ``mail opened``           ``open``
    ``mail clicked``          ``click``
    ``mail bounced``          ``bounce``
    ``mail unsubscribed``     a row of the table of unsubscriptions
    ========================  ========================================================================================

    Parameters
    ----------
    path
        JSON as the API answers to ``/reports/{campaign}/email-activity``; or the tables that warehouses keep of
        Mailchimp, as delimited text: the activity of campaigns (``action``, ``member_id``, ``campaign_id``,
        ``timestamp``) or automations, recipients, unsubscriptions, and, to name customers and campaigns, members and
        campaigns. One file, or a folder or zip archive of them; also as gzip.
    observed_until
        When the export was made; by default the time of its last event.
    name
        Name of the source; by default the file's or folder's.

    Returns
    -------
    EventLog
        Channel ``mail``; identifiers ``email`` (where the export has it) and ``mailchimp`` (the member, which is a
        hash of the address). Attributes ``campaign`` (its title, else its id), ``url``, ``reason`` (of bounces:
        ``hard`` or ``soft``). Mailchimp gives events no id: rows that say the same are one event. Times without a zone
        are UTC, and a note says so. Recipients are counted as sent only where the campaign's table is there.

    Raises
    ------
    FormatError
        If it holds no activity of Mailchimp.
    EmptySourceError
        If there is nothing in it.

    Notes
    -----
    Mailchimp does not tell which openings a machine made.

    Examples
    --------
    >>> _ = (tmp / "activity.csv").write_text('''action,campaign_id,member_id,timestamp,url
    ... open,c1,m1,2024-05-01 09:00:00,
    ... click,c1,m1,2024-05-01 09:00:00,https://shop.example/''')
    >>> read_mailchimp(tmp / "activity.csv").table["activity"].to_pylist()
    ['mail opened', 'mail clicked']
    """
    return read_export(path, _LAYOUT, zone="UTC", observed_until=observed_until, name=name)
