"""Tracking extracts of Salesforce Marketing Cloud (Email Studio)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

from journeymine.log.eventlog import EventLog
from journeymine.sources.mail.actions import DELIVERED, FORWARDED
from journeymine.sources.mail.events import read_export
from journeymine.sources.mail.layouts import Layout, Lookup

__all__ = ["read_sfmc"]

SYSTEM_ZONE: Final = "Etc/GMT+6"
"""Where the clock of Marketing Cloud stands: six hours behind UTC, in summer too."""

_LAYOUT: Final = Layout(
    system="Salesforce Marketing Cloud",
    fields={
        "action": ("EventType",),
        "timestamp": ("EventDate",),
        "event_id": ("ID",),
        "id_email": ("EmailAddress",),
        "id_sfmc": ("SubscriberKey",),
        "campaign": ("SendID",),
        "url": ("URL",),
        "reason": ("BounceCategory", "UnsubReason"),
    },
    words={"deliveredevent": DELIVERED, "forwardedemail": FORWARDED},
    others=True,
    lookups=(
        Lookup("SubscriberKey", "id_sfmc", {"id_email": "EmailAddress"}, marks=("SubscriberKey", "EmailAddress")),
        Lookup("SendID", "campaign", {"campaign": "EmailName"}, marks=("SendID", "EmailName")),
        Lookup("id", "campaign", {"campaign": "email_name"}, marks=("id", "email_name", "number_sent")),
    ),
)


def read_sfmc(
    path: str | Path,
    *,
    tz: str = SYSTEM_ZONE,
    observed_until: str | datetime | None = None,
    name: str | None = None,
) -> EventLog:
    """Read a tracking extract of Salesforce Marketing Cloud.

    ========================  ========================================================================================
    ``mail sent``             ``Sent``
    ``mail dropped``          ``NotSent``
    ``mail delivered``        ``DeliveredEvent``
    ``mail bounced``          ``Bounce``
    ``mail opened``           ``Open``
    ``mail clicked``          ``Click``
    ``mail forwarded``        ``ForwardedEmail``
    ``mail unsubscribed``     ``Unsubscribe``
    ``mail marked as spam``   ``Complaint``
    ========================  ========================================================================================

    Other types of events, such as those of surveys, are set aside (``not_of_mail``).

    Parameters
    ----------
    path
        The zip archive, or a folder of its files: ``Sent.csv``, ``Opens.csv``, ``Clicks.csv``, ``Bounces.csv``,
        ``Unsubs.csv``; and, to name what they only number, ``SendJobs.csv`` and ``Subscribers.csv``. One of the files;
        or the tables that warehouses keep of them.
    tz
        Where the clock of ``EventDate`` stands; by default six hours behind UTC without daylight saving, as the system
        writes it [1]_. Where the extract was told to convert times to those of the account or a user, that zone, such
        as ``"Europe/Amsterdam"``.
    observed_until
        When the extract was made; by default the time of its last event.
    name
        Name of the source; by default the file's or folder's.

    Returns
    -------
    EventLog
        Channel ``mail``; identifiers ``email`` and ``sfmc`` (the SubscriberKey, unless it is the address). Attributes
        ``campaign`` (name of the mail, else SendID), ``url``, ``reason`` (of bounces). Events have no id: rows that
        say the same count once. ``source_row`` counts the rows of all files, by their names.

    Raises
    ------
    FormatError
        If it holds no events, or the archive is not safe to read: names that lead out of it, links, or far more bytes
        than it promises.
    EmptySourceError
        If there is nothing in it.
    TimeZoneError
        If nobody knows `tz`.

    Notes
    -----
    Marketing Cloud does not tell which openings a machine made.

    References
    ----------
    .. [1] Salesforce Help, article 000384850.

    Examples
    --------
    >>> _ = (tmp / "Opens.csv").write_text('''ClientID,SendID,SubscriberKey,EmailAddress,EventDate,EventType
    ... 1,7,C1,jo@mail.example,5/1/2024 9:00:00 PM,Open''')
    >>> read_sfmc(tmp / "Opens.csv").table["timestamp"][0].as_py().isoformat()
    '2024-05-02T03:00:00+00:00'
    """
    return read_export(path, _LAYOUT, zone=tz, observed_until=observed_until, name=name)
