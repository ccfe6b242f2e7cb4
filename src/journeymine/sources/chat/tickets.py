"""Zendesk tickets: when each was made, given to somebody, solved and closed, as far as the ticket itself says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.errors import FormatError
from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.log.quarantine import FILTER, Quarantine, Reject
from journeymine.sources import inputs
from journeymine.sources.chat.ticket_steps import steps
from journeymine.sources.chat.via import channel_of
from journeymine.sources.checks import CHECKS, check_kind, foreign, usable
from journeymine.sources.delimited import delimited_tables, row_end
from journeymine.sources.reading import Payload, Reading, gather, keep_latest, refuse, to_log
from journeymine.sources.records import json_tables
from journeymine.sources.times import parse_times
from journeymine.sources.values import NAIVE, amounts, moments, texts

__all__ = ["read_zendesk_tickets"]

_PATHS: Final = {
    "ticket": "id",
    "written": "created_at",
    "updated": "updated_at",
    "generated": "generated_timestamp",
    "status": "status",
    "requester": "requester_id",
    "submitter": "submitter_id",
    "agent": "assignee_id",
    "group": "group_id",
    "priority": "priority",
    "kind": "type",
    "via": "via.channel",
    "address": "via.source.from.address",
    "phone": "via.source.from.phone",
    "rating": "satisfaction_rating.score",
    "description": "description",
    "assigned": "metric_set.initially_assigned_at",
    "solved": "metric_set.solved_at",
    "status_changed": "metric_set.status_updated_at",
    "reopens": "metric_set.reopens",
    "first_reply_minutes": "metric_set.reply_time_in_minutes.calendar",
}
"""Where each field stands in the answers of the API; a table in a warehouse has ``_`` for the dots."""

_NEEDED: Final = ("id", "created_at", "status", "requester_id")
_TIMES: Final = ("updated", "assigned", "solved", "status_changed")
_WORDS: Final = ("agent", "group", "status", "priority", "kind", "via", "rating")
_BY_NUMBER: Final = pa.array(["phone", "chat"])  # channels on which a number says who writes or calls
_NOTHING: Final = pa.scalar(None, pa.string())
_CHECKS: Final = (foreign("a_ticket", "an object without status and requester"), *CHECKS)


def read_zendesk_tickets(
    path: str | Path,
    *,
    tz: str | None = None,
    observed_until: str | datetime | None = None,
    name: str | None = None,
    country: str | None = None,
) -> EventLog:
    r"""Read the tickets of Zendesk Support: one event for each step of a ticket that the ticket itself tells.

    A ticket holds its last state, so little of its history is known; `read_zendesk_audits` reads all of it.

    ===================  ==========================================================================================
    ``ticket created``   ``created_at``; ``text`` is the description, if the requester wrote it
    ``ticket assigned``  ``metric_set.initially_assigned_at``, where the export has metrics
    ``ticket solved``    ``metric_set.solved_at``, else the last change of a ticket that is solved now (with a note)
    ``ticket closed``    the last change of status, else of anything, of a ticket that is closed now
    ===================  ==========================================================================================

    Parameters
    ----------
    path
        Tickets as JSON lines, as a JSON array or as the answers of the API (``{"tickets": […]}``); or the table that a
        warehouse keeps of them, as delimited text. Also as gzip.
    tz
        Where the clock stands of times without a zone, which warehouses write: ``"UTC"`` unless somebody changed it.
        The API says the zone.
    observed_until
        When the export was made; by default the time of its last event.
    name
        Name of the source; by default the file's.
    country
        Two letters; the country of telephone numbers written without one.

    Returns
    -------
    EventLog
        Identifiers ``zendesk_user`` (the requester) and ``email`` or ``phone`` where the ticket came in by one and the
        requester sent it. Channel ``mail``, ``phone``, ``chat`` or ``social`` by ``via.channel``, else ``ticket``.
        Attributes ``ticket``, ``agent`` and ``group`` (the last ones), ``status``, ``priority``, ``kind``, ``via``,
        ``rating``, ``reopens`` and ``wait_seconds`` (to the first reply, by the calendar). A ticket delivered more
        than once is used once: with the latest ``generated_timestamp``, else ``updated_at``, else the last.

        In the quarantine: lines and objects that are no tickets, or have no ``id`` or usable ``created_at``; tickets
        that were deleted.

    Raises
    ------
    FormatError
        If the file holds no tickets; the message says what it holds.
    EmptySourceError
        If it has no rows.
    TimeZoneError
        If times of a warehouse have no zone and `tz` is None.

    Examples
    --------
    >>> _ = (tmp / "tickets.csv").write_text('''id,created_at,updated_at,status,requester_id,via_channel
    ... 7,2024-05-01 09:00:00,2024-05-01 09:00:00,new,31,email
    ... 7,2024-05-01 09:00:00,2024-05-02 10:00:00,solved,31,email
    ... ''')
    >>> log = read_zendesk_tickets(tmp / "tickets.csv", tz="UTC")
    >>> log.table.select(["activity", "customer", "channel"]).to_pylist()
    [{'activity': 'ticket created', 'customer': 'zendesk_user:31', 'channel': 'mail'},
     {'activity': 'ticket solved', 'customer': 'zendesk_user:31', 'channel': 'mail'}]
    """
    path = Path(path)
    reading = gather(_readings(path, tz))
    check_kind(reading, "Zendesk tickets", "a ticket has 'status' and 'requester_id'")
    tickets, duplicates = keep_latest(reading.events, "version")
    tickets, deleted = _without_deleted(tickets)
    events, notes = steps(tickets)
    reading = replace(
        reading,
        source=name or path.name,
        events=events,
        used=tickets.num_rows,
        duplicate=duplicates,
        rejects=(Quarantine.of("", reading.rejects) + Quarantine.of("", deleted)).table.drop_columns("source"),
        notes=[*reading.notes, *notes],
    )
    return to_log(reading, observed_until=observed_until, country=country)


def _readings(path: Path, tz: str | None) -> Iterator[Reading]:
    first = next(inputs.blocks(path, keep_broken=True, size=1 << 16))
    if first.text.lstrip().startswith(("{", "[")):
        for records in json_tables(path, _PATHS, unwrap=("tickets",)):
            found = _tickets(records.table, records.numbers, tz)
            yield _reading(path.name, found, records.lines.payload, records.rejects, records.lines.notes)
    else:
        for rows, notes in delimited_tables(inputs.blocks(path, keep_broken=True, record_end=row_end)):
            found = _tickets(_renamed(rows.table, path.name), rows.lines, tz)
            yield _reading(path.name, found, rows.payload, rows.rejects, notes)


def _renamed(table: pa.Table, name: str) -> pa.Table:
    """Give the columns of a warehouse's table the names of the fields; one that is not there is null."""
    if not set(_NEEDED) <= set(table.column_names):
        held = ", ".join(map(repr, table.column_names[:8]))
        raise FormatError(f"{name} holds no Zendesk tickets: its columns are {held}; tickets have {', '.join(_NEEDED)}")
    nothing = pa.nulls(table.num_rows, pa.string())
    found = {field: path.replace(".", "_") for field, path in _PATHS.items()}
    return pa.table({field: table[old] if old in table.column_names else nothing for field, old in found.items()})


