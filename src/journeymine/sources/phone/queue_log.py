"""Queue logs of Asterisk: waiting, talking, giving up and being passed on, of every call that entered a queue."""

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
from journeymine.sources import inputs
from journeymine.sources.checks import Check, drop, usable
from journeymine.sources.lines import Lines, text_lines
from journeymine.sources.phone.calls import check_internal_digits
from journeymine.sources.phone.epoch import epoch_times
from journeymine.sources.phone.exchange_rows import CARRIAGE_RETURN, Wanted, fields_of, first_line, without_copies
from journeymine.sources.phone.queue_visits import STEPS, visits_of
from journeymine.sources.reading import Reading, gather, to_log

__all__ = ["read_asterisk_queue_log"]

_NAMES: Final = ["written", "call", "queue", "agent", "event", "data1", "data2", "data3", "data4", "data5", "data6"]
_LEAST, _MOST = 5, len(_NAMES)
_WANTED: Final = Wanted(_MOST, [0, 1, *range(5, _MOST)], [2, 3, 4], "|")
_LINE: Final = r"^[0-9]{9,11}(\.[0-9]+)?\|[^|]*\|[^|]*\|[^|]*\|[A-Z]"


def read_asterisk_queue_log(
    path: str | Path,
    *,
    observed_until: str | datetime | None = None,
    name: str | None = None,
    country: str | None = None,
    internal_digits: int = 5,
) -> EventLog:
    r"""Read the queue log of an Asterisk exchange: what callers live through between entering a queue and leaving it.

    Each line is one step of a call: time, call, queue, agent, event and what belongs to the event, with bars between.
    Times are seconds since 1970, so no zone is needed. A call may enter several queues, one after the other:

    =========================  =======================================================================================
    ``waited in queue``        from ``ENTERQUEUE`` to ``CONNECT``, ``ABANDON`` or an exit
    ``talked with agent``      from ``CONNECT`` to ``COMPLETECALLER``, ``COMPLETEAGENT`` or a transfer
    ``call transferred``       ``BLINDTRANSFER``, ``ATTENDEDTRANSFER``, ``TRANSFER``
    ``call abandoned``         ``ABANDON``: the caller hung up while waiting
    ``left queue unanswered``  ``EXITWITHTIMEOUT``, ``EXITWITHKEY``, ``EXITEMPTY``: the caller went on elsewhere
    =========================  =======================================================================================

    Where the log begins in the midst of a call, its first steps begin as long ago as the later lines say.

    Parameters
    ----------
    path
        The file, ``queue_log``; also as gzip.
    observed_until
        When the file was taken; by default the time of the last step of a call.
    name
        Name of the source; by default the file's.
    country
        Two letters; the country of telephone numbers written without one.
    internal_digits
        How many digits an extension has at most; who calls from one is a colleague, and nobody's customer.

    Returns
    -------
    EventLog
        Channel ``phone``. ``id_phone`` is the caller, on all events of a call. Attributes: ``call`` (the uniqueid of
        the caller's channel, as in the call records, so that the two logs can be joined), ``direction`` (``inbound``,
        ``internal``), ``queue``, ``agent``, ``position`` (in the queue, on entering), ``unanswered_rings`` (how often
        an agent's telephone rang in vain while the call waited), ``ended_by`` (``caller``, ``agent``, ``transfer``),
        ``destination`` and ``transfer`` (``blind``, ``attended``) of a transfer, and the ``reason`` of an exit
        (``timeout``, ``key``, ``empty``). A step that the log ends in has no ``end_timestamp``.

        Lines that are no step of a call, such as agents who log on or pause, are set aside; lines that stand twice, to
        the letter, count as duplicates.

    Raises
    ------
    FormatError
        If no line is one of a queue log.
    OptionError
        If `internal_digits` is no small number.
    EmptySourceError
        If the file is empty.

    Examples
    --------
    >>> file = tmp / "queue_log"
    >>> _ = file.write_text('''\
    ... 1714555000|1714555000.7|sales|NONE|ENTERQUEUE||0612345678|2
    ... 1714555040|1714555000.7|sales|SIP/201|CONNECT|40|1714555035.9|5
    ... 1714555100|1714555000.7|sales|SIP/201|COMPLETECALLER|40|60|2
    ... ''')
    >>> log = read_asterisk_queue_log(file)
    >>> log.table.select(["customer", "activity", "agent", "position", "ended_by"]).to_pylist()
    [{'customer': 'phone:0612345678', 'activity': 'waited in queue', 'agent': None, 'position': 2, 'ended_by': None},
     {'customer': 'phone:0612345678', 'activity': 'talked with agent', 'agent': 'SIP/201', 'position': None,
      'ended_by': 'caller'}]
    """
    check_internal_digits(internal_digits)
    path = Path(path)
    found = gather(_readings(path, name or path.name))
    rows, copies = without_copies(found.events, "timestamp")
    events = visits_of(rows, internal_digits=internal_digits)
    reading = replace(found, events=events, used=len(rows), duplicate=copies)
    until = observed_until or pc.max(rows["timestamp"]).as_py()
    return to_log(reading, channel="phone", observed_until=until, country=country)


