"""Zendesk Chat: conversations as its API and its exports give them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.sources.chat.zendesk_history import ENTRY, contacts, customer_texts
from journeymine.sources.checks import CHECKS, check_kind, foreign, untimed, usable
from journeymine.sources.nested import expanded, first_of
from journeymine.sources.reading import Reading, gather, keep_latest, to_log
from journeymine.sources.records import Records, json_tables
from journeymine.sources.values import amounts, moments, texts, truths

__all__ = ["read_zendesk_chats"]

_TYPES: Final = ("chat", "offline_msg")
_TEXT: Final = pa.string()
_FIELDS: Final = {
    "event_id": "id",
    "type": "type",
    "written": "timestamp",
    "ended": "end_timestamp",
    "updated": "update_timestamp",
    "missed": "missed",
    "visitor": "visitor",
    "agents": "agent_names",
    "department": "department_name",
    "rating": "rating",
    "ticket": "zendesk_ticket_id",
    "message": "message",
    "first_response": "response_time.first",
    "engagements": "engagements",
    "messages": "count.total",
    "duration": "duration",
    "history": "history",
}
_NESTED: Final = {
    "visitor": pa.struct(dict.fromkeys(("id", "name", "email", "phone"), _TEXT)),
    "agents": pa.list_(_TEXT),
    "engagements": pa.list_(pa.struct({"response_time": pa.struct({"first": pa.float64()})})),
    "history": pa.list_(ENTRY),
}
_RESPONSE: Final = ["response_time", "first"]
_CHECKS: Final = (foreign("a_chat", "an object without visitor and history"), *CHECKS)
_UNTIMED: Final = untimed("contacts", "bad_entry_time", "an entry of its history has no usable time")
_HELPERS: Final = ["is_kind", "written", "version"]


def read_zendesk_chats(
    path: str | Path,
    *,
    messages: bool = False,
    observed_until: str | datetime | None = None,
    name: str | None = None,
    country: str | None = None,
) -> EventLog:
    """Read conversations of Zendesk Chat.

    Parameters
    ----------
    path
        Chats as JSON lines, as a JSON array, or as the answers of the API (``{"chats": […]}``, ``{"docs": {…}}``, one
        chat); each also as gzip.
    messages
        By default a chat is one event, from its ``timestamp`` to its ``end_timestamp``: ``chat``, ``chat missed``
        where nobody answered, ``chat message left`` where nobody was there. If True, every entry of its history is
        one: ``chat joined``, ``agent joined``, ``message from customer``, ``message from agent``, ``automatic
        message``, ``file from customer``, ``file from agent``, ``chat transferred``, ``chat rated``, ``chat
        commented``, ``agent left``, ``chat left``; a chat without such entries stays one event.
    observed_until
        When the export was made; by default the time of its last event.
    name
        Name of the source; by default the file's.
    country
        Two letters; the country of telephone numbers written without one.

    Returns
    -------
    EventLog
        Identifiers ``email``, ``phone`` and ``zendesk_visitor`` (one browser, so it proves little); attributes
        ``chat``, ``agent`` (the first; with `messages` the one who wrote), ``department``, ``rating``,
        ``missed``, ``wait_seconds`` (to the first answer, of the chat or else of its first engagement), ``messages``
        (how many), ``duration_seconds`` and ``ticket``, which with `messages` are repeated on each event of the chat;
        ``text`` is what the customer wrote. ``source_row`` is the line of the chat, or its number where the file is
        one JSON document. A chat delivered twice is used once: with the latest ``update_timestamp``, else
        ``end_timestamp``, else the last.

        In the quarantine: lines that are no JSON, objects that are no chat or have no ``id`` or usable
        ``timestamp`` (``naive_time``: it has no zone), and with `messages` chats with such an entry.

    Raises
    ------
    FormatError
        If the file is no JSON, is cut short, or holds no chat; the message says what it holds.
    EmptySourceError
        If it has no rows.

    Examples
    --------
    >>> chat = '{"id": "17", "timestamp": "2024-05-01T09:00:00Z", "visitor": {"email": "jo@mail.example"}}'
    >>> _ = (tmp / "chats.jsonl").write_text(chat)
    >>> read_zendesk_chats(tmp / "chats.jsonl")
    <EventLog 1 event · 1 customer · 1 channel · 2024-05-01 – 2024-05-01>
    """
    path = Path(path)
    tables = json_tables(path, _FIELDS, unwrap=("chats", "docs"), types=_NESTED)
    reading = gather(_reading(path.name, records, messages) for records in tables)
    check_kind(reading, "Zendesk chats", "a chat has 'visitor' or 'history'")
    chats, duplicates = keep_latest(reading.events, "version")
    events = expanded(chats, "contacts") if messages else chats
    events, notes = _without_odd_ends(events.drop_columns(_HELPERS))
    reading = replace(
        reading,
        source=name or path.name,
        events=events,
        used=chats.num_rows,
        duplicate=duplicates,
        notes=[*reading.notes, *notes],
    )
    return to_log(reading, channel="chat", observed_until=observed_until, country=country)


def _reading(source: str, records: Records, messages: bool) -> Reading:
    """Read the chats of a block, one row each."""
    checks = (*_CHECKS, _UNTIMED) if messages else _CHECKS
    chats, rejects = usable(_chats(records), checks, records.lines.payload)
    return Reading(
        source,
        "zendesk chats",
        len(records.lines),
        chats if messages else chats.drop_columns("contacts"),
        rejects=[*records.rejects, *rejects],
        notes=records.lines.notes,
    )


def _chats(records: Records) -> pa.Table:
    """Put all chats in a table, whether they can be used or not."""
    found = records.table
    visitor = columns.whole(found["visitor"])
    kind, missed = texts(found["type"]), truths(found["missed"])
    event_id = texts(found["event_id"])
    ends = moments(found["ended"]).array
    engagement = first_of(found["engagements"])
    found = found.append_column("visitor_name", pc.struct_field(visitor, "name"))
    history = contacts(found.set_column(found.column_names.index("event_id"), "event_id", event_id))
    return pa.table(
        {
            "source_row": pa.array(records.numbers),
            "is_kind": _is_chat(visitor, columns.whole(found["history"]), kind),
            "activity": _activity(kind, missed),
            "event_id": event_id,
            "written": found["written"],
            "timestamp": moments(found["written"]).array,
            "end_timestamp": ends,
            "version": pc.coalesce(moments(found["updated"]).array, ends),
            "chat": event_id,
            **{f"id_{kind}": _known(pc.struct_field(visitor, kind)) for kind in ("email", "phone")},
            "id_zendesk_visitor": _known(pc.struct_field(visitor, "id")),
            "agent": first_of(found["agents"]),
            **{name: texts(found[name]) for name in ("department", "rating", "ticket")},
            "missed": missed,
            "wait_seconds": pc.coalesce(amounts(found["first_response"]), pc.struct_field(engagement, _RESPONSE)),
            "messages": pc.floor(amounts(found["messages"])).cast(pa.int64()),
            "duration_seconds": amounts(found["duration"]),
            "text": pc.coalesce(texts(found["message"]), customer_texts(history)),
            "contacts": history,
        }
    )


def _known(values: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(values, ""), pa.scalar(None, _TEXT), values)


def _is_chat(visitor: pa.Array, history: pa.Array, kind: pa.Array) -> pa.Array:
    typed = pc.is_in(kind, pa.array(_TYPES))
    return pc.or_(pc.or_(visitor.is_valid(), history.is_valid()), typed)


def _activity(kind: pa.Array, missed: pa.Array) -> pa.Array:
    answered = pc.if_else(missed, "chat missed", "chat")
    return pc.if_else(pc.fill_null(pc.equal(kind, "offline_msg"), False), "chat message left", answered)


def _without_odd_ends(events: pa.Table) -> tuple[pa.Table, list[str]]:
    """Drop the ends that come before their start."""
    odd = pc.fill_null(pc.less(events["end_timestamp"], events["timestamp"]), False)
    count = pc.sum(odd).as_py() or 0
    if not count:
        return events, []
    ends = pc.if_else(odd, pa.scalar(None, events["end_timestamp"].type), events["end_timestamp"])
    place = events.column_names.index("end_timestamp")
    return events.set_column(place, "end_timestamp", ends), [f"{count:,} chats end before they begin; end left out"]
