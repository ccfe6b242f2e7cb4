"""Audits of Zendesk tickets: every update of every ticket, the real log of what happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.sources.chat.audit_events import Step, steps, update_of, word
from journeymine.sources.chat.ticket_history import happenings
from journeymine.sources.checks import CHECKS, check_kind, drop, foreign, usable
from journeymine.sources.reading import Reading, gather, keep_latest, to_log
from journeymine.sources.records import Lines, json_blocks, json_objects
from journeymine.sources.values import moments

__all__ = ["read_zendesk_audits"]

_TEXT: Final = pa.string()
_STEPS: Final = pa.list_(pa.struct(dict.fromkeys(Step._fields, _TEXT)))
_COLUMNS: Final = {
    "is_kind": pa.bool_(),
    "has_note": pa.bool_(),
    **dict.fromkeys(("event_id", "written", "ticket", "via", "requester", "address", "phone"), _TEXT),
    "steps": _STEPS,
}
_SLICE: Final = 2000  # audits parsed at once: parsed JSON is many times larger than its text
_CHECKS: Final = (
    foreign("an_audit", "an object without ticket_id and events"),
    *CHECKS,
    drop("internal_note", "internal notes only", lambda audits: pc.and_(_is_empty(audits), audits["has_note"])),
    drop("no_contact", "notices, tags and other fields only", lambda audits: _is_empty(audits)),
)


def read_zendesk_audits(
    path: str | Path,
    *,
    observed_until: str | datetime | None = None,
    name: str | None = None,
    country: str | None = None,
) -> EventLog:
    """Read the audits of Zendesk tickets: one event for each thing that happened to a ticket.

    ======================  ========================================================================================
    ``ticket created``      the first audit of a ticket; ``text`` is its first comment, if the requester wrote it
    ``customer replied``    a public comment of the requester
    ``agent replied``       a public comment of somebody else
    ``automatic reply``     a public comment of a trigger or an automation
    ``ticket reply``        a public comment in a ticket whose requester no audit in the file tells
    ``ticket assigned``     it got a group or an agent, and had none
    ``ticket transferred``  it got another group, or another agent
    ``ticket opened``       its status changed; likewise ``ticket pending``, ``ticket on hold``, ``ticket solved``,
                            ``ticket closed``, and ``ticket reopened`` after it was solved or closed
    ``ticket rated``        the customer was asked, and answered
    ======================  ========================================================================================

    Parameters
    ----------
    path
        Audits as JSON lines, as a JSON array, or as the answers of the API (``{"audits": […]}``); also as gzip.
    observed_until
        When the export was made; by default the time of its last event.
    name
        Name of the source; by default the file's.
    country
        Two letters; the country of telephone numbers written without one.

    Returns
    -------
    EventLog
        Identifiers ``zendesk_user`` (the requester of the ticket, the last one where it changed) and ``email`` or
        ``phone`` where the ticket came in by one and the requester sent it. Channel ``mail``, ``phone``, ``chat`` or
        ``social`` by the ``via.channel`` that the ticket came in by, of a customer's reply by its own; else
        ``ticket``. Attributes ``ticket``, ``agent`` (who replied, or did it, or got the ticket), ``group``, ``rating``
        and ``via``. ``text`` is what the requester wrote. An audit delivered twice is used once.

        In the quarantine: lines and objects that are no audits, or have no ``id`` or usable ``created_at``; audits
        that only leave internal notes, send notices, or set tags and other fields.

    Raises
    ------
    FormatError
        If the file is no JSON, or holds no audits; the message says what it holds.
    EmptySourceError
        If it has no rows.

    Examples
    --------
    >>> events = '[{"type": "Create", "field_name": "requester_id", "value": "31", "id": 1}]'
    >>> audit = '{"id": 9, "ticket_id": 7, "created_at": "2024-05-01T09:00:00Z", "events": ' + events + "}"
    >>> _ = (tmp / "audits.jsonl").write_text(audit)
    >>> read_zendesk_audits(tmp / "audits.jsonl").table.select(["activity", "customer", "ticket"]).to_pylist()
    [{'activity': 'ticket created', 'customer': 'zendesk_user:31', 'ticket': '7'}]
    """
    path = Path(path)
    blocks = [_block(path.name, lines) for lines in json_blocks(path, ("audits",))]
    reading = gather(block.reading for block in blocks)
    check_kind(reading, "Zendesk audits", "an audit has 'ticket_id' and 'events'")
    audits, duplicates = keep_latest(reading.events)
    events, notes = happenings(audits, columns.concat(block.requesters for block in blocks))
    reading = replace(
        reading,
        source=name or path.name,
        events=events,
        used=audits.num_rows,
        duplicate=duplicates,
        notes=[*reading.notes, *notes],
    )
    return to_log(reading, observed_until=observed_until, country=country)


class _Block(NamedTuple):
    """Audits with contacts, and whom the audits of a block say that tickets are from, contacts or not."""

    reading: Reading
    requesters: pa.Table


def _block(source: str, lines: Lines) -> _Block:
    """Read the audits of a block, one row each."""
    rows, numbers, rejects = [], [], []
    for start in range(0, len(lines), _SLICE):
        found, broken = json_objects(lines.part(start, start + _SLICE))
        rows += [_row(audit) for _, audit in found]
        numbers += [number for number, _ in found]
        rejects += broken
    values = zip(*rows, strict=True) if rows else [()] * len(_COLUMNS)
    table = {name: pa.array(column, _COLUMNS[name]) for name, column in zip(_COLUMNS, values, strict=True)}
    audits = pa.table(
        {"source_row": pa.array(numbers, pa.int64()), "timestamp": moments(table["written"]).array, **table}
    )
    requesters = audits.select(["ticket", "timestamp", "requester"]).drop_null()
    audits, refused = usable(audits, _CHECKS, lines.payload)
    notes = lines.notes
    reading = Reading(source, "zendesk audits", len(lines), audits, rejects=[*rejects, *refused], notes=notes)
    return _Block(reading, requesters)


def _row(audit: dict[str, Any]) -> tuple[Any, ...]:
    """Give the values of an audit, in the order of ``_COLUMNS``."""
    update = update_of(audit)
    return (
        word(audit.get("ticket_id")) is not None and "events" in audit,
        update.has_note,
        word(audit.get("id")),
        word(audit.get("created_at")),
        word(audit.get("ticket_id")),
        word(_inner(audit, "via", "channel")),
        update.requester,
        word(_inner(audit, "via", "source", "from", "address")),
        word(_inner(audit, "via", "source", "from", "phone")),
        list(steps(update)),
    )


def _inner(item: Any, *path: str) -> Any:
    for name in path:
        item = item.get(name) if isinstance(item, dict) else None
    return item


def _is_empty(audits: pa.Table) -> pa.ChunkedArray:
    return pc.equal(pc.list_value_length(audits["steps"]), 0)
