"""Slack: the messages of a workspace's export."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.sources.chat.parties import activities, agents, is_own, own_note, parties
from journeymine.sources.chat.people import known_as
from journeymine.sources.chat.slack_export import Batch, batches, users
from journeymine.sources.checks import CHECKS, check_kind, drop, foreign, usable
from journeymine.sources.reading import Reading, gather, keep_latest, to_log
from journeymine.sources.records import json_records
from journeymine.sources.values import moments, texts

__all__ = ["read_slack"]

_FIELDS: Final = {
    "type": "type",
    "subtype": "subtype",
    "user": "user",
    "commenter": "comment.user",
    "bot": "bot_id",
    "text": "text",
    "written": "ts",
    "thread": "thread_ts",
    "edited": "edited.ts",
}
_BOT_MESSAGE: Final = "bot_message"
_SAID: Final = ("me_message", "thread_broadcast", "reply_broadcast", "file_share", "file_comment", _BOT_MESSAGE)
"""Subtypes of messages that somebody wrote; a plain message has none, all others are notices."""

_CHECKS: Final = (
    foreign("a_message", "an object that is no message"),
    *CHECKS,
    drop("notice", "a join, a new topic or another notice", lambda found: pc.invert(found["is_said"])),
    drop("bot", "written by a bot", lambda found: found["is_bot"]),
)


def read_slack(
    path: str | Path,
    *,
    own_names: str | Sequence[str] | None = None,
    observed_until: str | datetime | None = None,
    name: str | None = None,
    country: str | None = None,
) -> EventLog:
    """Read the export of a Slack workspace: one event a message.

    ==========================================  ===================================================================
    ``message from customer``                   written by anybody else than the company
    ``message from agent``                      written by one of `own_names`
    ``message posted``                          where `own_names` is not given
    ==========================================  ===================================================================

    Parameters
    ----------
    path
        The zip archive, or the folder it was unpacked to: a folder a room with a JSON file a day, and ``users.json``.
    own_names
        Names or ids of the users who write for the company.
    observed_until
        When the export was made; by default the time of its last message.
    name
        Name of the source; by default the file's.
    country
        Two letters; the country of telephone numbers written without one.

    Returns
    -------
    EventLog
        Identifiers ``slack_user`` and, where the export tells them, ``email`` and ``phone``. What the company wrote
        has those of the only other one in the thread, else of the only other one in the room, else none. Attributes
        ``room``, ``thread`` (the room and the time of its first message) and ``agent`` (id of who wrote for the
        company); ``text`` is as Slack writes it. ``source_row`` counts the messages through all files. A message
        that stands twice, in the same room at the same time, is used once: as it was edited last.

        In the quarantine: what bots wrote; joins, topics and other notices; objects that are no messages, and files
        that are no JSON.

    Raises
    ------
    FormatError
        If it is no archive, or holds no messages; or if it holds links or names that lead out of it, or expands
        without measure.
    OptionError
        If `own_names` is empty.

    Examples
    --------
    >>> (tmp / "export" / "help").mkdir(parents=True)
    >>> message = '[{"type": "message", "user": "U1", "text": "Hello", "ts": "1714554000.000200"}]'
    >>> _ = (tmp / "export" / "help" / "2024-05-01.json").write_text(message)
    >>> read_slack(tmp / "export").table.select(["activity", "customer", "room"]).to_pylist()
    [{'activity': 'message posted', 'customer': 'slack_user:U1', 'room': 'help'}]
    """
    path = Path(path)
    known = users(path)
    reading = gather(_reading(path.name, batch, known) for batch in batches(path))
    check_kind(reading, "Slack messages", "a message has a 'type' that says so")
    messages, duplicates = keep_latest(reading.events, "version")
    own = _own(messages, known, own_names)
    reading = replace(
        reading,
        source=name or path.name,
        events=_events(messages, known, own),
        used=messages.num_rows,
        duplicate=duplicates,
        notes=[*reading.notes, *own_note(own, own_names)],
    )
    return to_log(reading, channel="chat", observed_until=observed_until, country=country)


def _reading(source: str, batch: Batch, known: pa.Table) -> Reading:
    """Read the messages of some files, one row each."""
    records = json_records(batch.lines, _FIELDS)
    rooms = pa.array(batch.rooms, pa.string()).take(pa.array(np.searchsorted(batch.lines.numbers, records.numbers)))
    messages, rejects = usable(_messages(records.table, records.numbers, rooms, known), _CHECKS, batch.lines.payload)
    rows_in = len(batch.lines) + len(batch.rejects)
    return Reading(source, "slack", rows_in, messages, rejects=[*batch.rejects, *records.rejects, *rejects])


def _messages(found: pa.Table, numbers: np.ndarray, rooms: pa.Array, known: pa.Table) -> pa.Table:
    """Put all objects in a table, whether they can be used or not."""
    written, subtype = texts(found["written"]), texts(found["subtype"])
    user = pc.coalesce(texts(found["user"]), texts(found["commenter"]))
    bots = pc.filter(known["id_slack_user"], pc.equal(known["is_bot"], "True"))
    of_bot = pc.is_in(user, pa.concat_arrays([pa.array(["USLACKBOT"]), *bots.chunks]))
    is_bot = pc.or_(pc.or_(of_bot, found["bot"].is_valid()), pc.fill_null(pc.equal(subtype, _BOT_MESSAGE), False))
    return pa.table(
        {
            "source_row": pa.array(numbers),
            "is_kind": pc.fill_null(pc.equal(texts(found["type"]), "message"), False),
            "is_said": pc.or_(subtype.is_null(), pc.is_in(subtype, pa.array(_SAID))),
            "is_bot": is_bot,
            "event_id": pc.binary_join_element_wise(rooms, written, "/"),
            "written": written,
            "timestamp": moments(written).array,
            "version": moments(found["edited"]).array,
            "user": user,
            "room": rooms,
            "thread": pc.binary_join_element_wise(rooms, pc.coalesce(texts(found["thread"]), written), "/"),
            "text": texts(found["text"]),
        }
    )


def _own(messages: pa.Table, known: pa.Table, own_names: str | Sequence[str] | None) -> np.ndarray | None:
    labels = columns.encode(messages["user"])
    ids = known["id_slack_user"].to_pylist()
    names = [dict(zip(ids, known[name].to_pylist(), strict=True)) for name in ("name", "real_name", "display_name")]
    called = [
        pa.array(map(name.get, labels.dictionary.to_pylist()), pa.string()).take(labels.indices) for name in names
    ]
    return is_own(messages["user"], *called, own_names=own_names)


def _events(messages: pa.Table, known: pa.Table, own: np.ndarray | None) -> pa.Table:
    writers = columns.encode(messages["user"])
    party = parties(writers, own, messages["thread"], messages["room"])
    names = ("source_row", "timestamp", "event_id", "text", "room", "thread")
    return pa.table(
        {
            "activity": activities("message", own, messages.num_rows),
            **{name: messages[name] for name in names},
            **known_as(party, "slack_user", known),
            "agent": agents(columns.whole(messages["user"]), own),
        }
    )
