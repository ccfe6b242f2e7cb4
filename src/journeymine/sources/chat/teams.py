"""Microsoft Teams: messages of chats and channels, as Microsoft Graph gives them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
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
from journeymine.sources.checks import CHECKS, check_kind, drop, foreign, usable
from journeymine.sources.mail.html import html_text
from journeymine.sources.reading import Reading, gather, keep_latest, to_log
from journeymine.sources.records import Lines, Records, json_records, json_tables
from journeymine.sources.values import moments, texts

__all__ = ["read_teams"]

_FIELDS: Final = {
    "id": "id",
    "type": "messageType",
    "written": "createdDateTime",
    "changed": "lastModifiedDateTime",
    "deleted": "deletedDateTime",
    "answers": "replyToId",
    "user": "from.user.id",
    "user_name": "from.user.displayName",
    "application": "from.application.id",
    "content_type": "body.contentType",
    "content": "body.content",
    "chat": "chatId",
    "channel_id": "channelIdentity.channelId",
    "replies": "replies",
}
_CHECKS: Final = (
    foreign("a_message", "an object without messageType"),
    *CHECKS,
    drop("system", "written by Teams itself", lambda found: pc.not_equal(found["type"], "message")),
    drop("bot", "written by an application", lambda found: found["is_bot"]),
)


def read_teams(
    path: str | Path,
    *,
    own_names: str | Sequence[str] | None = None,
    observed_until: str | datetime | None = None,
    name: str | None = None,
) -> EventLog:
    """Read messages of Microsoft Teams (``chatMessage`` of Microsoft Graph): one event a message.

    ==========================================  ===================================================================
    ``message from customer``                   written by anybody else than the company
    ``message from agent``                      written by one of `own_names`
    ``message posted``                          where `own_names` is not given
    ==========================================  ===================================================================

    Parameters
    ----------
    path
        Messages as the answers of the API (``{"value": […]}``, one or one a line), as a JSON array or as JSON lines;
        also as gzip. Answers to a message may stand in its ``replies``.
    own_names
        Display names or ids of the users who write for the company.
    observed_until
        When the messages were fetched; by default the time of the last one.
    name
        Name of the source; by default the file's.

    Returns
    -------
    EventLog
        Identifier ``teams_user``. What the company wrote has that of the only other one in the thread, else of the
        only other one in the chat or channel, else none. Attributes ``room`` (the chat or channel), ``thread`` (the
        chat, or in a channel the message that began it) and ``agent`` (display name of who wrote for the company);
        ``text`` is the text of the body, null where the message was deleted. ``source_row`` is the line, or the place
        in the document, of the message or of the one that it answers. A message delivered twice is used once: with
        the latest ``lastModifiedDateTime``.

        In the quarantine: what Teams itself or an application wrote; objects that are no messages, or have no ``id``
        or time.

    Raises
    ------
    FormatError
        If the file is no JSON, or holds no messages; the message says what it holds.
    EmptySourceError
        If it has no rows.
    OptionError
        If `own_names` is empty.

    Examples
    --------
    >>> message = '{"id": "1", "messageType": "message", "createdDateTime": "2024-05-01T09:00:00Z", "chatId": "19:a"'
    >>> message += ', "from": {"user": {"id": "u1"}}, "body": {"contentType": "html", "content": "<p>Hello</p>"}}'
    >>> _ = (tmp / "messages.json").write_text('{"value": [' + message + "]}")
    >>> read_teams(tmp / "messages.json").table.select(["activity", "customer", "text"]).to_pylist()
    [{'activity': 'message posted', 'customer': 'teams_user:u1', 'text': 'Hello'}]
    """
    path = Path(path)
    tables = json_tables(path, _FIELDS, unwrap=("value",))
    reading = gather(_reading(path.name, part) for records in tables for part in _with_replies(records))
    check_kind(reading, "Teams messages", "a message has a 'messageType'")
    messages, duplicates = keep_latest(reading.events, "version")
    own = is_own(messages["user"], messages["user_name"], own_names=own_names)
    reading = replace(
        reading,
        source=name or path.name,
        events=_events(messages, own),
        used=messages.num_rows,
        duplicate=duplicates,
        notes=[*reading.notes, *own_note(own, own_names)],
    )
    return to_log(reading, channel="chat", observed_until=observed_until)


def _with_replies(records: Records) -> Iterator[Records]:
    """Yield messages, and those that stand inside of them as replies."""
    yield records
    lines = zip(records.numbers.tolist(), texts(records.table["replies"]).to_pylist(), strict=True)
    found = [(number, reply) for number, replies in lines for reply in _listed(replies)]
    if found:
        inner = Lines([reply for _, reply in found], [number for number, _ in found])
        yield json_records(inner, _FIELDS)


def _listed(replies: str | None) -> list[str]:
    listed = json.loads(replies) if replies and replies.startswith("[") else []
    return [json.dumps(reply, ensure_ascii=False) for reply in listed]


def _reading(source: str, records: Records) -> Reading:
    """Read messages, one row each."""
    messages, rejects = usable(_messages(records), _CHECKS, records.lines.payload)
    return Reading(
        source,
        "teams",
        len(records.lines),
        messages,
        rejects=[*records.rejects, *rejects],
        notes=records.lines.notes,
    )


def _messages(records: Records) -> pa.Table:
    """Put all objects in a table, whether they can be used or not."""
    found = {name: texts(records.table[name]) for name in _FIELDS}
    room = pc.fill_null(pc.coalesce(found["chat"], found["channel_id"]), "")
    root = pc.if_else(found["chat"].is_valid(), "", pc.coalesce(found["answers"], found["id"]))
    return pa.table(
        {
            "source_row": pa.array(records.numbers),
            "is_kind": found["type"].is_valid(),
            "type": found["type"],
            "is_bot": pc.and_(found["application"].is_valid(), found["user"].is_null()),
            "event_id": pc.binary_join_element_wise(room, found["id"], "/"),
            "written": found["written"],
            "timestamp": moments(found["written"]).array,
            "version": moments(found["changed"]).array,
            "user": found["user"],
            "user_name": found["user_name"],
            "room": room,
            "thread": pc.if_else(pc.equal(root, ""), room, pc.binary_join_element_wise(room, root, "/")),
            "text": _plain(found),
        }
    )


def _plain(found: dict[str, pa.Array]) -> pa.Array:
    """Give the text of each body; what was deleted has none."""
    bodies = pc.if_else(found["deleted"].is_null(), found["content"], pa.scalar(None, pa.string()))
    labels = bodies.dictionary_encode()
    plain = [html_text(body) for body in labels.dictionary.to_pylist()]
    said = pc.if_else(
        pc.equal(found["content_type"], "html"), pa.array(plain, pa.string()).take(labels.indices), bodies
    )
    return pc.if_else(pc.equal(said, ""), pa.scalar(None, pa.string()), said)


def _events(messages: pa.Table, own: np.ndarray | None) -> pa.Table:
    writers = columns.encode(messages["user"])
    names = ("source_row", "timestamp", "event_id", "text", "room", "thread")
    return pa.table(
        {
            "activity": activities("message", own, messages.num_rows),
            **{name: messages[name] for name in names},
            "id_teams_user": parties(writers, own, messages["thread"], messages["room"]),
            "agent": agents(columns.whole(messages["user_name"]), own),
        }
    )
