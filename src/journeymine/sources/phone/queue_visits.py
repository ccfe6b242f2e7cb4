"""Visits of queues: the lines that a call leaves between entering a queue and leaving it become its events."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns
from journeymine.log.order import case_order
from journeymine.log.schema import TIME
from journeymine.sources.phone import words
from journeymine.sources.phone.calls import sides
from journeymine.sources.phone.runs import first_of

__all__ = ["STEPS", "visits_of"]

_ENTER, _CONNECT, _RING, _GONE, _DONE, _OTHER = range(6)


class _Step(NamedTuple):
    """What a line means: its kind, what it is called, and where its seconds of waiting and of talking stand.

    Places count the fields behind the event from 0; from the last field backwards where they are negative.
    """

    kind: int
    label: str | None = None
    waited: int | None = None
    talked: int | None = None


STEPS: Final = {
    "ENTERQUEUE": _Step(_ENTER),
    "CONNECT": _Step(_CONNECT, waited=0),
    "RINGNOANSWER": _Step(_RING),
    "ABANDON": _Step(_GONE, waited=2),
    "EXITWITHTIMEOUT": _Step(_GONE, "timeout", waited=2),
    "EXITWITHKEY": _Step(_GONE, "key", waited=3),
    "EXITEMPTY": _Step(_GONE, "empty", waited=2),
    "COMPLETECALLER": _Step(_DONE, "caller", waited=0, talked=1),
    "COMPLETEAGENT": _Step(_DONE, "agent", waited=0, talked=1),
    "TRANSFER": _Step(_DONE, "transfer", waited=2, talked=3),
    "BLINDTRANSFER": _Step(_DONE, "transfer", waited=2, talked=3),
    "ATTENDEDTRANSFER": _Step(_DONE, "transfer", waited=-3, talked=-2),
    "RINGCANCELED": _Step(_OTHER),
    "AGENTDUMP": _Step(_OTHER),
    "SYSCOMPAT": _Step(_OTHER),
}
"""The events that are steps of a call; all others are not."""

_KINDS: Final = np.array([step.kind for step in STEPS.values()])
_ENDED_BY: Final = pa.array([step.label for step in STEPS.values()], pa.string())
_UNSAID: Final = 99
_WAITED, _TALKED = (
    np.array([_UNSAID if place is None else place for place in places])
    for places in zip(*((step.waited, step.talked) for step in STEPS.values()), strict=True)
)
_DATA: Final = [f"data{number}" for number in range(1, 7)]
_SECOND: Final = 1_000_000


def visits_of(rows: pa.Table, *, internal_digits: int) -> pa.Table:
    """Make events of the steps of calls.

    Parameters
    ----------
    rows
        ``call``, ``timestamp``, ``queue``, ``agent``, ``event`` (one of ``STEPS``), ``data1`` to ``data6``, ``fields``
        (how many of those there are) and ``source_row``.
    internal_digits
        How many digits an extension has at most.

    Returns
    -------
    pyarrow.Table
        In canonical columns, call by call in order of time; ``source_row`` is the first row of the call, so that the
        events of a call by nobody stay together.
    """
    visits = _Visits.of(rows)
    events = columns.concat([visits.waits(), visits.talks(), visits.exits(), visits.transfers()])
    events = events.take(pa.array(np.argsort(columns.numbers(events["place"]), kind="stable")))
    inside, outside = sides(columns.encode(events["caller"]), internal_digits)
    phones = pc.if_else(pa.array(outside), events["caller"], pa.scalar(None, pa.string()))
    direction = columns.from_codes(np.where(inside, 1, 0), pa.array(["inbound", "internal"]))
    events = events.drop_columns(["caller", "place"])
    return events.append_column("id_phone", phones).append_column("direction", direction)


@dataclass(frozen=True)
class _Visits:
    """The rows of calls, call by call in order of time, cut where a call enters a queue.

    Rows are told by their places; -1 stands for none.

    Attributes
    ----------
    rows
        The rows, with the first row of their call as ``source_row``.
    times
        Microseconds, shape (rows,).
    steps
        What each row means, as a place in ``STEPS``, shape (rows,).
    firsts
        Where each visit begins, shape (visits,).
    callers
        The row that names the caller, shape (rows,).
    """

    rows: pa.Table
    times: np.ndarray
    steps: np.ndarray
    firsts: np.ndarray
    callers: np.ndarray

    @classmethod
    def of(cls, rows: pa.Table) -> _Visits:
        """Put rows in order."""
        calls = columns.codes(columns.compact(columns.encode(rows["call"])))
        offsets, order, _ = case_order(calls, columns.numbers(rows["timestamp"]), int(calls.max(initial=-1)) + 1)
        rows = rows.take(pa.array(order))
        events = columns.encode(rows["event"])
        steps = columns.numbers(pc.index_in(events.dictionary, pa.array(list(STEPS))))[columns.codes(events)]
        enters = _KINDS[steps] == _ENTER
        callers = first_of(enters & columns.is_true(rows["data2"].is_valid()), offsets[:-1])
        enters[offsets[:-1]] = True
        lengths = np.diff(offsets)
        first_rows = np.repeat(np.minimum.reduceat(columns.numbers(rows["source_row"]), offsets[:-1]), lengths)
        rows = rows.set_column(rows.column_names.index("source_row"), "source_row", pa.array(first_rows))
        return cls(rows, columns.numbers(rows["timestamp"]), steps, np.flatnonzero(enters), np.repeat(callers, lengths))

    def _first(self, kind: int) -> np.ndarray:
        return first_of(_KINDS[self.steps] == kind, self.firsts)

    @cached_property
    def entered(self) -> np.ndarray:
        """Where each visit begins."""
        return self._first(_ENTER)

    @cached_property
    def connected(self) -> np.ndarray:
        """Where an agent takes the call."""
        return self._first(_CONNECT)

    @cached_property
    def gone(self) -> np.ndarray:
        """Where the caller leaves the queue without an agent."""
        return self._first(_GONE)

    @cached_property
    def done(self) -> np.ndarray:
        """Where the talk with an agent ends."""
        return self._first(_DONE)

    @cached_property
    def answered(self) -> np.ndarray:
        """When the talk with an agent begins: as long before its end as that says, where no row says it."""
        since = self.times[self.done] - self._ago(self.done, _TALKED, self.connected < 0)
        return np.where(self.connected >= 0, self.times[self.connected], since)

    def waits(self) -> pa.Table:
        """Give the time in the queue, one event a visit."""
        talked = (self.connected >= 0) | (self.done >= 0)
        left = np.where(talked, np.where(self.connected >= 0, self.connected, self.done), self.gone)
        ends = np.where(talked, self.answered, self.times[left])
        since = np.where(left >= 0, ends - self._ago(left, _WAITED, self.entered < 0), self.times[self.firsts])
        starts = np.where(self.entered >= 0, self.times[self.entered], since)
        rings = np.add.reduceat((_KINDS[self.steps] == _RING).astype(np.int64), self.firsts)
        position = _whole_numbers(self.rows["data3"].take(pa.array(self.firsts)), self.entered >= 0)
        more = {"position": position, "unanswered_rings": rings}
        return self._events(self.firsts, words.WAITED, starts, pa.array(ends, mask=left < 0), **more)

    def talks(self) -> pa.Table:
        """Give the talks with agents."""
        chosen = np.flatnonzero((self.connected >= 0) | (self.done >= 0))
        done = self.done[chosen]
        places = np.where(self.connected[chosen] >= 0, self.connected[chosen], done)
        ended_by = _ENDED_BY.take(pa.array(self.steps[done], mask=done < 0))
        ends = pa.array(self.times[done], mask=done < 0)
        agents = self.rows["agent"].take(pa.array(places))
        return self._events(places, words.TALKED, self.answered[chosen], ends, agent=agents, ended_by=ended_by)

    def exits(self) -> pa.Table:
        """Give the moments at which callers leave a queue without an agent."""
        places = self.gone[self.gone >= 0]
        reasons = _ENDED_BY.take(pa.array(self.steps[places]))
        activity = pc.if_else(reasons.is_null(), words.ABANDONED, words.LEFT_QUEUE)
        return self._events(places, activity, self.times[places], None, reason=reasons)

    def transfers(self) -> pa.Table:
        """Give the moments at which agents pass a call on."""
        places = self.done[self.done >= 0]
        places = places[columns.is_true(pc.equal(_ENDED_BY, "transfer"))[self.steps[places]]]
        at = pa.array(places)
        attended = pc.equal(self.rows["event"].take(at), "ATTENDEDTRANSFER")
        more = {
            "agent": self.rows["agent"].take(at),
            "destination": pc.if_else(attended, pa.scalar(None, pa.string()), self.rows["data1"].take(at)),
            "transfer": pc.if_else(attended, "attended", "blind"),
        }
        return self._events(places, words.TRANSFERRED, self.times[places], None, **more)

    def _events(
        self, places: np.ndarray, activity: str | pa.Array, starts: np.ndarray, ends: pa.Array | None, **more: Any
    ) -> pa.Table:
        """Make events that stand on rows."""
        named = columns.label(activity, len(places)) if isinstance(activity, str) else columns.encode(activity)
        callers = self.callers[places]
        return pa.table(
            {
                "place": places,
                "activity": named,
                "timestamp": pa.array(starts).cast(TIME),
                "end_timestamp": pa.nulls(len(places), TIME) if ends is None else ends.cast(TIME),
                "caller": columns.encode(self.rows["data2"].take(pa.array(callers, mask=callers < 0))),
                **{name: self.rows[name].take(pa.array(places)) for name in ("source_row", "call", "queue")},
                **more,
            }
        )

    def _ago(self, places: np.ndarray, fields: np.ndarray, where: np.ndarray) -> np.ndarray:
        """Give the microseconds that rows say something lasted; 0 where they do not, or are not asked."""
        asked = np.flatnonzero(where & (places >= 0))
        rows = places[asked]
        field = fields[self.steps[rows]]
        field = np.where(field < 0, field + columns.numbers(self.rows["fields"])[rows], field)
        said = np.zeros(len(rows), np.int64)
        for number, name in enumerate(_DATA):
            here = np.flatnonzero(field == number)
            values = self.rows[name].take(pa.array(rows[here]))
            said[here] = columns.numbers(_whole_numbers(values, np.ones(len(here), bool)))
        spent = np.zeros(len(places), np.int64)
        spent[asked] = said * _SECOND
        return spent


def _whole_numbers(text: pa.ChunkedArray, where: np.ndarray) -> pa.Array:
    text = columns.whole(text)
    sound = pc.and_(pc.match_substring_regex(text, "^[0-9]{1,6}$"), pa.array(where))
    return pc.if_else(sound, text, pa.scalar(None, pa.string())).cast(pa.int64())
