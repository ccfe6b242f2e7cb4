"""Steps of conversations of Genesys Cloud: what its sessions and segments were to the customer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns
from journeymine.log.schema import TIME
from journeymine.sources.phone import words
from journeymine.sources.phone.genesys_parts import Parts
from journeymine.sources.phone.runs import first_by
from journeymine.sources.phone.steps import step, without_step

__all__ = ["conversation_steps"]

_TRANSFERS: Final = {"transfer": "blind", "consultTransfer": "attended", "conferenceTransfer": "conference"}
_LEFT: Final = pa.array(["peer", "client", "endpoint"])  # how a queue's session ends when the other side leaves


def conversation_steps(conversations: pa.Table, shared: pa.Table, parts: Parts) -> list[pa.Table]:
    """Give the steps of conversations.

    Parameters
    ----------
    conversations
        ``timestamp`` and ``ended``.
    shared
        What the steps of each conversation share, as `shared_of` gives it.
    parts
        Their sessions and segments.

    Returns
    -------
    list of pyarrow.Table
        As `step` gives them; those that may share a moment stand in the order in which they happen.
    """
    found = _Steps(shared, parts)
    steps = [
        *_beginnings(conversations, shared),
        found.menus(),
        *found.waits(),
        found.abandoned(),
        found.voicemails(),
        *found.agents_segments(),
        found.transfers(),
    ]
    missed, outbound = without_step(shared, steps), columns.is_true(pc.equal(shared["direction"], "outbound"))
    begun, ended = conversations["timestamp"], conversations["ended"]
    return [
        *steps,
        step(shared, missed & outbound, words.MADE, begun, ended),
        step(shared, missed & ~outbound, words.MISSED, begun, ended),
    ]


def _beginnings(conversations: pa.Table, shared: pa.Table) -> list[pa.Table]:
    """Give the moments at which chats, mails and other written contacts begin."""
    written = columns.is_true(pc.not_equal(shared["channel"], "phone"))
    outbound = columns.is_true(pc.equal(shared["direction"], "outbound"))
    begun = conversations["timestamp"]
    return [
        step(shared, written & ~outbound, words.IN_MENU, begun, part="begin"),
        step(shared, written & outbound, words.MADE, begun, part="begin"),
    ]


@dataclass(frozen=True)
class _Spans:
    """From when until when some segments of each session last; null where a session has none, or they go on."""

    starts: pa.Array
    ends: pa.Array

    @classmethod
    def of(cls, parts: Parts, wanted: np.ndarray) -> _Spans:
        """Measure segments."""
        places = np.flatnonzero(wanted)
        groups, count = parts.of_segment[places], len(parts.of_session)
        starts, ends = (columns.numbers(parts.segments[name])[places] for name in ("start", "end"))
        first, last = np.full(count, np.iinfo(np.int64).max), np.full(count, np.iinfo(np.int64).min)
        np.minimum.at(first, groups, starts)
        np.maximum.at(last, groups, ends)
        open_ended = np.zeros(count, bool)
        open_ended[groups[~columns.is_true(parts.segments["end"].is_valid())[places]]] = True
        none = np.bincount(groups, minlength=count) == 0
        return cls(pa.array(first, mask=none).cast(TIME), pa.array(last, mask=none | open_ended).cast(TIME))

    @property
    def known(self) -> np.ndarray:
        """Sessions that have such segments."""
        return columns.is_true(self.starts.is_valid())


@dataclass(frozen=True)
class _Steps:
    """The steps that sessions and segments are."""

    shared: pa.Table
    parts: Parts

    @cached_property
    def sessions(self) -> pa.Table:
        """Sessions as contacts that take steps."""
        parts = self.parts
        numbers = np.arange(len(parts.of_session)) - np.searchsorted(parts.of_session, parts.of_session) + 1
        first = first_by(parts.of_segment, columns.is_true(parts.segments["queueId"].is_valid()), len(numbers))
        queues = columns.whole(parts.segments["queueId"]).take(pa.array(first, mask=first < 0))
        above = self.shared["channel"].take(pa.array(parts.of_session))
        channels = columns.first_known([columns.encode(parts.sessions["channel"]), columns.encode(above)])
        return _parts_of(self.shared, parts.of_session, numbers, channel=channels, queue=queues)

    @cached_property
    def segments(self) -> pa.Table:
        """Segments as contacts that take steps."""
        of_segment = self.parts.of_segment
        numbers = np.arange(len(of_segment)) - np.searchsorted(of_segment, of_segment) + 1
        return _parts_of(self.sessions, of_segment, numbers, queue=self.parts.segments["queueId"])

    def menus(self) -> pa.Table:
        """Give the time in voice menus."""
        spans = _Spans.of(self.parts, self.parts.is_kind("ivr", "interact"))
        spoken = columns.is_true(pc.equal(self.sessions["channel"], "phone"))
        where = self.parts.is_role("menu") & spans.known & spoken
        return step(self.sessions, where, words.IN_MENU, spans.starts, spans.ends)

    @cached_property
    def queued(self) -> _Spans:
        """From when until when each session is in a queue."""
        return _Spans.of(self.parts, self.parts.is_role("queue")[self.parts.of_segment])

    def waits(self) -> list[pa.Table]:
        """Give the time in queues."""
        callback = self.parts.is_callback
        starts, ends = self.queued.starts, self.queued.ends
        return [
            step(self.sessions, self.queued.known & ~callback, words.WAITED, starts, ends),
            step(self.sessions, self.queued.known & callback, words.WAITED_FOR_CALLBACK, starts, ends),
        ]

    def abandoned(self) -> pa.Table:
        """Give the moments at which customers left a queue, and no agent took part after that."""
        parts = self.parts
        talks = np.flatnonzero(parts.is_agents[parts.of_segment] & parts.is_kind("interact"))
        last_talk = np.full(len(self.shared), np.iinfo(np.int64).min)
        np.maximum.at(
            last_talk, parts.of_session[parts.of_segment[talks]], columns.numbers(parts.segments["start"])[talks]
        )
        unanswered = columns.numbers(self.queued.starts) > last_talk[parts.of_session]
        left = np.zeros(len(parts.of_session), bool)
        left[parts.of_segment[columns.is_true(pc.is_in(parts.segments["disconnectType"], _LEFT))]] = True
        over = columns.is_true(self.queued.ends.is_valid())
        where = self.queued.known & over & left & unanswered & ~parts.is_callback
        return step(self.sessions, where, words.ABANDONED, self.queued.ends)

    def voicemails(self) -> pa.Table:
        """Give the time in which customers speak on a voice box."""
        spans = _Spans.of(self.parts, self.parts.is_role("voicemail")[self.parts.of_segment])
        return step(self.sessions, spans.known, words.VOICEMAIL, spans.starts, spans.ends)

    def agents_segments(self) -> list[pa.Table]:
        """Give what agents do: they call, talk, put on hold, and work on when the customer has gone."""
        callback = self.parts.is_callback[self.parts.of_segment]
        talks = self.parts.is_kind("interact")
        ended_by = _ended_by(self.parts.segments["disconnectType"])
        return [
            self._of_agents(self.parts.is_kind("dialing", "contacting"), words.MADE),
            self._of_agents(talks & ~callback, words.TALKED, ended_by=ended_by),
            self._of_agents(talks & callback, words.CALLBACK, ended_by=ended_by),
            self._of_agents(self.parts.is_kind("hold"), words.ON_HOLD),
            self._of_agents(self.parts.is_kind("wrapup"), words.AFTER_CALL, wrap_up=self.parts.segments["wrapUpCode"]),
        ]

    def _of_agents(self, where: np.ndarray, word: str, **more: Any) -> pa.Table:
        segments, mine = self.parts.segments, self.parts.is_agents[self.parts.of_segment]
        return step(self.segments, where & mine, word, segments["start"], segments["end"], agent=self._agent, **more)

    @cached_property
    def _agent(self) -> pa.Array:
        return columns.whole(self.parts.sessions["userId"]).take(pa.array(self.parts.of_segment))

    def transfers(self) -> pa.Table:
        """Give the moments at which agents pass a conversation on."""
        segments, mine = self.parts.segments, self.parts.is_agents[self.parts.of_segment]
        kinds = columns.encode(segments["disconnectType"])
        known = pa.array([_TRANSFERS.get(kind) for kind in kinds.dictionary.to_pylist()], pa.string())
        kinds = columns.relabel(kinds, known)
        over = columns.is_true(pc.and_(segments["end"].is_valid(), kinds.is_valid()))
        where = mine & over & self.parts.is_kind("interact", "hold")
        return step(self.segments, where, words.TRANSFERRED, segments["end"], agent=self._agent, transfer=kinds)


def _parts_of(above: pa.Table, places: np.ndarray, numbers: np.ndarray, **own: pa.ChunkedArray | pa.Array) -> pa.Table:
    """Give parts what they share with what they are part of, an id of their own, and other columns of their own."""
    rows = above.take(pa.array(places))
    number = pa.array(numbers).cast(pa.string())
    own["event_id"] = pc.binary_join_element_wise(rows["event_id"].cast(pa.string()), number, "/")
    kept = {name: rows[name] for name in rows.column_names if name not in own}
    return pa.table({**kept, **own})


def _ended_by(kinds: pa.ChunkedArray) -> pa.DictionaryArray:
    labels = columns.encode(kinds)
    known = ["transfer" if kind in _TRANSFERS else kind for kind in labels.dictionary.to_pylist()]
    return columns.relabel(labels, pa.array(known, pa.string()))
