"""Events of mails from any system that writes one row an event."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

import pyarrow as pa

from journeymine.errors import UnknownColumnError
from journeymine.log.eventlog import EventLog
from journeymine.log.schema import ID_PREFIX
from journeymine.sources.mail.actions import plain_words
from journeymine.sources.mail.events import Export
from journeymine.sources.mail.layouts import Layout, plain
from journeymine.sources.mail.tables import TableFile, table_files
from journeymine.sources.reading import to_log

__all__ = ["read_mail_events"]

_ADVICE: Final = "Say what the words for them mean with actions=, such as actions={'read': 'mail opened'}"


def read_mail_events(
    path: str | Path,
    *,
    email: str = "email",
    action: str = "action",
    timestamp: str = "timestamp",
    event_id: str | None = None,
    campaign: str | None = None,
    message: str | None = None,
    url: str | None = None,
    reason: str | None = None,
    machine: str | None = None,
    agent: str | None = None,
    ids: Mapping[str, str] | None = None,
    actions: Mapping[str, str] | None = None,
    tz: str | None = None,
    keep_machine: bool = False,
    observed_until: str | datetime | None = None,
    name: str | None = None,
    country: str | None = None,
) -> EventLog:
    """Read what became of mails, from a table with one row an event.

    The usual words of such systems are known, however they are spelled (``open``, ``Opened``, ``OPENED``): sent,
    deferred, delivered, bounced, dropped, opened, clicked, forwarded, printed, unsubscribed, subscribed, and spam for
    ``mail marked as spam``.

    Parameters
    ----------
    path
        Delimited text or JSON (lines, an array), also as gzip; or a folder or a zip archive of such files.
    email, action, timestamp
        Columns of the recipient, of what happened and of when; in JSON fields, with dots between levels, such as
        ``"event-data.recipient"``.
    event_id
        Column that tells events apart: of the rows that share a value the last is used. Without one, rows that say the
        same are one event.
    campaign, message, url, reason
        Columns of further attributes: the campaign, the single message, the link that was clicked, why a mail bounced.
    machine
        Column that is true where no person opened or clicked.
    agent
        Column of the program that opened the mail; one that calls itself ``Mozilla/5.0`` and nothing else is Apple's
        Mail Privacy Protection, no person.
    ids
        Columns of further identifiers by kind, such as ``{"customer": "customer_id"}``.
    actions
        Activities for words that are not known, or mean something else here, such as ``{"hard": "mail bounced"}``.
    tz
        Zone of times that carry none, such as ``"Europe/Amsterdam"``.
    keep_machine
        Keep what no person did; the attribute ``machine`` tells it. By default it is set aside (``machine_open``,
        ``machine_click``).
    observed_until
        When the export was made; by default the time of its last event.
    name
        Name of the source; by default the file's.
    country
        Two letters; the country of telephone numbers written without one.

    Returns
    -------
    EventLog
        Channel ``mail``; identifier ``email`` and those of `ids`; the attributes that were named.

    Raises
    ------
    UnknownColumnError
        If a column does not exist; the message names the closest.
    TimeZoneError
        If times carry no zone and `tz` is not given.
    FormatError
        If no row says an action that is known.
    EmptySourceError
        If there is nothing in it.

    Examples
    --------
    >>> _ = (tmp / "mails.csv").write_text('''who,what,when
    ... jo@mail.example,Delivered,2024-05-01T09:00:00Z
    ... jo@mail.example,hard,2024-05-01T09:00:02Z''')
    >>> log = read_mail_events(tmp / "mails.csv", email="who", action="what", timestamp="when",
    ...                        actions={"hard": "mail bounced"})
    >>> log.table["activity"].to_pylist()
    ['mail delivered', 'mail bounced']
    """
    path = Path(path)
    fields = {"action": action, "timestamp": timestamp, "event_id": event_id, "id_email": email}
    fields |= {"campaign": campaign, "message": message, "url": url, "reason": reason}
    fields |= {"machine": machine, "agent": agent}
    fields |= {ID_PREFIX + kind: column for kind, column in (ids or {}).items()}
    named = {new: column for new, column in fields.items() if column is not None}
    _check_columns(table_files(path), list(named.values()), path.name)
    columns = {new: (column,) for new, column in named.items()}
    layout = Layout("mails", columns, words=_words(actions or {}), advice=_ADVICE)
    reading = Export(path, layout, tz, keep_machine).reading(name)
    return to_log(reading, channel="mail", observed_until=observed_until, country=country)


def _words(actions: Mapping[str, str]) -> dict[str, str]:
    spelled = plain_words(pa.array(list(actions), pa.string())).to_pylist()
    return dict(zip(spelled, actions.values(), strict=True))


def _check_columns(files: list[TableFile], wanted: list[str], source: str) -> None:
    """Look for the columns in the tables; JSON names its fields only record by record."""
    there = {plain(column): column for file in files for column in file.columns or ()}
    missing = [name for name in wanted if plain(name) not in there]
    if missing and all(file.columns is not None for file in files):
        raise UnknownColumnError(f"column {{name!r}} is not in {source}", missing[0], list(there.values()))
