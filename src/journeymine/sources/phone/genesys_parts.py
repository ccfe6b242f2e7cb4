"""Conversations of Genesys Cloud taken apart into sessions and segments, in whole columns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns
from journeymine.sources.nested import parts_of
from journeymine.sources.phone.steps import channels_of
from journeymine.sources.times import Times, parse_times

__all__ = ["PARTICIPANT", "Parts"]

_TEXT: Final = pa.string()
_SEGMENT_FIELDS: Final = ("segmentStart", "segmentEnd", "segmentType", "queueId", "wrapUpCode", "disconnectType")
_SEGMENT: Final = pa.struct(dict.fromkeys(_SEGMENT_FIELDS, _TEXT))
_SESSION_FIELDS: Final = ("mediaType", "direction", "ani", "dnis", "addressFrom", "addressTo", "addressOther")
_SESSION: Final = pa.struct(
    {
        **dict.fromkeys(_SESSION_FIELDS, _TEXT),
        "callbackNumbers": pa.list_(_TEXT),
        "segments": pa.list_(_SEGMENT),
    }
)
_PARTICIPANT_FIELDS: Final = ("purpose", "userId", "externalContactId")
PARTICIPANT: Final = pa.struct({**dict.fromkeys(_PARTICIPANT_FIELDS, _TEXT), "sessions": pa.list_(_SESSION)})
"""Fields of participants, their sessions and the segments of those, as far as they are read."""

_ROLES: Final = {
    "customer": "customer",
    "external": "customer",
    "ivr": "menu",
    "workflow": "menu",
    "botflow": "menu",
    "acd": "queue",
    "agent": "agent",
    "user": "user",
    "voicemail": "voicemail",
}
_SIDE_MEDIA: Final = ("cobrowse", "screenshare", "screenmonitoring", "internalmessage")


@dataclass(frozen=True)
class Parts:
    """Sessions and segments of conversations.

    Attributes
    ----------
    sessions
        One row a session: ``conversation`` (its place), ``role`` (``customer``, ``menu``, ``queue``, ``agent``,
        ``user``, ``voicemail``; null for others), ``channel``, and the fields of its participant and its own.
    segments
        One row a segment with a usable begin: ``session`` (its place), ``start``, ``end``, ``kind`` and its other
        fields.
    notes
        What was left out.
    """

    sessions: pa.Table
    segments: pa.Table
    notes: list[str]

    @classmethod
    def of(cls, conversations: pa.Table) -> Parts:
        """Take conversations apart.

        Parameters
        ----------
        conversations
            Has ``participants``.

        Returns
        -------
        Parts
            In the order of the conversations.
        """
        of_participant, participants = parts_of(conversations["participants"])
        of_session, sessions = parts_of(pc.struct_field(participants, "sessions"))
        whose = pa.array(of_session)
        table = {
            "conversation": of_participant[of_session],
            **{name: pc.struct_field(participants, name).take(whose) for name in _PARTICIPANT_FIELDS},
            **{name: pc.struct_field(sessions, name) for name in (*_SESSION_FIELDS, "callbackNumbers")},
        }
        of_segment, segments = parts_of(pc.struct_field(sessions, "segments"))
        segments, notes = _segments(of_segment, segments)
        return cls(_with_roles(pa.table(table)), segments, notes)

    @cached_property
    def of_session(self) -> np.ndarray:
        """The conversation of each session."""
        return columns.numbers(self.sessions["conversation"])

    @cached_property
    def of_segment(self) -> np.ndarray:
        """The session of each segment."""
        return columns.numbers(self.segments["session"])

    @cached_property
    def is_customers(self) -> np.ndarray:
        """Sessions of customers."""
        return self.is_role("customer")

    @cached_property
    def is_agents(self) -> np.ndarray:
        """Sessions of agents; a user in a conversation without a customer is who calls."""
        with_customer = np.isin(self.of_session, self.of_session[self.is_customers])
        return self.is_role("agent") | (self.is_role("user") & with_customer)

    @cached_property
    def is_callback(self) -> np.ndarray:
        """Sessions about a callback; the call itself has others."""
        return columns.is_true(pc.equal(self.sessions["mediaType"], "callback"))

    def is_role(self, *roles: str) -> np.ndarray:
        """Tell which sessions are of participants in some roles.

        Parameters
        ----------
        *roles
            Such as ``"agent"``.

        Returns
        -------
        numpy.ndarray
            bool, shape (sessions,).
        """
        return columns.is_true(pc.is_in(self.sessions["role"], pa.array(roles)))

    def is_kind(self, *kinds: str) -> np.ndarray:
        """Tell which segments are of some kinds.

        Parameters
        ----------
        *kinds
            Such as ``"interact"``.

        Returns
        -------
        numpy.ndarray
            bool, shape (segments,).
        """
        return columns.is_true(pc.is_in(self.segments["kind"], pa.array(kinds)))


def _with_roles(sessions: pa.Table) -> pa.Table:
    """Add what part a session plays; one that only accompanies another, such as a shared screen, plays none."""
    purposes, media = columns.encode(sessions["purpose"]), columns.encode(sessions["mediaType"])
    known = [_ROLES.get(purpose.lower()) for purpose in purposes.dictionary.to_pylist()]
    roles = columns.relabel(purposes, pa.array(known, _TEXT)).cast(_TEXT)
    aside = columns.is_true(pc.is_in(pc.utf8_lower(media.cast(_TEXT)), pa.array(_SIDE_MEDIA)))
    roles = pc.if_else(pa.array(aside), pa.scalar(None, _TEXT), roles)
    return sessions.append_column("role", columns.encode(roles)).append_column("channel", channels_of(media))


def _segments(of_segment: np.ndarray, segments: pa.StructArray) -> tuple[pa.Table, list[str]]:
    """Parse the times of segments; one that does not say when it begins is left out."""
    times = {name: _times(segments, name) for name in ("segmentStart", "segmentEnd")}
    table = pa.table(
        {
            "session": of_segment,
            "start": times["segmentStart"].array,
            "end": times["segmentEnd"].array,
            "kind": columns.encode(pc.utf8_lower(pc.struct_field(segments, "segmentType"))),
            **{name: columns.encode(pc.struct_field(segments, name)) for name in _SEGMENT_FIELDS[3:]},
        }
    )
    bad = times["segmentStart"].bad
    count = int(np.count_nonzero(bad))
    notes = [f"{count:,} segments without a usable begin are left out"] if count else []
    return (table.filter(pa.array(~bad)) if count else table), notes


def _times(segments: pa.StructArray, name: str) -> Times:
    return parse_times(pc.struct_field(segments, name), tz="UTC", name=name)
