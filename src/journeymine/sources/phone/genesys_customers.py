"""Who a conversation of Genesys Cloud was with, and which way it went."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns
from journeymine.sources.nested import first_of
from journeymine.sources.phone.genesys_parts import Parts
from journeymine.sources.phone.runs import first_by

__all__ = ["shared_of"]

_SPEAKS: Final = ("customer", "menu", "queue", "agent", "user")  # whose channel and direction are the conversation's
_NUMBER: Final = r"^(?:tel:|sips?:)?(?P<number>\+?[0-9][0-9 ().-]*)(?:[@;].*)?$"
_NULL: Final = pa.scalar(None, pa.string())


def shared_of(conversations: pa.Table, parts: Parts) -> pa.Table:
    """Give what all steps of a conversation share.

    Parameters
    ----------
    conversations
        ``event_id``, ``source_row`` and ``way``.
    parts
        Their sessions.

    Returns
    -------
    pyarrow.Table
        One row a conversation, as `step` takes it.
    """
    own = _spoken(parts, "direction", len(conversations))
    return pa.table(
        {
            "event_id": conversations["event_id"],
            "source_row": conversations["source_row"],
            "channel": _spoken(parts, "channel", len(conversations)),
            "call": conversations["event_id"],
            "direction": pc.utf8_lower(pc.coalesce(conversations["way"], own)),
            **_identifiers(parts, len(conversations)),
        }
    )


def _spoken(parts: Parts, name: str, count: int) -> pa.Array:
    """Take a field as the customer's session has it, else that of who is nearest to the customer."""
    wanted = columns.is_true(parts.sessions[name].is_valid())
    chosen = np.full(count, -1)
    for speaks in (*(parts.is_role(role) for role in _SPEAKS), np.ones(len(wanted), bool)):
        found = first_by(parts.of_session, wanted & speaks, count)
        chosen = np.where(chosen < 0, found, chosen)
    return columns.whole(parts.sessions[name]).take(pa.array(chosen, mask=chosen < 0))


def _identifiers(parts: Parts, count: int) -> dict[str, pa.Array]:
    """Give the first number, address and contact that a session of a customer has."""
    sessions = parts.sessions
    outbound = pc.fill_null(pc.equal(pc.utf8_lower(sessions["direction"]), "outbound"), False)
    called = pc.if_else(outbound, sessions["dnis"], sessions["ani"])
    written = pc.if_else(outbound, sessions["addressTo"], sessions["addressFrom"])
    written = pc.coalesce(written, sessions["addressOther"])
    spoken = pc.coalesce(called, first_of(sessions["callbackNumbers"]), written)
    number = pc.struct_field(pc.extract_regex(columns.whole(spoken), _NUMBER), "number")
    is_mail = pc.and_(pc.match_substring(written, "@"), pc.equal(sessions["channel"], "mail"))
    values = {
        "id_phone": number,
        "id_email": pc.if_else(pc.fill_null(is_mail, False), written, _NULL),
        "id_genesys_contact": sessions["externalContactId"],
    }
    return {kind: _customers(parts, columns.whole(value), count) for kind, value in values.items()}


def _customers(parts: Parts, values: pa.Array, count: int) -> pa.Array:
    known = parts.is_customers & columns.is_true(values.is_valid())
    first = first_by(parts.of_session, known, count)
    return values.take(pa.array(first, mask=first < 0))
