"""Steps of contacts with a contact centre, such as waiting and talking: each an event with its begin and its end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns
from journeymine.log.schema import ID_PREFIX, TIME
from journeymine.sources.phone.words import in_channels

__all__ = ["channels_of", "counted", "in_order", "last_moment", "step", "without_step"]

_CHANNELS: Final = {
    "voice": "phone",
    "call": "phone",
    "callback": "phone",
    "chat": "chat",
    "message": "chat",
    "webmessaging": "chat",
    "email": "mail",
    "task": "task",
    "workitem": "task",
}
"""Channel of each medium of a contact centre, in lower case; others keep their name."""

_KEPT: Final = ("source_row", "channel", "call", "direction", "queue")


def channels_of(media: pa.Array) -> pa.DictionaryArray:
    """Give the channel of media.

    Parameters
    ----------
    media
        As a contact centre names them, such as ``"VOICE"``.

    Returns
    -------
    pyarrow.DictionaryArray
        Such as ``"phone"``.
    """
    labels = columns.encode(media)
    known = [_CHANNELS.get(medium.lower(), medium.lower()) for medium in labels.dictionary.to_pylist()]
    return columns.relabel(labels, pa.array(known, pa.string()))


def counted(contacts: pa.Table) -> tuple[pa.Table, list[str]]:
    """Give each contact a row of its own, where several stand on one line: events of nobody are told by their row.

    Parameters
    ----------
    contacts
        Has ``source_row``.

    Returns
    -------
    contacts : pyarrow.Table
        With their number as ``source_row``, if any of them share a line.
    notes : list of str
        Says so.
    """
    rows = columns.numbers(contacts["source_row"])
    if (np.diff(np.sort(rows)) > 0).all():
        return contacts, []
    place = contacts.column_names.index("source_row")
    contacts = contacts.set_column(place, "source_row", pa.array(np.arange(1, len(rows) + 1)))
    return contacts, ["several contacts stand on one line; source_row counts those that are used"]


def step(
    contacts: pa.Table,
    where: np.ndarray,
    word: str,
    starts: pa.Array,
    ends: pa.Array | None = None,
    *,
    part: str = "",
    **more: Any,
) -> pa.Table:
    """Make an event of each contact that took a step.

    Parameters
    ----------
    contacts
        ``event_id``, ``source_row``, ``channel``, ``call``, ``direction``, ``queue`` if they have one, and identifiers.
    where
        True for contacts that did, shape (contacts,).
    word
        The step, as a call names it.
    starts, ends
        Times, shape (contacts,).
    part
        What tells the step from others of its contact; by default the word.
    **more
        Further columns, shape (contacts,).

    Returns
    -------
    pyarrow.Table
        In canonical columns; ``event_id`` is that of the contact and the step.
    """
    mask = pa.array(where)
    chosen = contacts.filter(mask)
    kept = [name for name in contacts.column_names if name in _KEPT or name.startswith(ID_PREFIX)]
    ends = pa.nulls(len(contacts), TIME) if ends is None else ends
    table = {
        "activity": in_channels(word, columns.encode(chosen["channel"])),
        "timestamp": columns.whole(starts).filter(mask).cast(TIME),
        "end_timestamp": columns.whole(ends).filter(mask).cast(TIME),
        "event_id": pc.binary_join_element_wise(chosen["event_id"].cast(pa.string()), part or word, "/"),
        **{name: chosen[name] for name in kept},
        **{name: columns.whole(values).filter(mask) for name, values in more.items()},
    }
    return pa.table(table)


def without_step(contacts: pa.Table, steps: Sequence[pa.Table]) -> np.ndarray:
    """Tell which contacts took no step.

    Parameters
    ----------
    contacts
        Has ``source_row``, which no two of them share.
    steps
        As `step` gives them.

    Returns
    -------
    numpy.ndarray
        bool, shape (contacts,).
    """
    rows = np.concatenate([columns.numbers(events["source_row"]) for events in steps])
    return ~np.isin(columns.numbers(contacts["source_row"]), rows)


def in_order(steps: Sequence[pa.Table]) -> tuple[pa.Table, list[str]]:
    """Put the steps of contacts on top of one another.

    Parameters
    ----------
    steps
        As `step` gives them; steps of one moment happened in this order.

    Returns
    -------
    events : pyarrow.Table
        Contact by contact.
    notes : list of str
        How many ends came before their begin, and were left out.
    """
    events = columns.concat(steps)
    events = events.take(pa.array(np.argsort(columns.numbers(events["source_row"]), kind="stable")))
    odd = pc.fill_null(pc.less(events["end_timestamp"], events["timestamp"]), False)
    count = pc.sum(odd).as_py() or 0
    if not count:
        return events, []
    ends = pc.if_else(odd, pa.scalar(None, TIME), events["end_timestamp"])
    events = events.set_column(events.column_names.index("end_timestamp"), "end_timestamp", ends)
    return events, [f"{count:,} steps end before they begin; their ends are left out"]


def last_moment(events: pa.Table) -> datetime | None:
    """Give the last begin or end of events.

    Parameters
    ----------
    events
        Has ``timestamp`` and ``end_timestamp``.

    Returns
    -------
    datetime.datetime
        None where there are no events.
    """
    moments = [pc.max(events[name]).as_py() for name in ("timestamp", "end_timestamp")]
    return max((moment for moment in moments if moment is not None), default=None)