# --- from lines to the steps of calls --------------------------------------------------------------------------------


def _readings(path: Path, source: str) -> Iterator[Reading]:
    """Read block by block; the first one shows whether it is a queue log at all."""
    checked = False
    for block in inputs.blocks(path):
        lines = text_lines(block)
        if not checked and len(lines):
            _check_format(lines, block.name)
            checked = True
        yield _reading(lines, source, block.notes)


def _check_format(lines: Lines, name: str) -> None:
    if not pc.any(pc.match_substring_regex(lines.column, _LINE)).as_py():
        raise FormatError(
            f"{name} is not a queue log of Asterisk: {first_line(lines)}. Expected "
            "lines such as '1714555000|1714555000.7|sales|NONE|ENTERQUEUE||0612345678|1'"
        )


def _reading(lines: Lines, source: str, notes: list[str]) -> Reading:
    rows, broken = _rows(lines)
    rows = rows.append_column("timestamp", epoch_times(rows["written"]).array)
    rows, unusable = usable(rows, _CHECKS, lines.payload)
    rows = rows.drop_columns("written")
    return Reading(source, "asterisk queue_log", len(lines), rows, rejects=[*broken, *unusable], notes=notes)


def _rows(lines: Lines) -> tuple[pa.Table, list[Reject]]:
    """Parse the lines; their number of fields differs, so missing ones are added."""
    bars = columns.numbers(pc.count_substring(lines.column, "|")).astype(np.int64)
    sound = (bars >= _LEAST - 1) & (bars < _MOST) & ~columns.is_true(pc.match_substring(lines.column, "\r"))
    fitting, broken = lines.take(np.flatnonzero(sound)), lines.take(np.flatnonzero(~sound))
    added = pc.binary_repeat("|", pa.array(_MOST - 1 - bars[sound]))
    padded = pc.binary_join_element_wise(fitting.column, added.cast(fitting.column.type), "")
    rows, _ = fields_of(Lines(padded, fitting.numbers), _WANTED)
    rows = rows.rename_columns([*_NAMES, "source_row", "print"])
    rows = rows.append_column("fields", pa.array(bars[sound] + 1 - _LEAST))
    return rows, [_broken(number, text) for number, text in zip(broken.numbers.tolist(), broken.texts, strict=True)]


def _broken(number: int, text: str) -> Reject:
    fields = f"{text.count('|') + 1} fields, a line has {_LEAST} to {_MOST}"
    detail = CARRIAGE_RETURN if "\r" in text else fields
    return Reject(number, "parse", "bad_row", detail, text.encode("utf-8", "replace"))


def _is_other(rows: pa.Table) -> pa.Array:
    return pc.invert(pc.is_in(rows["event"].cast(pa.string()), pa.array(list(STEPS))))


def _has_no_call(rows: pa.Table) -> pa.Array:
    return pc.or_(rows["call"].is_null(), pc.is_in(rows["call"], pa.array(["NONE"])))


_CHECKS: Final = (
    Check("bad_time", "{written!r} is not a time", lambda rows: rows["timestamp"].is_null(), "parse"),
    Check("no_event", "no event", lambda rows: rows["event"].is_null()),
    drop("not_of_a_call", "no step of a call", _is_other),
    Check("no_call", "no call", _has_no_call),
)