def _reading(name: str, found: pa.Table, payload: Payload, broken: list[Reject], notes: list[str]) -> Reading:
    """Read the tickets of a block, one row each; those that were deleted with what they look like."""
    tickets, rejects = usable(found, _CHECKS, payload)
    gone = columns.is_true(pc.equal(tickets["status"], "deleted")).tolist()
    lines = tickets["source_row"].to_pylist()
    written = [payload(line) if is_gone else None for line, is_gone in zip(lines, gone, strict=True)]
    tickets = tickets.append_column("payload", pa.array(written, pa.large_binary()))
    rows_in = found.num_rows + len(broken)
    return Reading(name, "zendesk tickets", rows_in, tickets, rejects=[*broken, *rejects], notes=notes)


def _tickets(fields: pa.Table, numbers: np.ndarray, tz: str | None) -> pa.Table:
    """Put all tickets in a table, whether they can be used or not."""
    ticket, requester = texts(fields["ticket"]), texts(fields["requester"])
    same = pc.equal(requester, pc.coalesce(texts(fields["submitter"]), requester))
    channel = channel_of(fields["via"], "ticket")
    times = {f"{name}_at": moments(fields[name], tz).array for name in _TIMES}
    return pa.table(
        {
            "source_row": pa.array(numbers),
            "is_kind": pc.and_(fields["status"].is_valid(), requester.is_valid()),
            "event_id": ticket,
            "written": fields["written"],
            "timestamp": _created(fields["written"], tz),
            **times,
            "version": pc.coalesce(moments(fields["generated"], tz).array, times["updated_at"]),
            "channel": channel,
            "description": _where(same, fields["description"]),
            "id_zendesk_user": requester,
            "id_email": _where(pc.and_(same, pc.equal(channel, "mail")), fields["address"]),
            "id_phone": _where(pc.and_(same, pc.is_in(channel, _BY_NUMBER)), fields["phone"]),
            "ticket": ticket,
            **{name: texts(fields[name]) for name in _WORDS},
            "reopens": pc.floor(amounts(fields["reopens"])).cast(pa.int64()),
            "wait_seconds": pc.multiply(amounts(fields["first_reply_minutes"]), 60.0),
        }
    )


def _created(written: pa.ChunkedArray, tz: str | None) -> pa.Array:
    """Parse the times of creation; a file in which none of them says its zone needs one."""
    created = moments(written, tz)
    if tz is None and created.bad.all():
        naive = pc.match_substring_regex(texts(written), NAIVE)
        parse_times(pc.if_else(naive, texts(written), _NOTHING), tz=None, name="created_at")
    return created.array


def _where(condition: pa.Array, column: pa.ChunkedArray) -> pa.Array:
    return pc.if_else(pc.fill_null(condition, False), texts(column), _NOTHING)


def _without_deleted(tickets: pa.Table) -> tuple[pa.Table, list[Reject]]:
    """Set aside the tickets whose latest version says that they were deleted: what went before is to be forgotten."""
    lines = tickets["source_row"].to_pylist()
    payloads = dict(zip(lines, tickets["payload"].to_pylist(), strict=True))
    gone = columns.is_true(tickets["payload"].is_valid())
    kept = tickets.drop_columns("payload")
    return refuse(kept, gone, "deleted", lambda row: "a ticket that was deleted", payloads.__getitem__, FILTER)
