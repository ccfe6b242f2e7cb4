"""Call records of Asterisk, as cdr_csv and cdr_custom write them: the rows of one call become one event."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.errors import TimeZoneError
from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.log.quarantine import Reject
from journeymine.log.schema import TIME
from journeymine.sources.lines import Lines
from journeymine.sources.phone.calls import calls_of, check_internal_digits, with_parties
from journeymine.sources.phone.cdr_rows import DATE, NO_DATE, Part, cdr_parts, with_call_ids
from journeymine.sources.phone.exchange_rows import without_copies
from journeymine.sources.reading import Reading, gather, refuse, to_log
from journeymine.sources.times import Times, parse_times

__all__ = ["read_asterisk_cdr"]

_DISPOSITIONS: Final = ("ANSWERED", "NO ANSWER", "BUSY", "FAILED", "CONGESTION", "UNKNOWN")
_HOUR: Final = 3_600_000_000
_TOLERANCE: Final = 2_000_000  # whole seconds are written, and rounded
_NULL: Final = pa.scalar(None, pa.string())


def read_asterisk_cdr(
    path: str | Path,
    *,
    tz: str | None,
    observed_until: str | datetime | None = None,
    name: str | None = None,
    country: str | None = None,
    internal_digits: int = 5,
) -> EventLog:
    r"""Read the call records (CDR) of an Asterisk exchange: one event a call.

    Both layouts are read and told apart by where the dates stand: ``cdr_csv`` (account code first, 16 to 21 fields)
    and the default mapping of ``cdr_custom`` (caller id first). A row is one attempt to connect two parties; the rows
    of a call share a ``linkedid``, or, where the file has none, a ``uniqueid``. Rows that stand twice, to the letter,
    count as duplicates.

    A party is inside when its number has no more than `internal_digits` digits, or is a name. The first row that is
    not between two inside parties tells what the call was:

    ==================  ==============================================================================================
    ``call answered``   from outside, and the exchange answered: a person, but it may be a menu, a queue or a voice box
    ``call missed``     from outside, and never answered: no answer, busy, failed, congestion
    ``call made``       from inside to outside, answered or not. Also where the caller's number is an outside one or
                        withheld, but the channel is an extension's, such as ``PJSIP/201-0000001a``
    ``internal call``   between inside parties only
    ==================  ==============================================================================================

    Parameters
    ----------
    path
        The file, such as ``Master.csv``; also as gzip.
    tz
        Where the exchange's clock stands, such as ``"Europe/Amsterdam"``. Asterisk writes local time without a zone;
        ``"UTC"`` if its ``cdr.conf`` says ``usegmtime=yes``.
    observed_until
        When the file was taken; by default the end of its last call.
    name
        Name of the source; by default the file's.
    country
        Two letters; the country of telephone numbers written without one.
    internal_digits
        How many digits an extension has at most.

    Returns
    -------
    EventLog
        Channel ``phone``. ``timestamp`` is the first start, ``end_timestamp`` the last end. ``id_phone`` is the party
        outside; a call without one belongs to nobody. Attributes: ``call`` (linkedid or uniqueid), ``direction``
        (``inbound``, ``outbound``, ``internal``), ``destination`` (the number dialled), ``disposition`` (``ANSWERED``
        if any row is, else that of the last row), ``application`` (the last one of the last row), ``ring_seconds``
        (first start to first answer; null if never answered), ``talk_seconds`` (during which at least one row was
        answered: the sum of ``billsec``, but where rows overlap, as in a consultation before a transfer, the time
        counts once) and ``rows``.

    Raises
    ------
    TimeZoneError
        If `tz` is None, or nobody knows it.
    FormatError
        If no row has its dates where one of the layouts has them.
    OptionError
        If `internal_digits` is no small number.
    EmptySourceError
        If the file is empty.

    Examples
    --------
    >>> file = tmp / "Master.csv"
    >>> _ = file.write_text('''\
    ... "","0612345678","200","in","","SIP/a-1","","Queue","","2024-02-10 16:42:00",,"2024-02-10 16:42:20",20,0,\
    ... "NO ANSWER","DOCUMENTATION","1707579720.1",""
    ... "","0612345678","201","in","","SIP/a-1","","Queue","","2024-02-10 16:42:20","2024-02-10 16:42:25",\
    ... "2024-02-10 16:45:25",185,180,"ANSWERED","DOCUMENTATION","1707579720.1",""
    ... ''')
    >>> log = read_asterisk_cdr(file, tz="Europe/Amsterdam")
    >>> log.table.select(["activity", "customer", "ring_seconds", "talk_seconds", "rows"]).to_pylist()
    [{'activity': 'call answered', 'customer': 'phone:0612345678', 'ring_seconds': 25.0, 'talk_seconds': 180.0,
      'rows': 2}]
    """
    path = Path(path)
    if tz is None:
        raise TimeZoneError(_explain_zone(path.name))
    check_internal_digits(internal_digits)
    found = gather(_legs(part, name or path.name, tz, internal_digits) for part in cdr_parts(path))
    legs, copies = without_copies(with_call_ids(found.events), "start_time", "end_time")
    reading = replace(found, events=calls_of(legs), used=legs.num_rows, duplicate=copies)
    until = observed_until or pc.max(legs["end_time"]).as_py()
    return to_log(reading, channel="phone", observed_until=until, country=country)


def _explain_zone(name: str) -> str:
    return (
        f"{name} has times without a zone: Asterisk writes what its server's clock says. Say where the server stands "
        "with tz=, such as tz='Europe/Amsterdam', or tz='UTC' if its cdr.conf has usegmtime=yes"
    )


# Columns that a leg no longer needs once it has its times and its parties.
_RAW: Final = ["source", "caller", "channel", "start", "answer", "end", "duration", "billed", "unreadable"]


def _legs(part: Part, source: str, tz: str, internal_digits: int) -> Reading:
    """Make legs of records."""
    legs, clock = _timed(part.records, tz)
    legs, nonsense = _checked(legs, part.lines)
    legs = with_parties(legs, internal_digits=internal_digits).drop_columns(_RAW)
    notes = [*part.notes, *clock]
    return Reading(source, "asterisk cdr", part.lines_in, legs, rejects=[*part.rejects, *nonsense], notes=notes)


# --- times -----------------------------------------------------------------------------------------------------------


def _timed(legs: pa.Table, tz: str) -> tuple[pa.Table, list[str]]:
    """Add the times of each row, null where there is none; and which rows have one that cannot be read."""
    parsed = {name: _times(columns.whole(legs[name]), name, tz) for name in ("start", "answer", "end")}
    moments = {name: times.microseconds for name, times in parsed.items()}
    notes = [f"{name}: {note}" for name, times in parsed.items() for note in times.notes]
    if notes:  # some of the times are in an hour that the clock runs through twice
        notes += _settle_clock_change(moments, _seconds(legs["duration"]), _seconds(legs["billed"]))
    for name, moment in moments.items():
        legs = legs.append_column(name + "_time", pa.array(moment, mask=parsed[name].bad).cast(TIME))
    answered = columns.is_true(pc.equal(legs["disposition"], "ANSWERED"))
    needs_answer = answered | ~_is_blank(columns.whole(legs["answer"]))
    unreadable = parsed["start"].bad | parsed["end"].bad | (parsed["answer"].bad & needs_answer)
    return legs.append_column("unreadable", pa.array(unreadable)), notes


def _times(text: pa.Array, name: str, tz: str) -> Times:
    if pc.any(pc.not_equal(pc.binary_length(text), len("2024-02-10 16:42:07"))).as_py():
        text = pc.if_else(pc.match_substring_regex(text, DATE), text, _NULL)
    with suppress(pa.ArrowInvalid):  # a day that does not exist; then each date is looked at by itself
        text = text.cast(pa.timestamp("us"))
    return parse_times(text, tz=tz, name=name)


def _is_blank(text: pa.Array) -> np.ndarray:
    return columns.is_true(pc.fill_null(pc.match_substring_regex(text, NO_DATE), True))


def _seconds(column: pa.ChunkedArray) -> np.ndarray:
    text = columns.whole(column).dictionary_encode()
    number = pc.match_substring_regex(text.dictionary, r"^[0-9]{1,9}(\.[0-9]+)?$")
    seconds = pc.if_else(number, text.dictionary, _NULL).cast(pa.float64()).take(text.indices)
    return columns.numbers(pc.fill_null(seconds, np.nan))


def _settle_clock_change(moments: dict[str, np.ndarray], duration: np.ndarray, billed: np.ndarray) -> list[str]:
    """Put times in the second pass of an hour that is run through twice, where the seconds counted say so."""

    def off_by(first: str, counted: np.ndarray, hours: int) -> np.ndarray:
        return np.abs(moments["end"] - moments[first] - counted * 1e6 - hours * _HOUR) <= _TOLERANCE

    late_start, late_end = off_by("start", duration, 1), off_by("start", duration, -1)
    moments["start"] = moments["start"] + late_start * _HOUR
    moments["end"] = moments["end"] + late_end * _HOUR
    late_answer = off_by("answer", billed, 1)
    moments["answer"] = moments["answer"] + late_answer * _HOUR
    count = np.count_nonzero(late_start | late_end | late_answer)
    return [f"{count:,} rows have a time in the second pass of such an hour, as their seconds tell"] if count else []


# --- checks, copies --------------------------------------------------------------------------------------------------


def _has_outcome(legs: pa.Table) -> pa.ChunkedArray:
    return pc.is_in(legs["disposition"], pa.array(_DISPOSITIONS))


def _is_answered_outside(legs: pa.Table) -> pa.ChunkedArray:
    answered = legs["answer_time"]
    return pc.or_(pc.less(answered, legs["start_time"]), pc.greater(answered, legs["end_time"]))


# What a row must be, the most basic first: stage and reason of those that are not, what is wrong, which rows fail.
_CHECKS: Final = (
    ("parse", "bad_time", "a time that cannot be read", lambda legs: legs["unreadable"]),
    ("check", "bad_disposition", "not the outcome of a call", lambda legs: pc.invert(_has_outcome(legs))),
    ("check", "end_before_start", "ends before it starts", lambda legs: pc.less(legs["end_time"], legs["start_time"])),
    ("check", "answer_outside", "answered before the start or after the end", _is_answered_outside),
)


def _checked(legs: pa.Table, lines: Lines) -> tuple[pa.Table, list[Reject]]:
    """Take out the rows whose times or outcome make no sense, each for its first reason."""
    rejects: list[Reject] = []
    for stage, reason, text, fails in _CHECKS:
        legs, more = refuse(legs, columns.is_true(fails(legs)), reason, _detail(text, legs), lines.payload, stage)
        rejects += more
    return legs, rejects


def _detail(text: str, legs: pa.Table) -> Callable[[int], str]:
    shown = legs.select(["start", "answer", "end", "disposition"])
    return lambda row: f"{text}: " + ", ".join(repr(value) for value in shown.slice(row, 1).to_pylist()[0].values())
