"""The event webhook of Twilio SendGrid."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

from journeymine.log.eventlog import EventLog
from journeymine.sources.mail.actions import SENT, SUBSCRIBED, UNSUBSCRIBED
from journeymine.sources.mail.events import read_export
from journeymine.sources.mail.layouts import Layout

__all__ = ["read_sendgrid"]

_LAYOUT: Final = Layout(
    system="SendGrid",
    fields={
        "action": ("event",),
        "timestamp": ("timestamp",),
        "event_id": ("sg_event_id",),
        "id_email": ("email",),
        "campaign": ("marketing_campaign_name", "singlesend_name", "category"),
        "message": ("sg_message_id",),
        "url": ("url",),
        "reason": ("bounce_classification", "type", "reason"),
        "machine": ("sg_machine_open",),
        "agent": ("useragent",),
    },
    words={"processed": SENT, "group unsubscribe": UNSUBSCRIBED, "group resubscribe": SUBSCRIBED},
    aside={"account status change": "of the sender's account, not of a mail"},
)


def read_sendgrid(
    path: str | Path,
    *,
    keep_machine: bool = False,
    observed_until: str | datetime | None = None,
    name: str | None = None,
) -> EventLog:
    """Read what the event webhook of SendGrid sent.

    ========================  ========================================================================================
    ``mail sent``             ``processed``
    ``mail dropped``          ``dropped``: not sent, for the address bounced or unsubscribed before
    ``mail deferred``         ``deferred``: the other server did not take it yet
    ``mail delivered``        ``delivered``
    ``mail bounced``          ``bounce``
    ``mail opened``           ``open``
    ``mail clicked``          ``click``
    ``mail unsubscribed``     ``unsubscribe``, ``group_unsubscribe``
    ``mail subscribed``       ``group_resubscribe``
    ``mail marked as spam``   ``spamreport``
    ========================  ========================================================================================

    Parameters
    ----------
    path
        JSON: an array of events as it was posted, or one event a line; or a table with such columns; also as gzip.
        Or a folder or a zip archive of them.
    keep_machine
        Keep openings that no person made: those with ``sg_machine_open``, and those by a program that calls itself
        ``Mozilla/5.0`` and nothing else, as Apple's Mail Privacy Protection does. The attribute ``machine`` tells them.
        By default they are set aside (``machine_open``).
    observed_until
        When the events were taken; by default the time of the last one.
    name
        Name of the source; by default the file's.

    Returns
    -------
    EventLog
        Channel ``mail``, identifier ``email``. ``event_id`` is ``sg_event_id``; of what was posted twice the last is
        used. Attributes ``campaign`` (name of the marketing campaign or single send, else the category), ``message``
        (``sg_message_id``), ``url``, and ``reason`` (of bounces and drops). Times are seconds since 1970.

    Raises
    ------
    FormatError
        If it holds no events of SendGrid.
    EmptySourceError
        If there is nothing in it.

    Examples
    --------
    >>> _ = (tmp / "posted.json").write_text('''[
    ... {"email": "jo@mail.example", "timestamp": 1714546800, "event": "processed", "sg_event_id": "a"},
    ... {"email": "jo@mail.example", "timestamp": 1714546801, "event": "open", "sg_event_id": "b",
    ...  "sg_machine_open": true}]''')
    >>> read_sendgrid(tmp / "posted.json")
    <EventLog 1 event · 1 customer · 1 channel · 2024-05-01 – 2024-05-01 · 1 row set aside>
    """
    return read_export(path, _LAYOUT, zone="UTC", keep_machine=keep_machine, observed_until=observed_until, name=name)
