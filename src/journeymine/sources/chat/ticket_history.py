"""Audits of tickets put together: whose each ticket is, by which channel it came, and who wrote the replies."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns
from journeymine.sources.chat.audit_events import CREATED, REPLIED
from journeymine.sources.chat.via import channel_of
from journeymine.sources.nested import expanded

__all__ = ["happenings"]

_TEXT: Final = pa.string()
_NOTHING: Final = pa.scalar(None, _TEXT)
_SYSTEM: Final = "-1"  # the author of what triggers and automations do


def happenings(audits: pa.Table, requesters: pa.Table) -> tuple[pa.Table, list[str]]:
    """Give each step of each audit a row, with what other audits of its ticket tell.

    Parameters
    ----------
    audits
        One row each: ``source_row``, ``timestamp``, ``event_id``, ``ticket``, ``via``, ``address``, ``phone`` and
        ``steps`` (lists of `Step`).
    requesters
        From whom tickets are said to be: ``ticket``, ``timestamp`` and ``requester``.

    Returns
    -------
    events : pyarrow.Table
        In the order of the audits.
    notes : list of str
        How many replies are nobody's for sure.
    """
    found = expanded(audits, "steps")
    activities, authors = columns.whole(found["activity"]), columns.whole(found["author"])
    customers, by_customer = _customers(requesters, found)
    creates = columns.is_true(pc.equal(activities, CREATED))
    begun = _beginnings(found["ticket"], creates)
    names = _named(activities, authors, customers, by_customer)
    is_staff = pa.array(~by_customer & columns.is_true(pc.not_equal(authors, _SYSTEM)))
    events = {
        "source_row": found["source_row"],
        "activity": names,
        "timestamp": found["timestamp"],
        "channel": _channels(names, columns.whole(found["via"]), begun),
        "event_id": pc.binary_join_element_wise(found["event_id"], pc.coalesce(found["event"], activities), "/"),
        "text": _where(by_customer, found["text"]),
        "id_zendesk_user": customers,
        "id_email": _where(creates & by_customer, found["address"]).take(begun),
        "id_phone": _where(creates & by_customer, found["phone"]).take(begun),
        "ticket": found["ticket"],
        "agent": pc.coalesce(found["agent"], pc.if_else(is_staff, authors, _NOTHING)),
        **{name: found[name] for name in ("group", "rating", "via")},
    }
    unclear = pc.sum(pc.equal(names, REPLIED)).as_py() or 0
    said = (
        f"{unclear:,} replies in tickets whose first audit is not there: whether the customer wrote them is not known"
    )
    return pa.table(events), [said] if unclear else []


def _customers(requesters: pa.Table, found: pa.Table) -> tuple[pa.DictionaryArray, np.ndarray]:
    """Give the requester of the ticket of each step, and whether the step is by one it has or had."""
    requesters = requesters.sort_by("timestamp")
    tickets, places, names = _codes(requesters["ticket"], found["ticket"])
    users, authors, people = _codes(requesters["requester"], found["author"])
    latest = np.full(len(names), -1)
    latest[tickets] = users  # of several requesters the last one stays
    pairs = tickets * len(people) + users
    by_customer = np.isin(places * len(people) + authors, pairs) & (authors >= 0)
    return columns.from_codes(latest[places], people), by_customer


def _codes(first: pa.ChunkedArray, second: pa.ChunkedArray) -> tuple[np.ndarray, np.ndarray, pa.Array]:
    """Give the values of two columns common codes."""
    both = columns.encode(pa.chunked_array([*first.chunks, *second.chunks], _TEXT))
    codes = columns.codes(both).astype(np.int64)
    return codes[: len(first)], codes[len(first) :], both.dictionary


def _beginnings(tickets: pa.ChunkedArray, creates: np.ndarray) -> pa.Array:
    """Give the row in which the ticket of each row was created; null where no audit tells."""
    labels = columns.encode(tickets)
    codes = columns.codes(labels)
    rows = np.full(len(labels.dictionary), -1)
    rows[codes[creates]] = np.flatnonzero(creates)
    return pa.array(rows[codes], mask=rows[codes] < 0)


def _named(activities: pa.Array, authors: pa.Array, customers: pa.DictionaryArray, by_customer: np.ndarray) -> pa.Array:
    """Tell whose the replies are."""
    whose = pc.case_when(
        pc.make_struct(pa.array(by_customer), pc.fill_null(pc.equal(authors, _SYSTEM), False), customers.is_valid()),
        "customer replied",
        "automatic reply",
        "agent replied",
        REPLIED,
    )
    return pc.if_else(pc.equal(activities, REPLIED), whose, activities)


def _channels(names: pa.Array, ways: pa.Array, begun: pa.Array) -> pa.DictionaryArray:
    """Give the channel that a ticket came in by, for a reply of the customer the one that it came by."""
    came_in = channel_of(ways.take(begun), "ticket")
    replied = pc.equal(names, "customer replied")
    return columns.first_known([channel_of(pc.if_else(replied, ways, _NOTHING)), came_in])


def _where(condition: np.ndarray, column: pa.ChunkedArray) -> pa.Array:
    return pc.if_else(pa.array(condition), columns.whole(column), _NOTHING)
