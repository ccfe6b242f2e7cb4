"""Calls of Twilio: the legs of a call, as its API and data warehouses list them, become one event."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.errors import FormatError
from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.log.quarantine import Reject
from journeymine.log.schema import TIME
from journeymine.sources import inputs
from journeymine.sources.checks import CHECKS, Check, check_kind, drop, foreign, usable
from journeymine.sources.delimited import delimited_tables, row_end
from journeymine.sources.phone.calls import calls_of
from journeymine.sources.phone.twilio_legs import related
from journeymine.sources.reading import Reading, gather, keep_latest, to_log
from journeymine.sources.records import Lines, json_tables
from journeymine.sources.rows import Rows
from journeymine.sources.times import Times, parse_times
from journeymine.sources.values import amounts

__all__ = ["read_twilio_calls"]

_NAMES: Final = {
    "event_id": ("sid", "id"),
    "parent": ("parent_call_sid", "parent_call_id"),
    "from": ("from",),
    "to": ("to",),
    "way": ("direction",),
    "status": ("status",),
    "answered_by": ("answered_by",),
    "duration": ("duration",),
    "created": ("date_created", "created_at"),
    "updated": ("date_updated", "updated_at"),
    "started": ("start_time",),
    "ended": ("end_time",),
}
"""What the API calls each field, and what data warehouses do."""

_OUTCOMES: Final = {"completed": "ANSWERED", "busy": "BUSY", "no-answer": "NO ANSWER", "failed": "FAILED",
                    "canceled": "CANCELED"}  # fmt: skip
_UNDER_WAY: Final = pa.array(["queued", "initiated", "ringing", "in-progress"])
_EVERY_NAME: Final = {name: name for names in _NAMES.values() for name in names}
_MUST: Final = ("event_id", "way", "status", "started")
_MAIL_DATE: Final = r"^[A-Z][a-z]{2}, (?P<day>\d\d) (?P<month>[A-Z][a-z]{2}) (?P<year>\d{4}) "
_CLOCK: Final = r"(?P<clock>[0-9:]{8}) (?P<zone>[+-]\d{4})$"
_MONTHS: Final = pa.array(["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"])
_MONTH_NUMBERS: Final = pa.array([f"{number:02}" for number in range(1, 13)])


def read_twilio_calls(
    path: str | Path,
    *,
    observed_until: str | datetime | None = None,
    name: str | None = None,
    country: str | None = None,
) -> EventLog:
    """Read calls of Twilio: one event a call.

    Twilio lists the legs of a call: the one that began it and, with ``parent_call_sid``, those it was connected to. The
    first leg tells what the call was:

    ==================  ==============================================================================================
    ``call answered``   ``inbound``, and Twilio answered: a person, but it may be a menu, a queue or a voice box
    ``call missed``     ``inbound``, and not answered: no answer, busy, failed, canceled
    ``call made``       to a customer: begun by a program (``outbound-api``), or by a colleague on a web or SIP
                        telephone who was connected to a number
    ``internal call``   between colleagues only
    ==================  ==============================================================================================

    Parameters
    ----------
    path
        The API's answer (``{"calls": […]}``), calls as JSON lines or a JSON array, or a CSV file from a data warehouse
        with the columns of the API or of Fivetran; also as gzip.
    observed_until
        When the export was made; by default the end of its last call.
    name
        Name of the source; by default the file's.
    country
        Two letters; the country of telephone numbers written without one.

    Returns
    -------
    EventLog
        Channel ``phone``, from the start of the first leg (``date_created``, where it has none) to the last end.
        ``id_phone`` is the party outside. Attributes: ``call`` (the first leg's sid), ``direction`` (``inbound``,
        ``outbound``, ``internal``), ``destination`` (the number called), ``disposition`` (``ANSWERED`` if any leg was,
        else that of the last leg), ``answered_by`` (``human`` or a machine, where Twilio was asked), ``talk_seconds``
        (during which at least one leg was connected) and ``rows``. Times are UTC.

        A leg that is delivered again is used once: with the latest ``date_updated``. Set aside are legs of calls that
        are still under way.

    Raises
    ------
    FormatError
        If the file holds no calls; the message says what it holds.
    EmptySourceError
        If it has no rows.

    Examples
    --------
    >>> leg = '''{"sid": "CA7", "from": "+31612345678", "to": "+31201234567", "direction": "inbound",
    ...   "status": "completed", "start_time": "Wed, 01 May 2024 09:00:05 +0000", "duration": "55",
    ...   "end_time": "Wed, 01 May 2024 09:01:00 +0000"}'''
    >>> _ = (tmp / "calls.json").write_text(leg)
    >>> log = read_twilio_calls(tmp / "calls.json")
    >>> log.table.select(["activity", "customer", "talk_seconds"]).to_pylist()
    [{'activity': 'call answered', 'customer': 'phone:+31612345678', 'talk_seconds': 55.0}]
    """
    path = Path(path)
    found = gather(_readings(path))
    check_kind(found, "calls of Twilio", "a call has 'sid', 'direction' and 'status'")
    legs, duplicates = keep_latest(found.events, "version")
    legs, notes = related(legs)
    reading = replace(
        found,
        source=name or path.name,
        events=_calls(legs),
        used=len(legs),
        duplicate=duplicates,
        notes=[*found.notes, *notes],
    )
    until = observed_until or pc.max(legs["end_time"]).as_py()
    return to_log(reading, channel="phone", observed_until=until, country=country)


def _calls(legs: pa.Table) -> pa.Table:
    """Make calls of legs, and say who answered, where Twilio was asked to find out."""
    legs = legs.append_column("application", pa.nulls(len(legs), pa.string()))  # which is a word of exchanges
    calls = calls_of(legs).drop_columns(["application", "ring_seconds"])
    told = legs.filter(legs["answered_by"].is_valid())
    found = pc.index_in(columns.whole(calls["call"]), columns.whole(told["call"]))
    return calls.append_column("answered_by", told["answered_by"].take(found))


# --- from files to legs ----------------------------------------------------------------------------------------------


def _readings(path: Path) -> Iterator[Reading]:
    """Read block by block: JSON, or delimited text."""
    if next(inputs.blocks(path, size=1 << 16, keep_broken=True)).text.lstrip("\ufeff \t\r\n").startswith(("{", "[")):
        for records in json_tables(path, _EVERY_NAME, unwrap=("calls",)):
            yield _reading(path.name, records.table, records.numbers, records.lines, records.rejects)
    else:
        for rows, notes in delimited_tables(inputs.blocks(path, keep_broken=True, record_end=row_end)):
            _check_columns(rows.table, path.name)
            yield replace(_reading(path.name, rows.table, rows.lines, rows, rows.rejects), notes=notes)


def _check_columns(table: pa.Table, name: str) -> None:
    missing = [names for field, names in _NAMES.items() if field in _MUST and not set(names) & set(table.column_names)]
    if missing:
        raise FormatError(
            f"{name} holds no calls of Twilio: it has no column {' or '.join(map(repr, missing[0]))}. "
            f"Its columns: {', '.join(table.column_names)}"
        )


def _reading(source: str, table: pa.Table, numbers: np.ndarray, lines: Lines | Rows, rejects: list[Reject]) -> Reading:
    legs, unusable = usable(_legs(table, numbers), _CHECKS, lines.payload)
    notes = lines.notes if isinstance(lines, Lines) else []
    return Reading(
        source,
        "twilio calls",
        len(table) + len(rejects),
        legs.drop_columns(["is_kind", "status", "written"]),
        rejects=[*rejects, *unusable],
        notes=notes,
    )


_CHECKS: Final = (
    foreign("a_call", "its sid is not that of a call"),
    *CHECKS,
    Check("end_before_start", "ends before it starts", lambda legs: pc.less(legs["end_time"], legs["start_time"])),
    drop("under_way", "a call that is not over", lambda legs: pc.is_in(legs["status"], _UNDER_WAY)),
    Check("bad_status", "not the outcome of a call", lambda legs: pc.is_null(legs["disposition"])),
)


def _legs(table: pa.Table, numbers: np.ndarray) -> pa.Table:
    """Give the fields of legs, each of one type."""
    found = {name: _field(table, names) for name, names in _NAMES.items()}
    started = pc.coalesce(found["started"], found["created"])
    starts = _moments(started).array
    lasted = pc.cast(pc.multiply(amounts(found["duration"]), 1e6), pa.int64(), safe=False)
    computed = pc.add(starts.cast(pa.int64()), lasted).cast(TIME)
    outcomes = columns.encode(found["status"])
    known = pa.array([_OUTCOMES.get(status) for status in outcomes.dictionary.to_pylist()], pa.string())
    return pa.table(
        {
            "source_row": pa.array(numbers),
            "is_kind": _is_call(found["event_id"], found["status"]),
            "event_id": found["event_id"],
            "parent": found["parent"],
            "from": found["from"],
            "destination": found["to"],
            "way": columns.encode(found["way"]),
            "status": found["status"],
            "disposition": columns.relabel(outcomes, known),
            "answered_by": found["answered_by"],
            "written": started,
            "timestamp": starts,
            "start_time": starts,
            "answer_time": starts,
            "end_time": pc.coalesce(_moments(found["ended"]).array, computed, starts),
            "version": _moments(found["updated"]).array,
        }
    )


def _field(table: pa.Table, names: tuple[str, ...]) -> pa.Array:
    """Take a field by the first of its names that is there."""
    there = [columns.whole(table[name]).cast(pa.string()) for name in names if name in table.column_names]
    return pc.coalesce(*there) if there else pa.nulls(len(table), pa.string())


def _is_call(sids: pa.Array, statuses: pa.Array) -> pa.Array:
    return pc.if_else(sids.is_null(), statuses.is_valid(), pc.starts_with(sids, "CA"))


def _moments(text: pa.Array) -> Times:
    """Parse times as the API writes them, which is how mail does, or as data warehouses do; both are UTC."""
    if pc.any(pc.match_substring_regex(text, "^[A-Z]")).as_py():
        text = pc.coalesce(_as_iso(text), text)
    return parse_times(pc.replace_substring(text, " UTC", "Z"), tz="UTC")


def _as_iso(text: pa.Array) -> pa.Array:
    parts = pc.extract_regex(text, _MAIL_DATE + _CLOCK)
    day, month, year, clock, zone = (pc.struct_field(parts, field.name) for field in parts.type)
    number = _MONTH_NUMBERS.take(pc.index_in(month, _MONTHS))
    date = pc.binary_join_element_wise(year, number, day, "-")
    return pc.binary_join_element_wise(date, "T", clock, zone, "")
