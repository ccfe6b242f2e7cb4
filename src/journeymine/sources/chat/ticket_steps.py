"""The steps of a Zendesk ticket that the ticket itself tells: created, assigned, solved, closed."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns
from journeymine.log.schema import TIME
from journeymine.sources.values import texts

__all__ = ["steps"]

_KEPT: Final = ("source_row", "channel", "id_zendesk_user", "id_email", "id_phone", "ticket", "agent", "group",
                "status", "priority", "kind", "via", "rating", "reopens", "wait_seconds")  # fmt: skip
_NEVER: Final = pa.scalar(None, TIME)


def steps(tickets: pa.Table) -> tuple[pa.Table, list[str]]:
    """Give each step of each ticket a row.

    Parameters
    ----------
    tickets
        One row each, with ``timestamp`` (created), ``updated_at``, ``assigned_at``, ``solved_at`` and
        ``status_changed_at``, null where they are not known; with ``status``, ``description`` and what is kept.

    Returns
    -------
    events : pyarrow.Table
        The tickets in the source's order, with ``activity``, ``timestamp``, ``event_id`` and ``text``.
    notes : list of str
        Of how many tickets a step was put at the time of their last change.
    """
    times, inferred = _times(tickets)
    events = columns.concat(_step(tickets, step, columns.whole(moment)) for step, moment in times.items())
    order = np.argsort(columns.numbers(events["source_row"]), kind="stable")
    said = f"{inferred:,} tickets do not say when they were solved or closed; the time of their last change taken"
    return events.take(pa.array(order)), [said] if inferred else []


def _times(tickets: pa.Table) -> tuple[dict[str, pa.ChunkedArray], int]:
    """Give the times of each step, null where it was not taken, and how many tickets leave one open."""
    is_solved, is_closed = (pc.equal(tickets["status"], status) for status in ("solved", "closed"))
    last, solved, changed = (tickets[name] for name in ("updated_at", "solved_at", "status_changed_at"))
    times = {
        "created": tickets["timestamp"],
        "assigned": tickets["assigned_at"],
        "solved": pc.coalesce(solved, pc.if_else(is_solved, last, _NEVER)),
        "closed": pc.if_else(is_closed, pc.coalesce(changed, last), _NEVER),
    }
    inferred = pc.or_(pc.and_(is_solved, solved.is_null()), pc.and_(is_closed, changed.is_null()))
    return times, int(np.count_nonzero(columns.is_true(inferred)))


def _step(tickets: pa.Table, step: str, moment: pa.Array) -> pa.Table:
    """Take one step of the tickets that took it."""
    taken = moment.is_valid()
    found = tickets.filter(taken)
    words = found["description"] if step == "created" else pa.nulls(found.num_rows, pa.string())
    return pa.table(
        {
            "activity": columns.label(f"ticket {step}", found.num_rows),
            "timestamp": moment.filter(taken),
            "event_id": pc.binary_join_element_wise(texts(found["ticket"]), step, "/"),
            "text": words,
            **{name: found[name] for name in _KEPT},
        }
    )
