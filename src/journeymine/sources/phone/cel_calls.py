"""Calls told from what their channels did: the whole call, and what its caller's channel lived through."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns
from journeymine.log.order import case_order
from journeymine.log.schema import TIME
from journeymine.sources.phone import words
from journeymine.sources.phone.calls import calls_of, with_parties
from journeymine.sources.phone.runs import first_of, last_of, next_of

__all__ = ["events_of"]

_NO_NUMBER: Final = ("s", "h", "i", "t", "o", "e")  # extensions that the dialplan itself goes to
_OUTCOMES: Final = {"BUSY": "BUSY", "CONGESTION": "CONGESTION", "CHANUNAVAIL": "FAILED"}
_JOINS: Final = ("BRIDGE_ENTER", "BRIDGE_START")
_PARTS: Final = ("BRIDGE_EXIT", "BRIDGE_END")
_ENDS: Final = ("HANGUP", "CHAN_END")
_TRANSFERS: Final = {"BLINDTRANSFER": "blind", "ATTENDEDTRANSFER": "attended"}
_UNIQUE: Final = r"(-[0-9a-f]{4,})?(;[12])?$"


def events_of(rows: pa.Table, internal_digits: int) -> pa.Table:
    """Make events of what channels did.

    Parameters
    ----------
    rows
        ``call``, ``type``, ``timestamp``, ``channel`` (its id), ``name`` (of the channel), ``number``, ``exten``,
        ``application``, ``peer``, ``detail`` and ``source_row``.
    internal_digits
        How many digits an extension has at most.

    Returns
    -------
    pyarrow.Table
        In canonical columns, call by call in order of time; ``source_row`` is the first row of the call.
    """
    calls = _Calls.of(rows, internal_digits)
    parts = [calls.whole(), calls.waits(), calls.queue_exits(), calls.talks(), calls.holds(), calls.transfers()]
    events = columns.concat(parts)
    order = np.lexsort((columns.numbers(events["place"]), columns.numbers(events["source_row"])))
    return events.take(pa.array(order)).drop_columns("place")


@dataclass(frozen=True)
class _Calls:
    """The rows of calls, call by call in order of time; rows are told by their places, -1 stands for none.

    Attributes
    ----------
    rows
        The rows.
    firsts
        First row of each call, shape (calls,).
    begun
        First row of the channel that began each call, shape (calls,).
    internal_digits
        How many digits an extension has at most.
    """

    rows: pa.Table
    firsts: np.ndarray
    begun: np.ndarray
    internal_digits: int

    @classmethod
    def of(cls, rows: pa.Table, internal_digits: int) -> _Calls:
        """Put rows in order; a call has the id of the channel that began it."""
        calls = columns.codes(columns.compact(columns.encode(rows["call"])))
        offsets, order, _ = case_order(calls, columns.numbers(rows["timestamp"]), int(calls.max(initial=-1)) + 1)
        rows = rows.take(pa.array(order))
        firsts = offsets[:-1]
        begun = first_of(columns.is_true(pc.equal(rows["call"], rows["channel"])), firsts)
        return cls(rows, firsts, np.where(begun < 0, firsts, begun), internal_digits)

    # --- rows of a kind ----------------------------------------------------------------------------------------------

    @cached_property
    def times(self) -> np.ndarray:
        """Microseconds of each row."""
        return columns.numbers(self.rows["timestamp"])

    @cached_property
    def call(self) -> np.ndarray:
        """Number of each row's call."""
        return np.repeat(np.arange(len(self.firsts)), np.diff(np.append(self.firsts, len(self.rows))))

    @cached_property
    def is_callers(self) -> np.ndarray:
        """Rows of the channel that began the call."""
        channels = columns.codes(columns.encode(self.rows["channel"]))
        return channels == channels[self.begun][self.call]

    def is_type(self, *types: str) -> np.ndarray:
        """Rows of events of some types."""
        return self._is_any("type", types)

    def _is_any(self, column: str, values: tuple[str, ...]) -> np.ndarray:
        labels = columns.encode(self.rows[column])
        known = columns.is_true(pc.is_in(labels.dictionary, pa.array(values)))
        return np.append(known, False)[columns.codes(labels)]

    @cached_property
    def is_join(self) -> np.ndarray:
        """Rows in which a channel enters a bridge to talk; a bridge for those who are parked is none."""
        return self.is_type(*_JOINS) & ~self._is_any("detail", ("holding_bridge",))

    @cached_property
    def is_end(self) -> np.ndarray:
        """Rows in which the caller's channel ends."""
        return self.is_callers & self.is_type(*_ENDS)

    # --- the whole call ----------------------------------------------------------------------------------------------

    @cached_property
    def legs(self) -> pa.Table:
        """Each call as one leg: who called whom, and when."""
        ends = self.times[np.append(self.firsts, len(self.rows))[1:] - 1] if len(self.firsts) else self.times
        answered = first_of(self.is_callers & self.is_type("ANSWER"), self.firsts)
        legs = {
            "call": self.rows["call"].take(pa.array(self.begun)),
            "start_time": pa.array(self.times[self.firsts]).cast(TIME),
            "answer_time": pa.array(self.times[answered], mask=answered < 0).cast(TIME),
            "end_time": pa.array(ends).cast(TIME),
            "disposition": self._outcome(answered >= 0),
            "application": self._said("application", last_of),
            "source": self._said("number", first_of),
            "caller": pa.nulls(len(self.firsts), pa.string()),
            "destination": self._said("exten", first_of, ~self._is_any("exten", _NO_NUMBER)),
            "channel": self.rows["name"].take(pa.array(self.begun)),
            "source_row": np.minimum.reduceat(columns.numbers(self.rows["source_row"]), self.firsts),
        }
        return with_parties(pa.table(legs), internal_digits=self.internal_digits)

    def _said(self, column: str, find: Any, where: np.ndarray | bool = True) -> pa.ChunkedArray:
        """Take what the caller's channel says first, or last."""
        places = find(self.is_callers & columns.is_true(self.rows[column].is_valid()) & where, self.firsts)
        return self.rows[column].take(pa.array(places, mask=places < 0))

    def _outcome(self, answered: np.ndarray) -> pa.Array:
        """Tell in the words of call records how each call ended."""
        ended = last_of(self.is_end & columns.is_true(self.rows["detail"].is_valid()), self.firsts)
        said = columns.encode(self.rows["detail"].take(pa.array(ended, mask=ended < 0)))
        known = [_OUTCOMES.get(status, "NO ANSWER") for status in said.dictionary.to_pylist()]
        outcomes = columns.relabel(said, pa.array(known, pa.string())).cast(pa.string())
        return pc.if_else(pa.array(answered), "ANSWERED", pc.fill_null(outcomes, "NO ANSWER"))

    def whole(self) -> pa.Table:
        """Give each call as one event."""
        order = np.argsort(columns.numbers(self.legs["source_row"]))  # the order of calls_of
        transfers = np.bincount(self.call[self.is_type(*_TRANSFERS)], minlength=len(self.firsts))
        calls = calls_of(self.legs).drop_columns("rows").append_column("transfers", pa.array(transfers[order]))
        calls = calls.append_column("rows", pa.array(np.bincount(self.call, minlength=len(self.firsts))[order]))
        return calls.append_column("place", pa.array(np.full(len(order), -1)))

    # --- what happens in it ------------------------------------------------------------------------------------------

    @cached_property
    def is_customers(self) -> np.ndarray:
        """Rows of calls with somebody outside."""
        return ~columns.is_true(pc.equal(self.legs["direction"], "internal"))[self.call]

    @cached_property
    def queued(self) -> np.ndarray:
        """Where the caller enters a queue."""
        starts = self.is_callers & self.is_type("APP_START") & self._is_any("application", ("Queue",))
        return np.flatnonzero(starts & self.is_customers)

    @cached_property
    def left(self) -> np.ndarray:
        """Where the caller leaves the queue again."""
        leaves = self.is_callers & (self.is_join | self.is_type("APP_END")) | self.is_end
        return next_of(leaves, self.firsts)[self.queued]

    def waits(self) -> pa.Table:
        """Give the time in queues."""
        queues = self.rows["detail"].take(pa.array(self.queued))
        return self._events(self.queued, words.WAITED, self.left, queue=queues)

    def queue_exits(self) -> pa.Table:
        """Give the moments at which callers leave queues without an agent: they hang up, or go on elsewhere."""
        unanswered = (self.left >= 0) & ~self.is_join[self.left]
        places = self.left[unanswered]
        following = next_of(self.is_callers, self.firsts)[places]
        hung_up = self.is_end[places] | ((following >= 0) & self.is_end[following])
        activity = columns.from_codes(np.where(hung_up, 0, 1), pa.array([words.ABANDONED, words.LEFT_QUEUE]))
        queues = self.rows["detail"].take(pa.array(self.queued[unanswered]))
        return self._events(places, activity, None, queue=queues)

    def talks(self) -> pa.Table:
        """Give the time in bridges with others."""
        joins = self.is_callers & self.is_join
        leaves = self.is_callers & self.is_type(*_PARTS) | self.is_end
        then = next_of(joins | leaves, self.firsts)[joins]
        again = np.zeros(len(joins), bool)
        again[then[then >= 0]] = True  # what follows a join is no new talk
        places = np.flatnonzero(joins & ~again & self.is_customers)
        ends = next_of(leaves, self.firsts)[places]
        return self._events(places, words.TALKED, ends, agent=self._agents(places, ends))

    def _agents(self, places: np.ndarray, ends: np.ndarray) -> pa.DictionaryArray:
        """Name the channel at the other end: the caller's peer, or who joins next; of a call made, the caller."""
        others = next_of(self.is_join & ~self.is_callers, self.firsts)[places]
        others = np.where((ends >= 0) & (others > ends), -1, others)
        next_one = columns.encode(self.rows["name"].take(pa.array(others, mask=others < 0)))
        peers = columns.encode(self.rows["peer"].take(pa.array(places)))
        peers = columns.relabel(peers, pc.replace_substring_regex(peers.dictionary, ",.*$", ""))
        outbound = columns.is_true(pc.equal(self.legs["direction"], "outbound"))[self.call[places]]
        own = columns.encode(self.rows["name"].take(pa.array(places, mask=~outbound)))
        return _named(columns.first_known([own, peers, next_one]))

    def holds(self) -> pa.Table:
        """Give the time in which calls are parked."""
        places = np.flatnonzero(self.is_type("PARK_START") & self.is_customers)
        return self._events(places, words.ON_HOLD, next_of(self.is_type("PARK_END"), self.firsts)[places])

    def transfers(self) -> pa.Table:
        """Give the moments at which calls are passed on."""
        places = np.flatnonzero(self.is_type(*_TRANSFERS) & self.is_customers)
        at = pa.array(places)
        kinds = columns.encode(self.rows["type"].take(at))
        more = {
            "agent": _named(columns.encode(self.rows["name"].take(at))),
            "destination": self.rows["detail"].take(at),
            "transfer": columns.relabel(
                kinds, pa.array(map(_TRANSFERS.get, kinds.dictionary.to_pylist()), pa.string())
            ),
        }
        return self._events(places, words.TRANSFERRED, None, **more)

    def _events(
        self, places: np.ndarray, activity: str | pa.DictionaryArray, ends: np.ndarray | None, **more: Any
    ) -> pa.Table:
        """Make events that begin at rows, and end at rows where they last."""
        calls = pa.array(self.call[places])
        ends = np.full(len(places), -1) if ends is None else ends
        return pa.table(
            {
                "place": places,
                "activity": columns.label(activity, len(places)) if isinstance(activity, str) else activity,
                "timestamp": pa.array(self.times[places]).cast(TIME),
                "end_timestamp": pa.array(self.times[ends], mask=ends < 0).cast(TIME),
                "source_row": self.legs["source_row"].take(calls),
                "id_phone": self.legs["party"].take(calls),
                "call": self.legs["call"].take(calls),
                "direction": self.legs["direction"].take(calls),
                **more,
            }
        )


def _named(channels: pa.DictionaryArray) -> pa.DictionaryArray:
    """Leave out of the names of channels what makes each of them unique."""
    return columns.relabel(channels, pc.replace_substring_regex(channels.dictionary, _UNIQUE, ""))
