"""Intercom: conversations and tickets with their parts, and the contacts who take part in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.sources.chat.intercom_parts import AUTHOR, PART, STARTED, contacts
from journeymine.sources.chat.people import known_as
from journeymine.sources.chat.via import channel_of
from journeymine.sources.checks import CHECKS, check_kind, drop, foreign, untimed, usable
from journeymine.sources.nested import expanded, first_of, parts_of
from journeymine.sources.reading import Reading, gather, keep_latest, to_log
from journeymine.sources.records import Records, json_tables
from journeymine.sources.values import amounts, moments, texts

__all__ = ["read_intercom"]

_TEXT: Final = pa.string()
_FIELDS: Final = {
    "type": "type",
    "id": "id",
    "written": "created_at",
    "updated": "updated_at",
    "source": "source",
    "contacts": "contacts.contacts",
    "conversation_parts": "conversation_parts.conversation_parts",
    "ticket_parts": "ticket_parts.ticket_parts",
    "total_count": "conversation_parts.total_count",
    "state": "state",
    "ticket_state": "ticket_state",
    "team": "team_assignee_id",
    "rating": "conversation_rating.rating",
    "wait": "statistics.time_to_admin_reply",
    "external_id": "external_id",
    "email": "email",
    "phone": "phone",
}
_NESTED: Final = {
    "source": pa.struct({"type": _TEXT, "body": _TEXT, "author": AUTHOR}),
    "contacts": pa.list_(pa.struct(dict.fromkeys(("id", "external_id"), _TEXT))),
    "conversation_parts": pa.list_(PART),
    "ticket_parts": pa.list_(PART),
}
_KINDS: Final = pa.array(["conversation", "ticket"])
_CHECKS: Final = (
    foreign("a_conversation", "an object that is no conversation, ticket or contact"),
    *CHECKS,
    untimed("touchpoints", "bad_part_time", "a part of it has no usable time"),
    drop("no_contact", "internal notes and changes of attributes only", lambda found: _is_empty(found["touchpoints"])),
)


def read_intercom(
    path: str | Path,
    *,
    observed_until: str | datetime | None = None,
    name: str | None = None,
    country: str | None = None,
) -> EventLog:
    """Read conversations and tickets of Intercom: one event for each thing that was said or done.

    ============================  ==================================================================================
    ``message from customer``     the beginning of a conversation, or a part with words, by a user or lead
    ``message from agent``        the same by an admin or team
    ``automatic message``         the same by a bot
    ``conversation assigned``     to a first admin, or a first team
    ``conversation transferred``  to another admin, or another team
    ``conversation closed``       also ``conversation reopened``, ``conversation snoozed``, ``conversation rated``
    ``ticket created``            the beginning of a ticket
    ``ticket opened``             its state became in progress; ``ticket pending``: waiting; ``ticket solved``: resolved
    ============================  ==================================================================================

    Parameters
    ----------
    path
        Conversations, tickets and contacts of the API (2.0 and later), as JSON lines, as a JSON array, or as its
        answers (``{"conversations": […]}``); also as gzip.
    observed_until
        When the export was made; by default the time of its last event.
    name
        Name of the source; by default the file's.
    country
        Two letters; the country of telephone numbers written without one.

    Returns
    -------
    EventLog
        Identifiers ``intercom_contact`` (the contact who wrote, else the first one of the conversation) and what the
        file tells of that contact: ``user`` (its ``external_id``, the company's own number), ``email`` and ``phone``.
        Channel by ``source.type``: ``mail``, ``phone``, ``social``, else ``chat``. Attributes ``conversation``,
        ``agent`` (id of the admin who wrote or did it, or of who got the conversation), ``team``, ``state``,
        ``rating`` and ``wait_seconds`` (to the first reply, in office hours) of the whole conversation, ``via``;
        ``text`` is what the customer wrote. A conversation delivered twice is used once: with the latest
        ``updated_at``.

        Left out, and counted in a note: internal notes, changes of attributes, and other parts that are no contacts.
        In the quarantine: objects of other types, without ``id`` or time, and conversations with a part without time.

    Raises
    ------
    FormatError
        If the file is no JSON, or holds nothing of Intercom; the message says what it holds.
    EmptySourceError
        If it has no rows.

    Examples
    --------
    >>> source = '{"type": "conversation", "body": "<p>Hello</p>", "author": {"type": "user", "id": "c1"}}'
    >>> conversation = '{"type": "conversation", "id": "9", "created_at": 1714554000, "source": ' + source + "}"
    >>> _ = (tmp / "conversations.jsonl").write_text(conversation)
    >>> read_intercom(tmp / "conversations.jsonl").table.select(["activity", "customer", "text"]).to_pylist()
    [{'activity': 'message from customer', 'customer': 'intercom_contact:c1', 'text': 'Hello'}]
    """
    path = Path(path)
    tables = json_tables(path, _FIELDS, unwrap=("conversations", "tickets", "data"), types=_NESTED)
    reading = gather(_reading(path.name, records) for records in tables)
    check_kind(reading, "Intercom conversations", "a conversation has a 'type' that says so")
    conversations, duplicates = keep_latest(reading.events, "version")
    reading = replace(
        reading,
        source=name or path.name,
        events=_events(conversations, columns.concat([reading.identities, *_mentioned(conversations)])),
        used=conversations.num_rows + reading.identities.num_rows,
        duplicate=duplicates,
        notes=[*reading.notes, *_notes(conversations)],
    )
    return to_log(reading, observed_until=observed_until, country=country)


# --- from JSON to conversations --------------------------------------------------------------------------------------


def _reading(source: str, records: Records) -> Reading:
    """Read what is in a block: conversations and tickets are rows, contacts say who is who."""
    is_contact = columns.is_true(pc.equal(texts(records.table["type"]), "contact"))
    told = records.table.filter(pa.array(is_contact))
    found = _conversations(records).filter(pa.array(~is_contact))
    conversations, rejects = usable(found, _CHECKS, records.lines.payload)
    return Reading(
        source,
        "intercom",
        len(records.lines),
        conversations,
        rejects=[*records.rejects, *rejects],
        notes=records.lines.notes,
        identities=_told(told),
    )


def _conversations(records: Records) -> pa.Table:
    """Put all objects in a table, whether they can be used or not."""
    found = records.table
    kind, number = texts(found["type"]), texts(found["id"])
    source = columns.whole(found["source"])
    lists = pc.coalesce(columns.whole(found["conversation_parts"]), columns.whole(found["ticket_parts"]))
    touchpoints, others = contacts(_starts(found, kind), lists)
    way = pc.struct_field(source, "type")
    return pa.table(
        {
            "source_row": pa.array(records.numbers),
            "is_kind": pc.fill_null(pc.is_in(kind, _KINDS), False),
            "event_id": pc.binary_join_element_wise(kind, number, "/"),
            "written": found["written"],
            "timestamp": moments(found["written"]).array,
            "version": moments(found["updated"]).array,
            "channel": channel_of(way, "chat"),
            "members": found["contacts"],
            "conversation": number,
            "team": texts(found["team"]),
            "state": pc.coalesce(texts(found["state"]), texts(found["ticket_state"])),
            "rating": amounts(found["rating"]),
            "wait_seconds": amounts(found["wait"]),
            "via": way,
            "touchpoints": touchpoints,
            "others": others,
            "is_cut": pc.greater(amounts(found["total_count"]), pc.fill_null(pc.list_value_length(lists), 0)),
        }
    )


def _is_empty(lists: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.equal(pc.list_value_length(lists), 0)


def _starts(found: pa.Table, kind: pa.Array) -> pa.Table:
    """Give what each conversation began with, as a part."""
    source = columns.whole(found["source"])
    nothing = pa.nulls(len(kind), _TEXT)
    return pa.table(
        {
            **dict.fromkeys(("id", "ticket_state", "previous_ticket_state"), nothing),
            "part_type": pc.if_else(pc.equal(kind, "ticket"), STARTED, "comment"),
            "body": pc.struct_field(source, "body"),
            "redacted": pa.nulls(len(kind), pa.bool_()),
            "created_at": found["written"],
            "author": pc.struct_field(source, "author"),
            "assigned_to": pa.nulls(len(kind), PART.field("assigned_to").type),
        }
    )


def _told(told: pa.Table) -> pa.Table:
    names = {"id_intercom_contact": "id", "id_user": "external_id", "id_email": "email", "id_phone": "phone"}
    return pa.table({name: texts(told[field]) for name, field in names.items()})


def _mentioned(conversations: pa.Table) -> Iterator[pa.Table]:
    """Yield what conversations tell of their contacts: numbers of the company, and addresses of who wrote."""
    _, members = parts_of(conversations["members"])
    _, said = parts_of(conversations["touchpoints"])
    numbers = {"id_intercom_contact": "id", "id_user": "external_id"}
    addresses = {"id_intercom_contact": "contact", "id_email": "email"}
    yield pa.table({name: pc.struct_field(members, field) for name, field in numbers.items()})
    yield pa.table({name: pc.struct_field(said, field) for name, field in addresses.items()})


# --- from conversations to events ------------------------------------------------------------------------------------


def _events(conversations: pa.Table, people: pa.Table) -> pa.Table:
    """Give each contact a row, with what the file tells of the customer."""
    first = pc.struct_field(first_of(conversations["members"]), "id")
    events = expanded(conversations.append_column("member", first), "touchpoints")
    contact = pc.coalesce(columns.whole(events["contact"]), columns.whole(events["member"]))
    names = ("source_row", "activity", "timestamp", "channel", "text", "conversation", "agent", "team", "state")
    return pa.table(
        {
            **{name: events[name] for name in names},
            "event_id": pc.binary_join_element_wise(events["event_id"], events["part"], "/"),
            **known_as(contact, "intercom_contact", people),
            **{name: events[name] for name in ("rating", "wait_seconds", "via")},
        }
    )


def _notes(conversations: pa.Table) -> list[str]:
    """Say which parts are left out, and which the API did not give."""
    _, others = parts_of(conversations["others"])
    counts = Counter(kind or "no type" for kind in pc.struct_field(others, "part_type").to_pylist())
    said = ", ".join(f"{count:,} {kind}" for kind, count in counts.most_common())
    cut = int(np.count_nonzero(columns.is_true(conversations["is_cut"])))
    notes = [f"parts that are no contacts left out: {said}"] if counts else []
    return notes + ([f"{cut:,} conversations have more parts than the file holds: the API gives 500"] if cut else [])
