"""Parts of Intercom conversations and tickets: which of them are contacts, and what they did."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns
from journeymine.sources.mail.html import html_text
from journeymine.sources.nested import nested, parts_of
from journeymine.sources.values import moments

__all__ = ["AUTHOR", "PART", "STARTED", "contacts"]

_TEXT: Final = pa.string()
_NOTHING: Final = pa.scalar(None, _TEXT)
AUTHOR: Final = pa.struct(dict.fromkeys(("type", "id", "email"), _TEXT))
"""What is read of an author."""

PART: Final = pa.struct(
    {
        **dict.fromkeys(("id", "part_type", "body", "ticket_state", "previous_ticket_state"), _TEXT),
        "redacted": pa.bool_(),
        "created_at": pa.int64(),
        "author": AUTHOR,
        "assigned_to": pa.struct({"type": _TEXT, "id": _TEXT}),
    }
)
"""What is read of a part."""

STARTED: Final = "ticket_created"
"""The type of the part that stands for the beginning of a ticket; a conversation begins with a comment."""

_CUSTOMERS: Final = pa.array(["user", "lead", "contact"])
_AGENTS: Final = pa.array(["admin", "team"])
_SAID: Final = pa.array(["comment", "quick_reply"])  # a message even where it has no text, but an attachment
_CHANGES: Final = {
    STARTED: "ticket created",
    "open": "conversation reopened",
    "close": "conversation closed",
    "snoozed": "conversation snoozed",
    "conversation_rating_changed": "conversation rated",
}
_STATES: Final = {"resolved": "ticket solved", "in_progress": "ticket opened", "waiting_on_customer": "ticket pending"}
"""What the new state of a ticket is called, in the words that Zendesk has for it."""


def contacts(starts: pa.Table, lists: pa.ChunkedArray) -> tuple[pa.ListArray, pa.ListArray]:
    """Find the contacts among the parts of conversations.

    Parameters
    ----------
    starts
        What each conversation began with, one row each, with the fields of a part as columns.
    lists
        The parts of each conversation.

    Returns
    -------
    contacts : pyarrow.ListArray
        For each conversation: ``timestamp`` (null where there is none), ``part`` (its id), ``activity``, ``contact``
        and ``email`` (of the customer who wrote), ``agent`` (who wrote or did it, or got the conversation) and
        ``text`` (of the customer). A part that says something and changes something is two contacts.
    others : pyarrow.ListArray
        For each conversation the types of the parts that are none.
    """
    parents, parts = _parts(starts, lists)
    written, changed = _messages(parts), _changes(parts, parents)
    found = _contacts(parts, written, changed)
    kept = columns.is_true(found["activity"].is_valid())
    other = columns.is_true(pc.and_(written.is_null(), changed.is_null()))
    kinds = nested(parts.select(["part_type"]).filter(pa.array(other)), parents[other], starts.num_rows)
    return nested(found.filter(pa.array(kept)), np.repeat(parents, 2)[kept], starts.num_rows), kinds


def _parts(starts: pa.Table, lists: pa.ChunkedArray) -> tuple[np.ndarray, pa.Table]:
    """Put the beginning of each conversation before its parts, all in columns."""
    parents, parts = parts_of(lists)
    columns_of = {name: pc.struct_field(parts, name) for name in PART.names}
    later = pa.table({name: column for name, column in columns_of.items() if name in starts.column_names})
    owners = np.concatenate([np.arange(starts.num_rows), parents])
    order = np.argsort(owners, kind="stable")
    return owners[order], columns.concat([starts, later]).take(pa.array(order))


def _inner(parts: pa.Table, *path: str) -> pa.Array:
    return pc.struct_field(columns.whole(parts[path[0]]), list(path[1:]))


def _contacts(parts: pa.Table, written: pa.Array, changed: pa.Array) -> pa.Table:
    """Give each part two rows: for what it says, and for what it changes."""
    rows = pa.array(np.repeat(np.arange(parts.num_rows), 2))
    says = pa.array(np.tile([True, False], parts.num_rows))
    kind, is_customer = columns.whole(parts["part_type"]), pc.is_in(_inner(parts, "author", "type"), _CUSTOMERS)
    is_agent = pc.is_in(_inner(parts, "author", "type"), _AGENTS)
    author, part = _inner(parts, "author", "id"), pc.coalesce(columns.whole(parts["id"]), "start")
    is_there = pc.invert(pc.fill_null(columns.whole(parts["redacted"]), False))
    body = pc.if_else(pc.and_(is_customer, is_there), columns.whole(parts["body"]), _NOTHING)
    change = pc.binary_join_element_wise(part, kind, "/")
    return pa.table(
        {
            "timestamp": moments(parts["created_at"]).array.take(rows),
            "part": pc.if_else(says, part.take(rows), change.take(rows)),
            "activity": pc.if_else(says, written.take(rows), changed.take(rows)),
            "contact": pc.if_else(is_customer, author, _NOTHING).take(rows),
            "email": pc.if_else(is_customer, _inner(parts, "author", "email"), _NOTHING).take(rows),
            "agent": pc.coalesce(_inner(parts, "assigned_to", "id"), pc.if_else(is_agent, author, _NOTHING)).take(rows),
            "text": pc.if_else(says, _plain(body).take(rows), _NOTHING),
        }
    )


def _plain(bodies: pa.Array) -> pa.Array:
    labels = bodies.dictionary_encode()
    texts = [html_text(body) or None for body in labels.dictionary.to_pylist()]
    return pa.array(texts, _TEXT).take(labels.indices)


def _messages(parts: pa.Table) -> pa.Array:
    """Name what each part says; null for a part without words, and for internal notes."""
    kind, author = columns.whole(parts["part_type"]), _inner(parts, "author", "type")
    has_words = pc.and_(pc.not_equal(parts["body"], ""), pc.invert(pc.starts_with(kind, "note")))
    said = pc.or_(pc.is_in(kind, _SAID), pc.fill_null(columns.whole(has_words), False))
    by = (said, pc.is_in(author, _CUSTOMERS)), (said, pc.is_in(author, _AGENTS)), (said, author.is_valid())
    names = ("message from customer", "message from agent", "automatic message")
    return pc.case_when(pc.make_struct(*(pc.and_(*conditions) for conditions in by)), *names)


def _changes(parts: pa.Table, parents: np.ndarray) -> pa.Array:
    """Name what each part changes; null for a part that changes nothing of interest."""
    kind = columns.whole(parts["part_type"])
    names = pa.array(list(_CHANGES.values()), _TEXT)
    return pc.coalesce(
        names.take(pc.index_in(kind, pa.array(list(_CHANGES)))), _assignments(parts, parents), _new_states(parts)
    )


def _assignments(parts: pa.Table, parents: np.ndarray) -> pa.Array:
    """Tell who gets a conversation for the first time from who gets it after another of the same type."""
    kind, given = columns.whole(parts["part_type"]), _inner(parts, "assigned_to", "id")
    rows = np.flatnonzero(columns.is_true(pc.and_(pc.match_substring(kind, "assign"), given.is_valid())))
    to_team = columns.is_true(pc.equal(_inner(parts, "assigned_to", "type"), "team"))[rows]
    keys = parents[rows] * 2 + to_team
    rows, keys = (values[np.argsort(keys, kind="stable")] for values in (rows, keys))
    again = np.append(False, keys[1:] == keys[:-1])[: len(rows)]
    to_same = np.append(
        False, columns.is_true(pc.equal(given.take(pa.array(rows[1:])), given.take(pa.array(rows[:-1]))))
    )
    names = np.full(parts.num_rows, None, object)
    names[rows] = np.where(again, "conversation transferred", "conversation assigned")
    names[rows[again & to_same[: len(rows)]]] = None
    return pa.array(names, _TEXT)


def _new_states(parts: pa.Table) -> pa.Array:
    """Name the state that a ticket gets."""
    before, after = columns.whole(parts["previous_ticket_state"]), columns.whole(parts["ticket_state"])
    names = pa.array(list(_STATES.values()), _TEXT).take(pc.index_in(after, pa.array(list(_STATES))))
    plain = pc.binary_join_element_wise("ticket", pc.replace_substring(after, "_", " "), " ")
    return pc.if_else(pc.not_equal(before, after), pc.coalesce(names, plain), _NOTHING)
