"""Contact records of Amazon Connect: voice menu, queue, agent and transfers of every contact."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.sources.checks import CHECKS, Check, check_kind, drop, foreign, usable
from journeymine.sources.phone.connect_steps import contact_steps
from journeymine.sources.phone.steps import channels_of, counted, in_order, last_moment
from journeymine.sources.reading import Reading, gather, keep_latest, to_log
from journeymine.sources.records import Records, json_tables
from journeymine.sources.times import parse_times
from journeymine.sources.values import amounts

__all__ = ["read_amazon_connect"]

_FIELDS: Final = {
    "event_id": "ContactId",
    "initial": "InitialContactId",
    "next": "NextContactId",
    "medium": "Channel",
    "method": "InitiationMethod",
    "customer": "CustomerId",
    "address": "CustomerEndpoint.Address",
    "address_kind": "CustomerEndpoint.Type",
    "queue": "Queue.Name",
    "agent": "Agent.Username",
    "holds": "Agent.NumberOfHolds",
    "hold_seconds": "Agent.CustomerHoldDuration",
    "talk_seconds": "Agent.AgentInteractionDuration",
    "target": "TransferredToEndpoint.Address",
    "ended_by": "DisconnectReason",
    "version": "LastUpdateTimestamp",
    "written": "InitiationTimestamp",
    "connected": "ConnectedToSystemTimestamp",
    "queued": "Queue.EnqueueTimestamp",
    "dequeued": "Queue.DequeueTimestamp",
    "answered": "Agent.ConnectedToAgentTimestamp",
    "worked": "Agent.AfterContactWorkStartTimestamp",
    "work_ended": "Agent.AfterContactWorkEndTimestamp",
    "transferred": "TransferCompletedTimestamp",
    "ended": "DisconnectTimestamp",
}
_TIMES: Final = ("connected", "queued", "dequeued", "answered", "worked", "work_ended", "transferred", "ended")
_NUMBERS: Final = ("holds", "hold_seconds", "talk_seconds")


def read_amazon_connect(
    path: str | Path,
    *,
    observed_until: str | datetime | None = None,
    name: str | None = None,
    country: str | None = None,
) -> EventLog:
    """Read contact records (CTR) of Amazon Connect.

    A record is one contact: the part of a call, chat, mail or task until it is passed on; then the next record begins,
    and both name the first one. Each gives the steps that it has times for:

    =========================  =======================================================================================
    ``call made``              of an outbound call or a callback: from dialling until the customer picks up
    ``in voice menu``          of a call: from its begin to the queue, the agent or its end. In other channels a moment:
                               ``chat started``, ``mail received``, ``mail sent``, ``task created``
    ``waited in queue``        ``EnqueueTimestamp`` to ``DequeueTimestamp``; ``waited for callback`` where the customer
                               need not hold the line
    ``call abandoned``         the customer hung up while in the queue
    ``talked with agent``      ``ConnectedToAgentTimestamp`` to after-call work, transfer or end; in other channels
                               ``chatted with agent``, ``mail handled by agent``, ``task handled by agent``
    ``call transferred``       to another agent or queue (the begin of the next record), or to a number outside
    ``after-call work``        by the agent, when the customer has gone
    ``call missed``            none of these
    =========================  =======================================================================================

    ``call transferred``, ``call abandoned`` and ``call missed`` begin with ``chat``, ``mail`` or ``task`` in other
    channels.

    Parameters
    ----------
    path
        Records as JSON lines or a JSON array; also as gzip.
    observed_until
        When the export was made; by default the end of its last event.
    name
        Name of the source; by default the file's.
    country
        Two letters; the country of telephone numbers written without one.

    Returns
    -------
    EventLog
        Channel ``phone``, ``chat``, ``mail`` or ``task``. Identifiers ``customer`` (``CustomerId``), ``phone`` and
        ``email`` (``CustomerEndpoint``). Attributes: ``call`` (``InitialContactId``, which all parts of a contact
        share), ``direction`` (``inbound``, ``outbound``: of the first part), ``queue``, ``agent``;
        of talks ``talk_seconds``, ``hold_seconds``, ``holds`` and ``ended_by`` (``caller``, ``agent``, ``transfer`` or
        Connect's own reason); of transfers ``transfer`` (``internal``, ``queue``, ``external``) and ``destination``.

        Connect delivers a record at least once: the one with the latest ``LastUpdateTimestamp`` is used. Set aside are
        contacts in which a supervisor listens in, or an agent calls somebody else.

    Raises
    ------
    FormatError
        If the file is no JSON, is cut short, or holds no contact record; the message says what it holds.
    EmptySourceError
        If it has no records.

    Examples
    --------
    >>> record = '''{"ContactId": "7", "Channel": "VOICE", "InitiationMethod": "INBOUND",
    ...   "InitiationTimestamp": "2024-05-01T09:00:00Z", "ConnectedToSystemTimestamp": "2024-05-01T09:00:00Z",
    ...   "CustomerEndpoint": {"Address": "+31612345678", "Type": "TELEPHONE_NUMBER"},
    ...   "Queue": {"Name": "sales", "EnqueueTimestamp": "2024-05-01T09:00:40Z",
    ...     "DequeueTimestamp": "2024-05-01T09:03:00Z"},
    ...   "DisconnectTimestamp": "2024-05-01T09:03:00Z", "DisconnectReason": "CUSTOMER_DISCONNECT"}'''
    >>> _ = (tmp / "records.json").write_text(record)
    >>> log = read_amazon_connect(tmp / "records.json")
    >>> log.table["activity"].to_pylist()
    ['in voice menu', 'waited in queue', 'call abandoned']
    """
    path = Path(path)
    found = gather(_reading(path.name, records) for records in json_tables(path, _FIELDS))
    check_kind(found, "contact records of Amazon Connect", "a record has 'ContactId' and 'InitiationMethod'")
    contacts, duplicates = keep_latest(found.events, "version")
    contacts, several = counted(contacts)
    events, notes = in_order(contact_steps(contacts))
    reading = replace(
        found,
        source=name or path.name,
        events=events,
        used=len(contacts),
        duplicate=duplicates,
        notes=[*found.notes, *several, *notes],
    )
    return to_log(reading, observed_until=observed_until or last_moment(events), country=country)


_CHECKS: Final = (
    foreign("a_contact", "an object without 'InitiationMethod'"),
    *CHECKS,
    Check("no_channel", "no channel", lambda contacts: contacts["channel"].is_null()),
    drop("monitored", "a supervisor listens in", lambda contacts: pc.equal(contacts["method"], "MONITOR")),
    drop(
        "other_party",
        "an agent calls a third party",
        lambda contacts: pc.equal(contacts["method"], "EXTERNAL_OUTBOUND"),
    ),
)


def _reading(source: str, records: Records) -> Reading:
    contacts, rejects = usable(_contacts(records), _CHECKS, records.lines.payload)
    rejects = [*records.rejects, *rejects]
    lines = records.lines
    return Reading(source, "amazon connect", len(lines), contacts, rejects=rejects, notes=lines.notes)


def _contacts(records: Records) -> pa.Table:
    """Give the fields of contacts, each of one type."""
    found = {name: columns.whole(records.table[name]) for name in _FIELDS}
    texts = {name: column.cast(pa.string()) for name, column in found.items() if name not in (*_TIMES, *_NUMBERS)}
    return pa.table(
        {
            "source_row": pa.array(records.numbers),
            **texts,
            "is_kind": texts["method"].is_valid(),
            "timestamp": parse_times(texts["written"], tz="UTC").array,
            "channel": channels_of(texts["medium"]),
            **{name: parse_times(found[name].cast(pa.string()), tz="UTC").array for name in _TIMES},
            **{name: amounts(found[name]) for name in _NUMBERS},
        }
    )
