"""Histories of Zendesk chats: which of their entries are contacts, and who made them."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns
from journeymine.sources.nested import joined, nested, parts_of
from journeymine.sources.values import moments

__all__ = ["ENTRY", "contacts", "customer_texts"]

ENTRY: Final = pa.struct(dict.fromkeys(("type", "name", "timestamp", "msg", "sender_type"), pa.string()))
"""What is read of an entry."""

_FROM_CUSTOMER: Final = "message from customer"
_ACTIVITIES: Final = {
    "chat.memberjoin/customer": "chat joined",
    "chat.memberjoin/agent": "agent joined",
    "chat.memberleave/customer": "chat left",
    "chat.memberleave/agent": "agent left",
    "chat.msg/customer": _FROM_CUSTOMER,
    "chat.msg/agent": "message from agent",
    "chat.msg/automatic": "automatic message",
    "chat.file/customer": "file from customer",
    "chat.file/agent": "file from agent",
    **{f"chat.rating/{role}": "chat rated" for role in ("customer", "agent", "automatic")},
    **{f"chat.comment/{role}": "chat commented" for role in ("customer", "agent", "automatic")},
    **{f"chat.transfer/{role}": "chat transferred" for role in ("customer", "agent", "automatic")},
}
"""What an entry is called, by its type and by who made it; other entries are no contact."""

_SENDERS: Final = {"visitor": "customer", "agent": "agent", "trigger": "automatic"}
_NULL: Final = pa.scalar(None, pa.string())


def contacts(chats: pa.Table) -> pa.ListArray:
    """Find the contacts in the histories of chats.

    Parameters
    ----------
    chats
        ``event_id``, ``visitor_name``, ``agents`` (lists of names) and ``history`` (lists of entries).

    Returns
    -------
    pyarrow.ListArray
        For each chat its contacts: ``timestamp`` (null where it cannot be read), ``event_id`` (the chat and the place
        of the entry), ``activity``, ``agent`` (who wrote) and ``text`` (of the customer).
    """
    parents, entries = parts_of(chats["history"])
    kinds, names = pc.struct_field(entries, "type"), pc.struct_field(entries, "name")
    roles = _roles(chats, parents, names, pc.struct_field(entries, "sender_type"))
    activities = _named(_ACTIVITIES, pc.binary_join_element_wise(kinds, roles, "/"))
    chat = columns.whole(chats["event_id"]).take(pa.array(parents))
    table = pa.table(
        {
            "timestamp": moments(pc.struct_field(entries, "timestamp")).array,
            "event_id": pc.binary_join_element_wise(chat, _places(parents).cast(pa.string()), "/"),
            "activity": activities,
            "agent": pc.if_else(pc.equal(roles, "agent"), names, _NULL),
            "text": pc.if_else(pc.equal(roles, "customer"), pc.struct_field(entries, "msg"), _NULL),
        }
    )
    kept = activities.is_valid()
    return nested(table.filter(kept), parents[columns.is_true(kept)], chats.num_rows)


def customer_texts(found: pa.ListArray) -> pa.Array:
    """Give what the customer wrote in each chat, one message a line.

    Parameters
    ----------
    found
        As `contacts` gives them.

    Returns
    -------
    pyarrow.Array
        Null for a chat in which the customer wrote nothing.
    """
    parents, parts = parts_of(found)
    written = pc.equal(pc.struct_field(parts, "activity"), _FROM_CUSTOMER)
    return joined(pc.if_else(written, pc.struct_field(parts, "text"), _NULL), parents, len(found))


def _places(parents: np.ndarray) -> pa.Array:
    """Count the entries of each chat, from 1."""
    first = np.searchsorted(parents, parents)
    return pa.array(np.arange(len(parents)) - first + 1)


def _named(names: dict[str, str], keys: pa.Array) -> pa.Array:
    return pa.array(list(names.values()), pa.string()).take(pc.index_in(keys, pa.array(list(names), pa.string())))


def _roles(chats: pa.Table, parents: np.ndarray, names: pa.Array, senders: pa.Array) -> pa.Array:
    """Tell who made each entry: as it says itself, else by name."""
    visitors = columns.whole(chats["visitor_name"]).take(pa.array(parents))
    of_agent, of_customer = _is_agent(chats, parents, names), columns.is_true(pc.equal(names, visitors))
    by_name = np.where(of_agent, "agent", np.where(of_customer, "customer", "automatic"))
    return pc.coalesce(_named(_SENDERS, pc.utf8_lower(senders)), pa.array(by_name, pa.string()))


def _is_agent(chats: pa.Table, parents: np.ndarray, names: pa.Array) -> np.ndarray:
    """Tell which names are among the agents of their chat."""
    lists = columns.whole(chats["agents"])
    agents = pc.list_flatten(lists)
    known = columns.codes(columns.encode(pa.concat_arrays([names, agents]))).astype(np.int64)
    owners = np.concatenate([parents, columns.numbers(pc.list_parent_indices(lists))])
    keys = owners * (known.max(initial=0) + 1) + known
    return np.isin(keys[: len(names)], keys[len(names) :]) & (known[: len(names)] >= 0)
