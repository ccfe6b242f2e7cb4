"""Conversations of Genesys Cloud: voice menu, queue, agents, hold and transfers of every conversation."""

from __future__ import annotations

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
from journeymine.sources.checks import CHECKS, Check, check_kind, foreign, usable
from journeymine.sources.nested import parts_of
from journeymine.sources.phone.genesys_customers import shared_of
from journeymine.sources.phone.genesys_parts import PARTICIPANT, Parts
from journeymine.sources.phone.genesys_steps import conversation_steps
from journeymine.sources.phone.steps import counted, in_order, last_moment
from journeymine.sources.reading import Reading, gather, keep_latest, to_log
from journeymine.sources.records import Records, json_tables
from journeymine.sources.times import parse_times

__all__ = ["read_genesys_conversations"]

_FIELDS: Final = {
    "event_id": "conversationId",
    "written": "conversationStart",
    "ended": "conversationEnd",
    "way": "originatingDirection",
    "participants": "participants",
}
_CHECKS: Final = (
    foreign("a_conversation", "an object without 'participants'"),
    *CHECKS,
    Check("no_medium", "no session that says its medium", lambda found: pc.equal(found["media"], 0)),
)
_OVER: Final = 1 << 30  # more than the segments of any conversation


def read_genesys_conversations(
    path: str | Path,
    *,
    observed_until: str | datetime | None = None,
    name: str | None = None,
    country: str | None = None,
) -> EventLog:
    """Read conversation details of Genesys Cloud, as its analytics API and its exports give them.

    A conversation has participants, their sessions and the segments of those. Each session of a menu or a queue, and
    each segment of an agent, is a step of the customer:

    =============================  ===================================================================================
    ``call made``                  an agent dials
    ``in voice menu``              of a call. Other conversations begin with ``chat started``, ``mail received`` or
                                   ``mail sent``, which is a moment
    ``waited in queue``            participant ``acd``; ``waited for callback`` if it is one
    ``call abandoned``             the customer left the queue, and no agent took part after that
    ``talked with agent``          segment ``interact``; in other channels ``chatted with agent``, ``mail handled by
                                   agent``; ``callback handled by agent``: the call itself is a session of its own
    ``on hold``                    segment ``hold``
    ``call transferred``           an agent's segment that ends with a transfer
    ``left voicemail``             participant ``voicemail``
    ``after-call work``            segment ``wrapup``
    ``call missed``                none of these
    =============================  ===================================================================================

    Ringing (``alert``), monitoring and shared screens are no steps. In a conversation without a customer, a participant
    ``user`` is who calls, not who answers.

    Parameters
    ----------
    path
        The API's answer (``{"conversations": […]}``), one a line or a single document, or conversations as JSON lines
        or a JSON array; also as gzip.
    observed_until
        When the export was made; by default the end of its last event.
    name
        Name of the source; by default the file's.
    country
        Two letters; the country of telephone numbers written without one.

    Returns
    -------
    EventLog
        Channel ``phone`` (media voice and callback), ``chat`` (chat and message), ``mail`` or another medium.
        Identifiers ``phone``, ``email`` and ``genesys_contact`` (``externalContactId``), of the participants
        ``customer`` and ``external``. Attributes: ``call`` (``conversationId``), ``direction``, ``queue`` and ``agent``
        (their ids), ``ended_by`` of talks (``transfer``, or Genesys' own ``disconnectType``), ``transfer`` (``blind``,
        ``attended``, ``conference``) and ``wrap_up``, the code of after-call work.

        A conversation that is delivered again while it goes on is used as it stands when it is over, else with the
        most segments.

    Raises
    ------
    FormatError
        If the file is no JSON, is cut short, or holds no conversation; the message says what it holds.
    EmptySourceError
        If it has no conversations.

    Examples
    --------
    >>> conversation = '''{"conversationId": "7", "conversationStart": "2024-05-01T09:00:00Z", "participants": [
    ...   {"purpose": "customer", "sessions": [
    ...     {"mediaType": "voice", "direction": "inbound", "ani": "tel:+31612345678", "segments": []}]},
    ...   {"purpose": "acd", "sessions": [{"mediaType": "voice", "segments": [
    ...     {"segmentType": "interact", "segmentStart": "2024-05-01T09:00:00Z", "segmentEnd": "2024-05-01T09:02:00Z",
    ...      "disconnectType": "peer"}]}]}]}'''
    >>> _ = (tmp / "conversations.json").write_text(conversation)
    >>> log = read_genesys_conversations(tmp / "conversations.json")
    >>> log.table.select(["activity", "customer"]).to_pylist()
    [{'activity': 'waited in queue', 'customer': 'phone:+31612345678'},
     {'activity': 'call abandoned', 'customer': 'phone:+31612345678'}]
    """
    path = Path(path)
    found = gather(_readings(path))
    check_kind(found, "conversations of Genesys Cloud", "a conversation has 'participants'")
    conversations, duplicates = keep_latest(found.events, "version")
    conversations, several = counted(conversations.drop_columns(["media", "version"]))
    parts = Parts.of(conversations)
    events, notes = in_order(conversation_steps(conversations, shared_of(conversations, parts), parts))
    reading = replace(
        found,
        source=name or path.name,
        events=events,
        used=len(conversations),
        duplicate=duplicates,
        notes=[*found.notes, *several, *parts.notes, *notes],
    )
    return to_log(reading, observed_until=observed_until or last_moment(events), country=country)


def _readings(path: Path) -> Iterator[Reading]:
    types = {"participants": pa.list_(PARTICIPANT)}
    for records in json_tables(path, _FIELDS, unwrap=("conversations",), types=types):
        conversations, rejects = usable(_conversations(records), _CHECKS, records.lines.payload)
        yield Reading(
            path.name,
            "genesys conversations",
            len(records.lines),
            conversations,
            rejects=[*records.rejects, *rejects],
            notes=records.lines.notes,
        )


def _conversations(records: Records) -> pa.Table:
    found = records.table
    participants = columns.whole(found["participants"])
    media, segments = _counts(participants)
    ended = parse_times(found["ended"].cast(pa.string()), tz="UTC").array
    return pa.table(
        {
            "source_row": pa.array(records.numbers),
            "is_kind": participants.is_valid(),
            "event_id": found["event_id"].cast(pa.string()),
            "written": found["written"].cast(pa.string()),
            "timestamp": parse_times(found["written"].cast(pa.string()), tz="UTC").array,
            "ended": ended,
            "way": found["way"].cast(pa.string()),
            "participants": participants,
            "media": media,
            "version": segments + np.where(columns.is_true(ended.is_valid()), _OVER, 0),
        }
    )


def _counts(participants: pa.ListArray) -> tuple[np.ndarray, np.ndarray]:
    """Count the sessions that say their medium, and the segments, of each conversation."""
    of_participant, people = parts_of(participants)
    of_session, sessions = parts_of(pc.struct_field(people, "sessions"))
    owners = of_participant[of_session]
    said = columns.is_true(pc.struct_field(sessions, "mediaType").is_valid())
    lengths = columns.numbers(pc.list_value_length(pc.struct_field(sessions, "segments")))
    segments = np.bincount(owners, lengths, len(participants)).astype(np.int64)
    return np.bincount(owners[said], minlength=len(participants)), segments
